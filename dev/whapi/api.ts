import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import { json, type WireAnswer, type WireRequest } from "../stand-in.ts";
import type { Book } from "./book.ts";
import { CHANNEL_ID, type Channel } from "./channel.ts";
import { badRequest, refusal, WhapiError } from "./errors.ts";
import { wireMessage, type Draft, type Message } from "./message.ts";
import { readChatId, readFile, readObject, readText } from "./sending.ts";
import { targetOf } from "./target.ts";

interface Parts {
  token: string;
  clock: Clock;
  book: Book;
  channel: Channel;
}

interface Endpoint {
  method: string;
  path: RegExp;
  answer: (request: WireRequest, id: string, query: URLSearchParams) => WireAnswer;
}

/** The API as far as it is stood in for; `https://gate.whapi.cloud` in production. */
export function whapiApi(parts: Parts): (request: WireRequest) => WireAnswer {
  const endpoints = endpointsOf(parts);
  return (request) => {
    try {
      return route(request, parts.token, endpoints);
    } catch (error) {
      if (error instanceof WhapiError) return refusal(error);
      throw error;
    }
  };
}

function route(request: WireRequest, token: string, endpoints: Endpoint[]): WireAnswer {
  const { path, query } = targetOf(request);
  if (!isAuthorised(request, token)) {
    throw new WhapiError(
      401,
      "channel authorization error",
      "need channel authorization for this API method",
    );
  }
  const there = endpoints.filter((endpoint) => endpoint.path.test(path));
  if (there.length === 0) throw new WhapiError(404, "not found", `no such method: ${path}`);
  const endpoint = there.find(({ method }) => method === request.method);
  if (!endpoint) {
    const allow = there.map(({ method }) => method).join(", ");
    throw new WhapiError(405, "method not allowed", `use ${allow}`, { allow });
  }
  return endpoint.answer(request, decoded(endpoint.path.exec(path)?.[1] ?? ""), query);
}

function endpointsOf({ clock, book, channel }: Parts): Endpoint[] {
  const startedAt = clock.now();
  const accept = (draft: Draft) =>
    json(200, { sent: true, message: wireMessage(channel.say(draft, "api"), channel.number) });
  const post = (path: RegExp, answer: (request: Record<string, unknown>) => WireAnswer): Endpoint => ({
    method: "POST",
    path,
    answer: ({ body }) => answer(readObject(body)),
  });
  return [
    post(/^\/messages\/text$/, (request) => accept(readText(request))),
    post(/^\/messages\/image$/, (request) => accept(readFile(request, "image", channel, book))),
    post(/^\/messages\/document$/, (request) => accept(readFile(request, "document", channel, book))),
    post(/^\/contacts$/, checkContacts),
    {
      method: "GET",
      path: /^\/messages\/list\/([^/]+)$/,
      answer: (_request, chatId, query) => listMessages(book.chat(readChatId(chatId)), channel.number, query),
    },
    {
      method: "PUT",
      path: /^\/messages\/(?!list$|text$|image$|document$)([^/]+)$/,
      answer: (_request, id) => {
        if (!channel.readByShop(id)) throw new WhapiError(404, "message not found", id);
        return json(200, { success: true });
      },
    },
    { method: "GET", path: /^\/media\/([^/]+)$/, answer: (_request, id) => sendMedia(book, id) },
    {
      method: "GET",
      path: /^\/health$/,
      answer: () => {
        const health = { start_at: Math.floor(startedAt / 1000), uptime: secondsSince(clock, startedAt) };
        return json(200, { ...health, status: { code: 4, text: "AUTH" }, channel_id: CHANNEL_ID });
      },
    },
    {
      method: "GET",
      path: /^\/limits$/,
      // Far away: the limits of a sandbox are no part of the stand-in.
      answer: () => json(200, { messages: 1_000_000, chats: [], checks: 1_000_000, requests: 1_000_000 }),
    },
  ];
}

function secondsSince(clock: Clock, at: number): number {
  return Math.floor((clock.now() - at) / 1000);
}

function isAuthorised({ headers }: WireRequest, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function sendMedia(book: Book, id: string): WireAnswer {
  const media = book.media(id);
  if (!media) throw new WhapiError(404, "media not found", id);
  return { status: 200, headers: { "content-type": media.mimeType }, body: media.bytes };
}

/** A number has WhatsApp when it can be one: 9 to 15 digits in international form. */
function checkContacts({ contacts }: Record<string, unknown>): WireAnswer {
  if (!Array.isArray(contacts) || !contacts.every((contact) => typeof contact === "string")) {
    throw badRequest('"contacts" must be a list of numbers');
  }
  const checked = contacts.map((input) => {
    const digits = input.replace(/[+\s()-]/g, "");
    return /^[1-9]\d{8,14}$/.test(digits)
      ? { input, status: "valid", wa_id: `${digits}@s.whatsapp.net` }
      : { input, status: "invalid" };
  });
  return json(200, { contacts: checked });
}

function listMessages(chat: readonly Message[], number: string, query: URLSearchParams): WireAnswer {
  const count = readCount(query, "count", 100);
  const offset = readCount(query, "offset", 0);
  const from = readCount(query, "time_from", 0);
  const to = readCount(query, "time_to", Number.MAX_SAFE_INTEGER);
  const fromMe = readChoice(query, "from_me", ["true", "false"]);
  const sort = readChoice(query, "sort", ["asc", "desc"]) ?? "desc";
  const matching = chat.filter((message) => {
    const timestamp = Math.floor(message.at / 1000);
    if (fromMe !== undefined && String(message.fromMe) !== fromMe) return false;
    return timestamp >= from && timestamp <= to;
  });
  const sorted = sort === "desc" ? matching.toReversed() : matching;
  const messages = sorted.slice(offset, offset + count).map((message) => wireMessage(message, number));
  return json(200, { messages, count: messages.length, total: matching.length, offset });
}

/** An empty value is as good as none: Whapi's own examples have them. */
function readCount(query: URLSearchParams, name: string, otherwise: number): number {
  const value = query.get(name) ?? "";
  if (value === "") return otherwise;
  if (!/^\d{1,15}$/.test(value)) throw badRequest(`"${name}" must be a whole number`);
  return Number(value);
}

function readChoice(query: URLSearchParams, name: string, choices: string[]): string | undefined {
  const value = query.get(name) ?? "";
  if (value === "") return undefined;
  if (!choices.includes(value)) throw badRequest(`"${name}" must be one of ${choices.join(", ")}`);
  return value;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest("the path is not encoded properly");
  }
}
