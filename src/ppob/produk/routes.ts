import { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import { afterAnswerHeaders, linkAfter } from "../../platform/http/list.ts";
import { defineRoute, either } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { mitraAccess } from "../mitra/mitra.ts";
import { keadaan, sinkronSekarang, TerlaluSeringSinkron, type SinkronDeps } from "./jobs.ts";
import * as produk from "./produk.ts";
import {
  billerQuery,
  hasilSinkronSchema,
  keadaanSinkronSchema,
  operatorQuery,
  operatorSchema,
  produkBillerSchema,
  produkParams,
  produkQuery,
  produkSchema,
  tambahProdukSchema,
  ubahProdukSchema,
} from "./schema.ts";
import { dariWire, keadaanKeWire, keWire, keWireBiller } from "./wire.ts";

const tags = ["PPOB"];
const SEMUA = "/produk";
const SINKRON = "/produk/sinkron";
const satuProduk = { "application/json": { schema: produkSchema } };

const daftar = defineRoute({
  method: "get",
  path: SEMUA,
  operationId: "daftarProduk",
  tags,
  summary: "Daftar produk yang dijual, menurut id",
  description:
    "Mitra melihat yang dijual dengan harganya sendiri, staf melihat semuanya dengan harga jual umum. Diambil dari catatan kita sendiri: biller tidak ditanya.",
  access: either("x-api-key", mitraAccess, untuk("admin", "karyawan")),
  request: { query: produkQuery },
  responses: {
    200: {
      description: "Produk; header Link menunjuk halaman berikutnya",
      headers: afterAnswerHeaders,
      content: { "application/json": { schema: z.array(produkSchema) } },
    },
  },
});

const operator = defineRoute({
  method: "get",
  path: "/operator",
  operationId: "operatorNomor",
  tags,
  summary: "Operator sebuah nomor HP, menurut awalannya",
  description: "Saran saja: daftar awalan tidak selalu sepakat, dan biller yang menentukan.",
  access: mitraAccess,
  request: { query: operatorQuery },
  responses: {
    200: { description: "Operator", content: { "application/json": { schema: operatorSchema } } },
  },
});

const tambah = defineRoute({
  method: "post",
  path: SEMUA,
  operationId: "tambahProduk",
  tags,
  summary: "Jual produk baru",
  access: untuk("admin"),
  request: { body: { required: true, content: { "application/json": { schema: tambahProdukSchema } } } },
  responses: { 201: { description: "Produk", content: satuProduk } },
  errors: [produk.KodeProdukDipakai, produk.HargaTidakSah, produk.CadanganSama],
});

const ubah = defineRoute({
  method: "patch",
  path: "/produk/{id}",
  operationId: "ubahProduk",
  tags,
  summary: "Ubah produk",
  description:
    "Yang tidak dikirim tetap. Berlaku mulai pembelian berikutnya. Nominal dan jenis tidak berubah: untuk itu jual produk baru.",
  access: untuk("admin"),
  request: {
    params: produkParams,
    body: { required: true, content: { "application/json": { schema: ubahProdukSchema } } },
  },
  responses: { 200: { description: "Produk", content: satuProduk } },
  errors: [produk.ProdukTidakDikenal, produk.KodeProdukDipakai, produk.HargaTidakSah, produk.CadanganSama],
});

const daftarBiller = defineRoute({
  method: "get",
  path: "/produk/biller",
  operationId: "daftarProdukBiller",
  tags,
  summary: "Daftar harga biller yang terakhir diterima, menurut kode",
  access: untuk("admin"),
  request: { query: billerQuery },
  responses: {
    200: {
      description: "Produk biller; header Link menunjuk halaman berikutnya",
      headers: afterAnswerHeaders,
      content: { "application/json": { schema: z.array(produkBillerSchema) } },
    },
  },
});

const sinkron = defineRoute({
  method: "post",
  path: SINKRON,
  operationId: "sinkronProduk",
  tags,
  summary: "Minta daftar harga biller sekarang",
  description:
    "Daftar diminta sendiri tiap beberapa menit; di sini tanpa menunggu. Biller melayani satu permintaan tiap lima menit untuk tiap daftar: yang belum waktunya tidak diminta.",
  access: untuk("admin"),
  responses: {
    200: {
      description: "Apa yang diminta dan diterima",
      content: { "application/json": { schema: hasilSinkronSchema } },
    },
  },
  errors: [TerlaluSeringSinkron],
});

const keadaanSinkron = defineRoute({
  method: "get",
  path: SINKRON,
  operationId: "keadaanSinkronProduk",
  tags,
  summary: "Kapan daftar harga biller terakhir diminta dan diterima",
  access: untuk("admin"),
  responses: {
    200: { description: "Keadaan", content: { "application/json": { schema: keadaanSinkronSchema } } },
  },
});

export function produkRoutes(deps: SinkronDeps): Router {
  const router = createRouter();
  router.openapi(daftar, async (c) => {
    const { limit, after, q: cari, brand: merek, ...saringan } = c.req.valid("query");
    const baris = await produk.daftar(deps, c.var.actor, limit, after, { ...saringan, cari, merek });
    linkAfter(c, limit, baris.length, baris.at(-1)?.id);
    return c.json(baris.map(keWire), 200);
  });
  router.openapi(operator, async (c) => {
    const { nomor } = c.req.valid("query");
    const dikenal = await produk.operator(deps, c.var.actor, nomor);
    return c.json({ nomor, operator: dikenal?.nama ?? null, merek: dikenal?.merek ?? [] }, 200);
  });
  router.openapi(tambah, async (c) => {
    const { nominal, jenis, kode, nama, kategori, harga, ...isian } = c.req.valid("json");
    const baru = {
      ...dariWire(isian),
      kode,
      nama,
      kategori,
      harga: BigInt(harga),
      nominal: typeof nominal === "number" ? BigInt(nominal) : null,
      ...(jenis && { jenis }),
    };
    return c.json(keWire(await produk.tambah(deps, c.var.actor, baru)), 201);
  });
  router.openapi(ubah, async (c) => {
    const menjadi = dariWire(c.req.valid("json"));
    return c.json(keWire(await produk.ubah(deps, c.var.actor, c.req.valid("param").id, menjadi)), 200);
  });
  router.openapi(daftarBiller, async (c) => {
    const { limit, after, q: cari, brand: merek, ...saringan } = c.req.valid("query");
    const baris = await produk.semuaBiller(deps, c.var.actor, limit, after, { ...saringan, cari, merek });
    linkAfter(c, limit, baris.length, baris.at(-1)?.kode);
    return c.json(baris.map(keWireBiller), 200);
  });
  router.openapi(sinkron, async (c) =>
    c.json(await sinkronSekarang({ ...deps, log: c.var.log }, c.var.actor), 200),
  );
  router.openapi(keadaanSinkron, async (c) => c.json(keadaanKeWire(await keadaan(deps, c.var.actor)), 200));
  return router;
}
