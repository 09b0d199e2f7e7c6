import { json } from "../stand-in.ts";
import type { Outcome } from "./attempt.ts";
import { LOG_FILTERS, page, readFilter, type Subject } from "./filters.ts";
import { addressView, headerView, instructionsView, type Message, visibleBody } from "./message.ts";
import { type Route, route } from "./routing.ts";

export type EventState = "CREATED" | "ACTIVE" | "RETRY" | "ERROR" | "DELIVERED" | "FAILED" | "CANCELED";

/** An entry of the log. */
export interface LogEvent extends Subject {
  sequence: number;
  state: EventState;
  nextDeliveryTime: number | undefined;
  outcome: Outcome | undefined;
}

/** As many entries as a long day of development needs; the oldest go first. */
const RETENTION = 10_000;

/** What has happened to every message. */
export class EventLog {
  readonly events: LogEvent[] = [];
  #sequence = 0;

  add(
    message: Message,
    state: EventState,
    time: number,
    detail: { outcome?: Outcome; nextDeliveryTime?: number } = {},
  ): void {
    this.#sequence += 1;
    this.events.push({
      message,
      state,
      time,
      sequence: this.#sequence,
      nextDeliveryTime: detail.nextDeliveryTime,
      outcome: detail.outcome,
      responseStatus: detail.outcome?.status,
    });
    if (this.events.length > RETENTION) this.events.shift();
  }
}

function eventView({ message, outcome, ...event }: LogEvent): Record<string, unknown> {
  const { instructions } = message;
  const body = visibleBody(message.body, instructions.redaction);
  return {
    time: event.time,
    state: event.state,
    ...addressView(message),
    ...instructionsView(instructions),
    // The log carries every body in base64, whatever is in it.
    body: body.length > 0 ? body.toString("base64") : undefined,
    maxRetries: instructions.maxRetries,
    nextDeliveryTime: event.nextDeliveryTime,
    ...(outcome && {
      error: outcome.error ?? `unexpected status ${outcome.status}`,
      responseStatus: outcome.status,
      responseHeaders: headerView(outcome.headers),
      responseBody: outcome.body.toString("base64"),
    }),
  };
}

/** `GET /v2/events` is what the SDK's `logs()` calls; `GET /v2/logs` is what the documentation names. */
export function eventRoutes({ events }: EventLog): Route[] {
  const list = (key: string) =>
    route("GET", `/v2/${key}`, ({ query }) => {
      const matches = readFilter(query, LOG_FILTERS);
      const { items, cursor } = page(events.filter(matches), query, 1000);
      return json(200, { [key]: items.map(eventView), cursor });
    });
  return [list("events"), list("logs")];
}
