import { eq } from "drizzle-orm";
import { untuk } from "../../akun/akses/akses.ts";
import { MasihAdaPinjaman, UserTidakAda } from "../../direktori/users/users.ts";
import type { Clock } from "../../platform/clock.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire } from "../../platform/money.ts";
import type { BagianDeps } from "../bagian/bagian.ts";
import { json, semuaRoute, tags } from "../crud/crud.ts";
import {
  batalkanPenghapusan,
  dataSaya,
  mintaPenghapusan,
  PenghapusanTidakAda,
  permintaan,
} from "./privacy.ts";
import { dataSchema, permintaanSchema, saringan } from "./schema.ts";
import { privacyRequests as tabel } from "./table.ts";

const PENGHAPUSAN = "/me/erasure";
const PERMINTAAN = "/privacy-requests";

const data = defineRoute({
  method: "get",
  path: "/me/data",
  operationId: "dataSaya",
  tags,
  summary: "Semua isi berkas saya, dan siapa yang membacanya",
  description:
    "Hak akses UU PDP: semua isian tanpa samaran, untuk pemiliknya sendiri. Pemberian ini tercatat.",
  access: untuk("nasabah"),
  responses: { 200: { description: "Data saya", content: json(dataSchema) } },
  errors: [UserTidakAda],
});

const hapus = defineRoute({
  method: "post",
  path: PENGHAPUSAN,
  operationId: "mintaPenghapusan",
  tags,
  summary: "Minta semua data pribadi saya dihapus",
  description:
    "Dilaksanakan 24 jam kemudian, paling lambat 72 jam; sampai saat itu dapat dibatalkan. Kunci data dimusnahkan, akun ditutup; catatan pinjaman yang lunas tetap, tanpa nama.",
  access: untuk("nasabah"),
  responses: { 202: { description: "Diterima", content: json(permintaanSchema) } },
  errors: [UserTidakAda, MasihAdaPinjaman],
});

const batal = defineRoute({
  method: "delete",
  path: PENGHAPUSAN,
  operationId: "batalkanPenghapusan",
  tags,
  summary: "Batalkan permintaan penghapusan",
  access: untuk("nasabah"),
  responses: { 204: { description: "Dibatalkan" } },
  errors: [PenghapusanTidakAda],
});

/** What a customer may ask about its data, and staff's list of it. */
export function privacyRoutes(deps: BagianDeps & { clock: Clock }): Router {
  const router = createRouter();
  router.openapi(data, async (c) =>
    c.json(dataBody(await dataSaya(deps, c.var.actor), deps.clock.now()), 200),
  );
  router.openapi(hapus, async (c) => {
    const dibuat = await mintaPenghapusan(deps, c.var.actor);
    return c.json(permintaanSchema.parse(dalamIso(dibuat)), 202);
  });
  router.openapi(batal, async (c) => {
    await batalkanPenghapusan(deps, c.var.actor);
    return c.body(null, 204);
  });
  semuaRoute(router, deps, {
    bagian: permintaan,
    paths: { semua: PERMINTAAN, satu: PERMINTAAN },
    nama: "PermintaanPrivasi",
    judul: "permintaan tentang data pribadi",
    saring: {
      query: saringan,
      syarat: ({ kind, status }) => [
        ...(kind === "access" || kind === "erasure" ? [eq(tabel.kind, kind)] : []),
        ...(status === "received" || status === "done" || status === "cancelled"
          ? [eq(tabel.status, status)]
          : []),
      ],
    },
  });
  return router;
}

function dataBody(saya: Awaited<ReturnType<typeof dataSaya>>, now: Date) {
  const { akun, nasabah, bagian, pinjaman, angsuran, pembayaran, jejak, terpotong } = saya;
  return dataSchema.parse({
    ...bagian,
    generated_at: now.toISOString(),
    account: { ...akun, name: akun.nama, created_at: akun.dibuatPada.toISOString() },
    user: {
      ...nasabah,
      external_user_id: nasabah.externalUserId,
      national_id: nasabah.nationalId,
      nik_flag: nasabah.nikFlag,
      created_at: nasabah.createdAt.toISOString(),
      updated_at: nasabah.updatedAt.toISOString(),
    },
    loan_applications: pinjaman.map(dalamIso),
    loan_instalments: angsuran.map((baris) => dalamIso(baris.angsuran)),
    loan_repayments: pembayaran.map(dalamIso),
    access_log: jejak.map(({ waktu, pelaku, aksi, sasaranTabel, sasaranId, rincian }) => ({
      at: waktu.toISOString(),
      actor: pelaku,
      action: aksi,
      table: sasaranTabel,
      id: sasaranId,
      details: rincian,
    })),
    truncated: terpotong,
  });
}

/** A row with times in ISO 8601 and money as whole rupiah. */
function dalamIso(baris: Record<string, unknown>): Record<string, unknown> {
  const luar = (nilai: unknown) =>
    nilai instanceof Date ? nilai.toISOString() : typeof nilai === "bigint" ? toWire(nilai) : nilai;
  return Object.fromEntries(Object.entries(baris).map(([nama, nilai]) => [nama, luar(nilai)]));
}
