import type { Actor } from "../../platform/db/actor.ts";
import { withActor } from "../../platform/db/database.ts";
import { sanitizeFile } from "../../platform/files/sanitize.ts";
import type { FileStore } from "../../platform/files/store.ts";
import { FILE_TOO_LARGE, MAX_FILE_BYTES } from "../../platform/http/body.ts";
import {
  defineError,
  InternalError,
  PayloadTooLarge,
  ServiceUnavailable,
} from "../../platform/http/errors.ts";
import type { Ids } from "../../platform/id.ts";
import { describeError, type Log } from "../../platform/log.ts";
import { sha256Hex } from "../../platform/crypto/hash.ts";
import type { Sealer } from "../../platform/crypto/seal.ts";
import { wide, type Attempts, type Limit } from "../../platform/redis/attempts.ts";
import { bukaBerkas, segelBerkas } from "../berkas/berkas.ts";
import type { KeadaanBot } from "../keadaan/keadaan.ts";
import { dorong, type OutboxDeps } from "../outbox/outbox.ts";
import * as repo from "./repo.ts";

export const ChatTidakAda = defineError(
  404,
  "CHAT_TIDAK_ADA",
  "Chat tidak ditemukan, atau sudah dipegang petugas lain.",
);
export const JedaSudahLewat = defineError(422, "JEDA_SUDAH_LEWAT", "Waktu itu sudah lewat.", {
  pointer: "#/resume_at",
});
export const LabelPenuh = defineError(422, "LABEL_PENUH", "Sebuah chat berlabel paling banyak 10.", {
  pointer: "#/label",
});
export const BerkasPesanTidakAda = defineError(
  404,
  "BERKAS_PESAN_TIDAK_ADA",
  "Pesan ini tidak berisi berkas.",
);
export const BerkasDitolak = defineError(
  422,
  "BERKAS_DITOLAK",
  "Berkas harus gambar JPEG atau PNG yang utuh, atau PDF tanpa skrip.",
  { pointer: "#/file" },
);

export interface ChatsDeps extends OutboxDeps {
  keadaanBot: KeadaanBot;
  files: FileStore;
  sealer: Sealer;
  ids: Ids;
  attempts: Attempts;
  strictRateLimits: boolean;
}

export type Chat = Awaited<ReturnType<typeof repo.satuChat>>[number];
export type Pesan = Awaited<ReturnType<typeof repo.pesanTerbaru>>[number];

/** Conversations, newest message first, at most `limit`, whose newest message has an id below `before`. */
export async function semua(
  { db }: ChatsDeps,
  actor: Actor,
  limit: number,
  before: number | undefined,
  saring: repo.Saringan,
): Promise<Chat[]> {
  const [baris] = await withActor(db, actor, [repo.chatsTerbaru(db, limit, before, saring)]);
  return baris;
}

/** What an agent has before it: the list, and an open conversation. Each is a page of rows below `before`. */
export interface Pandangan {
  daftar: { limit: number; before: number | undefined; saring: repo.Saringan };
  terbuka: { id: number; limit: number; before: number | undefined };
}

function isiPandangan(db: ChatsDeps["db"], { daftar, terbuka }: Pandangan) {
  return [
    repo.tandaiDibaca(db, terbuka.id),
    repo.chatsTerbaru(db, daftar.limit, daftar.before, daftar.saring),
    repo.satuChat(db, terbuka.id),
    repo.pesanTerbaru(db, terbuka.id, terbuka.limit, terbuka.before),
  ] as const;
}

/** Quick replies and colleagues to choose from, at most. */
const MAX_PILIHAN = 200;

/**
 * Opens a conversation beside the list, with what there is to answer it with, in one roundtrip; from then on it is read.
 * `rekan`: whom it can be handed to, known to admins. Throws `ChatTidakAda`.
 */
export async function buka({ db }: ChatsDeps, actor: Actor, pandangan: Pandangan) {
  const [, daftar, [chat], baris, balasanCepat, rekan] = await withActor(db, actor, [
    ...isiPandangan(db, pandangan),
    repo.balasanCepat(db, MAX_PILIHAN),
    repo.rekan(db, MAX_PILIHAN),
  ]);
  if (!chat) throw new ChatTidakAda();
  return { daftar, chat, pesan: baris, balasanCepat, rekan };
}

/** What became of it meanwhile, in one roundtrip; no `chat` when that is not the caller's to see any more. */
export async function pantau(
  { db }: ChatsDeps,
  actor: Actor,
  pandangan: Pandangan,
): Promise<{ daftar: Chat[]; chat: Chat | undefined; pesan: Pesan[] }> {
  const [, daftar, [chat], baris] = await withActor(db, actor, isiPandangan(db, pandangan));
  return { daftar, chat, pesan: baris };
}

/** Where a browser gets the file of a message. */
export function alamatBerkas({ id, chatId }: Pesan): string {
  return `/chats/${chatId}/messages/${id}/file`;
}

/** One conversation. Throws `ChatTidakAda`. */
export async function satu({ db }: ChatsDeps, actor: Actor, id: number): Promise<Chat> {
  const [[chat]] = await withActor(db, actor, [repo.satuChat(db, id)]);
  if (!chat) throw new ChatTidakAda();
  return chat;
}

/** The messages of a conversation, newest first. Throws `ChatTidakAda`. */
export async function pesan(
  { db }: ChatsDeps,
  actor: Actor,
  id: number,
  limit: number,
  before: number | undefined,
): Promise<{ chat: Chat; pesan: Pesan[] }> {
  const [[chat], baris] = await withActor(db, actor, [
    repo.satuChat(db, id),
    repo.pesanTerbaru(db, id, limit, before),
  ]);
  if (!chat) throw new ChatTidakAda();
  return { chat, pesan: baris };
}

/** Changes who answers, whose it is, its labels, and whether it was read. Throws `ChatTidakAda`, `PetugasTidakDikenal`, `JedaSudahLewat`. */
export async function atur(
  deps: ChatsDeps,
  actor: Actor,
  id: number,
  ubahan: repo.Ubahan,
  background: (work: Promise<unknown>) => void,
): Promise<Chat> {
  const [[sebelum], , [sesudah], [petugas]] = await withActor(deps.db, actor, [
    repo.satuChat(deps.db, id),
    repo.aturChat(deps.db, id, ubahan),
    repo.satuChat(deps.db, id),
    repo.namaPetugas(deps.db, ubahan.assigned_to ?? null),
  ]);
  // A karyawan that has given a chat to a colleague does not see it any more.
  const chat = sesudah ?? (sebelum && diserahkan(sebelum, ubahan, petugas?.nama ?? null));
  if (!chat) throw new ChatTidakAda();
  if (chat.mode !== sebelum?.mode || ubahan.mode) background(ingat(deps, chat));
  return chat;
}

/** A chat as it left the caller's sight, for the hands of somebody called `assignedName`. */
function diserahkan(chat: Chat, ubahan: repo.Ubahan, assignedName: string | null): Chat {
  const { assigned_to: assignedTo = null, labels = chat.labels, read } = ubahan;
  // As app.atur_chat has it: what somebody has, is answered by that person.
  const mode = ubahan.mode ?? (assignedTo !== null && chat.mode === "BOT" ? "AGENT" : chat.mode);
  const sampai = ubahan.mode ? ubahan.resume_at : chat.resumeAt;
  return {
    ...chat,
    mode,
    resumeAt: mode === "PAUSE" && sampai ? new Date(sampai) : null,
    waitingSince: mode === "AGENT" ? chat.waitingSince : null,
    unread: read === undefined ? chat.unread : read ? 0 : Math.max(chat.unread, 1),
    labels,
    assignedTo,
    assignedName,
  };
}

function ingat({ keadaanBot }: ChatsDeps, { waId, mode, resumeAt }: Chat): Promise<void> {
  return keadaanBot.simpan(waId, { mode, resumeAt });
}

export interface Tulisan {
  text: string;
  /** For colleagues only. */
  note: boolean;
  /** The client's idempotency key. */
  kunci: string | undefined;
  file?: { bytes: Uint8Array; nama: string } | undefined;
}

/** Files that one of the staff may send in a day. */
const UNGGAHAN: Limit = { name: "chat-berkas", what: "berkas", quota: 300, windowSeconds: 86_400 };

/**
 * Writes to a customer, who is answered by the caller from then on, or a note to colleagues. The same key with the same
 * content is the same message. Throws `ChatTidakAda`, `KunciDipakai`, `BerkasDitolak`, `PayloadTooLarge`.
 */
export async function tulis(
  deps: ChatsDeps,
  actor: Actor,
  chatId: number,
  { text, note, kunci = deps.ids.uuid(), file }: Tulisan,
  log: Log,
  background: (work: Promise<unknown>) => void,
): Promise<{ pesan: Pesan; ulangan: boolean }> {
  const contentHash = sha256Hex(JSON.stringify([note, text, file && [sha256Hex(file.bytes), file.nama]]));
  const berkas = file && (await titip(deps, actor, chatId, file));
  const [[ditulis], [baris], [chat]] = await withActor(deps.db, actor, [
    repo.tulisPesan(deps.db, { chatId, note, text, kunci, contentHash, file: berkas }),
    repo.pesanBerkunci(deps.db, chatId, kunci),
    repo.satuChat(deps.db, chatId),
  ]);
  if (!ditulis || !baris || !chat) throw new Error("app.tulis_pesan left no message");
  if (!note) background(ingat(deps, chat));
  if (ditulis.dorong) dorong(deps, { chat_id: chatId }, `${baris.id}`, log, background);
  return { pesan: baris, ulangan: ditulis.ulangan };
}

async function titip(
  deps: ChatsDeps,
  actor: Actor,
  chatId: number,
  { bytes, nama }: { bytes: Uint8Array; nama: string },
): Promise<repo.Tulisan["file"]> {
  if (bytes.length > MAX_FILE_BYTES) throw new PayloadTooLarge({ detail: FILE_TOO_LARGE });
  const { attempts, strictRateLimits } = deps;
  if (actor.holder)
    await attempts.take({ limit: strictRateLimits ? UNGGAHAN : wide(UNGGAHAN), of: actor.holder });
  const aman = sanitizeFile(bytes);
  if (!aman) throw new BerkasDitolak();
  const tersimpan = await segelBerkas(deps, aman.bytes, async (baris) => {
    const [dititip] = await withActor(deps.db, actor, [repo.titipBerkas(deps.db, chatId, baris)]);
    if (dititip.length === 0) throw new ChatTidakAda();
  });
  return { ...tersimpan, mimeType: aman.mimeType, ukuran: aman.bytes.length, nama };
}

/** The file of a message. Throws `BerkasPesanTidakAda`, also for messages of chats that are not the caller's to see. */
export async function berkas(
  deps: ChatsDeps,
  actor: Actor,
  chatId: number,
  id: number,
): Promise<{ bytes: Uint8Array; mimeType: string; fileName: string | null }> {
  const [[baris]] = await withActor(deps.db, actor, [repo.berkasPesan(deps.db, chatId, id)]);
  if (!baris?.baris || !baris.kunci || !baris.mimeType) throw new BerkasPesanTidakAda();
  let bytes: Uint8Array | undefined;
  try {
    bytes = await bukaBerkas(deps, { baris: baris.baris, kunci: baris.kunci });
  } catch (error) {
    if (error instanceof ServiceUnavailable) throw error;
    deps.log.error("seal_broken", { table: "messages", column: "file", id, ...describeError(error) });
    throw new InternalError();
  }
  if (!bytes) {
    deps.log.error("file_missing", { table: "messages", id });
    throw new ServiceUnavailable();
  }
  return { bytes, mimeType: baris.mimeType, fileName: baris.fileName };
}

/** For admins: deletes a conversation with all its messages and files. Throws `ChatTidakAda`. */
export async function hapus(
  deps: ChatsDeps,
  actor: Actor,
  id: number,
  background: (work: Promise<unknown>) => void,
): Promise<void> {
  const [[dihapus]] = await withActor(deps.db, actor, [repo.hapusChat(deps.db, id)]);
  if (!dihapus) throw new ChatTidakAda();
  background(deps.keadaanBot.simpan(dihapus.waId, { mode: "BOT", resumeAt: null }));
}
