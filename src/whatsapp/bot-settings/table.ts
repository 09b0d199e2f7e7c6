import { sql } from "drizzle-orm";
import { check, integer, pgTable, text } from "drizzle-orm/pg-core";

/** What the bot says, word for word; one row. */
export const botSettings = pgTable(
  "bot_settings",
  {
    id: integer().primaryKey().default(1),
    menu: text().notNull(),
    info: text().notNull(),
    help: text().notNull(),
    /** Said when the bot hands over to a person, and when it is paused. */
    agent_notice: text().notNull(),
    pause_notice: text().notNull(),
    /** After how many minutes a pause that a customer asked for ends; null: never by itself. */
    pause_minutes: integer(),
  },
  (kolom) => [
    check("bot_settings_satu", sql`${kolom.id} = 1`),
    check("bot_settings_jeda", sql`${kolom.pause_minutes} between 1 and 10080`),
  ],
);
