import { Redis } from "@upstash/redis/cloudflare";
import { createPasswords, type Passwords } from "../../src/platform/auth/passwords.ts";
import { createAttempts, type Attempts } from "../../src/platform/redis/attempts.ts";
import type { World, WorldOptions } from "../harness.ts";

// Where these tests reach into the house.

/**
 * The house's counters without its deadline for Redis: client, engine and test share one thread here, so a burst of
 * requests on a busy machine is late for reasons that are not Redis's. What a late Redis does has a test of its own.
 */
export function patientAttempts(of: () => World): Attempts {
  let made: Attempts | undefined;
  const attempts = () => {
    const { redis, akun } = of().deps.config;
    const options = { retry: { retries: 0 }, automaticDeserialization: false, enableAutoPipelining: false };
    made ??= createAttempts(new Redis({ ...redis, ...options }), akun.signingSecrets[0] ?? "");
    return made;
  };
  return {
    take: async (...counters) => await attempts().take(...counters),
    giveBack: async (back) => await attempts().giveBack(back),
  };
}

/** Environment of a house that limits as production does. Bindings of the platform are no texts, but pass through `env` as they are. */
export const STRICT = {
  RATE_LIMITS: "strict",
  BROAD_LIMIT: { limit: async () => ({ success: true }) },
} as unknown as NonNullable<WorldOptions["env"]>;

/** Passwords that count their comparisons, and do something between a comparison and what follows it. */
export interface WatchedPasswords extends Passwords {
  compared: number;
  /** Runs after each comparison, before its answer is heard. */
  afterwards: () => Promise<unknown>;
}

export function watchedPasswords(cost = 4): WatchedPasswords {
  const passwords = createPasswords(cost);
  const watched: WatchedPasswords = {
    ...passwords,
    compared: 0,
    afterwards: async () => {},
    async matches(password, known) {
      watched.compared += 1;
      const answer = await passwords.matches(password, known);
      await watched.afterwards();
      return answer;
    },
  };
  return watched;
}
