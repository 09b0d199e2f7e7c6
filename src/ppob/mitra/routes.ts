import { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import { linkNext, listAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute, open } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire } from "../../platform/money.ts";
import {
  atur,
  daftar,
  EmailTerdaftar,
  mitraAccess,
  MitraTidakAda,
  rotasiKunci,
  SaldoAwalDitolak,
  semua,
  type Mitra,
  type MitraDeps,
} from "./mitra.ts";
import {
  aturMitraSchema,
  daftarSchema,
  kunciSchema,
  mitraParams,
  mitraQuery,
  mitraSchema,
} from "./schema.ts";

const register = defineRoute({
  method: "post",
  path: "/register",
  operationId: "daftarMitra",
  tags: ["PPOB"],
  summary: "Daftar sebagai mitra dan terima sepasang kunci",
  description: "Kedua kunci hanya tampil sekali, di jawaban ini.",
  access: open,
  request: { body: { required: true, content: { "application/json": { schema: daftarSchema } } } },
  responses: { 200: { description: "Terdaftar", content: { "application/json": { schema: kunciSchema } } } },
  errors: [SaldoAwalDitolak, EmailTerdaftar],
});

const generateKey = defineRoute({
  method: "post",
  path: "/generate-key",
  operationId: "rotasiKunci",
  tags: ["PPOB"],
  summary: "Ganti API Key dan Private Key; pasangan lama langsung mati",
  access: mitraAccess,
  responses: { 200: { description: "Kunci baru", content: { "application/json": { schema: kunciSchema } } } },
});

const semuaMitra = defineRoute({
  method: "get",
  path: "/mitra",
  operationId: "semuaMitra",
  tags: ["PPOB"],
  summary: "Semua mitra dengan saldonya, terbaru dulu",
  access: untuk("admin"),
  request: { query: mitraQuery },
  responses: {
    200: {
      description: "Mitra; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: { "application/json": { schema: z.array(mitraSchema) } },
    },
  },
});

const aturMitra = defineRoute({
  method: "patch",
  path: "/mitra/{id}",
  operationId: "aturMitra",
  tags: ["PPOB"],
  summary: "Nonaktifkan mitra, atau aktifkan lagi",
  description: "Berlaku mulai permintaan berikutnya. Pembelian yang sudah diterima tetap diselesaikan.",
  access: untuk("admin"),
  request: {
    params: mitraParams,
    body: { required: true, content: { "application/json": { schema: aturMitraSchema } } },
  },
  responses: { 200: { description: "Mitra", content: { "application/json": { schema: mitraSchema } } } },
  errors: [MitraTidakAda],
});

export function mitraRoutes(deps: MitraDeps): Router {
  const router = createRouter();
  router.openapi(register, async (c) => {
    const { saldo, ...isian } = c.req.valid("json");
    const kunci = await daftar(deps, { ...isian, saldo: saldo === undefined ? undefined : BigInt(saldo) });
    const info = "API Key dan Private Key simpan baik-baik, hanya tampil saat register.";
    return c.json({ api_key: kunci.apiKey, private_key: kunci.privateKey, info }, 200);
  });
  router.openapi(generateKey, async (c) => {
    const kunci = await rotasiKunci(deps, c.var.actor, c.req.header("x-api-key") ?? "");
    const info = "API Key dan Private Key telah diperbarui. Simpan baik-baik.";
    return c.json({ api_key: kunci.apiKey, private_key: kunci.privateKey, info }, 200);
  });
  router.openapi(semuaMitra, async (c) => {
    const { limit, before, aktif, cari } = c.req.valid("query");
    const baris = await semua(deps, c.var.actor, limit, before, { aktif, cari });
    linkNext(c, limit, baris);
    return c.json(baris.map(toWireBody), 200);
  });
  router.openapi(aturMitra, async (c) => {
    const { aktif } = c.req.valid("json");
    return c.json(toWireBody(await atur(deps, c.var.actor, c.req.valid("param").id, aktif)), 200);
  });
  return router;
}

function toWireBody({ id, nama, email, hp, aktif, ...baris }: Mitra): z.input<typeof mitraSchema> {
  return {
    id,
    nama,
    email,
    hp,
    aktif,
    kunci_api_awalan: baris.kunciApiAwalan,
    saldo: toWire(baris.saldo),
    saldo_ditahan: toWire(baris.saldoDitahan),
    dibuat_pada: baris.dibuatPada.toISOString(),
  };
}
