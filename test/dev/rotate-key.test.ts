import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { openDeps } from "../../src/deps.ts";
import { newDataKey, openDataKey } from "../../src/platform/crypto/data-key.ts";
import type { SealKeys } from "../../src/platform/crypto/seal.ts";
import { createLog } from "../../src/platform/log.ts";
import { startCloud, type Cloud } from "../../dev/cloud.ts";
import { MemoryBucket } from "../../dev/r2.ts";
import { openPglite, pgliteBackend } from "../../dev/neon/pglite.ts";
import { readRotationSettings } from "../../dev/rotate/keys.ts";
import { rotate } from "../../dev/rotate/rotation.ts";
import { BY_DATA_KEY, NOT_SEALED, placeOf, sealedColumns } from "../../dev/rotate/sealed-columns.ts";
import { RotationError, type Row, type Session } from "../../dev/rotate/session.ts";
import { atasNama, bodyOf, refusalAt, type Caller } from "../direktori/caller.ts";
import type { World } from "../harness.ts";
import { firstAdmin, makeMitra, type NasabahBody } from "../make.ts";
import {
  BOTH,
  dataKeyOf,
  fill,
  fillMessages,
  FIRST_ID,
  idOf,
  key,
  keyed,
  kindOf,
  maskedNik,
  maskedPhone,
  NEW,
  nikOf,
  OLD,
  phoneOf,
  textOf,
  valueOf,
  type KeptFile,
} from "./rotation-world.ts";

/** More than a batch, also of those that have something sealed. */
const MANY = 720;
/** One that had all parts. */
const ERASED = idOf(MANY - 7);

/** The embedded engine with a session beside the app's: the harness has none. */
let session: Session;
let cloud: Cloud;
let said: string[] = [];
const log: Record<string, unknown>[] = [];
/** What happens before the next statement that matches, once. */
let between: { at: RegExp; deed: () => Promise<unknown> } | undefined;

beforeAll(async () => {
  const db = await openPglite({ dump: new Blob([readFileSync(inject("databaseDump"))]) });
  cloud = await startCloud({ appUrl: "http://127.0.0.1:9", database: pgliteBackend(db) });
  session = {
    async query(text, params = []) {
      const now = between;
      if (now?.at.test(text)) {
        between = undefined;
        await now.deed();
      }
      return (await db.query<Row>(text, params)).rows;
    },
  };
});
afterAll(async () => {
  await cloud.close();
});

/** The app with other keys, over the same database. */
function house(keys: SealKeys): World {
  const env = { ...cloud.env, BCRYPT_COST: "4", DOKUMEN: new MemoryBucket() };
  const deps = {
    ...openDeps(readConfig(env), env),
    ...keyed(keys),
    log: createLog((line) => log.push(JSON.parse(line) as Record<string, unknown>)),
  };
  const app = createApp(deps);
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const request = async (path: string, init?: RequestInit) =>
    await app.fetch(new Request(new URL(path, "http://127.0.0.1:9"), init), env, context);
  return { cloud, deps, app, request } as unknown as World;
}

/** The admin, by way of the app with these keys. */
async function admin(keys: SealKeys): Promise<Caller> {
  return atasNama(house(keys), await firstAdmin(house(OLD)));
}

async function run(keys: SealKeys = BOTH): Promise<void> {
  said = [];
  await rotate(session, { keys, version: keys[0]?.version ?? 0 }, (line) => said.push(line));
}

const count = async (what: string) =>
  Number((await session.query(`select count(*)::text as rows from ${what}`))[0]?.["rows"]);
const audits = () =>
  session.query(
    "select pelaku, aksi, sasaran_tabel, rincian::text from audit where pelaku = 'layanan:rotasi' and aksi = 'kunci.ganti' order by id",
  );

/** Everything that is there, in clear, as the keys open it. */
async function openAll(keys: SealKeys): Promise<string[]> {
  const { sealer } = keyed(keys);
  const found: string[] = [];
  for (const column of BY_DATA_KEY) {
    const rows = await session.query(
      `select t.${column.row}::text as row, t.${column.name}_segel as segel, n.external_user_id::text as owner, n.kunci
        from ${column.table} t join nasabah n on n.id = t.${column.user}
        where t.${column.name}_segel is not null and n.dihapus_pada is null order by t.id`,
    );
    for (const { row, segel, owner, kunci } of rows) {
      const place = { table: "nasabah", column: "kunci", row: String(owner) };
      const opener = kunci ? await openDataKey(sealer, place, kunci) : sealer;
      found.push(
        `${column.table}.${column.name} ${await opener.open(placeOf(column, String(row)), String(segel))}`,
      );
    }
  }
  return found;
}

/** Indexes of what is there, against those that a version gives. */
async function indexedBy(version: number): Promise<{ right: number; wrong: number }> {
  const { blindIndex } = keyed([key(version)]);
  const tally = { right: 0, wrong: 0 };
  for (const [table, name, of] of [
    ["nasabah", "phone", phoneOf],
    ["nasabah", "national_id", nikOf],
    ["devices", "imei", (n: number) => valueOf("imei", n)],
    ["bank_accounts", "account_number", (n: number) => valueOf("account_number", n)],
  ] as const) {
    const id = table === "nasabah" ? "id" : "user_id";
    const rows = await session.query(
      `select t.${id}::text as id, t.${name}_indeks as indeks from ${table} t join nasabah n on n.id = t.${id}
        where t.${name}_indeks is not null and n.dihapus_pada is null and n.id >= ${FIRST_ID}`,
    );
    for (const { id: user, indeks } of rows) {
      const expected = blindIndex.of({ table, column: name }, of(Number(user) - FIRST_ID))[version];
      tally[indeks === expected ? "right" : "wrong"]++;
    }
  }
  return tally;
}

test("every sealed column is known to the rotation", async () => {
  const rows = await session.query(
    `select table_name::text || '.' || column_name::text as name from information_schema.columns
      where table_schema = 'public' and (column_name like '%\\_segel' or column_name like '%\\_indeks' or column_name like 'kunci%' or column_name like '%key%')`,
  );
  expect(rows.map(({ name }) => String(name)).sort()).toEqual([...sealedColumns(), ...NOT_SEALED].sort());
});

describe("the settings", () => {
  const url = "postgres://pemilik:x@127.0.0.1:5432/satupintu";
  const good = { DATABASE_URL: url, DATA_KEY: dataKeyOf(BOTH) };

  test("are the keys with the new one in front", () => {
    expect(readRotationSettings(good)).toEqual({ databaseUrl: url, keys: BOTH, version: 2 });
  });

  test.each([
    [{ DATABASE_URL: undefined }, "DATABASE_URL harus"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL harus"],
    [{ DATA_KEY: undefined }, "DATA_KEY harus"],
    [{ DATA_KEY: "2:abc" }, "DATA_KEY harus"],
    [{ DATA_KEY: dataKeyOf([key(1), { ...key(2), version: 1 }]) }, "versi kunci berulang"],
    [{ DATA_KEY: dataKeyOf([{ ...key(1), version: 2 }, key(1)]) }, "sama dengan kunci lama"],
    [{ DATA_KEY: dataKeyOf([key(0), key(1)]) }, "lebih dari 0"],
  ])("%j are refused", (wrong, message) => {
    const reading = () => readRotationSettings({ ...good, ...wrong });
    expect(reading).toThrow(RotationError);
    expect(reading).toThrow(message);
  });
});

describe("a change of keys", () => {
  let before: string[];
  let traces: number;
  let mitra: { id: number; privateKey: string };
  let pesan: KeptFile[];

  const mitraKey = async (keys: SealKeys) => {
    const [row] = await session.query(
      `select kunci_api_hash as hash, kunci_privat_segel as segel from mitra where id = ${mitra.id}`,
    );
    const place = { table: "mitra", column: "kunci_privat_segel", row: String(row?.["hash"]) };
    return await keyed(keys).sealer.open(place, String(row?.["segel"]));
  };

  beforeAll(async () => {
    mitra = await makeMitra(house(OLD));
    await bodyOf((await admin(OLD)).post("/users/", { name: "Yang pertama", phone: phoneOf(99_999) }));
    await fill(session, 0, MANY);
    pesan = await fillMessages(session, OLD);
    await session.query("set session_replication_role = replica");
    await session.query(
      "update nasabah set kunci = null, phone_segel = null, phone_indeks = null, national_id_segel = null, national_id_indeks = null, dihapus_pada = now() where id = $1",
      [String(ERASED)],
    );
    await session.query("reset session_replication_role");
    before = await openAll(OLD);
    traces = await count("audit where sasaran_tabel = 'nasabah'");
  });

  test("finds what it is to change", async () => {
    expect(before.length).toBeGreaterThan(MANY);
    expect(await count("nasabah where kunci is null and phone_segel is not null")).toBe(MANY / 4);
    expect(await count(`devices where user_id = ${ERASED}`)).toBe(1);
    expect(await indexedBy(1)).toMatchObject({ wrong: 0 });
    expect(await session.query("select versi::text from kunci_indeks")).toEqual([{ versi: "1" }]);
  });

  test.each<[string, SealKeys, string]>([
    ["the old one is missing", NEW, "versi 1, yang tidak ada di DATA_KEY"],
    ["the old one is another", [key(2), { ...key(3), version: 1 }], "versi 1 di DATA_KEY bukan yang dipakai"],
  ])("stops before anything when %s", async (_, keys, message) => {
    const state = await session.query(
      "select md5(string_agg(n::text, '' order by id)) as state from nasabah n",
    );
    await expect(run(keys)).rejects.toThrow(message);
    expect(
      await session.query("select md5(string_agg(n::text, '' order by id)) as state from nasabah n"),
    ).toEqual(state);
    expect(await openAll(OLD)).toEqual(before);
  });

  test("stops at the app's own login", async () => {
    await session.query("set role satupintu_app");
    try {
      await expect(run()).rejects.toThrow("satupintu_app: kunci diganti oleh pemilik");
    } finally {
      await session.query("reset role");
    }
  });

  test("leaves a value that does not open, names it, and keeps the old indexes", async () => {
    await session.query(
      `create temp table utuh as select id, phone_segel from nasabah where id = ${idOf(1)}`,
    );
    const set = async (value: string) => {
      await session.query("set session_replication_role = replica");
      await session.query(`update nasabah n set phone_segel = ${value} from utuh where n.id = utuh.id`);
      await session.query("reset session_replication_role");
    };
    await set("left(n.phone_segel, -4)");
    await expect(run()).rejects.toThrow(/1 nilai tersegel tidak dapat dibuka[^]*nasabah\.phone id 9991/);
    expect(await indexedBy(1)).toMatchObject({ wrong: 0 });
    expect(await session.query("select versi::text from kunci_indeks")).toEqual([{ versi: "1" }]);
    expect(await audits()).toEqual([]);
    await set("utuh.phone_segel");
    await session.query("drop table utuh");
    // The app with both keys reads the half that is done.
    expect(await openAll(BOTH)).toEqual(before);
  });

  test("brought to its end, leaves nothing of the old key; what was done is not done again", async () => {
    await run();
    expect(said.join("\n")).toContain("Selesai");
    expect(said.join("\n")).toContain("1 nasabah yang sudah dihapus tidak disentuh");
    expect(said.join("\n")).toContain("nasabah.kunci: 0 baris dibungkus ulang");
    expect(await openAll(NEW)).toEqual(before);
    expect(await mitraKey(NEW)).toBe(mitra.privateKey);
    for (const one of pesan) expect(await textOf(session, NEW, one)).toBe(one.text);
    await expect(textOf(session, OLD, pesan[0] as KeptFile)).rejects.toThrow("version 2");
    expect(await count("messages where kunci like '1.%'")).toBe(0);
    expect(await count("messages where kunci is null and baris is null")).toBe(pesan.length);
    expect(await indexedBy(1)).toMatchObject({ right: 0 });
    expect(await indexedBy(2)).toMatchObject({ wrong: 0 });
    expect(
      await count(
        "nasabah where kunci like '1.%' or phone_segel not like 'k.%' or national_id_segel not like 'k.%'",
      ),
    ).toBe(0);
  });

  test("is in the audit once, by the rotation; no file looks changed", async () => {
    const rows = await audits();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ aksi: "kunci.ganti", sasaran_tabel: "kunci_indeks" });
    expect(JSON.parse(String(rows[0]?.["rincian"]))).toMatchObject({
      versi: 2,
      "mitra.kunci_privat_segel": 0,
      "messages.kunci": 0,
    });
    expect(await count(`nasabah where id >= ${FIRST_ID} and updated_at <> '2026-01-01'`)).toBe(0);
    expect(await count("audit where sasaran_tabel = 'nasabah' and pelaku <> 'layanan:rotasi'")).toBe(traces);
  });

  test("run again changes nothing, with both keys or the new one", async () => {
    const state = () =>
      session.query("select md5(string_agg(n::text, '' order by id)) as state from nasabah n");
    const was = await state();
    for (const keys of [BOTH, NEW]) {
      await run(keys);
      expect(said.join("\n")).toContain("Indeks: sudah memakai kunci versi 2");
    }
    expect(await state()).toEqual(was);
    expect(await audits()).toHaveLength(1);
  });

  test("leaves an app with the new key alone that reads everything and still finds duplicates", async () => {
    const caller = await admin(NEW);
    for (let skip = 0; skip < MANY; skip += 100) {
      const rows = await bodyOf<NasabahBody[]>(caller.get(`/users/?kind=nasabah&limit=100&skip=${skip}`));
      for (const { id, phone, national_id } of rows.filter(
        (row) => row.id >= FIRST_ID && row.id !== ERASED,
      )) {
        const n = id - FIRST_ID;
        const shown = kindOf(n) === "kosong" ? [null, null] : [maskedPhone(n), maskedNik(n)];
        expect([phone, national_id]).toEqual(shown);
      }
    }
    for (const n of [0, 1, 2, 4, 5, 6, MANY - 4]) {
      expect(await refusalAt(caller.post("/users/", { name: "Siti", phone: phoneOf(n) }))).toBe(
        "409 telepon-terdaftar #/phone",
      );
      expect(await refusalAt(caller.post("/users/", { name: "Siti", national_id: nikOf(n) }))).toBe(
        "409 nik-terdaftar #/national_id",
      );
    }
    expect(log.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("leaves an app with the old key alone that writes nothing, rather than nonsense", async () => {
    const rows = await count("nasabah");
    const caller = await admin(OLD);
    expect((await caller.post("/users/", { name: "Siti", phone: phoneOf(88_888) })).status).toBe(500);
    expect((await caller.put(`/users/${idOf(3)}`, { phone: phoneOf(88_888) })).status).toBe(500);
    expect(await count("nasabah")).toBe(rows);
    log.length = 0;
  });
});

describe("a change that others come in between of", () => {
  const THREE = [key(3), key(2)];
  const at = (n: number) => `/users/${idOf(n)}`;

  test("a message's file that is kept meanwhile, with an old key, is taken in the same run; one that goes is gone", async () => {
    const [first, gone] = await fillMessages(session, OLD);
    let late: KeptFile[] = [];
    between = {
      at: /^update messages t set kunci/,
      deed: async () => {
        late = await fillMessages(session, OLD);
        await session.query("delete from messages where baris = $1::text::uuid", [gone?.baris ?? null]);
      },
    };
    await run(BOTH);
    expect(between).toBeUndefined();
    expect(await count("messages where kunci not like '2.%'")).toBe(0);
    for (const one of [first, ...late]) expect(await textOf(session, NEW, one as KeptFile)).toBe(one?.text);
    expect(await count(`messages where baris = '${gone?.baris}'`)).toBe(0);
  });

  test("a number that changes while keys are rewrapped stays the new one, and is taken again", async () => {
    const caller = await admin(THREE);
    const id = idOf(1);
    const { sealer, blindIndex } = keyed(THREE);
    // A file without a key, and without a telephone number.
    const [lama] = await session.query(
      `select external_user_id::text as row from nasabah where id = ${idOf(12)}`,
    );
    const own = { table: "nasabah", row: String(lama?.["row"]) };
    await session.query(
      `update nasabah set kunci = null, phone_segel = null, phone_indeks = null, national_id_segel = $1 where id = ${idOf(12)}`,
      [await sealer.seal({ ...own, column: "national_id" }, nikOf(12))],
    );
    between = {
      at: /^update nasabah n/,
      deed: async () => {
        // Somebody restores the file from before there were keys, between our look and our write.
        const { sealer } = keyed(THREE);
        const [row] = await session.query(
          `select external_user_id::text as row from nasabah where id = ${id}`,
        );
        const place = { table: "nasabah", column: "phone", row: String(row?.["row"]) };
        await session.query(
          `update nasabah set kunci = null, phone_segel = $1, national_id_segel = null, national_id_indeks = null where id = ${id}`,
          [await sealer.seal(place, phoneOf(70_001))],
        );
        for (const table of ["devices", "bank_accounts", "emergency_contacts"])
          await session.query(`delete from ${table} where user_id = ${id}`);
        // One gets a key with its first number.
        const place12 = { ...own, column: "phone" };
        const kunci = await newDataKey(sealer, { ...own, column: "kunci" });
        await session.query(
          `update nasabah set kunci = $1, phone_segel = $2, phone_indeks = $3 where id = ${idOf(12)}`,
          [
            kunci.wrapped,
            await kunci.seal(place12, phoneOf(70_012)),
            blindIndex.of(place12, phoneOf(70_012))[2] ?? "",
          ],
        );
        // Another one is erased; an account stays, which nothing opens any more.
        await session.query(
          `update nasabah set kunci = null, phone_segel = null, phone_indeks = null, national_id_segel = null, national_id_indeks = null, dihapus_pada = now() where id = ${idOf(9)}`,
        );
      },
    };
    await run(THREE);
    expect(between).toBeUndefined();
    expect(await bodyOf(caller.get(at(1)))).toMatchObject({ phone: "+6281******001", national_id: null });
    expect(await bodyOf(caller.get(at(12)))).toMatchObject({
      phone: "+6281******012",
      national_id: maskedNik(12),
    });
    expect(
      await session.query(`select kunci, phone_segel, phone_indeks from nasabah where id = ${idOf(9)}`),
    ).toEqual([{ kunci: null, phone_segel: null, phone_indeks: null }]);
    expect(said.join("\n")).toMatch(/nasabah\.kunci: \d+ baris dibungkus ulang/);
    expect(await refusalAt(caller.post("/users/", { name: "Siti", phone: phoneOf(70_001) }))).toContain(
      "409",
    );
  });

  test("a mitra that takes new keys meanwhile keeps those", async () => {
    const keys = [key(7), key(3)];
    const { sealer } = keyed(keys);
    const hash = "f".repeat(64);
    const place = { table: "mitra", column: "kunci_privat_segel", row: hash };
    const baru = await sealer.seal(place, "baru");
    between = {
      at: /^update mitra/,
      deed: () =>
        session.query("update mitra set kunci_api_hash = $1, kunci_privat_segel = $2", [hash, baru]),
    };
    await run(keys);
    expect(await session.query("select kunci_privat_segel as segel from mitra")).toEqual([{ segel: baru }]);
    expect(await keyed([key(7)]).sealer.open(place, baru)).toBe("baru");
  });

  test("numbers that change after their index was computed are indexed as they are now", async () => {
    const four = [key(4), key(7)];
    const { sealer } = keyed(four);
    const write = async (n: number, phone: string, version: number) => {
      const [row] = await session.query(
        "select external_user_id::text as id, kunci from nasabah where id = $1",
        [String(idOf(n))],
      );
      const [table, id] = ["nasabah", String(row?.["id"])];
      const dataKey = await openDataKey(sealer, { table, column: "kunci", row: id }, String(row?.["kunci"]));
      const segel = await dataKey.seal({ table, column: "phone", row: id }, phone);
      const indeks = keyed(four).blindIndex.of({ table, column: "phone" }, phone)[version] ?? "";
      await session.query("update nasabah set phone_segel = $2, phone_indeks = $3 where id = $1", [
        String(idOf(n)),
        segel,
        indeks,
      ]);
    };
    between = {
      at: /pg_advisory_xact_lock/,
      deed: async () => {
        await write(2, phoneOf(70_002), 7);
        between = { at: /^update nasabah t|^with diganti/, deed: () => write(5, phoneOf(70_005), 7) };
        await session.query(
          `update nasabah set phone_segel = null, phone_indeks = null where id = ${idOf(4)}`,
        );
      },
    };
    await run(four);
    const caller = await admin([key(4)]);
    for (const n of [70_002, 70_005])
      expect(await refusalAt(caller.post("/users/", { name: "Siti", phone: phoneOf(n) }))).toContain("409");
    for (const n of [2, 5, 4]) await bodyOf(caller.post("/users/", { name: "Siti", phone: phoneOf(n) }));
    expect(await bodyOf(caller.get(at(4)))).toMatchObject({ phone: null, national_id: maskedNik(4) });
  });

  test("a lost lock is waited for, and the change is done once", async () => {
    const five = [key(5), key(4)];
    let times = 0;
    const fails = async () => {
      if (++times < 3) between = { at: /pg_advisory_xact_lock/, deed: fails };
      throw Object.assign(new Error("lock timeout"), { code: "55P03" });
    };
    between = { at: /pg_advisory_xact_lock/, deed: fails };
    const rows = (await audits()).length;
    await run(five);
    expect(times).toBe(3);
    expect(await audits()).toHaveLength(rows + 1);
    expect(
      await refusalAt((await admin([key(5)])).post("/users/", { name: "S", phone: phoneOf(6) })),
    ).toContain("409");
  });

  test("what a Worker still seals with the old key is told", async () => {
    const six = [key(6), key(5)];
    const { sealer } = keyed([key(5)]);
    between = {
      at: /kunci.ganti/,
      deed: async () => {
        const [row] = await session.query("select kunci_api_hash as hash from mitra limit 1");
        const place = { table: "mitra", column: "kunci_privat_segel", row: String(row?.["hash"]) };
        await session.query("update mitra set kunci_privat_segel = $1", [await sealer.seal(place, "x")]);
      },
    };
    await expect(run(six)).rejects.toThrow(
      /Belum semuanya memakai kunci versi 6:[^]*mitra.kunci_privat_segel: 1/,
    );
    await run(six);
    expect(said.join("\n")).toContain("Selesai");
  });
});
