import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sql, type SQL } from "drizzle-orm";
import { openDatabase, type Database } from "../../src/platform/db/database.ts";
import { bad, ok, warn, type Check, type Finding } from "./finding.ts";
import type { Variables } from "./variables.ts";

const MIGRATIONS = join(import.meta.dirname, "../../drizzle");
const MIGRATE =
  "Jalankan dengan login pemilik: DATABASE_URL=postgresql://neondb_owner:… npm run migrate, lalu npm run deploy.";
/** SQLSTATEs of a book of migrations that is not ours to read, or not there. */
const NOT_READABLE = ["42501", "42P01", "3F000"];

/** Who we are in the database, and whether all migrations have run there. */
export function databaseCheck(variables: Variables): Check {
  return {
    name: "database",
    run: async () => {
      const url = variables["DATABASE_URL"];
      if (!url) return warn("tidak diperiksa: DATABASE_URL belum diisi", "Isi DATABASE_URL.");
      const db = openDatabase(url);
      try {
        return (await unfitRole(db)) ?? (await migrations(db));
      } catch (error) {
        const refusal = loginRefused(error);
        if (refusal) return refusal;
        throw error;
      }
    },
  };
}

async function rows<T>(db: Database, query: SQL): Promise<T[]> {
  // What a query gives back is said by the query.
  return (await db.execute(query)).rows as T[];
}

/** Row-level security holds back neither an owner nor who may bypass it. */
async function unfitRole(db: Database): Promise<Finding | undefined> {
  const [role] = await rows<{ name: string; mighty: boolean; owner: boolean }>(
    db,
    sql`select current_user::text as name, r.rolsuper or r.rolbypassrls as mighty,
      exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'app') and c.relowner = r.oid) as owner
      from pg_roles r where r.rolname = current_user`,
  );
  const use = "Pakai login satupintu_app di DATABASE_URL, bukan pemilik: hanya padanya aturan akses berlaku.";
  if (!role) return bad("tidak dapat mengenali siapa kita di database", use);
  if (role.mighty || role.owner)
    return bad(`masuk sebagai ${role.name}, yang tidak dibatasi aturan akses (RLS)`, use);
  if (role.name !== "satupintu_app") return bad(`masuk sebagai ${role.name}, bukan satupintu_app`, use);
  return undefined;
}

async function migrations(db: Database): Promise<Finding> {
  const wanted = journal().length;
  const done = await migrationCount(db);
  if (done !== undefined && done < wanted)
    return bad(`${wanted - done} dari ${wanted} migrasi belum dijalankan`, MIGRATE);
  const missing = await missingParts(db);
  if (missing.length > 0) {
    const some = missing.slice(0, 3).join(", ");
    const more = missing.length > 3 ? ` dan ${missing.length - 3} lainnya` : "";
    return bad(`migrasi belum lengkap: tidak ada ${some}${more}`, MIGRATE);
  }
  if (done !== undefined && done > wanted)
    return warn(
      `database lebih baru daripada kode ini (${done} migrasi, di sini ${wanted})`,
      "Tarik kode terbaru sebelum npm run deploy.",
    );
  return ok("satupintu_app, semua migrasi sudah dijalankan");
}

/** How many migrations the database has had; undefined where that is not ours to know. */
async function migrationCount(db: Database): Promise<number | undefined> {
  try {
    const [row] = await rows<{ count: number }>(
      db,
      sql`select count(*)::int as count from drizzle.__drizzle_migrations`,
    );
    return row?.count;
  } catch (error) {
    if (NOT_READABLE.includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** Columns and functions that the migrations make and the database does not have. */
async function missingParts(db: Database): Promise<string[]> {
  const present = await rows<{ name: string }>(
    db,
    sql`select n.nspname || '.' || c.relname || '.' || a.attname as name
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      union all
      select 'app.' || p.proname || '()' from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'app'`,
  );
  const names = new Set(present.map(({ name }) => name));
  return [...columnsWanted(), ...functionsWanted()].filter((name) => !names.has(name));
}

interface Snapshot {
  tables: Record<string, { name: string; schema: string; columns: Record<string, unknown> }>;
}

function journal(): { tag: string }[] {
  const text = readFileSync(join(MIGRATIONS, "meta/_journal.json"), "utf8");
  return (JSON.parse(text) as { entries: { tag: string }[] }).entries;
}

function columnsWanted(): string[] {
  const newest = readdirSync(join(MIGRATIONS, "meta"))
    .filter((name) => name.endsWith("_snapshot.json"))
    .sort()
    .at(-1);
  if (!newest) return [];
  const { tables } = JSON.parse(readFileSync(join(MIGRATIONS, "meta", newest), "utf8")) as Snapshot;
  return Object.values(tables).flatMap(({ name, schema, columns }) =>
    Object.keys(columns).map((column) => `${schema || "public"}.${name}.${column}`),
  );
}

/** By name: what is dropped and made again under another signature counts once. */
function functionsWanted(): string[] {
  const wanted = new Set<string>();
  for (const { tag } of journal()) {
    const text = readFileSync(join(MIGRATIONS, `${tag}.sql`), "utf8");
    for (const [, verb, name] of text.matchAll(
      /^\s*(create|drop)(?: or replace)? function(?: if exists)? app\.(\w+)/gim,
    )) {
      if (verb?.toLowerCase() === "drop") wanted.delete(`app.${name}()`);
      else wanted.add(`app.${name}()`);
    }
  }
  return [...wanted];
}

function loginRefused(error: unknown): Finding | undefined {
  const words = error instanceof Error ? `${error.message} ${messageOf(error.cause)}` : "";
  if (codeOf(error).startsWith("28") || /password authentication failed|role .* does not exist/i.test(words))
    return bad(
      "nama pengguna atau kata sandi ditolak",
      "Salin ulang DATABASE_URL untuk satupintu_app dari konsol Neon (Roles, Reset password).",
    );
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}

/** SQLSTATE of an error of the database; drizzle keeps it in the cause. */
function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string") return at.code;
  return "";
}
