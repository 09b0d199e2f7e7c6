// The customer's phone. Whatever people write is put in as text, never as markup.

const POLL_MS = 1000;
const TICKS = { pending: "…", sent: "✓", delivered: "✓✓", read: "✓✓" };
const TICK_NAMES = { pending: "menunggu", sent: "terkirim", delivered: "sampai", read: "dibaca" };

const byId = (id) => document.getElementById(id);
const [nomor, nama, tulis, toko, berkas, layar] = ["nomor", "nama", "tulis", "toko", "berkas", "layar"].map(
  byId,
);
const asked = new URLSearchParams(location.search);
nomor.value = asked.get("nomor") ?? "62812345678";
nama.value = asked.get("nama") ?? "Budi";

/** What is drawn, so that nothing is drawn twice: it would lose the reader's place and the focus. */
let drawn = "";
/** Whose conversation is shown. */
let customer = nomor.value;
/** Who was refused; not asked for again every second. */
let refused = "";

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** WhatsApp's own marks: *tebal*, _miring_, ~coret~. */
function formatted(text) {
  const paragraph = element("p");
  const tags = { "*": "strong", _: "em", "~": "s" };
  const marked = /(?<![\p{L}\p{N}])([*_~])(\S|\S[^\n]*?\S)\1(?![\p{L}\p{N}])/gu;
  let from = 0;
  for (const match of text.matchAll(marked)) {
    paragraph.append(text.slice(from, match.index), element(tags[match[1]], "", match[2]));
    from = match.index + match[0].length;
  }
  paragraph.append(text.slice(from));
  return paragraph;
}

function attachment({ type, mediaId, mimeType, fileName }) {
  const address = `/_ponsel/media/${encodeURIComponent(mediaId)}`;
  if (type === "image") {
    const picture = element("img");
    picture.src = address;
    picture.alt = fileName ? `Gambar: ${fileName}` : "Gambar";
    picture.addEventListener("load", keepAtEnd);
    return picture;
  }
  const link = element("a", "dokumen", fileName || mimeType);
  link.href = address;
  link.download = fileName ?? "";
  return link;
}

function bubble(message) {
  const item = element("li", message.fromShop ? "masuk" : "keluar");
  item.dataset.id = message.id;
  if (message.mediaId) item.append(attachment(message));
  if (message.text) item.append(formatted(message.text));
  const foot = element("div", "kaki");
  if (message.fromShop && message.source === "mobile")
    foot.append(element("span", "asal", "dari ponsel toko"));
  const time = element("time", "", clock(message.at));
  time.dateTime = new Date(message.at).toISOString();
  foot.append(time);
  if (!message.fromShop) {
    const tick = element(
      "span",
      `centang${message.status === "read" ? " dibaca" : ""}`,
      TICKS[message.status],
    );
    tick.setAttribute("role", "img");
    tick.setAttribute("aria-label", TICK_NAMES[message.status]);
    foot.append(tick);
  }
  item.append(foot);
  return item;
}

function clock(at) {
  return new Date(at).toLocaleTimeString("id-ID", { hour: "2-digit", minute: "2-digit" });
}

function day(at) {
  return new Date(at).toLocaleDateString("id-ID", { day: "numeric", month: "long", year: "numeric" });
}

let wasAtEnd = true;

function keepAtEnd() {
  if (wasAtEnd) layar.scrollTop = layar.scrollHeight;
}

function draw(messages) {
  const items = [];
  let shownDay = "";
  for (const message of messages) {
    if (day(message.at) !== shownDay) items.push(element("li", "hari", (shownDay = day(message.at))));
    items.push(bubble(message));
  }
  wasAtEnd = layar.scrollHeight - layar.scrollTop - layar.clientHeight < 60;
  const list = byId("percakapan");
  // Only what changed is replaced, so that a screen reader hears the new message and not all of them.
  items.forEach((item, at) => {
    const old = list.children[at];
    if (!old) list.append(item);
    else if (item.dataset.id && old.dataset.id === item.dataset.id) old.lastChild.replaceWith(item.lastChild);
    else if (!old.isEqualNode(item)) old.replaceWith(item);
  });
  while (list.children.length > items.length) list.lastElementChild.remove();
  byId("kosong").hidden = messages.length > 0;
  keepAtEnd();
}

function complain(text) {
  const galat = byId("galat");
  if (galat.textContent !== text) galat.textContent = text;
  galat.hidden = text === "";
}

/** An answer that is no yes; its message can be shown. Any other error means that there was no answer. */
class Refused extends Error {
  constructor(status, message) {
    super(message ?? `Whapi lokal menjawab ${status}.`);
    this.status = status;
  }
}

async function ask(path, options) {
  const signal = AbortSignal.timeout(10_000);
  const response = await fetch(`/_ponsel/${path}`, { signal, ...options });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer.pesan);
  return answer;
}

async function post(path, body) {
  return ask(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function refresh() {
  const asking = customer;
  const answer = await ask(`percakapan?nomor=${encodeURIComponent(asking)}`);
  if (asking !== customer) return; // somebody else's by now
  byId("keadaan").textContent = `+${answer.toko}`;
  const now = JSON.stringify(answer.pesan);
  if (now !== drawn) draw(answer.pesan);
  drawn = now;
  const unread = answer.pesan.some((message) => message.fromShop && message.status !== "read");
  if (unread && document.visibilityState === "visible") await post("baca", { nomor: asking });
}

let lost = false;

async function poll() {
  if (customer === refused) return;
  try {
    await refresh();
    if (lost) complain("");
    lost = false;
  } catch (error) {
    lost = true;
    if (error.status === 400) refused = customer;
    byId("keadaan").textContent = "tidak tersambung";
    complain(error instanceof Refused ? error.message : "Whapi lokal tidak menjawab. Masih dicoba lagi.");
  }
}

async function send(work) {
  try {
    complain("");
    await work();
    layar.scrollTop = layar.scrollHeight;
    await refresh();
    layar.scrollTop = layar.scrollHeight;
  } catch (error) {
    complain(
      error instanceof Refused ? error.message : "Whapi lokal tidak menjawab: mungkin tidak terkirim.",
    );
  }
}

function changeCustomer() {
  customer = nomor.value.replace(/[+\s()-]/g, "");
  const query = new URLSearchParams({ nomor: customer, nama: nama.value });
  history.replaceState(null, "", `?${query}`);
  drawn = "";
  refused = "";
  byId("percakapan").replaceChildren();
  complain("");
  void poll();
}

byId("pelanggan").addEventListener("change", changeCustomer);
byId("pelanggan").addEventListener("submit", (event) => {
  event.preventDefault();
  tulis.focus();
});

byId("surat").addEventListener("submit", (event) => {
  event.preventDefault();
  const teks = tulis.value;
  if (teks.trim() === "") return;
  tulis.value = "";
  tulis.focus();
  const sebagai = toko.checked ? "toko" : "pelanggan";
  void send(async () => {
    try {
      await post("tulis", { nomor: customer, nama: nama.value, teks, sebagai });
    } catch (error) {
      tulis.value ||= teks; // not lost, unless the next one is being written already
      throw error;
    }
  });
});

tulis.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("surat").requestSubmit();
});

toko.addEventListener("change", () => {
  byId("surat").classList.toggle("toko", toko.checked);
  berkas.disabled = toko.checked;
  tulis.placeholder = toko.checked ? "Tulis sebagai toko" : "Tulis pesan";
});

berkas.addEventListener("change", () => {
  const [file] = berkas.files;
  if (!file) return;
  berkas.value = "";
  // What is written already goes along as the caption.
  const keterangan = tulis.value;
  const query = new URLSearchParams({ nomor: customer, nama: nama.value, berkas: file.name, keterangan });
  void send(async () => {
    const headers = { "content-type": file.type || "application/octet-stream" };
    await ask(`berkas?${query}`, { method: "POST", headers, body: file });
    tulis.value = "";
  });
});

for (;;) {
  await poll();
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
