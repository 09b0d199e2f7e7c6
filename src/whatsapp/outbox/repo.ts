import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { chats, messages } from "../chats/table.ts";

/** A message in the hands of whoever sends it. */
export type KlaimKirim = Awaited<ReturnType<typeof klaimKirim>>[number];

/**
 * Takes the message at the head of a chat's line for `sewaDetik` seconds, or of the line whose turn it is. No row when
 * somebody else has it, or none is due. `ragu`: WhatsApp may have it from an earlier attempt. `usang`: it is older than
 * `jamTerlama` hours.
 */
export function klaimKirim(
  db: Database,
  chatId: number | "jatuh tempo",
  sewaDetik: number,
  jamTerlama: number,
) {
  return db
    .select({
      id: sql`id`.mapWith(Number),
      chatId: sql`chat_id`.mapWith(Number),
      waId: sql<string>`wa_id`,
      jenis: sql<"text" | "image" | "document">`type`,
      teks: sql<string>`text`,
      percobaan: sql<number>`attempts`,
      ragu: sql<boolean>`ragu`,
      usang: sql<boolean>`usang`,
      dicobaSejak: sql`dicoba_sejak`.mapWith(chats.created_at),
      baris: sql<string | null>`baris`,
      kunci: sql<string | null>`kunci`,
      mimeType: sql<string | null>`mime_type`,
      namaBerkas: sql<string | null>`file_name`,
    })
    .from(sql`app.klaim_kirim(${chatId === "jatuh tempo" ? null : chatId}, ${sewaDetik}, ${jamTerlama})`);
}

/** How an attempt ended. */
export type Akhir =
  | { status: "sent"; waMessageId: string }
  | { status: "failed"; masalah: string }
  | { status: "sending"; masalah: string; jedaDetik: number; ragu: boolean };

/** Settles an attempt; `berikutnya` is the message at the head of the chat's line now, if nobody has it. */
export function catatKirim(db: Database, { id, percobaan }: KlaimKirim, akhir: Akhir) {
  const waMessageId = akhir.status === "sent" ? akhir.waMessageId : null;
  const masalah = akhir.status === "sent" ? null : akhir.masalah;
  const [jeda, ragu] = akhir.status === "sending" ? [akhir.jedaDetik, akhir.ragu] : [null, false];
  return db
    .select({ berikutnya: sql<number | null>`berikutnya`.mapWith(Number) })
    .from(
      sql`app.catat_kirim(${id}, ${percobaan}, ${akhir.status}, ${waMessageId}, ${masalah}, ${jeda}, ${ragu}) berikutnya`,
    );
}

/** Of the vendor's names of messages that left to a chat those that no message of ours has. */
export function pesanAsing(db: Database, chatId: number, ids: string[]) {
  return db
    .select({ id: sql<string>`id` })
    .from(
      sql`app.pesan_asing(${chatId}, array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))) id`,
    );
}

/** Takes an incoming message whose file is to be fetched; no row when somebody else has it, or none is due. */
export function klaimMedia(db: Database, messageId: number | "jatuh tempo", sewaDetik: number) {
  return db
    .select({
      id: sql`id`.mapWith(messages.id),
      mediaId: sql<string>`media_id`,
      percobaan: sql<number>`attempts`,
    })
    .from(sql`app.klaim_media(${messageId === "jatuh tempo" ? null : messageId}, ${sewaDetik})`);
}

/** A file as it is kept. */
export interface BerkasTersimpan {
  baris: string;
  kunci: string;
  mimeType: string;
  ukuran: number;
}

/** Settles the fetching of a file: kept, not to be had for a reason, or tried again later. */
export function catatMedia(
  db: Database,
  { id, percobaan }: { id: number; percobaan: number },
  akhir: { berkas: BerkasTersimpan } | { masalah: string } | { jedaDetik: number },
) {
  const berkas = "berkas" in akhir ? akhir.berkas : undefined;
  return db.execute(sql`select app.catat_media(${id}, ${percobaan}, ${berkas?.baris ?? null}, ${berkas?.kunci ?? null},
    ${berkas?.mimeType ?? null}, ${berkas?.ukuran ?? null}, ${"masalah" in akhir ? akhir.masalah : null},
    ${"jedaDetik" in akhir ? akhir.jedaDetik : null})`);
}

/** Notes an object that is about to be stored: unless its row follows soon, it is swept away. */
export function titipBerkas(db: Database, baris: string) {
  return db.execute(sql`select app.titip_berkas(${baris})`);
}

/** Deletes conversations that have been silent for `hari` days, at most `batas` of them. */
export function buangChatLama(db: Database, hari: number, batas: number) {
  return db.select({ jumlah: sql<number>`jumlah` }).from(sql`app.buang_chat_lama(${hari}, ${batas}) jumlah`);
}
