import { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import { linkNext, listAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire } from "../../platform/money.ts";
import { MitraTidakAda } from "../mitra/mitra.ts";
import { HargaTidakSah, ProdukTidakDikenal } from "../produk/produk.ts";
import * as harga from "./harga.ts";
import { aturanParams, aturanQuery, aturanSchema, isiAturanSchema } from "./schema.ts";

const tags = ["PPOB"];
const SEMUA = "/aturan-harga";

const semua = defineRoute({
  method: "get",
  path: SEMUA,
  operationId: "semuaAturanHarga",
  tags,
  summary: "Aturan harga, terbaru dulu",
  access: untuk("admin"),
  request: { query: aturanQuery },
  responses: {
    200: {
      description: "Aturan; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: { "application/json": { schema: z.array(aturanSchema) } },
    },
  },
});

const atur = defineRoute({
  method: "put",
  path: SEMUA,
  operationId: "aturHarga",
  tags,
  summary: "Buat aturan harga, atau ganti aturan dengan sasaran yang sama",
  description:
    "Aturan untuk mitra mendahului aturan untuk tier-nya, dan itu mendahului aturan untuk semua; di antaranya aturan untuk produk mendahului aturan untuk kategorinya, dan itu mendahului aturan untuk semua produk. Aturan di atas harga biller dilewati selama harga itu tidak diketahui, dan tidak berlaku untuk produk bebas nominal dan pascabayar.",
  access: untuk("admin"),
  request: { body: { required: true, content: { "application/json": { schema: isiAturanSchema } } } },
  responses: { 200: { description: "Aturan", content: { "application/json": { schema: aturanSchema } } } },
  errors: [MitraTidakAda, ProdukTidakDikenal, harga.HanyaBiayaTetap, HargaTidakSah],
});

const hapus = defineRoute({
  method: "delete",
  path: "/aturan-harga/{id}",
  operationId: "hapusAturanHarga",
  tags,
  summary: "Hapus aturan harga",
  access: untuk("admin"),
  request: { params: aturanParams },
  responses: { 204: { description: "Terhapus" } },
  errors: [harga.AturanTidakAda],
});

export function hargaRoutes(deps: harga.HargaDeps): Router {
  const router = createRouter();
  router.openapi(semua, async (c) => {
    const { limit, before, mitra_id: mitraId, tier, produk_id: produkId } = c.req.valid("query");
    const baris = await harga.semua(deps, c.var.actor, limit, before, { mitraId, tier, produkId });
    linkNext(c, limit, baris);
    return c.json(baris.map(keWire), 200);
  });
  router.openapi(atur, async (c) => {
    const { mitra_id: mitraId, tier, produk_id: produkId, kategori, jenis, nilai } = c.req.valid("json");
    const isi = { mitraId, tier, produkId, kategori, jenis, nilai: BigInt(nilai) };
    return c.json(keWire(await harga.atur(deps, c.var.actor, isi)), 200);
  });
  router.openapi(hapus, async (c) => {
    await harga.hapus(deps, c.var.actor, c.req.valid("param").id);
    return c.body(null, 204);
  });
  return router;
}

function keWire(aturan: harga.Aturan): z.input<typeof aturanSchema> {
  return {
    id: aturan.id,
    mitra_id: aturan.mitraId,
    tier: aturan.tier,
    produk_id: aturan.produkId,
    kategori: aturan.kategori,
    jenis: aturan.jenis,
    nilai: toWire(aturan.nilai),
    diubah_pada: aturan.diubahPada.toISOString(),
  };
}
