import type { z } from "@hono/zod-openapi";
import { inBackground } from "../../platform/http/background.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire } from "../../platform/money.ts";
import { TagihanDitolak } from "../biller/biller.ts";
import { mitraAccess } from "../mitra/mitra.ts";
import { KunciDipakai } from "../saldo/saldo.ts";
import {
  beliAnswerHeaders,
  beliHeaders,
  diterimaSchema,
  ProdukTidakAda,
  ProdukTidakTersedia,
  ProdukTutup,
  SaldoTidakCukup,
} from "../transaksi/transaksi.ts";
import {
  cekPlnSchema,
  pelangganPlnSchema,
  tagihanParams,
  tagihanSchema,
  tanyaTagihanSchema,
} from "./schema.ts";
import * as tagihan from "./tagihan.ts";

const tanya = defineRoute({
  method: "post",
  path: "/tagihan",
  operationId: "tanyaTagihan",
  tags: ["PPOB"],
  summary: "Tanyakan satu tagihan pascabayar",
  description:
    "Pertanyaan yang sama dalam 60 detik dijawab dengan tagihan yang sama. Berlaku 30 menit, dan hanya pada hari yang sama (WIB). Perlu saldo.",
  access: mitraAccess,
  request: { body: { required: true, content: { "application/json": { schema: tanyaTagihanSchema } } } },
  responses: { 201: { description: "Tagihan", content: { "application/json": { schema: tagihanSchema } } } },
  errors: [
    SaldoTidakCukup,
    ProdukTidakAda,
    ProdukTidakTersedia,
    ProdukTutup,
    tagihan.ProdukPrabayar,
    TagihanDitolak,
    tagihan.TagihanSedangDitanyakan,
    tagihan.TagihanTerlaluSering,
  ],
});

const lihat = defineRoute({
  method: "get",
  path: "/tagihan/{id}",
  operationId: "satuTagihan",
  tags: ["PPOB"],
  summary: "Satu tagihan, dan apakah sudah dibayar",
  access: mitraAccess,
  request: { params: tagihanParams },
  responses: { 200: { description: "Tagihan", content: { "application/json": { schema: tagihanSchema } } } },
  errors: [tagihan.TagihanTidakAda],
});

const bayar = defineRoute({
  method: "post",
  path: "/tagihan/{id}/bayar",
  operationId: "bayarTagihan",
  tags: ["PPOB"],
  summary: "Bayar satu tagihan",
  description:
    "Sekali saja: permintaan yang diulang menjawab pembayaran yang pertama. Hasilnya ada di GET /status/{id} dengan id dari jawaban ini.",
  access: mitraAccess,
  request: { params: tagihanParams, headers: beliHeaders },
  responses: {
    200: {
      description: "Diterima",
      headers: beliAnswerHeaders,
      content: { "application/json": { schema: diterimaSchema } },
    },
  },
  errors: [
    SaldoTidakCukup,
    tagihan.TagihanTidakAda,
    tagihan.TagihanKedaluwarsa,
    tagihan.TagihanSudahDibayar,
    tagihan.TagihanBerubah,
    KunciDipakai,
  ],
});

const cekPln = defineRoute({
  method: "post",
  path: "/cek-pln",
  operationId: "cekPln",
  tags: ["PPOB"],
  summary: "Nama pemilik meter PLN, sebelum membeli token; perlu saldo",
  access: mitraAccess,
  request: { body: { required: true, content: { "application/json": { schema: cekPlnSchema } } } },
  responses: {
    200: { description: "Pelanggan", content: { "application/json": { schema: pelangganPlnSchema } } },
  },
  errors: [SaldoTidakCukup, TagihanDitolak],
});

export function tagihanRoutes(deps: tagihan.TagihanDeps): Router {
  const router = createRouter();
  router.openapi(tanya, async (c) => {
    const isian = c.req.valid("json");
    const jawaban = await tagihan.tanyakan(deps, c.var.actor, {
      produkId: isian.produk_id,
      nomorPelanggan: isian.nomor_pelanggan,
      nominal: isian.nominal === undefined ? null : BigInt(isian.nominal),
      tahun: isian.tahun ?? null,
      nomorKedua: isian.nomor_kedua ?? null,
    });
    return c.json(toWireBody(jawaban), 201);
  });
  router.openapi(lihat, async (c) => {
    return c.json(toWireBody(await tagihan.tagihan(deps, c.var.actor, c.req.valid("param").id)), 200);
  });
  router.openapi(bayar, async (c) => {
    const kunci = c.req.valid("header")["Idempotency-Key"];
    const { id } = c.req.valid("param");
    const dibayar = await tagihan.bayar(deps, c.var.actor, id, kunci, c.var.log, inBackground(c));
    if (dibayar.ulangan) c.header("idempotency-replayed", "true");
    return c.json({ id: dibayar.id, status: "pending" as const }, 200);
  });
  router.openapi(cekPln, async (c) => {
    const { nomor } = c.req.valid("json");
    const { nama, meter, idPelanggan, daya } = await tagihan.cekPln(deps, c.var.actor, nomor);
    return c.json({ nomor, nama, meter, id_pelanggan: idPelanggan, daya }, 200);
  });
  return router;
}

function toWireBody(baris: tagihan.Tagihan): z.input<typeof tagihanSchema> {
  return {
    id: baris.id,
    produk_id: baris.produkId,
    nomor_pelanggan: baris.nomorPelanggan,
    nama_pelanggan: baris.namaPelanggan,
    periode: baris.periode,
    lembar: baris.lembar,
    tagihan: toWire(baris.hargaJual - (baris.admin ?? 0n)),
    admin: baris.admin === null ? null : toWire(baris.admin),
    total: toWire(baris.hargaJual),
    harga: toWire(baris.harga),
    rincian: baris.rincian,
    diminta_pada: baris.dimintaPada.toISOString(),
    berlaku_sampai: baris.berlakuSampai.toISOString(),
    transaksi_id: baris.transaksiId,
  };
}
