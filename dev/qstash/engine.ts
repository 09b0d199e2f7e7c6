import type { Clock } from "../clock.ts";
import { Agenda } from "./agenda.ts";
import { attempt, type Delivery, isNonRetryable, type Outcome } from "./attempt.ts";
import { callbackMessage } from "./callbacks.ts";
import { DeadLetters } from "./dead-letters.ts";
import { backoff, requestedDelay, retryDelay } from "./duration.ts";
import { EventLog } from "./events.ts";
import { FlowControl } from "./flow-control.ts";
import type { CallbackOrder } from "./instructions.ts";
import { CALLER_IP, isFinal, type Message } from "./message.ts";
import { Queues } from "./queues.ts";
import { signature, type SigningKeys } from "./signing.ts";

/** How long a plan without limits waits for an answer; a message can ask for less. */
const DEFAULT_TIMEOUT_MS = 15 * 60_000;

/** How long a settled message stays readable. Production says "shortly". */
const READABLE_MS = 10_000;

/** Settled messages beyond this many are forgotten, oldest first. */
const RETENTION = 10_000;

/** What a test has ordered; see `script.ts`. */
export interface Plan {
  holding: boolean;
  toDrop: number;
  copies: number;
  atOnce: boolean;
}

export interface EngineOptions {
  clock: Clock;
  keys: SigningKeys;
  /** Factor on the default back-off. */
  timeScale: number;
  /** Factor on every delay that somebody has asked for. */
  delayScale: number;
}

/**
 * Takes accepted messages to their endpoints: waits for their time, their queue and their flow control, delivers,
 * retries, gives up, calls back.
 */
export class Engine {
  readonly messages = new Map<string, Message>();
  readonly log = new EventLog();
  readonly deadLetters = new DeadLetters();
  readonly queues: Queues;
  readonly flowControl: FlowControl;
  readonly agenda: Agenda;
  readonly plan: Plan = { holding: false, toDrop: 0, copies: 1, atOnce: false };
  readonly #options: EngineOptions;
  readonly #closing = new AbortController();
  /** What is under way: requests in flight, and a test's release. */
  readonly #work = new Set<Promise<void>>();
  readonly #rounds = new Map<Message, Promise<void>>();
  /** How to take a message back from the agenda. */
  readonly #planned = new Map<Message, () => void>();
  /** Callbacks of a message that are not settled yet. */
  readonly #openCallbacks = new Map<Message, number>();
  #watchers: (() => void)[] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
    this.agenda = new Agenda(options.clock, () => this.#notify());
    this.queues = new Queues(options.clock);
    this.flowControl = new FlowControl(options.clock, this.agenda);
  }

  /** Takes responsibility for a message; a test may have ordered otherwise. */
  accept(message: Message): void {
    this.#forget();
    this.messages.set(message.id, message);
    this.log.add(message, "CREATED", this.#now());
    if (this.plan.toDrop > 0) {
      this.plan.toDrop -= 1;
      message.state = "dropped";
      return;
    }
    const { parent } = message.origin;
    if (parent) this.#openCallbacks.set(parent, (this.#openCallbacks.get(parent) ?? 0) + 1);
    if (this.plan.holding) message.state = "held";
    else this.admit(message);
  }

  /** Sends a message on its way, when its time has come. */
  admit(message: Message): void {
    message.state = "waiting";
    const due = message.createdAt + (message.notBefore - message.createdAt) * this.#options.delayScale;
    this.#schedule(message, due, () => this.queues.enter(message, () => this.#enter(message)));
  }

  /** Stops what has not happened yet; false when there is nothing left to stop. */
  cancel(message: Message): boolean {
    if (isFinal(message)) return false;
    this.#planned.get(message)?.();
    this.#planned.delete(message);
    this.flowControl.withdraw(message);
    this.#settle(message, "cancelled");
    this.log.add(message, "CANCELED", this.#now());
    return true;
  }

  /** The message as the API knows it: settled ones vanish after a while. */
  find(id: string): Message | undefined {
    const message = this.messages.get(id);
    const gone = message?.settledAt !== undefined && message.settledAt + READABLE_MS <= this.#now();
    return gone ? undefined : message;
  }

  /** Requests in flight. */
  get active(): number {
    return this.#rounds.size;
  }

  /** The end of the delivery of `message` that is in flight, if there is one. */
  inFlight(message: Message): Promise<void> | undefined {
    return this.#rounds.get(message);
  }

  /** Counts `work` as being under way until it ends. */
  track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.#work.delete(tracked);
      this.#notify();
    });
    this.#work.add(tracked);
  }

  /** Resolves when `condition` holds; it is looked at whenever something has ended or fallen due. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** True when nothing is in flight and nothing falls due within `ms`. */
  isIdle(ms: number): boolean {
    return this.#work.size === 0 && !this.agenda.hasDue(ms);
  }

  /** Aborts what is in flight and forgets what is planned. */
  async close(): Promise<void> {
    this.agenda.close();
    this.#closing.abort();
    await Promise.allSettled(this.#work);
  }

  /** The request that an attempt sends. */
  delivery(message: Message): Delivery {
    const { origin, instructions, url } = message;
    const body = instructions.method === "GET" ? Buffer.alloc(0) : message.body; // fetch sends no body with GET
    return {
      url,
      method: instructions.method,
      body,
      headers: {
        "user-agent": "Upstash-QStash",
        ...instructions.forwarded,
        "upstash-message-id": message.id,
        "upstash-retried": String(message.retried),
        "upstash-caller-ip": CALLER_IP,
        ...(origin.topicName !== undefined && { "upstash-topic-name": origin.topicName }),
        ...(origin.scheduleId !== undefined && { "upstash-schedule-id": origin.scheduleId }),
        "upstash-signature": signature(this.#options.keys.current, url, body, this.#now()),
      },
    };
  }

  #enter(message: Message): void {
    this.flowControl.enter(message, () => this.#start(message));
  }

  #start(message: Message): void {
    message.state = "active";
    this.log.add(message, "ACTIVE", this.#now());
    const round = this.#run(message);
    this.#rounds.set(message, round);
    this.track(round);
  }

  async #run(message: Message): Promise<void> {
    const outcome = await this.#round(message);
    this.#rounds.delete(message);
    if (!this.#closing.signal.aborted) this.#conclude(message, outcome);
  }

  /** One attempt with its duplicates. The first copy that fails decides, so that a retry follows. */
  async #round(message: Message): Promise<Outcome> {
    const { copies, atOnce } = this.plan;
    const outcomes: Outcome[] = [];
    if (atOnce) {
      const all = Array.from({ length: copies }, (_, copy) => this.#attempt(message, copy));
      outcomes.push(...(await Promise.all(all)));
    } else {
      for (let copy = 0; copy < copies; copy++) outcomes.push(await this.#attempt(message, copy));
    }
    return outcomes.find(({ ok }) => !ok) ?? (outcomes[0] as Outcome); // there is at least one copy
  }

  async #attempt(message: Message, copy: number): Promise<Outcome> {
    const at = this.#now();
    const outcome = await attempt(this.delivery(message), {
      clock: this.#options.clock,
      timeoutMs: message.instructions.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      close: this.#closing.signal,
    });
    message.attempts.push({
      at,
      copy,
      retried: message.retried,
      status: outcome.status,
      error: outcome.error,
    });
    return outcome;
  }

  #conclude(message: Message, outcome: Outcome): void {
    const { callback, failureCallback, maxRetries } = message.instructions;
    this.flowControl.leave(message);
    if (message.state === "cancelled") return this.#leaveQueue(message);
    this.#callBack(callback, message, outcome);
    if (outcome.ok) {
      this.log.add(message, "DELIVERED", this.#now());
      return this.#settle(message, "delivered");
    }
    this.log.add(message, "ERROR", this.#now(), { outcome });
    if (message.retried < maxRetries && !isNonRetryable(outcome)) return this.#retry(message, outcome);
    const { dlqId } = this.deadLetters.add(message, outcome, this.#now());
    this.log.add(message, "FAILED", this.#now());
    this.#callBack(failureCallback, message, outcome, dlqId);
    this.#settle(message, "failed");
  }

  #retry(message: Message, outcome: Outcome): void {
    const { timeScale, delayScale } = this.#options;
    const { retryDelayExpression: expression } = message.instructions;
    const requested =
      requestedDelay((name) => outcome.headers[name], this.#now()) ??
      (expression === undefined ? undefined : retryDelay(expression, message.retried));
    message.retried += 1;
    const delay = requested === undefined ? backoff(message.retried) * timeScale : requested * delayScale;
    const next = this.#now() + delay;
    message.state = "retrying";
    this.log.add(message, "RETRY", this.#now(), { nextDeliveryTime: next });
    this.#schedule(message, next, () => this.#enter(message));
  }

  #callBack(order: CallbackOrder | undefined, message: Message, outcome: Outcome, dlqId?: string): void {
    if (!order) return;
    const details = { now: this.#now(), ...(dlqId !== undefined && { dlqId }) };
    this.accept(callbackMessage(order, message, outcome, details));
  }

  #settle(message: Message, state: "delivered" | "failed" | "cancelled"): void {
    message.state = state;
    message.settledAt = this.#now();
    // A cancelled message whose request is in flight keeps its place until the answer is there.
    if (!this.#rounds.has(message)) this.#leaveQueue(message);
    const { parent } = message.origin;
    const open = parent && this.#openCallbacks.get(parent);
    if (!parent || !open) return;
    this.#openCallbacks.set(parent, open - 1);
    if (isFinal(parent)) this.#leaveQueue(parent);
  }

  /** The next message of a queue waits for the callbacks of this one. */
  #leaveQueue(message: Message): void {
    if (this.#openCallbacks.get(message)) return;
    this.#openCallbacks.delete(message);
    this.queues.leave(message);
  }

  #schedule(message: Message, time: number, task: () => void): void {
    let begun = false;
    const cancel = this.agenda.at(time, () => {
      begun = true;
      this.#planned.delete(message);
      task();
    });
    if (!begun) this.#planned.set(message, cancel);
  }

  #notify(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const wake of watchers) wake();
  }

  #forget(): void {
    if (this.messages.size < RETENTION) return;
    const oldest = [...this.messages.values()].find(isFinal);
    if (oldest) this.messages.delete(oldest.id);
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
