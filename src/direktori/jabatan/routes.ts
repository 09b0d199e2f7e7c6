import { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import { countAndLink, skipAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import * as jabatan from "./jabatan.ts";
import {
  jabatanParams,
  jabatanQuery,
  jabatanSchema,
  tambahJabatanSchema,
  ubahJabatanSchema,
} from "./schema.ts";

const SEMUA = "/jabatan";
const SATU = "/jabatan/{id}";
const tags = ["Direktori"];

const semuaJabatan = defineRoute({
  method: "get",
  path: SEMUA,
  operationId: "semuaJabatan",
  tags,
  summary: "Semua jabatan",
  access: untuk("admin", "karyawan"),
  request: { query: jabatanQuery },
  responses: {
    200: {
      description: "Jabatan, urut id",
      headers: skipAnswerHeaders,
      content: { "application/json": { schema: z.array(jabatanSchema) } },
    },
  },
});

const satuJabatan = defineRoute({
  method: "get",
  path: SATU,
  operationId: "satuJabatan",
  tags,
  summary: "Satu jabatan",
  access: untuk("admin", "karyawan"),
  request: { params: jabatanParams },
  responses: { 200: { description: "Jabatan", content: { "application/json": { schema: jabatanSchema } } } },
  errors: [jabatan.JabatanTidakAda],
});

const tambahJabatan = defineRoute({
  method: "post",
  path: SEMUA,
  operationId: "tambahJabatan",
  tags,
  summary: "Tambah jabatan",
  access: untuk("admin"),
  request: { body: { required: true, content: { "application/json": { schema: tambahJabatanSchema } } } },
  responses: { 201: { description: "Jabatan", content: { "application/json": { schema: jabatanSchema } } } },
  errors: [jabatan.NamaJabatanDipakai],
});

const ubahJabatan = defineRoute({
  method: "put",
  path: SATU,
  operationId: "ubahJabatan",
  tags,
  summary: "Ubah jabatan; isian yang tidak dikirim tetap",
  access: untuk("admin"),
  request: {
    params: jabatanParams,
    body: { required: true, content: { "application/json": { schema: ubahJabatanSchema } } },
  },
  responses: { 200: { description: "Jabatan", content: { "application/json": { schema: jabatanSchema } } } },
  errors: [jabatan.JabatanTidakAda, jabatan.NamaJabatanDipakai],
});

const hapusJabatan = defineRoute({
  method: "delete",
  path: SATU,
  operationId: "hapusJabatan",
  tags,
  summary: "Hapus jabatan yang tidak dipakai",
  access: untuk("admin"),
  request: { params: jabatanParams },
  responses: { 204: { description: "Dihapus" } },
  errors: [jabatan.JabatanTidakAda, jabatan.JabatanDipakai],
});

export function jabatanRoutes(deps: jabatan.JabatanDeps): Router {
  const router = createRouter();
  router.openapi(semuaJabatan, async (c) => {
    const halaman = c.req.valid("query");
    const { baris, total } = await jabatan.semua(deps, c.var.actor, halaman);
    countAndLink(c, halaman, total);
    return c.json(baris.map(toWireBody), 200);
  });
  router.openapi(satuJabatan, async (c) =>
    c.json(toWireBody(await jabatan.satu(deps, c.var.actor, c.req.valid("param").id)), 200),
  );
  router.openapi(tambahJabatan, async (c) => {
    const { nama_jabatan: nama, deskripsi = null } = c.req.valid("json");
    return c.json(toWireBody(await jabatan.tambah(deps, c.var.actor, { nama, deskripsi })), 201);
  });
  router.openapi(ubahJabatan, async (c) => {
    const { nama_jabatan: nama, deskripsi } = c.req.valid("json");
    const diubah = await jabatan.ubah(deps, c.var.actor, c.req.valid("param").id, { nama, deskripsi });
    return c.json(toWireBody(diubah), 200);
  });
  router.openapi(hapusJabatan, async (c) => {
    await jabatan.hapus(deps, c.var.actor, c.req.valid("param").id);
    return c.body(null, 204);
  });
  return router;
}

function toWireBody({ id, nama, deskripsi }: jabatan.Jabatan): z.input<typeof jabatanSchema> {
  return { id_jabatan: id, nama_jabatan: nama, deskripsi };
}
