CREATE TYPE "public"."chat_mode" AS ENUM('BOT', 'AGENT', 'PAUSE');--> statement-breakpoint
CREATE TYPE "public"."message_direction" AS ENUM('in', 'out', 'note');--> statement-breakpoint
CREATE TYPE "public"."message_sender" AS ENUM('customer', 'bot', 'agent', 'phone');--> statement-breakpoint
CREATE TYPE "public"."message_status" AS ENUM('received', 'noted', 'queued', 'sending', 'sent', 'delivered', 'read', 'failed');--> statement-breakpoint
CREATE TYPE "public"."message_type" AS ENUM('text', 'image', 'document', 'other');--> statement-breakpoint
CREATE TABLE "bot_settings" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"menu" text NOT NULL,
	"info" text NOT NULL,
	"help" text NOT NULL,
	"agent_notice" text NOT NULL,
	"pause_notice" text NOT NULL,
	"pause_minutes" integer,
	CONSTRAINT "bot_settings_satu" CHECK ("bot_settings"."id" = 1),
	CONSTRAINT "bot_settings_jeda" CHECK ("bot_settings"."pause_minutes" between 1 and 10080)
);
--> statement-breakpoint
CREATE TABLE "chats" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "chats_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"wa_id" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"mode" "chat_mode" DEFAULT 'BOT' NOT NULL,
	"resume_at" timestamp with time zone,
	"assigned_to" bigint,
	"unread" integer DEFAULT 0 NOT NULL,
	"waiting_since" timestamp with time zone,
	"labels" text[] DEFAULT '{}' NOT NULL,
	"last_message_id" bigint,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "chats_wa_id_unique" UNIQUE("wa_id"),
	CONSTRAINT "chats_last_message_id_unique" UNIQUE("last_message_id"),
	CONSTRAINT "chats_wa_id" CHECK ("chats"."wa_id" ~ '^[1-9][0-9]{6,14}$'),
	CONSTRAINT "chats_resume" CHECK ("chats"."resume_at" is null or "chats"."mode" = 'PAUSE'),
	CONSTRAINT "chats_labels" CHECK (cardinality("chats"."labels") <= 10)
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "messages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"chat_id" bigint NOT NULL,
	"wa_message_id" text,
	"direction" "message_direction" NOT NULL,
	"sender" "message_sender" NOT NULL,
	"agent_id" bigint,
	"type" "message_type" NOT NULL,
	"text" text NOT NULL,
	"status" "message_status" NOT NULL,
	"client_key" text,
	"content_hash" text,
	"created_at" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"unsure" boolean DEFAULT false NOT NULL,
	"problem" text,
	"media_id" text,
	"baris" uuid,
	"kunci" text,
	"mime_type" text,
	"file_name" text,
	"file_size" integer,
	CONSTRAINT "messages_baris_unique" UNIQUE("baris"),
	CONSTRAINT "messages_client_key" UNIQUE("chat_id","client_key"),
	CONSTRAINT "messages_wa" UNIQUE("wa_message_id","chat_id"),
	CONSTRAINT "messages_agent" CHECK (("messages"."sender" = 'agent') = ("messages"."agent_id" is not null)),
	CONSTRAINT "messages_file" CHECK (num_nonnulls("messages"."baris", "messages"."kunci", "messages"."mime_type", "messages"."file_size") in (0, 4)),
	CONSTRAINT "messages_selesai" CHECK (case when "messages"."direction" = 'out' then ("messages"."due_at" is not null) = ("messages"."status" in ('queued', 'sending'))
        when "messages"."direction" = 'note' then "messages"."due_at" is null else true end)
);
--> statement-breakpoint
CREATE TABLE "quick_replies" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "quick_replies_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"shortcut" text NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "quick_replies_shortcut_unik" UNIQUE("shortcut")
);
--> statement-breakpoint
ALTER TABLE "percobaan" ADD COLUMN "ditanya_pada" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "chats" ADD CONSTRAINT "chats_assigned_to_akun_id_fk" FOREIGN KEY ("assigned_to") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_chat_id_chats_id_fk" FOREIGN KEY ("chat_id") REFERENCES "public"."chats"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_agent_id_akun_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "chats_assigned" ON "chats" USING btree ("assigned_to","last_message_id");--> statement-breakpoint
CREATE INDEX "messages_chat" ON "messages" USING btree ("chat_id","id");--> statement-breakpoint
CREATE INDEX "messages_open" ON "messages" USING btree ("chat_id","id") WHERE "messages"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "messages_due" ON "messages" USING btree ("due_at") WHERE "messages"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "messages_bot" ON "messages" USING btree ("chat_id","id") WHERE "messages"."sender" = 'bot';--> statement-breakpoint
CREATE INDEX "transaksi_nomor" ON "transaksi" USING btree ("nomor_tujuan","id");