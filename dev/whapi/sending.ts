import type { Book } from "./book.ts";
import type { Channel } from "./channel.ts";
import { badRequest, WhapiError } from "./errors.ts";
import { attachmentOf, type Attachment, type Draft, type MediaKind } from "./message.ts";

/** Source: pattern of `to` in Whapi's API description. */
const RECIPIENT = /^[\d-]{9,31}(@[\w.]{1,})?$/;

/** Source: pattern of `quoted` in Whapi's API description. */
const MESSAGE_ID = /^[A-Za-z0-9._]{4,30}-[A-Za-z0-9._]{4,14}(-[A-Za-z0-9._]{4,10})?(-[A-Za-z0-9._]{2,10})?$/;

/** WhatsApp cuts longer texts. */
const LONGEST_TEXT = 4096;

/** What the stand-in takes; the real limit depends on the type. */
export const LARGEST_FILE_BYTES = 16 * 1024 * 1024;

const MIME_TYPE = /^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w.+-]+)*$/;

const DATA_URI = /^data:([\w.+-]+\/[\w.+-]+)((?:;[\w-]+=[^;,]*)*);base64,([A-Za-z0-9+/=\s]*)$/;

/** The body of a request: a JSON object. Throws a 400 for anything else. */
export function readObject(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw badRequest("the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badRequest("the body is not an object");
  }
  return value as Record<string, unknown>;
}

/** The chat that a number or a chat id names. Throws a 400 for what Whapi would not take. */
export function readChatId(value: unknown): string {
  if (typeof value !== "string" || !RECIPIENT.test(value))
    throw badRequest(`"to" must match ${RECIPIENT.source}`);
  if (!value.includes("@")) return `${value.replaceAll("-", "")}@s.whatsapp.net`;
  if (!/@(s\.whatsapp\.net|g\.us|newsletter|lid)$/.test(value)) throw badRequest(`no chat id: ${value}`);
  return value;
}

/** The message of `POST /messages/text`. */
export function readText(request: Record<string, unknown>): Draft {
  const { body } = request;
  const chatId = readChatId(request["to"]);
  if (typeof body !== "string" || body.trim() === "")
    throw badRequest('"body" must be a text that is not empty');
  if (body.length > LONGEST_TEXT) throw badRequest(`"body" must not exceed ${LONGEST_TEXT} characters`);
  const typing = request["typing_time"] ?? 0;
  if (typeof typing !== "number" || typing < 0 || typing > 60) {
    throw badRequest('"typing_time" must be a number of seconds from 0 to 60');
  }
  return { chatId, kind: "text", text: body, ...readQuoted(request) };
}

/** The message of `POST /messages/image` or `/messages/document`; its file is stored. */
export function readFile(
  request: Record<string, unknown>,
  kind: MediaKind,
  channel: Channel,
  book: Book,
): Draft {
  const chatId = readChatId(request["to"]);
  const text = readOptional(request, "caption") ?? "";
  const quoted = readQuoted(request);
  const attachment = readMedia(request, kind, channel, book);
  return { chatId, kind, text, attachment, ...quoted };
}

function readMedia(
  request: Record<string, unknown>,
  kind: MediaKind,
  channel: Channel,
  book: Book,
): Attachment {
  const { media } = request;
  if (typeof media !== "string") throw badRequest('"media" must be a data URI or the id of a file');
  const known = book.media(media);
  if (known) return attachmentOf(known);
  const [, ownType = "", parameters = "", base64 = ""] = DATA_URI.exec(media) ?? [];
  // A link is refused as well: the stand-in fetches nothing from anywhere.
  if (!ownType) throw badRequest('"media" must be a base64 data URI or the id of a file');
  const mimeType = readOptional(request, "mime_type") ?? ownType;
  if (!MIME_TYPE.test(mimeType)) throw badRequest(`no media type: ${mimeType}`);
  if (kind === "image" && !mimeType.startsWith("image/")) throw badRequest(`no image: ${mimeType}`);
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length === 0) throw badRequest("the file is empty");
  if (bytes.length > LARGEST_FILE_BYTES) throw new WhapiError(413, "media file is too big");
  const fileName = readOptional(request, "filename") ?? nameIn(parameters);
  return channel.store({ mimeType, bytes, ...(fileName === undefined ? {} : { fileName }) });
}

function nameIn(parameters: string): string | undefined {
  const name = /;name=([^;,]+)/.exec(parameters)?.[1];
  if (name === undefined) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a per cent sign that encodes nothing
  }
}

function readQuoted(request: Record<string, unknown>): { quotedId?: string } {
  const quotedId = readOptional(request, "quoted");
  if (quotedId === undefined) return {};
  if (!MESSAGE_ID.test(quotedId)) throw badRequest(`"quoted" must match ${MESSAGE_ID.source}`);
  return { quotedId };
}

function readOptional(request: Record<string, unknown>, name: string): string | undefined {
  const value = request[name] ?? undefined;
  if (value !== undefined && typeof value !== "string") throw badRequest(`"${name}" must be a text`);
  return value;
}
