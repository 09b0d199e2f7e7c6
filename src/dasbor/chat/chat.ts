import type { Actor } from "../../platform/db/actor.ts";
import { sha256Hex } from "../../platform/crypto/hash.ts";
import type { Clock } from "../../platform/clock.ts";
import * as chats from "../../whatsapp/chats/chats.ts";
import { PER_HALAMAN } from "../kerangka/kerangka.ts";
import type { DaftarQuery, ObrolanQuery, Pengaturan } from "./schema.ts";

export type ChatDasborDeps = chats.ChatsDeps & { clock: Clock };

/** Messages of a conversation that are shown at first, and each time older ones are asked for. */
export const PESAN_SEHALAMAN = 50;

type Saringan = chats.Pandangan["daftar"]["saring"];

const SARINGAN: Record<NonNullable<DaftarQuery["saring"]>, Saringan> = {
  semua: {},
  menunggu: { waiting: true },
  saya: { assigned: "me" },
  bebas: { mode: "AGENT", assigned: "none" },
  bot: { mode: "BOT" },
};

/** The list that a query asks for; one more row than a page says whether there is another. */
export function daftarDari({ saring = "semua", q, sebelum }: DaftarQuery): chats.Pandangan["daftar"] {
  return { limit: PER_HALAMAN + 1, before: sebelum, saring: { ...SARINGAN[saring], q } };
}

/** The conversation that a query asks for, beside the list. */
export function pandanganDari(id: number, query: ObrolanQuery): chats.Pandangan {
  return {
    daftar: daftarDari(query),
    terbuka: { id, limit: PESAN_SEHALAMAN + 1, before: query.lama },
  };
}

/** Does what a button of a conversation says. Throws as `chats.atur` does. */
export async function lakukan(
  deps: ChatDasborDeps,
  actor: Actor,
  id: number,
  akunId: number,
  pengaturan: Pengaturan,
  background: (work: Promise<unknown>) => void,
): Promise<void> {
  await chats.atur(deps, actor, id, ubahanDari(pengaturan, akunId, deps.clock.now()), background);
}

type Ubahan = Parameters<typeof chats.atur>[3];

function ubahanDari({ aksi, menit, kepada }: Pengaturan, akunId: number, kini: Date): Ubahan {
  const sampai = menit === undefined ? null : new Date(kini.getTime() + menit * 60_000).toISOString();
  switch (aksi) {
    case "ambil":
      return { mode: "AGENT", assigned_to: akunId };
    case "jeda":
      return { mode: "PAUSE", resume_at: sampai };
    case "bot":
      return { mode: "BOT" };
    case "lepas":
      return { assigned_to: null };
    case "serahkan":
      return { mode: "AGENT", assigned_to: kepada ?? null };
    case "belum":
      return { read: false };
  }
}

/** Puts a label on a chat, or takes it off. Throws `ChatTidakAda`, `LabelPenuh`. */
export async function label(
  deps: ChatDasborDeps,
  actor: Actor,
  id: number,
  { aksi, label }: { aksi: "tambah" | "buang"; label: string },
  background: (work: Promise<unknown>) => void,
): Promise<void> {
  const ubahan = aksi === "tambah" ? { add_label: label } : { remove_label: label };
  await chats.atur(deps, actor, id, ubahan, background);
}

/** What names a state of the page, so that a browser that shows it already is told nothing. */
export function versiDari(isi: string): string {
  return sha256Hex(isi).slice(0, 16);
}
