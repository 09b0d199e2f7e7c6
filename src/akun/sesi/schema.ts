import { z } from "@hono/zod-openapi";
import { emailField, passwordField } from "../../platform/http/fields.ts";
import { peranAkun } from "../table.ts";

export const masukSchema = z
  .strictObject({
    identifier: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .openapi({ example: "admin", description: "Username atau email." }),
    password: passwordField(1),
  })
  .openapi("Masuk");

export const masukEmailSchema = z
  .strictObject({ email: emailField().openapi({ example: "test@gmail.com" }), password: passwordField(1) })
  .openapi("MasukDenganEmail");

const token = z.string().openapi({ example: "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9…" });

const pasanganToken = {
  access_token: token,
  token_type: z.literal("bearer"),
  expires_in: z.int().openapi({ description: "Umur access_token, detik.", example: 3600 }),
  refresh_token: z.string().openapi({
    description: "Ditukar di POST /auth/refresh, sekali pakai.",
    example: "eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9…",
  }),
};

export const berhasilMasukSchema = z
  .object({
    message: z.literal("Login success"),
    data: z.object({
      id: z.int().openapi({ example: 1 }),
      name: z.string().openapi({ example: "Admin User" }),
      username: z.string().nullable().openapi({ example: "admin" }),
      email: z.string().openapi({ example: "admin@example.com" }),
      role: z.enum(peranAkun.enumValues).openapi({ example: "admin" }),
    }),
    ...pasanganToken,
  })
  .openapi("BerhasilMasuk");

export const berhasilMasukEmailSchema = z
  .object({
    status: z.literal(200),
    message: z.literal("Login successful"),
    data: z.object({ access_token: token }),
  })
  .openapi("BerhasilMasukDenganEmail");

export const segarkanSchema = z
  .strictObject({
    refresh_token: z
      .string()
      .min(1)
      .max(2_000)
      .openapi({ example: "eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9…" }),
  })
  .openapi("Segarkan");

export const tokenBaruSchema = z.object(pasanganToken).openapi("TokenBaru");

export const sesiSchema = z
  .object({
    id: z.uuid().openapi({ example: "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11" }),
    current: z.boolean().openapi({ example: true, description: "Sesi yang dipakai permintaan ini." }),
    user_agent: z.string().openapi({ example: "Mozilla/5.0" }),
    ip: z.string().openapi({ example: "203.0.113.7" }),
    created_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    // To the hour, which is enough for its owner; the minute would tell a thief when the next refresh is due.
    refreshed_at: z.iso.datetime().openapi({
      example: "2026-11-20T03:00:00.000Z",
      description: "Terakhir ditukar, dibulatkan ke bawah ke jam penuh.",
    }),
    expires_at: z.iso.datetime().openapi({ example: "2026-12-20T03:00:00.000Z" }),
  })
  .openapi("Sesi");

export const sesiParams = z.strictObject({
  id: z.uuid().openapi({
    example: "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11",
    param: { name: "id", in: "path", required: true },
  }),
});
