import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import { cariNama } from "../../src/ppob/callback/callback.ts";
import { nomor, refusalOf } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { makeMitra, postJson, purchase, statusOf, type Mitra } from "../make.ts";
import { buka, bukaPenerima, callbackOf, kirimanOf, kirimanTerbaru, pasang } from "./callback-penerima.ts";

/** What the DNS says in this file. */
const DNS: Record<string, string[]> = {
  "toko.co.id": ["8.8.8.8", "2606:4700:4700::1111"],
  "dalam.co.id": ["8.8.8.8", "10.0.0.7"],
};
const resolve = async (host: string) => DNS[host] ?? [];
const world = useWorld({ deps: { resolve } });

const put = (mitra: Mitra, url: string) => postJson(world, "/mitra/callback", { url }, mitra.headers, "PUT");
const post = (mitra: Mitra, path: string) =>
  world.request(`/mitra/callback/${path}`, { method: "POST", headers: mitra.headers });
const remove = (mitra: Mitra) =>
  world.request("/mitra/callback", { method: "DELETE", headers: mitra.headers });

/** A mitra with an endpoint and money. */
async function berlangganan() {
  const mitra = await makeMitra(world, { saldo: 100_000 });
  const penerima = await bukaPenerima();
  return { mitra, penerima, rahasia: await pasang(world, mitra, penerima.url) };
}

async function refOf(id: number): Promise<string> {
  const [row] = await world.cloud.neon.asOwner("select ref_id from percobaan where transaksi_id = $1", [id]);
  return String(row?.["ref_id"]);
}

test("a success is told once, signed, with what is true of the purchase", async () => {
  const { mitra, penerima, rahasia } = await berlangganan();
  const id = await purchase(world, mitra, { ref_id: `pesanan-${mitra.id}` });
  await world.idle();
  expect(penerima.surat).toHaveLength(1);
  const [surat] = penerima.surat;
  const peristiwa = buka(surat, rahasia);
  const { waktu, nomor_tujuan, nominal, hasil_eksekusi } = await statusOf(world, mitra, id);
  const [row] = await world.cloud.neon.asOwner("select sn, harga from transaksi where id = $1", [id]);
  expect(peristiwa).toEqual({
    type: "transaksi.sukses",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    data: {
      id,
      produk_id: 1,
      nomor_tujuan,
      nominal,
      harga: Number(row?.["harga"]),
      status: "sukses",
      ref_id: `pesanan-${mitra.id}`,
      sn: row?.["sn"],
      hasil_eksekusi,
      waktu,
      selesai_pada: expect.stringMatching(/Z$/),
    },
  });
  expect(surat?.headers).toMatchObject({
    "content-type": "application/json",
    "user-agent": "SatuPintu-Webhook/1",
    "webhook-id": expect.stringMatching(/^msg_[0-9a-f]{32}$/),
  });
  expect(await kirimanOf(world, mitra)).toMatchObject([
    {
      pesan_id: surat?.headers["webhook-id"],
      transaksi_id: id,
      peristiwa: "transaksi.sukses",
      status: "terkirim",
      percobaan: 1,
      lanjut_pada: null,
      terkirim_pada: expect.any(String),
      log: [{ url: penerima.url, kode_http: 200, galat: null }],
    },
  ]);
});

test("a failure is told; a success that the biller takes back is told again, as another event", async () => {
  const { mitra, penerima, rahasia } = await berlangganan();
  const tujuan = nomor(4);
  world.cloud.digiflazz.script.outcome(({ customerNo }) => customerNo === tujuan, {
    status: "Gagal",
    rc: "02",
  });
  const gagal = await purchase(world, mitra, { nomor_tujuan: tujuan });
  await world.idle();
  const sukses = await purchase(world, mitra, { nomor_tujuan: nomor(1) });
  await world.idle();
  world.cloud.digiflazz.book.refund(await refOf(sukses));
  await world.idle();
  const seen = penerima.surat.map((surat) => buka(surat, rahasia));
  expect(seen.map(({ type, data }) => [type, data["id"], data["status"], data["ref_id"]])).toEqual([
    ["transaksi.gagal", gagal, "gagal", null],
    ["transaksi.sukses", sukses, "sukses", null],
    ["transaksi.dikembalikan", sukses, "gagal", null],
  ]);
  expect(new Set(penerima.surat.map(({ headers }) => headers["webhook-id"])).size).toBe(3);
  expect(seen[0]?.data["hasil_eksekusi"]).toContain("gagal");
});

test("queue messages delivered three times at once, and a settlement heard again: still one delivery for each state", async () => {
  const { mitra, penerima } = await berlangganan();
  world.cloud.qstash.script.duplicate(3, { atOnce: true });
  world.cloud.digiflazz.script.webhook(() => true, { kind: "duplicate", copies: 3 });
  world.cloud.digiflazz.script.webhookForEvery(true);
  await purchase(world, mitra);
  await world.idle();
  await Promise.all([1, 2, 3, 4, 5].map(async () => await world.sweepCallbacks()));
  world.cloud.digiflazz.script.webhookForEvery(false);
  await world.idle();
  expect(penerima.surat).toHaveLength(1);
});

test("a serial number that comes later makes no second event", async () => {
  const { mitra, penerima } = await berlangganan();
  const id = await purchase(world, mitra);
  await world.idle();
  await world.cloud.neon.asOwner("update transaksi set sn = 'LATER', hasil_eksekusi = 'x' where id = $1", [
    id,
  ]);
  await world.cloud.neon.asOwner("update transaksi set status = status where id = $1", [id]);
  await world.idle();
  expect(penerima.surat).toHaveLength(1);
  expect(await kirimanOf(world, mitra)).toHaveLength(1);
});

test("whoever has no endpoint is told nothing, and has none to show", async () => {
  const mitra = await makeMitra(world, { saldo: 20_000 });
  await purchase(world, mitra);
  await world.idle();
  expect(await kirimanOf(world, mitra)).toEqual([]);
  expect(await refusalOf(await world.request("/mitra/callback", { headers: mitra.headers }))).toBe(
    "404 callback-tidak-ada",
  );
  expect(await refusalOf(await remove(mitra))).toBe("404 callback-tidak-ada");
  expect(await refusalOf(await post(mitra, "uji"))).toBe("404 callback-tidak-ada");
});

test("a signature is worth nothing on another body, id, time or with another secret", async () => {
  const { mitra, penerima, rahasia } = await berlangganan();
  await purchase(world, mitra);
  await world.idle();
  const [surat] = penerima.surat;
  if (!surat) throw new Error("nothing came");
  const lain = (change: Record<string, string>) => ({ ...surat, headers: { ...surat.headers, ...change } });
  expect(() => buka(surat, rahasia)).not.toThrow();
  expect(() => buka({ ...surat, body: surat.body.replace("sukses", "gagal ") }, rahasia)).toThrow(
    "signature",
  );
  expect(() => buka(lain({ "webhook-id": "msg_lain" }), rahasia)).toThrow("signature");
  const detik = Number(surat?.headers["webhook-timestamp"]) - 1;
  expect(() => buka(lain({ "webhook-timestamp": String(detik) }), rahasia)).toThrow("signature");
  const other = await makeMitra(world);
  expect(() => buka(surat, rahasiaOf(other.privateKey))).toThrow("signature");
  expect(() => buka(surat, rahasia, Date.now() + 6 * 60_000)).toThrow("too old");
});

/** As the documentation tells a mitra to compute it. */
function rahasiaOf(privateKey: string): string {
  return `whsec_${createHmac("sha256", privateKey).update("webhook").digest("base64")}`;
}

test("the secret follows from the private key, and is another one after the keys were changed, also for what waited", async () => {
  const { mitra, penerima, rahasia } = await berlangganan();
  expect(rahasia).toBe(rahasiaOf(mitra.privateKey));
  const id = await purchase(world, mitra);
  await world.idle();
  penerima.jawab(200);
  penerima.surat.length = 0;
  await world.cloud.neon.asOwner(
    "update kiriman set status = 'menunggu', lanjut_pada = now() where transaksi_id = $1",
    [id],
  );
  const rotated = await world.request("/generate-key", { method: "POST", headers: mitra.headers });
  const { private_key: baru } = (await rotated.json()) as { private_key: string };
  await world.sweepCallbacks();
  expect(penerima.surat).toHaveLength(1);
  expect(buka(penerima.surat[0], rahasiaOf(baru)).data["id"]).toBe(id);
  expect(() => buka(penerima.surat[0], rahasia)).toThrow("signature");
  expect(JSON.stringify(world.log)).not.toContain(baru);
});

test("one endpoint for each mitra: seen, replaced, removed, and nobody else's", async () => {
  const { mitra, penerima } = await berlangganan();
  const other = await makeMitra(world);
  expect(await callbackOf(world, mitra)).toEqual({
    url: penerima.url,
    aktif: true,
    gagal_sejak: null,
    dimatikan_pada: null,
    diubah_pada: expect.any(String),
  });
  expect(await refusalOf(await world.request("/mitra/callback", { headers: other.headers }))).toBe(
    "404 callback-tidak-ada",
  );
  expect((await put(mitra, `${penerima.url}/baru#x`)).status).toBe(200);
  expect((await callbackOf(world, mitra)).url).toBe(`${penerima.url}/baru`);
  await purchase(world, mitra);
  await world.idle();
  expect(penerima.surat.map(({ path }) => path)).toEqual(["/hook/baru"]);
  const kiriman = await kirimanTerbaru(world, mitra);
  expect(await kirimanOf(world, other)).toEqual([]);
  expect(await refusalOf(await post(other, `kiriman/${kiriman.id}/ulang`))).toBe("404 kiriman-tidak-ada");
  expect((await remove(mitra)).status).toBe(204);
  expect(await refusalOf(await post(mitra, `kiriman/${kiriman.id}/ulang`))).toBe("409 callback-mati");
  await purchase(world, mitra);
  await world.idle();
  expect(penerima.surat).toHaveLength(1);
});

test("what waits when the endpoint is removed is given up, and says why", async () => {
  const { mitra, penerima } = await berlangganan();
  penerima.jawab(500);
  await purchase(world, mitra);
  await world.idle();
  expect((await remove(mitra)).status).toBe(204);
  expect(await kirimanOf(world, mitra)).toMatchObject([
    {
      status: "gagal",
      lanjut_pada: null,
      log: [
        { galat: "callback dimatikan", kode_http: null },
        { galat: "menjawab HTTP 500", kode_http: 500 },
      ],
    },
  ]);
});

test("a message that was told to wait meets an endpoint that is off: it is given up by whoever takes it", async () => {
  const { mitra, penerima } = await berlangganan();
  penerima.jawab(500);
  const ids = [await purchase(world, mitra), await purchase(world, mitra)];
  await world.idle();
  await world.cloud.neon.asOwner("update callback set aktif = false where mitra_id = $1", [mitra.id]);
  await world.cloud.neon.asOwner(
    "update kiriman set status = 'menunggu', lanjut_pada = now() where mitra_id = $1",
    [mitra.id],
  );
  const before = penerima.surat.length;
  await world.sweepCallbacks();
  expect(penerima.surat).toHaveLength(before);
  const kiriman = await kirimanOf(world, mitra);
  expect(kiriman.map(({ transaksi_id: id }) => id)).toEqual(ids.toReversed());
  for (const { status, log } of kiriman) {
    expect(status).toBe("gagal");
    expect(log[0]?.galat).toBe("callback dimatikan");
  }
});

test("messages by page, status and purchase", async () => {
  const { mitra } = await berlangganan();
  const ids = [await purchase(world, mitra), await purchase(world, mitra), await purchase(world, mitra)];
  await world.idle();
  const first = await world.request("/mitra/callback/kiriman?limit=2", { headers: mitra.headers });
  const link = /<(.+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
  const rows = [
    ...((await first.json()) as { transaksi_id: number }[]),
    ...(await kirimanOf(world, mitra, link)),
  ];
  expect(rows.map(({ transaksi_id: id }) => id)).toEqual(ids.toReversed());
  expect(await kirimanOf(world, mitra, "?status=menunggu")).toEqual([]);
  expect(await kirimanOf(world, mitra, `?status=terkirim&transaksi_id=${ids[1]}`)).toMatchObject([
    { transaksi_id: ids[1] },
  ]);
});

test("by hand, what has arrived comes once more, under its old id", async () => {
  const { mitra, penerima, rahasia } = await berlangganan();
  await purchase(world, mitra);
  await world.idle();
  const kiriman = await kirimanTerbaru(world, mitra);
  const again = await post(mitra, `kiriman/${kiriman.id}/ulang`);
  expect([again.status, await again.json()]).toEqual([202, { id: kiriman.id, status: "menunggu" }]);
  await world.idle();
  expect(penerima.surat.map((surat) => buka(surat, rahasia).type)).toEqual([
    "transaksi.sukses",
    "transaksi.sukses",
  ]);
  expect(new Set(penerima.surat.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(penerima.surat.map(({ body }) => body)).size).toBe(1);
  expect(await kirimanOf(world, mitra)).toMatchObject([{ status: "terkirim", percobaan: 2 }]);
});

test("a sample is delivered at once, and its end is told", async () => {
  const { mitra, penerima, rahasia } = await berlangganan();
  const contoh = async () => (await post(mitra, "uji")).json();
  expect(await contoh()).toEqual({ kode_http: 200, galat: null, ms: expect.any(Number) });
  expect(buka(penerima.surat[0], rahasia)).toMatchObject({ type: "uji" });
  penerima.jawab(418);
  expect(await contoh()).toMatchObject({ kode_http: 418, galat: "menjawab HTTP 418" });
  penerima.jawab((_, response) => void response.destroy());
  expect(await contoh()).toMatchObject({ kode_http: null, galat: "tidak dapat dihubungi" });
  expect(await kirimanOf(world, mitra)).toEqual([]);
  expect((await callbackOf(world, mitra)).gagal_sejak).toBeNull();
});

/** The same house with other settings. */
function rumah(menjadi: Partial<Config>) {
  const app = createApp({ ...world.deps, config: { ...world.deps.config, ...menjadi } });
  return { request: async (path: string, init?: RequestInit) => await app.request(path, init) };
}

test("ten samples a minute where limits are strict", async () => {
  const { mitra, penerima } = await berlangganan();
  const ketat = rumah({ strictRateLimits: true });
  const contoh = async () =>
    await ketat.request("/mitra/callback/uji", { method: "POST", headers: mitra.headers });
  for (let n = 0; n < 10; n++) expect((await contoh()).status).toBe(200);
  expect(await refusalOf(await contoh())).toBe("429 terlalu-sering");
  expect(penerima.surat).toHaveLength(10);
});

test.each([
  ["https://dalam.co.id/hook", "namanya menunjuk ke alamat yang bukan publik"],
  ["https://tidak-ada.co.id/hook", "namanya tidak ditemukan di DNS"],
  ["https://169.254.169.254/latest", "bukan alamat publik"],
  ["http://toko.co.id/", "harus https"],
  ["ftp://127.0.0.1/", "harus https"],
  ["https://a:b@toko.co.id/", "tidak boleh memuat nama pengguna atau sandi"],
  ["bukan url", "bukan URL lengkap"],
])("PUT of %s is refused: %s", async (url, alasan) => {
  const mitra = await makeMitra(world);
  const response = await put(mitra, url);
  expect(await refusalOf(response.clone())).toBe("422 alamat-callback-ditolak");
  expect(await response.json()).toMatchObject({
    detail: `Alamat callback ditolak: ${alasan}.`,
    errors: [{ pointer: "#/url" }],
  });
});

test("our own door is nobody's endpoint", async () => {
  expect(await refusalOf(await put(await makeMitra(world), `${world.url}/queue/kiriman`))).toBe(
    "422 alamat-callback-ditolak",
  );
});

test("a name of public addresses is taken, in production too; this machine is not", async () => {
  const mitra = await makeMitra(world);
  expect((await put(mitra, "https://toko.co.id/hook")).status).toBe(200);
  const produksi = rumah({ local: false, publicUrl: "https://satupintu.example.com" });
  const putTo = async (url: string) =>
    await refusalOf(await postJson(produksi, "/mitra/callback", { url }, mitra.headers, "PUT"));
  expect(await putTo("https://toko.co.id/lain")).toBe("200");
  for (const url of [
    "http://127.0.0.1:9999/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://satupintu.example.com/",
    "https://dalam.co.id/",
  ])
    expect(await putTo(url), url).toBe("422 alamat-callback-ditolak");
  expect((await callbackOf(world, mitra)).url).toBe("https://toko.co.id/lain");
});

test("nobody but the queue makes it deliver", async () => {
  const { mitra, penerima } = await berlangganan();
  await purchase(world, mitra);
  await world.idle();
  penerima.surat.length = 0;
  const kiriman = await kirimanTerbaru(world, mitra);
  const body = { kiriman_id: kiriman.id };
  expect(await refusalOf(await postJson(world, "/queue/kiriman", body))).toBe("401 tanda-tangan-salah");
  const forged = world.cloud.qstash.script.forge({
    url: `${world.url}/queue/kiriman`,
    body: JSON.stringify(body),
    defects: ["wrong-key"],
  });
  expect((await forged.send()).status).toBe(401);
  expect(penerima.surat).toEqual([]);
});

test("a name that does not exist has no addresses", async () => {
  expect(await cariNama("tidak-ada.invalid")).toEqual([]);
});
