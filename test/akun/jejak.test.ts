import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { login, makeAkun, postJson, type Orang } from "../make.ts";
import { patientAttempts } from "./seams.ts";

// What the accounts door leaves behind: the audit, the log, the database, Redis.

const world = useWorld({ deps: { attempts: patientAttempts(() => world) } });
const ADDRESS = "203.0.113.77";
const from = { "cf-connecting-ip": ADDRESS };

/** Everything that must stay with its owner, as it was sent and received in the flows below. */
const secrets = new Map<string, string>();
/** What the database keeps of a person in clear, in the columns made for it. */
const names = new Map<string, string>();

interface Row {
  aksi: string;
  pelaku: string;
  sasaran: string | null;
  rincian: Record<string, unknown>;
}

const audit = async (since: number): Promise<Row[]> => {
  const rows = await world.cloud.neon.asOwner(
    "select pelaku, aksi, sasaran_tabel, sasaran_id, rincian::text from audit where id > $1 order by id",
    [since],
  );
  return rows.map((row) => {
    expect(row["sasaran_tabel"]).toBe("akun");
    return {
      aksi: String(row["aksi"]),
      pelaku: String(row["pelaku"]),
      sasaran: row["sasaran_id"] ?? null,
      rincian: JSON.parse(String(row["rincian"])) as Record<string, unknown>,
    };
  });
};

/** The audit rows that `deed` writes. */
async function written(deed: () => Promise<unknown>): Promise<Row[]> {
  const [last] = await world.cloud.neon.asOwner("select coalesce(max(id), 0) as id from audit");
  await deed();
  return await audit(Number(last?.["id"]));
}

async function expectStatus(status: number, answering: Promise<Response>): Promise<Response> {
  const answer = await answering;
  expect(answer.status, await answer.clone().text()).toBe(status);
  return answer;
}

function remember(who: string, orang: Orang): Orang {
  secrets.set(`password of ${who}`, orang.password);
  secrets.set(`access token of ${who}`, orang.accessToken);
  secrets.set(`signature of ${who}'s token`, orang.accessToken.split(".")[2] ?? "");
  secrets.set(`refresh token of ${who}`, orang.refreshToken);
  names.set(`e-mail of ${who}`, orang.email);
  if (orang.username) names.set(`username of ${who}`, orang.username);
  return orang;
}

let admin: Orang;
let staff: Orang;
let customer: Orang;
beforeAll(async () => {
  admin = remember("the admin", await makeAkun(world, "admin"));
  staff = remember("the staff", await makeAkun(world, "karyawan"));
  customer = remember("the customer", await makeAkun(world, "nasabah"));
});

describe("the audit", () => {
  const by = (orang: Orang) => `akun:${orang.id}`;

  test("knows who registered staff, and that customers register themselves", async () => {
    const isian = { name: "Rini Hartati", email: "rini.hartati@example.com", username: "rini.hartati" };
    const body = { ...isian, password: "kata-sandi-rini", role: "karyawan" };
    names.set("e-mail of Rini", isian.email).set("username of Rini", isian.username);
    secrets.set("password of Rini", body.password);
    const headers = { ...admin.headers, ...from };
    const rows = await written(() => expectStatus(200, postJson(world, "/auth/register", body, headers)));
    const rincian = { peran: "karyawan", alamat: ADDRESS };
    expect(rows).toEqual([{ aksi: "akun.daftar", pelaku: by(admin), sasaran: expect.any(String), rincian }]);

    const nasabah = { name: "Joko", email: "joko.sendiri@example.com", password: "kata-sandi-joko" };
    names.set("e-mail of Joko", nasabah.email);
    secrets.set("password of Joko", nasabah.password);
    const own = await written(() => expectStatus(201, postJson(world, "/api/register", nasabah, from)));
    expect(own).toMatchObject([{ aksi: "akun.daftar", pelaku: "tamu", rincian: { peran: "nasabah" } }]);
  });

  test("knows every login, right or wrong, of somebody or nobody, and its address", async () => {
    const body = { identifier: customer.email, password: customer.password };
    const right = await written(() => expectStatus(200, postJson(world, "/auth/login", body, from)));
    expect(right).toEqual([
      {
        aksi: "sesi.buka",
        pelaku: `akun:${customer.id}`,
        sasaran: String(customer.id),
        rincian: { sesi: expect.any(String), alamat: ADDRESS },
      },
    ]);
    const wrong = { ...body, password: "bukan-sandi-nya" };
    secrets.set("a wrong password", wrong.password);
    const failed = await written(() => expectStatus(401, postJson(world, "/auth/login", wrong, from)));
    const gagal = { aksi: "sesi.gagal", pelaku: "tamu", rincian: { alamat: ADDRESS } };
    expect(failed).toEqual([{ ...gagal, sasaran: String(customer.id) }]);
    const nobody = { ...wrong, identifier: "tiada.siapa@example.com" };
    secrets.set("a name that nobody has", nobody.identifier);
    const unknown = await written(() => expectStatus(401, postJson(world, "/auth/login", nobody, from)));
    expect(unknown).toEqual([{ ...gagal, sasaran: null }]);
  });

  test("knows who did not know the current password, and who came in too late", async () => {
    const orang = remember("the guessing", await makeAkun(world, "nasabah"));
    const gagal = { aksi: "sesi.gagal", sasaran: String(orang.id), rincian: { alamat: ADDRESS } };
    const guess = { current_password: "bukan-sandi-ini", new_password: "sandi-baru-lagi" };
    const headers = { ...orang.headers, ...from };
    expect(await written(() => expectStatus(403, postJson(world, "/auth/password", guess, headers)))).toEqual(
      [{ ...gagal, pelaku: by(orang) }],
    );
    await world.cloud.neon.asOwner("update akun set aktif = false where id = $1", [orang.id]);
    const body = { identifier: orang.email, password: orang.password };
    expect(await written(() => expectStatus(403, postJson(world, "/auth/login", body, from)))).toEqual([
      { ...gagal, pelaku: "tamu" },
    ]);
  });

  test("knows which admin changed which role, from what to what", async () => {
    const path = `/auth/akun/${staff.id}`;
    const role = (peran: string) => () =>
      expectStatus(200, postJson(world, path, { role: peran }, admin.headers, "PATCH"));
    expect(await written(role("admin"))).toEqual([
      {
        aksi: "akun.atur",
        pelaku: by(admin),
        sasaran: String(staff.id),
        rincian: { dari: { peran: "karyawan", aktif: true }, menjadi: { peran: "admin", aktif: true } },
      },
    ]);
    expect(await written(role("admin"))).toEqual([]);
    expect(await written(role("karyawan"))).toHaveLength(1);
  });

  test("knows which admin disabled whom, and nothing of what was refused", async () => {
    const orang = remember("the disabled", await makeAkun(world, "nasabah"));
    const path = `/auth/akun/${orang.id}`;
    const off = { active: false };
    const rows = await written(() => expectStatus(200, postJson(world, path, off, admin.headers, "PATCH")));
    expect(rows).toEqual([
      {
        aksi: "akun.atur",
        pelaku: by(admin),
        sasaran: String(orang.id),
        rincian: { dari: { peran: "nasabah", aktif: true }, menjadi: { peran: "nasabah", aktif: false } },
      },
    ]);
    const refused = () => expectStatus(403, postJson(world, path, off, customer.headers, "PATCH"));
    expect(await written(refused)).toEqual([]);
  });

  test("knows what people do to their own account and sessions, but not to what values", async () => {
    const orang = remember("the changing", await makeAkun(world, "nasabah"));
    const other = remember("the changing, again", await login(world, orang.email, orang.password));
    const own = { pelaku: by(orang), sasaran: String(orang.id) };
    const email = "alamat.baru@example.com";
    names.set("new e-mail", email);
    const profile = () => expectStatus(200, postJson(world, "/auth/me", { email }, orang.headers, "PATCH"));
    expect(await written(profile)).toEqual([
      { ...own, aksi: "akun.ubah", rincian: { nama: false, email: true, username: false } },
    ]);
    secrets.set("new password", "sandi-baru-sekali");
    const password = { current_password: orang.password, new_password: "sandi-baru-sekali" };
    expect(
      await written(() => expectStatus(204, postJson(world, "/auth/password", password, orang.headers))),
    ).toEqual([{ ...own, aksi: "akun.ganti_kata_sandi", rincian: {} }]);
    expect((await world.request("/auth/me", { headers: other.headers })).status).toBe(401);
    const logout = () => expectStatus(204, postJson(world, "/auth/logout", {}, orang.headers));
    expect(await written(logout)).toEqual([
      { ...own, aksi: "sesi.akhiri", rincian: { yang: "satu", jumlah: 1 } },
    ]);
  });

  test("shows nothing to nobody, and cannot be changed or emptied by the Worker's own role", async () => {
    const { sql } = await import("drizzle-orm");
    expect((await world.deps.db.execute(sql.raw("select * from audit"))).rows).toEqual([]);
    for (const statement of [
      "delete from audit",
      "update audit set pelaku = 'x'",
      "truncate audit",
      "insert into audit (waktu, pelaku, aksi, sasaran_tabel, rincian) values (now(), 'x', 'x', 'x', '{}')",
    ])
      await expect(world.deps.db.execute(sql.raw(statement)), statement).rejects.toMatchObject({
        cause: { code: "42501" },
      });
  });
});

describe("after all of that", () => {
  const found = (text: string, what: Map<string, string>) =>
    [...what].filter(([, secret]) => text.includes(secret)).map(([name]) => name);

  const failed: number[] = [];
  beforeAll(async () => {
    // A reused refresh token, a forged one, and failures of the database and of Redis, which the log has to say something of.
    const { refreshToken } = customer;
    const refresh = (token: string) => postJson(world, "/auth/refresh", { refresh_token: token });
    const turned = (await (await refresh(refreshToken)).json()) as Record<string, string>;
    secrets.set("a turned access token", turned["access_token"] ?? "");
    secrets.set("a turned refresh token", turned["refresh_token"] ?? "");
    await refresh(turned["refresh_token"] ?? "");
    await expectStatus(401, refresh(refreshToken));
    await expectStatus(401, refresh(`${refreshToken.slice(0, -6)}AAAAAA`));
    const masuk = () =>
      postJson(world, "/auth/login", { identifier: staff.email, password: staff.password }, from);
    for (const standIn of [world.cloud.neon, world.cloud.redis]) {
      for (const fault of [
        { kind: "refuse" },
        { kind: "answer", status: 500, body: "{}" },
        { kind: "answer", status: 200, body: "maaf" },
      ] as const) {
        standIn.faults.always(fault);
        failed.push((await masuk()).status);
        standIn.faults.clear();
      }
    }
  });

  test("the failures below were failures", () => {
    expect(failed).toHaveLength(6);
    expect(Math.min(...failed)).toBeGreaterThanOrEqual(500);
  });

  test("the searches below would find what they look for", () => {
    expect(secrets.size).toBeGreaterThan(20);
    expect(names.size).toBeGreaterThan(6);
    for (const value of [...secrets.values(), ...names.values()]) expect(value.length).toBeGreaterThan(8);
    expect(found(`x${admin.email}x${customer.password}x`, new Map([...secrets, ...names]))).toEqual([
      "password of the customer",
      "e-mail of the admin",
    ]);
  });

  test("the log has a line for each request, and nobody's password, token, e-mail or username", () => {
    expect(world.log.length).toBeGreaterThan(30);
    expect(world.log.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["request", "refresh_reused", "unavailable"]),
    );
    const text = JSON.stringify(world.log);
    expect(found(text, secrets)).toEqual([]);
    expect(found(text, names)).toEqual([]);
    expect(text).not.toMatch(/\$2[aby]\$/);
    expect(text).not.toContain(ADDRESS);
  });

  test("no table holds a password or a token; names are in their own columns only", async () => {
    const { neon } = world.cloud;
    const tables = await neon.asOwner("select tablename from pg_tables where schemaname = 'public'");
    expect(tables.map(({ tablename }) => tablename)).toEqual(
      expect.arrayContaining(["akun", "sesi", "audit"]),
    );
    for (const { tablename } of tables) {
      const rows = await neon.asOwner(`select to_jsonb(t)::text as row from "${tablename}" t`);
      for (const { row } of rows) {
        expect(found(String(row), secrets), String(tablename)).toEqual([]);
        const other = JSON.parse(String(row)) as Record<string, unknown>;
        if (tablename === "akun") for (const column of ["nama", "email", "username"]) delete other[column];
        expect(found(JSON.stringify(other), names), String(tablename)).toEqual([]);
      }
    }
    const [known] = await neon.asOwner("select count(*) as rows from akun where email = $1", [admin.email]);
    expect(known).toEqual({ rows: "1" });
  });

  test("Redis knows counters, and no names or addresses", async () => {
    const { redis } = world.cloud;
    const keys = (await redis.command("KEYS", "*")) as string[];
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(key).toMatch(/^percobaan:[a-z-]+:[0-9a-f]{64}$/);
      expect(await redis.command("GET", key)).toMatch(/^-?\d+$/);
      expect(Number(await redis.command("TTL", key))).toBeGreaterThan(0);
    }
    expect(found(keys.join("\n"), new Map([...secrets, ...names]))).toEqual([]);
    expect(keys.join("\n")).not.toContain(ADDRESS);
  });
});
