import { defineRoute, open } from "../platform/http/route.ts";
import { createRouter, type Router } from "../platform/http/router.ts";
import { akunRoutes } from "./akun/routes.ts";
import { ALAMAT, PERTAMA } from "./alamat.ts";
import { auditRoutes } from "./audit/routes.ts";
import { botRoutes } from "./bot/routes.ts";
import { chatRoutes } from "./chat/routes.ts";
import { depositRoutes } from "./deposit/routes.ts";
import { takAdaRoutes } from "./kerangka/kerangka.ts";
import { mitraRoutes } from "./mitra/routes.ts";
import { produkRoutes } from "./produk/routes.ts";
import { transaksiRoutes } from "./transaksi/routes.ts";
import { usersRoutes } from "./users/routes.ts";

type DasborDeps = Parameters<typeof chatRoutes>[0] &
  Parameters<typeof akunRoutes>[0] &
  Parameters<typeof mitraRoutes>[0] &
  Parameters<typeof usersRoutes>[0];

const dasbor = defineRoute({
  method: "get",
  path: ALAMAT.dasbor,
  hide: true,
  operationId: "dasbor",
  tags: ["Dasbor"],
  summary: "Ke halaman pertama dasbor",
  access: open,
  responses: { 303: { description: "Halaman pertama" } },
});

/** The staff's pages: what the doors do for admins and karyawan, for people with a browser. */
export function dasborRoutes(deps: DasborDeps): Router {
  const router = createRouter();
  router.openapi(dasbor, (c) => c.redirect(PERTAMA, 303));
  router.route("/", takAdaRoutes());
  router.route("/", chatRoutes(deps));
  router.route("/", botRoutes(deps));
  router.route("/", transaksiRoutes(deps));
  router.route("/", mitraRoutes(deps));
  router.route("/", depositRoutes(deps));
  router.route("/", produkRoutes(deps));
  router.route("/", usersRoutes(deps));
  router.route("/", akunRoutes(deps));
  router.route("/", auditRoutes(deps));
  return router;
}
