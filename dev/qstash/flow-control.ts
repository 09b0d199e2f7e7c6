import type { Clock } from "../clock.ts";
import { json } from "../stand-in.ts";
import type { Agenda } from "./agenda.ts";
import { badRequest, notFound } from "./errors.ts";
import type { Message } from "./message.ts";
import { type Call, done, type Route, route } from "./routing.ts";

interface Lane {
  key: string;
  parallelism: number | undefined;
  rate: number | undefined;
  periodMs: number;
  /** A pinned setting is not changed by the messages that come in. */
  pinnedParallelism: boolean;
  pinnedRate: boolean;
  paused: boolean;
  /** Requests in flight; a message that waits for its retry is not counted. */
  active: number;
  periodStart: number;
  periodCount: number;
  waiting: { message: Message; start: () => void }[];
  /** Cancels the look at the lane planned for the end of the period. */
  cancelWake: () => void;
}

/** Holds deliveries back by key: so many at a time, so many per period. */
export class FlowControl {
  readonly #clock: Clock;
  readonly #agenda: Agenda;
  readonly #lanes = new Map<string, Lane>();

  constructor(clock: Clock, agenda: Agenda) {
    this.#clock = clock;
    this.#agenda = agenda;
  }

  /** Starts an attempt of `message` when its key allows; at once when it has none. */
  enter(message: Message, start: () => void): void {
    const terms = message.instructions.flowControl;
    if (!terms) return start();
    const lane = this.ensure(terms.key);
    // The latest message decides how its key is limited.
    if (!lane.pinnedParallelism) lane.parallelism = terms.parallelism;
    if (!lane.pinnedRate) Object.assign(lane, { rate: terms.rate, periodMs: terms.periodMs });
    lane.waiting.push({ message, start });
    this.#pump(lane);
  }

  /** An attempt of `message` has ended. */
  leave(message: Message): void {
    const lane = this.#lanes.get(message.instructions.flowControl?.key ?? "");
    if (!lane) return;
    lane.active -= 1;
    this.#pump(lane);
  }

  /** `message` no longer waits. */
  withdraw(message: Message): void {
    const lane = this.#lanes.get(message.instructions.flowControl?.key ?? "");
    if (lane) lane.waiting = lane.waiting.filter((entry) => entry.message !== message);
  }

  ensure(key: string): Lane {
    const lane = this.#lanes.get(key) ?? {
      key,
      parallelism: undefined,
      rate: undefined,
      periodMs: 1000,
      pinnedParallelism: false,
      pinnedRate: false,
      paused: false,
      active: 0,
      periodStart: this.#clock.now(),
      periodCount: 0,
      waiting: [],
      cancelWake: () => {},
    };
    this.#lanes.set(key, lane);
    return lane;
  }

  get(key: string): Lane {
    const lane = this.#lanes.get(key);
    if (!lane) throw notFound("flow control key", key);
    this.#roll(lane);
    return lane;
  }

  list(): Lane[] {
    return [...this.#lanes.keys()].map((key) => this.get(key));
  }

  update(key: string, changes: Partial<Lane>): void {
    this.#pump(Object.assign(this.ensure(key), changes));
  }

  /** The rate period of `key` starts anew, with these changes. */
  resetRate(key: string, changes: Partial<Lane> = {}): void {
    this.update(key, { ...changes, periodStart: this.#clock.now(), periodCount: 0 });
  }

  #pump(lane: Lane): void {
    lane.cancelWake();
    while (lane.waiting.length > 0 && !lane.paused && this.#allows(lane)) {
      lane.active += 1;
      lane.periodCount += 1;
      lane.waiting.shift()?.start();
    }
  }

  #allows(lane: Lane): boolean {
    this.#roll(lane);
    if (lane.parallelism !== undefined && lane.active >= lane.parallelism) return false;
    if (lane.rate === undefined || lane.periodCount < lane.rate) return true;
    lane.cancelWake = this.#agenda.at(lane.periodStart + lane.periodMs, () => this.#pump(lane));
    return false;
  }

  /** Begins a new period when the last one is over. */
  #roll(lane: Lane): void {
    const now = this.#clock.now();
    if (now >= lane.periodStart + lane.periodMs) Object.assign(lane, { periodStart: now, periodCount: 0 });
  }
}

function laneView(lane: Lane): Record<string, unknown> {
  return {
    flowControlKey: lane.key,
    waitListSize: lane.waiting.length,
    parallelismMax: lane.parallelism ?? 0,
    parallelismCount: lane.active,
    rateMax: lane.rate ?? 0,
    rateCount: lane.periodCount,
    ratePeriod: lane.periodMs / 1000,
    ratePeriodStart: Math.floor(lane.periodStart / 1000),
    isPaused: lane.paused,
    isPinnedParallelism: lane.pinnedParallelism,
    isPinnedRate: lane.pinnedRate,
  };
}

function pinned({ query }: Call): Partial<Lane> {
  const number = (name: string) => {
    const text = query.get(name);
    if (text !== null && !/^[1-9]\d*$/.test(text)) throw badRequest(`invalid ${name}: ${text}`);
    return text === null ? undefined : Number(text);
  };
  const [parallelism, rate, period] = [number("parallelism"), number("rate"), number("period")];
  return {
    ...(parallelism !== undefined && { parallelism, pinnedParallelism: true }),
    ...(rate !== undefined && { rate, pinnedRate: true }),
    ...(period !== undefined && { periodMs: period * 1000 }),
  };
}

export function flowControlRoutes(flow: FlowControl): Route[] {
  const action = (name: string, act: (key: string, call: Call) => void) =>
    route("POST", `/v2/flowControl/:key/${name}`, (call) => {
      act(call.param("key"), call);
      return done();
    });
  return [
    route("GET", "/v2/flowControl", () => json(200, flow.list().map(laneView))),
    route("GET", "/v2/flowControl/:key", (call) => json(200, laneView(flow.get(call.param("key"))))),
    action("pause", (key) => flow.update(key, { paused: true })),
    action("resume", (key) => flow.update(key, { paused: false })),
    action("resetRate", (key) => flow.resetRate(key)),
    action("pin", (key, call) => flow.resetRate(key, pinned(call))),
    action("unpin", (key, { query }) =>
      flow.update(key, {
        ...(query.get("parallelism") === "true" && { pinnedParallelism: false }),
        ...(query.get("rate") === "true" && { pinnedRate: false }),
      }),
    ),
  ];
}
