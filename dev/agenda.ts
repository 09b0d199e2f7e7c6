import type { Clock } from "./clock.ts";

/** What the stand-in still has to do: its timers and its work in flight, so that it can be waited for and closed. */
export class Agenda {
  #clock: Clock;
  #open = 0;
  #cancels = new Set<() => void>();
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Counts as busy until the returned function is called. */
  begin(): () => void {
    this.#open += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#open -= 1;
      if (this.#open > 0) return;
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
  }

  /** Runs `task` after `ms` of the clock and counts as busy until then; returns a function that cancels it. */
  after(ms: number, task: () => void): () => void {
    if (this.#closed) return () => {};
    const end = this.begin();
    const finish = () => {
      this.#cancels.delete(cancel);
      end();
    };
    const stop = this.#clock.after(ms, () => {
      try {
        task();
      } finally {
        finish();
      }
    });
    const cancel = () => {
      stop();
      finish();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Resolves when no timer is left and nothing is in flight. */
  async idle(): Promise<void> {
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Cancels every timer; nothing new is begun afterwards. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#cancels) cancel();
  }
}
