import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Rupiah } from "../../platform/money.ts";
import {
  batalDeposit,
  buatDeposit,
  depositTerbaru,
  konfirmasiDeposit,
  mutasiBankTerbaru,
  type BatasDeposit,
  type SaringanDeposit,
} from "./repo.ts";

export const DepositTidakAda = defineError(404, "DEPOSIT_TIDAK_ADA", "Tiket deposit tidak ditemukan.");
export const DepositSelesai = defineError(
  409,
  "DEPOSIT_SELESAI",
  "Tiket deposit ini sudah lunas, batal, atau lewat waktunya.",
);
export const KodeUnikPenuh = defineError(
  409,
  "KODE_UNIK_PENUH",
  "Kode unik untuk jumlah ini sedang habis. Coba jumlah lain.",
);
export const MutasiBankTidakAda = defineError(404, "MUTASI_BANK_TIDAK_ADA", "Mutasi bank tidak ditemukan.", {
  pointer: "#/mutasi_bank_id",
});
export const MutasiBankTerpakai = defineError(
  409,
  "MUTASI_BANK_TERPAKAI",
  "Mutasi bank ini sudah melunasi tiket lain.",
  { pointer: "#/mutasi_bank_id" },
);
export const JumlahBerbeda = defineError(
  422,
  "JUMLAH_BERBEDA",
  "Jumlah mutasi bank ini berbeda dengan total tiketnya.",
  { pointer: "#/mutasi_bank_id" },
);

/** A transfer takes at most two banking days longer than the ticket; longer reservations would use up the codes. */
const BATAS: BatasDeposit = { berlaku: 24, terkunci: 48, terbuka: 5, batal: 25 };

export const DepositTerbukaPenuh = defineError(
  409,
  "DEPOSIT_TERBUKA_PENUH",
  `Paling banyak ${BATAS.terbuka} tiket deposit menunggu sekaligus, dan ${BATAS.terbuka + BATAS.batal} yang tidak dibayar dalam ${(BATAS.berlaku + BATAS.terkunci) / 24} hari (${BATAS.terbuka + BATAS.batal / 5} sebelum deposit pertama). Bayar dahulu, atau batalkan salah satu.`,
);

/** The least and the most that a ticket is for, in rupiah, without its code. */
export const MIN_DEPOSIT = 10_000;
export const MAX_DEPOSIT = 100_000_000;

export interface DepositDeps {
  db: Database;
}

export type Deposit = Awaited<ReturnType<typeof depositTerbaru>>[number];

/**
 * For a mitra: opens a ticket for `jumlah` rupiah; what has to be transferred is `total`, which nobody else transfers.
 * Throws `KodeUnikPenuh`, `DepositTerbukaPenuh`.
 */
export async function buka({ db }: DepositDeps, actor: Actor, jumlah: Rupiah): Promise<Deposit> {
  const [[tiket]] = await withActor(db, actor, [buatDeposit(db, jumlah, BATAS)]);
  if (!tiket) throw new Error("app.buat_deposit returned no row");
  return tiket;
}

/**
 * A mitra's own tickets (`sendiri`), or everybody's for admins: newest first, at most `limit`, older than id `before` if
 * given, that `saringan` lets through.
 */
export async function semua(
  { db }: DepositDeps,
  actor: Actor,
  limit: number,
  before: number | undefined,
  saringan: SaringanDeposit,
): Promise<Deposit[]> {
  const [baris] = await withActor(db, actor, [depositTerbaru(db, limit, before, saringan)]);
  return baris;
}

/** For a mitra: takes an open ticket back. Throws `DepositTidakAda`, also for somebody else's, and `DepositSelesai`. */
export async function batalkan({ db }: DepositDeps, actor: Actor, id: number): Promise<Deposit> {
  const [[tiket]] = await withActor(db, actor, [batalDeposit(db, id)]);
  if (!tiket) throw new DepositTidakAda();
  return tiket;
}

/**
 * For admins: the money of a ticket has come, also after its time; credits it once, whoever else confirms it and whatever
 * the bank says later. Throws `DepositTidakAda`, `DepositSelesai`, `SaldoTerlaluBesar`, and of the bank's mutation that is
 * named `MutasiBankTidakAda`, `MutasiBankTerpakai`, `JumlahBerbeda`.
 */
export async function konfirmasi(
  { db }: DepositDeps,
  actor: Actor,
  id: number,
  keterangan: string,
  mutasiBankId: string | undefined,
): Promise<Deposit> {
  const [[tiket]] = await withActor(db, actor, [konfirmasiDeposit(db, id, keterangan, mutasiBankId)]);
  if (!tiket) throw new DepositTidakAda();
  return tiket;
}

export type MutasiBank = Awaited<ReturnType<typeof mutasiBankTerbaru>>[number];

/** For admins: what the bank told, newest first; `cocok`: only what paid a ticket, or only what did not. */
export async function mutasiBank(
  { db }: DepositDeps,
  actor: Actor,
  limit: number,
  before: string | undefined,
  cocok: boolean | undefined,
): Promise<MutasiBank[]> {
  const [baris] = await withActor(db, actor, [mutasiBankTerbaru(db, limit, before, cocok)]);
  return baris;
}
