import { createHash, randomBytes } from "node:crypto";

/** How far a message has come, in this order. */
export type Status = "pending" | "sent" | "delivered" | "read";

/** Whapi's numbers for them; 0 would be `failed`. Source: Whapi, page "Sent message". */
export const STATUS_CODES: Record<Status, number> = { pending: 1, sent: 2, delivered: 3, read: 4 };

export type MediaKind = "image" | "document";

/** A stored file. */
export interface Media {
  id: string;
  mimeType: string;
  bytes: Buffer;
  fileName?: string;
}

/** What a message says about its file. */
export interface Attachment {
  mediaId: string;
  mimeType: string;
  /** Bytes. */
  fileSize: number;
  sha256: string;
  fileName?: string;
}

/** One message of a chat, as the book keeps it. */
export interface Message {
  id: string;
  /** `628…@s.whatsapp.net`, or a group's `…@g.us`. */
  chatId: string;
  fromMe: boolean;
  /** `api`: sent through the API; `mobile`: typed on a phone, the shop's or the customer's. */
  source: "api" | "mobile";
  kind: "text" | MediaKind;
  /** Milliseconds since the epoch, by the clock. */
  at: number;
  /** The text, or the caption of a file; may be empty then. */
  text: string;
  attachment?: Attachment;
  fromName?: string;
  quotedId?: string;
  /** Of a customer's message: `sent` until the webhook is accepted, `read` once the shop has marked it. */
  status: Status;
}

/** What a new message needs; the rest is given to it. */
export type Draft = Pick<Message, "chatId" | "kind" | "text"> &
  Partial<Pick<Message, "id" | "attachment" | "fromName" | "quotedId">>;

/** A message as Whapi writes it, in answers, webhooks and the history; `number` is the shop's own. */
export function wireMessage(message: Message, number: string): Record<string, unknown> {
  const { id, chatId, fromMe, source, kind, at, text, attachment, fromName, quotedId, status } = message;
  return {
    id,
    from_me: fromMe,
    type: kind,
    chat_id: chatId,
    timestamp: Math.floor(at / 1000),
    source,
    ...(source === "api" ? { device_id: 1 } : {}),
    ...(fromMe ? { status } : {}),
    [kind]: attachment ? wireAttachment(attachment, text) : { body: text },
    ...(quotedId === undefined ? {} : { context: { quoted_id: quotedId } }),
    from: fromMe ? number : numberOf(chatId),
    ...(fromName === undefined ? {} : { from_name: fromName }),
  };
}

function wireAttachment({ mediaId, mimeType, fileSize, sha256, fileName }: Attachment, caption: string) {
  return {
    id: mediaId,
    mime_type: mimeType,
    file_size: fileSize,
    sha256,
    ...(fileName === undefined ? {} : { filename: fileName, file_name: fileName }),
    ...(caption ? { caption } : {}),
  };
}

/** What a message says about `media`. */
export function attachmentOf({ id, mimeType, bytes, fileName }: Media): Attachment {
  const sha256 = createHash("sha256").update(bytes).digest("base64");
  const name = fileName === undefined ? {} : { fileName };
  return { mediaId: id, mimeType, fileSize: bytes.length, sha256, ...name };
}

/** The digits of a person's chat id. */
export function numberOf(chatId: string): string {
  return chatId.replace(/@.*$/, "");
}

/** The chat with a person; `+62 812-…` will do. Throws for what is no international number. */
export function chatWith(number: string): string {
  const digits = number.replace(/[+\s()-]/g, "");
  if (!/^[1-9]\d{8,14}$/.test(digits)) throw new Error(`Not an international number: ${number}`);
  return `${digits}@s.whatsapp.net`;
}

/** A message id in the form that `quoted` must have. Source: pattern of `quoted` in Whapi's API description. */
export function newMessageId(): string {
  return `${randomBytes(11).toString("hex")}-${randomBytes(5).toString("hex")}`;
}

/** An id for a file; Whapi puts its type in front. */
export function newMediaId(mimeType: string): string {
  const type = /\/([a-z0-9]+)/i.exec(mimeType)?.[1] ?? "file";
  return `${type}-${randomBytes(10).toString("hex")}-${randomBytes(4).toString("hex")}`;
}
