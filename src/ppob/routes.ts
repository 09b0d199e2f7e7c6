import type { Access } from "../platform/http/route.ts";
import { createRouter, type Router } from "../platform/http/router.ts";
import { callbackMitraRoutes } from "./callback/routes.ts";
import { depositRoutes } from "./deposit/routes.ts";
import { hargaRoutes } from "./harga/routes.ts";
import { mitraRoutes } from "./mitra/routes.ts";
import { produkRoutes } from "./produk/routes.ts";
import { riwayatRoutes } from "./riwayat/routes.ts";
import { saldoRoutes } from "./saldo/routes.ts";
import { strukRoutes } from "./struk/routes.ts";
import { tagihanRoutes } from "./tagihan/routes.ts";
import { transaksiRoutes, vendorRoutes } from "./transaksi/routes.ts";

type PpobDeps = Parameters<typeof callbackMitraRoutes>[0] &
  Parameters<typeof depositRoutes>[0] &
  Parameters<typeof mitraRoutes>[0] &
  Parameters<typeof produkRoutes>[0] &
  Parameters<typeof riwayatRoutes>[0] &
  Parameters<typeof tagihanRoutes>[0] &
  Parameters<typeof vendorRoutes>[0];

/** Everything of the resellers: what they buy and with what, and what tells us and them how it ended. */
export function ppobRoutes(deps: PpobDeps, queueAccess: (path: string) => Access): Router {
  const router = createRouter();
  // Before the admins' `/mitra/{id}`, which would take a mitra's own addresses for ids.
  router.route("/", callbackMitraRoutes(deps, queueAccess));
  router.route("/", mitraRoutes(deps));
  router.route("/", saldoRoutes(deps));
  router.route("/", depositRoutes(deps));
  router.route("/", produkRoutes(deps));
  router.route("/", hargaRoutes(deps));
  router.route("/", transaksiRoutes(deps));
  router.route("/", riwayatRoutes(deps));
  router.route("/", strukRoutes(deps));
  router.route("/", tagihanRoutes(deps));
  router.route("/", vendorRoutes(deps, queueAccess));
  return router;
}
