import { json } from "../stand-in.ts";
import type { Engine } from "./engine.ts";
import { notFound } from "./errors.ts";
import { MESSAGE_FILTERS, readCount, readFilter } from "./filters.ts";
import { type Message, messageView } from "./message.ts";
import { type Route, route } from "./routing.ts";

/** Reading and cancelling messages. */
export function messageRoutes(engine: Engine): Route[] {
  const find = (id: string): Message => {
    const message = engine.find(id);
    if (!message) throw notFound("message", id);
    return message;
  };
  return [
    route("GET", "/v2/messages/:id", (call) => json(200, messageView(find(call.param("id"))))),
    route("DELETE", "/v2/messages/:id", (call) =>
      // A message that is already delivered but still readable is no error; there is nothing left to cancel.
      json(200, { cancelled: engine.cancel(find(call.param("id"))) ? 1 : 0 }),
    ),
    route("DELETE", "/v2/messages", ({ query }) => {
      const matches = readFilter(query, MESSAGE_FILTERS);
      const limit = readCount(query, Number.POSITIVE_INFINITY);
      let cancelled = 0;
      for (const message of engine.messages.values()) {
        if (cancelled >= limit) break;
        if (matches({ message, time: message.createdAt }) && engine.cancel(message)) cancelled += 1;
      }
      return json(200, { cancelled });
    }),
  ];
}
