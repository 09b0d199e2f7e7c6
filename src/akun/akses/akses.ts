import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import type { Context, MiddlewareHandler } from "hono";
import { comesFromElsewhere } from "../../platform/auth/csrf.ts";
import type { TokenKind } from "../../platform/auth/tokens.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Access } from "../../platform/http/route.ts";
import type { HouseEnv } from "../../platform/http/router.ts";
import { peranAkun } from "../table.ts";

export const TokenTidakSah = defineError(
  401,
  "TOKEN_TIDAK_SAH",
  "Token tidak ada, tidak sah, atau sudah berakhir. Silakan masuk lagi.",
  { headers: { "www-authenticate": 'Bearer realm="satu-pintu"' } },
);
export const PeranTidakBoleh = defineError(403, "PERAN_TIDAK_BOLEH", "Peran Anda tidak boleh melakukan ini.");
export const CsrfDitolak = defineError(
  403,
  "CSRF_DITOLAK",
  "Permintaan ini tidak terbukti berasal dari halaman kami. Muat ulang halaman, lalu coba lagi.",
);

export type Peran = (typeof peranAkun.enumValues)[number];

/** What a token of ours says of its holder. The database decides whether that still holds. */
export interface Pemegang {
  akunId: number;
  peran: Peran;
  sesi: string;
  versi: number;
}

/** The account's id in a token. */
export const subSchema = z
  .string()
  .regex(/^[1-9]\d{0,15}$/)
  .transform(Number);

const klaimSchema = z.object({
  sub: subSchema,
  role: z.enum(peranAkun.enumValues),
  sid: z.uuid(),
  ver: z.int32(),
});

/** The claims by which `Pemegang` is written into a token. */
export function klaimDari({ peran, sesi, versi }: Pemegang): { role: Peran; sid: string; ver: number } {
  return { role: peran, sid: sesi, ver: versi };
}

/** The cookie that holds a browser's session. */
export const COOKIE_SESI = "sesi";

const SCHEMES: Access["schemes"] = [
  {
    name: "bearer",
    definition: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "access_token dari POST /auth/login atau POST /api/login.",
    },
  },
  {
    name: "cookieSesi",
    definition: {
      type: "apiKey",
      in: "cookie",
      name: `__Host-${COOKIE_SESI}`,
      description:
        "Cookie sesi dari halaman masuk (lewat http di mesin sendiri namanya `sesi`). Selain GET, permintaan juga membawa header X-CSRF-Token dengan isi `<meta name=csrf-token>` halaman.",
    },
  },
];

/** Routes for people with one of these roles: a token, or a browser's session. Checked in the request's own roundtrip. */
export function untuk(...peran: [Peran, ...Peran[]]): Access {
  const semua = peran.length === peranAkun.enumValues.length;
  return {
    schemes: SCHEMES,
    ...(!semua && { who: peran.join(", ") }),
    errors: semua ? [TokenTidakSah] : [TokenTidakSah, PeranTidakBoleh],
    unsafeErrors: [CsrfDitolak],
    middleware: [
      async (c, next) => {
        if (!(await kenali(c, peran))) throw new TokenTidakSah();
        await next();
      },
    ],
  };
}

/** Routes for everybody that do more for people with one of these roles; wrong credentials are still wrong. */
export function untukTamuDan(...peran: [Peran, ...Peran[]]): Access {
  const kenaliSaja: MiddlewareHandler<HouseEnv> = async (c, next) => {
    await kenali(c, peran);
    await next();
  };
  const { who: _, ...access } = untuk(...peran);
  return { ...access, optional: true, middleware: [kenaliSaja] };
}

/** Routes for whoever has an account. */
export const siapaPun = untuk(...peranAkun.enumValues);

/** Finds out who calls; false when nobody says who. Throws `TokenTidakSah`, `CsrfDitolak`. */
async function kenali(c: Context<HouseEnv>, peran: readonly Peran[]): Promise<boolean> {
  const header = c.req.header("authorization");
  if (header !== undefined) {
    const [, token] = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header) ?? [];
    const pemegang = token && (await bacaToken(c, "access", token));
    if (!pemegang) throw new TokenTidakSah();
    c.set("actor", sebagai(pemegang, peran));
    return true;
  }
  const sesi = await bacaCookie(c);
  if (sesi === null) return false;
  if (!sesi) throw new TokenTidakSah();
  const token = c.req.header("x-csrf-token") ?? "";
  if (!/^(GET|HEAD)$/.test(c.req.method)) tuntutCsrf(c, sesi.sesi, token);
  c.set("actor", sebagai(sesi, peran));
  return true;
}

/** The browser's session; null without a cookie, undefined when it does not hold. The database has not been asked yet. */
export async function bacaCookie(c: Context<HouseEnv>): Promise<Pemegang | null | undefined> {
  const cookie = c.var.auth.cookies.read(c, COOKIE_SESI);
  return cookie === undefined ? null : await bacaToken(c, "cookie", cookie);
}

/** Throws `CsrfDitolak` unless the request comes from a page of ours that knows the token of `cookieId`. */
export function tuntutCsrf(c: Context<HouseEnv>, cookieId: string, token: string): void {
  if (comesFromElsewhere(c) || !c.var.auth.csrf.holds(cookieId, token)) throw new CsrfDitolak();
}

/** Enters as the holder of a token, if its role is one of `peran`. */
export function sebagai({ akunId, peran: label, sesi, versi }: Pemegang, peran: readonly Peran[]): Actor {
  return {
    label,
    holder: `akun:${akunId}`,
    enter: sql`select app.masuk_akun(${akunId}, ${sesi}, ${versi}, ${`{${peran.join(",")}}`})`,
  };
}

async function bacaToken(
  c: Context<HouseEnv>,
  kind: TokenKind,
  token: string,
): Promise<Pemegang | undefined> {
  const klaim = klaimSchema.safeParse(await c.var.auth.tokens.verify(kind, token));
  if (!klaim.success) return undefined;
  const { sub, role, sid, ver } = klaim.data;
  return { akunId: sub, peran: role, sesi: sid, versi: ver };
}
