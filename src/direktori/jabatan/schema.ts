import { z } from "@hono/zod-openapi";
import { idParam, MAX_INT4, paragraphField, textField } from "../../platform/http/fields.ts";
import { skipQuery } from "../../platform/http/list.ts";

const nama = textField(1, 100).openapi({ example: "Supervisor" });
const deskripsi = paragraphField(0, 2_000).nullable().openapi({ example: "Mengawasi satu tim" });

export const jabatanSchema = z
  .object({
    id_jabatan: z.int().min(1).max(MAX_INT4).openapi({ format: "int32", example: 1 }),
    nama_jabatan: z.string().openapi({ example: "Manajer" }),
    deskripsi: z.string().nullable().openapi({ example: "Memimpin dan mengatur pekerjaan tim" }),
  })
  .openapi("Jabatan");

export const tambahJabatanSchema = z
  .strictObject({ nama_jabatan: nama, deskripsi: deskripsi.optional() })
  .openapi("TambahJabatan");

export const ubahJabatanSchema = z
  .strictObject({ nama_jabatan: nama.optional(), deskripsi: deskripsi.optional() })
  .refine((isi) => Object.keys(isi).length > 0, "tidak ada yang diubah")
  .openapi("UbahJabatan", { minProperties: 1 });

export const jabatanQuery = z.strictObject(skipQuery);

export const jabatanParams = z.strictObject({ id: idParam("id", MAX_INT4) });
