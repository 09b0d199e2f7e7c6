import type { Fixture } from "./rls-fixture.ts";
import {
  answered,
  CALLERS,
  ROWS_FOR_PEOPLE,
  ROWS_OF_A_FILE,
  ROWS_OF_NOBODY,
  unexpected,
  type Answer,
  type Caller,
} from "./rls-amancair-fixture.ts";
import { FREE_PPOB, PPOB } from "./rls-checks-ppob.ts";
import { FREE as FREE_WHATSAPP, WHATSAPP } from "./rls-checks-whatsapp.ts";

const NO = "42501";

/** What the app writes of one part of customers' files. */
interface Part {
  /** Columns and values of a new row. */
  baru: Record<string, string>;
  /** Values with which a row would say that it is confirmed, or over, already. */
  sah?: Record<string, string>[];
  /** The columns that may be changed, one of them first, with a value for it. */
  ubah?: [kolom: string, nilai: string, ...lain: string[]];
  hapus?: true;
}

const uuid = "gen_random_uuid()";
/** A confirmed row's columns. */
const CHANNEL = "case when app.adalah_staf() then 'paper' else 'app' end";
const EVIDENCE = "case when app.adalah_staf() then 'surat' end";

const PARTS: Record<string, Part> = {
  addresses: {
    baru: { type: "'home'", address_line: "'Jl. B'", city: "'Solo'" },
    ubah: ["city", "'x'", "type", "address_line", "province", "postal_code", "country"],
    hapus: true,
  },
  bank_accounts: {
    baru: {
      baris: uuid,
      bank_name: "'BRI'",
      account_number_segel: "'x'",
      account_number_indeks: "'lain'",
      account_holder: "'Siti'",
    },
    sah: [{ verified: "true", verified_at: "now()" }],
    ubah: ["account_holder", "'x'", "bank_name", "account_number_segel", "account_number_indeks"],
    hapus: true,
  },
  consents: {
    baru: { purpose: "'kyc'", text_version: "1", channel: CHANNEL, evidence: EVIDENCE },
    sah: [
      { withdrawn_at: "now()" },
      { channel: "case when app.adalah_staf() then 'app' else 'paper' end" },
      { evidence: "case when app.adalah_staf() then null else 'surat' end" },
    ],
    ubah: ["withdrawn_at", "now()"],
  },
  crash_reports: { baru: { title: "'x'", stacktrace: "'x'", metadata: "'{}'" } },
  devices: {
    baru: { baris: uuid, android_id: "'x'" },
    ubah: [
      "device_model",
      "'x'",
      ..."device_uuid imei_segel imei_indeks imsi_segel sim_serial_segel android_id advertising_id".split(
        " ",
      ),
      ..."device_brand os_version app_version fcm_token last_seen_at metadata".split(" "),
    ],
    hapus: true,
  },
  documents: {
    baru: {
      baris: uuid,
      doc_type: "'ktp'",
      file_name: "'x'",
      mime_type: "'x'",
      file_size: "1",
      exif: "'{}'",
    },
    hapus: true,
  },
  emergency_contacts: {
    baru: { baris: uuid, contact_name: "'x'", contact_phone_segel: "'x'" },
    sah: ["granted", "declined"].map((status) => ({
      consent_status: `'${status}'`,
      consent_at: "now()",
      consent_method: "'phone'",
      consent_evidence: "'x'",
    })),
    ubah: [
      "relation",
      "'x'",
      "device_id",
      "contact_name",
      "contact_phone_segel",
      "contact_email",
      "is_primary",
    ],
    hapus: true,
  },
  employment: {
    baru: { income_monthly: "1", employment_type: "'contract'" },
    ubah: ["job_title", "'x'", "employer_name", "income_monthly", "employment_type"],
    hapus: true,
  },
  notifications: {
    baru: { fcm_token: "'lain'" },
    ubah: ["last_registered_at", "now()", "device_id"],
    hapus: true,
  },
  telemetry_events: { baru: { event_name: "'x'", event_props: "'{}'" } },
};

const columnsOf = async ({ db }: Fixture, table: string) =>
  (
    await db.neon.asOwner(
      "select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum",
      [table],
    )
  ).map(({ attname }) => String(attname));

/** Rows of one file for its own nasabah and for who looks after it, all of them for an admin. */
const own = (rows: number, ofNobody = 0, rest: Answer = 0) =>
  answered(rest, { nasabah: rows, nasabahLain: rows, karyawan: rows, admin: 3 * rows + ofNobody });

const insertInto = (table: string, row: Record<string, string>) =>
  `insert into ${table} (${Object.keys(row).join(", ")}) values (${Object.values(row).join(", ")})`;

/** Who sees which rows of a table. */
function reads(table: string, { orangLain }: Fixture["users"]): Record<string, Answer[]> {
  const rows = ROWS_OF_A_FILE[table] ?? 0;
  const reading = { [`select 1 from ${table}`]: own(rows, ROWS_OF_NOBODY[table]) };
  if (table === "loan_instalments") return reading;
  return {
    ...reading,
    [`select 1 from ${table} where user_id = ${orangLain}`]: answered(0, { nasabahLain: rows, admin: rows }),
  };
}

/** Who writes which rows of a part. None of the changes reads a column: the policy for the write stands alone. */
function writes(table: string, part: Part, users: Fixture["users"]): Record<string, Answer[]> {
  const { milik, orangLain, tanpaAkun } = users;
  const add = (user: string, more: Record<string, string> = {}) =>
    insertInto(table, { user_id: user, ...part.baru, ...more });
  // Nobody has agreed to events that are nobody's.
  const byAdmins = table === "telemetry_events" ? {} : { admin: 1 };
  const stays = table in ROWS_OF_NOBODY ? answered(NO, byAdmins) : undefined;
  const expected: Record<string, Answer[]> = {
    [add(milik)]: answered(NO, { nasabah: 1, admin: 1 }),
    [add(orangLain)]: answered(NO, { nasabahLain: 1, admin: 1 }),
    [add(tanpaAkun)]: answered(NO, { karyawan: 1, admin: 1 }),
    ...(stays && { [add("null")]: stays }),
  };
  for (const sah of part.sah ?? [])
    for (const user of [milik, tanpaAkun]) expected[add(user, sah)] = answered(NO);
  if (part.ubah) {
    const [kolom, nilai] = part.ubah;
    expected[`update ${table} set ${kolom} = ${nilai}`] = own(1);
    expected[`update ${table} set ${kolom} = ${nilai} where user_id = ${orangLain}`] = answered(0, {
      nasabahLain: 1,
      admin: 1,
    });
  }
  if (part.hapus) {
    expected[`delete from ${table}`] = own(ROWS_OF_A_FILE[table] ?? 0, ROWS_OF_NOBODY[table]);
    expected[`delete from ${table} where user_id = ${orangLain}`] = answered(0, { nasabahLain: 1, admin: 1 });
  } else expected[`delete from ${table}`] = answered(NO);
  return expected;
}

/** A table that nobody writes through the app's role, or only as `allowed` says. */
const RULE = `insert into loan_rules (valid_from, max_term_months, daily_rate_cap_ppm, total_cap_percent, min_amount, max_amount, second_person_above, max_dti_percent)
  values (current_date + 2, 6, 1, 1, 1, 1, 1, 1)`;
const people = (rows: number) =>
  answered(rows, { nobody: 0, service: 0, mitra: 0 } satisfies Partial<Record<Caller, Answer>>);

const OTHERS: Record<string, (fixture: Fixture) => Promise<Record<string, Answer[]>>> = {
  consent_texts: async () => ({ "select 1 from consent_texts": people(ROWS_FOR_PEOPLE.consent_texts) }),
  loan_rules: async () => ({
    "select 1 from loan_rules": people(ROWS_FOR_PEOPLE.loan_rules),
    [RULE]: answered(NO, { admin: 1 }),
  }),
  audit: async ({ db, users }) => {
    const [row] = await db.neon.asOwner(
      "select count(*) as semua, count(*) filter (where subjek_id = $1) as milik, count(*) filter (where subjek_id = $2) as lain from audit",
      [users.milik, users.orangLain],
    );
    const [semua, milik, lain] = [row?.["semua"], row?.["milik"], row?.["lain"]].map(Number);
    return {
      "select 1 from audit": answered(0, { admin: semua ?? 0, nasabah: milik ?? 0, nasabahLain: lain ?? 0 }),
    };
  },
  ...WHATSAPP,
  ...PPOB,
  ...Object.fromEntries(
    ["audit_rantai", "audit_ujung", "berkas_terbuang", "kunci_indeks"].map((table) => [
      table,
      async () => ({ [`select 1 from ${table}`]: answered(NO) }),
    ]),
  ),
};

/** What is written of the others otherwise than through functions. */
const FREE: typeof FREE_WHATSAPP = { ...FREE_WHATSAPP, ...FREE_PPOB };

/** The tables whose rows are checked here, one by one. */
export const CHECKED_TABLES = [...new Set([...Object.keys(ROWS_OF_A_FILE), ...Object.keys(OTHERS)])].sort();

/** What a check is narrowed to. */
interface Narrowed {
  /** Only statements of this kind, and not those that no policy decides about. */
  verb?: string;
  callers?: readonly Caller[];
}

/** What callers can do with a table that they should not, or cannot and should. */
export async function brokenOf(fixture: Fixture, table: string, { verb, callers = CALLERS }: Narrowed = {}) {
  const part = PARTS[table];
  const expected: Record<string, Answer[]> = {
    ...(table in ROWS_OF_A_FILE ? reads(table, fixture.users) : await OTHERS[table]?.(fixture)),
    ...(part && writes(table, part, fixture.users)),
  };
  if (verb === undefined) {
    const [kolom, , ...lain] = part?.ubah ?? [];
    const free = FREE[table];
    const columns = await columnsOf(fixture, table);
    for (const column of columns)
      if (column !== kolom && !lain.includes(column) && !free?.ubah?.includes(column))
        expected[`update ${table} set ${column} = default`] = answered(NO);
    expected[`truncate ${table}`] = answered(NO);
    expected[`truncate ${table} cascade`] = answered(NO);
    expected[`lock table ${table} in exclusive mode`] = lockable(part ?? free) ?? answered(NO);
    const isFilled = part ?? free?.buat ?? table === "loan_rules";
    if (!isFilled) expected[`insert into ${table} default values`] = answered(NO);
    if (!part && !free?.hapus) expected[`delete from ${table}`] = answered(NO);
  }
  const asked = Object.entries(expected).filter(
    ([statement]) => verb === undefined || statement.startsWith(verb),
  );
  return await unexpected(fixture, Object.fromEntries(asked), callers);
}

/** Whoever may delete rows of a table may lock it. */
function lockable(part: Pick<Part, "hapus"> | undefined): Answer[] | undefined {
  return part?.hapus && answered(0);
}
