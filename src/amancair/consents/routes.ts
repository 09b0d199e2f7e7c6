import { z } from "@hono/zod-openapi";
import { siapaPun } from "../../akun/akses/akses.ts";
import { UserTidakAda } from "../../direktori/users/users.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { UserIdWajib, type BagianDeps } from "../bagian/bagian.ts";
import { json, satuParams, satuRoute, semuaRoute, tags, type Crud } from "../crud/crud.ts";
import {
  beri,
  consents,
  PersetujuanTidakAda,
  SaluranTidakCocok,
  SudahSetuju,
  tarik,
  teks,
  TeksTidakBerlaku,
} from "./consents.ts";
import { tambahConsentSchema, teksSchema } from "./schema.ts";

const SEMUA = "/consents";
const SATU = "/consents/{id}";
const crud: Crud = {
  bagian: consents,
  paths: { semua: SEMUA, satu: SATU },
  nama: "Persetujuan",
  judul: "persetujuan",
};

const semuaTeks = defineRoute({
  method: "get",
  path: "/consent-texts",
  operationId: "semuaTeksPersetujuan",
  tags,
  summary: "Teks persetujuan yang berlaku, satu untuk setiap tujuan",
  access: siapaPun,
  responses: { 200: { description: "Teks", content: json(z.array(teksSchema)) } },
});

const tambahPersetujuan = defineRoute({
  method: "post",
  path: SEMUA,
  operationId: "tambahPersetujuan",
  tags,
  summary: "Setujui sebuah tujuan",
  access: siapaPun,
  request: { body: { required: true, content: json(tambahConsentSchema) } },
  responses: { 201: { description: "Persetujuan", content: json(consents.schema) } },
  errors: [UserTidakAda, UserIdWajib, SudahSetuju, TeksTidakBerlaku, SaluranTidakCocok],
});

const tarikPersetujuan = defineRoute({
  method: "delete",
  path: SATU,
  operationId: "tarikPersetujuan",
  tags,
  summary: "Tarik persetujuan; catatannya tetap, dengan waktu penarikan",
  access: siapaPun,
  request: { params: satuParams },
  responses: { 200: { description: "Persetujuan", content: json(consents.schema) } },
  errors: [PersetujuanTidakAda],
});

export function consentsRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  router.openapi(semuaTeks, async (c) =>
    c.json(
      (await teks(deps, c.var.actor)).map((satu) => teksSchema.parse(satu)),
      200,
    ),
  );
  semuaRoute(router, deps, crud);
  satuRoute(router, deps, crud);
  router.openapi(tambahPersetujuan, async (c) => {
    const { user_id: userId, ...isian } = c.req.valid("json");
    return c.json(consents.schema.parse(await beri(deps, c.var.actor, userId, isian)), 201);
  });
  router.openapi(tarikPersetujuan, async (c) =>
    c.json(consents.schema.parse(await tarik(deps, c.var.actor, c.req.valid("param").id)), 200),
  );
  return router;
}
