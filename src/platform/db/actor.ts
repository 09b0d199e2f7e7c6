import { sql, type SQL } from "drizzle-orm";

/** Who a request acts for. The database itself resolves it, in the same transaction as the work. */
export interface Actor {
  /** A person's role, `mitra`, or e.g. `layanan:antrean`; also for the log, so never a credential. */
  label: string;
  /** Whom a person's token names, e.g. `akun:3`, before the database was asked: to count by, not to decide by. */
  holder?: string;
  /** A statement that sets the row-level-security context, or raises when the credentials do not hold. */
  enter: SQL;
}

/** One of our own services: its caller has checked a signature or a secret, or is the platform's scheduler. */
export function service(nama: string): Actor {
  return { label: `layanan:${nama}`, enter: sql`select app.masuk_layanan(${nama})` };
}
