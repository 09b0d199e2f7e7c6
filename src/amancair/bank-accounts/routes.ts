import { untuk } from "../../akun/akses/akses.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { MasihAdaPinjaman } from "../../direktori/users/users.ts";
import type { BagianDeps } from "../bagian/bagian.ts";
import {
  hapusRoute,
  json,
  satuParams,
  satuRoute,
  semuaRoute,
  tags,
  tambahRoute,
  ubahRoute,
  type Crud,
} from "../crud/crud.ts";
import {
  bankAccounts,
  RekeningDipakai,
  RekeningSudahAda,
  RekeningTidakAda,
  verifikasi,
} from "./bank-accounts.ts";
import { tambahBankAccountSchema, ubahBankAccountSchema, verifikasiSchema } from "./schema.ts";

const crud: Crud = {
  bagian: bankAccounts,
  paths: { semua: "/bank-accounts", satu: "/bank-accounts/{id}" },
  nama: "Rekening",
  judul: "rekening",
  errors: [RekeningSudahAda],
};

const verifikasiRekening = defineRoute({
  method: "post",
  path: "/bank-accounts/{id}/verify",
  operationId: "verifikasiRekening",
  tags,
  summary: "Nyatakan rekening benar milik nasabah, atau cabut pernyataan itu",
  description:
    "Mengubah nomor, bank, atau nama pemilik mencabutnya juga. Pinjaman hanya cair ke rekening yang sudah diverifikasi.",
  access: untuk("admin", "karyawan"),
  request: { params: satuParams, body: { required: true, content: json(verifikasiSchema) } },
  responses: { 200: { description: "Rekening", content: json(bankAccounts.schema) } },
  errors: [RekeningTidakAda],
});

export function bankAccountsRoutes(deps: BagianDeps): Router {
  const router = createRouter();
  semuaRoute(router, deps, crud);
  satuRoute(router, deps, crud);
  tambahRoute(router, deps, crud, tambahBankAccountSchema);
  ubahRoute(router, deps, { ...crud, errors: [RekeningSudahAda, RekeningDipakai] }, ubahBankAccountSchema);
  hapusRoute(router, deps, crud, [MasihAdaPinjaman, RekeningDipakai]);
  router.openapi(verifikasiRekening, async (c) => {
    const diubah = await verifikasi(deps, c.var.actor, c.req.valid("param").id, c.req.valid("json").verified);
    return c.json(bankAccounts.schema.parse(diubah), 200);
  });
  return router;
}
