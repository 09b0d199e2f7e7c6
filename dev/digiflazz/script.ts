import type { Agenda } from "../agenda.ts";
import type { Order, Outcome } from "./book.ts";
import type { PostpaidProduct, PrepaidProduct } from "./products.ts";

/** A purchase as a predicate of a test sees it. */
export type Purchase = Readonly<Order> & {
  /** The ref_id is known already: this is a status check, nothing is executed. */
  repeat: boolean;
};

export type Matches = (purchase: Purchase) => boolean;

/**
 * What happens to the answer of a purchase, after the work is done.
 *
 * - `fields`: these fields of `data` are replaced (a wrong ref_id, a wrong price, an rc 41 on a status check, an
 *   invented status)
 * - `truncated`: the JSON breaks off in the middle
 * - `huge`: the JSON is valid and about 10 MB long
 */
export type ReplyTwist =
  | { kind: "fields"; fields: Record<string, unknown> }
  | { kind: "truncated" }
  | { kind: "huge" };

/**
 * What happens to the webhooks of a purchase.
 *
 * - `drop`: none is sent
 * - `duplicate`: each is sent `copies` times at once
 * - `beforeReply`: the webhook of the final state is sent and its answer awaited, only then the purchase is answered. A
 *   purchase that becomes Pending first is final in the webhook and still Pending in the answer.
 * - `reorder`: the final one first, then one that says Pending
 * - `contradict`: the true one first, then one that says `outcome`; the book stays as it is
 */
export type WebhookTwist =
  | { kind: "drop" | "beforeReply" | "reorder" }
  | { kind: "duplicate"; copies: number }
  | { kind: "contradict"; outcome: Outcome };

/** Sends the webhook of a transaction once more, with `fields` of its `data` replaced. */
type Resend = (refId: string, fields: Record<string, unknown>) => Promise<void>;

interface Parts {
  agenda: Agenda;
  resend: Resend;
  prepaid: Map<string, PrepaidProduct>;
  postpaid: Map<string, PostpaidProduct>;
}

/**
 * What a test makes the vendor do. For a purchase that is executed and then times out, one that times out before, an
 * HTML 502 or a closed connection use the fault plan: `faults.next({ kind: "hangAfter" })`, `{ kind: "hang" }`,
 * `{ kind: "answer" | "replace", status: 502, body: "<html>…" }`, `{ kind: "drop" }`.
 */
export class Script {
  /** Answer rc 85 to the same ref_id within 60 seconds. Source: Digiflazz, page "Cek Status". */
  rechecksAreLimited = false;
  /** Send a webhook for every change, also for a transaction that is final at once. */
  everyChangeIsSent = false;

  #parts: Parts;
  #outcomes = new Plan<Outcome>();
  #replies = new Plan<ReplyTwist>();
  #webhooks = new Plan<WebhookTwist>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * The next `times` purchases that match come out like this, whatever the number says. A code that records no
   * transaction (44, 69, …) refuses the purchase; an unknown code is recorded with the status given.
   */
  outcome(matches: Matches, outcome: Outcome, times = Number.POSITIVE_INFINITY): void {
    this.#outcomes.add(matches, outcome, times);
  }

  /** The next `times` answers to a purchase or status check that match are twisted. */
  reply(matches: Matches, twist: ReplyTwist, times = Number.POSITIVE_INFINITY): void {
    this.#replies.add(matches, twist, times);
  }

  /** The webhooks of the next `times` purchases that match are twisted. */
  webhook(matches: Matches, twist: WebhookTwist, times = Number.POSITIVE_INFINITY): void {
    this.#webhooks.add(matches, twist, times);
  }

  /**
   * Sends the webhook of a known transaction now, signed, with `fields` replaced: a late repeat, a contradiction, a
   * success for what is refunded. The book stays as it is. Resolves after the first attempt is answered.
   */
  async sendWebhook(refId: string, fields: Record<string, unknown> = {}): Promise<void> {
    await this.#parts.resend(refId, fields);
  }

  enforceRecheck(limited: boolean): void {
    this.rechecksAreLimited = limited;
  }

  webhookForEvery(every: boolean): void {
    this.everyChangeIsSent = every;
  }

  /** Changes a prepaid product (a new price, out of stock, closed) from now on. Throws for an unknown SKU. */
  product(sku: string, changes: Partial<PrepaidProduct>): void {
    change(this.#parts.prepaid, sku, changes);
  }

  /** Changes a postpaid product from now on. Throws for an unknown SKU. */
  postpaidProduct(sku: string, changes: Partial<PostpaidProduct>): void {
    change(this.#parts.postpaid, sku, changes);
  }

  /** Forgets every planned outcome and twist and both switches; changed products stay changed. */
  clear(): void {
    this.#outcomes.clear();
    this.#replies.clear();
    this.#webhooks.clear();
    this.rechecksAreLimited = false;
    this.everyChangeIsSent = false;
  }

  /**
   * Resolves when nothing is executing, no pending transaction is still to become final and no webhook is in flight or
   * waiting for its next attempt. With a hand-moved clock this needs the clock to be moved.
   */
  async idle(): Promise<void> {
    await this.#parts.agenda.idle();
  }

  /** For the vendor: what is planned for this purchase, used up by asking. */
  takeOutcome(purchase: Purchase): Outcome | undefined {
    return this.#outcomes.take(purchase);
  }

  takeReplyTwist(purchase: Purchase): ReplyTwist | undefined {
    return this.#replies.take(purchase);
  }

  takeWebhookTwist(purchase: Purchase): WebhookTwist | undefined {
    return this.#webhooks.take(purchase);
  }
}

/** Things waiting for a purchase; the first that matches is used. */
class Plan<T> {
  #planned: { matches: Matches; value: T; left: number }[] = [];

  add(matches: Matches, value: T, times: number): void {
    this.#planned.push({ matches, value, left: times });
  }

  take(purchase: Purchase): T | undefined {
    const found = this.#planned.find(({ matches, left }) => left > 0 && matches(purchase));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left === 0) this.#planned = this.#planned.filter((other) => other !== found);
    return found.value;
  }

  clear(): void {
    this.#planned = [];
  }
}

function change<T extends object>(products: Map<string, T>, sku: string, changes: Partial<T>): void {
  const product = products.get(sku);
  if (!product) throw new Error(`No product ${sku}`);
  Object.assign(product, changes);
}
