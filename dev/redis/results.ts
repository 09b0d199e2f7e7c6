import { type Reply, RespError, RespStatus } from "./resp2.ts";

/** How strings are written: `base64` is what the SDK asks for, with the header `Upstash-Encoding`. */
export type Encoding = "utf8" | "base64";

/** One entry of an answer. */
export type Result = { result: unknown } | { error: string };

function value(reply: Reply, encoding: Encoding): unknown {
  if (reply === null || typeof reply === "number") return reply;
  // JSON has one kind of number, and every JavaScript caller reads it as a double anyway.
  if (typeof reply === "bigint") return Number(reply);
  if (Array.isArray(reply)) return reply.map((item) => value(item, encoding));
  if (reply instanceof Uint8Array) return reply.toString(encoding);
  // A status or an error within an array is a string like its neighbours: the SDK decodes them all.
  const text = reply instanceof RespStatus ? reply.text : errorText(reply);
  return Buffer.from(text).toString(encoding);
}

/** The error as Upstash words it: SDK and ratelimit look for the NOSCRIPT text, which Valkey 9 cuts short. */
export function errorText(error: RespError): string {
  return error.message.startsWith("NOSCRIPT")
    ? "NOSCRIPT No matching script. Please use EVAL."
    : error.message;
}

/**
 * `reply` as Upstash writes it. With base64 every string is encoded, at any depth, but not the status `OK` of a
 * whole command and not errors.
 */
export function resultOf(reply: Reply, encoding: Encoding): Result {
  if (reply instanceof RespError) return { error: errorText(reply) };
  if (reply instanceof RespStatus && reply.text === "OK") return { result: "OK" };
  return { result: value(reply, encoding) };
}
