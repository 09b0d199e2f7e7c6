import { z } from "@hono/zod-openapi";
import { inBackground } from "../platform/http/background.ts";
import { callerOf } from "../platform/http/caller.ts";
import { linkNext, listAnswerHeaders } from "../platform/http/list.ts";
import { defineRoute, open } from "../platform/http/route.ts";
import { createRouter, type Router } from "../platform/http/router.ts";
import { siapaPun, untuk, untukTamuDan } from "./akses/akses.ts";
import * as akun from "./akun.ts";
import {
  akunAdminSchema,
  akunParams,
  akunSchema,
  aturAkunSchema,
  daftarAkunQuery,
  daftarNasabahSchema,
  daftarStafHeaders,
  daftarStafSchema,
  gantiKataSandiSchema,
  infoSchema,
  nasabahTerdaftarSchema,
  terdaftarSchema,
  ubahProfilSchema,
} from "./schema.ts";

const daftarStaf = defineRoute({
  method: "post",
  path: "/auth/register",
  operationId: "daftarStaf",
  tags: ["Akun"],
  summary: "Daftarkan admin atau karyawan",
  description:
    "Hanya admin. Selama belum ada admin, pendaftar pertama menjadi admin, apa pun role yang dikirim, tanpa token (di produksi dengan x-bootstrap-token).",
  access: untukTamuDan("admin"),
  request: {
    headers: daftarStafHeaders,
    body: { required: true, content: { "application/json": { schema: daftarStafSchema } } },
  },
  responses: {
    200: { description: "Terdaftar", content: { "application/json": { schema: terdaftarSchema } } },
  },
  errors: [akun.HanyaAdmin, akun.EmailTerdaftar, akun.UsernameTerdaftar],
});

const daftarNasabah = defineRoute({
  method: "post",
  path: "/api/register",
  operationId: "daftarNasabah",
  tags: ["Akun"],
  summary: "Daftar sendiri sebagai nasabah",
  access: open,
  request: { body: { required: true, content: { "application/json": { schema: daftarNasabahSchema } } } },
  responses: {
    201: { description: "Terdaftar", content: { "application/json": { schema: nasabahTerdaftarSchema } } },
  },
  errors: [akun.EmailTerdaftar],
});

const info = defineRoute({
  method: "get",
  path: "/api/user-info",
  operationId: "infoPengguna",
  tags: ["Akun"],
  summary: "Nama dan email pemegang token",
  access: siapaPun,
  responses: { 200: { description: "Pengguna", content: { "application/json": { schema: infoSchema } } } },
});

const SAYA = "/auth/me";

const profil = defineRoute({
  method: "get",
  path: SAYA,
  operationId: "profil",
  tags: ["Akun"],
  summary: "Akun pemegang token",
  access: siapaPun,
  responses: { 200: { description: "Akun", content: { "application/json": { schema: akunSchema } } } },
});

const ubahProfil = defineRoute({
  method: "patch",
  path: SAYA,
  operationId: "ubahProfil",
  tags: ["Akun"],
  summary: "Ubah nama, email, atau username sendiri",
  access: siapaPun,
  request: { body: { required: true, content: { "application/json": { schema: ubahProfilSchema } } } },
  responses: { 200: { description: "Akun", content: { "application/json": { schema: akunSchema } } } },
  errors: [akun.EmailTerdaftar, akun.UsernameTerdaftar],
});

const gantiKataSandi = defineRoute({
  method: "post",
  path: "/auth/password",
  operationId: "gantiKataSandi",
  tags: ["Akun"],
  summary: "Ganti password sendiri; semua sesi lain berakhir",
  access: siapaPun,
  request: { body: { required: true, content: { "application/json": { schema: gantiKataSandiSchema } } } },
  responses: { 204: { description: "Diganti" } },
  errors: [akun.KataSandiLamaSalah],
});

const daftarAkun = defineRoute({
  method: "get",
  path: "/auth/akun",
  operationId: "daftarAkun",
  tags: ["Akun"],
  summary: "Semua akun, terbaru dulu",
  access: untuk("admin"),
  request: { query: daftarAkunQuery },
  responses: {
    200: {
      description: "Akun; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      content: { "application/json": { schema: z.array(akunAdminSchema) } },
    },
  },
});

const aturAkun = defineRoute({
  method: "patch",
  path: "/auth/akun/{id}",
  operationId: "aturAkun",
  tags: ["Akun"],
  summary: "Ubah peran, nonaktifkan, atau aktifkan lagi",
  description: "Perubahan berlaku mulai permintaan berikutnya: semua sesi dan token akun itu mati seketika.",
  access: untuk("admin"),
  request: {
    params: akunParams,
    body: { required: true, content: { "application/json": { schema: aturAkunSchema } } },
  },
  responses: { 200: { description: "Akun", content: { "application/json": { schema: akunAdminSchema } } } },
  errors: [akun.AkunTidakAda, akun.AdminTerakhir],
});

export function akunRoutes(deps: akun.AkunDeps): Router {
  const router = createRouter();
  router.openapi(daftarStaf, async (c) => {
    const { name: nama, role: peran, password: kataSandi, email, username } = c.req.valid("json");
    const token = c.req.valid("header")["x-bootstrap-token"];
    const isian = { nama, email, username, kataSandi, peran };
    const baru = await akun.daftar(deps, isian, callerOf(c), c.var.actor, token);
    return c.json({ message: "Register success" as const, data: toWireBody(baru) }, 200);
  });
  router.openapi(daftarNasabah, async (c) => {
    const { name: nama, email, password: kataSandi } = c.req.valid("json");
    const isian = { nama, email, username: null, kataSandi, peran: "nasabah" as const };
    const baru = await akun.daftar(deps, isian, callerOf(c));
    const data = { user: { name: baru.nama, email: baru.email } };
    return c.json({ status: 201 as const, message: "User registered successfully" as const, data }, 201);
  });
  router.openapi(info, async (c) => {
    const { nama: name, email } = await akun.profil(deps, c.var.actor);
    const message = "User information retrieved successfully" as const;
    return c.json({ status: 200 as const, message, data: { user: { name, email } } }, 200);
  });
  router.openapi(profil, async (c) => c.json(toWireBody(await akun.profil(deps, c.var.actor)), 200));
  router.openapi(ubahProfil, async (c) => {
    const { name: nama, email, username } = c.req.valid("json");
    return c.json(toWireBody(await akun.ubahProfil(deps, c.var.actor, { nama, email, username })), 200);
  });
  router.openapi(gantiKataSandi, async (c) => {
    const { current_password: lama, new_password: baru } = c.req.valid("json");
    await akun.gantiKataSandi(deps, c.var.actor, { lama, baru }, callerOf(c), c.var.log, inBackground(c));
    return c.body(null, 204);
  });
  router.openapi(daftarAkun, async (c) => {
    const { limit, before, role } = c.req.valid("query");
    const baris = await akun.daftarAkun(deps, c.var.actor, limit, before, role);
    linkNext(c, limit, baris);
    return c.json(baris.map(toAdminBody), 200);
  });
  router.openapi(aturAkun, async (c) => {
    const { role: peran, active: aktif } = c.req.valid("json");
    const diatur = await akun.aturAkun(deps, c.var.actor, c.req.valid("param").id, { peran, aktif });
    return c.json(toAdminBody(diatur), 200);
  });
  return router;
}

function toWireBody(baris: Omit<akun.Akun, "aktif">): z.input<typeof akunSchema> {
  const { id, nama: name, username, email, peran: role, dibuatPada } = baris;
  return { id, name, username, email, role, created_at: dibuatPada.toISOString() };
}

function toAdminBody(baris: akun.Akun): z.input<typeof akunAdminSchema> {
  return { ...toWireBody(baris), active: baris.aktif };
}
