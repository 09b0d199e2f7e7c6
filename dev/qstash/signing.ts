import { createHash, createHmac, randomBytes } from "node:crypto";

/**
 * The public constants of `qstash dev`, the vendor's own local server. They are no secret: everyone has them,
 * so a production configuration that holds one of them has no protection.
 * Source: https://upstash.com/docs/qstash/howto/local-development
 */
export const QSTASH_DEV = {
  url: "http://127.0.0.1:8080",
  port: 8080,
  token: "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=",
  currentSigningKey: "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r",
  nextSigningKey: "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs",
} as const;

/**
 * What can be wrong with a forged delivery.
 *
 * - `wrong-key`: signed with a key that is neither the current nor the next one
 * - `wrong-url`: `sub` names another endpoint (a delivery replayed elsewhere)
 * - `wrong-body`: the body sent is not the body that was signed
 * - `wrong-issuer`: `iss` is not `Upstash`
 * - `expired`: `exp` has passed a minute ago
 * - `not-yet-valid`: `nbf` is a minute away
 * - `no-exp`: valid for ever; a verifier that requires claims refuses it, the vendor's `Receiver` does not
 * - `alg-none`: an unsigned token
 * - `HS512`: the right key with another algorithm; the vendor's `Receiver` accepts it
 * - `garbage`: the signature header is no JWT at all
 * - `unsigned`: there is no signature header
 */
export type Defect =
  | "wrong-key"
  | "wrong-url"
  | "wrong-body"
  | "wrong-issuer"
  | "expired"
  | "not-yet-valid"
  | "no-exp"
  | "alg-none"
  | "HS512"
  | "garbage"
  | "unsigned";

/** QStash signs for five minutes. */
const LIFETIME_S = 300;

const base64url = (value: string) => Buffer.from(value).toString("base64url");

/** base64url with padding, as production sends it; verifiers strip the `=`. */
function bodyHash(body: Buffer): string {
  return createHash("sha256").update(body).digest("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * The JWT of the `Upstash-Signature` header: HS256, the key is the UTF-8 bytes of the whole `sig_…` string,
 * `sub` is the destination exactly as published. `nowMs` is the time of the attempt.
 */
export function signature(
  key: string,
  url: string,
  body: Buffer,
  nowMs: number,
  defects: readonly Defect[] = [],
): string {
  const has = (defect: Defect) => defects.includes(defect);
  if (has("garbage")) return "not.a.jwt";
  let iat = Math.floor(nowMs / 1000);
  if (has("expired")) iat -= LIFETIME_S + 60;
  if (has("not-yet-valid")) iat += 60;
  const claims = {
    iss: has("wrong-issuer") ? "Downstash" : "Upstash",
    sub: has("wrong-url") ? new URL("/another-endpoint", url).href : url,
    ...(has("no-exp") ? {} : { exp: iat + LIFETIME_S }),
    nbf: iat,
    iat,
    jti: `jwt_${randomBytes(14).toString("hex")}`,
    body: bodyHash(has("wrong-body") ? Buffer.concat([body, Buffer.from(" ")]) : body),
  };
  const alg = has("alg-none") ? "none" : has("HS512") ? "HS512" : "HS256";
  const signed = `${base64url(JSON.stringify({ alg, typ: "JWT" }))}.${base64url(JSON.stringify(claims))}`;
  if (alg === "none") return `${signed}.`;
  const secret = has("wrong-key") ? newSigningKey() : key;
  const mac = createHmac(alg === "HS512" ? "sha512" : "sha256", secret);
  return `${signed}.${mac.update(signed).digest("base64url")}`;
}

/** A key of the shape QStash gives out. */
export function newSigningKey(): string {
  return `sig_${randomBytes(14).toString("hex")}`;
}

/** The two keys of the account; deliveries are signed with `current`. */
export class SigningKeys {
  current: string = QSTASH_DEV.currentSigningKey;
  next: string = QSTASH_DEV.nextSigningKey;

  /** The next key becomes the current one. */
  rotate(): void {
    this.current = this.next;
    this.next = newSigningKey();
  }
}
