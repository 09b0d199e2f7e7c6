import { randomUUID } from "node:crypto";
import { APP, hex, openTestDatabase, outcomeOf, type TestDatabase } from "./engines.ts";
import { fillFiles } from "./rls-amancair-fixture.ts";
import { fillPpob } from "./rls-checks-ppob.ts";
import { fillChats } from "./rls-checks-whatsapp.ts";

/** Two mitra with a purchase each, people of every role with a session each, and a directory. */
export interface Fixture {
  db: TestDatabase;
  satu: Tenant;
  lain: Tenant;
  admin: Person;
  /** Opened the file `tanpaAkun`, and looks after it. */
  karyawan: Person;
  /** Looks after nothing. */
  karyawanLain: Person;
  /** A customer with a file of its own. */
  nasabah: Person;
  /** Another, whose file is `orangLain`. */
  nasabahLain: Person;
  /** One without. */
  tanpaBerkas: Person;
  /** Ids of users: somebody of the staff, the file of `nasabah`, that of another customer, and one that staff opened. */
  users: { pegawai: string; milik: string; orangLain: string; tanpaAkun: string };
}

export interface Tenant {
  id: string;
  kunci: string;
  transaksi: string;
}

export interface Person {
  id: string;
  sesi: string;
}

export type Row = Record<string, unknown>;

/** What a statement of the app's role comes to in a context: its rows, or the SQLSTATE that refused it. */
export type Ask = (query: string, params?: unknown[]) => Promise<Row[] | string>;

export const contextOf =
  (db: TestDatabase, enter: string, ...values: string[]): Ask =>
  async (query, params = []) => {
    const app = db.as(APP);
    const batch = app.transaction([app.query(enter, values), app.query(query, params)]);
    const { rows, error } = await outcomeOf<Row[]>(batch);
    if (error?.code === UNDONE) return error.message;
    return rows ? (rows[1] ?? []) : String(error?.code);
  };

export const asMitra = (db: TestDatabase, { kunci }: Tenant) =>
  contextOf(db, "select app.masuk_mitra($1)", kunci);
export const asService = (db: TestDatabase) => contextOf(db, "select app.masuk_layanan($1)", "antrean");
export const asNobody = (db: TestDatabase) => contextOf(db, "select $1::text", "tanpa konteks");
export const asPerson = (db: TestDatabase, { id, sesi }: Person) =>
  contextOf(db, "select app.masuk_akun($1, $2, 1, '{admin,karyawan,nasabah}')", id, sesi);

/** What a block of `tried` ends with: nothing of it stays. */
const UNDONE = "UJ999";

/**
 * What each of some writes in a context comes to: the number of rows it would reach, or the SQLSTATE that refused it.
 * Nothing of them stays, also of what should have been refused.
 */
export async function tried(ask: Ask, writes: readonly string[]): Promise<(number | string)[]> {
  const list = writes.map((write) => `$tulis$${write}$tulis$`).join(", ");
  const seen = await ask(`do $uji$
    declare v_tulis text; v_baris integer; v_hasil text := '';
    begin
      foreach v_tulis in array array[${list}] loop
        begin
          execute v_tulis;
          get diagnostics v_baris = row_count;
          raise exception using errcode = 'UJ' || lpad(least(v_baris, 900)::text, 3, '0');
        exception when others then
          v_hasil := v_hasil || ' ' || sqlstate;
        end;
      end loop;
      raise exception using errcode = '${UNDONE}', message = v_hasil;
    end $uji$`);
  const states = typeof seen === "string" ? seen.trim().split(" ") : [];
  // The context itself was refused, before any write.
  if (states.length !== writes.length) throw new Error(`tried ${writes.length} writes: ${states.join(" ")}`);
  return states.map((state) => (state.startsWith("UJ") ? Number(state.slice(2)) : state));
}

export async function makeTenant(db: TestDatabase): Promise<Tenant> {
  const app = db.as(APP);
  const kunci = hex();
  const [mitra] = await app.query(
    "select app.daftar_mitra('Budi', $1, null, 1000000, $2, 'awalan', 'segel') as id",
    [`${hex(8)}@mail.com`, kunci],
  );
  const [, bought] = await app.transaction([
    app.query("select app.masuk_mitra($1)", [kunci]),
    app.query("select id from app.beli(1, '08123456789', 10000, null, 15)"),
  ]);
  return { id: String(mitra?.["id"]), kunci, transaksi: String(bought?.[0]?.["id"]) };
}

/** The hash of nobody's password. */
export const HASH = `$2b$04$${"a".repeat(53)}`;

/** Opens an account, staff in an admin's name, and logs it in. */
export async function makePerson(db: TestDatabase, role: string, admin?: Person): Promise<Person> {
  const app = db.as(APP);
  const enter = admin
    ? app.query("select app.masuk_akun($1, $2, 1, '{admin}')", [admin.id, admin.sesi])
    : app.query("select 1");
  const [, opened] = await app.transaction([
    enter,
    app.query("select id from app.daftar_akun('Siti', $1, $2, $3, $4, true, '127.0.0.1')", [
      `${hex(8)}@mail.com`,
      hex(8),
      HASH,
      role,
    ]),
  ]);
  const id = String(opened?.[0]?.["id"]);
  return { id, sesi: await makeSession(db, id) };
}

/** Logs an account in, and returns the session's id. */
export async function makeSession(db: TestDatabase, akunId: string): Promise<string> {
  const sesi = randomUUID();
  await db.as(APP).query("select app.buka_sesi($1, 1, null, $2, 3600, 'uji', '127.0.0.1')", [akunId, sesi]);
  return sesi;
}

export async function makeFixture(url: string | undefined): Promise<Fixture> {
  const db = await openTestDatabase(url);
  await db.neon.asOwner(
    "insert into produk (id, kode, nama, kategori, harga, nominal) values (1, 'pulsa10', 'Pulsa 10k', 'pulsa', 12000, 10000), (2, 'pln', 'Token', 'token', 1000, null)",
  );
  const admin = await makePerson(db, "admin");
  const karyawan = await makePerson(db, "karyawan", admin);
  const karyawanLain = await makePerson(db, "karyawan", admin);
  const [nasabah, nasabahLain] = [await makePerson(db, "nasabah"), await makePerson(db, "nasabah")];
  const idOf = async (person: Person, insert: string) => {
    const rows = await asPerson(db, person)(`${insert} returning id`);
    return String(typeof rows === "string" ? rows : rows[0]?.["id"]);
  };
  const berkas = "insert into nasabah (external_user_id, name) values (gen_random_uuid(), 'Budi Santoso')";
  const pegawai =
    "insert into pegawai (nama, alamat, telepon, id_jabatan) values ('Budi Doe', 'Jl. A', '0812', 1)";
  const users = {
    pegawai: await idOf(karyawan, pegawai),
    milik: await idOf(nasabah, berkas),
    orangLain: await idOf(nasabahLain, berkas),
    tanpaAkun: await idOf(karyawan, berkas),
  };
  return {
    db,
    satu: await makeTenant(db),
    lain: await makeTenant(db),
    admin,
    karyawan,
    karyawanLain,
    nasabah,
    nasabahLain,
    tanpaBerkas: await makePerson(db, "nasabah"),
    users,
  };
}

/** The same, and the files of customers are full; and there are chats, and what mitra do beside buying. */
export async function makeFilledFixture(url: string | undefined): Promise<Fixture> {
  const fixture = await makeFixture(url);
  const { milik, orangLain, tanpaAkun } = fixture.users;
  await fillFiles(fixture.db, [milik, orangLain, tanpaAkun], fixture.admin.id);
  await fillChats(fixture);
  await fillPpob(fixture);
  return fixture;
}
