import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgEnum,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { akun } from "../../akun/table.ts";

/** Who answers: the bot, a person, or nobody for a while. */
export const chatMode = pgEnum("chat_mode", ["BOT", "AGENT", "PAUSE"]);

export const messageDirection = pgEnum("message_direction", ["in", "out", "note"]);

/** `phone`: somebody of ours on the shop's own telephone. */
export const messageSender = pgEnum("message_sender", ["customer", "bot", "agent", "phone"]);

export const messageType = pgEnum("message_type", ["text", "image", "document", "other"]);

/** `queued`, `sending`: not yet with WhatsApp. A note has no way to go. */
export const messageStatus = pgEnum("message_status", [
  "received",
  "noted",
  "queued",
  "sending",
  "sent",
  "delivered",
  "read",
  "failed",
]);

/** One conversation for each number that ever wrote. */
export const chats = pgTable(
  "chats",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** The number as WhatsApp has it: digits with the country code. */
    wa_id: text().notNull().unique(),
    /** What its holder calls itself. */
    name: text().notNull().default(""),
    mode: chatMode().notNull().default("BOT"),
    /** When a pause ends by itself; null: when somebody ends it. */
    resume_at: timestamp({ withTimezone: true }),
    assigned_to: bigint({ mode: "number" }).references(() => akun.id),
    /** Messages of the customer that nobody of ours has read. */
    unread: integer().notNull().default(0),
    /** Since when the customer waits for a person. */
    waiting_since: timestamp({ withTimezone: true }),
    labels: text().array().notNull().default([]),
    /** The newest message; lists are in this order. */
    last_message_id: bigint({ mode: "number" }).unique(),
    created_at: timestamp({ withTimezone: true }).notNull(),
  },
  (kolom) => [
    index("chats_assigned").on(kolom.assigned_to, kolom.last_message_id),
    check("chats_wa_id", sql`${kolom.wa_id} ~ '^[1-9][0-9]{6,14}$'`),
    check("chats_resume", sql`${kolom.resume_at} is null or ${kolom.mode} = 'PAUSE'`),
    check("chats_labels", sql`cardinality(${kolom.labels}) <= 10`),
  ],
);

export const messages = pgTable(
  "messages",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    chat_id: bigint({ mode: "number" })
      .notNull()
      .references(() => chats.id, { onDelete: "cascade" }),
    /** WhatsApp's name of it: what comes twice is known by it. */
    wa_message_id: text(),
    direction: messageDirection().notNull(),
    sender: messageSender().notNull(),
    /** Which of ours, if an agent. */
    agent_id: bigint({ mode: "number" }).references(() => akun.id),
    type: messageType().notNull(),
    text: text().notNull(),
    status: messageStatus().notNull(),
    /** The agent's idempotency key, and a hash of what was written under it. */
    client_key: text(),
    content_hash: text(),
    created_at: timestamp({ withTimezone: true }).notNull(),
    /** When it was sent, as WhatsApp has it. */
    sent_at: timestamp({ withTimezone: true }),
    /** Lease and schedule: when it may next be sent, or its file fetched; null when nothing is left to do. */
    due_at: timestamp({ withTimezone: true }),
    attempts: integer().notNull().default(0),
    /** An attempt ended without an answer: WhatsApp may have it already. */
    unsure: boolean().notNull().default(false),
    /** Why it was not sent, or its file not kept. */
    problem: text(),
    /** Where WhatsApp keeps the file of an incoming one. */
    media_id: text(),
    /** Its file in our object storage, and what opens that, sealed by the master keys. */
    baris: uuid().unique(),
    kunci: text(),
    mime_type: text(),
    file_name: text(),
    file_size: integer(),
  },
  (kolom) => [
    index("messages_chat").on(kolom.chat_id, kolom.id),
    unique("messages_client_key").on(kolom.chat_id, kolom.client_key),
    // Of one chat: who writes from two numbers could name its messages alike, and one would be taken for the other.
    unique("messages_wa").on(kolom.wa_message_id, kolom.chat_id),
    index("messages_open")
      .on(kolom.chat_id, kolom.id)
      .where(sql`${kolom.due_at} is not null`),
    index("messages_due")
      .on(kolom.due_at)
      .where(sql`${kolom.due_at} is not null`),
    index("messages_bot")
      .on(kolom.chat_id, kolom.id)
      .where(sql`${kolom.sender} = 'bot'`),
    check("messages_agent", sql`(${kolom.sender} = 'agent') = (${kolom.agent_id} is not null)`),
    check(
      "messages_file",
      sql`num_nonnulls(${kolom.baris}, ${kolom.kunci}, ${kolom.mime_type}, ${kolom.file_size}) in (0, 4)`,
    ),
    check(
      "messages_selesai",
      sql`case when ${kolom.direction} = 'out' then (${kolom.due_at} is not null) = (${kolom.status} in ('queued', 'sending'))
        when ${kolom.direction} = 'note' then ${kolom.due_at} is null else true end`,
    ),
  ],
);
