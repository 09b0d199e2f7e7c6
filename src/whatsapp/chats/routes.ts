import { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import { PetugasTidakDikenal } from "../../direktori/users/users.ts";
import { inBackground } from "../../platform/http/background.ts";
import { linkNext, listAnswerHeaders } from "../../platform/http/list.ts";
import { contentDisposition } from "../../platform/http/file-answer.ts";
import { defineRoute, MULTIPART } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { KunciDipakai } from "../../ppob/saldo/saldo.ts";
import * as chats from "./chats.ts";
import {
  berkasSchema,
  chatParams,
  chatSchema,
  chatsQuery,
  fileParams,
  kirimHeaders,
  kirimSchema,
  messageSchema,
  messagesQuery,
  namaBerkas,
  pesanAnswerHeaders,
  ubahChatSchema,
} from "./schema.ts";
import { satuPesan, satuChat } from "./wire.ts";

const tags = ["WhatsApp"];
const access = untuk("admin", "karyawan");
const SATU = "/chats/{id}";
const PESAN = "/chats/{id}/messages";
const json = <S extends z.ZodType>(schema: S) => ({ "application/json": { schema } });

const semua = defineRoute({
  method: "get",
  path: "/chats",
  operationId: "semuaChat",
  tags,
  summary: "Percakapan WhatsApp, pesan terbaru dulu",
  description: "Karyawan melihat yang dipegangnya dan yang belum dipegang siapa pun, admin semuanya.",
  access,
  request: { query: chatsQuery },
  responses: {
    200: {
      description: "Chat; header Link menunjuk halaman berikutnya (before adalah id pesan terakhir)",
      headers: listAnswerHeaders,
      content: json(z.array(chatSchema)),
    },
  },
});

const satu = defineRoute({
  method: "get",
  path: SATU,
  operationId: "satuChat",
  tags,
  summary: "Satu percakapan",
  access,
  request: { params: chatParams },
  responses: { 200: { description: "Chat", content: json(chatSchema) } },
  errors: [chats.ChatTidakAda],
});

const atur = defineRoute({
  method: "patch",
  path: SATU,
  operationId: "aturChat",
  tags,
  summary: "Ambil alih, jeda, kembalikan ke bot, tugaskan, beri label, tandai dibaca",
  description: "Yang tidak dikirim tetap. Chat yang ditugaskan kepada petugas dijawab manusia (AGENT).",
  access,
  request: { params: chatParams, body: { required: true, content: json(ubahChatSchema) } },
  responses: { 200: { description: "Chat", content: json(chatSchema) } },
  errors: [chats.ChatTidakAda, chats.JedaSudahLewat, PetugasTidakDikenal],
});

const hapus = defineRoute({
  method: "delete",
  path: SATU,
  operationId: "hapusChat",
  tags,
  summary: "Hapus percakapan dengan semua pesan dan berkasnya",
  access: untuk("admin"),
  request: { params: chatParams },
  responses: { 204: { description: "Terhapus" } },
  errors: [chats.ChatTidakAda],
});

const pesan = defineRoute({
  method: "get",
  path: PESAN,
  operationId: "pesanChat",
  tags,
  summary: "Pesan sebuah percakapan, terbaru dulu",
  access,
  request: { params: chatParams, query: messagesQuery },
  responses: {
    200: {
      description: "Pesan; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: json(z.array(messageSchema)),
    },
  },
  errors: [chats.ChatTidakAda],
});

const kirim = defineRoute({
  method: "post",
  path: PESAN,
  operationId: "kirimPesan",
  tags,
  summary: "Balas pelanggan, atau tulis catatan untuk rekan",
  description:
    "Sejak balasan, chat dijawab manusia (AGENT). Pesan berangkat lewat antrean, berurutan per chat.",
  access,
  request: {
    params: chatParams,
    headers: kirimHeaders,
    body: { required: true, content: json(kirimSchema) },
  },
  responses: {
    201: { description: "Pesan", headers: pesanAnswerHeaders, content: json(messageSchema) },
  },
  errors: [chats.ChatTidakAda, KunciDipakai],
});

const kirimBerkas = defineRoute({
  method: "post",
  path: "/chats/{id}/files",
  operationId: "kirimBerkasChat",
  tags,
  summary: "Kirim gambar atau dokumen kepada pelanggan",
  description: "Jenis berkas dilihat dari isinya; lokasi dan kamera di dalam foto dibuang.",
  access,
  request: {
    params: chatParams,
    headers: kirimHeaders,
    body: { required: true, content: { [MULTIPART]: { schema: berkasSchema } } },
  },
  responses: {
    201: { description: "Pesan", headers: pesanAnswerHeaders, content: json(messageSchema) },
  },
  errors: [chats.ChatTidakAda, chats.BerkasDitolak, KunciDipakai],
});

const binary = { schema: { type: "string", format: "binary" } } as const;

const berkas = defineRoute({
  method: "get",
  path: "/chats/{id}/messages/{message_id}/file",
  operationId: "berkasPesan",
  tags,
  summary: "Berkas sebuah pesan",
  access,
  request: { params: fileParams },
  responses: {
    200: {
      description: "Isi berkas",
      content: { "image/jpeg": binary, "image/png": binary, "application/pdf": binary },
    },
  },
  errors: [chats.BerkasPesanTidakAda],
});

export function chatsRoutes(deps: chats.ChatsDeps): Router {
  const router = createRouter();
  router.openapi(semua, async (c) => {
    const { limit, before, unread, waiting, ...saring } = c.req.valid("query");
    const saringan = { ...saring, unread: unread === "true", waiting: waiting === "true" };
    const baris = await chats.semua(deps, c.var.actor, limit, before, saringan);
    linkNext(
      c,
      limit,
      baris.map(({ lastMessage }) => lastMessage),
    );
    return c.json(baris.map(satuChat), 200);
  });
  router.openapi(satu, async (c) => {
    return c.json(satuChat(await chats.satu(deps, c.var.actor, c.req.valid("param").id)), 200);
  });
  router.openapi(atur, async (c) => {
    const { id } = c.req.valid("param");
    const chat = await chats.atur(deps, c.var.actor, id, c.req.valid("json"), inBackground(c));
    return c.json(satuChat(chat), 200);
  });
  router.openapi(hapus, async (c) => {
    await chats.hapus(deps, c.var.actor, c.req.valid("param").id, inBackground(c));
    return c.body(null, 204);
  });
  router.openapi(pesan, async (c) => {
    const { limit, before } = c.req.valid("query");
    const { id } = c.req.valid("param");
    const { pesan: baris } = await chats.pesan(deps, c.var.actor, id, limit, before);
    linkNext(c, limit, baris);
    return c.json(baris.map(satuPesan), 200);
  });
  router.openapi(kirim, async (c) => {
    const { id } = c.req.valid("param");
    const tulisan = { ...c.req.valid("json"), kunci: c.req.valid("header")["Idempotency-Key"] };
    const { pesan: baris, ulangan } = await chats.tulis(
      deps,
      c.var.actor,
      id,
      tulisan,
      c.var.log,
      inBackground(c),
    );
    if (ulangan) c.header("idempotency-replayed", "true");
    return c.json(satuPesan(baris), 201);
  });
  router.openapi(kirimBerkas, async (c) => {
    const { file, text } = c.req.valid("form");
    const kunci = c.req.valid("header")["Idempotency-Key"];
    const isi = { bytes: new Uint8Array(await file.arrayBuffer()), nama: namaBerkas.parse(file.name) };
    const { pesan: baris, ulangan } = await chats.tulis(
      deps,
      c.var.actor,
      c.req.valid("param").id,
      { text, note: false, kunci, file: isi },
      c.var.log,
      inBackground(c),
    );
    if (ulangan) c.header("idempotency-replayed", "true");
    return c.json(satuPesan(baris), 201);
  });
  router.openapi(berkas, async (c) => {
    const { id, message_id: pesanId } = c.req.valid("param");
    const { bytes, mimeType, fileName } = await chats.berkas(deps, c.var.actor, id, pesanId);
    c.header("content-disposition", contentDisposition(mimeType, fileName ?? "berkas"));
    return c.body(new Uint8Array(bytes), 200, { "content-type": mimeType });
  });
  return router;
}
