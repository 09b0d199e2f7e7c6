import { hmacHex } from "../../platform/crypto/hash.ts";
import type { Redis } from "../../platform/redis/redis.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Mode } from "../bot/bot.ts";

/** Who answers in a chat, as it was last heard of. */
export interface Keadaan {
  mode: Mode;
  /** When a pause ends by itself. */
  resumeAt: Date | null;
}

/**
 * Who answers in each chat, in Redis: so that a message needs one roundtrip to the database and not two. The record is the
 * chat's row, which refuses a step from any other mode; what is missing or outdated here costs a second try, never a wrong answer.
 */
export interface KeadaanBot {
  /** The modes of chats by number; BOT for those of which nothing is known, and for all without Redis. */
  baca(waIds: readonly string[]): Promise<Map<string, Mode>>;
  /** Never rejects. */
  simpan(waId: string, keadaan: Keadaan): Promise<void>;
}

/** Seconds a mode is remembered. */
const INGAT = 86_400;

const NILAI = /^(BOT|AGENT|PAUSE)(?:@(\d{13}))?$/;

/** Keys are keyed hashes, so that Redis learns no numbers. */
export function createKeadaanBot(redis: Redis, secret: string, clock: Clock): KeadaanBot {
  const keyOf = (waId: string) => `bot:${hmacHex("sha256", secret, waId)}`;
  return {
    async baca(waIds) {
      try {
        const values: unknown[] = waIds.length === 0 ? [] : await redis.mget(waIds.map(keyOf));
        const now = clock.now().getTime();
        return new Map(waIds.map((waId, at) => [waId, modeOf(values[at], now)]));
      } catch {
        return new Map(waIds.map((waId) => [waId, "BOT"]));
      }
    },
    async simpan(waId, { mode, resumeAt }) {
      try {
        await redis.set(keyOf(waId), resumeAt ? `${mode}@${resumeAt.getTime()}` : mode, { ex: INGAT });
      } catch {
        // The record is in the database.
      }
    },
  };
}

function modeOf(value: unknown, now: number): Mode {
  const [, mode, resumeAt] = NILAI.exec(String(value)) ?? [];
  if (mode !== "AGENT" && mode !== "PAUSE") return "BOT";
  return resumeAt !== undefined && Number(resumeAt) <= now ? "BOT" : mode;
}
