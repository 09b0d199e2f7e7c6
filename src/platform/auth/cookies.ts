import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

/**
 * Cookies for one browser and this very origin: `__Host-`, Secure, HttpOnly, SameSite=Lax. Over plain http, which only
 * local development speaks, browsers refuse the prefix, so there the name is plain.
 */
export interface Cookies {
  read(c: Context, name: string): string | undefined;
  /** Without `maxAgeSeconds` it lives as long as the browser. */
  write(c: Context, name: string, value: string, maxAgeSeconds?: number): void;
  clear(c: Context, name: string): void;
}

/** Cookies; `plainHttp` is for local development. */
export function createCookies(plainHttp: boolean): Cookies {
  const full = (name: string) => (plainHttp ? name : `__Host-${name}`);
  const attributes = { path: "/", secure: !plainHttp, httpOnly: true, sameSite: "Lax" } as const;
  return {
    read: (c, name) => getCookie(c, full(name)),
    write: (c, name, value, maxAgeSeconds) =>
      setCookie(c, full(name), value, {
        ...attributes,
        ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
      }),
    clear: (c, name) => void deleteCookie(c, full(name), attributes),
  };
}
