CREATE INDEX "berkas_terbuang_sejak" ON "berkas_terbuang" USING btree ("sejak","baris");--> statement-breakpoint
CREATE INDEX "loan_applications_status" ON "loan_applications" USING btree ("status","id");--> statement-breakpoint
ALTER TABLE "addresses" ADD CONSTRAINT "addresses_type_dikenal" CHECK ("addresses"."type" in ('home', 'work', 'billing'));--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_channel_dikenal" CHECK ("consents"."channel" in ('app', 'paper', 'call'));--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_doc_type_dikenal" CHECK ("documents"."doc_type" in ('ktp', 'selfie', 'bank_statement', 'invoice'));--> statement-breakpoint
ALTER TABLE "emergency_contacts" ADD CONSTRAINT "emergency_contacts_status_dikenal" CHECK ("emergency_contacts"."consent_status" in ('pending', 'granted', 'refused'));--> statement-breakpoint
ALTER TABLE "employment" ADD CONSTRAINT "employment_type_dikenal" CHECK ("employment"."employment_type" in ('permanent', 'contract', 'self_employed', 'freelance', 'other'));--> statement-breakpoint
ALTER TABLE "loan_applications" ADD CONSTRAINT "loan_applications_status_dikenal" CHECK ("loan_applications"."status" in ('submitted', 'review', 'approved', 'rejected', 'withdrawn', 'disbursed', 'active', 'closed'));--> statement-breakpoint
ALTER TABLE "privacy_requests" ADD CONSTRAINT "privacy_requests_kind_dikenal" CHECK ("privacy_requests"."kind" in ('access', 'erasure'));--> statement-breakpoint
ALTER TABLE "privacy_requests" ADD CONSTRAINT "privacy_requests_status_dikenal" CHECK ("privacy_requests"."status" in ('received', 'done', 'cancelled'));--> statement-breakpoint
ALTER TABLE "audit_ujung" ADD CONSTRAINT "audit_ujung_satu" CHECK ("audit_ujung"."satu");--> statement-breakpoint
ALTER TABLE "kunci_indeks" ADD CONSTRAINT "kunci_indeks_satu" CHECK ("kunci_indeks"."satu");