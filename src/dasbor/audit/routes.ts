import { z } from "@hono/zod-openapi";
import { periksaRantai, semua } from "../../audit/audit.ts";
import type { Database } from "../../platform/db/database.ts";
import { defineRoute } from "../../platform/http/route.ts";
import type { Router } from "../../platform/http/router.ts";
import { ALAMAT } from "../alamat.ts";
import { awalHari, PER_HALAMAN, ruteDasbor, sehalaman, staf, tunjukkan } from "../kerangka/kerangka.ts";
import { auditQuery, rantaiQuery } from "./schema.ts";
import { halamanAudit, halamanRantai } from "./tampilan.tsx";

const tags = ["Dasbor"];
const page = { 200: { description: "Halaman", content: { "text/html": { schema: z.string() } } } };

/** Links that one look at the chain recomputes: about a second's work. */
const MATA = 20_000;

const daftar = defineRoute({
  method: "get",
  path: ALAMAT.audit,
  hide: true,
  operationId: "dasborAudit",
  tags,
  summary: "Siapa berbuat apa terhadap apa",
  access: staf("admin"),
  request: { query: auditQuery },
  responses: page,
});

const rantai = defineRoute({
  method: "get",
  path: ALAMAT.rantai,
  hide: true,
  operationId: "dasborRantai",
  tags,
  summary: "Periksa apakah audit masih utuh",
  access: staf("admin"),
  request: { query: rantaiQuery },
  responses: page,
});

export function auditRoutes(deps: { db: Database }): Router {
  const router = ruteDasbor();
  router.openapi(daftar, async (c) => {
    const query = c.req.valid("query");
    const { sebelum, pelaku, aksi, tabel, sasaran, nasabah, dari, sampai } = query;
    const baris = await semua(deps, c.var.actor, PER_HALAMAN + 1, sebelum, {
      pelaku,
      aksi,
      sasaranTabel: tabel,
      sasaranId: sasaran,
      subjekId: nasabah,
      dari: dari === undefined ? undefined : awalHari(dari),
      sampai: sampai === undefined ? undefined : awalHari(sampai, 1),
    });
    return tunjukkan(c, halamanAudit(query, sehalaman(baris)));
  });
  router.openapi(rantai, async (c) => {
    const { mulai = 1 } = c.req.valid("query");
    return tunjukkan(c, halamanRantai(mulai, await periksaRantai(deps, c.var.actor, mulai, MATA)));
  });
  return router;
}
