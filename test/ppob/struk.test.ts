import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../harness.ts";
import { makeMitra, purchase, type Mitra } from "../make.ts";
import { mitraWith, writePurchases, type PurchaseRow } from "./riwayat-rows.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world.close());

const WAKTU = "2026-11-20T03:04:05Z";
const TOKEN_SN = "1234-5678-9012-3456-7890/SITI AMINAH/R1/450VA/11,5KWH";

async function one(row: Partial<PurchaseRow>): Promise<{ mitra: Mitra; id: number }> {
  const { mitra, ids } = await mitraWith(world, [{ waktu: WAKTU, ...row }]);
  return { mitra, id: ids[0] ?? 0 };
}

/** A purchase that pays a bill of these. */
async function bill(isian: {
  hargaJual: number;
  admin?: number | null;
  rincian?: unknown;
  nama?: string;
  row?: Partial<PurchaseRow>;
}): Promise<{ mitra: Mitra; id: number }> {
  const mitra = await makeMitra(world, { saldo: 0 });
  const { hargaJual, admin = 2_500, rincian = {}, nama = "BUDI SANTOSO" } = isian;
  const [row] = await world.cloud.neon.asOwner(
    `insert into tagihan (mitra_id, produk_id, kode_produk, nomor_pelanggan, diminta_pada, dijawab_pada, berlaku_sampai,
        nama_pelanggan, periode, lembar, harga_modal, harga, harga_jual, admin, rincian)
      values ($1, 1, 'pln', '530000000001', $2, $2, $2, $3, '202611', 1, 1, 91234, $4, $5, $6) returning id`,
    [mitra.id, WAKTU, nama, hargaJual, admin, JSON.stringify(rincian)],
  );
  const paid = { waktu: WAKTU, tagihan_id: Number(row?.["id"]), nomor_tujuan: "530000000001", harga: 91_234 };
  const [id = 0] = await writePurchases(world, mitra, [{ ...paid, ...isian.row }]);
  return { mitra, id };
}

async function struk({ mitra, id }: { mitra: Mitra; id: number }, query = "", accept?: string) {
  const response = await world.request(`/struk/${id}${query}`, {
    headers: { "x-api-key": mitra.apiKey, ...(accept && { accept }) },
  });
  const body = await response.text();
  expect(response.status, body).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return { body, type: response.headers.get("content-type"), headers: response.headers };
}

const json = async (of: { mitra: Mitra; id: number }, query = "") =>
  JSON.parse((await struk(of, query)).body) as Record<string, unknown>;
const teks = async (of: { mitra: Mitra; id: number }, query = "") =>
  (await struk(of, `?format=teks${query}`)).body;
const html = async (of: { mitra: Mitra; id: number }, query = "") =>
  (await struk(of, `?format=html${query}`)).body;

describe("JSON", () => {
  test("a token, with the name and the power that came with it", async () => {
    const of = await one({
      sn: TOKEN_SN,
      produk_id: 3,
      nomor_tujuan: "12345678910",
      selesai_pada: "2026-11-20T03:04:09Z",
    });
    expect(await json(of, "?harga_jual=52000")).toEqual({
      id: of.id,
      status: "sukses",
      judul: "STRUK PEMBELIAN",
      peringatan: null,
      merchant: "Budi Santoso",
      produk: "Token Listrik 50k",
      nomor_tujuan: "12345678910",
      nama_pelanggan: "SITI AMINAH",
      periode: null,
      lembar: null,
      nominal: 10_000,
      tagihan: null,
      denda: null,
      admin: null,
      layanan: null,
      total: 52_000,
      sn: TOKEN_SN,
      token: {
        token: "1234 5678 9012 3456 7890",
        nama: "SITI AMINAH",
        tarif: "R1",
        daya: "450VA",
        kwh: 11.5,
      },
      waktu: "2026-11-20T03:04:05.000Z",
      selesai_pada: "2026-11-20T03:04:09.000Z",
    });
  });

  test("another serial number is just that, and without a price there is no total", async () => {
    expect(await json(await one({ sn: "0123456789" }))).toMatchObject({
      sn: "0123456789",
      token: null,
      total: null,
      nama_pelanggan: null,
    });
  });

  test("a bill, in parts that sum to its total", async () => {
    const rincian = {
      tarif: "R1",
      detail: [
        { periode: "202610", nilai_tagihan: "50000", denda: "3000" },
        { periode: "202611", nilai_tagihan: "44500", denda: "500" },
      ],
    };
    const of = await bill({ hargaJual: 102_500, rincian, row: { sn: "S1" } });
    const parts = { tagihan: 96_500, denda: 3_500, admin: 2_500, periode: "202611", lembar: 1 };
    expect(await json(of)).toMatchObject({
      judul: "STRUK PEMBAYARAN",
      nama_pelanggan: "BUDI SANTOSO",
      nominal: null,
      ...parts,
      layanan: null,
      total: 102_500,
    });
    expect(await json(of, "?harga_jual=105000")).toMatchObject({ ...parts, layanan: 2_500, total: 105_000 });
    expect(await json(of, "?harga_jual=102000")).toMatchObject({ ...parts, layanan: -500, total: 102_000 });
  });

  test.each([
    ["null", null, null],
    ["a text", "x", null],
    ["no list", { detail: { denda: "1" } }, null],
    [
      "odd sheets",
      { detail: [null, 1, "x", [], { denda: null }, { denda: "1.000" }, { denda: "-5" }, { denda: {} }] },
      null,
    ],
    ["numbers among texts", { detail: [{ denda: 1_000 }, { denda: " 500 " }, { denda: "0" }] }, 1_500],
    ["more than the bill", { detail: [{ denda: "999999999999" }] }, null],
  ])("penalties of %s", async (_, rincian, denda) => {
    const isi = await json(await bill({ hargaJual: 100_000, admin: null, rincian }));
    expect(isi).toMatchObject({ denda, tagihan: 100_000 - (denda ?? 0), total: 100_000 });
  });

  test.each(["pending", "proses", "gagal"] as const)(
    "%s proves nothing, and shows no token",
    async (status) => {
      const isi = await json(
        await one({ status, sn: TOKEN_SN, hasil_eksekusi: `SN: ${TOKEN_SN}` }),
        "?harga_jual=5",
      );
      expect(isi).toMatchObject({
        status,
        judul: status === "gagal" ? "GAGAL" : "BELUM SELESAI",
        peringatan: expect.stringContaining("bukan bukti") as string,
        sn: null,
        token: null,
        total: status === "gagal" ? null : 5,
      });
      expect(JSON.stringify(isi)).not.toContain("1234-5678");
    },
  );
});

test("what the mitra itself paid is in none of the formats", async () => {
  for (const of of [await bill({ hargaJual: 102_500 }), await one({ harga: 91_234, sn: "S" })])
    for (const query of ["", "?format=teks", "?format=html", "?harga_jual=102500&format=html"])
      expect((await struk(of, query)).body).not.toMatch(/91[.,]?234/);
});

describe("text", () => {
  test("fits 32 columns of ASCII, whole", async () => {
    const of = await bill({ hargaJual: 102_500, row: { sn: "S1" } });
    expect(await teks(of)).toBe(
      [
        "          Budi Santoso",
        "        STRUK PEMBAYARAN",
        "--------------------------------",
        `No.        : #${of.id}`,
        "Waktu      : 20/11/2026,",
        "             10.04.05 WIB",
        "Status     : SUKSES",
        "Layanan    : Pulsa 10k",
        "Nomor      : 530000000001",
        "Nama       : BUDI SANTOSO",
        "Periode    : 202611",
        "Lembar     : 1",
        "--------------------------------",
        "Tagihan                Rp100.000",
        "Admin                    Rp2.500",
        "--------------------------------",
        "TOTAL                  Rp102.500",
        "--------------------------------",
        "             SN/REF",
        "",
        "               S1",
        "",
        "--------------------------------",
        "Simpan struk ini sebagai bukti.",
        "",
        "",
        "",
        "",
        "",
      ].join("\n"),
    );
  });

  test("a token stands on a line of its own", async () => {
    const lines = (await teks(await one({ sn: TOKEN_SN, produk_id: 3 }))).split("\n");
    expect(lines).toContain("    1234 5678 9012 3456 7890");
    expect(lines).toContain("Jumlah kWh : 11,5");
    expect(lines).toContain("Tarif/Daya : R1/450VA");
  });

  test("whatever is in it is wrapped, never cut, and made ASCII", async () => {
    const nama = `Ñuñez “Äë” — ${"SANGATPANJANG".repeat(5)} 漢字 a\u202Eb\u0007c ${"kata ".repeat(20)}`;
    const of = await bill({ hargaJual: 102_500, nama, row: { sn: "A1".repeat(60) } });
    const text = await teks(of, "&harga_jual=9007199254740991");
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(32);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    const packed = text.replaceAll(/[\s:]/g, "");
    expect(packed).toContain(`Nunez"Ae"-${"SANGATPANJANG".repeat(5)}??abc${"kata".repeat(20)}`);
    expect(packed).toContain("A1".repeat(60));
    expect(packed).toContain("TOTALRp9.007.199.254.740.991");
    expect(text.endsWith("\n\n\n\n\n")).toBe(true);
  });

  test.each([
    ["gagal", "GAGAL"],
    ["proses", "BELUM SELESAI"],
  ] as const)("%s says so", async (status, judul) => {
    const text = await teks(await one({ status, sn: TOKEN_SN }));
    expect(text).toContain(judul);
    expect(text).toContain("bukan bukti");
    expect(text).not.toMatch(/1234[- ]5678|Simpan struk/);
  });
});

describe("HTML", () => {
  test("is a page by itself: no script, no file, and its style is let through by its hash", async () => {
    const of = await one({ sn: TOKEN_SN });
    const { body, type, headers } = await struk(of, "?format=html");
    expect(type).toBe("text/html; charset=UTF-8");
    expect(body).toMatch(/^<!doctype html><html lang="id">/);
    expect(body).not.toMatch(/<script|<link|<img|style="|src=|href=|@import|url\(/);
    const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(body) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    const policy = headers.get("content-security-policy");
    expect(policy).toContain(`style-src 'sha256-${hash}';`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(style).toContain("58mm");
    expect(body).toContain("<strong>1234 5678 9012 3456 7890</strong>");
  });

  test("escapes whatever others wrote", async () => {
    const nama = `<img src=x onerror="alert(1)">&'`;
    const of = await bill({ hargaJual: 102_500, nama, row: { sn: "</strong><script>1</script>" } });
    await world.cloud.neon.asOwner("update mitra set nama = '<b>Toko</b>' where id = $1", [of.mitra.id]);
    const body = await html(of);
    expect(body).not.toMatch(/<(img|script|b)\b/);
    expect(body).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;");
    expect(body).toContain("<h1>&lt;b&gt;Toko&lt;/b&gt;</h1>");
  });

  test.each([
    ["gagal", "GAGAL"],
    ["pending", "BELUM SELESAI"],
  ] as const)("%s says so", async (status, judul) => {
    const body = await html(await one({ status, sn: TOKEN_SN }));
    expect(body).toContain(`<h2>${judul}</h2>`);
    expect(body).toContain('<p class="peringatan">');
    expect(body).not.toMatch(/1234[- ]5678/);
  });
});

test("Accept asks for a format, and format wins", async () => {
  const of = await one({ sn: "S" });
  for (const [query, accept, type] of [
    ["", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=UTF-8"],
    ["", "text/plain", "text/plain; charset=UTF-8"],
    ["", "application/json", "application/json"],
    ["", "*/*", "application/json"],
    ["", "image/png", "application/json"],
    ["?format=json", "text/html", "application/json"],
    ["?format=teks", "text/html", "text/plain; charset=UTF-8"],
    ["?format=html", "application/json", "text/html; charset=UTF-8"],
  ] as const) {
    const { type: got, headers } = await struk(of, query, accept);
    expect(got, `${query} ${accept}`).toBe(type);
    expect(headers.get("vary")).toContain("Accept");
  }
});

test("only one's own purchases have a receipt; somebody else's are as good as none", async () => {
  const { id } = await one({ sn: "S" });
  const stranger = await makeMitra(world);
  for (const other of [id, 999_999_999]) {
    const response = await world.request(`/struk/${other}`, { headers: stranger.headers });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ type: "urn:satu-pintu:galat:transaksi-tidak-ada" });
  }
});

test("id and query are checked", async () => {
  const { mitra, id } = await one({ sn: "S" });
  for (const path of [
    "/struk/0",
    "/struk/x",
    `/struk/${id}?format=pdf`,
    `/struk/${id}?harga_jual=0`,
    `/struk/${id}?harga_jual=1.5`,
    `/struk/${id}?harga_jual=9007199254740992`,
    `/struk/${id}?x=1`,
  ])
    expect((await world.request(path, { headers: mitra.headers })).status, path).toBe(422);
});

test("a purchase that went its way has its serial number on the receipt", async () => {
  const mitra = await makeMitra(world);
  const id = await purchase(world, mitra);
  await world.idle();
  const isi = await json({ mitra, id });
  expect(isi["status"]).toBe("sukses");
  expect(isi["sn"]).toMatch(/./);
});
