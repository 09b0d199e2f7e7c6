import { z } from "@hono/zod-openapi";
import { idParam, paragraphField } from "../../platform/http/fields.ts";
import { saringan } from "../kerangka/kerangka.ts";

const _csrf = z.string().max(200).default("");

export const MAX_NASKAH = 2_000;
export const MAX_BALASAN = 4_000;

/** What has just been done, as the redirect says it. */
export const botQuery = z.strictObject({ kabar: z.enum(["naskah", "balasan", "terhapus"]).optional() });
export type Kabar = z.output<typeof botQuery>["kabar"];

const naskah = () => paragraphField(1, MAX_NASKAH);

export const naskahFormulir = z.strictObject({
  _csrf,
  menu: naskah(),
  info: naskah(),
  help: naskah(),
  agent_notice: naskah(),
  pause_notice: naskah(),
  pause_minutes: saringan(
    z
      .string()
      .trim()
      .regex(/^[1-9]\d{0,4}$/, "1 sampai 10080 menit")
      .transform(Number)
      .pipe(z.int().max(10_080, "1 sampai 10080 menit")),
  ),
});

export const balasanParams = z.strictObject({ id: idParam("id") });

const isi = {
  _csrf,
  shortcut: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9][a-z0-9_-]{0,29}$/, "1 sampai 30 huruf kecil, angka, - atau _"),
  text: paragraphField(1, MAX_BALASAN),
};

export const tambahFormulir = z.strictObject(isi);
export const ubahFormulir = z.strictObject({ ...isi, aksi: z.enum(["simpan", "hapus"]) });
