import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { NewMessage } from "./message.ts";

/** A second message of the same identity within this time is a duplicate. */
const WINDOW_MS = 10 * 60_000;

/** Remembers for ten minutes which messages have been accepted. */
export class Deduplication {
  readonly #clock: Clock;
  readonly #seen = new Map<string, { messageId: string; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The id of the message that `message` repeats; undefined for the first of its kind, or without an identity. */
  original(message: NewMessage): string | undefined {
    const seen = this.#seen.get(identity(message) ?? "");
    return seen && this.#clock.now() - seen.at < WINDOW_MS ? seen.messageId : undefined;
  }

  remember(message: NewMessage, messageId: string): void {
    const now = this.#clock.now();
    for (const [key, { at }] of this.#seen) if (now - at >= WINDOW_MS) this.#seen.delete(key);
    const key = identity(message);
    if (key !== undefined) this.#seen.set(key, { messageId, at: now });
  }
}

/**
 * The deduplication id, or for content-based deduplication the destination, the body, the content type and the
 * forwarded headers. The endpoints of a URL group share the id that was published, so each has its own.
 */
function identity({ instructions, origin, url, body }: NewMessage): string | undefined {
  const { deduplicationId, contentBasedDeduplication, forwarded } = instructions;
  const destination = origin.topicName === undefined ? [] : [origin.topicName, url];
  if (deduplicationId !== undefined) return JSON.stringify(["id", deduplicationId, ...destination]);
  if (!contentBasedDeduplication) return undefined;
  const headers = Object.entries(forwarded).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const content = createHash("sha256")
    .update(JSON.stringify([url, ...destination, headers]))
    .update(body);
  return JSON.stringify(["content", content.digest("hex")]);
}
