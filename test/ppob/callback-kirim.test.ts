import { createServer } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { listen } from "../../dev/stand-in.ts";
import { callbackDeps } from "../../src/deps.ts";
import { prosesKiriman, sapuKiriman, TANGAN_SEMITRA } from "../../src/ppob/callback/jobs.ts";
import { dorongKiriman } from "../../src/ppob/callback/callback.ts";
import { atOnce } from "../answers.ts";
import { until, useWorld } from "../harness.ts";
import { makeMitra, postJson, purchase, type Mitra } from "../make.ts";
import {
  buka,
  bukaPenerima,
  callbackOf,
  kirimanOf,
  kirimanTerbaru,
  pasang,
  type Penerima,
} from "./callback-penerima.ts";

// Failures, and what follows, with a clock that stands still, and a queue whose messages are only written down.

const MENIT = 60_000;
const JAM = 60 * MENIT;
const clock = new ManualClock();
const dns = new Map<string, string[]>();
const nudges: { path: string; body: unknown; id: string }[] = [];
const queue = {
  publish: async (path: string, body: unknown, id: string) => void nudges.push({ path, body, id }),
};
const world = useWorld({ clock, deps: { queue, resolve: async (host) => dns.get(host) ?? [] } });

/** A mitra with an endpoint, and purchases of it that have ended and nobody has been told of. */
async function menunggu(banyak = 1) {
  const mitra = await makeMitra(world, { saldo: 12_000 * (banyak + 5) });
  const penerima = await bukaPenerima();
  const rahasia = await pasang(world, mitra, penerima.url);
  const [id = 0] = await berakhir(mitra, banyak);
  return { mitra, penerima, rahasia, id };
}

/** Purchases that succeed, of which no messages have left. */
async function berakhir(mitra: Mitra, banyak = 1): Promise<number[]> {
  const ids = await atOnce(banyak, async () => await purchase(world, mitra));
  await world.idle();
  clock.advance(MENIT);
  await world.sweep();
  await world.idle();
  return ids;
}

/** Sweeps after `ms`, and returns how many deliveries there were to this receiver. */
async function sapuSetelah(ms: number, { surat }: Penerima): Promise<number> {
  clock.advance(ms);
  const before = surat.length;
  await world.sweepCallbacks();
  return surat.length - before;
}

test("a new message is the queue's for 15 seconds, then the sweeper's", async () => {
  const { penerima, rahasia } = await menunggu();
  expect(await sapuSetelah(0, penerima)).toBe(0);
  expect(await sapuSetelah(14_000, penerima)).toBe(0);
  expect(await sapuSetelah(1_000, penerima)).toBe(1);
  expect(await sapuSetelah(24 * JAM, penerima)).toBe(0);
  expect(buka(penerima.surat[0], rahasia, clock.now() - 24 * JAM)).toMatchObject({
    type: "transaksi.sukses",
  });
});

test("the queue is told once of each message, by the settlement that made it", async () => {
  nudges.length = 0;
  const { mitra } = await menunggu();
  const kiriman = await kirimanTerbaru(world, mitra);
  expect(nudges.filter(({ path }) => path === "/queue/kiriman")).toEqual([
    { path: "/queue/kiriman", body: { kiriman_id: kiriman.id }, id: `kiriman-${kiriman.id}-0` },
  ]);
});

test("a queue that is down holds nobody up", async () => {
  const { mitra, penerima } = await menunggu();
  const down = { publish: async () => await Promise.reject(new Error("down")) };
  const { id } = await kirimanTerbaru(world, mitra);
  await dorongKiriman({ ...callbackDeps(world.deps), queue: down }, { id, percobaan: 0 });
  expect(await sapuSetelah(15_000, penerima)).toBe(1);
});

test("retries: after 1, 5 and 30 minutes, 2, 6, 12, 24 and 24 hours, each signed anew over the same text; then never", async () => {
  const { mitra, penerima, rahasia } = await menunggu();
  const pesan: { at: number; surat: (typeof penerima.surat)[number] }[] = [];
  penerima.jawab((surat, response) => {
    pesan.push({ at: clock.now(), surat });
    response.writeHead(500).end();
  });
  expect(await sapuSetelah(15_000, penerima)).toBe(1);
  for (const jeda of [MENIT, 5 * MENIT, 30 * MENIT, 2 * JAM, 6 * JAM, 12 * JAM, 24 * JAM, 24 * JAM]) {
    expect(await kirimanOf(world, mitra)).toMatchObject([
      { status: "menunggu", lanjut_pada: new Date(clock.now() + jeda).toISOString() },
    ]);
    expect(await sapuSetelah(jeda - 1_000, penerima)).toBe(0);
    expect(await sapuSetelah(1_000, penerima)).toBe(1);
  }
  expect(await sapuSetelah(30 * 24 * JAM, penerima)).toBe(0);
  const kiriman = await kirimanTerbaru(world, mitra);
  expect(kiriman).toMatchObject({ status: "gagal", percobaan: 9, lanjut_pada: null, terkirim_pada: null });
  expect(kiriman.log.map(({ kode_http, galat }) => [kode_http, galat])).toEqual(
    Array.from({ length: 9 }, () => [500, "menjawab HTTP 500"]),
  );
  expect(new Set(pesan.map(({ surat }) => surat.body)).size).toBe(1);
  expect(new Set(pesan.map(({ surat }) => surat.headers["webhook-id"])).size).toBe(1);
  expect(new Set(pesan.map(({ surat }) => surat.headers["webhook-signature"])).size).toBe(9);
  for (const { at, surat } of pesan) {
    expect(surat.headers["webhook-timestamp"]).toBe(String(Math.floor(at / 1000)));
    expect(() => buka(surat, rahasia, at)).not.toThrow();
  }
});

test("it arrives at last: the endpoint counts as well again", async () => {
  const { mitra, penerima } = await menunggu();
  penerima.jawab(503);
  await sapuSetelah(15_000, penerima);
  expect(await callbackOf(world, mitra)).toMatchObject({
    aktif: true,
    gagal_sejak: new Date(clock.now()).toISOString(),
  });
  penerima.jawab(204);
  expect(await sapuSetelah(MENIT, penerima)).toBe(1);
  expect(await kirimanOf(world, mitra)).toMatchObject([{ status: "terkirim", percobaan: 2 }]);
  expect((await callbackOf(world, mitra)).gagal_sejak).toBeNull();
});

test("the queue's message fails with the endpoint, so that the queue comes again, and sooner than the sweeper", async () => {
  const { mitra, penerima } = await menunggu();
  const kiriman = await kirimanTerbaru(world, mitra);
  const deliver = async () =>
    await world.cloud.qstash.script
      .forge({ url: `${world.url}/queue/kiriman`, body: JSON.stringify({ kiriman_id: kiriman.id }) })
      .send();
  penerima.jawab(500);
  const errors = () => world.log.filter(({ level }) => level === "error");
  const before = errors().length;
  expect((await deliver()).status).toBe(503);
  expect(errors()).toHaveLength(before);
  // A copy of the same message at once: nothing to do.
  expect((await deliver()).status).toBe(200);
  expect(penerima.surat).toHaveLength(1);
  clock.advance(12_000);
  penerima.jawab(200);
  expect((await deliver()).status).toBe(200);
  expect((await deliver()).status).toBe(200);
  expect(penerima.surat).toHaveLength(2);
  expect(await kirimanOf(world, mitra)).toMatchObject([{ status: "terkirim", percobaan: 2 }]);
});

test("a message that is being delivered is nobody else's: not the queue's, the sweeper's or one by hand", async () => {
  const { mitra, penerima } = await menunggu();
  const kiriman = await kirimanTerbaru(world, mitra);
  const { promise: lepas, resolve: lepaskan } = Promise.withResolvers<void>();
  penerima.jawab(async (_, response) => {
    await lepas;
    response.end();
  });
  const working = prosesKiriman(callbackDeps(world.deps), kiriman.id);
  await until(() => penerima.surat.length === 1);
  clock.advance(30_000);
  await prosesKiriman(callbackDeps(world.deps), kiriman.id);
  const again = await postJson(world, `/mitra/callback/kiriman/${kiriman.id}/ulang`, {}, mitra.headers);
  expect(again.status).toBe(202);
  expect(await world.sweepCallbacks()).toBe(0);
  lepaskan();
  await working;
  expect(penerima.surat).toHaveLength(1);
  expect(await kirimanOf(world, mitra)).toMatchObject([{ status: "terkirim", percobaan: 1 }]);
});

test("410 Gone switches the endpoint off at once; what waits is given up, and PUT switches it on again", async () => {
  const { mitra, penerima } = await menunggu(3);
  penerima.jawab(410);
  clock.advance(15_000);
  const kiriman = await kirimanTerbaru(world, mitra);
  await prosesKiriman(callbackDeps(world.deps), kiriman.id);
  expect(await callbackOf(world, mitra)).toMatchObject({
    aktif: false,
    dimatikan_pada: new Date(clock.now()).toISOString(),
  });
  const semua = await kirimanOf(world, mitra);
  expect(semua.map(({ status, log }) => [status, log.map(({ galat }) => galat)])).toEqual([
    ["gagal", ["menjawab HTTP 410"]],
    ["gagal", ["callback dimatikan"]],
    ["gagal", ["callback dimatikan"]],
  ]);
  expect(world.log).toContainEqual(
    expect.objectContaining({ event: "callback_disabled", mitra_id: mitra.id }),
  );
  penerima.jawab(200);
  const ulang = async () =>
    await postJson(world, `/mitra/callback/kiriman/${kiriman.id}/ulang`, {}, mitra.headers);
  expect((await ulang()).status).toBe(409);
  // Nothing that ends while it is off is told later.
  await berakhir(mitra);
  expect(await kirimanOf(world, mitra)).toHaveLength(3);
  await pasang(world, mitra, penerima.url);
  expect(await callbackOf(world, mitra)).toMatchObject({
    aktif: true,
    dimatikan_pada: null,
    gagal_sejak: null,
  });
  expect((await ulang()).status).toBe(202);
  expect(await sapuSetelah(0, penerima)).toBe(1);
  expect((await kirimanOf(world, mitra)).find(({ id }) => id === kiriman.id)).toMatchObject({
    status: "terkirim",
    percobaan: 2,
  });
});

test("72 hours in which nothing gets through switch the endpoint off; one that does starts them anew", async () => {
  const { mitra, penerima } = await menunggu();
  penerima.jawab(500);
  await sapuSetelah(15_000, penerima);
  clock.advance(71 * JAM);
  await berakhir(mitra);
  penerima.jawab(200);
  await sapuSetelah(15_000, penerima);
  penerima.jawab(500);
  await berakhir(mitra);
  await sapuSetelah(15_000, penerima);
  const sejak = clock.now();
  expect(await callbackOf(world, mitra)).toMatchObject({
    aktif: true,
    gagal_sejak: new Date(sejak).toISOString(),
  });
  clock.advance(sejak + 72 * JAM - clock.now() - MENIT - 16_000);
  await berakhir(mitra, 2);
  await sapuSetelah(15_000, penerima);
  expect((await callbackOf(world, mitra)).aktif).toBe(true);
  await sapuSetelah(MENIT, penerima);
  expect(await callbackOf(world, mitra)).toMatchObject({
    aktif: false,
    gagal_sejak: new Date(sejak).toISOString(),
  });
  expect(await kirimanOf(world, mitra, "?status=menunggu")).toEqual([]);
});

test("an address that was replaced says nothing about the one that is there now", async () => {
  const { mitra, penerima } = await menunggu();
  const kiriman = await kirimanTerbaru(world, mitra);
  const baru = await bukaPenerima();
  penerima.jawab(async (_, response) => {
    await pasang(world, mitra, baru.url);
    response.writeHead(410).end();
  });
  await prosesKiriman(callbackDeps(world.deps), kiriman.id);
  expect(await callbackOf(world, mitra)).toMatchObject({ url: baru.url, aktif: true, gagal_sejak: null });
});

test("a redirect is not followed, least of all inwards", async () => {
  const { mitra, penerima } = await menunggu();
  const dalam = await bukaPenerima();
  for (const status of [301, 302, 307, 308]) {
    penerima.jawab((_, response) => void response.writeHead(status, { location: dalam.url }).end());
    await sapuSetelah(3 * JAM, penerima);
  }
  expect(dalam.surat).toEqual([]);
  const kiriman = await kirimanTerbaru(world, mitra);
  expect(kiriman.log[0]).toMatchObject({
    kode_http: 308,
    galat: "menjawab HTTP 308, dan pengalihan tidak diikuti",
  });
});

test("a name that turned inwards after it was registered is not called (DNS rebinding)", async () => {
  const mitra = await makeMitra(world, { saldo: 24_000 });
  dns.set("putar.co.id", ["8.8.8.8"]);
  await pasang(world, mitra, "https://putar.co.id/hook");
  await berakhir(mitra);
  for (const addresses of [["127.0.0.1"], ["8.8.8.8", "169.254.169.254"], []]) {
    dns.set("putar.co.id", addresses);
    clock.advance(3 * JAM);
    await world.sweepCallbacks();
  }
  const kiriman = await kirimanTerbaru(world, mitra);
  expect(kiriman.log.map(({ galat, kode_http }) => [galat, kode_http])).toEqual([
    ["alamat ditolak: namanya tidak ditemukan di DNS", null],
    ["alamat ditolak: namanya menunjuk ke alamat yang bukan publik", null],
    ["alamat ditolak: namanya menunjuk ke alamat yang bukan publik", null],
  ]);
});

test("what was registered under other rules is checked again before each delivery", async () => {
  const { mitra, penerima } = await menunggu();
  clock.advance(15_000);
  await sapuKiriman({ ...callbackDeps(world.deps), local: false, ownHost: "satupintu.example.com" });
  expect(penerima.surat).toEqual([]);
  expect(await kirimanOf(world, mitra)).toMatchObject([{ log: [{ galat: "alamat ditolak: harus https" }] }]);
});

test("an answer without end is not read", async () => {
  const { mitra, penerima } = await menunggu();
  const block = Buffer.alloc(64 * 1024, "x");
  const { promise: putus, resolve: diputus } = Promise.withResolvers<number>();
  penerima.jawab((_, response) => {
    let written = 0;
    response.on("close", () => diputus(written));
    const pour = () => {
      while (!response.destroyed && response.write(block)) written += block.length;
      if (!response.destroyed) response.once("drain", pour);
    };
    response.writeHead(200);
    pour();
  });
  await sapuSetelah(15_000, penerima);
  // What fits into the buffers on the way is all that ever left.
  expect(await putus).toBeLessThan(16 * 1024 * 1024);
  expect(await kirimanOf(world, mitra)).toMatchObject([{ status: "terkirim" }]);
});

test("nobody there", async () => {
  const { mitra } = await menunggu();
  const server = createServer();
  const port = await listen(server);
  await new Promise((closed) => server.close(closed));
  await pasang(world, mitra, `http://127.0.0.1:${port}/`);
  clock.advance(15_000);
  await world.sweepCallbacks();
  expect(await kirimanOf(world, mitra)).toMatchObject([
    { status: "menunggu", log: [{ kode_http: null, galat: "tidak dapat dihubungi" }] },
  ]);
});

test("who does not answer within ten seconds has failed", async () => {
  const { mitra, penerima } = await menunggu();
  penerima.jawab(() => {});
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const asked: number[] = [];
  // Two real seconds stand for ten.
  const sooner = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    asked.push(ms);
    return timeout(ms / 5);
  });
  onTestFinished(() => sooner.mockRestore());
  await sapuSetelah(15_000, penerima);
  expect(asked).toContain(10_000);
  expect(await kirimanOf(world, mitra)).toMatchObject([
    { status: "menunggu", log: [{ kode_http: null, galat: "tidak menjawab dalam 10 detik" }] },
  ]);
});

test("a slow mitra with many messages holds up two hands, and nobody else", async () => {
  const lambat = await menunggu(8);
  const cepat = await menunggu(2);
  const { promise: lepas, resolve: lepaskan } = Promise.withResolvers<void>();
  onTestFinished(() => lepaskan());
  let sekarang = 0;
  let terbanyak = 0;
  lambat.penerima.jawab(async (_, response) => {
    sekarang += 1;
    terbanyak = Math.max(terbanyak, sekarang);
    await lepas;
    sekarang -= 1;
    response.end();
  });
  clock.advance(15_000);
  const sweeping = world.sweepCallbacks();
  await until(() => cepat.penerima.surat.length === 2 && lambat.penerima.surat.length === TANGAN_SEMITRA);
  const lagi = await berakhir(cepat.mitra, 1);
  expect(lagi).toHaveLength(1);
  expect(lambat.penerima.surat).toHaveLength(TANGAN_SEMITRA);
  lepaskan();
  await sweeping;
  await world.sweepCallbacks();
  expect(lambat.penerima.surat).toHaveLength(8);
  expect(terbanyak).toBe(TANGAN_SEMITRA);
});

test("a message whose key cannot be opened holds up no other, and comes again", async () => {
  const rusak = await menunggu();
  const utuh = await menunggu();
  const [row] = await world.cloud.neon.asOwner("select kunci_privat_segel as s from mitra where id = $1", [
    rusak.mitra.id,
  ]);
  const segel = async (value: unknown) =>
    await world.cloud.neon.asOwner("update mitra set kunci_privat_segel = $2 where id = $1", [
      rusak.mitra.id,
      String(value),
    ]);
  await segel("1.rusak.rusak");
  clock.advance(15_000);
  await world.sweepCallbacks();
  expect([rusak.penerima.surat.length, utuh.penerima.surat.length]).toEqual([0, 1]);
  expect(world.log).toContainEqual(expect.objectContaining({ event: "sweep_failed", level: "error" }));
  await segel(row?.["s"]);
  expect(await sapuSetelah(MENIT, rusak.penerima)).toBe(1);
});

test("a settlement that is lost: the message comes again, under the same id", async () => {
  const { mitra, penerima } = await menunggu();
  penerima.jawab((_, response) => {
    const settles = ({ body }: { body: Buffer }) => body.includes("catat_kiriman");
    world.cloud.neon.faults.next({ kind: "answer", status: 503 }, 1, settles);
    response.end();
  });
  expect(await sapuSetelah(15_000, penerima)).toBe(1);
  expect(await kirimanOf(world, mitra)).toMatchObject([{ status: "menunggu", percobaan: 1 }]);
  penerima.jawab(200);
  expect(await sapuSetelah(MENIT, penerima)).toBe(1);
  expect(new Set(penerima.surat.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(await kirimanOf(world, mitra)).toMatchObject([{ status: "terkirim", percobaan: 2 }]);
});

test("no key and no secret is ever logged", async () => {
  const { mitra, penerima, rahasia } = await menunggu();
  penerima.jawab(500);
  await sapuSetelah(15_000, penerima);
  const log = JSON.stringify(world.log);
  for (const secret of [mitra.privateKey, mitra.apiKey, rahasia]) expect(log).not.toContain(secret);
});
