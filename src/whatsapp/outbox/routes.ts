import { z } from "@hono/zod-openapi";
import { inBackground } from "../../platform/http/background.ts";
import { UnsupportedMediaType, ValidationFailed } from "../../platform/http/errors.ts";
import { okSchema } from "../../platform/http/fields.ts";
import { defineRoute, type Access } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { kerjakan, type KurirDeps } from "./jobs.ts";
import { QUEUE_PATH } from "./outbox.ts";

const id = z.int().min(1).openapi({ format: "int64", example: 7 });

const tugasSchema = z
  .union([z.strictObject({ chat_id: id }), z.strictObject({ message_id: id })])
  .openapi("TugasWhatsapp", {
    description: "Kirim pesan berikutnya sebuah chat, atau ambil berkas sebuah pesan.",
  });

export function outboxRoutes(deps: KurirDeps, queueAccess: Access): Router {
  const antrean = defineRoute({
    method: "post",
    path: QUEUE_PATH,
    operationId: "antreanWhatsapp",
    tags: ["Layanan"],
    summary: "Dipanggil QStash: kirim satu pesan WhatsApp, atau ambil satu berkas",
    access: queueAccess,
    rawBody: true,
    request: { body: { required: true, content: { "application/json": { schema: tugasSchema } } } },
    responses: { 200: { description: "Ditangani", content: { "application/json": { schema: okSchema } } } },
    errors: [ValidationFailed, UnsupportedMediaType],
  });
  const router = createRouter();
  router.openapi(antrean, async (c) => {
    await kerjakan({ ...deps, log: c.var.log }, c.req.valid("json"), inBackground(c));
    return c.json({ status: "ok" as const }, 200);
  });
  return router;
}
