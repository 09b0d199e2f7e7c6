import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { Server } from "node:net";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** One request as it came over the wire: `url` is the raw request target, never normalised. */
export interface WireRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Aborted when the caller goes away. */
  signal: AbortSignal;
}

export interface WireAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer | Readable;
}

export type WireHandler = (request: WireRequest) => WireAnswer | Promise<WireAnswer>;

/**
 * What a test can make a stand-in do to a request.
 *
 * - `refuse`: close the connection before doing the work
 * - `hang`: never answer, the work is not done
 * - `answer`: answer this instead of doing the work (an outage, garbage)
 * - `drop`: do the work, then close the connection: the caller cannot know
 * - `hangAfter`: do the work, then never answer
 * - `replace`: do the work, then answer this
 * - `delay`: wait `ms` before doing the work
 */
export type Fault =
  | { kind: "refuse" | "hang" | "drop" | "hangAfter" }
  | { kind: "answer" | "replace"; status: number; headers?: Record<string, string>; body?: string }
  | { kind: "delay"; ms: number };

/** The faults waiting in front of a stand-in; the first that matches is used. */
export class FaultPlan {
  #planned: { fault: Fault; left: number; matches: (request: WireRequest) => boolean }[] = [];

  /** The next `times` requests that match meet `fault`. */
  next(fault: Fault, times = 1, matches: (request: WireRequest) => boolean = () => true): void {
    this.#planned.push({ fault, left: times, matches });
  }

  /** Every request that matches meets `fault`, until `clear`. */
  always(fault: Fault, matches?: (request: WireRequest) => boolean): void {
    this.next(fault, Number.POSITIVE_INFINITY, matches);
  }

  clear(): void {
    this.#planned = [];
  }

  take(request: WireRequest): Fault | undefined {
    const found = this.#planned.find(({ left, matches }) => left > 0 && matches(request));
    if (found) found.left -= 1;
    return found?.fault;
  }
}

/** A stand-in that listens: one vendor of the local cloud. */
export interface StandIn {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  faults: FaultPlan;
  /** How many requests have arrived since the start (or since a test set it back to 0). */
  requests: number;
  close(): Promise<void>;
}

/** Ports from here on up to the limit are taken when no port is asked for; the range above is the kernel's. */
const FREE_PORTS = { from: 20_000, to: 32_000 };

/** Listens on 127.0.0.1, on `port` or on a free one below 32768. Throws `EADDRINUSE` for a busy `port`. */
export async function listen(server: Server, port?: number): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const span = FREE_PORTS.to - FREE_PORTS.from;
    const candidate = port ?? FREE_PORTS.from + Math.floor(Math.random() * span);
    try {
      server.listen(candidate, "127.0.0.1");
      await once(server, "listening");
      return candidate;
    } catch (error) {
      if (port !== undefined || attempt > 50) throw error;
    }
  }
}

/** Serves `handler` on loopback, with the fault plan in front of it. */
export async function serveStandIn(handler: WireHandler, port?: number): Promise<StandIn> {
  const faults = new FaultPlan();
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      standIn.requests += 1;
      const gone = new AbortController();
      outgoing.on("close", () => gone.abort());
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const request: WireRequest = {
        method: incoming.method ?? "GET",
        url: incoming.url ?? "/",
        headers: incoming.headers,
        body: Buffer.concat(chunks),
        signal: gone.signal,
      };
      if (!isLocalName(incoming.headers.host)) {
        outgoing
          .writeHead(421, { "content-type": "text/plain" })
          .end("this stand-in answers to local names only\n");
        return;
      }
      const fault = faults.take(request);
      if (fault?.kind === "refuse") incoming.socket.destroy();
      if (fault?.kind === "refuse" || fault?.kind === "hang") return;
      if (fault?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.ms));
      let answer = fault?.kind === "answer" ? fault : await handler(request);
      if (fault?.kind === "drop") incoming.socket.destroy();
      if (fault?.kind === "drop" || fault?.kind === "hangAfter") return;
      if (fault?.kind === "replace") answer = fault;
      outgoing.writeHead(answer.status, answer.headers);
      const body = answer.body ?? "";
      if (typeof body === "string" || body instanceof Uint8Array) outgoing.end(body);
      else void pipeline(body, outgoing).catch(() => {}); // the caller closed the stream
    })().catch((error: unknown) => {
      // A caller that hangs up in mid-request is ordinary; anything else is a defect of the stand-in and must be seen.
      if (!outgoing.headersSent && !incoming.socket.destroyed) {
        outgoing
          .writeHead(500, { "content-type": "text/plain" })
          .end(String((error as Error).stack ?? error));
      }
    });
  });
  server.keepAliveTimeout = 120_000;
  const bound = await listen(server, port);
  const standIn: StandIn = {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    faults,
    requests: 0,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return standIn;
}

/** A web page elsewhere can point a name of its own at this machine; its requests still carry that name. */
function isLocalName(host: string | undefined): boolean {
  return isLoopbackHost((host ?? "").replace(/:\d+$/, ""));
}

/** Whether a host name, as `URL.hostname` has it, is this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** A JSON answer. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): WireAnswer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** Whether a URL stays on this machine (127.0.0.0/8, localhost, [::1]): the only place a stand-in calls by itself. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  return (protocol === "http:" || protocol === "https:") && isLoopbackHost(hostname);
}
