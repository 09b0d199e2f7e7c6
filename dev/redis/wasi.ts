import type { Clock } from "../clock.ts";

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
const NOT_SUPPORTED = 52;
const STDERR = 2;
const CHARACTER_DEVICE = 2;
const REALTIME = 0;
/** How much of the engine's log is kept: enough for the lines before a crash. */
const LOG_KEPT = 4_096;

/**
 * The part of WASI preview 1 that Valkey calls: a clock and a log. No files, no environment, no descriptors of
 * the host. Node's own `node:wasi` is not used because it is experimental, warns on every start, and sleeps and
 * reads the time outside of our clock.
 */
export class ClockAndLog {
  /** The end of what the engine has logged. */
  log = "";
  #memory: () => ArrayBuffer;
  #clock: Clock;

  constructor(memory: () => ArrayBuffer, clock: Clock) {
    this.#memory = memory;
    this.#clock = clock;
  }

  /** The import object `wasi_snapshot_preview1`, for the function names that the module asks for. */
  imports(names: readonly string[]): Record<string, (...args: never[]) => number> {
    const provided: Record<string, (...args: never[]) => number> = {
      environ_sizes_get: (count: number, size: number) => this.#writeZeros(count, size),
      environ_get: () => SUCCESS,
      clock_time_get: (id: number, _precision: bigint, at: number) => this.#time(id, at),
      fd_fdstat_get: (fd: number, at: number) => this.#describe(fd, at),
      fd_write: (fd: number, vectors: number, count: number, written: number) =>
        this.#write(fd, vectors, count, written),
      // The answer that ends libc's search for preopened directories: there are none.
      fd_prestat_get: () => BAD_DESCRIPTOR,
      sched_yield: () => SUCCESS,
      proc_exit: (code: number) => {
        throw new Error(`Valkey exited with code ${code}`);
      },
    };
    return Object.fromEntries(names.map((name) => [name, provided[name] ?? (() => NOT_SUPPORTED)]));
  }

  #writeZeros(...pointers: number[]): number {
    const view = new DataView(this.#memory());
    for (const at of pointers) view.setUint32(at, 0, true);
    return SUCCESS;
  }

  #time(id: number, at: number): number {
    // Only the calendar follows the clock of the stand-in: expiry depends on it. The engine's own pace
    // (cron, timeouts) stays on real time, so that a clock that stands still does not stop the engine.
    const nanoseconds =
      id === REALTIME ? BigInt(Math.trunc(this.#clock.now())) * 1_000_000n : process.hrtime.bigint();
    new DataView(this.#memory()).setBigUint64(at, nanoseconds, true);
    return SUCCESS;
  }

  #describe(fd: number, at: number): number {
    if (fd > STDERR) return BAD_DESCRIPTOR;
    const stat = new Uint8Array(this.#memory(), at, 24);
    stat.fill(0);
    stat[0] = CHARACTER_DEVICE;
    return SUCCESS;
  }

  #write(fd: number, vectors: number, count: number, written: number): number {
    if (fd > STDERR) return BAD_DESCRIPTOR;
    const view = new DataView(this.#memory());
    let total = 0;
    for (let i = 0; i < count; i++) {
      const start = view.getUint32(vectors + i * 8, true);
      const size = view.getUint32(vectors + i * 8 + 4, true);
      this.log += Buffer.from(view.buffer, start, size).toString("utf8");
      total += size;
    }
    this.log = this.log.slice(-LOG_KEPT);
    view.setUint32(written, total, true);
    return SUCCESS;
  }
}
