import { openDataKey } from "../../src/platform/crypto/data-key.ts";
import type { Rotation } from "./rotation.ts";
import { BY_DATA_KEY, DATA_KEYS, placeOf, type DataColumn } from "./sealed-columns.ts";
import { inTransaction, RotationError, textOf, untilWon, type Row } from "./session.ts";

// Indexes are computed beforehand, into a table of this transaction. The change itself is then short: nobody writes an
// index while all of them change, and readers go on with the old ones until it is done.

const BATCH = 1_000;
const INDEXED = BY_DATA_KEY.filter(({ indexed }) => indexed);

/** The version whose indexes are in force. */
export async function versionInForce({ session }: Pick<Rotation, "session">): Promise<number> {
  const [row] = await session.query("select versi::text from kunci_indeks");
  return Number(row?.["versi"] ?? 0);
}

/**
 * Puts the indexes of the new key in force, and notes that in the audit with `rincian`. Returns whether it
 * did: not when they already are. Throws `RotationError` when a value does not open, and then has changed nothing.
 */
export async function reindexAll(rotation: Rotation, rincian: Record<string, unknown>): Promise<boolean> {
  if ((await versionInForce(rotation)) === rotation.version) {
    rotation.say(`Indeks: sudah memakai kunci versi ${rotation.version}.`);
    return false;
  }
  const { session, say } = rotation;
  await inTransaction(session, async () => {
    await session.query(`create temp table indeks_baru
      (kolom text, id bigint, segel text not null, indeks text not null, primary key (kolom, id)) on commit drop`);
    for (const column of INDEXED) {
      const computed = await stage(rotation, column);
      say(`Indeks ${column.table}.${column.name}: ${computed} dihitung.`);
    }
    await session.query("analyze indeks_baru");
    await session.query("savepoint ganti");
    const started = performance.now();
    const changed = await untilWon(
      () => changeOver(rotation, rincian),
      () => session.query("rollback to savepoint ganti"),
    );
    say(`Indeks: ${changed} baris diganti dalam ${Math.round(performance.now() - started)} ms.`);
  });
  return true;
}

/** Computes the index of every row that has none yet, or whose value has changed since. */
async function stage(rotation: Rotation, column: DataColumn): Promise<number> {
  const { session } = rotation;
  const { table, name, row, user } = column;
  let computed = 0;
  for (let after = "0"; ;) {
    const rows = await session.query(
      `select t.id::text, t.${row}::text as row, t.${name}_segel as segel, n.external_user_id::text as owner, n.kunci
        from ${table} t join nasabah n on n.id = t.${user}
        left join indeks_baru d on d.kolom = $2 and d.id = t.id
        where t.id > $1::bigint and t.${name}_segel is not null and n.dihapus_pada is null
          and d.segel is distinct from t.${name}_segel
        order by t.id limit ${BATCH}`,
      [after, `${table}.${name}`],
    );
    const last = rows.at(-1);
    if (!last) return computed;
    after = textOf(last, "id");
    const indexed = [];
    for (const one of rows) indexed.push(await indexOf(rotation, column, one));
    if (rotation.broken.size > 0) throw brokenError(rotation);
    await session.query(
      `insert into indeks_baru select $2, d.* from jsonb_to_recordset($1::text::jsonb) d (id bigint, segel text, indeks text)
        on conflict (kolom, id) do update set segel = excluded.segel, indeks = excluded.indeks`,
      [JSON.stringify(indexed), `${table}.${name}`],
    );
    computed += rows.length;
  }
}

async function indexOf(
  { sealer, blindIndex, version, broken }: Rotation,
  column: DataColumn,
  row: Row,
): Promise<Row> {
  const [id, segel] = [textOf(row, "id"), textOf(row, "segel")];
  try {
    const place = { table: DATA_KEYS.table, column: DATA_KEYS.column, row: textOf(row, "owner") };
    const key = await openDataKey(sealer, place, textOf(row, "kunci"));
    const text = await key.open(placeOf(column, textOf(row, "row")), segel);
    const indeks = blindIndex.of({ table: column.table, column: column.name }, text)[version] ?? "";
    return { id, segel, indeks };
  } catch {
    broken.add(`${column.table}.${column.name} id ${id}`);
    return { id, segel, indeks: null };
  }
}

/** Waits at most this long for writers, and as long they wait for us: shorter than `deadlock_timeout`, so that it is we who give way. */
const LOCK_TIMEOUT_MS = 500;

async function changeOver(rotation: Rotation, rincian: Record<string, unknown>): Promise<number> {
  const { session, version } = rotation;
  await session.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await session.query("select pg_advisory_xact_lock(hashtext('satu-pintu-kunci-indeks'))");
  let changed = 0;
  for (const table of new Set(INDEXED.map((column) => column.table))) {
    let staged;
    do {
      changed += await putInForce(rotation, table);
      staged = 0;
      for (const column of INDEXED) if (column.table === table) staged += await stage(rotation, column);
    } while (staged > 0);
  }
  await session.query("update kunci_indeks set versi = $1::integer", [String(version)]);
  await session.query("select app.catat_audit('kunci.ganti', 'kunci_indeks', null, $1::text::jsonb)", [
    JSON.stringify({ ...rincian, indeks: changed }),
  ]);
  return changed;
}

/** All columns of a row at once. A value that is another one than was opened is left to the next look. */
async function putInForce({ session }: Rotation, table: string): Promise<number> {
  const names = INDEXED.filter((column) => column.table === table).map(({ name }) => name);
  const valueOf = (name: string) =>
    ["segel", "indeks"].map(
      (part) => `max(${part}) filter (where kolom = '${table}.${name}') as ${name}_${part}`,
    );
  const isOld = (name: string) =>
    `d.${name}_segel = t.${name}_segel and t.${name}_indeks <> d.${name}_indeks`;
  const [row] = await session.query(
    `with diganti as (
      update ${table} t
      set ${names.map((name) => `${name}_indeks = case when ${isOld(name)} then d.${name}_indeks else t.${name}_indeks end`).join(", ")}
      from (select id, ${names.flatMap(valueOf).join(", ")} from indeks_baru group by id) d
      where d.id = t.id and (${names.map(isOld).join(" or ")})
      returning 1)
    select count(*)::text as jumlah from diganti`,
  );
  return Number(row?.["jumlah"]);
}

/** Names the values that do not open, at most ten. */
export function brokenError({ broken }: Pick<Rotation, "broken">): RotationError {
  const [shown, rest] = [[...broken].slice(0, 10), broken.size - 10];
  return new RotationError(
    `${broken.size} nilai tersegel tidak dapat dibuka, indeks belum diganti dan kunci lama masih diperlukan:\n` +
      shown.map((one) => `  - ${one}\n`).join("") +
      (rest > 0 ? `  … dan ${rest} lagi\n` : "") +
      "Pulihkan atau kosongkan dahulu, misalnya nasabah lewat PUT /users/{id} dan mitra lewat kunci baru, lalu jalankan lagi.",
  );
}
