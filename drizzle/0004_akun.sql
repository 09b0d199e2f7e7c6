-- The ledger is altered below: rather fail, and be run again, than stall every purchase behind a long reader.
SET LOCAL lock_timeout = '3s';--> statement-breakpoint
CREATE TYPE "public"."peran_akun" AS ENUM('admin', 'karyawan', 'nasabah');--> statement-breakpoint
ALTER TYPE "public"."jenis_jurnal" ADD VALUE 'isi_saldo';--> statement-breakpoint
CREATE TABLE "sesi" (
	"id" uuid PRIMARY KEY NOT NULL,
	"akun_id" bigint NOT NULL,
	"putaran" integer DEFAULT 1 NOT NULL,
	"diputar_pada" timestamp with time zone NOT NULL,
	"agen" text NOT NULL,
	"alamat" text NOT NULL,
	"dibuat_pada" timestamp with time zone NOT NULL,
	"kedaluwarsa_pada" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "akun" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "akun_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"nama" text NOT NULL,
	"email" text NOT NULL,
	"username" text,
	"kata_sandi" text NOT NULL,
	"versi_kata_sandi" integer DEFAULT 1 NOT NULL,
	"peran" "peran_akun" NOT NULL,
	"aktif" boolean DEFAULT true NOT NULL,
	"versi_token" integer DEFAULT 1 NOT NULL,
	"dibuat_pada" timestamp with time zone NOT NULL,
	CONSTRAINT "akun_email_unique" UNIQUE("email"),
	CONSTRAINT "akun_email_huruf_kecil" CHECK ("akun"."email" = lower("akun"."email")),
	CONSTRAINT "akun_username_bentuk" CHECK ("akun"."username" ~ '^[A-Za-z0-9._-]{3,32}$'),
	CONSTRAINT "akun_kata_sandi_bcrypt" CHECK ("akun"."kata_sandi" ~ '^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}$')
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"waktu" timestamp with time zone NOT NULL,
	"pelaku" text NOT NULL,
	"aksi" text NOT NULL,
	"sasaran_tabel" text NOT NULL,
	"sasaran_id" text,
	"rincian" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "jurnal" ADD COLUMN "akun_id" bigint;--> statement-breakpoint
ALTER TABLE "jurnal" ADD COLUMN "keterangan" text;--> statement-breakpoint
ALTER TABLE "sesi" ADD CONSTRAINT "sesi_akun_id_akun_id_fk" FOREIGN KEY ("akun_id") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sesi_akun" ON "sesi" USING btree ("akun_id","dibuat_pada");--> statement-breakpoint
CREATE INDEX "sesi_kedaluwarsa" ON "sesi" USING btree ("kedaluwarsa_pada");--> statement-breakpoint
CREATE INDEX "akun_peran" ON "akun" USING btree ("peran","id");--> statement-breakpoint
CREATE UNIQUE INDEX "akun_username_unik" ON "akun" USING btree (lower("username"));--> statement-breakpoint
CREATE INDEX "audit_sasaran" ON "audit" USING btree ("sasaran_tabel","sasaran_id","id");--> statement-breakpoint
CREATE INDEX "audit_pelaku" ON "audit" USING btree ("pelaku","id");--> statement-breakpoint
ALTER TABLE "jurnal" ADD CONSTRAINT "jurnal_akun_id_akun_id_fk" FOREIGN KEY ("akun_id") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;