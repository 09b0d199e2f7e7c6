import { withActor, type Database } from "../../platform/db/database.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { todayInJakarta, type Clock } from "../../platform/clock.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Ids } from "../../platform/id.ts";
import type { Rupiah } from "../../platform/money.ts";
import { nilai, tentangPeminjam, type Penilaian } from "./assessment.ts";
import type { KycGap } from "./kyc.ts";
import * as repo from "./repo.ts";
import { toRule } from "./rules.ts";
import { ruleFor, type LoanRule } from "./schedule.ts";
import { sourcesOf } from "./status.ts";

export const PinjamanTidakAda = defineError(404, "PINJAMAN_TIDAK_ADA", "Pinjaman tidak ditemukan.");
export const StatusTidakCocok = defineError(
  409,
  "STATUS_TIDAK_COCOK",
  "Status pinjaman ini tidak mengizinkannya. Muat ulang, lalu lihat statusnya.",
);
export const BelumSetuju = defineError(
  409,
  "BELUM_SETUJU",
  "Nasabah belum menyetujui pemrosesan data untuk penilaian kredit.",
);
export const MasihAdaPermohonan = defineError(
  409,
  "MASIH_ADA_PERMOHONAN",
  "Nasabah ini masih punya permohonan yang belum selesai.",
);
export const PenghapusanDiminta = defineError(
  409,
  "PENGHAPUSAN_DIMINTA",
  "Nasabah ini meminta datanya dihapus. Batalkan permintaan itu dahulu.",
);
export const PeninjauTidakDikenal = defineError(
  422,
  "PENINJAU_TIDAK_DIKENAL",
  "Bukan akun admin atau karyawan yang aktif.",
  { pointer: "#/officer_id" },
);
export const PinjamanSendiri = defineError(
  403,
  "PINJAMAN_SENDIRI",
  "Tidak seorang pun mengurus pinjamannya sendiri.",
);
export const BukanPeninjaunya = defineError(
  403,
  "BUKAN_PENINJAUNYA",
  "Pinjaman ini diputuskan oleh peninjaunya atau admin.",
);
export const ButuhOrangKedua = defineError(
  409,
  "BUTUH_ORANG_KEDUA",
  "Pinjaman sebesar ini disetujui dua orang, dan Anda sudah menyetujuinya.",
);
export const KycBelumLengkap = defineError(
  409,
  "KYC_BELUM_LENGKAP",
  "Data nasabah belum cukup untuk menyetujui pinjaman, atau baru saja berubah.",
);
export const PinjamanDiLuarAturan = defineError(
  409,
  "PINJAMAN_DI_LUAR_ATURAN",
  "Jumlah atau tenor pinjaman ini tidak lagi sesuai aturan yang berlaku.",
);
export const BungaDiAtasBatas = defineError(
  422,
  "BUNGA_DI_ATAS_BATAS",
  "Bunga di atas batas yang berlaku, atau di atas yang disetujui orang pertama.",
  { pointer: "#/daily_rate_ppm" },
);

/** What a customer has paid back of all its loans, for its export. */
export { pembayaranSaya } from "./repo.ts";

export interface LoanDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
}

export type Pinjaman = Awaited<ReturnType<typeof repo.satuPinjaman>>[number];
export type Angsuran = Awaited<ReturnType<typeof repo.jadwal>>[number];

/** A loan with what is to be paid of it. */
export interface PinjamanLengkap extends Pinjaman {
  instalments: Angsuran[];
  outstandingPrincipal: Rupiah;
  outstandingInterest: Rupiah;
  /** How many persons have still to approve it; 0 when it is decided. */
  approvalsNeeded: number;
}

/** A loan with what stands in the way of approving it, as far as its customer's file goes; nothing once it is decided. */
export interface PinjamanDinilai extends PinjamanLengkap {
  missing: KycGap[];
}

/**
 * Applies for a loan: a nasabah for itself, staff for a customer it looks after.
 * Throws `UserTidakAda`, `UserIdWajib`, `TenorDiLuarAturan`, `JumlahDiLuarAturan`, `BelumSetuju`, `MasihAdaPermohonan`,
 * `PenghapusanDiminta`.
 */
export async function ajukan(
  deps: LoanDeps,
  actor: Actor,
  permohonan: Omit<repo.PermohonanBaru, "nomor">,
): Promise<PinjamanLengkap> {
  const nomor = nomorBaru(deps);
  const [[pinjaman], aturan] = await withActor(deps.db, actor, [
    repo.ajukan(deps.db, { ...permohonan, nomor }),
    repo.semuaAturan(deps.db),
  ]);
  return lengkapi(deps, pinjaman, [], aturan.map(toRule));
}

/** `PJ-20261120-4K7T0QVB`: the day, and forty random bits, so that nobody can count the others. */
function nomorBaru({ clock, ids }: LoanDeps): string {
  const acak = BigInt(`0x${ids.secret(5)}`)
    .toString(32)
    .padStart(8, "0")
    .toUpperCase();
  return `PJ-${todayInJakarta(clock).replaceAll("-", "")}-${acak}`;
}

/** A page of loans, newest first; a nasabah sees its own, a karyawan those of the customers it looks after. */
export async function semua(
  { db }: LoanDeps,
  actor: Actor,
  halaman: { limit: number; before: number | undefined },
  saringan: Omit<repo.Saringan, "sendiri">,
): Promise<Pinjaman[]> {
  const sendiri = actor.label === "nasabah";
  const [baris] = await withActor(db, actor, [
    repo.semuaPinjaman(db, halaman.limit, halaman.before, { ...saringan, sendiri }),
  ]);
  return baris;
}

/** One loan, and what its customer still lacks. Throws `PinjamanTidakAda`, also for a loan the caller may not see. */
export async function satu(deps: LoanDeps, actor: Actor, id: number): Promise<PinjamanDinilai> {
  const { db, clock } = deps;
  const [[pinjaman], jadwal, aturan, ...diketahui] = await withActor(db, actor, [
    repo.satuPinjaman(db, id),
    repo.jadwal(db, id),
    repo.semuaAturan(db),
    ...tentangPeminjam(db, id),
  ]);
  const rules = aturan.map(toRule);
  const lengkap = lengkapi(deps, pinjaman, jadwal, rules);
  if (lengkap.approvalsNeeded === 0) return { ...lengkap, missing: [] };
  const penilaian = nilai(lengkap, diketahui, rules, todayInJakarta(clock), {});
  return { ...lengkap, missing: penilaian?.gaps ?? [] };
}

/**
 * Takes an application up for review: a karyawan itself, an admin itself or whoever it names; that also later.
 * Throws `PinjamanTidakAda`, `StatusTidakCocok`, `PeranTidakBoleh`, `PeninjauTidakDikenal`, `PinjamanSendiri`.
 */
export async function tinjau(
  deps: LoanDeps,
  actor: Actor,
  id: number,
  petugasId: number | undefined,
): Promise<PinjamanLengkap> {
  return await denganJadwal(deps, actor, id, repo.tinjau(deps.db, id, petugasId, sourcesOf("review")));
}

/** For its nasabah and admins. Throws `PinjamanTidakAda`, `StatusTidakCocok`. */
export async function tarik(deps: LoanDeps, actor: Actor, id: number): Promise<PinjamanLengkap> {
  return await denganJadwal(deps, actor, id, repo.tarik(deps.db, id, sourcesOf("withdraw")));
}

export interface Keputusan extends Omit<repo.Keputusan, "bunga" | "dilihat"> {
  /** Parts per million a day; undefined is as much as may be. */
  bunga: number | undefined;
}

/**
 * Approves or turns down, in the name of the loan's officer or an admin. A large loan takes a second person to approve it.
 * One roundtrip more to approve: first what is known of the customer is weighed.
 * Throws `PinjamanTidakAda`, `StatusTidakCocok`, `PinjamanSendiri`, `BukanPeninjaunya`, `ButuhOrangKedua`,
 * `KycBelumLengkap`, `PinjamanDiLuarAturan`, `BungaDiAtasBatas`.
 */
export async function putuskan(
  deps: LoanDeps,
  actor: Actor,
  id: number,
  keputusan: Keputusan,
): Promise<PinjamanLengkap> {
  const dari = sourcesOf(keputusan.setuju ? "approve" : "reject");
  const layak = keputusan.setuju ? await tuntutLayak(deps, actor, id, keputusan) : undefined;
  const lengkap = { ...keputusan, bunga: layak?.dailyRatePpm ?? null, dilihat: layak?.version ?? null };
  return await denganJadwal(deps, actor, id, repo.putuskan(deps.db, id, lengkap, dari));
}

/** What a loan may be approved on. Throws as `putuskan`. */
async function tuntutLayak(
  { db, clock }: LoanDeps,
  actor: Actor,
  id: number,
  { bunga, nikDiperiksa }: Keputusan,
): Promise<Penilaian> {
  const [[pinjaman], aturan, ...diketahui] = await withActor(db, actor, [
    repo.tuntutPemutus(db, id, true, sourcesOf("approve")),
    repo.semuaAturan(db),
    ...tentangPeminjam(db, id),
  ]);
  const [[peminjam]] = diketahui;
  if (!pinjaman || !peminjam) throw new PinjamanTidakAda();
  const hari = todayInJakarta(clock);
  const penilaian = nilai(pinjaman, diketahui, aturan.map(toRule), hari, { bunga, nikDiperiksa });
  if (!penilaian) throw new PinjamanDiLuarAturan();
  const errors = penilaian.gaps.map(({ code, detail }) => ({ pointer: `kyc:${code}`, detail }));
  if (errors.length > 0) throw new KycBelumLengkap({ errors });
  return penilaian;
}

type MencariPinjaman = ReturnType<typeof repo.satuPinjaman> | ReturnType<typeof repo.tarik>;

/** What `query` finds or changes, with its instalments, in one roundtrip. Throws `PinjamanTidakAda`, and what it raises. */
export async function denganJadwal(
  deps: LoanDeps,
  actor: Actor,
  id: number,
  query: MencariPinjaman,
): Promise<PinjamanLengkap> {
  const { db } = deps;
  const [[pinjaman], jadwal, aturan] = await withActor(db, actor, [
    query,
    repo.jadwal(db, id),
    repo.semuaAturan(db),
  ]);
  return lengkapi(deps, pinjaman, jadwal, aturan.map(toRule));
}

function lengkapi(
  { clock }: LoanDeps,
  pinjaman: Pinjaman | undefined,
  instalments: Angsuran[],
  rules: LoanRule[],
): PinjamanLengkap {
  if (!pinjaman) throw new PinjamanTidakAda();
  const sum = (of: (angsuran: Angsuran) => Rupiah) =>
    instalments.reduce((total, angsuran) => total + of(angsuran), 0n);
  return {
    ...pinjaman,
    instalments,
    outstandingPrincipal: sum(({ principal, principal_paid: paid }) => principal - paid),
    outstandingInterest: sum(({ interest, interest_paid: paid }) => interest - paid),
    approvalsNeeded: masihPerlu(pinjaman, ruleFor(rules, todayInJakarta(clock), pinjaman.term_months)),
  };
}

function masihPerlu(
  { status, amount, first_approver_id: pertama }: Pinjaman,
  rule: LoanRule | undefined,
): number {
  if (status !== "submitted" && status !== "review") return 0;
  return rule && amount > rule.secondPersonAbove && pertama === null ? 2 : 1;
}
