import { hmacHex } from "./hash.ts";
import type { SealKeys } from "./seal.ts";

/** Finds a sealed value without opening it: the same text in the same column always has the same index. */
export interface BlindIndex {
  /** Keyed hash of `text` as hex; without the key nobody can try out which texts there might be. */
  of(column: { table: string; column: string }, text: string): string;
}

/** Keyed with the oldest of the sealing keys, so that a new one in front changes no index before the old one is dropped. */
export function createBlindIndex(keys: SealKeys): BlindIndex {
  const [oldest] = keys.toSorted((a, b) => a.version - b.version);
  if (!oldest) throw new Error("no sealing key");
  const key = hmacHex("sha256", oldest.hex, "blind-index");
  return {
    of: ({ table, column }, text) => hmacHex("sha256", key, JSON.stringify([table, column, text])),
  };
}
