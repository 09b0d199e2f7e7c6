import { z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { contentDisposition } from "../../platform/http/file-answer.ts";
import { linkBefore, listAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { mitraAccess } from "../mitra/mitra.ts";
import { satuPembelian, transaksiSchema } from "../transaksi/transaksi.ts";
import * as laporan from "./laporan.ts";
import { riwayat as cari } from "./riwayat.ts";
import { laporanAnswerHeaders, laporanQuery, laporanSchema, riwayatQuery } from "./schema.ts";
import { laporanCsv, laporanJson, namaBerkas } from "./wire.ts";

const riwayat = defineRoute({
  method: "get",
  path: "/riwayat",
  operationId: "riwayatTransaksi",
  tags: ["PPOB"],
  summary: "Transaksi terakhir, terbaru dulu",
  description:
    "Semua saringan yang diisi harus cocok. Bila beberapa saringan digabung, satu halaman dapat lebih pendek dari limit, bahkan kosong, selama header Link masih menunjuk halaman berikutnya.",
  access: mitraAccess,
  request: { query: riwayatQuery },
  responses: {
    200: {
      description: "Transaksi; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: { "application/json": { schema: z.array(transaksiSchema) } },
    },
  },
});

const CSV = "text/csv";
const JENIS = ["application/json", CSV];

const unduh = defineRoute({
  method: "get",
  path: "/laporan",
  operationId: "laporanTransaksi",
  tags: ["PPOB"],
  summary: "Semua transaksi satu periode, terlama dulu",
  description: `Paling lama ${laporan.HARI_LAPORAN} hari. Tanpa \`sampai\`: sampai sekarang. Tanpa \`dari\`: sejak awal bulan itu. Jawaban dialirkan; bila terputus di tengah jalan, koneksinya putus dan laporannya tidak lengkap: ulangi.`,
  access: mitraAccess,
  request: { query: laporanQuery },
  responses: {
    200: {
      description: "Laporan",
      headers: laporanAnswerHeaders,
      content: {
        "application/json": { schema: laporanSchema },
        [CSV]: { schema: z.string() },
      },
    },
  },
});

export function riwayatRoutes(deps: laporan.LaporanDeps): Router {
  const router = createRouter();
  router.openapi(riwayat, async (c) => {
    const { limit, before, produk_id: produkId, nomor_tujuan: nomorTujuan, ...query } = c.req.valid("query");
    const saringan = { ...query, produkId, nomorTujuan, refId: query.ref_id };
    const { baris, lanjut } = await cari(deps, c.var.actor, limit, before, saringan);
    if (lanjut !== undefined) linkBefore(c, limit, lanjut);
    return c.json(baris.map(satuPembelian), 200);
  });
  router.openapi(unduh, async (c) => {
    const { format, pemisah, ...diminta } = c.req.valid("query");
    const jenis = accepts(c, { header: "Accept", supports: JENIS, default: "application/json" });
    const isi = await laporan.laporan(deps, c.var.actor, laporan.periodeLaporan(deps.clock, diminta));
    c.header("vary", "Accept", { append: true });
    if ((format ?? (jenis === CSV ? "csv" : "json")) === "json")
      return c.body(laporan.mengalir(laporanJson(isi), c.var.log), 200, {
        "content-type": "application/json",
      });
    c.header("content-disposition", contentDisposition(CSV, namaBerkas(isi)));
    const potongan = laporanCsv(isi, pemisah === "koma" ? "," : ";");
    return c.body(laporan.mengalir(potongan, c.var.log), 200, {
      "content-type": `${CSV}; charset=utf-8; header=present`,
    });
  });
  return router;
}
