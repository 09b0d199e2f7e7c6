import { z } from "@hono/zod-openapi";

/** Longest text that is kept of a message, in characters. */
const MAX_TEKS = 10_000;

/** Control characters but line breaks and tabs, and the marks that reorder text on a screen. */
const TAK_TERBACA = /(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/** What strangers write, as text that can be stored and shown; `trim` makes it one line. */
const teks = (most: number, trim = false) =>
  z
    .string()
    .transform((text) => {
      const terbaca = text.replaceAll("\r\n", "\n").replaceAll(TAK_TERBACA, "");
      const utuh = trim ? terbaca.replaceAll(/\s+/g, " ").trim() : terbaca;
      // Not within a character: its first half alone would show as a question mark.
      return utuh
        .slice(0, most)
        .replace(/[\uD800-\uDBFF]$/, "")
        .toWellFormed();
    })
    .catch("");

const nama = teks(100, true);
const tanda = z.string().regex(/^[\x21-\x7e]{1,200}$/);

/** What is not as expected counts as not said: a message without its picture is better than none. */
const boleh = <S extends z.ZodType>(isi: S) => isi.nullish().catch(undefined);

const berkas = boleh(
  z.object({
    id: tanda,
    caption: teks(MAX_TEKS).default(""),
    filename: nama.optional(),
    file_name: nama.optional(),
  }),
);
const judul = boleh(z.object({ title: teks(MAX_TEKS) }));
const isi = boleh(z.object({ body: teks(MAX_TEKS) }));

/** One message, as far as it can be read; what else Whapi sends of it is not looked at. */
export const pesanMasuk = z.object({
  // Document 003 prints messages without an id: those cannot be told apart.
  id: tanda.nullish(),
  from_me: z.boolean().nullish(),
  type: z.string().max(40).nullish(),
  chat_id: z.string().max(100).nullish(),
  from: z.string().max(100).nullish(),
  from_name: nama.default(""),
  timestamp: boleh(z.int().min(1_000_000_000).max(9_999_999_999)),
  source: z.string().max(40).nullish(),
  text: isi,
  /** A text that holds a link. */
  link_preview: isi,
  image: berkas,
  document: berkas,
  reply: boleh(z.object({ buttons_reply: judul, list_reply: judul })),
});
export type PesanMasuk = z.output<typeof pesanMasuk>;

export const statusMasuk = z.object({ id: tanda, status: z.string().max(40) });

/** One element at a time is judged later: a bad one does not keep the others out. */
export const webhookSchema = z
  .looseObject({
    messages: z
      .array(z.unknown())
      .max(1_000)
      .optional()
      .openapi({
        type: "array",
        items: { type: "object" },
        example: [{ from: "62812345678@s.whatsapp.net", text: { body: "Halo" } }],
      }),
    statuses: z
      .array(z.unknown())
      .max(1_000)
      .optional()
      .openapi({ type: "array", items: { type: "object" } }),
  })
  .openapi("WebhookWhapi", { description: "Peristiwa dari Whapi.cloud: pesan, atau status pesan." });
