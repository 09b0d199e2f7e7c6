import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client } from "pg";
import { tally } from "../answers.ts";
import { APP, ENGINES, postgresSuite, postgresUrl } from "./engines.ts";
import {
  answered,
  askedOfAll,
  ROWS_OF_A_FILE,
  unexpected,
  type Answer,
  type Caller,
} from "./rls-amancair-fixture.ts";
import { brokenOf, CHECKED_TABLES } from "./rls-checks-amancair.ts";
import { asPerson, asService, contextOf, makeFilledFixture, tried, type Fixture } from "./rls-fixture.ts";

/** Between whom a condition that was bent makes a difference. */
const BETWEEN: readonly Caller[] = [
  "mitra",
  "tanpaBerkas",
  "nasabah",
  "nasabahLain",
  "karyawan",
  "karyawanLain",
  "admin",
];

const ADMIN = "(( SELECT app.peran() AS peran) = 'admin'::text)";
const OWN = "(user_id = ( SELECT app.nasabah_id() AS nasabah_id))";
const KARYAWAN = "(( SELECT app.peran() AS peran) = 'karyawan'::text)";
const MINE = "(assigned_to = ( SELECT app.akun_id() AS akun_id))";
const LOOKED_AFTER = "(user_id IN ( SELECT app.berkas_petugas() AS berkas_petugas))";

const OF_THE_MITRA = "(mitra_id = ( SELECT app.mitra_id() AS mitra_id))";

const CHATTING = ["chats", "messages"];

/** Parts of conditions, and what stands in their place in a policy that is a little different. */
const BENT: readonly [name: string, part: string, instead: string, of?: readonly string[]][] = [
  ["not for admins", ADMIN, "false"],
  ["for all staff", ADMIN, "(select app.adalah_staf())"],
  ["not for the nasabah itself", OWN, "false"],
  ["for every nasabah that has a file", OWN, "((select app.nasabah_id()) is not null)"],
  ["for everybody logged in", OWN, "((select app.akun_id()) is not null)"],
  ["not for who looks after it", LOOKED_AFTER, "false"],
  ["for every karyawan", LOOKED_AFTER, "((select app.peran()) = 'karyawan')"],
  ["not for karyawan", KARYAWAN, "false", CHATTING],
  ["for every account", KARYAWAN, "((select app.akun_id()) is not null)", CHATTING],
  ["not for whose chat it is", MINE, "false"],
  ["for all whose chat it may be", MINE, "(assigned_to is not null)"],
  ["not for those without a chat", "(assigned_to IS NULL)", "false"],
  ["of every chat that is seen", "(c.id = messages.chat_id)", "true"],
  ["not for the mitra itself", OF_THE_MITRA, "false"],
  ["for every mitra", OF_THE_MITRA, "((select app.mitra_id()) is not null)"],
  ["of every message that is seen", "(k.id = kiriman_log.kiriman_id)", "true"],
  ["not for staff", "( SELECT app.adalah_staf() AS adalah_staf)", "false", ["tagihan"]],
  [
    "for admins only",
    "( SELECT app.adalah_staf() AS adalah_staf)",
    "((select app.peran()) = 'admin')",
    ["tagihan"],
  ],
  ...[
    "(NOT verified)",
    "(consent_status = 'pending'::text)",
    "(withdrawn_at IS NULL)",
    "(channel <> 'app'::text)",
    "(evidence IS NOT NULL)",
    "(channel = 'app'::text)",
    "(evidence IS NULL)",
  ].map((part): [string, string, string] => [`without ${part}`, part, "true"]),
];

interface Policy {
  name: string;
  table: string;
  cmd: string;
  qual: string | null;
  check: string | null;
}

describe.each(ENGINES)("customers' files behind row-level security on $engine", ({ url }) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await makeFilledFixture(url);
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  test.each(CHECKED_TABLES)(
    "%s: everybody reads and writes what is theirs, and nothing else",
    async (table) => {
      expect(await brokenOf(fixture, table)).toEqual([]);
    },
  );

  describe.each(["", "nasabah", "karyawan"])("a context of role '%s'", (role) => {
    const tables = [...Object.keys(ROWS_OF_A_FILE), "audit"];
    const seenBy = async (id: string) => {
      const enter = "select set_config('app.akun_id', $1, true), set_config('app.peran', $2, true)";
      const ask = contextOf(fixture.db, enter, id, role);
      return await tried(
        ask,
        tables.map((table) => `select 1 from ${table}`),
      );
    };

    test.each(["abc", "1 or 1=1", "99999999999999999999", "1.5", "NaN"])(
      "that is no id is an error: %s",
      async (id) => {
        const states = new Set(await seenBy(id));
        for (const state of states) expect(["22P02", "22003"]).toContain(state);
      },
    );

    test.each(["-1", "0", "9223372036854775807", ""])("that nobody has sees nothing: '%s'", async (id) => {
      expect(await seenBy(id)).toEqual(tables.map(() => 0));
    });
  });

  describe("the checks see", () => {
    const policies = async (): Promise<Policy[]> =>
      (
        await fixture.db.neon.asOwner(
          "select policyname, tablename, cmd, qual, with_check from pg_policies where tablename = any ($1) order by tablename, policyname",
          [`{${CHECKED_TABLES.join(",")}}`],
        )
      ).map((row) => ({
        name: String(row["policyname"]),
        table: String(row["tablename"]),
        cmd: String(row["cmd"]),
        qual: row["qual"] ?? null,
        check: row["with_check"] ?? null,
      }));

    /** Breaks a policy, notes which of its table's statements are answered otherwise then, and mends it. */
    async function noticed(policy: Policy, breakIt: string, mend: string, callers?: readonly Caller[]) {
      const { neon } = fixture.db;
      await neon.asOwner(breakIt);
      try {
        const narrowed = { verb: policy.cmd.toLowerCase(), ...(callers && { callers }) };
        return await brokenOf(fixture, policy.table, narrowed);
      } finally {
        await neon.asOwner(mend);
      }
    }

    test("every policy that is dropped, or lets everything through", async () => {
      const seen: Record<string, string[]> = {};
      for (const policy of await policies()) {
        const { name, table, cmd, qual, check } = policy;
        const using = qual ? `using (${qual})` : "";
        const checking = check ? `with check (${check})` : "";
        const note = (how: string, broken: Awaited<ReturnType<typeof noticed>>) => {
          seen[`${name} ${how}`] = broken.map(({ statement, caller }) => `${caller}: ${statement}`);
        };
        const mend = `create policy ${name} on ${table} for ${cmd} to ${APP} ${using} ${checking}`;
        note("dropped", await noticed(policy, `drop policy ${name} on ${table}`, mend));
        const alter = `alter policy ${name} on ${table}`;
        if (qual) note("using", await noticed(policy, `${alter} using (true)`, `${alter} using (${qual})`));
        // Whose row it is, is no column that may be changed: an update cannot take it out of reach.
        else note("check", await noticed(policy, `${alter} with check (true)`, `${alter} ${checking}`));
      }
      expect(Object.entries(seen).filter(([, statements]) => statements.length === 0)).toEqual([]);
      const names = [...new Set(Object.keys(seen).map((name) => name.split(" ")[0]))];
      expect(names).toEqual(CHECKED_TABLES.flatMap(policiesOf));
    }, 240_000);

    test("every condition that is a little different", async () => {
      const [seen, used] = [{} as Record<string, number>, new Set<string>()];
      for (const policy of await policies()) {
        const { name, table, qual, check } = policy;
        const [clause, was] = qual ? ["using", qual] : ["with check", String(check)];
        for (const [bent, part, instead, of = [table]] of BENT) {
          if (!was.includes(part) || !of.includes(table)) continue;
          const alter = `alter policy ${name} on ${table} ${clause}`;
          const broken = await noticed(
            policy,
            `${alter} (${was.replace(part, instead)})`,
            `${alter} (${was})`,
            BETWEEN,
          );
          seen[`${name} ${bent}`] = broken.length;
          used.add(bent);
        }
      }
      // Events need a consent that the caller sees: its policy holds, however the rest of this one is bent.
      const unseen = Object.keys(seen).filter((name) => seen[name] === 0);
      const held = [
        "for all staff",
        "for every nasabah that has a file",
        "for everybody logged in",
        "for every karyawan",
      ];
      expect(unseen).toEqual([
        // Of messages are seen those of chats that are seen, and nobody but staff sees any.
        "messages_baca for every account",
        ...held.map((name) => `telemetry_events_buat ${name}`),
      ]);
      expect([...used].sort()).toEqual(BENT.map(([name]) => name).sort());
    }, 240_000);

    test("a right too many", async () => {
      const unseen = [];
      for (const [right, table] of [
        ["truncate", "devices"],
        ["update (user_id)", "addresses"],
        ["update (verified, verified_at)", "bank_accounts"],
        ["update (consent_status)", "emergency_contacts"],
        ["update (baris)", "documents"],
        ["update (evidence)", "consents"],
        ["delete", "consents"],
        ["delete", "telemetry_events"],
        ["update (created_at)", "employment"],
        ["update (status)", "loan_applications"],
        ["update (principal_paid)", "loan_instalments"],
        ["update (max_amount)", "loan_rules"],
        ["update (text)", "consent_texts"],
        ["delete", "audit"],
        ["update (assigned_to)", "chats"],
        ["update (mode)", "chats"],
        ["update (status)", "messages"],
        ["delete", "messages"],
        ["delete", "bot_settings"],
        ["update (id)", "bot_settings"],
        ["truncate", "quick_replies"],
        ["update (url)", "callback"],
        ["update (status)", "deposit"],
        ["update (lanjut_pada)", "kiriman"],
        ["delete", "kiriman_log"],
        ["update (harga)", "tagihan"],
        ["update (deposit_id)", "mutasi_bank"],
        ["update (nilai)", "aturan_harga"],
        ["update (harga)", "produk_biller"],
        ["delete", "sinkron_biller"],
        ["select", "tanda_tangan_terpakai"],
        ["select", "kunci_indeks"],
        ["select", "berkas_terbuang"],
        ["select", "audit_rantai"],
        ["select", "audit_ujung"],
      ]) {
        await fixture.db.neon.asOwner(`grant ${right} on ${table} to ${APP}`);
        const broken = await brokenOf(fixture, String(table), { callers: ["nobody", "admin"] });
        await fixture.db.neon.asOwner(`revoke ${right} on ${table} from ${APP}`);
        if (broken.length === 0) unseen.push(`${right} on ${table}`);
      }
      expect(unseen).toEqual([]);
    }, 120_000);
  });
});

const FORBIDDEN = "PERAN_TIDAK_BOLEH";
const NO_FILE = "USER_TIDAK_ADA";
const NO_VALUE = "NILAI_TIDAK_ADA";
const NO_SERVICE = "BUKAN_LAYANAN";

describe.each(ENGINES)("the functions of customers' files on $engine", ({ url }) => {
  let fixture: Fixture;
  /** Of each table, the id of the row in each file. */
  let rows: Record<string, { milik: string; tanpaAkun: string }>;
  beforeAll(async () => {
    fixture = await makeFilledFixture(url);
    const { milik, tanpaAkun } = fixture.users;
    rows = {};
    for (const table of ["bank_accounts", "devices", "documents", "emergency_contacts"]) {
      const found = await fixture.db.neon.asOwner(
        `select id from ${table} where user_id in ($1, $2) order by user_id = $2`,
        [milik, tanpaAkun],
      );
      rows[table] = { milik: String(found[0]?.["id"]), tanpaAkun: String(found[1]?.["id"]) };
    }
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  const expectAnswers = async (expected: Record<string, Answer[]>) =>
    expect(await unexpected(fixture, expected)).toEqual([]);
  const idOf = (table: string, file: "milik" | "tanpaAkun" = "milik") => rows[table]?.[file];
  const asOwner = async (query: string, params: string[] = []) =>
    await fixture.db.neon.asOwner(query, params);

  test("staff confirms what is of the files it looks after; admins of all", async () => {
    const expected: Record<string, Answer[]> = {};
    for (const call of [
      (file: "milik" | "tanpaAkun") =>
        `select * from app.verifikasi_rekening(${idOf("bank_accounts", file)}, true)`,
      (file: "milik" | "tanpaAkun") =>
        `select * from app.verifikasi_rekening(${idOf("bank_accounts", file)}, false)`,
      (file: "milik" | "tanpaAkun") =>
        `select * from app.catat_persetujuan_kontak(${idOf("emergency_contacts", file)}, 'granted', 'phone', 'x')`,
    ]) {
      expected[call("milik")] = answered(FORBIDDEN, { karyawan: 0, karyawanLain: 0, admin: 1 });
      expected[call("tanpaAkun")] = answered(FORBIDDEN, { karyawan: 1, karyawanLain: 0, admin: 1 });
    }
    const none = answered(FORBIDDEN, { karyawan: 0, karyawanLain: 0, admin: 0 });
    expected["select * from app.verifikasi_rekening(0, true)"] = none;
    expected["select * from app.catat_persetujuan_kontak(0, 'granted', 'phone', 'x')"] = none;
    await expectAnswers(expected);
  });

  test("admins hand files to staff", async () => {
    const { users, karyawan, nasabah } = fixture;
    const of = (user: string, akun: string) => `select * from app.tunjuk_petugas(${user}, ${akun})`;
    const admin = (answer: Answer) => answered(FORBIDDEN, { admin: answer });
    await expectAnswers({
      [of(users.milik, karyawan.id)]: admin(1),
      [of(users.milik, fixture.admin.id)]: admin(1),
      [of(users.milik, "null")]: admin(1),
      [of(users.milik, nasabah.id)]: admin("PETUGAS_TIDAK_DIKENAL"),
      [of(users.milik, "0")]: admin("PETUGAS_TIDAK_DIKENAL"),
      [of(users.pegawai, karyawan.id)]: admin(0),
    });
  });

  test("a sealed value is for staff that looks after the file, and for a purpose that suits it", async () => {
    const { milik, tanpaAkun } = fixture.users;
    const of = (table: string, id: unknown, column: string, purpose = "'verification'") =>
      `select * from app.baca_jelas('${table}', ${String(id)}, '${column}', ${purpose}, 'alasan')`;
    const staff = (answer: Answer) =>
      answered(FORBIDDEN, { karyawan: answer, karyawanLain: answer, admin: answer });
    const theirs = answered(FORBIDDEN, { karyawan: NO_VALUE, karyawanLain: NO_VALUE, admin: 1 });
    const mine = answered(FORBIDDEN, { karyawan: 1, karyawanLain: NO_VALUE, admin: 1 });
    const mineBut = (answer: Answer) =>
      answered(FORBIDDEN, { karyawan: answer, karyawanLain: NO_VALUE, admin: answer });
    const contact = (purpose: string) =>
      of("emergency_contacts", idOf("emergency_contacts", "tanpaAkun"), "contact_phone", purpose);
    await expectAnswers({
      [of("nasabah", milik, "phone")]: theirs,
      [of("nasabah", tanpaAkun, "phone")]: mine,
      [of("nasabah", tanpaAkun, "national_id")]: staff(NO_VALUE),
      [of("devices", idOf("devices"), "imei")]: theirs,
      [of("devices", idOf("devices", "tanpaAkun"), "imei")]: mine,
      [of("devices", idOf("devices"), "imsi")]: staff(NO_VALUE),
      [of("devices", idOf("devices"), "sim_serial")]: staff(NO_VALUE),
      [of("bank_accounts", idOf("bank_accounts"), "account_number")]: theirs,
      [of("bank_accounts", idOf("bank_accounts", "tanpaAkun"), "account_number")]: mine,
      [of("nasabah", tanpaAkun, "phone", "'consent_call'")]: mineBut("TUJUAN_TIDAK_COCOK"),
      [of("nasabah", tanpaAkun, "phone", "'whereabouts'")]: mineBut("TUJUAN_TIDAK_COCOK"),
      [contact("'consent_call'")]: mine,
      [contact("'whereabouts'")]: mineBut("KONTAK_BELUM_SETUJU"),
      [contact("'verification'")]: mineBut("TUJUAN_TIDAK_COCOK"),
      ...Object.fromEntries(
        ["name", "phone_segel", "kunci", "*"].map((column) => [
          of("nasabah", milik, column),
          staff(NO_VALUE),
        ]),
      ),
      [of("akun", "1", "kata_sandi")]: staff(NO_VALUE),
      [of("nasabah", "0", "phone")]: staff(NO_VALUE),
      [of("nasabah", "null", "phone")]: staff(NO_VALUE),
    });
  });

  test("a sealed value is for nobody without a purpose and a reason", async () => {
    const calls = [
      `'nasabah', ${fixture.users.tanpaAkun}, 'phone', null, 'alasan'`,
      `'nasabah', ${fixture.users.tanpaAkun}, 'phone', 'verification', null`,
      `'emergency_contacts', ${idOf("emergency_contacts", "tanpaAkun")}, 'contact_phone', null, 'alasan'`,
      `'emergency_contacts', ${idOf("emergency_contacts", "tanpaAkun")}, 'contact_phone', 'consent_call', null`,
    ];
    const seen = await askedOfAll(
      fixture,
      calls.map((call) => `select * from app.baca_jelas(${call})`),
      ["karyawan", "admin"],
    );
    // However it is refused.
    expect(calls.filter((_, at) => seen[at]?.includes(1))).toEqual([]);
  });

  test("whom a customer named is asked while that is open, and afterwards only about whereabouts", async () => {
    const contact = String(idOf("emergency_contacts", "tanpaAkun"));
    const of = (purpose: string) =>
      `select * from app.baca_jelas('emergency_contacts', ${contact}, 'contact_phone', '${purpose}', 'x')`;
    const answers = async () =>
      (await askedOfAll(fixture, ["consent_call", "whereabouts"].map(of), ["admin"])).flat();
    const refused = "KONTAK_BELUM_SETUJU";
    expect(await answers()).toEqual([1, refused]);
    for (const [status, seen] of [
      ["granted", [refused, 1]],
      ["refused", [refused, refused]],
    ] as const) {
      await asPerson(
        fixture.db,
        fixture.admin,
      )(`select * from app.catat_persetujuan_kontak(${contact}, '${status}', 'phone', 'x')`);
      expect(await answers(), status).toEqual(seen);
    }
    await asOwner("update emergency_contacts set contact_name = contact_name || '.' where id = $1", [
      contact,
    ]);
    expect(await answers()).toEqual([1, refused]);
  });

  test("a document is for whoever sees it; staff says why", async () => {
    const of = (file: "milik" | "tanpaAkun", why: string) =>
      `select * from app.baca_dokumen(${idOf("documents", file)}, 'unduh', ${why})`;
    const why = "ALASAN_WAJIB";
    await expectAnswers({
      [of("milik", "'x'")]: answered(0, { nasabah: 1, admin: 1 }),
      [of("milik", "null")]: answered(0, { nasabah: 1, admin: why }),
      [of("tanpaAkun", "'x'")]: answered(0, { karyawan: 1, admin: 1 }),
      [of("tanpaAkun", "null")]: answered(0, { karyawan: why, admin: why }),
      "select * from app.baca_dokumen(0, 'unduh', 'x')": answered(0),
    });
  });

  test("the rest: each caller gets what is meant for it", async () => {
    const { users, karyawanLain } = fixture;
    const account = { nobody: "TOKEN_TIDAK_SAH", service: "TOKEN_TIDAK_SAH", mitra: "TOKEN_TIDAK_SAH" };
    const file = { nasabah: 1, nasabahLain: 1 };
    await expectAnswers({
      "select app.nasabah_id()": answered(1),
      "select 1 where app.nasabah_id() is not null": answered(0, file),
      "select app.catat_pencarian('phone')": answered(FORBIDDEN, { karyawan: 1, karyawanLain: 1, admin: 1 }),
      "select app.catat_akses_data()": answered(NO_FILE, file),
      "select 1 where app.versi_persetujuan('kyc') = 1": answered(1),
      "select 1 where app.versi_persetujuan('lain') is null": answered(1),
      "select app.minta_penghapusan(72)": answered(NO_FILE, file),
      "select * from app.batalkan_penghapusan()": answered(0),
      // Of a message's file it is a service that notes it.
      "select app.titip_berkas('baru')": answered(1, { ...account, service: 1 }),
      "select * from app.musnahkan_jatuh_tempo(10, 30)": answered(NO_SERVICE, { service: 1 }),
      [`select * from app.berkas_dokumen(${idOf("documents")})`]: answered(NO_SERVICE, { service: 1 }),
      "select * from app.berkas_dokumen(0)": answered(NO_SERVICE, { service: 0 }),
      "select * from app.berkas_terbuang(10)": answered(NO_SERVICE, { service: 1 }),
      "select app.berkas_hilang('{lama}')": answered(NO_SERVICE, { service: 1 }),
      "select * from app.periksa_audit(1, 10)": answered(FORBIDDEN, { admin: 1 }),
      // Whichever staff may change the directory's part of a file may give it its key.
      [`select app.pasang_kunci(${users.milik}, 'k')`]: answered(NO_FILE, {
        nasabah: 1,
        karyawan: 1,
        karyawanLain: 1,
        admin: 1,
      }),
      [`select app.pasang_kunci(${users.orangLain}, 'k') where ${karyawanLain.id} = app.akun_id()`]: answered(
        0,
        {
          karyawanLain: 1,
        },
      ),
      [`select 1 where app.pilih_indeks('{"1": "a", "2": "b"}') = 'a'`]: answered(1),
    });
  });

  test("a data key is given once, and the index in force is the one asked for first", async () => {
    const { users } = fixture;
    await asOwner("update nasabah set kunci = 'lama' where id = $1", [users.milik]);
    await expectAnswers({
      [`select app.pasang_kunci(${users.milik}, 'k')`]: answered(NO_FILE, {
        nasabah: "40001",
        karyawan: "40001",
        karyawanLain: "40001",
        admin: "40001",
      }),
    });
    await asOwner("update kunci_indeks set versi = 2");
    await expectAnswers({
      [`select 1 where app.pilih_indeks('{"1": "a", "2": "b"}') = 'b'`]: answered(1),
      [`select app.pilih_indeks('{"1": "a"}')`]: answered("P0001"),
      "select app.pilih_indeks('{}')": answered("P0001"),
    });
    await asOwner("update kunci_indeks set versi = 0");
    await asOwner("update nasabah set kunci = null where id = $1", [users.milik]);
  });

  test("what was looked at is in the audit with its customer, in the same transaction", async () => {
    const { db, admin, nasabah, users } = fixture;
    const last = async () =>
      (
        await asOwner(
          "select pelaku, aksi, sasaran_tabel as tabel, sasaran_id as id, subjek_id as subjek, rincian from audit order by audit.id desc limit 1",
        )
      )[0];
    const value = `select segel from app.baca_jelas('nasabah', ${users.milik}, 'phone', 'verification', 'cek')`;
    expect(await asPerson(db, admin)(value)).toEqual([{ segel: "segel" }]);
    const seen = await last();
    expect({ ...seen, rincian: JSON.parse(String(seen?.["rincian"])) as unknown }).toEqual({
      pelaku: `akun:${admin.id}`,
      aksi: "nasabah.baca_jelas",
      tabel: "nasabah",
      id: users.milik,
      subjek: users.milik,
      rincian: { kolom: "phone", tujuan: "verification", alasan: "cek" },
    });
    await asPerson(db, nasabah)(`select * from app.baca_dokumen(${idOf("documents")}, 'unduh', null)`);
    expect(await last()).toMatchObject({
      pelaku: `akun:${nasabah.id}`,
      aksi: "documents.baca_jelas",
      subjek: users.milik,
    });
    await asPerson(db, admin)("select app.catat_pencarian('phone')");
    expect(await last()).toMatchObject({ aksi: "nasabah.cari", subjek: null, id: null });
    await asPerson(db, nasabah)("select app.catat_akses_data()");
    expect(await last()).toMatchObject({ aksi: "privacy_requests.buat", subjek: users.milik });
    // What fails afterwards has not been looked at.
    const [before] = await asOwner("select count(*) as n from audit");
    const app = db.as(APP);
    const failing = app.transaction([
      app.query("select app.masuk_akun($1, $2, 1, '{admin}')", [admin.id, admin.sesi]),
      app.query(value),
      app.query("select 1 / 0"),
    ]);
    await expect(failing).rejects.toMatchObject({ code: "22012" });
    expect(await asOwner("select count(*) as n from audit")).toEqual([before]);
  });

  describe("triggers", () => {
    test("a device that is named is the customer's own, also afterwards, also for the owner", async () => {
      const { users } = fixture;
      const [own, other] = [String(idOf("devices")), String(idOf("devices", "tanpaAkun"))];
      const inserts = {
        documents:
          "baris, doc_type, file_name, mime_type, file_size, exif) select gen_random_uuid(), 'ktp', 'x', 'x', 1, '{}'",
        emergency_contacts: "baris, contact_name, contact_phone_segel) select gen_random_uuid(), 'x', 'x'",
        telemetry_events: "event_name, event_props) select 'x', '{}'",
        crash_reports: "title, stacktrace, metadata) select 'x', 'x', '{}'",
        notifications: "fcm_token) select 'y'",
      };
      const expected: Record<string, Answer[]> = {};
      const unknown = "PERANGKAT_TIDAK_DIKENAL";
      for (const [table, insert] of Object.entries(inserts)) {
        const [columns = "", values = ""] = insert.split(") select ");
        const write = (device: string) =>
          `insert into ${table} (user_id, device_id, ${columns}) values (${users.milik}, ${device}, ${values})`;
        const others = answered(unknown);
        expected[write(other)] = others;
        expected[write("0")] = others;
        expected[write(own)] = answered("42501", { nasabah: 1, admin: 1 });
        const moved = asOwner(`update ${table} set device_id = $1 where user_id = $2`, [other, users.milik]);
        await expect(moved, table).rejects.toMatchObject({ code: "PT422", message: unknown });
      }
      for (const table of ["emergency_contacts", "notifications"]) {
        const write = (device: string) =>
          `update ${table} set device_id = ${device} where user_id = ${users.milik}`;
        expected[write(other)] = answered(0, { nasabah: unknown, admin: unknown });
        expected[write("0")] = answered(0, { nasabah: unknown, admin: unknown });
        for (const device of [own, "null"]) expected[write(device)] = answered(0, { nasabah: 1, admin: 1 });
      }
      await expectAnswers(expected);
    });

    test.each(["submitted", "review", "approved", "disbursed", "active"])(
      "what a loan is decided by stays while it is %s, for the customer",
      async (status) => {
        const { milik } = fixture.users;
        const tables = ["bank_accounts", "documents", "employment"];
        const all = [...tables, "addresses", "devices", "emergency_contacts", "notifications"];
        const deletes = all.map((table) => `delete from ${table} where user_id = ${milik}`);
        const people = ["nasabah", "admin"] as const;
        await asOwner(`update loan_applications set status = '${status}' where user_id = $1`, [milik]);
        const open = await askedOfAll(fixture, deletes, people);
        await asOwner("update loan_applications set status = 'closed' where user_id = $1", [milik]);
        const held = "MASIH_ADA_PINJAMAN";
        expect(open).toEqual(all.map((table) => [tables.includes(table) ? held : 1, 1]));
        const closed = await askedOfAll(fixture, deletes, people);
        expect(closed).toEqual(all.map(() => [1, 1]));
      },
    );

    test("a push token is that of whoever registered it last", async () => {
      const { milik, orangLain } = fixture.users;
      const register = async (user: string) =>
        await asOwner("insert into notifications (user_id, fcm_token) values ($1, 'pindah')", [user]);
      const owners = async () =>
        await asOwner("select user_id from notifications where fcm_token = 'pindah'");
      await register(milik);
      await register(orangLain);
      expect(await owners()).toEqual([{ user_id: orangLain }]);
      await asOwner("delete from notifications where fcm_token = 'pindah'");
    });

    test("what somebody earns is not changed while a loan is open, but by staff", async () => {
      const { milik } = fixture.users;
      const change = [`update employment set job_title = 'x' where user_id = ${milik}`];
      const people = ["nasabah", "admin"] as const;
      await asOwner("update loan_applications set status = 'review' where user_id = $1", [milik]);
      const open = await askedOfAll(fixture, change, people);
      await asOwner("update loan_applications set status = 'closed' where user_id = $1", [milik]);
      expect(open).toEqual([["MASIH_ADA_PINJAMAN", 1]]);
      expect(await askedOfAll(fixture, change, people)).toEqual([[1, 1]]);
    });

    test("the latest primary contact takes over, within its own file", async () => {
      const { milik, orangLain } = fixture.users;
      const add = async (user: string, primary: boolean) => {
        const rows = await asOwner(
          "insert into emergency_contacts (user_id, baris, contact_name, contact_phone_segel, is_primary) values ($1, gen_random_uuid(), 'Utama', 'x', $2) returning id",
          [user, String(primary)],
        );
        return String(rows[0]?.["id"]);
      };
      const primaries = async () =>
        (await asOwner("select id from emergency_contacts where is_primary order by id")).map(({ id }) => id);
      const [satu, lain, biasa] = [
        await add(milik, true),
        await add(orangLain, true),
        await add(milik, false),
      ];
      expect(await primaries()).toEqual([satu, lain]);
      const dua = await add(milik, true);
      expect(await primaries()).toEqual([lain, dua]);
      await asOwner("update emergency_contacts set is_primary = true where id = $1", [biasa]);
      expect(await primaries()).toEqual([lain, biasa]);
      await asOwner("update emergency_contacts set is_primary = false where id = $1", [biasa]);
      expect(await primaries()).toEqual([lain]);
      await asOwner("delete from emergency_contacts where contact_name = 'Utama'");
    });

    test("what was agreed to and verified is gone when it is about somebody or something else", async () => {
      const { db, admin, nasabah, users } = fixture;
      const [rek, kontak] = [idOf("bank_accounts"), idOf("emergency_contacts")];
      const [ask, own] = [asPerson(db, admin), asPerson(db, nasabah)];
      const verified = async () =>
        (
          await asOwner(
            `select verified, num_nonnulls(verified_at) as n from bank_accounts where id = ${rek}`,
          )
        )[0];
      const consent = async () =>
        (
          await asOwner(
            `select consent_status as verified, num_nonnulls(consent_at, consent_method, consent_evidence) as n from emergency_contacts where id = ${kontak}`,
          )
        )[0];
      const [SAH, SETUJU] = [
        { verified: "t", n: "1" },
        { verified: "granted", n: "3" },
      ];
      const [GUGUR, BELUM] = [
        { verified: "f", n: "0" },
        { verified: "pending", n: "0" },
      ];
      for (const [table, set, rekening, persetujuan] of [
        ["bank_accounts", "bank_name = 'Lain'", GUGUR, SETUJU],
        ["bank_accounts", "account_holder = 'Lain'", GUGUR, SETUJU],
        ["bank_accounts", "account_number_segel = 'lain', account_number_indeks = 'lain'", GUGUR, SETUJU],
        // The same number, sealed again or indexed anew.
        ["bank_accounts", "account_number_segel = 'lagi'", SAH, SETUJU],
        ["bank_accounts", "account_number_indeks = 'lagi'", SAH, SETUJU],
        ["bank_accounts", "bank_name = bank_name, account_holder = account_holder", SAH, SETUJU],
        ["emergency_contacts", "contact_name = 'Lain'", SAH, BELUM],
        ["emergency_contacts", "contact_phone_segel = 'lain'", SAH, BELUM],
        ["emergency_contacts", "relation = 'Lain', contact_name = contact_name", SAH, BELUM],
        ["emergency_contacts", "contact_email = 'x'", SAH, BELUM],
        ["emergency_contacts", "contact_name = contact_name", SAH, SETUJU],
      ] as const) {
        await ask(`select * from app.verifikasi_rekening(${rek}, true)`);
        await ask(`select * from app.catat_persetujuan_kontak(${kontak}, 'granted', 'phone', 'x')`);
        const changed = await own(`update ${table} set ${set} where user_id = ${users.milik} returning id`);
        expect(changed, set).toHaveLength(1);
        expect([await verified(), await consent()], set).toEqual([rekening, persetujuan]);
      }
      await ask(`select * from app.verifikasi_rekening(${rek}, false)`);
      expect(await verified()).toEqual(GUGUR);
    });

    test("what is agreed to is the text of today", async () => {
      const { users } = fixture;
      const of = (purpose: string, version: number | null) =>
        `insert into consents (user_id, purpose, text_version, channel) values (${users.milik}, '${purpose}', ${version}, 'app')`;
      const answers = async () =>
        await askedOfAll(
          fixture,
          [1, 2, 3].map((v) => of("kyc", v)),
          ["nasabah"],
        );
      const old = "TEKS_TIDAK_BERLAKU";
      expect(await answers()).toEqual([[1], [old], [old]]);
      await asOwner(
        "insert into consent_texts (purpose, version, text, valid_from) values ('kyc', 2, 'x', current_date - 2), ('kyc', 3, 'x', current_date + 2)",
      );
      expect(await answers()).toEqual([[old], [1], [old]]);
      expect(await askedOfAll(fixture, [of("lain", 1), of("kyc", null)], ["nasabah"])).toEqual([
        [old],
        [old],
      ]);
      await asOwner("delete from consent_texts where version > 1");
    });

    test("an object is swept away unless its row follows, and when its row is gone", async () => {
      const { db, nasabah, users } = fixture;
      const baris = "00000000-0000-4000-8000-00000000000a";
      const own = asPerson(db, nasabah);
      const waiting = async () =>
        await asOwner("select sejak > now() as kelak from berkas_terbuang where baris = $1", [baris]);
      const due = async () =>
        await asService(db)("select b from app.berkas_terbuang(10) b where b <> 'lama'");
      await own(`select app.titip_berkas('${baris}')`);
      expect([await waiting(), await due()]).toEqual([[{ kelak: "t" }], []]);
      const added = await own(
        `insert into documents (user_id, baris, doc_type, file_name, mime_type, file_size, exif) values (${users.milik}, '${baris}', 'ktp', 'x', 'x', 1, '{}') returning id`,
      );
      expect(added).toHaveLength(1);
      expect(await waiting()).toEqual([]);
      await own(`delete from documents where baris = '${baris}'`);
      expect([await waiting(), await due()]).toEqual([[{ kelak: "f" }], [{ b: baris }]]);
      await asService(db)(`select app.berkas_hilang('{${baris}}')`);
      expect(await waiting()).toEqual([]);
    });

    test("each change of a row is in the audit with its customer, and nothing personal with it", async () => {
      const secret = "RAHASIA-7131";
      const [file] = await asOwner(
        "insert into nasabah (external_user_id, name, phone_segel, phone_indeks, email, national_id_segel, national_id_indeks, kunci) values (gen_random_uuid(), $1, $1, $1, $1, $1, $1, $1) returning id",
        [secret],
      );
      const user = String(file?.["id"]);
      const made: [table: string, columns: string, values: string, change: string][] = [
        [
          "devices",
          "baris, imei_segel, imei_indeks, imsi_segel, sim_serial_segel, android_id, advertising_id, fcm_token, metadata",
          "gen_random_uuid(), $2, $2, $2, $2, $2, $2, $2, to_jsonb($2::text)",
          "imei_segel = $2 || 1, imsi_segel = $2 || 1, device_model = $2, fcm_token = null",
        ],
        ["addresses", "type, address_line, city", "'home', $2, $2", "address_line = $2 || 1, province = $2"],
        [
          "bank_accounts",
          "baris, bank_name, account_number_segel, account_number_indeks, account_holder",
          "gen_random_uuid(), 'BCA', $2, $2, $2",
          "account_number_segel = $2 || 1, account_holder = $2 || 1",
        ],
        [
          "employment",
          "employer_name, job_title, income_monthly, employment_type",
          "$2, $2, 71317131, 'contract'",
          "employer_name = $2 || 1, income_monthly = 71317132",
        ],
        [
          "documents",
          "baris, doc_type, file_name, mime_type, file_size, exif",
          "gen_random_uuid(), 'ktp', $2, 'image/png', 1, to_jsonb($2::text)",
          "file_name = $2 || 1",
        ],
        [
          "emergency_contacts",
          "baris, contact_name, contact_phone_segel, contact_email, relation",
          "gen_random_uuid(), $2, $2, $2, $2",
          "contact_name = $2 || 1, contact_phone_segel = $2 || 1, relation = null",
        ],
        ["notifications", "fcm_token", "$2", ""],
        [
          "consents",
          "purpose, text_version, channel, evidence",
          "'kyc', 1, 'paper', $2",
          "evidence = $2 || 1, withdrawn_at = now()",
        ],
        ["privacy_requests", "kind, status, due_at", "'access', 'received', now()", "status = 'done'"],
        [
          "loan_applications",
          "application_no, amount, term_months, purpose, decision_note, transfer_reference",
          "$2, 1000000, 1, $2, $2, $2",
          "purpose = $2 || 1, decision_note = $2 || 1, transfer_reference = $2 || 1",
        ],
      ];
      const [start] = await asOwner("select max(id) as id from audit");
      for (const [table, columns, values, change] of made) {
        const params = values.includes("$2") ? [user, secret] : [user];
        const one = params.length === 1 ? "$1" : "$1::bigint";
        await asOwner(
          `insert into ${table} (user_id, ${columns}) select ${one}, ${values.replaceAll("$2", "$2::text")}`,
          params,
        );
        if (change) {
          const changed = change.includes("$2") ? [user, secret] : [user];
          await asOwner(
            `update ${table} set ${change.replaceAll("$2", "$2::text")} where user_id = $1`,
            changed,
          );
        }
        await asOwner(`delete from ${table} where user_id = $1`, [user]);
      }
      await asOwner(
        "update nasabah set name = name || 1, phone_segel = 'x' || phone_segel, email = null where id = $1",
        [user],
      );
      await asOwner("delete from nasabah where id = $1", [user]);
      const noted = await asOwner(
        "select aksi, count(*) as n, count(*) filter (where subjek_id = $2) as subjek from audit where id > $1 and sasaran_id is not null group by aksi",
        [String(start?.["id"]), user],
      );
      const expected = [...made.map(([table]) => table), "nasabah"].flatMap((table) =>
        ["buat", "hapus", "ubah"]
          .filter(
            (deed) =>
              !(table === "notifications" && deed === "ubah") && !(table === "nasabah" && deed === "buat"),
          )
          .map((deed) => `${table}.${deed} 1 1`),
      );
      expect(noted.map(({ aksi, n, subjek }) => `${aksi} ${n} ${subjek}`).sort()).toEqual(expected.sort());
      const shown = await asOwner(
        "select aksi, rincian from audit where rincian::text ~ $1 or rincian::text ~ '7131713'",
        [secret],
      );
      expect(shown).toEqual([]);
    });
  });
});

describe.skipIf(!postgresUrl)(`primary contacts at once (${postgresSuite})`, () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await makeFilledFixture(postgresUrl);
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  async function open(): Promise<Client> {
    const client = new Client({ connectionString: fixture.db.serverUrl });
    await client.connect();
    return client;
  }

  /** Twenty transactions of the nasabah, all of which have entered before the first one writes. */
  async function twenty(write: (at: number) => string): Promise<Record<string, number>> {
    const { id, sesi } = fixture.nasabah;
    const clients = await Promise.all(Array.from({ length: 20 }, open));
    const enter = async (client: Client) => {
      await client.query("begin");
      await client.query(`set local role ${APP}`);
      await client.query("select app.masuk_akun($1, $2, 1, '{nasabah}')", [id, sesi]);
      await client.query("select * from app.tuntut_berkas(null)");
    };
    await Promise.all(clients.map(enter));
    const outcome = async (client: Client, at: number) => {
      try {
        await client.query(write(at));
        await client.query("commit");
        return "done";
      } catch (error) {
        await client.query("rollback");
        return String((error as { code?: unknown }).code);
      } finally {
        await client.end();
      }
    };
    return tally(await Promise.all(clients.map(outcome)));
  }

  const primaries = async () => {
    const [row] = await fixture.db.neon.asOwner(
      "select count(*) filter (where is_primary) as utama from emergency_contacts where user_id = $1",
      [fixture.users.milik],
    );
    return row?.["utama"];
  };

  test("20 that are added at once: one is primary, and nobody waits in a circle", async () => {
    const seen = await twenty(
      () =>
        `insert into emergency_contacts (user_id, baris, contact_name, contact_phone_segel, is_primary) values (${fixture.users.milik}, gen_random_uuid(), 'Ani', 'x', true)`,
    );
    expect(seen).toEqual({ done: 20 });
    expect(await primaries()).toBe("1");
  });

  test("20 of which each names one of a few primary: one is, and nobody waits in a circle", async () => {
    const rows = await fixture.db.neon.asOwner(
      "select id from emergency_contacts where user_id = $1 order by is_primary desc, id limit 3",
      [fixture.users.milik],
    );
    const ids = rows.map(({ id }) => String(id));
    const seen = await twenty(
      (at) => `update emergency_contacts set is_primary = true where id = ${ids[at % 3]}`,
    );
    expect(seen).toEqual({ done: 20 });
    expect(await primaries()).toBe("1");
  });
});

/** The policies of a table, in the order of their names. */
function policiesOf(table: string): string[] {
  if (table === "audit") return ["audit_subjek", "audit_untuk_admin"];
  const secret = ["audit_rantai", "audit_ujung", "berkas_terbuang", "kunci_indeks", "tanda_tangan_terpakai"];
  if (secret.includes(table)) return [];
  const deeds: Record<string, string> = {
    aturan_harga: "hapus untuk_admin",
    bot_settings: "baca ubah",
    callback: "sendiri",
    chats: "baca hapus",
    consent_texts: "baca",
    messages: "baca",
    consents: "baca buat ubah",
    crash_reports: "baca buat",
    deposit: "sendiri untuk_admin",
    documents: "baca buat hapus",
    kiriman: "sendiri",
    kiriman_log: "sendiri",
    loan_applications: "baca",
    loan_instalments: "baca",
    loan_rules: "baca buat",
    mutasi_bank: "untuk_admin",
    privacy_requests: "baca",
    produk_biller: "untuk_admin",
    sinkron_biller: "untuk_admin",
    tagihan: "sendiri untuk_staf",
    telemetry_events: "baca buat",
  };
  return (deeds[table] ?? "baca buat hapus ubah").split(" ").map((deed) => `${table}_${deed}`);
}
