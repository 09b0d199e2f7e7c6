import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atOnce, nomor, refusalOf, tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import {
  balances,
  firstAdmin,
  makeMitra,
  postJson,
  purchase,
  requestPurchase,
  statusOf,
  type Mitra,
} from "../make.ts";
import { about, newNumber } from "./biller-case.ts";
import { buka, bukaPenerima, pasang } from "./callback-penerima.ts";
import { aturHarga, makeProduk, satuProduk } from "./produk.ts";

// The acceptance checklist of resellers, points 1 to 14, each through the public API. The suites named after their subject
// look closer at each of them.

const HARGA = 12_000;
const DAY = 86_400_000;
/** Ten in the morning in Jakarta. */
const clock = new ManualClock(Date.parse("2026-11-20T03:00:00Z"));
const world = useWorld({
  clock,
  env: { BILLER_RECHECK_SECONDS: "60", BILLER_TIMEOUT_SECONDS: "5", ACCESS_TOKEN_EXPIRE_MINUTES: "99999" },
});
const script = () => world.cloud.digiflazz.script;
const book = () => world.cloud.digiflazz.book;

async function beli(isian: Partial<Parameters<typeof purchase>[2]> = {}, saldo = HARGA) {
  const mitra = await makeMitra(world, { saldo });
  const nomor_tujuan = isian.nomor_tujuan ?? newNumber();
  const id = await purchase(world, mitra, { ...isian, nomor_tujuan });
  await world.idle();
  return { mitra, id, nomor_tujuan };
}

const refOf = async (id: number) => {
  const [row] = await world.cloud.neon.asOwner("select ref_id from percobaan where transaksi_id = $1", [id]);
  return String(row?.["ref_id"]);
};

/** A purchase that the biller has executed, and whose answer and webhook were lost. */
async function takTerjawab() {
  const nomor_tujuan = newNumber();
  script().webhook(({ customerNo }) => customerNo === nomor_tujuan, { kind: "drop" });
  world.cloud.digiflazz.faults.next({ kind: "hangAfter" }, 1, about(nomor_tujuan));
  return await beli({ nomor_tujuan });
}

const sweepAfter = async (ms: number) => {
  clock.advance(ms);
  await world.sweep();
  await world.idle();
};

const webhook = async (body: string, signature?: string) =>
  await world.request("/webhook/biller", {
    method: "POST",
    headers: { "content-type": "application/json", ...(signature && { "x-hub-signature": signature }) },
    body,
  });

/** As the biller signs. */
const signed = (body: string, secret = world.cloud.digiflazz.webhookSecret) =>
  `sha1=${createHmac("sha1", secret).update(body).digest("hex")}`;

test("H1: the same key and body is the same purchase, another body is refused, two at once are one", async () => {
  const mitra = await makeMitra(world, { saldo: 3 * HARGA });
  const key = { "idempotency-key": "pesanan-1" };
  const both = await atOnce(2, async () => await requestPurchase(world, mitra, {}, key));
  const ids = await Promise.all(both.map(async (answer) => (await answer.json<{ id: number }>()).id));
  expect(new Set(ids).size).toBe(1);
  expect(both.filter((answer) => answer.headers.get("idempotency-replayed") === "true")).toHaveLength(1);
  const again = await requestPurchase(world, mitra, {}, key);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(await again.json()).toMatchObject({ id: ids[0] });
  expect(await refusalOf(await requestPurchase(world, mitra, { nomor_tujuan: "0899999999" }, key))).toBe(
    "409 kunci-dipakai",
  );
  expect(
    (await balances(world, mitra)).tersedia + (await balances(world, mitra)).ditahan,
  ).toBeGreaterThanOrEqual(2 * HARGA);
  expect(
    await world.cloud.neon.asOwner("select id from transaksi where mitra_id = $1", [mitra.id]),
  ).toHaveLength(1);
});

test("H2: of many purchases at once, those that the balance pays for succeed; it is the sum of its entries", async () => {
  const mitra = await makeMitra(world, { saldo: 5 * HARGA + 1 });
  const answers = await atOnce(20, async (at) =>
    refusalOf(await requestPurchase(world, mitra, { nomor_tujuan: nomor(at) })),
  );
  expect(tally(answers)).toEqual({ 200: 5, "402 saldo-tidak-cukup": 15 });
  await world.idle();
  const saldo = (await (await world.request("/saldo", { headers: mitra.headers })).json()) as object;
  expect(saldo).toMatchObject({ tersedia: 1, ditahan: 0 });
  const mutasi = (await (await world.request("/mutasi", { headers: mitra.headers })).json()) as {
    jumlah: number;
    saldo: number;
  }[];
  expect(mutasi.reduce((sum, { jumlah }) => sum + jumlah, 0)).toBe(1);
  expect(Math.min(...mutasi.map((entry) => entry.saldo))).toBe(1);
});

test("H3: a timeout keeps the hold; what is heard later settles it once, and nothing is given back twice", async () => {
  const { mitra, id } = await takTerjawab();
  expect((await statusOf(world, mitra, id)).status).toBe("proses");
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: HARGA });
  for (const _ of Array(3).keys()) await script().sendWebhook(await refOf(id));
  await world.idle();
  expect((await statusOf(world, mitra, id)).status).toBe("sukses");
  await sweepAfter(600_000);
  await script().sendWebhook(await refOf(id), { status: "Pending", rc: "03" });
  await world.idle();
  expect((await statusOf(world, mitra, id)).status).toBe("sukses");
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
  expect(book().executions(await refOf(id))).toBe(1);
});

test("H4: webhooks are signed; a ping may not be; copies and old news change nothing; rc 74 is refunded once", async () => {
  const { mitra, id } = await beli();
  const ref = await refOf(id);
  const body = JSON.stringify({ data: { ref_id: ref, status: "Gagal", rc: "74", message: "x" } });
  expect((await webhook(body)).status).toBe(401);
  expect((await webhook(body, signed(body, "rahasia lain"))).status).toBe(401);
  expect((await webhook(JSON.stringify({ sed: "x", hook_id: "1", hook: {} }))).status).toBe(200);
  expect((await statusOf(world, mitra, id)).status).toBe("sukses");
  // Signed, but of a purchase of nobody.
  const other = body.replace(ref, "tidak-ada");
  expect((await webhook(other, signed(other))).status).toBe(200);
  await script().sendWebhook(ref, { status: "Pending", rc: "03" });
  expect((await statusOf(world, mitra, id)).status).toBe("sukses");
  book().refund(ref);
  await world.idle();
  for (const _ of Array(3).keys()) await script().sendWebhook(ref);
  await world.idle();
  expect((await statusOf(world, mitra, id)).status).toBe("gagal");
  expect(await balances(world, mitra)).toEqual({ tersedia: HARGA, ditahan: 0 });
});

test("H5: the biller is never asked again within 60 s nor after 85 days, and never because a mitra asks us", async () => {
  const { mitra, id, nomor_tujuan } = await takTerjawab();
  const asked = async () => {
    const [row] = await world.cloud.neon.asOwner("select ditanya from percobaan where transaksi_id = $1", [
      id,
    ]);
    return Number(row?.["ditanya"]);
  };
  // The biller itself refuses whoever comes too soon, and never answers again here.
  script().enforceRecheck(true);
  script().reply(({ customerNo, repeat }) => customerNo === nomor_tujuan && repeat, { kind: "truncated" });
  const requests = world.cloud.digiflazz.requests;
  for (const _ of Array(20).keys()) await statusOf(world, mitra, id);
  await world.request(`/riwayat?nomor_tujuan=${nomor_tujuan}`, { headers: mitra.headers });
  expect(world.cloud.digiflazz.requests).toBe(requests);
  expect(await asked()).toBe(1);
  for (const _ of Array(5).keys()) await sweepAfter(11_900);
  expect(await asked()).toBe(1);
  await sweepAfter(15_500);
  expect(await asked()).toBe(2);
  expect(world.log.filter((line) => line["rc"] === "85")).toEqual([]);
  // Long before the biller would take the same name for a new purchase.
  await sweepAfter(84 * DAY);
  const before = await asked();
  await sweepAfter(2 * DAY);
  await sweepAfter(30 * DAY);
  expect(await asked()).toBe(before);
  expect((await statusOf(world, mitra, id)).status).toBe("proses");
  expect(book().executions(await refOf(id))).toBe(1);
  expect(world.log).toContainEqual(expect.objectContaining({ event: "attempt_too_old", transaksi_id: id }));
  // What the biller tells by itself is heard at any age.
  const late = JSON.stringify({ data: { ref_id: await refOf(id), status: "Sukses", rc: "00", sn: "1" } });
  expect((await webhook(late, signed(late))).status).toBe(200);
  expect((await statusOf(world, mitra, id)).status).toBe("sukses");
});

test("H6: a code that nobody knows leaves the purchase open, and is reported", async () => {
  const nomor_tujuan = newNumber();
  script().outcome(({ customerNo }) => customerNo === nomor_tujuan, { status: "Gagal", rc: "ZZ" });
  const { mitra, id } = await beli({ nomor_tujuan });
  expect((await statusOf(world, mitra, id)).status).toBe("proses");
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: HARGA });
  expect(world.log).toContainEqual(
    expect.objectContaining({ level: "warn", event: "biller_reply_unknown", rc: "ZZ", transaksi_id: id }),
  );
});

test("H7: closed across midnight in Jakarta, once a day for a number, stock without limit, both status flags", async () => {
  const admin = await firstAdmin(world);
  const kode = ["malam25", "sekali15", "habis5", "tutup5", "nonaktif5"] as const;
  for (const satu of kode) {
    const isian = { kode: satu, nama: satu, kategori: "uji", harga: 30_000, nominal: 5_000 };
    expect((await postJson(world, "/produk", isian, admin.headers)).status).toBe(201);
  }
  clock.advance(600_000);
  await world.syncProducts();
  const mitra = await makeMitra(world);
  const coba = async (satu: (typeof kode)[number], nomor_tujuan: string) => {
    const produk = await satuProduk(world, mitra, satu);
    const body = { produk_id: produk.id, nomor_tujuan, nominal: 5_000 };
    return [produk.alasan, await refusalOf(await postJson(world, "/beli", body, mitra.headers))];
  };
  const to = (time: string) => {
    const today = new Date(clock.now() + 7 * 3_600_000).toISOString().slice(0, 10);
    const at = Date.parse(`${today}T${time}:00+07:00`);
    clock.advance(at > clock.now() ? at - clock.now() : at + DAY - clock.now());
  };
  to("23:44");
  expect(await coba("malam25", newNumber())).toEqual([null, "200"]);
  for (const time of ["23:45", "00:00", "00:14"]) {
    to(time);
    expect(await coba("malam25", newNumber()), time).toEqual(["tutup", "409 produk-tutup"]);
  }
  to("00:15");
  expect(await coba("malam25", newNumber())).toEqual([null, "200"]);
  const nomor_tujuan = newNumber();
  expect(await coba("sekali15", nomor_tujuan)).toEqual([null, "200"]);
  expect(await coba("sekali15", nomor_tujuan)).toEqual([null, "409 sudah-dibeli-hari-ini"]);
  expect(await coba("sekali15", newNumber())).toEqual([null, "200"]);
  await world.idle();
  to("00:00");
  expect(await coba("sekali15", nomor_tujuan)).toEqual([null, "200"]);
  expect(await coba("habis5", newNumber())).toEqual(["stok habis", "409 produk-tidak-tersedia"]);
  expect(await coba("tutup5", newNumber())).toEqual(["gangguan", "409 produk-tidak-tersedia"]);
  expect(await coba("nonaktif5", newNumber())).toEqual(["gangguan", "409 produk-tidak-tersedia"]);
  // No stock is no obstacle where there is no limit: the seed's products have none.
  expect((await satuProduk(world, mitra, "pulsa10")).alasan).toBeNull();
  await world.idle();
});

test("H8: the biller may take what the mitra paid at the most; dearer is given back, and the list read again", async () => {
  await world.syncProducts();
  const mitra = await makeMitra(world, { saldo: HARGA });
  const nomor_tujuan = newNumber();
  script().product("pulsa10", { price: HARGA + 1 });
  try {
    const id = await purchase(world, mitra, { nomor_tujuan });
    await world.idle();
    expect(await statusOf(world, mitra, id)).toMatchObject({
      status: "gagal",
      hasil_eksekusi: "Transaksi PPOB gagal: harga produk berubah. Saldo dikembalikan.",
    });
    expect(await balances(world, mitra)).toEqual({ tersedia: HARGA, ditahan: 0 });
    expect(book().executions(await refOf(id))).toBe(0);
    // We know the new price now, and do not try again.
    expect(await satuProduk(world, mitra, "pulsa10")).toMatchObject({ tersedia: false });
    expect(await refusalOf(await requestPurchase(world, mitra, { nomor_tujuan }))).toBe(
      "409 produk-tidak-tersedia",
    );
  } finally {
    script().product("pulsa10", { price: 10_900 });
    clock.advance(305_000);
    await world.syncProducts();
  }
  const id = await purchase(world, mitra, { nomor_tujuan });
  await world.idle();
  expect((await statusOf(world, mitra, id)).status).toBe("sukses");
});

test("H9: a bill is paid from an answer of the same day, once, and never sent again", async () => {
  const produk = await makeProduk(world, {
    kode: "pln",
    harga: 500,
    nominal: undefined,
    jenis: "pascabayar",
  });
  const mitra = await makeMitra(world);
  const tanya = async (nomor_pelanggan: string) => {
    const answer = await postJson(
      world,
      "/tagihan",
      { produk_id: produk.id, nomor_pelanggan },
      mitra.headers,
    );
    expect(answer.status, await answer.clone().text()).toBe(201);
    return (await answer.json()) as { id: number; harga: number };
  };
  const bayar = async (id: number) =>
    await world.request(`/tagihan/${id}/bayar`, { method: "POST", headers: mitra.headers });
  const bill = await tanya("530000000001");
  const lama = await tanya("530000000002");
  world.cloud.digiflazz.faults.next({ kind: "replace", status: 502 }, 1, ({ body }) =>
    body.includes("pay-pasca"),
  );
  const paid = await atOnce(5, async () => (await (await bayar(bill.id)).json<{ id: number }>()).id);
  expect(new Set(paid).size).toBe(1);
  await world.idle();
  expect((await statusOf(world, mitra, paid[0] ?? 0)).status).toBe("proses");
  await sweepAfter(120_000);
  expect((await statusOf(world, mitra, paid[0] ?? 0)).status).toBe("sukses");
  expect(book().executions(await refOf(paid[0] ?? 0))).toBe(1);
  expect((await balances(world, mitra)).tersedia).toBe(1_000_000 - bill.harga);
  clock.advance(DAY);
  expect(await refusalOf(await bayar(lama.id))).toBe("409 tagihan-kedaluwarsa");
});

test("H10: a purchase keeps its price; rules of the mitra go before its tier's, and these before everybody's", async () => {
  await world.syncProducts();
  const mitra = await makeMitra(world);
  const { headers } = await firstAdmin(world);
  const produk = await makeProduk(world, { harga: HARGA });
  const harga = async () => (await satuProduk(world, mitra, produk.kode)).harga;
  const rule = async (scope: object, nilai: number) =>
    expect((await aturHarga(world, { ...scope, produk_id: produk.id, jenis: "tetap", nilai })).status).toBe(
      200,
    );
  expect(await harga()).toBe(HARGA);
  const first = await purchase(world, mitra, { produk_id: produk.id, nomor_tujuan: newNumber() });
  await rule({}, 11_900);
  expect(await harga()).toBe(11_900);
  await rule({ tier: "emas" }, 11_800);
  expect(await harga()).toBe(11_900);
  await postJson(world, `/mitra/${mitra.id}`, { tier: "emas" }, headers, "PATCH");
  expect(await harga()).toBe(11_800);
  await rule({ mitra_id: mitra.id }, 11_700);
  expect(await harga()).toBe(11_700);
  const second = await purchase(world, mitra, { produk_id: produk.id, nomor_tujuan: newNumber() });
  await rule({ mitra_id: mitra.id }, 11_999);
  await world.idle();
  const rows = await world.cloud.neon.asOwner(
    "select id::int, harga::int from transaksi where id in ($1, $2) order by id",
    [first, second],
  );
  expect(rows.map((row) => Number(row["harga"]))).toEqual([HARGA, 11_700]);
});

test("H11: the token is read from the serial number, and the receipt says what a receipt has to say", async () => {
  const { mitra, id } = await beli({ produk_id: 3, nomor_tujuan: "12345678901", nominal: 50_000 }, 51_000);
  const struk = async (query: string) =>
    await world.request(`/struk/${id}${query}`, { headers: mitra.headers });
  expect(await (await struk("?harga_jual=53000")).json()).toMatchObject({
    merchant: "Budi Santoso",
    produk: "Token Listrik 50k",
    nomor_tujuan: "12345678901",
    total: 53_000,
    status: "sukses",
    token: {
      token: expect.stringMatching(/^(\d{4} ){4}\d{4}$/) as string,
      nama: expect.stringMatching(/^[A-Z ]+$/) as string,
      tarif: "R1",
      daya: expect.stringMatching(/^\d+VA$/) as string,
    },
  });
  const teks = await (await struk("?format=teks&harga_jual=53000")).text();
  expect(teks.split("\n").filter((line) => line.length > 32)).toEqual([]);
  for (const part of ["12345678901", "53.000", "Budi Santoso"]) expect(teks).toContain(part);
  // What it cost the mitra is nobody else's business.
  expect(teks).not.toContain("51.000");
  expect((await struk("?format=html")).headers.get("content-type")).toMatch(/^text\/html/);
});

test("H12: the price list is asked for once in five minutes, and served from our database", async () => {
  clock.advance(600_000);
  const mitra = await makeMitra(world);
  const requests = world.cloud.digiflazz.requests;
  await Promise.all(Array.from({ length: 5 }, async () => await world.syncProducts()));
  expect(world.cloud.digiflazz.requests).toBe(requests + 2);
  for (const _ of Array(4).keys()) {
    clock.advance(60_000);
    await world.syncProducts();
    await world.request("/produk", { headers: mitra.headers });
  }
  expect(world.cloud.digiflazz.requests).toBe(requests + 2);
  clock.advance(70_000);
  await world.syncProducts();
  expect(world.cloud.digiflazz.requests).toBe(requests + 4);
});

test("H13: keys are shown once, stored as a hash, known by their beginning, replaced at once, and held to their addresses", async () => {
  const mitra = await makeMitra(world);
  const [row] = await world.cloud.neon.asOwner("select * from mitra where id = $1", [mitra.id]);
  expect(JSON.stringify(row)).not.toContain(mitra.apiKey);
  expect(JSON.stringify(row)).not.toContain(mitra.privateKey);
  const me = async (headers: Record<string, string>) => await world.request("/mitra/saya", { headers });
  const seen = await (await me(mitra.headers)).text();
  expect(seen).toContain(`"kunci_api_awalan":"${mitra.apiKey.slice(0, 8)}"`);
  expect(seen).toContain(`"kunci_dipakai_pada":"${new Date(clock.now()).toISOString()}"`);
  expect(seen).not.toContain(mitra.apiKey);
  const from = (address: string) => ({ ...mitra.headers, "cf-connecting-ip": address });
  await postJson(world, "/mitra/saya", { alamat_ip: ["203.0.113.0/24"] }, from("203.0.113.1"), "PATCH");
  expect(await refusalOf(await me(from("198.51.100.1")))).toBe("403 alamat-ip-ditolak");
  // The contract kills the old pair at once; there is no overlap.
  const rotated = await world.request("/generate-key", { method: "POST", headers: from("203.0.113.1") });
  const keys = (await rotated.json()) as { api_key: string };
  expect(await refusalOf(await me(from("203.0.113.1")))).toBe("401 kunci-api-salah");
  const fresh = { ...from("203.0.113.1"), "x-api-key": keys.api_key };
  expect((await me(fresh)).status).toBe(200);
});

test("H14: a mitra's endpoint hears signed messages, tried again with pauses, kept in a log, and sent again by hand", async () => {
  const mitra: Mitra = await makeMitra(world);
  const penerima = await bukaPenerima();
  const rahasia = await pasang(world, mitra, penerima.url);
  penerima.jawab(503);
  const id = await purchase(world, mitra, { nomor_tujuan: newNumber() });
  await world.idle();
  const first = penerima.surat.length;
  expect(first).toBeGreaterThanOrEqual(1);
  penerima.jawab(200);
  clock.advance(60_000);
  await world.sweepCallbacks();
  await world.idle();
  const [pesan, ...more] = penerima.surat.slice(first);
  expect(more).toEqual([]);
  expect(buka(pesan, rahasia, clock.now())).toMatchObject({
    type: "transaksi.sukses",
    data: { id, status: "sukses" },
  });
  const kiriman = async () =>
    (await (await world.request("/mitra/callback/kiriman", { headers: mitra.headers })).json()) as {
      id: number;
      status: string;
      percobaan: number;
      log: { kode_http: number }[];
    }[];
  const [sent] = await kiriman();
  expect(sent).toMatchObject({ status: "terkirim", percobaan: first + 1 });
  expect(sent?.log.map(({ kode_http: code }) => code)).toEqual([200, ...Array<number>(first).fill(503)]);
  const again = await world.request(`/mitra/callback/kiriman/${sent?.id}/ulang`, {
    method: "POST",
    headers: mitra.headers,
  });
  expect(again.status).toBe(202);
  await world.idle();
  expect(penerima.surat.at(-1)?.headers["webhook-id"]).toBe(pesan?.headers["webhook-id"]);
  expect(penerima.surat).toHaveLength(first + 2);
});
