import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { LOCAL_API_KEY, LOCAL_USERNAME, LOCAL_WEBHOOK_SECRET } from "../digiflazz/server.ts";
import { LOCAL_SECRETS } from "../local-secrets.ts";
import { QSTASH_DEV } from "../qstash/signing.ts";
import { LOCAL_REDIS_TOKEN } from "../redis/redis.ts";
import { readSettings, SettingsError } from "../settings.ts";
import { LOCAL_WHAPI_TOKEN } from "../whapi/server.ts";

/** The Worker's environment, as texts. */
export type Variables = Record<string, string>;

/** What is examined. */
export interface Subject {
  /** For the headline. */
  name: string;
  /** The local cloud, which `npm run dev` starts. */
  isLocalCloud: boolean;
  variables: Variables;
}

const DEFAULT_FILE = ".dev.vars";

/** Any of these means that somebody has configured something; the others have another meaning for `npm run dev`. */
const TELLTALE = ["PUBLIC_URL", "UPSTASH_REDIS_REST_URL", "QSTASH_URL", "BILLER_BASE_URL", "WHAPI_BASE_URL"];

/**
 * Whom to examine: what `file` says over `env`, or else the local cloud at the ports that `env` names. Throws
 * `SettingsError` when the file cannot be read or the ports are not known.
 */
export function findSubject(file: string | undefined, env: NodeJS.ProcessEnv): Subject {
  const found = file ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  const variables: Variables = {};
  for (const [name, value] of Object.entries({ ...env, ...(found && readVariables(found)) }))
    if (value !== undefined) variables[name] = value;
  if (found) return { name: `konfigurasi di ${found}`, isLocalCloud: false, variables };
  if (TELLTALE.some((name) => variables[name]))
    return { name: "konfigurasi di lingkungan (environment)", isLocalCloud: false, variables };
  const { port, portBase } = readSettings(env, ".");
  if (portBase === undefined)
    throw new SettingsError(
      "dengan PORT lain, port awan lokal tidak tetap: sebutkan PORT_BASE, juga untuk npm run dev",
    );
  return {
    name: `awan lokal di http://127.0.0.1:${port}`,
    isLocalCloud: true,
    variables: localVariables(port, portBase),
  };
}

function readVariables(file: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(file, "utf8"));
  } catch (error) {
    throw new SettingsError(`${file} tidak dapat dibaca: ${(error as Error).message}`);
  }
}

/** What `npm run dev` tells the Worker, as far as it matters from outside. */
export function localVariables(port: number, portBase: number): Variables {
  const [redis, qstash, neon, digiflazz, whapi] = Array.from(
    { length: 5 },
    (_, offset) => `127.0.0.1:${portBase + offset}`,
  );
  return {
    APP_ENV: "local",
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: `postgres://satupintu_app:lokal@${neon}/satupintu`,
    UPSTASH_REDIS_REST_URL: `http://${redis}`,
    UPSTASH_REDIS_REST_TOKEN: LOCAL_REDIS_TOKEN,
    QSTASH_URL: `http://${qstash}`,
    QSTASH_TOKEN: QSTASH_DEV.token,
    QSTASH_CURRENT_SIGNING_KEY: QSTASH_DEV.currentSigningKey,
    QSTASH_NEXT_SIGNING_KEY: QSTASH_DEV.nextSigningKey,
    BILLER_BASE_URL: `http://${digiflazz}/v1`,
    BILLER_USERNAME: LOCAL_USERNAME,
    BILLER_API_KEY: LOCAL_API_KEY,
    BILLER_WEBHOOK_SECRET: LOCAL_WEBHOOK_SECRET,
    WHAPI_BASE_URL: `http://${whapi}`,
    WHAPI_TOKEN: LOCAL_WHAPI_TOKEN,
    ...LOCAL_SECRETS,
  };
}

/** Values shorter than this are words, and may stand in any sentence. */
const SHORTEST_SECRET = 5;

/** Takes everything secret out of a text, however it came there. */
export function concealer(variables: Variables): (text: string) => string {
  const secrets = Object.entries(variables)
    .filter(([name]) => /KEY|TOKEN|SECRET|PASSWORD/.test(name))
    .flatMap(([, value]) => [value, ...value.split(/[,:]/)]);
  const database = variables["DATABASE_URL"] ?? "";
  secrets.push(database);
  for (const value of Object.values(variables)) {
    const { password = "" } = URL.parse(value) ?? {};
    secrets.push(password, decoded(password));
  }
  const hidden = secrets.filter((value) => value.length >= SHORTEST_SECRET);
  // The longest first: one may be part of another.
  hidden.sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((left, value) => left.replaceAll(value, "•••"), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
