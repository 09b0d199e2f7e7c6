import { hmacHex } from "./hash.ts";
import type { SealKeys } from "./seal.ts";

/** An index for each configured key version, as lower-case hex. */
export type Indexed = Record<string, string>;

/** Finds a sealed value without opening it: the same text in the same column always has the same index. */
export interface BlindIndex {
  /** Keyed hashes of `text`; without the keys nobody can try out which texts there might be. */
  of(column: { table: string; column: string }, text: string): Indexed;
}

/** Keyed with every sealing key: the database says which one's are in force (`app.pilih_indeks`). */
export function createBlindIndex(keys: SealKeys): BlindIndex {
  if (keys.length === 0) throw new Error("no sealing key");
  const derived = keys.map(({ version, hex }) => [version, hmacHex("sha256", hex, "blind-index")] as const);
  return {
    of({ table, column }, text) {
      const input = JSON.stringify([table, column, text]);
      return Object.fromEntries(
        derived.map(([version, key]) => [version, hmacHex("sha256", key, input)] as const),
      );
    },
  };
}
