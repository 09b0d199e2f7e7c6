import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { CHROMIUM } from "./chromium.ts";
import { readHouseDocument } from "./platform/document.ts";
import { unseenResponses } from "./platform/seen-responses.ts";
import { migratePglite, openPglite } from "../dev/neon/pglite.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** A dump of the migrated, empty database: opening it is ten times faster than making it. */
    databaseDump: string;
    /** Where the test processes note which documented responses they have seen. */
    seenResponses: string;
  }
}

const root = join(import.meta.dirname, "..");
const migrations = join(root, "drizzle");
const cache = join(root, "node_modules/.cache/satu-pintu");

/** What real servers are for; without them these suites are skipped, and the embedded engines carry the rest. */
const SERVERS = {
  DATABASE_URL: "pengujian di PostgreSQL sungguhan (balapan, rencana kueri, RLS)",
  REDIS_URL: "pengujian di Redis sungguhan",
};

/** Returns the check that runs after all tests: in a full run, every documented response must have been seen. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  for (const [variable, suites] of Object.entries(SERVERS)) {
    if (!process.env[variable]) console.log(`${variable} tidak diisi: ${suites} dilewati`);
  }
  if (!existsSync(CHROMIUM)) console.log(`${CHROMIUM} tidak ada: pengujian di peramban dilewati`);
  mkdirSync(cache, { recursive: true });
  project.provide("databaseDump", await databaseDump());
  const seen = join(cache, `seen-responses-${process.pid}.txt`);
  writeFileSync(seen, "");
  project.provide("seenResponses", seen);
  return async () => {
    const { testFiles } = await project.globTestFiles();
    const filtered = project.vitest.config.testNamePattern !== undefined;
    const unseen = unseenResponses(await readHouseDocument(), seen);
    rmSync(seen, { force: true });
    if (filtered || project.vitest.state.getTestModules().length < testFiles.length) return;
    if (unseen.length > 0) throw new Error(`documented, but seen by no test:\n${unseen.join("\n")}`);
  };
}

async function databaseDump(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  for (const file of readdirSync(migrations).sort()) {
    if (file.endsWith(".sql")) hash.update(readFileSync(join(migrations, file)));
  }
  const dump = join(cache, `database-${hash.digest("hex").slice(0, 16)}.tar`);
  if (existsSync(dump)) return dump;
  const db = await openPglite();
  await migratePglite(db, migrations);
  const content = await db.dumpDataDir("none");
  await db.close();
  // Renamed into place: another run must never open half a file.
  writeFileSync(`${dump}.part`, Buffer.from(await content.arrayBuffer()));
  renameSync(`${dump}.part`, dump);
  return dump;
}
