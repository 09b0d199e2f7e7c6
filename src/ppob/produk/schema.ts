import { z } from "@hono/zod-openapi";

export const produkSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    nama: z.string().openapi({ example: "Pulsa 10k" }),
    harga: z.int().openapi({
      example: 12_000,
      description: "Yang dibayar mitra, rupiah. Produk bebas nominal: biaya di atas nominal.",
    }),
    deskripsi: z.string().openapi({ example: "Pulsa Reguler 10.000" }),
    kategori: z.string().openapi({ example: "pulsa" }),
    nominal: z.int().nullable().openapi({ example: 10_000, description: "Null berarti bebas nominal." }),
  })
  .openapi("Produk");
