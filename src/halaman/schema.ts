import { z } from "@hono/zod-openapi";
import { emailField, passwordField, textField } from "../platform/http/fields.ts";

/** What every form carries; a missing token is a wrong one. */
const formulir = { _csrf: z.string().max(200).default("") };
const next = z.string().max(2_000).optional();

export const halamanQuery = z.object({ next });

export const masukFormulir = z.strictObject({
  ...formulir,
  next,
  identifier: z.string().trim().min(1, "isi username atau email").max(100),
  password: passwordField(1),
});

export const daftarFormulir = z.strictObject({
  ...formulir,
  next,
  name: textField(1, 100),
  email: emailField(),
  password: passwordField(6),
});

export const keluarFormulir = z.strictObject({ ...formulir, semua: z.literal("ya").optional() });
