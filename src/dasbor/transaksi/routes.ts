import { z } from "@hono/zod-openapi";
import { maunyaHalaman } from "../../halaman/halaman.ts";
import type { Database } from "../../platform/db/database.ts";
import { defineRoute, FORM } from "../../platform/http/route.ts";
import type { Router } from "../../platform/http/router.ts";
import * as transaksi from "../../ppob/transaksi/transaksi.ts";
import { ALAMAT, alamatSatu, denganKueri } from "../alamat.ts";
import {
  awalHari,
  dariHalaman,
  pelihat,
  PER_HALAMAN,
  ruteDasbor,
  sehalaman,
  staf,
  tunjukkan,
} from "../kerangka/kerangka.ts";
import { putuskanAtauTunjukkan } from "./putusan.ts";
import { halamanRincian, ulangPutusan } from "./rincian.tsx";
import { putusanFormulir, rincianQuery, transaksiParams, transaksiQuery } from "./schema.ts";
import { halamanStruk } from "./struk.tsx";
import { halamanTransaksi } from "./tampilan.tsx";

const tags = ["Dasbor"];
const page = { 200: { description: "Halaman", content: { "text/html": { schema: z.string() } } } };

const daftar = defineRoute({
  method: "get",
  path: ALAMAT.transaksi,
  hide: true,
  operationId: "dasborTransaksi",
  tags,
  summary: "Transaksi semua mitra",
  access: staf("admin", "karyawan"),
  request: { query: transaksiQuery },
  responses: page,
});

const satu = defineRoute({
  method: "get",
  path: ALAMAT.satuTransaksi,
  hide: true,
  operationId: "dasborSatuTransaksi",
  tags,
  summary: "Satu transaksi dengan percobaan dan jurnalnya",
  access: staf("admin", "karyawan"),
  request: { params: transaksiParams, query: rincianQuery },
  responses: page,
});

const struk = defineRoute({
  method: "get",
  path: ALAMAT.struk,
  hide: true,
  operationId: "dasborStruk",
  tags,
  summary: "Struk untuk dicetak",
  access: staf("admin", "karyawan"),
  request: { params: transaksiParams },
  responses: page,
});

const putusan = defineRoute({
  method: "post",
  path: ALAMAT.putusan,
  hide: true,
  operationId: "dasborPutusan",
  tags,
  summary: "Putuskan transaksi yang tidak kunjung selesai",
  access: staf("admin"),
  request: {
    params: transaksiParams,
    body: { required: true, content: { [FORM]: { schema: putusanFormulir } } },
  },
  responses: { 303: { description: "Diputuskan" } },
});

export function transaksiRoutes(deps: { db: Database }): Router {
  const router = ruteDasbor({ [ALAMAT.putusan]: ulangPutusan });
  router.openapi(daftar, async (c) => {
    const { sebelum, nomor, mitra, produk, dari, sampai, ...sisa } = c.req.valid("query");
    const baris = await transaksi.cari(deps, c.var.actor, PER_HALAMAN + 1, sebelum, {
      ...sisa,
      mitraId: mitra,
      produkId: produk,
      nomorTujuan: nomor,
      dari: dari === undefined ? undefined : awalHari(dari),
      sampai: sampai === undefined ? undefined : awalHari(sampai, 1),
    });
    return tunjukkan(c, halamanTransaksi(c.req.valid("query"), sehalaman(baris), pelihat(c)));
  });
  router.openapi(satu, async (c) => {
    const rincian = await transaksi.rincian(deps, c.var.actor, c.req.valid("param").id);
    return tunjukkan(c, halamanRincian(rincian, pelihat(c), c.req.valid("query")));
  });
  router.openapi(struk, async (c) => {
    const rincian = await transaksi.rincian(deps, c.var.actor, c.req.valid("param").id);
    return tunjukkan(c, halamanStruk(rincian));
  });
  router.openapi(putusan, async (c) => {
    const { id } = c.req.valid("param");
    const isian = c.req.valid("form");
    dariHalaman(c, isian);
    const { hasil, alasan, sn } = isian;
    const putusan = { hasil, alasan, sn: sn || null };
    const kini = await putuskanAtauTunjukkan(deps, c.var.actor, id, putusan);
    if (kini && !maunyaHalaman(c)) throw kini.ditolak;
    if (kini) {
      const { detail: galat, status } = kini.ditolak.definition;
      return tunjukkan(c, halamanRincian(kini.rincian, pelihat(c), { galat }), status);
    }
    const halaman = alamatSatu(ALAMAT.satuTransaksi, id);
    return c.redirect(denganKueri(halaman, { kabar: "diputuskan" }), 303);
  });
  return router;
}
