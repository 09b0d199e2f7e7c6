import { z } from "@hono/zod-openapi";
import { untuk } from "../akun/akses/akses.ts";
import { linkNext, listAnswerHeaders } from "../platform/http/list.ts";
import { defineRoute } from "../platform/http/route.ts";
import { createRouter, type Router } from "../platform/http/router.ts";
import { periksaRantai, semua, type AuditDeps, type Catatan, type RantaiDiperiksa } from "./audit.ts";
import { auditQuery, auditSchema, rantaiQuery, rantaiSchema } from "./schema.ts";

const semuaAudit = defineRoute({
  method: "get",
  path: "/audit",
  operationId: "semuaAudit",
  tags: ["Audit"],
  summary: "Siapa berbuat apa terhadap apa, terbaru dulu",
  description: "Hanya admin. Saringan yang dikirim berlaku semuanya sekaligus.",
  access: untuk("admin"),
  request: { query: auditQuery },
  responses: {
    200: {
      description: "Catatan audit; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: { "application/json": { schema: z.array(auditSchema) } },
    },
  },
});

const periksaRantaiAudit = defineRoute({
  method: "get",
  path: "/audit/chain",
  operationId: "periksaRantaiAudit",
  tags: ["Audit"],
  summary: "Periksa apakah catatan audit masih utuh",
  description:
    "Hanya admin. Tiap catatan audit punya satu mata rantai, yang hash-nya mencakup isi catatan itu dan hash sebelumnya. Semuanya dihitung ulang; catatan yang diubah, dihapus atau diselipkan ketahuan di tempatnya.",
  access: untuk("admin"),
  request: { query: rantaiQuery },
  responses: {
    200: { description: "Hasil pemeriksaan", content: { "application/json": { schema: rantaiSchema } } },
  },
});

export function auditRoutes(deps: AuditDeps): Router {
  const router = createRouter();
  router.openapi(semuaAudit, async (c) => {
    const { limit, before, from, to, ...query } = c.req.valid("query");
    const baris = await semua(deps, c.var.actor, limit, before, {
      sasaranTabel: query.target_table,
      sasaranId: query.target_id,
      pelaku: query.actor,
      aksi: query.action,
      subjekId: query.user_id,
      dari: from,
      sampai: to,
    });
    linkNext(c, limit, baris);
    return c.json(baris.map(toWireBody), 200);
  });
  router.openapi(periksaRantaiAudit, async (c) => {
    const { from, limit } = c.req.valid("query");
    return c.json(toWireRantai(await periksaRantai(deps, c.var.actor, from, limit)), 200);
  });
  return router;
}

function toWireBody(catatan: Catatan): z.input<typeof auditSchema> {
  return {
    id: catatan.id,
    actor: catatan.pelaku,
    action: catatan.aksi,
    target_table: catatan.sasaranTabel,
    target_id: catatan.sasaranId,
    user_id: catatan.subjekId,
    details: catatan.rincian,
    created_at: catatan.waktu.toISOString(),
  };
}

function toWireRantai(rantai: RantaiDiperiksa): z.input<typeof rantaiSchema> {
  return {
    ok: rantai.utuh,
    checked: rantai.diperiksa,
    up_to: rantai.sampai,
    length: rantai.ujung,
    hash: rantai.hash,
    broken_at: rantai.rusakDi,
    reason: rantai.sebab,
    next: rantai.lanjut,
  };
}
