import { z } from "@hono/zod-openapi";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire } from "../../platform/money.ts";
import { mitraAccess } from "../mitra/mitra.ts";
import { daftarProduk, type ProdukDeps } from "./produk.ts";
import { produkSchema } from "./schema.ts";

const produk = defineRoute({
  method: "get",
  path: "/produk",
  operationId: "daftarProduk",
  tags: ["PPOB"],
  summary: "Daftar produk yang dijual",
  access: mitraAccess,
  responses: {
    200: { description: "Produk", content: { "application/json": { schema: z.array(produkSchema) } } },
  },
});

export function produkRoutes(deps: ProdukDeps): Router {
  const router = createRouter();
  router.openapi(produk, async (c) => {
    const baris = await daftarProduk(deps, c.var.actor);
    const jawaban = baris.map(({ id, nama, deskripsi, kategori, harga, nominal }) => {
      return {
        id,
        nama,
        harga: toWire(harga),
        deskripsi,
        kategori,
        nominal: nominal === null ? null : toWire(nominal),
      };
    });
    return c.json(jawaban, 200);
  });
  return router;
}
