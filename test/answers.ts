import { randomBytes } from "node:crypto";
import { expect } from "vitest";

/** `401 token-tidak-sah` of a problem document, `200` of a success: what a refusal is, and why, in one comparison. */
export async function refusalOf(response: Response): Promise<string> {
  if (response.status < 400) return String(response.status);
  const { type, status } = (await response.json()) as { type: string; status: number };
  expect(status).toBe(response.status);
  return `${status} ${type.replace("urn:satu-pintu:galat:", "")}`;
}

/** How often each value is there. */
export function tally(values: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
  return counts;
}

/** Runs `count` of them at once. */
export async function atOnce<T>(count: number, task: (index: number) => Promise<T>): Promise<T[]> {
  return await Promise.all(Array.from({ length: count }, async (_, index) => await task(index)));
}

/** Numbers that nobody else buys for; the last digit is the caller's. */
export function nomor(index: number): string {
  return `08${randomBytes(4).readUInt32BE().toString().padStart(10, "0")}${index % 10}`;
}
