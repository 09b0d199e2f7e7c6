import { expect } from "vitest";
import type { FileOptions } from "../../dev/whapi/phones.ts";
import type { MediaKind } from "../../dev/whapi/message.ts";
import { atasNama, bodyOf, type Caller } from "../direktori/caller.ts";
import { until, type World } from "../harness.ts";
import { firstAdmin, postJson, type Orang } from "../make.ts";
import { nomorBaru } from "./percakapan.ts";

export const CHATS = "/chats";

export interface PetugasBody {
  id: number;
  name: string;
}

export interface ChatBody {
  id: number;
  phone: string;
  name: string;
  mode: "BOT" | "AGENT" | "PAUSE";
  resume_at: string | null;
  assigned_to: PetugasBody | null;
  unread: number;
  waiting_since: string | null;
  labels: string[];
  last_message: {
    id: number;
    direction: string;
    type: string;
    text: string;
    status: string;
    created_at: string;
  };
  created_at: string;
}

export interface PesanBody {
  id: number;
  chat_id: number;
  direction: "in" | "out" | "note";
  sender: "customer" | "bot" | "agent" | "phone";
  agent: PetugasBody | null;
  type: string;
  text: string;
  status: string;
  problem: string | null;
  file: { mime_type: string; size: number; name: string | null } | null;
  created_at: string;
  sent_at: string | null;
}

/** What somebody of the staff does in the conversations. */
export interface Petugas extends Caller {
  orang: Orang;
  patch(path: string, body: object): Promise<Response>;
  chat(id: number): Promise<ChatBody>;
  /** Changes a chat, which succeeds. */
  change(id: number, body: object): Promise<ChatBody>;
  /** Answers a chat; the answer as it comes. */
  reply(id: number, text: string, key?: string): Promise<Response>;
  /** Writes a note, which succeeds. */
  note(id: number, text: string): Promise<PesanBody>;
  /** Sends a file; the answer as it comes. */
  send(id: number, file: File, text?: string, key?: string): Promise<Response>;
  /** Messages of a chat, newest first. */
  messages(id: number): Promise<PesanBody[]>;
}

export function petugasOf(world: World, orang: Orang): Petugas {
  const caller = atasNama(world, orang);
  const keyed = (key?: string): Record<string, string> =>
    key === undefined ? {} : { "idempotency-key": key };
  const patch = (path: string, body: object) => postJson(world, path, body, orang.headers, "PATCH");
  const authorization = orang.headers["authorization"] ?? "";
  return {
    ...caller,
    orang,
    patch,
    chat: (id) => bodyOf<ChatBody>(caller.get(`${CHATS}/${id}`)),
    change: (id, body) => bodyOf<ChatBody>(patch(`${CHATS}/${id}`, body)),
    reply: (id, text, key) =>
      postJson(world, `${CHATS}/${id}/messages`, { text }, { ...orang.headers, ...keyed(key) }),
    note: (id, text) => bodyOf<PesanBody>(caller.post(`${CHATS}/${id}/messages`, { text, note: true }), 201),
    send: (id, file, text, key) => {
      const body = new FormData();
      if (text !== undefined) body.append("text", text);
      body.append("file", file);
      const headers = { authorization, ...keyed(key) };
      return world.request(`${CHATS}/${id}/files`, { method: "POST", headers, body });
    },
    messages: (id) => bodyOf<PesanBody[]>(caller.get(`${CHATS}/${id}/messages`)),
  };
}

/** Resolves when nothing of these conversations is on its way any more: neither a message nor a file. */
export async function rest(world: World): Promise<void> {
  await until(async () => {
    await world.idle();
    const open = await world.cloud.neon.asOwner("select id from messages where due_at is not null");
    return open.length === 0;
  });
}

/** A customer writes, and all that follows has happened. */
export async function write(world: World, nomor: string, text: string, name?: string): Promise<void> {
  world.cloud.whapi.phones.write(nomor, text, name === undefined ? {} : { name });
  await rest(world);
}

export interface Percakapan {
  id: number;
  nomor: string;
}

/** A conversation of a number of its own, which has begun with `text`. */
export async function makeChat(
  world: World,
  { text = "Halo", name, nomor = nomorBaru() }: { text?: string; name?: string; nomor?: string } = {},
): Promise<Percakapan> {
  await write(world, nomor, text, name);
  return { id: await idOfChat(world, nomor), nomor };
}

/** A conversation in which a customer waits for a person. */
export async function makeWaiting(world: World): Promise<Percakapan> {
  return await makeChat(world, { text: "agent" });
}

export async function idOfChat(world: World, nomor: string): Promise<number> {
  const [row] = await world.cloud.neon.asOwner("select id from chats where wa_id = $1", [nomor]);
  expect(row).toBeDefined();
  return Number(row?.["id"]);
}

/** Admins see every conversation. */
export async function adminIn(world: World): Promise<Petugas> {
  return petugasOf(world, await firstAdmin(world));
}

/** A customer sends a file; resolves when the webhook is settled. Returns its chat and message. */
export async function sendFile(
  world: World,
  kind: MediaKind,
  bytes: Uint8Array,
  options: FileOptions,
  nomor = nomorBaru(),
): Promise<Percakapan & { messageId: number }> {
  world.cloud.whapi.phones.sendMedia(nomor, kind, bytes, options);
  await world.idle();
  const id = await idOfChat(world, nomor);
  const [row] = await world.cloud.neon.asOwner(
    "select max(id) as id from messages where chat_id = $1 and direction = 'in'",
    [id],
  );
  return { id, nomor, messageId: Number(row?.["id"]) };
}

/** Where the file of a message lies in the bucket. */
export async function objectOf(world: World, messageId: number): Promise<string> {
  const [row] = await world.cloud.neon.asOwner("select baris from messages where id = $1", [messageId]);
  return String(row?.["baris"]);
}

export const fileOfMessage = (chatId: number, messageId: number) =>
  `${CHATS}/${chatId}/messages/${messageId}/file`;

/** The file of a message, as whoever downloads it gets it. */
export async function download(petugas: Petugas, chatId: number, messageId: number): Promise<Uint8Array> {
  const answer = await petugas.get(fileOfMessage(chatId, messageId));
  expect(answer.status, await answer.clone().text()).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
}

/** The ids of all pages of a list, as its links lead from the first to the last. */
export async function pagesOf(petugas: Petugas, path: string, query: string): Promise<number[][]> {
  const pages: number[][] = [];
  for (let next: string | undefined = query; next !== undefined;) {
    const answer: Response = await petugas.get(path + next);
    pages.push((await bodyOf<{ id: number }[]>(Promise.resolve(answer))).map(({ id }) => id));
    next = /^<(\?[^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
  }
  return pages;
}

/** The ids of the chats that a query finds, in its order. */
export async function found(petugas: Petugas, query: Record<string, string>): Promise<number[]> {
  const chats = await bodyOf<ChatBody[]>(petugas.get(`${CHATS}?${new URLSearchParams(query).toString()}`));
  return chats.map(({ id }) => id);
}
