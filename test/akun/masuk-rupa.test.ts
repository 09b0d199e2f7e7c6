import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Fault } from "../../dev/stand-in.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, postJson } from "../make.ts";
import { refusalOf } from "../answers.ts";

// What a login looks like from outside when it fails, and what it does when Redis does not answer.

/** Hashes that bcrypt was really asked to compare with. */
const compared = vi.hoisted((): string[] => []);
vi.mock("bcryptjs", async (original) => {
  const real = await original<typeof import("bcryptjs")>();
  const compare = async (password: string, hash: string) => {
    compared.push(hash);
    return await real.compare(password, hash);
  };
  return { ...real, compare };
});

const world = useWorld();
beforeEach(() => {
  compared.length = 0;
});

const masuk = (identifier: string, password: string) =>
  postJson(world, "/auth/login", { identifier, password });
const masukEmail = (email: string, password: string) => postJson(world, "/api/login", { email, password });

/** Everything that can be seen of an answer, from outside and in its cost. */
async function looksOf(ask: () => Promise<Response>) {
  await world.idle();
  const { neon, redis } = world.cloud;
  const before = { neon: neon.requests, redis: redis.requests, compared: compared.length };
  const answer = await ask();
  await world.idle();
  const headers = Object.fromEntries(answer.headers);
  const { request_id: requestId, ...body } = (await answer.json()) as Record<string, unknown>;
  expect(headers["x-request-id"]).toBe(requestId);
  delete headers["x-request-id"];
  return {
    status: answer.status,
    headers,
    body,
    database: neon.requests - before.neon,
    redis: redis.requests - before.redis,
    // Version and cost: as much as decides how long it takes.
    bcrypt: compared.slice(before.compared).map((hash) => ({ kind: hash.slice(0, 7), length: hash.length })),
  };
}

describe("a name that nobody has cannot be told from a wrong password", () => {
  test("by status, body, headers, roundtrips, or what bcrypt is asked: at both doors, by username and e-mail", async () => {
    const { username, email } = await makeAkun(world, "karyawan");
    const known = await looksOf(async () => await masuk(username ?? "", "salah-sekali"));
    expect(known).toMatchObject({
      status: 401,
      database: 2,
      redis: 1,
      bcrypt: [{ kind: "$2b$04$", length: 60 }],
      headers: { "www-authenticate": 'Bearer realm="satu-pintu"' },
      body: { detail: "Username/email atau password salah.", instance: "/auth/login" },
    });
    for (const identifier of [email, "tiada-seorang-pun", "tiada@example.com", "'; drop table akun --", "ﬁ"])
      expect(await looksOf(async () => await masuk(identifier, "salah-sekali")), identifier).toEqual(known);

    const knownEmail = await looksOf(async () => await masukEmail(email, "salah-sekali"));
    expect(knownEmail).toEqual({ ...known, body: { ...known.body, instance: "/api/login" } });
    expect(await looksOf(async () => await masukEmail("tiada@example.com", "salah-sekali"))).toEqual(
      knownEmail,
    );
  });

  test("nor once it is locked", async () => {
    const { username, email } = await makeAkun(world, "karyawan");
    const nobody = `tiada-${crypto.randomUUID()}`;
    for (const name of [username ?? "", nobody]) {
      for (const _ of Array(10).keys()) expect((await masuk(name, "salah")).status).toBe(401);
    }
    const [known, unknown] = [
      await looksOf(async () => await masuk(email, "salah")),
      await looksOf(async () => await masuk(nobody, "salah")),
    ];
    expect(known).toMatchObject({ status: 429, database: 1, redis: 1, bcrypt: [] });
    // The window of the second began later by as long as its ten comparisons took.
    const timeless = ({ headers, ...rest }: typeof known) => ({
      ...rest,
      headers: { ...headers, "retry-after": "", ratelimit: headers["ratelimit"]?.replace(/\d+$/, "") },
    });
    expect(timeless(unknown)).toEqual(timeless(known));
  });

  test("nor when the account is disabled, as long as the password is wrong", async () => {
    const orang = await makeAkun(world, "nasabah");
    await world.cloud.neon.asOwner("update akun set aktif = false where id = $1", [orang.id]);
    const disabled = await looksOf(async () => await masuk(orang.email, "salah"));
    expect(disabled).toEqual(await looksOf(async () => await masuk("tiada-seorang-pun", "salah")));
    expect(disabled.status).toBe(401);
    expect(await refusalOf(await masuk(orang.email, orang.password))).toBe("403 akun-nonaktif");
    expect(await refusalOf(await masukEmail(orang.email, orang.password))).toBe("403 akun-nonaktif");
    const sessions = await world.cloud.neon.asOwner("select dibuat_pada from sesi where akun_id = $1", [
      orang.id,
    ]);
    expect(sessions).toHaveLength(1);
  });

  test("no password leads to the hash that nobody has", async () => {
    for (const password of ["password", "password123", "a", "x".repeat(72)])
      expect(await refusalOf(await masuk("tiada-seorang-pun-juga", password))).toBe("401 identitas-salah");
    expect(compared).toHaveLength(4);
    expect(new Set(compared).size).toBe(1);
  });
});

/** Ways in which Redis says nothing that could be counted on. */
const SILENCES: Record<string, Fault> = {
  "refuses the connection": { kind: "refuse" },
  "never answers": { kind: "hang" },
  "counts, but never answers": { kind: "hangAfter" },
  "counts, but breaks off": { kind: "drop" },
  "answers 500": { kind: "answer", status: 500, body: '{"error":"ERR"}' },
  "answers 401": { kind: "answer", status: 401, body: '{"error":"Unauthorized"}' },
  "answers 429": { kind: "answer", status: 429, body: '{"error":"ERR max requests limit exceeded"}' },
  "answers garbage": { kind: "answer", status: 200, body: "<html>maaf</html>" },
  "answers nothing": { kind: "answer", status: 200, body: "" },
  "answers null": { kind: "answer", status: 200, body: "null" },
  "answers too little": { kind: "answer", status: 200, body: "[]" },
  "answers texts for numbers": {
    kind: "answer",
    status: 200,
    body: JSON.stringify({ result: ["OK", "OK"] }),
  },
  "answers errors": {
    kind: "answer",
    status: 200,
    body: JSON.stringify({ error: "OOM command not allowed" }),
  },
};

describe.each(Object.entries(SILENCES))("while Redis %s", (_, fault) => {
  test("no password is looked at: 503; then logging in works again", async () => {
    const { email, password, headers } = await makeAkun(world, "nasabah");
    const asks = [
      async () => await masuk(email, password),
      async () => await masuk("tiada-seorang-pun", password),
      async () => await masukEmail(email, password),
      async () =>
        await postJson(
          world,
          "/auth/password",
          { current_password: password, new_password: "sandi-baru" },
          headers,
        ),
      async () =>
        await postJson(world, "/api/register", {
          name: "Ani",
          email: `${crypto.randomUUID()}@example.com`,
          password,
        }),
    ];
    const rows = async () => await world.cloud.neon.asOwner("select id, kata_sandi from akun order by id");
    const before = await rows();
    compared.length = 0;
    const logged = world.log.length;
    world.cloud.redis.faults.always(fault);
    // At once, so that five silences take no longer than one.
    const answers = await Promise.all(asks.map(async (ask) => await ask()));
    for (const answer of answers) {
      expect(answer.headers.get("retry-after")).toBe("5");
      expect(await refusalOf(answer)).toBe("503 layanan-tidak-tersedia");
    }
    expect(compared).toEqual([]);
    expect(await rows()).toEqual(before);
    expect(world.log.slice(logged).map(({ event }) => event)).not.toContain("unexpected");

    world.cloud.redis.faults.clear();
    expect((await masuk(email, password)).status).toBe(200);
    expect(compared).toHaveLength(1);
  });
});

test("half of what Redis should say is not enough for a login", async () => {
  const { email, password } = await makeAkun(world, "nasabah");
  compared.length = 0;
  const body = JSON.stringify({ result: [0] });
  world.cloud.redis.faults.always({ kind: "answer", status: 200, body });
  expect(await refusalOf(await masuk(email, password))).toBe("503 layanan-tidak-tersedia");
  expect(compared).toEqual([]);
});

test("a login does not wait for its attempt to be given back, and succeeds without", async () => {
  const { email, password } = await makeAkun(world, "nasabah");
  await world.idle();
  const { redis } = world.cloud;
  const logged = world.log.length;
  const isGivingBack = (body: Buffer) => body.includes("DECR");
  redis.faults.always({ kind: "hang" }, ({ body }) => isGivingBack(body));
  const before = redis.requests;
  expect((await masuk(email, password)).status).toBe(200);
  const events = () => world.log.slice(logged).map(({ event }) => event);
  // The log says it when the deadline passes, which is after the answer.
  expect(events()).not.toContain("attempts_not_given_back");
  await world.idle();
  expect(events().filter((event) => event === "attempts_not_given_back")).toHaveLength(1);
  expect(redis.requests - before).toBe(2);
});
