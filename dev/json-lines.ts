import { readFileSync, truncateSync } from "node:fs";

/**
 * Reads an append-only file of JSON lines. A kill in mid-write leaves half a line at the end: it never counted, and is cut
 * off so that the next line is whole. Throws for a line that is no JSON; `what` says in whose file.
 */
export function readJsonLines<Line>(file: string, what: string): Line[] {
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf("\n") + 1;
  if (whole < bytes.length) truncateSync(file, whole);
  return bytes
    .subarray(0, whole)
    .toString()
    .split("\n")
    .filter(Boolean)
    .map((line, at) => {
      try {
        return JSON.parse(line) as Line;
      } catch {
        throw new Error(`${file}:${at + 1} is not a line of ${what}`);
      }
    });
}
