import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { makeBerkasNasabah, randomDigits, randomNik, type NasabahBody } from "../make.ts";
import { bodyOf, unik, useOrang } from "./caller.ts";
import { phoneForms } from "./numbers.ts";

// What is sealed of customers is nowhere in clear.

const world = useWorld();
const admin = useOrang(world, "admin");

/** A text as it must not be found, and what somebody could make of it without a key. */
function tracesOf(text: string): string[] {
  const bytes = Buffer.from(text);
  return [
    text,
    bytes.toString("hex"),
    bytes.toString("base64").replace(/=+$/, ""),
    ...["sha256", "sha1", "md5"].map((hash) => createHash(hash).update(text).digest("hex")),
  ];
}

async function expectStatus(status: number, answering: Promise<Response>): Promise<void> {
  const answer = await answering;
  expect(answer.status, await answer.clone().text()).toBe(status);
}

/** All rows of all tables, with whose they are. */
async function dump(): Promise<{ table: string; row: string }[]> {
  const { neon } = world.cloud;
  const tables = await neon.asOwner(
    "select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  const rows = [];
  for (const { name } of tables) {
    for (const { row } of await neon.asOwner(`select to_jsonb(t)::text as row from ${name} t`))
      rows.push({ table: String(name), row: String(row) });
  }
  return rows;
}

describe("a planted number", () => {
  const [digits, later, nik] = [randomDigits(), randomDigits(), randomNik()];
  const pribadi = {
    name: unik(),
    email: `${unik()}@example.com`,
    gender: unik().slice(0, 12),
    dob: "1931-07-23",
  };
  /** Numbers in every form; the bare digits find those with a prefix too. */
  const secrets = [
    ...[digits, later].flatMap((number) => [number, ...phoneForms(number)].flatMap(tracesOf)),
    ...tracesOf(nik),
  ];
  const found = (text: string, what: string[]) => what.filter((secret) => text.includes(secret));

  const failed: number[] = [];
  /** All that can be done with it, right, wrong, and while the database fails. */
  beforeAll(async () => {
    const file = { ...pribadi, phone: `0${digits}`, national_id: nik };
    const { id } = await bodyOf<NasabahBody>(admin.post("/users/", file));
    const path = `/users/${id}`;
    for (const phone of phoneForms(digits)) {
      await expectStatus(409, admin.post("/users/", { name: "Siti", phone }));
      await bodyOf(admin.put(path, { phone }));
    }
    await expectStatus(409, admin.post("/users/", { name: "Siti", national_id: nik }));
    await expectStatus(422, admin.post("/users/", { ...file, id_jabatan: 1 }));
    await expectStatus(422, admin.put(path, { phone: `0${digits}`, nik }));
    await expectStatus(200, admin.get(`/users/?q=${digits}`));
    await expectStatus(422, admin.get(`/users/?phone=0${digits}`));
    const { faults } = world.cloud.neon;
    for (const fault of [
      { kind: "refuse" },
      { kind: "answer", status: 500, body: "{}" },
      { kind: "answer", status: 400, body: JSON.stringify({ message: "rusak", code: "XX000" }) },
    ] as const) {
      faults.always(fault);
      failed.push((await admin.put(path, { phone: `0${digits}` })).status);
      failed.push((await admin.post("/users/", file)).status);
      faults.clear();
    }
    await bodyOf(admin.put(path, { phone: `0${later}` }));
    const gone = await bodyOf<NasabahBody>(admin.post("/users/", { ...pribadi, phone: `0${digits}` }));
    await bodyOf(admin.delete(`/users/${gone.id}`));
  });

  test("would be found below", async () => {
    expect(failed).toEqual([503, 503, 503, 503, 500, 500]);
    expect(found(`x+62${digits}x${nik}`, secrets)).toEqual([digits, `62${digits}`, `+62${digits}`, nik]);
    const rows = await dump();
    const tables = new Set(rows.map(({ table }) => table));
    for (const table of ["public.nasabah", "public.audit", "public.akun"]) expect(tables).toContain(table);
    expect(rows.filter(({ row }) => row.includes(pribadi.name)).map(({ table }) => table)).toEqual([
      "public.nasabah",
    ]);
  });

  test("is in no table in clear, nor as a hash that needs no key", async () => {
    for (const { table, row } of await dump()) expect(found(row, secrets), table).toEqual([]);
  });

  test("is in no line of the log; nor is anything else of the file", () => {
    expect(world.log.length).toBeGreaterThan(20);
    expect(world.log.map(({ event }) => event)).toEqual(expect.arrayContaining(["request", "unavailable"]));
    expect(found(JSON.stringify(world.log), [...secrets, ...Object.values(pribadi)])).toEqual([]);
  });

  test("is not in the audit, of which rows name columns only", async () => {
    const rows = await world.cloud.neon.asOwner(
      "select to_jsonb(a)::text as row, rincian::text from audit a where sasaran_tabel = 'nasabah'",
    );
    expect(rows.length).toBeGreaterThan(8);
    for (const { row, rincian } of rows) {
      expect(found(String(row), [...secrets, ...Object.values(pribadi)])).toEqual([]);
      // Sealed values are not copied into it either.
      expect(String(rincian)).not.toMatch(/[\dk]\.[\w-]{16}\.[\w-]{20,}/);
    }
  });

  test("is sealed by its customer's key, which is nowhere in clear; without that key no master key opens it", async () => {
    const { sealer } = world.deps;
    const rows = await world.cloud.neon.asOwner(
      "select external_user_id as row, kunci, phone_segel, national_id_segel from nasabah where phone_segel is not null",
    );
    const everything = [JSON.stringify(world.log), ...(await dump()).map(({ row }) => row)].join("\n");
    const keys = new Set<string>();
    for (const { row = "", kunci, phone_segel, national_id_segel } of rows) {
      const place = { table: "nasabah", row: String(row) };
      const key = await sealer.open({ ...place, column: "kunci" }, String(kunci));
      const bytes = Buffer.from(key, "base64url");
      expect(bytes).toHaveLength(32);
      for (const form of [key, bytes.toString("base64").replace(/=+$/, ""), bytes.toString("hex")])
        expect(everything).not.toContain(form);
      keys.add(key);
      for (const [column, segel] of Object.entries({ phone: phone_segel, national_id: national_id_segel })) {
        if (!segel) continue;
        expect(segel).toMatch(/^k\./);
        for (const text of [segel, segel.replace(/^k/, "1")])
          await expect(sealer.open({ ...place, column }, text)).rejects.toThrow(/./);
      }
    }
    expect(keys.size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(0);
  });

  test("is found again by an index that is another one in the other column", async () => {
    const shared = "123456789012345";
    await makeBerkasNasabah(world, { phone: `+${shared}`, national_id: `${shared}6` });
    const [row] = await world.cloud.neon.asOwner(
      "select phone_indeks, national_id_indeks from nasabah where phone_indeks is not null and national_id_indeks is not null order by id desc limit 1",
    );
    for (const index of [row?.["phone_indeks"], row?.["national_id_indeks"]])
      expect(index).toMatch(/^[0-9a-f]{64}$/);
    expect(row?.["phone_indeks"]).not.toBe(row?.["national_id_indeks"]);
  });
});
