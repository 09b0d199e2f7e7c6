import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { migratePglite, openPglite } from "../../dev/neon/pglite.ts";
import { ENGINES, openTestDatabase, type TestDatabase } from "../database/engines.ts";

// What the trigger `app.jejak` notes of a row, and what a database in use makes of its old notes.

describe.each(ENGINES)("app.jejak on $engine", ({ url }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase(url);
    await db.neon.asOwner(`create table bagian (
      id bigint primary key, user_id bigint, baris uuid default gen_random_uuid(), isi text, rahasia text,
      phone text, phone_segel text, phone_indeks text, updated_at timestamptz default now())`);
    await db.neon.asOwner(`create trigger bagian_jejak after insert or update or delete on bagian
      for each row execute function app.jejak('id', 'isi', 'baris', 'phone_segel')`);
  });
  afterAll(async () => {
    await db.close();
  });

  /** What a statement leaves in the audit. */
  async function noted(statement: string): Promise<unknown[]> {
    const { neon } = db;
    const [last] = await neon.asOwner("select coalesce(max(id), 0) as id from audit");
    await neon.asOwner(statement);
    const rows = await neon.asOwner(
      "select aksi, sasaran_tabel as tabel, sasaran_id as id, subjek_id as subjek, rincian from audit where id > $1 order by id",
      [Number(last?.["id"])],
    );
    return rows.map((row) => ({ ...row, rincian: JSON.parse(String(row["rincian"])) as unknown }));
  }

  test("of a row with a user_id, whom it concerns; what is sealed and what it is sealed for are never values", async () => {
    const row = { tabel: "bagian", id: "5", subjek: "70" };
    expect(
      await noted(
        "insert into bagian (id, user_id, isi, rahasia, phone_segel, phone_indeks) values (5, 70, 'a', 'r', 's', 'i')",
      ),
    ).toEqual([{ ...row, aksi: "bagian.buat", rincian: { menjadi: { id: 5, isi: "a" } } }]);
    expect(
      await noted(
        "update bagian set isi = 'b', rahasia = 'x', phone = 'p', phone_segel = 't', phone_indeks = 'j'",
      ),
    ).toEqual([
      {
        ...row,
        aksi: "bagian.ubah",
        rincian: { kolom: ["isi", "phone", "rahasia"], dari: { isi: "a" }, menjadi: { isi: "b" } },
      },
    ]);
    expect(await noted("update bagian set phone_segel = 'u', phone_indeks = 'k'")).toMatchObject([
      { rincian: { kolom: ["phone"] } },
    ]);
    expect(await noted("update bagian set phone_indeks = 'l', updated_at = now()")).toEqual([]);
    expect(await noted("update bagian set isi = isi")).toEqual([]);
    // Let go, given away, and gone.
    expect(await noted("update bagian set user_id = null")).toMatchObject([{ subjek: "70" }]);
    expect(await noted("update bagian set isi = 'c'")).toMatchObject([{ subjek: null }]);
    expect(await noted("update bagian set user_id = 71")).toMatchObject([{ subjek: "71" }]);
    expect(await noted("delete from bagian")).toEqual([
      { ...row, subjek: "71", aksi: "bagian.hapus", rincian: { dari: { id: 5, isi: "c" } } },
    ]);
  });

  test("of a customer, its own id; its data key only with something else", async () => {
    const make =
      "insert into nasabah (id, external_user_id, name, phone_segel, phone_indeks) values (70, gen_random_uuid(), 'Budi', 's', 'i')";
    const row = { tabel: "nasabah", id: "70", subjek: "70" };
    expect(await noted(make)).toEqual([{ ...row, aksi: "nasabah.buat", rincian: { menjadi: { id: 70 } } }]);
    expect(await noted("update nasabah set kunci = 'k'")).toEqual([]);
    expect(await noted("update nasabah set kunci = 'l', name = 'Ani', phone_segel = 't'")).toEqual([
      { ...row, aksi: "nasabah.ubah", rincian: { kolom: ["kunci", "name", "phone"] } },
    ]);
    expect(await noted("delete from nasabah")).toEqual([
      { ...row, aksi: "nasabah.hapus", rincian: { dari: { id: 70 } } },
    ]);
  });

  test("of everything else, nobody", async () => {
    expect(await noted("update jabatan set deskripsi = 'x' where id_jabatan = 1")).toMatchObject([
      { aksi: "jabatan.ubah", id: "1", subjek: null },
    ]);
    expect(await noted("select app.catat_audit('uji.catat', 'uji', '1', '{}')")).toMatchObject([
      { subjek: null },
    ]);
  });
});

describe("a database in use", () => {
  /** The migrations as they were when only the first `count` had been written. */
  function asOf(count: number): string {
    const folder = mkdtempSync(join(tmpdir(), "satu-pintu-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(join(import.meta.dirname, "../../drizzle"), folder, { recursive: true });
    const path = join(folder, "meta/_journal.json");
    const journal = JSON.parse(readFileSync(path, "utf8")) as { entries: unknown[] };
    writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }));
    return folder;
  }

  test.each([
    ["which has the new tables already", 10],
    ["which has none of them", 9],
  ])("%s, chains what it has noted, and what is about a file says whose", async (_, had) => {
    const db = await openPglite();
    onTestFinished(() => db.close());
    await migratePglite(db, asOf(had));
    await db.exec(`
      select app.daftar_akun('Admin', 'admin@mail.com', 'admin', '$2b$04$' || repeat('a', 53), 'admin', true, 'x');
      insert into nasabah (external_user_id, name) values (gen_random_uuid(), 'Budi');
      update nasabah set name = 'Ani';
      insert into audit (id, waktu, pelaku, aksi, sasaran_tabel, rincian) overriding system value
        values (-1, now(), 'tamu', 'uji.lama', 'uji', '{}');`);
    await migratePglite(db, asOf(11));
    await db.exec("select app.catat_audit('uji.baru', 'uji', null, '{}', 3)");
    const { rows } = await db.query(
      "select r.urut, a.aksi, a.subjek_id as subjek from audit_rantai r join audit a on a.id = r.audit_id order by urut",
    );
    const { rows: files } = await db.query<{ id: number }>("select id from nasabah");
    const subjek = files[0]?.id;
    expect(rows).toEqual([
      { urut: 1, aksi: "uji.lama", subjek: null },
      { urut: 2, aksi: "akun.daftar", subjek: null },
      { urut: 3, aksi: "nasabah.buat", subjek },
      { urut: 4, aksi: "nasabah.ubah", subjek },
      { urut: 5, aksi: "uji.baru", subjek: 3 },
    ]);
    await db.exec("select set_config('app.peran', 'admin', false)");
    const { rows: found } = await db.query("select * from app.periksa_audit(1, 50000)");
    expect(found).toMatchObject([{ diperiksa: 5, ujung: 5, rusak_di: null, sebab: null }]);
  });
});
