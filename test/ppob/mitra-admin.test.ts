import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { until, useWorld } from "../harness.ts";
import {
  balances,
  firstAdmin,
  makeAkun,
  makeMitra,
  postJson,
  purchase,
  requestPurchase,
  statusOf,
  type Mitra,
  type Orang,
} from "../make.ts";

const world = useWorld();
let admin: Orang;
beforeAll(async () => {
  admin = await firstAdmin(world);
});

interface MitraBody {
  id: number;
  nama: string;
  email: string;
  hp: string | null;
  aktif: boolean;
  kunci_api_awalan: string;
  saldo: number;
  saldo_ditahan: number;
  dibuat_pada: string;
}

const page = async (query = "") => {
  const response = await world.request(`/mitra${query}`, { headers: admin.headers });
  expect(response.status, await response.clone().text()).toBe(200);
  const rows = (await response.json()) as MitraBody[];
  return { rows, ids: rows.map(({ id }) => id), link: response.headers.get("link") };
};

const atur = (id: number | string, body: object, headers = admin.headers) =>
  postJson(world, `/mitra/${id}`, body, headers, "PATCH");

/** Registers one with this name and returns its id. */
const named = async (nama: string, email = `${randomBytes(8).toString("hex")}@mail.com`): Promise<number> => {
  expect((await postJson(world, "/register", { nama, email })).status).toBe(200);
  const [row] = await world.cloud.neon.asOwner("select id from mitra where email = $1", [email]);
  return Number(row?.["id"]);
};

describe("GET /mitra", () => {
  test("shows exactly these fields, with what is available and what is held", async () => {
    world.cloud.qstash.script.hold();
    const mitra = await makeMitra(world, { saldo: 100_000 });
    await purchase(world, mitra);
    const { rows } = await page("?limit=1");
    expect(rows).toEqual([
      {
        id: mitra.id,
        nama: "Budi Santoso",
        email: mitra.email,
        hp: "08123456789",
        aktif: true,
        tier: "standar",
        kunci_api_awalan: mitra.apiKey.slice(0, 8),
        kunci_dipakai_pada: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        wajib_tanda_tangan: false,
        alamat_ip: [],
        saldo: 88_000,
        saldo_ditahan: 12_000,
        dibuat_pada: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);
    await world.cloud.qstash.script.release();
    await world.idle();
    expect((await page("?limit=1")).rows).toMatchObject([{ saldo: 88_000, saldo_ditahan: 0 }]);
  });

  test("is newest first and pages by the Link header, which keeps the filters", async () => {
    const kata = randomBytes(6).toString("hex");
    const ids: number[] = [];
    for (let n = 0; n < 5; n++) ids.push(await named(`Kios ${kata} ${n}`));
    await atur(ids[2] ?? 0, { aktif: false });
    const seen: number[][] = [];
    for (let query: string | undefined = `?cari=${kata}&limit=2`; query;) {
      const { ids: found, link } = await page(query);
      seen.push(found);
      query = /^<([^>]+)>; rel="next"$/.exec(link ?? "")?.[1];
    }
    const [a, b, c, d, e] = ids;
    expect(seen).toEqual([[e, d], [c, b], [a]]);
    expect((await page(`?cari=${kata}&aktif=false`)).ids).toEqual([c]);
    expect((await page(`?cari=${kata}&aktif=true`)).ids).toEqual([e, d, b, a]);
    expect((await page(`?cari=${kata}&aktif=true&before=${d}`)).ids).toEqual([b, a]);
    expect((await page()).ids.slice(0, 5)).toEqual([e, d, c, b, a]);
  });

  test("cari finds a part of the name or the address, in whatever case", async () => {
    const kata = randomBytes(6).toString("hex");
    const nama = await named(`Toko ${kata} Jaya`);
    const email = await named("Sari", `sari.${kata}@mail.com`);
    await named("Lain");
    expect((await page(`?cari=${kata}`)).ids).toEqual([email, nama]);
    expect((await page(`?cari=${kata.toUpperCase()}`)).ids).toEqual([email, nama]);
    expect((await page(`?cari=tOKO%20${kata}`)).ids).toEqual([nama]);
    expect((await page(`?cari=${kata}@MAIL`)).ids).toEqual([email]);
    expect((await page(`?cari=${kata}x`)).ids).toEqual([]);
  });

  test("cari is literal: %, _ and \\ are characters like any other, and an apostrophe too", async () => {
    const kata = randomBytes(6).toString("hex");
    const of: Record<string, number> = {};
    for (const tanda of ["%", "_", "\\", "'", "x"]) of[tanda] = await named(`${kata} a${tanda}b`);
    for (const [tanda, id] of Object.entries(of)) {
      expect((await page(`?cari=${encodeURIComponent(`${kata} a${tanda}b`)}`)).ids, tanda).toEqual([id]);
    }
    expect((await page(`?cari=${encodeURIComponent(`%${kata}%`)}`)).ids).toEqual([]);
    expect((await page(`?cari=${encodeURIComponent(`${kata} a_`)}`)).ids).toEqual([of["_"]]);
  });

  test("an empty cari filters nothing; an accent is the same in both of its spellings", async () => {
    const kata = randomBytes(6).toString("hex");
    const id = await named(`Café ${kata}`);
    expect((await page("?cari=&limit=1")).ids).toEqual([id]);
    for (const form of ["NFC", "NFD"]) {
      expect((await page(`?cari=${encodeURIComponent(`Café ${kata}`.normalize(form))}`)).ids).toEqual([id]);
    }
  });

  test.each([
    ["limit=0", "query:limit"],
    ["limit=101", "query:limit"],
    ["before=0", "query:before"],
    ["before=9007199254740992", "query:before"],
    ["aktif=ya", "query:aktif"],
    ["aktif=1", "query:aktif"],
    ["aktif=", "query:aktif"],
    ["aktif=true&aktif=false", "query:aktif"],
    [`cari=${"a".repeat(51)}`, "query:cari"],
    ["cari=a&cari=b", "query:cari"],
  ])("%s is 422", async (query, pointer) => {
    const response = await world.request(`/mitra?${query}`, { headers: admin.headers });
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(new Set(errors.map((each) => each.pointer))).toEqual(new Set([pointer]));
  });

  test("what is not a filter is 422, and 50 characters of cari are taken", async () => {
    expect((await world.request("/mitra?nama=a", { headers: admin.headers })).status).toBe(422);
    expect((await page(`?cari=${"%25".repeat(50)}`)).ids).toEqual([]);
  });
});

describe("PATCH /mitra/{id}", () => {
  test("a disabled mitra's very next request is 403, and what it has bought is still settled", async () => {
    world.cloud.qstash.script.hold();
    const mitra = await makeMitra(world, { saldo: 30_000 });
    const id = await purchase(world, mitra);
    const off = await atur(mitra.id, { aktif: false });
    expect(off.status).toBe(200);
    const { rows } = await page("?limit=1");
    expect(await off.json()).toEqual(rows[0]);
    expect(rows[0]).toMatchObject({ id: mitra.id, aktif: false, saldo: 18_000, saldo_ditahan: 12_000 });
    for (const path of ["/produk", "/riwayat", `/status/${id}`]) {
      const refused = await world.request(path, { headers: mitra.headers });
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ type: "urn:satu-pintu:galat:mitra-nonaktif" });
    }
    expect((await requestPurchase(world, mitra)).status).toBe(403);
    await world.cloud.qstash.script.release();
    await until(async () => (await balances(world, mitra)).ditahan === 0);
    const on = await atur(mitra.id, { aktif: true });
    expect(await on.json()).toMatchObject({ aktif: true, saldo: 18_000, saldo_ditahan: 0 });
    expect(await statusOf(world, mitra, id)).toMatchObject({ status: "sukses" });
    expect((await requestPurchase(world, mitra)).status).toBe(200);
  });

  test("is in the audit with who did it; saying what is so already is not", async () => {
    const mitra = await makeMitra(world);
    for (const aktif of [true, false, false, true])
      expect((await atur(mitra.id, { aktif })).status).toBe(200);
    const rows = await world.cloud.neon.asOwner(
      "select pelaku, aksi, rincian from audit where sasaran_tabel = 'mitra' and sasaran_id = $1 order by id",
      [mitra.id],
    );
    const [pelaku, aksi] = [`akun:${admin.id}`, "mitra.atur"];
    expect(rows).toEqual([
      { pelaku, aksi, rincian: '{"aktif": false}' },
      { pelaku, aksi, rincian: '{"aktif": true}' },
    ]);
  });

  test("of a mitra that is not there is 404 and leaves no trace", async () => {
    const before = await world.cloud.neon.asOwner("select count(*) as n from audit");
    for (const id of [999_999_999, Number.MAX_SAFE_INTEGER]) {
      const response = await atur(id, { aktif: false });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        type: "urn:satu-pintu:galat:mitra-tidak-ada",
        detail: "Mitra tidak ditemukan.",
      });
    }
    expect(await world.cloud.neon.asOwner("select count(*) as n from audit")).toEqual(before);
  });

  test.each([
    ["an empty body", {}, "#"],
    ["null", { aktif: null }, "#/aktif"],
    ["a text", { aktif: "false" }, "#/aktif"],
    ["a number", { aktif: 0 }, "#/aktif"],
  ])("%s is 422", async (_, body, pointer) => {
    const mitra = await makeMitra(world);
    const response = await atur(mitra.id, body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer }] });
  });

  test("nothing else can be changed, and an id has one spelling", async () => {
    const mitra = await makeMitra(world, { saldo: 5 });
    expect((await atur(mitra.id, { aktif: true, saldo: 1_000_000 })).status).toBe(422);
    for (const id of ["0", "-1", `0${mitra.id}`, "1.0", "abc", "99999999999999999999"]) {
      expect((await atur(id, { aktif: false })).status).toBe(422);
    }
    expect(await balances(world, mitra)).toEqual({ tersedia: 5, ditahan: 0 });
  });
});

test("customers, staff without that right, mitra and strangers are refused", async () => {
  const mitra: Mitra = await makeMitra(world);
  const [nasabah, karyawan] = [await makeAkun(world, "nasabah"), await makeAkun(world, "karyawan")];
  for (const [headers, status] of [
    [nasabah.headers, 403],
    [karyawan.headers, 403],
    [mitra.headers, 401],
    [{}, 401],
  ] as const) {
    expect((await world.request("/mitra", { headers })).status).toBe(status);
    expect((await atur(mitra.id, { aktif: false }, headers)).status).toBe(status);
    expect((await atur(999_999_999, { aktif: false }, headers)).status).toBe(status);
  }
  expect((await world.request("/produk", { headers: mitra.headers })).status).toBe(200);
});

test("one roundtrip each", async () => {
  const { neon } = world.cloud;
  const mitra = await makeMitra(world);
  const counted = async (work: () => Promise<Response>): Promise<[number, number]> => {
    const before = neon.requests;
    const { status } = await work();
    return [status, neon.requests - before];
  };
  const get = (path: string) => world.request(path, { headers: admin.headers });
  expect(await counted(() => get("/mitra"))).toEqual([200, 1]);
  expect(await counted(() => get("/mitra?aktif=true&cari=budi&limit=5"))).toEqual([200, 1]);
  expect(await counted(() => atur(mitra.id, { aktif: false }))).toEqual([200, 1]);
  expect(await counted(() => atur(999_999_999, { aktif: false }))).toEqual([404, 1]);
});
