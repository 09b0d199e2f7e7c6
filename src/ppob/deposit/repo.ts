import { and, desc, eq, gt, isNotNull, isNull, lt, lte, ne, or, sql, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Database } from "../../platform/db/database.ts";
import type { Rupiah } from "../../platform/money.ts";
import { deposit, mutasiBank, type statusDeposit } from "./table.ts";

export type StatusDeposit = (typeof statusDeposit.enumValues)[number];

/** Past its time a ticket is over, also while nobody has written that down. */
const status = sql<StatusDeposit>`case when ${deposit.status} = 'menunggu' and ${deposit.berlakuSampai} <= app.jam()
  then 'kedaluwarsa' else ${deposit.status} end`;

/** As expressions, so that they are of whatever is called `deposit`: the table, or the row that a function returns. */
const columns = {
  id: sql<number>`${deposit.id}`.mapWith(deposit.id),
  mitraId: sql<number>`${deposit.mitraId}`.mapWith(deposit.mitraId),
  jumlah: sql<bigint>`${deposit.jumlah}`.mapWith(deposit.jumlah),
  total: sql<bigint>`${deposit.total}`.mapWith(deposit.total),
  status,
  dibuatPada: sql<Date>`${deposit.dibuatPada}`.mapWith(deposit.dibuatPada),
  berlakuSampai: sql<Date>`${deposit.berlakuSampai}`.mapWith(deposit.berlakuSampai),
  lunasPada: sql<Date | null>`${deposit.lunasPada}`.mapWith(deposit.lunasPada),
};

/** What bounds tickets: `berlaku` and `terkunci` in hours, the others how many of a mitra. */
export interface BatasDeposit {
  berlaku: number;
  /** How much longer nobody else gets the sum. */
  terkunci: number;
  terbuka: number;
  /** Sums that it asked for, did not pay, and still has to itself. */
  batal: number;
}

/** Opens a ticket of the calling mitra. Raises DEPOSIT_TERBUKA_PENUH, KODE_UNIK_PENUH. */
export function buatDeposit(db: Database, jumlah: Rupiah, batas: BatasDeposit) {
  return db
    .select(columns)
    .from(
      sql`app.buat_deposit(${jumlah}, ${batas.berlaku}, ${batas.terkunci}, ${batas.terbuka}, ${batas.batal}) as deposit`,
    );
}

/** The calling mitra takes back an open ticket. Raises DEPOSIT_TIDAK_ADA, DEPOSIT_SELESAI. */
export function batalDeposit(db: Database, id: number) {
  return db.select(columns).from(sql`app.batal_deposit(${id}) as deposit`);
}

/**
 * Credits a ticket in the name of the calling admin. Raises DEPOSIT_TIDAK_ADA, DEPOSIT_SELESAI, SALDO_TERLALU_BESAR, and of
 * `mutasiBankId` MUTASI_BANK_TIDAK_ADA, MUTASI_BANK_TERPAKAI, JUMLAH_BERBEDA.
 */
export function konfirmasiDeposit(
  db: Database,
  id: number,
  keterangan: string,
  mutasiBankId: string | undefined,
) {
  return db
    .select(columns)
    .from(sql`app.konfirmasi_deposit(${id}, ${keterangan}, ${mutasiBankId ?? null}) as deposit`);
}

/** Each that is given must hold. */
export interface SaringanDeposit {
  /** Says of a mitra's call beside the policy what that says too: so its tickets are found by their index. */
  sendiri: boolean;
  status?: StatusDeposit | undefined;
  mitraId?: number | undefined;
  /** What was to be transferred, exactly. */
  total?: Rupiah | undefined;
}

/** Tickets that the caller may see, newest first, before id `sebelum` if given. */
export function depositTerbaru(
  db: Database,
  batas: number,
  sebelum: number | undefined,
  { sendiri, status: dicari, mitraId, total }: SaringanDeposit,
) {
  return db
    .select(columns)
    .from(deposit)
    .where(
      and(
        sendiri ? eq(deposit.mitraId, sql`app.mitra_id()`) : undefined,
        mitraId === undefined ? undefined : eq(deposit.mitraId, mitraId),
        total === undefined ? undefined : eq(deposit.total, total),
        sebelum === undefined ? undefined : lt(deposit.id, sebelum),
        dicari && bersatus(dicari),
      ),
    )
    .orderBy(desc(deposit.id))
    .limit(batas);
}

/** Tickets that are shown with this status; as conditions on columns, so that indexes serve them. */
function bersatus(dicari: StatusDeposit): SQL | undefined {
  const lewat = lte(deposit.berlakuSampai, sql`app.jam()`);
  const menunggu = eq(deposit.status, "menunggu");
  if (dicari === "menunggu") return and(menunggu, gt(deposit.berlakuSampai, sql`app.jam()`));
  if (dicari === "kedaluwarsa") return or(eq(deposit.status, "kedaluwarsa"), and(menunggu, lewat));
  return and(eq(deposit.status, dicari), ne(deposit.status, "menunggu"));
}

/** One mutation of the bank as it is taken in. */
export interface MutasiMasuk {
  id: string;
  jumlah: number;
  keterangan: string;
}

/** Takes in what came: each id once, and one row for each that is new, with the ticket that it paid. */
export function terimaMutasiBank(db: Database, mutasi: readonly MutasiMasuk[]) {
  return db
    .select({ id: sql<string>`id`, depositId: sql<number | null>`deposit_id`.mapWith(Number) })
    .from(sql`app.terima_mutasi_bank(${JSON.stringify(mutasi)}::jsonb)`);
}

/** What the bank told, newest first, behind the one of id `sebelum` if given; `cocok`: whether it paid a ticket. For admins. */
export function mutasiBankTerbaru(
  db: Database,
  batas: number,
  sebelum: string | undefined,
  cocok: boolean | undefined,
) {
  const batasnya = alias(mutasiBank, "batasnya");
  return db
    .select()
    .from(mutasiBank)
    .where(
      and(
        sebelum === undefined
          ? undefined
          : sql`(${mutasiBank.waktu}, ${mutasiBank.id}) < (${db
              .select({ waktu: batasnya.waktu, id: batasnya.id })
              .from(batasnya)
              .where(eq(batasnya.id, sebelum))})`,
        cocok === undefined ? undefined : (cocok ? isNotNull : isNull)(mutasiBank.depositId),
      ),
    )
    .orderBy(desc(mutasiBank.waktu), desc(mutasiBank.id))
    .limit(batas);
}
