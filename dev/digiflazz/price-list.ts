import type { WireAnswer } from "../stand-in.ts";
import { checkSign, optionalText, text, type Payload } from "./payload.ts";
import type { PrepaidProduct } from "./products.ts";
import { reply } from "./replies.ts";
import { Refusal } from "./reply-codes.ts";
import type { Vendor } from "./vendor.ts";

const LIST_EVERY_MS = 5 * 60_000;
const CODE_EVERY_MS = 1_000;

const FILTERS = ["category", "brand", "type"] as const;

/**
 * `/price-list` and its limits (rc 83): a list once in 5 minutes, one code once a second. Source: Digiflazz, pages
 * "Daftar Harga" and "Response Code". The prepaid and the postpaid list are counted apart, and so is each filter.
 */
export class PriceList {
  #lastAsked = new Map<string, number>();

  answer(vendor: Vendor, payload: Payload): WireAnswer {
    checkSign(payload, vendor.account, "pricelist");
    const cmd = text(payload, "cmd");
    if (cmd !== "prepaid" && cmd !== "pasca") throw new Refusal("40");
    const code = optionalText(payload, "code");
    const filters = FILTERS.map((name) => ({ name, value: optionalText(payload, name) }));
    const wanted = (product: Partial<PrepaidProduct>) =>
      (code === undefined || product.buyer_sku_code === code) &&
      filters.every(({ name, value }) => value === undefined || product[name] === value);
    const key = JSON.stringify([cmd, code, ...filters.map(({ value }) => value)]);
    this.#limit(key, code === undefined ? LIST_EVERY_MS : CODE_EVERY_MS, vendor.clock.now());
    if (cmd === "prepaid") return reply([...vendor.prepaid.values()].filter(wanted));
    return reply([...vendor.postpaid.values()].filter(wanted));
  }

  #limit(key: string, everyMs: number, now: number): void {
    const last = this.#lastAsked.get(key);
    if (last !== undefined && now - last < everyMs) throw new Refusal("83");
    this.#lastAsked.set(key, now);
  }
}
