import { Buffer } from "node:buffer";
import { z } from "zod";
import type { Secrets } from "./platform/auth/tokens.ts";
import type { SealKeys } from "./platform/crypto/seal.ts";
import { isLoopback } from "./platform/db/database.ts";

/** Everything the Worker needs to know, read once. Durations are in seconds, money in whole rupiah. */
export interface Config {
  local: boolean;
  /** Origin under which vendors call us back, without a trailing slash. */
  publicUrl: string;
  databaseUrl: string;
  sealKeys: SealKeys;
  /** Test balance of a local registration that names none. Production has no such thing. */
  testBalance: bigint;
  strictRateLimits: boolean;
  /** Days after which applicants who were turned away are erased. */
  rejectedDays: number;
  redis: { url: string; token: string };
  akun: {
    /** The first one signs, all of them verify. */
    signingSecrets: Secrets;
    accessTokenSeconds: number;
    bcryptCost: number;
    /** Lets the first admin in; without it nobody can become that. Local development needs none. */
    bootstrapToken: string | undefined;
  };
  queue: { url: string; token: string; currentSigningKey: string; nextSigningKey: string };
  biller: {
    baseUrl: string;
    username: string;
    apiKey: string;
    webhookSecret: string;
    timeoutSeconds: number;
    /** Digiflazz asks for at least 60 s between two questions about one `ref_id`. */
    recheckSeconds: number;
    /** What the relay at `baseUrl` is shown, where there is one. */
    relaySecret: string | undefined;
  };
  whapi: {
    baseUrl: string;
    token: string;
    /** What Whapi's webhook shows; local development may go without, and then takes anybody's. */
    webhookSecret: string | undefined;
    /** The most messages that leave in a second. */
    perSecond: number;
    /** Days after which a silent conversation is deleted. */
    chatDays: number;
  };
  deposit: {
    /** Where resellers transfer to, as they read it. */
    rekening: string | undefined;
    /** What reports of our bank account are signed with; without it none is taken. */
    bankWebhookSecret: string | undefined;
  };
}

/** What wrangler hands the Worker: texts, and bindings that are not ours to parse. */
export type Env = Record<string, unknown>;

/** Names every missing or weak variable at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const secret = z
  .string()
  .refine((text) => text.length >= 16 && new Set(text).size >= 8, "minimal 16 karakter, tidak mudah ditebak");
/** RFC 7518 §3.2: a key of HS256 has at least 256 bits. */
const signingKey = secret.refine((text) => Buffer.byteLength(text) >= 32, "minimal 32 byte");
const headerSecret = signingKey.regex(/^[\x21-\x7e]{1,200}$/, "ASCII tanpa spasi, maksimal 200 karakter");
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, ""));
/** Scheme, host and port, normalised: signatures are compared with it letter by letter. */
const origin = z
  .string()
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""), "harus http atau https")
  .transform((text) => new URL(text))
  .refine(({ href, origin: own }) => href === `${own}/`, "hanya asal, misalnya https://pintu.example")
  .transform((url) => url.origin);
const whole = (unit: string, digits = 5) =>
  z
    .string()
    .regex(/^[1-9]\d*$/, `bilangan bulat positif, ${unit}`)
    .max(digits, `paling banyak ${digits} angka`)
    .transform(Number);
const seconds = whole("detik");

const variables = z.object({
  APP_ENV: z.enum(["local", "production"]).default("production"),
  PUBLIC_URL: origin,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATA_KEY: z
    .string()
    .regex(/^\d+:[0-9a-f]{64}(,\d+:[0-9a-f]{64})*$/, "bentuknya <versi>:<64 hex>, yang berlaku paling depan")
    .transform(toSealKeys)
    // Of two keys with one version the second would never open anything.
    .refine(
      (keys) => new Set(keys.map(({ version }) => version)).size === keys.length,
      "versi kunci berulang",
    ),
  SALDO_UJI: z
    .string()
    .regex(/^\d{1,12}$/, "rupiah bulat")
    .default("1000000")
    .transform(BigInt),
  RETENSI_DITOLAK_HARI: whole("hari", 4).default(90),
  SECRET_KEY: signingKey,
  SECRET_KEY_PREVIOUS: signingKey.optional(),
  ALGORITHM: z.literal("HS256", "hanya HS256").default("HS256"),
  ACCESS_TOKEN_EXPIRE_MINUTES: whole("menit").default(60),
  BCRYPT_COST: z
    .string()
    .regex(/^([4-9]|1[0-4])$/, "bilangan bulat 4 sampai 14")
    .transform(Number)
    .default(10),
  BOOTSTRAP_TOKEN: signingKey.max(200, "maksimal 200 karakter").optional(),
  UPSTASH_REDIS_REST_URL: httpUrl,
  UPSTASH_REDIS_REST_TOKEN: secret,
  RATE_LIMITS: z.enum(["strict", "wide"]).optional(),
  QSTASH_URL: httpUrl,
  QSTASH_TOKEN: secret,
  QSTASH_CURRENT_SIGNING_KEY: secret,
  QSTASH_NEXT_SIGNING_KEY: secret,
  BILLER_BASE_URL: httpUrl,
  BILLER_USERNAME: z.string().min(1),
  BILLER_API_KEY: secret,
  BILLER_WEBHOOK_SECRET: secret,
  BILLER_TIMEOUT_SECONDS: seconds
    .refine((value) => value <= 35, "paling lama 35: sebuah klaim harus lebih panjang")
    .default(30),
  BILLER_RECHECK_SECONDS: seconds.default(60),
  BILLER_RELAY_SECRET: headerSecret.optional(),
  WHAPI_BASE_URL: httpUrl,
  WHAPI_TOKEN: secret,
  WHAPI_WEBHOOK_SECRET: headerSecret.optional(),
  WHAPI_PER_SECOND: whole("pesan per detik", 4).default(5),
  RETENSI_CHAT_HARI: whole("hari", 4).default(365),
  REKENING_DEPOSIT: z.string().trim().min(1).max(200, "maksimal 200 karakter").optional(),
  BANK_WEBHOOK_SECRET: secret.optional(),
});

function toSealKeys(text: string): SealKeys {
  return text.split(",").map((entry) => {
    const [version = "", hex = ""] = entry.split(":");
    return { version: Number(version), hex };
  });
}

type Variables = z.output<typeof variables>;

/**
 * Reads the environment. Throws one `ConfigError` that names every missing, malformed or weak variable;
 * in production also every value that belongs to local development, whose secrets are public.
 */
export function readConfig(env: Env): Config {
  const parsed = variables.safeParse(env);
  const problems = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const name = String(path[0]);
    return env[name] === undefined ? `${name}: belum diisi` : `${name}: ${message}`;
  });
  problems.push(...(env["APP_ENV"] === "local" ? beyondThisMachine(env) : unfitForProduction(env)));
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(
      `Konfigurasi belum siap:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
  return toConfig(parsed.data);
}

function toConfig(values: Variables): Config {
  return {
    local: values.APP_ENV === "local",
    publicUrl: values.PUBLIC_URL,
    databaseUrl: values.DATABASE_URL,
    sealKeys: values.DATA_KEY,
    testBalance: values.SALDO_UJI,
    strictRateLimits: (values.RATE_LIMITS ?? (values.APP_ENV === "local" ? "wide" : "strict")) === "strict",
    rejectedDays: values.RETENSI_DITOLAK_HARI,
    redis: { url: values.UPSTASH_REDIS_REST_URL, token: values.UPSTASH_REDIS_REST_TOKEN },
    akun: {
      signingSecrets: [
        values.SECRET_KEY,
        ...(values.SECRET_KEY_PREVIOUS ? [values.SECRET_KEY_PREVIOUS] : []),
      ],
      accessTokenSeconds: values.ACCESS_TOKEN_EXPIRE_MINUTES * 60,
      bcryptCost: values.BCRYPT_COST,
      bootstrapToken: values.BOOTSTRAP_TOKEN,
    },
    queue: {
      url: values.QSTASH_URL,
      token: values.QSTASH_TOKEN,
      currentSigningKey: values.QSTASH_CURRENT_SIGNING_KEY,
      nextSigningKey: values.QSTASH_NEXT_SIGNING_KEY,
    },
    biller: {
      baseUrl: values.BILLER_BASE_URL,
      username: values.BILLER_USERNAME,
      apiKey: values.BILLER_API_KEY,
      webhookSecret: values.BILLER_WEBHOOK_SECRET,
      timeoutSeconds: values.BILLER_TIMEOUT_SECONDS,
      recheckSeconds: values.BILLER_RECHECK_SECONDS,
      relaySecret: values.BILLER_RELAY_SECRET,
    },
    whapi: {
      baseUrl: values.WHAPI_BASE_URL,
      token: values.WHAPI_TOKEN,
      webhookSecret: values.WHAPI_WEBHOOK_SECRET,
      perSecond: values.WHAPI_PER_SECOND,
      chatDays: values.RETENSI_CHAT_HARI,
    },
    deposit: { rekening: values.REKENING_DEPOSIT, bankWebhookSecret: values.BANK_WEBHOOK_SECRET },
  };
}

/** The public signing keys and token of `qstash dev`: whoever knows the documentation could forge deliveries. */
const QSTASH_DEV_MARKS = [
  "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r",
  "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs",
  "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIs",
];

/** Every variable that says by its name that nobody else may know it, but for the keys of the data, which are many. */
const SECRETS = variables
  .keyof()
  .options.filter((name) => /_(KEY|KEY_PREVIOUS|SECRET|TOKEN)$/.test(name) && name !== "DATA_KEY");

/** What its owner makes up, and might make up badly. */
const MADE_UP = SECRETS.filter((name) =>
  /^(SECRET_KEY|BOOTSTRAP|BILLER_RELAY|WHAPI_WEBHOOK|BANK_WEBHOOK)/.test(name),
);
const SAMPLE_WORDS = /change|your|secret|replace|example|rahasia|contoh|\s/i;

const ADDRESSES = [
  "PUBLIC_URL",
  "DATABASE_URL",
  "UPSTASH_REDIS_REST_URL",
  "QSTASH_URL",
  "BILLER_BASE_URL",
  "WHAPI_BASE_URL",
];

/** What local development may not reach: it trusts test balances and public secrets. */
function beyondThisMachine(env: Env): string[] {
  return ADDRESSES.filter((name) => {
    const url = textOf(env, name);
    return URL.canParse(url) && !isLoopback(new URL(url).hostname);
  }).map((name) => `${name}: APP_ENV=local hanya memakai alamat di mesin ini`);
}

/** Raw texts, so that these checks have their say also while other variables are missing or malformed. */
function textOf(env: Env, name: string): string {
  const value = env[name];
  return typeof value === "string" ? value : "";
}

function unfitForProduction(env: Env): string[] {
  const problems: string[] = [];
  const text = (name: string) => textOf(env, name);
  for (const name of ADDRESSES) {
    if (!URL.canParse(text(name))) continue;
    const { hostname, protocol, username, password, searchParams } = new URL(text(name));
    // A public name has a dot in it; addresses and bare names lead nowhere but nearby.
    const isPublicName = /[a-z]/i.test(hostname) && /[^.]\.[^.]/.test(hostname) && !hostname.startsWith("[");
    if (!isPublicName) problems.push(`${name}: alamat lokal tidak berlaku di produksi`);
    else if (protocol === "http:") problems.push(`${name}: harus https di produksi`);
    if (name === "DATABASE_URL" && username !== "satupintu_app") {
      problems.push("DATABASE_URL: harus masuk sebagai satupintu_app, bukan pemilik");
    } else if (name === "DATABASE_URL" && (!password || searchParams.has("options"))) {
      // Settings of the session could name anybody as the principal.
      problems.push("DATABASE_URL: harus dengan kata sandi, dan tanpa options");
    }
  }
  for (const name of SECRETS) {
    if (["lokal", ...QSTASH_DEV_MARKS].some((mark) => text(name).includes(mark))) {
      problems.push(`${name}: nilai untuk pengembangan lokal tidak berlaku di produksi`);
    }
  }
  for (const name of MADE_UP) {
    // Of 32 random hex digits ten or more are different (but once in ten thousand); a typed text has fewer.
    if (text(name) && (new Set(text(name)).size < 10 || SAMPLE_WORDS.test(text(name))))
      problems.push(`${name}: terlalu lemah, buat dengan \`openssl rand -hex 32\``);
  }
  const dataKeys = [...text("DATA_KEY").matchAll(/:([0-9a-f]{64})/g)].map(([, hex = ""]) => hex);
  for (const name of SECRETS) {
    const others = [...SECRETS.filter((other) => other !== name).map(text), ...dataKeys];
    if (text(name) && others.includes(text(name)))
      problems.push(`${name}: sama dengan kunci lain, masing-masing harus berbeda`);
  }
  for (const hex of dataKeys) {
    // A random key of 32 bytes has fewer than 16 distinct ones about never; a typed or repeated one does.
    if (new Set(hex.match(/../g)).size < 16)
      problems.push("DATA_KEY: terlalu lemah, buat dengan `openssl rand -hex 32`");
  }
  if (Number(env["BILLER_RECHECK_SECONDS"] ?? 60) < 60)
    problems.push("BILLER_RECHECK_SECONDS: minimal 60 di produksi");
  // Whapi signs nothing: without the secret anybody could write as any customer.
  if (!text("WHAPI_WEBHOOK_SECRET")) problems.push("WHAPI_WEBHOOK_SECRET: belum diisi");
  if (Number(env["BCRYPT_COST"] ?? 10) < 10) problems.push("BCRYPT_COST: minimal 10 di produksi");
  return problems;
}
