import { randomBytes, randomInt, randomUUID } from "node:crypto";

/** Randomness, asked for so that a test can own it. All of it comes from the platform's CSPRNG. */
export interface Ids {
  /** A random UUID (version 4). */
  uuid(): string;
  /** `bytes` random bytes as lower-case hex, twice as many characters. */
  secret(bytes: number): string;
  /** Six random digits, each combination as likely as any other. */
  code(): string;
}

export const systemIds: Ids = {
  uuid: () => randomUUID(),
  secret: (bytes) => randomBytes(bytes).toString("hex"),
  code: () => String(randomInt(1_000_000)).padStart(6, "0"),
};
