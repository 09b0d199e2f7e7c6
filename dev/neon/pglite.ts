import { mkdirSync } from "node:fs";
import { messages as wire, PGlite, protocol, type PGliteOptions } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import type { Backend, Statement, StatementResult } from "./server.ts";

const { serialize } = protocol;

/** Opens an embedded PostgreSQL: in `dataDir`, or in memory, from a dump if one is given. */
export async function openPglite(options: { dataDir?: string; dump?: Blob } = {}): Promise<PGlite> {
  const settings: PGliteOptions = { extensions: { pg_trgm } };
  if (options.dataDir) {
    mkdirSync(options.dataDir, { recursive: true });
    settings.dataDir = options.dataDir;
  }
  if (options.dump) settings.loadDataDir = options.dump;
  return await PGlite.create(settings);
}

export async function migratePglite(db: PGlite, folder: string): Promise<void> {
  await migrate(drizzle(db), { migrationsFolder: folder });
}

/** A backend over one embedded session: requests run one after another. */
export function pgliteBackend(db: PGlite): Backend {
  /** Parse, bind, describe, execute and sync in one call, text both ways, as Neon's proxy does it. */
  const run = async ({ query, params = [] }: Statement): Promise<StatementResult> => {
    const messages = [
      serialize.parse({ text: query }),
      serialize.bind({ values: params }),
      serialize.describe({ type: "P" }),
      serialize.execute({}),
      serialize.sync(),
    ];
    const answer = await db.execProtocol(Buffer.concat(messages), { throwOnError: false });
    return readResult(answer.messages);
  };
  return {
    transaction: (prologue, statements) =>
      db.runExclusive(async () => {
        try {
          for (const query of prologue) await run({ query });
          const results: StatementResult[] = [];
          for (const statement of statements) results.push(await run(statement));
          await run({ query: "commit" });
          return results;
        } catch (error) {
          await run({ query: "rollback" });
          throw error;
        }
      }),
    close: () => db.close(),
  };
}

type Messages = Awaited<ReturnType<PGlite["execProtocol"]>>["messages"];

function readResult(messages: Messages): StatementResult {
  let fields: object[] = [];
  let tag: string | undefined;
  const rows: (string | null)[][] = [];
  for (const message of messages) {
    if (message instanceof wire.DatabaseError) throw message;
    if (message instanceof wire.RowDescriptionMessage) {
      fields = message.fields.map((field) => Object.assign({}, field, { format: "text" }));
    } else if (message instanceof wire.DataRowMessage) rows.push(message.fields);
    else if (message instanceof wire.CommandCompleteMessage) tag = message.text;
    else if (message === wire.emptyQuery) tag = "";
  }
  // An unexecuted statement must never look like an empty result.
  if (tag === undefined)
    throw Object.assign(new Error("PGlite returned no CommandComplete"), { code: "08P01" });
  const words = tag.split(" ");
  const count = words.length > 1 ? Number(words.at(-1)) : Number.NaN;
  return {
    fields,
    rows,
    rowAsArray: true,
    command: words[0] ?? "",
    rowCount: Number.isInteger(count) ? count : null,
  };
}
