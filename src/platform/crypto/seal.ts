import { Buffer } from "node:buffer";

/**
 * Authenticated encryption of single database fields: AES-256-GCM, a random 96-bit nonce for each value.
 * The place a value belongs to (table, column, row) is its additional data, so a ciphertext copied elsewhere does not open.
 */
export interface Sealer {
  seal(place: SealedPlace, plaintext: string): Promise<string>;
  /** Throws when the ciphertext was altered, moved, or sealed with a key that is no longer configured. */
  open(place: SealedPlace, sealed: string): Promise<string>;
}

export interface SealedPlace {
  table: string;
  column: string;
  /** What identifies the row and changes only together with the sealed value. */
  row: string;
}

/** Keys by version, as lower-case hex of 32 bytes; the first one seals, all of them open. */
export type SealKeys = { version: number; hex: string }[];

/** Sealed text: `<key version>.<nonce>.<ciphertext and tag>`, the last two in base64url. */
export function createSealer(keys: SealKeys): Sealer {
  const [current] = keys;
  if (!current) throw new Error("no sealing key");
  const imported = new Map<number, Promise<CryptoKey>>();
  const keyOf = (version: number): Promise<CryptoKey> => {
    const found = keys.find((key) => key.version === version);
    if (!found) throw new Error(`no sealing key of version ${version}`);
    let key = imported.get(version);
    if (!key) {
      key = crypto.subtle.importKey("raw", Buffer.from(found.hex, "hex"), "AES-GCM", false, [
        "encrypt",
        "decrypt",
      ]);
      imported.set(version, key);
    }
    return key;
  };
  const parameters = (place: SealedPlace, nonce: Uint8Array) => ({
    name: "AES-GCM",
    iv: nonce,
    additionalData: new TextEncoder().encode(JSON.stringify([place.table, place.column, place.row])),
  });

  return {
    async seal(place, plaintext) {
      const nonce = crypto.getRandomValues(new Uint8Array(12));
      const data = new TextEncoder().encode(plaintext);
      const sealed = await crypto.subtle.encrypt(
        parameters(place, nonce),
        await keyOf(current.version),
        data,
      );
      return `${current.version}.${Buffer.from(nonce).toString("base64url")}.${Buffer.from(sealed).toString("base64url")}`;
    },
    async open(place, sealed) {
      const [version, nonce, data] = sealed.split(".");
      if (!version || !nonce || !data) throw new Error("not a sealed value");
      const opened = await crypto.subtle.decrypt(
        parameters(place, Buffer.from(nonce, "base64url")),
        await keyOf(Number(version)),
        Buffer.from(data, "base64url"),
      );
      return new TextDecoder().decode(opened);
    },
  };
}
