CREATE TYPE "public"."peristiwa" AS ENUM('transaksi.sukses', 'transaksi.gagal', 'transaksi.dikembalikan');--> statement-breakpoint
CREATE TYPE "public"."status_kiriman" AS ENUM('menunggu', 'terkirim', 'gagal');--> statement-breakpoint
CREATE TYPE "public"."status_deposit" AS ENUM('menunggu', 'lunas', 'kedaluwarsa', 'batal');--> statement-breakpoint
CREATE TYPE "public"."jenis_aturan" AS ENUM('tetap', 'markup', 'persen');--> statement-breakpoint
CREATE TYPE "public"."jenis_produk" AS ENUM('prabayar', 'pascabayar');--> statement-breakpoint
ALTER TYPE "public"."jenis_jurnal" ADD VALUE 'deposit';--> statement-breakpoint
CREATE TABLE "callback" (
	"mitra_id" bigint PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"aktif" boolean DEFAULT true NOT NULL,
	"gagal_sejak" timestamp with time zone,
	"dimatikan_pada" timestamp with time zone,
	"diubah_pada" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kiriman" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "kiriman_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"pesan_id" text DEFAULT 'msg_' || replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"mitra_id" bigint NOT NULL,
	"transaksi_id" bigint NOT NULL,
	"peristiwa" "peristiwa" NOT NULL,
	"isi" jsonb NOT NULL,
	"status" "status_kiriman" DEFAULT 'menunggu' NOT NULL,
	"percobaan" integer DEFAULT 0 NOT NULL,
	"lanjut_pada" timestamp with time zone NOT NULL,
	"dibuat_pada" timestamp with time zone NOT NULL,
	"terkirim_pada" timestamp with time zone,
	CONSTRAINT "kiriman_pesan_id_unique" UNIQUE("pesan_id"),
	CONSTRAINT "kiriman_sekali" UNIQUE("transaksi_id","peristiwa")
);
--> statement-breakpoint
CREATE TABLE "kiriman_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "kiriman_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kiriman_id" bigint NOT NULL,
	"waktu" timestamp with time zone NOT NULL,
	"url" text NOT NULL,
	"kode_http" integer,
	"galat" text,
	"ms" integer NOT NULL,
	CONSTRAINT "kiriman_log_akhir" CHECK ("kiriman_log"."kode_http" between 100 and 599)
);
--> statement-breakpoint
CREATE TABLE "deposit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deposit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"mitra_id" bigint NOT NULL,
	"jumlah" bigint NOT NULL,
	"total" bigint NOT NULL,
	"status" "status_deposit" DEFAULT 'menunggu' NOT NULL,
	"dibuat_pada" timestamp with time zone NOT NULL,
	"berlaku_sampai" timestamp with time zone NOT NULL,
	"terkunci_sampai" timestamp with time zone NOT NULL,
	"lunas_pada" timestamp with time zone,
	"jurnal_id" bigint,
	"akun_id" bigint,
	CONSTRAINT "deposit_jurnal_id_unique" UNIQUE("jurnal_id"),
	CONSTRAINT "deposit_kode_unik" CHECK ("deposit"."jumlah" > 0 and "deposit"."total" - "deposit"."jumlah" between 1 and 999),
	CONSTRAINT "deposit_lunas" CHECK (("deposit"."status" = 'lunas') = ("deposit"."jurnal_id" is not null) and ("deposit"."status" = 'lunas') = ("deposit"."lunas_pada" is not null))
);
--> statement-breakpoint
CREATE TABLE "mutasi_bank" (
	"id" text PRIMARY KEY NOT NULL,
	"jumlah" bigint NOT NULL,
	"keterangan" text DEFAULT '' NOT NULL,
	"waktu" timestamp with time zone NOT NULL,
	"deposit_id" bigint,
	CONSTRAINT "mutasi_bank_deposit_id_unique" UNIQUE("deposit_id"),
	CONSTRAINT "mutasi_bank_masuk" CHECK ("mutasi_bank"."jumlah" > 0)
);
--> statement-breakpoint
CREATE TABLE "tanda_tangan_terpakai" (
	"mitra_id" bigint NOT NULL,
	"hash" text NOT NULL,
	"waktu" timestamp with time zone NOT NULL,
	CONSTRAINT "tanda_tangan_terpakai_mitra_id_hash_pk" PRIMARY KEY("mitra_id","hash")
);
--> statement-breakpoint
CREATE TABLE "aturan_harga" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "aturan_harga_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"mitra_id" bigint,
	"tier" text,
	"produk_id" integer,
	"kategori" text,
	"jenis" "jenis_aturan" NOT NULL,
	"nilai" bigint NOT NULL,
	"diubah_pada" timestamp with time zone NOT NULL,
	CONSTRAINT "aturan_harga_sasaran" UNIQUE NULLS NOT DISTINCT("mitra_id","tier","produk_id","kategori"),
	CONSTRAINT "aturan_harga_siapa" CHECK (num_nonnulls("aturan_harga"."mitra_id", "aturan_harga"."tier") <= 1),
	CONSTRAINT "aturan_harga_apa" CHECK (num_nonnulls("aturan_harga"."produk_id", "aturan_harga"."kategori") <= 1),
	CONSTRAINT "aturan_harga_nilai" CHECK ("aturan_harga"."nilai" >= 0 and ("aturan_harga"."jenis"::text <> 'tetap' or "aturan_harga"."produk_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "produk_biller" (
	"kode" text PRIMARY KEY NOT NULL,
	"jenis" "jenis_produk" NOT NULL,
	"nama" text NOT NULL,
	"kategori" text NOT NULL,
	"merek" text NOT NULL,
	"deskripsi" text DEFAULT '' NOT NULL,
	"harga" bigint,
	"admin" bigint,
	"komisi" bigint,
	"aktif_pembeli" boolean NOT NULL,
	"aktif_penjual" boolean NOT NULL,
	"stok" integer,
	"multi" boolean DEFAULT true NOT NULL,
	"tutup_mulai" time,
	"tutup_selesai" time,
	"ada" boolean DEFAULT true NOT NULL,
	"diperbarui_pada" timestamp with time zone NOT NULL,
	CONSTRAINT "produk_biller_tutup" CHECK (num_nonnulls("produk_biller"."tutup_mulai", "produk_biller"."tutup_selesai") in (0, 2)),
	CONSTRAINT "produk_biller_rupiah" CHECK (least("produk_biller"."harga", "produk_biller"."admin", "produk_biller"."komisi", 0) = 0)
);
--> statement-breakpoint
CREATE TABLE "sinkron_biller" (
	"jenis" "jenis_produk" PRIMARY KEY NOT NULL,
	"diminta_pada" timestamp with time zone NOT NULL,
	"berhasil_pada" timestamp with time zone,
	"jumlah" integer
);
--> statement-breakpoint
CREATE TABLE "tagihan" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tagihan_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"mitra_id" bigint NOT NULL,
	"produk_id" integer NOT NULL,
	"kode_produk" text NOT NULL,
	"nomor_pelanggan" text NOT NULL,
	"isian" text DEFAULT '' NOT NULL,
	"ref_id" text DEFAULT gen_random_uuid()::text NOT NULL,
	"diminta_pada" timestamp with time zone NOT NULL,
	"dijawab_pada" timestamp with time zone,
	"berlaku_sampai" timestamp with time zone,
	"nama_pelanggan" text,
	"periode" text,
	"lembar" integer,
	"harga_modal" bigint,
	"harga" bigint,
	"harga_jual" bigint,
	"admin" bigint,
	"rincian" jsonb,
	CONSTRAINT "tagihan_ref_id_unique" UNIQUE("ref_id"),
	CONSTRAINT "tagihan_lengkap" CHECK (num_nonnulls("tagihan"."dijawab_pada", "tagihan"."berlaku_sampai", "tagihan"."nama_pelanggan", "tagihan"."harga_modal",
        "tagihan"."harga", "tagihan"."harga_jual") in (0, 6)),
	CONSTRAINT "tagihan_rupiah" CHECK ("tagihan"."harga" > 0 and "tagihan"."harga_modal" >= 0 and "tagihan"."harga_jual" >= 0)
);
--> statement-breakpoint
ALTER TABLE "mitra" ADD COLUMN "kunci_dipakai_pada" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mitra" ADD COLUMN "wajib_tanda_tangan" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "mitra" ADD COLUMN "alamat_ip" "inet"[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "mitra" ADD COLUMN "tier" text DEFAULT 'standar' NOT NULL;--> statement-breakpoint
ALTER TABLE "produk" ADD COLUMN "jenis" "jenis_produk" DEFAULT 'prabayar' NOT NULL;--> statement-breakpoint
ALTER TABLE "produk" ADD COLUMN "merek" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "produk" ADD COLUMN "kode_cadangan" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "jurnal" ADD COLUMN "mitra_id" bigint;--> statement-breakpoint
ALTER TABLE "mutasi" ADD COLUMN "jenis" "jenis_jurnal";--> statement-breakpoint
ALTER TABLE "mutasi" ADD COLUMN "waktu" timestamp with time zone;--> statement-breakpoint
-- What is written down already gets what new entries have; nothing of it is said differently.
ALTER TABLE "jurnal" DISABLE TRIGGER "jurnal_tetap";--> statement-breakpoint
ALTER TABLE "mutasi" DISABLE TRIGGER "mutasi_tetap";--> statement-breakpoint
UPDATE "mutasi" m SET "jenis" = j."jenis", "waktu" = j."dibuat_pada" FROM "jurnal" j WHERE j."id" = m."jurnal_id";--> statement-breakpoint
UPDATE "jurnal" j SET "mitra_id" = b."mitra_id" FROM "mutasi" m JOIN "buku" b ON b."id" = m."buku_id"
  WHERE m."jurnal_id" = j."id" AND b."mitra_id" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "jurnal" ENABLE TRIGGER "jurnal_tetap";--> statement-breakpoint
ALTER TABLE "mutasi" ENABLE TRIGGER "mutasi_tetap";--> statement-breakpoint
ALTER TABLE "mutasi" ALTER COLUMN "jenis" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "mutasi" ALTER COLUMN "waktu" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "percobaan" ADD COLUMN "kode" text;--> statement-breakpoint
ALTER TABLE "percobaan" ADD COLUMN "janggal" text;--> statement-breakpoint
ALTER TABLE "transaksi" ADD COLUMN "harga_modal" bigint;--> statement-breakpoint
ALTER TABLE "transaksi" ADD COLUMN "kode_cadangan" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "transaksi" ADD COLUMN "tagihan_id" bigint;--> statement-breakpoint
ALTER TABLE "transaksi" ADD COLUMN "sn" text;--> statement-breakpoint
UPDATE "transaksi" t SET "sn" = p."sn" FROM "percobaan" p WHERE p."transaksi_id" = t."id" AND t."status" = 'sukses';--> statement-breakpoint
ALTER TABLE "callback" ADD CONSTRAINT "callback_mitra_id_mitra_id_fk" FOREIGN KEY ("mitra_id") REFERENCES "public"."mitra"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kiriman" ADD CONSTRAINT "kiriman_mitra_id_mitra_id_fk" FOREIGN KEY ("mitra_id") REFERENCES "public"."mitra"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kiriman" ADD CONSTRAINT "kiriman_transaksi_id_transaksi_id_fk" FOREIGN KEY ("transaksi_id") REFERENCES "public"."transaksi"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kiriman_log" ADD CONSTRAINT "kiriman_log_kiriman_id_kiriman_id_fk" FOREIGN KEY ("kiriman_id") REFERENCES "public"."kiriman"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deposit" ADD CONSTRAINT "deposit_mitra_id_mitra_id_fk" FOREIGN KEY ("mitra_id") REFERENCES "public"."mitra"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deposit" ADD CONSTRAINT "deposit_jurnal_id_jurnal_id_fk" FOREIGN KEY ("jurnal_id") REFERENCES "public"."jurnal"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deposit" ADD CONSTRAINT "deposit_akun_id_akun_id_fk" FOREIGN KEY ("akun_id") REFERENCES "public"."akun"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mutasi_bank" ADD CONSTRAINT "mutasi_bank_deposit_id_deposit_id_fk" FOREIGN KEY ("deposit_id") REFERENCES "public"."deposit"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tanda_tangan_terpakai" ADD CONSTRAINT "tanda_tangan_terpakai_mitra_id_mitra_id_fk" FOREIGN KEY ("mitra_id") REFERENCES "public"."mitra"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "aturan_harga" ADD CONSTRAINT "aturan_harga_mitra_id_mitra_id_fk" FOREIGN KEY ("mitra_id") REFERENCES "public"."mitra"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "aturan_harga" ADD CONSTRAINT "aturan_harga_produk_id_produk_id_fk" FOREIGN KEY ("produk_id") REFERENCES "public"."produk"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tagihan" ADD CONSTRAINT "tagihan_mitra_id_mitra_id_fk" FOREIGN KEY ("mitra_id") REFERENCES "public"."mitra"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tagihan" ADD CONSTRAINT "tagihan_produk_id_produk_id_fk" FOREIGN KEY ("produk_id") REFERENCES "public"."produk"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "kiriman_mitra" ON "kiriman" USING btree ("mitra_id","id");--> statement-breakpoint
CREATE INDEX "kiriman_jatuh_tempo" ON "kiriman" USING btree ("lanjut_pada") WHERE "kiriman"."status" = 'menunggu';--> statement-breakpoint
CREATE INDEX "kiriman_log_kiriman" ON "kiriman_log" USING btree ("kiriman_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "deposit_total_terbuka" ON "deposit" USING btree ("total") WHERE "deposit"."status" = 'menunggu';--> statement-breakpoint
CREATE INDEX "deposit_total" ON "deposit" USING btree ("total","terkunci_sampai");--> statement-breakpoint
CREATE INDEX "deposit_mitra" ON "deposit" USING btree ("mitra_id","id");--> statement-breakpoint
CREATE INDEX "mutasi_bank_waktu" ON "mutasi_bank" USING btree ("waktu","id");--> statement-breakpoint
CREATE INDEX "tanda_tangan_terpakai_waktu" ON "tanda_tangan_terpakai" USING btree ("waktu");--> statement-breakpoint
CREATE INDEX "aturan_harga_tier" ON "aturan_harga" USING btree ("tier");--> statement-breakpoint
CREATE INDEX "tagihan_mitra" ON "tagihan" USING btree ("mitra_id","id");--> statement-breakpoint
ALTER TABLE "jurnal" ADD CONSTRAINT "jurnal_mitra_id_mitra_id_fk" FOREIGN KEY ("mitra_id") REFERENCES "public"."mitra"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transaksi" ADD CONSTRAINT "transaksi_tagihan_id_tagihan_id_fk" FOREIGN KEY ("tagihan_id") REFERENCES "public"."tagihan"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "produk_aktif" ON "produk" USING btree ("id") WHERE "produk"."aktif";--> statement-breakpoint
CREATE INDEX "mutasi_buku_waktu" ON "mutasi" USING btree ("buku_id","waktu","id");--> statement-breakpoint
CREATE INDEX "mutasi_buku_jenis" ON "mutasi" USING btree ("buku_id","jenis","id");--> statement-breakpoint
CREATE INDEX "transaksi_mitra_waktu" ON "transaksi" USING btree ("mitra_id","waktu","id");--> statement-breakpoint
CREATE INDEX "transaksi_mitra_status" ON "transaksi" USING btree ("mitra_id","status","id");--> statement-breakpoint
CREATE INDEX "transaksi_mitra_produk" ON "transaksi" USING btree ("mitra_id","produk_id","id");--> statement-breakpoint
CREATE INDEX "transaksi_mitra_nomor" ON "transaksi" USING btree ("mitra_id","nomor_tujuan","id");--> statement-breakpoint
ALTER TABLE "transaksi" ADD CONSTRAINT "transaksi_tagihan" UNIQUE("tagihan_id");--> statement-breakpoint
ALTER TABLE "mitra" ADD CONSTRAINT "mitra_tier_nama" CHECK ("mitra"."tier" ~ '^[a-z0-9-]{1,30}$');--> statement-breakpoint
ALTER TABLE "mitra" ADD CONSTRAINT "mitra_alamat_ip_paling_banyak" CHECK (cardinality("mitra"."alamat_ip") <= 20);--> statement-breakpoint
ALTER TABLE "produk" ADD CONSTRAINT "produk_pascabayar_tanpa_nominal" CHECK ("produk"."jenis"::text = 'prabayar' or "produk"."nominal" is null);--> statement-breakpoint
ALTER TABLE "produk" ADD CONSTRAINT "produk_cadangan_paling_banyak_dua" CHECK (cardinality("produk"."kode_cadangan") <= 2);