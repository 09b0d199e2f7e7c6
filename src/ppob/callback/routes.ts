import { z } from "@hono/zod-openapi";
import { inBackground } from "../../platform/http/background.ts";
import { UnsupportedMediaType, ValidationFailed } from "../../platform/http/errors.ts";
import { okSchema } from "../../platform/http/fields.ts";
import { linkNext, listAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute, type Access } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { mitraAccess } from "../mitra/mitra.ts";
import * as callback from "./callback.ts";
import { prosesKiriman } from "./jobs.ts";
import {
  callbackBerahasia,
  callbackSchema,
  isiCallback,
  kirimanParams,
  kirimanQuery,
  kirimanSchema,
  pesanKiriman,
  ujiSchema,
  ulangSchema,
} from "./schema.ts";

const tags = ["PPOB"];
const CALLBACK = "/mitra/callback";

const lihat = defineRoute({
  method: "get",
  path: CALLBACK,
  operationId: "lihatCallback",
  tags,
  summary: "Alamat callback sendiri",
  access: mitraAccess,
  responses: {
    200: { description: "Callback", content: { "application/json": { schema: callbackSchema } } },
  },
  errors: [callback.CallbackTidakAda],
});

const pasang = defineRoute({
  method: "put",
  path: CALLBACK,
  operationId: "pasangCallback",
  tags,
  summary: "Pasang alamat callback, atau hidupkan lagi",
  description: [
    "Setiap transaksi yang berakhir dikabarkan dengan POST ke alamat ini: `transaksi.sukses`, `transaksi.gagal`, atau `transaksi.dikembalikan` (sukses yang ditarik biller).",
    'Isinya `{"type", "timestamp", "data"}`, ditandatangani menurut Standard Webhooks: header `webhook-id`, `webhook-timestamp` (detik Unix), dan `webhook-signature` (`v1,` lalu base64 HMAC-SHA256 atas `id.timestamp.isi`).',
    "Jawab 2xx dalam 10 detik; selain itu dicoba lagi sampai hari ketiga, dengan `webhook-id` yang sama. Pengalihan tidak diikuti. Jawaban 410, atau 72 jam tanpa satu pun yang sampai, mematikan callback.",
  ].join("\n\n"),
  access: mitraAccess,
  request: { body: { required: true, content: { "application/json": { schema: isiCallback } } } },
  responses: {
    200: { description: "Terpasang", content: { "application/json": { schema: callbackBerahasia } } },
  },
  errors: [callback.AlamatCallbackDitolak],
});

const hapus = defineRoute({
  method: "delete",
  path: CALLBACK,
  operationId: "hapusCallback",
  tags,
  summary: "Hapus alamat callback",
  description: "Kiriman yang masih menunggu menjadi gagal.",
  access: mitraAccess,
  responses: { 204: { description: "Terhapus" } },
  errors: [callback.CallbackTidakAda],
});

const daftar = defineRoute({
  method: "get",
  path: "/mitra/callback/kiriman",
  operationId: "daftarKiriman",
  tags,
  summary: "Kiriman callback dan percobaannya, terbaru dulu",
  access: mitraAccess,
  request: { query: kirimanQuery },
  responses: {
    200: {
      description: "Kiriman; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: { "application/json": { schema: z.array(kirimanSchema) } },
    },
  },
});

const ulang = defineRoute({
  method: "post",
  path: "/mitra/callback/kiriman/{id}/ulang",
  operationId: "ulangKiriman",
  tags,
  summary: "Kirim sekali lagi, juga yang sudah sampai",
  description: "Dengan `webhook-id` yang sama.",
  access: mitraAccess,
  request: { params: kirimanParams },
  responses: {
    202: { description: "Akan dikirim", content: { "application/json": { schema: ulangSchema } } },
  },
  errors: [callback.KirimanTidakAda, callback.CallbackMati],
});

const uji = defineRoute({
  method: "post",
  path: "/mitra/callback/uji",
  operationId: "ujiCallback",
  tags,
  summary: "Kirim contoh ke alamat callback, sekarang juga",
  description: 'Isinya `{"type":"uji", …}`, ditandatangani seperti kiriman lain. Paling banyak 10 per menit.',
  access: mitraAccess,
  responses: {
    200: { description: "Bagaimana berakhirnya", content: { "application/json": { schema: ujiSchema } } },
  },
  errors: [callback.CallbackTidakAda],
});

export function callbackMitraRoutes(
  deps: callback.CallbackDeps,
  queueAccess: (path: string) => Access,
): Router {
  const antrean = defineRoute({
    method: "post",
    path: callback.QUEUE_PATH,
    operationId: "antreanKiriman",
    tags: ["Layanan"],
    summary: "Dipanggil QStash: antarkan satu kiriman callback",
    access: queueAccess(callback.QUEUE_PATH),
    rawBody: true,
    request: { body: { required: true, content: { "application/json": { schema: pesanKiriman } } } },
    responses: { 200: { description: "Ditangani", content: { "application/json": { schema: okSchema } } } },
    errors: [ValidationFailed, UnsupportedMediaType],
  });
  const router = createRouter();
  router.openapi(lihat, async (c) => c.json(toWireBody(await callback.lihat(deps, c.var.actor)), 200));
  router.openapi(pasang, async (c) => {
    const terpasang = await callback.pasang(deps, c.var.actor, c.req.valid("json").url);
    return c.json({ ...toWireBody(terpasang), rahasia: terpasang.rahasia }, 200);
  });
  router.openapi(hapus, async (c) => {
    await callback.hapus(deps, c.var.actor);
    return c.body(null, 204);
  });
  router.openapi(daftar, async (c) => {
    const { limit, before, status, transaksi_id: transaksiId } = c.req.valid("query");
    const baris = await callback.daftarKiriman(deps, c.var.actor, limit, before, { status, transaksiId });
    linkNext(c, limit, baris);
    return c.json(baris.map(toWireKiriman), 200);
  });
  router.openapi(ulang, async (c) => {
    const { id } = c.req.valid("param");
    await callback.ulang(deps, c.var.actor, id, c.var.log, inBackground(c));
    return c.json({ id, status: "menunggu" as const }, 202);
  });
  router.openapi(uji, async (c) => {
    const { kodeHttp, galat, ms } = await callback.uji(deps, c.var.actor);
    return c.json({ kode_http: kodeHttp, galat, ms }, 200);
  });
  router.openapi(antrean, async (c) => {
    await prosesKiriman({ ...deps, log: c.var.log }, c.req.valid("json").kiriman_id);
    return c.json({ status: "ok" as const }, 200);
  });
  return router;
}

function toWireBody(baris: callback.Callback): z.input<typeof callbackSchema> {
  return {
    url: baris.url,
    aktif: baris.aktif,
    gagal_sejak: baris.gagalSejak?.toISOString() ?? null,
    dimatikan_pada: baris.dimatikanPada?.toISOString() ?? null,
    diubah_pada: baris.diubahPada.toISOString(),
  };
}

function toWireKiriman(baris: callback.Kiriman): z.input<typeof kirimanSchema> {
  return {
    id: baris.id,
    pesan_id: baris.pesanId,
    transaksi_id: baris.transaksiId,
    peristiwa: baris.peristiwa,
    status: baris.status,
    percobaan: baris.percobaan,
    lanjut_pada: baris.status === "menunggu" ? baris.lanjutPada.toISOString() : null,
    dibuat_pada: baris.dibuatPada.toISOString(),
    terkirim_pada: baris.terkirimPada?.toISOString() ?? null,
    log: baris.log.map(({ waktu, url, kodeHttp, galat, ms }) => ({
      waktu: waktu.toISOString(),
      url,
      kode_http: kodeHttp,
      galat,
      ms,
    })),
  };
}
