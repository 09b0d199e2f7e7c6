import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { APP, ENGINES, errorOf, hex, openTestDatabase, type TestDatabase } from "./engines.ts";
import {
  BEBAS,
  checkBooksAfterEach,
  GRATIS,
  HARI_MS,
  ledgerOf,
  makeProducts,
  MATI,
  SEWA,
  TETAP,
  UMUR_MAKS,
  type Beli,
  type Ledger,
  type Mitra,
} from "./ledger.ts";

describe.each(ENGINES)("the ledger on $engine", ({ url }) => {
  const clock = new ManualClock();
  let db: TestDatabase;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await openTestDatabase(url, clock);
    ledger = ledgerOf(db, clock);
    await makeProducts(db);
  });
  checkBooksAfterEach(() => db);
  afterAll(async () => {
    await db.close();
  });

  describe("a journal", () => {
    const tulis = async (kunci: string, buku: (string | null)[], jumlah: (number | bigint)[]) =>
      await db
        .as(db.owner)
        .query("select app.catat_jurnal($1, 'saldo_awal', null, $2::bigint[], $3::bigint[])", [
          kunci,
          buku,
          jumlah.map(String),
        ]);
    const bukuOf = async (mitra: Mitra | null, nama: string) => {
      const [row] = mitra
        ? await db.neon.asOwner("select app.buku_mitra($1, $2) as id", [mitra.id, nama])
        : await db.neon.asOwner("select app.buku_rumah($1) as id", [nama]);
      return String(row?.["id"]);
    };
    const entriesOf = async (kunci: string) =>
      (
        await db.neon.asOwner(
          "select buku_id, jumlah, saldo_sesudah from mutasi m join jurnal j on j.id = m.jurnal_id where kunci = $1 order by m.id",
          [kunci],
        )
      ).map(({ buku_id: buku, jumlah, saldo_sesudah: sesudah }) => [buku, jumlah, sesudah]);

    test("that does not sum to zero, or has no entries, is refused and leaves nothing", async () => {
      const [penyesuaian, tersedia] = [
        await bukuOf(null, "penyesuaian"),
        await bukuOf(await ledger.daftar(0), "tersedia"),
      ];
      for (const jumlah of [[-100, 101], [-100, 99], [100, 100], []]) {
        const kunci = hex();
        const error = await errorOf(tulis(kunci, jumlah.length ? [penyesuaian, tersedia] : [], jumlah));
        expect(error.message).toBe(`jurnal ${kunci} tidak seimbang`);
        expect(await db.neon.asOwner("select * from jurnal where kunci = $1", [kunci])).toEqual([]);
      }
    });

    test("with a key that is used is refused and moves nothing", async () => {
      const mitra = await ledger.daftar(0);
      const books = [await bukuOf(null, "penyesuaian"), await bukuOf(mitra, "tersedia")];
      const kunci = hex();
      await tulis(kunci, books, [-500, 500]);
      expect(await errorOf(tulis(kunci, books, [-500, 500]))).toMatchObject({
        code: "23505",
        constraint: "jurnal_kunci_unique",
      });
      expect(await errorOf(tulis(kunci, books, [-1, 1]))).toMatchObject({ code: "23505" });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 500, ditahan: 0 });
    });

    test("joins the entries of a book, drops those that cancel out, and writes the books in the order of their ids", async () => {
      const mitra = await ledger.daftar(0);
      const [penyesuaian, kas] = [await bukuOf(null, "penyesuaian"), await bukuOf(null, "kas")];
      const [tersedia, ditahan] = [await bukuOf(mitra, "tersedia"), await bukuOf(mitra, "ditahan")];
      const kunci = hex();
      await tulis(kunci, [ditahan, tersedia, kas, penyesuaian, kas, ditahan], [10, 5, 7, -20, -7, 5]);
      expect(await entriesOf(kunci)).toEqual([
        [penyesuaian, "-20", null],
        [tersedia, "5", "5"],
        [ditahan, "15", "15"],
      ]);
      // What is held must belong to a purchase.
      await tulis(hex(), [ditahan, tersedia], [-15, 15]);
    });

    test("cannot take a mitra's book below zero, beyond a bigint, or reach a book that is not there", async () => {
      const mitra = await ledger.daftar(0);
      const [penyesuaian, tersedia] = [await bukuOf(null, "penyesuaian"), await bukuOf(mitra, "tersedia")];
      expect(await errorOf(tulis(hex(), [penyesuaian, tersedia], [1, -1]))).toMatchObject({
        code: "23514",
        constraint: "buku_saldo_tidak_negatif",
      });
      const besar = 2n ** 63n - 1n;
      const semua = hex();
      await tulis(semua, [penyesuaian, tersedia], [-besar, besar]);
      expect(await entriesOf(semua)).toEqual([
        [penyesuaian, String(-besar), null],
        [tersedia, String(besar), String(besar)],
      ]);
      expect(await errorOf(tulis(hex(), [penyesuaian, tersedia], [-1, 1]))).toMatchObject({ code: "22003" });
      expect(await errorOf(tulis(hex(), [penyesuaian, "-1"], [-1, 1]))).toMatchObject({ code: "23503" });
      expect(await errorOf(tulis(hex(), [penyesuaian], [-1, 1]))).toMatchObject({ code: "23502" });
      await tulis(hex(), [penyesuaian, tersedia], [besar, -besar]);
    });

    test("a mitra begins with what it is given, once per address", async () => {
      expect(await ledger.saldo(await ledger.daftar(0))).toEqual({ tersedia: 0, ditahan: 0 });
      expect(await ledger.saldo(await ledger.daftar(7))).toEqual({ tersedia: 7, ditahan: 0 });
      const app = db.as(APP);
      const email = `${hex(8)}@mail.com`;
      const daftar = (alamat: string) =>
        app.query("select app.daftar_mitra('Budi', $1, null, 5, $2, 'awalan', 'segel')", [alamat, hex()]);
      await daftar(email);
      expect(await errorOf(daftar(email))).toMatchObject({ code: "PT409", message: "EMAIL_TERDAFTAR" });
      expect(await errorOf(daftar(email.toUpperCase()))).toMatchObject({ code: "23514" });
    });
  });

  describe("a purchase", () => {
    test("holds its price, to the last rupiah", async () => {
      const mitra = await ledger.daftar(24_000);
      const { id, ulangan } = await ledger.beli(mitra);
      expect(ulangan).toBe(false);
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 12_000, ditahan: 12_000 });
      expect(await ledger.jurnal(id)).toEqual({ beli: { tersedia: -12_000, ditahan: 12_000 } });
      expect(await ledger.lihat(id)).toMatchObject({
        status: "pending",
        ditanya: "0",
        lanjut: "15",
        selesai: "f",
      });
      await ledger.beli(mitra);
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 0, ditahan: 24_000 });
    });

    test("with one rupiah too little is refused and leaves nothing", async () => {
      const mitra = await ledger.daftar(11_999);
      expect(await errorOf(ledger.beli(mitra))).toMatchObject({
        code: "PT402",
        message: "SALDO_TIDAK_CUKUP",
      });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 11_999, ditahan: 0 });
      expect(await db.neon.asOwner("select id from transaksi where mitra_id = $1", [mitra.id])).toEqual([]);
    });

    test("what is held cannot be spent", async () => {
      const mitra = await ledger.daftar(20_000);
      await ledger.beli(mitra);
      expect(await errorOf(ledger.beli(mitra))).toMatchObject({ code: "PT402" });
    });

    test("of a product that is off sale or not there is refused", async () => {
      const mitra = await ledger.daftar(100_000);
      for (const produk of [MATI, 999, 0, -1]) {
        expect(await errorOf(ledger.beli(mitra, { produk }))).toMatchObject({
          code: "PT404",
          message: "PRODUK_TIDAK_ADA",
        });
      }
    });

    test("by a disabled mitra is refused; what it bought before still ends", async () => {
      const mitra = await ledger.daftar(24_000);
      const { id } = await ledger.beli(mitra);
      await db.neon.asOwner("update mitra set aktif = false where id = $1", [mitra.id]);
      expect(await errorOf(ledger.beli(mitra))).toMatchObject({ code: "PT403", message: "MITRA_NONAKTIF" });
      await ledger.hasil(await ledger.refId(id), "gagal");
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 24_000, ditahan: 0 });
    });

    test("of a fixed denomination: named rightly or left out", async () => {
      const mitra = await ledger.daftar(1_000_000);
      for (const nominal of [null, 10_000]) {
        const { id } = await ledger.beli(mitra, { nominal });
        const [row] = await db.neon.asOwner(
          "select nominal, harga, kode_produk from transaksi where id = $1",
          [id],
        );
        expect(row).toEqual({ nominal: "10000", harga: "12000", kode_produk: "tetap" });
      }
      for (const nominal of [9_999, 10_001, 0, -10_000]) {
        expect(await errorOf(ledger.beli(mitra, { nominal }))).toMatchObject({
          code: "PT422",
          message: "NOMINAL_TIDAK_SESUAI",
        });
      }
    });

    test("a fixed denomination is never free", async () => {
      const insert = db.neon.asOwner(
        "insert into produk (kode, nama, kategori, harga, nominal) values ('cuma-cuma', 'x', 'x', 0, 10000)",
      );
      await expect(insert).rejects.toThrow("produk_harga_tidak_negatif");
    });

    test("of an open denomination: what the buyer names plus the fee", async () => {
      const mitra = await ledger.daftar(1_000_000);
      const harga = async (produk: number, nominal: number) => {
        const { id } = await ledger.beli(mitra, { produk, nominal });
        const [row] = await db.neon.asOwner("select nominal, harga from transaksi where id = $1", [id]);
        return row;
      };
      expect(await harga(BEBAS, 37_123)).toEqual({ nominal: "37123", harga: "38623" });
      expect(await harga(GRATIS, 1)).toEqual({ nominal: "1", harga: "1" });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 961_376, ditahan: 38_624 });
      expect(await errorOf(ledger.beli(mitra, { produk: BEBAS }))).toMatchObject({
        code: "PT422",
        message: "NOMINAL_WAJIB",
      });
      for (const nominal of [0, -1, -2_000]) {
        expect(await errorOf(ledger.beli(mitra, { produk: BEBAS, nominal }))).toMatchObject({
          code: "23514",
        });
      }
    });

    test("keeps the price of its moment", async () => {
      const mitra = await ledger.daftar(1_000_000);
      const produk = Number(
        (
          await db.neon.asOwner(
            "insert into produk (id, kode, nama, kategori, harga, nominal) values ((select max(id) + 1 from produk), $1, 'x', 'x', 5000, 4000) returning id",
            [hex(8)],
          )
        )[0]?.["id"],
      );
      const { id } = await ledger.beli(mitra, { produk });
      await db.neon.asOwner("update produk set harga = 9000, nominal = 8000, aktif = false where id = $1", [
        produk,
      ]);
      await ledger.hasil(await ledger.refId(id), "sukses");
      expect(await ledger.jurnal(id)).toMatchObject({ sukses: { ditahan: -5_000, biller: 5_000 } });
    });
  });

  describe("an idempotency key", () => {
    test("with the same content is the same purchase, whatever became of it", async () => {
      const mitra = await ledger.daftar(12_000);
      const kunci = hex();
      const { id } = await ledger.beli(mitra, { kunci });
      const again = async () => await ledger.beli(mitra, { kunci });
      expect(await again()).toEqual({ id, ulangan: true });
      expect(await ledger.beli(mitra, { kunci, nominal: 10_000 })).toEqual({ id, ulangan: true });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 0, ditahan: 12_000 });
      await ledger.hasil(await ledger.refId(id), "gagal");
      expect(await again()).toEqual({ id, ulangan: true });
      clock.advance(400 * HARI_MS);
      expect(await again()).toEqual({ id, ulangan: true });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 12_000, ditahan: 0 });
    });

    test("with other content is refused, and the first purchase stays", async () => {
      const mitra = await ledger.daftar(1_000_000);
      const kunci = hex();
      const { id } = await ledger.beli(mitra, { kunci, produk: BEBAS, nominal: 20_000 });
      for (const lain of [
        { nomor: "08123456780" },
        { produk: GRATIS },
        { nominal: 20_001 },
        { produk: TETAP, nominal: 10_000 },
      ]) {
        const beli = ledger.beli(mitra, { kunci, produk: BEBAS, nominal: 20_000, ...lain });
        expect(await errorOf(beli)).toMatchObject({ code: "PT409", message: "KUNCI_DIPAKAI" });
      }
      expect(await ledger.beli(mitra, { kunci, produk: BEBAS, nominal: 20_000 })).toEqual({
        id,
        ulangan: true,
      });
    });

    test("belongs to its mitra: the same key of two is two purchases", async () => {
      const [satu, dua] = [await ledger.daftar(12_000), await ledger.daftar(12_000)];
      const kunci = hex();
      const pertama = await ledger.beli(satu, { kunci });
      const kedua = await ledger.beli(dua, { kunci, nomor: "08999999999" });
      expect(kedua.ulangan).toBe(false);
      expect(kedua.id).not.toBe(pertama.id);
      expect(await ledger.saldo(satu)).toEqual(await ledger.saldo(dua));
    });

    test("that was refused is free; no key is never the same purchase", async () => {
      const mitra = await ledger.daftar(24_000);
      const kunci = hex();
      await errorOf(ledger.beli(mitra, { kunci, produk: MATI }));
      expect(await ledger.beli(mitra, { kunci })).toMatchObject({ ulangan: false });
      expect(await ledger.beli(mitra)).toMatchObject({ ulangan: false });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 0, ditahan: 24_000 });
    });
  });

  describe("a result", () => {
    const dibeli = async (beli: Beli = {}) => {
      const mitra = await ledger.daftar(100_000);
      const { id } = await ledger.beli(mitra, beli);
      return { mitra, id, refId: await ledger.refId(id) };
    };

    test.each([
      {
        kata: "below ours leaves us the margin",
        harga: 10_250,
        biller: 10_250,
        pendapatan: 1_750,
        janggal: null,
      },
      { kata: "of nothing is all margin", harga: 0, biller: undefined, pendapatan: 12_000, janggal: null },
      {
        kata: "that is ours leaves none",
        harga: 12_000,
        biller: 12_000,
        pendapatan: undefined,
        janggal: null,
      },
      {
        kata: "that is absent counts as ours",
        harga: null,
        biller: 12_000,
        pendapatan: undefined,
        janggal: null,
      },
      {
        kata: "above ours is cut to ours and reported",
        harga: 12_001,
        biller: 12_000,
        pendapatan: undefined,
        janggal: "HARGA_BILLER_MELEBIHI",
      },
    ])("sukses: a price $kata", async ({ harga, biller, pendapatan, janggal }) => {
      const { mitra, id, refId } = await dibeli();
      expect(await ledger.hasil(refId, "sukses", { harga })).toEqual({
        transaksi_id: id,
        sebelum: "pending",
        sesudah: "sukses",
        janggal,
      });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 88_000, ditahan: 0 });
      const journals = await ledger.jurnal(id);
      expect(journals).toEqual({
        beli: { tersedia: -12_000, ditahan: 12_000 },
        sukses: { ditahan: -12_000, ...(biller && { biller }), ...(pendapatan && { pendapatan }) },
      });
      expect(await ledger.lihat(id)).toMatchObject({
        status: "sukses",
        selesai: "t",
        hasil_eksekusi: "kalimat sukses",
        rc: "rc",
        sn: "sn",
        harga_biller: harga === null ? null : String(harga),
      });

      // A refund is its exact opposite, only that the money becomes free.
      expect(await ledger.hasil(refId, "kembali")).toEqual({
        transaksi_id: id,
        sebelum: "sukses",
        sesudah: "gagal",
        janggal: null,
      });
      const { kembali } = await ledger.jurnal(id);
      expect(kembali).toEqual({
        tersedia: 12_000,
        ...(biller && { biller: -biller }),
        ...(pendapatan && { pendapatan: -pendapatan }),
      });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 100_000, ditahan: 0 });
      expect(await ledger.lihat(id)).toMatchObject({ status: "gagal", hasil_eksekusi: "kalimat kembali" });
    });

    test("does not write the house's books, where every settlement would queue", async () => {
      const house = async () =>
        await db.neon.asOwner("select id, ctid from buku where mitra_id is null order by id");
      const before = await house();
      const { refId } = await dibeli();
      await ledger.hasil(refId, "sukses", { harga: 11_000 });
      await ledger.hasil(refId, "kembali");
      expect(await house()).toEqual(before);
    });

    test.each(["gagal", "kembali"])("%s while open gives the money back, once", async (hasil) => {
      const { mitra, id, refId } = await dibeli();
      expect(await ledger.hasil(refId, hasil)).toMatchObject({
        sebelum: "pending",
        sesudah: "gagal",
        janggal: null,
      });
      for (const lagi of ["gagal", "kembali", "tunda", "ditolak"]) {
        expect(await ledger.hasil(refId, lagi, { lanjut: 9 })).toMatchObject({
          sebelum: "gagal",
          sesudah: "gagal",
          janggal: null,
        });
      }
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 100_000, ditahan: 0 });
      expect(await ledger.jurnal(id)).toEqual({
        beli: { tersedia: -12_000, ditahan: 12_000 },
        gagal: { ditahan: -12_000, tersedia: 12_000 },
      });
    });

    test("kembali twice after a success refunds once", async () => {
      const { mitra, id, refId } = await dibeli();
      await ledger.hasil(refId, "sukses", { harga: 11_000 });
      await ledger.hasil(refId, "kembali");
      const before = await ledger.lihat(id);
      expect(await ledger.hasil(refId, "kembali")).toMatchObject({
        sebelum: "gagal",
        sesudah: "gagal",
        janggal: null,
      });
      expect(await ledger.lihat(id)).toEqual(before);
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 100_000, ditahan: 0 });
    });

    test("that contradicts a final state changes nothing and is reported", async () => {
      const sukses = await dibeli();
      await ledger.hasil(sukses.refId, "sukses", { harga: 11_000 });
      const gagal = await dibeli();
      await ledger.hasil(gagal.refId, "gagal");
      const kembali = await dibeli();
      await ledger.hasil(kembali.refId, "sukses");
      await ledger.hasil(kembali.refId, "kembali");
      for (const [{ id, refId }, hasil, janggal] of [
        [sukses, "gagal", "GAGAL_SETELAH_SUKSES"],
        [gagal, "sukses", "SUKSES_SETELAH_GAGAL"],
        [kembali, "sukses", "SUKSES_SETELAH_GAGAL"],
      ] as const) {
        const before = [await ledger.lihat(id), await ledger.jurnal(id)];
        for (const _ of [1, 2])
          expect(await ledger.hasil(refId, hasil, { harga: 1, lanjut: 9 })).toMatchObject({ janggal });
        expect([await ledger.lihat(id), await ledger.jurnal(id)]).toEqual(before);
      }
      expect(await ledger.saldo(sukses.mitra)).toEqual({ tersedia: 88_000, ditahan: 0 });
    });

    test("ditolak is a failure while the first request was the only one", async () => {
      const { mitra, id, refId } = await dibeli();
      await ledger.klaim(id);
      expect(await ledger.hasil(refId, "ditolak", { lanjut: 60 })).toMatchObject({
        sesudah: "gagal",
        janggal: null,
      });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 100_000, ditahan: 0 });
    });

    test("ditolak of a later question says nothing about the purchase: it stays open and is reported", async () => {
      const { mitra, id, refId } = await dibeli();
      await ledger.klaim(id);
      clock.advance(SEWA * 1000);
      await ledger.klaim(id);
      expect(await ledger.hasil(refId, "ditolak", { lanjut: 60 })).toMatchObject({
        sebelum: "proses",
        sesudah: "proses",
        janggal: "CEK_DITOLAK",
      });
      expect(await ledger.lihat(id)).toMatchObject({ status: "proses", ditanya: "2", lanjut: "60" });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 88_000, ditahan: 12_000 });
      await ledger.hasil(refId, "sukses");
      expect(await ledger.hasil(refId, "ditolak")).toMatchObject({ sesudah: "sukses", janggal: null });
    });

    test("tunda puts the next question off, of open rows only; without a date it leaves it", async () => {
      const { id, refId } = await dibeli();
      await ledger.klaim(id);
      expect(await ledger.hasil(refId, "tunda")).toMatchObject({ sesudah: "proses", janggal: null });
      expect(await ledger.lihat(id)).toMatchObject({ lanjut: String(SEWA) });
      await ledger.hasil(refId, "tunda", { lanjut: 600 });
      expect(await ledger.lihat(id)).toMatchObject({ status: "proses", lanjut: "600" });
      await ledger.hasil(refId, "sukses");
      await ledger.hasil(refId, "tunda", { lanjut: 5 });
      expect(await ledger.lihat(id)).toMatchObject({ status: "sukses", lanjut: "600", rc: "rc" });
    });

    test("of an attempt that is not ours is no row and no error", async () => {
      expect(await ledger.hasil(hex(), "sukses")).toBeUndefined();
    });

    test("that nobody knows is refused and changes nothing", async () => {
      const { mitra, id, refId } = await dibeli();
      expect(await errorOf(ledger.hasil(refId, "entah"))).toMatchObject({ code: "22P02" });
      expect(await ledger.lihat(id)).toMatchObject({ status: "pending", selesai: "f" });
      expect(await ledger.saldo(mitra)).toEqual({ tersedia: 88_000, ditahan: 12_000 });
    });
  });

  describe("a claim", () => {
    const dibeli = async () => {
      const { id } = await ledger.beli(await ledger.daftar(12_000));
      return id;
    };

    test("takes a fresh purchase at once and says what to buy", async () => {
      const id = await dibeli();
      expect(await ledger.klaim(id)).toEqual([
        {
          transaksi_id: id,
          ref_id: await ledger.refId(id),
          kode_produk: "tetap",
          nomor_tujuan: "08123456789",
          nominal_bebas: null,
          harga: "12000",
          pertama: true,
          ditanya: 1,
          kedaluwarsa: false,
          pascabayar: false,
          kirim_sebelum: null,
        },
      ]);
      expect(await ledger.lihat(id)).toMatchObject({ status: "proses", ditanya: "1", lanjut: String(SEWA) });
    });

    test("is respected until it has run out, and then is a question, not a purchase", async () => {
      const id = await dibeli();
      await ledger.klaim(id);
      expect(await ledger.klaim(id)).toEqual([]);
      clock.advance(SEWA * 1000 - 1);
      expect(await ledger.klaim(id)).toEqual([]);
      expect((await ledger.klaim(null)).map((claim) => claim.transaksi_id)).not.toContain(id);
      clock.advance(1);
      expect(await ledger.klaim(id)).toMatchObject([{ pertama: false, ditanya: 2, kedaluwarsa: false }]);
      expect(await ledger.lihat(id)).toMatchObject({ ditanya: "2", lanjut: String(SEWA) });
    });

    test("by the sweeper waits for the queue's time, takes the longest waiting first, and no more than asked", async () => {
      await ledger.bereskan();
      const [lama, kedua, pertama] = [await dibeli(), await dibeli(), await dibeli()];
      await ledger.hasil(await ledger.refId(kedua), "tunda", { lanjut: 20 });
      await ledger.hasil(await ledger.refId(lama), "tunda", { lanjut: 30 });
      const taken = async () => (await ledger.klaim(null, 2)).map((claim) => claim.transaksi_id).toSorted();
      clock.advance(15_000 - 1);
      expect(await taken()).toEqual([]);
      clock.advance(15_001);
      expect(await taken()).toEqual([pertama, kedua].toSorted());
      expect(await taken()).toEqual([lama]);
      expect(await taken()).toEqual([]);
    });

    test.each(["sukses", "gagal"])("finds nothing when a webhook was first: %s", async (hasil) => {
      const id = await dibeli();
      await ledger.hasil(await ledger.refId(id), hasil);
      expect(await ledger.klaim(id)).toEqual([]);
      clock.advance(HARI_MS);
      expect(await ledger.klaim(id)).toEqual([]);
      expect((await ledger.klaim(null)).map((claim) => claim.transaksi_id)).not.toContain(id);
      expect(await ledger.lihat(id)).toMatchObject({ status: hasil, ditanya: "0" });
    });

    test("of an id that is not there is nothing", async () => {
      expect(await ledger.klaim("-1")).toEqual([]);
      expect(await ledger.klaim("9223372036854775807")).toEqual([]);
    });

    test("is never made of an attempt older than 85 days: it waits for people, and for a late webhook", async () => {
      await ledger.bereskan();
      const id = await dibeli();
      await ledger.klaim(id);
      clock.advance(UMUR_MAKS * HARI_MS);
      expect(await ledger.klaim(id)).toMatchObject([{ kedaluwarsa: false, ditanya: 2 }]);
      clock.advance(SEWA * 1000);
      expect(await ledger.klaim(null)).toMatchObject([
        { transaksi_id: id, kedaluwarsa: true, ditanya: 2, pertama: false },
      ]);
      expect(await ledger.lihat(id)).toMatchObject({
        status: "proses",
        ditanya: "2",
        lanjut: "tidak pernah",
      });
      clock.advance(1_000 * HARI_MS);
      expect(await ledger.klaim(null)).toEqual([]);
      expect(await ledger.klaim(id)).toEqual([]);
      expect(await ledger.hasil(await ledger.refId(id), "sukses")).toMatchObject({
        sebelum: "proses",
        sesudah: "sukses",
      });
    });

    test("of a purchase that was never sent has no age", async () => {
      const id = await dibeli();
      clock.advance(200 * HARI_MS);
      expect(await ledger.klaim(id)).toMatchObject([{ pertama: true, kedaluwarsa: false, ditanya: 1 }]);
    });

    test.runIf(url)("never waits: a row in somebody's hands is skipped", async () => {
      await ledger.bereskan();
      const [dipegang, bebas] = [await dibeli(), await dibeli()];
      clock.advance(15_000);
      const holder = new Client({ connectionString: db.serverUrl });
      await holder.connect();
      try {
        await holder.query("begin");
        await holder.query("select 1 from transaksi where id = $1 for no key update", [dipegang]);
        expect(await ledger.klaim(dipegang)).toEqual([]);
        expect((await ledger.klaim(null)).map((claim) => claim.transaksi_id)).toEqual([bebas]);
      } finally {
        await holder.end();
      }
    });
  });
});
