import { json, type WireAnswer } from "../stand-in.ts";
import type { Deduplication } from "./deduplication.ts";
import { checkDestination, type DestinationPolicy, isUrl } from "./destination.ts";
import type { Engine } from "./engine.ts";
import { badRequest } from "./errors.ts";
import { type Headers, readInstructions } from "./instructions.ts";
import { type NewMessage, newMessage, type Origin } from "./message.ts";
import { readJson, type Route, route, singleHeaders } from "./routing.ts";
import type { UrlGroups } from "./url-groups.ts";

/** What the publisher is told about one message. */
export interface Receipt {
  messageId: string;
  /** Only for an endpoint of a URL group. */
  url?: string;
  deduplicated?: true;
}

/** What somebody wants to be published. */
export interface Publication {
  /** A URL or the name of a URL group. */
  destination: string;
  headers: Headers;
  body: Buffer;
  origin: Origin;
}

/** Checked and ready to be accepted: nothing can be refused any more. */
export interface Checked {
  toGroup: boolean;
  messages: NewMessage[];
}

export interface PublisherParts {
  engine: Engine;
  groups: UrlGroups;
  deduplication: Deduplication;
  allows: DestinationPolicy;
  now: () => number;
}

/** The way into the queue, for publishes, batches and schedules alike. */
export class Publisher {
  readonly #parts: PublisherParts;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /** Reads and checks a publication without accepting it. Throws 400 or 404. */
  check({ destination, headers, body, origin }: Publication): Checked {
    const { groups, allows, engine } = this.#parts;
    const instructions = readInstructions(headers);
    const { callback, failureCallback } = instructions;
    for (const order of [callback, failureCallback]) if (order) checkDestination(order.url, allows);
    const toGroup = !isUrl(destination);
    const endpoints = toGroup ? groups.get(destination).endpoints : [{ url: destination }];
    const messages = endpoints.map(({ url, name }: { url: string; name?: string }) => {
      checkDestination(url, allows);
      const group = toGroup ? { topicName: destination, endpointName: name } : {};
      return { url, body, headers, instructions, origin: { ...origin, ...group } };
    });
    if (origin.queueName !== undefined) engine.queues.ensure(origin.queueName);
    return { toGroup, messages };
  }

  /** Accepts what has been checked; a duplicate is answered with the message it repeats. */
  accept({ messages }: Checked): Receipt[] {
    const { deduplication, engine, now } = this.#parts;
    return messages.map((fields) => {
      const url = fields.origin.topicName === undefined ? {} : { url: fields.url };
      const original = deduplication.original(fields);
      if (original !== undefined) return { messageId: original, ...url, deduplicated: true };
      const message = newMessage(fields, now());
      deduplication.remember(fields, message.id);
      engine.accept(message);
      return { messageId: message.id, ...url };
    });
  }
}

function receiptAnswer({ toGroup }: Checked, receipts: Receipt[]): WireAnswer {
  const repeated = receipts.length > 0 && receipts.every(({ deduplicated }) => deduplicated);
  return json(repeated ? 202 : 200, toGroup ? receipts : receipts[0]);
}

interface BatchItem {
  destination?: string;
  headers?: Headers;
  body?: string;
  queue?: string;
}

export function publishRoutes(publisher: Publisher): Route[] {
  const publish = (publication: Publication) => {
    const checked = publisher.check(publication);
    return receiptAnswer(checked, publisher.accept(checked));
  };
  return [
    route("POST", "/v2/publish/*", ({ rest, headers, body }) =>
      publish({ destination: rest, headers, body, origin: {} }),
    ),
    route("POST", "/v2/enqueue/:queue/*", (call) => {
      const { rest, headers, body } = call;
      return publish({ destination: rest, headers, body, origin: { queueName: call.param("queue") } });
    }),
    route("POST", "/v2/batch", ({ body }) => {
      const items = readJson(body) as BatchItem[];
      if (!Array.isArray(items)) throw badRequest("a batch is a list of messages");
      // All are checked before the first is accepted: a batch is refused as a whole.
      const checked = items.map((item) =>
        publisher.check({
          destination: item.destination ?? "",
          headers: singleHeaders(item.headers ?? {}),
          body: Buffer.from(item.body ?? ""),
          origin: { queueName: item.queue },
        }),
      );
      return json(
        200,
        checked.map((one) => {
          const receipts = publisher.accept(one);
          return one.toGroup ? receipts : receipts[0];
        }),
      );
    }),
  ];
}
