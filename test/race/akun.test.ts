import { describe, expect, test } from "vitest";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { patientAttempts, watchedPasswords } from "../akun/seams.ts";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { createWorld, until, useWorld, type World } from "../harness.ts";
import { firstAdmin, login, makeAkun, postJson, type Orang } from "../make.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };

/** PostgreSQL ended nobody's transaction to break a circle, and nobody was told to come again later. */
async function expectNoDeadlock(world: World): Promise<void> {
  expect(world.log.filter(({ level }) => level === "error")).toEqual([]);
  const [row] = await world.cloud.neon.asOwner(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  expect(row).toEqual({ deadlocks: "0" });
}

const meets = async (world: World, { headers }: Orang) =>
  await refusalOf(await world.request("/auth/me", { headers }));

/**
 * Runs `work` while nothing can be written into `akun`, and lets go once `waiting` transactions stand in line: whatever
 * each of them asked before, it asked before any of the others had written.
 */
async function heldUp<T>(world: World, waiting: number, work: () => Promise<T>): Promise<T> {
  const { neon } = world.cloud;
  const here = "database = (select oid from pg_database where datname = current_database())";
  const holding = neon.asOwner(`do $$ begin
    lock table akun in share mode;
    while (select count(*) from pg_locks where not granted and ${here}) < ${waiting} loop
      if clock_timestamp() > now() + interval '20 seconds' then raise exception 'nobody came'; end if;
      perform pg_sleep(0.005);
    end loop;
  end $$`);
  // Its failure is thrown below.
  holding.catch(() => {});
  const held = `select pid from pg_locks where granted and mode = 'ShareLock' and relation = 'akun'::regclass and ${here}`;
  await until(async () => (await neon.asOwner(held)).length > 0);
  const [result] = await Promise.all([work(), holding]);
  return result;
}

describe.skipIf(!postgresUrl)(`the first admin (${postgresSuite})`, () => {
  test.each([
    ["as they come", 0],
    ["all of them under way before one is in", 15],
  ])("20 first registrations at once, %s: exactly one becomes admin", async (_, waiting) => {
    const holder: { world?: World } = {};
    const attempts = patientAttempts(() => holder.world as World);
    const world = await createWorld({ ...server, deps: { attempts } });
    holder.world = world;
    try {
      const register = async () =>
        await atOnce(20, async (at) => {
          const isian = { name: "Siti", email: `s${at}@example.com`, username: `siti${at}`, role: "admin" };
          return await postJson(world, "/auth/register", { ...isian, password: "password123" });
        });
      const answers = waiting > 0 ? await heldUp(world, waiting, register) : await register();
      expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 200: 1, "403 hanya-admin": 19 });
      expect(await world.cloud.neon.asOwner("select peran from akun")).toEqual([{ peran: "admin" }]);
      await expectNoDeadlock(world);
    } finally {
      await world.close();
    }
  });
});

describe.skipIf(!postgresUrl)(`accounts at once (${postgresSuite})`, () => {
  const passwords = watchedPasswords();
  const world = useWorld({ ...server, deps: { passwords, attempts: patientAttempts(() => world) } });
  const atur = async (as: Orang, orang: Orang, body: object) =>
    await postJson(world, `/auth/akun/${orang.id}`, body, as.headers, "PATCH");

  test("two admins who disable each other, ten times over: one stays", async () => {
    const first = await firstAdmin(world);
    for (const _ of Array(10).keys()) {
      const [one, two] = [await makeAkun(world, "admin"), await makeAkun(world, "admin")];
      // These two are the only active ones, for as long as they try.
      const others = "peran = 'admin' and id not in ($1, $2)";
      await world.cloud.neon.asOwner(`update akun set aktif = false where ${others}`, [one.id, two.id]);
      const answers = await Promise.all([
        atur(one, two, { active: false }),
        atur(two, one, { active: false }),
      ]);
      const told = tally(await Promise.all(answers.map(refusalOf)));
      expect([
        { 200: 1, "409 admin-terakhir": 1 },
        { 200: 1, "401 token-tidak-sah": 1 },
      ]).toContainEqual(told);
      const active = await world.cloud.neon.asOwner("select id from akun where peran = 'admin' and aktif");
      expect(active).toHaveLength(1);
      await world.cloud.neon.asOwner("update akun set aktif = true where id = $1", [first.id]);
    }
    await expectNoDeadlock(world);
  });

  test("an admin who was disabled while it waited disables nobody any more", async () => {
    await firstAdmin(world);
    await makeAkun(world, "admin");
    for (const _ of Array(10).keys()) {
      const [one, two] = [await makeAkun(world, "admin"), await makeAkun(world, "admin")];
      const answers = await Promise.all([
        atur(one, two, { active: false }),
        atur(two, one, { active: false }),
      ]);
      expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 200: 1, "401 token-tidak-sah": 1 });
    }
  });

  test("six admins in a ring, demoting and disabling each other: at least one stays, and nobody waits in a circle", async () => {
    const first = await firstAdmin(world);
    const admins = await Promise.all(Array.from({ length: 6 }, async () => await makeAkun(world, "admin")));
    const ids = admins.map(({ id }) => id).join(",");
    await world.cloud.neon.asOwner(
      `update akun set aktif = false where peran = 'admin' and id not in (${ids})`,
    );
    const answers = await atOnce(24, async (at) => {
      const [one, two] = [admins[at % 6], admins[(at + 1 + (at % 5)) % 6]];
      if (!one || !two) throw new Error("no admin");
      return await atur(one, two, at % 2 ? { active: false } : { role: "karyawan" });
    });
    const told = Object.keys(tally(await Promise.all(answers.map(refusalOf))));
    const known = ["200", "401 token-tidak-sah", "403 peran-tidak-boleh", "409 admin-terakhir"];
    expect(told.filter((answer) => !known.includes(answer))).toEqual([]);
    const active = await world.cloud.neon.asOwner("select id from akun where peran = 'admin' and aktif");
    expect(active.length).toBeGreaterThanOrEqual(1);
    await world.cloud.neon.asOwner("update akun set aktif = true where id = $1", [first.id]);
    await expectNoDeadlock(world);
  });

  test("20 that register with one address, and 20 that take one username: one each", async () => {
    const email = `rebutan-${crypto.randomUUID()}@example.com`;
    const registered = await atOnce(20, async (at) => {
      const spelt = at % 2 ? email : email.toUpperCase();
      return await postJson(world, "/api/register", { name: "Ani", email: spelt, password: "password123" });
    });
    expect(tally(await Promise.all(registered.map(refusalOf)))).toEqual({
      201: 1,
      "409 email-akun-terdaftar": 19,
    });
    const all = await atOnce(20, async () => await makeAkun(world, "nasabah"));
    const username = `rebutan.${crypto.randomUUID().slice(0, 8)}`;
    const named = await Promise.all(
      all.map(async ({ headers }, at) => {
        const body = { username: at % 2 ? username : username.toUpperCase() };
        return await postJson(world, "/auth/me", body, headers, "PATCH");
      }),
    );
    expect(tally(await Promise.all(named.map(refusalOf)))).toEqual({ 200: 1, "409 username-terdaftar": 19 });
    await expectNoDeadlock(world);
  });

  test("50 wrong passwords at once: exactly 10 are looked at", async () => {
    const { email: identifier } = await makeAkun(world, "nasabah");
    await world.idle();
    passwords.compared = 0;
    const answers = await atOnce(50, async (at) =>
      postJson(world, "/auth/login", { identifier, password: `salah-${at}` }),
    );
    expect(tally(answers.map(({ status }) => status))).toEqual({ 401: 10, 429: 40 });
    expect(passwords.compared).toBe(10);
    const [row] = await world.cloud.neon.asOwner(
      "select count(*) as rows from audit where aksi = 'sesi.gagal' and sasaran_id = (select id::text from akun where email = $1)",
      [identifier],
    );
    expect(row).toEqual({ rows: "10" });
  });

  test("20 refreshes at once of one token: all work, and the session is alive", async () => {
    const orang = await makeAkun(world, "nasabah");
    const answers = await atOnce(20, async () =>
      postJson(world, "/auth/refresh", { refresh_token: orang.refreshToken }),
    );
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 20 });
    expect(await meets(world, orang)).toBe("200");
    const [row] = await world.cloud.neon.asOwner("select putaran from sesi where akun_id = $1", [orang.id]);
    expect(row).toEqual({ putaran: "2" });
  });

  test("30 logins at once, of ten right at a time: 20 sessions are left", async () => {
    const orang = await makeAkun(world, "karyawan");
    for (const _ of Array(3).keys()) {
      // Ten fit into the counter at once, each of which is given back.
      await atOnce(10, async () => await login(world, orang.email, orang.password));
      await world.idle();
    }
    const [row] = await world.cloud.neon.asOwner("select count(*) as rows from sesi where akun_id = $1", [
      orang.id,
    ]);
    expect(row).toEqual({ rows: "20" });
    await expectNoDeadlock(world);
  });

  test("logins, refreshes, logouts and a new password at once: nothing waits in a circle, nothing breaks", async () => {
    for (const _ of Array(5).keys()) {
      const orang = await makeAkun(world, "nasabah");
      const sessions = [orang];
      while (sessions.length < 8) sessions.push(await login(world, orang.email, orang.password));
      await world.idle();
      const { headers, email: identifier, password } = orang;
      const answers = await Promise.all([
        ...sessions.map(async ({ refreshToken }) =>
          postJson(world, "/auth/refresh", { refresh_token: refreshToken }),
        ),
        ...sessions
          .slice(0, 4)
          .map(async (sesi) => world.request("/auth/sessions", { method: "DELETE", headers: sesi.headers })),
        ...sessions.slice(4).map(async (sesi) => postJson(world, "/auth/logout-all", {}, sesi.headers)),
        ...sessions.slice(0, 4).map(async () => postJson(world, "/auth/login", { identifier, password })),
        postJson(
          world,
          "/auth/password",
          { current_password: password, new_password: "sandi-baru" },
          headers,
        ),
      ]);
      const told = Object.keys(tally(await Promise.all(answers.map(refusalOf))));
      const known = ["200", "204", "401 token-tidak-sah", "401 refresh-tidak-sah", "401 identitas-salah"];
      expect(told.filter((answer) => !known.includes(answer))).toEqual([]);
    }
    await expectNoDeadlock(world);
  });

  test("an account disabled amid its own logins and refreshes is left without a session", async () => {
    const admin = await makeAkun(world, "admin");
    for (const _ of Array(5).keys()) {
      const orang = await makeAkun(world, "nasabah");
      const { email: identifier, password, refreshToken } = orang;
      const [off] = await Promise.all([
        atur(admin, orang, { active: false }),
        ...Array.from({ length: 5 }, async () => postJson(world, "/auth/login", { identifier, password })),
        ...Array.from({ length: 5 }, async () =>
          postJson(world, "/auth/refresh", { refresh_token: refreshToken }),
        ),
      ]);
      expect(off.status).toBe(200);
      expect(await world.cloud.neon.asOwner("select id from sesi where akun_id = $1", [orang.id])).toEqual(
        [],
      );
      expect(await meets(world, orang)).toBe("401 token-tidak-sah");
    }
    await expectNoDeadlock(world);
  });
});
