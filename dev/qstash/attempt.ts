import type { Clock } from "../clock.ts";
import type { Headers } from "./instructions.ts";

// Captured when this module loads: a test that patches globalThis.fetch for the app does not touch deliveries.
const deliver = globalThis.fetch;

/** One request to an endpoint. */
export interface Delivery {
  url: string;
  method: string;
  headers: Headers;
  body: Buffer;
}

/** What came of a delivery. Only 2xx is a success. */
export interface Outcome {
  ok: boolean;
  status: number | undefined;
  headers: Headers;
  body: Buffer;
  /** Why there was no answer. */
  error: string | undefined;
}

/** Headers that belong to one connection; `fetch` refuses some of them and computes the others. */
const HOP_BY_HOP = [
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
];

/** Sends a request as it is. A redirect is an answer like any other and is not followed. */
export async function send(delivery: Delivery, signal?: AbortSignal): Promise<Response> {
  const { method } = delivery;
  const headers = Object.entries(delivery.headers).filter(([name]) => !HOP_BY_HOP.includes(name));
  return deliver(delivery.url, {
    method,
    headers: Object.fromEntries(headers),
    redirect: "manual",
    ...(method !== "GET" && { body: delivery.body }),
    ...(signal && { signal }),
  });
}

/** Makes one attempt and never throws: no answer within `timeoutMs`, or `close` aborting, is an outcome too. */
export async function attempt(
  delivery: Delivery,
  limits: { clock: Clock; timeoutMs: number; close: AbortSignal },
): Promise<Outcome> {
  const timeout = new AbortController();
  const cancel = limits.clock.after(limits.timeoutMs, () => timeout.abort());
  try {
    const response = await send(delivery, AbortSignal.any([timeout.signal, limits.close]));
    const body = Buffer.from(await response.arrayBuffer());
    return {
      ok: response.status >= 200 && response.status < 300,
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body,
      error: undefined,
    };
  } catch (error) {
    const why = timeout.signal.aborted ? `no answer within ${limits.timeoutMs} ms` : reason(error);
    return { ok: false, status: undefined, headers: {}, body: Buffer.alloc(0), error: why };
  } finally {
    cancel();
  }
}

/** `fetch failed` says nothing; its cause does. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error
    ? `${(cause as NodeJS.ErrnoException).code ?? cause.name}: ${cause.message}`
    : String(cause);
}

/** True when the endpoint has said that trying again is useless. */
export function isNonRetryable({ status, headers }: Outcome): boolean {
  return status === 489 && headers["upstash-nonretryable-error"] === "true";
}
