import { send } from "./attempt.ts";
import type { Engine } from "./engine.ts";
import type { Headers } from "./instructions.ts";
import { type Attempt, isFinal, type Message, type MessageState } from "./message.ts";
import { type Defect, signature, type SigningKeys } from "./signing.ts";

/** A message as a test sees it. */
export interface MessageReport {
  messageId: string;
  url: string;
  method: string;
  /** What the endpoint receives of the publisher's headers, names in lower case. */
  headers: Headers;
  body: string;
  state: MessageState;
  attempts: readonly Attempt[];
  retried: number;
  queueName: string | undefined;
  /** Set on a callback: the message it reports on. */
  callbackOf: string | undefined;
}

export interface Forgery {
  url: string;
  body?: string | Buffer;
  method?: string;
  messageId?: string;
  retried?: number;
  /** None: a delivery that is genuine in every way. */
  defects?: readonly Defect[];
  /** More headers, or others than QStash would send. */
  headers?: Headers;
}

export interface ForgedDelivery {
  url: string;
  method: string;
  headers: Headers;
  body: Buffer;
  /** Sends it from here; the test may as well do it itself. */
  send(): Promise<Response>;
}

/** What a test can order. */
export interface Script {
  /** From now on accepted messages wait. */
  hold(): void;
  /** Delivers what waits, one after the other in order of acceptance, until nothing waits; then stops holding. */
  release(): Promise<void>;
  /** Delivers these held messages, one after the other in this order, and goes on holding. */
  releaseInOrder(messageIds: readonly string[]): Promise<void>;
  /**
   * Every attempt from now on is made `times` times, in sequence or all at once, as at-least-once delivery allows.
   * When one of the copies fails the attempt has failed. 1 is the ordinary state.
   */
  duplicate(times: number, options?: { atOnce?: boolean }): void;
  /** The next `count` messages are accepted and answered, but never delivered. */
  dropNext(count?: number): void;
  /** A delivery that QStash has not made, with chosen defects. */
  forge(forgery: Forgery): ForgedDelivery;
  /**
   * Resolves when nothing is in flight and nothing falls due within `withinMs` (default 0: what is planned for later,
   * held, paused or waiting for flow control does not count).
   */
  idle(options?: { withinMs?: number }): Promise<void>;
  /** Resolves when the message is delivered, failed, cancelled or dropped. Throws for an unknown id. */
  settled(messageId: string): Promise<MessageReport>;
  /** Everything that has been accepted, in order, callbacks included. */
  messages(): MessageReport[];
}

export function createScript(engine: Engine, keys: SigningKeys, now: () => number): Script {
  const { plan } = engine;
  const held = () => [...engine.messages.values()].filter(({ state }) => state === "held");
  const get = (id: string): Message => {
    const message = engine.messages.get(id);
    if (!message) throw new Error(`no message ${id}`);
    return message;
  };
  const deliver = async (message: Message) => {
    if (message.state !== "held") throw new Error(`${message.id} is not held but ${message.state}`);
    engine.admit(message);
    await engine.inFlight(message);
  };
  const tracked = (work: Promise<void>) => {
    engine.track(work);
    return work;
  };
  const releaseAll = async () => {
    for (let next = held()[0]; next; next = held()[0]) await deliver(next);
    plan.holding = false;
  };
  const releaseThese = async (ids: readonly string[]) => {
    for (const id of ids) await deliver(get(id));
  };

  return {
    hold: () => {
      plan.holding = true;
    },
    release: () => tracked(releaseAll()),
    releaseInOrder: async (ids) => {
      const unknown = ids.find((id) => get(id).state !== "held");
      if (unknown !== undefined) throw new Error(`${unknown} is not held but ${get(unknown).state}`);
      await tracked(releaseThese(ids));
    },
    duplicate: (times, options = {}) => {
      Object.assign(plan, { copies: Math.max(1, times), atOnce: options.atOnce ?? false });
    },
    dropNext: (count = 1) => {
      plan.toDrop += count;
    },
    forge: (forgery) => forge(forgery, keys, now()),
    idle: ({ withinMs = 0 } = {}) => engine.until(() => engine.isIdle(withinMs)),
    settled: async (id) => {
      const message = get(id);
      await engine.until(() => isFinal(message));
      return report(message);
    },
    messages: () => [...engine.messages.values()].map(report),
  };
}

function report(message: Message): MessageReport {
  const { instructions, origin } = message;
  return {
    messageId: message.id,
    url: message.url,
    method: instructions.method,
    headers: instructions.forwarded,
    body: message.body.toString("utf8"),
    state: message.state,
    attempts: [...message.attempts],
    retried: message.retried,
    queueName: origin.queueName,
    callbackOf: origin.parent?.id,
  };
}

function forge(forgery: Forgery, keys: SigningKeys, now: number): ForgedDelivery {
  const { url, method = "POST", defects = [] } = forgery;
  const body = Buffer.from(forgery.body ?? "");
  const headers: Headers = {
    "user-agent": "Upstash-QStash",
    "content-type": "application/json",
    "upstash-message-id": forgery.messageId ?? "msg_forged",
    "upstash-retried": String(forgery.retried ?? 0),
    ...(!defects.includes("unsigned") && {
      "upstash-signature": signature(keys.current, url, body, now, defects),
    }),
    ...forgery.headers,
  };
  const delivery = { url, method, headers, body };
  return { ...delivery, send: () => send(delivery) };
}
