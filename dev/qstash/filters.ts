import { badRequest } from "./errors.ts";
import { CALLER_IP, type Message } from "./message.ts";

/** Something a list can be filtered on: a message, and what the list knows about it. */
export interface Subject {
  message: Message;
  /** Milliseconds since the epoch: when it was created, logged or given up. */
  time: number;
  state?: string;
  responseStatus?: number | undefined;
  dlqId?: string;
}

const hostOf = ({ message }: Subject) => {
  const url = new URL(message.url);
  return [url.host, url.hostname];
};

const FIELDS: Record<string, (subject: Subject) => (string | undefined)[]> = {
  messageId: ({ message }) => [message.id],
  messageIds: ({ message }) => [message.id],
  dlqIds: ({ dlqId }) => [dlqId],
  url: ({ message }) => [message.url],
  topicName: ({ message }) => [message.origin.topicName],
  scheduleId: ({ message }) => [message.origin.scheduleId],
  queueName: ({ message }) => [message.origin.queueName],
  host: hostOf,
  path: ({ message }) => [new URL(message.url).pathname],
  label: ({ message }) => message.instructions.labels,
  flowControlKey: ({ message }) => [message.instructions.flowControl?.key],
  callerIp: () => [CALLER_IP],
  callerIP: () => [CALLER_IP],
  responseStatus: ({ responseStatus }) => [String(responseStatus)],
  state: ({ state = "" }) => [
    state,
    ...(state === "CANCELED" ? ["CANCELLED"] : []),
    ...(["ACTIVE", "RETRY", "ERROR"].includes(state) ? ["IN_PROGRESS"] : []),
  ],
};

const SHARED = [
  "url",
  "topicName",
  "scheduleId",
  "queueName",
  "label",
  "flowControlKey",
  "callerIp",
  "callerIP",
];

/** The filters of each list. */
export const MESSAGE_FILTERS = [...SHARED, "messageIds", "host", "path"];
export const LOG_FILTERS = [...SHARED, "messageId", "messageIds", "host", "path", "state"];
export const DLQ_FILTERS = [...SHARED, "messageId", "dlqIds", "responseStatus"];

/**
 * Reads the filters of a query: several values of one field (repeated, or separated by commas) are alternatives,
 * different fields must all match. Throws 400 for a field not in `allowed`, so that a typing error does not
 * cancel everything.
 */
export function readFilter(
  query: URLSearchParams,
  allowed: readonly string[],
): (subject: Subject) => boolean {
  const conditions: ((subject: Subject) => boolean)[] = [];
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    const wanted = new Set([...values, ...values.flatMap((value) => value.split(","))]);
    const field = allowed.includes(name) ? FIELDS[name] : undefined;
    if (field) conditions.push((subject) => field(subject).some((v) => v !== undefined && wanted.has(v)));
    else if (name === "fromDate") conditions.push(({ time }) => time >= Number(values[0]));
    else if (name === "toDate") conditions.push(({ time }) => time <= Number(values[0]));
    else if (name !== "count" && name !== "cursor") throw badRequest(`unknown filter: ${name}`);
  }
  return (subject) => conditions.every((condition) => condition(subject));
}

/** At most `count` of the query (default `limit`). Throws 400 unless it is a positive whole number. */
export function readCount(query: URLSearchParams, limit: number): number {
  const text = query.get("count");
  if (text === null) return limit;
  if (!/^[1-9]\d*$/.test(text)) throw badRequest(`invalid count: ${text}`);
  return Number(text);
}

/**
 * One page of a list, newest first. `sequence` numbers grow with time; the cursor is the number of the last item
 * shown, so that a page stays right while items come and go. No cursor means that this was the last page.
 */
export function page<T extends { sequence: number }>(
  items: readonly T[],
  query: URLSearchParams,
  limit: number,
): { items: T[]; cursor: string | undefined } {
  const after = Number(query.get("cursor") ?? Number.POSITIVE_INFINITY);
  const rest = items.filter(({ sequence }) => sequence < after).toSorted((a, b) => b.sequence - a.sequence);
  const shown = rest.slice(0, readCount(query, limit));
  return { items: shown, cursor: rest.length > shown.length ? String(shown.at(-1)?.sequence) : undefined };
}
