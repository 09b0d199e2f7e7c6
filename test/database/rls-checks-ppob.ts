import { answered, type Answer } from "./rls-amancair-fixture.ts";
import type { Fixture } from "./rls-fixture.ts";

const NO = "42501";

/** How many rows of each table a mitra has: `satu`, and `lain`. */
export const OF_MITRA = {
  tagihan: { satu: 1, lain: 2 },
  deposit: { satu: 1, lain: 2 },
  callback: { satu: 1, lain: 1 },
  kiriman: { satu: 1, lain: 2 },
  kiriman_log: { satu: 2, lain: 3 },
};

/** What is the house's own: a row of each. */
export const OF_THE_HOUSE = ["aturan_harga", "mutasi_bank", "produk_biller", "sinkron_biller"];

/** Gives two mitra bills, tickets, an endpoint and messages, and the house a price list, a rule and money nobody asked for. */
export async function fillPpob({ db, satu, lain }: Pick<Fixture, "db" | "satu" | "lain">): Promise<void> {
  await db.neon.asOwner(`do $isi$
    declare v record; v_id bigint;
    begin
      for v in select * from (values (${satu.id}, ${satu.transaksi}, 1), (${lain.id}, ${lain.transaksi}, 2))
          t (mitra, transaksi, banyak) loop
        insert into callback (mitra_id, url, diubah_pada) values (v.mitra, 'https://toko.example.com', now());
        insert into tanda_tangan_terpakai (mitra_id, hash, waktu) values (v.mitra, 'hash', now());
        for i in 1..v.banyak loop
          insert into tagihan (mitra_id, produk_id, kode_produk, nomor_pelanggan, diminta_pada)
            values (v.mitra, 2, 'pln', '530000000001', now());
          insert into deposit (mitra_id, jumlah, total, dibuat_pada, berlaku_sampai, terkunci_sampai)
            values (v.mitra, 50000, 50000 + v.mitra * 10 + i, now(), now() + interval '1 day', now() + interval '3 days');
          insert into kiriman (mitra_id, transaksi_id, peristiwa, isi, lanjut_pada, dibuat_pada)
            values (v.mitra, v.transaksi, (array['transaksi.sukses', 'transaksi.dikembalikan'])[i]::peristiwa, '{}',
              now() + interval '1 hour', now())
            returning id into v_id;
          insert into kiriman_log (kiriman_id, waktu, url, galat, ms) values (v_id, now(), 'https://toko.example.com', 'x', 1);
        end loop;
        insert into kiriman_log (kiriman_id, waktu, url, galat, ms) values (v_id, now(), 'https://toko.example.com', 'x', 1);
      end loop;
      insert into mutasi_bank (id, jumlah, keterangan, waktu) values ('m-1', 7, 'TRSF', now());
      insert into aturan_harga (mitra_id, jenis, nilai, diubah_pada) values (${lain.id}, 'markup', 1, now());
      insert into produk_biller (kode, jenis, nama, kategori, merek, aktif_pembeli, aktif_penjual, diperbarui_pada)
        values ('lain', 'prabayar', 'x', 'x', 'x', true, true, now());
      insert into sinkron_biller (jenis, diminta_pada) values ('prabayar', now() - interval '1 day');
    end $isi$`);
}

/** What is written of them otherwise than through functions. */
export const FREE_PPOB: Record<string, { hapus: true }> = { aturan_harga: { hapus: true } };

/** A table of which a mitra reads its own rows, and of people those named here all. */
function ofMitra(
  table: keyof typeof OF_MITRA,
  people: readonly ("karyawan" | "karyawanLain" | "admin")[],
  whose = "mitra_id",
) {
  return async ({ satu, lain }: Fixture): Promise<Record<string, Answer[]>> => {
    const rows = OF_MITRA[table];
    const all = (mitra: number, count: number) =>
      answered(0, { mitra, ...Object.fromEntries(people.map((caller) => [caller, count])) });
    const of = (id: string) => `select 1 from ${table} where ${whose} = ${id}`;
    return {
      [`select 1 from ${table}`]: all(rows.satu, rows.satu + rows.lain),
      [of(satu.id)]: all(rows.satu, rows.satu),
      [of(lain.id)]: all(0, rows.lain),
    };
  };
}

const forAdmins = (table: string) => async (): Promise<Record<string, Answer[]>> => ({
  [`select 1 from ${table}`]: answered(0, { admin: 1 }),
});

/** Who reads and writes which rows of what resellers do every day, and of what products cost. */
export const PPOB: Record<string, (fixture: Fixture) => Promise<Record<string, Answer[]>>> = {
  tagihan: ofMitra("tagihan", ["karyawan", "karyawanLain", "admin"]),
  deposit: ofMitra("deposit", ["admin"]),
  callback: ofMitra("callback", []),
  kiriman: ofMitra("kiriman", []),
  kiriman_log: ofMitra("kiriman_log", [], "(select k.mitra_id from kiriman k where k.id = kiriman_id)"),
  ...Object.fromEntries(OF_THE_HOUSE.map((table) => [table, forAdmins(table)])),
  aturan_harga: async () => ({
    ...(await forAdmins("aturan_harga")()),
    "delete from aturan_harga": answered(0, { admin: 1 }),
  }),
  tanda_tangan_terpakai: async () => ({ "select 1 from tanda_tangan_terpakai": answered(NO) }),
};
