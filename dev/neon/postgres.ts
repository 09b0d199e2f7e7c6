import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { Client, DatabaseError, Pool, type PoolClient } from "pg";
import type { Backend, Statement, StatementResult } from "./server.ts";

/** A backend over a real PostgreSQL; `url` names the owner. Throws when the server cannot be reached. */
export async function postgresBackend(url: string, maxConnections = 20): Promise<Backend> {
  const pool = new Pool({ connectionString: url, max: maxConnections });
  // An idle connection that the server closes is replaced by the pool; without a listener it would end the process.
  pool.on("error", () => {});
  (await pool.connect()).release();
  return {
    async transaction(prologue, statements) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query(prologue.join("; "));
        const results: StatementResult[] = [];
        for (const statement of statements) results.push(await run(client, statement));
        await client.query("commit");
        return results;
      } catch (error) {
        broken = error instanceof DatabaseError ? undefined : (error as Error);
        if (!broken) await client.query("rollback");
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

async function run(client: PoolClient, { query, params = [] }: Statement): Promise<StatementResult> {
  const asText = { getTypeParser: () => (value: string) => value };
  // Extended also without parameters, as Neon does: there a text is one statement.
  const config = {
    text: query,
    values: params,
    rowMode: "array" as const,
    types: asText,
    queryMode: "extended",
  };
  const result = await client.query<(string | null)[]>(config);
  return {
    fields: result.fields.map((field) => ({ ...field, format: "text" })),
    rows: result.rows,
    rowAsArray: true,
    command: result.command ?? "",
    rowCount: result.rowCount,
  };
}

/** Migrates as the owner. Two processes that start at once wait for each other. */
export async function migratePostgres(url: string, folder: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('satu-pintu-migrasi'))");
    await migrate(drizzle(client), { migrationsFolder: folder });
  } finally {
    await client.end();
  }
}
