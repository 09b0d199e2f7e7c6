import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { readJsonLines } from "../json-lines.ts";
import { STATUS_CODES, type Media, type Message, type Status } from "./message.ts";

/** A webhook that is neither accepted nor given up. */
export interface Owed {
  id: string;
  messageId: string;
  payload: unknown;
  /** Since when, in milliseconds by the clock. */
  at: number;
}

type Line =
  | { line: "message"; message: Message }
  | { line: "media"; media: Omit<Media, "bytes"> & { base64: string } }
  | { line: "status"; id: string; status: Status }
  | { line: "owed"; owed: Owed }
  | { line: "settled"; id: string };

/**
 * What the phones remember: messages, files, how far each message has come, and the webhooks still owed.
 *
 * Each change is one JSON line appended synchronously before anything else happens, so a book that is killed at any
 * point and opened again is the same book. Without a file it lives in memory only.
 */
export class Book {
  #file: number | undefined;
  #messages = new Map<string, Message>();
  #byChat = new Map<string, Message[]>();
  #media = new Map<string, Media>();
  #owed = new Map<string, Owed>();

  constructor(file: string | undefined) {
    const lines = file && existsSync(file) ? readJsonLines<Line>(file, "the phones' book") : [];
    if (file) this.#file = openSync(file, "a");
    for (const line of lines) this.#apply(line);
  }

  add(message: Message): void {
    this.#record({ line: "message", message });
  }

  store({ bytes, ...media }: Media): void {
    this.#record({ line: "media", media: { ...media, base64: bytes.toString("base64") } });
  }

  /** Whether the message has come further by this; it never goes back. */
  reach(message: Message, status: Status): boolean {
    if (STATUS_CODES[status] <= STATUS_CODES[message.status]) return false;
    this.#record({ line: "status", id: message.id, status });
    return true;
  }

  owe(owed: Owed): void {
    this.#record({ line: "owed", owed });
  }

  /** The webhook is accepted or given up. */
  settle(owed: Owed): void {
    this.#record({ line: "settled", id: owed.id });
  }

  message(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  /** Every message of every chat, oldest first. */
  messages(): Message[] {
    return [...this.#messages.values()];
  }

  /** The messages of one chat, oldest first. */
  chat(chatId: string): readonly Message[] {
    return this.#byChat.get(chatId) ?? [];
  }

  media(id: string): Media | undefined {
    return this.#media.get(id);
  }

  owed(): Owed[] {
    return [...this.#owed.values()];
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #record(line: Line): void {
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#apply(line);
  }

  #apply(line: Line): void {
    switch (line.line) {
      case "message":
        this.#applyMessage({ ...line.message });
        break;
      case "media": {
        const { base64, ...media } = line.media;
        this.#media.set(media.id, { ...media, bytes: Buffer.from(base64, "base64") });
        break;
      }
      case "status": {
        const message = this.#messages.get(line.id);
        if (message) message.status = line.status;
        break;
      }
      case "owed":
        this.#owed.set(line.owed.id, line.owed);
        break;
      case "settled":
        this.#owed.delete(line.id);
        break;
    }
  }

  #applyMessage(message: Message): void {
    this.#messages.set(message.id, message);
    const chat = this.#byChat.get(message.chatId);
    if (chat) chat.push(message);
    else this.#byChat.set(message.chatId, [message]);
  }
}
