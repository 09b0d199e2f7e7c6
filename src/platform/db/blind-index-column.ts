import { inArray, sql, type Column, type SQL } from "drizzle-orm";
import { customType } from "drizzle-orm/pg-core";
import type { Indexed } from "../crypto/blind-index.ts";

/**
 * A column by which a sealed value is found. What is written or compared is an index of each key version; the database
 * takes the one that is in force, so that the keys can be changed while requests run. In a subquery, which is run once,
 * so that an index of the table can be used.
 */
export const blindIndex = customType<{ data: Indexed; driverData: string }>({
  dataType: () => "text",
  toDriver: (value) => inForce(value),
  // Nothing is to be made of what is stored; written back, this is refused.
  fromDriver: () => ({}),
});

function inForce(value: Indexed): SQL {
  return sql`(select app.pilih_indeks(${JSON.stringify(value)}::jsonb))`;
}

/**
 * Whether a stored index is of the same text: for lookups. `eq` asks for the version in force and may wait until it has
 * changed, but then still reads the rows as they were; this finds them under either.
 */
export function sameIndex(column: Column, value: Indexed): SQL {
  const plain = Object.values(value).map((index) => sql`${index}`);
  return sql`(${inArray(column, plain)} and ${inForce(value)} is not null)`;
}
