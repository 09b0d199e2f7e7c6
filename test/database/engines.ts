import { randomBytes } from "node:crypto";
import { neon, NeonDbError, type NeonQueryFunction } from "@neondatabase/serverless";
import type { Clock } from "../../dev/clock.ts";
import { startNeon, type Neon } from "../../dev/neon/server.ts";
// Points Neon's driver at the local cloud for loopback addresses.
import "../../src/platform/db/database.ts";
import { freshDatabase } from "../databases.ts";

/** The Worker's login role. */
export const APP = "satupintu_app";

export const postgresUrl = process.env["DATABASE_URL"];

/** What a suite needs real concurrency for is skipped under this name where there is no server. */
export const postgresSuite = postgresUrl
  ? "PostgreSQL"
  : "DATABASE_URL tidak diisi: pengujian di PostgreSQL sungguhan dilewati";

/** The embedded engine always, and a real server when `DATABASE_URL` names one. */
export const ENGINES: readonly { engine: string; url?: string }[] = postgresUrl
  ? [{ engine: "PGlite" }, { engine: "PostgreSQL", url: postgresUrl }]
  : [{ engine: "PGlite" }];

/** A migrated, empty database of this test file's own behind the stand-in. */
export interface TestDatabase {
  neon: Neon;
  /** The role that migrated: it bypasses row-level security. */
  owner: string;
  /** URL of a login as `role`, for Neon's driver. */
  urlOf(role: string): string;
  /** Neon's own driver, logged in as `role`. */
  as(role: string): NeonQueryFunction<false, false>;
  /** For what cannot go over HTTP; only of a real server. */
  serverUrl: string | undefined;
  close(): Promise<void>;
}

export async function openTestDatabase(url: string | undefined, clock?: Clock): Promise<TestDatabase> {
  const opened = await freshDatabase(url);
  const neonStandIn = await startNeon(opened.backend, clock ? { clock } : {});
  const [row] = await neonStandIn.asOwner("select current_user as owner");
  const urlOf = (role: string) => `postgres://${role}:lokal@127.0.0.1:${neonStandIn.port}/satupintu`;
  return {
    neon: neonStandIn,
    owner: String(row?.["owner"]),
    urlOf,
    as: (role) => neon(urlOf(role)),
    serverUrl: opened.serverUrl,
    async close() {
      await neonStandIn.close();
      await opened.drop();
    },
  };
}

/** What a statement came to: its rows, or the SQLSTATE that refused it. */
export type Outcome<Row> = { rows: Row[]; error?: undefined } | { rows?: undefined; error: NeonDbError };

export async function outcomeOf<Row>(query: Promise<unknown>): Promise<Outcome<Row>> {
  try {
    return { rows: (await query) as Row[] };
  } catch (error) {
    if (error instanceof NeonDbError) return { error };
    throw error;
  }
}

/** The engine's error of a statement that must fail. */
export async function errorOf(query: Promise<unknown>): Promise<NeonDbError> {
  const { error } = await outcomeOf(query);
  if (!error) throw new Error("the statement succeeded");
  return error;
}

export function hex(bytes = 32): string {
  return randomBytes(bytes).toString("hex");
}
