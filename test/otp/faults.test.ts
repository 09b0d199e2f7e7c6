import { beforeAll, describe, expect, test } from "vitest";
import type { Fault } from "../../dev/stand-in.ts";
import { refusalOf } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { makeMitra, type Mitra } from "../make.ts";
import { coba, hasil, idBaru, kodeBaru, mintaKode, selain } from "./seams.ts";

const world = useWorld();
let mitra: Mitra;
beforeAll(async () => {
  mitra = await makeMitra(world);
});

const answer = (body: unknown, status = 200): Fault => ({
  kind: "answer",
  status,
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});
/** What a transaction answers: a result for each command. */
const results = (...of: unknown[]) => answer(of.map((result) => ({ result })));

const TIDAK_TERSEDIA = "503 layanan-tidak-tersedia";

/** Ways in which Redis says nothing that could be counted on; the code must not be accepted, and none be issued. */
const SILENCES: [string, Fault][] = [
  ["refuses the connection", { kind: "refuse" }],
  ["never answers", { kind: "hang" }],
  ["does the work, but never answers", { kind: "hangAfter" }],
  ["does the work, but breaks off", { kind: "drop" }],
  ["answers 500", answer("rusak", 500)],
  ["answers 503", answer({ error: "ERR loading" }, 503)],
  ["answers 401", answer({ error: "WRONGPASS" }, 401)],
  ["answers 429", answer({ error: "ERR max requests limit exceeded" }, 429)],
  ["discards the transaction", answer({ error: "EXECABORT Transaction discarded" }, 400)],
  ["answers a page", answer("<html>maaf</html>")],
  ["answers nothing", answer("")],
  ["answers half of its JSON", answer('[{"result":1},{"resu')],
  ["answers null", answer("null")],
  ["answers a number", answer("1")],
  ["answers an object", answer({ result: "OK" })],
  ["answers an object that says all is well", answer({ result: [1, 1, 1, 1] })],
  ["answers an empty list", results()],
  ["answers one result", results("1")],
  ["answers a list too short", results("1", 1, 1)],
  ["answers a list too long", results(...Array<number>(30).fill(1))],
  ["answers nulls", answer(Array(40).fill(null))],
  ["answers lists", results([1], [1], [1], [1])],
  ["answers results of null", results(null, null, null, null)],
  ["answers texts", results("OK", "OK", "OK", "OK")],
  ["answers empty texts", results("", "", "", "")],
  ["answers truths", results(true, true, true, true)],
  ["answers fractions", results(1.5, 1, 1, 1)],
  ["answers errors", answer(Array.from({ length: 4 }, () => ({ error: "OOM command not allowed" })))],
];

test.each(SILENCES)(
  "while Redis %s: no code is issued and none is accepted, and each is asked once",
  async (_, fault) => {
    const { redis } = world.cloud;
    const id = idBaru();
    const code = await kodeBaru(world, mitra, { id });
    const logged = world.log.length;
    const before = redis.requests;
    redis.faults.always(fault);
    // At once, so that silence takes no longer than one of it.
    const answers = await Promise.all([
      mintaKode(world, mitra, { id: idBaru() }),
      coba(world, mitra, { id }, code),
    ]);
    for (const answer of answers) {
      expect(answer.headers.get("retry-after")).toBe("5");
      expect(await answer.clone().json()).not.toHaveProperty("otp");
      expect(await refusalOf(answer)).toBe(TIDAK_TERSEDIA);
    }
    expect(redis.requests - before).toBe(2);
    const events = world.log.slice(logged).map(({ event }) => event);
    expect(events.filter((event) => event === "unavailable")).toHaveLength(2);
    expect(events).not.toContain("unexpected");

    redis.faults.clear();
    expect(await hasil(world, mitra, { id: idBaru() }, code)).toBe("404 otp-tidak-ada");
    const next = await kodeBaru(world, mitra, { id });
    expect(await hasil(world, mitra, { id }, next)).toBe("200");
  },
);

describe("one command of a transaction that answers an error makes all of it none:", () => {
  /** The names of the commands that a request sends to Redis. */
  const commandsOf = async (ask: () => Promise<Response>): Promise<string[]> => {
    let commands: string[] = [];
    // It matches nothing; it only looks.
    world.cloud.redis.faults.next({ kind: "refuse" }, 1, ({ body }) => {
      commands = (JSON.parse(body.toString()) as string[][]).map(([name]) => String(name).toLowerCase());
      return false;
    });
    expect((await ask()).status).toBe(200);
    world.cloud.redis.faults.clear();
    return commands;
  };
  /** Does the work, then answers ones to `length` commands, but the `at`-th. */
  const replace = (length: number, at: number, by: object) => {
    const of = Array.from({ length }, (_, i) => (i === at ? by : { result: 1 }));
    world.cloud.redis.faults.next({ kind: "replace", status: 200, body: JSON.stringify(of) });
  };

  test("any of a guess", async () => {
    const id = idBaru();
    const right = await kodeBaru(world, mitra, { id });
    const { length } = await commandsOf(() => coba(world, mitra, { id }, right));
    expect(length).toBeGreaterThan(3);
    for (const at of Array(length).keys()) {
      const code = await kodeBaru(world, mitra, { id });
      replace(length, at, { error: "WRONGTYPE" });
      expect(await hasil(world, mitra, { id }, code), String(at)).toBe(TIDAK_TERSEDIA);
    }
    // The same list without an error is believed: the ones above were refused for what they say.
    replace(length, -1, {});
    expect(await hasil(world, mitra, { id }, "000000")).toBe("200");
  });

  test("any of an issue, also where no limit is full and the code was not kept", async () => {
    const ask = () => mintaKode(world, mitra, { id: idBaru() });
    const commands = await commandsOf(ask);
    expect(commands.length).toBeGreaterThan(10);
    for (const at of commands.keys()) {
      replace(commands.length, at, { error: "WRONGTYPE" });
      expect(await refusalOf(await ask()), String(at)).toBe(TIDAK_TERSEDIA);
    }
    replace(commands.length, commands.indexOf("copy"), { result: 0 });
    const answer = await ask();
    expect(await answer.clone().json()).not.toHaveProperty("otp");
    expect(await refusalOf(answer)).toBe(TIDAK_TERSEDIA);
    replace(commands.length, -1, {});
    expect((await ask()).status).toBe(200);
  });

  test("a list one reply short or one too long, however good they are", async () => {
    const ask = () => mintaKode(world, mitra, { id: idBaru() });
    const { length } = await commandsOf(ask);
    for (const off of [-2, -1, 1, 2]) {
      replace(length + off, -1, {});
      const answer = await ask();
      expect(await answer.clone().json()).not.toHaveProperty("otp");
      expect(await refusalOf(answer), String(off)).toBe(TIDAK_TERSEDIA);
    }
    const id = idBaru();
    const guesses = await commandsOf(async () =>
      coba(world, mitra, { id }, await kodeBaru(world, mitra, { id })),
    );
    for (const off of [-2, -1, 1, 2]) {
      const code = await kodeBaru(world, mitra, { id });
      replace(guesses.length + off, -1, {});
      expect(await hasil(world, mitra, { id }, code), String(off)).toBe(TIDAK_TERSEDIA);
    }
  });

  test.each(["", null, "x", 1.5, "1.5", [1], true, "inf"])(
    "%j in place of any number of a guess",
    async (result) => {
      const id = idBaru();
      for (const at of Array(4).keys()) {
        const code = await kodeBaru(world, mitra, { id });
        // Texts come in base64, since the SDK asks for that.
        replace(4, at, { result: typeof result === "string" ? btoa(result) : result });
        expect(await hasil(world, mitra, { id }, code), String(at)).toBe(TIDAK_TERSEDIA);
      }
    },
  );
});

describe("an answer that is lost", () => {
  test.each(["drop", "hangAfter"] as const)(
    "of a right guess (%s): it is used up, and not accepted when it comes again",
    async (kind) => {
      const id = idBaru();
      const code = await kodeBaru(world, mitra, { id });
      world.cloud.redis.faults.next({ kind });
      expect(await hasil(world, mitra, { id }, code)).toBe(TIDAK_TERSEDIA);
      for (const _ of Array(3).keys())
        expect(await hasil(world, mitra, { id }, code)).toBe("404 otp-tidak-ada");
    },
  );

  test("of wrong guesses: they are counted", async () => {
    const id = idBaru();
    const code = await kodeBaru(world, mitra, { id });
    world.cloud.redis.faults.next({ kind: "drop" }, 2);
    for (const _ of Array(2).keys())
      expect(await hasil(world, mitra, { id }, selain(code))).toBe(TIDAK_TERSEDIA);
    expect(await hasil(world, mitra, { id }, selain(code))).toBe("400 otp-salah");
    expect(await hasil(world, mitra, { id }, code)).toBe("429 otp-habis");
  });

  test("of an issue: the code before is dead, since nobody can know", async () => {
    const id = idBaru();
    const code = await kodeBaru(world, mitra, { id });
    world.cloud.redis.faults.next({ kind: "drop" });
    expect(await refusalOf(await mintaKode(world, mitra, { id }))).toBe(TIDAK_TERSEDIA);
    expect(await hasil(world, mitra, { id }, code)).toBe("400 otp-salah");
    expect(await hasil(world, mitra, { id }, await kodeBaru(world, mitra, { id }))).toBe("200");
  });

  test("a request that never reached Redis costs nothing: the code before and its guesses are as they were", async () => {
    const id = idBaru();
    const code = await kodeBaru(world, mitra, { id });
    world.cloud.redis.faults.next({ kind: "refuse" }, 5);
    for (const _ of Array(4).keys())
      expect(await hasil(world, mitra, { id }, selain(code))).toBe(TIDAK_TERSEDIA);
    expect(await refusalOf(await mintaKode(world, mitra, { id }))).toBe(TIDAK_TERSEDIA);
    for (const _ of Array(2).keys())
      expect(await hasil(world, mitra, { id }, selain(code))).toBe("400 otp-salah");
    expect(await hasil(world, mitra, { id }, code)).toBe("200");
  });
});

test.each(["refuse", "drop"] as const)(
  "without the database (%s) nobody is known: 503, and Redis is not asked",
  async (kind) => {
    const id = idBaru();
    const code = await kodeBaru(world, mitra, { id });
    const before = world.cloud.redis.requests;
    world.cloud.neon.faults.always({ kind });
    expect(await hasil(world, mitra, { id }, code)).toBe(TIDAK_TERSEDIA);
    expect(await refusalOf(await mintaKode(world, mitra, { id }))).toBe(TIDAK_TERSEDIA);
    expect(world.cloud.redis.requests).toBe(before);
    world.cloud.neon.faults.clear();
    expect(await hasil(world, mitra, { id }, code)).toBe("200");
  },
);
