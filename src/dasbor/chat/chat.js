// The inbox while it is open. Every page and form of it works without this too; here they go on without leaving the page,
// what changed is woven in where it belongs, and nothing that somebody is typing or reading is moved.

const cari = (id) => document.getElementById(id);

/** Pixels from the end within which a reader counts as being at the end. */
const DEKAT = 80;

const gulung = () => cari("gulung");
const jarakKeBawah = (el) => el.scrollHeight - el.scrollTop - el.clientHeight;
const keBawah = () => {
  const el = gulung();
  if (el) el.scrollTop = el.scrollHeight;
  tandaiBaru(false);
};

function tandaiBaru(ada) {
  const tombol = cari("ke-bawah");
  if (tombol) tombol.hidden = !ada;
}

/** Rows in their new order; those that are as they were stay in place. */
function jalinUrut(lama, segar) {
  const dulu = new Map([...lama.children].map((el) => [el.id, el]));
  const urut = [...segar.children].map((el) => (dulu.get(el.id)?.isEqualNode(el) ? dulu.get(el.id) : el));
  const baru = urut.filter((el) => el.parentNode !== lama);
  for (const el of dulu.values()) if (!urut.includes(el)) el.remove();
  let titik = lama.firstElementChild;
  for (const el of urut) {
    if (el === titik) titik = titik.nextElementSibling;
    else lama.insertBefore(el, titik);
  }
  return baru;
}

const nomor = (el) => Number(el.id.split("-")[1]);

/** Messages by their number; those that the answer does not name were written before and stay. */
function jalinTambah(lama, segar) {
  const baru = [];
  for (const el of Array.from(segar.children)) {
    const dulu = cari(el.id);
    const hari = dulu?.querySelector(".hari");
    // Whether the day is said above a message depends on what stands before it here.
    if (hari) el.querySelector(".hari").hidden = hari.hidden;
    if (dulu?.isEqualNode(el)) continue;
    baru.push(el);
    if (dulu) dulu.replaceWith(el);
    else lama.insertBefore(el, [...lama.children].find((satu) => nomor(satu) > nomor(el)) ?? null);
  }
  let kemarin = "";
  for (const el of lama.children) {
    el.querySelector(".hari").hidden = el.dataset.hari === kemarin;
    kemarin = el.dataset.hari;
  }
  return baru;
}

/** Says aloud what the customer has written since; nothing that was there before. */
function umumkan(pesan) {
  if (pesan.length === 0) return;
  const siapa = document.querySelector("#keadaan h2")?.textContent ?? "pelanggan";
  const isi = pesan.map((el) =>
    [el.dataset.jenis, el.querySelector(".teks")?.textContent].filter(Boolean).join(": "),
  );
  cari("pengumuman").textContent = `Pesan baru dari ${siapa}: ${isi.join(". ")}`;
}

/** Weaves an answer into the page: each of its parts replaces the one of the same id, if that is not the same already. */
function jalin(fragmen) {
  const el = gulung();
  const dariBawah = el ? jarakKeBawah(el) : 0;
  const terakhir = cari("pesan")?.lastElementChild;
  const pertama = cari("pesan")?.firstElementChild;
  const fokus = document.activeElement?.id;
  const sekitar = document.activeElement?.closest("#tindakan, #label-chat, #gulung");
  const baru = [];
  for (const segar of Array.from(fragmen.children)) {
    const lama = cari(segar.id);
    if (!lama || lama.isEqualNode(segar)) continue;
    if (segar.dataset.jalin === "urut") baru.push(...jalinUrut(lama, segar));
    else if (segar.dataset.jalin === "tambah") baru.push(...jalinTambah(lama, segar));
    else {
      lama.replaceWith(segar);
      baru.push(segar);
    }
  }
  if (fokus && document.activeElement?.id !== fokus) cari(fokus)?.focus({ preventScroll: true });
  // What was pressed is not there any more: the focus stays near, on nothing that another press would do.
  if (sekitar && document.activeElement === document.body)
    cari(sekitar.id === "gulung" ? "gulung" : "tindakan")?.focus({ preventScroll: true });
  if (el) letakkan(el, dariBawah, terakhir, pertama);
  if (cari("hilang")?.childElementCount) kunciTulis();
  return baru;
}

/** Where the reader is after something was woven in: at the end if it was there, else where it read. */
function letakkan(el, dariBawah, terakhir, pertama) {
  const baru = [...cari("pesan").children].filter((pesan) => !terakhir || nomor(pesan) > nomor(terakhir));
  const lebihLama = pertama?.previousElementSibling;
  if (lebihLama) el.scrollTop = el.scrollHeight - el.clientHeight - dariBawah;
  else if (dariBawah < DEKAT || baru.some((pesan) => pesan.classList.contains("agent"))) keBawah();
  else if (baru.length > 0) tandaiBaru(true);
  umumkan(baru.filter((pesan) => pesan.classList.contains("in")));
}

/** The chat is a colleague's now: what was typed stays to be copied, and can be sent nowhere. */
function kunciTulis() {
  for (const tombol of document.querySelectorAll(".tulis button, .kendali button")) tombol.disabled = true;
  for (const bagian of ["pesan", "lama", "label-chat"]) cari(bagian)?.replaceChildren();
}

htmx.defineExtension("jalin", {
  handleSwap: (gaya, _sasaran, fragmen) => gaya === "jalin" && jalin(fragmen),
});

/** A new idempotency key: what is sent next is another message. */
function kunciBaru(formulir) {
  const acak = crypto.getRandomValues(new Uint8Array(16));
  formulir.elements.namedItem("kunci").value = [...acak]
    .map((angka) => angka.toString(16).padStart(2, "0"))
    .join("");
}

/** Forms that are on their way, with the text they took along. */
const dikirim = new Map();

htmx.config.timeout = 30_000;

const denyut = (el) => el.id === "denyut";
const berkunci = (el) => el.id === "balas" || el.id === "kirim-berkas";

/** Hears what becomes of requests. The element that made one may be gone by then: it is taken from the request itself. */
function saat(peristiwa, lakukan) {
  document.addEventListener(`htmx:${peristiwa}`, (kejadian) => {
    const { detail } = kejadian;
    lakukan(detail.requestConfig?.elt ?? detail.elt, detail, kejadian);
  });
}

saat("configRequest", (elt, detail) => {
  if (detail.verb !== "post") return;
  // A refusal is to be a sentence, not a page.
  detail.headers["Accept"] = "application/problem+json, application/json";
  // Forms were made before the list was narrowed down anew: what comes back is to be narrowed as it is now.
  const kini = [...new URLSearchParams(location.search)];
  const saring = kini.filter(([nama, nilai]) => /^(saring|q)$/.test(nama) && nilai !== "");
  detail.path = `${detail.path.split("?")[0]}?${new URLSearchParams(saring)}`;
});

saat("beforeRequest", (elt, _detail, kejadian) => {
  // Nobody looks; and what is asked for while something is being sent may come from before it.
  if (denyut(elt)) {
    if (document.hidden || dikirim.size > 0) kejadian.preventDefault();
    return;
  }
  if (elt.method !== "post") return;
  htmx.trigger("#denyut", "htmx:abort");
  dikirim.set(elt, elt.elements.namedItem("text")?.value ?? "");
  galat("");
});

// Beside old messages the newest ones would look like what came next: the page itself leads back to them.
saat("beforeSwap", (elt, detail) => {
  if (cari("denyut")?.hasAttribute("hx-get") || detail.xhr.status !== 200) return;
  detail.shouldSwap = false;
  if (elt.tagName === "FORM") location.assign(detail.xhr.responseURL);
});

saat("afterRequest", (elt, { successful: berhasil }) => {
  const terkirim = dikirim.get(elt);
  dikirim.delete(elt);
  if (!berhasil) return;
  cari("sambungan").hidden = true;
  if (terkirim === undefined) return;
  if (elt.id === "balas") selesaiBalas(elt, terkirim);
  else if (elt.id === "kirim-berkas" || elt.id === "tambah-label") elt.reset();
  if (berkunci(elt)) kunciBaru(elt);
  const pilihan = elt.closest("details");
  if (pilihan) tutup(pilihan);
});

/** Closes what was opened; a focus inside goes to what opens it. */
function tutup(pilihan) {
  const fokus = pilihan.contains(document.activeElement);
  pilihan.open = false;
  if (fokus) pilihan.querySelector("summary").focus();
}

saat("responseError", (elt, { xhr }) => {
  // The session is over: the page itself leads to where one logs in.
  if (xhr.status === 401) location.reload();
  else terputus(elt, xhr);
  if (xhr.status === 409 && berkunci(elt)) kunciBaru(elt);
});
for (const peristiwa of ["sendError", "timeout"]) saat(peristiwa, (elt, { xhr }) => terputus(elt, xhr));

function terputus(elt, xhr) {
  if (elt.method === "post") galat(mengapa(xhr));
  else cari("sambungan").hidden = false;
}

/** What was sent goes; what was typed since stays. */
function selesaiBalas(formulir, terkirim) {
  const teks = formulir.elements.namedItem("text");
  if (teks.value.startsWith(terkirim)) teks.value = teks.value.slice(terkirim.length).trimStart();
  // After a note one answers again; but what is left of a note must not become an answer.
  if (teks.value === "") formulir.elements.namedItem("sebagai").value = "balasan";
  sesuaikanTulis();
  if (formulir.contains(document.activeElement) || document.activeElement === document.body) teks.focus();
  keBawah();
}

/** A file always goes to the customer: while a note is written there is none to send. */
function sesuaikanTulis() {
  const catatan = cari("balas")?.elements.namedItem("sebagai").value === "catatan";
  const berkas = cari("kirim-berkas");
  if (!berkas) return;
  if (catatan) berkas.closest("details").open = false;
  berkas.closest("details").hidden = catatan;
  for (const isian of berkas.elements) isian.disabled = catatan;
}

function galat(teks) {
  const tempat = cari("galat-kirim");
  if (tempat) tempat.textContent = teks;
}

/** What a refusal says to people. */
function mengapa(xhr) {
  if (xhr.status === 0)
    return "Belum terkirim: server tidak terjangkau. Tulisan Anda masih ada; coba kirim lagi.";
  try {
    const { detail, errors = [] } = JSON.parse(xhr.responseText);
    const teks = errors.map((satu) => satu.detail).join("; ") || detail;
    return teks[0].toUpperCase() + teks.slice(1);
  } catch {
    return `Belum terkirim: server sedang bermasalah (${xhr.status}). Tulisan Anda masih ada; coba kirim lagi.`;
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) htmx.trigger("#denyut", "segar");
});

document.addEventListener("keydown", ({ key, isComposing }) => {
  if (key !== "Escape" || isComposing) return;
  for (const pilihan of document.querySelectorAll("details[open]")) tutup(pilihan);
});

// Enter sends where there is a keyboard; on a phone it makes a new line, and the button sends.
document.addEventListener("keydown", (peristiwa) => {
  const { target, key, shiftKey, isComposing } = peristiwa;
  if (target.id !== "text" || key !== "Enter" || shiftKey || isComposing) return;
  if (!matchMedia("(pointer: fine)").matches) return;
  peristiwa.preventDefault();
  if (!dikirim.has(target.form)) target.form.requestSubmit();
});

document.addEventListener("submit", (peristiwa) => {
  if (peristiwa.target.id !== "cepat-formulir") return;
  peristiwa.preventDefault();
  const pilih = cari("cepat");
  const teks = cari("text");
  teks.setRangeText(
    pilih.selectedOptions[0].dataset.teks ?? "",
    teks.selectionStart,
    teks.selectionEnd,
    "end",
  );
  pilih.value = "";
  teks.focus();
});
document.addEventListener("change", ({ target }) => {
  if (target.id === "cepat" && target.value !== "") target.form.requestSubmit();
  if (target.name === "sebagai") sesuaikanTulis();
});
// A browser that comes back to the page fills in what was chosen before.
addEventListener("pageshow", sesuaikanTulis);

cari("ke-bawah")?.addEventListener("click", keBawah);

/** Whether the reader is at the end, and stays there when pictures arrive, the answer grows or a keyboard opens. */
let diAkhir = cari("denyut")?.hasAttribute("hx-get") ?? false;
gulung()?.addEventListener("scroll", ({ currentTarget: el }) => {
  diAkhir = jarakKeBawah(el) < DEKAT;
  if (diAkhir) tandaiBaru(false);
});
const ukuran = new ResizeObserver(() => diAkhir && keBawah());
for (const el of [gulung(), cari("pesan")]) if (el) ukuran.observe(el);
