import type { Context } from "hono";
import type { Secrets } from "./tokens.ts";
import { constantTimeEqual, hmacHex } from "../crypto/hash.ts";

/**
 * Proof that a request which a browser's cookie speaks for comes from a page of ours: a keyed hash of what the cookie
 * names (OWASP, signed double-submit cookie). Another site can make a browser send the cookie, but cannot know this.
 */
export interface Csrf {
  tokenFor(cookieId: string): string;
  holds(cookieId: string, token: string): boolean;
}

/** CSRF tokens over `secrets`; the first one makes them, all of them are taken. */
export function createCsrf(secrets: Secrets): Csrf {
  const tokenOf = (secret: string, cookieId: string) => hmacHex("sha256", secret, `csrf:${cookieId}`);
  return {
    tokenFor: (cookieId) => tokenOf(secrets[0], cookieId),
    holds: (cookieId, token) => secrets.some((secret) => constantTimeEqual(tokenOf(secret, cookieId), token)),
  };
}

/** Whether a browser says that a request comes from elsewhere. Clients that are no browsers say nothing. */
export function comesFromElsewhere({ req }: Context): boolean {
  const origin = req.header("origin");
  if (origin !== undefined) return origin !== new URL(req.url).origin;
  const site = req.header("sec-fetch-site");
  return site !== undefined && site !== "same-origin";
}
