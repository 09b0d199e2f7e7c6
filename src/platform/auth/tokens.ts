import { createHash } from "node:crypto";
import { errors, jwtVerify, SignJWT, type JWTPayload } from "jose";
import type { Clock } from "../clock.ts";
import type { Ids } from "../id.ts";

/** What a token is for. Each kind has a `typ` of its own, so that none passes for another (RFC 8725 §3.11). */
export type TokenKind = "access" | "refresh" | "cookie" | "file";

const TYP: Record<TokenKind, string> = {
  access: "at+jwt",
  refresh: "rt+jwt",
  cookie: "ct+jwt",
  file: "ft+jwt",
};

/** The audience of every token of ours. */
const AUDIENCE = "satu-pintu";

/** Seconds by which the clocks of two Workers may differ. */
const CLOCK_TOLERANCE = 5;

/** Signed tokens: JWT, HS256 and nothing else. */
export interface Tokens {
  /** How long a token of a kind lives at most, in seconds. */
  lifetime: Record<TokenKind, number>;
  /** Signs `claims` about `subject`; `seconds` shortens the life of the token. */
  sign(kind: TokenKind, subject: string, claims: JWTPayload, seconds?: number): Promise<string>;
  /** The claims of a token, or nothing when it is of another kind, forged, outdated, or not ours. */
  verify(kind: TokenKind, token: string): Promise<JWTPayload | undefined>;
}

/** The current secret, and those before it that still count. */
export type Secrets = readonly [current: string, ...previous: string[]];

export interface TokenSettings {
  /** The first one signs, all of them verify: that is how a key is rotated without logging anybody out. */
  secrets: Secrets;
  issuer: string;
  /** In seconds. */
  lifetime: Record<TokenKind, number>;
}

/** Tokens over `secrets`; a key is named by the beginning of its hash (`kid`). */
export function createTokens({ secrets, issuer, lifetime }: TokenSettings, clock: Clock, ids: Ids): Tokens {
  const keys = new Map(secrets.map((secret) => [keyId(secret), new TextEncoder().encode(secret)]));
  const currentId = keyId(secrets[0]);
  return {
    lifetime,
    async sign(kind, subject, claims, seconds = lifetime[kind]) {
      const now = Math.floor(clock.now().getTime() / 1000);
      return await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", typ: TYP[kind], kid: currentId })
        .setSubject(subject)
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setIssuedAt(now)
        .setExpirationTime(now + Math.min(seconds, lifetime[kind]))
        .setJti(ids.uuid())
        .sign(keyOf(keys, currentId));
    },
    async verify(kind, token) {
      try {
        const { payload } = await jwtVerify(token, ({ kid }) => keyOf(keys, kid), {
          algorithms: ["HS256"],
          typ: TYP[kind],
          issuer,
          audience: AUDIENCE,
          requiredClaims: ["sub", "exp", "iat", "jti"],
          maxTokenAge: lifetime[kind],
          clockTolerance: CLOCK_TOLERANCE,
          currentDate: clock.now(),
        });
        return payload;
      } catch (error) {
        // What is wrong with the token is the caller's matter; anything else is ours.
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

function keyOf(keys: Map<string, Uint8Array>, kid: string | undefined): Uint8Array {
  const key = keys.get(kid ?? "");
  if (!key) throw new errors.JWKSNoMatchingKey();
  return key;
}

function keyId(secret: string): string {
  return createHash("sha256").update(`kid:${secret}`).digest("hex").slice(0, 8);
}
