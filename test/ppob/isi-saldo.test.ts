import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { sebagai } from "../../src/akun/akses/akses.ts";
import { withActor, withoutActor } from "../../src/platform/db/database.ts";
import { layanan } from "../../src/ppob/transaksi/hasil.ts";
import { useWorld } from "../harness.ts";
import {
  balances,
  firstAdmin,
  makeAkun,
  makeMitra,
  postJson,
  purchase,
  requestPurchase,
  type Mitra,
  type Orang,
} from "../make.ts";

const world = useWorld();
let admin: Orang;
beforeAll(async () => {
  admin = await firstAdmin(world);
});

interface IsiBody {
  jumlah: unknown;
  keterangan: unknown;
  kunci: unknown;
}

interface Terisi {
  id: number;
  mitra_id: number;
  jumlah: number;
  saldo: number;
  keterangan: string;
  waktu: string;
}

const MAX_SALDO = Number.MAX_SAFE_INTEGER;
const newKey = () => randomBytes(8).toString("hex");

/** Tops a mitra up, with a fresh key unless one is named. */
function isi(mitraId: number, body: Partial<IsiBody> = {}, headers = admin.headers): Promise<Response> {
  const isian = { jumlah: 50_000, keterangan: "Transfer BCA", kunci: newKey(), ...body };
  return postJson(world, `/mitra/${mitraId}/saldo`, isian, headers);
}

async function terisi(response: Response): Promise<Terisi> {
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as Terisi;
}

/** Journals of top-ups into a mitra's books, oldest first, with their entries. */
async function jurnalOf({ id }: Mitra): Promise<Record<string, string | null>[]> {
  return await world.cloud.neon.asOwner(
    `select j.id, j.kunci, j.akun_id, j.keterangan, string_agg(b.nama || ' ' || m.jumlah, ', ' order by b.nama::text) as entri
      from jurnal j join mutasi m on m.jurnal_id = j.id join buku b on b.id = m.buku_id
      where j.jenis = 'isi_saldo' and j.id in
        (select m.jurnal_id from mutasi m join buku b on b.id = m.buku_id where b.mitra_id = $1)
      group by j.id order by j.id`,
    [id],
  );
}

const auditOf = async ({ id }: Mitra) =>
  await world.cloud.neon.asOwner(
    "select pelaku, aksi, rincian::text as rincian from audit where sasaran_tabel = 'mitra' and sasaran_id = $1 order by id",
    [id],
  );

test("moves money from kas to tersedia, says so, and can be spent", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  expect((await requestPurchase(world, mitra)).status).toBe(402);
  const kunci = newKey();
  const response = await isi(mitra.id, { jumlah: 12_000, keterangan: "  Transfer BCA  ", kunci });
  expect(response.headers.get("idempotency-replayed")).toBeNull();
  const body = await terisi(response);
  expect(body).toEqual({
    id: expect.any(Number),
    mitra_id: mitra.id,
    jumlah: 12_000,
    saldo: 12_000,
    keterangan: "Transfer BCA",
    waktu: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
  expect(await jurnalOf(mitra)).toEqual([
    {
      id: String(body.id),
      kunci: `isi_saldo:${kunci}`,
      akun_id: String(admin.id),
      keterangan: "Transfer BCA",
      entri: "kas -12000, tersedia 12000",
    },
  ]);
  expect(await auditOf(mitra)).toEqual([
    { pelaku: `akun:${admin.id}`, aksi: "saldo.isi", rincian: `{"jumlah": 12000, "jurnal": ${body.id}}` },
  ]);
  expect((await requestPurchase(world, mitra)).status).toBe(200);
  await world.idle();
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
});

test("the same key and content is the same answer for ever, whatever has moved and whoever asks", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const isian = { jumlah: 100_000, keterangan: "Setoran tunai", kunci: newKey() };
  const first = await isi(mitra.id, isian);
  const answer = await first.text();
  expect(first.status).toBe(201);
  await purchase(world, mitra);
  await terisi(await isi(mitra.id, { jumlah: 7 }));
  await world.idle();
  const lain = await makeAkun(world, "admin");
  // Spaces around it are no other content.
  for (const again of [
    await isi(mitra.id, isian),
    await isi(mitra.id, { ...isian, keterangan: " Setoran tunai " }),
    await isi(mitra.id, isian, lain.headers),
  ]) {
    expect(again.status).toBe(201);
    expect(await again.text()).toBe(answer);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  }
  expect(await balances(world, mitra)).toEqual({ tersedia: 88_007, ditahan: 0 });
  const journals = await jurnalOf(mitra);
  expect(journals.map(({ akun_id: akun }) => akun)).toEqual([String(admin.id), String(admin.id)]);
  expect(await auditOf(mitra)).toHaveLength(2);
});

test("the same key with another mitra, amount or description is 409 and moves nothing", async () => {
  const [mitra, lain] = [await makeMitra(world, { saldo: 0 }), await makeMitra(world, { saldo: 0 })];
  const isian = { jumlah: 100_000, keterangan: "Setoran", kunci: newKey() };
  await terisi(await isi(mitra.id, isian));
  for (const other of [
    await isi(lain.id, isian),
    await isi(mitra.id, { ...isian, jumlah: 100_001 }),
    await isi(mitra.id, { ...isian, keterangan: "setoran" }),
  ]) {
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ type: "urn:satu-pintu:galat:kunci-dipakai" });
  }
  expect((await isi(mitra.id, isian)).headers.get("idempotency-replayed")).toBe("true");
  expect([await balances(world, mitra), await balances(world, lain)]).toMatchObject([
    { tersedia: 100_000 },
    { tersedia: 0 },
  ]);
});

test("a top-up's key and a purchase's have nothing to do with each other", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const kunci = newKey();
  await terisi(await isi(mitra.id, { jumlah: 12_000, kunci }));
  const bought = await requestPurchase(world, mitra, {}, { "idempotency-key": kunci });
  expect([bought.status, bought.headers.get("idempotency-replayed")]).toEqual([200, null]);
});

test("20 at once with one key are one journal and 20 equal answers", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const isian = { jumlah: 25_000, kunci: newKey() };
  const answers = await Promise.all(Array.from({ length: 20 }, () => isi(mitra.id, isian)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
  expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
  expect(answers.filter(({ headers }) => !headers.has("idempotency-replayed"))).toHaveLength(1);
  expect(await jurnalOf(mitra)).toHaveLength(1);
  expect(await auditOf(mitra)).toHaveLength(1);
  expect(await balances(world, mitra)).toEqual({ tersedia: 25_000, ditahan: 0 });
});

test("20 at once with different keys add up, and each names the balance right after it", async () => {
  const mitra = await makeMitra(world, { saldo: 3 });
  const bodies = await Promise.all(
    Array.from({ length: 20 }, async (_, at) => terisi(await isi(mitra.id, { jumlah: at + 1 }))),
  );
  expect(await balances(world, mitra)).toEqual({ tersedia: 213, ditahan: 0 });
  let saldo = 3;
  for (const body of bodies.toSorted((a, b) => a.id - b.id)) {
    saldo += body.jumlah;
    expect(body.saldo).toBe(saldo);
  }
});

test("a mitra that is not there is 404, also with a key that is used, and a key that failed is still free", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const kunci = newKey();
  const none = await isi(999_999_999, { kunci });
  expect(none.status).toBe(404);
  expect(await none.json()).toMatchObject({ type: "urn:satu-pintu:galat:mitra-tidak-ada" });
  await terisi(await isi(mitra.id, { kunci }));
  for (const id of [999_999_999, MAX_SALDO]) expect((await isi(id, { kunci })).status).toBe(404);
  expect(await jurnalOf(mitra)).toHaveLength(1);
});

test.each([
  ["no rupiah", { jumlah: 0 }, "#/jumlah"],
  ["less than none", { jumlah: -1 }, "#/jumlah"],
  ["half a rupiah", { jumlah: 0.5 }, "#/jumlah"],
  ["more than ten billion", { jumlah: 10_000_000_001 }, "#/jumlah"],
  ["an amount beyond every number", { jumlah: 1e300 }, "#/jumlah"],
  ["an amount as text", { jumlah: "50000" }, "#/jumlah"],
  ["no amount", { jumlah: undefined }, "#/jumlah"],
  ["no description", { keterangan: undefined }, "#/keterangan"],
  ["a blank description", { keterangan: "   " }, "#/keterangan"],
  ["a description without end", { keterangan: "a".repeat(201) }, "#/keterangan"],
  ["two lines of description", { keterangan: "a\nb" }, "#/keterangan"],
  ["no key", { kunci: undefined }, "#/kunci"],
  ["an empty key", { kunci: "" }, "#/kunci"],
  ["a key with a space", { kunci: "a b" }, "#/kunci"],
  ["a key without end", { kunci: "a".repeat(256) }, "#/kunci"],
])("%s is 422 and nothing moves", async (_, body, pointer) => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const response = await isi(mitra.id, body);
  expect(response.status).toBe(422);
  const { errors } = (await response.json()) as { errors: { pointer: string }[] };
  expect(new Set(errors.map((each) => each.pointer))).toEqual(new Set([pointer]));
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
  expect(await jurnalOf(mitra)).toEqual([]);
});

test("the least, the most, the longest", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  expect(await terisi(await isi(mitra.id, { jumlah: 1 }))).toMatchObject({ saldo: 1 });
  const most = {
    jumlah: 10_000_000_000,
    keterangan: "é".repeat(200),
    kunci: `%_\\'${newKey()}`.padEnd(255, "~"),
  };
  expect(await terisi(await isi(mitra.id, most))).toMatchObject({ saldo: 10_000_000_001 });
  expect((await isi(mitra.id, most)).headers.get("idempotency-replayed")).toBe("true");
});

test("a balance ends where a JSON number is no longer exact; what is held counts, because it may come back", async () => {
  const { digiflazz, qstash } = world.cloud;
  const penuh = await makeMitra(world, { saldo: MAX_SALDO - 2 });
  expect(await terisi(await isi(penuh.id, { jumlah: 2 }))).toMatchObject({ saldo: MAX_SALDO });
  const beyond = await isi(penuh.id, { jumlah: 1 });
  expect(beyond.status).toBe(422);
  expect(await beyond.json()).toMatchObject({
    type: "urn:satu-pintu:galat:saldo-terlalu-besar",
    errors: [{ pointer: "#/jumlah" }],
  });
  // The key of a top-up that was refused is still free.
  const kunci = newKey();
  expect((await isi(penuh.id, { jumlah: 10_000_000_000, kunci })).status).toBe(422);
  await terisi(await isi((await makeMitra(world)).id, { jumlah: 10_000_000_000, kunci }));

  qstash.script.hold();
  digiflazz.script.outcome(({ customerNo }) => customerNo === "081234567000", { status: "Gagal", rc: "02" });
  await purchase(world, penuh, { nomor_tujuan: "081234567000" });
  expect(await balances(world, penuh)).toEqual({ tersedia: MAX_SALDO - 12_000, ditahan: 12_000 });
  expect((await isi(penuh.id, { jumlah: 1 })).status).toBe(422);
  await qstash.script.release();
  await world.idle();
  expect(await balances(world, penuh)).toEqual({ tersedia: MAX_SALDO, ditahan: 0 });
  const list = await world.request("/mitra?limit=2", { headers: admin.headers });
  expect(await list.json()).toContainEqual(expect.objectContaining({ id: penuh.id, saldo: MAX_SALDO }));
});

test("a disabled mitra can be topped up, and spends it when it is back", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const atur = (aktif: boolean) => postJson(world, `/mitra/${mitra.id}`, { aktif }, admin.headers, "PATCH");
  await atur(false);
  expect(await terisi(await isi(mitra.id, { jumlah: 12_000 }))).toMatchObject({ saldo: 12_000 });
  expect((await requestPurchase(world, mitra)).status).toBe(403);
  await atur(true);
  expect((await requestPurchase(world, mitra)).status).toBe(200);
});

test("customers, staff without that right, mitra and strangers are refused, and nothing moves", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const [nasabah, karyawan] = [await makeAkun(world, "nasabah"), await makeAkun(world, "karyawan")];
  const used = newKey();
  await terisi(await isi(mitra.id, { jumlah: 1, kunci: used }));
  for (const [headers, status] of [
    [nasabah.headers, 403],
    [karyawan.headers, 403],
    [mitra.headers, 401],
    [{}, 401],
  ] as const) {
    for (const body of [{}, { jumlah: 1, kunci: used }]) {
      expect((await isi(mitra.id, body, headers)).status).toBe(status);
    }
    expect((await isi(999_999_999, {}, headers)).status).toBe(status);
  }
  expect(await balances(world, mitra)).toEqual({ tersedia: 1, ditahan: 0 });
});

test("the database itself leaves it to admins, and takes only what adds money and says why", async () => {
  const { db } = world.deps;
  const mitra = await makeMitra(world, { saldo: 100 });
  const call = (jumlah: number | null, keterangan: string | null, kunci: string | null = newKey()) =>
    db.execute(sql`select * from app.isi_saldo(${mitra.id}, ${jumlah}, ${keterangan}, ${kunci})`);
  const refused = { name: "PERAN_TIDAK_BOLEH" };
  await expect(withoutActor(call(5, "x"))).rejects.toMatchObject(refused);
  await expect(withActor(db, layanan("antrean"), [call(5, "x")])).rejects.toMatchObject(refused);
  await expect(
    withoutActor(db.execute(sql`select app.atur_mitra(${mitra.id}, false)`)),
  ).rejects.toMatchObject(refused);
  const [sesi] = await world.cloud.neon.asOwner("select id from sesi where akun_id = $1", [admin.id]);
  const pemegang = { akunId: admin.id, peran: "admin", sesi: String(sesi?.["id"]), versi: 1 } as const;
  const actor = sebagai(pemegang, ["admin"]);
  for (const query of [
    call(0, "x"),
    call(-5, "x"),
    call(null, "x"),
    call(5, ""),
    call(5, null),
    call(5, "x", null),
  ]) {
    await expect(withActor(db, actor, [query])).rejects.toThrow(/isi_saldo membutuhkan/);
  }
  const [{ rows }] = await withActor(db, actor, [call(5, "x")]);
  expect(rows).toMatchObject([{ saldo: "105", ulangan: false }]);
  expect(await jurnalOf(mitra)).toHaveLength(1);
});

test("an answer that is lost is asked for again with the same key", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const isian = { jumlah: 9, kunci: newKey() };
  world.cloud.neon.faults.next({ kind: "drop" }, 1, ({ body }) => body.includes("app.isi_saldo"));
  expect((await isi(mitra.id, isian)).status).toBe(503);
  const again = await isi(mitra.id, isian);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(await terisi(again)).toMatchObject({ saldo: 9 });
  expect(await balances(world, mitra)).toEqual({ tersedia: 9, ditahan: 0 });
});

test("one roundtrip each: a first time, a replay, a refusal", async () => {
  const { neon } = world.cloud;
  const mitra = await makeMitra(world);
  const kunci = newKey();
  const counted = async (id: number, body: Partial<IsiBody>): Promise<[number, number]> => {
    const before = neon.requests;
    const { status } = await isi(id, { kunci, ...body });
    return [status, neon.requests - before];
  };
  expect(await counted(mitra.id, {})).toEqual([201, 1]);
  expect(await counted(mitra.id, {})).toEqual([201, 1]);
  expect(await counted(mitra.id, { jumlah: 1 })).toEqual([409, 1]);
  expect(await counted(999_999_999, {})).toEqual([404, 1]);
});
