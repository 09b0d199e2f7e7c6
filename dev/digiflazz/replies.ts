import { json, type WireAnswer } from "../stand-in.ts";
import type { Bill, Entry, Order, State } from "./book.ts";
import { isRecorded, type Refusal } from "./reply-codes.ts";
import type { ReplyTwist } from "./script.ts";

/** Length of an absurdly long answer, in bytes. */
const HUGE = 10_000_000;

/** `{data: …}`, which every answer of Digiflazz is. */
export function reply(data: unknown): WireAnswer {
  return json(200, { data });
}

/**
 * A refusal. Integrators report HTTP 400 for answers such as a wrong signature; here it is 400 for every code that
 * records no transaction.
 */
export function refusal(error: Refusal, known: Record<string, unknown> = {}): WireAnswer {
  const data = { ...known, message: error.message, status: "Gagal", rc: error.rc };
  return json(isRecorded(error.rc) ? 200 : 400, { data });
}

/** The `data` of a transaction, in an answer or a webhook. Source: Digiflazz, pages "Topup", "Bayar Tagihan", "Webhook". */
export function transactionData({ order }: Entry, state: State, deposit: number): Record<string, unknown> {
  const { refId, customerNo, sku, price, bill } = order;
  const { status, rc, message, sn } = state;
  const common = {
    ref_id: refId,
    customer_no: customerNo,
    buyer_sku_code: sku,
    message,
    status,
    rc,
    sn,
    buyer_last_saldo: deposit,
    price,
  };
  if (!bill) return { ...common, tele: "@satupintu_lokal", wa: "081200000000" };
  return { ...common, ...billData(bill, bill.paidDesc) };
}

/** The `data` of a successful inquiry. Source: Digiflazz, page "Cek Tagihan". */
export function inquiryData(order: Order & { bill: Bill }, deposit: number): Record<string, unknown> {
  return {
    ref_id: order.refId,
    customer_no: order.customerNo,
    buyer_sku_code: order.sku,
    message: "Transaksi Sukses",
    status: "Sukses",
    rc: "00",
    buyer_last_saldo: deposit,
    price: order.price,
    ...billData(order.bill, order.bill.desc),
  };
}

/** An answer about a purchase, twisted if a test wants it. */
export function twisted(data: Record<string, unknown>, twist: ReplyTwist | undefined): WireAnswer {
  const answer = reply(twist?.kind === "fields" ? { ...data, ...twist.fields } : data);
  const body = JSON.stringify({ data });
  if (twist?.kind === "truncated") return { ...answer, body: body.slice(0, body.length / 2) };
  if (twist?.kind === "huge") return reply({ ...data, padding: "x".repeat(HUGE) });
  return answer;
}

function billData(bill: Bill, desc: Record<string, unknown>): Record<string, unknown> {
  const { customerName, admin, periode, sellingPrice } = bill;
  return {
    customer_name: customerName,
    admin,
    ...(periode === undefined ? {} : { periode }),
    selling_price: sellingPrice,
    desc,
  };
}
