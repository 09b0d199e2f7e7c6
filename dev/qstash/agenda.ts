import type { Clock } from "../clock.ts";

/** Everything that is to happen later, so that it can be asked what is due and be cleared as a whole. */
export class Agenda {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #entries = new Map<object, { at: number; cancel: () => void }>();
  #closed = false;

  /** `changed` is called whenever an entry has gone, after its task has run. */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Runs `task` at `time` (milliseconds since the epoch), at once when that has come. Returns how to cancel it. */
  at(time: number, task: () => void): () => void {
    if (this.#closed) return () => {};
    if (time <= this.#clock.now()) {
      task();
      return () => {};
    }
    const entry = {};
    const cancel = this.#clock.after(time - this.#clock.now(), () => {
      this.#entries.delete(entry);
      task();
      this.#changed();
    });
    this.#entries.set(entry, { at: time, cancel });
    return () => {
      cancel();
      if (this.#entries.delete(entry)) this.#changed();
    };
  }

  /** True when something is to happen within `ms` from now. */
  hasDue(ms: number): boolean {
    const until = this.#clock.now() + ms;
    return [...this.#entries.values()].some(({ at }) => at <= until);
  }

  /** Cancels everything, for good. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#entries.values()) cancel();
    this.#entries.clear();
  }
}
