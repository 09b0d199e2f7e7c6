import { createHash } from "node:crypto";
import { Refusal } from "./reply-codes.ts";

/** The JSON object a buyer sent. */
export type Payload = Readonly<Record<string, unknown>>;

export interface Account {
  username: string;
  apiKey: string;
}

/** Refuses (rc 40) what is not a JSON object. */
export function readPayload(body: Buffer): Payload {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Payload;
  } catch {
    throw new Refusal("40");
  }
  throw new Refusal("40");
}

/** A text that must be there and not be empty. */
export function text(payload: Payload, field: string): string {
  const value = payload[field];
  if (typeof value !== "string" || value === "") throw new Refusal("40");
  return value;
}

/** A text that may be missing. */
export function optionalText(payload: Payload, field: string): string | undefined {
  return payload[field] === undefined ? undefined : text(payload, field);
}

/** A whole number from 0 on that may be missing. */
export function optionalInteger(payload: Payload, field: string): number | undefined {
  const value = payload[field];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new Refusal("40");
  return value;
}

/** A boolean; missing is false. */
export function flag(payload: Payload, field: string): boolean {
  const value = payload[field] ?? false;
  if (typeof value !== "boolean") throw new Refusal("40");
  return value;
}

/** Refuses a wrong username (rc 42) or a `sign` that is not md5(username + apiKey + subject) (rc 41). */
export function checkSign(payload: Payload, account: Account, subject: string): void {
  const sign = text(payload, "sign");
  if (text(payload, "username") !== account.username) throw new Refusal("42");
  const expected = createHash("md5").update(`${account.username}${account.apiKey}${subject}`).digest("hex");
  if (sign !== expected) throw new Refusal("41");
}
