import { join, resolve } from "node:path";
import { isLoopbackHost } from "./stand-in.ts";

/** What `npm run dev` is told by its environment. An empty variable counts as absent. */
export interface Settings {
  /** Where the Worker listens. */
  port: number;
  /** First of the stand-ins' ports; free ones without it. */
  portBase: number | undefined;
  dataDir: string;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** Variables of the Worker that a developer may want to change. */
  workerEnv: Record<string, string>;
}

/** A mistake of the person at the keyboard: its message is all there is to say. */
export class SettingsError extends Error {}

const DEFAULT_PORT = 8000;
/** One below the port of `qstash dev`, so that QStash stands where its documentation says. */
const DEFAULT_PORT_BASE = 8079;
const STAND_INS = 5;

/** Reads the environment; relative paths count from `cwd`. Throws `SettingsError`. */
export function readSettings(env: NodeJS.ProcessEnv, cwd: string): Settings {
  const port = portFrom("PORT", env["PORT"]) ?? DEFAULT_PORT;
  const portBase =
    portFrom("PORT_BASE", env["PORT_BASE"]) ?? (port === DEFAULT_PORT ? DEFAULT_PORT_BASE : undefined);
  if (portBase !== undefined) {
    const last = portBase + STAND_INS - 1;
    if (last > 65_535)
      throw new SettingsError(`PORT_BASE ${portBase} terlalu besar: butuh ${STAND_INS} port`);
    if (port >= portBase && port <= last) {
      throw new SettingsError(
        `PORT ${port} bertabrakan dengan PORT_BASE: ${portBase} sampai ${last} dipakai awan lokal`,
      );
    }
  }
  const databaseUrl = env["DATABASE_URL"] || undefined;
  if (databaseUrl && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new SettingsError("DATABASE_URL harus berbentuk postgres://pengguna@host:5432/database");
  }
  for (const [name, url] of [
    ["DATABASE_URL", databaseUrl],
    ["REDIS_URL", env["REDIS_URL"]],
  ] as const) {
    // The local biller would "deliver" what waits in a real database.
    const host = url && URL.canParse(url) ? new URL(url).hostname : "";
    // No host means the local socket.
    if (host && !isLoopbackHost(host)) {
      throw new SettingsError(`${name} menunjuk ${host}: awan lokal hanya memakai server di mesin ini`);
    }
  }
  const kept = ["SALDO_UJI", "RATE_LIMITS", "ACCESS_TOKEN_EXPIRE_MINUTES", "BCRYPT_COST"].flatMap((name) =>
    env[name] ? [[name, env[name]] as const] : [],
  );
  return {
    port,
    portBase,
    dataDir: resolve(cwd, env["DATA_DIR"] || ".local"),
    databaseUrl,
    redisUrl: env["REDIS_URL"] || undefined,
    workerEnv: Object.fromEntries(kept),
  };
}

function portFrom(name: string, value: string | undefined): number | undefined {
  if (!value) return undefined;
  if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65_535) {
    throw new SettingsError(`${name} harus nomor port, bukan "${value}"`);
  }
  return Number(value);
}

/** Where things lie in the data directory. */
export const dataPaths = (dataDir: string) => ({
  postgres: join(dataDir, "postgres"),
  billerBook: join(dataDir, "digiflazz.jsonl"),
  phones: join(dataDir, "whapi.jsonl"),
  worker: join(dataDir, "worker"),
});
