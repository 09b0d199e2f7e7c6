import { systemClock, type Clock } from "../clock.ts";
import { serveStandIn, type StandIn, type WireAnswer, type WireRequest } from "../stand-in.ts";
import { Agenda } from "../agenda.ts";
import { Book } from "./book.ts";
import { Executions } from "./executions.ts";
import { PriceList } from "./price-list.ts";
import { postpaidProducts, prepaidProducts } from "./products.ts";
import { readPayload, type Payload } from "./payload.ts";
import { refusal } from "./replies.ts";
import { Refusal, type Status } from "./reply-codes.ts";
import { Script } from "./script.ts";
import { checkBalance, drawTicket, inquirePln, ping } from "./services.ts";
import { transact } from "./transaction.ts";
import type { Vendor } from "./vendor.ts";
import { staysHere, Webhooks } from "./webhook.ts";

export const LOCAL_USERNAME = "lokal-satupintu";
export const LOCAL_API_KEY = "kunci-lokal-bukan-rahasia";
export const LOCAL_WEBHOOK_SECRET = "rahasia-webhook-lokal";

/** Rupiah in a new book. */
const OPENING_DEPOSIT = 100_000_000;

export interface DigiflazzOptions {
  port?: number;
  clock?: Clock;
  /** Where webhooks go; must be on this machine. None are sent without it. */
  webhookUrl?: string;
  /** Empty: webhooks are not signed, as the real one does without a secret. */
  webhookSecret?: string;
  username?: string;
  apiKey?: string;
  /** How long an ordinary purchase takes, by the clock; default 1000. With 0 it is over at once. */
  latencyMs?: number;
  /** How long a pending test number is pending, by the clock; default 2000. */
  pendingMs?: number;
  /** An append-only JSONL file; the book in it survives a kill. Without it the book is in memory only. */
  bookFile?: string;
  /** Rupiah in a new book, default 100 million; an existing book keeps its own. */
  deposit?: number;
}

/** One execution as an independent reader sees it. */
export interface BookEntry {
  refId: string;
  kind: "prepaid" | "pasca";
  sku: string;
  customerNo: string;
  /** Rupiah; taken from the deposit unless the status is Gagal. */
  price: number;
  status: Status;
  rc: string;
  sn: string;
  /** True while the buyer has no answer yet; the status is Pending then. */
  executing: boolean;
  /** Milliseconds since the epoch, by the clock. */
  startedAt: number;
}

/** The vendor's book, for tests that compare it with ours. It holds what was recorded: refusals are not in it. */
export interface DigiflazzBook {
  /** How many transactions were executed under a ref_id, whatever came of them. */
  executions(refId: string): number;
  /** Every execution, oldest first; a copy of this moment. */
  entries(): BookEntry[];
  /** Rupiah: the opening deposit less the price of every entry that is not Gagal. */
  deposit(): number;
  /** A Sukses becomes Gagal rc 74, the money comes back, the webhook goes out. Throws when it is no Sukses. */
  refund(refId: string): void;
}

export interface Digiflazz extends StandIn {
  username: string;
  apiKey: string;
  webhookSecret: string;
  book: DigiflazzBook;
  script: Script;
}

/** Starts the local stand-in for the Digiflazz buyer API; the base URL for the app is `${url}/v1`. */
export async function startDigiflazz(options: DigiflazzOptions = {}): Promise<Digiflazz> {
  const { clock = systemClock, webhookUrl, latencyMs = 1000, pendingMs = 2000 } = options;
  const { username = LOCAL_USERNAME, apiKey = LOCAL_API_KEY } = options;
  const { webhookSecret = LOCAL_WEBHOOK_SECRET, deposit = OPENING_DEPOSIT } = options;
  if (webhookUrl !== undefined && !staysHere(webhookUrl)) {
    throw new Error(`The webhook URL must be on this machine: ${webhookUrl}`);
  }
  const agenda = new Agenda(clock);
  const book = new Book(options.bookFile, deposit);
  const webhooks = new Webhooks(agenda, webhookSecret);
  const prepaid = new Map(prepaidProducts().map((product) => [product.buyer_sku_code, product]));
  const postpaid = new Map(postpaidProducts().map((product) => [product.buyer_sku_code, product]));
  const resend = async (refId: string, fields: Record<string, unknown>): Promise<void> =>
    executions.resend(refId, fields);
  const script = new Script({ agenda, resend, prepaid, postpaid });
  const executions = new Executions({
    clock,
    agenda,
    book,
    script,
    webhooks,
    webhookUrl,
    latencyMs,
    pendingMs,
  });
  const account = { username, apiKey };
  const vendor: Vendor = { account, clock, book, executions, script, prepaid, postpaid };
  const hook = { webhooks, url: webhookUrl, secret: webhookSecret };
  const standIn = await serveStandIn(routes(vendor, hook), options.port).catch((error: unknown) => {
    book.close();
    throw error;
  });
  executions.resume();
  const closeServer = standIn.close.bind(standIn);
  // Extended in place: the server counts requests on this very object.
  return Object.assign(standIn, {
    username,
    apiKey,
    webhookSecret,
    script,
    book: readerOf(book, executions),
    async close() {
      agenda.close();
      webhooks.close();
      await closeServer();
      book.close();
    },
  });
}

function routes(vendor: Vendor, hook: Parameters<typeof ping>[0]) {
  const priceList = new PriceList();
  const endpoints: Record<string, (payload: Payload) => WireAnswer | Promise<WireAnswer>> = {
    "/v1/cek-saldo": (payload) => checkBalance(vendor, payload),
    "/v1/price-list": (payload) => priceList.answer(vendor, payload),
    "/v1/transaction": async (payload) => transact(vendor, payload),
    "/v1/inquiry-pln": (payload) => inquirePln(vendor, payload),
    "/v1/deposit": (payload) => drawTicket(vendor, payload),
  };
  return async ({ method, url, body }: WireRequest): Promise<WireAnswer> => {
    const path = url.split("?")[0] ?? url;
    const hookId = /^\/v1\/report\/hooks\/([^/]+)\/pings$/.exec(path)?.[1];
    const endpoint = endpoints[path];
    if (!endpoint && hookId === undefined) return { status: 404 };
    if (method !== "POST") return { status: 405, headers: { allow: "POST" } };
    if (hookId !== undefined) return ping(hook, hookId);
    try {
      return endpoint ? await endpoint(readPayload(body)) : { status: 404 };
    } catch (error) {
      if (error instanceof Refusal) return refusal(error);
      throw error;
    }
  };
}

function readerOf(book: Book, executions: Executions): DigiflazzBook {
  return {
    executions: (refId) => book.underRef(refId).length,
    entries: () =>
      book.entries().map(({ order, state, executing, startedAt }) => {
        const { refId, kind, sku, customerNo, price } = order;
        const { status, rc, sn } = state;
        return { refId, kind, sku, customerNo, price, status, rc, sn, executing, startedAt };
      }),
    deposit: () => book.deposit(),
    refund: (refId) => executions.refund(refId),
  };
}
