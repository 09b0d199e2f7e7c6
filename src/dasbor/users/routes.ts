import { z } from "@hono/zod-openapi";
import { semua, type UsersDeps } from "../../direktori/users/users.ts";
import { defineRoute } from "../../platform/http/route.ts";
import type { Router } from "../../platform/http/router.ts";
import { ALAMAT } from "../alamat.ts";
import { PER_HALAMAN, ruteDasbor, staf, tunjukkan } from "../kerangka/kerangka.ts";
import { usersQuery } from "./schema.ts";
import { halamanUsers } from "./tampilan.tsx";

const daftar = defineRoute({
  method: "get",
  path: ALAMAT.users,
  hide: true,
  operationId: "dasborUsers",
  tags: ["Dasbor"],
  summary: "Direktori pegawai dan nasabah",
  access: staf("admin", "karyawan"),
  request: { query: usersQuery },
  responses: { 200: { description: "Halaman", content: { "text/html": { schema: z.string() } } } },
});

export function usersRoutes(deps: UsersDeps): Router {
  const router = ruteDasbor();
  router.openapi(daftar, async (c) => {
    const query = c.req.valid("query");
    const { q: cari, kind, halaman = 1 } = query;
    const bagian = { skip: (halaman - 1) * PER_HALAMAN, limit: PER_HALAMAN };
    const saringan = { cari, kind, idJabatan: undefined };
    const { baris, total } = await semua(deps, c.var.actor, bagian, saringan);
    return tunjukkan(c, halamanUsers(query, baris, total));
  });
  return router;
}
