import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { routePath } from "hono/route";
import {
  bacaCookie,
  COOKIE_SESI,
  CsrfDitolak,
  sebagai,
  TokenTidakSah,
  tuntutCsrf,
  PeranTidakBoleh,
  type Pemegang,
  type Peran,
} from "../../akun/akses/akses.ts";
import { ALAMAT as HALAMAN } from "../../halaman/alamat.ts";
import { csrfSesi, maunyaHalaman } from "../../halaman/halaman.ts";
import { comesFromElsewhere } from "../../platform/auth/csrf.ts";
import { AppError, InternalError, NotFound, problemOf } from "../../platform/http/errors.ts";
import { answerError, declaredError } from "../../platform/http/request.ts";
import { defineRoute, open, type Access } from "../../platform/http/route.ts";
import { createRouter, type HouseEnv, type Router } from "../../platform/http/router.ts";
import { ALAMAT, denganKueri } from "../alamat.ts";
import { halamanGalat } from "./galat.tsx";
import type { IsiFormulir } from "./isian.tsx";
import { dokumen, type Halaman, type Pelihat } from "./tata.tsx";

export * from "./bagian.tsx";
export * from "./bentuk.ts";
export * from "./isian.tsx";
export * from "./saring.ts";
export type { Halaman, Pelihat };

type Konteks = Context<HouseEnv>;

/** Pages for staff with one of these roles, who are known by the session cookie. The database decides in the page's own roundtrip. */
export function staf(...peran: [Peran, ...Peran[]]): Access {
  return {
    ...open,
    middleware: [
      async (c, next) => {
        await kenali(c, peran);
        await next();
      },
    ],
  };
}

/** Takes the visitor for whom its cookie says. Throws `TokenTidakSah`. */
async function kenali(c: Konteks, peran: readonly Peran[]): Promise<void> {
  const sesi = await bacaCookie(c);
  if (!sesi) throw new TokenTidakSah();
  c.set("cookieSession", sesi.sesi);
  c.set("actor", sebagai(sesi, peran));
}

/** Who looks at this page: what its cookie says, which the database has confirmed once a query was answered. */
export function pelihat(c: Konteks): Pelihat {
  const { label, holder } = c.var.actor;
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- `staf` lets in nobody but people, whose label is their role
  const peran = label as Pemegang["peran"];
  return { peran, akunId: Number(holder?.split(":")[1]), csrf: csrfSesi(c) };
}

/** Throws `CsrfDitolak` unless a form was sent from a page of ours; every handler of one begins with this. */
export function dariHalaman(c: Konteks, isian: { _csrf: string }): void {
  tuntutCsrf(c, c.var.cookieSession ?? "", isian._csrf);
}

/** Answers with a page of the dashboard: our own stylesheets and script, and forms that lead nowhere else. */
export function tunjukkan(c: Konteks, halaman: Halaman, status: AppError["definition"]["status"] = 200) {
  c.header(
    "content-security-policy",
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  // With "no-referrer" a browser would send our own forms with `Origin: null`.
  c.header("referrer-policy", "same-origin");
  return c.html(dokumen(c.var.cookieSession ? pelihat(c) : undefined, halaman), status);
}

/** A form as it is shown again after it was refused, with what was typed. `ke` is where it was sent. */
export type UlangFormulir = (isi: IsiFormulir, ke: string) => { judul: string; isi: Child };

/** The number of the row that an address is about. */
export function nomorDi(alamat: string): string {
  return /\/(\d+)(\/|$)/.exec(alamat)?.[1] ?? "?";
}

/**
 * A router of dashboard pages. Errors are pages for browsers and problem documents for programs; whoever has no session
 * logs in first. `formulir` names the addresses that forms are sent to, and how each form is shown again; whoever opens
 * such an address gets the page above it.
 */
export function ruteDasbor(formulir: Record<string, UlangFormulir> = {}): Router {
  const router = createRouter();
  router.onError((error, c: Konteks) =>
    // A part of a page that asks for itself takes whatever the browser's scripts take, and must not just fall silent.
    maunyaHalaman(c) || (olehHtmx(c) && sudahKeluar(error))
      ? tunjukkanGalat(c, declaredError(error, c), formulir)
      : answerError(error, c),
  );
  for (const path of Object.keys(formulir)) {
    const route = defineRoute({
      method: "get",
      path,
      hide: true,
      operationId: "kembali",
      tags: ["Dasbor"],
      summary: "Ke halaman formulirnya",
      access: open,
      responses: { 303: { description: "Halaman formulir" } },
    });
    router.openapi(route, (c) => c.redirect(diAtas(c.req.path), 303));
  }
  return router;
}

const DI_BAWAH = `${ALAMAT.dasbor}/*`;

/**
 * Addresses of the dashboard where nothing is: staff gets a page that says so, guests log in, and programs are answered
 * as anywhere else. To be mounted before the pages, so that it is the last to match only where none of them does.
 */
export function takAdaRoutes(): Router {
  const router = ruteDasbor();
  router.use(DI_BAWAH, async (c, next) => {
    const adaHalaman = routePath(c, -1) !== DI_BAWAH;
    if (adaHalaman || !/^(GET|HEAD)$/.test(c.req.method) || !maunyaHalaman(c)) return await next();
    await kenali(c, ["admin", "karyawan"]);
    throw new NotFound();
  });
  return router;
}

/** Whether a page that is open already asks for a part of itself. */
export function olehHtmx(c: Konteks): boolean {
  return c.req.header("hx-request") === "true";
}

function sudahKeluar(error: Error): boolean {
  return error instanceof AppError && error.definition === TokenTidakSah;
}

/** The page above an address. */
function diAtas(path: string): string {
  return path.replace(/\/[^/]+\/?$/, "");
}

/** What no other filling in of the form would mend. */
const NOT_SHOWN_AGAIN: readonly AppError["definition"][] = [CsrfDitolak, PeranTidakBoleh, InternalError];

function tunjukkanGalat(c: Konteks, error: AppError, formulir: Record<string, UlangFormulir>) {
  const reading = /^(GET|HEAD)$/.test(c.req.method);
  const tempat = reading ? c.req.path : diAtas(c.req.path);
  // By definition, because all declared errors look alike to `instanceof` in the eyes of the compiler.
  const { definition } = error;
  if (definition === TokenTidakSah)
    return keMasuk(c, reading ? c.req.url.replace(/^\w+:\/\/[^/]+/, "") : tempat);
  const problem = problemOf(error, c.req.path, c.var.requestId);
  for (const [name, value] of Object.entries({ ...definition.headers, ...error.more.headers }))
    c.header(name, value);
  // An address without a row may look like one with a row, whose pattern matches it as well.
  const ulang =
    formulir[c.req.path.replace(/\/$/, "")] ?? formulir[routePath(c, -1).replaceAll(/:(\w+)/g, "{$1}")];
  const nilai = c.var.form;
  // A form that another site sent is no form of ours, and gets none back.
  if (reading || !ulang || !nilai || NOT_SHOWN_AGAIN.includes(definition) || comesFromElsewhere(c)) {
    const kembali =
      definition === PeranTidakBoleh
        ? { judul: "Ke beranda", ke: HALAMAN.beranda }
        : definition === NotFound
          ? { judul: "Ke dasbor", ke: ALAMAT.dasbor }
          : { judul: "Kembali", ke: tempat };
    return tunjukkan(c, halamanGalat(problem, kembali), definition.status);
  }
  const isian = Object.fromEntries(
    (problem.errors ?? []).map(({ pointer, detail }) => [pointer.replace("#/", ""), detail]),
  );
  const isi = { csrf: csrfSesi(c), nilai, galat: { kode: definition.code, pesan: problem.detail, isian } };
  const halaman = { ...ulang(isi, c.req.path), naik: { judul: "Kembali", ke: tempat } };
  return tunjukkan(c, { ...halaman, judul: `Galat: ${halaman.judul}` }, definition.status);
}

/** Sends whoever has no living session to log in, and back to where it wanted to go. */
function keMasuk(c: Konteks, kembali: string) {
  if (c.var.cookieSession) c.var.auth.cookies.clear(c, COOKIE_SESI);
  // htmx would follow a redirect inside of the page, and put the login form where a list was.
  const keHalamanMasuk = denganKueri(HALAMAN.masuk, { next: kembali });
  if (!olehHtmx(c)) return c.redirect(keHalamanMasuk, 303);
  c.header("hx-redirect", keHalamanMasuk);
  return c.body(null, 401);
}
