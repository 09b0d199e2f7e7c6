import { neon, NeonDbError, neonConfig } from "@neondatabase/serverless";
import type { BatchItem, BatchResponse } from "drizzle-orm/batch";
import { drizzle, type NeonHttpDatabase } from "drizzle-orm/neon-http";
import { errorOfCode, errorOfConstraint, unavailable } from "../http/errors.ts";
import type { Actor } from "./actor.ts";

export type Database = NeonHttpDatabase;

/** What of a row is to change; what is absent or undefined stays. */
export type Changes<Row> = { [Column in keyof Row]?: Row[Column] | undefined };

/** Longer than any statement of ours; the driver itself would wait for ever. */
const TIMEOUT_MS = 10_000;

// The driver's settings are global, and these hold for every database this house opens.
const neonEndpoint = neonConfig.fetchEndpoint;
neonConfig.fetchEndpoint = (host, port, options) => {
  // A loopback address is the local cloud, which speaks plain HTTP.
  if (isLoopback(host)) return `http://${host}:${port}/sql`;
  return typeof neonEndpoint === "function" ? neonEndpoint(host, port, options) : neonEndpoint;
};
neonConfig.fetchFunction = (endpoint: string, init: RequestInit) =>
  fetch(endpoint, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });

/** Opens the database over HTTP. Holds no connection, so one instance serves all requests of an isolate. */
export function openDatabase(url: string): Database {
  return drizzle(neon(url));
}

/** Whether a host of a URL is this machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(host);
}

/**
 * Runs `queries` for `actor` in one transaction and one HTTP roundtrip, and returns their results.
 * Throws the declared error that a SQL function raised or that a violated constraint means, or `ServiceUnavailable` when
 * the database cannot be reached.
 */
export async function withActor<const Q extends readonly BatchItem<"pg">[]>(
  db: Database,
  actor: Actor,
  queries: Q,
): Promise<BatchResponse<Q>> {
  try {
    const [, ...results] = await db.batch([db.execute(actor.enter), ...queries]);
    return results;
  } catch (error) {
    throw translate(error);
  }
}

/** Runs one query without an actor: for what anyone may do. Errors as in `withActor`. */
export async function withoutActor<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw translate(error);
  }
}

/** SQLSTATE classes that say "not now": connection, resources, operator intervention, and lost races. */
const TRANSIENT = /^(08|53|57|40)/;

function translate(error: unknown): unknown {
  // drizzle wraps the error of a single query, but not that of a batch.
  const cause = error instanceof Error && error.cause instanceof NeonDbError ? error.cause : error;
  if (!(cause instanceof NeonDbError)) return isLostAnswer(cause) ? unavailable(cause) : error;
  if (cause.code?.startsWith("PT")) {
    const declared = errorOfCode(cause.message);
    return declared ? new declared() : error;
  }
  // Row-level security names only the table of a row that it refuses to take in.
  const [, refused] = /row-level security policy for table "(\w+)"/.exec(cause.message) ?? [];
  const violated = errorOfConstraint(cause.constraint ?? `${refused}_buat`);
  if (violated) return new violated();
  if (cause.code && !TRANSIENT.test(cause.code)) return error;
  return unavailable(cause);
}

/** An answer that breaks off while its body is read, or takes too long: the driver passes these on as they are. */
function isLostAnswer(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return /^(TimeoutError|AbortError)$/.test(error.name) || /terminated|connection lost/i.test(error.message);
}
