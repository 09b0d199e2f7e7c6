import { inBackground } from "../../platform/http/background.ts";
import { UnsupportedMediaType, ValidationFailed } from "../../platform/http/errors.ts";
import { okSchema } from "../../platform/http/fields.ts";
import { defineRoute, type Access } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { billerAccess } from "../biller/biller.ts";
import { mitraAccess } from "../mitra/mitra.ts";
import { KunciDipakai } from "../saldo/saldo.ts";
import { prosesTransaksi, type JobDeps } from "./jobs.ts";
import {
  beliAnswerHeaders,
  beliHeaders,
  beliSchema,
  diterimaSchema,
  pesanAntrean,
  statusParams,
  transaksiSchema,
  webhookSchema,
} from "./schema.ts";
import { terimaWebhook } from "./hasil.ts";
import * as transaksi from "./transaksi.ts";
import { satuPembelian } from "./wire.ts";

const beli = defineRoute({
  method: "post",
  path: "/beli",
  operationId: "beli",
  tags: ["PPOB"],
  summary: "Beli satu produk",
  description:
    "Harga produk ditahan dari saldo, pembelian diproses lewat antrean. Kirim Idempotency-Key agar permintaan yang diulang tidak membeli dua kali.",
  access: mitraAccess,
  request: {
    headers: beliHeaders,
    body: { required: true, content: { "application/json": { schema: beliSchema } } },
  },
  responses: {
    200: {
      description: "Diterima",
      headers: beliAnswerHeaders,
      content: { "application/json": { schema: diterimaSchema } },
    },
  },
  errors: [
    transaksi.SaldoTidakCukup,
    transaksi.ProdukTidakAda,
    KunciDipakai,
    transaksi.HargaBerubah,
    transaksi.ProdukTidakTersedia,
    transaksi.ProdukTutup,
    transaksi.SudahDibeliHariIni,
    transaksi.ProdukPascabayar,
    transaksi.NominalWajib,
    transaksi.NominalTidakSesuai,
  ],
});

const status = defineRoute({
  method: "get",
  path: "/status/{id}",
  operationId: "statusTransaksi",
  tags: ["PPOB"],
  summary: "Status dan hasil satu transaksi",
  access: mitraAccess,
  request: { params: statusParams },
  responses: {
    200: { description: "Transaksi", content: { "application/json": { schema: transaksiSchema } } },
  },
  errors: [transaksi.TransaksiTidakAda],
});

export function transaksiRoutes(deps: transaksi.TransaksiDeps): Router {
  const router = createRouter();
  router.openapi(beli, async (c) => {
    const {
      produk_id: produkId,
      nomor_tujuan: nomorTujuan,
      nominal,
      ref_id: refId,
      ...isian
    } = c.req.valid("json");
    const kunci = oneKey(c.req.valid("header")["Idempotency-Key"], refId);
    const pembelian = {
      produkId,
      nomorTujuan,
      nominal: nominal === undefined ? undefined : BigInt(nominal),
      kunci,
      hargaMaks: isian.harga_maks === undefined ? undefined : BigInt(isian.harga_maks),
    };
    const { id, ulangan } = await transaksi.beli(deps, c.var.actor, pembelian, c.var.log, inBackground(c));
    if (ulangan) c.header("idempotency-replayed", "true");
    return c.json({ id, status: "pending" as const }, 200);
  });
  router.openapi(status, async (c) => {
    return c.json(satuPembelian(await transaksi.status(deps, c.var.actor, c.req.valid("param").id)), 200);
  });
  return router;
}

/** What only vendors call: the queue that delivers purchases, and the biller that reports how they ended. */
export function vendorRoutes(deps: JobDeps, queueAccess: (path: string) => Access): Router {
  const antrean = defineRoute({
    method: "post",
    path: transaksi.QUEUE_PATH,
    operationId: "antreanTransaksi",
    tags: ["Layanan"],
    summary: "Dipanggil QStash: jalankan satu pembelian",
    access: queueAccess(transaksi.QUEUE_PATH),
    rawBody: true,
    request: { body: { required: true, content: { "application/json": { schema: pesanAntrean } } } },
    responses: { 200: { description: "Ditangani", content: { "application/json": { schema: okSchema } } } },
    errors: [ValidationFailed, UnsupportedMediaType],
  });
  const webhook = defineRoute({
    method: "post",
    path: "/webhook/biller",
    operationId: "webhookBiller",
    tags: ["Layanan"],
    summary: "Dipanggil biller: hasil satu pembelian",
    description:
      "Ditandatangani dengan X-Hub-Signature (HMAC-SHA1 atas isi persis). Ping dan jenis lain dijawab ok.",
    access: billerAccess,
    rawBody: true,
    request: { body: { required: true, content: { "application/octet-stream": { schema: webhookSchema } } } },
    responses: { 200: { description: "Diterima", content: { "application/json": { schema: okSchema } } } },
  });
  const router = createRouter();
  router.openapi(antrean, async (c) => {
    await prosesTransaksi({ ...deps, log: c.var.log }, c.req.valid("json").transaksi_id);
    return c.json({ status: "ok" as const }, 200);
  });
  router.openapi(webhook, async (c) => {
    await terimaWebhook(deps, c.req.raw.headers, c.var.rawBody, c.var.log);
    return c.json({ status: "ok" as const }, 200);
  });
  return router;
}

/** The key of the header or of the body; both only if they agree. */
function oneKey(header: string | undefined, body: string | undefined): string | undefined {
  if (header !== undefined && body !== undefined && header !== body) {
    throw new ValidationFailed({
      errors: [{ pointer: "#/ref_id", detail: "berbeda dengan Idempotency-Key" }],
    });
  }
  return header ?? body;
}
