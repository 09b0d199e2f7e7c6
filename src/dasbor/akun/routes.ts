import { z } from "@hono/zod-openapi";
import { aturAkun, daftar as daftarkan, daftarAkun, type AkunDeps } from "../../akun/akun.ts";
import { callerOf } from "../../platform/http/caller.ts";
import { defineRoute, FORM } from "../../platform/http/route.ts";
import type { Router } from "../../platform/http/router.ts";
import { ALAMAT, denganKueri } from "../alamat.ts";
import {
  dariHalaman,
  pelihat,
  PER_HALAMAN,
  ruteDasbor,
  sehalaman,
  staf,
  tunjukkan,
} from "../kerangka/kerangka.ts";
import { akunFormulir, akunParams, akunQuery, petugasFormulir } from "./schema.ts";
import { halamanAkun, ulangAkun, ulangPetugas } from "./tampilan.tsx";

const daftar = defineRoute({
  method: "get",
  path: ALAMAT.akun,
  hide: true,
  operationId: "dasborAkun",
  tags: ["Dasbor"],
  summary: "Akun, peran, dan apakah aktif",
  access: staf("admin"),
  request: { query: akunQuery },
  responses: { 200: { description: "Halaman", content: { "text/html": { schema: z.string() } } } },
});

const atur = defineRoute({
  method: "post",
  path: ALAMAT.aturAkun,
  hide: true,
  operationId: "dasborAturAkun",
  tags: ["Dasbor"],
  summary: "Ubah peran, nonaktifkan, atau aktifkan lagi",
  access: staf("admin"),
  request: {
    params: akunParams,
    body: { required: true, content: { [FORM]: { schema: akunFormulir } } },
  },
  responses: { 303: { description: "Diatur" } },
});

const tambah = defineRoute({
  method: "post",
  path: ALAMAT.tambahAkun,
  hide: true,
  operationId: "dasborTambahAkun",
  tags: ["Dasbor"],
  summary: "Tambah admin atau karyawan",
  access: staf("admin"),
  request: { body: { required: true, content: { [FORM]: { schema: petugasFormulir } } } },
  responses: { 303: { description: "Ditambah" } },
});

export function akunRoutes(deps: AkunDeps): Router {
  const router = ruteDasbor({ [ALAMAT.tambahAkun]: ulangPetugas, [ALAMAT.aturAkun]: ulangAkun });
  router.openapi(daftar, async (c) => {
    const query = c.req.valid("query");
    const baris = await daftarAkun(deps, c.var.actor, PER_HALAMAN + 1, query.sebelum, query.peran);
    return tunjukkan(c, halamanAkun(query, sehalaman(baris), pelihat(c)));
  });
  // Before the accounts: its address looks like that of one.
  router.openapi(tambah, async (c) => {
    const { nama, email, username, password: kataSandi, peran, ...isian } = c.req.valid("form");
    dariHalaman(c, isian);
    const petugas = { nama, email, username, kataSandi, peran };
    await daftarkan(deps, petugas, callerOf(c), c.var.actor);
    return c.redirect(denganKueri(ALAMAT.akun, { kabar: "ditambah" }), 303);
  });
  router.openapi(atur, async (c) => {
    const { peran, aktif, ...isian } = c.req.valid("form");
    dariHalaman(c, isian);
    await aturAkun(deps, c.var.actor, c.req.valid("param").id, { peran, aktif: aktif === "ya" });
    return c.redirect(denganKueri(ALAMAT.akun, { kabar: "diatur" }), 303);
  });
  return router;
}
