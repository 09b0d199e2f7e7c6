import { z } from "@hono/zod-openapi";
import { paragraphField } from "../../platform/http/fields.ts";

const naskah = () => paragraphField(1, 2_000);

const isi = {
  menu: naskah().openapi({
    example: "Halo 👋\nSilakan pilih:\n1️⃣ Info\n2️⃣ Bantuan\n\nKetik *agent* untuk berbicara dengan manusia.",
  }),
  info: naskah().openapi({
    description: "Jawaban untuk 1.",
    example: "Kami menjual pulsa dan token listrik.",
  }),
  help: naskah().openapi({
    description: "Jawaban untuk 2.",
    example: "Ketik *cek*, nomor transaksi, dan nomor tujuannya.",
  }),
  agent_notice: naskah().openapi({
    description: "Dikirim saat chat beralih ke manusia.",
    example: "Baik, petugas kami akan membalas di sini.",
  }),
  pause_notice: naskah().openapi({ description: "Dikirim saat bot dijeda.", example: "Bot diam." }),
  pause_minutes: z.int().min(1).max(10_080).nullable().openapi({
    description: "Jeda yang diminta pelanggan berakhir setelah sekian menit; null: tidak sendiri.",
    example: 1_440,
  }),
};

export const botSettingsSchema = z.object(isi).openapi("PengaturanBot");
export const ubahBotSettingsSchema = z
  .strictObject(isi)
  .partial()
  .refine(
    (ubah) => Object.values(ubah).some((nilai) => nilai !== undefined),
    "sebutkan sedikitnya satu isian",
  )
  .openapi("UbahPengaturanBot", { minProperties: 1 });
