import { eq, gte, lt } from "drizzle-orm";
import { siapaPun } from "../../akun/akses/akses.ts";
import { UserTidakAda } from "../../direktori/users/users.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { PerangkatTidakDikenal, UserIdWajib, type BagianDeps } from "../bagian/bagian.ts";
import { json, semuaRoute, tags, type Crud } from "../crud/crud.ts";
import { diterimaSchema, saringan, tambahTelemetrySchema } from "./schema.ts";
import { telemetryEvents } from "./table.ts";
import { BelumSetujuAnalitik, catat, telemetry } from "./telemetry.ts";

const SEMUA = "/telemetry";
const crud: Crud = {
  bagian: telemetry,
  paths: { semua: SEMUA, satu: SEMUA },
  nama: "Kejadian",
  judul: "kejadian di aplikasi",
  saring: {
    query: saringan,
    syarat: ({ event_name: nama, from, to }) => [
      ...(typeof nama === "string" ? [eq(telemetryEvents.event_name, nama)] : []),
      ...(typeof from === "string" ? [gte(telemetryEvents.created_at, new Date(from))] : []),
      ...(typeof to === "string" ? [lt(telemetryEvents.created_at, new Date(to))] : []),
    ],
  },
};

const tambahKejadian = defineRoute({
  method: "post",
  path: SEMUA,
  operationId: "tambahKejadian",
  tags,
  summary: "Catat satu kejadian atau sampai seratus sekaligus",
  description:
    "Hanya bila nasabah memberi persetujuan analytics. Isian yang tidak boleh dikumpulkan aplikasi pinjaman (kontak, SMS, aplikasi terpasang, …) ditolak; alamat email, nomor telepon, dan nomor panjang di dalam teks dihapus.",
  access: siapaPun,
  request: { body: { required: true, content: json(tambahTelemetrySchema) } },
  responses: { 201: { description: "Dicatat", content: json(diterimaSchema) } },
  errors: [UserTidakAda, UserIdWajib, PerangkatTidakDikenal, BelumSetujuAnalitik],
});

export function telemetryRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  semuaRoute(router, deps, crud);
  router.openapi(tambahKejadian, async (c) => {
    const { user_id: userId, events } = c.req.valid("json");
    return c.json({ accepted: await catat(deps, c.var.actor, userId, events) }, 201);
  });
  return router;
}
