import { z } from "@hono/zod-openapi";
import { keyField } from "../platform/http/fields.ts";
import { listQuery, wholeQuery } from "../platform/http/list.ts";
import { SEBAB_RUSAK } from "./repo.ts";

export const auditSchema = z
  .object({
    id: z.int().openapi({ format: "int64", example: 42 }),
    actor: z.string().openapi({
      description:
        "Pelakunya: `akun:<id>`, `mitra:<id>`, `layanan:<nama>`, atau `tamu` bila tidak diketahui siapa.",
      example: "akun:1",
    }),
    action: z.string().openapi({ description: "Benda dan perbuatan.", example: "nasabah.ubah" }),
    target_table: z.string().openapi({ example: "nasabah" }),
    target_id: z.string().nullable().openapi({ example: "7" }),
    user_id: z
      .int()
      .nullable()
      .openapi({ format: "int64", description: "Nasabah yang dikenainya, bila ada.", example: 7 }),
    details: z.record(z.string(), z.unknown()).openapi({
      description:
        "Apa yang berubah. Dari data pribadi hanya nama isiannya, di `kolom`; isinya tidak pernah tercatat.",
      example: { kolom: ["name", "phone"] },
    }),
    created_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("Audit");

const pilihan = (name: string) => ({ param: { name, in: "query", required: false } as const });

/** More than anybody's clock counts. */
const MAX_INSTANT = 40;

/** A moment as ISO 8601 with its zone, within the years that have four digits. */
const instantQuery = (name: string, description: string, example: string) =>
  z.iso
    .datetime({
      offset: true,
      error: "harus waktu ISO 8601 dengan zona, misalnya 2026-11-20T10:00:00%2B07:00 (`+` ditulis %2B)",
    })
    .max(MAX_INSTANT)
    .transform((text) => new Date(text))
    .pipe(z.date().min(new Date("0001-01-01T00:00:00Z")).max(new Date("9999-12-31T23:59:59.999Z")))
    .optional()
    .openapi({
      type: "string",
      format: "date-time",
      maxLength: MAX_INSTANT,
      description,
      example,
      ...pilihan(name),
    });

export const auditQuery = z
  .strictObject({
    ...listQuery,
    target_table: z
      .string()
      .regex(/^[a-z_]{1,63}$/, "harus nama tabel, misalnya nasabah")
      .optional()
      .openapi({ example: "nasabah", ...pilihan("target_table") }),
    target_id: keyField()
      .optional()
      .openapi({ description: "Hanya bersama target_table.", example: "7", ...pilihan("target_id") }),
    actor: z
      .string()
      .regex(
        /^(tamu|(akun|mitra):[1-9]\d{0,15}|layanan:[a-z_]{1,50})$/,
        "harus akun:<id>, mitra:<id>, layanan:<nama> atau tamu",
      )
      .optional()
      .openapi({ example: "akun:1", ...pilihan("actor") }),
    action: z
      .string()
      .regex(/^[a-z_]{1,63}\.[a-z_]{1,63}$/, "harus benda dan perbuatan, misalnya nasabah.ubah")
      .optional()
      .openapi({ example: "nasabah.ubah", ...pilihan("action") }),
    user_id: wholeQuery(Number.MAX_SAFE_INTEGER)
      .optional()
      .openapi({
        type: "integer",
        format: "int64",
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Nasabah yang dikenainya.",
        example: 7,
        ...pilihan("user_id"),
      }),
    from: instantQuery("from", "Sejak saat ini, dengan saat ini sendiri.", "2026-11-20T03:00:00Z"),
    to: instantQuery("to", "Sebelum saat ini.", "2026-11-21T10:00:00+07:00"),
  })
  .refine(({ target_table, target_id }) => target_id === undefined || target_table !== undefined, {
    path: ["target_id"],
    error: "hanya bersama target_table",
  });

/** The most links that one request recomputes: some seconds' work. */
const MAX_MATA = 50_000;

export const rantaiQuery = z.strictObject({
  from: wholeQuery(Number.MAX_SAFE_INTEGER)
    .default(1)
    .openapi({
      type: "integer",
      format: "int64",
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 1,
      description: "Nomor mata rantai yang pertama diperiksa.",
      ...pilihan("from"),
    }),
  limit: wholeQuery(MAX_MATA)
    .default(MAX_MATA)
    .openapi({
      type: "integer",
      minimum: 1,
      maximum: MAX_MATA,
      default: MAX_MATA,
      description: "Paling banyak sekian mata rantai.",
      ...pilihan("limit"),
    }),
});

export const rantaiSchema = z
  .object({
    ok: z.boolean().openapi({ description: "Sejauh yang diperiksa, rantai utuh.", example: true }),
    checked: z.int().openapi({ description: "Banyaknya mata rantai yang benar.", example: 42 }),
    up_to: z
      .int()
      .openapi({ format: "int64", description: "Nomor mata rantai terakhir yang benar.", example: 42 }),
    length: z.int().openapi({ format: "int64", description: "Panjang seluruh rantai.", example: 42 }),
    hash: z.string().nullable().openapi({
      description:
        "Hash mata rantai `up_to`. Simpan bersama nomornya di tempat lain: di pemeriksaan berikutnya mata rantai itu harus masih sama. Null bila mata rantai sebelum `from` sudah tidak ada.",
      example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }),
    broken_at: z.int().nullable().openapi({
      format: "int64",
      description: "Nomor mata rantai yang rusak; untuk `tanpa_mata` id baris audit.",
      example: null,
    }),
    reason: z.enum(SEBAB_RUSAK).nullable().openapi({
      description:
        "`mata_hilang`: mata rantai tidak ada. `baris_hilang`: baris auditnya tidak ada. `hash_beda`: baris atau hash diubah. `ujung_beda`: rantai tidak berakhir di ujung yang tercatat. `tanpa_mata`: baris audit tidak ada di rantai.",
      example: null,
    }),
    next: z.int().nullable().openapi({
      format: "int64",
      description: "`from` untuk meneruskan; null di ujung rantai dan di tempat yang rusak.",
      example: null,
    }),
  })
  .openapi("RantaiAudit");
