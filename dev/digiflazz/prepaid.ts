import type { WireAnswer } from "../stand-in.ts";
import type { Order, Outcome } from "./book.ts";
import { optionalInteger, type Payload } from "./payload.ts";
import { isCutOff, type PrepaidProduct } from "./products.ts";
import { transactionData, twisted } from "./replies.ts";
import { isRecorded, messageOf, Refusal } from "./reply-codes.ts";
import { outcomeFor, prepaidTestNumber } from "./test-numbers.ts";
import type { Common } from "./transaction.ts";
import type { Vendor } from "./vendor.ts";

/**
 * A top-up, or the status check that the same request is when the ref_id is known. Source: Digiflazz, pages "Topup" and
 * "Cek Status".
 */
export async function topUp(vendor: Vendor, payload: Payload, common: Common): Promise<WireAnswer> {
  const { book, executions, script } = vendor;
  const maxPrice = optionalInteger(payload, "max_price");
  const known = executions.find(common.refId);
  if (known) {
    const { order } = known;
    const isSame =
      order.kind === "prepaid" && order.sku === common.sku && order.customerNo === common.customerNo;
    if (!isSame) throw new Refusal("49");
    const data = transactionData(known, executions.recheck(known), book.deposit());
    return twisted(data, script.takeReplyTwist({ ...order, repeat: true }));
  }
  const product = vendor.prepaid.get(common.sku);
  if (!product?.buyer_product_status) throw new Refusal("43");
  if (book.inquiry(common.refId)) throw new Refusal("49");
  const order: Order = {
    kind: "prepaid",
    ...common,
    category: product.category,
    price: product.price,
  };
  const obstacle = obstacleTo(vendor, product, order, maxPrice);
  if (obstacle && !isRecorded(obstacle)) throw new Refusal(obstacle);
  const purchase = { ...order, repeat: false };
  const outcome: Outcome = obstacle
    ? { status: "Gagal", rc: obstacle, afterMs: 0 }
    : (script.takeOutcome(purchase) ?? outcomeFor(prepaidTestNumber(order.customerNo)));
  if (!isRecorded(outcome.rc)) throw new Refusal(outcome.rc, outcome.message ?? messageOf(outcome.rc));
  const { entry, state } = await executions.begin(order, outcome);
  return twisted(transactionData(entry, state, book.deposit()), script.takeReplyTwist(purchase));
}

/** The reply code of what stands in the way of an order. Source: Digiflazz, pages "Daftar Harga" and "Response Code". */
function obstacleTo(
  { book, clock }: Vendor,
  product: PrepaidProduct,
  { sku, customerNo, price }: Order,
  maxPrice: number | undefined,
): string | undefined {
  const now = clock.now();
  if (!product.seller_product_status) return "53";
  if (isCutOff(product, now)) return "58";
  if (!product.unlimited_stock && product.stock <= 0) return "68";
  if (!product.multi && book.hasBought(sku, customerNo, now)) return "63";
  if (maxPrice !== undefined && price > maxPrice) return "69";
  if (price > book.deposit()) return "44";
  return undefined;
}
