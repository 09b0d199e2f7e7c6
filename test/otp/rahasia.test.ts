import { beforeAll, expect, test } from "vitest";
import { systemIds } from "../../src/platform/id.ts";
import { tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, makeMitra, purchase } from "../make.ts";
import { rebuilt } from "../platform/samples.ts";
import { abadi, coba, isiRedis, mintaKode } from "./seams.ts";

// Where a one-time password may be read: in the one answer, or on the one telephone, and nowhere else.

/** Numbers that nothing else is: no id, no hash, no time of this world has them side by side with anything but a hex digit. */
const KODE = "593071";
const TEBAKAN = "804627";
const ID = "nasabah-rahasia-penyewa-4412";
const TUJUAN = "pencairan-pinjaman";
const NOMOR = "+628117744552";

/** Whether a text holds one of them; digits that stand in the middle of a longer number or a hash are no code. */
const HELD: Record<string, RegExp> = {
  code: /(?<![0-9a-f])593071(?![0-9a-f])/,
  guess: /(?<![0-9a-f])804627(?![0-9a-f])/,
  id: /nasabah-rahasia/,
  purpose: /pencairan/,
  number: /8117744552/,
};
const found = (text: string) => Object.keys(HELD).filter((name) => HELD[name]?.test(text));

/** The limit that a counter's key is of. */
const nameOf = (key: string) => key.split(":")[1];

const world = useWorld();
const answers: string[] = [];
const statuses: number[] = [];

beforeAll(async () => {
  // The queue has something to hold, too.
  await purchase(world, await makeMitra(world));
});

/** Every way in which a code can go, in the house with one fixed code. */
async function allWays(): Promise<void> {
  const house = rebuilt(world, { ids: { ...systemIds, code: () => KODE } });
  const callers = [await makeAkun(world, "karyawan"), await makeMitra(world)];
  const perihal = { id: ID, purpose: TUJUAN };
  const note = async (answer: Response) => {
    statuses.push(answer.status);
    answers.push(`${JSON.stringify([...answer.headers])} ${await answer.text()}`);
  };
  for (const [at, caller] of callers.entries()) {
    await note(await mintaKode(house, caller, perihal));
    for (const _ of Array(5).keys()) await note(await coba(house, caller, perihal, TEBAKAN));
    // The second one's message gets lost on its way.
    if (at > 0) world.cloud.whapi.faults.always({ kind: "answer", status: 500, body: "rusak" });
    await note(await mintaKode(house, caller, { ...perihal, channel: "whatsapp", to: NOMOR }));
    world.cloud.whapi.faults.clear();
    await note(await coba(house, caller, perihal, KODE));
    await note(await coba(house, caller, perihal, KODE));
    for (const [standIn, faults] of [
      [world.cloud.redis, [{ kind: "refuse" }, { kind: "drop" }, { kind: "answer", status: 200, body: "x" }]],
      [world.cloud.neon, [{ kind: "refuse" }, { kind: "drop" }]],
    ] as const)
      for (const fault of faults) {
        standIn.faults.always(fault);
        await note(await mintaKode(house, caller, perihal));
        await note(await coba(house, caller, perihal, KODE));
        standIn.faults.clear();
      }
    // Left in Redis: a code with a guess.
    await note(await mintaKode(house, caller, perihal));
    await note(await coba(house, caller, perihal, TEBAKAN));
  }
  await world.idle();
}

test("a code, its guesses, its id, its purpose and its number are in the one answer or message, and nowhere else", async () => {
  await allWays();
  const outage = Array<number>(10).fill(503);
  const ways = [200, 400, 400, 400, 429, 404, 200, 200, 404, ...outage, 200, 400];
  // The second sender fails, so nobody was told that code; it is valid all the same.
  expect(statuses).toEqual([...ways, ...ways.with(6, 503)]);

  // The searches below would find what they look for.
  expect(found(`${ID}:"${TUJUAN}",${KODE} ${TEBAKAN}${NOMOR}`)).toEqual(Object.keys(HELD));
  expect(found(`otp\u0006${KODE}\u0000`)).toEqual(["code"]);

  const open = answers.filter((text) => found(text).includes("code"));
  expect(open).toHaveLength(4);
  for (const text of open) expect(text).toContain(`{"otp":"${KODE}"}`);
  for (const text of answers) expect(found(text).filter((name) => name !== "code")).toEqual([]);
  const inbox = world.cloud.whapi.phones.inbox(NOMOR);
  expect(inbox.map(({ text }) => found(text))).toEqual([["code"]]);
  // The vendor has told of it, and of its way: the tables below were there to hear it.
  expect(world.log.filter(({ route }) => String(route).startsWith("/webhook/whapi")).length).toBeGreaterThan(
    0,
  );

  const { redis, neon, qstash } = world.cloud;
  const kept = await isiRedis(redis, "*");
  // Two codes, and a counter each for two ids (ten minutes and a day), two callers, one address, and one number (likewise).
  expect([...kept.keys()].filter((key) => /^kode:[0-9a-f]{64}$/.test(key))).toHaveLength(2);
  const counters = [...kept.keys()].filter((key) => /^kode-batas:[a-z-]+:[0-9a-f]{64}:[0-9]+$/.test(key));
  // A window may have ended meanwhile, and the next one begun: that is the same counter.
  const perName = tally([...new Set(counters.map((key) => key.replace(/:[0-9]+$/, "")))].map(nameOf));
  expect(perName).toEqual({
    "otp-id": 2,
    "otp-id-harian": 2,
    "otp-pemanggil": 2,
    "otp-alamat": 1,
    "otp-nomor": 1,
    "otp-nomor-harian": 1,
  });
  for (const [key, text] of kept) expect(found(`${key}\n${text}`), key).toEqual([]);
  expect(await abadi(redis, "*")).toEqual([]);

  const tables = await neon.asOwner(
    "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  expect(tables.map(({ tablename }) => tablename)).toEqual(
    expect.arrayContaining(["akun", "audit", "chats", "messages", "mitra"]),
  );
  for (const { schemaname, tablename } of tables) {
    const [dump] = await neon.asOwner(
      `select coalesce(string_agg(to_jsonb(t)::text, chr(10)), '') as rows from "${schemaname}"."${tablename}" t`,
    );
    expect(found(String(dump?.["rows"])), String(tablename)).toEqual([]);
  }

  const messages = qstash.script.messages();
  expect(messages.length).toBeGreaterThan(0);
  expect(found(JSON.stringify(messages))).toEqual([]);

  expect(world.log.filter(({ event }) => event === "unavailable").length).toBeGreaterThanOrEqual(20);
  expect(world.log.filter(({ event }) => event === "unexpected")).toEqual([]);
  expect(found(JSON.stringify(world.log))).toEqual([]);
});
