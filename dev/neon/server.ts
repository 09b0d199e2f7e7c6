import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "../clock.ts";
import { json, serveStandIn, type StandIn, type WireRequest } from "../stand-in.ts";

/** One statement as Neon's driver sends it: every parameter is text or null. */
export interface Statement {
  query: string;
  params?: (string | null)[];
}

export interface StatementResult {
  fields: object[];
  rows: (string | null)[][];
  rowAsArray: true;
  command: string;
  rowCount: number | null;
}

/** An engine behind the stand-in. */
export interface Backend {
  /** Runs all statements in one transaction that starts with `prologue`; rolls back and throws the engine's error if one fails. */
  transaction(prologue: string[], statements: Statement[]): Promise<StatementResult[]>;
  close(): Promise<void>;
}

export interface Neon extends StandIn {
  /** Runs one statement as the owner, around row-level security: for tests and seeds. Rows as text. */
  asOwner(
    query: string,
    params?: (string | number | bigint | null)[],
  ): Promise<Record<string, string | null>[]>;
}

/**
 * Serves Neon's SQL-over-HTTP protocol (`POST /sql`) over `backend`.
 * The user of the connection string is the role of the transaction, so grants and row-level security hold as on Neon.
 * A `clock` owns the database's time (`app.jam()`); without one it is the engine's own.
 */
export async function startNeon(
  backend: Backend,
  options: { port?: number; clock?: Clock } = {},
): Promise<Neon> {
  const server = await serveStandIn(async (request) => {
    if (request.method !== "POST" || request.url !== "/sql") return json(404, { message: "not found" });
    try {
      const { statements, batch } = parse(request);
      const prologue = [
        beginOf(request.headers),
        `set local role ${quoteIdentifier(userOf(request.headers))}`,
      ];
      if (options.clock)
        prologue.push(`set local app.jam = '${new Date(options.clock.now()).toISOString()}'`);
      const results = await backend.transaction(prologue, statements);
      return json(200, batch ? { results } : results[0]);
    } catch (error) {
      return json(400, describe(error));
    }
  }, options.port);
  const stopListening = server.close.bind(server);
  return Object.assign(server, {
    async asOwner(query: string, params: (string | number | bigint | null)[] = []) {
      const texts = params.map((param) => (param === null ? null : String(param)));
      const [result] = await backend.transaction(["begin"], [{ query, params: texts }]);
      const names = (result?.fields ?? []).map((field) => (field as { name: string }).name);
      return (result?.rows ?? []).map((row) =>
        Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])),
      );
    },
    async close() {
      await stopListening();
      await backend.close();
    },
  });
}

function parse(request: WireRequest): { statements: Statement[]; batch: boolean } {
  const body = JSON.parse(request.body.toString()) as { queries?: unknown } | null;
  const batch = body?.queries;
  if (batch === undefined) return { statements: [statementOf(body)], batch: false };
  if (!Array.isArray(batch)) throw new TypeError("queries is not a list");
  return { statements: batch.map(statementOf), batch: true };
}

function statementOf(sent: unknown): Statement {
  const { query, params = [] } = (sent ?? {}) as { query?: unknown; params?: unknown };
  // A NUL would end the message early and leave the engine out of step with us.
  if (typeof query !== "string" || query.includes("\u0000")) throw new TypeError("query is not SQL text");
  if (!Array.isArray(params)) throw new TypeError("params is not a list");
  return { query, params: params.map(textOf) };
}

/** Neon gives PostgreSQL the text of a JSON value; lists come as text from its driver. */
function textOf(param: unknown): string | null {
  if (param === null) return null;
  const text = typeof param === "string" ? param : JSON.stringify(param);
  // Neon's proxy reads strict JSON, where half a surrogate pair is no text.
  if (!text.isWellFormed()) throw new TypeError("a parameter is not well-formed Unicode");
  return text;
}

const ISOLATION: Record<string, string> = {
  Serializable: "serializable",
  RepeatableRead: "repeatable read",
  ReadCommitted: "read committed",
  ReadUncommitted: "read uncommitted",
};

function beginOf(headers: IncomingHttpHeaders): string {
  const isolation = ISOLATION[String(headers["neon-batch-isolation-level"])];
  return [
    "begin",
    isolation && `isolation level ${isolation}`,
    headers["neon-batch-read-only"] === "true" && "read only",
    headers["neon-batch-deferrable"] === "true" && "deferrable",
  ]
    .filter(Boolean)
    .join(" ");
}

function userOf(headers: IncomingHttpHeaders): string {
  const url = new URL(String(headers["neon-connection-string"]).replace(/^postgres(ql)?:/, "http:"));
  return decodeURIComponent(url.username);
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const ERROR_FIELDS =
  "code detail hint position internalPosition internalQuery severity where table column schema dataType constraint file line routine".split(
    " ",
  );

/** Neon reports an engine's error as JSON with PostgreSQL's own fields. */
function describe(error: unknown): object {
  const fields = error as Record<string, unknown>;
  return {
    message: String(fields["message"]),
    ...Object.fromEntries(ERROR_FIELDS.map((name) => [name, fields[name] ?? null])),
  };
}
