import { createHash, timingSafeEqual } from "node:crypto";
import { type Clock, systemClock } from "../clock.ts";
import { isLoopback, json, serveStandIn, type StandIn, type WireRequest } from "../stand-in.ts";
import { deadLetterRoutes } from "./dead-letters.ts";
import { Deduplication } from "./deduplication.ts";
import { Engine } from "./engine.ts";
import { eventRoutes } from "./events.ts";
import { flowControlRoutes } from "./flow-control.ts";
import { messageRoutes } from "./messages.ts";
import { Publisher, publishRoutes } from "./publishing.ts";
import { queueRoutes } from "./queues.ts";
import { dispatch, type Route, route } from "./routing.ts";
import { scheduleRoutes, Schedules } from "./schedules.ts";
import { createScript, type Script } from "./script.ts";
import { type Defect, QSTASH_DEV, signature, SigningKeys } from "./signing.ts";
import { UrlGroups, urlGroupRoutes } from "./url-groups.ts";

export interface QStashOptions {
  /** A free one when none is given; `QSTASH_DEV.port` makes it interchangeable with `qstash dev`. */
  port?: number;
  clock?: Clock;
  /**
   * Factor on the default back-off (12 s, 148 s, 1808 s …), default 1. Delays that somebody has asked for keep their
   * length, see `delayScale`.
   */
  timeScale?: number;
  /**
   * Factor on explicit delays, default 1: `Upstash-Delay`, `Upstash-Not-Before`, `Upstash-Retry-Delay` and the
   * `Retry-After` of an answer. What the API shows keeps the time that was asked for.
   */
  delayScale?: number;
  /** Lets deliveries out to more than this machine, which is the only thing allowed without it. */
  allow?: (url: URL) => boolean;
}

export interface SignOptions {
  /** Default: the current key, as QStash does. */
  key?: "current" | "next";
  defects?: readonly Defect[];
}

/** The local stand-in for Upstash QStash. */
export interface QStash extends StandIn {
  readonly token: string;
  readonly currentSigningKey: string;
  readonly nextSigningKey: string;
  readonly script: Script;
  /** An `Upstash-Signature` for a delivery of `body` to `url` now. */
  sign(url: string, body: string | Buffer, options?: SignOptions): string;
}

/**
 * Starts QStash on loopback, with the public token and keys of `qstash dev` and the memory of this process.
 * Protocol: https://upstash.com/docs/qstash (openapi.yaml) and the requests of @upstash/qstash 2.12.
 */
export async function startQStash(options: QStashOptions = {}): Promise<QStash> {
  const { clock = systemClock, timeScale = 1, delayScale = 1 } = options;
  const allows = (url: URL) => isLoopback(url) || (options.allow?.(url) ?? false);
  const now = () => clock.now();
  const keys = new SigningKeys();
  const engine = new Engine({ clock, keys, timeScale, delayScale });
  const groups = new UrlGroups(clock);
  const deduplication = new Deduplication(clock);
  const publisher = new Publisher({ engine, groups, deduplication, allows, now });
  const routes: Route[] = [
    ...publishRoutes(publisher),
    ...messageRoutes(engine),
    ...queueRoutes(engine.queues, (message) => engine.cancel(message)),
    ...urlGroupRoutes(groups, allows),
    ...scheduleRoutes(new Schedules(engine, publisher, clock)),
    ...deadLetterRoutes(engine.deadLetters, (message) => engine.accept(message), now),
    ...eventRoutes(engine.log),
    ...flowControlRoutes(engine.flowControl),
    // 0: there is no limit across the keys.
    route("GET", "/v2/globalParallelism", () =>
      json(200, { parallelismMax: 0, parallelismCount: engine.active }),
    ),
    ...keyRoutes(keys),
  ];

  const standIn = await serveStandIn((request) => {
    const { token, target } = credentials(request);
    if (!isToken(token)) return json(401, { error: "unauthorized: invalid or missing QSTASH_TOKEN" });
    return dispatch(routes, request, target);
  }, options.port);

  const closeDoor = standIn.close.bind(standIn);
  const qstash = Object.assign(standIn, {
    token: QSTASH_DEV.token,
    script: createScript(engine, keys, now),
    sign: (url: string, body: string | Buffer, { key = "current", defects = [] }: SignOptions = {}) =>
      signature(keys[key], url, Buffer.from(body), now(), defects),
    async close() {
      await closeDoor();
      await engine.close();
    },
  });
  // Rotation changes the keys, so they are looked up each time.
  return Object.defineProperties(qstash, {
    currentSigningKey: { get: () => keys.current, enumerable: true },
    nextSigningKey: { get: () => keys.next, enumerable: true },
  }) as typeof qstash & Pick<QStash, "currentSigningKey" | "nextSigningKey">;
}

function keyRoutes(keys: SigningKeys): Route[] {
  const show = () => json(200, { current: keys.current, next: keys.next });
  return [
    route("GET", "/v2/keys", show),
    route("POST", "/v2/keys/rotate", () => {
      keys.rotate();
      return show();
    }),
  ];
}

/** The bearer token, or `qstash_token` of the query, which then is not part of the destination. */
function credentials({ headers, url }: WireRequest): { token: string; target: string } {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return { token: bearer, target: url };
  const [found = "", before = "", , after = ""] = /([?&])qstash_token=([^&]*)(&|$)/.exec(url) ?? [];
  const token = new URLSearchParams(found.slice(1)).get("qstash_token") ?? "";
  return { token, target: found ? url.replace(found, after ? before : "") : url };
}

function isToken(token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(token), digest(QSTASH_DEV.token));
}
