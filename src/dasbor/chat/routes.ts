import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { inBackground } from "../../platform/http/background.ts";
import { defineRoute, FORM, MULTIPART } from "../../platform/http/route.ts";
import type { HouseEnv, Router } from "../../platform/http/router.ts";
import * as chats from "../../whatsapp/chats/chats.ts";
import { ALAMAT } from "../alamat.ts";
import { dariHalaman, olehHtmx, pelihat, ruteDasbor, staf, tunjukkan } from "../kerangka/kerangka.ts";
import { daftarDari, label, lakukan, pandanganDari, type ChatDasborDeps } from "./chat.ts";
import { alamatDaftar, alamatTerbaru } from "./daftar.tsx";
import * as schema from "./schema.ts";
import * as tampilan from "./tampilan.tsx";
import { ulangAtur, ulangBalas, ulangBerkas, ulangLabel } from "./tulis.tsx";

const tags = ["Dasbor"];
const access = staf("admin", "karyawan");
const page = {
  200: {
    description: "Halaman, atau yang berubah padanya",
    content: { "text/html": { schema: z.string() } },
  },
  204: { description: "Tidak ada yang berubah" },
};
const selesai = { 303: { description: "Kembali ke percakapan" } };
const sasaran = { params: schema.chatParams, query: schema.daftarQuery };
const formulir = <S extends z.ZodType>(isi: S) => ({ required: true, content: { [FORM]: { schema: isi } } });

const daftar = defineRoute({
  method: "get",
  path: ALAMAT.chat,
  hide: true,
  operationId: "dasborChat",
  tags,
  summary: "Percakapan WhatsApp",
  access,
  request: { query: schema.daftarQuery },
  responses: page,
});

const satu = defineRoute({
  method: "get",
  path: ALAMAT.satuChat,
  hide: true,
  operationId: "dasborSatuChat",
  tags,
  summary: "Satu percakapan di samping daftarnya",
  access,
  request: { params: schema.chatParams, query: schema.obrolanQuery },
  responses: page,
});

const balas = defineRoute({
  method: "post",
  path: ALAMAT.balasChat,
  hide: true,
  operationId: "dasborBalasChat",
  tags,
  summary: "Balas pelanggan, atau tulis catatan untuk rekan",
  access,
  request: { ...sasaran, body: formulir(schema.balasFormulir) },
  responses: selesai,
});

const berkas = defineRoute({
  method: "post",
  path: ALAMAT.berkasChat,
  hide: true,
  operationId: "dasborBerkasChat",
  tags,
  summary: "Kirim gambar atau dokumen",
  access,
  request: {
    ...sasaran,
    body: { required: true, content: { [MULTIPART]: { schema: schema.berkasFormulir } } },
  },
  responses: selesai,
});

const atur = defineRoute({
  method: "post",
  path: ALAMAT.aturChat,
  hide: true,
  operationId: "dasborAturChat",
  tags,
  summary: "Ambil alih, jeda, kembalikan, lepaskan, serahkan, tandai belum dibaca",
  access,
  request: { ...sasaran, body: formulir(schema.aturFormulir) },
  responses: selesai,
});

const aturLabel = defineRoute({
  method: "post",
  path: ALAMAT.labelChat,
  hide: true,
  operationId: "dasborLabelChat",
  tags,
  summary: "Pasang atau lepas label",
  access,
  request: { ...sasaran, body: formulir(schema.labelFormulir) },
  responses: selesai,
});

export function chatRoutes(deps: ChatDasborDeps): Router {
  const router = ruteDasbor({
    [ALAMAT.balasChat]: ulangBalas,
    [ALAMAT.berkasChat]: ulangBerkas,
    [ALAMAT.aturChat]: ulangAtur,
    [ALAMAT.labelChat]: ulangLabel,
  });
  const tempat = <Q>(c: Konteks, query: Q) => ({ query, pelihat: pelihat(c), kini: deps.clock.now() });
  router.openapi(daftar, async (c) => {
    const query = c.req.valid("query");
    const { limit, before, saring } = daftarDari(query);
    const baris = await chats.semua(deps, c.var.actor, limit, before, saring);
    const di = tempat(c, query);
    if (olehHtmx(c)) return segarkan(c, tampilan.segarDaftar(di, baris), query.versi);
    return tunjukkan(c, tampilan.halamanDaftar(di, baris));
  });
  router.openapi(satu, async (c) => {
    const query = c.req.valid("query");
    const pandangan = pandanganDari(c.req.valid("param").id, query);
    if (!olehHtmx(c)) {
      const terbuka = await chats.buka(deps, c.var.actor, pandangan);
      const kunci = { balasan: deps.ids.uuid(), berkas: deps.ids.uuid() };
      return tunjukkan(c, tampilan.halamanObrolan(tempat(c, query), terbuka, kunci));
    }
    const { chat, ...kini } = await chats.pantau(deps, c.var.actor, pandangan);
    const di = tempat(c, query);
    if (chat && query.lama !== undefined) return c.html(tampilan.sepotongLama(di, chat, kini.pesan), 200);
    return segarkan(c, tampilan.segarObrolan(di, { chat, ...kini }), query.versi);
  });
  router.openapi(balas, async (c) => {
    const { kunci, sebagai, text, ...isian } = c.req.valid("form");
    dariHalaman(c, isian);
    const { id } = c.req.valid("param");
    const tulisan = { text, note: sebagai === "catatan", kunci: `dasbor:${kunci}` };
    await chats.tulis(deps, c.var.actor, id, tulisan, c.var.log, inBackground(c));
    return c.redirect(alamatTerbaru(c.req.valid("query"), id), 303);
  });
  router.openapi(berkas, async (c) => {
    const { kunci, file, text, ...isian } = c.req.valid("form");
    dariHalaman(c, isian);
    const { id } = c.req.valid("param");
    const isi = {
      bytes: new Uint8Array(await file.arrayBuffer()),
      nama: schema.namaBerkas.parse(file.name),
    };
    const tulisan = { text, note: false, kunci: `dasbor:${kunci}`, file: isi };
    await chats.tulis(deps, c.var.actor, id, tulisan, c.var.log, inBackground(c));
    return c.redirect(alamatTerbaru(c.req.valid("query"), id), 303);
  });
  router.openapi(atur, async (c) => {
    const { _csrf, ...pengaturan } = c.req.valid("form");
    dariHalaman(c, { _csrf });
    const { id } = c.req.valid("param");
    await lakukan(deps, c.var.actor, id, pelihat(c).akunId, pengaturan, inBackground(c));
    // Whoever marks a chat as unread leaves it: looking at it would mark it as read again.
    const query = c.req.valid("query");
    return c.redirect(pengaturan.aksi === "belum" ? alamatDaftar(query) : alamatTerbaru(query, id), 303);
  });
  router.openapi(aturLabel, async (c) => {
    const { _csrf, ...isian } = c.req.valid("form");
    dariHalaman(c, { _csrf });
    const { id } = c.req.valid("param");
    await label(deps, c.var.actor, id, isian, inBackground(c));
    return c.redirect(alamatTerbaru(c.req.valid("query"), id), 303);
  });
  return router;
}

type Konteks = Context<HouseEnv>;

/** Answers with what changed since `versi`, or with nothing. */
function segarkan(c: Konteks, { isi, versi }: tampilan.Segar, dulu: string | undefined) {
  return versi === dulu ? c.body(null, 204) : c.html(isi, 200);
}
