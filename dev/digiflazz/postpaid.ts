import type { WireAnswer } from "../stand-in.ts";
import { billFor } from "./bills.ts";
import type { Entry, Inquiry, State } from "./book.ts";
import { jakartaDay } from "./jakarta-time.ts";
import { optionalInteger, optionalText, type Payload } from "./payload.ts";
import { billKindOf, type PostpaidProduct } from "./products.ts";
import { inquiryData, reply, transactionData, twisted } from "./replies.ts";
import { isRecorded, messageOf, Refusal } from "./reply-codes.ts";
import { outcomeFor, postpaidTestNumber } from "./test-numbers.ts";
import type { Common } from "./transaction.ts";
import type { Vendor } from "./vendor.ts";

/** Looks a bill up; its ref_id is the one to pay it with. Source: Digiflazz, page "Cek Tagihan". */
export function inquire(vendor: Vendor, payload: Payload, common: Common): WireAnswer {
  const { book, clock, executions } = vendor;
  const { refId, sku, customerNo } = common;
  const product = openProduct(vendor, sku);
  if (executions.find(refId)) throw new Refusal("49");
  optionalText(payload, "id_pelanggan2");
  const kind = billKindOf(sku);
  const amount = kind === "emoney" ? emoneyAmount(payload) : undefined;
  const year = optionalInteger(payload, "year");
  const number = postpaidTestNumber(sku, customerNo);
  if (number?.behaviour === "inquiryFails") {
    return reply(brief(common, { status: "Gagal", rc: "02", message: messageOf("02"), sn: "" }));
  }
  const { admin, commission, category } = product;
  const sheets = number?.sheets ?? 1;
  const now = clock.now();
  const bill = billFor({ kind, customerNo, sheets, admin, commission, now, year, amount });
  const order = { kind: "pasca" as const, ...common, category, price: bill.price, bill };
  book.inquired({ order, at: now });
  return reply(inquiryData(order, book.deposit()));
}

/**
 * Pays a bill that was looked up under the same ref_id on the same Jakarta day; asked again, it says how the payment
 * stands. Source: Digiflazz, page "Bayar Tagihan". Which code answers a missing or stale inquiry is not documented; 50
 * and 60 are the nearest of the table.
 */
export async function pay(vendor: Vendor, common: Common): Promise<WireAnswer> {
  const { book, clock, executions, script } = vendor;
  const known = executions.find(common.refId);
  if (known) return status(vendor, common);
  const inquiry = inquiryOf(vendor, common);
  if (jakartaDay(inquiry.at) !== jakartaDay(clock.now())) throw new Refusal("60");
  openProduct(vendor, common.sku);
  const { callbackUrl } = common;
  const order = { ...inquiry.order, ...(callbackUrl ? { callbackUrl } : {}) };
  if (order.price > book.deposit()) throw new Refusal("44");
  const purchase = { ...order, repeat: false };
  const number = postpaidTestNumber(order.sku, order.customerNo);
  const outcome = script.takeOutcome(purchase) ?? outcomeFor(number);
  if (!isRecorded(outcome.rc)) throw new Refusal(outcome.rc, outcome.message ?? messageOf(outcome.rc));
  const { entry, state } = await executions.begin(order, outcome);
  return twisted(paymentData(vendor, entry, state), script.takeReplyTwist(purchase));
}

/** How a payment stands. Source: Digiflazz, page "Cek Status": older than 90 days it is "Data belum ada". */
export function status(vendor: Vendor, { refId, sku, customerNo }: Common): WireAnswer {
  const { executions, script } = vendor;
  const entry = executions.find(refId);
  if (!entry) throw new Refusal("50", "Data belum ada");
  const { order } = entry;
  if (order.kind !== "pasca" || order.sku !== sku || order.customerNo !== customerNo) throw new Refusal("49");
  const state = executions.recheck(entry);
  return twisted(paymentData(vendor, entry, state), script.takeReplyTwist({ ...order, repeat: true }));
}

function inquiryOf({ book }: Vendor, { refId, sku, customerNo }: Common): Inquiry {
  const inquiry = book.inquiry(refId);
  if (!inquiry) throw new Refusal("50");
  if (inquiry.order.sku !== sku || inquiry.order.customerNo !== customerNo) throw new Refusal("49");
  return inquiry;
}

function openProduct({ postpaid }: Vendor, sku: string): PostpaidProduct {
  const product = postpaid.get(sku);
  if (!product?.buyer_product_status) throw new Refusal("43");
  if (!product.seller_product_status) throw new Refusal("53");
  return product;
}

function emoneyAmount(payload: Payload): number {
  const amount = optionalInteger(payload, "amount");
  if (amount === undefined) throw new Refusal("40");
  if (amount === 0 || amount % 1000 !== 0) throw new Refusal("87");
  return amount;
}

/** Only a success has the whole bill; the documented Gagal and Pending answers are brief (page "Test Case"). */
function paymentData({ book }: Vendor, entry: Entry, state: State): Record<string, unknown> {
  return state.status === "Sukses"
    ? transactionData(entry, state, book.deposit())
    : brief(entry.order, state);
}

function brief(
  { refId, customerNo, sku }: Pick<Common, "refId" | "customerNo" | "sku">,
  { message, status, rc }: State,
): Record<string, unknown> {
  return { ref_id: refId, customer_no: customerNo, buyer_sku_code: sku, message, status, rc };
}
