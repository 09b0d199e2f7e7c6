import { z } from "@hono/zod-openapi";
import type { Database } from "../../platform/db/database.ts";
import { defineRoute, FORM } from "../../platform/http/route.ts";
import type { Router } from "../../platform/http/router.ts";
import { daftar as daftarProduk, ubah } from "../../ppob/produk/produk.ts";
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
import { produkFormulir, produkParams, produkQuery } from "./schema.ts";
import { halamanProduk, ulangProduk } from "./tampilan.tsx";

const daftar = defineRoute({
  method: "get",
  path: ALAMAT.produk,
  hide: true,
  operationId: "dasborProduk",
  tags: ["Dasbor"],
  summary: "Semua produk, juga yang tidak dijual",
  access: staf("admin", "karyawan"),
  request: { query: produkQuery },
  responses: { 200: { description: "Halaman", content: { "text/html": { schema: z.string() } } } },
});

const ubahSatu = defineRoute({
  method: "post",
  path: ALAMAT.ubahProduk,
  hide: true,
  operationId: "dasborUbahProduk",
  tags: ["Dasbor"],
  summary: "Ubah harga, dan apakah dijual",
  access: staf("admin"),
  request: {
    params: produkParams,
    body: { required: true, content: { [FORM]: { schema: produkFormulir } } },
  },
  responses: { 303: { description: "Diubah" } },
});

export function produkRoutes(deps: { db: Database }): Router {
  const router = ruteDasbor({ [ALAMAT.ubahProduk]: ulangProduk });
  router.openapi(daftar, async (c) => {
    const query = c.req.valid("query");
    const { cari, aktif, tersedia } = query;
    const saringan = { cari, aktif: aktif && aktif === "ya", tersedia: tersedia && tersedia === "ya" };
    const baris = await daftarProduk(deps, c.var.actor, PER_HALAMAN + 1, query.sesudah, saringan);
    return tunjukkan(c, halamanProduk(query, sehalaman(baris), pelihat(c)));
  });
  router.openapi(ubahSatu, async (c) => {
    const { harga, aktif, ...isian } = c.req.valid("form");
    dariHalaman(c, isian);
    const menjadi = { harga: BigInt(harga), aktif: aktif === "ya" };
    await ubah(deps, c.var.actor, c.req.valid("param").id, menjadi);
    return c.redirect(denganKueri(ALAMAT.produk, { kabar: "diubah" }), 303);
  });
  return router;
}
