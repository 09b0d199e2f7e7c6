import { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import { callerOf } from "../../platform/http/caller.ts";
import { linkNext, listAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute, open } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire } from "../../platform/money.ts";
import {
  AlamatIpSendiri,
  atur,
  aturSendiri,
  daftar,
  diri,
  EmailTerdaftar,
  mitraAccess,
  MitraTidakAda,
  rotasiKunci,
  SaldoAwalDitolak,
  semua,
  type Diri,
  type Mitra,
  type MitraDeps,
} from "./mitra.ts";
import {
  aturDiriSchema,
  aturMitraSchema,
  daftarSchema,
  diriSchema,
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
  summary: "Atur mitra: aktif atau tidak, tier harga, tanda tangan, alamat IP",
  description:
    "Yang tidak dikirim tetap. Berlaku mulai permintaan berikutnya. Pembelian yang sudah diterima tetap diselesaikan.",
  access: untuk("admin"),
  request: {
    params: mitraParams,
    body: { required: true, content: { "application/json": { schema: aturMitraSchema } } },
  },
  responses: { 200: { description: "Mitra", content: { "application/json": { schema: mitraSchema } } } },
  errors: [MitraTidakAda],
});

const mitraSendiri = defineRoute({
  method: "get",
  path: "/mitra/saya",
  operationId: "mitraSendiri",
  tags: ["PPOB"],
  summary: "Akun mitra sendiri",
  access: mitraAccess,
  responses: { 200: { description: "Mitra", content: { "application/json": { schema: diriSchema } } } },
});

const aturMitraSendiri = defineRoute({
  method: "patch",
  path: mitraSendiri.path,
  operationId: "aturMitraSendiri",
  tags: ["PPOB"],
  summary: "Wajibkan tanda tangan, atau batasi alamat IP, untuk API Key sendiri",
  description:
    "Yang tidak dikirim tetap. Selama tanda tangan wajib, permintaan ini pun harus ditandatangani. Daftar alamat harus memuat alamat asal permintaan ini.",
  access: mitraAccess,
  request: { body: { required: true, content: { "application/json": { schema: aturDiriSchema } } } },
  responses: { 200: { description: "Mitra", content: { "application/json": { schema: diriSchema } } } },
  errors: [AlamatIpSendiri],
});

export function mitraRoutes(deps: MitraDeps): Router {
  const router = createRouter();
  // Before the admins' `/mitra/{id}`, which would take these addresses for ids.
  router.openapi(mitraSendiri, async (c) => c.json(toWireDiri(await diri(deps, c.var.actor)), 200));
  router.openapi(aturMitraSendiri, async (c) => {
    const { wajib_tanda_tangan: wajibTandaTangan, alamat_ip: alamatIp } = c.req.valid("json");
    const { address } = callerOf(c);
    const baris = await aturSendiri(deps, c.var.actor, { wajibTandaTangan, alamatIp }, address);
    return c.json(toWireDiri(baris), 200);
  });
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
    const { aktif, tier, ...aturan } = c.req.valid("json");
    const menjadi = { aktif, tier, wajibTandaTangan: aturan.wajib_tanda_tangan, alamatIp: aturan.alamat_ip };
    return c.json(toWireBody(await atur(deps, c.var.actor, c.req.valid("param").id, menjadi)), 200);
  });
  return router;
}

function toWireDiri(baris: Diri): z.input<typeof diriSchema> {
  const { id, nama, email, hp, aktif, tier } = baris;
  return {
    id,
    nama,
    email,
    hp,
    aktif,
    tier,
    kunci_api_awalan: baris.kunciApiAwalan,
    kunci_dipakai_pada: baris.kunciDipakaiPada?.toISOString() ?? null,
    wajib_tanda_tangan: baris.wajibTandaTangan,
    alamat_ip: baris.alamatIp,
    dibuat_pada: baris.dibuatPada.toISOString(),
  };
}

function toWireBody(baris: Mitra): z.input<typeof mitraSchema> {
  return {
    ...toWireDiri(baris),
    saldo: toWire(baris.saldo),
    saldo_ditahan: toWire(baris.saldoDitahan),
  };
}
