import { duration, retryDelay } from "./duration.ts";
import { badRequest } from "./errors.ts";

/** Header names in lower case. */
export type Headers = Record<string, string>;

/** What the `Upstash-*` headers of a publish ask for. */
export interface Instructions {
  method: string;
  /** What the endpoint receives as it is: `Content-Type` and everything behind `Upstash-Forward-`. */
  forwarded: Headers;
  delayMs: number;
  notBeforeMs: number | undefined;
  /** Retries after the first attempt. */
  maxRetries: number;
  retryDelayExpression: string | undefined;
  timeoutMs: number | undefined;
  callback: CallbackOrder | undefined;
  failureCallback: CallbackOrder | undefined;
  deduplicationId: string | undefined;
  contentBasedDeduplication: boolean;
  flowControl: FlowControlTerms | undefined;
  labels: string[];
  redaction: Redaction;
}

/** A message to be published with the answer; `headers` are publish headers of its own. */
export interface CallbackOrder {
  url: string;
  headers: Headers;
}

export interface FlowControlTerms {
  key: string;
  parallelism: number | undefined;
  /** Deliveries per period. */
  rate: number | undefined;
  periodMs: number;
}

/** What the API does not show of a message; deliveries are not affected. */
export interface Redaction {
  body: boolean;
  /** Every header, or those of these lower-case names. */
  headers: true | string[];
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const DEFAULT_RETRIES = 3;
const FORWARD = "upstash-forward-";

/** Reads the publish headers. Throws 400 for a value QStash does not understand. */
export function readInstructions(headers: Headers): Instructions {
  const method = (headers["upstash-method"] ?? "POST").toUpperCase();
  if (!METHODS.includes(method)) throw badRequest(`invalid method: ${method}`);
  const expression = headers["upstash-retry-delay"];
  if (expression !== undefined) retryDelay(expression, 0); // refused at the door, not at the first retry
  const timeout = headers["upstash-timeout"];
  return {
    method,
    forwarded: forwarded(headers),
    delayMs: duration(headers["upstash-delay"] ?? "0s"),
    notBeforeMs: whole(headers, "upstash-not-before", undefined, 1000),
    maxRetries: whole(headers, "upstash-retries", DEFAULT_RETRIES) ?? DEFAULT_RETRIES,
    retryDelayExpression: expression,
    timeoutMs: timeout === undefined ? undefined : duration(timeout),
    callback: callbackOrder(headers, "upstash-callback"),
    failureCallback: callbackOrder(headers, "upstash-failure-callback"),
    deduplicationId: headers["upstash-deduplication-id"],
    contentBasedDeduplication: headers["upstash-content-based-deduplication"] === "true",
    flowControl: flowControlTerms(headers),
    labels: list(headers["upstash-label"]),
    redaction: readRedaction(list(headers["upstash-redact-fields"])),
  };
}

function forwarded(headers: Headers): Headers {
  const result: Headers = {};
  if (headers["content-type"] !== undefined) result["content-type"] = headers["content-type"];
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(FORWARD)) result[name.slice(FORWARD.length)] = value;
  }
  return result;
}

function whole(headers: Headers, name: string, missing: number | undefined, unit = 1): number | undefined {
  const text = headers[name];
  if (text === undefined) return missing;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid ${name}: ${text}`);
  return Number(text) * unit;
}

/** `Upstash-Callback-Retries: 1` is `Upstash-Retries: 1` of the message that carries the callback. */
function callbackOrder(headers: Headers, prefix: string): CallbackOrder | undefined {
  const url = headers[prefix];
  if (url === undefined) return undefined;
  const own: Headers = { "content-type": "application/json" };
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(`${prefix}-`)) own[`upstash-${name.slice(prefix.length + 1)}`] = value;
  }
  readInstructions(own);
  return { url, headers: own };
}

function flowControlTerms(headers: Headers): FlowControlTerms | undefined {
  const key = headers["upstash-flow-control-key"];
  if (key === undefined) return undefined;
  const terms: FlowControlTerms = { key, parallelism: undefined, rate: undefined, periodMs: 1000 };
  for (const term of list(headers["upstash-flow-control-value"])) {
    const [name, value = ""] = term.split("=").map((part) => part.trim());
    if (name === "period") terms.periodMs = /^\d+$/.test(value) ? Number(value) * 1000 : duration(value);
    else if (name === "parallelism") terms.parallelism = positive(value, term);
    else if (name === "rate" || name === "ratePerSecond") terms.rate = positive(value, term);
    else throw badRequest(`invalid flow control value: ${term}`);
  }
  if (terms.parallelism === undefined && terms.rate === undefined) {
    throw badRequest("flow control needs a parallelism or a rate");
  }
  if (terms.periodMs <= 0) throw badRequest("the period of a flow control must be positive");
  return terms;
}

function positive(value: string, term: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw badRequest(`invalid flow control value: ${term}`);
  return Number(value);
}

function readRedaction(fields: string[]): Redaction {
  const names: string[] = [];
  for (const field of fields) {
    const name = /^headers?\[(.+)\]$/.exec(field)?.[1];
    if (name) names.push(name.toLowerCase());
    else if (!/^(body|headers?)$/.test(field)) throw badRequest(`invalid redact field: ${field}`);
  }
  return {
    body: fields.includes("body"),
    headers: fields.some((field) => /^headers?$/.test(field)) || names,
  };
}

function list(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
