import { Buffer } from "node:buffer";

export interface SealedPlace {
  table: string;
  column: string;
  /** What identifies the row and changes only together with the sealed value. */
  row: string;
}

/** 96 bits, random for each value. */
export const NONCE_BYTES = 12;

/** A key of 32 bytes for AES-256-GCM, which nobody can read out again. */
export function importKey(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** Encrypts with a fresh nonce; the ciphertext ends with its tag. It opens at `place` only. */
export async function encrypt(
  key: CryptoKey,
  place: SealedPlace,
  plain: Uint8Array,
): Promise<{ nonce: Uint8Array; data: Uint8Array }> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return { nonce, data: new Uint8Array(await crypto.subtle.encrypt(parameters(place, nonce), key, plain)) };
}

/** Throws when key, place, nonce or ciphertext are not those of `encrypt`. */
export async function decrypt(
  key: CryptoKey,
  place: SealedPlace,
  nonce: Uint8Array,
  data: Uint8Array,
): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.decrypt(parameters(place, nonce), key, data));
}

function parameters(place: SealedPlace, nonce: Uint8Array) {
  return {
    name: "AES-GCM",
    iv: nonce,
    additionalData: new TextEncoder().encode(JSON.stringify([place.table, place.column, place.row])),
  };
}

/** Sealed text: `<mark>.<nonce>.<ciphertext and tag>`, the last two in base64url; the mark tells the key. */
export async function encryptText(
  key: CryptoKey,
  mark: string,
  place: SealedPlace,
  text: string,
): Promise<string> {
  const { nonce, data } = await encrypt(key, place, new TextEncoder().encode(text));
  return [mark, base64url(nonce), base64url(data)].join(".");
}

/** Opens what `encryptText` made, with the key that `keyOf` finds for its mark. Throws when it does not open. */
export async function decryptText(
  keyOf: (mark: string) => Promise<CryptoKey>,
  place: SealedPlace,
  sealed: string,
): Promise<string> {
  const [mark, nonce, data] = sealed.split(".");
  if (!mark || !nonce || !data) throw new Error("not a sealed value");
  const opened = await decrypt(
    await keyOf(mark),
    place,
    Buffer.from(nonce, "base64url"),
    Buffer.from(data, "base64url"),
  );
  return new TextDecoder().decode(opened);
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
