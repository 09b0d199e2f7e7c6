import { TrieRouter } from "hono/router/trie-router";
import type { Context, Hono, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { HTTPException } from "hono/http-exception";
import { matchedRoutes, routePath } from "hono/route";
import type { Auth } from "../auth/auth.ts";
import type { Signatures } from "../auth/signatures.ts";
import type { Clock } from "../clock.ts";
import type { Ids } from "../id.ts";
import { describeError, type Log } from "../log.ts";
import {
  AppError,
  InternalError,
  MalformedJson,
  MalformedUrl,
  MethodNotAllowed,
  NotFound,
  problemOf,
  UnsupportedMediaType,
} from "./errors.ts";
import { isCleanEncoding } from "./body.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { HouseEnv } from "./router.ts";

/** Gives every request its id and one line in the log, and every answer the headers that keep it private and inert. */
export function requestFrame(deps: {
  clock: Clock;
  ids: Ids;
  log: Log;
  limiter: RateLimiter;
  auth: Auth;
  signatures: Signatures;
}): MiddlewareHandler<HouseEnv>[] {
  const identify: MiddlewareHandler<HouseEnv> = async (c, next) => {
    const started = deps.clock.now().getTime();
    const given = c.req.header("x-request-id") ?? "";
    const requestId = /^[\w.-]{8,64}$/.test(given) ? given : deps.ids.uuid();
    c.set("requestId", requestId);
    c.set("log", withRequestId(deps.log, requestId));
    c.set("limiter", deps.limiter);
    c.set("auth", deps.auth);
    c.set("signatures", deps.signatures);
    await next();
    c.header("x-request-id", requestId);
    c.var.log.info("request", {
      method: c.req.method,
      // The pattern, not the path: paths carry ids of people. Of several that fit, the first is the one that answers.
      route: matchedRoutes(c).find(({ method }) => method !== "ALL")?.path ?? routePath(c, -1),
      status: c.res.status,
      ms: deps.clock.now().getTime() - started,
      actor: c.var.actor?.label,
    });
  };
  const refuseBadUrl: MiddlewareHandler<HouseEnv> = async (c, next) => {
    if (c.req.url.length > MAX_URL || !isCleanEncoding(c.req.url)) throw new MalformedUrl();
    await next();
  };
  const noStore: MiddlewareHandler<HouseEnv> = async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
  };
  const headers = secureHeaders({
    strictTransportSecurity: "max-age=63072000; includeSubDomains",
    referrerPolicy: "no-referrer",
    xFrameOptions: "DENY",
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
    // The documentation pages name a policy of their own.
    overwrite: false,
  });
  return [identify, headers, noStore, refuseBadUrl];
}

function withRequestId(log: Log, requestId: string): Log {
  return {
    info: (event, fields) => log.info(event, { request_id: requestId, ...fields }),
    warn: (event, fields) => log.warn(event, { request_id: requestId, ...fields }),
    error: (event, fields) => log.error(event, { request_id: requestId, ...fields }),
  };
}

/** Longest request target taken, in characters. */
const MAX_URL = 4_096;

/** Answers whatever was thrown with a problem document. */
export function answerError(error: Error, c: Context<HouseEnv>): Response {
  return problem(c, declaredError(error, c));
}

/** What the caller may know of something thrown; what is not declared is logged, and has a constant text. */
export function declaredError(error: Error, c: Context<HouseEnv>): AppError {
  const known = error instanceof AppError ? error : ofFramework(error);
  if (!known) c.var.log.error("unexpected", describeError(error));
  else if (known.cause) c.var.log.error("unavailable", describeError(known.cause));
  return known ?? new InternalError();
}

/** What the framework's own parsing refuses, on routes whose body `strictJson` has not read before. */
function ofFramework(error: Error): AppError | undefined {
  if (!(error instanceof HTTPException)) return undefined;
  if (error.status === 400) return new MalformedJson();
  return error.status === 415 ? new UnsupportedMediaType() : undefined;
}

function problem(c: Context<HouseEnv>, error: AppError): Response {
  const body = problemOf(error, c.req.path, c.var.requestId);
  const headers = {
    "content-type": "application/problem+json",
    ...error.definition.headers,
    ...error.more.headers,
  };
  return c.body(JSON.stringify(body), error.definition.status, headers);
}

/** Answers what no route took: 405 with `Allow` where another method would do, else 404. */
export function answerUnmatched(app: Hono<HouseEnv>): (c: Context<HouseEnv>) => Response {
  let methodsByPath: TrieRouter<string> | undefined;
  return (c) => {
    if (!methodsByPath) {
      methodsByPath = new TrieRouter<string>();
      for (const { method, path } of app.routes) if (method !== "ALL") methodsByPath.add("*", path, method);
    }
    const methods = new Set(methodsByPath.match("*", c.req.path)[0].map(([method]) => method));
    if (methods.size === 0) return problem(c, new NotFound());
    if (methods.has("GET")) methods.add("HEAD");
    return problem(c, new MethodNotAllowed({ headers: { allow: [...methods].sort().join(", ") } }));
  };
}
