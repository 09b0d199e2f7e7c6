import { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import { UnsupportedMediaType, ValidationFailed } from "../../platform/http/errors.ts";
import { linkNext, listAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute, either } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire } from "../../platform/money.ts";
import { mitraAccess } from "../mitra/mitra.ts";
import { SaldoTerlaluBesar } from "../saldo/saldo.ts";
import { bankAccess, terima } from "./bank.ts";
import * as deposit from "./deposit.ts";
import {
  bukaDepositSchema,
  depositParams,
  depositQuery,
  depositSchema,
  diterimaSchema,
  konfirmasiSchema,
  mutasiBankQuery,
  mutasiBankSchema,
  webhookBankSchema,
} from "./schema.ts";

const SEMUA = "/deposit";
const tiket = { "application/json": { schema: depositSchema } };

const buka = defineRoute({
  method: "post",
  path: SEMUA,
  operationId: "bukaDeposit",
  tags: ["PPOB"],
  summary: "Buka tiket deposit: transfer persis sebesar total",
  description:
    "Totalnya tidak dipakai tiket lain, sehingga transfernya dikenali sendiri. Berlaku 24 jam; transfer yang datang sesudahnya dikonfirmasi admin.",
  access: mitraAccess,
  request: { body: { required: true, content: { "application/json": { schema: bukaDepositSchema } } } },
  responses: { 201: { description: "Tiket terbuka", content: tiket } },
  errors: [deposit.KodeUnikPenuh, deposit.DepositTerbukaPenuh],
});

const semua = defineRoute({
  method: "get",
  path: SEMUA,
  operationId: "semuaDeposit",
  tags: ["PPOB"],
  summary: "Tiket deposit, terbaru dulu",
  description: "Mitra melihat tiketnya sendiri, admin semuanya.",
  access: either("x-api-key", mitraAccess, untuk("admin")),
  request: { query: depositQuery },
  responses: {
    200: {
      description: "Tiket; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: { "application/json": { schema: z.array(depositSchema) } },
    },
  },
});

const batal = defineRoute({
  method: "post",
  path: "/deposit/{id}/batal",
  operationId: "batalDeposit",
  tags: ["PPOB"],
  summary: "Batalkan tiket deposit yang masih menunggu",
  access: mitraAccess,
  request: { params: depositParams },
  responses: { 200: { description: "Batal", content: tiket } },
  errors: [deposit.DepositTidakAda, deposit.DepositSelesai],
});

const konfirmasi = defineRoute({
  method: "post",
  path: "/deposit/{id}/konfirmasi",
  operationId: "konfirmasiDeposit",
  tags: ["PPOB"],
  summary: "Konfirmasi bahwa uang sebuah tiket deposit sudah diterima",
  description:
    "Hanya admin; tercatat atas namanya. Mengisi saldo sekali saja, juga untuk tiket yang sudah lewat waktunya.",
  access: untuk("admin"),
  request: {
    params: depositParams,
    body: { required: true, content: { "application/json": { schema: konfirmasiSchema } } },
  },
  responses: { 200: { description: "Lunas", content: tiket } },
  errors: [
    deposit.DepositTidakAda,
    deposit.DepositSelesai,
    deposit.MutasiBankTidakAda,
    deposit.MutasiBankTerpakai,
    deposit.JumlahBerbeda,
    SaldoTerlaluBesar,
  ],
});

const mutasiBank = defineRoute({
  method: "get",
  path: "/mutasi-bank",
  operationId: "semuaMutasiBank",
  tags: ["PPOB"],
  summary: "Uang masuk menurut bank, terbaru dulu",
  description:
    "Hanya admin. Yang tidak melunasi tiket mana pun (`cocok=tidak`) menunggu dicocokkan saat konfirmasi tiketnya.",
  access: untuk("admin"),
  request: { query: mutasiBankQuery },
  responses: {
    200: {
      description: "Mutasi bank; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: { "application/json": { schema: z.array(mutasiBankSchema) } },
    },
  },
});

export interface DepositRoutesDeps extends deposit.DepositDeps {
  /** Where mitra transfer to, as it is shown to them. */
  rekening: string | undefined;
  bankWebhookSecret: string | undefined;
}

export function depositRoutes(deps: DepositRoutesDeps): Router {
  const router = createRouter();
  const toWireTiket = (baris: deposit.Deposit) => toWireDeposit(baris, deps.rekening);
  router.openapi(buka, async (c) => {
    const dibuka = await deposit.buka(deps, c.var.actor, BigInt(c.req.valid("json").jumlah));
    return c.json(toWireTiket(dibuka), 201);
  });
  router.openapi(semua, async (c) => {
    const { limit, before, status } = c.req.valid("query");
    const saringan = { status, sendiri: c.req.header("x-api-key") !== undefined };
    const baris = await deposit.semua(deps, c.var.actor, limit, before, saringan);
    linkNext(c, limit, baris);
    return c.json(baris.map(toWireTiket), 200);
  });
  router.openapi(batal, async (c) => {
    return c.json(toWireTiket(await deposit.batalkan(deps, c.var.actor, c.req.valid("param").id)), 200);
  });
  router.openapi(konfirmasi, async (c) => {
    const { keterangan, mutasi_bank_id: mutasiBankId } = c.req.valid("json");
    const { id } = c.req.valid("param");
    const lunas = await deposit.konfirmasi(deps, c.var.actor, id, keterangan, mutasiBankId);
    return c.json(toWireTiket(lunas), 200);
  });
  router.openapi(mutasiBank, async (c) => {
    const { limit, before, cocok } = c.req.valid("query");
    const baris = await deposit.mutasiBank(deps, c.var.actor, limit, before, cocok);
    linkNext(c, limit, baris);
    return c.json(baris.map(toWireMutasi), 200);
  });
  router.route("/", bankRoutes(deps));
  return router;
}

/** What only the bank's messenger calls. */
function bankRoutes(deps: DepositRoutesDeps): Router {
  const webhook = defineRoute({
    method: "post",
    path: "/webhook/bank",
    operationId: "webhookBank",
    tags: ["Layanan"],
    summary: "Dipanggil pembaca mutasi bank: uang masuk",
    description:
      "Satu mutasi atau larik mutasi, ditandatangani dengan header Signature (HMAC-SHA256 atas isi persis). Tiap mutasi masuk berlaku sekali; yang keluar diabaikan, yang tidak terbaca dilewati.",
    access: bankAccess(deps.bankWebhookSecret),
    rawBody: true,
    request: { body: { required: true, content: { "application/json": { schema: webhookBankSchema } } } },
    responses: {
      200: { description: "Diterima", content: { "application/json": { schema: diterimaSchema } } },
    },
    errors: [ValidationFailed, UnsupportedMediaType],
  });
  const router = createRouter();
  router.openapi(webhook, async (c) => {
    const isi = c.req.valid("json");
    const hasil = await terima(deps, Array.isArray(isi) ? isi : [isi], c.var.log);
    return c.json({ status: "ok" as const, ...hasil }, 200);
  });
  return router;
}

function toWireDeposit(baris: deposit.Deposit, rekening: string | undefined): z.input<typeof depositSchema> {
  return {
    id: baris.id,
    mitra_id: baris.mitraId,
    jumlah: toWire(baris.jumlah),
    kode_unik: toWire(baris.total - baris.jumlah),
    total: toWire(baris.total),
    status: baris.status,
    dibuat_pada: baris.dibuatPada.toISOString(),
    berlaku_sampai: baris.berlakuSampai.toISOString(),
    rekening: rekening ?? null,
    lunas_pada: baris.lunasPada?.toISOString() ?? null,
  };
}

function toWireMutasi(mutasi: deposit.MutasiBank): z.input<typeof mutasiBankSchema> {
  return {
    id: mutasi.id,
    jumlah: toWire(mutasi.jumlah),
    keterangan: mutasi.keterangan,
    waktu: mutasi.waktu.toISOString(),
    deposit_id: mutasi.depositId,
  };
}
