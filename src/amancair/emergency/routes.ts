import { z } from "@hono/zod-openapi";
import { siapaPun, untuk } from "../../akun/akses/akses.ts";
import { UserTidakAda } from "../../direktori/users/users.ts";
import { linkNext, listAnswerHeaders, listQuery } from "../../platform/http/list.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import * as bagian from "../bagian/bagian.ts";
import type { BagianDeps } from "../bagian/bagian.ts";
import { hapusRoute, json, satuParams, tags, ubahRoute, type Crud } from "../crud/crud.ts";
import { emergency, KontakTidakAda, setujui } from "./emergency.ts";
import { persetujuanSchema, tambahEmergencySchema, ubahEmergencySchema } from "./schema.ts";

/** One address of two things, as document 002 has it: GET and POST name the customer, PUT and DELETE the contact. */
const SATU = "/emergency/{id}";
const crud: Crud = {
  bagian: emergency,
  paths: { semua: SATU, satu: SATU },
  nama: "KontakDarurat",
  judul: "kontak darurat",
  keterangan: "id adalah id kontak.",
  errors: [bagian.PerangkatTidakDikenal],
};
const { schema } = emergency;

const semuaKontak = defineRoute({
  method: "get",
  path: SATU,
  operationId: "semuaKontakDarurat",
  tags,
  summary: "Semua kontak darurat seorang nasabah, terbaru dulu; id adalah id user",
  access: siapaPun,
  request: { params: satuParams, query: z.strictObject(listQuery) },
  responses: {
    200: { description: "Kontak darurat", headers: listAnswerHeaders, content: json(z.array(schema)) },
  },
  errors: [UserTidakAda],
});

const tambahKontak = defineRoute({
  method: "post",
  path: SATU,
  operationId: "tambahKontakDarurat",
  tags,
  summary: "Tambah kontak darurat seorang nasabah; id adalah id user",
  description:
    "Kontak darurat hanya untuk memastikan keberadaan nasabah, tidak pernah untuk penagihan, dan baru boleh dipakai setelah ia setuju.",
  access: siapaPun,
  request: { params: satuParams, body: { required: true, content: json(tambahEmergencySchema) } },
  responses: { 200: { description: "Kontak darurat", content: json(schema) } },
  errors: [UserTidakAda, bagian.PerangkatTidakDikenal],
});

const catatPersetujuan = defineRoute({
  method: "post",
  path: "/emergency/{id}/consent",
  operationId: "catatPersetujuanKontak",
  tags,
  summary: "Catat jawaban kontak darurat; id adalah id kontak",
  description:
    "Petugas menghubungi kontak, memastikan data dan hubungannya, menjelaskan arti dan risikonya, lalu mencatat jawabannya beserta buktinya. Mengubah nama atau nomor kontak menghapus jawaban itu.",
  access: untuk("admin", "karyawan"),
  request: { params: satuParams, body: { required: true, content: json(persetujuanSchema) } },
  responses: { 200: { description: "Kontak darurat", content: json(schema) } },
  errors: [KontakTidakAda],
});

export function emergencyRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  router.openapi(semuaKontak, async (c) => {
    const halaman = c.req.valid("query");
    const baris = await bagian.semuaDari(deps, c.var.actor, emergency, c.req.valid("param").id, halaman);
    linkNext(c, halaman.limit, baris);
    return c.json(
      baris.map((satu) => schema.parse(satu)),
      200,
    );
  });
  router.openapi(tambahKontak, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(
      schema.parse(await bagian.tambah(deps, c.var.actor, emergency, id, c.req.valid("json"))),
      200,
    );
  });
  ubahRoute(router, deps, crud, ubahEmergencySchema);
  hapusRoute(router, deps, crud);
  router.openapi(catatPersetujuan, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(schema.parse(await setujui(deps, c.var.actor, id, c.req.valid("json"))), 200);
  });
  return router;
}
