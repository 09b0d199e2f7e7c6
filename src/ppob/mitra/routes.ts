import { defineRoute, open } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import {
  daftar,
  EmailTerdaftar,
  mitraAccess,
  rotasiKunci,
  SaldoAwalDitolak,
  type MitraDeps,
} from "./mitra.ts";
import { daftarSchema, kunciSchema } from "./schema.ts";

const register = defineRoute({
  method: "post",
  path: "/register",
  operationId: "daftarMitra",
  tags: ["PPOB"],
  summary: "Daftar sebagai mitra dan terima sepasang kunci",
  description: "Kedua kunci hanya tampil sekali, di jawaban ini.",
  access: open,
  request: { body: { required: true, content: { "application/json": { schema: daftarSchema } } } },
  responses: { 200: { description: "Terdaftar", content: { "application/json": { schema: kunciSchema } } } },
  errors: [SaldoAwalDitolak, EmailTerdaftar],
});

const generateKey = defineRoute({
  method: "post",
  path: "/generate-key",
  operationId: "rotasiKunci",
  tags: ["PPOB"],
  summary: "Ganti API Key dan Private Key; pasangan lama langsung mati",
  access: mitraAccess,
  responses: { 200: { description: "Kunci baru", content: { "application/json": { schema: kunciSchema } } } },
});

export function mitraRoutes(deps: MitraDeps): Router {
  const router = createRouter();
  router.openapi(register, async (c) => {
    const { saldo, ...isian } = c.req.valid("json");
    const kunci = await daftar(deps, { ...isian, saldo: saldo === undefined ? undefined : BigInt(saldo) });
    const info = "API Key dan Private Key simpan baik-baik, hanya tampil saat register.";
    return c.json({ api_key: kunci.apiKey, private_key: kunci.privateKey, info }, 200);
  });
  router.openapi(generateKey, async (c) => {
    const kunci = await rotasiKunci(deps, c.var.actor, c.req.header("x-api-key") ?? "");
    const info = "API Key dan Private Key telah diperbarui. Simpan baik-baik.";
    return c.json({ api_key: kunci.apiKey, private_key: kunci.privateKey, info }, 200);
  });
  return router;
}
