// `npm run dev`: the local cloud and the Worker in one process; everything ends with it.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openDatabase, startCloud, type Cloud } from "./cloud.ts";
import { listen } from "./stand-in.ts";

const started = performance.now();

/** How often the sweeper runs here; in production the cron trigger runs it every minute. */
const SWEEP_MS = 3_000;

// Before wrangler is loaded: it must stay silent about an internet that may not be there.
Object.assign(process.env, {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_LOG: process.env["WRANGLER_LOG"] ?? "error",
});

const port = portFrom("PORT", 8000);
const portBase = process.env["PORT_BASE"] ? portFrom("PORT_BASE", 0) : port === 8000 ? 8079 : undefined;
const dataDir = resolve(process.env["DATA_DIR"] ?? ".local");
const url = `http://127.0.0.1:${port}`;

await demandFree(port);
mkdirSync(dataDir, { recursive: true });
await lock(dataDir);
const closers: (() => Promise<unknown>)[] = [];
endOnSignals();
endWithParent();

try {
  // Loading wrangler takes as long as opening the database: do both at once.
  const wrangler = import("wrangler");
  const database = await openDatabase({
    url: process.env["DATABASE_URL"],
    dataDir: join(dataDir, "postgres"),
  });
  const cloud = await startCloud({
    appUrl: url,
    database,
    portBase,
    redisUrl: process.env["REDIS_URL"],
    digiflazz: { bookFile: join(dataDir, "digiflazz.jsonl") },
  });
  closers.push(() => cloud.close());
  await startWorker(await wrangler, cloud);
  announce(cloud);
} catch (error) {
  await fail(describe(error));
}

async function startWorker(wrangler: typeof import("wrangler"), cloud: Cloud): Promise<void> {
  const worker = await wrangler.unstable_startWorker({
    config: join(import.meta.dirname, "../wrangler.toml"),
    bindings: Object.fromEntries(
      Object.entries(cloud.env).map(([name, value]) => [name, { type: "plain_text" as const, value }]),
    ),
    dev: { server: { hostname: "127.0.0.1", port }, inspector: false, persist: join(dataDir, "worker") },
  });
  closers.unshift(() => worker.dispose());
  await worker.ready;
  endOnSignals();
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`GET / menjawab ${answer.status}: ${await answer.text()}`);
  let sweeping = false;
  const sweep = setInterval(() => {
    if (sweeping) return;
    sweeping = true;
    void sweepOnce().finally(() => {
      sweeping = false;
    });
  }, SWEEP_MS);
  closers.unshift(async () => clearInterval(sweep));
}

/** wrangler dev never fires crons by itself; it gives them this address instead. */
async function sweepOnce(): Promise<void> {
  try {
    const swept = await fetch(`${url}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent("* * * * *")}`);
    if (!swept.ok) console.error(`penyapu menjawab ${swept.status}`);
  } catch {
    // The Worker is being reloaded; the next sweep comes soon.
  }
}

function announce({ neon, redis, qstash, digiflazz }: Cloud): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`siap: ${url}  (${seconds} detik)

  dokumentasi   ${url}/docs  dan  ${url}/redoc
  awan lokal    Neon ${neon.url}  Redis ${redis.url}  QStash ${qstash.url}  Digiflazz ${digiflazz.url}

Coba membeli pulsa (atau, di terminal lain: npm run demo):

  KUNCI=$(curl -s ${url}/register -H 'content-type: application/json' \\
    -d '{"nama":"Budi Santoso","email":"budi'$RANDOM'@mail.com","hp":"08123456789"}' | sed 's/.*"api_key":"\\([^"]*\\)".*/\\1/')
  curl -s ${url}/beli -H "x-api-key: $KUNCI" -H 'content-type: application/json' \\
    -d '{"produk_id":1,"nomor_tujuan":"08123456789","nominal":10000}'
  sleep 3; curl -s ${url}/riwayat -H "x-api-key: $KUNCI"
`);
}

function portFrom(name: string, fallback: number): number {
  const value = process.env[name] ?? String(fallback);
  if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65_535) {
    console.error(`${name} harus nomor port, bukan "${value}"`);
    process.exit(1);
  }
  return Number(value);
}

/** Says at once that the port is taken, before anything is started. */
async function demandFree(wanted: number): Promise<void> {
  const probe = createServer();
  try {
    await listen(probe, wanted);
  } catch {
    console.error(`port ${wanted} sedang dipakai; pilih yang lain, misalnya PORT=8001 npm run dev`);
    process.exit(1);
  }
  probe.close();
}

/**
 * One process per data directory: the embedded database itself does not notice a second one. The lock is a local socket,
 * because a killed process lets go of it at once, which a file with a process id in it cannot promise.
 */
async function lock(directory: string): Promise<void> {
  const name = `satu-pintu-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}`;
  const path = process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
  const held = await new Promise<boolean>((answer) => {
    const probe = connect(path, () => answer(true));
    probe.on("error", () => answer(false));
    probe.unref();
  });
  if (held) {
    console.error(`${directory} sedang dipakai oleh npm run dev yang lain; pilih DATA_DIR lain`);
    process.exit(1);
  }
  rmSync(path, { force: true });
  const socket = createServer().listen(path).unref();
  await once(socket, "listening");
}

/** Ends everything on Ctrl-C and SIGTERM. Takes the place of wrangler's own handlers, which would exit before the rest is closed. */
function endOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => void end(0));
  }
}

/** Ends everything when npm or its shell was killed and could not pass the signal on. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void end(0);
  }, 500).unref();
}

let ending = false;

async function end(code: number): Promise<never> {
  if (!ending) {
    ending = true;
    // A close that hangs must not keep the process.
    setTimeout(() => process.exit(code), 5_000).unref();
    for (const close of closers) await close().catch(() => {});
    process.exit(code);
  }
  return await new Promise(() => {});
}

async function fail(message: string): Promise<never> {
  console.error(message);
  return await end(1);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE") {
    return `port ${"port" in error ? String(error.port) : ""} sedang dipakai; geser semua port lain dengan PORT_BASE=18079 npm run dev`;
  }
  return error.stack ?? error.message;
}
