import { untuk } from "../../akun/akses/akses.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import type { BagianDeps } from "../bagian/bagian.ts";
import { json, tags } from "../crud/crud.ts";
import { baca, KontakBelumSetuju, NilaiTidakAda, TujuanTidakCocok } from "./clear-values.ts";
import { bacaSchema, nilaiSchema } from "./schema.ts";

const bacaNilai = defineRoute({
  method: "post",
  path: "/clear-values",
  operationId: "bacaNilai",
  tags,
  summary: "Baca satu nilai tersegel tanpa samaran, dengan alasan",
  description:
    "Untuk petugas yang menangani berkasnya. Siapa membaca apa, kapan, dan mengapa, tercatat di audit; nasabah dapat melihatnya.",
  access: untuk("admin", "karyawan"),
  request: { body: { required: true, content: json(bacaSchema) } },
  responses: { 200: { description: "Nilai", content: json(nilaiSchema) } },
  errors: [NilaiTidakAda, TujuanTidakCocok, KontakBelumSetuju],
});

export function clearValuesRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  router.openapi(bacaNilai, async (c) => {
    const { field, ...lain } = c.req.valid("json");
    const [tabel = "", column = ""] = field.split(".");
    const table = tabel === "users" ? "nasabah" : tabel;
    return c.json({ value: await baca(deps, c.var.actor, { ...lain, table, column }) }, 200);
  });
  return router;
}
