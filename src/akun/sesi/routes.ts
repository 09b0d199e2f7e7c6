import { z } from "@hono/zod-openapi";
import { inBackground } from "../../platform/http/background.ts";
import { callerOf } from "../../platform/http/caller.ts";
import { defineRoute, open } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { siapaPun } from "../akses/akses.ts";
import * as sesi from "./sesi.ts";
import {
  berhasilMasukEmailSchema,
  berhasilMasukSchema,
  masukEmailSchema,
  masukSchema,
  segarkanSchema,
  sesiParams,
  sesiSchema,
  tokenBaruSchema,
} from "./schema.ts";

const masuk = defineRoute({
  method: "post",
  path: "/auth/login",
  operationId: "masuk",
  tags: ["Akun"],
  summary: "Masuk dengan username atau email",
  description: "Sepuluh percobaan salah dalam 15 menit mengunci akun itu selama sisa waktunya.",
  access: open,
  request: { body: { required: true, content: { "application/json": { schema: masukSchema } } } },
  responses: {
    200: { description: "Berhasil", content: { "application/json": { schema: berhasilMasukSchema } } },
  },
  errors: [sesi.IdentitasSalah, sesi.AkunNonaktif],
});

const masukEmail = defineRoute({
  method: "post",
  path: "/api/login",
  operationId: "masukDenganEmail",
  tags: ["Akun"],
  summary: "Masuk dengan email",
  description:
    "Tanpa refresh_token; yang membutuhkannya masuk lewat POST /auth/login dengan email yang sama.",
  access: open,
  request: { body: { required: true, content: { "application/json": { schema: masukEmailSchema } } } },
  responses: {
    200: { description: "Berhasil", content: { "application/json": { schema: berhasilMasukEmailSchema } } },
  },
  errors: [sesi.IdentitasSalah, sesi.AkunNonaktif],
});

const segarkan = defineRoute({
  method: "post",
  path: "/auth/refresh",
  operationId: "segarkanToken",
  tags: ["Akun"],
  summary: "Tukar refresh_token dengan sepasang token baru",
  description: "Sekali pakai: refresh_token lama yang datang lagi setelah 30 detik mengakhiri sesinya.",
  access: open,
  request: { body: { required: true, content: { "application/json": { schema: segarkanSchema } } } },
  responses: {
    200: { description: "Token baru", content: { "application/json": { schema: tokenBaruSchema } } },
  },
  errors: [sesi.RefreshTidakSah],
});

const keluar = defineRoute({
  method: "post",
  path: "/auth/logout",
  operationId: "keluar",
  tags: ["Akun"],
  summary: "Akhiri sesi ini",
  access: siapaPun,
  responses: { 204: { description: "Berakhir" } },
});

const keluarSemua = defineRoute({
  method: "post",
  path: "/auth/logout-all",
  operationId: "keluarSemua",
  tags: ["Akun"],
  summary: "Akhiri semua sesi, termasuk yang ini",
  access: siapaPun,
  responses: { 204: { description: "Berakhir" } },
});

const SESI = "/auth/sessions";

const daftarSesi = defineRoute({
  method: "get",
  path: SESI,
  operationId: "daftarSesi",
  tags: ["Akun"],
  summary: "Sesi yang hidup, terbaru dulu (paling banyak 20)",
  access: siapaPun,
  responses: {
    200: { description: "Sesi", content: { "application/json": { schema: z.array(sesiSchema) } } },
  },
});

const akhiriLain = defineRoute({
  method: "delete",
  path: SESI,
  operationId: "akhiriSesiLain",
  tags: ["Akun"],
  summary: "Akhiri semua sesi selain yang ini",
  access: siapaPun,
  responses: { 204: { description: "Berakhir" } },
});

const akhiriSatu = defineRoute({
  method: "delete",
  path: "/auth/sessions/{id}",
  operationId: "akhiriSesi",
  tags: ["Akun"],
  summary: "Akhiri satu sesi",
  access: siapaPun,
  request: { params: sesiParams },
  responses: { 204: { description: "Berakhir" } },
  errors: [sesi.SesiTidakAda],
});

export function sesiRoutes(deps: sesi.SesiDeps): Router {
  const router = createRouter();
  router.openapi(masuk, async (c) => {
    const { identifier: identitas, password: kataSandi } = c.req.valid("json");
    const isian = { identitas, kataSandi };
    const { akun, pemegang } = await sesi.masuk(
      deps,
      "refresh",
      isian,
      callerOf(c),
      c.var.log,
      inBackground(c),
    );
    const { id, nama: name, username, email, peran: role } = akun;
    const token = toWireBody(await sesi.pasanganToken(deps.auth, pemegang));
    return c.json(
      { message: "Login success" as const, data: { id, name, username, email, role }, ...token },
      200,
    );
  });
  router.openapi(masukEmail, async (c) => {
    const { email: identitas, password: kataSandi } = c.req.valid("json");
    const isian = { identitas, kataSandi };
    const { pemegang } = await sesi.masuk(deps, "access", isian, callerOf(c), c.var.log, inBackground(c));
    const data = { access_token: await sesi.tokenAkses(deps.auth, pemegang) };
    return c.json({ status: 200 as const, message: "Login successful" as const, data }, 200);
  });
  router.openapi(segarkan, async (c) => {
    const token = await sesi.segarkan(deps, c.req.valid("json").refresh_token, c.var.log);
    return c.json(toWireBody(token), 200);
  });
  router.openapi(keluar, async (c) => {
    await sesi.akhiri(deps, c.var.actor, "ini");
    return c.body(null, 204);
  });
  router.openapi(keluarSemua, async (c) => {
    await sesi.akhiri(deps, c.var.actor, "semua");
    return c.body(null, 204);
  });
  router.openapi(daftarSesi, async (c) => {
    const baris = await sesi.daftarSesi(deps, c.var.actor);
    return c.json(
      baris.map(({ id, ini, agen, alamat, dibuatPada, diputarPada, kedaluwarsaPada }) => ({
        id,
        current: ini,
        user_agent: agen,
        ip: alamat,
        created_at: dibuatPada.toISOString(),
        refreshed_at: `${diputarPada.toISOString().slice(0, 13)}:00:00.000Z`,
        expires_at: kedaluwarsaPada.toISOString(),
      })),
      200,
    );
  });
  router.openapi(akhiriLain, async (c) => {
    await sesi.akhiri(deps, c.var.actor, "lain");
    return c.body(null, 204);
  });
  router.openapi(akhiriSatu, async (c) => {
    await sesi.akhiri(deps, c.var.actor, { satu: c.req.valid("param").id });
    return c.body(null, 204);
  });
  return router;
}

function toWireBody({ access, refresh, umurAccess }: sesi.PasanganToken): z.input<typeof tokenBaruSchema> {
  return { access_token: access, token_type: "bearer", expires_in: umurAccess, refresh_token: refresh };
}
