import { sql } from "drizzle-orm";
import { bigint, index, timestamp, uuid, type ExtraConfigColumn } from "drizzle-orm/pg-core";
import { nasabah } from "../../direktori/users/table.ts";

// What the tables of a customer's file have in common. Their properties are named as on the wire.

/** The row's id. */
export const id = () => bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity();

/** Whose it is; it goes with its owner. */
export const user_id = () =>
  bigint({ mode: "number" })
    .notNull()
    .references(() => nasabah.id, { onDelete: "cascade" });

/** The row's identity in what is sealed in it: known before the row is written. Never changes. */
export const baris = () => uuid().notNull().unique();

/** A time that the database sets. */
export const pada = () =>
  timestamp({ withTimezone: true })
    .notNull()
    .default(sql`app.jam()`);

/** Finds the rows of one customer, newest first. */
export const indexUser = (table: string, kolom: { user_id: ExtraConfigColumn; id: ExtraConfigColumn }) =>
  index(`${table}_user`).on(kolom.user_id, kolom.id);
