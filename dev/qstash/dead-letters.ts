import { json } from "../stand-in.ts";
import type { Outcome } from "./attempt.ts";
import { notFound } from "./errors.ts";
import { DLQ_FILTERS, page, readFilter, type Subject } from "./filters.ts";
import { type Headers, readInstructions } from "./instructions.ts";
import { bodyView, headerView, type Message, messageView, newMessage } from "./message.ts";
import { type Call, type Route, route } from "./routing.ts";

/** A message that has been given up, with the last answer of its endpoint. */
export interface DeadLetter extends Subject {
  dlqId: string;
  sequence: number;
  outcome: Outcome;
}

const PAGE = 100;

/** The dead letter queue. */
export class DeadLetters {
  readonly #letters = new Map<string, DeadLetter>();
  #sequence = 0;

  add(message: Message, outcome: Outcome, time: number): DeadLetter {
    const sequence = this.#sequence++;
    const dlqId = `${time}-${sequence}`;
    const letter = { dlqId, sequence, message, outcome, time, responseStatus: outcome.status };
    this.#letters.set(dlqId, letter);
    return letter;
  }

  get(dlqId: string): DeadLetter {
    const letter = this.#letters.get(dlqId);
    if (!letter) throw notFound("dlq message", dlqId);
    return letter;
  }

  /** The letters a query asks for. */
  page(query: URLSearchParams): { items: DeadLetter[]; cursor: string | undefined } {
    const matches = readFilter(query, DLQ_FILTERS);
    return page([...this.#letters.values()].filter(matches), query, PAGE);
  }

  delete({ dlqId }: DeadLetter): void {
    this.#letters.delete(dlqId);
  }
}

function letterView(letter: DeadLetter): Record<string, unknown> {
  const { outcome } = letter;
  return {
    ...messageView(letter.message),
    dlqId: letter.dlqId,
    responseStatus: outcome.status,
    responseHeader: headerView(outcome.headers),
    ...bodyView("responseBody", outcome.body.length > 0 ? outcome.body : Buffer.from(outcome.error ?? "")),
  };
}

/** Headers of the retry that change the original: configuration only, never a second identity or a past date. */
function retryHeaders(original: Headers, call: Call): Headers {
  const merged = { ...original };
  delete merged["upstash-delay"];
  delete merged["upstash-not-before"];
  for (const [name, value] of Object.entries(call.headers)) {
    if (name.startsWith("upstash-")) merged[name] = value;
  }
  return merged;
}

/** `accept` takes the new message that replaces a dead one. */
export function deadLetterRoutes(
  letters: DeadLetters,
  accept: (message: Message) => void,
  now: () => number,
): Route[] {
  const retry = (letter: DeadLetter, call: Call) => {
    const { url, body, headers, origin } = letter.message;
    const merged = retryHeaders(headers, call);
    const message = newMessage(
      {
        url,
        body,
        headers: merged,
        instructions: readInstructions(merged),
        origin: { ...origin, parent: undefined },
      },
      now(),
    );
    letters.delete(letter);
    accept(message);
    return { messageId: message.id };
  };
  return [
    route("GET", "/v2/dlq", ({ query }) => {
      const { items, cursor } = letters.page(query);
      return json(200, { messages: items.map(letterView), cursor });
    }),
    route("GET", "/v2/dlq/:id", (call) => json(200, letterView(letters.get(call.param("id"))))),
    route("DELETE", "/v2/dlq/:id", (call) => {
      letters.delete(letters.get(call.param("id")));
      return json(200, { deleted: 1 });
    }),
    route("DELETE", "/v2/dlq", ({ query }) => {
      const { items, cursor } = letters.page(query);
      for (const letter of items) letters.delete(letter);
      return json(200, { deleted: items.length, cursor });
    }),
    route("POST", "/v2/dlq/retry/:id", (call) => json(201, retry(letters.get(call.param("id")), call))),
    route("POST", "/v2/dlq/retry", (call) => {
      // Named letters must all be there; a filter takes what it finds.
      for (const dlqId of call.query.getAll("dlqIds").flatMap((ids) => ids.split(","))) letters.get(dlqId);
      const { items, cursor } = letters.page(call.query);
      return json(201, { cursor: cursor ?? "", responses: items.map((letter) => retry(letter, call)) });
    }),
  ];
}
