import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, makeMitra, postJson, type Mitra, type Orang } from "../make.ts";
import { kataUnik, makeProduk, produkSeen } from "./produk.ts";

const world = useWorld();
let mitra: Mitra;
let admin: Orang;
beforeAll(async () => {
  mitra = await makeMitra(world);
  admin = await firstAdmin(world);
});

describe("GET /produk", () => {
  test("prints the three products of document 001 first, and what is ours behind what is printed", async () => {
    const { rows } = await produkSeen(world, mitra.headers, "?limit=3");
    const ours = {
      jenis: "prabayar",
      tersedia: true,
      alasan: null,
      multi: true,
      stok: null,
      tutup: null,
    };
    const pulsa = { kategori: "pulsa", merek: "TELKOMSEL", ...ours };
    expect(rows).toEqual([
      {
        id: 1,
        nama: "Pulsa 10k",
        harga: 12_000,
        deskripsi: "Pulsa Reguler 10.000",
        nominal: 10_000,
        kode: "pulsa10",
        ...pulsa,
      },
      {
        id: 2,
        nama: "Pulsa 20k",
        harga: 22_000,
        deskripsi: "Pulsa Reguler 20.000",
        nominal: 20_000,
        kode: "pulsa20",
        ...pulsa,
      },
      {
        id: 3,
        nama: "Token Listrik 50k",
        harga: 51_000,
        deskripsi: "Token Listrik Prabayar 50.000",
        nominal: 50_000,
        kode: "pln50",
        ...ours,
        kategori: "token_listrik",
        merek: "PLN",
      },
    ]);
    expect(Object.keys(rows[0] ?? {}).slice(0, 6)).toEqual([
      "id",
      "nama",
      "harga",
      "deskripsi",
      "kategori",
      "nominal",
    ]);
  });

  test("is in the order of ids and pages by the Link header, which keeps the filters", async () => {
    const kata = kataUnik();
    const ids: number[] = [];
    for (let n = 0; n < 5; n++) ids.push((await makeProduk(world, { nama: `Barang ${kata} ${n}` })).id);
    const seen: number[][] = [];
    for (let query: string | undefined = `?q=${kata}&limit=2`; query;) {
      const page = await produkSeen(world, mitra.headers, query);
      seen.push(page.ids);
      query = /^<([^>]+)>; rel="next"$/.exec(page.link ?? "")?.[1];
    }
    const [a, b, c, d, e] = ids;
    expect(seen).toEqual([[a, b], [c, d], [e]]);
    expect((await produkSeen(world, mitra.headers, `?q=${kata}&after=${c}`)).ids).toEqual([d, e]);
    expect((await produkSeen(world, mitra.headers, `?q=${kata}&after=2147483647`)).ids).toEqual([]);
  });

  test("filters by category, brand and kind in whatever case, and by a literal part of the text", async () => {
    const kata = kataUnik();
    const xl = await makeProduk(world, { kategori: `Data ${kata}`, merek: "XL" });
    const tri = await makeProduk(world, { kategori: `Data ${kata}`, merek: `TRI ${kata}` });
    const pln = await makeProduk(world, { kategori: kata, jenis: "pascabayar", nominal: null, harga: 0 });
    const persen = await makeProduk(world, { nama: `${kata} 50%`, kategori: "lain" });
    const ids = async (query: string) => (await produkSeen(world, mitra.headers, `?${query}`)).ids;
    expect(await ids(`kategori=data%20${kata.toUpperCase()}`)).toEqual([xl.id, tri.id]);
    expect(await ids(`kategori=data%20${kata}&brand=xl`)).toEqual([xl.id]);
    expect(await ids(`brand=tri%20${kata}`)).toEqual([tri.id]);
    expect(await ids(`q=${kata}`)).toEqual([xl.id, tri.id, pln.id, persen.id]);
    expect(await ids(`q=${kata}&jenis=pascabayar`)).toEqual([pln.id]);
    expect(await ids(`q=${kata}%2050%25`)).toEqual([persen.id]);
    expect(await ids(`q=${kata}%25`)).toEqual([]);
    expect(await ids(`q=${xl.kode}`)).toEqual([xl.id]);
  });

  test.each([
    ["limit=0", "query:limit"],
    ["limit=101", "query:limit"],
    ["after=0", "query:after"],
    ["after=2147483648", "query:after"],
    ["tersedia=ya", "query:tersedia"],
    ["jenis=prepaid", "query:jenis"],
    [`q=${"a".repeat(101)}`, "query:q"],
    ["brand=a&brand=b", "query:brand"],
  ])("%s is 422", async (query, pointer) => {
    const response = await world.request(`/produk?${query}`, { headers: mitra.headers });
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(new Set(errors.map((each) => each.pointer))).toEqual(new Set([pointer]));
  });

  test("a mitra sees what is on sale; staff sees all of it, with what is theirs to know", async () => {
    const kata = kataUnik();
    const dijual = await makeProduk(world, { nama: kata, kode_cadangan: ["lain-1"] });
    const mati = await makeProduk(world, { nama: kata, aktif: false });
    const karyawan = await makeAkun(world, "karyawan");
    expect((await produkSeen(world, mitra.headers, `?q=${kata}`)).ids).toEqual([dijual.id]);
    expect((await produkSeen(world, mitra.headers, `?q=${kata}&aktif=false`)).ids).toEqual([]);
    for (const { headers } of [admin, karyawan]) {
      const { rows } = await produkSeen(world, headers, `?q=${kata}`);
      expect(rows).toEqual([dijual, mati]);
      expect(rows).toMatchObject([
        { aktif: true, kode_cadangan: ["lain-1"] },
        { aktif: false, kode_cadangan: [] },
      ]);
      expect((await produkSeen(world, headers, `?q=${kata}&aktif=false`)).ids).toEqual([mati.id]);
    }
    const [seen] = (await produkSeen(world, mitra.headers, `?q=${kata}`)).rows;
    const { aktif: _, kode_cadangan: __, ...rest } = dijual;
    expect(seen).toEqual(rest);
  });

  test("customers and strangers are refused; it takes one roundtrip", async () => {
    const nasabah = await makeAkun(world, "nasabah");
    expect((await world.request("/produk", { headers: nasabah.headers })).status).toBe(403);
    expect((await world.request("/produk")).status).toBe(401);
    expect((await world.request("/produk", { headers: { "x-api-key": "a".repeat(64) } })).status).toBe(401);
    const before = world.cloud.neon.requests;
    await produkSeen(world, mitra.headers, "?q=pulsa&tersedia=true&kategori=pulsa");
    expect(world.cloud.neon.requests - before).toBe(1);
  });
});

describe("POST and PATCH /produk", () => {
  const patch = (id: number | string, body: object, headers = admin.headers) =>
    postJson(world, `/produk/${id}`, body, headers, "PATCH");
  const refusal = async (response: Response) => {
    const body = (await response.json()) as { type: string; errors?: { pointer: string }[] };
    return [
      response.status,
      body.type.replace(/.*:/, ""),
      body.errors?.map(({ pointer }) => pointer).join(" "),
    ];
  };

  test("what is made is what is listed, with what was left out filled in", async () => {
    const kode = kataUnik();
    const body = { kode, nama: ` Paket ${kode} `, kategori: "data", harga: 0 };
    const response = await postJson(world, "/produk", body, admin.headers);
    expect(response.status).toBe(201);
    const satu = await response.json();
    expect(satu).toMatchObject({
      ...body,
      nama: `Paket ${kode}`,
      nominal: null,
      jenis: "prabayar",
      merek: "",
      deskripsi: "",
    });
    expect(satu).toMatchObject({ aktif: true, kode_cadangan: [], tersedia: true });
    expect((await produkSeen(world, admin.headers, `?q=${kode}`)).rows).toEqual([satu]);
  });

  test("a code is sold once", async () => {
    const { kode, id } = await makeProduk(world);
    const lain = await makeProduk(world);
    const body = { kode, nama: "Lain", kategori: "lain", harga: 1 };
    const taken = [409, "kode-produk-dipakai", "#/kode"];
    expect(await refusal(await postJson(world, "/produk", body, admin.headers))).toEqual(taken);
    expect(await refusal(await patch(lain.id, { kode }))).toEqual(taken);
    expect((await patch(id, { kode })).status).toBe(200);
  });

  test("changes what is sent and leaves the rest; nominal and kind are what they are", async () => {
    const satu = await makeProduk(world, { merek: "XL", kode_cadangan: ["x-1"] });
    const kode = kataUnik();
    const ubah = {
      kode,
      nama: "Baru",
      kategori: "baru",
      merek: "AXIS",
      deskripsi: "Isi",
      harga: 13_000,
      aktif: false,
    };
    for (const [nama, nilai] of Object.entries(ubah)) {
      const before = (await produkSeen(world, admin.headers, `?after=${satu.id - 1}&limit=1`)).rows[0];
      const response = await patch(satu.id, { [nama]: nilai });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ ...before, [nama]: nilai });
    }
    expect(await (await patch(satu.id, { kode_cadangan: ["y", "z"] })).json()).toEqual({
      ...satu,
      ...ubah,
      kode_cadangan: ["y", "z"],
    });
    for (const body of [{ nominal: 5 }, { jenis: "pascabayar" }, { id: 5 }, {}])
      expect((await patch(satu.id, body)).status).toBe(422);
  });

  test("a product that is not there is 404, and an id has one spelling", async () => {
    for (const id of [2_147_483_647]) {
      expect(await refusal(await patch(id, { aktif: false }))).toEqual([
        404,
        "produk-tidak-dikenal",
        undefined,
      ]);
    }
    for (const id of ["0", "01", "-1", "abc", "2147483648"])
      expect((await patch(id, { aktif: false })).status).toBe(422);
  });

  test("a price of 0 is for what has no denomination; a code is no reserve of its own", async () => {
    const free = [422, "harga-tidak-sah", "#/harga"];
    const satu = await makeProduk(world);
    const isian = { kode: kataUnik(), nama: "Gratis", kategori: "x", nominal: 5_000 };
    expect(await refusal(await postJson(world, "/produk", { ...isian, harga: 0 }, admin.headers))).toEqual(
      free,
    );
    expect(await refusal(await patch(satu.id, { harga: 0 }))).toEqual(free);
    const own = [422, "cadangan-sama", "#/kode_cadangan"];
    expect(await refusal(await patch(satu.id, { kode_cadangan: [satu.kode] }))).toEqual(own);
    const body = { ...isian, harga: 1, kode_cadangan: [isian.kode] };
    expect(await refusal(await postJson(world, "/produk", body, admin.headers))).toEqual(own);
    for (const kode_cadangan of [["a", "b", "c"], ["a", "a"], [""], "a"])
      expect((await patch(satu.id, { kode_cadangan })).status).toBe(422);
    const pasca = { ...isian, harga: 1, jenis: "pascabayar" };
    expect(await refusal(await postJson(world, "/produk", pasca, admin.headers))).toEqual([
      422,
      "validasi-gagal",
      "#/nominal",
    ]);
  });

  test("is for admins, and in the audit with its values", async () => {
    const [karyawan, nasabah] = [await makeAkun(world, "karyawan"), await makeAkun(world, "nasabah")];
    const satu = await makeProduk(world);
    for (const [headers, status] of [
      [karyawan.headers, 403],
      [nasabah.headers, 403],
      [mitra.headers, 401],
      [{}, 401],
    ] as const) {
      expect((await patch(satu.id, { harga: 1 }, headers)).status).toBe(status);
      const body = { kode: kataUnik(), nama: "A", kategori: "a", harga: 1 };
      expect((await postJson(world, "/produk", body, headers)).status).toBe(status);
    }
    await patch(satu.id, { harga: 12_500, kode_cadangan: ["b"] });
    const rows = await world.cloud.neon.asOwner(
      "select pelaku, aksi, rincian from audit where sasaran_tabel = 'produk' and sasaran_id = $1 order by id",
      [satu.id],
    );
    expect(rows.map(({ pelaku, aksi }) => [pelaku, aksi])).toEqual([
      [`akun:${admin.id}`, "produk.buat"],
      [`akun:${admin.id}`, "produk.ubah"],
    ]);
    const [buat, ubah] = rows.map(({ rincian }) => JSON.parse(String(rincian)) as object);
    expect(buat).toMatchObject({
      menjadi: { kode: satu.kode, harga: 12_000, nominal: 10_000, jenis: "prabayar" },
    });
    expect(ubah).toEqual({
      kolom: ["harga", "kode_cadangan"],
      dari: { harga: 12_000, kode_cadangan: [] },
      menjadi: { harga: 12_500, kode_cadangan: ["b"] },
    });
  });
});

describe("GET /operator", () => {
  const tanya = (nomor: string, headers = mitra.headers) =>
    world.request(`/operator?nomor=${encodeURIComponent(nomor)}`, { headers });

  test("says whose a number probably is, however it is written", async () => {
    for (const nomor of ["081234567890", "6281234567890", "+62 812-3456-7890"]) {
      const response = await tanya(nomor);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        nomor: "081234567890",
        operator: "Telkomsel",
        merek: ["TELKOMSEL"],
      });
    }
    expect(await (await tanya("086012345678")).json()).toEqual({
      nomor: "086012345678",
      operator: null,
      merek: [],
    });
  });

  test("what is no Indonesian mobile number is 422; the key is checked in the one roundtrip there is", async () => {
    for (const nomor of ["", "0211234567", "08123", "+6598765432", "abc"])
      expect((await tanya(nomor)).status).toBe(422);
    expect((await world.request("/operator", { headers: mitra.headers })).status).toBe(422);
    const before = world.cloud.neon.requests;
    expect((await tanya("081234567890", { "x-api-key": "a".repeat(64) })).status).toBe(401);
    expect(world.cloud.neon.requests - before).toBe(1);
    expect((await world.request("/operator?nomor=081234567890")).status).toBe(401);
  });
});
