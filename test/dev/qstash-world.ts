import { Client, Receiver } from "@upstash/qstash";
import { onTestFinished } from "vitest";
import { type QStash, type QStashOptions, startQStash } from "../../dev/qstash/server.ts";
import { serveStandIn, type WireAnswer, type WireRequest } from "../../dev/stand-in.ts";

/** An endpoint that keeps what it receives and answers as the test says. */
export interface Inbox {
  url: string;
  received: WireRequest[];
  /** How the request of this index (from 0) is answered; 200 unless a test says otherwise. */
  answer: (request: WireRequest, index: number) => WireAnswer | Promise<WireAnswer>;
  /** Resolves when at least `count` requests have arrived. */
  until(count: number): Promise<void>;
  bodies(): string[];
}

export interface World {
  qstash: QStash;
  client: Client;
  receiver: Receiver;
  inbox: Inbox;
}

/** A QStash, a client and an endpoint of this test's own; gone when the test has finished. */
export async function world(options: QStashOptions = {}): Promise<World> {
  const qstash = await startQStash(options);
  onTestFinished(() => qstash.close());
  const client = new Client({
    baseUrl: qstash.url,
    token: qstash.token,
    devMode: false,
    enableTelemetry: false,
    retry: false,
  });
  const receiver = new Receiver({
    currentSigningKey: qstash.currentSigningKey,
    nextSigningKey: qstash.nextSigningKey,
    devMode: false,
  });
  return { qstash, client, receiver, inbox: await openInbox() };
}

export async function openInbox(): Promise<Inbox> {
  let watchers: (() => void)[] = [];
  const received: WireRequest[] = [];
  const server = await serveStandIn((request) => {
    received.push(request);
    for (const wake of watchers.splice(0)) wake();
    return inbox.answer(request, received.length - 1);
  });
  onTestFinished(() => server.close());
  const inbox: Inbox = {
    url: server.url,
    received,
    answer: () => ({ status: 200 }),
    async until(count) {
      while (received.length < count) await new Promise<void>((resolve) => watchers.push(resolve));
    },
    bodies: () => received.map(({ body }) => body.toString()),
  };
  return inbox;
}

/** A door that a test opens: `await gate.opened` in an endpoint keeps a delivery in flight. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  onTestFinished(() => open());
  return { opened, open };
}

/** The API without the SDK. */
export async function api(
  qstash: QStash,
  method: string,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(`${qstash.url}${path}`, {
    method,
    ...init,
    headers: { authorization: `Bearer ${qstash.token}`, ...(init.headers as Record<string, string>) },
  });
}
