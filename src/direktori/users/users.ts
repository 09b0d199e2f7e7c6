import { PeranTidakBoleh } from "../../akun/akses/akses.ts";
import type { Clock } from "../../platform/clock.ts";
import type { BlindIndex } from "../../platform/crypto/blind-index.ts";
import type { Sealer } from "../../platform/crypto/seal.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Changes, type Database } from "../../platform/db/database.ts";
import { defineError, ValidationFailed } from "../../platform/http/errors.ts";
import type { Ids } from "../../platform/id.ts";
import { describeError, type Log } from "../../platform/log.ts";
import * as repo from "./repo.ts";

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

export interface UsersDeps {
  db: Database;
  ids: Ids;
  clock: Clock;
  sealer: Sealer;
  blindIndex: BlindIndex;
  log: Log;
}

export type Pegawai = Awaited<ReturnType<typeof repo.satuPegawai>>[number];
type BarisNasabah = Awaited<ReturnType<typeof repo.satuNasabah>>[number];

/** A nasabah as it may be shown: what is sealed is masked. */
export interface Nasabah extends Omit<BarisNasabah, `${string}Segel` | `${string}Indeks`> {
  phone: string | null;
  nationalId: string | null;
}

export type User = { kind: "pegawai"; pegawai: Pegawai } | { kind: "nasabah"; nasabah: Nasabah };

/** What a request says of a nasabah, in clear; `phone` in E.164, `dob` as YYYY-MM-DD. */
export interface IsianNasabah {
  name: string;
  phone?: string | null | undefined;
  email?: string | null | undefined;
  dob?: string | null | undefined;
  gender?: string | null | undefined;
  nationalId?: string | null | undefined;
}

/** A page of users in the order of their ids, and how many match in all. A nasabah sees none but itself. */
export async function semua(
  deps: UsersDeps,
  actor: Actor,
  { skip, limit }: { skip: number; limit: number },
  saringan: repo.Saringan,
): Promise<{ baris: User[]; total: number }> {
  const [baris, [banyak]] = await withActor(deps.db, actor, [
    repo.semuaUsers(deps.db, skip, limit, saringan),
    repo.banyaknyaUsers(deps.db, saringan),
  ]);
  const users = await Promise.all(baris.map((user) => toUser(deps, user)));
  return { baris: users.filter((user) => user !== undefined), total: banyak?.jumlah ?? 0 };
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
 * Throws `TeleponTerdaftar`, `NikTerdaftar`, `SudahPunyaData`.
 */
export async function tambahNasabah(
  deps: UsersDeps,
  actor: Actor,
  { name, ...isian }: IsianNasabah,
): Promise<Nasabah> {
  const externalUserId = deps.ids.uuid();
  const baru = { externalUserId, name, ...(await segelkan(deps, externalUserId, isian)) };
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
 * because that names the row it belongs to.
 * Throws `UserTidakAda`, `TeleponTerdaftar`, `NikTerdaftar`, and `ValidationFailed` for a pegawai.
 */
export async function ubahNasabah(
  deps: UsersDeps,
  actor: Actor,
  id: number,
  ubah: Changes<IsianNasabah>,
): Promise<Nasabah> {
  const { db } = deps;
  const { name, ...isian } = ubah;
  let row: string | undefined;
  if (isian.phone || isian.nationalId) {
    const [[lama], [pegawai]] = await withActor(db, actor, [
      repo.satuNasabah(db, id),
      repo.satuPegawai(db, id),
    ]);
    row = adaNasabah(lama, pegawai).externalUserId;
  }
  const perubahan = { name, ...(await segelkan(deps, row, isian)) };
  const [[nasabah], [pegawai]] = await withActor(db, actor, [
    repo.ubahNasabah(db, id, row, perubahan),
    repo.satuPegawai(db, id),
  ]);
  return await samarkan(deps, adaNasabah(nasabah, pegawai));
}

function adaNasabah(nasabah: BarisNasabah | undefined, pegawai: Pegawai | undefined): BarisNasabah {
  if (pegawai) throw lainJenis("nasabah");
  if (!nasabah) throw new UserTidakAda();
  return nasabah;
}

/** For staff; a nasabah for admins only. Returns what was deleted. Throws `UserTidakAda`, `PeranTidakBoleh`. */
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
  pegawai: Pegawai | undefined,
  nasabah: BarisNasabah | undefined,
): Promise<User> {
  const user = await toUser(deps, { pegawai: pegawai ?? null, nasabah: nasabah ?? null });
  if (!user) throw new UserTidakAda();
  return user;
}

async function toUser(
  deps: UsersDeps,
  { pegawai, nasabah }: { pegawai: Pegawai | null; nasabah: BarisNasabah | null },
): Promise<User | undefined> {
  if (pegawai) return { kind: "pegawai", pegawai };
  return nasabah ? { kind: "nasabah", nasabah: await samarkan(deps, nasabah) } : undefined;
}

/** A request whose fields belong to the other kind of users. */
function lainJenis(kind: User["kind"]): Error {
  const other = kind === "pegawai" ? "nasabah" : "pegawai";
  const detail = `user ini ${other}; isian ini milik ${kind}`;
  return new ValidationFailed({ errors: [{ pointer: "#/", detail }] });
}

const TABLE = "nasabah";

/** What is stored of what a request says; `undefined` stays so. What is sealed needs its row. Throws `ValidationFailed`. */
async function segelkan(
  { sealer, blindIndex, clock }: UsersDeps,
  row: string | undefined,
  { phone, nationalId, email, dob, gender }: Omit<IsianNasabah, "name">,
): Promise<Omit<repo.UbahNasabah, "name">> {
  if (dob && dob > hariIni(clock))
    throw new ValidationFailed({ errors: [{ pointer: "#/dob", detail: "tidak boleh di masa depan" }] });
  const seal = (column: string, text: string | null | undefined) => {
    if (!text) return text;
    if (row === undefined) throw new Error("nothing is sealed without its row");
    return sealer.seal({ table: TABLE, column, row }, text);
  };
  const index = (column: string, text: string | null | undefined) =>
    text ? blindIndex.of({ table: TABLE, column }, text) : text;
  return {
    email,
    dob,
    gender,
    phoneSegel: await seal("phone", phone),
    phoneIndeks: index("phone", phone),
    nationalIdSegel: await seal("national_id", nationalId),
    nationalIdIndeks: index("national_id", nationalId),
  };
}

/**
 * Opens what is sealed, and keeps only as much of it as tells one from another. What does not open any more is hidden
 * altogether, and the log calls for a person: one broken value does not take the others along.
 */
async function samarkan({ sealer, log }: UsersDeps, baris: BarisNasabah): Promise<Nasabah> {
  const { phoneSegel, phoneIndeks: _, nationalIdSegel, nationalIdIndeks: __, ...terbuka } = baris;
  const open = async (column: string, sealed: string | null, head: number, tail: number) => {
    if (sealed === null) return null;
    try {
      return mask(await sealer.open({ table: TABLE, column, row: baris.externalUserId }, sealed), head, tail);
    } catch (error) {
      log.error("seal_broken", { table: TABLE, column, id: baris.id, ...describeError(error) });
      return "*".repeat(HIDDEN);
    }
  };
  return {
    ...terbuka,
    phone: await open("phone", phoneSegel, 5, 3),
    nationalId: await open("national_id", nationalIdSegel, 4, 4),
  };
}

/** Of a text at least so many characters are hidden. */
const HIDDEN = 4;

function mask(text: string, head: number, tail: number): string {
  const shown = Math.max(0, Math.min(head, text.length - tail - HIDDEN));
  return text.slice(0, shown) + "*".repeat(text.length - shown - tail) + text.slice(-tail);
}

/** Today in Asia/Jakarta, which is UTC+7 all year, as YYYY-MM-DD. */
function hariIni(clock: Clock): string {
  return new Date(clock.now().getTime() + 7 * 3_600_000).toISOString().slice(0, 10);
}
