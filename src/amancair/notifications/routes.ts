import { createRouter, type Router } from "../../platform/http/router.ts";
import { PerangkatTidakDikenal, type BagianDeps } from "../bagian/bagian.ts";
import { hapusRoute, satuRoute, semuaRoute, tambahRoute, type Crud } from "../crud/crud.ts";
import { notifications } from "./notifications.ts";
import { tambahNotificationSchema } from "./schema.ts";

const crud: Crud = {
  bagian: notifications,
  paths: { semua: "/notifications", satu: "/notifications/{id}" },
  nama: "Notifikasi",
  judul: "token notifikasi",
  errors: [PerangkatTidakDikenal],
};

export function notificationsRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  semuaRoute(router, deps, crud);
  satuRoute(router, deps, crud);
  tambahRoute(router, deps, crud, tambahNotificationSchema);
  hapusRoute(router, deps, crud);
  return router;
}
