import type { Agenda } from "../agenda.ts";
import type { Book } from "./book.ts";
import type { Channel } from "./channel.ts";
import { chatWith, numberOf, type Media, type MediaKind, type Message, type Status } from "./message.ts";
import type { Webhooks } from "./webhook.ts";

/** One message as it is seen on a phone. */
export interface PhoneMessage {
  id: string;
  /** The other side of the shop's chat: the customer's digits. */
  number: string;
  fromShop: boolean;
  /** `api`: through the API; `mobile`: typed on a phone. */
  source: "api" | "mobile";
  type: "text" | MediaKind;
  /** The text, or the caption of a file, empty without one. */
  text: string;
  /** Milliseconds since the epoch, by the clock. */
  at: number;
  mediaId?: string;
  mimeType?: string;
  fileName?: string;
  /** Of a customer's message: `sent` until the webhook is accepted, `read` once the shop has marked it. */
  status: Status;
}

export interface WriteOptions {
  /** The name the customer goes by on WhatsApp. */
  name?: string;
  /** An id that is known already is told again, with the message as it was. */
  id?: string;
  /** The same delivery that many times at once; default 1. */
  times?: number;
}

export interface FileOptions extends WriteOptions {
  mimeType: string;
  caption?: string;
  fileName?: string;
}

interface Parts {
  agenda: Agenda;
  book: Book;
  channel: Channel;
  webhooks: Webhooks | undefined;
}

/** The phones of the customers and of the shop: what people do with them, and what an independent reader sees. */
export class Phones {
  #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A customer writes; the webhook goes out. Returns the message id. Throws for what is no international number. */
  write(number: string, text: string, { name, id, times = 1 }: WriteOptions = {}): string {
    const draft = { chatId: chatWith(number), kind: "text" as const, text, ...sender(name, id) };
    return this.#parts.channel.hear(draft, times).id;
  }

  /** A customer sends a picture or a document; the webhook goes out. Returns the message id. */
  sendMedia(number: string, kind: MediaKind, bytes: Uint8Array, options: FileOptions): string {
    const { mimeType, caption = "", fileName, name, id, times = 1 } = options;
    const chatId = chatWith(number);
    const named = fileName === undefined ? {} : { fileName };
    const attachment = this.#parts.channel.store({ mimeType, bytes: Buffer.from(bytes), ...named });
    const draft = { chatId, kind, text: caption, attachment, ...sender(name, id) };
    return this.#parts.channel.hear(draft, times).id;
  }

  /** Somebody types on the shop's own phone; the webhook says `from_me` and `mobile`. Returns the message id. */
  answerFromShop(number: string, text: string): string {
    return this.#parts.channel.say({ chatId: chatWith(number), kind: "text", text }, "mobile").id;
  }

  /** The customer opens the chat: `read` goes out for each message of the shop that was not read. */
  read(number: string): void {
    this.#parts.channel.readByCustomer(chatWith(number));
  }

  /** What that customer has on the phone, oldest first; a copy. */
  inbox(number: string): PhoneMessage[] {
    return this.#parts.book.chat(chatWith(number)).map(seen);
  }

  /** Every message accepted through the API, in order; a copy. */
  sent(): PhoneMessage[] {
    return this.#parts.book
      .messages()
      .filter(({ source }) => source === "api")
      .map(seen);
  }

  /** A file of either side; a copy. */
  media(id: string): Media | undefined {
    const media = this.#parts.book.media(id);
    return media && { ...media, bytes: Buffer.from(media.bytes) };
  }

  /**
   * Resolves when no webhook is under way or waiting: also those still to come by the clock, a retry or a `delivered`.
   * With a clock that stands still, advance it first or start with `deliveryMs: 0`.
   */
  async settled(): Promise<void> {
    await this.#parts.agenda.idle();
  }

  /** Resolves when no webhook is under way; some may still wait for the clock. */
  async landed(): Promise<void> {
    await this.#parts.webhooks?.landed();
  }
}

function sender(fromName: string | undefined, id: string | undefined) {
  return { ...(fromName === undefined ? {} : { fromName }), ...(id === undefined ? {} : { id }) };
}

function seen({ id, chatId, fromMe, source, kind, text, at, attachment, status }: Message): PhoneMessage {
  const { mediaId, mimeType, fileName } = attachment ?? {};
  return {
    id,
    number: numberOf(chatId),
    fromShop: fromMe,
    source,
    type: kind,
    text,
    at,
    ...(mediaId === undefined ? {} : { mediaId }),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(fileName === undefined ? {} : { fileName }),
    status,
  };
}
