import { beforeAll, describe, expect, test } from "vitest";
import { atasNama, bodyOf, refusalAt, useOrang, type Caller } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, makeMitra } from "../make.ts";
import { loanIn, loansOf, type Borrower } from "./borrower.ts";
import { core, findings, foundIn, makeFullCustomer, REASON, tables, type FullCustomer } from "./orang.ts";

// GET /me/data: everything there is about its caller, and nothing of anybody else.

const world = useWorld();
const admin = useOrang(world, "admin");
const loans = loansOf(world);

type Row = Record<string, unknown>;
interface MyData extends Record<string, unknown> {
  account: Row;
  user: Row;
  access_log: { at: string; actor: string; action: string; table: string; id: string | null; details: Row }[];
  truncated: string[];
}
const dataOf = async (caller: Caller) => await bodyOf<MyData>(caller.get("/me/data"));
const rowsOf = (data: MyData, part: string) => data[part] as Row[];

/** Has a loan that was paid back, so that there are instalments too. */
async function makeWithLoan(): Promise<FullCustomer> {
  const customer = await makeFullCustomer(world);
  await bodyOf(admin.post(`/bank-accounts/${customer.ids.bank_accounts}/verify`, { verified: true }));
  const borrower: Borrower = { ...customer, rekeningId: customer.ids.bank_accounts };
  const { id } = await loanIn(loans, borrower, "approved", { purpose: customer.secrets.personal["purpose"] });
  await bodyOf(loans.disburse(id, borrower.rekeningId));
  await bodyOf(loans.arrived(id));
  await bodyOf(loans.repay(id, 100_000, { key: `bayar-${id}`, note: "Transfer pertama" }), 201);
  return customer;
}

let budi: FullCustomer;
let siti: FullCustomer;
let data: MyData;
beforeAll(async () => {
  [budi, siti] = [await makeWithLoan(), await makeWithLoan()];
  data = await dataOf(budi.caller);
});

describe("is complete", () => {
  /** Every table with rows of a customer. Whoever adds one has to say where it is in the export. */
  const IN_EXPORT: Record<string, string> = {
    addresses: "addresses",
    bank_accounts: "bank_accounts",
    consents: "consents",
    crash_reports: "crash_reports",
    devices: "devices",
    documents: "documents",
    emergency_contacts: "emergency_contacts",
    employment: "employment",
    loan_applications: "loan_applications",
    notifications: "notifications",
    privacy_requests: "privacy_requests",
    telemetry_events: "telemetry_events",
  };

  test("of each table with a user_id, every row of the caller's is in it", async () => {
    const { neon } = world.cloud;
    const found = await neon.asOwner(
      `select table_name from information_schema.columns
        where column_name in ('user_id', 'nasabah_id') and table_schema = 'public' order by table_name`,
    );
    expect(found.map(({ table_name: name }) => name)).toEqual(Object.keys(IN_EXPORT));
    for (const [table, part] of Object.entries(IN_EXPORT)) {
      const rows = await neon.asOwner(`select id from ${table} where user_id = $1 order by id`, [
        budi.userId,
      ]);
      const ids = rows.map(({ id }) => Number(id));
      expect(ids.length, table).toBeGreaterThan(0);
      expect(
        rowsOf(data, part).map(({ id }) => id),
        table,
      ).toEqual(ids);
    }
  });

  test("of each of their columns too, but for where a row lies and what it is sealed by", async () => {
    const inside = /_segel$|_indeks$/;
    const columns = await world.cloud.neon.asOwner(
      `select table_name, column_name from information_schema.columns
        where table_schema = 'public' and table_name = any($1::text[])`,
      [`{${Object.keys(IN_EXPORT).join(",")}}`],
    );
    expect(columns.length).toBeGreaterThan(80);
    const missing = columns.flatMap(({ table_name: table, column_name: column }) => {
      const [row = {}] = rowsOf(data, IN_EXPORT[String(table)] ?? "");
      const name = String(column).replace(/_segel$/, "");
      const hidden = name === "baris" || name.endsWith("_indeks");
      return hidden || name in row ? [] : [`${table}.${column}`];
    });
    expect(missing).toEqual([]);
    expect(columns.filter(({ column_name: name }) => inside.test(String(name))).length).toBeGreaterThan(5);
  });

  test("what hangs on its loans, its own file and its account are in it", async () => {
    const { neon } = world.cloud;
    const instalments = await neon.asOwner(
      "select loan_id, number from loan_instalments where loan_id in (select id from loan_applications where user_id = $1) order by 1, 2",
      [budi.userId],
    );
    expect(instalments.length).toBeGreaterThan(1);
    expect(rowsOf(data, "loan_instalments").map(({ loan_id: loan, number }) => [loan, number])).toEqual(
      instalments.map(({ loan_id: loan, number }) => [Number(loan), Number(number)]),
    );
    expect(rowsOf(data, "loan_repayments")).toMatchObject([
      { loan_id: Number(instalments[0]?.["loan_id"]), amount: 100_000, note: "Transfer pertama" },
    ]);
    const { personal, sealed } = budi.secrets;
    expect(data.user).toMatchObject({
      nik_flag: null,
      id: budi.userId,
      external_user_id: budi.externalUserId,
      name: personal["name"],
      email: personal["email"],
      gender: personal["gender"],
      phone: sealed.phone,
      national_id: sealed.national_id,
    });
    const { id, name, email } = budi.orang;
    expect(data.account).toMatchObject({ id, name, email, username: null });
    expect(data.truncated).toEqual([]);
  });

  test("each audit row about the caller is in it, newest first", async () => {
    const after = await dataOf(budi.caller);
    const rows = await world.cloud.neon.asOwner(
      "select aksi, sasaran_tabel, sasaran_id, pelaku from audit where subjek_id = $1 order by id desc",
      [budi.userId],
    );
    expect(rows.length).toBeGreaterThan(15);
    expect(after.access_log.map(({ action, table, id, actor }) => [action, table, id, actor])).toEqual(
      rows.map(({ aksi, sasaran_tabel, sasaran_id, pelaku }) => [aksi, sasaran_tabel, sasaran_id, pelaku]),
    );
  });
});

test("shows what is sealed in clear", () => {
  const { sealed, personal } = budi.secrets;
  const [device, account, contact] = ["devices", "bank_accounts", "emergency_contacts"].map(
    (part) => rowsOf(data, part)[0],
  );
  const { imei, imsi, sim_serial, account_number, contact_phone } = sealed;
  expect(device).toMatchObject({ imei, imsi, sim_serial, device_model: personal["device_model"] });
  expect(account).toMatchObject({ account_number, account_holder: personal["account_holder"] });
  expect(contact).toMatchObject({ contact_phone, contact_name: personal["contact_name"] });
  const text = JSON.stringify(data);
  const all = { ...sealed, ...personal };
  expect(foundIn(text, all).toSorted()).toEqual(Object.keys(all).toSorted());
  // What only machines need stays inside.
  expect(text).not.toMatch(/_segel|_indeks|"kunci"|"baris"|kata_sandi|versi_token/);
});

test("of what staff read and did there is who, when and why", async () => {
  const petugas = await makeAkun(world, "karyawan");
  const assigned = await admin.put(`/users/${budi.userId}/officer`, { officer_id: petugas.id });
  expect(assigned.status).toBeLessThan(300);
  const caller = atasNama(world, petugas);
  const asked = { purpose: "verification", reason: REASON };
  await bodyOf(caller.post("/clear-values", { field: "users.national_id", id: budi.userId, ...asked }));
  await bodyOf(caller.post(`/documents/${budi.ids.documents}/link`, asked));
  const { access_log: log } = await dataOf(budi.caller);
  expect(
    log.filter(({ action, actor }) => action.endsWith(".baca_jelas") && actor === `akun:${petugas.id}`),
  ).toEqual([
    {
      at: expect.stringMatching(/Z$/) as string,
      actor: `akun:${petugas.id}`,
      action: "documents.baca_jelas",
      table: "documents",
      id: String(budi.ids.documents),
      details: { tujuan: "verification", alasan: REASON },
    },
    {
      at: expect.stringMatching(/Z$/) as string,
      actor: `akun:${petugas.id}`,
      action: "nasabah.baca_jelas",
      table: "nasabah",
      id: String(budi.userId),
      details: { kolom: "national_id", tujuan: "verification", alasan: REASON },
    },
  ]);
  const others = await dataOf(siti.caller);
  expect(JSON.stringify(others.access_log)).not.toContain(`"akun:${petugas.id}"`);
});

test("each time it was given is a request that is done, and in the next one", async () => {
  const before = rowsOf(await dataOf(siti.caller), "privacy_requests");
  const after = rowsOf(await dataOf(siti.caller), "privacy_requests");
  expect(after.length).toBe(before.length + 1);
  const last = after.at(-1) ?? {};
  expect(last).toMatchObject({ user_id: siti.userId, kind: "access", status: "done", execute_at: null });
  expect(last["completed_at"]).toBe(last["received_at"]);
  expect(Date.parse(String(last["due_at"])) - Date.parse(String(last["received_at"]))).toBe(72 * 3_600_000);
});

describe("is the caller's alone", () => {
  test("no text and no id of another customer's rows, of whatever table, is in it", async () => {
    // Texts that nobody else has, in every column there is, around the product.
    const { neon } = world.cloud;
    const columns = await neon.asOwner(
      `select c.table_name, c.column_name, c.data_type from information_schema.columns c
        where c.table_schema = 'public' and c.table_name in
          (select table_name from information_schema.columns where column_name = 'user_id' and table_schema = 'public')
          and (c.data_type in ('text', 'jsonb')) and c.column_name <> 'status'`,
    );
    const planted: Record<string, string> = {};
    for (const { table_name: table, column_name: column, data_type: type } of columns) {
      const canary = `kenari-${table}-${column}`;
      const value = type === "jsonb" ? `'{"kenari": "${canary}"}'::jsonb` : `'${canary}' || id`;
      try {
        await neon.asOwner(`update ${table} set ${column} = ${value} where user_id = ${siti.userId}`);
        planted[`${table}.${column}`] = canary;
      } catch {
        // A check or a trigger keeps it as it is.
      }
    }
    expect(Object.keys(planted).length).toBeGreaterThan(30);
    expect(Object.keys(findings(await tables(world), planted)).length).toBeGreaterThan(8);
    const text = JSON.stringify(await dataOf(budi.caller));
    expect(Object.keys(planted).filter((name) => text.includes(planted[name] ?? ""))).toEqual([]);
    expect(text).not.toContain("kenari");
    const { sealed, personal } = siti.secrets;
    expect(foundIn(text, { ...sealed, ...personal })).toEqual([]);
    expect(text).not.toContain(siti.externalUserId);
    expect(text).not.toContain(siti.orang.email);
    expect(text).not.toContain(`"user_id":${siti.userId},`);
  });

  test("it is for no staff, no mitra, no stranger; a nasabah without a file has none", async () => {
    for (const role of ["admin", "karyawan"] as const)
      expect(await refusalAt(atasNama(world, await makeAkun(world, role)).get("/me/data"))).toBe(
        "403 peran-tidak-boleh",
      );
    expect(await refusalAt(world.request("/me/data"))).toBe("401 token-tidak-sah");
    const { headers } = await makeMitra(world);
    expect(await refusalAt(world.request("/me/data", { headers }))).toBe("401 token-tidak-sah");
    const caller = atasNama(world, await makeAkun(world, "nasabah"));
    expect(await refusalAt(caller.get("/me/data"))).toBe("404 user-tidak-ada");
    expect(await refusalAt(budi.caller.get(`/me/data?user_id=${siti.userId}`))).toMatch(/^(200|422)/);
    expect((await bodyOf<MyData>(budi.caller.get(`/me/data?user_id=${siti.userId}`))).user["id"]).toBe(
      budi.userId,
    );
  });
});

test("a value that does not open leaves the rest to be given, and the log calls for a person", async () => {
  const rusak = await makeFullCustomer(world);
  await world.cloud.neon.asOwner("update devices set imei_segel = 'k.rusak.rusak' where user_id = $1", [
    rusak.userId,
  ]);
  const given = await dataOf(rusak.caller);
  const { imsi } = rusak.secrets.sealed;
  expect(rowsOf(given, "devices")[0]).toMatchObject({ imei: null, imsi });
  expect(
    world.log.filter(({ event, id }) => event === "seal_broken" && id === rusak.ids.devices),
  ).toHaveLength(1);
});

test("so much of it is cut off, and says so", async () => {
  const sering = await makeFullCustomer(world);
  await world.cloud.neon.asOwner(
    "insert into telemetry_events (user_id, event_name, event_props) select $1, 'x', '{}' from generate_series(1, 501)",
    [sering.userId],
  );
  const given = await dataOf(sering.caller);
  expect(given.truncated).toEqual(["telemetry_events"]);
  expect(rowsOf(given, "telemetry_events")).toHaveLength(500);
});

test("nothing sealed is in the log of all this, and it is one roundtrip", async () => {
  expect(foundIn(JSON.stringify(world.log), { ...budi.secrets.sealed, ...siti.secrets.sealed })).toEqual([]);
  expect(core(budi.secrets.sealed.phone).length).toBeGreaterThan(8);
  await world.idle();
  const before = world.cloud.neon.requests + world.cloud.redis.requests;
  await dataOf(budi.caller);
  expect(world.cloud.neon.requests + world.cloud.redis.requests - before).toBe(1);
});
