import { sql } from "drizzle-orm";
import { siapaPun } from "../../akun/akses/akses.ts";
import { MasihAdaPinjaman, UserTidakAda } from "../../direktori/users/users.ts";
import { contentDisposition } from "../../platform/http/file-answer.ts";
import { defineRoute, MULTIPART, open } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { PerangkatTidakDikenal, UserIdWajib } from "../bagian/bagian.ts";
import { hapusRoute, json, satuParams, satuRoute, semuaRoute, tags, type Crud } from "../crud/crud.ts";
import * as dokumen from "./documents.ts";
import { bacaSchema, namaBerkas, saringan, tautanSchema, tokenQuery, unggahSchema } from "./schema.ts";
import { documents as tabel } from "./table.ts";

const crud: Crud = {
  bagian: dokumen.documents,
  paths: { semua: "/documents", satu: "/documents/{id}" },
  nama: "Dokumen",
  judul: "dokumen",
  saring: {
    query: saringan,
    syarat: ({ doc_type: jenis }) => (typeof jenis === "string" ? [sql`${tabel.doc_type} = ${jenis}`] : []),
  },
};

const unggah = defineRoute({
  method: "post",
  path: crud.paths.semua,
  operationId: "unggahDokumen",
  tags,
  summary: "Unggah dokumen",
  description:
    "Jenis berkas dilihat dari isinya. Lokasi (GPS), kamera, dan keterangan lain di dalam foto dibuang; berkas disimpan tersegel dan hanya dapat dibaca lewat tautan sesaat.",
  access: siapaPun,
  request: { body: { required: true, content: { [MULTIPART]: { schema: unggahSchema } } } },
  responses: { 201: { description: "Dokumen", content: json(dokumen.documents.schema) } },
  errors: [UserTidakAda, UserIdWajib, PerangkatTidakDikenal, dokumen.BerkasTidakDikenal, dokumen.BukanGambar],
});

const tautkan = defineRoute({
  method: "post",
  path: "/documents/{id}/link",
  operationId: "tautkanDokumen",
  tags,
  summary: "Minta tautan untuk membaca dokumen, berlaku lima menit",
  description: "Petugas menyebut tujuan dan alasannya. Setiap permintaan tercatat di audit.",
  access: siapaPun,
  request: { params: satuParams, body: { required: true, content: json(bacaSchema) } },
  responses: { 200: { description: "Tautan", content: json(tautanSchema) } },
  errors: [dokumen.DokumenTidakAda, dokumen.AlasanWajib],
});

const binary = { schema: { type: "string", format: "binary" } } as const;

const unduh = defineRoute({
  method: "get",
  path: "/documents/{id}/file",
  operationId: "unduhDokumen",
  tags,
  summary: "Isi dokumen",
  access: open,
  request: { params: satuParams, query: tokenQuery },
  responses: {
    200: {
      description: "Isi berkas",
      content: { "image/jpeg": binary, "image/png": binary, "application/pdf": binary },
    },
  },
  errors: [dokumen.TautanTidakSah, dokumen.DokumenTidakAda],
});

export function documentsRoutes(deps: dokumen.DocumentsDeps & { publicUrl: string }): Router {
  const router = createRouter();
  semuaRoute(router, deps, crud);
  satuRoute(router, deps, crud);
  hapusRoute(router, deps, crud, [MasihAdaPinjaman]);
  router.openapi(unggah, async (c) => {
    const { user_id: userId, doc_type, device_id, file } = c.req.valid("form");
    const bytes = new Uint8Array(await file.arrayBuffer());
    const unggahan = { doc_type, device_id, file_name: namaBerkas.parse(file.name), bytes };
    const baru = await dokumen.unggah(deps, c.var.actor, userId, unggahan);
    return c.json(dokumen.documents.schema.parse(baru), 201);
  });
  router.openapi(tautkan, async (c) => {
    const { id } = c.req.valid("param");
    const { tokens } = c.var.auth;
    const { token, expiresAt } = await dokumen.tautkan(deps, c.var.actor, tokens, id, c.req.valid("json"));
    const url = `${deps.publicUrl}${unduh.path.replace("{id}", String(id))}?token=${token}`;
    return c.json({ url, expires_at: expiresAt.toISOString() }, 200);
  });
  router.openapi(unduh, async (c) => {
    const { id } = c.req.valid("param");
    const { bytes, mimeType, fileName } = await dokumen.unduh(
      deps,
      c.var.auth.tokens,
      id,
      c.req.valid("query").token,
    );
    c.header("content-disposition", contentDisposition(mimeType, fileName));
    return c.body(new Uint8Array(bytes), 200, { "content-type": mimeType });
  });
  return router;
}
