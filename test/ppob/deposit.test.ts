import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { withActor, withoutActor } from "../../src/platform/db/database.ts";
import { service } from "../../src/platform/db/actor.ts";
import { refusalOf, tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import {
  balances,
  firstAdmin,
  login,
  makeAkun,
  makeMitra,
  postJson,
  type Mitra,
  type Orang,
} from "../make.ts";
import { bayar, lapor } from "./bank.ts";

const clock = new ManualClock(Date.parse("2026-11-20T03:00:00Z"));
const REKENING = "BCA 0123456789 a.n. PT Satu Pintu";
const world = useWorld({ clock, env: { REKENING_DEPOSIT: REKENING } });
const HOUR = 3_600_000;
const MAX_SALDO = Number.MAX_SAFE_INTEGER;

interface Tiket {
  id: number;
  mitra_id: number;
  jumlah: number;
  kode_unik: number;
  total: number;
  status: string;
  berlaku_sampai: string;
  lunas_pada: string | null;
}

async function advance(ms: number): Promise<void> {
  await world.idle();
  clock.advance(ms);
}

let orang: Record<"admin" | "lain" | "karyawan", Orang>;
beforeAll(async () => {
  orang = {
    admin: await firstAdmin(world),
    lain: await makeAkun(world, "admin"),
    karyawan: await makeAkun(world, "karyawan"),
  };
});

/** Somebody of the staff, logged in by now: a token lives for an hour of this clock. */
const staf = ({ email, password }: Orang) => login(world, email, password);
const admin = () => staf(orang.admin);

const minta = (mitra: Mitra, jumlah: number) => postJson(world, "/deposit", { jumlah }, mitra.headers);

/** Amounts far enough from each other that tests do not share sums. */
let berikut = 20_000;
const jumlahBaru = () => (berikut += 2_000);

async function tiket(mitra: Mitra, jumlah = jumlahBaru()): Promise<Tiket> {
  const response = await minta(mitra, jumlah);
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as Tiket;
}

async function konfirmasi(id: number, body: object = {}, headers?: Record<string, string>) {
  const isian = { keterangan: "Mutasi BCA", ...body };
  return await postJson(world, `/deposit/${id}/konfirmasi`, isian, headers ?? (await admin()).headers);
}

const batal = ({ headers }: Pick<Mitra, "headers">, id: number) =>
  world.request(`/deposit/${id}/batal`, { method: "POST", headers });

async function daftar(headers: Record<string, string>, query = ""): Promise<Tiket[]> {
  const response = await world.request(`/deposit${query}`, { headers });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Tiket[];
}

const jurnalOf = async (id: number) =>
  await world.cloud.neon.asOwner(
    "select jenis::text, akun_id, keterangan, mitra_id from jurnal where kunci = $1",
    [`deposit:${id}`],
  );

test("a ticket says what to transfer, where and until when", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const baru = await tiket(mitra, 500_000);
  const sekarang = clock.now();
  expect(baru).toEqual({
    id: expect.any(Number),
    mitra_id: mitra.id,
    jumlah: 500_000,
    kode_unik: baru.total - 500_000,
    total: expect.any(Number),
    status: "menunggu",
    dibuat_pada: new Date(sekarang).toISOString(),
    berlaku_sampai: new Date(sekarang + 24 * HOUR).toISOString(),
    rekening: REKENING,
    lunas_pada: null,
  });
  expect(baru.kode_unik).toBeGreaterThanOrEqual(1);
  expect(baru.kode_unik).toBeLessThanOrEqual(999);
  expect(await daftar(mitra.headers)).toEqual([baru]);
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
});

test.each([9_999, 100_000_001, 10_000.5, -1, "50000", null, undefined])(
  "no ticket of %s rupiah",
  async (jumlah) => {
    const mitra = await makeMitra(world);
    const response = await postJson(world, "/deposit", { jumlah }, mitra.headers);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer: "#/jumlah" }] });
  },
);

test("the least and the most", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  for (const jumlah of [10_000, 100_000_000]) expect(await tiket(mitra, jumlah)).toMatchObject({ jumlah });
});

test("five wait at once; one that is over makes room, but ten sums unpaid in three days are enough, thirty after a first deposit", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const jumlah = jumlahBaru();
  const five = await Promise.all(Array.from({ length: 8 }, () => minta(mitra, jumlah)));
  expect(tally(five.map(({ status }) => status))).toEqual({ 201: 5, 409: 3 });
  expect(await refusalOf(await minta(mitra, jumlah))).toBe("409 deposit-terbuka-penuh");
  const another = async () => {
    const [satu] = await daftar(mitra.headers, "?status=menunggu&limit=1");
    expect((await batal(mitra, satu?.id ?? 0)).status).toBe(200);
    return await refusalOf(await minta(mitra, jumlah));
  };
  for (let n = 5; n < 10; n++) expect(await another()).toBe("201");
  expect(await another()).toBe("409 deposit-terbuka-penuh");
  // Whoever has paid once is trusted with more.
  const [open] = await daftar(mitra.headers, "?status=menunggu&limit=1");
  await bayar(world, open?.total ?? 0);
  for (let n = 9; n < 11; n++) await tiket(mitra, jumlah);
  for (let n = 11; n < 30; n++) expect(await another()).toBe("201");
  expect(await another()).toBe("409 deposit-terbuka-penuh");
  await tiket(await makeMitra(world), jumlah);
  await advance(72 * HOUR);
  await tiket(mitra, jumlah);
});

test("no sum is one that people transfer without a ticket", async () => {
  const mitra = await makeMitra(world);
  for (const jumlah of [499_500, 499_999, 500_001]) {
    expect(await (await minta(mitra, jumlah)).json()).toMatchObject({
      errors: [{ pointer: "#/jumlah", detail: "harus kelipatan 1.000" }],
    });
  }
  expect((await tiket(mitra, 500_000)).total % 1_000).not.toBe(0);
});

test("when every code of an amount is taken it is refused, until a lock has passed", async () => {
  const [lain, mitra] = [await makeMitra(world), await makeMitra(world)];
  const jumlah = 7_000_000;
  await world.cloud.neon.asOwner(
    `insert into deposit (mitra_id, jumlah, total, status, dibuat_pada, berlaku_sampai, terkunci_sampai)
      select $1, $2, $2::bigint + kode, case when kode % 2 = 0 then 'menunggu' else 'batal' end::status_deposit, $3::timestamptz,
        $3::timestamptz + interval '24 hours', $3::timestamptz + interval '72 hours' from generate_series(1, 999) kode`,
    [lain.id, jumlah, new Date(clock.now()).toISOString()],
  );
  expect(await refusalOf(await minta(mitra, jumlah))).toBe("409 kode-unik-penuh");
  // No sum is shared with its neighbours: what is asked for is whole thousands.
  await tiket(mitra, jumlah + 1_000);
  for (const other of [jumlah + 1, jumlah + 999]) {
    expect((await minta(mitra, other)).status).toBe(422);
  }
  await world.cloud.neon.asOwner("update deposit set terkunci_sampai = dibuat_pada where total = $1", [
    jumlah + 501,
  ]);
  expect(await tiket(mitra, jumlah)).toMatchObject({ kode_unik: 501 });
  await advance(71 * HOUR);
  expect(await refusalOf(await minta(mitra, jumlah))).toBe("409 kode-unik-penuh");
  await advance(HOUR);
  // Nobody has said so, but the 499 open ones are over too.
  await tiket(mitra, jumlah);
});

test("past its time a ticket is shown so, without any job, and is found so", async () => {
  const mitra = await makeMitra(world);
  const lama = await tiket(mitra);
  await advance(24 * HOUR - 1);
  expect(await daftar(mitra.headers)).toMatchObject([{ status: "menunggu" }]);
  await advance(1);
  const baru = await tiket(mitra);
  expect(await daftar(mitra.headers)).toMatchObject([
    { id: baru.id, status: "menunggu" },
    { id: lama.id, status: "kedaluwarsa" },
  ]);
  const ids = async (status: string) =>
    (await daftar(mitra.headers, `?status=${status}`)).map(({ id }) => id);
  expect(await ids("menunggu")).toEqual([baru.id]);
  expect(await ids("kedaluwarsa")).toEqual([lama.id]);
  expect(await ids("lunas")).toEqual([]);
  expect(await refusalOf(await batal(mitra, lama.id))).toBe("409 deposit-selesai");
});

test("a mitra takes its own open ticket back, once", async () => {
  const [mitra, lain] = [await makeMitra(world), await makeMitra(world)];
  const { id } = await tiket(mitra);
  expect(await refusalOf(await batal(lain, id))).toBe("404 deposit-tidak-ada");
  expect(await (await batal(mitra, id)).json()).toMatchObject({ id, status: "batal" });
  expect(await refusalOf(await batal(mitra, id))).toBe("409 deposit-selesai");
  expect(await refusalOf(await konfirmasi(id))).toBe("409 deposit-selesai");
  expect(await refusalOf(await batal(mitra, MAX_SALDO))).toBe("404 deposit-tidak-ada");
});

test("an admin confirms one: its total is there, once, in that admin's name", async () => {
  const mitra = await makeMitra(world, { saldo: 3 });
  const { id, total } = await tiket(mitra);
  const { id: akunId } = orang.admin;
  const response = await konfirmasi(id, { keterangan: " Transfer BCA " });
  expect(response.status).toBe(200);
  const lunas_pada = new Date(clock.now()).toISOString();
  expect(await response.json()).toMatchObject({ id, status: "lunas", lunas_pada });
  expect(await balances(world, mitra)).toEqual({ tersedia: total + 3, ditahan: 0 });
  expect(await jurnalOf(id)).toEqual([
    { jenis: "deposit", akun_id: String(akunId), keterangan: "Transfer BCA", mitra_id: String(mitra.id) },
  ]);
  const lain = await staf(orang.lain);
  expect(await refusalOf(await konfirmasi(id))).toBe("409 deposit-selesai");
  expect(await refusalOf(await konfirmasi(id, {}, lain.headers))).toBe("409 deposit-selesai");
  expect(await refusalOf(await batal(mitra, id))).toBe("409 deposit-selesai");
  expect(await balances(world, mitra)).toEqual({ tersedia: total + 3, ditahan: 0 });
  const mutasi = await world.request("/mutasi?limit=1", { headers: mitra.headers });
  expect(await mutasi.json()).toMatchObject([
    { jenis: "deposit", jumlah: total, saldo: total + 3, keterangan: "Transfer BCA", transaksi_id: null },
  ]);
  expect(await refusalOf(await konfirmasi(999_999_999))).toBe("404 deposit-tidak-ada");
});

test("a late transfer is confirmed by hand, also long after its time", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const { id, total } = await tiket(mitra);
  await advance(30 * 24 * HOUR);
  expect(await bayar(world, total)).toEqual({ status: "ok", diterima: 1, lunas: 0, dilewati: 0 });
  expect((await konfirmasi(id)).status).toBe(200);
  expect(await balances(world, mitra)).toEqual({ tersedia: total, ditahan: 0 });
});

test("what the bank told is tied to the ticket that it pays late: of the same sum, once", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const [satu, dua] = [await tiket(mitra), await tiket(mitra)];
  await advance(25 * HOUR);
  const [milikSatu, asing] = [randomBytes(6).toString("hex"), randomBytes(6).toString("hex")];
  await lapor(world, [
    { mutation_id: milikSatu, amount: satu.total, type: "CR", description: "BUDI" },
    { mutation_id: asing, amount: satu.total + 5_000, type: "CR", description: "SITI" },
  ]);
  const { headers } = await admin();
  const tidakCocok = async () => {
    const response = await world.request("/mutasi-bank?cocok=tidak", { headers });
    return (await response.json<{ id: string }[]>()).map(({ id }) => id);
  };
  expect(await tidakCocok()).toEqual(expect.arrayContaining([milikSatu, asing]));
  const refused = async (id: number, mutasi_bank_id: string) =>
    await refusalOf(await konfirmasi(id, { mutasi_bank_id }));
  expect(await refused(satu.id, asing)).toBe("422 jumlah-berbeda");
  expect(await refused(satu.id, "tidak-ada")).toBe("404 mutasi-bank-tidak-ada");
  expect(await refused(satu.id, "dua kata")).toBe("422 validasi-gagal");
  expect((await konfirmasi(satu.id, { mutasi_bank_id: milikSatu })).status).toBe(200);
  expect(await refused(dua.id, milikSatu)).toBe("409 mutasi-bank-terpakai");
  expect(await tidakCocok()).not.toContain(milikSatu);
  expect(await balances(world, mitra)).toEqual({ tersedia: satu.total, ditahan: 0 });
});

test("a balance ends where a JSON number is no longer exact, for admins and for the bank", async () => {
  const mitra = await makeMitra(world, { saldo: MAX_SALDO - 5 });
  const { id, total } = await tiket(mitra);
  expect(await refusalOf(await konfirmasi(id))).toBe("422 saldo-terlalu-besar");
  expect(await bayar(world, total)).toEqual({ status: "ok", diterima: 1, lunas: 0, dilewati: 0 });
  expect(await balances(world, mitra)).toEqual({ tersedia: MAX_SALDO - 5, ditahan: 0 });
  expect(await daftar(mitra.headers)).toMatchObject([{ id, status: "menunggu" }]);
});

test("each sees its own, admins all, and nobody else any", async () => {
  const [mitra, lain] = [await makeMitra(world), await makeMitra(world)];
  const [satu, dua, tiga] = [await tiket(mitra), await tiket(lain), await tiket(mitra)];
  const ids = (baris: Tiket[]) => baris.map(({ id }) => id);
  expect(ids(await daftar(mitra.headers))).toEqual([tiga.id, satu.id]);
  const { headers } = await admin();
  expect(ids(await daftar(headers, "?limit=3"))).toEqual([tiga.id, dua.id, satu.id]);
  expect(await daftar(headers, "?limit=3")).toMatchObject([
    { mitra_id: mitra.id },
    { mitra_id: lain.id },
    { mitra_id: mitra.id },
  ]);
  expect(ids(await daftar(headers, `?limit=1&before=${tiga.id}`))).toEqual([dua.id]);
  const karyawan = await staf(orang.karyawan);
  for (const [who, status] of [
    [karyawan.headers, 403],
    [{}, 401],
  ] as const) {
    expect((await world.request("/deposit", { headers: who })).status).toBe(status);
    expect((await world.request("/mutasi-bank", { headers: who })).status).toBe(status);
    expect((await konfirmasi(satu.id, {}, { ...who })).status).toBe(status);
  }
  expect((await konfirmasi(satu.id, {}, mitra.headers)).status).toBe(401);
  expect((await postJson(world, "/deposit", { jumlah: 50_000 }, headers)).status).toBe(401);
});

test("the database itself leaves each deed to whom it belongs, and writes to nobody", async () => {
  const { db } = world.deps;
  const { id } = await tiket(await makeMitra(world));
  const konfirmasiSql = db.execute(sql`select app.konfirmasi_deposit(${id}, 'x', null)`);
  const buatSql = () => db.execute(sql`select app.buat_deposit(50000, 24, 48, 5, 5)`);
  const terimaSql = () => db.execute(sql`select app.terima_mutasi_bank('[]')`);
  await expect(withActor(db, service("bank"), [konfirmasiSql])).rejects.toMatchObject({
    name: "PERAN_TIDAK_BOLEH",
  });
  await expect(withActor(db, service("bank"), [buatSql()])).rejects.toMatchObject({
    name: "KUNCI_API_SALAH",
  });
  await expect(withoutActor(terimaSql())).rejects.toMatchObject({ cause: { message: "BUKAN_LAYANAN" } });
  for (const statement of [
    sql`insert into deposit (mitra_id) values (1)`,
    sql`update deposit set status = 'batal'`,
    sql`delete from mutasi_bank`,
    sql`select app.lunasi_deposit(null, null, null)`,
  ])
    await expect(withoutActor(db.execute(statement))).rejects.toMatchObject({ cause: { code: "42501" } });
  const [{ rows }] = await withActor(db, service("bank"), [db.execute(sql`select * from deposit`)]);
  expect(rows).toEqual([]);
});

test("one roundtrip each", async () => {
  const { neon } = world.cloud;
  const mitra = await makeMitra(world);
  const { headers } = await admin();
  const counted = async (work: () => Promise<unknown>) => {
    const before = neon.requests;
    await work();
    return neon.requests - before;
  };
  const satu = await tiket(mitra);
  expect(await counted(() => minta(mitra, jumlahBaru()))).toBe(1);
  expect(await counted(() => daftar(mitra.headers))).toBe(1);
  expect(await counted(() => konfirmasi(satu.id, {}, headers))).toBe(1);
  expect(await counted(() => batal(mitra, satu.id))).toBe(1);
  expect(await counted(() => bayar(world, 123_456))).toBe(1);
});
