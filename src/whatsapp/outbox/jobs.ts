import type { Sealer } from "../../platform/crypto/seal.ts";
import { withActor } from "../../platform/db/database.ts";
import type { Clock } from "../../platform/clock.ts";
import type { FileStore } from "../../platform/files/store.ts";
import { sanitizeFile } from "../../platform/files/sanitize.ts";
import { MAX_FILE_BYTES } from "../../platform/http/body.ts";
import type { Ids } from "../../platform/id.ts";
import { describeError } from "../../platform/log.ts";
import { bukaBerkas, segelBerkas } from "../berkas/berkas.ts";
import type { HasilKirim, Whapi } from "../whapi/whapi.ts";
import { dorong, whatsapp, type OutboxDeps, type Tugas } from "./outbox.ts";
import * as repo from "./repo.ts";

export interface KurirDeps extends OutboxDeps {
  whapi: Whapi;
  files: FileStore;
  sealer: Sealer;
  clock: Clock;
  ids: Ids;
  /** Days after which a silent conversation is deleted. */
  chatDays: number;
}

/** A claim outlives the question about an earlier attempt, the file's fetching and the sending. */
const SEWA_DETIK = 60;

/** An answer that is a day late helps nobody. */
const JAM_TERLAMA = 24;

/** Longest pause between two attempts, in seconds. */
const JEDA_TERLAMA = 300;

/** How much earlier than the message the vendor's clock may have it. */
const SELISIH_JAM_MS = 120_000;

/** A file that cannot be fetched after so many attempts is given up. */
const PERCOBAAN_MEDIA = 8;

/** Queue consumer: one message of a chat, or one file. Called any number of times, at once, late or never. */
export async function kerjakan(
  deps: KurirDeps,
  tugas: Tugas,
  background: (work: Promise<unknown>) => void,
): Promise<void> {
  if ("chat_id" in tugas) await kirimSatu(deps, tugas.chat_id, background);
  else await ambilSatu(deps, tugas.message_id);
}

/** A sweep takes nothing more up when the next one is about to start. */
const SAPU_MS = 45_000;
/** So many messages in a row that WhatsApp does not take now say that it takes none. */
const MACET = 3;
/** Conversations that one sweep deletes at most. */
const BUANG_SEKALI = 50;

/** Sweeper: sends and fetches what is due, whatever became of its nudge, no faster than the queue would. Returns how much. */
export async function sapuWhatsapp(deps: KurirDeps): Promise<number> {
  const sampai = deps.clock.now().getTime() + SAPU_MS;
  const nudges: Promise<unknown>[] = [];
  const background = (work: Promise<unknown>) => void nudges.push(work);
  let jumlah = 0;
  let macet = 0;
  while (macet < MACET && deps.clock.now().getTime() < sampai) {
    try {
      const hasil = await kirimSatu(deps, "jatuh tempo", background);
      if (!hasil) break;
      jumlah += 1;
      macet = hasil === "nanti" ? macet + 1 : 0;
    } catch (error) {
      // Its claim runs out, and it comes again; the others do not wait for that.
      deps.log.error("sweep_failed", describeError(error));
      macet += 1;
    }
    await new Promise((proceed) => setTimeout(proceed, 1_000 / deps.whapiPerSecond));
  }
  while (deps.clock.now().getTime() < sampai && (await ambilSatu(deps, "jatuh tempo"))) jumlah += 1;
  await Promise.all(nudges);
  const [[dibuang]] = await withActor(deps.db, whatsapp, [
    repo.buangChatLama(deps.db, deps.chatDays, BUANG_SEKALI),
  ]);
  if (dibuang && dibuang.jumlah > 0) deps.log.info("chats_expired", { chats: dibuang.jumlah });
  return jumlah;
}

/** Sends the message at the head of a chat's line, and tells of the next one. Undefined when there was nothing to do. */
async function kirimSatu(
  deps: KurirDeps,
  chatId: number | "jatuh tempo",
  background: (work: Promise<unknown>) => void,
): Promise<HasilKirim["hasil"] | undefined> {
  const { db, log } = deps;
  const [[klaim]] = await withActor(db, whatsapp, [repo.klaimKirim(db, chatId, SEWA_DETIK, JAM_TERLAMA)]);
  if (!klaim) return undefined;
  const hasil = await kirim(deps, klaim);
  const [[akhir]] = await withActor(db, whatsapp, [repo.catatKirim(db, klaim, akhirDari(hasil, klaim))]);
  const catatan = { message_id: klaim.id, chat_id: klaim.chatId, attempts: klaim.percobaan };
  if (hasil.hasil !== "terkirim") {
    const { event, level } = PERISTIWA[hasil.hasil === "nanti" ? keadaanDari(hasil.alasan) : "ditolak"];
    log[level](event, { ...catatan, reason: hasil.alasan });
  }
  if (akhir?.berikutnya) dorong(deps, { chat_id: klaim.chatId }, `${akhir.berikutnya}`, log, background);
  return hasil.hasil;
}

/** Our account at the vendor out of order: no message will go before somebody has seen to it. */
function keadaanDari(alasan: string): "akun" | "nanti" {
  return /^HTTP 40[123]$/.test(alasan) ? "akun" : "nanti";
}

const PERISTIWA = {
  ditolak: { event: "whatsapp_refused", level: "warn" },
  akun: { event: "whatsapp_account", level: "error" },
  nanti: { event: "whatsapp_unavailable", level: "warn" },
} as const;

/** What agents read beside a message that has not left. */
const MASALAH = {
  akun: "Akun WhatsApp kita sedang bermasalah. Pesan dikirim otomatis setelah dibereskan.",
  nanti: "WhatsApp sedang tidak terjangkau. Pesan dikirim otomatis, tidak perlu ditulis ulang.",
};

function akhirDari(hasil: HasilKirim, { percobaan, ragu }: repo.KlaimKirim): repo.Akhir {
  switch (hasil.hasil) {
    case "terkirim":
      return { status: "sent", waMessageId: hasil.id };
    case "ditolak":
      return { status: "failed", masalah: `Tidak terkirim: ${hasil.alasan}.` };
    case "nanti": {
      const jeda = hasil.detik ?? 5 * 2 ** Math.min(percobaan - 1, 10);
      const jedaDetik = Math.ceil(Math.min(Math.max(jeda, 1), JEDA_TERLAMA));
      // A doubt stays until WhatsApp has answered it.
      const masalah = MASALAH[keadaanDari(hasil.alasan)];
      return { status: "sending", masalah, jedaDetik, ragu: ragu || hasil.ragu };
    }
  }
}

const TERLALU_LAMA: HasilKirim = {
  hasil: "ditolak",
  alasan: `WhatsApp tidak terjangkau selama ${JAM_TERLAMA} jam`,
};

/** Gives a message to WhatsApp, unless an earlier attempt has done so. Never throws. */
async function kirim(deps: KurirDeps, klaim: repo.KlaimKirim): Promise<HasilKirim> {
  try {
    // First of all: what WhatsApp has is sent, however late that is heard.
    const id = klaim.ragu ? await sudahTerkirim(deps, klaim) : undefined;
    if (id !== undefined) return { hasil: "terkirim", id };
    if (klaim.usang) return TERLALU_LAMA;
    const { waId, teks, baris, kunci, mimeType, namaBerkas } = klaim;
    if (klaim.jenis === "text" || !baris || !kunci || !mimeType)
      return await deps.whapi.kirim({ waId, teks });
    const bytes = await bukaBerkas(deps, { baris, kunci });
    if (!bytes) return { hasil: "ditolak", alasan: "berkasnya tidak ada lagi" };
    return await deps.whapi.kirim({ waId, teks, berkas: { bytes, mimeType, nama: namaBerkas ?? "berkas" } });
  } catch (error) {
    deps.log.warn("whatsapp_not_asked", { message_id: klaim.id, ...describeError(error) });
    if (klaim.usang) return TERLALU_LAMA;
    // Nothing was sent now; whether it was before is as open as it was.
    return { hasil: "nanti", ragu: klaim.ragu, alasan: "belum dapat dikirim" };
  }
}

/** The vendor's name of the message, if it is in its history and no other of ours. */
async function sudahTerkirim(
  { whapi, db }: KurirDeps,
  { chatId, waId, jenis, teks, dicobaSejak }: repo.KlaimKirim,
): Promise<string | undefined> {
  const riwayat = await whapi.riwayat(waId, new Date(dicobaSejak.getTime() - SELISIH_JAM_MS));
  const sama = riwayat.filter((pesan) => pesan.jenis === jenis && pesan.teks === teks).map(({ id }) => id);
  if (sama.length === 0) return undefined;
  const [asing] = await withActor(db, whatsapp, [repo.pesanAsing(db, chatId, sama)]);
  return asing.at(-1)?.id;
}

/** Fetches the file of an incoming message, and keeps it sealed. False when there was nothing to do. */
async function ambilSatu(deps: KurirDeps, messageId: number | "jatuh tempo"): Promise<boolean> {
  const { db, log } = deps;
  const [[klaim]] = await withActor(db, whatsapp, [repo.klaimMedia(db, messageId, SEWA_DETIK)]);
  if (!klaim) return false;
  const akhir = await ambil(deps, klaim);
  await withActor(db, whatsapp, [repo.catatMedia(db, klaim, akhir)]);
  if ("masalah" in akhir) log.info("media_refused", { message_id: klaim.id });
  return true;
}

type AkhirMedia = Parameters<typeof repo.catatMedia>[2];

async function ambil(
  deps: KurirDeps,
  { id, mediaId, percobaan }: { id: number; mediaId: string; percobaan: number },
): Promise<AkhirMedia> {
  try {
    const bytes = await deps.whapi.media(mediaId, MAX_FILE_BYTES);
    if (!bytes) return { masalah: "Berkasnya tidak ada, atau lebih besar dari 5 MB." };
    const aman = sanitizeFile(bytes);
    if (!aman) return { masalah: "Bukan JPEG, PNG, atau PDF yang utuh: tidak disimpan." };
    const berkas = await segelBerkas(deps, aman.bytes, async (baris) => {
      await withActor(deps.db, whatsapp, [repo.titipBerkas(deps.db, baris)]);
    });
    return { berkas: { ...berkas, mimeType: aman.mimeType, ukuran: aman.bytes.length } };
  } catch (error) {
    deps.log.warn("media_unavailable", { message_id: id, attempts: percobaan, ...describeError(error) });
    if (percobaan >= PERCOBAAN_MEDIA) return { masalah: "Berkasnya tidak dapat diambil dari WhatsApp." };
    return { jedaDetik: Math.min(5 * 2 ** (percobaan - 1), JEDA_TERLAMA) };
  }
}
