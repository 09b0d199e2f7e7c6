import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client, DatabaseError } from "pg";
import { inject } from "vitest";
import { openDatabase } from "../dev/cloud.ts";
import { openPglite, pgliteBackend } from "../dev/neon/pglite.ts";
import type { Backend } from "../dev/neon/server.ts";

const IN_USE = "55006";

/** A migrated, empty database that nobody else uses. */
export interface FreshDatabase {
  backend: Backend;
  /** For what cannot go over HTTP; only of a real server. */
  serverUrl: string | undefined;
  /** Removes it after its backend is closed. */
  drop(): Promise<void>;
}

/** The embedded engine, or a database on the server of `url`, which names one that may create others. */
export async function freshDatabase(url: string | undefined): Promise<FreshDatabase> {
  if (!url) {
    const dump = new Blob([readFileSync(inject("databaseDump"))]);
    return { backend: pgliteBackend(await openPglite({ dump })), serverUrl: undefined, drop: async () => {} };
  }
  const name = `satupintu_test_${randomBytes(6).toString("hex")}`;
  const own = new URL(url);
  own.pathname = `/${name}`;
  // A pool that has ended still closes its connections: PostgreSQL waits up to five seconds for them, unless it is forced.
  // One that is ended from outside meanwhile would be an error that nobody listens to any more.
  const drop = () =>
    onServer(url, `drop database if exists ${name}`).catch((error: unknown) => {
      if (!(error instanceof DatabaseError && error.code === IN_USE)) throw error;
      return onServer(url, `drop database if exists ${name} with (force)`);
    });
  await onServer(url, `create database ${name}`);
  try {
    return { backend: await openDatabase({ url: own.href }), serverUrl: own.href, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

async function onServer(url: string, query: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(query);
  } finally {
    await client.end();
  }
}
