// `npm run bench:riwayat`: does what a mitra reads of its purchases and its money cost the same however many there are?
// On a database of its own, dropped at the end, on the server of DATABASE_URL, which names a superuser.
import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { openDatabase } from "../dev/cloud.ts";
import { cases, measure, PREPARE, rows, type Measured } from "../test/race/ppob-plans.ts";
import { median, say } from "./statistics.ts";

/** Purchases, from the fewest on. */
const SIZES = [1_000, 100_000, 1_000_000];
/** Runs of each query; the times are their middle. */
const RUNS = 15;
/** As slow as at the fewest, or half as slow again. */
const MOST_RATIO = 1.5;
/** Milliseconds below which a difference is the machine's. */
const NOISE_MS = 1;
/** Each row is found through one more level of its index at a thousand times as many; a table that is walked grows a thousandfold. */
const MOST_PAGES = 2;

const url = process.env["DATABASE_URL"];
if (!url) throw new Error("DATABASE_URL names the server to measure on");
const name = `satupintu_bench_${randomBytes(6).toString("hex")}`;
const server = new Client({ connectionString: url });
await server.connect();
await server.query(`create database ${name}`);
const own = new URL(url);
own.pathname = `/${name}`;

const client = new Client({ connectionString: own.href });

type Result = Measured & { windowed: boolean };
/** By name of the case, one for each size. */
const results = new Map<string, Result[]>();

try {
  await (await openDatabase({ url: own.href })).close();
  await client.connect();
  for (const statement of PREPARE) await client.query(statement);
  let filled = 0;
  for (const size of SIZES) {
    for (const statement of rows(filled + 1, size)) await client.query(statement);
    filled = size;
    for (const each of cases(size)) {
      const runs: Measured[] = [];
      while (runs.length < RUNS) runs.push(await measure(client, each));
      const [first] = runs;
      if (!first) throw new Error("nothing was measured");
      const result = { ...first, ms: median(runs.map(({ ms }) => ms)), windowed: each.windowed ?? false };
      results.set(each.name, [...(results.get(each.name) ?? []), result]);
    }
  }
  let failed = 0;
  for (const [title, measured] of results) failed += judge(title, measured) ? 0 : 1;
  say(failed === 0 ? "constant" : `${failed} GROW`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await client.end();
  await server.query(`drop database if exists ${name} with (force)`);
  await server.end();
}

/**
 * Prints one case, and whether it costs the same at every size. One that walks a window does so from where it fills it, and is
 * held to its pages: whether they lie in memory is the machine's.
 */
function judge(title: string, measured: Result[]): boolean {
  const [fewest, more, most] = measured;
  if (!fewest || !more || !most) throw new Error(`${title} was not measured at every size`);
  const from = most.windowed ? more : fewest;
  const ratio = most.ms / from.ms;
  const few = most.buffers - from.buffers <= 16 || most.buffers < MOST_PAGES * from.buffers;
  const holds = few && (most.windowed || ratio < MOST_RATIO || most.ms - from.ms < NOISE_MS);
  say(`${holds ? "  " : "✗ "}${title}${most.windowed ? " (within a window)" : ""}`);
  say(
    `     pages ${measured.map(({ buffers }) => buffers).join(" / ")}   ms ${measured.map(({ ms }) => ms.toFixed(2)).join(" / ")}   ratio ${ratio.toFixed(2)}`,
  );
  say(`     ${most.nodes.join(" < ")}`);
  return holds;
}
