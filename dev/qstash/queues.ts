import type { Clock } from "../clock.ts";
import { json } from "../stand-in.ts";
import { badRequest, notFound } from "./errors.ts";
import type { Message } from "./message.ts";
import { done, readJson, type Route, route } from "./routing.ts";

interface Queue {
  name: string;
  createdAt: number;
  updatedAt: number;
  parallelism: number;
  paused: boolean;
  waiting: { message: Message; start: () => void }[];
  /** Messages that have started and are neither delivered nor given up: retries keep their place. */
  running: Set<Message>;
}

/** First in, first out: at most `parallelism` messages of a queue are on their way, retries and callbacks included. */
export class Queues {
  readonly #clock: Clock;
  readonly #queues = new Map<string, Queue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts `message` when it is its turn in the queue of its origin; at once when it has none. */
  enter(message: Message, start: () => void): void {
    if (message.origin.queueName === undefined) return start();
    const queue = this.ensure(message.origin.queueName);
    queue.waiting.push({ message, start });
    this.#pump(queue);
  }

  /** Gives the place of `message` to the next one. */
  leave(message: Message): void {
    const queue = this.#queues.get(message.origin.queueName ?? "");
    if (!queue) return;
    queue.running.delete(message);
    queue.waiting = queue.waiting.filter((entry) => entry.message !== message);
    this.#pump(queue);
  }

  /** The queue of that name; publishing to a queue creates it. Throws 400 for a name QStash does not take. */
  ensure(name: string): Queue {
    if (!/^[\w.-]+$/.test(name)) {
      throw badRequest(`invalid queue name ${name}: only letters, digits, hyphens, periods and underscores`);
    }
    const now = this.#clock.now();
    const queue = this.#queues.get(name) ?? {
      name,
      createdAt: now,
      updatedAt: now,
      parallelism: 1,
      paused: false,
      waiting: [],
      running: new Set(),
    };
    this.#queues.set(name, queue);
    return queue;
  }

  get(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw notFound("queue", name);
    return queue;
  }

  list(): Queue[] {
    return [...this.#queues.values()];
  }

  update(name: string, changes: Partial<Pick<Queue, "parallelism" | "paused">>): void {
    const queue = Object.assign(this.ensure(name), changes, { updatedAt: this.#clock.now() });
    this.#pump(queue);
  }

  /** Removes the queue and returns the messages that were still waiting in it. */
  delete(name: string): Message[] {
    const waiting = this.#queues.get(name)?.waiting ?? [];
    this.#queues.delete(name);
    return waiting.map(({ message }) => message);
  }

  #pump(queue: Queue): void {
    while (!queue.paused && queue.running.size < queue.parallelism) {
      const next = queue.waiting.shift();
      if (!next) return;
      queue.running.add(next.message);
      next.start();
    }
  }
}

function queueView({ waiting, running, ...queue }: Queue): Record<string, unknown> {
  return { ...queue, lag: waiting.length + running.size };
}

/** `cancel` is told of messages that lose their queue. */
export function queueRoutes(queues: Queues, cancel: (message: Message) => void): Route[] {
  return [
    route("POST", "/v2/queues", ({ body }) => {
      const { queueName, parallelism, paused } = readJson(body) as {
        queueName?: string;
        parallelism?: number;
        paused?: boolean;
      };
      if (!Number.isInteger(parallelism ?? 1) || (parallelism ?? 1) < 1) {
        throw badRequest(`invalid parallelism: ${parallelism}`);
      }
      queues.update(queueName ?? "", {
        ...(parallelism !== undefined && { parallelism }),
        ...(paused !== undefined && { paused }),
      });
      return done();
    }),
    route("GET", "/v2/queues", () => json(200, queues.list().map(queueView))),
    route("GET", "/v2/queues/:name", (call) => json(200, queueView(queues.get(call.param("name"))))),
    route("DELETE", "/v2/queues/:name", (call) => {
      for (const message of queues.delete(call.param("name"))) cancel(message);
      return done();
    }),
    route("POST", "/v2/queues/:name/pause", (call) => {
      queues.update(call.param("name"), { paused: true });
      return done();
    }),
    route("POST", "/v2/queues/:name/resume", (call) => {
      queues.update(call.param("name"), { paused: false });
      return done();
    }),
  ];
}
