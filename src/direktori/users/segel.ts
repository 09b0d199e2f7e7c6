import type { BlindIndex } from "../../platform/crypto/blind-index.ts";
import type { Sealer } from "../../platform/crypto/seal.ts";
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
export interface Nasabah extends Omit<BarisNasabah, `${string}Segel` | `${string}Indeks`> {
  phone: string | null;
  nationalId: string | null;
}

const TABLE = "nasabah";

/** What is stored of what a request says. Something to seal needs its `row`, the file's `externalUserId`. */
export async function segelkan(
  { sealer, blindIndex }: SegelDeps,
  row: string | undefined,
  { phone, nationalId, ...terbuka }: IsianNasabah,
): Promise<UbahNasabah> {
  const seal = (column: string, text: string | null | undefined) => {
    if (!text) return text;
    if (row === undefined) throw new Error("nothing is sealed without its row");
    return sealer.seal({ table: TABLE, column, row }, text);
  };
  const index = (column: string, text: string | null | undefined) =>
    text ? blindIndex.of({ table: TABLE, column }, text) : text;
  return {
    ...terbuka,
    phoneSegel: await seal("phone", phone),
    phoneIndeks: index("phone", phone),
    nationalIdSegel: await seal("national_id", nationalId),
    nationalIdIndeks: index("national_id", nationalId),
  };
}

/**
 * Opens what is sealed, and keeps only as much of it as tells one from another. What does not open any more is hidden
 * altogether, and the log calls for a person: one broken value does not take the others along.
 */
export async function samarkan({ sealer, log }: SegelDeps, baris: BarisNasabah): Promise<Nasabah> {
  const { phoneSegel, phoneIndeks: _, nationalIdSegel, nationalIdIndeks: __, ...terbuka } = baris;
  const open = async (column: string, sealed: string | null, head: number, tail: number) => {
    if (sealed === null) return null;
    try {
      return mask(await sealer.open({ table: TABLE, column, row: baris.externalUserId }, sealed), head, tail);
    } catch (error) {
      log.error("seal_broken", { table: TABLE, column, id: baris.id, ...describeError(error) });
      return "*".repeat(HIDDEN);
    }
  };
  return {
    ...terbuka,
    phone: await open("phone", phoneSegel, 5, 3),
    nationalId: await open("national_id", nationalIdSegel, 4, 4),
  };
}

/** Of a text at least so many characters are hidden. */
const HIDDEN = 4;

function mask(text: string, head: number, tail: number): string {
  const shown = Math.max(0, Math.min(head, text.length - tail - HIDDEN));
  return text.slice(0, shown) + "*".repeat(text.length - shown - tail) + text.slice(-tail);
}
