import { systemClock, type Clock } from "../clock.ts";
import { Agenda } from "../agenda.ts";
import { serveStandIn, type StandIn } from "../stand-in.ts";
import { whapiApi } from "./api.ts";
import { Book } from "./book.ts";
import { Channel } from "./channel.ts";
import { Phones } from "./phones.ts";
import { isForThePage, phonePage } from "./ponsel.ts";
import { staysHere, Webhooks } from "./webhook.ts";

export const LOCAL_WHAPI_TOKEN = "token-whapi-lokal";

export interface WhapiOptions {
  port?: number;
  clock?: Clock;
  /** Where webhooks go; must be on this machine. None are sent without it. */
  webhookUrl?: string;
  /** Sent as the static header `x-whapi-secret`. Empty or absent: no header. */
  webhookSecret?: string;
  token?: string;
  /** An append-only JSONL file; the phones in it survive a kill. Without it they are in memory only. */
  bookFile?: string;
  /** The shop's own number, whose channel this is. */
  number?: string;
  /** From sent to delivered, by the clock; default 1000. With 0 it is delivered at once. */
  deliveryMs?: number;
}

export interface Whapi extends StandIn {
  token: string;
  phones: Phones;
}

/** Starts the local stand-in for Whapi.cloud; `url` is the base URL for the app, and the phone page for people. */
export async function startWhapi(options: WhapiOptions = {}): Promise<Whapi> {
  const { clock = systemClock, webhookUrl, webhookSecret = "", deliveryMs = 1000 } = options;
  const { token = LOCAL_WHAPI_TOKEN, number = "6281100000001" } = options;
  if (webhookUrl !== undefined && !staysHere(webhookUrl)) {
    throw new Error(`The webhook URL must be on this machine: ${webhookUrl}`);
  }
  const agenda = new Agenda(clock);
  const book = new Book(options.bookFile);
  const target = webhookUrl === undefined ? undefined : { url: webhookUrl, secret: webhookSecret };
  const webhooks = target && new Webhooks(clock, agenda, target);
  const channel = new Channel({ clock, agenda, book, webhooks, number, deliveryMs });
  const phones = new Phones({ agenda, book, channel, webhooks });
  const api = whapiApi({ token, clock, book, channel });
  const page = phonePage(phones, number);
  const standIn = await serveStandIn(
    (request) => (isForThePage(request) ? page(request) : api(request)),
    options.port,
  ).catch((error: unknown) => {
    book.close();
    throw error;
  });
  channel.resume();
  const closeServer = standIn.close.bind(standIn);
  // Extended in place: the server counts requests on this very object.
  return Object.assign(standIn, {
    token,
    phones,
    async close() {
      agenda.close();
      webhooks?.close();
      await closeServer();
      book.close();
    },
  });
}
