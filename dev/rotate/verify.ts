import { createSealer } from "../../src/platform/crypto/seal.ts";
import type { Rotation } from "./rotation.ts";
import { versionInForce } from "./reindex.ts";
import { BY_DATA_KEY, BY_MASTER_KEY, DATA_KEYS } from "./sealed-columns.ts";
import { RotationError, textOf, type Session } from "./session.ts";

/** Looks whether the keys and the database fit together, before anything is changed. Throws `RotationError`. */
export async function demandFitting(rotation: Rotation): Promise<void> {
  const { session, keys } = rotation;
  await demandOwner(session);
  for (const { table, column, row } of BY_MASTER_KEY) {
    const found = await session.query(
      `select distinct split_part(${column}, '.', 1) as versi from ${table} where ${column} is not null`,
    );
    for (const version of found.map((one) => textOf(one, "versi"))) {
      if (!keys.some((key) => String(key.version) === version))
        throw new RotationError(
          `Ada ${table}.${column} yang tersegel dengan kunci versi ${version}, yang tidak ada di DATA_KEY.`,
        );
      const samples = await session.query(
        `select ${row}::text as row, ${column} as segel from ${table} where ${column} like $1 order by id desc limit 5`,
        [`${version}.%`],
      );
      const opened = await Promise.allSettled(
        samples.map((one) =>
          rotation.sealer.open({ table, column, row: textOf(one, "row") }, textOf(one, "segel")),
        ),
      );
      if (opened.length > 0 && opened.every(({ status }) => status === "rejected"))
        throw new RotationError(
          `Kunci versi ${version} di DATA_KEY bukan yang dipakai Worker: tidak satu pun ${table}.${column} terbuka dengannya.`,
        );
    }
  }
}

const LOCK_NOT_AVAILABLE = "55P03";

/** Of two that run at once the second stops: with two keys of one version each would leave what the other cannot open. */
export async function demandAlone(session: Session): Promise<void> {
  // A run that was killed lets go when the server notices.
  await session.query("set lock_timeout = '5s'");
  try {
    // Held until the connection ends.
    await session.query("select pg_advisory_lock(hashtextextended('rotate-key', 0))");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === LOCK_NOT_AVAILABLE)) throw error;
    throw new RotationError(
      "Penggantian kunci lain sedang berjalan pada database ini: tunggu sampai selesai.",
    );
  }
  await session.query("reset lock_timeout");
}

/** How many values of a column sealed by the master keys the first of them alone does not open. */
async function unopened(
  { session, keys }: Rotation,
  { table, column, row }: (typeof BY_MASTER_KEY)[number],
  kept: string,
) {
  const sealer = createSealer(keys.slice(0, 1));
  let broken = 0;
  for (let after = ""; ;) {
    const rows = await session.query(
      `select ${row}::text as row, ${column} as segel from ${table}
        where ${column} is not null and ${row}::text > $1 ${kept} order by ${row}::text limit 1000`,
      [after],
    );
    const opened = await Promise.allSettled(
      rows.map((one) => sealer.open({ table, column, row: textOf(one, "row") }, textOf(one, "segel"))),
    );
    broken += opened.filter(({ status }) => status === "rejected").length;
    const last = rows.at(-1);
    if (!last) return broken;
    after = textOf(last, "row");
  }
}

async function demandOwner(session: Session): Promise<void> {
  const [there] = await session.query("select to_regclass('public.kunci_indeks')::text as tabel");
  if (!there?.["tabel"])
    throw new RotationError("Database ini belum dimigrasi: jalankan `npm run migrate` dahulu.");
  const [login] = await session.query(
    "select current_user::text as nama, (rolsuper or rolbypassrls)::text as boleh from pg_roles where rolname = current_user",
  );
  if (login?.["boleh"] !== "true")
    throw new RotationError(
      `DATABASE_URL masuk sebagai ${login?.["nama"]}: kunci diganti oleh pemilik database.`,
    );
}

/** Throws `RotationError` when anything is left that the new key alone does not open or find. */
export async function demandNothingLeft(rotation: Rotation): Promise<void> {
  const { session, version } = rotation;
  const left: string[] = [];
  const count = async (what: string, query: string) => {
    const [row] = await session.query(query);
    if (row?.["jumlah"] !== "0") left.push(`${what}: ${row?.["jumlah"]}`);
  };
  for (const place of BY_MASTER_KEY) {
    const { table, column } = place;
    const kept = table === DATA_KEYS.table ? "and dihapus_pada is null" : "";
    await count(
      `${table}.${column}`,
      `select count(*)::text as jumlah from ${table} where ${column} not like '${version}.%' ${kept}`,
    );
    const broken = await unopened(rotation, place, kept);
    if (broken > 0)
      left.push(`${table}.${column} yang tidak terbuka dengan kunci versi ${version} ini: ${broken}`);
  }
  for (const { table, name, user } of BY_DATA_KEY)
    await count(
      `${table}.${name}_segel`,
      `select count(*)::text as jumlah from ${table} t join nasabah n on n.id = t.${user}
        where n.dihapus_pada is null and (t.${name}_segel not like 'k.%' or t.${name}_segel is not null and n.kunci is null)`,
    );
  const inForce = await versionInForce(rotation);
  if (inForce !== version) left.push(`indeks yang berlaku: versi ${inForce}`);
  if (left.length > 0)
    throw new RotationError(
      `Belum semuanya memakai kunci versi ${version}:\n${left.map((one) => `  - ${one}\n`).join("")}` +
        `Pastikan semua Worker memakai DATA_KEY dengan versi ${version} paling depan, lalu jalankan lagi.`,
    );
}

/** How many customers are erased: what is left of them opens with no key, and is not touched. */
export async function erasedCustomers({ session }: Pick<Rotation, "session">): Promise<number> {
  const [row] = await session.query(
    "select count(*)::text as jumlah from nasabah where dihapus_pada is not null",
  );
  return Number(row?.["jumlah"]);
}
