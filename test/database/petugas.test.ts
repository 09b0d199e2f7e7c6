import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENGINES } from "./engines.ts";
import { answered, unexpected, type Answer } from "./rls-amancair-fixture.ts";
import {
  asMitra,
  asNobody,
  asPerson,
  asService,
  makeFilledFixture,
  makePerson,
  type Ask,
  type Fixture,
} from "./rls-fixture.ts";

/** Files by what makes them somebody's work: each with its user and its loan, if it has one. */
interface Work {
  user: string;
  loan: string;
}

const FORBIDDEN = "PERAN_TIDAK_BOLEH";
const GONE = "PINJAMAN_TIDAK_ADA";
const WRONG = "STATUS_TIDAK_COCOK";
const NO_FILE = "USER_TIDAK_ADA";

describe.each(ENGINES)("who works on which file and loan, on $engine", ({ url }) => {
  let fixture: Fixture;
  let work: Record<
    | "sendiri"
    | "ditinjau"
    | "menunggu"
    | "kedua"
    | "lama"
    | "punyaLain"
    | "disetujui"
    | "cair"
    | "berjalan"
    | "permohonan",
    Work
  >;
  let rekening: string;
  beforeAll(async () => {
    fixture = await makeFilledFixture(url);
    const { users, karyawan: lain, karyawanLain: petugas, admin } = fixture;
    const add = async (user: string, columns: Record<string, string | null> = {}) => {
      const names = Object.keys(columns);
      const rows = names.length
        ? await fixture.db.neon.asOwner(
            `insert into loan_applications (user_id, application_no, amount, term_months, ${names.join(", ")})
              values ($1, gen_random_uuid(), 1000000, 1, ${names.map((_, at) => `$${at + 2}`).join(", ")}) returning id`,
            [user, ...Object.values(columns)],
          )
        : [];
      return { user, loan: String(rows[0]?.["id"] ?? 0) };
    };
    const file = async (petugasId: string | null = null) => {
      const [row] = await fixture.db.neon.asOwner(
        "insert into nasabah (external_user_id, name, petugas_id) values (gen_random_uuid(), 'Siti', $1) returning id",
        [petugasId],
      );
      return String(row?.["id"]);
    };
    const done = { decided_by: admin.id, decision_at: "2026-01-02" };
    work = {
      sendiri: await add(await file(petugas.id)),
      ditinjau: await add(await file(), { status: "review", officer_id: petugas.id }),
      menunggu: await add(await file(), { status: "submitted" }),
      kedua: await add(await file(), {
        status: "review",
        officer_id: lain.id,
        first_approver_id: lain.id,
        daily_rate_ppm: "1000",
      }),
      lama: await add(await file(), { status: "closed", officer_id: petugas.id, ...done }),
      punyaLain: await add(await file(lain.id), { status: "review", officer_id: lain.id }),
      disetujui: await add(await file(), {
        status: "approved",
        officer_id: lain.id,
        first_approver_id: lain.id,
        daily_rate_ppm: "0",
        ...done,
      }),
      cair: await add(await file(), { status: "disbursed", officer_id: lain.id, ...done }),
      berjalan: await add(users.orangLain, { status: "active", officer_id: null, ...done }),
      permohonan: await add(users.milik, { status: "submitted" }),
    };
    await fixture.db.neon.asOwner(
      "insert into buku (loan_id, nama, saldo) select id, 'pokok', -amount from loan_applications where status in ('disbursed', 'active')",
    );
    await fixture.db.neon.asOwner(
      "insert into loan_instalments select id, 1, current_date + 30, amount, 0, 0, 0 from loan_applications where status in ('disbursed', 'active')",
    );
    await fixture.db.neon.asOwner(
      `insert into consents (user_id, purpose, text_version, channel) select pemohon, purpose, 1, 'app' from unnest(array[${[users.orangLain, users.tanpaAkun, work.ditinjau.user, work.kedua.user, work.punyaLain.user].join()}]) pemohon, unnest(array['credit_assessment', 'kyc']) purpose`,
    );
    const [row] = await fixture.db.neon.asOwner(
      `insert into bank_accounts (user_id, baris, bank_name, account_number_segel, account_number_indeks, account_holder, verified, verified_at)
        values ($1, gen_random_uuid(), 'BCA', 'x', 'x', 'Siti', true, now()) returning id`,
      [work.disetujui.user],
    );
    rekening = String(row?.["id"]);
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  const expectAnswers = async (expected: Record<string, Answer[]>) =>
    expect(await unexpected(fixture, expected)).toEqual([]);
  const filesOf = async (ask: Ask) => {
    const rows = await ask("select id from app.berkas_petugas() id order by id");
    return typeof rows === "string" ? rows : rows.map(({ id }) => String(id));
  };
  const byId = (...files: string[]) => files.sort((a, b) => Number(a) - Number(b));

  test("a karyawan looks after what it opened or was given, its reviews, and what waits for anybody", async () => {
    const { db, karyawan, karyawanLain, users } = fixture;
    const { sendiri, ditinjau, menunggu, kedua, punyaLain, disetujui, cair, permohonan } = work;
    const forAnybody = [menunggu.user, kedua.user, permohonan.user];
    expect(await filesOf(asPerson(db, karyawanLain))).toEqual(
      byId(sendiri.user, ditinjau.user, ...forAnybody),
    );
    expect(await filesOf(asPerson(db, karyawan))).toEqual(
      byId(users.tanpaAkun, punyaLain.user, disetujui.user, cair.user, ...forAnybody),
    );
  });

  test("nobody else looks after files that way, and a karyawan only while it is one", async () => {
    const { db, satu, admin, nasabah, nasabahLain, tanpaBerkas } = fixture;
    for (const ask of [asNobody(db), asService(db), asMitra(db, satu)])
      expect(await filesOf(ask)).toEqual([]);
    for (const person of [admin, nasabah, nasabahLain, tanpaBerkas])
      expect(await filesOf(asPerson(db, person))).toEqual([]);
    const person = await makePerson(db, "karyawan", admin);
    const ask = asPerson(db, person);
    const tunjuk = `select * from app.tunjuk_petugas(${work.sendiri.user}, ${person.id})`;
    expect(await asPerson(db, admin)(tunjuk)).toHaveLength(1);
    expect(await filesOf(ask)).toContain(work.sendiri.user);
    for (const role of ["nasabah", "admin"]) {
      await db.neon.asOwner(`update akun set peran = '${role}' where id = $1`, [person.id]);
      expect(await filesOf(ask), role).toEqual([]);
    }
    await db.neon.asOwner("update nasabah set petugas_id = $1 where id = $2", [
      fixture.karyawanLain.id,
      work.sendiri.user,
    ]);
  });

  test("app.tuntut_berkas lets work on a file its nasabah, who looks after it, and admins", async () => {
    const { users } = fixture;
    const of = (user: string) => `select * from app.tuntut_berkas(${user})`;
    const mine = { karyawanLain: 1, admin: 1 };
    await expectAnswers({
      [of(users.milik)]: answered(NO_FILE, { nasabah: 1, karyawan: 1, karyawanLain: 1, admin: 1 }),
      [of(users.orangLain)]: answered(NO_FILE, { nasabahLain: 1, admin: 1 }),
      [of(users.tanpaAkun)]: answered(NO_FILE, { karyawan: 1, admin: 1 }),
      [of(work.sendiri.user)]: answered(NO_FILE, mine),
      [of(work.ditinjau.user)]: answered(NO_FILE, mine),
      // Its loan is over.
      [of(work.lama.user)]: answered(NO_FILE, { admin: 1 }),
      [of(work.kedua.user)]: answered(NO_FILE, { ...mine, karyawan: 1 }),
      [of(work.punyaLain.user)]: answered(NO_FILE, { karyawan: 1, admin: 1 }),
      [of(users.pegawai)]: answered(NO_FILE),
      [of("0")]: answered(NO_FILE),
      [of("null")]: answered(NO_FILE, {
        nasabah: 1,
        nasabahLain: 1,
        karyawan: "USER_ID_WAJIB",
        karyawanLain: "USER_ID_WAJIB",
        admin: "USER_ID_WAJIB",
      }),
    });
  });

  test("an erased file is nobody's", async () => {
    const { db, users } = fixture;
    await db.neon.asOwner("update nasabah set dihapus_pada = now() where id = $1", [users.tanpaAkun]);
    try {
      await expectAnswers({
        [`select * from app.tuntut_berkas(${users.tanpaAkun})`]: answered(NO_FILE),
        [`select app.pasang_kunci(${users.tanpaAkun}, 'k')`]: answered(NO_FILE),
        [`select 1 from nasabah where id = ${users.tanpaAkun}`]: answered(0),
        [`select * from app.tunjuk_petugas(${users.tanpaAkun}, null)`]: answered(FORBIDDEN, { admin: 0 }),
      });
    } finally {
      await db.neon.asOwner("update nasabah set dihapus_pada = null where id = $1", [users.tanpaAkun]);
    }
  });

  test("app.tinjau_pinjaman: staff takes up what it sees, admins for anybody of the staff", async () => {
    const { karyawan, karyawanLain, nasabah } = fixture;
    const of = ({ loan }: Work, petugas: string, dari = "submitted") =>
      `select * from app.tinjau_pinjaman(${loan}, ${petugas}, '{${dari}}')`;
    const staff = { karyawan: 1, karyawanLain: 1, admin: 1 };
    await expectAnswers({
      [of(work.menunggu, "null")]: answered(FORBIDDEN, staff),
      [of(work.menunggu, karyawan.id)]: answered(FORBIDDEN, { karyawan: 1, admin: 1 }),
      [of(work.menunggu, nasabah.id)]: answered(FORBIDDEN, { admin: "PENINJAU_TIDAK_DIKENAL" }),
      [of(work.punyaLain, "null")]: answered(FORBIDDEN, {
        karyawan: WRONG,
        karyawanLain: GONE,
        admin: WRONG,
      }),
      [of(work.punyaLain, karyawanLain.id)]: answered(FORBIDDEN, { karyawanLain: GONE, admin: 1 }),
      [of(work.lama, "null")]: answered(FORBIDDEN, { karyawan: GONE, karyawanLain: WRONG, admin: WRONG }),
      ["select * from app.tinjau_pinjaman(0, null, '{submitted}')"]: answered(FORBIDDEN, {
        karyawan: GONE,
        karyawanLain: GONE,
        admin: GONE,
      }),
      ["select * from app.tinjau_pinjaman(0, null, null)"]: answered(FORBIDDEN, {
        karyawan: GONE,
        karyawanLain: GONE,
        admin: GONE,
      }),
      [`select * from app.tinjau_pinjaman(${work.menunggu.loan}, null, null)`]: answered(FORBIDDEN, {
        karyawan: WRONG,
        karyawanLain: WRONG,
        admin: WRONG,
      }),
    });
  });

  test("app.tarik_pinjaman: its nasabah and admins, not the staff that reviews it", async () => {
    const of = ({ loan }: Work) => `select * from app.tarik_pinjaman(${loan}, '{submitted,review}')`;
    const people = { tanpaBerkas: GONE, nasabah: GONE, nasabahLain: GONE };
    await expectAnswers({
      [of(work.permohonan)]: answered(FORBIDDEN, { ...people, nasabah: 1, admin: 1 }),
      [of(work.ditinjau)]: answered(FORBIDDEN, { ...people, admin: 1 }),
      [of(work.berjalan)]: answered(FORBIDDEN, { ...people, nasabahLain: WRONG, admin: WRONG }),
    });
  });

  test("app.tuntut_pemutus and putuskan_pinjaman: the officer, an admin, and a second person after a first", async () => {
    const of = ({ loan }: Work, setuju: boolean) =>
      `select * from app.tuntut_pemutus(${loan}, ${setuju}, '{review}')`;
    const versi = (loan: string) =>
      `(select n.xmin::text from nasabah n join loan_applications l on l.user_id = n.id where l.id = ${loan})`;
    const decide = ({ loan }: Work, setuju: boolean) =>
      `select * from app.putuskan_pinjaman(${loan}, ${setuju}, 'alasan', ${setuju ? 1000 : "null"}, true, ${versi(loan)}, '{review}')`;
    const expected: Record<string, Answer[]> = {};
    for (const call of [of, decide]) {
      for (const setuju of [true, false]) {
        const theirs = { karyawan: 1, karyawanLain: GONE, admin: 1 };
        expected[call(work.punyaLain, setuju)] = answered(FORBIDDEN, theirs);
        const mine = { karyawan: GONE, karyawanLain: 1, admin: 1 };
        expected[call(work.ditinjau, setuju)] = answered(FORBIDDEN, mine);
        expected[call(work.kedua, setuju)] = answered(FORBIDDEN, {
          karyawan: setuju ? "BUTUH_ORANG_KEDUA" : 1,
          karyawanLain: 1,
          admin: 1,
        });
        expected[call(work.permohonan, setuju)] = answered(FORBIDDEN, {
          karyawan: WRONG,
          karyawanLain: WRONG,
          admin: WRONG,
        });
      }
    }
    await expectAnswers(expected);
  });

  test("money is for admins: into a verified account of the same customer only", async () => {
    const { disetujui, cair, berjalan, menunggu } = work;
    const [lain] = await fixture.db.neon.asOwner("select id from bank_accounts where user_id = $1", [
      fixture.users.milik,
    ]);
    const ready = (rek: unknown) =>
      `select * from app.tuntut_pencairan(${disetujui.loan}, ${String(rek)}, '{approved}')`;
    const hari = "(now() at time zone 'Asia/Jakarta')::date";
    const pay = (rek: unknown, bunga = 0, pokok = 1_000_000, hariApa = hari) =>
      `select * from app.cairkan_pinjaman(${disetujui.loan}, ${String(rek)}, ${hariApa}, 0,
        array[(${hari} + interval '1 month')::date], array[${pokok}], array[${bunga}], '{approved}')`;
    const admin = (answer: Answer) => answered(FORBIDDEN, { admin: answer });
    const bayar = (jumlah: number) =>
      `select * from app.bayar_angsuran(${berjalan.loan}, ${jumlah}, 'kunci', null, '{active}')`;
    await expectAnswers({
      [ready(rekening)]: admin(1),
      [ready(lain?.["id"])]: admin("REKENING_TIDAK_SAH"),
      [ready("null")]: admin("REKENING_TIDAK_SAH"),
      [pay(rekening)]: admin(1),
      [pay(lain?.["id"])]: admin("REKENING_TIDAK_SAH"),
      [pay(rekening, 1)]: admin("P0001"),
      [pay(rekening, 0, 999_999)]: admin("P0001"),
      [pay(rekening, 0, 1_000_000, `${hari} - 1`)]: admin("40001"),
      [`select * from app.catat_pencairan(${cair.loan}, true, 'ref', '{disbursed}')`]: admin(1),
      [`select * from app.catat_pencairan(${cair.loan}, false, 'ref', '{disbursed}')`]: admin(1),
      [`select * from app.catat_pencairan(${menunggu.loan}, true, 'ref', '{disbursed}')`]: admin(WRONG),
      [bayar(1_000_000)]: admin(1),
      [bayar(1)]: admin(1),
      [bayar(1_000_001)]: admin("LEBIH_BAYAR"),
      [bayar(0)]: admin("P0001"),
      ["select * from app.bayar_angsuran(0, 1, 'kunci', null, '{active}')"]: admin(GONE),
    });
  });

  test("repayments are told to whoever sees the loan", async () => {
    const of = ({ loan }: Work) => `select * from app.angsuran_pinjaman(${loan}, 10, null)`;
    await expectAnswers({
      [of(work.berjalan)]: answered(GONE, { nasabahLain: 0, admin: 0 }),
      [of(work.lama)]: answered(GONE, { karyawanLain: 0, admin: 0 }),
      [of(work.cair)]: answered(GONE, { karyawan: 0, admin: 0 }),
    });
  });

  test("app.ajukan_pinjaman: a nasabah for itself, staff for whom it looks after, who agreed", async () => {
    const { users } = fixture;
    const of = (user: string, jumlah = 1_000_000, tenor = 6) =>
      `select * from app.ajukan_pinjaman(${user}, gen_random_uuid()::text, ${jumlah}, ${tenor}, null)`;
    const named = "USER_ID_WAJIB";
    const staff = { karyawan: named, karyawanLain: named, admin: named };
    await expectAnswers({
      [of("null")]: answered(NO_FILE, { ...staff, nasabah: "BELUM_SETUJU", nasabahLain: 1 }),
      [of(users.tanpaAkun)]: answered(NO_FILE, { karyawan: 1, admin: 1 }),
      [of(users.orangLain)]: answered(NO_FILE, { nasabahLain: 1, admin: 1 }),
      [of(users.tanpaAkun, 1)]: answered(NO_FILE, {
        karyawan: "JUMLAH_DI_LUAR_ATURAN",
        admin: "JUMLAH_DI_LUAR_ATURAN",
      }),
      [of(users.tanpaAkun, 1_000_000, 60)]: answered(NO_FILE, {
        karyawan: "TENOR_DI_LUAR_ATURAN",
        admin: "TENOR_DI_LUAR_ATURAN",
      }),
    });
  });

  test("nobody of the staff has a hand in a loan of its own, whatever it is now", async () => {
    const { db, admin } = fixture;
    const person = await makePerson(db, "nasabah");
    const ask = asPerson(db, person);
    await ask("insert into nasabah (external_user_id, name) values (gen_random_uuid(), 'Siti')");
    const [row] = await db.neon.asOwner(
      "insert into loan_applications (user_id, application_no, amount, term_months) select id, gen_random_uuid(), 1000000, 1 from nasabah where akun_id = $1 returning id",
      [person.id],
    );
    const loan = String(row?.["id"]);
    const calls = [
      `select * from app.tinjau_pinjaman(${loan}, null, '{submitted}')`,
      `select * from app.tuntut_pemutus(${loan}, true, '{submitted}')`,
      `select * from app.putuskan_pinjaman(${loan}, false, 'x', null, false, null, '{submitted}')`,
    ];
    for (const role of ["karyawan", "admin"]) {
      await db.neon.asOwner(`update akun set peran = '${role}' where id = $1`, [person.id]);
      for (const call of calls) expect(await ask(call), `${role}: ${call}`).toBe("PT403");
    }
    expect(await ask(`select * from app.tuntut_pencairan(${loan}, ${rekening}, '{submitted}')`)).toBe(
      "PT403",
    );
    // Nor has it a say in who reviews it.
    expect(await ask(`select * from app.tinjau_pinjaman(${loan}, ${admin.id}, '{submitted}')`)).toBe("PT403");
    const given = `select * from app.tinjau_pinjaman(${loan}, ${person.id}, '{submitted}')`;
    expect(await asPerson(db, admin)(given)).toBe("PT403");
  });
});
