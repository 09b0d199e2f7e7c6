import type { FC } from "hono/jsx";
import type { Chat } from "../../whatsapp/chats/chats.ts";

const JUDUL = {
  BOT: "Dijawab bot",
  AGENT: "Dijawab petugas",
  PAUSE: "Bot dijeda",
} as const;

/** Who answers a chat: the bot, a person, or nobody for a while. */
export const LencanaMode: FC<{ mode: Chat["mode"] }> = ({ mode }) => (
  <span class={`mode ${mode.toLowerCase()}`} title={JUDUL[mode]}>
    {mode}
  </span>
);

/** What a customer is called: by its own name, else by its number. */
export function namaChat({ name, waId }: Chat): string {
  return name.trim() === "" ? nomor(waId) : name;
}

/** A number as people read it: `+62 812-3456-7890`. */
export function nomor(waId: string): string {
  const [, kode, sisa] = /^(62|[17]|\d{2})(\d+)$/.exec(waId) ?? [];
  if (!kode || !sisa) return `+${waId}`;
  return `+${kode} ${sisa.slice(0, 3)}-${sisa.slice(3, 7)}-${sisa.slice(7)}`.replace(/-+$/, "");
}
