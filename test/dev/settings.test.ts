import { expect, test } from "vitest";
import { readSettings } from "../../dev/settings.ts";

test("an empty environment, or one of empty texts, is the documented default", () => {
  const expected = {
    port: 8000,
    portBase: 8079,
    dataDir: "/rumah/.local",
    databaseUrl: undefined,
    redisUrl: undefined,
    workerEnv: {},
  };
  expect(readSettings({}, "/rumah")).toEqual(expected);
  const empty = { PORT: "", PORT_BASE: "", DATA_DIR: "", DATABASE_URL: "", REDIS_URL: "", SALDO_UJI: "" };
  expect(readSettings(empty, "/rumah")).toEqual(expected);
});

test("another port takes free ports for the rest, unless they are named", () => {
  expect(readSettings({ PORT: "8001" }, "/")).toMatchObject({ port: 8001, portBase: undefined });
  expect(readSettings({ PORT: "8001", PORT_BASE: "18079" }, "/")).toMatchObject({ portBase: 18_079 });
  for (const [PORT, PORT_BASE] of [
    ["8000", "65531"],
    ["8000", "7995"],
    ["8084", "8079"],
    ["8078", "8079"],
  ])
    expect(readSettings({ PORT, PORT_BASE }, "/")).toMatchObject({ portBase: Number(PORT_BASE) });
});

test("what the Worker may be told is passed on, nothing else", () => {
  const kept = {
    SALDO_UJI: "5000",
    RATE_LIMITS: "strict",
    ACCESS_TOKEN_EXPIRE_MINUTES: "60000",
    BCRYPT_COST: "4",
  };
  expect(readSettings({ ...kept, SECRET_KEY: "x" }, "/").workerEnv).toEqual(kept);
});

test.each([
  [{ PORT: "abc" }, "PORT harus nomor port"],
  [{ PORT: "0" }, "PORT harus nomor port"],
  [{ PORT: "65536" }, "PORT harus nomor port"],
  [{ PORT_BASE: "-1" }, "PORT_BASE harus nomor port"],
  // Five ports from there.
  [{ PORT_BASE: "65532" }, "terlalu besar"],
  [{ PORT_BASE: "65533" }, "terlalu besar"],
  [{ PORT_BASE: "7996" }, "bertabrakan"],
  [{ PORT_BASE: "7998" }, "bertabrakan"],
  [{ PORT: "8083", PORT_BASE: "8079" }, "bertabrakan"],
  [{ PORT: "8080", PORT_BASE: "8079" }, "bertabrakan"],
  [{ DATABASE_URL: "mysql://root@127.0.0.1/x" }, "DATABASE_URL harus berbentuk"],
  [{ DATABASE_URL: "postgres://owner:x@ep-prod.neon.tech/db" }, "di mesin ini"],
  [{ REDIS_URL: "redis://redis.example.com:6379" }, "di mesin ini"],
])("%j is refused in one line", (env, message) => {
  expect(() => readSettings(env, "/")).toThrow(message);
});
