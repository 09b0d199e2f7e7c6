import { bigint, pgTable, text, unique } from "drizzle-orm/pg-core";

/** Answers that agents give often. */
export const quickReplies = pgTable(
  "quick_replies",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    shortcut: text().notNull(),
    text: text().notNull(),
  },
  (kolom) => [unique("quick_replies_shortcut_unik").on(kolom.shortcut)],
);
