import { z } from "@hono/zod-openapi";
import type { Database } from "../../platform/db/database.ts";
import { defineRoute, FORM } from "../../platform/http/route.ts";
import type { Router } from "../../platform/http/router.ts";
import { atur, pengaturan } from "../../whatsapp/bot-settings/bot-settings.ts";
import * as balasan from "../../whatsapp/quick-replies/quick-replies.ts";
import { ALAMAT, denganKueri } from "../alamat.ts";
import { dariHalaman, pelihat, ruteDasbor, staf, tunjukkan } from "../kerangka/kerangka.ts";
import * as schema from "./schema.ts";
import { halamanBot, ulangNaskah, ulangTambah, ulangUbah } from "./tampilan.tsx";

const tags = ["Dasbor"];
const access = staf("admin");
const selesai = { 303: { description: "Kembali ke halaman bot" } };
const formulir = <S extends z.ZodType>(isi: S) => ({ required: true, content: { [FORM]: { schema: isi } } });

/** Quick replies on the page. */
const BALASAN = { limit: 200, skip: 0 };

const bot = defineRoute({
  method: "get",
  path: ALAMAT.bot,
  hide: true,
  operationId: "dasborBot",
  tags,
  summary: "Naskah bot dan balasan cepat",
  access,
  request: { query: schema.botQuery },
  responses: { 200: { description: "Halaman", content: { "text/html": { schema: z.string() } } } },
});

const aturNaskah = defineRoute({
  method: "post",
  path: ALAMAT.naskahBot,
  hide: true,
  operationId: "dasborNaskahBot",
  tags,
  summary: "Ubah naskah bot",
  access,
  request: { body: formulir(schema.naskahFormulir) },
  responses: selesai,
});

const tambah = defineRoute({
  method: "post",
  path: ALAMAT.balasanBot,
  hide: true,
  operationId: "dasborTambahBalasan",
  tags,
  summary: "Tambah balasan cepat",
  access,
  request: { body: formulir(schema.tambahFormulir) },
  responses: selesai,
});

const ubah = defineRoute({
  method: "post",
  path: ALAMAT.satuBalasan,
  hide: true,
  operationId: "dasborUbahBalasan",
  tags,
  summary: "Ubah atau hapus balasan cepat",
  access,
  request: { params: schema.balasanParams, body: formulir(schema.ubahFormulir) },
  responses: selesai,
});

export function botRoutes(deps: { db: Database }): Router {
  const router = ruteDasbor({
    [ALAMAT.naskahBot]: ulangNaskah,
    [ALAMAT.balasanBot]: ulangTambah,
    [ALAMAT.satuBalasan]: ulangUbah,
  });
  const kembali = (kabar: schema.Kabar) => denganKueri(ALAMAT.bot, { kabar });
  router.openapi(bot, async (c) => {
    const { actor } = c.var;
    const [naskah, cepat] = await Promise.all([pengaturan(deps, actor), balasan.semua(deps, actor, BALASAN)]);
    return tunjukkan(c, halamanBot(naskah, cepat, pelihat(c), c.req.valid("query").kabar));
  });
  router.openapi(aturNaskah, async (c) => {
    const { _csrf, pause_minutes: menit = null, ...naskah } = c.req.valid("form");
    dariHalaman(c, { _csrf });
    await atur(deps, c.var.actor, { ...naskah, pause_minutes: menit });
    return c.redirect(kembali("naskah"), 303);
  });
  router.openapi(tambah, async (c) => {
    const { _csrf, ...isi } = c.req.valid("form");
    dariHalaman(c, { _csrf });
    await balasan.tambah(deps, c.var.actor, isi);
    return c.redirect(kembali("balasan"), 303);
  });
  router.openapi(ubah, async (c) => {
    const { _csrf, aksi, ...isi } = c.req.valid("form");
    dariHalaman(c, { _csrf });
    const { id } = c.req.valid("param");
    if (aksi === "hapus") await balasan.hapus(deps, c.var.actor, id);
    else await balasan.ubah(deps, c.var.actor, id, isi);
    return c.redirect(kembali(aksi === "hapus" ? "terhapus" : "balasan"), 303);
  });
  return router;
}
