import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import type { Status } from "../../ppob/saldo/saldo.ts";
import type { Mode } from "../bot/bot.ts";
import { chats, type messageStatus, type messageType } from "../chats/table.ts";

export type Jenis = (typeof messageType.enumValues)[number];

export interface PesanPelanggan {
  waId: string;
  nama: string;
  id: string | null;
  jenis: Jenis;
  teks: string;
  mediaId: string | null;
  namaBerkas: string | null;
  dikirimPada: Date | null;
}

/** A reply in the words of an admin (`key` of `bot_settings`), or in its own. */
export type Jawaban = { key: string } | { text: string };

/** Takes in a customer's message with the bot's step, if the chat is still in the mode that this started from. */
export function terimaPesan(db: Database, p: PesanPelanggan, dari: Mode, menjadi: Mode, jawaban: Jawaban[]) {
  return db
    .select({
      hasil: sql<"baru" | "ulangan" | "lain" | "ramai">`hasil`,
      chatId: sql`chat_id`.mapWith(Number),
      messageId: sql<number | null>`message_id`.mapWith(Number),
      mode: sql<Mode>`mode`,
      resumeAt: sql<Date | null>`resume_at`.mapWith(chats.resume_at),
      dorong: sql<boolean>`dorong`,
    })
    .from(
      sql`app.terima_pesan(${p.waId}, ${p.nama}, ${p.id}, ${p.jenis}, ${p.teks}, ${p.mediaId}, ${p.namaBerkas},
        ${p.dikirimPada?.toISOString() ?? null}, ${dari}, ${menjadi}, ${JSON.stringify(jawaban)}::jsonb)`,
    );
}

/** Takes in what left from our own number; `asal` says from where, if the vendor does. */
export function terimaDariKita(
  db: Database,
  p: Pick<PesanPelanggan, "waId" | "jenis" | "teks" | "dikirimPada"> & { id: string },
  asal: "api" | "ponsel" | null,
) {
  return db
    .select({
      hasil: sql<"dikenal" | "diakui" | "asing" | "ponsel">`hasil`,
      chatId: sql<number | null>`chat_id`.mapWith(Number),
      mode: sql<Mode | null>`mode`,
      resumeAt: sql<Date | null>`resume_at`.mapWith(chats.resume_at),
      /** The message at the head of the line now. */
      berikutnya: sql<number | null>`berikutnya`.mapWith(Number),
    })
    .from(
      sql`app.terima_dari_kita(${p.waId}, ${p.id}, ${asal}, ${p.jenis}, ${p.teks}, ${p.dikirimPada?.toISOString() ?? null})`,
    );
}

export type StatusKirim = (typeof messageStatus.enumValues)[number];

/** Notes what became of messages of ours. */
export function terimaStatus(db: Database, statuses: { id: string; status: StatusKirim }[]) {
  return db
    .select({ jumlah: sql<number>`jumlah` })
    .from(sql`app.terima_status(${JSON.stringify(statuses)}::jsonb) jumlah`);
}

/** A purchase, for whoever knows its number and where it went. */
export function cekTransaksi(db: Database, id: number, nomor: string) {
  return db
    .select({
      produk: sql<string>`produk`,
      nomorTujuan: sql<string>`nomor_tujuan`,
      status: sql<Status>`status`,
      waktu: sql`waktu`.mapWith(chats.created_at),
    })
    .from(sql`app.cek_transaksi(${id}, ${nomor})`);
}

/** What is on sale, of a category or whose name holds `kategori`; prices in rupiah. */
export function daftarHarga(db: Database, kategori: string | undefined, batas: number) {
  return db
    .select({
      nama: sql<string>`nama`,
      kategori: sql<string>`kategori`,
      harga: sql`harga`.mapWith(BigInt),
      nominal: sql<bigint | null>`nominal`.mapWith(BigInt),
    })
    .from(sql`app.daftar_harga(${kategori ?? null}, ${batas})`);
}
