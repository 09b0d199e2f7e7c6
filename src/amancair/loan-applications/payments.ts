import { withActor } from "../../platform/db/database.ts";
import { todayInJakarta } from "../../platform/clock.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { defineError } from "../../platform/http/errors.ts";
import { bersihkan } from "../batas/batas.ts";
import {
  denganJadwal,
  PinjamanDiLuarAturan,
  PinjamanTidakAda,
  type LoanDeps,
  type PinjamanLengkap,
} from "./loan-applications.ts";
import * as repo from "./repo.ts";
import { toRule } from "./rules.ts";
import { ruleFor, schedule } from "./schedule.ts";
import { sourcesOf } from "./status.ts";

// The money of a loan: out to the customer, and back in instalments.

export const RekeningTidakSah = defineError(
  409,
  "REKENING_TIDAK_SAH",
  "Rekening ini bukan milik nasabahnya atau belum terverifikasi.",
  { pointer: "#/bank_account_id" },
);
export const LebihBayar = defineError(
  409,
  "LEBIH_BAYAR",
  "Jumlah melebihi sisa pinjaman. Tidak ada yang dicatat.",
  { pointer: "#/amount" },
);

/**
 * For admins: pays an approved loan out and writes down its schedule, from today on. When the cap was lowered since the
 * approval, the rate follows it. One roundtrip more: the schedule depends on what was approved.
 * Throws `PinjamanTidakAda`, `StatusTidakCocok`, `PinjamanSendiri`, `RekeningTidakSah`, `PinjamanDiLuarAturan`.
 */
export async function cairkan(
  deps: LoanDeps,
  actor: Actor,
  id: number,
  rekeningId: number,
): Promise<PinjamanLengkap> {
  const { db, clock } = deps;
  const dari = sourcesOf("disburse");
  const [[pinjaman], aturan] = await withActor(db, actor, [
    repo.tuntutPencairan(db, id, rekeningId, dari),
    repo.semuaAturan(db),
  ]);
  if (!pinjaman) throw new PinjamanTidakAda();
  const hari = todayInJakarta(clock);
  const rule = ruleFor(aturan.map(toRule), hari, pinjaman.term_months);
  if (!rule) throw new PinjamanDiLuarAturan();
  const bunga = Math.min(pinjaman.daily_rate_ppm ?? 0, rule.dailyRateCapPpm);
  const { instalments: jadwal } = schedule({
    amount: pinjaman.amount,
    termMonths: pinjaman.term_months,
    dailyRatePpm: bunga,
    disbursedOn: hari,
    totalCapPercent: rule.totalCapPercent,
  });
  const pencairan = { rekeningId, hari, bunga, jadwal };
  return await denganJadwal(deps, actor, id, repo.cairkan(db, id, pencairan, dari));
}

/** For admins: whether the money arrived. Throws `PinjamanTidakAda`, `StatusTidakCocok`, `PinjamanSendiri`. */
export async function catatPencairan(
  deps: LoanDeps,
  actor: Actor,
  id: number,
  { sampai, referensi }: { sampai: boolean; referensi: string },
): Promise<PinjamanLengkap> {
  const dari = sourcesOf(sampai ? "confirm" : "fail");
  // Of a failure the bank's words go into the journal, for ever; a reference goes with its customer.
  const tercatat = sampai ? referensi : bersihkan(referensi);
  return await denganJadwal(deps, actor, id, repo.catatPencairan(deps.db, id, sampai, tercatat, dari));
}

export type AngsuranMasuk = Awaited<ReturnType<typeof repo.semuaAngsuran>>[number];

/**
 * For admins: a repayment that has come in. The same `kunci` with the same content is the same repayment and has the same
 * answer for ever (`ulangan`). Throws `PinjamanTidakAda`, `StatusTidakCocok`, `PinjamanSendiri`,
 * `KunciDipakai`, `LebihBayar`.
 */
export async function bayar(
  { db }: LoanDeps,
  actor: Actor,
  id: number,
  pembayaran: repo.Pembayaran,
): Promise<AngsuranMasuk & { ulangan: boolean }> {
  const [[masuk]] = await withActor(db, actor, [repo.bayar(db, id, pembayaran, sourcesOf("settle"))]);
  if (!masuk) throw new Error("app.bayar_angsuran returned no row");
  return masuk;
}

/** A page of repayments, newest first. Throws `PinjamanTidakAda`. */
export async function semuaAngsuran(
  { db }: LoanDeps,
  actor: Actor,
  id: number,
  { limit, before }: { limit: number; before: number | undefined },
): Promise<AngsuranMasuk[]> {
  const [baris] = await withActor(db, actor, [repo.semuaAngsuran(db, id, limit, before)]);
  return baris;
}
