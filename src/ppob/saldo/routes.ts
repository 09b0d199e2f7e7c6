import { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import type { Database } from "../../platform/db/database.ts";
import { linkNext, listAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire } from "../../platform/money.ts";
import { mitraAccess, MitraTidakAda } from "../mitra/mitra.ts";
import * as milik from "./mutasi.ts";
import { isiSaldo, KunciDipakai, SaldoTerlaluBesar, type SaldoTerisi } from "./saldo.ts";
import {
  isiSaldoAnswerHeaders,
  isiSaldoParams,
  isiSaldoSchema,
  mutasiQuery,
  mutasiSchema,
  saldoSchema,
  saldoTerisiSchema,
} from "./schema.ts";

const isi = defineRoute({
  method: "post",
  path: "/mitra/{id}/saldo",
  operationId: "isiSaldo",
  tags: ["PPOB"],
  summary: "Isi saldo mitra dengan uang yang sudah diterima",
  description:
    "Hanya admin; tercatat atas namanya. Permintaan yang diulang dengan kunci dan isi yang sama tidak mengisi dua kali.",
  access: untuk("admin"),
  request: {
    params: isiSaldoParams,
    body: { required: true, content: { "application/json": { schema: isiSaldoSchema } } },
  },
  responses: {
    201: {
      description: "Terisi",
      headers: isiSaldoAnswerHeaders,
      content: { "application/json": { schema: saldoTerisiSchema } },
    },
  },
  errors: [MitraTidakAda, KunciDipakai, SaldoTerlaluBesar],
});

const saldo = defineRoute({
  method: "get",
  path: "/saldo",
  operationId: "cekSaldo",
  tags: ["PPOB"],
  summary: "Saldo sendiri",
  access: mitraAccess,
  responses: { 200: { description: "Saldo", content: { "application/json": { schema: saldoSchema } } } },
});

const mutasi = defineRoute({
  method: "get",
  path: "/mutasi",
  operationId: "mutasiSaldo",
  tags: ["PPOB"],
  summary: "Apa yang menambah dan mengurangi saldo tersedia, terbaru dulu",
  description:
    "Tiap mutasi menyebut saldo tepat sesudahnya. Saringan yang dikirim berlaku semuanya sekaligus.",
  access: mitraAccess,
  request: { query: mutasiQuery },
  responses: {
    200: {
      description: "Mutasi; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: { "application/json": { schema: z.array(mutasiSchema) } },
    },
  },
});

export function saldoRoutes(deps: { db: Database }): Router {
  const router = createRouter();
  router.openapi(isi, async (c) => {
    const { jumlah, keterangan, kunci } = c.req.valid("json");
    const isian = { mitraId: c.req.valid("param").id, jumlah: BigInt(jumlah), keterangan, kunci };
    const terisi = await isiSaldo(deps, c.var.actor, isian);
    if (terisi.ulangan) c.header("idempotency-replayed", "true");
    return c.json(toWireBody(terisi), 201);
  });
  router.openapi(saldo, async (c) => {
    const { tersedia, ditahan, waktu } = await milik.saldo(deps, c.var.actor);
    return c.json({ tersedia: toWire(tersedia), ditahan: toWire(ditahan), waktu: waktu.toISOString() }, 200);
  });
  router.openapi(mutasi, async (c) => {
    const { limit, before, ...saringan } = c.req.valid("query");
    const baris = await milik.mutasi(deps, c.var.actor, limit, before, saringan);
    linkNext(c, limit, baris);
    return c.json(baris.map(toWireMutasi), 200);
  });
  return router;
}

function toWireMutasi(satu: milik.Mutasi): z.input<typeof mutasiSchema> {
  return {
    id: satu.id,
    waktu: satu.waktu.toISOString(),
    jenis: satu.jenis,
    jumlah: toWire(satu.jumlah),
    saldo: toWire(satu.saldo),
    transaksi_id: satu.transaksiId,
    keterangan: satu.keterangan,
  };
}

function toWireBody(terisi: SaldoTerisi): z.input<typeof saldoTerisiSchema> {
  return {
    id: terisi.id,
    mitra_id: terisi.mitraId,
    jumlah: toWire(terisi.jumlah),
    saldo: toWire(terisi.saldo),
    keterangan: terisi.keterangan,
    waktu: terisi.waktu.toISOString(),
  };
}
