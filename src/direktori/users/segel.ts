import type { BlindIndex } from "../../platform/crypto/blind-index.ts";
import { newDataKey, openDataKey, type DataKey } from "../../platform/crypto/data-key.ts";
import { HIDDEN_VALUE, mask } from "../../platform/crypto/mask.ts";
import type { SealedPlace, Sealer } from "../../platform/crypto/seal.ts";
import { describeError, type Log } from "../../platform/log.ts";
import type { satuNasabah, UbahNasabah } from "./repo.ts";

// What is sealed of a nasabah, and how much of it is shown.

export interface SegelDeps {
  sealer: Sealer;
  blindIndex: BlindIndex;
  log: Log;
}

/** What a request says of a nasabah, in clear: `phone` in E.164, `dob` as YYYY-MM-DD. What is undefined is not said. */
export interface IsianNasabah {
  name?: string | undefined;
  phone?: string | null | undefined;
  email?: string | null | undefined;
  dob?: string | null | undefined;
  gender?: string | null | undefined;
  nationalId?: string | null | undefined;
}

export type BarisNasabah = Awaited<ReturnType<typeof satuNasabah>>[number];

/** A nasabah as it may be shown: what is sealed is masked. */
export interface Nasabah extends Omit<BarisNasabah, "kunci" | `${string}Segel` | `${string}Indeks`> {
  phone: string | null;
  nationalId: string | null;
}

const TABLE = "nasabah";

/** Whose key it is, and its stored form; null of a file that has none yet. */
export interface PemilikKunci {
  externalUserId: string;
  kunci: string | null;
}

/**
 * The data key of a customer. One that has none gets a new key, which holds only once it is stored: `wrapped` is then not
 * `kunci`. Throws when the stored one does not open.
 */
export function bukaKunci(
  { sealer }: Pick<SegelDeps, "sealer">,
  { externalUserId, kunci }: PemilikKunci,
): Promise<DataKey> {
  const place = { table: TABLE, column: "kunci", row: externalUserId };
  return kunci === null ? newDataKey(sealer, place) : openDataKey(sealer, place, kunci);
}

/** What is stored of what a request says. Something to seal needs the file's key, and its `externalUserId` as `row`. */
export async function segelkan(
  { blindIndex }: Pick<SegelDeps, "blindIndex">,
  milik: { kunci: DataKey; row: string } | undefined,
  { phone, nationalId, ...terbuka }: IsianNasabah,
): Promise<UbahNasabah> {
  const seal = (column: string, text: string | null | undefined) => {
    if (!text) return text;
    if (!milik) throw new Error("nothing is sealed without its row");
    return milik.kunci.seal({ table: TABLE, column, row: milik.row }, text);
  };
  const index = (column: string, text: string | null | undefined) =>
    text ? blindIndex.of({ table: TABLE, column }, text) : text === undefined ? undefined : null;
  return {
    ...terbuka,
    phoneSegel: await seal("phone", phone),
    phoneIndeks: index("phone", phone),
    nationalIdSegel: await seal("national_id", nationalId),
    nationalIdIndeks: index("national_id", nationalId),
  };
}

/**
 * What is sealed, in clear; null where nothing is. What does not open any more is null too, and the log calls for a person:
 * one broken value does not take the others along.
 */
export async function jelas(
  deps: SegelDeps,
  baris: BarisNasabah,
): Promise<Pick<Nasabah, "phone" | "nationalId">> {
  const { phoneSegel, nationalIdSegel } = baris;
  const rusak = (column: string, error: unknown) =>
    deps.log.error("seal_broken", { table: TABLE, column, id: baris.id, ...describeError(error) });
  const kunci =
    phoneSegel === null && nationalIdSegel === null ? undefined : await kunciBaris(deps, baris, rusak);
  const open = async (column: string, sealed: string | null) => {
    if (sealed === null || !kunci) return null;
    try {
      const place: SealedPlace = { table: TABLE, column, row: baris.externalUserId };
      return await kunci.open(place, sealed);
    } catch (error) {
      rusak(column, error);
      return null;
    }
  };
  return { phone: await open("phone", phoneSegel), nationalId: await open("national_id", nationalIdSegel) };
}

/** As it may be shown: of what is sealed only as much as tells one from another, and nothing of what does not open. */
export async function samarkan(deps: SegelDeps, baris: BarisNasabah): Promise<Nasabah> {
  const { phoneSegel, phoneIndeks: _, nationalIdSegel, nationalIdIndeks: __, kunci: ___, ...terbuka } = baris;
  const { phone, nationalId } = await jelas(deps, baris);
  const shown = (sealed: string | null, clear: string | null, head: number, tail: number) =>
    sealed === null ? null : clear === null ? HIDDEN_VALUE : mask(clear, head, tail);
  return {
    ...terbuka,
    phone: shown(phoneSegel, phone, 5, 3),
    nationalId: shown(nationalIdSegel, nationalId, 4, 4),
  };
}

/** What opens the values of a row: of one without a key the master keys themselves; undefined when its key is broken. */
async function kunciBaris(
  { sealer }: SegelDeps,
  baris: BarisNasabah,
  rusak: (column: string, error: unknown) => void,
): Promise<Pick<Sealer, "open"> | undefined> {
  if (baris.kunci === null) return sealer;
  try {
    return await bukaKunci({ sealer }, baris);
  } catch (error) {
    rusak("kunci", error);
    return undefined;
  }
}
