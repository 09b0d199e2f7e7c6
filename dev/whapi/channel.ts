import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Agenda } from "../agenda.ts";
import type { Book, Owed } from "./book.ts";
import {
  attachmentOf,
  newMediaId,
  newMessageId,
  STATUS_CODES,
  wireMessage,
  type Attachment,
  type Draft,
  type Media,
  type Message,
  type Status,
} from "./message.ts";
import type { Webhooks } from "./webhook.ts";

/** Whapi names a channel by two groups of letters and digits. */
export const CHANNEL_ID = "LOKAL-SP001";

interface Parts {
  clock: Clock;
  agenda: Agenda;
  book: Book;
  /** None: nothing is told. */
  webhooks: Webhooks | undefined;
  /** The shop's own number. */
  number: string;
  /** From sent to delivered, by the clock. */
  deliveryMs: number;
}

/** The shop's WhatsApp: what goes through it both ways, and what the webhook is told about it. */
export class Channel {
  readonly number: string;
  #parts: Parts;
  /** Per message, the end of the first attempts so far: what is told of one message starts in order. */
  #told = new Map<string, Promise<void>>();
  #arrivals = new Map<string, () => void>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.number = parts.number;
  }

  /** A message of the shop, through the API or typed on its phone; it is on its way when this returns. */
  say(draft: Draft, source: Message["source"]): Message {
    const message = this.#add(draft, { fromMe: true, source, status: "pending" });
    // The answer says `pending`, though the message is sent by the time it is read.
    const accepted = { ...message };
    this.#tellMessage(message);
    this.#proceed(message, this.#parts.deliveryMs);
    return accepted;
  }

  /** A message of a customer, told `times` times at once. A known id is told again, as it was. */
  hear(draft: Draft, times: number): Message {
    const known = draft.id === undefined ? undefined : this.#parts.book.message(draft.id);
    const message = known ?? this.#add(draft, { fromMe: false, source: "mobile", status: "sent" });
    for (let time = 0; time < times; time++) this.#tellMessage(message, Promise.resolve());
    return message;
  }

  store(media: Omit<Media, "id">): Attachment {
    const stored = { ...media, id: newMediaId(media.mimeType) };
    this.#parts.book.store(stored);
    return attachmentOf(stored);
  }

  /** The customer opens the chat. */
  readByCustomer(chatId: string): void {
    for (const message of this.#parts.book.chat(chatId)) if (message.fromMe) this.#reach(message, "read");
  }

  /** The shop marks a customer's message as read. False for an unknown id. */
  readByShop(id: string): boolean {
    const message = this.#parts.book.message(id);
    if (message && !message.fromMe) this.#reach(message, "read");
    return message !== undefined;
  }

  /** Goes on with what an earlier run left unfinished. */
  resume(): void {
    const { book, clock, deliveryMs } = this.#parts;
    for (const owed of book.owed()) this.#deliver(owed, this.#toldSoFar(owed.messageId));
    for (const message of book.messages()) {
      if (message.fromMe) this.#proceed(message, message.at + deliveryMs - clock.now());
    }
  }

  #add(draft: Draft, rest: Pick<Message, "fromMe" | "source" | "status">): Message {
    const { book, clock } = this.#parts;
    const message = { ...draft, ...rest, id: draft.id ?? newMessageId(), at: clock.now() };
    book.add(message);
    return book.message(message.id) ?? message;
  }

  #proceed(message: Message, deliveryMs: number): void {
    this.#reach(message, "sent");
    if (message.status !== "sent") return;
    const arrive = () => this.#reach(message, "delivered");
    if (deliveryMs <= 0) arrive();
    else this.#arrivals.set(message.id, this.#parts.agenda.after(deliveryMs, arrive));
  }

  #reach(message: Message, status: Status): void {
    const { book, clock } = this.#parts;
    if (!book.reach(message, status)) return;
    if (status === "delivered" || status === "read") {
      this.#arrivals.get(message.id)?.();
      this.#arrivals.delete(message.id);
    }
    const timestamp = String(Math.floor(clock.now() / 1000));
    const { id, chatId } = message;
    const told = { id, code: STATUS_CODES[status], status, recipient_id: chatId, timestamp };
    this.#tell(message, "statuses", told);
  }

  #tellMessage(message: Message, previous?: Promise<void>): void {
    this.#tell(message, "messages", wireMessage(message, this.number), previous);
  }

  #tell({ id }: Message, type: "messages" | "statuses", told: unknown, previous?: Promise<void>): void {
    const { book, clock, webhooks } = this.#parts;
    if (!webhooks) return;
    const payload = { [type]: [told], event: { type, event: "post" }, channel_id: CHANNEL_ID };
    const owed: Owed = { id: randomUUID(), messageId: id, payload, at: clock.now() };
    book.owe(owed);
    this.#deliver(owed, previous ?? this.#toldSoFar(id));
  }

  #deliver(owed: Owed, previous: Promise<void>): void {
    const { book, webhooks } = this.#parts;
    const message = book.message(owed.messageId);
    const told = webhooks?.deliver(owed, previous, (accepted) => {
      book.settle(owed);
      // To the customer two ticks: the shop has it. Nothing is told about that.
      if (accepted && message && !message.fromMe) book.reach(message, "delivered");
    });
    if (!told) return;
    this.#told.set(owed.messageId, told);
    void this.#forget(owed.messageId, told);
  }

  async #toldSoFar(messageId: string): Promise<void> {
    await this.#told.get(messageId);
  }

  async #forget(messageId: string, told: Promise<void>): Promise<void> {
    await told;
    if (this.#told.get(messageId) === told) this.#told.delete(messageId);
  }
}
