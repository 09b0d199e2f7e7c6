import { z } from "@hono/zod-openapi";
import { PeranTidakBoleh, siapaPun, untuk } from "../../akun/akses/akses.ts";
import { countAndLink, skipAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import {
  cariSchema,
  nasabahSchema,
  type pegawaiSchema,
  petugasSchema,
  tambahUserSchema,
  ubahUserSchema,
  userParams,
  userSchema,
  usersQuery,
} from "./schema.ts";
import * as users from "./users.ts";

const SEMUA = "/users";
const SATU = "/users/{id}";
const tags = ["Direktori"];
const DUA_JENIS =
  "Satu sumber dengan dua jenis: `pegawai` (nama, alamat, telepon, id_jabatan) dan `nasabah` (name, phone, email, …). Isian menentukan jenisnya.";

const semuaUsers = defineRoute({
  method: "get",
  path: SEMUA,
  operationId: "semuaUsers",
  tags,
  summary: "Semua user, urut id",
  description: "Nasabah hanya melihat datanya sendiri.",
  access: siapaPun,
  request: { query: usersQuery },
  responses: {
    200: {
      description: "User",
      headers: skipAnswerHeaders,
      content: { "application/json": { schema: z.array(userSchema) } },
    },
  },
});

const satuUser = defineRoute({
  method: "get",
  path: SATU,
  operationId: "satuUser",
  tags,
  summary: "Satu user",
  access: siapaPun,
  request: { params: userParams },
  responses: { 200: { description: "User", content: { "application/json": { schema: userSchema } } } },
  errors: [users.UserTidakAda],
});

const tambahUser = defineRoute({
  method: "post",
  path: SEMUA,
  operationId: "tambahUser",
  tags,
  summary: "Tambah user",
  description: `${DUA_JENIS} Nasabah hanya membuat datanya sendiri, satu kali.`,
  access: siapaPun,
  request: { body: { required: true, content: { "application/json": { schema: tambahUserSchema } } } },
  responses: { 200: { description: "User", content: { "application/json": { schema: userSchema } } } },
  errors: [
    PeranTidakBoleh,
    users.JabatanTidakDikenal,
    users.TeleponTerdaftar,
    users.NikTerdaftar,
    users.SudahPunyaData,
  ],
});

const ubahUser = defineRoute({
  method: "put",
  path: SATU,
  operationId: "ubahUser",
  tags,
  summary: "Ubah user; isian yang tidak dikirim tetap",
  description: `${DUA_JENIS} Jenis yang sudah ada tidak berubah.`,
  access: siapaPun,
  request: {
    params: userParams,
    body: { required: true, content: { "application/json": { schema: ubahUserSchema } } },
  },
  responses: { 200: { description: "User", content: { "application/json": { schema: userSchema } } } },
  errors: [
    users.UserTidakAda,
    users.JabatanTidakDikenal,
    users.TeleponTerdaftar,
    users.NikTerdaftar,
    users.MasihAdaPinjaman,
  ],
});

const hapusUser = defineRoute({
  method: "delete",
  path: SATU,
  operationId: "hapusUser",
  tags,
  summary: "Hapus user; nasabah hanya oleh admin",
  access: untuk("admin", "karyawan"),
  request: { params: userParams },
  responses: {
    200: { description: "User yang dihapus", content: { "application/json": { schema: userSchema } } },
  },
  errors: [users.UserTidakAda, users.PinjamanTercatat],
});

const cariNasabah = defineRoute({
  method: "post",
  path: "/user-search",
  operationId: "cariNasabah",
  tags,
  summary: "Cari nasabah dengan nomor telepon, NIK, email, IMEI, atau nomor rekening",
  description:
    "Hanya nilai yang sama persis. Nilainya di isi permintaan, agar tidak tertulis di catatan alamat. Karyawan menemukan IMEI dan nomor rekening hanya di berkas yang diurusnya. Pencarian tercatat di audit, tanpa nilainya.",
  access: untuk("admin", "karyawan"),
  request: { body: { required: true, content: { "application/json": { schema: cariSchema } } } },
  responses: {
    200: { description: "Nasabah", content: { "application/json": { schema: z.array(nasabahSchema) } } },
  },
});

const tunjukPetugas = defineRoute({
  method: "put",
  path: "/users/{id}/officer",
  operationId: "tunjukPetugas",
  tags,
  summary: "Serahkan berkas nasabah kepada seorang petugas",
  description:
    "Karyawan melihat perangkat, rekening, dokumen, dan bagian lain hanya dari berkas yang ditanganinya.",
  access: untuk("admin"),
  request: {
    params: userParams,
    body: { required: true, content: { "application/json": { schema: petugasSchema } } },
  },
  responses: { 204: { description: "Diserahkan" } },
  errors: [users.UserTidakAda, users.PetugasTidakDikenal],
});

export function usersRoutes(deps: users.UsersDeps): Router {
  const router = createRouter();
  router.openapi(semuaUsers, async (c) => {
    const { kind, id_jabatan: idJabatan, q: cari, ...halaman } = c.req.valid("query");
    const { baris, total } = await users.semua(deps, c.var.actor, halaman, { kind, idJabatan, cari });
    countAndLink(c, halaman, total);
    return c.json(baris.map(toWireBody), 200);
  });
  router.openapi(satuUser, async (c) =>
    c.json(toWireBody(await users.satu(deps, c.var.actor, c.req.valid("param").id)), 200),
  );
  router.openapi(tambahUser, async (c) => {
    const isian = c.req.valid("json");
    if ("pegawai" in isian) {
      const { id_jabatan: idJabatan, ...baru } = isian.pegawai;
      return c.json(pegawaiBody(await users.tambahPegawai(deps, c.var.actor, { ...baru, idJabatan })), 200);
    }
    const { national_id: nationalId, ...baru } = isian.nasabah;
    return c.json(nasabahBody(await users.tambahNasabah(deps, c.var.actor, { ...baru, nationalId })), 200);
  });
  router.openapi(ubahUser, async (c) => {
    const { id } = c.req.valid("param");
    const isian = c.req.valid("json");
    if ("pegawai" in isian) {
      const { id_jabatan: idJabatan, ...ubah } = isian.pegawai;
      return c.json(pegawaiBody(await users.ubahPegawai(deps, c.var.actor, id, { ...ubah, idJabatan })), 200);
    }
    const { national_id: nationalId, ...ubah } = isian.nasabah;
    return c.json(nasabahBody(await users.ubahNasabah(deps, c.var.actor, id, { ...ubah, nationalId })), 200);
  });
  router.openapi(hapusUser, async (c) =>
    c.json(toWireBody(await users.hapus(deps, c.var.actor, c.req.valid("param").id)), 200),
  );
  router.openapi(cariNasabah, async (c) => {
    const ditemukan = await users.cari(deps, c.var.actor, c.req.valid("json"));
    return c.json(ditemukan.map(nasabahBody), 200);
  });
  router.openapi(tunjukPetugas, async (c) => {
    const { id } = c.req.valid("param");
    await users.tunjukPetugas(deps, c.var.actor, id, c.req.valid("json").officer_id);
    return c.body(null, 204);
  });
  return router;
}

function toWireBody(user: users.User): z.input<typeof userSchema> {
  return "pegawai" in user ? pegawaiBody(user.pegawai) : nasabahBody(user.nasabah);
}

function pegawaiBody({ id, idJabatan, ...pegawai }: users.Pegawai): z.input<typeof pegawaiSchema> {
  return { id_user: id, ...pegawai, id_jabatan: idJabatan };
}

function nasabahBody(nasabah: users.Nasabah): z.input<typeof nasabahSchema> {
  const { id, name, phone, email, dob, gender } = nasabah;
  return {
    id,
    external_user_id: nasabah.externalUserId,
    name,
    phone,
    email,
    dob,
    gender,
    national_id: nasabah.nationalId,
    created_at: nasabah.createdAt.toISOString(),
    updated_at: nasabah.updatedAt.toISOString(),
  };
}
