import type { PemusnahanDeps } from "./amancair/privacy/privacy.ts";
import type { Config, Env } from "./config.ts";
import { createAuth, type Auth } from "./platform/auth/auth.ts";
import type { Signatures } from "./platform/auth/signatures.ts";
import { createPasswords, type Passwords } from "./platform/auth/passwords.ts";
import { systemClock, type Clock } from "./platform/clock.ts";
import { createBlindIndex, type BlindIndex } from "./platform/crypto/blind-index.ts";
import { createSealer, type Sealer } from "./platform/crypto/seal.ts";
import { openDatabase, type Database } from "./platform/db/database.ts";
import { openFileStore, type FileStore } from "./platform/files/store.ts";
import { openRateLimiter, unlimited, type RateLimiter } from "./platform/http/rate-limit.ts";
import { systemIds, type Ids } from "./platform/id.ts";
import { createLog, type Log } from "./platform/log.ts";
import { openQueue, type Queue } from "./platform/queue/queue.ts";
import { createAttempts, type Attempts } from "./platform/redis/attempts.ts";
import { createCodes, type Codes } from "./platform/redis/codes.ts";
import { openRedis } from "./platform/redis/redis.ts";
import type { Biller } from "./ppob/biller/biller.ts";
import { createDigiflazz } from "./ppob/biller/digiflazz.ts";
import { createTandaTangan } from "./ppob/mitra/mitra.ts";
import { cariNama, type CallbackDeps, type Resolve } from "./ppob/callback/callback.ts";
import type { JobDeps } from "./ppob/transaksi/jobs.ts";
import { createKeadaanBot, type KeadaanBot } from "./whatsapp/keadaan/keadaan.ts";
import type { KurirDeps } from "./whatsapp/outbox/jobs.ts";
import { createWhapi, type Whapi } from "./whatsapp/whapi/whapi.ts";

/** Everything the house reaches outside of itself. Doors take what they need of it; a test replaces what it wants. */
export interface Deps {
  config: Config;
  db: Database;
  queue: Queue;
  biller: Biller;
  sealer: Sealer;
  blindIndex: BlindIndex;
  clock: Clock;
  ids: Ids;
  log: Log;
  limiter: RateLimiter;
  files: FileStore;
  attempts: Attempts;
  codes: Codes;
  whapi: Whapi;
  keadaanBot: KeadaanBot;
  auth: Auth;
  signatures: Signatures;
  passwords: Passwords;
  /** The DNS. */
  resolve: Resolve;
}

/** The only place where clients are made. None of them holds a connection, so one set serves a whole isolate. */
export function openDeps(config: Config, env: Env, clock: Clock = systemClock): Deps {
  const { signingSecrets, accessTokenSeconds, bcryptCost } = config.akun;
  const authSettings = {
    secrets: signingSecrets,
    issuer: config.publicUrl,
    accessTokenSeconds,
    plainHttp: config.local,
  };
  const redis = openRedis(config.redis);
  const db = openDatabase(config.databaseUrl);
  const sealer = createSealer(config.sealKeys);
  return {
    config,
    db,
    queue: openQueue(config.queue, config.publicUrl),
    biller: createDigiflazz({ ...config.biller, testing: config.local }),
    sealer,
    blindIndex: createBlindIndex(config.sealKeys),
    clock,
    ids: systemIds,
    log: createLog(),
    limiter: config.strictRateLimits ? openRateLimiter(env["BROAD_LIMIT"]) : unlimited,
    files: openFileStore(env["DOKUMEN"]),
    attempts: createAttempts(redis, signingSecrets[0]),
    codes: createCodes(redis, signingSecrets[0], clock),
    whapi: createWhapi(config.whapi),
    keadaanBot: createKeadaanBot(redis, signingSecrets[0], clock),
    auth: createAuth(authSettings, clock, systemIds),
    signatures: createTandaTangan(db, sealer, clock),
    passwords: createPasswords(bcryptCost),
    resolve: cariNama,
  };
}

/** What the erasure of customers works with. */
export function erasureDeps(deps: Deps): PemusnahanDeps {
  return { ...deps, rejectedDays: deps.config.rejectedDays };
}

/** What the queue's consumer of purchases and their sweeper work with. */
export function jobDeps(deps: Deps): JobDeps {
  const { timeoutSeconds, recheckSeconds } = deps.config.biller;
  return { ...deps, billerTimeoutSeconds: timeoutSeconds, billerRecheckSeconds: recheckSeconds };
}

/** What sends WhatsApp messages. */
export function courierDeps(deps: Deps): KurirDeps {
  const { perSecond, chatDays } = deps.config.whapi;
  return { ...deps, whapiPerSecond: perSecond, chatDays };
}

/** What delivers messages to mitra's endpoints. */
export function callbackDeps(deps: Deps): CallbackDeps {
  const { local, publicUrl, strictRateLimits } = deps.config;
  return { ...deps, local, ownHost: new URL(publicUrl).host, strictRateLimits };
}

/** What the resellers' doors work with. */
export function ppobDeps(deps: Deps) {
  const { testBalance, deposit } = deps.config;
  return { ...jobDeps(deps), ...callbackDeps(deps), ...deposit, testBalance };
}
