import { z } from "@hono/zod-openapi";
import { idParam, paragraphField } from "../../platform/http/fields.ts";

const isi = {
  shortcut: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9][a-z0-9_-]{0,29}$/, "1 sampai 30 huruf kecil, angka, - atau _")
    .openapi({ type: "string", minLength: 1, maxLength: 30, example: "jam-buka" }),
  text: paragraphField(1, 4_000).openapi({ example: "Kami melayani setiap hari, 08.00 sampai 21.00 WIB." }),
};

export const quickReplySchema = z
  .object({ id: z.int().openapi({ example: 1 }), ...isi })
  .openapi("BalasanCepat");
export const isiQuickReply = z.strictObject(isi).openapi("IsiBalasanCepat");
export const quickReplyParams = z.strictObject({ id: idParam("id") });
