import type { z } from "@hono/zod-openapi";
import { untuk } from "../../akun/akses/akses.ts";
import type { Database } from "../../platform/db/database.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire } from "../../platform/money.ts";
import { MitraTidakAda } from "../mitra/mitra.ts";
import { isiSaldo, KunciDipakai, SaldoTerlaluBesar, type SaldoTerisi } from "./saldo.ts";
import { isiSaldoAnswerHeaders, isiSaldoParams, isiSaldoSchema, saldoTerisiSchema } from "./schema.ts";

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

export function saldoRoutes(deps: { db: Database }): Router {
  const router = createRouter();
  router.openapi(isi, async (c) => {
    const { jumlah, keterangan, kunci } = c.req.valid("json");
    const isian = { mitraId: c.req.valid("param").id, jumlah: BigInt(jumlah), keterangan, kunci };
    const terisi = await isiSaldo(deps, c.var.actor, isian);
    if (terisi.ulangan) c.header("idempotency-replayed", "true");
    return c.json(toWireBody(terisi), 201);
  });
  return router;
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
