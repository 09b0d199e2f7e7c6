import { PeranTidakBoleh } from "../../akun/akses/akses.ts";
import { todayInJakarta, type Clock } from "../../platform/clock.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Changes, type Database } from "../../platform/db/database.ts";
import { defineError, ValidationFailed } from "../../platform/http/errors.ts";
import type { Ids } from "../../platform/id.ts";
import { wide, type Attempts, type Limit } from "../../platform/redis/attempts.ts";
import { nikFlag } from "./nik.ts";
import * as repo from "./repo.ts";
import {
  bukaKunci,
  jelas,
  samarkan,
  segelkan,
  type BarisNasabah,
  type IsianNasabah,
  type Nasabah,
  type PemilikKunci,
  type SegelDeps,
} from "./segel.ts";

export { bukaKunci, jelas };
export type { PemilikKunci };

export const UserTidakAda = defineError(404, "USER_TIDAK_ADA", "User tidak ditemukan.");
export const JabatanTidakDikenal = defineError(422, "JABATAN_TIDAK_DIKENAL", "Jabatan tidak ditemukan.", {
  pointer: "#/id_jabatan",
  constraint: "pegawai_jabatan_ada",
});
export const TeleponTerdaftar = defineError(409, "TELEPON_TERDAFTAR", "Nomor telepon sudah terdaftar.", {
  pointer: "#/phone",
  constraint: "nasabah_phone_unik",
});
export const NikTerdaftar = defineError(409, "NIK_TERDAFTAR", "NIK sudah terdaftar.", {
  pointer: "#/national_id",
  constraint: "nasabah_national_id_unik",
});
export const SudahPunyaData = defineError(
  409,
  "SUDAH_PUNYA_DATA",
  "Akun ini sudah memiliki data nasabah. Ubah yang ada.",
  { constraint: "nasabah_akun_unik" },
);

export const PinjamanTercatat = defineError(
  409,
  "PINJAMAN_TERCATAT",
  "Nasabah ini punya catatan pinjaman, yang tetap disimpan. Datanya dihapus lewat permintaan penghapusan.",
  { constraint: "loan_applications_user_id_nasabah_id_fk" },
);
export const MasihAdaPinjaman = defineError(
  409,
  "MASIH_ADA_PINJAMAN",
  "Masih ada pinjaman yang berjalan atau sedang diproses.",
);
export const PetugasTidakDikenal = defineError(
  422,
  "PETUGAS_TIDAK_DIKENAL",
  "Petugas harus akun admin atau karyawan yang aktif.",
  { pointer: "#/officer_id" },
);

export interface UsersDeps extends SegelDeps {
  db: Database;
  ids: Ids;
  clock: Clock;
  attempts: Attempts;
  strictRateLimits: boolean;
}

/** Phone numbers and NIK that one account says are its own. A 409 tells that somebody is a customer: nobody may try many. */
const SEBUT_NOMOR: Limit = {
  name: "nasabah-nomor",
  what: "perubahan nomor",
  quota: 10,
  windowSeconds: 86_400,
};

export type Pegawai = Awaited<ReturnType<typeof repo.satuPegawai>>[number];
export type { Nasabah };

export type User = { pegawai: Pegawai } | { nasabah: Nasabah };

/** A page of users in the order of their ids, and how many match in all. A nasabah sees none but itself. */
export async function semua(
  deps: UsersDeps,
  actor: Actor,
  { skip, limit }: { skip: number; limit: number },
  yangDiminta: Omit<repo.Saringan, "sendiri">,
): Promise<{ baris: User[]; total: number }> {
  const saringan = { ...yangDiminta, sendiri: actor.label === "nasabah" };
  const [baris, [banyak]] = await withActor(deps.db, actor, [
    repo.semuaUsers(deps.db, skip, limit, saringan),
    repo.banyaknyaUsers(deps.db, saringan),
  ]);
  const users = baris.map(({ pegawai, nasabah }) => ada(deps, pegawai, nasabah));
  return { baris: await Promise.all(users), total: banyak?.jumlah ?? 0 };
}

/** Throws `UserTidakAda`, also for somebody the caller may not see. */
export async function satu(deps: UsersDeps, actor: Actor, id: number): Promise<User> {
  const [[pegawai], [nasabah]] = await withActor(deps.db, actor, [
    repo.satuPegawai(deps.db, id),
    repo.satuNasabah(deps.db, id),
  ]);
  return await ada(deps, pegawai, nasabah);
}

/** For staff. Throws `JabatanTidakDikenal`, `PeranTidakBoleh`. */
export async function tambahPegawai(
  { db }: UsersDeps,
  actor: Actor,
  baru: repo.PegawaiBaru,
): Promise<Pegawai> {
  const [, [pegawai]] = await withActor(db, actor, [repo.tuntutStaf(db), repo.tambahPegawai(db, baru)]);
  if (!pegawai) throw new Error("a pegawai was inserted and not returned");
  return pegawai;
}

/**
 * Opens the file of a customer: staff for anybody, a nasabah its own, of which it has one.
 * Throws `TeleponTerdaftar`, `NikTerdaftar`, `SudahPunyaData`, `TooManyRequests`.
 */
export async function tambahNasabah(
  deps: UsersDeps,
  actor: Actor,
  isian: IsianNasabah & { name: string },
): Promise<Nasabah> {
  tuntutSudahLahir(deps.clock, isian.dob);
  await hitungNomor(deps, actor, isian);
  const externalUserId = deps.ids.uuid();
  const kunci = await bukaKunci(deps, { externalUserId, kunci: null });
  const tersegel = await segelkan(deps, { kunci, row: externalUserId }, isian);
  const baru = {
    ...tersegel,
    externalUserId,
    kunci: kunci.wrapped,
    name: isian.name,
    nikFlag: isian.nationalId ? nikFlag(isian.nationalId, isian) : null,
  };
  const [[nasabah]] = await withActor(deps.db, actor, [repo.tambahNasabah(deps.db, baru)]);
  if (!nasabah) throw new Error("a nasabah was inserted and not returned");
  return await samarkan(deps, nasabah);
}

/** For staff; what is not given stays. Throws `UserTidakAda`, `JabatanTidakDikenal`, and `ValidationFailed` for a nasabah. */
export async function ubahPegawai(
  { db }: UsersDeps,
  actor: Actor,
  id: number,
  ubah: Changes<repo.PegawaiBaru>,
): Promise<Pegawai> {
  const [[pegawai], [nasabah]] = await withActor(db, actor, [
    repo.ubahPegawai(db, id, ubah),
    repo.satuNasabah(db, id),
  ]);
  if (nasabah) throw lainJenis("pegawai");
  if (!pegawai) throw new UserTidakAda();
  return pegawai;
}

/**
 * Changes what is given of a customer: staff anybody's, a nasabah its own. One roundtrip more when something is sealed,
 * because that names the row it belongs to and has its key; a file that had none gets one.
 * Throws `UserTidakAda`, `TeleponTerdaftar`, `NikTerdaftar`, `MasihAdaPinjaman`, `TooManyRequests`, and `ValidationFailed`
 * for a pegawai.
 */
export async function ubahNasabah(
  deps: UsersDeps,
  actor: Actor,
  id: number,
  ubah: IsianNasabah,
): Promise<Nasabah> {
  const { db } = deps;
  tuntutSudahLahir(deps.clock, ubah.dob);
  await hitungNomor(deps, actor, ubah);
  const milik = ubah.phone || ubah.nationalId ? await kunciUntuk(deps, actor, id) : undefined;
  const [, [nasabah], [pegawai]] = await withActor(db, actor, [
    repo.pasangKunci(db, id, milik?.baru ? milik.kunci.wrapped : undefined),
    repo.ubahNasabah(db, id, { ...(await segelkan(deps, milik, ubah)), ...tanda(ubah, milik?.lama) }),
    repo.satuPegawai(db, id),
  ]);
  return await samarkan(deps, adaNasabah(nasabah, pegawai));
}

/** What seals the values of a nasabah, and whether it is still to be stored. Throws `UserTidakAda`, `ValidationFailed`. */
async function kunciUntuk(deps: UsersDeps, actor: Actor, id: number) {
  const [[nasabah], [pegawai]] = await withActor(deps.db, actor, [
    repo.satuNasabah(deps.db, id),
    repo.satuPegawai(deps.db, id),
  ]);
  const lama = adaNasabah(nasabah, pegawai);
  const kunci = await bukaKunci(deps, lama);
  return { kunci, row: lama.externalUserId, baru: kunci.wrapped !== lama.kunci, lama };
}

/** What is odd about the NIK after a change; one that stays is looked at again when what it says does not. */
function tanda({ nationalId, dob, gender }: IsianNasabah, lama: BarisNasabah | undefined): repo.TandaNik {
  if (nationalId === null) return { nikFlag: null };
  if (nationalId && lama) {
    const flag = nikFlag(nationalId, {
      dob: dob === undefined ? lama.dob : dob,
      gender: gender === undefined ? lama.gender : gender,
    });
    return { nikFlag: repo.tandaBila(flag, lama) };
  }
  return dob === undefined && gender === undefined ? {} : { nikFlag: repo.PERIKSA_LAGI };
}

function adaNasabah(nasabah: BarisNasabah | undefined, pegawai: Pegawai | undefined): BarisNasabah {
  if (pegawai) throw lainJenis("nasabah");
  if (!nasabah) throw new UserTidakAda();
  return nasabah;
}

/** For admins: who of the staff looks after a customer's file; null for nobody. Throws `UserTidakAda`, `PetugasTidakDikenal`. */
export async function tunjukPetugas(
  { db }: UsersDeps,
  actor: Actor,
  id: number,
  petugas: number | null,
): Promise<void> {
  const [ditunjuk] = await withActor(db, actor, [repo.tunjukPetugas(db, id, petugas)]);
  if (ditunjuk.length === 0) throw new UserTidakAda();
}

/**
 * For staff: the customers with exactly this phone, NIK, e-mail, IMEI or account number; of the last two those in files
 * the caller looks after. Leaves an audit row that says by what was searched, not for whom.
 */
export async function cari(deps: UsersDeps, actor: Actor, dicari: repo.Dicari): Promise<Nasabah[]> {
  const [, baris] = await withActor(deps.db, actor, [
    repo.catatPencarian(deps.db, dicari.kolom),
    repo.cariNasabah(deps.db, dicari, deps.blindIndex),
  ]);
  return await Promise.all(baris.map((satu) => samarkan(deps, satu)));
}

/** For staff; a nasabah for admins only. Returns what was deleted. Throws `UserTidakAda`, `PeranTidakBoleh`, `PinjamanTercatat`. */
export async function hapus(deps: UsersDeps, actor: Actor, id: number): Promise<User> {
  const { db } = deps;
  const [[pegawai], [nasabah], [tetap]] = await withActor(db, actor, [
    repo.hapusPegawai(db, id),
    repo.hapusNasabah(db, id),
    repo.satuNasabah(db, id),
  ]);
  if (tetap) throw new PeranTidakBoleh();
  return await ada(deps, pegawai, nasabah);
}

async function ada(
  deps: UsersDeps,
  pegawai: Pegawai | null | undefined,
  nasabah: BarisNasabah | null | undefined,
): Promise<User> {
  if (pegawai) return { pegawai };
  if (!nasabah) throw new UserTidakAda();
  return { nasabah: await samarkan(deps, nasabah) };
}

/** A request whose fields belong to the other kind of users. */
function lainJenis(milik: "pegawai" | "nasabah"): Error {
  const detail = `user ini ${milik === "pegawai" ? "nasabah" : "pegawai"}; isian ini milik ${milik}`;
  return new ValidationFailed({ errors: [{ pointer: "#", detail }] });
}

/** Counts what a nasabah says of its numbers; staff may know who is a customer. Throws `TooManyRequests`. */
async function hitungNomor(
  { attempts, strictRateLimits }: UsersDeps,
  { label, holder }: Actor,
  { phone, nationalId }: IsianNasabah,
): Promise<void> {
  if (label !== "nasabah" || !holder || !(phone || nationalId)) return;
  await attempts.take({ limit: strictRateLimits ? SEBUT_NOMOR : wide(SEBUT_NOMOR), of: holder });
}

/** Throws `ValidationFailed` for a day of birth in the future. */
function tuntutSudahLahir(clock: Clock, dob: string | null | undefined): void {
  if (dob && dob > todayInJakarta(clock))
    throw new ValidationFailed({ errors: [{ pointer: "#/dob", detail: "tidak boleh di masa depan" }] });
}
