import { z } from "@hono/zod-openapi";
import {
  idParam,
  instantField,
  messageField,
  paragraphField,
  textField,
} from "../../platform/http/fields.ts";
import { listQuery, wholeQuery } from "../../platform/http/list.ts";
import { chatMode, messageDirection, messageSender, messageStatus, messageType } from "./table.ts";

/** WhatsApp's own limit for a text, in characters; captions are shorter. */
const MAX_TEKS = 4_096;
const MAX_KETERANGAN = 1_000;

const waktu = z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" });

const petugas = z
  .object({ id: z.int().openapi({ example: 2 }), name: z.string().openapi({ example: "Siti Rahma" }) })
  .nullable()
  .openapi({ description: "Petugas." });

export const messageSchema = z
  .object({
    id: z.int().openapi({ example: 31 }),
    chat_id: z.int().openapi({ example: 7 }),
    direction: z.enum(messageDirection.enumValues).openapi({
      example: "in",
      description: "in: dari pelanggan; out: dari kita; note: catatan untuk rekan, tidak dikirim.",
    }),
    sender: z.enum(messageSender.enumValues).openapi({
      example: "customer",
      description: "phone: diketik di ponsel toko.",
    }),
    agent: petugas,
    type: z.enum(messageType.enumValues).openapi({ example: "text" }),
    text: z.string().openapi({ example: "Halo" }),
    status: z.enum(messageStatus.enumValues).openapi({
      example: "received",
      description: "queued dan sending: belum sampai di WhatsApp.",
    }),
    problem: z
      .string()
      .nullable()
      .openapi({ example: null, description: "Mengapa belum atau tidak terkirim." }),
    file: z
      .object({
        mime_type: z.string().openapi({ example: "image/jpeg" }),
        size: z.int().openapi({ example: 48_211, description: "Byte." }),
        name: z.string().nullable().openapi({ example: "bukti.jpg" }),
      })
      .nullable()
      .openapi({ example: null, description: "Isinya di GET /chats/{id}/messages/{message_id}/file." }),
    created_at: waktu,
    sent_at: waktu.nullable().openapi({ description: "Menurut WhatsApp." }),
  })
  .openapi("PesanChat");

export const chatSchema = z
  .object({
    id: z.int().openapi({ example: 7 }),
    phone: z.string().openapi({ example: "+62812345678" }),
    name: z.string().openapi({ example: "Budi", description: "Sebutan pelanggan bagi dirinya sendiri." }),
    mode: z.enum(chatMode.enumValues).openapi({
      example: "AGENT",
      description: "Siapa yang menjawab: bot, manusia, atau tidak ada.",
    }),
    resume_at: waktu.nullable().openapi({ example: null, description: "Kapan PAUSE berakhir sendiri." }),
    assigned_to: petugas,
    unread: z.int().openapi({ example: 2 }),
    waiting_since: waktu.nullable().openapi({ description: "Sejak kapan pelanggan menunggu manusia." }),
    labels: z.array(z.string()).openapi({ example: ["komplain"] }),
    last_message: z
      .object({
        id: z.int().openapi({ example: 31 }),
        direction: z.enum(messageDirection.enumValues),
        type: z.enum(messageType.enumValues),
        text: z.string().openapi({ description: "Paling panjang 200 karakter." }),
        status: z.enum(messageStatus.enumValues).openapi({
          description: "Seperti status pesannya; failed: tidak sampai, perlu dikirim ulang.",
        }),
        created_at: waktu,
      })
      .openapi({
        example: {
          id: 31,
          direction: "in",
          type: "text",
          text: "Halo",
          status: "received",
          created_at: "2026-11-20T03:00:00.000Z",
        },
      }),
    created_at: waktu,
  })
  .openapi("Chat");

export const chatParams = z.strictObject({ id: idParam("id") });
export const fileParams = z.strictObject({ id: idParam("id"), message_id: idParam("message_id") });

const param = (name: string) => ({ param: { name, in: "query" as const, required: false } });

export const messagesQuery = z.strictObject(listQuery);

export const chatsQuery = z.strictObject({
  ...listQuery,
  mode: z.enum(chatMode.enumValues).optional().openapi(param("mode")),
  assigned: z
    .union([z.enum(["me", "none"]), wholeQuery(Number.MAX_SAFE_INTEGER)], "harus me, none, atau id petugas")
    .optional()
    .openapi({
      type: "string",
      pattern: String.raw`^(me|none|[1-9]\d{0,15})$`,
      description: "me, none, atau id petugas.",
      ...param("assigned"),
    }),
  unread: z.literal("true").optional().openapi(param("unread")),
  waiting: z.literal("true").optional().openapi(param("waiting")),
  label: textField(1, 30).optional().openapi(param("label")),
  q: textField(1, 100)
    .optional()
    .openapi({ description: "Bagian nama, nomor, atau isi pesan.", ...param("q") }),
});

const label = textField(1, 30);

export const ubahChatSchema = z
  .strictObject({
    mode: z.enum(chatMode.enumValues).optional().openapi({
      description: "AGENT: ambil alih (ditugaskan kepada Anda bila belum ada). BOT: kembalikan ke bot.",
      example: "AGENT",
    }),
    resume_at: instantField()
      .nullish()
      .openapi({
        type: ["string", "null"],
        format: "date-time",
        maxLength: 40,
        description: "Hanya bersama mode PAUSE.",
      }),
    assigned_to: z
      .int()
      .min(1)
      .nullish()
      .openapi({
        type: ["integer", "null"],
        format: "int64",
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Id akun petugas; null: siapa saja.",
      }),
    labels: z
      .array(label)
      .max(10)
      .transform((semua) => [...new Set(semua)])
      .optional()
      .openapi({ type: "array", items: { type: "string", minLength: 1, maxLength: 30 }, maxItems: 10 }),
    read: z.boolean().optional().openapi({ description: "true: sudah dibaca; false: tandai belum dibaca." }),
  })
  .refine((ubah) => ubah.resume_at === undefined || ubah.resume_at === null || ubah.mode === "PAUSE", {
    path: ["resume_at"],
    message: "hanya bersama mode PAUSE",
  })
  .refine((ubah) => ubah.mode !== "BOT" || (ubah.assigned_to ?? null) === null, {
    path: ["assigned_to"],
    message: "chat yang dijawab bot tidak dipegang petugas",
  })
  .refine(
    (ubah) => Object.values(ubah).some((nilai) => nilai !== undefined),
    "sebutkan sedikitnya satu isian",
  )
  .openapi("UbahChat", { minProperties: 1 });

export const kirimHeaders = z.object({
  "Idempotency-Key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, "1 sampai 255 karakter ASCII tanpa spasi")
    .optional()
    .openapi({ description: "Kunci dan isi yang sama adalah pesan yang sama, sekali saja." }),
});

export const kirimSchema = z
  .strictObject({
    text: messageField(MAX_TEKS).openapi({ example: "Baik, kami periksa dulu." }),
    note: z.boolean().default(false).openapi({ description: "Catatan untuk rekan; tidak dikirim." }),
  })
  .openapi("KirimPesan");

export const berkasSchema = z
  .strictObject({
    file: z
      .custom<File>((nilai) => nilai instanceof File, "harus berkas")
      .refine((berkas) => namaBerkas.safeParse(berkas.name).success, "nama berkasnya tidak dapat dipakai")
      .openapi({ type: "string", format: "binary", description: "JPEG, PNG, atau PDF, paling besar 5 MB." }),
    text: paragraphField(0, MAX_KETERANGAN).default("").openapi({ description: "Keterangan di bawahnya." }),
  })
  .openapi("KirimBerkas");

/** A file's name. */
export const namaBerkas = textField(1, 200);

export const pesanAnswerHeaders = z.object({
  "Idempotency-Replayed": z.literal("true").optional().openapi({
    description: "Ada bila kunci ini sudah pernah dipakai: pesan lama, tanpa pengiriman baru.",
  }),
});
