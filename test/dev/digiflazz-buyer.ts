import { createHash } from "node:crypto";
import { serveStandIn, type StandIn } from "../../dev/stand-in.ts";
import type { Digiflazz } from "../../dev/digiflazz/server.ts";

type Data = Record<string, unknown>;

type Account = Pick<Digiflazz, "url" | "username" | "apiKey">;

/** What a test orders; the parts that do not matter to it have ordinary values. */
export interface Wish {
  refId: string;
  sku?: string;
  customerNo?: string;
}

/** A buyer who signs what he asks: the counterpart of the stand-in, for its tests. */
export class Buyer {
  #vendor: Account;

  constructor(vendor: Account) {
    this.#vendor = vendor;
  }

  /** Posts to `/v1<path>`, signed over `subject`; `payload` may overrule the username and the signature. */
  async post(path: string, subject: string, payload: Data = {}): Promise<{ http: number; data: Data }> {
    const { username, apiKey, url } = this.#vendor;
    const sign = createHash("md5").update(`${username}${apiKey}${subject}`).digest("hex");
    const response = await fetch(`${url}/v1${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, sign, ...payload }),
    });
    const { data } = (await response.json()) as { data: Data };
    return { http: response.status, data };
  }

  /** A top-up; again with the same ref_id it is the status check. Resolves with `data`. */
  async buy(wish: Wish, extra: Data = {}): Promise<Data> {
    const { refId, sku = "pulsa10", customerNo = "081234567890" } = wish;
    const payload = { buyer_sku_code: sku, customer_no: customerNo, ref_id: refId, ...extra };
    return (await this.post("/transaction", refId, payload)).data;
  }

  async inquire(wish: Wish, extra: Data = {}): Promise<Data> {
    return this.#postpaid("inq-pasca", wish, extra);
  }

  async pay(wish: Wish, extra: Data = {}): Promise<Data> {
    return this.#postpaid("pay-pasca", wish, extra);
  }

  async status(wish: Wish): Promise<Data> {
    return this.#postpaid("status-pasca", wish, {});
  }

  async #postpaid(commands: string, { sku = "pln", customerNo = "530000000001", refId }: Wish, extra: Data) {
    return this.buy({ refId, sku, customerNo }, { commands, ...extra });
  }
}

/** One webhook as it arrived. */
export interface Arrival {
  headers: Record<string, string | undefined>;
  /** The raw body, as it was signed. */
  body: string;
  /** The part of the body that is the transaction; a ping has none. */
  data: Data;
}

/** Where webhooks arrive: answers 200 unless its fault plan says otherwise. */
export async function startReceiver(
  onArrival: (arrival: Arrival) => void | Promise<void> = () => {},
): Promise<StandIn & { arrivals: Arrival[] }> {
  const arrivals: Arrival[] = [];
  const standIn = await serveStandIn(async ({ headers, body }) => {
    const { data = {} } = JSON.parse(body.toString()) as { data?: Data };
    const arrival = { headers: headers as Arrival["headers"], body: body.toString(), data };
    arrivals.push(arrival);
    await onArrival(arrival);
    return { status: 200 };
  });
  return Object.assign(standIn, { arrivals });
}
