import type { chatMode } from "../chats/table.ts";

export type Mode = (typeof chatMode.enumValues)[number];

/** A text of `bot_settings`, which admins may word anew. */
export type Naskah = "menu" | "info" | "help" | "agent_notice" | "pause_notice";

/** What the bot answers: a fixed text, or what the house knows. */
export type Balasan =
  | { jenis: "naskah"; naskah: Naskah }
  | { jenis: "harga"; kategori: string | undefined }
  | { jenis: "cek"; id: number; nomor: string };

export interface Langkah {
  mode: Mode;
  balasan: Balasan[];
}

/** A map, for people also write `constructor`. */
const PERINTAH: ReadonlyMap<string, Mode> = new Map([
  ["admin", "AGENT"],
  ["agent", "AGENT"],
  ["pause", "PAUSE"],
  ["bot", "BOT"],
]);

/** Said when the bot falls silent, or comes back. */
const SAMBUTAN: Record<Mode, Naskah> = { AGENT: "agent_notice", PAUSE: "pause_notice", BOT: "menu" };

/** Longest text that can be a command, in characters. */
const MAX_PERINTAH = 100;

/**
 * One step of the conversation (document 003): `admin`, `agent`, `pause` and `bot` change who answers; only in BOT anything
 * is answered, and what is not understood gets the menu. Pure: the same mode and text always give the same step.
 */
export function jawab(mode: Mode, teks: string): Langkah {
  const perintah = bersih(teks);
  const menjadi = PERINTAH.get(perintah);
  if (menjadi && (menjadi !== mode || mode === "BOT"))
    return { mode: menjadi, balasan: [{ jenis: "naskah", naskah: SAMBUTAN[menjadi] }] };
  if (mode !== "BOT") return { mode, balasan: [] };
  return { mode, balasan: [pilihan(perintah)] };
}

function pilihan(perintah: string): Balasan {
  if (/^(1|info)$/.test(perintah)) return { jenis: "naskah", naskah: "info" };
  if (/^(2|bantuan|help)$/.test(perintah)) return { jenis: "naskah", naskah: "help" };
  const [, kategori] = /^harga(?: (.+))?$/.exec(perintah) ?? [];
  if (perintah.startsWith("harga") && (kategori !== undefined || perintah === "harga"))
    return { jenis: "harga", kategori };
  const [, id, nomor] = /^(?:cek|status) #?([1-9]\d{0,14}) (\+?\d[\d -]{3,19})$/.exec(perintah) ?? [];
  if (id && nomor) return { jenis: "cek", id: Number(id), nomor: nomor.replaceAll(/[ -]/g, "") };
  if (/^(cek|status)( |$)/.test(perintah)) return { jenis: "naskah", naskah: "help" };
  return { jenis: "naskah", naskah: "menu" };
}

/** As people write commands: in whatever case, in bold as the menu shows them, with a full stop, or as the menu's own emoji. */
function bersih(teks: string): string {
  if (teks.length > MAX_PERINTAH) return "";
  return (
    teks
      .normalize("NFKC")
      .toLowerCase()
      // The digit of a keycap emoji stays; its variation selector and frame go. So does an underscore within a word.
      .replaceAll(/[\uFE0F\u20E3*~`]|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, "")
      .replaceAll(/\s+/g, " ")
      .replace(/[.!?\s]+$/u, "")
      .trim()
  );
}
