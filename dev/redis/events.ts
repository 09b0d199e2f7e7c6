import { Readable } from "node:stream";
import type { WireAnswer } from "../stand-in.ts";
import type { Backend } from "./backend.ts";
import type { ByteCommand } from "./commands.ts";
import { type Reply, RespError, RespStatus } from "./resp2.ts";

/** latin1, so that every byte survives. */
function fieldText(field: Reply): string {
  if (Array.isArray(field)) return field.map(fieldText).join(",");
  if (field instanceof Uint8Array) return field.toString("latin1");
  if (field instanceof RespStatus) return field.text;
  if (field instanceof RespError) return field.message;
  return String(field);
}

/** `data: message,<channel>,<payload>`; bytes stay as they are, and each line of a payload gets its own `data:`. */
function eventBytes(reply: Reply): Buffer {
  const text = fieldText(reply);
  const lines = text.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return Buffer.from(`${lines.join("")}\n`, "latin1");
}

/** Answers with the events of `command` (a subscribe or psubscribe) until the caller or the engine goes away. */
export async function eventStream(
  backend: Backend,
  command: ByteCommand,
  signal: AbortSignal,
): Promise<WireAnswer> {
  const body = new Readable({ read: () => {} });
  const stop = await backend.subscribe(command, {
    onReply: (reply) => {
      if (!body.destroyed) body.push(eventBytes(reply));
    },
    onEnd: () => {
      if (!body.destroyed) body.push(null);
    },
  });
  // The caller may have gone while the connection was opening; its signal then does not fire again.
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return {
    status: 200,
    headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
    body,
  };
}
