import { z } from "@hono/zod-openapi";
import { constantTimeEqual, hmacHex } from "../../platform/crypto/hash.ts";
import { service } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { SignatureInvalid } from "../../platform/http/errors.ts";
import type { Access } from "../../platform/http/route.ts";
import type { Log } from "../../platform/log.ts";
import { terimaMutasiBank, type MutasiMasuk } from "./repo.ts";

// What a service that reads our bank account (Moota, or one like it) tells of it. https://moota.gitbook.io/apiv2

/** The route that tells of the bank account. Without a secret nobody gets in. */
export function bankAccess(secret: string | undefined): Access {
  return {
    schemes: [
      {
        name: "mutasiBank",
        definition: {
          type: "apiKey",
          in: "header",
          name: "Signature",
          description: "HMAC-SHA256 (hex) atas isi persis, dengan BANK_WEBHOOK_SECRET.",
        },
      },
    ],
    errors: [SignatureInvalid],
    middleware: [
      async (c, next) => {
        const given = c.req.header("signature") ?? "";
        if (secret === undefined || !constantTimeEqual(given, hmacHex("sha256", secret, c.var.rawBody)))
          throw new SignatureInvalid();
        await next();
      },
    ],
  };
}

/** The longest description that is kept, in characters. */
const MAX_KETERANGAN = 200;

/** The bank's own words as one line that can be stored and shown. */
const keterangan = z
  .string()
  .transform((text) =>
    text
      .replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ")
      .replaceAll(/[\u202A-\u202E\u2066-\u2069]/gu, "")
      .replaceAll(/\s+/g, " ")
      .trim()
      .slice(0, MAX_KETERANGAN)
      // Not within a character: its first half alone would show as a question mark.
      .replace(/[\uD800-\uDBFF]$/, "")
      .toWellFormed(),
  )
  .catch("");

const tanda = z.union([z.string(), z.int().transform(String)]).pipe(z.string().regex(/^[\x21-\x7e]{1,200}$/));

/** Whole rupiah, however many zeros stand behind the point. */
const rupiah = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,16}(\.0{1,4})?$/)
      .transform(Number),
  ])
  .pipe(z.int().positive());

/** Money that came in, as far as it can be read; what else is said of it is not looked at. */
const masuk = z
  .object({
    mutation_id: tanda.nullish().catch(undefined),
    id: tanda.nullish().catch(undefined),
    amount: rupiah,
    description: keterangan,
  })
  .transform(({ mutation_id: milikBank, id, amount, description }, issues): MutasiMasuk => {
    const dikenal = milikBank ?? id;
    if (dikenal) return { id: dikenal, jumlah: amount, keterangan: description };
    issues.addIssue({ code: "custom", message: "tanpa id" });
    return z.NEVER;
  });

const arah = z.object({ type: z.string().transform((type) => type.trim().toUpperCase()) });
const MASUK = ["CR", "K"];
const KELUAR = ["DB", "D"];

/**
 * Takes in mutations of our bank account, in one roundtrip. Each that came in counts once, however often it is told; it
 * pays the open ticket with exactly its amount, or waits for an admin. What went out is none of ours, and what cannot be
 * read is logged and skipped. `diterima`: how many are new; `lunas`: how many of these paid a ticket; `dilewati`: how many
 * could not be read.
 */
export async function terima(
  { db }: { db: Database },
  mutasi: readonly unknown[],
  log: Log,
): Promise<{ diterima: number; lunas: number; dilewati: number }> {
  const berarah = mutasi.map((isi) => ({ isi, arah: arah.safeParse(isi).data?.type ?? "" }));
  const dibaca = berarah.flatMap(({ isi, arah: ke }) => (MASUK.includes(ke) ? [masuk.safeParse(isi)] : []));
  const terbaca = dibaca.flatMap(({ data }) => (data ? [data] : []));
  const keluar = berarah.filter(({ arah: ke }) => KELUAR.includes(ke)).length;
  const rusak = mutasi.length - keluar - terbaca.length;
  if (rusak > 0) log.warn("webhook_unreadable", { vendor: "bank", mutations: rusak });
  if (terbaca.length === 0) return { diterima: 0, lunas: 0, dilewati: rusak };

  const [baru] = await withActor(db, service("bank"), [terimaMutasiBank(db, terbaca)]);
  for (const { id, depositId } of baru) {
    if (depositId === null) log.warn("bank_mutation_unmatched", { mutasi_bank_id: id });
    else log.info("deposit_paid", { deposit_id: depositId, mutasi_bank_id: id });
  }
  const lunas = baru.filter(({ depositId }) => depositId !== null).length;
  return { diterima: baru.length, lunas, dilewati: rusak };
}
