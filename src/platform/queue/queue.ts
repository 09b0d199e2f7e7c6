import { createHash } from "node:crypto";
import { Client } from "@upstash/qstash";
import { jwtVerify } from "jose";
import type { Clock } from "../clock.ts";
import { constantTimeEqual } from "../crypto/hash.ts";
import { SignatureInvalid } from "../http/errors.ts";
import type { Access } from "../http/route.ts";

/** Hands work to QStash. The row in the database is the truth; a message is only a nudge and may be lost or doubled. */
export interface Queue {
  /**
   * Has QStash call `path` of ours with `body` as JSON. The same `deduplicationId` within ten minutes is one message.
   * With a `pace`, deliveries wait for their turn.
   */
  publish(path: string, body: unknown, deduplicationId: string, pace?: Pace): Promise<void>;
}

/** All messages of one `key` together are delivered at most so often. */
export interface Pace {
  key: string;
  perSecond: number;
}

export interface QueueConfig {
  url: string;
  token: string;
  currentSigningKey: string;
  nextSigningKey: string;
}

/** Retries after the first attempt; beyond them the sweeper is sooner than QStash's back-off. */
const RETRIES = 3;

/** QStash, delivering to us at `publicUrl`. Holds no connection. */
export function openQueue(config: QueueConfig, publicUrl: string): Queue {
  const client = new Client({
    baseUrl: config.url,
    token: config.token,
    // Never the SDK's development mode: it trusts signing keys that are public.
    devMode: false,
    enableTelemetry: false,
    retry: { retries: 1, backoff: () => 200 },
  });
  return {
    async publish(path, body, deduplicationId, pace) {
      const published = client.publishJSON({
        url: publicUrl + path,
        body,
        deduplicationId,
        retries: RETRIES,
        ...(pace && { flowControl: { key: pace.key, rate: pace.perSecond, period: "1s" } }),
      });
      await within(PUBLISH_TIMEOUT_MS, published);
    },
  };
}

/** The SDK itself would wait for ever. */
const PUBLISH_TIMEOUT_MS = 10_000;

/** Rejects when `work` takes longer than `ms`; what it does meanwhile goes on unheard. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Seconds by which QStash's clock and ours may differ. */
const CLOCK_TOLERANCE = 5;

/**
 * Routes that only QStash may call. Checks the header `Upstash-Signature` as QStash documents it, and more narrowly than
 * its SDK: HS256 only, every claim required, `sub` must be this very URL. Current key first, then the next one.
 */
export function signedByQueue(config: QueueConfig, publicUrl: string, clock: Clock, path: string): Access {
  const keys = [config.currentSigningKey, config.nextSigningKey].map((key) => new TextEncoder().encode(key));
  return {
    schemes: [
      {
        name: "qstash",
        definition: {
          type: "apiKey",
          in: "header",
          name: "Upstash-Signature",
          description: "JWT HS256 dari QStash.",
        },
      },
    ],
    errors: [SignatureInvalid],
    middleware: [
      async (c, next) => {
        const token = c.req.header("upstash-signature") ?? "";
        const bodyHash = createHash("sha256").update(c.var.rawBody).digest("base64url");
        const checks = keys.map((key) => isSigned(token, key, publicUrl + path, bodyHash, clock));
        if (!(await Promise.all(checks)).includes(true)) throw new SignatureInvalid();
        await next();
      },
    ],
  };
}

async function isSigned(
  token: string,
  key: Uint8Array,
  url: string,
  bodyHash: string,
  clock: Clock,
): Promise<boolean> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ["HS256"],
      issuer: "Upstash",
      subject: url,
      requiredClaims: ["exp", "nbf", "iat", "jti", "body"],
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: clock.now(),
    });
    // QStash pads its base64url; the padding carries no information.
    return (
      typeof payload["body"] === "string" && constantTimeEqual(payload["body"].replace(/=+$/, ""), bodyHash)
    );
  } catch {
    return false;
  }
}
