import { Buffer } from "node:buffer";
import { decryptText, encryptText, importKey, type SealedPlace } from "./aes.ts";

export type { SealedPlace };

/**
 * Authenticated encryption of single database fields: AES-256-GCM, a random 96-bit nonce for each value.
 * The place a value belongs to (table, column, row) is its additional data, so a ciphertext copied elsewhere does not open.
 */
export interface Sealer {
  seal(place: SealedPlace, plaintext: string): Promise<string>;
  /** Throws when the ciphertext was altered, moved, or sealed with a key that is no longer configured. */
  open(place: SealedPlace, sealed: string): Promise<string>;
}

/** Keys by version, as lower-case hex of 32 bytes; the first one seals, all of them open. */
export type SealKeys = { version: number; hex: string }[];

/** Seals with the master keys. Sealed text: `<key version>.<nonce>.<ciphertext and tag>`, the last two in base64url. */
export function createSealer(keys: SealKeys): Sealer {
  const [current] = keys;
  if (!current) throw new Error("no sealing key");
  const imported = new Map<number, Promise<CryptoKey>>();
  const keyOf = (version: number): Promise<CryptoKey> => {
    const found = keys.find((key) => key.version === version);
    if (!found) throw new Error(`no sealing key of version ${version}`);
    let key = imported.get(version);
    if (!key) {
      key = importKey(Buffer.from(found.hex, "hex"));
      imported.set(version, key);
    }
    return key;
  };
  return {
    seal: async (place, plaintext) =>
      await encryptText(await keyOf(current.version), String(current.version), place, plaintext),
    open: (place, sealed) => decryptText(async (mark) => await keyOf(Number(mark)), place, sealed),
  };
}
