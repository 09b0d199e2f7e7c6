import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { readJsonLines } from "../json-lines.ts";
import { jakartaDay } from "./jakarta-time.ts";
import type { Status } from "./reply-codes.ts";

/** The parts of a bill that an inquiry shows and a payment repeats. Source: Digiflazz, page "Cek Tagihan". */
export interface Bill {
  customerName: string;
  /** Rupiah, all sheets together. */
  admin: number;
  periode?: string;
  /** Rupiah taken from the deposit. */
  price: number;
  /** Rupiah to show to the customer: the price plus the buyer's commission. */
  sellingPrice: number;
  desc: Record<string, unknown>;
  /** `desc` of the payment, where it says more than that of the inquiry. */
  paidDesc: Record<string, unknown>;
}

/** What a buyer ordered. */
export interface Order {
  kind: "prepaid" | "pasca";
  refId: string;
  sku: string;
  customerNo: string;
  category: string;
  /** Rupiah taken from the deposit. */
  price: number;
  callbackUrl?: string;
  bill?: Bill;
}

/** What the outside is told about a transaction. */
export interface State {
  status: Status;
  rc: string;
  message: string;
  sn: string;
}

/**
 * A state that a transaction is going to reach, and optionally the one after it.
 *
 * `afterMs` counts from the state before; without it the stand-in's latency (first state) or pending time (later
 * ones) applies. A missing `sn` is made up for a Sukses.
 */
export interface Outcome {
  status: Status;
  rc: string;
  message?: string;
  sn?: string;
  afterMs?: number;
  later?: Outcome;
}

export type WebhookEvent = "create" | "update";

/** A state that is due at a time of the clock. */
export interface Step {
  outcome: Outcome;
  at: number;
}

/** One execution. */
export interface Entry {
  id: number;
  order: Order;
  startedAt: number;
  /** True until the first state is reached: the buyer has no answer yet. */
  executing: boolean;
  state: State;
  next: Step | undefined;
  /** A webhook about `state` that is not yet delivered. */
  owes: WebhookEvent | undefined;
}

/** An inquiry that a payment may still follow, on the same Jakarta day. */
export interface Inquiry {
  order: Order & { bill: Bill };
  at: number;
}

type Line =
  | { line: "opened"; deposit: number }
  | { line: "inquired"; inquiry: Inquiry }
  | { line: "started"; id: number; order: Order; at: number; next: Step }
  | { line: "settled"; id: number; state: State; next?: Step | undefined; owes?: WebhookEvent | undefined }
  | { line: "notified"; id: number };

/** What a transaction is to the outside while it executes. */
export const PENDING: State = { status: "Pending", rc: "03", message: "Transaksi Pending", sn: "" };

/**
 * The vendor's own book: every execution and the deposit.
 *
 * Each change is one JSON line appended synchronously before anything else happens, so a book that is killed at any
 * point and opened again is the same book. Without a file it lives in memory only.
 */
export class Book {
  #file: number | undefined;
  #deposit = 0;
  #entries: Entry[] = [];
  #byRef = new Map<string, Entry[]>();
  #byDay = new Map<string, Entry[]>();
  #inquiries = new Map<string, Inquiry>();

  /** Opens `file` if there is one; `openingDeposit` counts only for a new book. */
  constructor(file: string | undefined, openingDeposit: number) {
    const lines = file && existsSync(file) ? readJsonLines<Line>(file, "the biller's book") : [];
    if (file) this.#file = openSync(file, "a");
    for (const line of lines) this.#apply(line);
    if (lines.length === 0) this.#record({ line: "opened", deposit: openingDeposit });
  }

  start(order: Order, at: number, next: Step): Entry {
    const id = this.#entries.length;
    this.#record({ line: "started", id, order, at, next });
    return this.#entry(id);
  }

  settle(entry: Entry, state: State, next: Step | undefined, owes: WebhookEvent | undefined): void {
    this.#record({ line: "settled", id: entry.id, state, next, owes });
  }

  /** The webhook that `entry` owed is delivered, or given up. */
  notified(entry: Entry): void {
    if (entry.owes) this.#record({ line: "notified", id: entry.id });
  }

  inquired(inquiry: Inquiry): void {
    this.#record({ line: "inquired", inquiry });
  }

  entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Every execution under a ref_id, oldest first. */
  underRef(refId: string): readonly Entry[] {
    return this.#byRef.get(refId) ?? [];
  }

  inquiry(refId: string): Inquiry | undefined {
    return this.#inquiries.get(refId);
  }

  /** Whether this number has bought this SKU on the Jakarta day of `at`; failed attempts do not count. */
  hasBought(sku: string, customerNo: string, at: number): boolean {
    const bought = this.#byDay.get(dayKey(sku, customerNo, at)) ?? [];
    return bought.some(({ state }) => state.status !== "Gagal");
  }

  /** Rupiah. The price leaves at the start of an execution and comes back when it becomes Gagal. */
  deposit(): number {
    return this.#deposit;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #record(line: Line): void {
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#apply(line);
  }

  #apply(line: Line): void {
    switch (line.line) {
      case "opened":
        this.#deposit = line.deposit;
        break;
      case "inquired":
        this.#inquiries.set(line.inquiry.order.refId, line.inquiry);
        break;
      case "started":
        this.#applyStart(line);
        break;
      case "settled":
        this.#applySettlement(line);
        break;
      case "notified":
        this.#entry(line.id).owes = undefined;
        break;
    }
  }

  #applyStart({ id, order, at, next }: Extract<Line, { line: "started" }>): void {
    const entry: Entry = {
      id,
      order,
      startedAt: at,
      executing: true,
      state: PENDING,
      next,
      owes: undefined,
    };
    this.#entries.push(entry);
    append(this.#byRef, order.refId, entry);
    append(this.#byDay, dayKey(order.sku, order.customerNo, at), entry);
    this.#deposit -= order.price;
  }

  #applySettlement({ id, state, next, owes }: Extract<Line, { line: "settled" }>): void {
    const entry = this.#entry(id);
    const wasPaid = entry.state.status !== "Gagal";
    const isPaid = state.status !== "Gagal";
    if (wasPaid && !isPaid) this.#deposit += entry.order.price;
    if (!wasPaid && isPaid) this.#deposit -= entry.order.price;
    entry.executing = false;
    entry.state = state;
    entry.next = next;
    entry.owes = owes;
  }

  #entry(id: number): Entry {
    const entry = this.#entries[id];
    if (!entry) throw new Error(`The book has no entry ${id}`);
    return entry;
  }
}

function dayKey(sku: string, customerNo: string, at: number): string {
  return `${sku} ${customerNo} ${jakartaDay(at)}`;
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
