import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { examine } from "../../dev/doctor/finding.ts";
import { runExamination, type ExaminationOptions } from "../../dev/doctor/examination.ts";
import { findSubject, localVariables, type Variables } from "../../dev/doctor/variables.ts";
import { SettingsError } from "../../dev/settings.ts";
import { useWorld } from "../harness.ts";
import { freePort, scratchDirectory } from "../smoke/processes.ts";

const world = useWorld();
const root = join(import.meta.dirname, "../..");

/** Everything that must never be seen. */
const secretsOf = (variables: Variables) =>
  Object.entries(variables)
    .filter(([name]) => /KEY|TOKEN|SECRET|DATABASE_URL/.test(name))
    .flatMap(([, value]) => [value, ...value.split(":").filter((part) => part.length > 20)])
    .filter(Boolean);

/** The lines about each subject, of an examination of the local cloud with these variables instead of its own. */
async function examined(changes: Variables = {}, options: ExaminationOptions = {}) {
  const variables = { ...world.cloud.env, ...changes };
  const lines: string[] = [];
  const code = await runExamination(
    { name: "uji", isLocalCloud: false, variables },
    (line) => lines.push(line),
    options,
  );
  const output = lines.join("\n");
  for (const secret of secretsOf(variables)) expect(output).not.toContain(secret);
  const about = (name: string) => lines.find((line) => line.slice(2).startsWith(name)) ?? "";
  return { code, output, about, marks: lines.slice(1, -1).map((line) => line[0]) };
}

test("the local cloud is well: eight green lines with their times", async () => {
  const { code, output, marks, about } = await examined();
  expect(output).toContain("Semua baik.");
  expect(marks).toEqual(["✓", "✓", "✓", "✓", "✓", "✓", "✓", "✓"]);
  expect(code).toBe(0);
  for (const name of ["konfigurasi", "database", "Redis", "QStash", "biller", "Whapi", "PUBLIC_URL", "jam"])
    expect(about(name)).toMatch(/\(\d+ ms\)/);
  expect(about("biller")).toContain("deposit Rp 100.000.000");
  expect(about("database")).toContain("semua migrasi sudah dijalankan");
});

test("it asks and changes nothing", async () => {
  const rows = () =>
    world.cloud.neon.asOwner(
      "select (select count(*) from transaksi) as transaksi, (select count(*) from audit) as audit",
    );
  const before = await rows();
  const keys = await world.cloud.redis.command("DBSIZE");
  await examined();
  expect(await rows()).toEqual(before);
  expect(await world.cloud.redis.command("DBSIZE")).toEqual(keys);
});

test("every problem of the configuration is named, and what cannot be examined says why", async () => {
  const { code, about } = await examined({ SECRET_KEY: "pendek", WHAPI_TOKEN: "" });
  expect(code).toBe(1);
  expect(about("konfigurasi")).toMatch(/^✗ .*SECRET_KEY: .*WHAPI_TOKEN: /);
  expect(about("Whapi")).toMatch(/^! .*WHAPI_TOKEN belum diisi/);
  expect(about("Redis")).toMatch(/^✓/);
});

test("a wrong token of Redis says so", async () => {
  const { code, about } = await examined({ UPSTASH_REDIS_REST_TOKEN: "token-yang-salah-sama-sekali" });
  expect(code).toBe(1);
  expect(about("Redis")).toMatch(/^✗ .*token ditolak.*UPSTASH_REDIS_REST_TOKEN/);
});

test("a token of Redis that may only read is not enough", async () => {
  const body = JSON.stringify([{ result: "PONG" }, { error: "NOPERM this user has no permissions" }]);
  world.cloud.redis.faults.next({ kind: "answer", status: 200, body });
  expect((await examined()).about("Redis")).toMatch(/^✗ .*hanya boleh membaca/);
});

test("a wrong token of QStash, and keys that differ", async () => {
  expect((await examined({ QSTASH_TOKEN: "token-yang-salah-sama-sekali" })).about("QStash")).toMatch(
    /^✗ .*token ditolak/,
  );
  const { QSTASH_CURRENT_SIGNING_KEY: current = "", QSTASH_NEXT_SIGNING_KEY: next = "" } = world.cloud.env;
  const other = { QSTASH_CURRENT_SIGNING_KEY: `${next}x`, QSTASH_NEXT_SIGNING_KEY: `${current}x` };
  const { code, about } = await examined(other);
  expect(about("QStash")).toMatch(/^✗ .*berbeda.*QSTASH_CURRENT_SIGNING_KEY/);
  expect(code).toBe(1);
  // After one rotation our next key is the current one: deliveries still arrive.
  const rotated = await examined({
    QSTASH_CURRENT_SIGNING_KEY: `${next}x`,
    QSTASH_NEXT_SIGNING_KEY: current,
  });
  expect(rotated.about("QStash")).toMatch(/^! .*sudah diganti/);
  expect(rotated.code).toBe(0);
});

const refuses = (rc: string) =>
  world.cloud.digiflazz.faults.next({
    kind: "answer",
    status: 400,
    body: JSON.stringify({ data: { rc, status: "Gagal", message: "ditolak" } }),
  });

test("a biller that does not know our address (rc 45) is explained", async () => {
  refuses("45");
  const { code, about } = await examined();
  expect(code).toBe(1);
  expect(about("biller")).toMatch(/^✗ .*rc 45.*BILLER_BASE_URL.*BILLER_RELAY_SECRET/);
});

test.each([
  ["a wrong key", { BILLER_API_KEY: "kunci-yang-salah-sama-sekali" }, /^✗ .*rc 41.*BILLER_API_KEY/],
  ["a wrong name", { BILLER_USERNAME: "orang-lain" }, /^✗ .*rc 42.*BILLER_USERNAME/],
])("a biller that refuses %s says which variable", async (_name, changes, line) => {
  expect((await examined(changes)).about("biller")).toMatch(line);
});

test("a relay that does not know us, and an address that is none of the biller's", async () => {
  world.cloud.digiflazz.faults.next({ kind: "answer", status: 403, body: "no" });
  expect((await examined()).about("biller")).toMatch(/^✗ .*HTTP 403.*BILLER_RELAY_SECRET/);
  const root = world.cloud.digiflazz.url;
  expect((await examined({ BILLER_BASE_URL: root })).about("biller")).toMatch(/^✗ .*HTTP 404.*\/v1/);
});

test("a deposit that runs out is a warning", async () => {
  const body = JSON.stringify({ data: { deposit: 499_999 } });
  world.cloud.digiflazz.faults.next({ kind: "answer", status: 200, body });
  const { code, about, output } = await examined();
  expect(about("biller")).toMatch(/^! .*Rp 499\.999.*Isi deposit/);
  expect(output).toContain("Berjalan; 1 perlu dilihat.");
  expect(code).toBe(0);
});

test("Whapi down, refusing, unpaid, and without a phone", async () => {
  const { faults } = world.cloud.whapi;
  faults.next({ kind: "answer", status: 503, body: "" });
  expect((await examined()).about("Whapi")).toMatch(/^✗ .*HTTP 503/);
  faults.next({ kind: "refuse" });
  expect((await examined()).about("Whapi")).toMatch(/^✗ .*sambungan diputus/);
  faults.next({ kind: "answer", status: 402, body: "" });
  expect((await examined()).about("Whapi")).toMatch(/^✗ .*belum dibayar/);
  faults.next({ kind: "answer", status: 200, body: JSON.stringify({ status: { code: 2, text: "QR" } }) });
  expect((await examined()).about("Whapi")).toMatch(/^! .*QR/);
  expect((await examined({ WHAPI_TOKEN: "token-yang-salah-sama-sekali" })).about("Whapi")).toMatch(
    /^✗ .*token ditolak/,
  );
});

describe("the database", () => {
  test("entered as somebody whom no rule holds back", async () => {
    const DATABASE_URL = `postgres://postgres:rahasia-sekali@127.0.0.1:${world.cloud.neon.port}/satupintu`;
    const { code, about } = await examined({ DATABASE_URL });
    expect(about("database")).toMatch(/^✗ .*postgres.*RLS.*satupintu_app/);
    expect(code).toBe(1);
  });

  test("that nobody serves, or refuses the login", async () => {
    const DATABASE_URL = `postgres://satupintu_app:rahasia-sekali@127.0.0.1:${await freePort()}/satupintu`;
    expect((await examined({ DATABASE_URL })).about("database")).toMatch(/^✗ .*tidak ada yang menjawab/);
    const refusal = { message: "password authentication failed for user 'satupintu_app'", code: "28P01" };
    world.cloud.neon.faults.next({ kind: "answer", status: 400, body: JSON.stringify(refusal) });
    expect((await examined()).about("database")).toMatch(/^✗ .*kata sandi ditolak/);
  });

  test("without all migrations, seen by a column and by a function", async () => {
    const { neon } = world.cloud;
    await neon.asOwner("alter table produk_biller rename column multi to multi_dulu");
    try {
      expect((await examined()).about("database")).toMatch(
        /^✗ .*tidak ada public\.produk_biller\.multi\. .*npm run migrate/,
      );
    } finally {
      await neon.asOwner("alter table produk_biller rename column multi_dulu to multi");
    }
    await neon.asOwner("alter function app.jam() rename to jam_dulu");
    try {
      expect((await examined()).about("database")).toContain("tidak ada app.jam()");
    } finally {
      await neon.asOwner("alter function app.jam_dulu() rename to jam");
    }
  });

  test("whose book of migrations is readable is counted", async () => {
    const { neon } = world.cloud;
    await neon.asOwner("grant usage on schema drizzle to satupintu_app");
    await neon.asOwner("grant select on drizzle.__drizzle_migrations to satupintu_app");
    try {
      expect((await examined()).about("database")).toMatch(/^✓/);
      await neon.asOwner("create table drizzle.simpan as select * from drizzle.__drizzle_migrations");
      await neon.asOwner(
        "delete from drizzle.__drizzle_migrations where id = (select max(id) from drizzle.__drizzle_migrations)",
      );
      expect((await examined()).about("database")).toMatch(/^✗ .*1 dari \d+ migrasi belum dijalankan/);
      await neon.asOwner(
        "insert into drizzle.__drizzle_migrations (hash, created_at) select hash, created_at from drizzle.simpan order by id desc limit 1",
      );
      await neon.asOwner("insert into drizzle.__drizzle_migrations (hash, created_at) values ('baru', 1)");
      expect((await examined()).about("database")).toMatch(/^! .*lebih baru/);
    } finally {
      await neon.asOwner("delete from drizzle.__drizzle_migrations where hash = 'baru'");
      await neon.asOwner("drop table if exists drizzle.simpan");
      await neon.asOwner("revoke all on schema drizzle from satupintu_app");
    }
  });
});

test("a Worker that is not there, or does not start", async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  expect((await examined({ PUBLIC_URL: nobody })).about("PUBLIC_URL")).toMatch(
    /^✗ .*tidak ada yang menjawab/,
  );
  const { qstash } = world.cloud;
  qstash.faults.next({ kind: "answer", status: 503 }, 1, ({ url }) => url === "/");
  expect((await examined({ PUBLIC_URL: qstash.url })).about("PUBLIC_URL")).toMatch(
    /^✗ .*HTTP 503.*not_configured/,
  );
});

test("a clock that is wrong is a warning", async () => {
  const fast = await examined({}, { now: () => Date.now() + 60_000 });
  expect(fast.about("jam")).toMatch(/^! .*(59|60|61) detik lebih cepat/);
  const slow = await examined({}, { now: () => Date.now() - 8_000 });
  expect(slow.about("jam")).toMatch(/^! .*\d detik lebih lambat/);
  expect(slow.code).toBe(0);
});

test("whoever never answers is not waited for", async () => {
  const { cloud } = world;
  for (const { faults } of [cloud.neon, cloud.redis, cloud.qstash, cloud.digiflazz, cloud.whapi])
    faults.always({ kind: "hang" });
  const started = performance.now();
  const { code, marks, about } = await examined({}, { timeoutMs: 700 });
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(marks).toEqual(["✓", "✗", "✗", "✗", "✗", "✗", "✓", "✗"]);
  expect(about("database")).toContain("tidak menjawab dalam 0.7 detik");
  expect(code).toBe(1);
});

test("a check that throws anything is a finding, and hurts no other", async () => {
  const found = await examine(
    [
      { name: "a", run: () => Promise.reject(new Error("aneh")) },
      { name: "b", run: () => ({ level: "ok", says: "baik" }) },
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- whatever it is
      { name: "c", run: () => Promise.reject("bukan galat") },
    ],
    1_000,
  );
  expect(found.map(({ level, says }) => [level, says])).toEqual([
    ["bad", "aneh"],
    ["ok", "baik"],
    ["bad", "gagal"],
  ]);
});

test("a vendor that repeats our secret does not make us print it", async () => {
  const token = world.cloud.env["WHAPI_TOKEN"] ?? "";
  const body = JSON.stringify({ status: { text: `x ${token}` } });
  world.cloud.whapi.faults.next({ kind: "answer", status: 200, body });
  expect((await examined()).about("Whapi")).toContain("•••");
});

describe("whom it examines", () => {
  test("the local cloud, at the ports of npm run dev, as npm run dev tells the Worker", () => {
    const withoutPorts = (variables: Variables) =>
      Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, value.replace(/127\.0\.0\.1:\d+/, "HERE")]),
      );
    const local = withoutPorts(localVariables(8_000, 8_079));
    // How fast things go there is not seen from outside.
    const pace = ["BILLER_TIMEOUT_SECONDS", "BILLER_RECHECK_SECONDS", "WHAPI_PER_SECOND"];
    const told = Object.entries(withoutPorts(world.cloud.env)).filter(([name]) => !pace.includes(name));
    expect(local).toEqual(Object.fromEntries(told));
    expect(findSubject(undefined, {})).toMatchObject({
      isLocalCloud: true,
      variables: { PUBLIC_URL: "http://127.0.0.1:8000", WHAPI_BASE_URL: "http://127.0.0.1:8083" },
    });
    expect(findSubject(undefined, { PORT: "8001", PORT_BASE: "9000" }).variables).toMatchObject({
      PUBLIC_URL: "http://127.0.0.1:8001",
      UPSTASH_REDIS_REST_URL: "http://127.0.0.1:9000",
    });
    expect(() => findSubject(undefined, { PORT: "8001" })).toThrow(SettingsError);
  });

  test("what the environment configures, and a file over it", () => {
    const env = { PUBLIC_URL: "https://satu.example.com", QSTASH_URL: "https://q.example.com" };
    expect(findSubject(undefined, env)).toMatchObject({ isLocalCloud: false, variables: env });
    const scratch = scratchDirectory();
    onTestFinished(() => scratch.remove());
    const file = join(scratch.path, "produksi.env");
    writeFileSync(file, `# produksi\nPUBLIC_URL="https://dua.example.com"\nSALDO_UJI=5\n`);
    expect(findSubject(file, env)).toMatchObject({
      isLocalCloud: false,
      variables: { ...env, PUBLIC_URL: "https://dua.example.com", SALDO_UJI: "5" },
    });
    expect(() => findSubject(join(scratch.path, "tidak-ada"), env)).toThrow(SettingsError);
  });
});

describe("npm run doctor", () => {
  const run = async (args: string[], env: Record<string, string> = {}) =>
    promisify(execFile)(process.execPath, [join(root, "dev/doctor.ts"), ...args], {
      cwd: scratch.path,
      env: { PATH: process.env["PATH"] ?? "", ...env },
      timeout: 30_000,
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  const scratch = scratchDirectory();

  test("explains itself, and what it does not know", async () => {
    const help = await run(["--help"]);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("--env <berkas>") });
    const unknown = await run(["--semua"]);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("--semua") });
    expect(unknown.stderr).not.toContain("at ");
    expect((await run(["--env", "tidak-ada"])).stderr).toContain("tidak dapat dibaca");
  });

  test("asks for npm run dev when nobody is there", async () => {
    const [PORT, PORT_BASE] = [String(await freePort()), "31000"];
    const { code, stdout } = await run([], { PORT, PORT_BASE });
    expect(code).toBe(1);
    expect(stdout).toContain("jalankan dulu: npm run dev");
  });

  test("reads a file, and ends with 0 when all is well and 1 when not", async () => {
    const file = join(scratch.path, "lokal.env");
    const write = (variables: Variables) =>
      writeFileSync(
        file,
        Object.entries(variables)
          .map(([name, value]) => `${name}="${value}"\n`)
          .join(""),
      );
    write(world.cloud.env);
    const well = await run(["--env", file]);
    expect(well).toMatchObject({ code: 0, stdout: expect.stringContaining("Semua baik.") });
    write({ ...world.cloud.env, UPSTASH_REDIS_REST_TOKEN: "token-yang-salah-sama-sekali" });
    const ill = await run(["--env", file]);
    expect(ill.code).toBe(1);
    expect(ill.stdout).toContain("✗ Redis");
    for (const secret of secretsOf(world.cloud.env)) expect(well.stdout + ill.stdout).not.toContain(secret);
    scratch.remove();
  });
});
