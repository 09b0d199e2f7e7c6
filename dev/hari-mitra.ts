// A reseller's whole day, through nothing but the public API: `npm run demo:mitra`, and a test that looks into the books
// after each step.
import { createHmac, randomBytes } from "node:crypto";
import { REFUNDED_NUMBER } from "./digiflazz/test-numbers.ts";
import { LOCAL_SECRETS } from "./local-secrets.ts";
import { openInbox, type Inbox } from "./mitra-inbox.ts";

/** What a day is played against. */
export interface Server {
  request(path: string, init: RequestInit): Promise<Response>;
  say(line: string): void;
  /** Called after each step, when everything in it has ended. */
  afterStep(step: string): Promise<void>;
}

interface Asking {
  headers?: Record<string, string>;
  body?: object | string;
}

/** An answer's JSON, whose shape is the API's; the day uses fields of it as they are documented. */
// eslint-disable-next-line typescript/no-explicit-any -- a demonstration reads answers as its readers do
type Answer = any;

/** Plays the day; throws at the first thing that is not as it should be. */
export async function playDay(server: Server): Promise<void> {
  const inbox = await openInbox();
  try {
    const day = new Day(server, inbox);
    for (const [step, play] of day.steps()) {
      server.say(`\n# ${step}`);
      await play();
      await day.checkBooks();
      await server.afterStep(step);
    }
  } finally {
    inbox.close();
  }
}

class Day {
  #server: Server;
  #inbox: Inbox;
  #admin: Record<string, string> = {};
  #mitraId = 0;
  #apiKey = "";
  #privateKey = "";
  #billId = 0;

  constructor(server: Server, inbox: Inbox) {
    this.#server = server;
    this.#inbox = inbox;
  }

  steps(): [string, () => Promise<void>][] {
    return [
      ["admin masuk", async () => await this.#enterAdmin()],
      ["mendaftar, dan memasang callback", async () => await this.#register()],
      ["daftar harga, produk baru, harga khusus", async () => await this.#price()],
      ["deposit dengan jumlah unik, dilunasi lewat bank", async () => await this.#deposit()],
      ["pulsa, dengan permintaan bertanda tangan", async () => await this.#buyPulsa()],
      ["token listrik dan struknya", async () => await this.#buyToken()],
      ["tagihan listrik", async () => await this.#payBill()],
      ["pembelian yang dibatalkan biller setelah sukses (rc 74)", async () => await this.#refund()],
      ["kunci baru", async () => await this.#rotate()],
      ["laporan", async () => await this.#report()],
    ];
  }

  /** What the mitra can see of its books: every balance follows from the one before, and nothing is held when all has ended. */
  async checkBooks(): Promise<void> {
    if (!this.#apiKey) return;
    const saldo = await this.#get("/saldo");
    const mutasi = await this.#get("/mutasi?limit=100");
    let sum = 0;
    for (const { jumlah, saldo: after } of mutasi.toReversed()) {
      sum += jumlah;
      demand(sum === after, `saldo setelah mutasi: ${after}, seharusnya ${sum}`);
    }
    demand(sum === saldo.tersedia, `tersedia ${saldo.tersedia}, jumlah mutasi ${sum}`);
    demand(saldo.ditahan === 0, `masih ditahan: ${saldo.ditahan}`);
  }

  async #enterAdmin(): Promise<void> {
    // The account that the README opens: whichever of the two comes first does.
    const password = "password123";
    const isian = { name: "Admin User", email: "admin@example.com", username: "admin" };
    const body = { ...isian, password, role: "admin" };
    // The first account of an empty server becomes admin; later days log in.
    await this.#server.request("/auth/register", {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify(body),
    });
    const masuk = await this.#ask("POST", "/auth/login", { body: { identifier: isian.username, password } });
    this.#admin = { authorization: `Bearer ${masuk.access_token}` };
  }

  async #register(): Promise<void> {
    const email = `mitra-${randomBytes(6).toString("hex")}@example.com`;
    const keys = await this.#ask("POST", "/register", {
      body: { nama: "Toko Budi", email, hp: "08123456789", saldo: 0 },
    });
    this.#take(keys);
    this.#mitraId = (await this.#get("/mitra/saya")).id;
    const { rahasia } = await this.#ask("PUT", "/mitra/callback", {
      headers: this.#mine,
      body: { url: this.#inbox.url },
    });
    this.#inbox.trust(rahasia);
    const uji = await this.#ask("POST", "/mitra/callback/uji", { headers: this.#mine });
    demand(uji.kode_http === 204, `callback menjawab ${uji.kode_http}`);
  }

  async #price(): Promise<void> {
    const admin = { headers: this.#admin };
    // Too early, when the scheduler was faster; the list is there then.
    await this.#server.request("/produk/sinkron", { method: "POST", ...admin });
    await until(async () => (await this.#ask("GET", "/produk/biller?q=pln", admin)).length > 0);
    const pln = { kode: "pln", nama: "PLN Pascabayar", kategori: "tagihan", harga: 500, jenis: "pascabayar" };
    await this.#server.request("/produk", {
      method: "POST",
      headers: { ...JSON_TYPE, ...this.#admin },
      body: JSON.stringify(pln),
    });
    const produk = await this.#get("/produk?jenis=pascabayar");
    this.#billId = produk.find(({ kode }: Answer) => kode === "pln").id;
    const body = { mitra_id: this.#mitraId, produk_id: 1, jenis: "tetap", nilai: 11_500 };
    await this.#ask("PUT", "/aturan-harga", { ...admin, body });
    const [pulsa] = await this.#get("/produk?q=Pulsa%2010k");
    demand(pulsa.harga === 11_500, `harga khusus: ${pulsa.harga}`);
  }

  async #deposit(): Promise<void> {
    const tiket = await this.#ask("POST", "/deposit", { headers: this.#mine, body: { jumlah: 500_000 } });
    const id = randomBytes(8).toString("hex");
    const masuk = JSON.stringify([
      { mutation_id: id, type: "CR", amount: tiket.total, description: "TRANSFER" },
    ]);
    const signature = createHmac("sha256", LOCAL_SECRETS.BANK_WEBHOOK_SECRET).update(masuk).digest("hex");
    // Twice, as such services do.
    for (const _ of [1, 2]) await this.#ask("POST", "/webhook/bank", { headers: { signature }, body: masuk });
    const { tersedia } = await this.#get("/saldo");
    demand(tersedia === tiket.total, `saldo ${tersedia}, ditransfer ${tiket.total}`);
  }

  async #buyPulsa(): Promise<void> {
    const { operator } = await this.#get("/operator?nomor=08123456789");
    demand(/telkomsel/i.test(operator), `operator ${operator}`);
    const before = await this.#tersedia();
    const body = JSON.stringify({
      produk_id: 1,
      nomor_tujuan: "08123456789",
      nominal: 10_000,
      ref_id: "hari-1",
    });
    const signed = { ...this.#mine, ...this.#sign("POST", "/beli", body) };
    const { id } = await this.#ask("POST", "/beli", { headers: signed, body });
    const replay = await this.#server.request("/beli", {
      method: "POST",
      headers: { ...JSON_TYPE, ...signed },
      body,
    });
    demand(replay.status === 401, `tanda tangan yang dipakai dua kali: ${replay.status}`);
    await this.#ends(id, "sukses");
    demand((await this.#tersedia()) === before - 11_500, "pulsa tidak dipotong dengan harga khusus");
  }

  async #buyToken(): Promise<void> {
    const { nama } = await this.#ask("POST", "/cek-pln", {
      headers: this.#mine,
      body: { nomor: "12345678901" },
    });
    const body = { produk_id: 3, nomor_tujuan: "12345678901", nominal: 50_000 };
    const { id } = await this.#ask("POST", "/beli", { headers: this.#mine, body });
    await this.#ends(id, "sukses");
    const struk = await this.#get(`/struk/${id}?harga_jual=52000`);
    demand(/^(\d{4} ){4}\d{4}$/.test(struk.token.token), `token ${struk.token.token}`);
    demand(struk.token.nama === nama, `nama di token ${struk.token.nama}, di meter ${nama}`);
    const teks = await this.#get(`/struk/${id}?format=teks&harga_jual=52000`);
    demand(teks.includes(struk.token.token.slice(0, 9)), "token tidak tercetak");
    this.#server.say(teks);
  }

  async #payBill(): Promise<void> {
    const before = await this.#tersedia();
    const tanya = { produk_id: this.#billId, nomor_pelanggan: "530000000001" };
    const bill = await this.#ask("POST", "/tagihan", { headers: this.#mine, body: tanya });
    const bayar = async () => await this.#ask("POST", `/tagihan/${bill.id}/bayar`, { headers: this.#mine });
    const { id } = await bayar();
    demand((await bayar()).id === id, "tagihan dibayar dua kali");
    await this.#ends(id, "sukses");
    demand((await this.#tersedia()) === before - bill.harga, "tagihan tidak dipotong sebesar harganya");
    const struk = await this.#get(`/struk/${id}`);
    demand(struk.total === bill.total, `struk ${struk.total}, tagihan ${bill.total}`);
  }

  async #refund(): Promise<void> {
    const before = await this.#tersedia();
    const body = { produk_id: 2, nomor_tujuan: REFUNDED_NUMBER, nominal: 20_000 };
    const { id } = await this.#ask("POST", "/beli", { headers: this.#mine, body });
    await this.#ends(id, "gagal");
    await until(() => this.#inbox.told(id).includes("transaksi.dikembalikan"));
    demand(this.#inbox.told(id).length === 2, `callback: ${this.#inbox.told(id).join(", ")}`);
    demand((await this.#tersedia()) === before, "uang tidak kembali");
  }

  async #rotate(): Promise<void> {
    const old = this.#mine;
    this.#take(await this.#ask("POST", "/generate-key", { headers: old }));
    const dead = await this.#server.request("/saldo", { headers: old });
    demand(dead.status === 401, `kunci lama masih dijawab ${dead.status}`);
  }

  async #report(): Promise<void> {
    const today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
    const periode = `dari=${today}&sampai=${today}`;
    const { ringkasan, transaksi } = await this.#get(`/laporan?${periode}`);
    const { sukses, gagal, terbuka } = ringkasan;
    demand(`${sukses} ${gagal} ${terbuka}` === "3 1 0", `laporan: ${JSON.stringify(ringkasan)}`);
    const csv = await this.#get(`/laporan?${periode}&format=csv&pemisah=titik-koma`);
    demand(csv.trim().split("\r\n").length === transaksi.length + 1, "CSV tidak sepanjang laporan");
    const filtered = await this.#get(`/riwayat?status=gagal&nomor_tujuan=${REFUNDED_NUMBER}`);
    demand(filtered.length === 1, "riwayat tidak tersaring");
    demand(this.#inbox.forged === 0, `callback yang tanda tangannya salah: ${this.#inbox.forged}`);
  }

  get #mine(): Record<string, string> {
    return { "x-api-key": this.#apiKey };
  }

  #take(keys: { api_key: string; private_key: string }): void {
    [this.#apiKey, this.#privateKey] = [keys.api_key, keys.private_key];
  }

  #sign(method: string, path: string, body: string): Record<string, string> {
    const timestamp = String(Date.now());
    const signature = createHmac("sha256", this.#privateKey).update(`${timestamp}.${method}.${path}.${body}`);
    return { "x-timestamp": timestamp, "x-signature": signature.digest("hex") };
  }

  async #tersedia(): Promise<number> {
    return (await this.#get("/saldo")).tersedia;
  }

  async #ends(id: number, status: string): Promise<void> {
    const ended = async () => (await this.#get(`/status/${id}`)).status === status;
    await until(ended);
  }

  async #get(path: string): Promise<Answer> {
    return await this.#ask("GET", path, { headers: this.#mine });
  }

  /** An answer that has to be a success. */
  async #ask(method: string, path: string, { headers = {}, body }: Asking = {}): Promise<Answer> {
    const text = typeof body === "object" ? JSON.stringify(body) : body;
    const init = { method, headers: { ...(text && JSON_TYPE), ...headers }, ...(text && { body: text }) };
    const response = await this.#server.request(path, init);
    const answer = await response.text();
    this.#server.say(`${method} ${path} → ${response.status} ${answer.slice(0, 200)}`);
    demand(response.ok, `${method} ${path} menjawab ${response.status}: ${answer}`);
    return response.headers.get("content-type")?.includes("application/json") && answer
      ? JSON.parse(answer)
      : answer;
  }
}

const JSON_TYPE = { "content-type": "application/json" };

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    demand(Date.now() < deadline, "belum terjadi setelah 30 detik");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
