/** Time for the local cloud: the real one for `npm run dev`, one that a test moves by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` after `ms` milliseconds of this clock; returns a function that cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    // setTimeout overflows beyond 2^31-1 ms and would fire at once: wait in steps instead.
    const longest = 2_147_000_000;
    let timer: NodeJS.Timeout;
    const step = (left: number) => {
      timer = setTimeout(() => (left > longest ? step(left - longest) : task()), Math.min(left, longest));
    };
    step(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until `advance` moves it; due tasks run in order of their time. */
export class ManualClock implements Clock {
  #now: number;
  #tasks: { at: number; task: () => void }[] = [];

  constructor(startMs = Date.now()) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, ms), task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** Moves the clock forward by `ms` milliseconds and runs what falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#tasks.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#tasks = this.#tasks.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.task();
    }
    this.#now = end;
  }
}
