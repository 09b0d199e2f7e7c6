import { bukaKunci } from "../../direktori/users/users.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { withActor } from "../../platform/db/database.ts";
import { defineError, InternalError } from "../../platform/http/errors.ts";
import { describeError } from "../../platform/log.ts";
import type { BagianDeps } from "../bagian/bagian.ts";
import { bacaJelas, type Bacaan } from "./repo.ts";

export const NilaiTidakAda = defineError(
  404,
  "NILAI_TIDAK_ADA",
  "Tidak ada nilai di sana, atau bukan berkas yang Anda tangani.",
);
export const TujuanTidakCocok = defineError(
  422,
  "TUJUAN_TIDAK_COCOK",
  "Tujuan ini tidak berlaku untuk data itu.",
  {
    pointer: "#/purpose",
  },
);
export const KontakBelumSetuju = defineError(
  403,
  "KONTAK_BELUM_SETUJU",
  "Kontak darurat ini belum setuju, atau menolak, dihubungi untuk tujuan itu.",
);

/**
 * One sealed value in clear, for staff. Who read what for which reason is in the audit, in the same transaction.
 * Throws `NilaiTidakAda`, `TujuanTidakCocok`, `KontakBelumSetuju`, `PeranTidakBoleh`.
 */
export async function baca(deps: BagianDeps, actor: Actor, bacaan: Bacaan): Promise<string> {
  const [[tersegel]] = await withActor(deps.db, actor, [bacaJelas(deps.db, bacaan)]);
  if (!tersegel) throw new NilaiTidakAda();
  const { table, column } = bacaan;
  try {
    // A file without a key of its own was sealed by the master keys.
    const kunci = tersegel.kunci === null ? deps.sealer : await bukaKunci(deps, tersegel);
    return await kunci.open({ table, column, row: tersegel.baris }, tersegel.segel);
  } catch (error) {
    deps.log.error("seal_broken", { table, column, id: bacaan.id, ...describeError(error) });
    throw new InternalError();
  }
}
