import type { Access } from "../platform/http/route.ts";
import { createRouter, type Router } from "../platform/http/router.ts";
import { botSettingsRoutes } from "./bot-settings/routes.ts";
import { chatsRoutes } from "./chats/routes.ts";
import type { ChatsDeps } from "./chats/chats.ts";
import { outboxRoutes } from "./outbox/routes.ts";
import { quickRepliesRoutes } from "./quick-replies/routes.ts";
import { webhookRoutes } from "./webhook/routes.ts";
import type { WebhookDeps } from "./webhook/webhook.ts";

type WhatsappDeps = ChatsDeps &
  WebhookDeps &
  Parameters<typeof outboxRoutes>[0] & { webhookSecret: string | undefined };

/** WhatsApp (document 003): what Whapi tells us, what we send, and the conversations for staff. */
export function whatsappRoutes(deps: WhatsappDeps, queueAccess: Access): Router {
  const router = createRouter();
  router.route("/", webhookRoutes(deps));
  router.route("/", outboxRoutes(deps, queueAccess));
  router.route("/", chatsRoutes(deps));
  router.route("/", botSettingsRoutes(deps));
  router.route("/", quickRepliesRoutes(deps));
  return router;
}
