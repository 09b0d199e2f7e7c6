/** Ends everything that `npm run dev` has started, once, however the end comes. */
export class Lifetime {
  #closers: (() => Promise<unknown> | void)[] = [];
  #ending = false;

  /** What is added last is closed first. */
  atEnd(close: () => Promise<unknown> | void): void {
    this.#closers.unshift(close);
  }

  /** Ends on Ctrl-C and SIGTERM. Takes the place of wrangler's own handlers, which would exit before the rest is closed. */
  endOnSignals(): void {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.removeAllListeners(signal);
      process.on(signal, () => void this.end(0));
    }
  }

  /** Ends when npm or its shell was killed and could not pass the signal on. */
  endWithParent(): void {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) void this.end(0);
    }, 500).unref();
  }

  async end(code: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    // A close that hangs must not keep the process.
    setTimeout(() => process.exit(code), 5_000).unref();
    for (const close of this.#closers) {
      try {
        await close();
      } catch {
        // The others still have to be closed.
      }
    }
    process.exit(code);
  }
}
