-- Busy tables are altered below: rather fail, and be run again, than stall everybody behind a long reader.
SET LOCAL lock_timeout = '3s';--> statement-breakpoint
ALTER TYPE "public"."jenis_jurnal" ADD VALUE 'cair';--> statement-breakpoint
ALTER TYPE "public"."jenis_jurnal" ADD VALUE 'batal_cair';--> statement-breakpoint
ALTER TYPE "public"."jenis_jurnal" ADD VALUE 'angsuran';--> statement-breakpoint
ALTER TYPE "public"."nama_buku" ADD VALUE 'pokok';--> statement-breakpoint
CREATE TABLE "addresses" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "addresses_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"type" text NOT NULL,
	"address_line" text NOT NULL,
	"city" text NOT NULL,
	"province" text,
	"postal_code" text,
	"country" text DEFAULT 'ID' NOT NULL,
	"created_at" timestamp with time zone DEFAULT app.jam() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bank_accounts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "bank_accounts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"baris" uuid NOT NULL,
	"bank_name" text NOT NULL,
	"account_number_segel" text NOT NULL,
	"account_number_indeks" text NOT NULL,
	"account_holder" text NOT NULL,
	"verified" boolean DEFAULT false NOT NULL,
	"verified_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	CONSTRAINT "bank_accounts_baris_unique" UNIQUE("baris"),
	CONSTRAINT "bank_accounts_user_nomor" UNIQUE("user_id","account_number_indeks"),
	CONSTRAINT "bank_accounts_verified" CHECK ("bank_accounts"."verified" = ("bank_accounts"."verified_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "consent_texts" (
	"purpose" text NOT NULL,
	"version" integer NOT NULL,
	"text" text NOT NULL,
	"valid_from" date NOT NULL,
	CONSTRAINT "consent_texts_purpose_version_pk" PRIMARY KEY("purpose","version")
);
--> statement-breakpoint
CREATE TABLE "consents" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "consents_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"purpose" text NOT NULL,
	"text_version" integer NOT NULL,
	"channel" text NOT NULL,
	"evidence" text,
	"given_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	"withdrawn_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "crash_reports" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "crash_reports_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint,
	"device_id" bigint,
	"title" text NOT NULL,
	"stacktrace" text NOT NULL,
	"metadata" jsonb NOT NULL,
	"reported_at" timestamp with time zone DEFAULT app.jam() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "devices_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"baris" uuid NOT NULL,
	"device_uuid" uuid,
	"imei_segel" text,
	"imei_indeks" text,
	"imsi_segel" text,
	"sim_serial_segel" text,
	"android_id" text,
	"advertising_id" text,
	"device_model" text,
	"device_brand" text,
	"os_version" text,
	"app_version" text,
	"fcm_token" text,
	"last_seen_at" timestamp with time zone,
	"metadata" jsonb,
	"registered_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	CONSTRAINT "devices_baris_unique" UNIQUE("baris"),
	CONSTRAINT "devices_device_uuid_unik" UNIQUE("device_uuid"),
	CONSTRAINT "devices_imei_segel" CHECK (("devices"."imei_segel" is null) = ("devices"."imei_indeks" is null)),
	CONSTRAINT "devices_dikenal" CHECK (num_nonnulls("devices"."imei_segel", "devices"."android_id", "devices"."advertising_id") > 0)
);
--> statement-breakpoint
CREATE TABLE "berkas_terbuang" (
	"baris" text PRIMARY KEY NOT NULL,
	"sejak" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "documents_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"device_id" bigint,
	"baris" uuid NOT NULL,
	"doc_type" text NOT NULL,
	"file_name" text NOT NULL,
	"mime_type" text NOT NULL,
	"file_size" integer NOT NULL,
	"exif" jsonb NOT NULL,
	"uploaded_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	CONSTRAINT "documents_baris_unique" UNIQUE("baris")
);
--> statement-breakpoint
CREATE TABLE "emergency_contacts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "emergency_contacts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"device_id" bigint,
	"baris" uuid NOT NULL,
	"contact_name" text NOT NULL,
	"contact_phone_segel" text NOT NULL,
	"contact_email" text,
	"relation" text,
	"is_primary" boolean DEFAULT false NOT NULL,
	"consent_status" text DEFAULT 'pending' NOT NULL,
	"consent_at" timestamp with time zone,
	"consent_method" text,
	"consent_evidence" text,
	"created_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	CONSTRAINT "emergency_contacts_baris_unique" UNIQUE("baris"),
	CONSTRAINT "emergency_contacts_consent" CHECK (("emergency_contacts"."consent_status" = 'pending') = (num_nonnulls("emergency_contacts"."consent_at", "emergency_contacts"."consent_method", "emergency_contacts"."consent_evidence") = 0)
        and num_nonnulls("emergency_contacts"."consent_at", "emergency_contacts"."consent_method", "emergency_contacts"."consent_evidence") in (0, 3))
);
--> statement-breakpoint
CREATE TABLE "employment" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "employment_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"employer_name" text,
	"job_title" text,
	"income_monthly" bigint NOT NULL,
	"employment_type" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	CONSTRAINT "employment_income" CHECK ("employment"."income_monthly" between 0 and 10000000000)
);
--> statement-breakpoint
CREATE TABLE "loan_applications" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "loan_applications_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"application_no" text NOT NULL,
	"amount" bigint NOT NULL,
	"term_months" integer NOT NULL,
	"status" text DEFAULT 'submitted' NOT NULL,
	"purpose" text,
	"officer_id" bigint,
	"first_approver_id" bigint,
	"decided_by" bigint,
	"submitted_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	"decision_at" timestamp with time zone,
	"decision_note" text,
	"daily_rate_ppm" integer,
	"bank_account_id" bigint,
	"disbursed_at" timestamp with time zone,
	"transfer_reference" text,
	"activated_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	CONSTRAINT "loan_applications_no_unik" UNIQUE("application_no"),
	CONSTRAINT "loan_applications_amount" CHECK ("loan_applications"."amount" > 0 and "loan_applications"."term_months" between 1 and 60),
	CONSTRAINT "loan_applications_rate" CHECK ("loan_applications"."daily_rate_ppm" between 0 and 10000)
);
--> statement-breakpoint
CREATE TABLE "loan_instalments" (
	"loan_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"due_on" date NOT NULL,
	"principal" bigint NOT NULL,
	"interest" bigint NOT NULL,
	"principal_paid" bigint NOT NULL,
	"interest_paid" bigint NOT NULL,
	CONSTRAINT "loan_instalments_loan_id_number_pk" PRIMARY KEY("loan_id","number"),
	CONSTRAINT "loan_instalments_dibayar" CHECK ("loan_instalments"."principal_paid" between 0 and "loan_instalments"."principal" and "loan_instalments"."interest_paid" between 0 and "loan_instalments"."interest")
);
--> statement-breakpoint
CREATE TABLE "loan_rules" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "loan_rules_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"valid_from" date NOT NULL,
	"max_term_months" integer NOT NULL,
	"daily_rate_cap_ppm" integer NOT NULL,
	"total_cap_percent" integer NOT NULL,
	"min_amount" bigint NOT NULL,
	"max_amount" bigint NOT NULL,
	"second_person_above" bigint NOT NULL,
	"max_dti_percent" integer NOT NULL,
	CONSTRAINT "loan_rules_satu" UNIQUE("valid_from","max_term_months"),
	CONSTRAINT "loan_rules_masuk_akal" CHECK ("loan_rules"."max_term_months" between 1 and 60 and "loan_rules"."daily_rate_cap_ppm" between 0 and 10000
        and "loan_rules"."total_cap_percent" between 0 and 100 and "loan_rules"."max_dti_percent" between 1 and 100
        and "loan_rules"."min_amount" > 0 and "loan_rules"."max_amount" >= "loan_rules"."min_amount" and "loan_rules"."second_person_above" >= 0)
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notifications_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"device_id" bigint,
	"fcm_token" text NOT NULL,
	"last_registered_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	CONSTRAINT "notifications_user_token" UNIQUE("fcm_token","user_id")
);
--> statement-breakpoint
CREATE TABLE "privacy_requests" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "privacy_requests_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"received_at" timestamp with time zone DEFAULT app.jam() NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"execute_at" timestamp with time zone,
	"completed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "telemetry_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "telemetry_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint,
	"device_id" bigint,
	"event_name" text NOT NULL,
	"event_props" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT app.jam() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_rantai" (
	"urut" bigint PRIMARY KEY NOT NULL,
	"audit_id" bigint NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_rantai_audit_id_unique" UNIQUE("audit_id")
);
--> statement-breakpoint
CREATE TABLE "audit_ujung" (
	"satu" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"urut" bigint NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kunci_indeks" (
	"satu" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"versi" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "buku" DROP CONSTRAINT "buku_mitra_nama";--> statement-breakpoint
ALTER TABLE "buku" DROP CONSTRAINT "buku_saldo_tidak_negatif";--> statement-breakpoint
ALTER TABLE "buku" DROP CONSTRAINT "buku_milik";--> statement-breakpoint
ALTER TABLE "nasabah" ADD COLUMN "kunci" text;--> statement-breakpoint
ALTER TABLE "nasabah" ADD COLUMN "petugas_id" bigint DEFAULT case when app.peran() = 'karyawan' then app.akun_id() end;--> statement-breakpoint
ALTER TABLE "nasabah" ADD COLUMN "nik_flag" text;--> statement-breakpoint
ALTER TABLE "nasabah" ADD COLUMN "dihapus_pada" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "subjek_id" bigint;--> statement-breakpoint
ALTER TABLE "buku" ADD COLUMN "loan_id" bigint;--> statement-breakpoint
ALTER TABLE "jurnal" ADD COLUMN "loan_id" bigint;--> statement-breakpoint
ALTER TABLE "addresses" ADD CONSTRAINT "addresses_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bank_accounts" ADD CONSTRAINT "bank_accounts_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_text_ada" FOREIGN KEY ("purpose","text_version") REFERENCES "public"."consent_texts"("purpose","version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crash_reports" ADD CONSTRAINT "crash_reports_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crash_reports" ADD CONSTRAINT "crash_reports_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergency_contacts" ADD CONSTRAINT "emergency_contacts_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergency_contacts" ADD CONSTRAINT "emergency_contacts_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employment" ADD CONSTRAINT "employment_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loan_applications" ADD CONSTRAINT "loan_applications_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loan_applications" ADD CONSTRAINT "loan_applications_officer_id_akun_id_fk" FOREIGN KEY ("officer_id") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loan_applications" ADD CONSTRAINT "loan_applications_first_approver_id_akun_id_fk" FOREIGN KEY ("first_approver_id") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loan_applications" ADD CONSTRAINT "loan_applications_decided_by_akun_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loan_applications" ADD CONSTRAINT "loan_applications_bank_account_id_bank_accounts_id_fk" FOREIGN KEY ("bank_account_id") REFERENCES "public"."bank_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loan_instalments" ADD CONSTRAINT "loan_instalments_loan_id_loan_applications_id_fk" FOREIGN KEY ("loan_id") REFERENCES "public"."loan_applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "privacy_requests" ADD CONSTRAINT "privacy_requests_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "telemetry_events" ADD CONSTRAINT "telemetry_events_user_id_nasabah_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."nasabah"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "telemetry_events" ADD CONSTRAINT "telemetry_events_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "addresses_user" ON "addresses" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "bank_accounts_user" ON "bank_accounts" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "bank_accounts_nomor" ON "bank_accounts" USING btree ("account_number_indeks");--> statement-breakpoint
CREATE INDEX "consents_user" ON "consents" USING btree ("user_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "consents_satu_berlaku" ON "consents" USING btree ("user_id","purpose") WHERE "consents"."withdrawn_at" is null;--> statement-breakpoint
CREATE INDEX "crash_reports_user" ON "crash_reports" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "crash_reports_device" ON "crash_reports" USING btree ("device_id");--> statement-breakpoint
CREATE INDEX "devices_user" ON "devices" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "devices_imei" ON "devices" USING btree ("imei_indeks");--> statement-breakpoint
CREATE INDEX "documents_user" ON "documents" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "documents_device" ON "documents" USING btree ("device_id");--> statement-breakpoint
CREATE INDEX "emergency_contacts_user" ON "emergency_contacts" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "emergency_contacts_device" ON "emergency_contacts" USING btree ("device_id");--> statement-breakpoint
CREATE UNIQUE INDEX "emergency_contacts_satu_utama" ON "emergency_contacts" USING btree ("user_id") WHERE "emergency_contacts"."is_primary";--> statement-breakpoint
CREATE INDEX "employment_user" ON "employment" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "loan_applications_user" ON "loan_applications" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "loan_applications_petugas" ON "loan_applications" USING btree ("officer_id","id");--> statement-breakpoint
CREATE INDEX "loan_applications_bank" ON "loan_applications" USING btree ("bank_account_id");--> statement-breakpoint
CREATE INDEX "loan_applications_menunggu" ON "loan_applications" USING btree ("id") WHERE "loan_applications"."status" in ('submitted', 'review');--> statement-breakpoint
CREATE INDEX "loan_applications_ditolak" ON "loan_applications" USING btree ("decision_at") WHERE "loan_applications"."status" in ('rejected', 'withdrawn');--> statement-breakpoint
CREATE INDEX "notifications_user" ON "notifications" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "notifications_device" ON "notifications" USING btree ("device_id");--> statement-breakpoint
CREATE INDEX "privacy_requests_user" ON "privacy_requests" USING btree ("user_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "privacy_requests_satu_penghapusan" ON "privacy_requests" USING btree ("user_id") WHERE "privacy_requests"."kind" = 'erasure' and "privacy_requests"."status" = 'received';--> statement-breakpoint
CREATE INDEX "privacy_requests_jatuh_tempo" ON "privacy_requests" USING btree ("execute_at") WHERE "privacy_requests"."status" = 'received';--> statement-breakpoint
CREATE INDEX "telemetry_events_user" ON "telemetry_events" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "telemetry_events_user_event" ON "telemetry_events" USING btree ("user_id","event_name","id");--> statement-breakpoint
CREATE INDEX "telemetry_events_device" ON "telemetry_events" USING btree ("device_id");--> statement-breakpoint
ALTER TABLE "nasabah" ADD CONSTRAINT "nasabah_petugas_id_akun_id_fk" FOREIGN KEY ("petugas_id") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buku" ADD CONSTRAINT "buku_loan_id_loan_applications_id_fk" FOREIGN KEY ("loan_id") REFERENCES "public"."loan_applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jurnal" ADD CONSTRAINT "jurnal_loan_id_loan_applications_id_fk" FOREIGN KEY ("loan_id") REFERENCES "public"."loan_applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "nasabah_email" ON "nasabah" USING btree ("email");--> statement-breakpoint
CREATE INDEX "nasabah_petugas" ON "nasabah" USING btree ("petugas_id","id");--> statement-breakpoint
CREATE INDEX "audit_aksi" ON "audit" USING btree ("aksi","id");--> statement-breakpoint
CREATE INDEX "audit_waktu" ON "audit" USING btree ("waktu");--> statement-breakpoint
CREATE INDEX "audit_subjek" ON "audit" USING btree ("subjek_id","id");--> statement-breakpoint
ALTER TABLE "buku" ADD CONSTRAINT "buku_loan" UNIQUE("loan_id");--> statement-breakpoint
ALTER TABLE "buku" ADD CONSTRAINT "buku_mitra_nama" UNIQUE NULLS NOT DISTINCT("mitra_id","nama","loan_id");--> statement-breakpoint
ALTER TABLE "buku" ADD CONSTRAINT "buku_saldo_tidak_negatif" CHECK (case when "buku"."loan_id" is null then "buku"."saldo" >= 0 else "buku"."saldo" <= 0 end);--> statement-breakpoint
ALTER TABLE "buku" ADD CONSTRAINT "buku_milik" CHECK (num_nonnulls("buku"."mitra_id", "buku"."loan_id") = num_nonnulls("buku"."saldo")
        and ("buku"."mitra_id" is not null) = ("buku"."nama"::text in ('tersedia', 'ditahan'))
        and ("buku"."loan_id" is not null) = ("buku"."nama"::text = 'pokok'));