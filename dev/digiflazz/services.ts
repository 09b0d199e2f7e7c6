import { randomBytes } from "node:crypto";
import { json, type WireAnswer } from "../stand-in.ts";
import { customerOf, numberFor } from "./customers.ts";
import { checkSign, optionalInteger, optionalText, text, type Payload } from "./payload.ts";
import { reply } from "./replies.ts";
import { messageOf, Refusal } from "./reply-codes.ts";
import { postpaidTestNumber } from "./test-numbers.ts";
import type { Vendor } from "./vendor.ts";
import type { Webhooks } from "./webhook.ts";

/** `/cek-saldo`. Source: Digiflazz, page "Cek Saldo". */
export function checkBalance({ account, book }: Vendor, payload: Payload): WireAnswer {
  if (text(payload, "cmd") !== "deposit") throw new Refusal("40");
  checkSign(payload, account, "depo");
  return reply({ deposit: book.deposit() });
}

/**
 * `/inquiry-pln`: who is behind a meter or customer number. The documented sample has 10 digits, real numbers 11 or 12.
 * The postpaid number whose inquiry fails is unknown here too. Source: Digiflazz, page "Inquiry PLN".
 */
export function inquirePln({ account }: Vendor, payload: Payload): WireAnswer {
  const customerNo = text(payload, "customer_no");
  checkSign(payload, account, customerNo);
  const isUnknown = postpaidTestNumber("pln", customerNo)?.behaviour === "inquiryFails";
  const rc = !/^\d{10,12}$/.test(customerNo) ? "57" : isUnknown ? "54" : "00";
  if (rc !== "00") {
    return reply({ message: messageOf(rc), status: "Gagal", rc, customer_no: customerNo });
  }
  const { name, tariff, power, subscriberId } = customerOf(customerNo);
  const isSubscriberId = customerNo.length === 12;
  return reply({
    message: messageOf(rc),
    status: "Sukses",
    rc,
    customer_no: customerNo,
    meter_no: isSubscriberId ? subscriberId.slice(1) : customerNo,
    subscriber_id: isSubscriberId ? customerNo : subscriberId,
    name,
    segment_power: `${tariff} /${String(power).padStart(9, "0")}`,
  });
}

const BANKS = ["FLIP", "SHOPEEPAY", "BCA", "MANDIRI", "BRI", "BNI"];

/**
 * `/deposit`: a ticket with an amount that is unique to the rupiah. No money ever arrives here: the deposit of the
 * stand-in stays what the book says. Source: Digiflazz, page "Deposit".
 */
export function drawTicket({ account, clock }: Vendor, payload: Payload): WireAnswer {
  const amount = optionalInteger(payload, "amount");
  // The documented table says `bank`, its example `Bank`.
  const bank = optionalText(payload, "Bank") ?? text(payload, "bank");
  const owner = text(payload, "owner_name");
  if (amount === undefined || !BANKS.includes(bank.toUpperCase())) throw new Refusal("40");
  checkSign(payload, account, "deposit");
  return reply({
    rc: "00",
    bank,
    payment_method: "Bank Transfer",
    account_no: "0000 0000 00",
    notes: randomBytes(4).toString("hex").slice(0, 7).toUpperCase(),
    amount: amount + numberFor(`ticket ${owner} ${clock.now()}`, 1, 999),
  });
}

/**
 * Sends the ping of the configured webhook and answers with what it sent. Source: Digiflazz, page "Webhook", section
 * "Ping Event".
 */
export async function ping(
  { webhooks, url, secret }: { webhooks: Webhooks; url: string | undefined; secret: string },
  hookId: string,
): Promise<WireAnswer> {
  if (url === undefined) return { status: 404 };
  const hook = { url, secret, type: "application/json", status: 1 };
  const payload = { sed: randomBytes(6).toString("base64url"), hook_id: hookId, hook };
  await webhooks.deliver({ url, kind: "prepaid", payload, signed: false });
  return json(200, payload);
}
