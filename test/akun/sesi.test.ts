import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import type { Tokens } from "../../src/platform/auth/tokens.ts";
import { useWorld } from "../harness.ts";
import { login, makeAkun, postJson, type Orang } from "../make.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { patientAttempts } from "./seams.ts";

// Refresh tokens: turning them over, and what happens when one comes twice.

const clock = new ManualClock();
const world = useWorld({ clock, deps: { attempts: patientAttempts(() => world) } });

const GRACE_MS = 30_000;
const DAY_MS = 86_400_000;

interface Pair {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string;
}

const refresh = (token: string) => postJson(world, "/auth/refresh", { refresh_token: token });

async function refreshed(token: string): Promise<Pair> {
  const answer = await refresh(token);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Pair;
}

/** How the house receives an access token. */
async function meets(token: string): Promise<string> {
  return await refusalOf(await world.request("/auth/me", { headers: { authorization: `Bearer ${token}` } }));
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;
}

async function auditOf(orang: Orang, aksi: string): Promise<Record<string, unknown>[]> {
  return await world.cloud.neon.asOwner(
    "select pelaku, rincian from audit where aksi = $1 and sasaran_tabel = 'akun' and sasaran_id = $2",
    [aksi, orang.id],
  );
}

describe("turning a refresh token over", () => {
  test("gives a new pair of the same session, and the session does not live longer for it", async () => {
    const orang = await makeAkun(world, "karyawan");
    let token = orang.refreshToken;
    const seen = new Set([orang.accessToken, token]);
    for (const _ of Array(3).keys()) {
      clock.advance(GRACE_MS + 1_000);
      const pair = await refreshed(token);
      expect(pair).toEqual({
        access_token: expect.any(String),
        token_type: "bearer",
        expires_in: 3_600,
        refresh_token: expect.any(String),
      });
      expect(await meets(pair.access_token)).toBe("200");
      expect(claimsOf(pair.access_token)).toMatchObject({ sub: String(orang.id), role: "karyawan" });
      expect(claimsOf(pair.refresh_token)["exp"]).toBe(claimsOf(orang.refreshToken)["exp"]);
      seen.add(pair.access_token).add(pair.refresh_token);
      token = pair.refresh_token;
    }
    expect(seen.size).toBe(8);
  });

  test("goes on for thirty days from the login and no longer; the last access tokens end with it", async () => {
    const orang = await makeAkun(world, "nasabah");
    clock.advance(30 * DAY_MS - 600_000);
    const pair = await refreshed(orang.refreshToken);
    expect(pair.expires_in).toBe(600);
    expect(await meets(pair.access_token)).toBe("200");
    clock.advance(600_000);
    expect(await meets(pair.access_token)).toBe("401 token-tidak-sah");
    expect(await refusalOf(await refresh(pair.refresh_token))).toBe("401 refresh-tidak-sah");
  });

  test("works when the access token is long over", async () => {
    const orang = await makeAkun(world, "nasabah");
    clock.advance(3_600_000 + 6_000);
    expect(await meets(orang.accessToken)).toBe("401 token-tidak-sah");
    expect(await meets((await refreshed(orang.refreshToken)).access_token)).toBe("200");
  });
});

describe("a refresh token that comes again", () => {
  test("after half a minute ends its session and every token of it, with an audit row and a line in the log", async () => {
    const orang = await makeAkun(world, "nasabah");
    const other = await login(world, orang.email, orang.password);
    const pair = await refreshed(orang.refreshToken);
    clock.advance(GRACE_MS);
    expect(await meets(pair.access_token)).toBe("200");
    const logged = world.log.length;
    expect(await refusalOf(await refresh(orang.refreshToken))).toBe("401 refresh-tidak-sah");
    for (const token of [orang.accessToken, pair.access_token])
      expect(await meets(token)).toBe("401 token-tidak-sah");
    expect(await refusalOf(await refresh(pair.refresh_token))).toBe("401 refresh-tidak-sah");
    const sesi = claimsOf(orang.accessToken)["sid"];
    const [audit, ...more] = await auditOf(orang, "sesi.dipakai_ulang");
    expect(more).toEqual([]);
    expect(JSON.parse(String(audit?.["rincian"]))).toEqual({ sesi });
    expect(world.log.slice(logged).filter(({ level }) => level === "warn")).toMatchObject([
      { event: "refresh_reused", akun_id: orang.id },
    ]);
    // A session for itself: the theft says nothing about the others.
    expect(await meets(other.accessToken)).toBe("200");
  });

  test("because our answer was lost, is taken: the client has waited for the database and for our Retry-After", async () => {
    const orang = await makeAkun(world, "nasabah");
    world.cloud.neon.faults.next({ kind: "drop" });
    const lost = await refresh(orang.refreshToken);
    expect(lost.status).toBe(503);
    clock.advance(10_000 + 1_000 * Number(lost.headers.get("retry-after")));
    const pair = await refreshed(orang.refreshToken);
    expect(claimsOf(pair.refresh_token)["n"]).toBe(2);
    expect(await meets(pair.access_token)).toBe("200");
  });

  test("as the one before the one before, ends the session also within the half minute", async () => {
    const orang = await makeAkun(world, "nasabah");
    const second = await refreshed(orang.refreshToken);
    const third = await refreshed(second.refresh_token);
    expect(await refusalOf(await refresh(orang.refreshToken))).toBe("401 refresh-tidak-sah");
    expect(await meets(third.access_token)).toBe("401 token-tidak-sah");
  });

  test("before it was ever given out, ends the session", async () => {
    const orang = await makeAkun(world, "nasabah");
    const { sub, sid } = claimsOf(orang.accessToken);
    const ahead = await world.deps.auth.tokens.sign("refresh", String(sub), { sid, n: 7 });
    expect(await refusalOf(await refresh(ahead))).toBe("401 refresh-tidak-sah");
    expect(await meets(orang.accessToken)).toBe("401 token-tidak-sah");
  });

  test("twice at once, from an honest client: both answers work, and so does the session afterwards", async () => {
    const orang = await makeAkun(world, "nasabah");
    const [one, two] = await Promise.all([refreshed(orang.refreshToken), refreshed(orang.refreshToken)]);
    for (const { access_token: token } of [one, two]) expect(await meets(token)).toBe("200");
    clock.advance(GRACE_MS + 1_000);
    // The client keeps one of the two answers, whichever came last.
    const next = await refreshed(two.refresh_token);
    clock.advance(GRACE_MS + 1_000);
    expect(await meets((await refreshed(next.refresh_token)).access_token)).toBe("200");
    expect(await auditOf(orang, "sesi.dipakai_ulang")).toEqual([]);
  });

  test("20 times at once: all of them work, and name one refresh token to come", async () => {
    const orang = await makeAkun(world, "nasabah");
    const pairs = await atOnce(20, async () => await refreshed(orang.refreshToken));
    expect(tally(pairs.map(({ refresh_token: token }) => claimsOf(token)["n"]))).toEqual({ 2: 20 });
    const met = await Promise.all(pairs.map(async ({ access_token: token }) => await meets(token)));
    expect(tally(met)).toEqual({ 200: 20 });
    expect(await auditOf(orang, "sesi.dipakai_ulang")).toEqual([]);
  });

  test("in the answer that got lost on the way: the client asks again within ten seconds and goes on", async () => {
    const orang = await makeAkun(world, "nasabah");
    world.cloud.neon.faults.next({ kind: "drop" });
    expect(await refusalOf(await refresh(orang.refreshToken))).toBe("503 layanan-tidak-tersedia");
    clock.advance(GRACE_MS - 1_000);
    const pair = await refreshed(orang.refreshToken);
    clock.advance(GRACE_MS);
    expect(await meets((await refreshed(pair.refresh_token)).access_token)).toBe("200");
  });
});

describe("what is no refresh token", () => {
  const sign: Tokens["sign"] = async (...claims) => await world.deps.auth.tokens.sign(...claims);

  test("an access token, a cookie's token, garbage, and tokens of another key", async () => {
    const orang = await makeAkun(world, "nasabah");
    const { sid } = claimsOf(orang.accessToken);
    const cookie = await sign("cookie", String(orang.id), { sid, n: 1 });
    const access = await sign("access", String(orang.id), { sid, n: 1 });
    const [head, , tail] = orang.refreshToken.split(".");
    const other = Buffer.from(JSON.stringify({ ...claimsOf(orang.refreshToken), sub: "1" })).toString(
      "base64url",
    );
    for (const token of [orang.accessToken, cookie, access, "x", "a.b.c", `${head}.${other}.${tail}`, "🙂"])
      expect(await refusalOf(await refresh(token)), token).toBe("401 refresh-tidak-sah");
    expect(await meets(orang.accessToken)).toBe("200");
  });

  test("a session of another account: neither works nor ends it", async () => {
    const [mine, theirs] = [await makeAkun(world, "nasabah"), await makeAkun(world, "nasabah")];
    const { sid } = claimsOf(theirs.accessToken);
    for (const n of [1, 2, 5]) {
      const mixed = await sign("refresh", String(mine.id), { sid, n });
      expect(await refusalOf(await refresh(mixed))).toBe("401 refresh-tidak-sah");
    }
    expect(await meets(theirs.accessToken)).toBe("200");
    expect((await refresh(theirs.refreshToken)).status).toBe(200);
    expect(await auditOf(theirs, "sesi.dipakai_ulang")).toEqual([]);
  });

  test.each([
    ["sub in words", "admin", {}],
    ["sub beyond int8", "9".repeat(16), {}],
    ["a session that is no UUID", undefined, { sid: "1" }],
    ["a turn that is no number", undefined, { n: "1" }],
    ["turn zero", undefined, { n: 0 }],
    ["a turn beyond int4", undefined, { n: 2_147_483_648 }],
  ])("%s, well signed", async (_, subject, claims) => {
    const orang = await makeAkun(world, "nasabah");
    const { sid } = claimsOf(orang.accessToken);
    const token = await sign("refresh", subject ?? String(orang.id), { sid, n: 1, ...claims });
    expect(await refusalOf(await refresh(token))).toBe("401 refresh-tidak-sah");
    expect(await meets(orang.accessToken)).toBe("200");
  });
});
