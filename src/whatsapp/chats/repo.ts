import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, sql, type SQL } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { akun } from "../../akun/table.ts";
import { quickReplies } from "../quick-replies/table.ts";
import { chats, messages, type chatMode } from "./table.ts";

export type Mode = (typeof chatMode.enumValues)[number];

/** What lists are narrowed by. */
export interface Saringan {
  mode?: Mode | undefined;
  /** An account, the caller, or nobody. */
  assigned?: number | "me" | "none" | undefined;
  unread?: boolean | undefined;
  waiting?: boolean | undefined;
  label?: string | undefined;
  /** Part of a name, a number or a message. */
  q?: string | undefined;
}

const berlaku = sql<Mode>`app.mode_berlaku(${chats.mode}, ${chats.resume_at})`;

/** Conversations, the newest message first; row-level security leaves those that the caller may see. */
function bacaChats(db: Database, syarat: SQL | undefined) {
  return db
    .select({
      id: chats.id,
      waId: chats.wa_id,
      name: chats.name,
      mode: berlaku,
      resumeAt: chats.resume_at,
      assignedTo: chats.assigned_to,
      assignedName: sql<string | null>`app.nama_staf(${chats.assigned_to})`,
      unread: chats.unread,
      waitingSince: chats.waiting_since,
      labels: chats.labels,
      createdAt: chats.created_at,
      lastMessage: {
        id: messages.id,
        direction: messages.direction,
        type: messages.type,
        text: sql<string>`left(${messages.text}, 200)`,
        status: messages.status,
        createdAt: messages.created_at,
      },
    })
    .from(chats)
    .innerJoin(messages, eq(messages.id, chats.last_message_id))
    .where(syarat)
    .orderBy(desc(chats.last_message_id));
}

/** Conversations, newest message first, whose newest message has an id below `before` if given. */
export function chatsTerbaru(db: Database, limit: number, before: number | undefined, saring: Saringan) {
  const { mode, assigned, unread, waiting, label, q } = saring;
  return bacaChats(
    db,
    and(
      before === undefined ? undefined : lt(chats.last_message_id, before),
      mode === undefined ? undefined : eq(berlaku, mode),
      assigned === undefined
        ? undefined
        : assigned === "none"
          ? isNull(chats.assigned_to)
          : eq(chats.assigned_to, assigned === "me" ? sql`app.akun_id()` : assigned),
      unread ? gt(chats.unread, 0) : undefined,
      waiting ? isNotNull(chats.waiting_since) : undefined,
      label === undefined ? undefined : sql`${label} = any (${chats.labels})`,
      q === undefined ? undefined : inArray(chats.id, sql`(select app.chats_berisi(${q}))`),
    ),
  ).limit(limit);
}

/** One conversation. */
export function satuChat(db: Database, id: number) {
  return bacaChats(db, eq(chats.id, id));
}

/** Messages of a chat, newest first, of those that `syarat` lets through. */
function bacaPesan(db: Database, syarat: SQL | undefined) {
  return db
    .select({
      id: messages.id,
      chatId: messages.chat_id,
      direction: messages.direction,
      sender: messages.sender,
      agentId: messages.agent_id,
      agentName: sql<string | null>`app.nama_staf(${messages.agent_id})`,
      type: messages.type,
      text: messages.text,
      status: messages.status,
      problem: messages.problem,
      mimeType: messages.mime_type,
      fileName: messages.file_name,
      fileSize: messages.file_size,
      createdAt: messages.created_at,
      sentAt: messages.sent_at,
    })
    .from(messages)
    .where(syarat)
    .orderBy(desc(messages.id));
}

/** The newest messages of a chat, with ids below `before` if given. */
export function pesanTerbaru(db: Database, chatId: number, limit: number, before: number | undefined) {
  return bacaPesan(
    db,
    and(eq(messages.chat_id, chatId), before === undefined ? undefined : lt(messages.id, before)),
  ).limit(limit);
}

/** The message that was written under an idempotency key. */
export function pesanBerkunci(db: Database, chatId: number, kunci: string) {
  return bacaPesan(db, and(eq(messages.chat_id, chatId), eq(messages.client_key, kunci)));
}

/** Where the file of a message lies and what opens it. */
export function berkasPesan(db: Database, chatId: number, id: number) {
  return db
    .select({
      baris: messages.baris,
      kunci: messages.kunci,
      mimeType: messages.mime_type,
      fileName: messages.file_name,
    })
    .from(messages)
    .where(and(eq(messages.chat_id, chatId), eq(messages.id, id)));
}

/** What of a chat is to change. */
export interface Ubahan {
  mode?: Mode | undefined;
  resume_at?: string | null | undefined;
  assigned_to?: number | null | undefined;
  labels?: string[] | undefined;
  add_label?: string | undefined;
  remove_label?: string | undefined;
  read?: boolean | undefined;
}

/** Changes a chat. Raises CHAT_TIDAK_ADA, PETUGAS_TIDAK_DIKENAL, JEDA_SUDAH_LEWAT, LABEL_PENUH. */
export function aturChat(db: Database, id: number, ubahan: Ubahan) {
  return db.execute(sql`select app.atur_chat(${id}, ${JSON.stringify(ubahan)}::jsonb)`);
}

/** What a colleague is called. */
export function namaPetugas(db: Database, id: number | null) {
  return db.select({ nama: sql<string | null>`nama` }).from(sql`app.nama_staf(${id}) nama`);
}

/** What somebody of the staff writes. */
export interface Tulisan {
  chatId: number;
  note: boolean;
  text: string;
  kunci: string;
  /** Of all that was written under the key. */
  contentHash: string;
  file?: { baris: string; kunci: string; mimeType: string; ukuran: number; nama: string } | undefined;
}

/** Writes a message of the staff. Raises CHAT_TIDAK_ADA, KUNCI_DIPAKAI. */
export function tulisPesan(db: Database, { chatId, note, text, kunci, contentHash, file }: Tulisan) {
  const jenis = !file ? "text" : file.mimeType.startsWith("image/") ? "image" : "document";
  return db.select({ ulangan: sql<boolean>`ulangan`, dorong: sql<boolean>`dorong` }).from(
    sql`app.tulis_pesan(${chatId}, ${note ? "note" : "out"}, ${text}, ${kunci}, ${contentHash}, ${jenis}, ${file?.baris ?? null},
        ${file?.kunci ?? null}, ${file?.mimeType ?? null}, ${file?.ukuran ?? null}, ${file?.nama ?? null})`,
  );
}

/**
 * Notes an object that is about to be stored for a chat: unless its row follows soon, it is swept away. No row when the
 * caller sees no such chat.
 */
export function titipBerkas(db: Database, chatId: number, baris: string) {
  return db
    .select({ dititip: sql`app.titip_berkas(${baris})` })
    .from(chats)
    .where(eq(chats.id, chatId));
}

/** Deletes a conversation; no row when there is none that the caller may delete. */
export function hapusChat(db: Database, id: number) {
  return db.delete(chats).where(eq(chats.id, id)).returning({ waId: chats.wa_id });
}

/** Notes that a chat was read. Whoever looks into a colleague's chat has not read it for that colleague. */
export function tandaiDibaca(db: Database, id: number) {
  return db.execute(sql`select app.atur_chat(${chats.id}, '{"read": true}') from ${chats}
    where ${chats.id} = ${id} and ${chats.unread} > 0
      and (${chats.assigned_to} is null or ${chats.assigned_to} = app.akun_id())`);
}

/** Quick replies to choose from, in the order of their shortcuts. */
export function balasanCepat(db: Database, limit: number) {
  return db.select().from(quickReplies).orderBy(asc(quickReplies.shortcut)).limit(limit);
}

/** Who a chat can be handed to; row-level security shows accounts to admins only, and everybody its own. */
export function rekan(db: Database, limit: number) {
  return db
    .select({ id: akun.id, nama: akun.nama })
    .from(akun)
    .where(and(akun.aktif, inArray(akun.peran, ["admin", "karyawan"])))
    .orderBy(asc(akun.nama), asc(akun.id))
    .limit(limit);
}
