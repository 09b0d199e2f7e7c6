import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { migratePglite, openPglite } from "../../dev/neon/pglite.ts";

const MIGRATIONS = join(import.meta.dirname, "../../drizzle");

/** The migrations as they were when only the first `count` had been written. */
function asOf(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), "satu-pintu-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(MIGRATIONS, folder, { recursive: true });
  const path = join(folder, "meta/_journal.json");
  const journal = JSON.parse(readFileSync(path, "utf8")) as { entries: unknown[] };
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }));
  return folder;
}

test("a database in use takes the accounts' migrations: what was bought before is settled after", async () => {
  const db = await openPglite();
  onTestFinished(() => db.close());
  await migratePglite(db, asOf(4));
  const hash = "a".repeat(64);
  await db.exec(`
    insert into produk (id, kode, nama, kategori, harga, nominal) values (1, 'pulsa10', 'Pulsa', 'pulsa', 12000, 10000);
    select app.daftar_mitra('Budi', 'budi@mail.com', null, 100000, '${hash}', 'awal', 'segel');
    begin;
    select app.masuk_mitra('${hash}');
    select * from app.beli(1, '08123456789', 10000, 'satu', 15);
    commit;`);

  await migratePglite(db, MIGRATIONS);
  await db.exec(`
    begin;
    select app.masuk_layanan('antrean');
    select * from app.klaim(1, 1, 60, 85);
    select * from app.terapkan_hasil((select ref_id from percobaan), 'sukses', '00', 'ok', 'SN', 11000, 'ok', null);
    commit;
    select app.daftar_akun('Admin', 'admin@mail.com', 'admin', '$2b$04$' || repeat('a', 53), 'admin', true, 'x');
    begin;
    select app.buka_sesi(1, 1, null, '00000000-0000-4000-8000-000000000000', 60, 'x', 'x');
    select app.masuk_akun(1, '00000000-0000-4000-8000-000000000000', 1, '{admin}');
    select * from app.isi_saldo(1, 5000, 'Transfer', 'kunci-1');
    commit;`);
  const { rows } = await db.query("select nama, saldo::int from buku where mitra_id = 1 order by nama");
  expect(rows).toEqual([
    { nama: "tersedia", saldo: 93_000 },
    { nama: "ditahan", saldo: 0 },
  ]);
  const { rows: unbalanced } = await db.query(
    "select jurnal_id from mutasi group by jurnal_id having sum(jumlah) <> 0",
  );
  expect(unbalanced).toEqual([]);
});
