import { ValidationFailed, UnsupportedMediaType } from "../../platform/http/errors.ts";
import { inBackground } from "../../platform/http/background.ts";
import { okSchema } from "../../platform/http/fields.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { webhookSchema } from "./schema.ts";
import { terima, whapiAccess, type WebhookDeps } from "./webhook.ts";

/** Whapi posts to the address itself, or in its path mode to one for each kind of event. */
const ALAMAT = {
  webhookWhapi: "/webhook/whapi",
  webhookWhapiMessages: "/webhook/whapi/messages",
  webhookWhapiStatuses: "/webhook/whapi/statuses",
} as const;

export function webhookRoutes(deps: WebhookDeps & { webhookSecret: string | undefined }): Router {
  const access = whapiAccess(deps.webhookSecret);
  const router = createRouter();
  for (const [operationId, path] of Object.entries(ALAMAT)) {
    const route = defineRoute({
      method: "post",
      path,
      operationId,
      tags: ["WhatsApp"],
      summary: "Dipanggil Whapi: pesan dan statusnya",
      description:
        "Setiap pesan ditangani sekali, berapa kali pun dikirim. Yang tidak dapat dibaca dilewati; grup diabaikan. Balasan bot menyusul lewat antrean.",
      access,
      rawBody: true,
      request: { body: { required: true, content: { "application/json": { schema: webhookSchema } } } },
      responses: { 200: { description: "Diterima", content: { "application/json": { schema: okSchema } } } },
      errors: [ValidationFailed, UnsupportedMediaType],
    });
    router.openapi(route, async (c) => {
      await terima(deps, c.req.valid("json"), c.var.log, inBackground(c));
      return c.json({ status: "ok" as const }, 200);
    });
  }
  return router;
}
