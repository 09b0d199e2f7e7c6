import type { World } from "../harness.ts";
import { newWaId } from "../platform/samples-whatsapp.ts";
import { rebuilt, type House } from "../platform/samples.ts";
import { codesInOrder } from "./seams.ts";

// Codes that are sent by WhatsApp, and the phones they come to.

export const lewatWhatsapp = (id: string, to = "+628123456789") => ({ id, channel: "whatsapp", to });

/** What the phone shows. */
export const teks = (code: string) =>
  `Kode OTP Anda ${code}. Berlaku 5 menit. Jangan berikan kepada siapa pun.`;

/** The house with these codes, a number that nobody has, and what has come to its phone. */
export function lewatPonsel(
  world: World,
  ...codes: string[]
): { house: House; number: string; to: string; inbox: () => string[] } {
  const number = newWaId();
  const inbox = () => world.cloud.whapi.phones.inbox(number).map(({ text }) => text);
  return { house: rebuilt(world, { ids: codesInOrder(...codes) }), number, to: `+${number}`, inbox };
}
