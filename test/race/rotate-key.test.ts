import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Row, Session } from "../../dev/rotate/session.ts";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { refusalOf, tally } from "../answers.ts";
import {
  BOTH,
  dataKeyOf,
  fill,
  FIRST_ID,
  idOf,
  key,
  keyed,
  kindOf,
  maskedNik,
  maskedPhone,
  NEW,
  nikOf,
  phoneOf,
} from "../dev/rotation-world.ts";
import { atasNama, bodyOf, type Caller } from "../direktori/caller.ts";
import { until, useWorld } from "../harness.ts";
import { firstAdmin, type NasabahBody } from "../make.ts";
import { rebuilt } from "../platform/samples.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };
const root = join(import.meta.dirname, "../..");
const MANY = 10_000;
/** The first so many change their numbers all the time; those of the others are known. */
const RESTLESS = 400;

describe.skipIf(!postgresUrl)(`keys are changed while the app runs with both (${postgresSuite})`, () => {
  const world = useWorld({ ...server, env: { DATA_KEY: dataKeyOf(BOTH) } });
  let admin: Caller;
  let client: Client;
  let session: Session;
  let databaseUrl: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    if (!postgresUrl) return;
    admin = atasNama(world, await firstAdmin(world));
    const [row] = await world.cloud.neon.asOwner("select current_database() as name");
    databaseUrl = Object.assign(new URL(postgresUrl), { pathname: `/${row?.["name"]}` }).href;
    client = new Client({ connectionString: databaseUrl });
    await client.connect();
    session = { query: async (text, params = []) => (await client.query<Row>(text, params)).rows };
    await fill(session, 0, MANY);
  }, 120_000);
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await client?.end();
  });

  const scalar = async (query: string) => Object.values((await session.query(query))[0] ?? {})[0];

  /** `npm run rotate-key`, killed as soon as it has said `killAt`. */
  async function rotate(killAt?: RegExp): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, ["dev/rotate-key.ts"], {
      cwd: root,
      env: { ...process.env, DATABASE_URL: databaseUrl, DATA_KEY: dataKeyOf(BOTH) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (killAt?.test(output)) child.kill("SIGKILL");
      });
    const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
    return { code, output };
  }

  test("of two runs at once the second stops", async () => {
    await session.query("select pg_advisory_lock(hashtextextended('rotate-key', 0))");
    try {
      const { code, output } = await rotate();
      expect(code).toBe(1);
      expect(output).toContain("Penggantian kunci lain sedang berjalan");
      expect(output).not.toContain("Selesai");
    } finally {
      await session.query("select pg_advisory_unlock_all()");
    }
  });

  /** What answers come to, and what they say that is not so. */
  const outcomes: string[] = [];
  const wrong: unknown[] = [];
  /** The number that each of the restless has now, and those that nobody has any more. */
  const numbers = new Map<number, string>();
  const given = new Set<string>();
  const traffic = { stopped: false };

  function expectRow({ id, phone, national_id }: NasabahBody): void {
    const n = id - FIRST_ID;
    const isEmpty = kindOf(n) === "kosong";
    const phoneIs =
      n < RESTLESS ? (phone ?? "+62").startsWith("+62") : phone === (isEmpty ? null : maskedPhone(n));
    if (!phoneIs || national_id !== (isEmpty ? null : maskedNik(n))) wrong.push({ n, phone, national_id });
  }

  async function read(): Promise<void> {
    for (let turn = 0; !traffic.stopped; turn++) {
      const at = Math.floor(Math.random() * MANY);
      const answers =
        turn % 4 === 0
          ? await admin.get(`/users/?kind=nasabah&limit=100&skip=${at}`)
          : await admin.get(`/users/${idOf(at)}`);
      outcomes.push(`read ${answers.status}`);
      if (answers.status !== 200) continue;
      const body = (await answers.json()) as NasabahBody | NasabahBody[];
      for (const row of [body].flat()) if (row.id >= idOf(0) && row.id < idOf(MANY)) expectRow(row);
    }
  }

  /** Gives one of the restless a number that nobody has. */
  async function write(worker: number): Promise<void> {
    for (let turn = 0; !traffic.stopped; turn++) {
      // Each writer has customers of its own.
      const n = ((turn * 2 + worker) * 7 + worker) % RESTLESS;
      const [mine, phone] = [n - (n % 2) + worker, `+62877${worker}${String(turn).padStart(7, "0")}`];
      const answer = await admin.put(`/users/${idOf(mine)}`, { phone });
      outcomes.push(`write ${await refusalOf(answer.clone())}`);
      if (answer.status !== 200) continue;
      const before = numbers.get(mine);
      if (before) given.add(before);
      numbers.set(mine, phone);
    }
  }

  /** Tries to add customers a second time. */
  async function repeat(): Promise<void> {
    while (!traffic.stopped) {
      const n = RESTLESS + Math.floor(Math.random() * (MANY - RESTLESS));
      if (kindOf(n) === "kosong") continue;
      const body = Math.random() < 0.5 ? { phone: phoneOf(n) } : { national_id: nikOf(n) };
      outcomes.push(`repeat ${await refusalOf(await admin.post("/users/", { name: "Siti", ...body }))}`);
    }
  }

  test(
    "10,000 customers, killed twice: nobody who reads or writes notices",
    { timeout: 300_000 },
    async () => {
      const load = Promise.all([read(), read(), write(0), write(1), repeat()]);
      await until(() => outcomes.length > 20);

      const first = await rotate(/nasabah\.kunci: [2-9]\d{3} baris …/);
      expect(first.code, first.output).toBe(null);
      const old = "count(*) filter (where kunci like '1.%' or kunci is null and phone_segel is not null)";
      const half = Number(await scalar(`select ${old} from nasabah`));
      expect(half).toBeGreaterThan(0);
      expect(half).toBeLessThan((MANY * 3) / 4 - 1000);

      const second = await rotate(/Indeks nasabah\.national_id/);
      expect(second.code, second.output).toBe(null);
      expect(await scalar("select versi::text from kunci_indeks")).toBe("1");
      expect(await scalar(`select ${old}::text from nasabah`)).toBe("0");

      const third = await rotate();
      expect(third, third.output).toMatchObject({ code: 0 });
      expect(third.output).toContain("Selesai");
      const soFar = outcomes.length;
      await until(() => outcomes.length > soFar + 20);
      traffic.stopped = true;
      await load;

      const counts = tally(outcomes);
      console.log(JSON.stringify(counts), third.output);
      expect(wrong).toEqual([]);
      // A file may get its key from the rotation while somebody writes it: that one says "later".
      const later = counts["write 503 layanan-tidak-tersedia"] ?? 0;
      delete counts["write 503 layanan-tidak-tersedia"];
      expect(Object.keys(counts).sort()).toEqual([
        expect.stringMatching(/^read 200/),
        expect.stringMatching(/^repeat 409 nik-terdaftar/),
        expect.stringMatching(/^repeat 409 telepon-terdaftar/),
        expect.stringMatching(/^write 200/),
      ]);
      expect(later).toBeLessThan(5);
      expect(world.log.filter(({ level, event }) => level !== "info" && event !== "unavailable")).toEqual([]);
    },
  );

  test("the new key alone opens everything and still finds duplicates", { timeout: 120_000 }, async () => {
    const lines = world.log.length;
    const caller = atasNama(rebuilt(world, keyed(NEW)), await firstAdmin(world));
    let seen = 0;
    for (let skip = 0; skip < MANY; skip += 100) {
      const rows = await bodyOf<NasabahBody[]>(caller.get(`/users/?kind=nasabah&limit=100&skip=${skip}`));
      seen += rows.length;
      for (const row of rows) expectRow(row);
    }
    expect([seen, wrong]).toEqual([MANY, []]);
    expect(world.log.slice(lines).filter(({ level }) => level !== "info")).toEqual([]);

    const post = async (body: object) =>
      await refusalOf(await caller.post("/users/", { name: "Siti", ...body }));
    for (let n = RESTLESS; n < MANY; n += 997) {
      if (kindOf(n) === "kosong") continue;
      expect(await post({ phone: phoneOf(n) })).toBe("409 telepon-terdaftar");
      expect(await post({ national_id: nikOf(n) })).toBe("409 nik-terdaftar");
    }
    expect(numbers.size).toBeGreaterThan(20);
    const taken = [...numbers.values()];
    for (const phone of taken.slice(0, 50)) expect(await post({ phone })).toBe("409 telepon-terdaftar");
    for (const phone of [...given].slice(0, 20)) expect(await post({ phone })).toBe("200");
  });

  test("every index is the new key's", async () => {
    const { blindIndex } = keyed([key(2)]);
    const rows = await session.query(
      "select id::text, phone_indeks, national_id_indeks from nasabah where id between $1 and $2",
      [String(idOf(RESTLESS)), String(idOf(MANY - 1))],
    );
    const index = (column: string, text: string) => blindIndex.of({ table: "nasabah", column }, text)[2];
    for (const { id, phone_indeks, national_id_indeks } of rows) {
      const n = Number(id) - FIRST_ID;
      if (kindOf(n) === "kosong") continue;
      expect([phone_indeks, national_id_indeks]).toEqual([
        index("phone", phoneOf(n)),
        index("national_id", nikOf(n)),
      ]);
    }
    const restless = [...numbers].map(([n, phone]) => `${idOf(n)} ${index("phone", phone)}`);
    const stored = await session.query("select id || ' ' || phone_indeks as row from nasabah where id < $1", [
      String(idOf(RESTLESS)),
    ]);
    expect(stored.map(({ row }) => row)).toEqual(expect.arrayContaining(restless));
  });
});
