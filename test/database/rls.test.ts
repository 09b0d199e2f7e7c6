import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APP, ENGINES, errorOf, hex, outcomeOf } from "./engines.ts";
import { brokenChecks, CHECKS, tablesOf } from "./rls-checks.ts";
import { CHECKED_TABLES } from "./rls-checks-amancair.ts";
import { DIRECTORY } from "./rls-checks-direktori.ts";
import {
  asMitra,
  asNobody,
  asPerson,
  asService,
  makeFilledFixture,
  makeTenant,
  type Fixture,
  type Person,
  type Row,
  type Tenant,
} from "./rls-fixture.ts";

const MONEY = ["buku", "jurnal", "mutasi", "percobaan", "transaksi"];

describe.each(ENGINES)("row-level security on $engine", ({ url }) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await makeFilledFixture(url);
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  test.each(Object.keys(CHECKS))("%s", async (name) => {
    expect(await CHECKS[name]?.(fixture)).toEqual([]);
  });

  test("the tables are these: a new one is looked at", async () => {
    expect(await tablesOf(fixture.db)).toEqual([
      "addresses",
      "akun",
      "aturan_harga",
      "audit",
      "audit_rantai",
      "audit_ujung",
      "bank_accounts",
      "berkas_terbuang",
      "bot_settings",
      "buku",
      "callback",
      "chats",
      "consent_texts",
      "consents",
      "crash_reports",
      "deposit",
      "devices",
      "documents",
      "emergency_contacts",
      "employment",
      "jabatan",
      "jurnal",
      "kiriman",
      "kiriman_log",
      "kunci_indeks",
      "loan_applications",
      "loan_instalments",
      "loan_rules",
      "messages",
      "mitra",
      "mutasi",
      "mutasi_bank",
      "nasabah",
      "notifications",
      "pegawai",
      "percobaan",
      "privacy_requests",
      "produk",
      "produk_biller",
      "quick_replies",
      "sesi",
      "sinkron_biller",
      "tagihan",
      "tanda_tangan_terpakai",
      "telemetry_events",
      "transaksi",
    ]);
  });

  test("each table is checked by rows: those of money and accounts here, the others where they are named", async () => {
    const others = ["akun", "mitra", "produk", "sesi", ...MONEY];
    expect([...others, ...DIRECTORY, ...CHECKED_TABLES].sort()).toEqual(await tablesOf(fixture.db));
  });

  test("the triggers are these, and all are on", async () => {
    const rows = await fixture.db.neon.asOwner(
      `select tgrelid::regclass || ' ' || case when tgtype & 2 > 0 then 'before' else 'after' end || ' '
          || concat_ws('/', case when tgtype & 4 > 0 then 'insert' end, case when tgtype & 16 > 0 then 'update' end,
            case when tgtype & 8 > 0 then 'delete' end, case when tgtype & 32 > 0 then 'truncate' end)
          || case when tgtype & 1 > 0 then ' row ' else ' statement ' end || tgfoid::regproc as pemicu, tgenabled as nyala
        from pg_trigger where not tgisinternal order by 1`,
    );
    expect(rows.filter(({ nyala }) => nyala !== "O")).toEqual([]);
    expect(rows.map(({ pemicu }) => pemicu)).toEqual([
      "addresses after insert/update/delete row app.jejak",
      "akun after update row app.lepas_chat",
      "aturan_harga after insert/update/delete row app.jejak",
      "audit after insert row app.sambung_audit",
      "audit before update/delete/truncate statement app.tolak_ubah_audit",
      "audit_rantai before insert statement app.tolak_ubah_audit",
      "audit_rantai before update/delete/truncate statement app.tolak_ubah_audit",
      "audit_ujung before insert/delete/truncate statement app.tolak_ubah_audit",
      "audit_ujung before update statement app.tolak_ubah_audit",
      "bank_accounts after insert/update/delete row app.jejak",
      "bank_accounts before delete row app.tahan_bukti",
      "bank_accounts before update row app.rekening_berganti",
      "bot_settings after update row app.jejak",
      "chats after delete row app.jejak",
      "consents after insert/update/delete row app.jejak",
      "consents before insert row app.tuntut_teks_berlaku",
      "crash_reports before insert/update row app.tuntut_perangkat",
      "devices after insert/update/delete row app.jejak",
      "documents after delete row app.buang_berkas",
      "documents after insert row app.simpan_berkas",
      "documents after insert/update/delete row app.jejak",
      "documents before delete row app.tahan_bukti",
      "documents before insert/update row app.tuntut_perangkat",
      "emergency_contacts after insert/update/delete row app.jejak",
      "emergency_contacts before insert row app.satu_utama",
      "emergency_contacts before insert/update row app.tuntut_perangkat",
      "emergency_contacts before update row app.kontak_berganti",
      "emergency_contacts before update row app.satu_utama",
      "emergency_contacts before update row app.sentuh",
      "employment after insert/update/delete row app.jejak",
      "employment before delete row app.tahan_bukti",
      "employment before insert row app.tahan_tambahan",
      "employment before update row app.tahan_bukti",
      "jabatan after insert/update/delete row app.jejak",
      "jurnal before update/delete/truncate statement app.tolak_ubah",
      "loan_applications after insert/update/delete row app.jejak",
      "loan_rules after insert/update/delete row app.jejak",
      "loan_rules before insert row app.tuntut_aturan_depan",
      "messages after delete row app.buang_berkas",
      "messages after insert/update row app.simpan_berkas",
      "mutasi before update/delete/truncate statement app.tolak_ubah",
      "nasabah after insert/update/delete row app.jejak",
      "nasabah before insert row app.tuntut_akun_aktif",
      "nasabah before update row app.sentuh",
      "nasabah before update row app.tahan_identitas",
      "notifications after insert/delete row app.jejak",
      "notifications before insert row app.token_berpindah",
      "notifications before insert/update row app.tuntut_perangkat",
      "pegawai after insert/update/delete row app.jejak",
      "percobaan before update row app.catat_ditanya",
      "privacy_requests after insert/update/delete row app.jejak",
      "produk after insert/update row app.jejak",
      "quick_replies after insert/update/delete row app.jejak",
      "telemetry_events before insert/update row app.tuntut_perangkat",
      "transaksi after update row app.kabarkan_akhir",
    ]);
  });

  test("a key opens its own mitra only; a wrong one and a disabled mitra's open nothing", async () => {
    const { db, satu } = fixture;
    const app = db.as(APP);
    const nonaktif = await makeTenant(db);
    await db.neon.asOwner("update mitra set aktif = false where id = $1", [nonaktif.id]);
    const enter = (kunci: string | null) => app.query("select app.masuk_mitra($1) as id", [kunci]);
    expect(await enter(satu.kunci)).toEqual([{ id: satu.id }]);
    for (const salah of [hex(), "", satu.kunci.toUpperCase(), satu.kunci.slice(1), null]) {
      expect(await errorOf(enter(salah))).toMatchObject({ code: "PT401", message: "KUNCI_API_SALAH" });
    }
    expect(await errorOf(enter(nonaktif.kunci))).toMatchObject({ code: "PT403", message: "MITRA_NONAKTIF" });
  });

  test("entering as another leaves nothing of the first", async () => {
    const { db, satu, lain, admin, nasabah } = fixture;
    const app = db.as(APP);
    const asMitraOf = ({ kunci }: Tenant) => app.query("select app.masuk_mitra($1)", [kunci]);
    const asPersonOf = ({ id, sesi }: Person) =>
      app.query("select app.masuk_akun($1, $2, 1, '{admin,nasabah}')", [id, sesi]);
    const who = () =>
      app.query(
        "select app.mitra_id() as mitra, app.layanan() as layanan, app.akun_id() as akun, app.peran() as peran, app.sesi_id() as sesi",
      );
    const asService = () => app.query("select app.masuk_layanan('antrean')");
    const nobody = { mitra: null, layanan: null, akun: null, peran: null, sesi: null };
    const mitra = ({ id }: Tenant) => ({ ...nobody, mitra: id });
    const person = ({ id: akun, sesi }: Person, peran: string) => ({ ...nobody, akun, peran, sesi });
    const service = { ...nobody, layanan: "antrean" };
    const entrances: [() => ReturnType<typeof who>, object][] = [
      [() => asMitraOf(satu), mitra(satu)],
      [() => asMitraOf(lain), mitra(lain)],
      [asService, service],
      [() => asPersonOf(admin), person(admin, "admin")],
      [() => asPersonOf(nasabah), person(nasabah, "nasabah")],
    ];
    for (const [first] of entrances) {
      for (const [second, seen] of entrances) {
        const [, , found] = await app.transaction([first(), second(), who()]);
        expect(found).toEqual([seen]);
      }
    }
  });

  test("the money functions ask for their context", async () => {
    const { db, satu } = fixture;
    const buy = "select * from app.beli(1, '08123456789', 10000, null, 15)";
    expect([await asNobody(db)(buy), await asService(db)(buy)]).toEqual(["PT401", "PT401"]);
    for (const call of [
      "select * from app.klaim(null, 1, 30, 85)",
      "select app.lepaskan('x', 1)",
      `select * from app.klaim(${satu.transaksi}, 1, 30, 85)`,
      "select * from app.terapkan_hasil('x', 'sukses', '00', '', null, null, null, null)",
    ]) {
      expect([await asNobody(db)(call), await asMitra(db, satu)(call)], call).toEqual(["PT403", "PT403"]);
    }
  });

  describe("the app's role", () => {
    test("has no power of its own: no superuser, no BYPASSRLS, member of nothing, owner of nothing", async () => {
      const { neon } = fixture.db;
      expect(
        await neon.asOwner(
          `select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolcanlogin from pg_roles where rolname = $1`,
          [APP],
        ),
      ).toEqual([
        {
          rolsuper: "f",
          rolbypassrls: "f",
          rolcreatedb: "f",
          rolcreaterole: "f",
          rolinherit: "f",
          rolreplication: "f",
          rolcanlogin: "t",
        },
      ]);
      const owned = await neon.asOwner(
        `select 'relation' as jenis, relname::text as nama from pg_class where relowner = $1::regrole
          union all select 'function', proname from pg_proc where proowner = $1::regrole
          union all select 'schema', nspname from pg_namespace where nspowner = $1::regrole
          union all select 'database', datname from pg_database where datdba = $1::regrole
          union all select 'member', roleid::regrole::text from pg_auth_members where member = $1::regrole`,
        [APP],
      );
      expect(owned).toEqual([]);
    });

    test("holds exactly these rights on tables, columns, sequences and schemas", async () => {
      const { neon } = fixture.db;
      const tables = await neon.asOwner(
        `select c.oid::regclass || ' ' || hak as hak
          from pg_class c, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) hak
          where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
            and has_table_privilege($1, c.oid, hak) order by 1`,
        [APP],
      );
      expect(tables.map(({ hak }) => hak)).toEqual([
        "addresses DELETE",
        "addresses INSERT",
        "addresses SELECT",
        "aturan_harga DELETE",
        "aturan_harga SELECT",
        "audit SELECT",
        "bank_accounts DELETE",
        "bank_accounts INSERT",
        "bank_accounts SELECT",
        "bot_settings SELECT",
        "buku SELECT",
        "callback SELECT",
        "chats DELETE",
        "chats SELECT",
        "consent_texts SELECT",
        "consents INSERT",
        "consents SELECT",
        "crash_reports INSERT",
        "crash_reports SELECT",
        "deposit SELECT",
        "devices DELETE",
        "devices INSERT",
        "devices SELECT",
        "documents DELETE",
        "documents INSERT",
        "documents SELECT",
        "emergency_contacts DELETE",
        "emergency_contacts INSERT",
        "emergency_contacts SELECT",
        "employment DELETE",
        "employment INSERT",
        "employment SELECT",
        "jabatan INSERT",
        "jabatan SELECT",
        "jurnal SELECT",
        "kiriman SELECT",
        "kiriman_log SELECT",
        "loan_applications SELECT",
        "loan_instalments SELECT",
        "loan_rules INSERT",
        "loan_rules SELECT",
        "messages SELECT",
        "mitra SELECT",
        "mutasi SELECT",
        "mutasi_bank SELECT",
        "nasabah DELETE",
        "nasabah INSERT",
        "nasabah SELECT",
        "notifications DELETE",
        "notifications INSERT",
        "notifications SELECT",
        "pegawai DELETE",
        "pegawai INSERT",
        "pegawai SELECT",
        "percobaan SELECT",
        "privacy_requests SELECT",
        "produk SELECT",
        "produk_biller SELECT",
        "quick_replies DELETE",
        "quick_replies INSERT",
        "quick_replies SELECT",
        "sesi SELECT",
        "sinkron_biller SELECT",
        "tagihan SELECT",
        "telemetry_events INSERT",
        "telemetry_events SELECT",
        "transaksi SELECT",
      ]);
      const columns = await neon.asOwner(
        `select a.attrelid::regclass || '.' || a.attname || ' ' || hak as hak
          from pg_attribute a join pg_class c on c.oid = a.attrelid, unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) hak
          where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
            and a.attnum > 0 and not a.attisdropped and has_column_privilege($1, c.oid, a.attnum, hak)
            and not has_table_privilege($1, c.oid, hak) order by 1`,
        [APP],
      );
      expect(columns.map(({ hak }) => hak)).toEqual([
        "addresses.address_line UPDATE",
        "addresses.city UPDATE",
        "addresses.country UPDATE",
        "addresses.postal_code UPDATE",
        "addresses.province UPDATE",
        "addresses.type UPDATE",
        "akun.aktif SELECT",
        "akun.dibuat_pada SELECT",
        "akun.email SELECT",
        "akun.id SELECT",
        "akun.nama SELECT",
        "akun.peran SELECT",
        "akun.username SELECT",
        "bank_accounts.account_holder UPDATE",
        "bank_accounts.account_number_indeks UPDATE",
        "bank_accounts.account_number_segel UPDATE",
        "bank_accounts.bank_name UPDATE",
        "bot_settings.agent_notice UPDATE",
        "bot_settings.help UPDATE",
        "bot_settings.info UPDATE",
        "bot_settings.menu UPDATE",
        "bot_settings.pause_minutes UPDATE",
        "bot_settings.pause_notice UPDATE",
        "consents.withdrawn_at UPDATE",
        "devices.advertising_id UPDATE",
        "devices.android_id UPDATE",
        "devices.app_version UPDATE",
        "devices.device_brand UPDATE",
        "devices.device_model UPDATE",
        "devices.device_uuid UPDATE",
        "devices.fcm_token UPDATE",
        "devices.imei_indeks UPDATE",
        "devices.imei_segel UPDATE",
        "devices.imsi_segel UPDATE",
        "devices.last_seen_at UPDATE",
        "devices.metadata UPDATE",
        "devices.os_version UPDATE",
        "devices.sim_serial_segel UPDATE",
        "emergency_contacts.contact_email UPDATE",
        "emergency_contacts.contact_name UPDATE",
        "emergency_contacts.contact_phone_segel UPDATE",
        "emergency_contacts.device_id UPDATE",
        "emergency_contacts.is_primary UPDATE",
        "emergency_contacts.relation UPDATE",
        "employment.employer_name UPDATE",
        "employment.employment_type UPDATE",
        "employment.income_monthly UPDATE",
        "employment.job_title UPDATE",
        "jabatan.deskripsi UPDATE",
        "jabatan.nama_jabatan UPDATE",
        "mitra.kunci_api_awalan UPDATE",
        "mitra.kunci_api_hash UPDATE",
        "mitra.kunci_privat_segel UPDATE",
        "nasabah.dob UPDATE",
        "nasabah.email UPDATE",
        "nasabah.gender UPDATE",
        "nasabah.name UPDATE",
        "nasabah.national_id_indeks UPDATE",
        "nasabah.national_id_segel UPDATE",
        "nasabah.nik_flag UPDATE",
        "nasabah.phone_indeks UPDATE",
        "nasabah.phone_segel UPDATE",
        "notifications.device_id UPDATE",
        "notifications.last_registered_at UPDATE",
        "pegawai.alamat UPDATE",
        "pegawai.id_jabatan UPDATE",
        "pegawai.nama UPDATE",
        "pegawai.telepon UPDATE",
        "produk.aktif INSERT",
        "produk.aktif UPDATE",
        "produk.deskripsi INSERT",
        "produk.deskripsi UPDATE",
        "produk.harga INSERT",
        "produk.harga UPDATE",
        "produk.jenis INSERT",
        "produk.kategori INSERT",
        "produk.kategori UPDATE",
        "produk.kode INSERT",
        "produk.kode UPDATE",
        "produk.kode_cadangan INSERT",
        "produk.kode_cadangan UPDATE",
        "produk.merek INSERT",
        "produk.merek UPDATE",
        "produk.nama INSERT",
        "produk.nama UPDATE",
        "produk.nominal INSERT",
        "quick_replies.shortcut UPDATE",
        "quick_replies.text UPDATE",
      ]);
      const others = await neon.asOwner(
        `select 'sequence ' || c.oid::regclass || ' ' || hak as hak from pg_class c, unnest(array['SELECT', 'UPDATE', 'USAGE']) hak
            where case c.relkind when 'S' then has_sequence_privilege($1, c.oid, hak) else false end
          union all select 'schema ' || nspname || ' ' || hak from pg_namespace, unnest(array['CREATE', 'USAGE']) hak
            where nspname !~ '^pg_' and nspname <> 'information_schema' and has_schema_privilege($1, nspname, hak)
          union all select 'create in the database' where has_database_privilege($1, current_database(), 'CREATE')
          union all select 'default ' || defaclacl::text from pg_default_acl order by 1`,
        [APP],
      );
      expect(others.map(({ hak }) => hak)).toEqual([
        "schema app USAGE",
        "schema public USAGE",
        // An id is drawn by whoever adds a user, and can be neither read nor set.
        "sequence users_id USAGE",
      ]);
    });

    test("writes no money table, whatever the context", async () => {
      const { db, satu, admin } = fixture;
      for (const ask of [asNobody(db), asService(db), asMitra(db, satu), asPerson(db, admin)]) {
        for (const table of MONEY) {
          for (const write of [
            `insert into ${table} default values`,
            `delete from ${table}`,
            `truncate ${table}`,
          ]) {
            expect(await ask(write), write).toBe("42501");
          }
        }
        expect(await ask("update buku set saldo = 1")).toBe("42501");
        expect(await ask("update transaksi set status = 'gagal'")).toBe("42501");
      }
    });
  });

  describe("functions of schema app", () => {
    test("are these, with this power, for these roles", async () => {
      const { neon, owner } = fixture.db;
      const rows = await neon.asOwner(
        `select p.oid::regprocedure::text as fungsi, prosecdef as definer, array_to_string(proconfig, ';') as latar,
            (select coalesce(string_agg(case grantee when 0 then 'PUBLIC' else grantee::regrole::text end, ',' order by 1), '')
              from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee <> proowner) as boleh,
            proowner::regrole::text as pemilik
          from pg_proc p where pronamespace = 'app'::regnamespace order by 1`,
      );
      expect(new Set(rows.map(({ pemilik }) => pemilik))).toEqual(new Set([owner]));
      const found = rows.map(({ fungsi, definer, latar, boleh }) => {
        const path = latar?.replace(/^search_path=/, "") ?? "NONE";
        return `${fungsi} | ${definer === "t" ? "definer" : "invoker"} | ${path} | ${boleh}`;
      });
      expect(found).toEqual([
        `app.ada_pinjaman(bigint) | definer | pg_catalog, public, pg_temp | `,
        `app.adalah_staf() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.ajukan_pinjaman(bigint,text,bigint,integer,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.akhiri_sesi(text,uuid) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.akun_id() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.alamat_termasuk(text,inet[]) | invoker | pg_catalog, pg_temp | `,
        `app.angsuran_pinjaman(bigint,integer,bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.antre_deposit() | invoker | pg_catalog, pg_temp | `,
        `app.antrekan(bigint,message_sender,message_type,text,text) | invoker | pg_catalog, public, pg_temp | `,
        `app.atur_akun(bigint,peran_akun,boolean) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.atur_chat(bigint,jsonb) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.atur_diri(boolean,text[],text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.atur_harga(bigint,text,integer,text,jenis_aturan,bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.atur_mitra(bigint,boolean,text,boolean,text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.aturan_pinjaman(date,integer) | invoker | pg_catalog, public, pg_temp | `,
        `app.baca_angsuran(bigint,bigint,integer,bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.baca_dokumen(bigint,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.baca_jelas(text,bigint,text,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.batal_deposit(bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.batalkan_penghapusan() | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.bayar_angsuran(bigint,bigint,text,text,text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.bayar_tagihan(bigint,text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.beli(integer,text,bigint,text,integer,bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.berkas_dokumen(bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.berkas_hilang(text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.berkas_petugas() | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.berkas_terbuang(integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.boleh_lihat_pinjaman(bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.buang_berkas() | definer | pg_catalog, public, pg_temp | `,
        `app.buang_chat_lama(integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.buat_deposit(bigint,integer,integer,integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.buka_sesi(bigint,integer,text,uuid,integer,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.buka_tagihan(integer,text,text,integer,integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.buku_mitra(bigint,nama_buku) | invoker | pg_catalog, public, pg_temp | `,
        `app.buku_rumah(nama_buku) | invoker | pg_catalog, public, pg_temp | `,
        `app.buku_sendiri() | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.cairkan_pinjaman(bigint,bigint,date,integer,date[],bigint[],bigint[],text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.cari_akun(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_akses_data() | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_audit(text,text,text,jsonb,bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.catat_ditanya() | invoker | pg_catalog, public, pg_temp | `,
        `app.catat_gagal_masuk(bigint,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_jurnal(text,jenis_jurnal,bigint,bigint[],bigint[],bigint,text,bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.catat_kirim(bigint,integer,message_status,text,text,integer,boolean) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_kiriman(bigint,integer,text,integer,text,integer,integer,boolean) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_media(bigint,integer,uuid,text,text,integer,text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_pencairan(bigint,boolean,text,text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_pencarian(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_persetujuan_kontak(bigint,text,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.cek_transaksi(bigint,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.chats_berisi(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.daftar_akun(text,text,text,text,peran_akun,boolean,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.daftar_harga(text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.daftar_mitra(text,text,text,bigint,text,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.daftar_produk(integer,text,text,jenis_produk,text,boolean,boolean,integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.ganti_kata_sandi(integer,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.ganti_mode(bigint,chat_mode,timestamp with time zone) | invoker | pg_catalog, public, pg_temp | `,
        `app.gugurkan_kiriman(bigint,text) | invoker | pg_catalog, public, pg_temp | `,
        `app.halangan_produk(text,jenis_produk,text,bigint) | definer | pg_catalog, public, pg_temp | `,
        `app.hapus_callback() | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.hapus_jabatan(integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.harga_mitra(bigint,produk) | definer | pg_catalog, public, pg_temp | `,
        `app.harga_produk(bigint,produk[]) | definer | pg_catalog, public, pg_temp | `,
        `app.hari_ini() | invoker | pg_catalog, pg_temp | `,
        `app.hash_audit(text,audit) | invoker | pg_catalog, public, pg_temp | `,
        `app.isi_saldo(bigint,bigint,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.jam() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.jawab_tagihan(bigint,text,bigint,bigint,bigint,text,integer,jsonb,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.jejak() | definer | pg_catalog, public, pg_temp | `,
        `app.kabarkan_akhir() | definer | pg_catalog, public, pg_temp | `,
        `app.kata_sandi_sendiri() | definer | pg_catalog, public, pg_temp | ${APP}`,
        // Its names are bound where it is declared.
        `app.keadaan_biller(produk_biller,jenis_produk,bigint,time without time zone) | invoker | NONE | `,
        `app.kembar_akun(text,bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.klaim(bigint,integer,integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.klaim_kirim(bigint,integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.klaim_kiriman(bigint,integer,bigint[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.klaim_media(bigint,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.konfirmasi_deposit(bigint,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.kontak_berganti() | invoker | pg_catalog, public, pg_temp | `,
        `app.kunci_chat(text) | invoker | pg_catalog, public, pg_temp | `,
        `app.kunci_pinjaman(bigint,text[]) | invoker | pg_catalog, public, pg_temp | `,
        `app.kunci_untuk_tanda(text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.layanan() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.lepas_chat() | definer | pg_catalog, public, pg_temp | `,
        `app.lepaskan(text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.lihat_berkas(bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.lihat_chat(bigint) | invoker | pg_catalog, pg_temp | `,
        `app.lunasi_deposit(deposit,bigint,text) | invoker | pg_catalog, public, pg_temp | `,
        `app.lupakan_tanda_tangan(integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.masuk_akun(bigint,uuid,integer,peran_akun[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.masuk_layanan(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.masuk_mitra(text,text,boolean) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.minta_penghapusan(integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.minta_sinkron(jenis_produk,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.mitra_id() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.mode_berlaku(chat_mode,timestamp with time zone) | invoker | pg_catalog, public, pg_temp | ${APP}`,
        `app.musnahkan(bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.musnahkan_jatuh_tempo(integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.mutasi_sendiri(integer,bigint,jenis_jurnal,timestamp with time zone,timestamp with time zone) | definer | pg_catalog, public, pg_temp;plan_cache_mode=force_generic_plan;seq_page_cost=0;random_page_cost=0 | ${APP}`,
        `app.nama_staf(bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.nasabah_id() | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.pakai_konteks(bigint,text,bigint,peran_akun,uuid) | invoker | pg_catalog, public, pg_temp | `,
        `app.pasang_callback(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.pasang_kunci(bigint,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.pemanggil() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.peran() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.periksa_audit(bigint,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.pesan_asing(bigint,text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.pesan_berikut(bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.pilih_indeks(jsonb) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.pilih_kode(text[],jenis_produk,text,bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.pola_nama(text) | invoker | pg_catalog, pg_temp | `,
        `app.pukul() | invoker | pg_catalog, pg_temp | `,
        `app.putar_sesi(bigint,uuid,integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.putuskan(bigint,app.hasil_biller,text) | invoker | pg_catalog, public, pg_temp | `,
        `app.putuskan_pinjaman(bigint,boolean,text,integer,boolean,text,text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.putuskan_transaksi(bigint,app.hasil_biller,text,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.rekening_berganti() | definer | pg_catalog, public, pg_temp | `,
        `app.saldo_sebelum(timestamp with time zone) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.sambung_audit() | definer | pg_catalog, public, pg_temp | `,
        `app.satu_utama() | definer | pg_catalog, public, pg_temp | `,
        `app.sentuh() | invoker | pg_catalog, pg_temp | `,
        `app.sesi_id() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.simpan_berkas() | definer | pg_catalog, public, pg_temp | `,
        `app.tahan_bukti() | definer | pg_catalog, public, pg_temp | `,
        `app.tahan_identitas() | definer | pg_catalog, public, pg_temp | `,
        `app.tahan_indeks() | invoker | pg_catalog, pg_temp | `,
        `app.tahan_tambahan() | definer | pg_catalog, public, pg_temp | `,
        `app.tarik_pinjaman(bigint,text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.telusuri_transaksi(text,status_transaksi,integer,text,timestamp with time zone,timestamp with time zone,bigint,integer,integer) | definer | pg_catalog, public, pg_temp;seq_page_cost=0;random_page_cost=0 | ${APP}`,
        `app.tengah_malam(timestamp with time zone) | invoker | pg_catalog, pg_temp | `,
        `app.terapkan_daftar_biller(jenis_produk,jsonb) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.terapkan_hasil(text,app.hasil_biller,text,text,text,bigint,text,integer,boolean) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.terapkan_satu_produk(text,jsonb) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.terima_dari_kita(text,text,text,message_type,text,timestamp with time zone) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.terima_mutasi_bank(jsonb) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.terima_pesan(text,text,text,message_type,text,text,text,timestamp with time zone,chat_mode,chat_mode,jsonb) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.terima_status(jsonb) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.tinjau_pinjaman(bigint,bigint,text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.titip_berkas(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.token_berpindah() | definer | pg_catalog, public, pg_temp | `,
        `app.tolak_pinjaman_sendiri(bigint,bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.tolak_ubah() | invoker | pg_catalog, pg_temp | `,
        `app.tolak_ubah_audit() | invoker | pg_catalog, pg_temp | `,
        `app.tugaskan(bigint,bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.tulis_pesan(bigint,message_direction,text,text,text,message_type,uuid,text,text,integer,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.tulis_produk_biller(jenis_produk,jsonb) | invoker | pg_catalog, public, pg_temp | `,
        `app.tunjuk_petugas(bigint,bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.tuntut_akun_aktif() | definer | pg_catalog, public, pg_temp | `,
        `app.tuntut_aturan_depan() | definer | pg_catalog, public, pg_temp | `,
        `app.tuntut_berkas(bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.tuntut_chat(bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.tuntut_pemutus(bigint,boolean,text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.tuntut_pencairan(bigint,bigint,text[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.tuntut_peran(peran_akun[]) | invoker | pg_catalog, public, pg_temp | ${APP}`,
        `app.tuntut_perangkat() | definer | pg_catalog, public, pg_temp | `,
        `app.tuntut_petugas(bigint,bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.tuntut_sinkron() | invoker | pg_catalog, pg_temp | `,
        `app.tuntut_teks_berlaku() | invoker | pg_catalog, public, pg_temp | `,
        `app.ubah_profil(text,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.ulang_kiriman(bigint) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.users_bernama(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.verifikasi_rekening(bigint,boolean) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.versi_persetujuan(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.waktu_iso(timestamp with time zone) | invoker | pg_catalog, pg_temp | `,
        `app.waktu_transaksi(bigint) | invoker | pg_catalog, public, pg_temp | `,
      ]);
    });

    test("are all the functions there are, and no view looks past the policies", async () => {
      const { neon } = fixture.db;
      // Those that an extension brings are PostgreSQL's own; which extensions there are is looked at.
      const extensions = await neon.asOwner("select extname as nama from pg_extension order by 1");
      expect(extensions.map(({ nama }) => nama)).toEqual(["pg_trgm", "plpgsql"]);
      const elsewhere = await neon.asOwner(
        `select p.oid::regprocedure::text as nama from pg_proc p
          where pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'app')
            and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
          union all select c.oid::regclass::text from pg_class c
            where relkind in ('v', 'm') and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')`,
      );
      expect(elsewhere).toEqual([]);
    });

    test("that are not for the app refuse it", async () => {
      const { db, satu, admin } = fixture;
      for (const call of [
        "select app.catat_audit('akun.atur', 'akun', '1', '{}')",
        "select app.kembar_akun('budi@mail.com', null)",
        "select app.pola_nama('budi')",
        "select app.buku_rumah('kas')",
        "select app.buku_mitra(1, 'tersedia')",
        "select app.ada_pinjaman(1)",
        "select app.aturan_pinjaman(current_date, 1)",
        "select * from app.baca_angsuran(1, null, 1, null)",
        "select app.boleh_lihat_pinjaman(1)",
        "select app.hari_ini()",
        "select app.hash_audit('', null)",
        "select app.kunci_pinjaman(1, '{closed}')",
        "select app.musnahkan(1)",
        "select app.tahan_indeks()",
        "select app.tolak_pinjaman_sendiri(1, 1)",
        "select app.catat_jurnal('x', 'beli', null, array[1, 2], array[1, -1])",
        "select app.antrekan(1, 'bot', 'text', 'x', null)",
        "select app.ganti_mode(1, 'BOT', null)",
        "select app.kunci_chat('628110000001')",
        "select app.lihat_chat(null)",
        "select app.pesan_berikut(1)",
        "select app.tugaskan(1, 1)",
        "select app.tuntut_chat(1)",
        "select app.alamat_termasuk('127.0.0.1', '{127.0.0.1}')",
        "select app.antre_deposit()",
        "select app.harga_produk(1, null::produk[])",
        "select app.gugurkan_kiriman(1, 'x')",
        "select app.halangan_produk('pulsa10', 'prabayar', '08123456789', null)",
        "select app.harga_mitra(1, null)",
        "select app.keadaan_biller(null, 'prabayar', null, '12:00')",
        "select app.lunasi_deposit(null, 1, 'x')",
        "select app.pilih_kode('{pulsa10}', 'prabayar', '08123456789', null)",
        "select app.pukul()",
        "select app.tengah_malam('2026-11-20')",
        "select app.tulis_produk_biller('prabayar', '[]')",
        "select app.tuntut_sinkron()",
        "select app.waktu_iso('2026-11-20')",
        "select app.waktu_transaksi(1)",
      ]) {
        for (const ask of [asNobody(db), asService(db), asMitra(db, satu), asPerson(db, admin)]) {
          expect(await ask(call), call).toBe("42501");
        }
      }
    });
  });

  describe("history", () => {
    test.each([
      ["jurnal", "kunci"],
      ["mutasi", "jumlah"],
    ])("%s is not rewritten, not even by the owner", async (table, column) => {
      const { neon } = fixture.db;
      const before = await neon.asOwner(`select * from ${table} order by id`);
      for (const write of [
        `update ${table} set ${column} = ${column}`,
        `update ${table} set ${column} = ${column} where false`,
        `delete from ${table}`,
        `delete from ${table} where false`,
        `truncate ${table} cascade`,
        "truncate mitra cascade",
        "truncate transaksi cascade",
      ]) {
        await expect(neon.asOwner(write), write).rejects.toMatchObject({
          message: expect.stringContaining("tidak dapat diubah atau dihapus"),
        });
      }
      expect(await neon.asOwner(`select * from ${table} order by id`)).toEqual(before);
    });

    test("an upsert into a journal's key is an update too", async () => {
      const { neon } = fixture.db;
      const upsert = `insert into jurnal (kunci, jenis, dibuat_pada) select kunci, jenis, dibuat_pada from jurnal limit 1
        on conflict (kunci) do update set jenis = 'gagal'`;
      await expect(neon.asOwner(upsert)).rejects.toMatchObject({
        message: expect.stringContaining("tidak dapat diubah atau dihapus"),
      });
    });

    test("a purchase or a mitra with entries cannot be deleted by the owner either", async () => {
      const { neon } = fixture.db;
      await expect(neon.asOwner("delete from transaksi")).rejects.toMatchObject({ code: "23503" });
      await expect(neon.asOwner("delete from mitra")).rejects.toMatchObject({ code: "23503" });
    });
  });
});

describe.each(ENGINES)("the checks see, on $engine", ({ url }) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await makeFilledFixture(url);
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  /** Breaks the database, notes which checks see it, and mends it. */
  async function noticed(breakIt: string, mend: string, only?: readonly string[]): Promise<string[]> {
    const { neon } = fixture.db;
    await neon.asOwner(breakIt);
    const broken = await brokenChecks(fixture, only);
    await neon.asOwner(mend);
    return broken;
  }

  /** Those of tables that are not checked one by one. */
  const policiesOfOthers = async () =>
    await fixture.db.neon.asOwner(
      "select policyname, tablename, cmd, qual, with_check from pg_policies where tablename <> all ($1) order by policyname",
      [`{${CHECKED_TABLES.join(",")}}`],
    );

  test("every policy that is dropped", async () => {
    const policies = await policiesOfOthers();
    const seen: Record<string, string[]> = {};
    for (const { policyname, tablename, cmd, qual, with_check: check } of policies) {
      const mend = `create policy ${policyname} on ${tablename} for ${cmd} to ${APP} ${qual ? `using (${qual})` : ""} ${check ? `with check (${check})` : ""}`;
      seen[String(policyname)] = await noticed(`drop policy ${policyname} on ${tablename}`, mend);
    }
    const [ADMIN, PEOPLE, MITRA, NO_ID, NO_PERSON, READ, WRITE, SELL] = [
      "an admin sees all accounts, the directory, all files, all mitra, their books and the entries in them, tickets and prices, chats, the audit, and only its own sessions",
      "customers and staff see their own account and sessions, the directory, and files: their own, those they look after; staff also purchases and chats",
      "a mitra sees no person and no price of others, and of books, bills, tickets and messages its own",
      "a context that is no id is an error",
      "a person's context that is no id is an error, and one that nobody has sees nothing",
      "staff reads the whole directory, a customer its own file only",
      "people write the directory as far as their role goes, and whose file it is stays",
      "an admin writes products, but never what denomination and kind one has, and nobody else does",
    ];
    expect(seen).toEqual({
      akun_sendiri: [PEOPLE, NO_PERSON],
      akun_untuk_admin: [ADMIN],
      buku_sendiri: [MITRA],
      buku_untuk_admin: [ADMIN],
      jabatan_admin_buat: [WRITE],
      jabatan_admin_ubah: [WRITE],
      jabatan_untuk_staf: [PEOPLE, ADMIN, READ],
      jurnal_sendiri: [MITRA],
      jurnal_untuk_admin: [ADMIN],
      mitra_sendiri_baca: [
        MITRA,
        NO_ID,
        "a mitra reads itself and nobody else",
        "a mitra changes its own keys, and no other's",
      ],
      mitra_sendiri_ubah: ["a mitra changes its own keys, and no other's"],
      mitra_untuk_admin: [ADMIN],
      mutasi_sendiri: [MITRA],
      mutasi_untuk_admin: [ADMIN],
      nasabah_baca: [PEOPLE, ADMIN, NO_PERSON, READ, WRITE],
      nasabah_buat: [WRITE],
      nasabah_hapus: [WRITE],
      nasabah_ubah: [WRITE],
      pegawai_untuk_staf: [PEOPLE, ADMIN, READ, WRITE],
      percobaan_untuk_staf: [PEOPLE, ADMIN],
      produk_admin_buat: [SELL],
      produk_admin_ubah: [SELL],
      produk_untuk_staf: [PEOPLE, ADMIN, SELL],
      produk_untuk_mitra: [MITRA, NO_ID, "a mitra reads all products"],
      sesi_sendiri: [PEOPLE, ADMIN, NO_PERSON],
      transaksi_sendiri: [MITRA, NO_ID, "a mitra reads its own purchases only"],
      transaksi_untuk_staf: [PEOPLE, ADMIN],
    });
    expect(await brokenChecks(fixture)).toEqual([]);
  }, 300_000);

  test("every policy that lets everything through", async () => {
    const policies = await policiesOfOthers();
    const seen: Record<string, number> = {};
    for (const { policyname, tablename, cmd, qual, with_check: check } of policies) {
      const policy = `alter policy ${policyname} on ${tablename}`;
      if (qual) {
        const broken = await noticed(`${policy} using (true)`, `${policy} using (${qual})`);
        seen[String(policyname)] = broken.length;
      }
      // Of an update the row as it was is looked at; what would take it out of reach is no column that may be written.
      // Of a product it matters what it becomes.
      if (check && (cmd !== "UPDATE" || policyname === "produk_admin_ubah")) {
        const broken = await noticed(`${policy} with check (true)`, `${policy} with check (${check})`);
        seen[`${policyname} check`] = broken.length;
      }
    }
    expect(Object.keys(seen)).toEqual([
      "akun_sendiri",
      "akun_untuk_admin",
      "buku_sendiri",
      "buku_untuk_admin",
      "jabatan_admin_buat check",
      "jabatan_admin_ubah",
      "jabatan_untuk_staf",
      "jurnal_sendiri",
      "jurnal_untuk_admin",
      "mitra_sendiri_baca",
      "mitra_sendiri_ubah",
      "mitra_untuk_admin",
      "mutasi_sendiri",
      "mutasi_untuk_admin",
      "nasabah_baca",
      "nasabah_buat check",
      "nasabah_hapus",
      "nasabah_ubah",
      "pegawai_untuk_staf",
      "pegawai_untuk_staf check",
      "percobaan_untuk_staf",
      "produk_admin_buat check",
      "produk_admin_ubah",
      "produk_admin_ubah check",
      "produk_untuk_mitra",
      "produk_untuk_staf",
      "sesi_sendiri",
      "transaksi_sendiri",
      "transaksi_untuk_staf",
    ]);
    expect(Object.entries(seen).filter(([, checks]) => checks === 0)).toEqual([]);
    expect(await brokenChecks(fixture)).toEqual([]);
  }, 300_000);

  test.each([
    ["using (true)", "akun_untuk_admin", "akun", "(select app.peran()) is not null"],
    ["a wider role", "akun_untuk_admin", "akun", "(select app.peran()) in ('admin', 'karyawan')"],
    ["any account that is logged in", "akun_sendiri", "akun", "(select app.akun_id()) is not null"],
    ["any session of anybody", "sesi_sendiri", "sesi", "(select app.akun_id()) is not null"],
    [
      "sessions for admins",
      "sesi_sendiri",
      "sesi",
      "akun_id = (select app.akun_id()) or (select app.peran()) = 'admin'",
    ],
    ["mitra for staff", "mitra_untuk_admin", "mitra", "(select app.peran()) in ('admin', 'karyawan')"],
    ["books for every mitra", "buku_sendiri", "buku", "(select app.mitra_id()) is not null"],
    [
      "books of the house for a mitra",
      "buku_sendiri",
      "buku",
      "mitra_id = (select app.mitra_id()) or (select app.mitra_id()) is not null and mitra_id is null",
    ],
    ["journals for every mitra", "jurnal_sendiri", "jurnal", "(select app.mitra_id()) is not null"],
    ["entries for every mitra", "mutasi_sendiri", "mutasi", "(select app.mitra_id()) is not null"],
    [
      "both sides of its journals for a mitra",
      "mutasi_sendiri",
      "mutasi",
      "exists (select from jurnal j where j.id = jurnal_id and j.mitra_id = (select app.mitra_id()))",
    ],
    [
      "books of mitra only",
      "buku_untuk_admin",
      "buku",
      "(select app.peran()) = 'admin' and mitra_id is not null",
    ],
    ["purchases for customers", "transaksi_untuk_staf", "transaksi", "(select app.akun_id()) is not null"],
    ["attempts for customers", "percobaan_untuk_staf", "percobaan", "(select app.akun_id()) is not null"],
    ["prices by staff", "produk_admin_ubah", "produk", "(select app.adalah_staf())"],
    ["loans' journals", "jurnal_untuk_admin", "jurnal", "(select app.peran()) = 'admin'"],
    ["journals for staff", "jurnal_untuk_admin", "jurnal", "(select app.adalah_staf()) and loan_id is null"],
    ["entries for staff", "mutasi_untuk_admin", "mutasi", "(select app.adalah_staf())"],
  ])("a policy that is a little different: %s", async (_name, policy, table, qual) => {
    const [was] = await fixture.db.neon.asOwner("select qual from pg_policies where policyname = $1", [
      policy,
    ]);
    const alter = `alter policy ${policy} on ${table} using`;
    expect(await noticed(`${alter} (${qual})`, `${alter} (${was?.["qual"]})`)).not.toEqual([]);
  });

  test.each([
    "select on akun",
    "select (kata_sandi) on akun",
    "select (versi_token) on akun",
    "select on audit_rantai",
    "select (hash) on audit_ujung",
  ])("a right too many: %s", async (right) => {
    const seen = await noticed(`grant ${right} to ${APP}`, `revoke ${right} from ${APP}`);
    // Taking a right on a table away takes those on its columns along.
    await fixture.db.neon.asOwner(
      `grant select (id, nama, email, username, peran, aktif, dibuat_pada) on akun to ${APP}`,
    );
    expect(seen).toContain(
      "nobody reads a password, a token's version, the audit's chain, or what only functions know",
    );
    expect(await brokenChecks(fixture)).toEqual([]);
  });

  test("row-level security that is switched off or no longer forced", async () => {
    const unseen = [];
    for (const table of await tablesOf(fixture.db)) {
      for (const [off, on] of [
        ["disable", "enable"],
        ["no force", "force"],
      ]) {
        const broken = await noticed(
          `alter table ${table} ${off} row level security`,
          `alter table ${table} ${on} row level security`,
          ["row-level security is on and forced on every table"],
        );
        if (broken.length === 0) unseen.push(`${table} ${off}`);
      }
    }
    expect(unseen).toEqual([]);
  });
});

describe.each(ENGINES)("a temporary table, on $engine", ({ url }) => {
  test("of the app's own does not stand in for one that a function means", async () => {
    const { db, satu } = await makeFilledFixture(url);
    try {
      const app = db.as(APP);
      const results = await outcomeOf<Row[]>(
        app.transaction([
          app.query("select app.masuk_mitra($1)", [satu.kunci]),
          app.query("create temporary table produk on commit drop as select * from public.produk"),
          app.query("update pg_temp.produk set harga = 1"),
          app.query("grant all on pg_temp.produk to public"),
          app.query("select id from app.beli(1, '08123456789', 10000, null, 15)"),
          app.query("select min(harga) as harga from public.transaksi"),
        ]),
      );
      // Either there are no temporary tables for the app, or they change nothing.
      expect(results.error?.code ?? results.rows?.[5]).toEqual(
        results.error ? "42501" : [{ harga: "12000" }],
      );
    } finally {
      await db.close();
    }
  });
});
