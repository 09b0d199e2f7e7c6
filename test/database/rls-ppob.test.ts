import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENGINES } from "./engines.ts";
import { answered, unexpected, type Answer } from "./rls-amancair-fixture.ts";
import { asMitra, asNobody, asPerson, asService, makeFilledFixture, type Fixture } from "./rls-fixture.ts";

const NO_SERVICE = "BUKAN_LAYANAN";
const NO_KEY = "KUNCI_API_SALAH";
const NO_MITRA = "BUKAN_MITRA";
const NO_ROLE = "PERAN_TIDAK_BOLEH";

describe.each(ENGINES)("the functions of resellers on $engine", ({ url }) => {
  let fixture: Fixture;
  /** A row of `satu`, and one of `lain`. */
  const ids: Record<string, { satu: string; lain: string }> = {};
  beforeAll(async () => {
    fixture = await makeFilledFixture(url);
    const { db, satu, lain } = fixture;
    for (const table of ["tagihan", "deposit", "kiriman"]) {
      const of = async (mitra: string) => {
        const [row] = await db.neon.asOwner(`select min(id) as id from ${table} where mitra_id = $1`, [
          mitra,
        ]);
        return String(row?.["id"]);
      };
      ids[table] = { satu: await of(satu.id), lain: await of(lain.id) };
    }
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  const expectAnswers = async (expected: Record<string, Answer[]>) =>
    expect(await unexpected(fixture, expected)).toEqual([]);
  const idOf = (table: string, whose: "satu" | "lain") => ids[table]?.[whose] ?? "";
  const service = (answer: Answer) => answered(NO_SERVICE, { service: answer });
  const mitra = (answer: Answer, rest: Answer) => answered(rest, { mitra: answer });

  test("what the queue, the sweeper and the bank's messenger call is for services only", async () => {
    const kiriman = idOf("kiriman", "lain");
    const [row] = await fixture.db.neon.asOwner("select total from deposit where id = $1", [
      idOf("deposit", "satu"),
    ]);
    await expectAnswers({
      "select * from app.klaim_kiriman(null, 30)": service(0),
      [`select * from app.klaim_kiriman(${kiriman}, 30)`]: service(1),
      [`select * from app.catat_kiriman(${kiriman}, 1, 'https://x.example', 200, null, 1, null, false)`]:
        service(1),
      "select * from app.terima_mutasi_bank('[]')": service(0),
      [`select * from app.terima_mutasi_bank('[{"id":"m-1","jumlah":7,"keterangan":"x"}]')`]: service(0),
      [`select * from app.terima_mutasi_bank('[{"id":"m-2","jumlah":${String(row?.["total"])},"keterangan":""}]')`]:
        service(1),
      "select app.lupakan_tanda_tangan(600)": service(1),
      "select * from app.terapkan_hasil('x', 'gagal', '', '', null, null, '', null, true)": service(0),
    });
  });

  test("the biller's list is taken in by services and admins", async () => {
    const them = (answer: Answer) => answered(NO_ROLE, { service: answer, admin: answer });
    await expectAnswers({
      "select * from app.minta_sinkron('prabayar', 305)": them(1),
      "select * from app.terapkan_daftar_biller('pascabayar', '[]')": them(1),
      // It would take away what there is.
      "select * from app.terapkan_daftar_biller('prabayar', '[]')": them(0),
      "select app.terapkan_satu_produk('lain', null)": them(1),
    });
  });

  test("a mitra works with its own, and with nothing of another; nobody else has any", async () => {
    const jawab = (id: string) =>
      `select app.jawab_tagihan(${id}, 'BUDI', 100000, 102500, 2500, '202611', 1, '{}', 1800)`;
    const own = (call: (id: string) => string, table: string, refusal: string, rest = refusal) => ({
      [call(idOf(table, "satu"))]: mitra(1, rest),
      [call(idOf(table, "lain"))]: mitra(refusal, rest),
      [call("0")]: mitra(refusal, rest),
    });
    await expectAnswers({
      "select app.atur_diri(true, null, '127.0.0.1')": mitra(1, NO_KEY),
      "select app.atur_diri(null, '{10.0.0.0/8}', '127.0.0.1')": mitra("ALAMAT_IP_SENDIRI", NO_KEY),
      "select * from app.buka_tagihan(2, '530000000001', '', 60, 45, 10)": mitra("PRODUK_PRABAYAR", NO_KEY),
      ...own(jawab, "tagihan", "TAGIHAN_TIDAK_ADA"),
      // Neither is answered yet.
      [`select * from app.bayar_tagihan(${idOf("tagihan", "satu")}, null, 15)`]: mitra(
        "TAGIHAN_TIDAK_ADA",
        NO_KEY,
      ),
      [`select * from app.bayar_tagihan(${idOf("tagihan", "lain")}, null, 15)`]: mitra(
        "TAGIHAN_TIDAK_ADA",
        NO_KEY,
      ),
      "select * from app.buat_deposit(50000, 24, 48, 5, 25)": mitra(1, NO_KEY),
      ...own((id) => `select * from app.batal_deposit(${id})`, "deposit", "DEPOSIT_TIDAK_ADA"),
      "select * from app.pasang_callback('https://lain.example.com')": mitra(1, NO_MITRA),
      "select app.hapus_callback()": mitra(1, NO_MITRA),
      ...own((id) => `select * from app.ulang_kiriman(${id})`, "kiriman", "KIRIMAN_TIDAK_ADA", NO_MITRA),
    });
  });

  test("a bill that was answered is answered once, and not paid by another", async () => {
    const { db, satu, lain } = fixture;
    const id = idOf("tagihan", "lain");
    const jawab = `select app.jawab_tagihan(${id}, 'BUDI', 100000, 102500, 2500, '202611', 1, '{}', 1800)`;
    const bayar = `select ulangan from app.bayar_tagihan(${id}, null, 15)`;
    expect(await asMitra(db, lain)(jawab)).toHaveLength(1);
    expect(await asMitra(db, lain)(jawab)).toBe("PT404");
    expect(await asMitra(db, satu)(bayar)).toBe("PT404");
    expect(await asMitra(db, lain)(bayar)).toEqual([{ ulangan: false }]);
    expect(await asMitra(db, lain)(bayar)).toEqual([{ ulangan: true }]);
  });

  test("what a mitra reads by functions is its own; others have nothing to read", async () => {
    const { db, satu, admin } = fixture;
    const [row] = await db.neon.asOwner(
      `select count(m.id) as banyak, max(b.saldo) as saldo from buku b join mutasi m on m.buku_id = b.id
        where b.mitra_id = $1 and b.nama = 'tersedia'`,
      [satu.id],
    );
    await expectAnswers({
      "select * from app.mutasi_sendiri(100, null, null, null, null)": mitra(Number(row?.["banyak"]), 0),
      "select * from app.telusuri_transaksi('nomor', null, null, '08123456789', null, null, null, 100, 100)":
        mitra(1, 0),
      "select * from unnest(app.buku_sendiri())": mitra(2, 0),
    });
    const before = "select app.saldo_sebelum('infinity') as saldo";
    expect(await asMitra(db, satu)(before)).toEqual([{ saldo: row?.["saldo"] }]);
    for (const ask of [asNobody(db), asService(db), asPerson(db, admin)])
      expect(await ask(before)).toEqual([{ saldo: "0" }]);
  });

  test("products are for mitra and staff; what is behind them for staff only", async () => {
    const { db, satu, karyawan } = fixture;
    const list = "app.daftar_produk(null, null, null, null, null, null, null, null, 10)";
    const staff = { karyawan: 2, karyawanLain: 2, admin: 2 };
    await expectAnswers({ [`select * from ${list}`]: answered(0, { mitra: 2, ...staff }) });
    const behind = `select aktif, kode_cadangan from ${list}`;
    const hidden = { aktif: null, kode_cadangan: null };
    expect(await asMitra(db, satu)(behind)).toEqual([hidden, hidden]);
    const shown = { aktif: true, kode_cadangan: [] };
    expect(await asPerson(db, karyawan)(behind)).toEqual([shown, shown]);
  });

  test("prices, tickets and mitra are changed by admins, of all people", async () => {
    const { lain } = fixture;
    const admins = (answer: Answer) => answered(NO_ROLE, { admin: answer });
    const konfirmasi = `select * from app.konfirmasi_deposit(${idOf("deposit", "lain")}, 'x', null)`;
    await expectAnswers({
      "select app.atur_harga(null, null, 1, null, 'tetap', 12000)": admins(1),
      [konfirmasi]: admins(1),
      [konfirmasi.replace("null", "'m-1'")]: admins("JUMLAH_BERBEDA"),
      [`select * from app.atur_mitra(${lain.id}, null, 'emas', true, '{10.0.0.0/8}')`]: admins(1),
      "select * from app.atur_mitra(0, true)": admins(0),
    });
  });

  test("a sealed key is answered to whoever shows the API key it belongs to, once for each signature", async () => {
    const { satu } = fixture;
    await expectAnswers({
      [`select app.kunci_untuk_tanda('${satu.kunci}', 'baru')`]: answered(1),
      [`select app.kunci_untuk_tanda('${satu.kunci}', 'hash')`]: answered("TANDA_TANGAN_TERPAKAI"),
      "select app.kunci_untuk_tanda('x', 'baru')": answered(NO_KEY),
    });
  });
});
