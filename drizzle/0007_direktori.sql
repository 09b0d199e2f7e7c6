-- `akun` is referred to below: rather fail, and be run again, than stall every login behind a long reader.
SET LOCAL lock_timeout = '3s';--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE SEQUENCE "public"."users_id" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "jabatan" (
	"id_jabatan" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "jabatan_id_jabatan_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"nama_jabatan" text NOT NULL,
	"deskripsi" text
);
--> statement-breakpoint
CREATE TABLE "nasabah" (
	"id" bigint PRIMARY KEY DEFAULT nextval('users_id') NOT NULL,
	"external_user_id" uuid NOT NULL,
	"akun_id" bigint DEFAULT case when app.peran() = 'nasabah' then app.akun_id() end,
	"name" text NOT NULL,
	"phone_segel" text,
	"phone_indeks" text,
	"email" text,
	"dob" date,
	"gender" text,
	"national_id_segel" text,
	"national_id_indeks" text,
	"created_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	CONSTRAINT "nasabah_external_user_id_unique" UNIQUE("external_user_id"),
	CONSTRAINT "nasabah_phone_segel" CHECK (("nasabah"."phone_segel" is null) = ("nasabah"."phone_indeks" is null)),
	CONSTRAINT "nasabah_national_id_segel" CHECK (("nasabah"."national_id_segel" is null) = ("nasabah"."national_id_indeks" is null))
);
--> statement-breakpoint
CREATE TABLE "pegawai" (
	"id" bigint PRIMARY KEY DEFAULT nextval('users_id') NOT NULL,
	"nama" text NOT NULL,
	"alamat" text NOT NULL,
	"telepon" text NOT NULL,
	"id_jabatan" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "nasabah" ADD CONSTRAINT "nasabah_akun_id_akun_id_fk" FOREIGN KEY ("akun_id") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pegawai" ADD CONSTRAINT "pegawai_jabatan_ada" FOREIGN KEY ("id_jabatan") REFERENCES "public"."jabatan"("id_jabatan") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "jabatan_nama_unik" ON "jabatan" USING btree (lower("nama_jabatan"));--> statement-breakpoint
CREATE UNIQUE INDEX "nasabah_akun_unik" ON "nasabah" USING btree ("akun_id");--> statement-breakpoint
CREATE UNIQUE INDEX "nasabah_phone_unik" ON "nasabah" USING btree ("phone_indeks");--> statement-breakpoint
CREATE UNIQUE INDEX "nasabah_national_id_unik" ON "nasabah" USING btree ("national_id_indeks");--> statement-breakpoint
CREATE INDEX "nasabah_nama_cari" ON "nasabah" USING gin (lower("name") gin_trgm_ops) WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "pegawai_jabatan" ON "pegawai" USING btree ("id_jabatan","id");--> statement-breakpoint
CREATE INDEX "pegawai_nama_cari" ON "pegawai" USING gin (lower("nama") gin_trgm_ops) WITH (fastupdate=false);