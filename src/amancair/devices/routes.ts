import { createRouter, type Router } from "../../platform/http/router.ts";
import type { BagianDeps } from "../bagian/bagian.ts";
import { hapusRoute, satuRoute, semuaRoute, tambahRoute, ubahRoute, type Crud } from "../crud/crud.ts";
import { devices, PerangkatTanpaPengenal, PerangkatTerdaftar } from "./devices.ts";
import { tambahDeviceSchema, ubahDeviceSchema } from "./schema.ts";

const crud: Crud = {
  bagian: devices,
  paths: { semua: "/devices", satu: "/devices/{id}" },
  nama: "Perangkat",
  judul: "perangkat",
  errors: [PerangkatTerdaftar],
  status: 200,
};

export function devicesRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  semuaRoute(router, deps, crud);
  satuRoute(router, deps, crud);
  tambahRoute(router, deps, crud, tambahDeviceSchema);
  ubahRoute(
    router,
    deps,
    { ...crud, errors: [PerangkatTerdaftar, PerangkatTanpaPengenal] },
    ubahDeviceSchema,
  );
  hapusRoute(router, deps, crud);
  return router;
}
