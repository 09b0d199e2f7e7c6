import { createServer } from "node:net";
import { join } from "node:path";
import { openDatabase, startCloud } from "../dev/cloud.ts";
import { listen } from "../dev/stand-in.ts";

/** A Worker that answers at `url`, in the runtime of production. */
export interface Running {
  url: string;
  close(): Promise<void>;
}

const root = join(import.meta.dirname, "..");

// Before wrangler is loaded: it must stay silent about an internet that may not be there.
Object.assign(process.env, {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_LOG: process.env["WRANGLER_LOG"] ?? "error",
});

/** The whole house with an empty cloud behind it. */
export async function startHouse(env: Record<string, string>): Promise<Running> {
  // wrangler runs the build command of wrangler.toml in the working directory.
  process.chdir(root);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cloud = await startCloud({ appUrl: url, database: await openDatabase({}), env });
  const { unstable_startWorker: startWorker } = await import("wrangler");
  const worker = await startWorker({
    config: join(root, "wrangler.toml"),
    bindings: Object.fromEntries(
      Object.entries(cloud.env).map(([name, value]) => [name, { type: "plain_text" as const, value }]),
    ),
    dev: { server: { hostname: "127.0.0.1", port }, inspector: false, persist: false, watch: false },
  });
  await worker.ready;
  const close = async () => {
    await worker.dispose();
    await cloud.close();
  };
  return { url, close };
}

/** One file as a Worker, with nothing behind it. */
export async function startFile(entrypoint: string): Promise<Running> {
  const port = await freePort();
  const { unstable_startWorker: startWorker } = await import("wrangler");
  const worker = await startWorker({
    name: "bench",
    entrypoint,
    compatibilityDate: "2026-10-01",
    compatibilityFlags: ["nodejs_compat"],
    dev: { server: { hostname: "127.0.0.1", port }, inspector: false, persist: false, watch: false },
  });
  await worker.ready;
  return { url: `http://127.0.0.1:${port}`, close: async () => await worker.dispose() };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((closed) => probe.close(closed));
  return port;
}
