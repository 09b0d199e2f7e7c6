import { join } from "node:path";
import type { Clock } from "./clock.ts";
import { startDigiflazz, type Digiflazz, type DigiflazzOptions } from "./digiflazz/server.ts";
import { LOCAL_SECRETS } from "./local-secrets.ts";
import { migratePglite, openPglite, pgliteBackend } from "./neon/pglite.ts";
import { migratePostgres, postgresBackend } from "./neon/postgres.ts";
import { startNeon, type Backend, type Neon } from "./neon/server.ts";
import { startQStash, type QStash, type QStashOptions } from "./qstash/server.ts";
import { startRedis, type RedisStandIn } from "./redis/redis.ts";
import { seed } from "./seed.ts";
import { startWhapi, type Whapi, type WhapiOptions } from "./whapi/server.ts";

/** The vendors of production, on this machine, and what the Worker has to know to use them. */
export interface Cloud {
  neon: Neon;
  redis: RedisStandIn;
  qstash: QStash;
  digiflazz: Digiflazz;
  whapi: Whapi;
  /** Environment of the Worker. */
  env: Record<string, string>;
  close(): Promise<void>;
}

export interface CloudOptions {
  /** Where the Worker listens: vendors call it back there. */
  appUrl: string;
  database: Backend;
  /** First of the five ports, in the order Redis, QStash, Neon, Digiflazz, Whapi; free ones without it. */
  portBase?: number | undefined;
  redisUrl?: string | undefined;
  clock?: Clock | undefined;
  qstash?: QStashOptions;
  digiflazz?: DigiflazzOptions;
  whapi?: WhapiOptions;
  /** More variables of the Worker. */
  env?: Record<string, string>;
}

const MIGRATIONS = join(import.meta.dirname, "../drizzle");

/** The database of the local cloud: a PostgreSQL server if `url` names one, else an embedded one in `dataDir`. Migrated. */
export async function openDatabase(options: {
  url?: string | undefined;
  dataDir?: string;
}): Promise<Backend> {
  if (options.url) {
    await migratePostgres(options.url, MIGRATIONS);
    return await postgresBackend(options.url);
  }
  const db = await openPglite(options.dataDir ? { dataDir: options.dataDir } : {});
  await migratePglite(db, MIGRATIONS);
  return pgliteBackend(db);
}

/** Starts all vendors and seeds the database. A busy port throws `EADDRINUSE`. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { appUrl, portBase } = options;
  const portOf = (offset: number) => (portBase === undefined ? {} : { port: portBase + offset });
  const clock = options.clock ? { clock: options.clock } : {};
  const started: { close(): Promise<void> }[] = [];
  const keep = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const standIn = await starting;
    started.push(standIn);
    return standIn;
  };
  const close = async () => {
    await Promise.all(started.map((standIn) => standIn.close()));
  };
  try {
    const [redis, qstash, neon, digiflazz, whapi] = await Promise.all([
      keep(startRedis({ ...portOf(0), ...clock, url: options.redisUrl })),
      keep(startQStash({ ...portOf(1), ...clock, ...options.qstash })),
      keep(startNeon(options.database, { ...portOf(2), ...clock })),
      keep(
        startDigiflazz({
          ...portOf(3),
          ...clock,
          webhookUrl: `${appUrl}/webhook/biller`,
          ...options.digiflazz,
        }),
      ),
      keep(
        startWhapi({
          ...portOf(4),
          ...clock,
          webhookUrl: `${appUrl}/webhook/whapi`,
          ...options.whapi,
        }),
      ),
    ]);
    await seed(neon);
    const env = {
      APP_ENV: "local",
      PUBLIC_URL: appUrl,
      DATABASE_URL: `postgres://satupintu_app:lokal@127.0.0.1:${neon.port}/satupintu`,
      UPSTASH_REDIS_REST_URL: redis.url,
      UPSTASH_REDIS_REST_TOKEN: redis.token,
      QSTASH_URL: qstash.url,
      QSTASH_TOKEN: qstash.token,
      QSTASH_CURRENT_SIGNING_KEY: qstash.currentSigningKey,
      QSTASH_NEXT_SIGNING_KEY: qstash.nextSigningKey,
      BILLER_BASE_URL: `${digiflazz.url}/v1`,
      BILLER_USERNAME: digiflazz.username,
      BILLER_API_KEY: digiflazz.apiKey,
      BILLER_WEBHOOK_SECRET: digiflazz.webhookSecret,
      // Digiflazz's sixty seconds would make every fault a long wait here; its stand-in does not ask for them.
      BILLER_TIMEOUT_SECONDS: "5",
      BILLER_RECHECK_SECONDS: "3",
      WHAPI_BASE_URL: whapi.url,
      WHAPI_TOKEN: whapi.token,
      // Nobody is blocked here for writing too fast.
      WHAPI_PER_SECOND: "50",
      ...LOCAL_SECRETS,
      ...options.env,
    };
    return { redis, qstash, neon, digiflazz, whapi, env, close };
  } catch (error) {
    await close();
    throw error;
  }
}
