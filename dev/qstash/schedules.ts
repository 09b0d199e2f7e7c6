import { randomBytes } from "node:crypto";
import { Cron } from "croner";
import type { Clock } from "../clock.ts";
import { json } from "../stand-in.ts";
import type { Engine } from "./engine.ts";
import { ApiError, badRequest, notFound } from "./errors.ts";
import { type Headers, readInstructions } from "./instructions.ts";
import { bodyView, CALLER_IP, instructionsView, visibleBody } from "./message.ts";
import type { Publication, Publisher } from "./publishing.ts";
import { type Call, done, type Route, route } from "./routing.ts";

interface Schedule {
  id: string;
  cron: string;
  pattern: Cron;
  createdAt: number;
  publication: Publication;
  paused: boolean;
  lastTime: number | undefined;
  nextTime: number | undefined;
  /** The messages of the last run. */
  lastMessages: string[];
  cancel: () => void;
}

/** Publishes the same message again and again, by cron. */
export class Schedules {
  readonly #engine: Engine;
  readonly #publisher: Publisher;
  readonly #clock: Clock;
  readonly #schedules = new Map<string, Schedule>();

  constructor(engine: Engine, publisher: Publisher, clock: Clock) {
    this.#engine = engine;
    this.#publisher = publisher;
    this.#clock = clock;
  }

  /** Creates the schedule, or replaces the one of the same id, and returns its id. */
  create(destination: string, headers: Headers, body: Buffer): string {
    const cron = (headers["upstash-cron"] ?? "").trim();
    const id = headers["upstash-schedule-id"] ?? `scd_${randomBytes(12).toString("hex")}`;
    if (!/^[\w.-]+$/.test(id)) {
      throw badRequest(`invalid schedule id ${id}: only letters, digits, hyphens, periods and underscores`);
    }
    const origin = { scheduleId: id, queueName: headers["upstash-queue-name"] };
    const publication = { destination, headers, body, origin };
    this.#publisher.check(publication);
    const pattern = readCron(cron);
    this.#schedules.get(id)?.cancel();
    const schedule: Schedule = {
      id,
      cron,
      pattern,
      createdAt: this.#clock.now(),
      publication,
      paused: false,
      lastTime: undefined,
      nextTime: undefined,
      lastMessages: [],
      cancel: () => {},
    };
    this.#schedules.set(id, schedule);
    this.#plan(schedule, this.#clock.now());
    return id;
  }

  get(id: string): Schedule {
    const schedule = this.#schedules.get(id);
    if (!schedule) throw notFound("schedule", id);
    return schedule;
  }

  list(): Schedule[] {
    return [...this.#schedules.values()];
  }

  delete(id: string): void {
    this.get(id).cancel();
    this.#schedules.delete(id);
  }

  /** The state of each message of the last run. */
  lastStates(schedule: Schedule): Record<string, string> {
    return Object.fromEntries(
      schedule.lastMessages.map((id) => {
        const state = this.#engine.messages.get(id)?.state ?? "delivered";
        const shown = { delivered: "SUCCESS", failed: "FAIL", cancelled: "FAIL" } as Record<string, string>;
        return [id, shown[state] ?? "IN_PROGRESS"];
      }),
    );
  }

  #plan(schedule: Schedule, after: number): void {
    const next = schedule.pattern.nextRun(new Date(after))?.getTime();
    schedule.nextTime = next;
    if (next === undefined) return;
    schedule.cancel = this.#engine.agenda.at(next, () => {
      if (!schedule.paused) this.#run(schedule, next);
      // A timer may fire a little early: the run that was planned is over all the same.
      this.#plan(schedule, Math.max(next, this.#clock.now()));
    });
  }

  #run(schedule: Schedule, time: number): void {
    schedule.lastTime = time;
    try {
      const receipts = this.#publisher.accept(this.#publisher.check(schedule.publication));
      schedule.lastMessages = receipts.map(({ messageId }) => messageId);
    } catch (error) {
      // Its URL group may have been deleted; the schedule goes on.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

/** Five fields in UTC; `CRON_TZ=Asia/Jakarta ` in front names another time zone. Throws 400. */
function readCron(cron: string): Cron {
  const [, timezone = "UTC", pattern = ""] = /^(?:CRON_TZ=(\S+)\s+)?(.*)$/.exec(cron) ?? [];
  try {
    const parsed = new Cron(pattern, { timezone, mode: "5-part" });
    parsed.nextRun(); // an unknown time zone is noticed here
    return parsed;
  } catch {
    throw badRequest(`invalid cron: ${cron}`);
  }
}

function scheduleView(schedules: Schedules, schedule: Schedule): Record<string, unknown> {
  const { publication, lastTime } = schedule;
  const instructions = readInstructions(publication.headers);
  return {
    scheduleId: schedule.id,
    cron: schedule.cron,
    createdAt: schedule.createdAt,
    destination: publication.destination,
    queueName: publication.origin.queueName,
    ...instructionsView(instructions),
    ...bodyView("body", visibleBody(publication.body, instructions.redaction)),
    retries: instructions.maxRetries,
    delay: instructions.delayMs > 0 ? instructions.delayMs / 1000 : undefined,
    callerIP: CALLER_IP,
    isPaused: schedule.paused,
    nextScheduleTime: schedule.nextTime,
    ...(lastTime !== undefined && {
      lastScheduleTime: lastTime,
      lastScheduleStates: schedules.lastStates(schedule),
    }),
  };
}

export function scheduleRoutes(schedules: Schedules): Route[] {
  const pause = (paused: boolean) => (call: Call) => {
    schedules.get(call.param("id")).paused = paused;
    return done();
  };
  // The SDK sends PATCH, the documentation names POST.
  const switches = ["PATCH", "POST"].flatMap((method) => [
    route(method, "/v2/schedules/:id/pause", pause(true)),
    route(method, "/v2/schedules/:id/resume", pause(false)),
  ]);
  return [
    ...switches,
    route("POST", "/v2/schedules/*", ({ rest, headers, body }) =>
      json(200, { scheduleId: schedules.create(rest, headers, body) }),
    ),
    route("GET", "/v2/schedules", () =>
      json(
        200,
        schedules.list().map((schedule) => scheduleView(schedules, schedule)),
      ),
    ),
    route("GET", "/v2/schedules/:id", (call) =>
      json(200, scheduleView(schedules, schedules.get(call.param("id")))),
    ),
    route("DELETE", "/v2/schedules/:id", (call) => {
      schedules.delete(call.param("id"));
      return done();
    }),
  ];
}
