import type { Actor } from "../../platform/db/actor.ts";
import { withActor } from "../../platform/db/database.ts";
import type { FileStore } from "../../platform/files/store.ts";
import { defineError } from "../../platform/http/errors.ts";
import { jelas, UserTidakAda } from "../../direktori/users/users.ts";
import { addresses } from "../addresses/addresses.ts";
import { semuaMilik, terangkan, type Bagian, type BagianDeps } from "../bagian/bagian.ts";
import { bankAccounts } from "../bank-accounts/bank-accounts.ts";
import { consents } from "../consents/consents.ts";
import { crashReports } from "../crash-reports/crash-reports.ts";
import { devices } from "../devices/devices.ts";
import { documents } from "../documents/documents.ts";
import { emergency } from "../emergency/emergency.ts";
import { employment } from "../employment/employment.ts";
import { pembayaranSaya } from "../loan-applications/loan-applications.ts";
import { notifications } from "../notifications/notifications.ts";
import { telemetry } from "../telemetry/telemetry.ts";
import * as repo from "./repo.ts";
import { permintaanSchema } from "./schema.ts";
import { privacyRequests as tabel } from "./table.ts";

export const PenghapusanTidakAda = defineError(
  404,
  "PENGHAPUSAN_TIDAK_ADA",
  "Tidak ada permintaan penghapusan yang terbuka.",
);

/** What customers asked about their data, and until when it is due. */
export const permintaan: Bagian = {
  nama: "privacy_requests",
  tabel,
  schema: permintaanSchema,
  segel: [],
  TidakAda: PenghapusanTidakAda,
};

/** Every part of a file, by the name it has in the export. */
export const BAGIAN = {
  devices,
  addresses,
  bank_accounts: bankAccounts,
  employment,
  documents,
  emergency_contacts: emergency,
  telemetry_events: telemetry,
  crash_reports: crashReports,
  notifications,
  consents,
  privacy_requests: permintaan,
} satisfies Record<string, Bagian>;

/** The most rows of one part in an export: of what is written by hand, and of what an app sends by itself. */
const BARIS_TERBANYAK = 5_000;
const KEJADIAN_TERBANYAK = 500;

const terbanyak = (nama: string) =>
  /^(telemetry_events|crash_reports)$/.test(nama) ? KEJADIAN_TERBANYAK : BARIS_TERBANYAK;

/**
 * Everything in the caller's file, in clear, with who read and changed it (UU PDP art. 32). Notes that it was given.
 * Throws `UserTidakAda` when the caller has no customer's file.
 */
export async function dataSaya(deps: BagianDeps, actor: Actor) {
  const { db } = deps;
  const bagian = Object.entries<Bagian>(BAGIAN);
  const [, [saya], pinjaman, angsuran, pembayaran, jejak, ...isi] = await withActor(db, actor, [
    repo.catatAkses(db),
    repo.sayaSendiri(db),
    repo.pinjamanSaya(db),
    repo.angsuranSaya(db),
    pembayaranSaya(db, BARIS_TERBANYAK),
    repo.jejakSaya(db, BARIS_TERBANYAK),
    ...bagian.map(([nama, satu]) => semuaMilik(db, satu, terbanyak(nama))),
  ]);
  if (!saya) throw new UserTidakAda();
  const { akun, nasabah } = saya;
  const { phone, nationalId } = await jelas(deps, nasabah);
  const parts = await Promise.all(
    bagian.map(async ([nama, satu], ke) => {
      const baris = await terangkan(deps, satu, isi[ke] ?? []);
      return [nama, baris.map((b) => satu.schema.parse(b))] as const;
    }),
  );
  return {
    akun,
    nasabah: { ...nasabah, phone, nationalId },
    pinjaman,
    angsuran,
    pembayaran,
    jejak,
    bagian: Object.fromEntries(parts),
    terpotong: [...parts, ["loan_repayments", pembayaran] as const, ["access_log", jejak] as const]
      .filter(([nama, baris]) => baris.length >= terbanyak(nama))
      .map(([nama]) => nama),
  };
}

/** Hours until an erasure is carried out: time to take it back, within the 72 that the law gives. */
const TENGGANG_JAM = 24;

/** Asks for the caller's data to be erased; the same again is the same request. Throws `UserTidakAda`, `MasihAdaPinjaman`. */
export async function mintaPenghapusan({ db }: BagianDeps, actor: Actor): Promise<repo.Permintaan> {
  const [, [dibuat]] = await withActor(db, actor, [
    repo.mintaPenghapusan(db, TENGGANG_JAM),
    repo.penghapusanTerbuka(db),
  ]);
  if (!dibuat) throw new Error("app.minta_penghapusan left no request");
  return dibuat;
}

/** Takes the caller's request back. Throws `PenghapusanTidakAda`. */
export async function batalkanPenghapusan({ db }: BagianDeps, actor: Actor): Promise<void> {
  const [dibatalkan] = await withActor(db, actor, [repo.batalkanPenghapusan(db)]);
  if (dibatalkan.length === 0) throw new PenghapusanTidakAda();
}

export interface PemusnahanDeps extends Pick<BagianDeps, "db" | "log"> {
  files: FileStore;
  /** Days after which applicants who were turned away are erased. */
  rejectedDays: number;
}

/** Customers and objects that one run takes at most: what is left waits a minute. */
const SEKALI = 50;

/**
 * Sweeper: erases who asked for it or was turned away long ago, and removes from object storage what no row names any
 * more. Returns how many customers were erased.
 */
export async function musnahkan({ db, log, files, rejectedDays }: PemusnahanDeps): Promise<number> {
  const [[dimusnahkan], terbuang] = await withActor(db, repo.penyapu, [
    repo.musnahkanJatuhTempo(db, SEKALI, rejectedDays),
    repo.berkasTerbuang(db, SEKALI),
  ]);
  const nama = terbuang.map(({ baris }) => baris);
  const { jumlah, gagal } = dimusnahkan ?? { jumlah: 0, gagal: "{}" };
  if (gagal !== "{}") log.error("erasure_failed", { customers: gagal });
  if (nama.length > 0) {
    await files.remove(nama);
    await withActor(db, repo.penyapu, [repo.berkasHilang(db, nama)]);
  }
  if (jumlah + nama.length > 0) log.info("erased", { customers: jumlah, files: nama.length });
  return jumlah;
}
