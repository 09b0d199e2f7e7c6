import { z } from "@hono/zod-openapi";
import { idParam, messageField, paragraphField, textField } from "../../platform/http/fields.ts";
import { idSaringan, saringan, teksSaringan } from "../kerangka/kerangka.ts";

/** WhatsApp's own limit for a text, in characters; captions are shorter. */
export const MAX_TEKS = 4_096;
export const MAX_KETERANGAN = 1_000;
export const MAX_LABEL = 30;

/** The lists that an agent works through. */
export const SARINGAN = ["semua", "menunggu", "saya", "bebas", "bot"] as const;

export const chatParams = z.strictObject({ id: idParam("id") });

const daftar = {
  saring: saringan(z.enum(SARINGAN)),
  q: teksSaringan(),
  /** Where the list goes on. */
  sebelum: idSaringan(),
};

/** What the list is narrowed by; forms of a conversation carry it along. */
export const daftarQuery = z.strictObject({
  ...daftar,
  /** What the browser shows already, of `Segar`. */
  versi: z.string().max(64).optional(),
});

export const obrolanQuery = daftarQuery.extend({
  /** Where the messages go on, into the past. */
  lama: idSaringan(),
  /** A quick reply that the answer begins with. */
  cepat: idSaringan(),
});
export type ObrolanQuery = z.output<typeof obrolanQuery>;
export type DaftarQuery = z.output<typeof daftarQuery>;

const _csrf = z.string().max(200).default("");

/** Of one filled-in form: what was sent twice is one message. */
const kunci = z.string().regex(/^[\x21-\x7e]{1,200}$/, "muat ulang halaman ini");

export const balasFormulir = z.strictObject({
  _csrf,
  kunci,
  sebagai: z.enum(["balasan", "catatan"]).default("balasan"),
  text: messageField(MAX_TEKS),
});

export const berkasFormulir = z.strictObject({
  _csrf,
  kunci,
  file: z
    .custom<File>((nilai) => nilai instanceof File, "harus berkas")
    .refine(({ size }) => size > 0, "pilih berkasnya dahulu"),
  text: paragraphField(0, MAX_KETERANGAN).default(""),
});

/** A file's name, as the customer sees it. */
export const namaBerkas = textField(1, 200).catch("berkas");

export const AKSI = ["ambil", "jeda", "bot", "lepas", "serahkan", "belum"] as const;

export const aturFormulir = z
  .strictObject({
    _csrf,
    aksi: z.enum(AKSI),
    menit: saringan(
      z
        .string()
        .regex(/^[1-9]\d{0,4}$/, "1 sampai 10080 menit")
        .transform(Number)
        .pipe(z.int().max(10_080, "1 sampai 10080 menit")),
    ),
    kepada: idSaringan(),
  })
  .refine(({ aksi, kepada }) => aksi !== "serahkan" || kepada !== undefined, {
    path: ["kepada"],
    error: "pilih petugasnya dahulu",
  });
export type Pengaturan = Omit<z.output<typeof aturFormulir>, "_csrf">;

export const labelFormulir = z.strictObject({
  _csrf,
  aksi: z.enum(["tambah", "buang"]),
  label: textField(1, MAX_LABEL),
});
