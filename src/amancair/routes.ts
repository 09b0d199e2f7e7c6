import { createRouter, type Router } from "../platform/http/router.ts";
import { addressesRoutes } from "./addresses/routes.ts";
import { bankAccountsRoutes } from "./bank-accounts/routes.ts";
import { clearValuesRoutes } from "./clear-values/routes.ts";
import { consentsRoutes } from "./consents/routes.ts";
import { crashReportsRoutes } from "./crash-reports/routes.ts";
import { devicesRoutes } from "./devices/routes.ts";
import { documentsRoutes } from "./documents/routes.ts";
import type { DocumentsDeps } from "./documents/documents.ts";
import { emergencyRoutes } from "./emergency/routes.ts";
import { employmentRoutes } from "./employment/routes.ts";
import { loanApplicationsRoutes } from "./loan-applications/routes.ts";
import { notificationsRoutes } from "./notifications/routes.ts";
import { privacyRoutes } from "./privacy/routes.ts";
import { telemetryRoutes } from "./telemetry/routes.ts";

/** Everything of the lending app: the parts of customers' files, their loans, and what they may ask of us about both. */
export function amancairRoutes(deps: DocumentsDeps & { publicUrl: string }): Router {
  const router = createRouter();
  router.route("/", devicesRoutes(deps));
  router.route("/", emergencyRoutes(deps));
  router.route("/", addressesRoutes(deps));
  router.route("/", bankAccountsRoutes(deps));
  router.route("/", employmentRoutes(deps));
  router.route("/", telemetryRoutes(deps));
  router.route("/", crashReportsRoutes(deps));
  router.route("/", notificationsRoutes(deps));
  router.route("/", documentsRoutes(deps));
  router.route("/", consentsRoutes(deps));
  router.route("/", loanApplicationsRoutes(deps));
  router.route("/", clearValuesRoutes(deps));
  router.route("/", privacyRoutes(deps));
  return router;
}
