import { isDeepStrictEqual } from "node:util";
import { asPerson, tried, type Fixture } from "./rls-fixture.ts";

/** The tables of the directory, which people write directly, as far as their role goes. */
export const DIRECTORY = ["jabatan", "nasabah", "pegawai"];

const NO = "42501";
const BERKAS = "insert into nasabah (external_user_id, name";
const uuid = "gen_random_uuid(), 'Siti'";

/**
 * What each write comes to for an admin, for staff, for a customer with a file and for one without: the rows it reaches,
 * or the SQLSTATE. None of them reads a column, so that the policy for the write stands alone between it and all rows.
 */
function writesOf({ nasabah, tanpaBerkas, users }: Fixture): Record<string, (number | string)[]> {
  return {
    "insert into jabatan (nama_jabatan) values ('Baru')": [1, NO, NO, NO],
    "update jabatan set deskripsi = 'x'": [2, 0, 0, 0],
    "delete from jabatan": [NO, NO, NO, NO],
    "insert into pegawai (nama, alamat, telepon, id_jabatan) values ('A', 'B', 'C', 1)": [1, 1, NO, NO],
    "update pegawai set nama = 'x'": [1, 1, 0, 0],
    "update pegawai set id = 99": [NO, NO, NO, NO],
    "delete from pegawai": [1, 1, 0, 0],
    // Whose file it is comes from the context.
    [`${BERKAS}) values (${uuid})`]: [1, 1, "23505", 1],
    [`${BERKAS}, akun_id) values (${uuid}, null)`]: [1, 1, NO, NO],
    [`${BERKAS}, akun_id) values (${uuid}, ${tanpaBerkas.id})`]: [NO, NO, NO, 1],
    [`${BERKAS}, akun_id) values (${uuid}, ${nasabah.id})`]: [NO, NO, "23505", NO],
    "update nasabah set name = 'x'": [3, 3, 1, 0],
    [`update nasabah set name = 'x' where id = ${users.milik}`]: [1, 1, 1, 0],
    [`update nasabah set name = 'x' where id in (${users.orangLain}, ${users.tanpaAkun})`]: [2, 2, 0, 0],
    "update nasabah set id = 99": [NO, NO, NO, NO],
    [`update nasabah set akun_id = ${nasabah.id}`]: [NO, NO, NO, NO],
    "update nasabah set akun_id = null": [NO, NO, NO, NO],
    "update nasabah set external_user_id = gen_random_uuid()": [NO, NO, NO, NO],
    "update nasabah set created_at = now()": [NO, NO, NO, NO],
    "update nasabah set updated_at = now()": [NO, NO, NO, NO],
    "update nasabah set nik_flag = 'x'": [3, 3, 1, 0],
    "update nasabah set kunci = 'x'": [NO, NO, NO, NO],
    [`update nasabah set petugas_id = ${nasabah.id}`]: [NO, NO, NO, NO],
    "update nasabah set petugas_id = null": [NO, NO, NO, NO],
    "update nasabah set dihapus_pada = null": [NO, NO, NO, NO],
    // Each has a loan, which stays.
    "delete from nasabah": ["23503", 0, 0, 0],
    "truncate jabatan": [NO, NO, NO, NO],
    "truncate pegawai": [NO, NO, NO, NO],
    "truncate nasabah": [NO, NO, NO, NO],
    "select setval('users_id', 1000)": [NO, NO, NO, NO],
  };
}

/** What must hold of the directory; as `CHECKS`. */
export const DIRECTORY_CHECKS: Record<string, (fixture: Fixture) => Promise<unknown[]>> = {
  "staff reads the whole directory, a customer its own file only": async (fixture) => {
    const { db, admin, karyawan, nasabah, tanpaBerkas, users } = fixture;
    const { pegawai, milik, orangLain, tanpaAkun } = users;
    const broken = [];
    for (const [person, files, staff, positions] of [
      [admin, [milik, orangLain, tanpaAkun], [pegawai], ["1", "2"]],
      [karyawan, [milik, orangLain, tanpaAkun], [pegawai], ["1", "2"]],
      [nasabah, [milik], [], []],
      [tanpaBerkas, [], [], []],
    ] as const) {
      const ask = asPerson(db, person);
      const idsOf = async (query: string) => {
        const rows = await ask(query);
        return typeof rows === "string" ? rows : rows.map(({ id }) => String(id));
      };
      const seen = {
        nasabah: await idsOf("select id from nasabah order by id"),
        orangLain: await idsOf(`select id from nasabah where id = ${orangLain}`),
        pegawai: await idsOf("select id from pegawai order by id"),
        jabatan: await idsOf("select id_jabatan as id from jabatan order by id_jabatan"),
      };
      const expected = {
        nasabah: files,
        orangLain: files.filter((id) => id === orangLain),
        pegawai: staff,
        jabatan: positions,
      };
      if (!isDeepStrictEqual(seen, expected)) broken.push({ person, seen, expected });
    }
    return broken;
  },
  "people write the directory as far as their role goes, and whose file it is stays": async (fixture) => {
    const { db, admin, karyawan, nasabah, tanpaBerkas } = fixture;
    const callers = [admin, karyawan, nasabah, tanpaBerkas].map((person) => asPerson(db, person));
    const writes = writesOf(fixture);
    const outcomes = await Promise.all(callers.map((ask) => tried(ask, Object.keys(writes))));
    return Object.entries(writes).flatMap(([write, expected], at) => {
      const seen = outcomes.map((outcome) => outcome[at]);
      return isDeepStrictEqual(seen, expected) ? [] : [{ write, seen, expected }];
    });
  },
};
