import { createRouter, type Router } from "../../platform/http/router.ts";
import { PerangkatTidakDikenal, type BagianDeps } from "../bagian/bagian.ts";
import { satuRoute, semuaRoute, tambahRoute, type Crud } from "../crud/crud.ts";
import { crashReports } from "./crash-reports.ts";
import { tambahCrashReportSchema } from "./schema.ts";

const crud: Crud = {
  bagian: crashReports,
  paths: { semua: "/crash-reports", satu: "/crash-reports/{id}" },
  nama: "LaporanKerusakan",
  judul: "laporan kerusakan aplikasi",
  errors: [PerangkatTidakDikenal],
};

export function crashReportsRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  semuaRoute(router, deps, crud);
  satuRoute(router, deps, crud);
  tambahRoute(router, deps, crud, tambahCrashReportSchema);
  return router;
}
