import { createRouter, type Router } from "../../platform/http/router.ts";
import type { BagianDeps } from "../bagian/bagian.ts";
import { hapusRoute, satuRoute, semuaRoute, tambahRoute, ubahRoute, type Crud } from "../crud/crud.ts";
import { addresses } from "./addresses.ts";
import { tambahAddressSchema, ubahAddressSchema } from "./schema.ts";

const crud: Crud = {
  bagian: addresses,
  paths: { semua: "/addresses", satu: "/addresses/{id}" },
  nama: "AlamatNasabah",
  judul: "alamat nasabah",
};

export function addressesRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  semuaRoute(router, deps, crud);
  satuRoute(router, deps, crud);
  tambahRoute(router, deps, crud, tambahAddressSchema);
  ubahRoute(router, deps, crud, ubahAddressSchema);
  hapusRoute(router, deps, crud);
  return router;
}
