import type { Clock } from "../clock.ts";
import { Agenda } from "../agenda.ts";
import { isLoopback } from "../stand-in.ts";
import type { Owed } from "./book.ts";

// Taken at load: a test that patches globalThis.fetch for the app must not catch the vendor's own deliveries.
const send = globalThis.fetch;

/** Pauses grow by the first one up to the longest. Source: Whapi, `callback_backoff_delay_ms`. */
const BACKOFF_MS = { first: 3_000, longest: 15_000 };

/** Source: Whapi, `max_callback_backoff_delay_ms`, whose least value this is. */
const GIVE_UP_AFTER_MS = 600_000;

/** Whapi documents no time limit for an answer. */
const ATTEMPT_TIMEOUT_MS = 10_000;

/** Where webhooks go, and what proves that they come from here. */
export interface Target {
  url: string;
  /** Sent as `x-whapi-secret`; Whapi has no signature, only static headers. Empty: no header. */
  secret: string;
}

/** Whether a webhook may go there: the stand-in sends nothing beyond this machine. */
export function staysHere(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url));
}

/** Posts webhooks the way Whapi does: at least once, again on anything but a 200, with linearly growing pauses. */
export class Webhooks {
  #clock: Clock;
  #agenda: Agenda;
  #target: Target;
  /** Only what is on its way, without what waits for the clock. */
  #flights: Agenda;
  #inFlight = new Set<AbortController>();

  constructor(clock: Clock, agenda: Agenda, target: Target) {
    this.#clock = clock;
    this.#agenda = agenda;
    this.#target = target;
    this.#flights = new Agenda(clock);
  }

  /**
   * Resolves after the first attempt, which is made when `previous` has resolved; a refused one is tried again later.
   * `onEnd` is called once it is accepted or given up, and not when the stand-in closes before.
   */
  async deliver(
    owed: Owed,
    previous: Promise<void>,
    onEnd: (accepted: boolean) => void = () => {},
  ): Promise<void> {
    const body = JSON.stringify(owed.payload);
    const attempt = async (number: number): Promise<void> => {
      if (this.#agenda.closed) return;
      const accepted = await this.#post(body);
      if (this.#agenda.closed) return;
      const wait = Math.min(BACKOFF_MS.first * number, BACKOFF_MS.longest);
      const isOver = this.#clock.now() + wait > owed.at + GIVE_UP_AFTER_MS;
      if (accepted || isOver) onEnd(accepted);
      else this.#agenda.after(wait, () => void this.#counted(async () => attempt(number + 1)));
    };
    await this.#counted(async () => {
      await previous;
      await attempt(1);
    });
  }

  /** Resolves when no webhook is on its way; some may wait for the clock to be tried again. */
  async landed(): Promise<void> {
    await this.#flights.idle();
  }

  /** Aborts what is in flight. */
  close(): void {
    for (const abort of this.#inFlight) abort.abort();
  }

  async #counted(work: () => Promise<void>): Promise<void> {
    const ends = [this.#agenda.begin(), this.#flights.begin()];
    try {
      await work();
    } finally {
      for (const end of ends) end();
    }
  }

  async #post(body: string): Promise<boolean> {
    const { url, secret } = this.#target;
    const headers = { "content-type": "application/json", ...(secret ? { "x-whapi-secret": secret } : {}) };
    const abort = new AbortController();
    this.#inFlight.add(abort);
    const stop = this.#agenda.after(ATTEMPT_TIMEOUT_MS, () => abort.abort());
    try {
      // A redirect is not followed: it could lead off this machine.
      const init: RequestInit = { method: "POST", headers, body, redirect: "manual", signal: abort.signal };
      const response = await send(url, init);
      await response.arrayBuffer();
      return response.status === 200;
    } catch {
      return false; // refused, aborted or timed out: for the sender it is all the same
    } finally {
      stop();
      this.#inFlight.delete(abort);
    }
  }
}
