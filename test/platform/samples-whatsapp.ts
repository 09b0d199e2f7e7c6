import { expect } from "vitest";
import { signature } from "../../dev/qstash/signing.ts";
import type { World } from "../harness.ts";
import { firstAdmin, postJson, randomPhone, type Orang } from "../make.ts";
import { baseline } from "./files-samples.ts";
import {
  JSON_TYPE,
  MULTIPART_TYPE,
  multipartOf,
  newKey,
  type MakeSample,
  type Part,
  type Sample,
} from "./request-sample.ts";
import { inTheNameOf } from "./samples-akun.ts";

type Rest = Pick<Sample, "path" | "method" | "body" | "form">;

/** What one of the staff asks about a chat that nobody has taken. */
const aboutChat =
  (rest: (chat: Chat, orang: Orang) => Rest, role: "admin" | "karyawan" = "karyawan"): MakeSample =>
  async (world) => {
    const caller = await inTheNameOf(world, role);
    return { ...caller, ...rest(await makeChat(world), caller.orang) };
  };

/** What Whapi tells, on each of its addresses. */
const told =
  (path: string, body: () => Record<string, unknown>): MakeSample =>
  async ({ deps }) => {
    const secret = deps.config.whapi.webhookSecret;
    const headers = secret === undefined ? JSON_TYPE : { ...JSON_TYPE, "x-whapi-secret": secret };
    return { path, method: "POST", headers, body: body() };
  };

const incoming = () => ({ messages: [fromCustomer(newWaId(), "Halo")], event: { type: "messages" } });

/** Those of WhatsApp. Chats have rows that are at rest: nothing of theirs is still to be sent. */
export const WHATSAPP: Record<string, MakeSample> = {
  webhookWhapi: told("/webhook/whapi", incoming),
  webhookWhapiMessages: told("/webhook/whapi/messages", incoming),
  webhookWhapiStatuses: told("/webhook/whapi/statuses", () => ({
    statuses: [{ id: newKey(), status: "delivered", code: 3 }],
  })),
  antreanWhatsapp: async (world) => ({
    path: "/queue/whatsapp",
    method: "POST",
    headers: JSON_TYPE,
    // No chat has this id, so a message that gets through sends nothing.
    body: { chat_id: Number.MAX_SAFE_INTEGER },
    sign: (body) => {
      const key = world.cloud.qstash.currentSigningKey;
      const url = `${world.deps.config.publicUrl}/queue/whatsapp`;
      const now = world.deps.clock.now().getTime();
      return { "upstash-signature": signature(key, url, Buffer.from(body), now) };
    },
  }),
  semuaChat: aboutChat(() => ({ path: "/chats?limit=1", method: "GET" })),
  satuChat: aboutChat(({ id }) => ({ path: `/chats/${id}`, method: "GET" })),
  aturChat: aboutChat(({ id }, orang) => ({
    path: `/chats/${id}`,
    method: "PATCH",
    body: { mode: "AGENT", assigned_to: orang.id, labels: ["komplain"], read: true },
  })),
  hapusChat: aboutChat(({ id }) => ({ path: `/chats/${id}`, method: "DELETE" }), "admin"),
  pesanChat: aboutChat(({ id }) => ({ path: `/chats/${id}/messages?limit=1`, method: "GET" })),
  kirimPesan: aboutChat(({ id }) => ({
    path: `/chats/${id}/messages`,
    method: "POST",
    body: { text: "Baik, kami periksa dulu.", note: false },
  })),
  kirimBerkasChat: async (world) => {
    const sample = await aboutChat(({ id }) => ({
      path: `/chats/${id}/files`,
      method: "POST",
      form: [fotoChat(), { name: "text", value: "Buktinya" }],
    }))(world);
    return { ...sample, headers: { ...sample.headers, ...MULTIPART_TYPE } };
  },
  berkasPesan: async (world) => {
    const caller = await inTheNameOf(world, "karyawan");
    const { path } = await makeFileMessage(world, (await makeChat(world)).id, caller.orang);
    return { ...caller, path, method: "GET" };
  },
  pengaturanBot: async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: "/bot-settings",
    method: "GET",
  }),
  aturBot: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/bot-settings",
    method: "PATCH",
    body: {
      menu: "Halo\n1. Info\n2. Bantuan",
      info: "Kami menjual pulsa.",
      help: "Ketik cek.",
      agent_notice: "Petugas kami akan membalas.",
      pause_notice: "Bot diam.",
      pause_minutes: 60,
    },
  }),
  semuaBalasanCepat: async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: "/quick-replies?skip=0&limit=1",
    method: "GET",
  }),
  tambahBalasanCepat: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/quick-replies",
    method: "POST",
    body: balasanCepat(),
  }),
  ubahBalasanCepat: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: `/quick-replies/${(await makeQuickReply(world)).id}`,
    method: "PUT",
    body: balasanCepat(),
  }),
  hapusBalasanCepat: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: `/quick-replies/${(await makeQuickReply(world)).id}`,
    method: "DELETE",
  }),
};

/** Vendors add fields of their own to what they tell, or tell nothing: what is not known there is not looked at. */
export const TAKES_UNKNOWN = ["webhookWhapi", "webhookWhapiMessages", "webhookWhapiStatuses"];

const balasanCepat = () => ({ shortcut: newKey(), text: "Setiap hari, 08.00 sampai 21.00 WIB." });

/** The photo of a valid form. */
export const fotoChat = (): Part => ({
  name: "file",
  value: baseline(),
  filename: "bukti.jpg",
  type: "image/jpeg",
});

/** A number as WhatsApp has it, which nobody has. */
export const newWaId = (): string => randomPhone().slice(1);

/** A message of a customer as Whapi tells it. */
export function fromCustomer(waId: string, body: string): Record<string, unknown> {
  return {
    id: `${newKey()}-${newKey()}`,
    from_me: false,
    type: "text",
    chat_id: `${waId}@s.whatsapp.net`,
    from: waId,
    from_name: "Budi",
    source: "mobile",
    text: { body },
  };
}

interface Chat {
  id: number;
  waId: string;
}

/** A chat that began on the shop's telephone: nobody has taken it, and nothing of it is to be sent. */
export async function makeChat(world: World): Promise<Chat> {
  const waId = newWaId();
  const message = { ...fromCustomer(waId, "Pesanan sudah siap."), from_me: true };
  const sample = await told("/webhook/whapi", () => ({ messages: [message] }))(world);
  const response = await postJson(world, sample.path, sample.body ?? {}, sample.headers);
  expect(response.status, await response.clone().text()).toBe(200);
  const [row] = await world.cloud.neon.asOwner("select id from chats where wa_id = $1", [waId]);
  return { id: Number(row?.["id"]), waId };
}

/** A message with a file, which has been sent to the customer. */
export async function makeFileMessage(
  world: World,
  chatId: number,
  { headers }: Pick<Orang, "headers">,
): Promise<{ id: number; path: string }> {
  const response = await world.request(`/chats/${chatId}/files`, {
    method: "POST",
    headers: { ...headers, ...MULTIPART_TYPE },
    body: multipartOf([fotoChat()]),
  });
  expect(response.status, await response.clone().text()).toBe(201);
  const { id } = await response.json<{ id: number }>();
  await world.idle();
  return { id, path: `/chats/${chatId}/messages/${id}/file` };
}

/** A quick reply, by the first admin. */
export async function makeQuickReply(world: World): Promise<{ id: number; shortcut: string; text: string }> {
  const { headers } = await firstAdmin(world);
  const response = await postJson(world, "/quick-replies", balasanCepat(), headers);
  expect(response.status, await response.clone().text()).toBe(201);
  return await response.json<{ id: number; shortcut: string; text: string }>();
}
