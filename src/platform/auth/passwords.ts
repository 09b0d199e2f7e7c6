import { Buffer } from "node:buffer";
import { compare, getRounds, hash } from "bcryptjs";

/** bcrypt reads no further; what lies beyond would be no part of the password. */
export const MAX_PASSWORD_BYTES = 72;

/** Password hashes: bcrypt, `cost` the binary logarithm of its rounds. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Whether the password is that of `hash`. Without a hash the answer is no, and takes as long. */
  matches(password: string, known: string | undefined): Promise<boolean>;
  /** Whether a hash was made with another cost than today's. */
  isOutdated(known: string): boolean;
}

/** Each hash and comparison costs CPU, twice as much with each step of `cost`; README has the figures. */
export function createPasswords(cost: number): Passwords {
  // Well-formed, so that a comparison with it does all the work; no password is known to lead to it.
  const nobodys = `$2b$${String(cost).padStart(2, "0")}$hh6YYd0qIqSYDnbxJ8ImYuT1p5sJ6yZ0xQb2cR4vN8mKaWe3fGhLu`;
  return {
    hash: (password) => hash(password, cost),
    async matches(password, known) {
      const same = await compare(password, known ?? nobodys);
      return same && known !== undefined;
    },
    isOutdated: (known) => getRounds(known) !== cost,
  };
}

/** Whether bcrypt would read a password to its end. */
export function fitsBcrypt(password: string): boolean {
  return Buffer.byteLength(password) <= MAX_PASSWORD_BYTES;
}
