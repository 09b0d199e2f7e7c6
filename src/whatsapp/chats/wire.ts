import type { z } from "@hono/zod-openapi";
import type { Chat, Pesan } from "./chats.ts";
import type { chatSchema, messageSchema } from "./schema.ts";

const petugas = (id: number | null, name: string | null) => (id === null ? null : { id, name: name ?? "" });

/** A conversation as it leaves. */
export function satuChat(chat: Chat): z.input<typeof chatSchema> {
  const { createdAt, ...terakhir } = chat.lastMessage;
  return {
    id: chat.id,
    phone: `+${chat.waId}`,
    name: chat.name,
    mode: chat.mode,
    resume_at: chat.mode === "PAUSE" ? (chat.resumeAt?.toISOString() ?? null) : null,
    assigned_to: petugas(chat.assignedTo, chat.assignedName),
    unread: chat.unread,
    waiting_since: chat.waitingSince?.toISOString() ?? null,
    labels: chat.labels,
    last_message: { ...terakhir, created_at: createdAt.toISOString() },
    created_at: chat.createdAt.toISOString(),
  };
}

/** A message as it leaves. */
export function satuPesan(pesan: Pesan): z.input<typeof messageSchema> {
  return {
    id: pesan.id,
    chat_id: pesan.chatId,
    direction: pesan.direction,
    sender: pesan.sender,
    agent: petugas(pesan.agentId, pesan.agentName),
    type: pesan.type,
    text: pesan.text,
    status: pesan.status,
    problem: pesan.problem,
    file:
      pesan.mimeType === null
        ? null
        : { mime_type: pesan.mimeType, size: pesan.fileSize ?? 0, name: pesan.fileName },
    created_at: pesan.createdAt.toISOString(),
    sent_at: pesan.sentAt?.toISOString() ?? null,
  };
}
