import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { useWorld } from "../harness.ts";
import { login, makeAkun, postJson, type Orang } from "../make.ts";
import { refusalOf, tally } from "../answers.ts";
import { patientAttempts } from "./seams.ts";

// The list of sessions, how they end, and what all of it costs in roundtrips.

const clock = new ManualClock();
const world = useWorld({ clock, deps: { attempts: patientAttempts(() => world) } });

interface Sesi {
  id: string;
  current: boolean;
  user_agent: string;
  ip: string;
  created_at: string;
  refreshed_at: string;
  expires_at: string;
}

async function sessionsOf(orang: Orang): Promise<Sesi[]> {
  const answer = await world.request("/auth/sessions", { headers: orang.headers });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Sesi[];
}

/** How the house receives somebody. */
async function meets(orang: Orang): Promise<string> {
  return await refusalOf(await world.request("/auth/me", { headers: orang.headers }));
}

const call = (orang: Orang, method: string, path: string) =>
  world.request(path, { method, headers: { authorization: orang.headers["authorization"] ?? "" } });

/** One person, logged in `count` times, a minute apart. */
async function loggedIn(count: number): Promise<Orang[]> {
  const first = await makeAkun(world, "nasabah");
  const all = [first];
  while (all.length < count) {
    clock.advance(60_000);
    all.push(await login(world, first.email, first.password));
  }
  return all;
}

const DEAD = "401 token-tidak-sah";

describe("GET /auth/sessions", () => {
  test("names each session, its device, address and times, newest first, and which one asks", async () => {
    const orang = await makeAkun(world, "nasabah");
    clock.advance(60_000);
    const at = new Date(clock.now()).toISOString();
    const headers = { "user-agent": "Peramban/1.0 (Uji)", "cf-connecting-ip": "2001:db8::7" };
    const body = { identifier: orang.email, password: orang.password };
    const masuk = await postJson(world, "/auth/login", body, headers);
    const { access_token: token } = (await masuk.json()) as { access_token: string };
    const second = { ...orang, headers: { authorization: `Bearer ${token}` } };

    const [newest, oldest, ...more] = await sessionsOf(second);
    expect(more).toEqual([]);
    expect(newest).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-/),
      current: true,
      user_agent: "Peramban/1.0 (Uji)",
      ip: "2001:db8::7",
      created_at: at,
      refreshed_at: `${at.slice(0, 13)}:00:00.000Z`,
      expires_at: new Date(clock.now() + 30 * 86_400_000).toISOString(),
    });
    expect(oldest).toMatchObject({ current: false, user_agent: "", ip: "tanpa-alamat" });
    expect((await sessionsOf(orang)).map(({ id, current }) => ({ id, current }))).toEqual([
      { id: newest?.id, current: false },
      { id: oldest?.id, current: true },
    ]);

    clock.advance(60_000);
    await postJson(world, "/auth/refresh", { refresh_token: orang.refreshToken });
    const [, turned] = await sessionsOf(second);
    expect(turned).toEqual({
      ...oldest,
      refreshed_at: `${new Date(clock.now()).toISOString().slice(0, 13)}:00:00.000Z`,
    });
  });

  test("a long User-Agent is cut, not refused", async () => {
    const { email: identifier, password } = await makeAkun(world, "nasabah");
    const headers = { "user-agent": "A".repeat(3_000) };
    expect((await postJson(world, "/auth/login", { identifier, password }, headers)).status).toBe(200);
    const again = await login(world, identifier, password);
    expect((await sessionsOf(again)).map(({ user_agent: agent }) => agent)).toContain("A".repeat(200));
  });

  test("what is over is not listed as living", async () => {
    const orang = await makeAkun(world, "nasabah");
    clock.advance(20 * 86_400_000);
    const later = await login(world, orang.email, orang.password);
    expect(await sessionsOf(later)).toHaveLength(2);
    // The first one's thirty days end; nobody logs in meanwhile, so nothing was swept out.
    clock.advance(11 * 86_400_000);
    const turned = await postJson(world, "/auth/refresh", { refresh_token: later.refreshToken });
    const { access_token: token } = (await turned.json()) as { access_token: string };
    const living = await sessionsOf({ ...later, headers: { authorization: `Bearer ${token}` } });
    expect(living.map(({ current }) => current)).toEqual([true]);
  });

  test("shows nobody else's", async () => {
    const [one, two] = [await makeAkun(world, "nasabah"), await makeAkun(world, "admin")];
    const ids = new Set((await sessionsOf(one)).map(({ id }) => id));
    for (const { id } of await sessionsOf(two)) expect(ids).not.toContain(id);
  });

  test("20 sessions live; the next login ends the oldest", async () => {
    const all = await loggedIn(20);
    expect(tally(await Promise.all(all.map(meets)))).toEqual({ 200: 20 });
    clock.advance(60_000);
    const [oldest, second] = all;
    const newest = await login(world, oldest?.email ?? "", oldest?.password ?? "");
    expect(await sessionsOf(newest)).toHaveLength(20);
    const met = await Promise.all([oldest, second, newest].flatMap((orang) => (orang ? [meets(orang)] : [])));
    expect(met).toEqual([DEAD, "200", "200"]);
    const refused = await postJson(world, "/auth/refresh", { refresh_token: oldest?.refreshToken });
    expect(await refusalOf(refused)).toBe("401 refresh-tidak-sah");
  });
});

describe("sessions end on the very next request", () => {
  const refusesRefresh = async ({ refreshToken }: Orang) =>
    expect(await refusalOf(await postJson(world, "/auth/refresh", { refresh_token: refreshToken }))).toBe(
      "401 refresh-tidak-sah",
    );

  test("POST /auth/logout ends this one, and only this one", async () => {
    const [one, two] = (await loggedIn(2)) as [Orang, Orang];
    expect((await call(one, "POST", "/auth/logout")).status).toBe(204);
    expect([await meets(one), await meets(two)]).toEqual([DEAD, "200"]);
    await refusesRefresh(one);
    expect(await refusalOf(await call(one, "POST", "/auth/logout"))).toBe(DEAD);
    expect(await sessionsOf(two)).toHaveLength(1);
  });

  test("POST /auth/logout-all ends all, and nobody else's", async () => {
    const [one, two, three] = (await loggedIn(3)) as [Orang, Orang, Orang];
    const other = await makeAkun(world, "nasabah");
    expect((await call(two, "POST", "/auth/logout-all")).status).toBe(204);
    for (const orang of [one, two, three]) {
      expect(await meets(orang)).toBe(DEAD);
      await refusesRefresh(orang);
    }
    expect(await meets(other)).toBe("200");
    expect(await meets(await login(world, one.email, one.password))).toBe("200");
  });

  test("DELETE /auth/sessions ends all others", async () => {
    const [one, two, three] = (await loggedIn(3)) as [Orang, Orang, Orang];
    expect((await call(two, "DELETE", "/auth/sessions")).status).toBe(204);
    expect([await meets(one), await meets(two), await meets(three)]).toEqual([DEAD, "200", DEAD]);
    await refusesRefresh(one);
    expect((await sessionsOf(two)).map(({ current }) => current)).toEqual([true]);
    expect((await call(two, "DELETE", "/auth/sessions")).status).toBe(204);
  });

  test("DELETE /auth/sessions/{id} ends one, also the one that asks; a second time it is 404", async () => {
    const [one, two] = (await loggedIn(2)) as [Orang, Orang];
    const list = await sessionsOf(two);
    const idOf = (current: boolean) => list.find((sesi) => sesi.current === current)?.id ?? "";
    expect((await call(two, "DELETE", `/auth/sessions/${idOf(false)}`)).status).toBe(204);
    expect([await meets(one), await meets(two)]).toEqual([DEAD, "200"]);
    await refusesRefresh(one);
    expect(await refusalOf(await call(two, "DELETE", `/auth/sessions/${idOf(false)}`))).toBe(
      "404 sesi-tidak-ada",
    );
    expect((await call(two, "DELETE", `/auth/sessions/${idOf(true)}`)).status).toBe(204);
    expect(await meets(two)).toBe(DEAD);
  });

  test("other people's sessions are 404 like none at all, also for an admin, and go on", async () => {
    const [mine, theirs] = [await makeAkun(world, "admin"), await makeAkun(world, "nasabah")];
    const [sesi] = await sessionsOf(theirs);
    for (const id of [sesi?.id, crypto.randomUUID()])
      expect(await refusalOf(await call(mine, "DELETE", `/auth/sessions/${id}`))).toBe("404 sesi-tidak-ada");
    expect(await meets(theirs)).toBe("200");
  });

  test("an expired session is over for its access token as well", async () => {
    const orang = await makeAkun(world, "nasabah");
    await world.cloud.neon.asOwner("update sesi set kedaluwarsa_pada = $2 where akun_id = $1", [
      orang.id,
      new Date(clock.now()).toISOString(),
    ]);
    expect(await meets(orang)).toBe(DEAD);
    await refusesRefresh(orang);
  });

  test("expired sessions of anybody are swept out by the next login of anybody", async () => {
    const orang = await makeAkun(world, "nasabah");
    await world.cloud.neon.asOwner("update sesi set kedaluwarsa_pada = $2 where akun_id = $1", [
      orang.id,
      new Date(clock.now()).toISOString(),
    ]);
    await makeAkun(world, "nasabah");
    expect(await world.cloud.neon.asOwner("select id from sesi where akun_id = $1", [orang.id])).toEqual([]);
  });
});

describe("roundtrips to the database and to Redis", () => {
  const costOf = async (ask: () => Promise<Response>, status: number) => {
    await world.idle();
    const { neon, redis } = world.cloud;
    const before = [neon.requests, redis.requests];
    const answer = await ask();
    const after = [neon.requests, redis.requests];
    expect(answer.status, await answer.text()).toBe(status);
    return after.map((count, at) => count - (before[at] ?? 0));
  };

  test.each([
    ["GET", "/auth/me", 200],
    ["GET", "/api/user-info", 200],
    ["GET", "/auth/sessions", 200],
    ["GET", "/auth/akun", 200],
    ["POST", "/auth/logout", 204],
    ["POST", "/auth/logout-all", 204],
    ["DELETE", "/auth/sessions", 204],
  ])("%s %s is one to the database", async (method, path, status) => {
    const orang = await makeAkun(world, "admin");
    expect(await costOf(async () => await call(orang, method, path), status)).toEqual([1, 0]);
  });

  test("a refresh is one to the database, a forged one none", async () => {
    const { refreshToken } = await makeAkun(world, "nasabah");
    const refresh = (token: string) => async () =>
      await postJson(world, "/auth/refresh", { refresh_token: token });
    expect(await costOf(refresh(refreshToken), 200)).toEqual([1, 0]);
    expect(await costOf(refresh(`${refreshToken.slice(0, -6)}AAAAAA`), 401)).toEqual([0, 0]);
  });

  test("a forged access token is none", async () => {
    const { accessToken } = await makeAkun(world, "nasabah");
    const headers = { authorization: `Bearer ${accessToken.slice(0, -6)}AAAAAA` };
    expect(await costOf(async () => await world.request("/auth/me", { headers }), 401)).toEqual([0, 0]);
  });

  test("a login is two to the database and one to Redis before the answer, and one to Redis behind it", async () => {
    const { email: identifier, password } = await makeAkun(world, "nasabah");
    await world.idle();
    const { neon, redis } = world.cloud;
    // Giving the attempt back is what the answer does not wait for (see masuk-rupa.test.ts).
    const isBehind = ({ body }: { body: Buffer }) => body.includes("DECR");
    let behind = 0;
    redis.faults.always({ kind: "delay", ms: 1 }, (request) => {
      if (isBehind(request)) behind += 1;
      return false;
    });
    const before = [neon.requests, redis.requests];
    const answer = await postJson(world, "/auth/login", { identifier, password });
    expect(answer.status).toBe(200);
    await world.idle();
    expect([neon.requests, redis.requests].map((count, at) => count - (before[at] ?? 0))).toEqual([2, 2]);
    expect(behind).toBe(1);
  });

  test("a registration is one to each", async () => {
    const body = { name: "Ani", email: `${crypto.randomUUID()}@example.com`, password: "password123" };
    expect(await costOf(async () => await postJson(world, "/api/register", body), 201)).toEqual([1, 1]);
  });
});
