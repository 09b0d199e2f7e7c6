import { newDataKey, openDataKey } from "../../platform/crypto/data-key.ts";
import type { SealedPlace, Sealer } from "../../platform/crypto/seal.ts";
import type { FileStore } from "../../platform/files/store.ts";
import type { Ids } from "../../platform/id.ts";

export interface BerkasDeps {
  files: FileStore;
  sealer: Sealer;
}

const tempatKunci = (baris: string): SealedPlace => ({ table: "messages", column: "kunci", row: baris });
const tempatIsi = (baris: string): SealedPlace => ({ table: "messages", column: "file", row: baris });

/**
 * Keeps the file of a message in object storage, sealed with a key of its own: without the message's row nobody opens it.
 * `titip` notes the object before it is stored. Throws `ServiceUnavailable`.
 */
export async function segelBerkas(
  { files, sealer, ids }: BerkasDeps & { ids: Ids },
  bytes: Uint8Array,
  titip: (baris: string) => Promise<void>,
): Promise<{ baris: string; kunci: string }> {
  const baris = ids.uuid();
  const kunci = await newDataKey(sealer, tempatKunci(baris));
  await titip(baris);
  await files.put(baris, await kunci.sealBytes(tempatIsi(baris), bytes));
  return { baris, kunci: kunci.wrapped };
}

/** The file of a message; undefined when object storage has it no more. Throws when it was altered, and `ServiceUnavailable`. */
export async function bukaBerkas(
  { files, sealer }: BerkasDeps,
  { baris, kunci }: { baris: string; kunci: string },
): Promise<Uint8Array | undefined> {
  const tersegel = await files.get(baris);
  if (!tersegel) return undefined;
  const pembuka = await openDataKey(sealer, tempatKunci(baris), kunci);
  return await pembuka.openBytes(tempatIsi(baris), tersegel);
}
