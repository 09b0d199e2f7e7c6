import type { SQL } from "drizzle-orm";

/** Who a request acts for. The database itself resolves it, in the same transaction as the work. */
export interface Actor {
  /** For the log, e.g. `mitra` or `layanan:antrean`; never a credential. */
  label: string;
  /** A statement that sets the row-level-security context, or raises when the credentials do not hold. */
  enter: SQL;
}
