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

test("a database in use takes the directory's migrations: people who were there before open files after", async () => {
  const db = await openPglite();
  onTestFinished(() => db.close());
  await migratePglite(db, asOf(7));
  const sesi = "00000000-0000-4000-8000-00000000000";
  const hash = "a".repeat(64);
  const enter = (id: number) =>
    `select app.masuk_akun(${id}, '${sesi}${id}', 1, '{admin,karyawan,nasabah}');`;
  await db.exec(`
    insert into produk (id, kode, nama, kategori, harga, nominal) values (1, 'pulsa10', 'Pulsa', 'pulsa', 12000, 10000);
    select app.daftar_mitra('Budi', 'budi@mail.com', null, 100000, '${hash}', 'awal', 'segel');
    select app.daftar_akun('Admin', 'admin@mail.com', 'admin', '$2b$04$' || repeat('a', 53), 'admin', true, 'x');
    select app.daftar_akun('Siti', 'siti@mail.com', null, '$2b$04$' || repeat('a', 53), 'nasabah', false, 'x');
    select app.buka_sesi(1, 1, null, '${sesi}1', 60, 'x', 'x');
    select app.buka_sesi(2, 1, null, '${sesi}2', 60, 'x', 'x');
    begin; ${enter(1)} select * from app.isi_saldo(1, 5000, 'Transfer', 'kunci-1'); commit;`);
  const before = await db.query("select * from audit order by id");
  expect(before.rows).not.toEqual([]);

  await migratePglite(db, MIGRATIONS);
  const after = await db.query("select * from audit order by id");
  // Whom each is about is said from later on.
  expect(after.rows.slice(0, before.rows.length)).toEqual(
    before.rows.map((row) => ({ ...(row as object), subjek_id: null })),
  );
  await db.exec(`
    begin; ${enter(1)} set local role satupintu_app;
    insert into pegawai (nama, alamat, telepon, id_jabatan) values ('John', 'Jl. A', '0812', 1);
    update jabatan set deskripsi = 'Kepala' where id_jabatan = 1;
    commit;
    begin; ${enter(2)} set local role satupintu_app;
    insert into nasabah (external_user_id, name) values (gen_random_uuid(), 'Siti');
    update nasabah set name = 'Siti Aminah';
    commit;
    begin; ${enter(1)} select * from app.isi_saldo(1, 7000, 'Transfer', 'kunci-2'); commit;
    begin; select app.masuk_mitra('${hash}'); select * from app.beli(1, '08123456789', 10000, 'satu', 15); commit;`);
  const { rows } = await db.query(
    `select aksi, pelaku, sasaran_id from audit where id > ${String(after.rows.length)} order by id`,
  );
  expect(rows).toEqual([
    { aksi: "pegawai.buat", pelaku: "akun:1", sasaran_id: "1" },
    { aksi: "jabatan.ubah", pelaku: "akun:1", sasaran_id: "1" },
    { aksi: "nasabah.buat", pelaku: "akun:2", sasaran_id: "2" },
    { aksi: "nasabah.ubah", pelaku: "akun:2", sasaran_id: "2" },
    expect.objectContaining({ aksi: "saldo.isi", pelaku: "akun:1" }),
  ]);
  const { rows: files } = await db.query("select id::int, akun_id::int, name from nasabah");
  expect(files).toEqual([{ id: 2, akun_id: 2, name: "Siti Aminah" }]);
  await db.exec(
    "select app.daftar_akun('Baru', 'baru@mail.com', null, '$2b$04$' || repeat('a', 53), 'nasabah', false, '127.0.0.1')",
  );
  // Whoever opens an account has not entered yet.
  const { rows: guests } = await db.query(
    "select aksi, pelaku, sasaran_id from audit order by id desc limit 1",
  );
  expect(guests).toEqual([{ aksi: "akun.daftar", pelaku: "tamu", sasaran_id: "3" }]);
});

test("a database in use takes the files' migrations: its audit is chained, and its files are gone on with", async () => {
  const db = await openPglite();
  onTestFinished(() => db.close());
  await migratePglite(db, asOf(9));
  const sesi = "00000000-0000-4000-8000-00000000000";
  const enter = (id: number) =>
    `select app.masuk_akun(${id}, '${sesi}${id}', 1, '{admin,karyawan,nasabah}'); set local role satupintu_app;`;
  const hash = "a".repeat(64);
  await db.exec(`
    insert into produk (id, kode, nama, kategori, harga, nominal) values (1, 'pulsa10', 'Pulsa', 'pulsa', 12000, 10000);
    select app.daftar_mitra('Budi', 'budi@mail.com', null, 100000, '${hash}', 'awal', 'segel');
    select app.daftar_akun('Admin', 'admin@mail.com', 'admin', '$2b$04$' || repeat('a', 53), 'admin', true, 'x');
    select app.daftar_akun('Siti', 'siti@mail.com', null, '$2b$04$' || repeat('a', 53), 'nasabah', false, 'x');
    select app.buka_sesi(1, 1, null, '${sesi}1', 60, 'x', 'x');
    select app.buka_sesi(2, 1, null, '${sesi}2', 60, 'x', 'x');
    begin; ${enter(2)} insert into nasabah (external_user_id, name) values (gen_random_uuid(), 'Siti'); commit;
    begin; ${enter(1)} select * from app.isi_saldo(1, 5000, 'Transfer', 'kunci-1'); commit;`);
  const before = await db.query<{ sasaran_tabel: string }>("select * from audit order by id");
  const books = await db.query("select nama, saldo::int from buku order by id");

  await migratePglite(db, MIGRATIONS);
  const after = await db.query("select * from audit order by id");
  expect(after.rows.slice(0, before.rows.length)).toEqual(
    before.rows.map((row) => ({ ...row, subjek_id: row.sasaran_tabel === "nasabah" ? 1 : null })),
  );
  expect(before.rows.map(({ sasaran_tabel: tabel }) => tabel)).toContain("nasabah");
  expect((await db.query("select nama, saldo::int from buku order by id")).rows).toEqual(books.rows);
  await db.exec(`
    begin; ${enter(2)}
    update nasabah set name = 'Siti Aminah';
    select app.pasang_kunci(1, 'kunci');
    insert into addresses (user_id, type, address_line, city) values (1, 'home', 'Jl. A', 'Bandung');
    insert into consents (user_id, purpose, text_version, channel) values (1, 'credit_assessment', 1, 'app');
    select * from app.ajukan_pinjaman(null, 'L-1', 1000000, 6, null);
    commit;
    begin; ${enter(1)} select * from app.isi_saldo(1, 7000, 'Transfer', 'kunci-2'); commit;
    begin; select app.masuk_mitra('${hash}'); select * from app.beli(1, '08123456789', 10000, 'satu', 15); commit;`);
  const { rows: noted } = await db.query(
    `select aksi, subjek_id::int as subjek from audit where id > ${String(after.rows.length)} order by id`,
  );
  expect(noted).toEqual([
    { aksi: "nasabah.ubah", subjek: 1 },
    { aksi: "addresses.buat", subjek: 1 },
    { aksi: "consents.buat", subjek: 1 },
    { aksi: "loan_applications.buat", subjek: 1 },
    { aksi: "saldo.isi", subjek: null },
  ]);
  const results = await db.exec(
    `begin; ${enter(1)} select sampai::int, ujung::int, sebab from app.periksa_audit(1, 1000); commit;`,
  );
  const { rows: whole } = await db.query(
    "select count(*)::int as mata, count(a.id)::int as baris, (select count(*)::int from audit) as semua from audit_rantai r left join audit a on a.id = r.audit_id",
  );
  const all = after.rows.length + noted.length;
  expect(whole).toEqual([{ mata: all, baris: all, semua: all }]);
  expect(results.flatMap(({ rows }) => rows)).toContainEqual({ sampai: all, ujung: all, sebab: null });
});
