import { describe, expect, test } from "vitest";
import { LOCAL_SECRETS } from "../dev/local-secrets.ts";
import { LOCAL_API_KEY, LOCAL_USERNAME, LOCAL_WEBHOOK_SECRET } from "../dev/digiflazz/server.ts";
import { LOCAL_REDIS_TOKEN } from "../dev/redis/redis.ts";
import { QSTASH_DEV } from "../dev/qstash/signing.ts";
import { LOCAL_WHAPI_TOKEN } from "../dev/whapi/server.ts";
import { ConfigError, readConfig, type Env } from "../src/config.ts";

const KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const OLD_KEY = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752";

const KEY_OF_ITS_OWN = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

const PRODUCTION: Record<string, string> = {
  PUBLIC_URL: "https://pintu.example.com/",
  DATABASE_URL:
    "postgresql://satupintu_app:npg_x7Kq2@ep-a-b-123456-pooler.ap-southeast-1.aws.neon.tech/neondb",
  DATA_KEY: `2:${KEY},1:${OLD_KEY}`,
  SECRET_KEY: "4b1fd1d6a2a8c6f3b9d07c55e1f2a3948c7e6d5f4a3b2c1d0e9f8a7b6c5d4e3f",
  UPSTASH_REDIS_REST_URL: "https://apn1-merry-cat-12345.upstash.io",
  UPSTASH_REDIS_REST_TOKEN: "AX3sASQgN2M4ZTY1YzQtYjQ1NC00",
  QSTASH_URL: "https://qstash.upstash.io",
  QSTASH_TOKEN: "eyJVc2VySUQiOiI0ZjE3YzQifQ==",
  QSTASH_CURRENT_SIGNING_KEY: "sig_4cV9vGgUwRu8sQ2f7nXhLmZbKtPy",
  QSTASH_NEXT_SIGNING_KEY: "sig_6bN3kQwZx1pTd8rVhJmYcFgLsA2e",
  BILLER_BASE_URL: "https://relay.pintu.example.com/v1",
  BILLER_USERNAME: "satupintu",
  BILLER_API_KEY: "3f1c9a7e-5b2d-4c8f",
  BILLER_WEBHOOK_SECRET: "wh-8c1d5e9f2a7b4c6d",
  WHAPI_BASE_URL: "https://gate.whapi.cloud/",
  WHAPI_TOKEN: "jV7dYtq0PwZsK3mXhR9bLc2N",
  WHAPI_WEBHOOK_SECRET: "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592",
};
const LOCAL: Record<string, string> = {
  ...PRODUCTION,
  ...LOCAL_SECRETS,
  APP_ENV: "local",
  PUBLIC_URL: "http://127.0.0.1:8000",
  DATABASE_URL: "postgres://satupintu_app:lokal@127.0.0.1:8081/satupintu",
  UPSTASH_REDIS_REST_URL: "http://127.0.0.1:8079",
  QSTASH_URL: QSTASH_DEV.url,
  BILLER_BASE_URL: "http://127.0.0.1:8082/v1",
  WHAPI_BASE_URL: "http://127.0.0.1:8083",
};

/** A second good key. */
const OLD_SECRET = "c0ffee51d6a2a8c6f3b9d07c55e1f2a3948c7e6d5f4a3b2c1d0e9f8a7b6c5d4e";

/** The variables that a refusal names; none when the configuration is taken. */
function refused(env: Env): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [...error.message.matchAll(/^ {2}- (\w+): (.+)$/gm)].map(([, name = ""]) => name);
  }
}

const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(PRODUCTION).filter(([name]) => !names.includes(name)));

test("a good production configuration passes", () => {
  expect(readConfig(PRODUCTION)).toEqual({
    local: false,
    publicUrl: "https://pintu.example.com",
    databaseUrl: PRODUCTION["DATABASE_URL"],
    sealKeys: [
      { version: 2, hex: KEY },
      { version: 1, hex: OLD_KEY },
    ],
    testBalance: 1_000_000n,
    strictRateLimits: true,
    rejectedDays: 90,
    redis: {
      url: "https://apn1-merry-cat-12345.upstash.io",
      token: PRODUCTION["UPSTASH_REDIS_REST_TOKEN"],
    },
    akun: {
      signingSecrets: [PRODUCTION["SECRET_KEY"]],
      accessTokenSeconds: 3_600,
      bcryptCost: 10,
      bootstrapToken: undefined,
    },
    queue: {
      url: "https://qstash.upstash.io",
      token: PRODUCTION["QSTASH_TOKEN"],
      currentSigningKey: PRODUCTION["QSTASH_CURRENT_SIGNING_KEY"],
      nextSigningKey: PRODUCTION["QSTASH_NEXT_SIGNING_KEY"],
    },
    biller: {
      baseUrl: "https://relay.pintu.example.com/v1",
      username: "satupintu",
      apiKey: PRODUCTION["BILLER_API_KEY"],
      webhookSecret: PRODUCTION["BILLER_WEBHOOK_SECRET"],
      timeoutSeconds: 30,
      recheckSeconds: 60,
      relaySecret: undefined,
    },
    deposit: { rekening: undefined, bankWebhookSecret: undefined },
    whapi: {
      baseUrl: "https://gate.whapi.cloud",
      token: PRODUCTION["WHAPI_TOKEN"],
      webhookSecret: PRODUCTION["WHAPI_WEBHOOK_SECRET"],
      perSecond: 5,
      chatDays: 365,
    },
  });
});

test("where deposits go, and who tells of them, is told when it is", () => {
  const REKENING_DEPOSIT = " BCA 0123456789 a.n. PT Satu Pintu ";
  const told = readConfig({ ...PRODUCTION, REKENING_DEPOSIT, BANK_WEBHOOK_SECRET: KEY_OF_ITS_OWN });
  expect(told.deposit).toEqual({ rekening: REKENING_DEPOSIT.trim(), bankWebhookSecret: KEY_OF_ITS_OWN });
});

test("what the WhatsApp door may be told, it is told", () => {
  const env = { ...PRODUCTION, WHAPI_PER_SECOND: "1", RETENSI_CHAT_HARI: "30" };
  expect(readConfig(env).whapi).toMatchObject({ perSecond: 1, chatDays: 30 });
  const most = { ...PRODUCTION, WHAPI_PER_SECOND: "9999", RETENSI_CHAT_HARI: "9999" };
  expect(readConfig(most).whapi).toMatchObject({ perSecond: 9_999, chatDays: 9_999 });
});

test("the relay of the biller is shown a secret where there is one", () => {
  expect(readConfig({ ...PRODUCTION, BILLER_RELAY_SECRET: KEY_OF_ITS_OWN }).biller.relaySecret).toBe(
    KEY_OF_ITS_OWN,
  );
  const same = PRODUCTION["WHAPI_WEBHOOK_SECRET"];
  expect(refused({ ...PRODUCTION, BILLER_RELAY_SECRET: same })).toEqual([
    "BILLER_RELAY_SECRET",
    "WHAPI_WEBHOOK_SECRET",
  ]);
});

test("the secret of the WhatsApp webhook may be missing locally, where anybody may call, and nowhere else", () => {
  const { WHAPI_WEBHOOK_SECRET: _, ...open } = LOCAL;
  expect(readConfig(open).whapi.webhookSecret).toBeUndefined();
  for (const APP_ENV of ["production", undefined]) {
    const env = { ...without("WHAPI_WEBHOOK_SECRET"), APP_ENV };
    expect(() => readConfig(env)).toThrow("WHAPI_WEBHOOK_SECRET: belum diisi");
    expect(refused({ ...PRODUCTION, APP_ENV, WHAPI_WEBHOOK_SECRET: "" })).toContain("WHAPI_WEBHOOK_SECRET");
  }
});

test("what the accounts door may be told, it is told", () => {
  const env = {
    ...PRODUCTION,
    SECRET_KEY_PREVIOUS: OLD_SECRET,
    ALGORITHM: "HS256",
    // Document 003 prints this one.
    ACCESS_TOKEN_EXPIRE_MINUTES: "60000",
    BCRYPT_COST: "12",
    BOOTSTRAP_TOKEN: KEY_OF_ITS_OWN,
  };
  expect(readConfig(env).akun).toEqual({
    signingSecrets: [PRODUCTION["SECRET_KEY"], OLD_SECRET],
    accessTokenSeconds: 3_600_000,
    bcryptCost: 12,
    bootstrapToken: KEY_OF_ITS_OWN,
  });
});

test("what is no text of ours does not disturb it", () => {
  expect(refused({ ...PRODUCTION, BROAD_LIMIT: { limit: () => {} }, LAIN: "lokal", ASSETS: null })).toEqual(
    [],
  );
});

describe("missing variables", () => {
  test("are named all at once", () => {
    const required = Object.keys(PRODUCTION);
    expect(refused({}).sort()).toEqual([...required].sort());
    // Locally the webhook of WhatsApp may be open.
    const locally = required.filter((name) => name !== "WHAPI_WEBHOOK_SECRET");
    expect(refused({ APP_ENV: "local" }).sort()).toEqual(locally.sort());
  });

  test.each(Object.keys(PRODUCTION))("%s alone is named", (name) => {
    expect(refused(without(name))).toEqual([name]);
    expect(() => readConfig(without(name))).toThrow(`${name}: belum diisi`);
  });

  test("are named together with malformed and local ones", () => {
    const env = {
      ...without("QSTASH_TOKEN"),
      BILLER_API_KEY: "pendek",
      PUBLIC_URL: "http://127.0.0.1:8000",
      BILLER_RECHECK_SECONDS: "5",
    };
    expect(refused(env).sort()).toEqual([
      "BILLER_API_KEY",
      "BILLER_RECHECK_SECONDS",
      "PUBLIC_URL",
      "QSTASH_TOKEN",
    ]);
  });
});

describe("a malformed variable is refused everywhere", () => {
  test.each([
    ["APP_ENV", "staging"],
    ["APP_ENV", ""],
    ["PUBLIC_URL", "pintu.example.com"],
    ["PUBLIC_URL", "ftp://pintu.example.com"],
    ["PUBLIC_URL", ""],
    ["DATABASE_URL", "mysql://a:b@c/d"],
    ["DATABASE_URL", "neondb"],
    ["DATA_KEY", KEY],
    ["DATA_KEY", `1:${KEY.slice(2)}`],
    ["DATA_KEY", `1:${KEY.toUpperCase()}`],
    ["DATA_KEY", `1:${KEY},`],
    ["DATA_KEY", `1:${KEY} `],
    ["DATA_KEY", `1:${KEY},1:${OLD_KEY}`],
    ["DATA_KEY", `1:${KEY},01:${OLD_KEY}`],
    ["SALDO_UJI", "-1"],
    ["SALDO_UJI", "1.5"],
    ["SALDO_UJI", "1e6"],
    ["SALDO_UJI", "1".repeat(13)],
    ["RATE_LIMITS", "off"],
    ["QSTASH_TOKEN", "x".repeat(15)],
    ["QSTASH_CURRENT_SIGNING_KEY", ""],
    ["QSTASH_NEXT_SIGNING_KEY", "x".repeat(15)],
    ["QSTASH_URL", "qstash.upstash.io"],
    ["BILLER_USERNAME", ""],
    ["BILLER_API_KEY", "x".repeat(15)],
    ["BILLER_WEBHOOK_SECRET", "x".repeat(15)],
    ["BILLER_TIMEOUT_SECONDS", "30s"],
    ["BILLER_TIMEOUT_SECONDS", "-1"],
    ["BILLER_TIMEOUT_SECONDS", "36"],
    ["BILLER_API_KEY", "a".repeat(40)],
    ["REKENING_DEPOSIT", " "],
    ["REKENING_DEPOSIT", "x".repeat(201)],
    ["BANK_WEBHOOK_SECRET", "pendek"],
    ["BILLER_RELAY_SECRET", ""],
    ["BILLER_RELAY_SECRET", "x1y2z3a4b5c6d7e8f9g0h1i2j3k4l5m"],
    ["BILLER_RELAY_SECRET", "x".repeat(64)],
    ["BILLER_RELAY_SECRET", `${KEY_OF_ITS_OWN.slice(0, 40)} ${KEY_OF_ITS_OWN.slice(40)}`],
    ["BILLER_RELAY_SECRET", `${KEY_OF_ITS_OWN}\u00E9`],
    ["BILLER_RELAY_SECRET", `${KEY_OF_ITS_OWN}\n`],
    ["SECRET_KEY", ""],
    ["SECRET_KEY", "secret"],
    ["SECRET_KEY", "undefined"],
    ["SECRET_KEY", "null"],
    ["SECRET_KEY", "your-super-secret-key-here"],
    ["SECRET_KEY", "your_secret_key"],
    ["SECRET_KEY", "a".repeat(64)],
    ["SECRET_KEY", "ab".repeat(32)],
    ["SECRET_KEY", "1234567".repeat(10)],
    ["SECRET_KEY", "x1y2z3a4b5c6d7e8f9g0h1i2j3k4l5m"],
    ["SECRET_KEY_PREVIOUS", ""],
    ["SECRET_KEY_PREVIOUS", "your_secret_key"],
    ["SECRET_KEY_PREVIOUS", "a".repeat(64)],
    ["ALGORITHM", "none"],
    ["ALGORITHM", "hs256"],
    ["ALGORITHM", "HS512"],
    ["ALGORITHM", "RS256"],
    ["ALGORITHM", ""],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "0"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "-1"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "1.5"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "60m"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "1e3"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "100000"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", ""],
    ["BCRYPT_COST", "3"],
    ["BCRYPT_COST", "15"],
    ["BCRYPT_COST", "31"],
    ["BCRYPT_COST", "10.5"],
    ["BCRYPT_COST", "010"],
    ["BCRYPT_COST", ""],
    ["BOOTSTRAP_TOKEN", ""],
    ["BOOTSTRAP_TOKEN", "x".repeat(31)],
    ["BOOTSTRAP_TOKEN", "x".repeat(64)],
    ["BOOTSTRAP_TOKEN", "undefined"],
    ["UPSTASH_REDIS_REST_URL", "rediss://default:x@apn1-merry-cat-12345.upstash.io:6379"],
    ["UPSTASH_REDIS_REST_URL", "apn1-merry-cat-12345.upstash.io"],
    ["UPSTASH_REDIS_REST_URL", ""],
    ["UPSTASH_REDIS_REST_TOKEN", ""],
    ["UPSTASH_REDIS_REST_TOKEN", "x".repeat(40)],
    ["UPSTASH_REDIS_REST_TOKEN", "AX3sASQgN2M4"],
    ["WHAPI_BASE_URL", "gate.whapi.cloud"],
    ["WHAPI_BASE_URL", "ftp://gate.whapi.cloud"],
    ["WHAPI_BASE_URL", ""],
    ["WHAPI_TOKEN", ""],
    ["WHAPI_TOKEN", "x1y2z3a4b5c6d7e"],
    ["WHAPI_TOKEN", "x".repeat(40)],
    ["WHAPI_WEBHOOK_SECRET", ""],
    ["WHAPI_WEBHOOK_SECRET", "x1y2z3a4b5c6d7e"],
    ["WHAPI_WEBHOOK_SECRET", "x".repeat(64)],
    ["WHAPI_WEBHOOK_SECRET", "undefined"],
    ["WHAPI_PER_SECOND", "0"],
    ["WHAPI_PER_SECOND", "-5"],
    ["WHAPI_PER_SECOND", "0.5"],
    ["WHAPI_PER_SECOND", "1e3"],
    ["WHAPI_PER_SECOND", "10000"],
    ["WHAPI_PER_SECOND", ""],
    ["RETENSI_CHAT_HARI", "0"],
    ["RETENSI_CHAT_HARI", "-1"],
    ["RETENSI_CHAT_HARI", "1.5"],
    ["RETENSI_CHAT_HARI", "365d"],
    ["RETENSI_CHAT_HARI", "10000"],
    ["RETENSI_CHAT_HARI", ""],
    ["BILLER_RECHECK_SECONDS", "1e3"],
    ["BILLER_RECHECK_SECONDS", "999999"],
  ])("%s=%s", (name, value) => {
    expect(new Set(refused({ ...PRODUCTION, [name]: value }))).toEqual(new Set([name]));
    expect(new Set(refused({ ...LOCAL, [name]: value }))).toContain(name);
  });
});

describe("in production", () => {
  test.each([
    ["PUBLIC_URL", "https://localhost"],
    ["PUBLIC_URL", "https://127.0.0.1"],
    ["PUBLIC_URL", "https://127.1"],
    ["PUBLIC_URL", "https://[::1]"],
    ["DATABASE_URL", "postgres://a:b@127.0.0.1:8081/x"],
    ["DATABASE_URL", "postgres://a:b@localhost/x"],
    ["QSTASH_URL", QSTASH_DEV.url],
    ["BILLER_BASE_URL", "http://127.0.0.1:8082/v1"],
    ["QSTASH_TOKEN", QSTASH_DEV.token],
    ["QSTASH_CURRENT_SIGNING_KEY", QSTASH_DEV.currentSigningKey],
    ["QSTASH_NEXT_SIGNING_KEY", QSTASH_DEV.nextSigningKey],
    ["QSTASH_NEXT_SIGNING_KEY", QSTASH_DEV.currentSigningKey],
    ["BILLER_API_KEY", LOCAL_API_KEY],
    ["BILLER_WEBHOOK_SECRET", LOCAL_WEBHOOK_SECRET],
    ["BANK_WEBHOOK_SECRET", "lokal-1a2b3c4d5e6f7g8h9i0j-1a2b3c"],
    ["BANK_WEBHOOK_SECRET", "replace-this-before-going-live-0"],
    ["BILLER_RELAY_SECRET", "lokal-1a2b3c4d5e6f7g8h9i0j-1a2b3c"],
    ["BILLER_RELAY_SECRET", "abcdefghabcdefghabcdefghabcdefgh"],
    ["BILLER_RELAY_SECRET", "replace-this-before-going-live-0"],
    ["WHAPI_BASE_URL", "http://127.0.0.1:8083"],
    ["WHAPI_BASE_URL", "http://localhost:8083"],
    ["WHAPI_TOKEN", LOCAL_WHAPI_TOKEN],
    ["WHAPI_WEBHOOK_SECRET", "lokal-1a2b3c4d5e6f7g8h9i0j-1a2b3c"],
    // Of 16 characters, but eight different ones only: a person typed it.
    ["WHAPI_WEBHOOK_SECRET", "abcdefghabcdefghabcdefghabcdefgh"],
    ["WHAPI_WEBHOOK_SECRET", "replace-this-before-going-live-0"],
    ["DATA_KEY", LOCAL_SECRETS.DATA_KEY],
    ["DATA_KEY", `1:${"ab".repeat(32)}`],
    ["DATA_KEY", `1:${"0".repeat(64)}`],
    ["DATA_KEY", `1:${"0123456789abcdef".repeat(4)}`],
    ["DATA_KEY", `2:${KEY},1:${"00".repeat(32)}`],
    ["BILLER_RECHECK_SECONDS", "59"],
    ["SECRET_KEY", LOCAL_SECRETS.SECRET_KEY],
    ["SECRET_KEY_PREVIOUS", LOCAL_SECRETS.SECRET_KEY],
    ["BOOTSTRAP_TOKEN", "token-lokal-untuk-admin-yang-pertama"],
    ["UPSTASH_REDIS_REST_URL", "http://127.0.0.1:8079"],
    ["UPSTASH_REDIS_REST_TOKEN", LOCAL_REDIS_TOKEN],
    ["BCRYPT_COST", "4"],
    ["BCRYPT_COST", "9"],
  ])("%s=%s is refused, and taken locally", (name, value) => {
    expect(new Set(refused({ ...PRODUCTION, [name]: value }))).toEqual(new Set([name]));
    expect(refused({ ...LOCAL, [name]: value })).toEqual([]);
  });

  test.each([
    ["PUBLIC_URL", "http://pintu.example.com"],
    ["QSTASH_URL", "http://qstash.upstash.io"],
    ["BILLER_BASE_URL", "http://api.digiflazz.com/v1"],
    ["WHAPI_BASE_URL", "http://gate.whapi.cloud"],
    ["WHAPI_BASE_URL", "https://10.0.0.7"],
    ["UPSTASH_REDIS_REST_URL", "http://apn1-merry-cat-12345.upstash.io"],
    ["PUBLIC_URL", "https://0.0.0.0"],
    ["PUBLIC_URL", "https://localhost."],
    ["PUBLIC_URL", "https://[::ffff:127.0.0.1]"],
    ["DATABASE_URL", "postgres://neondb_owner:npg_x@ep-a.neon.tech/neondb"],
  ])("%s=%s is refused, and refused locally too", (name, value) => {
    expect(new Set(refused({ ...PRODUCTION, [name]: value }))).toEqual(new Set([name]));
    expect(new Set(refused({ ...LOCAL, [name]: value }))).toEqual(new Set([name]));
  });

  test.each([
    "https://pintu.example.com/jalan",
    "https://pintu.example.com/?x=1",
    "https://a:b@pintu.example.com",
  ])("PUBLIC_URL=%s is refused: it is an origin", (value) => {
    expect(new Set(refused({ ...PRODUCTION, PUBLIC_URL: value }))).toEqual(new Set(["PUBLIC_URL"]));
  });

  test("local development reaches nothing beyond this machine: test balances are for nobody else", () => {
    const addresses = [
      "PUBLIC_URL",
      "DATABASE_URL",
      "UPSTASH_REDIS_REST_URL",
      "QSTASH_URL",
      "BILLER_BASE_URL",
      "WHAPI_BASE_URL",
    ];
    expect(refused({ ...PRODUCTION, APP_ENV: "local" }).sort()).toEqual(addresses.sort());
    expect(refused(LOCAL)).toEqual([]);
  });

  test("everything of the local cloud is refused at once", () => {
    const local = {
      PUBLIC_URL: "http://127.0.0.1:8000",
      DATABASE_URL: "postgres://satupintu_app:lokal@127.0.0.1:8081/satupintu",
      UPSTASH_REDIS_REST_URL: "http://127.0.0.1:8079",
      UPSTASH_REDIS_REST_TOKEN: LOCAL_REDIS_TOKEN,
      BCRYPT_COST: "4",
      QSTASH_URL: QSTASH_DEV.url,
      QSTASH_TOKEN: QSTASH_DEV.token,
      QSTASH_CURRENT_SIGNING_KEY: QSTASH_DEV.currentSigningKey,
      QSTASH_NEXT_SIGNING_KEY: QSTASH_DEV.nextSigningKey,
      BILLER_BASE_URL: "http://127.0.0.1:8082/v1",
      BILLER_USERNAME: LOCAL_USERNAME,
      BILLER_API_KEY: LOCAL_API_KEY,
      BILLER_WEBHOOK_SECRET: LOCAL_WEBHOOK_SECRET,
      BILLER_RECHECK_SECONDS: "3",
      WHAPI_BASE_URL: "http://127.0.0.1:8083",
      WHAPI_TOKEN: LOCAL_WHAPI_TOKEN,
      ...LOCAL_SECRETS,
    };
    expect(refused({ ...local, APP_ENV: "local" })).toEqual([]);
    // The user name is no secret: a shop may well be called warunglokal.
    const { BILLER_USERNAME: _, ...unfit } = local;
    const missing = "WHAPI_WEBHOOK_SECRET";
    expect([...new Set(refused(local))].sort()).toEqual([...Object.keys(unfit), missing].sort());
  });

  test.each([
    ["BILLER_USERNAME", "warunglokal"],
    ["PUBLIC_URL", "https://produklokal.id"],
    ["DATABASE_URL", "postgres://satupintu_app:Xk29dlQm1@ep-lokal-1.neon.tech/x"],
  ])("%s=%s is taken: only secrets may not look local", (name, value) => {
    expect(refused({ ...PRODUCTION, [name]: value })).toEqual([]);
  });

  test.each(["0", "-1", "1.5", "soal"])("a timeout of %s seconds is refused everywhere", (value) => {
    for (const env of [PRODUCTION, LOCAL]) {
      expect(refused({ ...env, BILLER_TIMEOUT_SECONDS: value })).toEqual(["BILLER_TIMEOUT_SECONDS"]);
    }
  });

  test("is where we are unless something says otherwise", () => {
    expect(readConfig(PRODUCTION).local).toBe(false);
    expect(readConfig({ ...PRODUCTION, APP_ENV: "production" }).local).toBe(false);
    expect(readConfig(LOCAL).local).toBe(true);
  });

  test("a refusal never shows a value", () => {
    const secrets = {
      QSTASH_TOKEN: "rahasia-lokal-1a2b3c4d",
      BILLER_API_KEY: "rahasia",
      BILLER_RELAY_SECRET: "rahasia-perantara",
      DATA_KEY: `1:${"ab".repeat(32)}`,
      DATABASE_URL: "postgres://a:rahasia@127.0.0.1/x",
      SECRET_KEY: "rahasia-pendek",
      SECRET_KEY_PREVIOUS: "rahasia-lama",
      BOOTSTRAP_TOKEN: "rahasia-perdana",
      UPSTASH_REDIS_REST_TOKEN: "rahasia",
      WHAPI_TOKEN: "rahasia-whapi",
      WHAPI_WEBHOOK_SECRET: "rahasia-webhook",
    };
    for (const env of [
      { ...PRODUCTION, ...secrets },
      { ...LOCAL, ...secrets },
    ]) {
      expect(() => readConfig(env)).toThrow(ConfigError);
      expect(() => readConfig(env)).not.toThrow(/rahasia|abab/);
    }
  });
});

describe("the signing key", () => {
  test("is counted in bytes, 32 of them: a key of HS256 has no fewer", () => {
    const short = "k\u00E9y-0123456789abcdefghijklmnop";
    expect(Buffer.byteLength(short)).toBe(31);
    expect(refused({ ...PRODUCTION, SECRET_KEY: short })).toEqual(["SECRET_KEY"]);
    expect(refused({ ...PRODUCTION, SECRET_KEY: `${short}q` })).toEqual([]);
    expect(readConfig({ ...PRODUCTION, SECRET_KEY: `${short}q` }).akun.signingSecrets).toEqual([`${short}q`]);
  });

  test("takes what `openssl rand -hex 32` and `-base64 32` print", () => {
    for (const key of [KEY_OF_ITS_OWN, "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k="])
      expect(refused({ ...PRODUCTION, SECRET_KEY: key, SECRET_KEY_PREVIOUS: OLD_SECRET })).toEqual([]);
  });

  test("named twice rotates nothing, and a key that serves two purposes is refused wherever it stands", () => {
    const same = PRODUCTION["SECRET_KEY"];
    expect(refused({ ...PRODUCTION, SECRET_KEY_PREVIOUS: same })).toEqual([
      "SECRET_KEY",
      "SECRET_KEY_PREVIOUS",
    ]);
    expect(refused({ ...PRODUCTION, BOOTSTRAP_TOKEN: same })).toEqual(["SECRET_KEY", "BOOTSTRAP_TOKEN"]);
    expect(refused({ ...PRODUCTION, SECRET_KEY: KEY })).toEqual(["SECRET_KEY"]);
    expect(
      refused({ ...PRODUCTION, QSTASH_NEXT_SIGNING_KEY: PRODUCTION["QSTASH_CURRENT_SIGNING_KEY"] }),
    ).toEqual(["QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"]);
    const webhook = PRODUCTION["WHAPI_WEBHOOK_SECRET"];
    expect(refused({ ...PRODUCTION, WHAPI_TOKEN: webhook })).toEqual(["WHAPI_TOKEN", "WHAPI_WEBHOOK_SECRET"]);
    expect(refused({ ...PRODUCTION, WHAPI_WEBHOOK_SECRET: KEY })).toEqual(["WHAPI_WEBHOOK_SECRET"]);
  });

  test.each([
    "your-secret-key-change-in-production",
    "ganti-rahasia-ini-sebelum-produksi-ya",
    "abcdefghabcdefghabcdefghabcdefgh",
    `${" ".repeat(30)}abcdefghijkl`,
  ])("%j is no secret", (sample) => {
    for (const name of [
      "SECRET_KEY",
      "SECRET_KEY_PREVIOUS",
      "BOOTSTRAP_TOKEN",
      "BILLER_RELAY_SECRET",
      "WHAPI_WEBHOOK_SECRET",
    ])
      expect(refused({ ...PRODUCTION, [name]: sample })).toContain(name);
  });

  test("the database is entered with a password, and with no settings of its own", () => {
    const url = PRODUCTION["DATABASE_URL"] ?? "";
    expect(refused({ ...PRODUCTION, DATABASE_URL: url.replace(/:[^:@]+@/, "@") })).toEqual(["DATABASE_URL"]);
    const withOptions = `${url}?sslmode=require&options=-c%20app.peran%3Dadmin`;
    expect(refused({ ...PRODUCTION, DATABASE_URL: withOptions })).toEqual(["DATABASE_URL"]);
    expect(refused({ ...PRODUCTION, DATABASE_URL: `${url}?sslmode=require` })).toEqual([]);
  });

  test("is not asked for twice: optional ones stay away without a word", () => {
    for (const name of [
      "SECRET_KEY_PREVIOUS",
      "ALGORITHM",
      "ACCESS_TOKEN_EXPIRE_MINUTES",
      "BCRYPT_COST",
      "BOOTSTRAP_TOKEN",
      "BILLER_RELAY_SECRET",
      "WHAPI_PER_SECOND",
      "RETENSI_CHAT_HARI",
    ])
      expect(refused({ ...PRODUCTION, [name]: undefined }), name).toEqual([]);
  });
});

test.each([
  [PRODUCTION, undefined, true],
  [PRODUCTION, "wide", false],
  [PRODUCTION, "strict", true],
  [LOCAL, undefined, false],
  [LOCAL, "wide", false],
  [LOCAL, "strict", true],
])("rate limits are strict in production and wide locally, unless named (%#)", (env, named, strict) => {
  expect(readConfig({ ...env, RATE_LIMITS: named }).strictRateLimits).toBe(strict);
});
