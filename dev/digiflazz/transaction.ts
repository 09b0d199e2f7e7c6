import type { WireAnswer } from "../stand-in.ts";
import { checkSign, flag, optionalText, text, type Payload } from "./payload.ts";
import { inquire, pay, status } from "./postpaid.ts";
import { topUp } from "./prepaid.ts";
import { refusal } from "./replies.ts";
import { Refusal } from "./reply-codes.ts";
import type { Vendor } from "./vendor.ts";
import { staysHere } from "./webhook.ts";

/** What every command of `/transaction` carries. */
export interface Common {
  refId: string;
  sku: string;
  customerNo: string;
  callbackUrl?: string;
}

/** `/transaction`: a top-up without `commands`, a postpaid step with. A refusal repeats what was asked for. */
export async function transact(vendor: Vendor, payload: Payload): Promise<WireAnswer> {
  const asked: Record<string, unknown> = {
    ref_id: payload["ref_id"],
    customer_no: payload["customer_no"],
    buyer_sku_code: payload["buyer_sku_code"],
  };
  try {
    const common = readCommon(payload);
    checkSign(payload, vendor.account, common.refId);
    return await run(vendor, payload, common);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const isPrepaid = payload["commands"] === undefined;
    const money = { sn: "", buyer_last_saldo: vendor.book.deposit(), price: 0 };
    return refusal(error, isPrepaid ? { ...asked, ...money } : asked);
  }
}

async function run(vendor: Vendor, payload: Payload, common: Common): Promise<WireAnswer> {
  switch (optionalText(payload, "commands")) {
    case undefined:
      return topUp(vendor, payload, common);
    case "inq-pasca":
      return inquire(vendor, payload, common);
    case "pay-pasca":
      return pay(vendor, common);
    case "status-pasca":
      return status(vendor, common);
    default:
      throw new Refusal("40");
  }
}

function readCommon(payload: Payload): Common {
  const customerNo = text(payload, "customer_no");
  const keepsDots = flag(payload, "allow_dot");
  flag(payload, "testing"); // accepted as the real one does; the test numbers work with and without it
  const callbackUrl = optionalText(payload, "cb_url");
  if (callbackUrl !== undefined && !staysHere(callbackUrl)) {
    throw new Refusal("40", "cb_url harus di komputer ini");
  }
  return {
    refId: text(payload, "ref_id"),
    sku: text(payload, "buyer_sku_code"),
    customerNo: keepsDots ? customerNo : customerNo.replaceAll(".", ""),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
  };
}
