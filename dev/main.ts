// `npm run dev`: the local cloud and the Worker in one process; everything ends with it.
import { createServer } from "node:net";
import { join } from "node:path";
import { openDatabase, startCloud, type Cloud } from "./cloud.ts";
import { claimDataDir } from "./data-dir.ts";
import { Lifetime } from "./lifetime.ts";
import { dataPaths, readSettings, SettingsError, type Settings } from "./settings.ts";
import { listen } from "./stand-in.ts";

/** How often the sweeper runs here; in production the cron trigger runs it every minute. */
const SWEEP_MS = 3_000;

const root = join(import.meta.dirname, "..");
const started = performance.now();
const lifetime = new Lifetime();
lifetime.endOnSignals();
lifetime.endWithParent();

// Before wrangler is loaded: it must stay silent about an internet that may not be there.
Object.assign(process.env, {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_LOG: process.env["WRANGLER_LOG"] ?? "error",
});

try {
  await start(readSettings(process.env, process.cwd()));
} catch (error) {
  console.error(explain(error));
  await lifetime.end(1);
}

async function start(settings: Settings): Promise<void> {
  const url = `http://127.0.0.1:${settings.port}`;
  await demandFree(settings.port);
  await claimDataDir(settings.dataDir);
  // wrangler runs the build command of wrangler.toml in the working directory.
  process.chdir(root);
  // Loading wrangler takes as long as opening the database: do both at once.
  const [wrangler, database] = await Promise.all([import("wrangler"), openDatabaseOf(settings)]);
  const cloud = await startCloud({
    appUrl: url,
    database,
    portBase: settings.portBase,
    redisUrl: settings.redisUrl,
    digiflazz: { bookFile: dataPaths(settings.dataDir).billerBook },
    whapi: { bookFile: dataPaths(settings.dataDir).phones },
    env: settings.workerEnv,
  });
  lifetime.atEnd(() => cloud.close());
  await startWorker(wrangler, settings, cloud, url);
  announce(settings, cloud, url);
}

async function openDatabaseOf({ databaseUrl, dataDir }: Settings): ReturnType<typeof openDatabase> {
  const directory = dataPaths(dataDir).postgres;
  try {
    return await openDatabase({ url: databaseUrl, dataDir: directory });
  } catch (error) {
    const reason = error instanceof Error ? error.message || String(error) : String(error);
    throw new SettingsError(
      databaseUrl
        ? `database di DATABASE_URL tidak dapat dibuka: ${reason}`
        : `database di ${directory} tidak dapat dibuka: ${reason}\nHapus ${dataDir} untuk mulai dari awal, atau pilih DATA_DIR lain.`,
    );
  }
}

async function startWorker(
  wrangler: typeof import("wrangler"),
  { port, dataDir }: Settings,
  cloud: Cloud,
  url: string,
): Promise<void> {
  const worker = await wrangler.unstable_startWorker({
    config: join(root, "wrangler.toml"),
    // Stacks in the terminal are for people.
    build: { minify: false },
    bindings: Object.fromEntries(
      Object.entries(cloud.env).map(([name, value]) => [name, { type: "plain_text" as const, value }]),
    ),
    dev: { server: { hostname: "127.0.0.1", port }, inspector: false, persist: dataPaths(dataDir).worker },
  });
  lifetime.atEnd(() => worker.dispose());
  await worker.ready;
  lifetime.endOnSignals();
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`GET / menjawab ${answer.status}: ${await answer.text()}`);
  let sweeping = false;
  const sweep = setInterval(() => {
    if (sweeping) return;
    sweeping = true;
    void sweepOnce(url).finally(() => {
      sweeping = false;
    });
  }, SWEEP_MS);
  lifetime.atEnd(() => clearInterval(sweep));
}

/** wrangler dev never fires crons by itself; it gives them this address instead. */
async function sweepOnce(url: string): Promise<void> {
  try {
    const swept = await fetch(`${url}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent("* * * * *")}`);
    if (!swept.ok) console.error(`penyapu menjawab ${swept.status}`);
  } catch {
    // The Worker is being reloaded; the next sweep comes soon.
  }
}

function announce({ port }: Settings, { neon, redis, qstash, digiflazz, whapi }: Cloud, url: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const demo = port === 8000 ? "npm run demo" : `PORT=${port} npm run demo`;
  console.log(`siap: ${url}  (${seconds} detik)

  halaman       ${url}/  ${url}/login  ${url}/register
  dokumentasi   ${url}/docs  ${url}/redoc  ${url}/openapi.json
  awan lokal    Neon ${neon.url}  Redis ${redis.url}  QStash ${qstash.url}  Digiflazz ${digiflazz.url}  Whapi ${whapi.url}
  ponsel        ${whapi.url}  (tulis sebagai pelanggan; petugas membalas di ${url}/dashboard)

Coba membeli pulsa (atau, di terminal lain: ${demo}):

  KUNCI=$(curl -s ${url}/register -H 'content-type: application/json' \\
    -d '{"nama":"Budi Santoso","email":"budi'$(date +%s)'@mail.com","hp":"08123456789"}' | sed 's/.*"api_key":"\\([^"]*\\)".*/\\1/')
  curl -s ${url}/beli -H "x-api-key: $KUNCI" -H 'content-type: application/json' \\
    -d '{"produk_id":1,"nomor_tujuan":"08123456789","nominal":10000}'; echo
  sleep 3; curl -s ${url}/riwayat -H "x-api-key: $KUNCI"; echo
`);
}

/** Says at once that the port is taken, before anything is started. */
async function demandFree(port: number): Promise<void> {
  const probe = createServer();
  try {
    await listen(probe, port);
  } catch {
    throw new SettingsError(
      `port ${port} sedang dipakai; pilih yang lain, misalnya PORT=8001 DATA_DIR=.local-8001 npm run dev`,
    );
  }
  await new Promise((closed) => probe.close(closed));
}

function explain(error: unknown): string {
  if (error instanceof SettingsError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE") {
    const busy = "port" in error ? String(error.port) : "";
    return `port ${busy} sedang dipakai; geser semua port awan lokal dengan PORT_BASE=18079 npm run dev`;
  }
  return error.stack ?? error.message;
}
