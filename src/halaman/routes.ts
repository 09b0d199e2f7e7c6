import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Peran } from "../akun/akses/akses.ts";
import { ALAMAT as DASBOR } from "../dasbor/alamat.ts";
import { comesFromElsewhere } from "../platform/auth/csrf.ts";
import { okSchema } from "../platform/http/fields.ts";
import { problemOf, type AppError } from "../platform/http/errors.ts";
import { answerError, declaredError } from "../platform/http/request.ts";
import { defineRoute, FORM, open } from "../platform/http/route.ts";
import { createRouter, type HouseEnv, type Router } from "../platform/http/router.ts";
import { ALAMAT, tujuanAman } from "./alamat.ts";
import * as halaman from "./halaman.ts";
import { daftarFormulir, halamanQuery, keluarFormulir, masukFormulir } from "./schema.ts";
import * as tampilan from "./tampilan.tsx";

const page = { "text/html": { schema: z.string() } };
const TAG = ["Halaman"];

const beranda = defineRoute({
  method: "get",
  path: ALAMAT.beranda,
  operationId: "statusLayanan",
  tags: ["Layanan"],
  summary: "Layanan hidup; peramban mendapat halaman beranda",
  access: halaman.pengunjung,
  responses: {
    200: { description: "Hidup", content: { "application/json": { schema: okSchema }, ...page } },
  },
});

const rumah = defineRoute({
  method: "get",
  path: ALAMAT.rumah,
  hide: true,
  operationId: "halamanRumah",
  tags: TAG,
  summary: "Beranda akun",
  access: halaman.pengunjung,
  responses: { 200: { description: "Halaman", content: page } },
});

const masuk = defineRoute({
  method: "get",
  path: ALAMAT.masuk,
  hide: true,
  operationId: "halamanMasuk",
  tags: TAG,
  summary: "Formulir masuk",
  access: halaman.pengunjung,
  request: { query: halamanQuery },
  responses: { 200: { description: "Halaman", content: page } },
});

const daftar = defineRoute({
  method: "get",
  path: ALAMAT.daftar,
  hide: true,
  operationId: "halamanDaftar",
  tags: TAG,
  summary: "Formulir pendaftaran nasabah",
  access: halaman.pengunjung,
  request: { query: halamanQuery },
  responses: { 200: { description: "Halaman", content: page } },
});

const kirimMasuk = defineRoute({
  method: "post",
  path: ALAMAT.masuk,
  hide: true,
  operationId: "kirimMasuk",
  tags: TAG,
  summary: "Masuk lewat halaman",
  access: halaman.pengunjung,
  request: { body: { required: true, content: { [FORM]: { schema: masukFormulir } } } },
  responses: { 303: { description: "Berhasil" } },
});

const kirimDaftar = defineRoute({
  method: "post",
  path: ALAMAT.kirimDaftar,
  hide: true,
  operationId: "kirimDaftar",
  tags: TAG,
  summary: "Daftar lewat halaman",
  access: halaman.pengunjung,
  request: { body: { required: true, content: { [FORM]: { schema: daftarFormulir } } } },
  responses: { 303: { description: "Berhasil" } },
});

const kirimKeluar = defineRoute({
  method: "post",
  path: ALAMAT.kirimKeluar,
  hide: true,
  operationId: "kirimKeluar",
  tags: TAG,
  summary: "Keluar lewat halaman",
  access: halaman.pengunjung,
  request: { body: { required: true, content: { [FORM]: { schema: keluarFormulir } } } },
  responses: { 303: { description: "Berhasil" } },
});

/** Where a browser stands after a form was refused; whoever asks for that address gets the page of the form. */
const kembali = [
  { dari: ALAMAT.kirimDaftar, ke: ALAMAT.daftar },
  { dari: ALAMAT.kirimKeluar, ke: ALAMAT.beranda },
];

export function halamanRoutes(deps: halaman.HalamanDeps): Router {
  const router = createRouter();
  router.onError((error, c: Context<HouseEnv>) => {
    if (!halaman.maunyaHalaman(c)) return answerError(error, c);
    return tunjukkanGalat(deps, c, declaredError(error, c));
  });
  router.openapi(beranda, async (c) => {
    c.header("vary", "Accept, Cookie");
    if (!halaman.maunyaHalaman(c)) return c.json({ status: "ok" as const }, 200);
    const akun = await halaman.akunPengunjung(deps, c);
    return tunjukkan(c, akun ? tampilan.halamanRumah(akun, halaman.csrfSesi(c)) : tampilan.halamanSambut());
  });
  router.openapi(rumah, async (c) => {
    const akun = await halaman.akunPengunjung(deps, c);
    if (!akun) return c.redirect(`${ALAMAT.masuk}?next=${encodeURIComponent(ALAMAT.rumah)}`, 303);
    return tunjukkan(c, tampilan.halamanRumah(akun, halaman.csrfSesi(c)));
  });
  router.openapi(masuk, async (c) => {
    const { next } = c.req.valid("query");
    const akun = await halaman.akunPengunjung(deps, c);
    if (akun) return c.redirect(tujuanAman(next, awalBagi(akun.peran)), 303);
    return tunjukkan(c, tampilan.halamanMasuk({ csrf: halaman.csrfTamu(deps, c), next }));
  });
  router.openapi(daftar, async (c) => {
    const { next } = c.req.valid("query");
    if (await halaman.akunPengunjung(deps, c)) return c.redirect(tujuanAman(next), 303);
    return tunjukkan(c, tampilan.halamanDaftar({ csrf: halaman.csrfTamu(deps, c), next }));
  });
  for (const { dari, ke } of kembali) {
    const route = defineRoute({
      method: "get",
      path: dari,
      hide: true,
      operationId: "kembali",
      tags: TAG,
      summary: "Ke halaman formulirnya",
      access: open,
      responses: { 303: { description: "Halaman formulir" } },
    });
    router.openapi(route, (c) => c.redirect(ke, 303));
  }
  router.openapi(kirimMasuk, async (c) => {
    const { _csrf, next, identifier: identitas, password: kataSandi } = c.req.valid("form");
    const peran = await halaman.masukLewatHalaman(deps, c, { identitas, kataSandi }, _csrf);
    return c.redirect(tujuanAman(next, awalBagi(peran)), 303);
  });
  router.openapi(kirimDaftar, async (c) => {
    const { _csrf, next, name: nama, email, password: kataSandi } = c.req.valid("form");
    await halaman.daftarLewatHalaman(deps, c, { nama, email, kataSandi }, _csrf);
    return c.redirect(tujuanAman(next), 303);
  });
  router.openapi(kirimKeluar, async (c) => {
    const { _csrf, semua } = c.req.valid("form");
    await halaman.keluar(deps, c, semua ? "semua" : "ini", _csrf);
    return c.redirect(ALAMAT.masuk, 303);
  });
  return router;
}

/** Where somebody begins who has asked for nothing. */
function awalBagi(peran: Peran): string {
  return peran === "nasabah" ? ALAMAT.beranda : DASBOR.dasbor;
}

type Dokumen = ReturnType<typeof tampilan.halamanSambut>;

/** Answers with a page: nothing but our own stylesheet, and forms that lead nowhere else. */
function tunjukkan(c: Context<HouseEnv>, dokumen: Dokumen, status: AppError["definition"]["status"] = 200) {
  c.header(
    "content-security-policy",
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  // With "no-referrer" a browser would send our own forms with `Origin: null`.
  c.header("referrer-policy", "same-origin");
  return c.html(dokumen, status);
}

/** Shows an error where it was made: in the form that was sent, else on a page of its own. */
function tunjukkanGalat(deps: halaman.HalamanDeps, c: Context<HouseEnv>, error: AppError) {
  const problem = problemOf(error, c.req.path, c.var.requestId);
  const headers = { ...error.definition.headers, ...error.more.headers };
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  const form = FORMULIR.get(c.req.path.replace(/\/$/, ""));
  const nilai = c.var.form;
  // A form that another site sent is no form of ours, and gets none back.
  if (!form || !nilai || problem.status >= 500 || comesFromElsewhere(c))
    return tunjukkan(
      c,
      tampilan.halamanGalat(problem.title, problem.detail, problem.request_id),
      error.definition.status,
    );
  const isian = Object.fromEntries(
    (problem.errors ?? []).map(({ pointer, detail }) => [pointer.replace("#/", ""), detail]),
  );
  const isi = {
    csrf: halaman.csrfTamu(deps, c),
    next: nilai["next"],
    nilai,
    galat: { pesan: problem.detail, isian },
  };
  return tunjukkan(c, form(isi), error.definition.status);
}

const FORMULIR = new Map<string, typeof tampilan.halamanMasuk>([
  [ALAMAT.masuk, tampilan.halamanMasuk],
  [ALAMAT.kirimDaftar, tampilan.halamanDaftar],
]);
