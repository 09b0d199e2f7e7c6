import type { MiddlewareHandler } from "hono";
import { callerOf } from "./caller.ts";
import { TooManyRequests } from "./errors.ts";
import type { HouseEnv } from "./router.ts";

/** Broad protection against floods, per caller's address; what has to be exact is not counted here. */
export interface RateLimiter {
  /** Counts one request of `key`; false when it is one too many. */
  take(key: string): Promise<boolean>;
}

/** What the binding in wrangler.toml allows; the headers repeat it. */
const POLICY = { name: "umum", quota: 1_200, windowSeconds: 60 };

/** Workers' rate-limit binding: it counts beside the isolate, without a roundtrip. Throws when the platform gave none. */
export function openRateLimiter(binding: unknown): RateLimiter {
  if (!isRateLimit(binding)) throw new Error("the rate-limit binding of wrangler.toml is missing");
  return { take: async (key) => (await binding.limit({ key })).success };
}

function isRateLimit(binding: unknown): binding is RateLimit {
  return typeof binding === "object" && binding !== null && "limit" in binding;
}

/** Lets everything through: local development, where load and fault runs come from one address. */
export const unlimited: RateLimiter = { take: async () => true };

/** Refuses a caller's address beyond the policy (draft-ietf-httpapi-ratelimit-headers). */
export const limitRate: MiddlewareHandler<HouseEnv> = async (c, next) => {
  const { name, quota, windowSeconds } = POLICY;
  c.header("ratelimit-policy", `"${name}";q=${quota};w=${windowSeconds}`);
  const allowed = await c.var.limiter.take(callerOf(c).network);
  if (!allowed) {
    throw new TooManyRequests({
      headers: { "retry-after": String(windowSeconds), ratelimit: `"${name}";r=0;t=${windowSeconds}` },
    });
  }
  await next();
};
