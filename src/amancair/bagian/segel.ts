import { bukaKunci, type PemilikKunci } from "../../direktori/users/users.ts";
import type { DataKey } from "../../platform/crypto/data-key.ts";
import { HIDDEN_VALUE, mask } from "../../platform/crypto/mask.ts";
import { describeError } from "../../platform/log.ts";
import type { Bagian, BagianDeps, Baris } from "./bagian.ts";
import type { Isi } from "./repo.ts";

/** A field that is sealed: columns `<nama>_segel` and, to find it by, `<nama>_indeks`. */
export interface Segel {
  nama: string;
  /** How many characters are shown in front, and behind. */
  depan: number;
  belakang: number;
  berindeks?: boolean;
}

/** What is stored of what a request says. Something to seal needs its file's key. */
export async function segelkan(
  { blindIndex }: Pick<BagianDeps, "blindIndex">,
  { nama: table, segel }: Bagian,
  kunci: DataKey | undefined,
  row: string,
  isian: Isi,
): Promise<Isi> {
  const isi = { ...isian };
  for (const { nama, berindeks } of segel) {
    const nilai = isi[nama];
    delete isi[nama];
    if (nilai === undefined) continue;
    if (nilai !== null && (typeof nilai !== "string" || !kunci))
      throw new Error("only text is sealed, and only with a key");
    isi[`${nama}_segel`] = nilai === null ? null : await kunci?.seal({ table, column: nama, row }, nilai);
    if (berindeks)
      isi[`${nama}_indeks`] = nilai === null ? null : blindIndex.of({ table, column: nama }, nilai);
  }
  return isi;
}

/** A row of the database, and whose it is; nobody's once its customer was erased. */
export interface BarisTersimpan {
  baris: Isi;
  pemilik: PemilikKunci | null;
}

/**
 * Rows as they may be shown: what is sealed is masked, times are ISO 8601. What does not open any more is hidden
 * altogether, and the log calls for a person.
 */
export async function tampilkan(
  deps: BagianDeps,
  bagian: Bagian,
  tersimpan: readonly BarisTersimpan[],
): Promise<Baris[]> {
  const buka = pembuka(deps, bagian);
  return await Promise.all(
    tersimpan.map(async (satu) => {
      const baris = dalamIso(satu.baris);
      for (const { nama, depan, belakang } of bagian.segel) {
        const jelas = await buka(satu, nama);
        baris[nama] =
          jelas === null ? (satu.baris[`${nama}_segel`] ? HIDDEN_VALUE : null) : mask(jelas, depan, belakang);
      }
      return baris;
    }),
  );
}

/** Rows with everything in clear, for whom they are about. */
export async function terangkan(
  deps: BagianDeps,
  bagian: Bagian,
  tersimpan: readonly BarisTersimpan[],
): Promise<Baris[]> {
  const buka = pembuka(deps, bagian);
  return await Promise.all(
    tersimpan.map(async (satu) => {
      const baris = dalamIso(satu.baris);
      for (const { nama } of bagian.segel) baris[nama] = await buka(satu, nama);
      return baris;
    }),
  );
}

/** Opens fields; null for what is empty, and for what does not open, which is in the log then. Each key is opened once. */
function pembuka({ sealer, log }: BagianDeps, { nama: table }: Bagian) {
  const kunci = new Map<string, Promise<DataKey>>();
  return async ({ baris, pemilik }: BarisTersimpan, column: string): Promise<string | null> => {
    const segel = baris[`${column}_segel`];
    if (typeof segel !== "string") return null;
    try {
      // A new key would open nothing.
      if (!pemilik?.kunci) throw new Error("its data key is gone");
      const milik = kunci.get(pemilik.externalUserId) ?? bukaKunci({ sealer }, pemilik);
      kunci.set(pemilik.externalUserId, milik);
      return await (await milik).open({ table, column, row: String(baris["baris"]) }, segel);
    } catch (error) {
      log.error("seal_broken", { table, column, id: Number(baris["id"]), ...describeError(error) });
      return null;
    }
  };
}

function dalamIso(isi: Isi): Baris {
  const baris: Baris = { ...isi, id: Number(isi["id"]) };
  for (const [nama, nilai] of Object.entries(isi))
    if (nilai instanceof Date) baris[nama] = nilai.toISOString();
  return baris;
}
