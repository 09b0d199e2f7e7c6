import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addresses } from "../../src/amancair/addresses/table.ts";
import { bankAccounts } from "../../src/amancair/bank-accounts/table.ts";
import { semuaBagian, semuaMilik } from "../../src/amancair/bagian/repo.ts";
import type { BagianTable } from "../../src/amancair/bagian/bagian.ts";
import { consents } from "../../src/amancair/consents/table.ts";
import { crashReports } from "../../src/amancair/crash-reports/table.ts";
import { devices } from "../../src/amancair/devices/table.ts";
import { documents } from "../../src/amancair/documents/table.ts";
import { emergencyContacts } from "../../src/amancair/emergency/table.ts";
import { employment } from "../../src/amancair/employment/table.ts";
import { semuaPinjaman, type Saringan } from "../../src/amancair/loan-applications/repo.ts";
import { notifications } from "../../src/amancair/notifications/table.ts";
import { angsuranSaya, jejakSaya, pinjamanSaya } from "../../src/amancair/privacy/repo.ts";
import { telemetryEvents } from "../../src/amancair/telemetry/table.ts";
import { cariNasabah, type Dicari } from "../../src/direktori/users/repo.ts";
import { openDatabase } from "../../src/platform/db/database.ts";
import { APP, openTestDatabase, postgresSuite, postgresUrl, type TestDatabase } from "../database/engines.ts";

const FILES = 100_000;
const MANY = 300_000;
const LOANS = 50_000;

const BAGIAN: Record<string, BagianTable> = {
  addresses,
  bank_accounts: bankAccounts,
  consents,
  crash_reports: crashReports,
  devices,
  documents,
  emergency_contacts: emergencyContacts,
  employment,
  notifications,
  telemetry_events: telemetryEvents,
};

const ADMIN = 1;
const KARYAWAN = 2;
/** Has the account, and the file, of this number. */
const NASABAH = 1_000;

const session = (akun: number) => `00000000-0000-4000-8000-${String(akun).padStart(12, "0")}`;

/** A table's rows, one or three of each file, in turns. */
const rows = (table: string, columns: string, values: string, many = FILES) =>
  `insert into ${table} (user_id, ${columns}) select 1 + n % ${FILES}, ${values} from generate_series(1, ${many}) n`;

/** 50 karyawan look after 200 files each; of the loans 1 in 500 waits, 1 in 50 is in review, and most are long over. */
const FILL = [
  "set session_replication_role = replica",
  `insert into akun (nama, email, kata_sandi, peran, dibuat_pada)
    select 'x', n || '@mail.com', '$2b$04$' || repeat('a', 53), (case when n = ${ADMIN} then 'admin' when n < 52 then 'karyawan' else 'nasabah' end)::peran_akun, now()
    from generate_series(1, ${FILES}) n`,
  `insert into sesi (id, akun_id, diputar_pada, agen, alamat, dibuat_pada, kedaluwarsa_pada)
    select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, n, now(), '', '', now(), now() + interval '1 day' from generate_series(1, ${NASABAH}) n`,
  `insert into nasabah (id, external_user_id, akun_id, petugas_id, name, email, phone_segel, phone_indeks, national_id_segel, national_id_indeks)
    select n, gen_random_uuid(), case when n > 51 then n end, case when n % 10 = 0 then 2 + n / 10 % 50 end, 'Nasabah ' || n,
      'n' || n || '@mail.com', 'x', 'p' || n, 'x', 'n' || n from generate_series(1, ${FILES}) n`,
  rows("devices", "baris, imei_segel, imei_indeks", "gen_random_uuid(), 'x', 'i' || n", MANY),
  rows("telemetry_events", "event_name, event_props", "'buka', '{}'", MANY),
  rows("addresses", "type, address_line, city", "'home', 'x', 'x'"),
  rows(
    "bank_accounts",
    "baris, bank_name, account_number_segel, account_number_indeks, account_holder",
    "gen_random_uuid(), 'BCA', 'x', 'r' || n, 'x'",
  ),
  rows("employment", "income_monthly, employment_type", "1, 'contract'"),
  rows(
    "documents",
    "baris, doc_type, file_name, mime_type, file_size, exif",
    "gen_random_uuid(), 'ktp', 'x', 'x', 1, '{}'",
  ),
  rows("emergency_contacts", "baris, contact_name, contact_phone_segel", "gen_random_uuid(), 'x', 'x'"),
  rows("notifications", "fcm_token", "n"),
  rows("crash_reports", "title, stacktrace, metadata", "'x', 'x', '{}'"),
  rows("consents", "purpose, text_version, channel", "'marketing', 1, 'app'"),
  rows(
    "privacy_requests",
    "kind, status, due_at, execute_at",
    "case when n % 1000 = 0 then 'erasure' else 'access' end, case when n % 1000 = 0 then 'received' else 'done' end, now(), now() + make_interval(hours => n % 72 - 1)",
  ),
  `insert into loan_applications (user_id, application_no, amount, term_months, status, officer_id, decision_at)
    select 1 + n * 7 % ${FILES}, 'L' || n, 1000000, 1,
      case when n % 500 = 0 then 'submitted' when n % 50 = 1 then 'review' when n % 10 = 2 then 'rejected' when n % 4 = 3 then 'active' else 'closed' end,
      case when n % 500 <> 0 then 2 + n / 50 % 50 end, case when n % 10 = 2 then now() - make_interval(days => n % 400) end
    from generate_series(1, ${LOANS}) n`,
  `insert into loan_instalments select id, 1, current_date, amount, 0, 0, 0 from loan_applications where status in ('active', 'closed')`,
  `insert into audit (waktu, pelaku, aksi, sasaran_tabel, sasaran_id, rincian, subjek_id)
    select now(), 'akun:' || 1 + n % 50, 'nasabah.ubah', 'nasabah', 1 + n % ${FILES}, '{}', 1 + n % ${FILES} from generate_series(1, ${FILES}) n`,
  "update kunci_indeks set versi = 1",
  "reset session_replication_role",
  "vacuum analyze",
];

/** Of a page; reading a large table from end to end takes thousands. */
const MOST_BUFFERS = 1_500;

describe.skipIf(!postgresUrl)(`plans over ${FILES} customers' files (${postgresSuite})`, () => {
  let db: TestDatabase;
  let client: Client;
  const notices: string[] = [];
  beforeAll(async () => {
    db = await openTestDatabase(postgresUrl);
    client = new Client({ connectionString: db.serverUrl });
    await client.connect();
    client.on("notice", ({ message }) => notices.push(String(message)));
    for (const statement of FILL) await client.query(statement);
    // Shows the plans of statements inside functions as well.
    await client.query("load 'auto_explain'");
    await client.query("set auto_explain.log_min_duration = 0");
    await client.query("set auto_explain.log_nested_statements = on");
    await client.query("set auto_explain.log_level = notice");
  }, 300_000);
  afterAll(async () => {
    await client.end();
    await db.close();
  });

  const as = (akun: number) =>
    `select app.masuk_akun(${akun}, '${session(akun)}', 1, '{admin,karyawan,nasabah}')`;
  const AS_SERVICE = "select app.masuk_layanan('penyapu')";
  const drizzle = openDatabase("postgres://x:x@127.0.0.1:1/x");

  /** As the app's role after `enter`, in a transaction that is rolled back. */
  async function asApp<T>(enter: string, work: () => Promise<T>): Promise<T> {
    try {
      await client.query("begin");
      await client.query(`set local role ${APP}`);
      await client.query(enter);
      return await work();
    } finally {
      await client.query("rollback");
    }
  }

  /** The plan of one statement, run. */
  const planOf = async (enter: string, query: { sql: string; params: unknown[] }) =>
    await asApp(enter, async () => {
      const { rows: lines } = await client.query<{ "QUERY PLAN": string }>(
        `explain (analyze, buffers, costs off, timing off, summary off) ${query.sql}`,
        query.params,
      );
      return lines.map((line) => line["QUERY PLAN"]).join("\n");
    });

  /** The plans of the statements inside the functions that `query` calls. */
  const insideOf = async (enter: string, query: string, times = 1) =>
    await asApp(enter, async () => {
      for (let left = times; left > 0; left--) {
        notices.length = 0;
        await client.query(query);
      }
      return notices.join("\n");
    });

  const LARGE = [
    ...Object.keys(BAGIAN),
    "nasabah",
    "privacy_requests",
    "loan_applications",
    "loan_instalments",
    "audit",
  ];

  /** Nothing large is read from end to end. On failure the message is the plan. */
  function expectNoScan(plan: string): void {
    expect(plan, plan).not.toMatch(new RegExp(`Seq Scan on (${LARGE.join("|")})\\b`));
  }

  /** Besides, none of our functions is asked for each row, and no more is read than a page takes. */
  function expectFew(plan: string, most = MOST_BUFFERS): void {
    expectNoScan(plan);
    expect(plan, plan).not.toMatch(/(?<!One-Time )Filter: .*\bapp\./);
    const [, hit = "0"] = /Buffers: shared hit=(\d+)/.exec(plan) ?? [];
    const [, disk = "0"] = /Buffers: shared .*?read=(\d+)/.exec(plan) ?? [];
    expect(Number(hit) + Number(disk), plan).toBeLessThan(most);
  }

  const page = { limit: 100, sendiri: false };

  test.each(Object.keys(BAGIAN))(
    "%s: a page of a nasabah, and of staff for one file, is found by its user",
    async (name) => {
      const table = BAGIAN[name] as BagianTable;
      for (const [akun, halaman] of [
        [NASABAH, { ...page, sendiri: true }],
        [NASABAH, { ...page, sendiri: true, before: 90_000 }],
        [ADMIN, { ...page, userId: 20 }],
        [KARYAWAN, { ...page, userId: 1_000 }],
        [KARYAWAN, { ...page, userId: 77 }],
      ] as const) {
        const plan = await planOf(as(akun), semuaBagian(drizzle, table, halaman).toSQL());
        expectFew(plan);
        expect(plan, plan).toMatch(new RegExp(`${name}_user\\w*\\b`));
      }
      expectFew(await planOf(as(NASABAH), semuaMilik(drizzle, table, 1_000).toSQL()));
    },
  );

  test.each(Object.keys(BAGIAN))("%s: a page of all for an admin ends with the page", async (name) => {
    const table = BAGIAN[name] as BagianTable;
    for (const before of [undefined, 50_000])
      expectFew(await planOf(as(ADMIN), semuaBagian(drizzle, table, { ...page, before }).toSQL()));
  });

  test.each(Object.keys(BAGIAN))(
    "%s: a page of what a karyawan looks after reads its files only",
    async (name) => {
      const table = BAGIAN[name] as BagianTable;
      const plan = await planOf(as(KARYAWAN), semuaBagian(drizzle, table, page).toSQL());
      expectFew(plan, 3_000);
      expect(plan, plan).toContain("rows=100");
    },
  );

  test("which files a karyawan looks after is found by indexes", async () => {
    for (const times of [1, 8]) {
      const plans = await insideOf(as(KARYAWAN), "select app.berkas_petugas()", times);
      for (const index of ["nasabah_petugas", "loan_applications_petugas", "loan_applications_menunggu"])
        expect(plans, plans).toContain(index);
      expectNoScan(plans);
    }
    expectNoScan(await insideOf(as(KARYAWAN), "select * from app.tuntut_berkas(1000)", 8));
    expectNoScan(await insideOf(as(NASABAH), "select * from app.tuntut_berkas(null)", 8));
  });

  const own: Saringan = { sendiri: false, userId: undefined, status: undefined };
  test.each<[string, number, Partial<Saringan>, number | undefined]>([
    ["a nasabah's", NASABAH, { sendiri: true }, undefined],
    ["of one customer for an admin", ADMIN, { userId: 20 }, undefined],
    ["of one customer for a karyawan", KARYAWAN, { userId: 1_000 }, undefined],
    ["all for an admin", ADMIN, {}, undefined],
    ["a later page for an admin", ADMIN, {}, 20_000],
    ["those that wait, for an admin", ADMIN, { status: "submitted" }, undefined],
    ["those in review, for an admin", ADMIN, { status: "review" }, undefined],
    ["those that were approved, which nobody is, for an admin", ADMIN, { status: "approved" }, undefined],
    ["all for a karyawan", KARYAWAN, {}, undefined],
    ["those that wait, for a karyawan", KARYAWAN, { status: "submitted" }, undefined],
  ])("loans: %s", async (_name, akun, saringan, before) => {
    expectFew(await planOf(as(akun), semuaPinjaman(drizzle, 100, before, { ...own, ...saringan }).toSQL()));
  });

  test("everything of one nasabah is found by what it belongs to", async () => {
    for (const query of [pinjamanSaya(drizzle), angsuranSaya(drizzle), jejakSaya(drizzle, 100)])
      expectFew(await planOf(as(NASABAH), query.toSQL()));
  });

  test.each<[Dicari["kolom"], string, string]>([
    ["phone", "p20", "nasabah_phone_unik"],
    ["national_id", "n20", "nasabah_national_id_unik"],
    ["email", "n20@mail.com", "nasabah_email"],
    ["imei", "i19", "devices_imei"],
    ["account_number", "r19", "bank_accounts_nomor"],
  ])("a customer is searched by %s through its index", async (kolom, nilai, index) => {
    const query = cariNasabah(drizzle, { kolom, nilai }, { of: () => ({ "1": nilai }) }).toSQL();
    for (const akun of [ADMIN, KARYAWAN]) {
      const plan = await planOf(as(akun), query);
      expect(plan, plan).toContain(index);
      expectFew(plan);
    }
  });

  test("erasure reads what is due, and of each file its own rows", async () => {
    for (const [batas, simpan] of [
      [5, 10_000],
      [0, 30],
    ]) {
      const plans = await insideOf(AS_SERVICE, `select app.musnahkan_jatuh_tempo(${batas}, ${simpan})`);
      expectNoScan(plans);
      // Both hold only what is asked for and not carried out yet.
      expect(plans, plans).toMatch(/privacy_requests_(jatuh_tempo|satu_penghapusan)\b/);
    }
  });

  test("erasing who was turned away finds them by when that was", async () => {
    // The requests first; nobody else's is due.
    await db.neon.asOwner("update privacy_requests set status = 'cancelled' where status = 'received'");
    const plans = await insideOf(AS_SERVICE, "select app.musnahkan_jatuh_tempo(2, 398)");
    expect(plans, plans).toContain("loan_applications_ditolak");
    expectNoScan(plans);
  });

  test("files of storage to remove are found in their order", async () => {
    await db.neon.asOwner(
      `insert into berkas_terbuang select gen_random_uuid(), now() + make_interval(secs => n - 50) from generate_series(1, 50000) n`,
    );
    await db.neon.asOwner("analyze berkas_terbuang");
    const plans = await insideOf(AS_SERVICE, "select app.berkas_terbuang(100)");
    expect(plans, plans).not.toMatch(/Seq Scan on berkas_terbuang\b/);
  });
});
