import { untuk } from "../../akun/akses/akses.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { atur, pengaturan, type BotSettingsDeps } from "./bot-settings.ts";
import { botSettingsSchema, ubahBotSettingsSchema } from "./schema.ts";

const tags = ["WhatsApp"];
const PENGATURAN = "/bot-settings";
const jawaban = { "application/json": { schema: botSettingsSchema } };

const baca = defineRoute({
  method: "get",
  path: PENGATURAN,
  operationId: "pengaturanBot",
  tags,
  summary: "Naskah bot WhatsApp",
  access: untuk("admin", "karyawan"),
  responses: { 200: { description: "Naskah", content: jawaban } },
});

const ubah = defineRoute({
  method: "patch",
  path: PENGATURAN,
  operationId: "aturBot",
  tags,
  summary: "Ubah naskah bot WhatsApp",
  description: "Berlaku mulai balasan berikutnya.",
  access: untuk("admin"),
  request: { body: { required: true, content: { "application/json": { schema: ubahBotSettingsSchema } } } },
  responses: { 200: { description: "Naskah", content: jawaban } },
});

export function botSettingsRoutes(deps: BotSettingsDeps): Router {
  const router = createRouter();
  router.openapi(baca, async (c) => c.json(await pengaturan(deps, c.var.actor), 200));
  router.openapi(ubah, async (c) => c.json(await atur(deps, c.var.actor, c.req.valid("json")), 200));
  return router;
}
