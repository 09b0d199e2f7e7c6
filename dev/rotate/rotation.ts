import { createBlindIndex, type BlindIndex } from "../../src/platform/crypto/blind-index.ts";
import { createSealer, type Sealer, type SealKeys } from "../../src/platform/crypto/seal.ts";
import type { RotationSettings } from "./keys.ts";
import { brokenError, reindexAll, versionInForce } from "./reindex.ts";
import { rewrapAll } from "./rewrap.ts";
import { inTransaction, type Session } from "./session.ts";
import { demandAlone, demandFitting, demandNothingLeft, erasedCustomers } from "./verify.ts";

/** A change of keys that is under way. */
export interface Rotation {
  session: Session;
  keys: SealKeys;
  /** Of the key that everything is to be sealed with. */
  version: number;
  sealer: Sealer;
  blindIndex: BlindIndex;
  /** Tells the person at the keyboard. */
  say: (line: string) => void;
  /** Names of values that do not open. */
  broken: Set<string>;
}

/**
 * Changes the keys of a database that is in use: everything is sealed with the first key, and found by its indexes.
 * Can be run again at any point, and then goes on. Throws `RotationError` with what a person has to do.
 */
export async function rotate(
  session: Session,
  { keys, version }: Pick<RotationSettings, "keys" | "version">,
  say: Rotation["say"],
): Promise<void> {
  const rotation: Rotation = {
    session,
    keys,
    version,
    sealer: createSealer(keys),
    blindIndex: createBlindIndex(keys),
    say,
    broken: new Set(),
  };
  await demandAlone(session);
  await demandFitting(rotation);
  say(`Kunci versi ${version} menggantikan yang lain; indeks yang berlaku: ${await inForce(rotation)}.`);
  const erased = await erasedCustomers(rotation);
  if (erased > 0) say(`${erased} nasabah yang sudah dihapus tidak disentuh: datanya tidak terbuka lagi.`);

  const changed = await rewrapAll(rotation);
  if (rotation.broken.size > 0) throw brokenError(rotation);
  const rincian = { versi: version, ...changed };
  const noted = await reindexAll(rotation, rincian);
  if (!noted && Object.values(changed).some((rows) => rows > 0)) await note(rotation, rincian);
  await demandNothingLeft(rotation);
  const [current] = keys;
  say(`Selesai: tidak ada lagi yang memakai kunci lama. Berikutnya:
  1. wrangler secret put DATA_KEY, hanya dengan kunci versi ${current?.version}: ${current?.version}:<64 hex>
  2. simpan kunci lama selama cadangan database yang memakainya masih disimpan, lalu musnahkan`);
}

async function inForce(rotation: Rotation): Promise<string> {
  const version = await versionInForce(rotation);
  return version === 0 ? "belum ada" : `versi ${version}`;
}

/** One row for a run in which no index changed. */
async function note({ session }: Rotation, rincian: Record<string, unknown>): Promise<void> {
  await inTransaction(session, () =>
    session.query("select app.catat_audit('kunci.ganti', 'kunci_indeks', null, $1::text::jsonb)", [
      JSON.stringify(rincian),
    ]),
  );
}
