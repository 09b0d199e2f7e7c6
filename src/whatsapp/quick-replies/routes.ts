import { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import { countAndLink, skipAnswerHeaders, skipQuery } from "../../platform/http/list.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import * as balasan from "./quick-replies.ts";
import { isiQuickReply, quickReplyParams, quickReplySchema } from "./schema.ts";

const tags = ["WhatsApp"];
const SEMUA = "/quick-replies";
const SATU = "/quick-replies/{id}";
const satuJawaban = { "application/json": { schema: quickReplySchema } };
const isi = { required: true, content: { "application/json": { schema: isiQuickReply } } };

const semua = defineRoute({
  method: "get",
  path: SEMUA,
  operationId: "semuaBalasanCepat",
  tags,
  summary: "Balasan cepat",
  access: untuk("admin", "karyawan"),
  request: { query: z.strictObject(skipQuery) },
  responses: {
    200: {
      description: "Balasan cepat, menurut singkatannya",
      headers: skipAnswerHeaders,
      content: { "application/json": { schema: z.array(quickReplySchema) } },
    },
  },
});

const tambah = defineRoute({
  method: "post",
  path: SEMUA,
  operationId: "tambahBalasanCepat",
  tags,
  summary: "Tambah balasan cepat",
  access: untuk("admin"),
  request: { body: isi },
  responses: { 201: { description: "Balasan cepat", content: satuJawaban } },
  errors: [balasan.SingkatanDipakai],
});

const ubah = defineRoute({
  method: "put",
  path: SATU,
  operationId: "ubahBalasanCepat",
  tags,
  summary: "Ubah balasan cepat",
  access: untuk("admin"),
  request: { params: quickReplyParams, body: isi },
  responses: { 200: { description: "Balasan cepat", content: satuJawaban } },
  errors: [balasan.BalasanCepatTidakAda, balasan.SingkatanDipakai],
});

const hapus = defineRoute({
  method: "delete",
  path: SATU,
  operationId: "hapusBalasanCepat",
  tags,
  summary: "Hapus balasan cepat",
  access: untuk("admin"),
  request: { params: quickReplyParams },
  responses: { 204: { description: "Terhapus" } },
  errors: [balasan.BalasanCepatTidakAda],
});

export function quickRepliesRoutes(deps: balasan.QuickRepliesDeps): Router {
  const router = createRouter();
  router.openapi(semua, async (c) => {
    const page = c.req.valid("query");
    const { baris, total } = await balasan.semua(deps, c.var.actor, page);
    countAndLink(c, page, total);
    return c.json(baris, 200);
  });
  router.openapi(tambah, async (c) =>
    c.json(await balasan.tambah(deps, c.var.actor, c.req.valid("json")), 201),
  );
  router.openapi(ubah, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await balasan.ubah(deps, c.var.actor, id, c.req.valid("json")), 200);
  });
  router.openapi(hapus, async (c) => {
    await balasan.hapus(deps, c.var.actor, c.req.valid("param").id);
    return c.body(null, 204);
  });
  return router;
}
