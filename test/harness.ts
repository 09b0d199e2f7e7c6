import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { createApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { callbackDeps, courierDeps, erasureDeps, jobDeps, openDeps, type Deps } from "../src/deps.ts";
import { createLog } from "../src/platform/log.ts";
import type { Router } from "../src/platform/http/router.ts";
import { sapuKiriman } from "../src/ppob/callback/jobs.ts";
import { sinkronkan } from "../src/ppob/produk/jobs.ts";
import { sapu } from "../src/ppob/transaksi/jobs.ts";
import { sapuWhatsapp } from "../src/whatsapp/outbox/jobs.ts";
import { musnahkan } from "../src/amancair/privacy/privacy.ts";
import type { ManualClock } from "../dev/clock.ts";
import { MemoryBucket } from "../dev/r2.ts";
import { startCloud, type Cloud } from "../dev/cloud.ts";
import { listen } from "../dev/stand-in.ts";
import { freshDatabase } from "./databases.ts";
import { ContractWatch } from "./contract-watch.ts";
import { brokenInvariants } from "./invariants.ts";

/** The whole system in one process: the local cloud, and the app listening where its vendors call it back. */
export interface World {
  cloud: Cloud;
  url: string;
  app: Router;
  deps: Deps;
  bucket: MemoryBucket;
  /** Lines of the log since the start. */
  log: Record<string, unknown>[];
  /** Calls the app in process. Every answer is checked against the OpenAPI document. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Resolves when nothing is under way: background work, deliveries, purchases at the biller, webhooks. */
  idle(): Promise<void>;
  /** Runs the sweeper once, as the cron trigger does. */
  sweep(): Promise<number>;
  /** Erases who is due, as the cron trigger does. */
  erase(): Promise<number>;
  /** Sends what WhatsApp messages are due, as the cron trigger does. */
  sweepWhatsapp(): Promise<number>;
  /** Delivers what messages to mitra are due, as the cron trigger does. */
  sweepCallbacks(): Promise<number>;
  /** Takes in the biller's price lists whose turn it is, as the cron trigger does. */
  syncProducts(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Real PostgreSQL (a database of its own, dropped at the end) instead of the embedded engine. */
  postgresUrl?: string;
  /** Owns all time: the database's, the vendors' and the app's. */
  clock?: ManualClock;
  env?: Record<string, string>;
  deps?: Partial<Deps>;
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const database = await freshDatabase(options.postgresUrl);
  const background = new Set<Promise<unknown>>();
  const context = {
    waitUntil: (work: Promise<unknown>) => {
      background.add(work);
      void work.finally(() => background.delete(work));
    },
    passThroughOnException: () => {},
    props: {},
  };
  let handle: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const respond = getRequestListener((request) => handle(request));
  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing));
  const url = `http://127.0.0.1:${await listen(server)}`;
  const cloud = await startCloud({
    appUrl: url,
    database: database.backend,
    clock: options.clock,
    digiflazz: { latencyMs: 0, pendingMs: 100 },
    whapi: {
      deliveryMs: 0,
      ...(options.env?.["WHAPI_WEBHOOK_SECRET"] && { webhookSecret: options.env["WHAPI_WEBHOOK_SECRET"] }),
    },
    qstash: { timeScale: 0.001 },
  });
  const log: World["log"] = [];
  const { clock } = options;
  // The cheapest bcrypt there is: its cost is tested where it matters.
  const env = { ...cloud.env, BCRYPT_COST: "4", WHAPI_PER_SECOND: "9999", ...options.env };
  const bucket = new MemoryBucket();
  const deps: Deps = {
    ...openDeps(readConfig(env), { ...env, DOKUMEN: bucket }, clock && { now: () => new Date(clock.now()) }),
    log: createLog((line) => log.push(JSON.parse(line))),
    // No test asks the real DNS.
    resolve: async () => [],
    ...options.deps,
  };
  const app = createApp(deps);
  const watch = new ContractWatch(app, inject("seenResponses"));
  handle = async (request) => watch.check(request, await app.fetch(request, env, context));

  const world: World = {
    cloud,
    url,
    app,
    deps,
    bucket,
    log,
    request: async (path, init) => handle(new Request(new URL(path, url), init)),
    async idle() {
      const { qstash, digiflazz, whapi, neon } = cloud;
      // What ends may have begun something elsewhere: at rest is what has stayed so for a whole round.
      const seen = () => qstash.requests + neon.requests;
      let before: number;
      do {
        before = seen();
        // What waits for a clock that stands still is at rest.
        await (clock ? whapi.phones.landed() : whapi.phones.settled());
        await Promise.allSettled(background);
        await qstash.script.idle();
        await digiflazz.script.idle();
      } while (background.size > 0 || seen() !== before);
    },
    sweep: () => sapu(jobDeps(deps)),
    erase: () => musnahkan(erasureDeps(deps)),
    sweepWhatsapp: () => sapuWhatsapp(courierDeps(deps)),
    syncProducts: () => sinkronkan(deps),
    sweepCallbacks: () => sapuKiriman(callbackDeps(deps)),
    async close() {
      server.close();
      server.closeAllConnections();
      await cloud.close();
      await database.drop();
      expect(watch.violations).toEqual([]);
    },
  };
  return world;
}

/** One world for the tests of a file. After each test its faults are gone, it is at rest, and its books are right. */
export function useWorld(options: WorldOptions = {}): World {
  const holder: { world?: World } = {};
  beforeAll(async () => {
    holder.world = await createWorld(options);
  });
  afterEach(async () => {
    const { cloud } = current();
    for (const standIn of [cloud.neon, cloud.redis, cloud.qstash, cloud.digiflazz, cloud.whapi])
      standIn.faults.clear();
    cloud.digiflazz.script.clear();
    cloud.qstash.script.duplicate(1);
    await current().idle();
    expect(await brokenInvariants(cloud.neon)).toEqual([]);
  });
  afterAll(async () => {
    await holder.world?.close();
  });
  const current = () => {
    if (!holder.world) throw new Error("the world is not there yet");
    return holder.world;
  };
  // Tests hold the object before the world exists; each property is looked up when it is used.
  return new Proxy({} as World, { get: (_, name) => Reflect.get(current(), name) });
}

/** Waits for a condition instead of sleeping, looking every `everyMs`; fails after `timeoutMs`. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  timeoutMs = 20_000,
  everyMs = 10,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`still not true after ${timeoutMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
