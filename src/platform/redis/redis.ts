import { Redis } from "@upstash/redis/cloudflare";
import { unavailable } from "../http/errors.ts";

export type { Redis };

/** Longest wait for Redis, in milliseconds. A login answers within two seconds, also when Redis never does. */
const TIMEOUT_MS = 1_200;

/** Upstash Redis over HTTP; holds no connection. */
export function openRedis(config: { url: string; token: string }): Redis {
  return new Redis({
    ...config,
    // Sent once: a second one would count twice.
    retry: { retries: 0 },
    // A function, because the SDK answers an aborted fixed signal as if Redis had.
    signal: () => AbortSignal.timeout(TIMEOUT_MS),
    // The SDK would turn "123456" into a number.
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
  });
}

/** Waits for Redis. Throws `ServiceUnavailable` when it cannot be reached, refuses or says nothing in time. */
export async function fromRedis<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    throw unavailable(error);
  }
}
