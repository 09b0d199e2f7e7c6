import { and, desc, eq, getTableColumns, inArray, lt, ne, sql, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { nasabah } from "../../direktori/users/table.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Rupiah } from "../../platform/money.ts";
import { jurnal } from "../../ppob/saldo/table.ts";
import { bankAccounts } from "../bank-accounts/table.ts";
import { consents } from "../consents/table.ts";
import { documents } from "../documents/table.ts";
import { employment } from "../employment/table.ts";
import type { Instalment } from "./schedule.ts";
import type { Status } from "./status.ts";
import { loanApplications, loanInstalments, loanRules } from "./table.ts";

// Row-level security says who sees a loan; everything that changes one is a function of drizzle/0013_pinjaman_akses.sql.
// All of those raise PINJAMAN_TIDAK_ADA and STATUS_TIDAK_COCOK: `dari` are the statuses that the loan may be in.

/** A list as a parameter of an SQL array. Its elements are words, whole numbers and days, which need no quoting. */
const daftar = (isi: readonly (string | bigint)[]) => `{${isi.join(",")}}`;

/** Loans as a function returns them: also of whoever does not see them any more afterwards. */
function pinjamanDari(db: Database, fungsi: SQL) {
  const hasil = db.$with("hasil", getTableColumns(loanApplications)).as(sql`select * from ${fungsi}`);
  return db.with(hasil).select().from(hasil);
}

export interface PermohonanBaru {
  /** Undefined means the caller's own. */
  userId: number | undefined;
  nomor: string;
  jumlah: Rupiah;
  tenor: number;
  keperluan: string | null;
}

/**
 * Applies for a loan. Raises USER_TIDAK_ADA, USER_ID_WAJIB, TENOR_DI_LUAR_ATURAN, JUMLAH_DI_LUAR_ATURAN, BELUM_SETUJU,
 * MASIH_ADA_PERMOHONAN, PENGHAPUSAN_DIMINTA.
 */
export function ajukan(db: Database, { userId, nomor, jumlah, tenor, keperluan }: PermohonanBaru) {
  return pinjamanDari(
    db,
    sql`app.ajukan_pinjaman(${userId ?? null}, ${nomor}, ${jumlah}, ${tenor}, ${keperluan})`,
  );
}

export interface Saringan {
  /** Only the caller's own: all that row-level security leaves to a nasabah, but found by an index. */
  sendiri: boolean;
  userId: number | undefined;
  status: Status | undefined;
}

/** Loans, newest first, before id `sebelum` if given. */
export function semuaPinjaman(
  db: Database,
  batas: number,
  sebelum: number | undefined,
  { sendiri, userId, status }: Saringan,
) {
  return db
    .select()
    .from(loanApplications)
    .where(
      and(
        sebelum === undefined ? undefined : lt(loanApplications.id, sebelum),
        sendiri ? eq(loanApplications.user_id, sql`(select app.nasabah_id())`) : undefined,
        userId === undefined ? undefined : eq(loanApplications.user_id, userId),
        status === undefined ? undefined : eq(loanApplications.status, status),
      ),
    )
    .orderBy(desc(loanApplications.id))
    .limit(batas);
}

/** One loan; no row when there is none that the caller may see. */
export function satuPinjaman(db: Database, id: number) {
  return db.select().from(loanApplications).where(eq(loanApplications.id, id));
}

/** The instalments of a loan in their order; none before it is paid out. */
export function jadwal(db: Database, id: number) {
  return db
    .select()
    .from(loanInstalments)
    .where(eq(loanInstalments.loan_id, id))
    .orderBy(loanInstalments.number);
}

/** Takes a loan up. Raises PERAN_TIDAK_BOLEH, PENINJAU_TIDAK_DIKENAL, PINJAMAN_SENDIRI. */
export function tinjau(db: Database, id: number, petugasId: number | undefined, dari: readonly Status[]) {
  return pinjamanDari(db, sql`app.tinjau_pinjaman(${id}, ${petugasId ?? null}, ${daftar(dari)})`);
}

/** Takes an application back. */
export function tarik(db: Database, id: number, dari: readonly Status[]) {
  return pinjamanDari(db, sql`app.tarik_pinjaman(${id}, ${daftar(dari)})`);
}

/** A loan about which the caller may decide. Raises PINJAMAN_SENDIRI, BUKAN_PENINJAUNYA, BUTUH_ORANG_KEDUA. */
export function tuntutPemutus(db: Database, id: number, setuju: boolean, dari: readonly Status[]) {
  return pinjamanDari(db, sql`app.tuntut_pemutus(${id}, ${setuju}, ${daftar(dari)})`);
}

export interface Keputusan {
  setuju: boolean;
  catatan: string;
  /** Parts per million a day; null when it is turned down. */
  bunga: number | null;
  nikDiperiksa: boolean;
  /** The version of the customer that was weighed; null when it is turned down. */
  dilihat: string | null;
}

/**
 * Decides. Raises what `tuntutPemutus` does, PINJAMAN_DI_LUAR_ATURAN, BUNGA_DI_ATAS_BATAS, and KYC_BELUM_LENGKAP when the
 * customer has changed since it was weighed.
 */
export function putuskan(db: Database, id: number, keputusan: Keputusan, dari: readonly Status[]) {
  const { setuju, catatan, bunga, nikDiperiksa, dilihat } = keputusan;
  return pinjamanDari(
    db,
    sql`app.putuskan_pinjaman(${id}, ${setuju}, ${catatan}, ${bunga}, ${nikDiperiksa}, ${dilihat}, ${daftar(dari)})`,
  );
}

/** What there is of the customer of a loan, for `kyc.ts`. No row when the caller may not see the customer. */
export function dataPeminjam(db: Database, id: number) {
  const ada = (tabel: SQL) => sql<boolean>`exists (select from ${tabel})`;
  return db
    .select({
      /** Of the row; it has another after every change. */
      version: sql<string>`${nasabah}.xmin::text`,
      hasNik: sql<boolean>`${nasabah.nationalIdSegel} is not null`,
      hasPhone: sql<boolean>`${nasabah.phoneSegel} is not null`,
      dob: nasabah.dob,
      nikFlag: nasabah.nikFlag,
      hasVerifiedBankAccount: ada(
        sql`${bankAccounts} where ${bankAccounts.user_id} = ${nasabah.id} and ${bankAccounts.verified}`,
      ),
      hasKtp: ada(
        sql`${documents} where ${documents.user_id} = ${nasabah.id} and ${documents.doc_type} = 'ktp'`,
      ),
      hasSelfie: ada(
        sql`${documents} where ${documents.user_id} = ${nasabah.id} and ${documents.doc_type} = 'selfie'`,
      ),
      hasConsent: sql<boolean>`(select count(*) = 2 from ${consents} where ${consents.user_id} = ${nasabah.id}
        and ${consents.purpose} in ('credit_assessment', 'kyc') and ${consents.withdrawn_at} is null)`,
      // Of several, the one that was told last.
      incomeMonthly: sql`(select ${employment.income_monthly} from ${employment}
        where ${employment.user_id} = ${nasabah.id} order by ${employment.id} desc limit 1)`.mapWith(
        (rupiah: string): Rupiah | null => BigInt(rupiah),
      ),
    })
    .from(loanApplications)
    .innerJoin(nasabah, eq(nasabah.id, loanApplications.user_id))
    .where(eq(loanApplications.id, id));
}

const lain = alias(loanApplications, "lain");

/** Other loans of the same customer that are approved, and what is still to be paid of those that were paid out. */
export function pinjamanLain(db: Database, id: number) {
  return db
    .select({
      loan_id: lain.id,
      amount: lain.amount,
      term_months: lain.term_months,
      daily_rate_ppm: lain.daily_rate_ppm,
      principal: loanInstalments.principal,
      interest: loanInstalments.interest,
    })
    .from(loanApplications)
    .innerJoin(
      lain,
      and(
        eq(lain.user_id, loanApplications.user_id),
        ne(lain.id, loanApplications.id),
        inArray(lain.status, ["approved", "disbursed", "active"]),
      ),
    )
    .leftJoin(
      loanInstalments,
      and(
        eq(loanInstalments.loan_id, lain.id),
        sql`${loanInstalments.principal} + ${loanInstalments.interest} > ${loanInstalments.principal_paid} + ${loanInstalments.interest_paid}`,
      ),
    )
    .where(eq(loanApplications.id, id));
}

/** An approved loan, and that the account is one it may go to. Raises PINJAMAN_SENDIRI, REKENING_TIDAK_SAH. */
export function tuntutPencairan(db: Database, id: number, rekeningId: number, dari: readonly Status[]) {
  return pinjamanDari(db, sql`app.tuntut_pencairan(${id}, ${rekeningId}, ${daftar(dari)})`);
}

export interface Pencairan {
  rekeningId: number;
  hari: string;
  /** Parts per million a day. */
  bunga: number;
  jadwal: readonly Instalment[];
}

/** Pays a loan out: `pokok → kas`. Raises what `tuntutPencairan` does, and PINJAMAN_DI_LUAR_ATURAN. */
export function cairkan(db: Database, id: number, pencairan: Pencairan, dari: readonly Status[]) {
  const { rekeningId, hari, bunga, jadwal: angsuran } = pencairan;
  const tempo = daftar(angsuran.map(({ dueOn }) => dueOn));
  const pokok = daftar(angsuran.map(({ principal }) => principal));
  const bunganya = daftar(angsuran.map(({ interest }) => interest));
  return pinjamanDari(
    db,
    sql`app.cairkan_pinjaman(${id}, ${rekeningId}, ${hari}, ${bunga}, ${tempo}, ${pokok}, ${bunganya}, ${daftar(dari)})`,
  );
}

/** Notes whether the money arrived; if not, `kas → pokok`. */
export function catatPencairan(
  db: Database,
  id: number,
  sampai: boolean,
  referensi: string,
  dari: readonly Status[],
) {
  return pinjamanDari(db, sql`app.catat_pencairan(${id}, ${sampai}, ${referensi}, ${daftar(dari)})`);
}

/** A repayment as it was written down. */
const kolomAngsuran = {
  /** Of the journal. */
  id: sql`id`.mapWith(Number),
  loan_id: sql`loan_id`.mapWith(Number),
  amount: sql`amount`.mapWith(BigInt),
  principal: sql`principal`.mapWith(BigInt),
  interest: sql`interest`.mapWith(BigInt),
  /** Right after it. */
  outstanding_principal: sql`outstanding_principal`.mapWith(BigInt),
  key: sql<string>`key`,
  note: sql<string | null>`note`,
  received_at: sql`received_at`.mapWith(jurnal.dibuatPada),
};

export interface Pembayaran {
  jumlah: Rupiah;
  /** The admin's idempotency key, one for the whole house. */
  kunci: string;
  catatan: string | null;
}

/** `kas → pokok` and `pendapatan`, once per key. Raises KUNCI_DIPAKAI, LEBIH_BAYAR. */
export function bayar(
  db: Database,
  id: number,
  { jumlah, kunci, catatan }: Pembayaran,
  dari: readonly Status[],
) {
  return db
    .select({ ...kolomAngsuran, ulangan: sql<boolean>`ulangan` })
    .from(sql`app.bayar_angsuran(${id}, ${jumlah}, ${kunci}, ${catatan}, ${daftar(dari)})`);
}

/** Repayments of a loan, newest first, before id `sebelum` if given. Raises PINJAMAN_TIDAK_ADA. */
export function semuaAngsuran(db: Database, id: number, batas: number, sebelum: number | undefined) {
  return db
    .select(kolomAngsuran)
    .from(sql`app.angsuran_pinjaman(${id}, ${batas}, ${sebelum ?? null})`)
    .orderBy(sql`id desc`);
}

/** The last `batas` repayments of the caller's own loans, newest first. */
export function pembayaranSaya(db: Database, batas: number) {
  return db
    .select(kolomAngsuran)
    .from(
      sql`(select a.* from ${loanApplications}, app.angsuran_pinjaman(${loanApplications.id}, ${batas}, null) a
        where ${loanApplications.user_id} = (select app.nasabah_id())) bayar`,
    )
    .orderBy(sql`id desc`)
    .limit(batas);
}

/** All rules there are, the newest first. */
export function semuaAturan(db: Database) {
  return db.select().from(loanRules).orderBy(desc(loanRules.valid_from), loanRules.max_term_months);
}

export type AturanBaru = Omit<typeof loanRules.$inferInsert, "id">;

/** Adds a rule and returns it; raises ATURAN_SUDAH_LEWAT, violates `loan_rules_satu`. */
export function tambahAturan(db: Database, baru: AturanBaru) {
  return db.insert(loanRules).values(baru).returning();
}
