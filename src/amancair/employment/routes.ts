import { createRouter, type Router } from "../../platform/http/router.ts";
import { MasihAdaPinjaman } from "../../direktori/users/users.ts";
import type { BagianDeps } from "../bagian/bagian.ts";
import { hapusRoute, satuRoute, semuaRoute, tambahRoute, ubahRoute, type Crud } from "../crud/crud.ts";
import { employment } from "./employment.ts";
import { tambahEmploymentSchema, ubahEmploymentSchema } from "./schema.ts";

const crud: Crud = {
  bagian: employment,
  paths: { semua: "/employment", satu: "/employment/{id}" },
  nama: "Pekerjaan",
  judul: "data pekerjaan",
  errors: [MasihAdaPinjaman],
};

export function employmentRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  semuaRoute(router, deps, crud);
  satuRoute(router, deps, crud);
  tambahRoute(router, deps, crud, tambahEmploymentSchema);
  ubahRoute(router, deps, crud, ubahEmploymentSchema);
  hapusRoute(router, deps, crud, [MasihAdaPinjaman]);
  return router;
}
