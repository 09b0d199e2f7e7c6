import { randomInt } from "node:crypto";
import { expect } from "vitest";
import type { World } from "../harness.ts";
import { postJson } from "../make.ts";

/** The menu as document 003 prints it. */
export const MENU =
  "Halo 👋\nSilakan pilih:\n1️⃣ Info\n2️⃣ Bantuan\n\nKetik *agent* untuk berbicara dengan manusia.";

/** A number that nobody else writes from. */
export function nomorBaru(): string {
  return `628${randomInt(10 ** 10, 10 ** 11)}`;
}

/** Texts that the customer has got from us, oldest first. */
export function diterima(world: World, nomor: string): string[] {
  return world.cloud.whapi.phones
    .inbox(nomor)
    .filter(({ fromShop }) => fromShop)
    .map(({ text }) => text);
}

/** Delivers a webhook as Whapi does, and demands that it is accepted. */
export async function webhook(
  world: World,
  body: object,
  headers: Record<string, string> = {},
): Promise<void> {
  const answer = await postJson(world, "/webhook/whapi", body, headers);
  expect([answer.status, await answer.json()]).toEqual([200, { status: "ok" }]);
}

/** One message of a customer, as Whapi has it. */
export function pesan(nomor: string, teks: string, more: object = {}): object {
  return {
    id: `WA${randomInt(10 ** 14)}`,
    from_me: false,
    type: "text",
    chat_id: `${nomor}@s.whatsapp.net`,
    timestamp: 1_795_000_000,
    source: "mobile",
    text: { body: teks },
    from: nomor,
    from_name: "Budi",
    ...more,
  };
}

export interface BarisPesan {
  direction: string;
  sender: string;
  type: string;
  text: string;
  status: string;
  problem: string | null;
  attempts: number;
}

/** The messages of a number as they are written down, oldest first. */
export async function tercatat(world: World, nomor: string): Promise<BarisPesan[]> {
  const baris = await world.cloud.neon.asOwner(
    `select direction, sender, type, text, status, problem, attempts::int from messages
      where chat_id = (select id from chats where wa_id = $1) order by id`,
    [nomor],
  );
  return baris.map((satu) => ({ ...satu, attempts: Number(satu["attempts"]) })) as BarisPesan[];
}

export interface BarisChat {
  id: number;
  mode: string;
  unread: number;
  name: string;
}

/** The chat of a number as it is written down. */
export async function chatOf(world: World, nomor: string): Promise<BarisChat | undefined> {
  const [baris] = await world.cloud.neon.asOwner(
    "select id, mode, unread, name from chats where wa_id = $1",
    [nomor],
  );
  return (
    baris && {
      id: Number(baris["id"]),
      mode: String(baris["mode"]),
      unread: Number(baris["unread"]),
      name: String(baris["name"]),
    }
  );
}
