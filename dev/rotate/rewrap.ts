import { newDataKey, openDataKey } from "../../src/platform/crypto/data-key.ts";
import { BY_DATA_KEY, BY_MASTER_KEY, DATA_KEYS, placeOf, type MasterColumn } from "./sealed-columns.ts";
import type { Rotation } from "./rotation.ts";
import { inTransaction, textOf, type Row } from "./session.ts";

// Everything that a master key has sealed is sealed again by the new one. Data keys stay what they are: what they have
// sealed, in tables and in files, is not touched.

const BATCH = 500;

/** Values of nasabah that a master key may have sealed itself: they are older than the data keys. */
const OLD_VALUES = BY_DATA_KEY.filter(({ table }) => table === "nasabah");

/** Seals all that is not of the new key's version; what lost a race is taken again. Returns how many rows it changed. */
export async function rewrapAll(rotation: Rotation): Promise<Record<string, number>> {
  const changed: Record<string, number> = {};
  for (const column of BY_MASTER_KEY) {
    const name = `${column.table}.${column.column}`;
    let lost;
    do {
      const pass =
        column === DATA_KEYS ? await rewrapNasabah(rotation) : await rewrapColumn(rotation, column);
      changed[name] = (changed[name] ?? 0) + pass.changed;
      lost = pass.lost;
    } while (lost > 0);
    rotation.say(`${name}: ${changed[name]} baris dibungkus ulang dengan kunci versi ${rotation.version}.`);
  }
  return changed;
}

interface Pass {
  changed: number;
  /** Somebody else changed them meanwhile. */
  lost: number;
}

/** Takes the rows that `select` names, in the order of their ids, and writes what `renew` makes of them. */
async function inBatches(
  { session, say }: Rotation,
  column: MasterColumn,
  select: string,
  renew: (row: Row) => Promise<Row | undefined>,
  update: string,
): Promise<Pass> {
  const pass = { changed: 0, lost: 0 };
  for (let after = "0"; ;) {
    const rows = await session.query(`${select} order by ${column.table}.id limit ${BATCH}`, [after]);
    const last = rows.at(-1);
    if (!last) return pass;
    after = textOf(last, "id");
    const renewed: Row[] = [];
    for (const row of rows) {
      const next = await renew(row);
      if (next) renewed.push(next);
    }
    const done = await inTransaction(session, () => session.query(update, [JSON.stringify(renewed)]));
    pass.changed += done.length;
    pass.lost += renewed.length - done.length;
    say(`${column.table}.${column.column}: ${pass.changed} baris …`);
  }
}

function rewrapColumn(rotation: Rotation, column: MasterColumn): Promise<Pass> {
  const { sealer, version, broken } = rotation;
  const { table, column: name, row: key } = column;
  return inBatches(
    rotation,
    column,
    `select id::text, ${key}::text as row, ${name} as lama from ${table}
      where id > $1::bigint and ${name} not like '${version}.%'`,
    async (row) => {
      const place = { table, column: name, row: textOf(row, "row") };
      try {
        return { ...row, baru: await sealer.seal(place, await sealer.open(place, textOf(row, "lama"))) };
      } catch {
        broken.add(`${table}.${name} id ${row["id"]}`);
        return undefined;
      }
    },
    // Only where it is still what was opened, and still belongs to the same row.
    `update ${table} t set ${name} = d.baru
      from jsonb_to_recordset($1::text::jsonb) d (id bigint, row text, lama text, baru text)
      where t.id = d.id and t.${name} = d.lama and t.${key}::text = d.row returning t.id::text`,
  );
}

/** Also gives a key to those that have none, and seals with it what a master key had sealed. */
function rewrapNasabah(rotation: Rotation): Promise<Pass> {
  const segel = OLD_VALUES.map(({ name }) => `${name}_segel`);
  const isOld = segel.map((column) => `${column} not like 'k.%'`).join(" or ");
  return inBatches(
    rotation,
    DATA_KEYS,
    `select id::text, external_user_id::text, kunci, ${segel.join(", ")} from nasabah
      where id > $1::bigint and dihapus_pada is null
        and (kunci not like '${rotation.version}.%' or ${isOld} or kunci is null and coalesce(${segel.join(", ")}) is not null)`,
    (row) => renewNasabah(rotation, row),
    // A customer that was erased meanwhile stays so.
    `update nasabah n set kunci = d.kunci, ${segel.map((column) => `${column} = coalesce(d.${column}, n.${column})`).join(", ")}
      from jsonb_to_recordset($1::text::jsonb)
        d (id bigint, kunci text, kunci_lama text, ${segel.map((column) => `${column} text, ${column}_lama text`).join(", ")})
      where n.id = d.id and n.dihapus_pada is null and n.kunci is not distinct from d.kunci_lama
        and ${segel.map((column) => `(d.${column} is null or n.${column} = d.${column}_lama)`).join(" and ")}
      returning n.id::text`,
  );
}

async function renewNasabah({ sealer, version, broken }: Rotation, row: Row): Promise<Row | undefined> {
  const owner = textOf(row, "external_user_id");
  const place = { table: DATA_KEYS.table, column: DATA_KEYS.column, row: owner };
  const old = row["kunci"] ?? null;
  try {
    const key = old === null ? await newDataKey(sealer, place) : await openDataKey(sealer, place, old);
    const isNew = key.wrapped.startsWith(`${version}.`);
    const kunci = isNew ? key.wrapped : await sealer.seal(place, await sealer.open(place, key.wrapped));
    const renewed: Row = { id: textOf(row, "id"), kunci, kunci_lama: old };
    for (const column of OLD_VALUES) {
      const name = `${column.name}_segel`;
      const value = row[name] ?? null;
      // Beside a key that is there already, one of its own values is right as it is.
      if (value === null || (old !== null && value.startsWith("k."))) continue;
      const valuePlace = placeOf(column, owner);
      renewed[name] = await key.seal(valuePlace, await key.open(valuePlace, value));
      renewed[`${name}_lama`] = value;
    }
    return renewed;
  } catch {
    broken.add(`nasabah id ${row["id"]}`);
    return undefined;
  }
}
