import { withActor, type Database } from "../../platform/db/database.ts";
import { AppError, TooManyRequests } from "../../platform/http/errors.ts";
import { wide, type Attempts, type Limit } from "../../platform/redis/attempts.ts";
import type { Status } from "../../ppob/saldo/saldo.ts";
import type { Balasan } from "../bot/bot.ts";
import { whatsapp } from "../outbox/outbox.ts";
import { cekTransaksi, daftarHarga, type Jawaban } from "./repo.ts";

interface JawabanDeps {
  db: Database;
  attempts: Attempts;
  strictRateLimits: boolean;
}

/** Questions about transactions from one number: numbers of purchases are not anybody's to guess. */
const CEK: Limit = { name: "wa-cek", quota: 10, windowSeconds: 600 };

/** Lines of a price list: more is no message any more. */
const BARIS_HARGA = 30;

/** Finds the words for the bot's replies, as far as they are not an admin's. Throws `ServiceUnavailable` without the database. */
export async function rangkai(deps: JawabanDeps, waId: string, balasan: Balasan[]): Promise<Jawaban[]> {
  return await Promise.all(
    balasan.map(async (satu): Promise<Jawaban> => {
      switch (satu.jenis) {
        case "naskah":
          return { key: satu.naskah };
        case "harga":
          return { text: await harga(deps, satu.kategori) };
        case "cek":
          return { text: await cek(deps, waId, satu.id, satu.nomor) };
      }
    }),
  );
}

const rupiah = new Intl.NumberFormat("id-ID");

async function harga({ db }: JawabanDeps, kategori: string | undefined): Promise<string> {
  const [produk] = await withActor(db, whatsapp, [daftarHarga(db, kategori, BARIS_HARGA)]);
  if (produk.length === 0)
    return kategori === undefined
      ? "Belum ada produk yang dijual."
      : `Tidak ada produk "${kategori}". Ketik *harga* untuk semuanya.`;
  const kelompok = [...Map.groupBy(produk, ({ kategori: jenis }) => jenis)].map(([jenis, isi]) =>
    [
      `*${jenis}*`,
      ...isi.map((p) => `• ${p.nama}: ${p.nominal === null ? "nominal + " : ""}Rp${rupiah.format(p.harga)}`),
    ].join("\n"),
  );
  return ["Daftar harga", ...kelompok].join("\n\n");
}

const KATA_STATUS: Record<Status, string> = {
  pending: "menunggu diproses",
  proses: "sedang diproses",
  sukses: "berhasil",
  gagal: "gagal, saldo dikembalikan",
};

const waktuJakarta = new Intl.DateTimeFormat("id-ID", {
  timeZone: "Asia/Jakarta",
  dateStyle: "medium",
  timeStyle: "short",
});

async function cek(
  { db, attempts, strictRateLimits }: JawabanDeps,
  waId: string,
  id: number,
  nomor: string,
): Promise<string> {
  try {
    await attempts.take({ limit: strictRateLimits ? CEK : wide(CEK), of: waId });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error instanceof TooManyRequests
      ? "Terlalu banyak pertanyaan. Coba lagi beberapa menit lagi, atau ketik *agent*."
      : "Status sedang tidak dapat diperiksa. Coba lagi sebentar lagi, atau ketik *agent*.";
  }
  const [[transaksi]] = await withActor(db, whatsapp, [cekTransaksi(db, id, nomor)]);
  if (!transaksi)
    return `Transaksi ${id} ke ${nomor} tidak ditemukan. Periksa nomor transaksi dan nomor tujuannya, atau ketik *agent*.`;
  // The serial number or token stays out: numbers of purchases can be guessed, and a token is money.
  return [
    `Transaksi ${id}: *${KATA_STATUS[transaksi.status]}*`,
    `${transaksi.produk} ke ${transaksi.nomorTujuan}`,
    `${waktuJakarta.format(transaksi.waktu)} WIB`,
  ].join("\n");
}
