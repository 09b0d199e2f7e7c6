import { describe, expect, test, vi } from "vitest";
import type { Fault } from "../../dev/stand-in.ts";
import { useWorld } from "../harness.ts";
import { eachKind, readOperations, type Operation } from "./document.ts";
import { flawsOf, rebuilt, rowCounts, sampleOf, send, type House, type Sample } from "./samples.ts";

// Doors that count attempts in Redis before they do their work: what they do when it cannot count, and when it has.

// Many of these ask every operation there is, each with rows of its own.
vi.setConfig({ testTimeout: 180_000 });

const world = useWorld();
const operations = eachKind(await readOperations());

/** How often each may be tried, and what a try is that counts. */
interface Counted {
  /** Wrong credentials on one account. */
  wrong?: { quota: number; body: (sample: Sample) => object; status: number };
  /** Tries from one address, right or wrong; only where limits are strict. */
  perAddress?: number;
}

const COUNTED: Record<string, Counted> = {
  masuk: {
    wrong: { quota: 10, body: ({ body }) => ({ ...body, password: "salah" }), status: 401 },
  },
  masukDenganEmail: {
    wrong: { quota: 10, body: ({ body }) => ({ ...body, password: "salah" }), status: 401 },
  },
  gantiKataSandi: {
    wrong: { quota: 10, body: ({ body }) => ({ ...body, current_password: "salah" }), status: 403 },
  },
  daftarStaf: { perAddress: 30 },
  daftarNasabah: { perAddress: 30 },
  // How often is told by Redis itself, in test/otp.
  terbitkanOtp: {},
  "terbitkanOtp:mitra": {},
  verifikasiOtp: {},
  "verifikasiOtp:mitra": {},
  // A nasabah that says what its numbers are; how often, in test/direktori.
  "tambahUser:TambahNasabah": {},
  "ubahUser:UbahNasabah": {},
  // Questions that the biller counts too, and samples to an endpoint; how many, in test/ppob.
  cekPln: {},
  ujiCallback: {},
  ulangKiriman: {},
  // Files that an account sends; how many, in test/amancair.
  unggahDokumen: {},
  kirimBerkasChat: {},
};

/** What tells Redis who answers in a chat, or asks it; the record is the database's, so without Redis they work as well. */
const REMEMBERING = [
  "webhookWhapi",
  "webhookWhapiMessages",
  "aturChat",
  "hapusChat",
  "kirimPesan",
  "kirimBerkasChat",
];

const counted = operations.filter(({ id }) => id in COUNTED);
const others = operations.filter(({ id }) => !(id in COUNTED));

const answer = (body: unknown, status = 200): Fault => ({
  kind: "answer",
  status,
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

const FAULTS: Record<string, Fault> = {
  "refuses connections": { kind: "refuse" },
  "does its work and loses the answer": { kind: "drop" },
  "answers 500": answer("rusak", 500),
  "answers 502 with a page": answer("<html>Bad Gateway</html>", 502),
  "knows us no longer": answer({ error: "WRONGPASS invalid or missing auth token" }, 401),
  "is asked too much": answer({ error: "ERR max daily request limit exceeded" }, 429),
  "answers no JSON": answer("bukan json"),
  "answers nothing": answer(""),
  "answers null": answer("null"),
  "answers an empty list": answer([]),
  "answers an object": answer({ result: 1 }),
  "answers too little": answer({ result: [0] }),
  "answers texts": answer({ result: ["x", "x"] }),
  "answers nulls": answer({ result: [null, null] }),
  "answers a list of nulls, one for each command": answer(
    Array.from({ length: 4 }, () => ({ result: null })),
  ),
  "answers a list of errors": answer(Array.from({ length: 4 }, () => ({ error: "WRONGTYPE" }))),
  "answers an error in place of a count": answer({ error: "WRONGTYPE Operation against a key" }),
};

test("the table is right: these operations ask Redis before they work or tell it, and no others ask it at all", async () => {
  const asking = [];
  for (const operation of operations) {
    const sample = await sampleOf(world, operation);
    await world.idle();
    world.cloud.redis.requests = 0;
    await send(world, sample);
    await world.idle();
    if (world.cloud.redis.requests > 0) asking.push(operation.id);
  }
  expect(asking.sort()).toEqual([...new Set([...Object.keys(COUNTED), ...REMEMBERING])].sort());
});

describe("a Redis that", () => {
  test.each(Object.entries(FAULTS))(
    "%s is 503 with a cause in the log: nothing is tried uncounted",
    async (_name, fault) => {
      for (const operation of counted) await expectUnavailable(operation, fault);
    },
  );

  test.each(counted)("hangs lets $id answer all the same", async (operation) => {
    await expectUnavailable(operation, { kind: "hang" });
  });

  test.each(["refuse", "hang"] as const)("is out of order (%s) is no matter to the others", async (kind) => {
    for (const operation of others) {
      const sample = await sampleOf(world, operation);
      await world.idle();
      world.cloud.redis.faults.always({ kind });
      const response = await send(world, sample);
      world.cloud.redis.faults.clear();
      expect(response.status, operation.id).toBe(operation.success);
    }
  });

  test("fails after the answer costs the caller an attempt and nobody else anything: a warning", async () => {
    for (const operation of counted.filter(({ id }) => COUNTED[id]?.wrong)) {
      const sample = await sampleOf(world, operation);
      await world.idle();
      const logged = world.log.length;
      world.cloud.redis.requests = 0;
      world.cloud.redis.faults.always({ kind: "refuse" }, ({ body }) => !body.includes("INCR"));
      const response = await send(world, sample);
      expect(response.status, operation.id).toBe(operation.success);
      await world.idle();
      world.cloud.redis.faults.clear();
      expect(world.cloud.redis.requests).toBe(2);
      const loud = world.log.slice(logged).filter(({ level }) => level !== "info");
      expect(loud).toEqual([
        expect.objectContaining({ level: "warn", event: "attempts_not_given_back" }) as object,
      ]);
    }
  });

  /** Sends the operation's valid request while Redis fails: one question, one refusal, nothing done. */
  async function expectUnavailable(operation: Operation, fault: Fault): Promise<void> {
    const sample = await sampleOf(world, operation);
    await world.idle();
    const before = await rowCounts(world);
    const logged = world.log.length;
    world.cloud.redis.requests = 0;
    world.cloud.redis.faults.always(fault);
    const response = await send(world, sample);
    world.cloud.redis.faults.clear();
    expect(await flawsOf(response, [503]), operation.id).toEqual([]);
    expect(world.cloud.redis.requests, operation.id).toBe(1);
    expect(await rowCounts(world), operation.id).toEqual(before);
    const errors = world.log.slice(logged).filter(({ level }) => level === "error");
    expect(errors, operation.id).toEqual([expect.objectContaining({ event: "unavailable" }) as object]);
  }
});

/** What a refusal says of how long to wait. */
function waitOf(response: Response): { after: number; left: number; policy: string | null } {
  const [, left] = /^"[\w-]+";r=0;t=(\d+)$/.exec(response.headers.get("ratelimit") ?? "") ?? [];
  const after = Number(response.headers.get("retry-after"));
  return { after, left: Number(left), policy: response.headers.get("ratelimit-policy") };
}

const wrongs = counted.flatMap((operation) => {
  const { wrong } = COUNTED[operation.id] ?? {};
  return wrong ? [{ id: operation.id, operation, ...wrong }] : [];
});

describe.each(wrongs)("wrong credentials for $id", ({ operation, quota, body, status }) => {
  const tryWrong = async (sample: Sample) =>
    await send(world, sample, { body: JSON.stringify(body(sample)) });

  test("are refused after their quota, and so are right ones: 429 with how long to wait", async () => {
    const sample = await sampleOf(world, operation);
    await world.idle();
    for (let at = 0; at < quota; at += 1) expect((await tryWrong(sample)).status, String(at)).toBe(status);
    const before = await rowCounts(world);
    for (const response of [await tryWrong(sample), await send(world, sample)]) {
      const { after, left, policy } = waitOf(response);
      expect(await flawsOf(response, [429])).toEqual([]);
      expect(policy).toBe(`"masuk-akun";q=${quota};w=900`);
      expect(left).toBeGreaterThan(890);
      expect(left).toBeLessThanOrEqual(900);
      expect(after).toBe(left);
    }
    expect(await rowCounts(world)).toEqual(before);
  });

  test("of fifty at once get exactly their quota of comparisons", async () => {
    const sample = await sampleOf(world, operation);
    await world.idle();
    const answers = await Promise.all(Array.from({ length: 50 }, () => tryWrong(sample)));
    const of = (wanted: number) => answers.filter((response) => response.status === wanted).length;
    expect({ wrong: of(status), refused: of(429) }).toEqual({ wrong: quota, refused: 50 - quota });
  });

  test("are forgotten after right ones", async () => {
    const sample = await sampleOf(world, operation);
    await world.idle();
    for (let at = 1; at < quota; at += 1) expect((await tryWrong(sample)).status).toBe(status);
    expect((await send(world, sample)).status).toBe(operation.success);
    await world.idle();
    for (let at = 0; at < quota; at += 1) expect((await tryWrong(sample)).status, String(at)).toBe(status);
    expect((await tryWrong(sample)).status).toBe(429);
  });
});

describe("accounts opened from one address", () => {
  const opening = counted.flatMap((operation) => {
    const { perAddress } = COUNTED[operation.id] ?? {};
    return perAddress ? [{ id: operation.id, operation, perAddress }] : [];
  });
  let subscribers = 0;
  /** Addresses that nobody else here calls from, of one IPv6 subscriber. */
  const subscriber = () => `2001:db8:77:${(subscribers += 1).toString(16)}`;
  const strict = (): House => rebuilt(world, { config: { ...world.deps.config, strictRateLimits: true } });
  const open = async (house: House, operation: Operation, address: string) =>
    await send(house, await sampleOf(world, operation), { headers: { "cf-connecting-ip": address } });

  test.each(opening)("by $id are refused after their quota where limits are strict", async (door) => {
    const { operation, perAddress } = door;
    const house = strict();
    const network = subscriber();
    for (let at = 0; at < perAddress; at += 1)
      expect((await open(house, operation, `${network}::${at}`)).status).toBe(operation.success);
    const sample = await sampleOf(world, operation);
    const before = await rowCounts(world);
    const refused = await send(house, sample, { headers: { "cf-connecting-ip": `${network}::ffff` } });
    expect(refused.headers.get("ratelimit-policy")).toBe(`"daftar-alamat";q=${perAddress};w=3600`);
    expect(await flawsOf(refused, [429])).toEqual([]);
    expect(await rowCounts(world)).toEqual(before);
    expect((await open(house, operation, `${subscriber()}::1`)).status).toBe(operation.success);
    expect((await open(world, operation, `${network}::1`)).status).toBe(operation.success);
  });

  test("with names that nobody has, wrong passwords are counted by address too", async () => {
    const house = strict();
    const network = subscriber();
    const guess = async (at: number) => {
      const response = await house.request("/auth/login", {
        method: "POST",
        headers: { "content-type": "application/json", "cf-connecting-ip": `${network}::${at}` },
        body: JSON.stringify({ identifier: `tidak.ada.${at}`, password: "salah" }),
      });
      return response.status;
    };
    for (let at = 0; at < 50; at += 1) expect(await guess(at)).toBe(401);
    expect(await guess(50)).toBe(429);
  });
});
