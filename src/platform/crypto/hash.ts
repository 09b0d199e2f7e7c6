import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** SHA-256 as lower-case hex. For values with enough entropy of their own (API keys), never for passwords. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** HMAC as lower-case hex; `sha1` only where a vendor signs with it. */
export function hmacHex(algorithm: "sha1" | "sha256", key: string, data: string | Uint8Array): string {
  return createHmac(algorithm, key).update(data).digest("hex");
}

/** Compares two texts in time that depends on their length only. */
export function constantTimeEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
