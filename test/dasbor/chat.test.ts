import { beforeAll, describe, expect, test } from "vitest";
import { fileOf, paper } from "../amancair/orang.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, postJson, type Orang } from "../make.ts";
import { makeChat, makeWaiting, rest, write } from "../whatsapp/make-chats.ts";
import { chatOf, diterima, nomorBaru, tercatat } from "../whatsapp/percakapan.ts";
import { buka, fieldIn, HTML, tamu, type Peramban } from "./peramban.ts";

// The inbox over HTTP: what it shows to whom, what its forms do without JavaScript, and what its polling costs.

const world = useWorld();
const CHAT = "/dashboard/chat";
const HTMX = { "hx-request": "true", accept: "*/*" };

let adminOrang: Orang;
let admin: Peramban;
let sitiOrang: Orang;
let siti: Peramban;
let rudi: Peramban;

beforeAll(async () => {
  adminOrang = await firstAdmin(world);
  admin = await buka(world, adminOrang);
  sitiOrang = await makeAkun(world, "karyawan");
  siti = await buka(world, sitiOrang);
  rudi = await buka(world, await makeAkun(world, "karyawan"));
});

const di = (id: number, more = "") => `${CHAT}/${id}${more}`;
const terbaru = (id: number) => di(id, "#terbaru");
const kirim = (siapa: Peramban, id: number, text: string, more: Record<string, string> = {}) =>
  siapa.post(di(id, "/balas"), { kunci: crypto.randomUUID(), text, ...more });
const atur = (siapa: Peramban, id: number, aksi: string, more: Record<string, string> = {}) =>
  siapa.post(di(id, "/atur"), { aksi, ...more });
const ke = (response: Response) => [response.status, response.headers.get("location")];
const versiIn = (page: string) => /versi=([0-9a-f]+)/.exec(page)?.[1] ?? "";

/** The rows of the list, by chat. */
function barisOf(page: string): Map<number, string> {
  const [, daftar = ""] = /<ul class="baris-chat"[^>]*>(.*?)<\/ul>/s.exec(page) ?? [];
  const baris = [...daftar.matchAll(/<li id="chat-(\d+)">(.*?)<\/li>/gs)];
  return new Map(baris.map(([, id, isi = ""]) => [Number(id), isi]));
}

async function holder(nomor: string): Promise<number | null> {
  const [row] = await world.cloud.neon.asOwner("select assigned_to from chats where wa_id = $1", [nomor]);
  const id = row?.["assigned_to"];
  return id === null || id === undefined ? null : Number(id);
}

describe("who may look", () => {
  test("guests log in first, and come back; customers do not get in", async () => {
    const { id } = await makeChat(world);
    expect(ke(await tamu(world).get(di(id)))).toEqual([303, `/login?next=${encodeURIComponent(di(id))}`]);
    const nasabah = await buka(world, await makeAkun(world, "nasabah"));
    for (const path of [CHAT, di(id)]) expect((await nasabah.get(path)).status).toBe(403);
  });

  test("/dashboard leads to the inbox", async () => {
    expect(ke(await siti.get("/dashboard"))).toEqual([303, CHAT]);
    expect(await siti.page(CHAT)).toContain('<a href="/dashboard/chat" aria-current="page">Chat</a>');
  });

  test("a colleague's chat is on no list of a karyawan, and no page; an admin sees it, and does not read it for anybody", async () => {
    const { id, nomor } = await makeWaiting(world);
    expect((await atur(siti, id, "ambil")).status).toBe(303);
    await write(world, nomor, "masih di sana?");
    expect(barisOf(await rudi.page(CHAT)).has(id)).toBe(false);
    const hilang = await rudi.get(di(id));
    expect(hilang.status).toBe(404);
    expect(await hilang.text()).toContain("sudah dipegang petugas lain");
    const ditolak = [
      await kirim(rudi, id, "saya saja"),
      await atur(rudi, id, "ambil"),
      await rudi.post(di(id, "/label"), { aksi: "tambah", label: "x" }),
      await kirimBerkas(rudi, id),
    ];
    expect(ditolak.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(await holder(nomor)).toBe(sitiOrang.id);
    expect(await admin.page(di(id))).toContain("masih di sana?");
    expect((await chatOf(world, nomor))?.unread).toBeGreaterThan(0);
    expect(await siti.page(di(id))).toContain("masih di sana?");
    expect((await chatOf(world, nomor))?.unread).toBe(0);
  });

  test.each(["/balas", "/atur", "/label"])(
    "a form for %s without its token changes nothing",
    async (jalan) => {
      const { id, nomor } = await makeChat(world);
      const isian: Record<string, Record<string, string>> = {
        "/balas": { kunci: "k1", text: "dari situs lain" },
        "/atur": { aksi: "ambil" },
        "/label": { aksi: "tambah", label: "jahat" },
      };
      const before = [await chatOf(world, nomor), await tercatat(world, nomor)];
      for (const [fields, headers] of [
        [{ _csrf: "0".repeat(64) }, {}],
        [{}, { origin: "https://jahat.example" }],
      ] as const) {
        const response = await siti.post(di(id, jalan), { ...isian[jalan], ...fields }, headers);
        expect(response.status).toBe(403);
        expect(await response.text()).not.toContain("dari situs lain");
      }
      expect([await chatOf(world, nomor), await tercatat(world, nomor)]).toEqual(before);
    },
  );

  test("a file's form without its token changes nothing either", async () => {
    const { id, nomor } = await makeChat(world);
    const before = await tercatat(world, nomor);
    const answer = await kirimBerkas(siti, id, { _csrf: "0".repeat(64) });
    expect(answer.status).toBe(403);
    expect(await tercatat(world, nomor)).toEqual(before);
  });
});

function kirimBerkas(siapa: Peramban, id: number, more: Record<string, string> = {}): Promise<Response> {
  const body = new FormData();
  const fields = { _csrf: siapa.csrf, kunci: crypto.randomUUID(), text: "Ini notanya", ...more };
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", fileOf(paper("nota"), "nota.pdf", "application/pdf"));
  const headers = { ...HTML, cookie: siapa.cookie, origin: new URL(world.url).origin };
  return world.request(di(id, "/berkas"), { method: "POST", headers, body });
}

describe("what it shows", () => {
  test("whatever people call themselves and write stays text", async () => {
    const name = `<script>alert(1)</script>`;
    const teks = `"><img src=x onerror=alert(2)> <b onclick='x'>tebal</b> ‮terbalik ${"a".repeat(3000)} 🙏`;
    const { id, nomor } = await makeChat(world, { text: "agent", name });
    await write(world, nomor, teks, name);
    expect((await kirim(siti, id, "</textarea><script>alert(3)</script>")).status).toBe(303);
    await siti.post(di(id, "/label"), { aksi: "tambah", label: `"><img src=x>` });
    await postJson(
      world,
      "/quick-replies",
      { shortcut: `x${Date.now()}`, text: `"></option><script>alert(4)</script>` },
      adminOrang.headers,
    );
    for (const page of [await siti.page(CHAT), await siti.page(di(id))]) {
      expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
      expect(page.match(/<script[^>]*>/g)).toEqual([
        '<script src="/aset/htmx.min.js" defer="">',
        '<script src="/aset/chat.js" defer="">',
      ]);
      expect(page).not.toMatch(/<img|<b |<[^>]*\son\w+=/);
    }
    const policy = (await siti.get(di(id))).headers.get("content-security-policy");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain("unsafe");
  });

  test("each list holds its own", async () => {
    const bot = await makeChat(world);
    const menunggu = await makeWaiting(world);
    const milik = await makeChat(world);
    expect((await kirim(siti, milik.id, "Baik")).status).toBe(303);
    const ada = async (saring: string) => {
      const baris = barisOf(await siti.page(`${CHAT}?saring=${saring}`));
      return [bot, menunggu, milik].map(({ id }) => baris.has(id));
    };
    expect(await ada("semua")).toEqual([true, true, true]);
    expect(await ada("menunggu")).toEqual([false, true, false]);
    expect(await ada("saya")).toEqual([false, false, true]);
    expect(await ada("bebas")).toEqual([false, true, false]);
    expect(await ada("bot")).toEqual([true, false, false]);
    const baris = barisOf(await siti.page(CHAT));
    expect(baris.get(menunggu.id)).toMatch(/AGENT.*menunggu kurang dari 1 menit/s);
    expect(baris.get(menunggu.id)).toMatch(/class="belum-dibaca">1</);
    expect(baris.get(milik.id)).toMatch(/AGENT.*Anda/s);
    expect(baris.get(milik.id)).toContain("Kita: Baik");
    expect(baris.get(bot.id)).toContain("BOT");
  });

  test("the search finds names, numbers as people write them, and texts", async () => {
    const nomor = nomorBaru();
    const { id } = await makeChat(world, { text: "kupon rambutan 77", name: "Endang Sukamti", nomor });
    const tulis = `0${nomor.slice(2, 5)}-${nomor.slice(5, 9)}-${nomor.slice(9)}`;
    for (const q of ["endang suk", "rambutan", nomor, `+${nomor}`, tulis])
      expect([...barisOf(await siti.page(`${CHAT}?q=${encodeURIComponent(q)}`)).keys()], q).toEqual([id]);
    const kosong = await siti.page(`${CHAT}?q=tidakadayangbegini`);
    expect(barisOf(kosong).size).toBe(0);
    expect(kosong).toContain("Tidak ada yang cocok.");
    expect(await siti.page(`${CHAT}?q=&saring=`)).toContain('value=""');
  });

  test.each(["()", "----", "0000", "+", "(- )"])("a search for '%s' does not find everything", async (q) => {
    const { id } = await makeChat(world, { nomor: `62812${nomorBaru().slice(-8).replaceAll("0", "1")}` });
    expect(barisOf(await siti.page(CHAT)).has(id)).toBe(true);
    // `+` stands before each number, and `(- )` is two words.
    const baris = barisOf(await siti.page(`${CHAT}?q=${encodeURIComponent(q)}`));
    expect(baris.has(id)).toBe(false);
  });

  test("a conversation is read from its end, older messages on pages before", async () => {
    const { id, nomor } = await makeWaiting(world);
    for (let ke = 1; ke <= 54; ke++) world.cloud.whapi.phones.write(nomor, `pesan ke-${ke}.`);
    await rest(world);
    const page = await siti.page(di(id));
    expect(page).toContain("pesan ke-54.");
    expect(page).not.toContain("pesan ke-3.");
    const [, lama = ""] = /href="([^"]+lama=\d+)"/.exec(page) ?? [];
    expect(page.match(/class="in customer"/g)?.length).toBeLessThanOrEqual(50);
    const dulu = await siti.page(lama.replaceAll("&amp;", "&"));
    expect(dulu).toContain("pesan ke-3.");
    expect(dulu).not.toContain('dir="auto">pesan ke-54.</p>');
    expect(dulu).not.toContain("every 2s");
    const potong = await siti.get(lama.replaceAll("&amp;", "&"), HTMX);
    expect(await potong.text()).toMatch(/^<p class="lama" id="lama"><\/p><ol class="gelembung" id="pesan"/);
  });
});

describe("what has not left", () => {
  const isSend = ({ method }: { method: string }) => method === "POST";

  test("what WhatsApp refused says why, and is sent again once, whoever presses how often", async () => {
    const { id, nomor } = await makeChat(world);
    world.cloud.whapi.faults.next({ kind: "answer", status: 400 }, 1, isSend);
    const text = 'Baris "satu"\nbaris <dua>';
    expect((await kirim(siti, id, text)).status).toBe(303);
    await rest(world);
    expect(diterima(world, nomor)).not.toContain(text);
    const page = await siti.page(di(id));
    expect(page).toMatch(/class="masalah">[^<]*HTTP 400/);
    expect(barisOf(page).get(id)).toMatch(/⚠<\/span> gagal terkirim/);
    const [, kunci = ""] = /name="kunci" value="(ulang-\d+)"/.exec(page) ?? [];
    expect(page).toContain("Kirim ulang</button>");
    for (const [siapa, status] of [
      [siti, 303],
      [siti, 303],
      [admin, 409],
    ] as const)
      expect((await siapa.post(di(id, "/balas"), { kunci, text })).status).toBe(status);
    await rest(world);
    expect(diterima(world, nomor).filter((teks) => teks === text)).toHaveLength(1);
    const sesudah = await siti.page(di(id));
    expect(sesudah).toContain("Sudah dikirim ulang.");
    expect(sesudah).not.toContain("Kirim ulang</button>");
    expect(barisOf(sesudah).get(id)).not.toContain("gagal terkirim");
  });

  test("a file that was refused, and what the bot said, is for a person to write anew", async () => {
    const { id } = await makeChat(world);
    world.cloud.whapi.faults.next({ kind: "answer", status: 400 }, 1, isSend);
    expect((await kirimBerkas(siti, id)).status).toBe(303);
    await rest(world);
    const page = await siti.page(di(id));
    expect(page).toContain("gagal terkirim");
    expect(page).not.toContain("Kirim ulang</button>");
  });

  test("what WhatsApp cannot take now is sent by itself, and says so", async () => {
    const { id, nomor } = await makeChat(world);
    world.cloud.whapi.faults.next({ kind: "answer", status: 503 }, 1_000, isSend);
    expect((await kirim(siti, id, "sabar")).status).toBe(303);
    await world.idle();
    const page = await siti.page(di(id));
    expect(page).toMatch(/class="masalah tertunda">WhatsApp sedang tidak terjangkau\.[^<]*otomatis/);
    expect(page).not.toContain("Kirim ulang</button>");
    expect(barisOf(page).get(id)).not.toContain("gagal terkirim");
    world.cloud.whapi.faults.clear();
    await world.cloud.neon.asOwner("update messages set due_at = created_at where due_at is not null");
    await world.sweepWhatsapp();
    await rest(world);
    expect(diterima(world, nomor)).toContain("sabar");
  });

  test("words between asterisks are bold, as on the telephone; sums are not", async () => {
    const { id } = await makeChat(world);
    await kirim(siti, id, "*penting*, baca *dua kata*! 2*3*4 * bukan * **a** *<b>jahat</b>*");
    expect(await siti.page(di(id))).toContain(
      "<strong>penting</strong>, baca <strong>dua kata</strong>! 2*3*4 * bukan * **a** <strong>&lt;b&gt;jahat&lt;/b&gt;</strong></p>",
    );
  });
});

describe("forms without JavaScript", () => {
  test("take over, answer, note, label, pause, give back: each leads back to the conversation", async () => {
    const { id, nomor } = await makeWaiting(world);
    expect(ke(await atur(siti, id, "ambil"))).toEqual([303, terbaru(id)]);
    expect([(await chatOf(world, nomor))?.mode, await holder(nomor)]).toEqual(["AGENT", sitiOrang.id]);
    expect(
      ke(await siti.post(di(id, "/balas?saring=saya&q=x"), { kunci: "a", text: "Saya Siti 🙏" })),
    ).toEqual([303, `${di(id)}?saring=saya&q=x#terbaru`]);
    expect((await kirim(siti, id, "👍")).status).toBe(303);
    expect((await kirim(siti, id, "pelanggan lama", { sebagai: "catatan" })).status).toBe(303);
    await rest(world);
    expect(diterima(world, nomor).slice(-2)).toEqual(["Saya Siti 🙏", "👍"]);
    const page = await siti.page(di(id));
    expect(page).toMatch(/catatan internal<\/p><p class="teks" dir="auto">pelanggan lama/);

    const tambah = (label: string) => siti.post(di(id, "/label"), { aksi: "tambah", label });
    for (const label of ["komplain", "komplain", "vip"]) expect((await tambah(label)).status).toBe(303);
    expect((await siti.post(di(id, "/label"), { aksi: "buang", label: "komplain" })).status).toBe(303);
    expect(await siti.page(di(id))).toMatch(/name="label" value="vip"/);
    for (let ke = 2; ke <= 10; ke++) await tambah(`label ${ke}`);
    const penuh = await tambah("satu lagi");
    expect([penuh.status, /paling banyak 10/.test(await penuh.text())]).toEqual([422, true]);

    expect((await atur(siti, id, "jeda", { menit: "30" })).status).toBe(303);
    expect(await siti.page(di(id))).toMatch(/PAUSE.*sampai \d\d\.\d\d WIB/s);
    expect((await atur(siti, id, "jeda", { menit: "" })).status).toBe(303);
    const salah = await atur(siti, id, "jeda", { menit: "99999" });
    expect([salah.status, /1 sampai 10080 menit/.test(await salah.text())]).toEqual([422, true]);
    expect((await atur(siti, id, "bot")).status).toBe(303);
    expect([(await chatOf(world, nomor))?.mode, await holder(nomor)]).toEqual(["BOT", null]);
  });

  test("labels that are put on and taken off at once all count", async () => {
    const { id } = await makeChat(world);
    const label = (aksi: string, label: string) => siti.post(di(id, "/label"), { aksi, label });
    await label("tambah", "lama");
    const semua = ["a", "b", "c", "d"].map((satu) => label("tambah", satu));
    const answers = await Promise.all([...semua, label("buang", "lama")]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303, 303]);
    const page = await siti.page(di(id));
    const ada = [...page.matchAll(/name="label" value="([^"]+)"/g)].map(([, satu]) => satu);
    expect(new Set(ada)).toEqual(new Set(["a", "b", "c", "d"]));
  });

  test("marked unread it is left; released it is anybody's; handed over it is a colleague's", async () => {
    const { id, nomor } = await makeWaiting(world);
    await atur(siti, id, "ambil");
    await siti.page(di(id));
    expect(ke(await atur(siti, id, "belum"))).toEqual([303, CHAT]);
    expect((await chatOf(world, nomor))?.unread).toBe(1);
    expect((await atur(siti, id, "lepas")).status).toBe(303);
    expect(await holder(nomor)).toBe(null);
    const page = await admin.page(di(id));
    expect(page).toContain(`<option value="${sitiOrang.id}">`);
    expect(await rudi.page(di(id))).not.toContain("Serahkan kepada");
    expect((await atur(admin, id, "serahkan", { kepada: String(sitiOrang.id) })).status).toBe(303);
    expect(await holder(nomor)).toBe(sitiOrang.id);
    expect((await atur(admin, id, "serahkan", { kepada: "" })).status).toBe(422);
  });

  test("sent twice it is one message; its key with another text gets the form again, with a new key", async () => {
    const { id, nomor } = await makeChat(world);
    const page = await siti.page(di(id));
    const kunci = fieldIn(page, "kunci");
    expect(kunci).toMatch(/^[0-9a-f-]{36}$/);
    const twice = await Promise.all([0, 1].map(() => siti.post(di(id, "/balas"), { kunci, text: "sekali" })));
    expect(twice.map(({ status }) => status)).toEqual([303, 303]);
    await rest(world);
    expect(diterima(world, nomor).filter((teks) => teks === "sekali")).toHaveLength(1);
    const lain = await siti.post(di(id, "/balas"), { kunci, text: "yang <lain>" });
    expect(lain.status).toBe(409);
    const ulang = await lain.text();
    expect(ulang).toContain("yang &lt;lain&gt;</textarea>");
    expect(fieldIn(ulang, "kunci")).toBe(`${kunci}~`);
    expect((await siti.post(di(id, "/balas"), { kunci: `${kunci}~`, text: "yang <lain>" })).status).toBe(303);
    expect(fieldIn(await siti.page(di(id)), "kunci")).not.toBe(kunci);
  });

  test.each(["", "   ", "\u200B"])("an answer of nothing ('%s') is refused", async (text) => {
    const { id, nomor } = await makeChat(world);
    const before = await tercatat(world, nomor);
    expect((await kirim(siti, id, text)).status).toBe(422);
    expect(await tercatat(world, nomor)).toEqual(before);
  });

  test("a file arrives, once", async () => {
    const { id, nomor } = await makeChat(world);
    const kunci = crypto.randomUUID();
    for (let kali = 0; kali < 2; kali++)
      expect(ke(await kirimBerkas(siti, id, { kunci }))).toEqual([303, terbaru(id)]);
    await rest(world);
    expect(diterima(world, nomor).filter((teks) => teks === "Ini notanya")).toHaveLength(1);
    const page = await siti.page(di(id));
    const [, alamat = ""] = /class="dokumen" href="([^"]+)"/.exec(page) ?? [];
    const file = await siti.get(alamat);
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "application/pdf"]);
  });

  test("a quick reply is filled in", async () => {
    const { id } = await makeChat(world);
    const shortcut = `buka${Date.now()}`;
    const text = "Setiap hari & malam, 08.00 <WIB>";
    const made = await postJson(world, "/quick-replies", { shortcut, text }, adminOrang.headers);
    const { id: cepat } = (await made.json()) as { id: number };
    expect(await siti.page(di(id))).toContain(`<option value="${cepat}"`);
    expect(await siti.page(di(id, `?cepat=${cepat}`))).toContain(
      "Setiap hari &amp; malam, 08.00 &lt;WIB&gt;</textarea>",
    );
  });
});

describe("while it is open", () => {
  test("asking costs one roundtrip, and is answered only when something changed", async () => {
    const { id, nomor } = await makeWaiting(world);
    const [versi, versiDaftar] = [versiIn(await siti.page(di(id))), versiIn(await siti.page(CHAT))];
    await world.idle();
    world.cloud.neon.requests = 0;
    expect((await siti.get(di(id, `?versi=${versi}`), HTMX)).status).toBe(204);
    expect((await siti.get(`${CHAT}?versi=${versiDaftar}`, HTMX)).status).toBe(204);
    expect(world.cloud.neon.requests).toBe(2);

    await write(world, nomor, "halo lagi");
    world.cloud.neon.requests = 0;
    const segar = await siti.get(di(id, `?versi=${versi}`), HTMX);
    expect([segar.status, world.cloud.neon.requests]).toEqual([200, 1]);
    const isi = await segar.text();
    expect(isi).toContain("halo lagi");
    expect(isi).not.toMatch(/<html|<textarea|name="kunci"/);
    expect((await chatOf(world, nomor))?.unread).toBe(0);
    expect((await siti.get(di(id, `?versi=${versiIn(isi)}`), HTMX)).status).toBe(204);
    expect((await siti.get(`${CHAT}?versi=${versiDaftar}`, HTMX)).status).toBe(200);
    // After a login a browser comes back to the same address, and gets the whole page.
    expect(await siti.page(di(id, `?versi=${versi}`))).toContain("<!doctype html>");
  });

  test("the page itself costs one roundtrip", async () => {
    const { id } = await makeWaiting(world);
    await world.idle();
    world.cloud.neon.requests = 0;
    await siti.page(CHAT);
    await siti.page(di(id));
    expect(world.cloud.neon.requests).toBe(2);
  });

  test("a chat that a colleague took says so, and shows nothing of it any more", async () => {
    const { id, nomor } = await makeWaiting(world);
    await write(world, nomor, "rahasia pelanggan");
    const versi = versiIn(await rudi.page(di(id)));
    expect((await atur(siti, id, "ambil")).status).toBe(303);
    const segar = await rudi.get(di(id, `?versi=${versi}`), HTMX);
    const isi = await segar.text();
    expect(segar.status).toBe(200);
    expect(isi).toContain("sekarang dipegang rekan Anda");
    expect(isi).not.toContain("rahasia pelanggan");
    expect(isi).toMatch(/hx-get="\/dashboard\/chat\?versi=/);
    const balas = await kirim(rudi, id, "tulisan saya yang panjang");
    expect(balas.status).toBe(404);
    expect(await balas.text()).toContain("tulisan saya yang panjang</textarea>");
  });

  test("a form sent by a script answers with what changed, and a refusal with a problem document", async () => {
    const { id } = await makeWaiting(world);
    const kirimHtmx = (fields: Record<string, string>) => siti.post(di(id, "/balas"), fields, HTMX);
    const answer = await kirimHtmx({ kunci: "s1", text: "lewat skrip" });
    expect(ke(answer)).toEqual([303, terbaru(id)]);
    const segar = await siti.get(answer.headers.get("location") ?? "", HTMX);
    expect(await segar.text()).toContain("lewat skrip");
    const refused = await kirimHtmx({ kunci: "s1", text: "lain" });
    expect([refused.status, refused.headers.get("content-type")]).toEqual([409, "application/problem+json"]);
  });

  test("the session that ends while it is open", async () => {
    const orang = await makeAkun(world, "karyawan");
    const tab = await buka(world, orang);
    const versi = versiIn(await tab.page(CHAT));
    await postJson(world, "/auth/logout", {}, orang.headers);
    const gone = await tab.get(`${CHAT}?versi=${versi}`, HTMX);
    // As a browser's script asks: it says nothing of pages, and would put a problem document nowhere.
    expect([gone.status, gone.headers.get("hx-redirect")]).toEqual([
      401,
      `/login?next=${encodeURIComponent(`${CHAT}?versi=${versi}`)}`,
    ]);
  });

  test("rows lead to their chats, in the order of their newest message", async () => {
    const satu = await makeChat(world);
    const dua = await makeChat(world);
    await write(world, satu.nomor, "lagi");
    const page = await siti.page(CHAT);
    expect([...barisOf(page).keys()].slice(0, 2)).toEqual([satu.id, dua.id]);
    for (const { id } of [satu, dua]) expect(page).toContain(`href="${terbaru(id)}"`);
    // With an anchor a browser would not read the open one anew.
    expect(await siti.page(di(dua.id))).toContain(`href="${di(dua.id)}"`);
  });
});
