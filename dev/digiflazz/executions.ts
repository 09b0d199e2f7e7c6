import type { Clock } from "../clock.ts";
import type { Agenda } from "../agenda.ts";
import {
  PENDING,
  type Book,
  type Entry,
  type Order,
  type Outcome,
  type State,
  type WebhookEvent,
} from "./book.ts";
import { serialNumber } from "./customers.ts";
import { transactionData } from "./replies.ts";
import { messageOf, Refusal } from "./reply-codes.ts";
import type { Script, WebhookTwist } from "./script.ts";
import type { Webhooks } from "./webhook.ts";

/** A ref_id older than this is unknown: a prepaid one executes anew. Source: Digiflazz, page "Cek Status". */
const REF_LIFETIME_MS = 90 * 86_400_000;

/** How soon the same ref_id may be asked again. Source: Digiflazz, page "Cek Status". */
const RECHECK_AFTER_MS = 60_000;

interface Parts {
  clock: Clock;
  agenda: Agenda;
  book: Book;
  script: Script;
  webhooks: Webhooks;
  webhookUrl: string | undefined;
  latencyMs: number;
  pendingMs: number;
}

/** Takes transactions from one state to the next, at their time, and tells the buyer. */
export class Executions {
  #parts: Parts;
  /** Who waits for the first state, by entry. */
  #replies = new Map<number, (state: State) => void>();
  #twists = new Map<number, WebhookTwist>();
  /** Entries whose buyer was told Pending while they were executing: the final state is news to him. */
  #toldPending = new Set<number>();
  #lastAsked = new Map<string, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Executes an order and resolves with its first state. The book has it before this returns. */
  async begin(order: Order, outcome: Outcome): Promise<{ entry: Entry; state: State }> {
    const { book, clock, script, latencyMs } = this.#parts;
    const now = clock.now();
    const entry = book.start(order, now, { outcome, at: now + (outcome.afterMs ?? latencyMs) });
    const twist = script.takeWebhookTwist({ ...order, repeat: false });
    if (twist) this.#twists.set(entry.id, twist);
    this.#lastAsked.set(order.refId, now);
    const state = await new Promise<State>((resolve) => {
      this.#replies.set(entry.id, resolve);
      this.#schedule(entry);
    });
    return { entry, state };
  }

  /** The transaction that a ref_id stands for today, if there is one. */
  find(refId: string): Entry | undefined {
    const latest = this.#parts.book.underRef(refId).at(-1);
    return latest && this.#parts.clock.now() - latest.startedAt <= REF_LIFETIME_MS ? latest : undefined;
  }

  /** A status check: what to answer to a buyer who asks for `entry` again. */
  recheck(entry: Entry): State {
    const { clock, script } = this.#parts;
    const { refId } = entry.order;
    const asked = this.#lastAsked.get(refId) ?? Number.NEGATIVE_INFINITY;
    if (script.rechecksAreLimited && clock.now() - asked < RECHECK_AFTER_MS) throw new Refusal("85");
    this.#lastAsked.set(refId, clock.now());
    if (entry.executing) this.#toldPending.add(entry.id);
    return entry.state;
  }

  /** Turns a success into Gagal rc 74, returns the money and tells the buyer. Throws if it is no success. */
  refund(refId: string): void {
    const entry = this.find(refId);
    if (entry?.state.status !== "Sukses") throw new Error(`Nothing to refund under ${refId}`);
    void this.#reach(entry, { status: "Gagal", rc: "74", sn: entry.state.sn });
  }

  /** Sends the webhook of a transaction again with some fields replaced; the book is not touched. */
  async resend(refId: string, fields: Record<string, unknown>): Promise<void> {
    const entry = this.find(refId);
    if (!entry) throw new Error(`No transaction ${refId}`);
    await this.#deliver(entry, entry.state, "update", () => {}, fields);
  }

  /** Goes on where a book that was closed or killed stopped. Buyers of what was executing never got an answer. */
  resume(): void {
    for (const entry of this.#parts.book.entries()) {
      if (entry.owes) void this.#notify(entry);
      if (entry.executing) this.#toldPending.add(entry.id);
      this.#schedule(entry);
    }
  }

  #schedule(entry: Entry): void {
    const step = entry.next;
    if (!step) return;
    const reach = () => {
      // A refund in the meantime has taken the place of this step.
      if (entry.next === step) void this.#reach(entry, step.outcome);
    };
    const wait = step.at - this.#parts.clock.now();
    if (wait <= 0) reach();
    else this.#parts.agenda.after(wait, reach);
  }

  /** Puts `entry` into the next state, answers whoever waits, and resolves when the first webhook is answered. */
  async #reach(entry: Entry, outcome: Outcome): Promise<void> {
    const { book, clock, agenda, pendingMs } = this.#parts;
    const end = agenda.begin();
    const isEarly = entry.executing && this.#twists.get(entry.id)?.kind === "beforeReply";
    const wait = isEarly ? 0 : (outcome.later?.afterMs ?? pendingMs);
    const next = outcome.later && { outcome: outcome.later, at: clock.now() + wait };
    const event = isEarly && !next ? "create" : this.#eventFor(entry, outcome);
    const state = this.#stateOf(entry, outcome);
    book.settle(entry, state, next, event);

    const answer = this.#replies.get(entry.id);
    this.#replies.delete(entry.id);
    const sent = event ? this.#notify(entry) : undefined;
    if (!isEarly) {
      answer?.(state);
      this.#schedule(entry);
    }
    await sent;
    if (isEarly && next) await this.#reach(entry, next.outcome);
    if (isEarly) answer?.(state);
    end();
  }

  #stateOf({ id, order }: Entry, { status, rc, message, sn }: Outcome): State {
    const madeUp = status === "Sukses" ? serialNumber(order, id) : "";
    return { status, rc, message: message ?? messageOf(rc), sn: sn ?? madeUp };
  }

  #eventFor(entry: Entry, { status }: Outcome): WebhookEvent | undefined {
    if (!entry.executing) return "update";
    const isNews = this.#toldPending.delete(entry.id) && status !== "Pending";
    if (isNews) return "update";
    return this.#parts.script.everyChangeIsSent ? "create" : undefined;
  }

  async #notify(entry: Entry): Promise<void> {
    const { book } = this.#parts;
    const { state, owes = "update" } = entry;
    const onEnd = () => {
      // A later state owes its own webhook, which this one does not replace.
      if (entry.state === state) book.notified(entry);
    };
    const deliver = async (told: State) => this.#deliver(entry, told, owes, onEnd);
    const twist = this.#twists.get(entry.id);
    switch (twist?.kind) {
      case "drop":
        onEnd();
        break;
      case "duplicate":
        await Promise.all(Array.from({ length: twist.copies }, async () => deliver(state)));
        break;
      case "reorder":
        await deliver(state);
        if (state.status !== "Pending") await deliver(PENDING);
        break;
      case "contradict":
        await deliver(state);
        await deliver(this.#stateOf(entry, twist.outcome));
        break;
      case "beforeReply":
      case undefined:
        await deliver(state);
        break;
    }
  }

  async #deliver(
    entry: Entry,
    state: State,
    event: WebhookEvent,
    onEnd: () => void,
    fields: Record<string, unknown> = {},
  ): Promise<void> {
    const { webhooks, webhookUrl, book } = this.#parts;
    const { kind, callbackUrl } = entry.order;
    const url = callbackUrl ?? webhookUrl;
    if (!url) return onEnd();
    const payload = { data: { ...transactionData(entry, state, book.deposit()), ...fields } };
    await webhooks.deliver({ url, event, kind, payload, signed: true }, onEnd);
  }
}
