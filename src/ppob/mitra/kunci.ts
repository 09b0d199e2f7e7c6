import { sha256Hex } from "../../platform/crypto/hash.ts";
import type { SealedPlace, Sealer } from "../../platform/crypto/seal.ts";
import type { Ids } from "../../platform/id.ts";

/** A fresh pair of keys, 64 hex characters each. Shown once; only their hash and sealed form are kept. */
export interface PasanganKunci {
  apiKey: string;
  privateKey: string;
}

/** What is stored of a pair of keys. */
export interface KunciTersimpan {
  hash: string;
  awalan: string;
  privatSegel: string;
}

/** Makes a pair of keys, and what is stored of it. */
export async function buatKunci(
  ids: Ids,
  sealer: Sealer,
): Promise<{ pasangan: PasanganKunci; tersimpan: KunciTersimpan }> {
  const pasangan = { apiKey: ids.secret(32), privateKey: ids.secret(32) };
  const hash = sha256Hex(pasangan.apiKey);
  const privatSegel = await sealer.seal(tempatKunciPrivat(hash), pasangan.privateKey);
  return { pasangan, tersimpan: { hash, awalan: pasangan.apiKey.slice(0, 8), privatSegel } };
}

/** The private key of a mitra; throws as `Sealer.open` does. */
export async function bukaKunciPrivat(
  sealer: Sealer,
  tersimpan: { kunciApiHash: string; kunciPrivatSegel: string },
): Promise<string> {
  return await sealer.open(tempatKunciPrivat(tersimpan.kunciApiHash), tersimpan.kunciPrivatSegel);
}

/** A private key belongs to its API key: both change together. */
function tempatKunciPrivat(apiKeyHash: string): SealedPlace {
  return { table: "mitra", column: "kunci_privat_segel", row: apiKeyHash };
}
