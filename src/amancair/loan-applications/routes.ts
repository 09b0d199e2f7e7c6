import { z } from "@hono/zod-openapi";
import { siapaPun, untuk } from "../../akun/akses/akses.ts";
import { UserTidakAda } from "../../direktori/users/users.ts";
import { linkNext, listAnswerHeaders } from "../../platform/http/list.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { KunciDipakai } from "../../ppob/saldo/saldo.ts";
import { UserIdWajib } from "../bagian/bagian.ts";
import { satuParams, tags } from "../crud/crud.ts";
import * as loans from "./loan-applications.ts";
import * as payments from "./payments.ts";
import * as rules from "./rules.ts";
import * as schema from "./schema.ts";
import * as wire from "./wire.ts";

const SEMUA = "/loan-applications";
const ANGSURAN = "/loan-applications/{id}/repayments";
const ATURAN = "/loan-rules";
const BUKAN_UNTUKNYA = [loans.PinjamanTidakAda, loans.StatusTidakCocok, loans.PinjamanSendiri];
const params = satuParams;
const content = <S extends z.ZodType>(isi: S) => ({ content: { "application/json": { schema: isi } } });
const body = <S extends z.ZodType>(isi: S) => ({ required: true, ...content(isi) });
const lengkap = { description: "Pinjaman", ...content(schema.pinjamanLengkapSchema) };

const simulasiPinjaman = defineRoute({
  method: "get",
  path: "/loan-simulation",
  operationId: "simulasiPinjaman",
  tags,
  summary: "Berapa biaya sebuah pinjaman bila dicairkan hari ini dengan bunga tertinggi",
  access: siapaPun,
  request: { query: schema.simulasiQuery },
  responses: { 200: { description: "Jadwal dan jumlahnya", ...content(schema.simulasiSchema) } },
  errors: [rules.TenorDiLuarAturan, rules.JumlahDiLuarAturan],
});

const ajukanPinjaman = defineRoute({
  method: "post",
  path: SEMUA,
  operationId: "ajukanPinjaman",
  tags,
  summary: "Ajukan pinjaman: nasabah untuk dirinya, petugas untuk nasabahnya",
  access: siapaPun,
  request: { body: body(schema.ajukanSchema) },
  responses: { 201: lengkap },
  errors: [
    UserTidakAda,
    UserIdWajib,
    rules.TenorDiLuarAturan,
    rules.JumlahDiLuarAturan,
    loans.BelumSetuju,
    loans.MasihAdaPermohonan,
    loans.PenghapusanDiminta,
  ],
});

const semuaPinjaman = defineRoute({
  method: "get",
  path: SEMUA,
  operationId: "semuaPinjaman",
  tags,
  summary: "Pinjaman yang boleh dilihat, terbaru dulu",
  access: siapaPun,
  request: { query: schema.pinjamanQuery },
  responses: {
    200: {
      description: "Pinjaman; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      ...content(z.array(schema.pinjamanSchema)),
    },
  },
});

const satuPinjaman = defineRoute({
  method: "get",
  path: "/loan-applications/{id}",
  operationId: "satuPinjaman",
  tags,
  summary: "Satu pinjaman dengan angsuran dan sisanya, dan apa yang masih kurang untuk disetujui",
  access: siapaPun,
  request: { params },
  responses: { 200: { description: "Pinjaman", ...content(schema.pinjamanDinilaiSchema) } },
  errors: [loans.PinjamanTidakAda],
});

const tinjauPinjaman = defineRoute({
  method: "post",
  path: "/loan-applications/{id}/review",
  operationId: "tinjauPinjaman",
  tags,
  summary: "Mulai meninjau; dengan officer_id admin menunjuk peninjau, juga menggantinya",
  access: untuk("admin", "karyawan"),
  request: { params, body: body(schema.tinjauSchema) },
  responses: { 200: lengkap },
  errors: [loans.PinjamanTidakAda, loans.StatusTidakCocok, loans.PeninjauTidakDikenal, loans.PinjamanSendiri],
});

const putuskanPinjaman = defineRoute({
  method: "post",
  path: "/loan-applications/{id}/decision",
  operationId: "putuskanPinjaman",
  tags,
  summary: "Setujui atau tolak, dengan alasan",
  description:
    "Peninjaunya atau admin. Pinjaman besar disetujui dua orang: setelah yang pertama, approvals_needed masih 1, dan karyawan atau admin lain memutuskan. Bunga tanpa daily_rate_ppm adalah batas yang berlaku. Yang masih kurang dari nasabahnya ada di `missing` pada GET.",
  access: untuk("admin", "karyawan"),
  request: { params, body: body(schema.putuskanSchema) },
  responses: { 200: lengkap },
  errors: [
    loans.PinjamanTidakAda,
    loans.StatusTidakCocok,
    loans.PinjamanSendiri,
    loans.BukanPeninjaunya,
    loans.ButuhOrangKedua,
    loans.KycBelumLengkap,
    loans.PinjamanDiLuarAturan,
    loans.BungaDiAtasBatas,
  ],
});

const tarikPinjaman = defineRoute({
  method: "post",
  path: "/loan-applications/{id}/withdraw",
  operationId: "tarikPinjaman",
  tags,
  summary: "Tarik permohonan yang belum dicairkan",
  access: untuk("admin", "nasabah"),
  request: { params },
  responses: { 200: lengkap },
  errors: [loans.PinjamanTidakAda, loans.StatusTidakCocok],
});

const cairkanPinjaman = defineRoute({
  method: "post",
  path: "/loan-applications/{id}/disburse",
  operationId: "cairkanPinjaman",
  tags,
  summary: "Cairkan ke rekening nasabah yang terverifikasi, mulai hari ini",
  description:
    "Bunga flat atas pokok, tidak lebih dari batas hari ini, dan seluruhnya tidak lebih dari batas total. Tidak ada denda keterlambatan.",
  access: untuk("admin"),
  request: { params, body: body(schema.cairkanSchema) },
  responses: { 200: lengkap },
  errors: [
    loans.PinjamanTidakAda,
    loans.StatusTidakCocok,
    loans.PinjamanSendiri,
    payments.RekeningTidakSah,
    loans.PinjamanDiLuarAturan,
  ],
});

const hasilPencairan = defineRoute({
  method: "post",
  path: "/loan-applications/{id}/disbursement",
  operationId: "hasilPencairan",
  tags,
  summary: "Catat apakah uangnya sampai; bila gagal, pinjaman dapat dicairkan lagi",
  access: untuk("admin"),
  request: { params, body: body(schema.pencairanSchema) },
  responses: { 200: lengkap },
  errors: BUKAN_UNTUKNYA,
});

const bayarAngsuran = defineRoute({
  method: "post",
  path: ANGSURAN,
  operationId: "bayarAngsuran",
  tags,
  summary: "Catat pembayaran yang sudah diterima",
  description:
    "Melunasi angsuran tertua dahulu, bunganya sebelum pokoknya; rupiah terakhir menutup pinjaman. Tidak ada denda keterlambatan. Permintaan yang diulang dengan kunci dan isi yang sama tidak membayar dua kali.",
  access: untuk("admin"),
  request: { params, body: body(schema.bayarSchema) },
  responses: {
    201: {
      description: "Tercatat",
      headers: schema.bayarAnswerHeaders,
      ...content(schema.angsuranMasukSchema),
    },
  },
  errors: [...BUKAN_UNTUKNYA, KunciDipakai, payments.LebihBayar],
});

const semuaAngsuran = defineRoute({
  method: "get",
  path: ANGSURAN,
  operationId: "semuaAngsuran",
  tags,
  summary: "Pembayaran sebuah pinjaman, terbaru dulu",
  access: siapaPun,
  request: { params, query: schema.angsuranQuery },
  responses: {
    200: {
      description: "Pembayaran; header Link menunjuk halaman berikutnya",
      headers: listAnswerHeaders,
      ...content(z.array(schema.angsuranMasukSchema)),
    },
  },
  errors: [loans.PinjamanTidakAda],
});

const semuaAturan = defineRoute({
  method: "get",
  path: ATURAN,
  operationId: "semuaAturanPinjaman",
  tags,
  summary: "Semua aturan pinjaman, terbaru dulu",
  access: siapaPun,
  responses: { 200: { description: "Aturan", ...content(z.array(schema.aturanSchema)) } },
});

const tambahAturan = defineRoute({
  method: "post",
  path: ATURAN,
  operationId: "tambahAturanPinjaman",
  tags,
  summary: "Tambah aturan yang berlaku mulai suatu hari",
  description:
    "Aturan dengan tanggal terbaru menggantikan semua yang lebih lama, juga untuk tenor yang tidak disebutnya: buat semua tenornya dengan tanggal yang sama.",
  access: untuk("admin"),
  request: { body: body(schema.tambahAturanSchema) },
  responses: { 201: { description: "Aturan", ...content(schema.aturanSchema) } },
  errors: [rules.AturanSudahLewat, rules.AturanSudahAda],
});

export function loanApplicationsRoutes(deps: loans.LoanDeps): Router {
  const router = createRouter();
  router.openapi(simulasiPinjaman, async (c) => {
    const { amount, term_months: termMonths } = c.req.valid("query");
    const diminta = { amount: BigInt(amount), termMonths };
    return c.json(wire.toSimulasi(await rules.simulasi(deps, c.var.actor, diminta)), 200);
  });
  router.openapi(ajukanPinjaman, async (c) => {
    const { user_id: userId, amount, term_months: tenor, purpose: keperluan = null } = c.req.valid("json");
    const permohonan = { userId, jumlah: BigInt(amount), tenor, keperluan };
    return c.json(wire.toPinjamanLengkap(await loans.ajukan(deps, c.var.actor, permohonan)), 201);
  });
  router.openapi(semuaPinjaman, async (c) => {
    const { limit, before, user_id: userId, status } = c.req.valid("query");
    const baris = await loans.semua(deps, c.var.actor, { limit, before }, { userId, status });
    linkNext(c, limit, baris);
    return c.json(baris.map(wire.toPinjaman), 200);
  });
  router.openapi(satuPinjaman, async (c) =>
    c.json(wire.toPinjamanDinilai(await loans.satu(deps, c.var.actor, c.req.valid("param").id)), 200),
  );
  router.openapi(tinjauPinjaman, async (c) => {
    const { officer_id: petugasId } = c.req.valid("json");
    const ditinjau = await loans.tinjau(deps, c.var.actor, c.req.valid("param").id, petugasId);
    return c.json(wire.toPinjamanLengkap(ditinjau), 200);
  });
  router.openapi(putuskanPinjaman, async (c) => {
    const { decision, note: catatan, daily_rate_ppm: bunga, nik_checked: dilihat } = c.req.valid("json");
    const keputusan = { setuju: decision === "approve", catatan, bunga, nikDiperiksa: dilihat ?? false };
    const diputuskan = await loans.putuskan(deps, c.var.actor, c.req.valid("param").id, keputusan);
    return c.json(wire.toPinjamanLengkap(diputuskan), 200);
  });
  router.openapi(tarikPinjaman, async (c) =>
    c.json(wire.toPinjamanLengkap(await loans.tarik(deps, c.var.actor, c.req.valid("param").id)), 200),
  );
  moneyRoutes(router, deps);
  router.openapi(semuaAturan, async (c) =>
    c.json((await rules.semuaAturan(deps, c.var.actor)).map(wire.toAturan), 200),
  );
  router.openapi(tambahAturan, async (c) => {
    const { min_amount: min, max_amount: max, second_person_above: dua, ...isian } = c.req.valid("json");
    const batas = { min_amount: BigInt(min), max_amount: BigInt(max), second_person_above: BigInt(dua) };
    return c.json(wire.toAturan(await rules.tambahAturan(deps, c.var.actor, { ...isian, ...batas })), 201);
  });
  return router;
}

function moneyRoutes(router: Router, deps: loans.LoanDeps): void {
  router.openapi(cairkanPinjaman, async (c) => {
    const { bank_account_id: rekeningId } = c.req.valid("json");
    const dicairkan = await payments.cairkan(deps, c.var.actor, c.req.valid("param").id, rekeningId);
    return c.json(wire.toPinjamanLengkap(dicairkan), 200);
  });
  router.openapi(hasilPencairan, async (c) => {
    const { result, reference: referensi } = c.req.valid("json");
    const hasil = { sampai: result === "arrived", referensi };
    const dicatat = await payments.catatPencairan(deps, c.var.actor, c.req.valid("param").id, hasil);
    return c.json(wire.toPinjamanLengkap(dicatat), 200);
  });
  router.openapi(bayarAngsuran, async (c) => {
    const { amount, key: kunci, note: catatan = null } = c.req.valid("json");
    const pembayaran = { jumlah: BigInt(amount), kunci, catatan };
    const masuk = await payments.bayar(deps, c.var.actor, c.req.valid("param").id, pembayaran);
    if (masuk.ulangan) c.header("idempotency-replayed", "true");
    return c.json(wire.toAngsuranMasuk(masuk), 201);
  });
  router.openapi(semuaAngsuran, async (c) => {
    const { limit, before } = c.req.valid("query");
    const id = c.req.valid("param").id;
    const baris = await payments.semuaAngsuran(deps, c.var.actor, id, { limit, before });
    linkNext(c, limit, baris);
    return c.json(baris.map(wire.toAngsuranMasuk), 200);
  });
}
