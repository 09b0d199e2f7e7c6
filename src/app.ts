import { siapaPun, untuk } from "./akun/akses/akses.ts";
import { akunRoutes } from "./akun/routes.ts";
import { sesiRoutes } from "./akun/sesi/routes.ts";
import { amancairRoutes } from "./amancair/routes.ts";
import { auditRoutes } from "./audit/routes.ts";
import { dasborRoutes } from "./dasbor/routes.ts";
import { courierDeps, ppobDeps, type Deps } from "./deps.ts";
import { jabatanRoutes } from "./direktori/jabatan/routes.ts";
import { usersRoutes } from "./direktori/users/routes.ts";
import { halamanRoutes } from "./halaman/routes.ts";
import { otpRoutes } from "./otp/routes.ts";
import { publishDocs } from "./platform/http/docs.ts";
import { healthRoutes } from "./platform/health/routes.ts";
import { answerError, answerUnmatched, requestFrame } from "./platform/http/request.ts";
import { either } from "./platform/http/route.ts";
import { createRouter, type Router } from "./platform/http/router.ts";
import { signedByQueue } from "./platform/queue/queue.ts";
import { billerAccess } from "./ppob/biller/biller.ts";
import { bankAccess } from "./ppob/deposit/bank.ts";
import { mitraAccess } from "./ppob/mitra/mitra.ts";
import { ppobRoutes } from "./ppob/routes.ts";
import { QUEUE_PATH } from "./ppob/transaksi/transaksi.ts";
import * as outbox from "./whatsapp/outbox/outbox.ts";
import { whatsappRoutes } from "./whatsapp/routes.ts";
import { whapiAccess } from "./whatsapp/webhook/webhook.ts";

/** The map of the house: every door, and the frame around all of them. */
export function createApp(deps: Deps): Router {
  const { config } = deps;
  const queueAccess = (path: string) => signedByQueue(config.queue, config.publicUrl, deps.clock, path);
  const app = createRouter();
  app.use(...requestFrame(deps));
  app.onError(answerError);
  app.notFound(answerUnmatched(app));

  app.route("/", healthRoutes(deps));
  const limited = { ...deps, strictRateLimits: config.strictRateLimits };
  const accounts = { ...limited, ...config.akun, local: config.local };
  app.route("/", halamanRoutes(accounts));
  app.route("/", dasborRoutes({ ...accounts, ...courierDeps(deps) }));
  app.route("/", sesiRoutes(accounts));
  app.route("/", akunRoutes(accounts));
  app.route("/", jabatanRoutes(deps));
  app.route("/", auditRoutes(deps));
  app.route("/", usersRoutes(limited));
  app.route("/", amancairRoutes({ ...limited, publicUrl: config.publicUrl }));
  const staffOrMitra = either("x-api-key", mitraAccess, untuk("admin", "karyawan"));
  const codes = { ...limited, kirimWhatsapp: outbox.kirimKode(deps.whapi) };
  app.route("/", otpRoutes(codes, staffOrMitra, [outbox.NomorTanpaWhatsapp]));
  app.route("/", ppobRoutes(ppobDeps(deps), queueAccess));
  const { webhookSecret } = config.whapi;
  const whatsapp = { ...limited, ...courierDeps(deps), webhookSecret };
  app.route("/", whatsappRoutes(whatsapp, queueAccess(outbox.QUEUE_PATH)));

  const vendors = [billerAccess, bankAccess(config.deposit.bankWebhookSecret), whapiAccess(webhookSecret)];
  publishDocs(app, {
    accesses: [siapaPun, mitraAccess, queueAccess(QUEUE_PATH), ...vendors],
    description: "Lima backend di balik satu pintu. Galat: RFC 9457 (application/problem+json).",
  });
  return app;
}
