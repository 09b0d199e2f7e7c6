import { accepts } from "hono/accepts";
import type { Context } from "hono";
import {
  bacaCookie,
  COOKIE_SESI,
  klaimDari,
  sebagai,
  TokenTidakSah,
  tuntutCsrf,
  type Pemegang,
  type Peran,
} from "../akun/akses/akses.ts";
import { daftar, profil, type Akun, type AkunDeps } from "../akun/akun.ts";
import { akhiri, masuk, sesiPertama, type SesiDeps } from "../akun/sesi/sesi.ts";
import { peranAkun } from "../akun/table.ts";
import { inBackground } from "../platform/http/background.ts";
import { callerOf } from "../platform/http/caller.ts";
import { open, type Access } from "../platform/http/route.ts";
import type { HouseEnv } from "../platform/http/router.ts";

type Konteks = Context<HouseEnv>;
export type HalamanDeps = SesiDeps & AkunDeps;

/** Pages know a visitor by the session cookie, and without one are for everybody. */
export const pengunjung: Access = {
  ...open,
  middleware: [
    async (c, next) => {
      const sesi = await bacaCookie(c);
      if (sesi) {
        c.set("cookieSession", sesi.sesi);
        c.set("actor", sebagai(sesi, peranAkun.enumValues));
      }
      await next();
    },
  ],
};

/** Whether the caller would rather have a page than JSON; whoever does not care is a program. */
export function maunyaHalaman(c: Konteks): boolean {
  const supports = ["text/html", "application/json"];
  return accepts(c, { header: "Accept", supports, default: "application/json" }) === "text/html";
}

/** The visitor's account, if its session is alive; a cookie of a dead one is taken away. */
export async function akunPengunjung(deps: HalamanDeps, c: Konteks): Promise<Akun | undefined> {
  if (!c.var.cookieSession) return undefined;
  try {
    return await profil(deps, c.var.actor);
  } catch (error) {
    if (!(error instanceof TokenTidakSah)) throw error;
    c.var.auth.cookies.clear(c, COOKIE_SESI);
    return undefined;
  }
}

/** The cookie that forms are tied to while nobody is logged in. */
const COOKIE_FORMULIR = "formulir";

/** The CSRF token of forms for guests, tied to a cookie that only proves to be the same browser. */
export function csrfTamu(deps: HalamanDeps, c: Konteks): string {
  const { cookies, csrf } = c.var.auth;
  const known = browserTamu(c);
  const id = known ?? deps.ids.secret(16);
  if (!known) cookies.write(c, COOKIE_FORMULIR, id);
  return csrf.tokenFor(id);
}

/** The CSRF token of forms and scripts for whoever is logged in. */
export function csrfSesi(c: Konteks): string {
  return c.var.auth.csrf.tokenFor(c.var.cookieSession ?? "");
}

function browserTamu(c: Konteks): string | undefined {
  const cookie = c.var.auth.cookies.read(c, COOKIE_FORMULIR);
  return cookie !== undefined && /^[0-9a-f]{32}$/.test(cookie) ? cookie : undefined;
}

/** Logs a visitor in, and says as what. Throws as `masuk` does, and `CsrfDitolak`. */
export async function masukLewatHalaman(
  deps: HalamanDeps,
  c: Konteks,
  isian: { identitas: string; kataSandi: string },
  csrf: string,
): Promise<Peran> {
  tuntutCsrf(c, browserTamu(c) ?? "", csrf);
  const { pemegang } = await masuk(deps, "cookie", isian, callerOf(c), c.var.log, inBackground(c));
  await gantiCookie(deps, c, pemegang);
  return pemegang.peran;
}

/** Opens a customer's account and logs it in. Throws as `daftar` does, and `CsrfDitolak`. */
export async function daftarLewatHalaman(
  deps: HalamanDeps,
  c: Konteks,
  isian: { nama: string; email: string; kataSandi: string },
  csrf: string,
): Promise<void> {
  tuntutCsrf(c, browserTamu(c) ?? "", csrf);
  const akun = await daftar(deps, { ...isian, username: null, peran: "nasabah" }, callerOf(c));
  const { pemegang } = await sesiPertama(deps, "cookie", akun.id, callerOf(c));
  await gantiCookie(deps, c, pemegang);
}

/** Gives the browser its new session, and ends the one it had: nobody could log out of that any more. */
async function gantiCookie(deps: HalamanDeps, c: Konteks, pemegang: Pemegang): Promise<void> {
  if (c.var.cookieSession) await akhiriJikaHidup(deps, c, "ini");
  const { tokens, cookies } = c.var.auth;
  const token = await tokens.sign("cookie", String(pemegang.akunId), klaimDari(pemegang));
  cookies.write(c, COOKIE_SESI, token, tokens.lifetime.cookie);
}

async function akhiriJikaHidup(deps: HalamanDeps, c: Konteks, yang: "ini" | "semua"): Promise<void> {
  try {
    await akhiri(deps, c.var.actor, yang);
  } catch (error) {
    if (!(error instanceof TokenTidakSah)) throw error;
  }
}

/**
 * Ends the visitor's session, or all sessions of the account. Whoever has none is out already, and keeps what cookies it
 * has: a form of another site comes without them, and must not take them away. Throws `CsrfDitolak`.
 */
export async function keluar(
  deps: HalamanDeps,
  c: Konteks,
  yang: "ini" | "semua",
  csrf: string,
): Promise<void> {
  const sesi = c.var.cookieSession;
  if (!sesi) return;
  tuntutCsrf(c, sesi, csrf);
  await akhiriJikaHidup(deps, c, yang);
  c.var.auth.cookies.clear(c, COOKIE_SESI);
}
