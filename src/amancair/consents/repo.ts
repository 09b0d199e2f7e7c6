import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { consents, consentTexts } from "./table.ts";

/** The texts in force, by purpose. */
export function semuaTeks(db: Database) {
  return db
    .select()
    .from(consentTexts)
    .where(eq(consentTexts.version, sql`app.versi_persetujuan(${consentTexts.purpose})`))
    .orderBy(asc(consentTexts.purpose));
}

/** Ends a consent that is in force; no row when there is none that the caller may end. */
export function tarikPersetujuan(db: Database, id: number) {
  return db
    .update(consents)
    .set({ withdrawn_at: sql`app.jam()` })
    .where(and(eq(consents.id, id), isNull(consents.withdrawn_at)))
    .returning({ id: consents.id });
}
