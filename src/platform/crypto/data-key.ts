import { Buffer } from "node:buffer";
import {
  decrypt,
  decryptText,
  encrypt,
  encryptText,
  importKey,
  NONCE_BYTES,
  type SealedPlace,
} from "./aes.ts";
import type { Sealer } from "./seal.ts";

/**
 * The key of one customer. Everything sealed of it, in whatever table or file, is sealed with this: without it, all of
 * that is gone at once (crypto-shredding); a backup that holds it has to expire, or the master key that wrapped it.
 */
export interface DataKey extends Sealer {
  /** The key itself, sealed by the master keys: the only form that is stored. */
  wrapped: string;
  /** Like `seal`, of a file's bytes: a byte for the format, nonce, ciphertext and tag. */
  sealBytes(place: SealedPlace, bytes: Uint8Array): Promise<Uint8Array>;
  /** Throws when the bytes were altered, moved, or sealed with another customer's key. */
  openBytes(place: SealedPlace, bytes: Uint8Array): Promise<Uint8Array>;
}

/** In front of texts that a data key sealed, where the master keys have their version: nobody's version is a letter. */
const MARK = "k";
/** In front of bytes. */
const FORMAT = 1;
const KEY_BYTES = 32;

/** Makes a key; its wrapped form belongs to `place`. */
export async function newDataKey(sealer: Sealer, place: SealedPlace): Promise<DataKey> {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const wrapped = await sealer.seal(place, Buffer.from(bytes).toString("base64url"));
  return dataKey(sealer, await importKey(bytes), wrapped);
}

/** Throws when `wrapped` was altered or moved, or when the master key that wrapped it is no longer configured. */
export async function openDataKey(sealer: Sealer, place: SealedPlace, wrapped: string): Promise<DataKey> {
  const bytes = Buffer.from(await sealer.open(place, wrapped), "base64url");
  if (bytes.length !== KEY_BYTES) throw new Error("not a data key");
  return dataKey(sealer, await importKey(bytes), wrapped);
}

function dataKey(sealer: Sealer, key: CryptoKey, wrapped: string): DataKey {
  return {
    wrapped,
    seal: (place, plaintext) => encryptText(key, MARK, place, plaintext),
    // Before there were data keys, the master keys sealed the values themselves.
    open: (place, sealed) =>
      sealed.startsWith(`${MARK}.`)
        ? decryptText(() => Promise.resolve(key), place, sealed)
        : sealer.open(place, sealed),
    async sealBytes(place, bytes) {
      const { nonce, data } = await encrypt(key, place, bytes);
      const sealed = new Uint8Array(1 + NONCE_BYTES + data.length);
      sealed[0] = FORMAT;
      sealed.set(nonce, 1);
      sealed.set(data, 1 + NONCE_BYTES);
      return sealed;
    },
    async openBytes(place, bytes) {
      if (bytes[0] !== FORMAT || bytes.length <= 1 + NONCE_BYTES) throw new Error("not a sealed file");
      return await decrypt(key, place, bytes.subarray(1, 1 + NONCE_BYTES), bytes.subarray(1 + NONCE_BYTES));
    },
  };
}
