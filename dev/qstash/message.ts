import { createHash, randomBytes } from "node:crypto";
import type { Headers, Instructions, Redaction } from "./instructions.ts";

/**
 * Where a message is.
 *
 * - `held`: accepted, kept back by a test (`script.hold`)
 * - `dropped`: accepted and lost on purpose (`script.dropNext`)
 * - `waiting`: for its time, its queue or its flow control
 * - `active`: a delivery is in flight
 * - `retrying`: failed, waiting for the next attempt
 * - `delivered`, `failed` (now in the DLQ), `cancelled`: final
 */
export type MessageState =
  | "held"
  | "dropped"
  | "waiting"
  | "active"
  | "retrying"
  | "delivered"
  | "failed"
  | "cancelled";

/** One request to the endpoint and what came back. */
export interface Attempt {
  at: number;
  /** Which of the duplicates this is, from 0. */
  copy: number;
  retried: number;
  /** Undefined when there was no answer; `error` says why. */
  status: number | undefined;
  error: string | undefined;
}

/** Where a message comes from. */
export interface Origin {
  queueName?: string | undefined;
  scheduleId?: string | undefined;
  topicName?: string | undefined;
  endpointName?: string | undefined;
  /** The message whose answer this callback carries: its queue waits for the callback too. */
  parent?: Message | undefined;
}

export interface Message {
  readonly id: string;
  readonly url: string;
  readonly body: Buffer;
  /** As published, for a retry out of the DLQ. */
  readonly headers: Headers;
  readonly instructions: Instructions;
  readonly origin: Origin;
  readonly createdAt: number;
  /** Milliseconds since the epoch, as asked for by the publisher. */
  readonly notBefore: number;
  readonly attempts: Attempt[];
  state: MessageState;
  retried: number;
  settledAt: number | undefined;
}

/** Every publisher is on this machine. */
export const CALLER_IP = "127.0.0.1";

export interface NewMessage {
  url: string;
  body: Buffer;
  headers: Headers;
  instructions: Instructions;
  origin: Origin;
}

export function newMessage(fields: NewMessage, now: number): Message {
  const { delayMs, notBeforeMs } = fields.instructions;
  return {
    ...fields,
    id: `msg_${randomBytes(20).toString("base64url")}`,
    createdAt: now,
    notBefore: notBeforeMs ?? now + delayMs,
    attempts: [],
    state: "waiting",
    retried: 0,
    settledAt: undefined,
  };
}

export function isFinal({ state }: Message): boolean {
  return state === "delivered" || state === "failed" || state === "cancelled" || state === "dropped";
}

/** `test-header` → `Test-Header`, the way QStash stores header names. */
function canonical(name: string): string {
  return name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

const redacted = (value: string | Buffer) => `REDACTED:${createHash("sha256").update(value).digest("hex")}`;

/** Headers as the API shows them: canonical names, lists of values, redaction applied. */
export function headerView(headers: Headers, redaction?: Redaction): Record<string, string[]> {
  const names = redaction?.headers ?? [];
  const hidden = (name: string) => names === true || names.includes(name);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      canonical(name),
      [hidden(name) ? redacted(value) : value],
    ]),
  );
}

/** The bytes the API shows: the body, or its hash. */
export function visibleBody(body: Buffer, redaction: Redaction): Buffer {
  return redaction.body && body.length > 0 ? Buffer.from(redacted(body)) : body;
}

/** `{[name]: text}` for UTF-8, `{[name]Base64: …}` for anything else, nothing for an empty body. */
export function bodyView(name: string, body: Buffer): Record<string, string> {
  if (body.length === 0) return {};
  const text = body.toString("utf8");
  return Buffer.from(text, "utf8").equals(body)
    ? { [name]: text }
    : { [`${name}Base64`]: body.toString("base64") };
}

/** The part of a view that comes from the publish headers: messages, DLQ entries and schedules share it. */
export function instructionsView(instructions: Instructions): Record<string, unknown> {
  const { flowControl, labels } = instructions;
  return {
    method: instructions.method,
    header: headerView(instructions.forwarded, instructions.redaction),
    callback: instructions.callback?.url,
    failureCallback: instructions.failureCallback?.url,
    retryDelayExpression: instructions.retryDelayExpression,
    timeout: instructions.timeoutMs,
    flowControlKey: flowControl?.key,
    parallelism: flowControl?.parallelism,
    rate: flowControl?.rate,
    period: flowControl?.rate === undefined ? undefined : flowControl.periodMs / 1000,
    ...(labels.length > 0 && { label: labels[0], labels }),
  };
}

/** Which message it is and where it goes, as every view of one begins. */
export function addressView({ id, url, origin }: Message): Record<string, unknown> {
  return {
    messageId: id,
    url,
    topicName: origin.topicName,
    endpointName: origin.endpointName,
    queueName: origin.queueName,
    scheduleId: origin.scheduleId,
  };
}

/** A message as `GET /v2/messages/{id}` shows it. */
export function messageView(message: Message): Record<string, unknown> {
  const { instructions } = message;
  return {
    ...addressView(message),
    ...instructionsView(instructions),
    ...bodyView("body", visibleBody(message.body, instructions.redaction)),
    maxRetries: instructions.maxRetries,
    notBefore: message.notBefore,
    createdAt: message.createdAt,
    callerIP: CALLER_IP,
  };
}
