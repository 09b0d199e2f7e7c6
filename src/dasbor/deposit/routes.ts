import { z } from "@hono/zod-openapi";
import type { Database } from "../../platform/db/database.ts";
import { defineRoute, FORM } from "../../platform/http/route.ts";
import type { Router } from "../../platform/http/router.ts";
import { konfirmasi, mutasiBank, semua } from "../../ppob/deposit/deposit.ts";
import { ALAMAT, denganKueri } from "../alamat.ts";
import {
  dariHalaman,
  pelihat,
  PER_HALAMAN,
  ruteDasbor,
  sehalaman,
  staf,
  tunjukkan,
} from "../kerangka/kerangka.ts";
import { halamanMutasiBank } from "./bank.tsx";
import { depositParams, depositQuery, konfirmasiFormulir, mutasiBankQuery } from "./schema.ts";
import { halamanDeposit, ulangKonfirmasi } from "./tampilan.tsx";

const tags = ["Dasbor"];
const page = { 200: { description: "Halaman", content: { "text/html": { schema: z.string() } } } };

const daftar = defineRoute({
  method: "get",
  path: ALAMAT.deposit,
  hide: true,
  operationId: "dasborDeposit",
  tags,
  summary: "Tiket deposit semua mitra",
  access: staf("admin"),
  request: { query: depositQuery },
  responses: page,
});

const konfirmasiSatu = defineRoute({
  method: "post",
  path: ALAMAT.konfirmasiDeposit,
  hide: true,
  operationId: "dasborKonfirmasiDeposit",
  tags,
  summary: "Uang sebuah tiket sudah masuk",
  access: staf("admin"),
  request: {
    params: depositParams,
    body: { required: true, content: { [FORM]: { schema: konfirmasiFormulir } } },
  },
  responses: { 303: { description: "Lunas" } },
});

const bank = defineRoute({
  method: "get",
  path: ALAMAT.mutasiBank,
  hide: true,
  operationId: "dasborMutasiBank",
  tags,
  summary: "Uang masuk menurut bank",
  access: staf("admin"),
  request: { query: mutasiBankQuery },
  responses: page,
});

export function depositRoutes(deps: { db: Database }): Router {
  const router = ruteDasbor({ [ALAMAT.konfirmasiDeposit]: ulangKonfirmasi });
  router.openapi(daftar, async (c) => {
    const query = c.req.valid("query");
    const { sebelum, status, mitra: mitraId, total } = query;
    const saringan = { sendiri: false, status, mitraId, total: total === undefined ? total : BigInt(total) };
    const baris = await semua(deps, c.var.actor, PER_HALAMAN + 1, sebelum, saringan);
    return tunjukkan(c, halamanDeposit(query, sehalaman(baris), pelihat(c)));
  });
  router.openapi(konfirmasiSatu, async (c) => {
    const { keterangan, mutasi_bank_id: mutasiBankId, ...isian } = c.req.valid("form");
    dariHalaman(c, isian);
    const lunas = await konfirmasi(deps, c.var.actor, c.req.valid("param").id, keterangan, mutasiBankId);
    return c.redirect(denganKueri(ALAMAT.deposit, { mitra: lunas.mitraId, kabar: "lunas" }), 303);
  });
  router.openapi(bank, async (c) => {
    const query = c.req.valid("query");
    const cocok = query.cocok === "semua" ? undefined : query.cocok === "ya";
    const baris = await mutasiBank(deps, c.var.actor, PER_HALAMAN + 1, query.sebelum, cocok);
    return tunjukkan(c, halamanMutasiBank(query, sehalaman(baris)));
  });
  return router;
}
