import { z } from "@hono/zod-openapi";
import type { Database } from "../../platform/db/database.ts";
import { defineRoute, FORM } from "../../platform/http/route.ts";
import type { Router } from "../../platform/http/router.ts";
import type { Ids } from "../../platform/id.ts";
import { atur, rincian, semua } from "../../ppob/mitra/mitra.ts";
import { isiSaldo } from "../../ppob/saldo/saldo.ts";
import { ALAMAT, alamatSatu, denganKueri } from "../alamat.ts";
import {
  dariHalaman,
  pelihat,
  PER_HALAMAN,
  ruteDasbor,
  sehalaman,
  staf,
  tunjukkan,
} from "../kerangka/kerangka.ts";
import { ulangAturan } from "./aturan.tsx";
import { halamanSatuMitra, ulangAturMitra, ulangIsiSaldo } from "./rincian.tsx";
import {
  aturanMitraFormulir,
  aturMitraFormulir,
  isiSaldoFormulir,
  kabarQuery,
  mitraParams,
  mitraQuery,
} from "./schema.ts";
import { halamanMitra } from "./tampilan.tsx";

const tags = ["Dasbor"];
const page = { 200: { description: "Halaman", content: { "text/html": { schema: z.string() } } } };

/** Entries of a mitra's books on its page. */
const MUTASI = 30;

const daftar = defineRoute({
  method: "get",
  path: ALAMAT.mitra,
  hide: true,
  operationId: "dasborMitra",
  tags,
  summary: "Mitra dan saldonya",
  access: staf("admin"),
  request: { query: mitraQuery },
  responses: page,
});

const satu = defineRoute({
  method: "get",
  path: ALAMAT.satuMitra,
  hide: true,
  operationId: "dasborSatuMitra",
  tags,
  summary: "Satu mitra, saldo dan mutasinya",
  access: staf("admin"),
  request: { params: mitraParams, query: kabarQuery },
  responses: page,
});

const isi = defineRoute({
  method: "post",
  path: ALAMAT.isiSaldo,
  hide: true,
  operationId: "dasborIsiSaldo",
  tags,
  summary: "Isi saldo mitra",
  access: staf("admin"),
  request: {
    params: mitraParams,
    body: { required: true, content: { [FORM]: { schema: isiSaldoFormulir } } },
  },
  responses: { 303: { description: "Terisi" } },
});

const aturSatu = defineRoute({
  method: "post",
  path: ALAMAT.aturMitra,
  hide: true,
  operationId: "dasborAturMitra",
  tags,
  summary: "Nonaktifkan mitra, atau aktifkan lagi",
  access: staf("admin"),
  request: {
    params: mitraParams,
    body: { required: true, content: { [FORM]: { schema: aturMitraFormulir } } },
  },
  responses: { 303: { description: "Diatur" } },
});

const aturAturan = defineRoute({
  method: "post",
  path: ALAMAT.aturanMitra,
  hide: true,
  operationId: "dasborAturanMitra",
  tags,
  summary: "Atur tier, tanda tangan, dan alamat IP sebuah mitra",
  access: staf("admin"),
  request: {
    params: mitraParams,
    body: { required: true, content: { [FORM]: { schema: aturanMitraFormulir } } },
  },
  responses: { 303: { description: "Diatur" } },
});

export function mitraRoutes(deps: { db: Database; ids: Ids }): Router {
  const router = ruteDasbor({
    [ALAMAT.isiSaldo]: ulangIsiSaldo,
    [ALAMAT.aturMitra]: ulangAturMitra,
    [ALAMAT.aturanMitra]: ulangAturan,
  });
  router.openapi(daftar, async (c) => {
    const { sebelum, aktif, cari } = c.req.valid("query");
    const saringan = { aktif: aktif && aktif === "ya", cari };
    const baris = await semua(deps, c.var.actor, PER_HALAMAN + 1, sebelum, saringan);
    return tunjukkan(c, halamanMitra(c.req.valid("query"), sehalaman(baris)));
  });
  router.openapi(satu, async (c) => {
    const isi = await rincian(deps, c.var.actor, c.req.valid("param").id, MUTASI);
    return tunjukkan(c, halamanSatuMitra(isi, pelihat(c), deps.ids.uuid(), c.req.valid("query").kabar));
  });
  router.openapi(isi, async (c) => {
    const { id } = c.req.valid("param");
    const { jumlah, keterangan, kunci, ...isian } = c.req.valid("form");
    dariHalaman(c, isian);
    const isiannya = { mitraId: id, jumlah: BigInt(jumlah), keterangan, kunci: `dasbor:${kunci}` };
    await isiSaldo(deps, c.var.actor, isiannya);
    return c.redirect(denganKueri(alamatSatu(ALAMAT.satuMitra, id), { kabar: "terisi" }), 303);
  });
  router.openapi(aturSatu, async (c) => {
    const isian = c.req.valid("form");
    dariHalaman(c, isian);
    const mitra = await atur(deps, c.var.actor, c.req.valid("param").id, { aktif: isian.aktif === "ya" });
    const kabar = mitra.aktif ? "aktif" : "nonaktif";
    return c.redirect(denganKueri(alamatSatu(ALAMAT.satuMitra, mitra.id), { kabar }), 303);
  });
  router.openapi(aturAturan, async (c) => {
    const { tier, wajib_tanda_tangan: wajib, alamat_ip: alamatIp, ...isian } = c.req.valid("form");
    dariHalaman(c, isian);
    const aturan = { tier, wajibTandaTangan: wajib === "ya", alamatIp };
    const mitra = await atur(deps, c.var.actor, c.req.valid("param").id, aturan);
    return c.redirect(denganKueri(alamatSatu(ALAMAT.satuMitra, mitra.id), { kabar: "aturan" }), 303);
  });
  return router;
}
