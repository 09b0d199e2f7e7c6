import { APP, type TestDatabase } from "./engines.ts";
import type { Fixture } from "./rls-fixture.ts";

/** What a statement came to: how many rows it reached, a refusal's own name (`PINJAMAN_TIDAK_ADA`), or an SQLSTATE. */
export type Answer = number | string;

/** Everybody there is. `karyawan` looks after the file `tanpaAkun`, `karyawanLain` after none. */
export const CALLERS = [
  "nobody",
  "service",
  "mitra",
  "tanpaBerkas",
  "nasabah",
  "nasabahLain",
  "karyawan",
  "karyawanLain",
  "admin",
] as const;
export type Caller = (typeof CALLERS)[number];

/** What each caller is answered: `rest` where nothing else is said. */
export function answered(rest: Answer, others: Partial<Record<Caller, Answer>> = {}): Answer[] {
  return CALLERS.map((caller) => others[caller] ?? rest);
}

/** How each enters. Nobody does by leaving what was there before. */
function entrance(
  { satu, ...people }: Omit<Fixture, "db" | "users" | "lain">,
  caller: Caller,
): [string, unknown[]] {
  if (caller === "nobody")
    return [
      "select set_config('app.' || n, '', true) from unnest('{mitra_id,layanan,akun_id,peran,sesi_id}'::text[]) n",
      [],
    ];
  if (caller === "service") return ["select app.masuk_layanan('antrean')", []];
  if (caller === "mitra") return ["select app.masuk_mitra($1)", [satu.kunci]];
  const { id, sesi } = people[caller];
  return ["select app.masuk_akun($1, $2, 1, '{admin,karyawan,nasabah}')", [id, sesi]];
}

/** What each of some statements comes to for each caller, in the order of `callers`; nothing of them stays. */
export async function askedOfAll(
  fixture: Omit<Fixture, "users" | "lain">,
  statements: readonly string[],
  callers: readonly Caller[] = CALLERS,
): Promise<Answer[][]> {
  const { db, ...people } = fixture;
  const list = statements.map((statement) => `$tulis$${statement}$tulis$`).join(", ");
  // Each caller starts from the state in which the statements before have been undone.
  const trial = `do $uji$
    declare v_tulis text; v_baris integer; v_hasil text[] := '{}';
    begin
      foreach v_tulis in array array[${list}]::text[] loop
        begin
          execute v_tulis;
          get diagnostics v_baris = row_count;
          raise exception using errcode = 'UJ999', message = v_baris::text;
        exception when others then
          v_hasil := v_hasil || case when sqlstate like 'PT%' or sqlstate = 'UJ999' then sqlerrm else sqlstate end;
        end;
      end loop;
      perform set_config('uji.hasil', to_json(v_hasil)::text, true);
    end $uji$`;
  const app = db.as(APP);
  const results = await app.transaction(
    callers.flatMap((caller) => [
      app.query(...entrance(people, caller)),
      app.query(trial),
      app.query("select current_setting('uji.hasil') as hasil"),
    ]),
  );
  const seen = callers.map((_, at) => {
    const hasil = JSON.parse(String(results[3 * at + 2]?.[0]?.["hasil"])) as string[];
    return hasil.map((one) => (/^\d{1,4}$/.test(one) ? Number(one) : one));
  });
  return statements.map((_, at) => seen.map((answers) => answers[at] ?? "no answer"));
}

/** The statements whose answers are not the expected ones, with both. */
export async function unexpected(
  fixture: Omit<Fixture, "users" | "lain">,
  expected: Record<string, Answer[]>,
  callers: readonly Caller[] = CALLERS,
): Promise<{ statement: string; caller: Caller; seen: Answer | undefined; expected: Answer | undefined }[]> {
  const seen = await askedOfAll(fixture, Object.keys(expected), callers);
  return Object.entries(expected).flatMap(([statement, answers], at) =>
    callers.flatMap((caller, who) => {
      const [is, should] = [seen[at]?.[who], answers[CALLERS.indexOf(caller)]];
      return is === should ? [] : [{ statement, caller, seen: is, expected: should }];
    }),
  );
}

/** How many of a file's rows each table has. Every table of customers is here. */
export const ROWS_OF_A_FILE: Record<string, number> = {
  addresses: 1,
  bank_accounts: 1,
  consents: 2,
  crash_reports: 1,
  devices: 1,
  documents: 1,
  emergency_contacts: 1,
  employment: 1,
  loan_applications: 1,
  loan_instalments: 1,
  notifications: 1,
  privacy_requests: 1,
  telemetry_events: 1,
};

/** What there is of nobody's, in every table that may have it. */
export const ROWS_OF_NOBODY: Record<string, number> = { crash_reports: 1, telemetry_events: 1 };

/** What everybody reads who has an account. */
export const ROWS_FOR_PEOPLE = { consent_texts: 4, loan_rules: 2 };

/** Gives each file a row of everything, and a loan that is long over. */
export async function fillFiles({ neon }: TestDatabase, files: string[], admin: string): Promise<void> {
  await neon.asOwner(`do $isi$
    declare v bigint; d bigint; l bigint;
    begin
      foreach v in array '{${files.join(",")}}'::bigint[] loop
        update nasabah set phone_segel = 'segel', phone_indeks = 'indeks-' || v where id = v;
        insert into devices (user_id, baris, imei_segel, imei_indeks) values (v, gen_random_uuid(), 'segel', 'indeks') returning id into d;
        insert into addresses (user_id, type, address_line, city) values (v, 'home', 'Jl. A', 'Bandung');
        insert into bank_accounts (user_id, baris, bank_name, account_number_segel, account_number_indeks, account_holder)
          values (v, gen_random_uuid(), 'BCA', 'segel', 'indeks', 'Siti');
        insert into employment (user_id, income_monthly, employment_type) values (v, 5000000, 'permanent');
        insert into documents (user_id, device_id, baris, doc_type, file_name, mime_type, file_size, exif)
          values (v, d, gen_random_uuid(), 'ktp', 'ktp.jpg', 'image/jpeg', 10, '{}');
        insert into emergency_contacts (user_id, device_id, baris, contact_name, contact_phone_segel)
          values (v, d, gen_random_uuid(), 'Ani', 'segel');
        insert into telemetry_events (user_id, device_id, event_name, event_props) values (v, d, 'buka', '{}');
        insert into crash_reports (user_id, device_id, title, stacktrace, metadata) values (v, d, 'x', 'x', '{}');
        insert into notifications (user_id, device_id, fcm_token) values (v, d, 'token-' || v);
        insert into consents (user_id, purpose, text_version, channel) values (v, 'analytics', 1, 'app');
        insert into consents (user_id, purpose, text_version, channel, withdrawn_at) values (v, 'marketing', 1, 'app', now());
        insert into privacy_requests (user_id, kind, status, due_at, completed_at) values (v, 'access', 'done', now(), now());
        insert into loan_applications (user_id, application_no, amount, term_months, status, decided_by, decision_at, closed_at)
          values (v, 'L-' || v, 1000000, 1, 'closed', ${admin}, now(), now()) returning id into l;
        insert into loan_instalments (loan_id, number, due_on, principal, interest, principal_paid, interest_paid)
          values (l, 1, current_date, 1000000, 0, 1000000, 0);
        insert into buku (loan_id, nama, saldo) values (l, 'pokok', 0);
        insert into jurnal (kunci, jenis, loan_id, dibuat_pada) values ('cair:' || l, 'cair', l, now());
      end loop;
      insert into telemetry_events (event_name, event_props) values ('buka', '{}');
      insert into crash_reports (title, stacktrace, metadata) values ('x', 'x', '{}');
      insert into berkas_terbuang (baris, sejak) values ('lama', now() - interval '1 day');
    end $isi$`);
}
