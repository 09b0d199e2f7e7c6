import { createHmac, randomUUID } from "node:crypto";
import { isLoopback } from "../stand-in.ts";
import type { Agenda } from "../agenda.ts";
import type { WebhookEvent } from "./book.ts";

// Taken at load: a test that patches globalThis.fetch for the app must not catch the vendor's own deliveries.
const send = globalThis.fetch;

/** Waiting times between attempts. Digiflazz documents re-deliveries but not their schedule. */
const RETRY_AFTER_MS = [1_000, 5_000, 30_000];

const ATTEMPT_TIMEOUT_MS = 10_000;

export interface Delivery {
  url: string;
  /** Digiflazz documents no event name for its ping. */
  event?: WebhookEvent;
  kind: "prepaid" | "pasca";
  payload: unknown;
  /** A ping is not signed: the documentation shows none, and a receiver must cope with that. */
  signed: boolean;
}

/** Whether a webhook may go there: the stand-in sends nothing beyond this machine. */
export function staysHere(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url));
}

/** Posts webhooks the way Digiflazz does. Source: Digiflazz, page "Webhook". */
export class Webhooks {
  #agenda: Agenda;
  #secret: string;
  #inFlight = new Set<AbortController>();

  constructor(agenda: Agenda, secret: string) {
    this.#agenda = agenda;
    this.#secret = secret;
  }

  /**
   * Resolves after the first attempt; a refused one is tried again later. `onEnd` is called once it is delivered or
   * given up, and not when the stand-in closes before.
   */
  async deliver(delivery: Delivery, onEnd: () => void = () => {}): Promise<void> {
    if (!staysHere(delivery.url)) throw new Error(`A webhook must stay on this machine: ${delivery.url}`);
    if (this.#agenda.closed) return;
    const body = JSON.stringify(delivery.payload);
    const headers = this.#headers(delivery, body);
    const attempt = async (number: number): Promise<void> => {
      const end = this.#agenda.begin();
      const delivered = await this.#post(delivery.url, headers, body);
      const wait = RETRY_AFTER_MS[number];
      if (!this.#agenda.closed) {
        if (delivered || wait === undefined) onEnd();
        else this.#agenda.after(wait, () => void attempt(number + 1));
      }
      end();
    };
    await attempt(0);
  }

  /** Aborts what is in flight. */
  close(): void {
    for (const abort of this.#inFlight) abort.abort();
  }

  #headers({ event, kind, signed }: Delivery, body: string): Record<string, string> {
    const signature = createHmac("sha1", this.#secret).update(body).digest("hex");
    return {
      "content-type": "application/json",
      "user-agent": kind === "pasca" ? "Digiflazz-Pasca-Hookshot" : "Digiflazz-Hookshot",
      "x-digiflazz-delivery": randomUUID(),
      ...(event ? { "x-digiflazz-event": event } : {}),
      ...(signed && this.#secret ? { "x-hub-signature": `sha1=${signature}` } : {}),
    };
  }

  async #post(url: string, headers: Record<string, string>, body: string): Promise<boolean> {
    const abort = new AbortController();
    this.#inFlight.add(abort);
    const stop = this.#agenda.after(ATTEMPT_TIMEOUT_MS, () => abort.abort());
    try {
      // A redirect is not followed: it could lead off this machine.
      const init: RequestInit = { method: "POST", headers, body, redirect: "manual", signal: abort.signal };
      const response = await send(url, init);
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false; // refused, aborted or timed out: for the sender it is all the same
    } finally {
      stop();
      this.#inFlight.delete(abort);
    }
  }
}
