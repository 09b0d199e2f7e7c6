import { z } from "@hono/zod-openapi";
import type { SQL } from "drizzle-orm";
import { siapaPun } from "../../akun/akses/akses.ts";
import { UserTidakAda } from "../../direktori/users/users.ts";
import type { ErrorClass } from "../../platform/http/errors.ts";
import { idParam } from "../../platform/http/fields.ts";
import { linkNext, listAnswerHeaders, listQuery, wholeQuery } from "../../platform/http/list.ts";
import { defineRoute } from "../../platform/http/route.ts";
import type { Router } from "../../platform/http/router.ts";
import * as bagian from "../bagian/bagian.ts";
import type { Bagian, BagianDeps } from "../bagian/bagian.ts";

// The routes that every part of customers' files has alike. What differs from part to part is in `Crud`.

export interface Crud {
  bagian: Bagian;
  /** Addresses: of all rows, and of one. */
  paths: { semua: string; satu: string };
  /** In operation ids, e.g. `semuaAlamat`; and for people. */
  nama: string;
  judul: string;
  /** What is to be said of its addresses. */
  keterangan?: string;
  /** What adding answers: 200 where document 002 has it, else 201. */
  status?: 200 | 201;
  /** What the constraints of its table mean. */
  errors?: readonly ErrorClass[];
  /** What a list can be narrowed by, besides whose it is. */
  saring?: { query: z.core.$ZodLooseShape; syarat: (query: Record<string, unknown>) => SQL[] };
}

/** Whose rows a list is about: spread it into a query. */
export const userQuery = {
  user_id: wholeQuery(Number.MAX_SAFE_INTEGER)
    .optional()
    .openapi({
      type: "integer",
      format: "int64",
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "Hanya milik nasabah ini. Nasabah hanya melihat miliknya sendiri.",
      param: { name: "user_id", in: "query", required: false },
    }),
};

/** The row in a path. */
export const satuParams = z.strictObject({ id: idParam("id") });

/** Whose row is added: spread it into what adding takes. */
export const userIdField = {
  user_id: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().openapi({
    format: "int64",
    example: 1,
    description: "Nasabah pemiliknya. Wajib untuk petugas; nasabah boleh tidak mengirimnya.",
  }),
};

/** The device something comes from. */
export const deviceIdField = {
  device_id: z.int().min(1).max(Number.MAX_SAFE_INTEGER).nullish().openapi({ format: "int64", example: 3 }),
};

/** A push token of Firebase; its length is what fits an index of the database. */
export function fcmTokenField() {
  return z.string().regex(/^[\x21-\x7e]{1,2000}$/, "harus token FCM");
}

/** What changing a row takes: any of the fields, but one at least. */
export function ubahSchema(isian: z.core.$ZodLooseShape) {
  return z
    .strictObject(isian)
    .partial()
    .refine((isi) => Object.keys(isi).length > 0, "tidak ada yang diubah")
    .openapi({ minProperties: 1 });
}

export const tags = ["AmanCair"];

/** A JSON body of a schema. */
export const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });

/** All rows, newest first. */
export function semuaRoute(
  router: Router,
  deps: BagianDeps,
  { bagian: bag, paths, nama, judul, saring }: Crud,
): void {
  const route = defineRoute({
    method: "get",
    path: paths.semua,
    operationId: `semua${nama}`,
    tags,
    summary: `Semua ${judul}, terbaru dulu`,
    access: siapaPun,
    request: { query: z.strictObject({ ...listQuery, ...userQuery, ...saring?.query }) },
    responses: {
      200: { description: judul, headers: listAnswerHeaders, content: json(z.array(bag.schema)) },
    },
  });
  router.openapi(route, async (c) => {
    const { user_id: userId, limit, before, ...lain } = c.req.valid("query");
    const halaman = { userId, limit, before, juga: saring?.syarat(lain) ?? [] };
    const baris = await bagian.semua(deps, c.var.actor, bag, halaman);
    linkNext(c, limit, baris);
    return c.json(
      baris.map((satu) => bag.schema.parse(satu)),
      200,
    );
  });
}

/** One row. */
export function satuRoute(router: Router, deps: BagianDeps, { bagian: bag, paths, nama, judul }: Crud): void {
  const route = defineRoute({
    method: "get",
    path: paths.satu,
    operationId: `satu${nama}`,
    tags,
    summary: `Satu ${judul}`,
    access: siapaPun,
    request: { params: satuParams },
    responses: { 200: { description: judul, content: json(bag.schema) } },
    errors: [bag.TidakAda],
  });
  router.openapi(route, async (c) =>
    c.json(bag.schema.parse(await bagian.satu(deps, c.var.actor, bag, c.req.valid("param").id)), 200),
  );
}

/** Adds a row to a file. */
export function tambahRoute(router: Router, deps: BagianDeps, crud: Crud, isian: z.ZodObject): void {
  const { bagian: bag, paths, nama, judul, status = 201, errors = [] } = crud;
  const route = defineRoute({
    method: "post",
    path: paths.semua,
    operationId: `tambah${nama}`,
    tags,
    summary: `Tambah ${judul}`,
    access: siapaPun,
    request: { body: { required: true, content: json(isian) } },
    responses: { [status]: { description: judul, content: json(bag.schema) } },
    errors: [UserTidakAda, bagian.UserIdWajib, ...errors],
  });
  router.openapi(route, async (c) => {
    const { user_id: userId, ...isi } = c.req.valid("json");
    const milik = typeof userId === "number" ? userId : undefined;
    return c.json(bag.schema.parse(await bagian.tambah(deps, c.var.actor, bag, milik, isi)), status);
  });
}

/** Changes what is given of a row. */
export function ubahRoute(router: Router, deps: BagianDeps, crud: Crud, isian: z.ZodObject): void {
  const { bagian: bag, paths, nama, judul, keterangan, errors = [] } = crud;
  const route = defineRoute({
    method: "put",
    path: paths.satu,
    operationId: `ubah${nama}`,
    tags,
    summary: `Ubah ${judul}; isian yang tidak dikirim tetap`,
    ...(keterangan && { description: keterangan }),
    access: siapaPun,
    request: { params: satuParams, body: { required: true, content: json(isian) } },
    responses: { 200: { description: judul, content: json(bag.schema) } },
    errors: [bag.TidakAda, ...errors],
  });
  router.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(bag.schema.parse(await bagian.ubah(deps, c.var.actor, bag, id, c.req.valid("json"))), 200);
  });
}

/** Removes a row; `errors` are what stands against it. */
export function hapusRoute(
  router: Router,
  deps: BagianDeps,
  { bagian: bag, paths, nama, judul, keterangan }: Crud,
  errors: readonly ErrorClass[] = [],
): void {
  const route = defineRoute({
    method: "delete",
    path: paths.satu,
    operationId: `hapus${nama}`,
    tags,
    summary: `Hapus ${judul}`,
    ...(keterangan && { description: keterangan }),
    access: siapaPun,
    request: { params: satuParams },
    responses: { 204: { description: "Dihapus" } },
    errors: [bag.TidakAda, ...errors],
  });
  router.openapi(route, async (c) => {
    await bagian.hapus(deps, c.var.actor, bag, c.req.valid("param").id);
    return c.body(null, 204);
  });
}
