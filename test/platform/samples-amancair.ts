import { randomUUID } from "node:crypto";
import { MULTIPART } from "../../src/platform/http/route.ts";
import type { World } from "../harness.ts";
import {
  agree,
  firstAdmin,
  makeAddress,
  makeBankAccount,
  makeBerkasNasabah,
  makeConsent,
  makeContact,
  makeDevice,
  makeEmployment,
  postJson,
  randomDigits,
  randomNik,
  randomPhone,
  type Orang,
} from "../make.ts";
import { baseline } from "./files-samples.ts";
import {
  MULTIPART_TYPE,
  multipartOf,
  newKey,
  type MakeSample,
  type Part,
  type Sample,
} from "./request-sample.ts";
import { inTheNameOf } from "./samples-akun.ts";

type Caller = Required<Pick<Sample, "actor" | "headers" | "orang">> & { userId: number };

/** A fresh customer with its own file. */
export async function customer(world: World): Promise<Caller> {
  const caller = await inTheNameOf(world, "nasabah");
  const { id } = await makeBerkasNasabah(world, {}, caller.orang);
  return { ...caller, userId: id };
}

/** A fresh karyawan with a file that it opened and so looks after. */
async function officer(world: World): Promise<Caller> {
  const caller = await inTheNameOf(world, "karyawan");
  const { id } = await makeBerkasNasabah(
    world,
    { phone: randomPhone(), national_id: randomNik() },
    caller.orang,
  );
  return { ...caller, userId: id };
}

type Rest = Pick<Sample, "path" | "method" | "body" | "form">;

/** What a customer asks about its own file. */
const byCustomer =
  (rest: (world: World, caller: Caller) => Rest | Promise<Rest>): MakeSample =>
  async (world) =>
    await sampleFor(world, await customer(world), rest);

/** What staff asks about a file it looks after. */
const byOfficer =
  (rest: (world: World, caller: Caller) => Rest | Promise<Rest>): MakeSample =>
  async (world) =>
    await sampleFor(world, await officer(world), rest);

async function sampleFor(
  world: World,
  caller: Caller,
  rest: (world: World, caller: Caller) => Rest | Promise<Rest>,
): Promise<Sample> {
  const { actor, headers, orang } = caller;
  return { actor, headers, orang, ...(await rest(world, caller)) };
}

/** Makes a row of a file, and says where it is. */
type MakeRow = (world: World, orang: Orang, userId: number) => Promise<{ id: number }>;

/** A row that needs no more than its owner. */
const sebuah =
  (make: (world: World, orang: Orang) => Promise<{ id: number }>): MakeRow =>
  async (world, orang) =>
    await make(world, orang);

const satu = (path: string, make: MakeRow, method = "GET") =>
  byCustomer(async (world, { orang, userId }) => ({
    path: `${path}/${(await make(world, orang, userId)).id}`,
    method,
  }));
const hapus = (path: string, make: MakeRow) => satu(path, make, "DELETE");
const semua = (path: string, make: MakeRow) =>
  byCustomer(async (world, { orang, userId }) => {
    await make(world, orang, userId);
    return { path: `${path}?limit=5`, method: "GET" };
  });
const tambah = (path: string, body: () => Record<string, unknown>) =>
  // Whose it is, staff has to say, and everybody may.
  byCustomer((_, { userId }) => ({ path, method: "POST", body: { user_id: userId, ...body() } }));
const ubah = (path: string, make: MakeRow, body: () => Record<string, unknown>) =>
  byCustomer(async (world, { orang, userId }) => ({
    path: `${path}/${(await make(world, orang, userId)).id}`,
    method: "PUT",
    body: body(),
  }));

const device = () => ({
  device_uuid: randomUUID(),
  imei: "357890123456789",
  android_id: newKey(),
  advertising_id: newKey(),
  imsi: "510101234567823",
  sim_serial: "8962101234567890115",
  device_model: "Xiaomi Redmi 9",
  device_brand: "Xiaomi",
  os_version: "11",
  app_version: "1.4.0",
  fcm_token: newKey(),
  last_seen_at: "2026-11-20T03:00:00Z",
  metadata: { rooted: false, layar: "720x1600" },
});
const address = () => ({
  type: "home",
  address_line: "Jl. Melati No. 5",
  city: "Bandung",
  province: "Jawa Barat",
  postal_code: "40115",
  country: "ID",
});
const rekening = () => ({ bank_name: "BCA", account_number: randomDigits(), account_holder: "Budi Santoso" });
const pekerjaan = () => ({
  employer_name: "PT Maju Jaya",
  job_title: "Staf gudang",
  income_monthly: 7_500_000,
  employment_type: "permanent",
});
const kontak = () => ({
  contact_name: "Siti",
  contact_phone: randomPhone(),
  contact_email: "siti@example.com",
  relation: "spouse",
  is_primary: true,
});
const kejadian = () => ({ event_name: "screen_view", event_props: { screen: "home", duration_ms: 1200 } });
const laporan = () => ({
  title: "NullPointerException",
  stacktrace: "at com.amancair.Home.onCreate(Home.kt:42)",
  metadata: { screen: "home" },
});

/** The parts of a photo of an identity card. */
export const ktp = (): Part[] => [
  { name: "doc_type", value: "ktp" },
  { name: "file", value: baseline(), filename: "ktp.jpg", type: "image/jpeg" },
];

const makeRow =
  (path: string, body: () => Record<string, unknown>): MakeRow =>
  async (world, { headers }) =>
    await rowOf(await postJson(world, path, body(), headers));
const makeKejadian: MakeRow = async (world, { headers }, userId) => {
  await agree(world, userId, ["analytics"]);
  await postJson(world, "/telemetry", kejadian(), headers);
  return { id: 0 };
};
const makeLaporan = makeRow("/crash-reports", laporan);
const makeNotifikasi = makeRow("/notifications", () => ({ fcm_token: newKey() }));

/** Uploads a photo to the caller's own file. */
export const makeDokumen: MakeRow = async (world, { headers }) =>
  await rowOf(
    await world.request("/documents", {
      method: "POST",
      headers: { ...headers, ...MULTIPART_TYPE },
      body: multipartOf(ktp()),
    }),
  );

async function rowOf(response: Response): Promise<{ id: number }> {
  const body = await response.text();
  if (!response.ok) throw new Error(`a row of a sample was refused: ${body}`);
  return JSON.parse(body) as { id: number };
}

const KERJA = "/employment";
const minta = async (world: World, { orang }: Pick<Caller, "orang">) =>
  await world.request("/me/erasure", { method: "POST", headers: orang.headers });

const kirim = (isi: () => Record<string, unknown>) =>
  byCustomer(async (world, { userId }) => {
    await agree(world, userId, ["analytics"]);
    return { path: "/telemetry", method: "POST", body: { user_id: userId, ...isi() } };
  });
const kirimSatu = kirim(kejadian);

/** Those of customers' files. What everybody may do is done by a customer in its own file, staff's by a karyawan. */
export const AMANCAIR: Record<string, MakeSample> = {
  semuaPerangkat: semua("/devices", sebuah(makeDevice)),
  satuPerangkat: satu("/devices", sebuah(makeDevice)),
  tambahPerangkat: tambah("/devices", device),
  ubahPerangkat: ubah("/devices", sebuah(makeDevice), device),
  hapusPerangkat: hapus("/devices", sebuah(makeDevice)),
  semuaAlamatNasabah: semua("/addresses", sebuah(makeAddress)),
  satuAlamatNasabah: satu("/addresses", sebuah(makeAddress)),
  tambahAlamatNasabah: tambah("/addresses", address),
  ubahAlamatNasabah: ubah("/addresses", sebuah(makeAddress), address),
  hapusAlamatNasabah: hapus("/addresses", sebuah(makeAddress)),
  semuaRekening: semua("/bank-accounts", sebuah(makeBankAccount)),
  satuRekening: satu("/bank-accounts", sebuah(makeBankAccount)),
  tambahRekening: tambah("/bank-accounts", rekening),
  ubahRekening: ubah("/bank-accounts", sebuah(makeBankAccount), rekening),
  hapusRekening: hapus("/bank-accounts", sebuah(makeBankAccount)),
  verifikasiRekening: byOfficer(async (world, { orang, userId }) => ({
    path: `/bank-accounts/${(await makeBankAccount(world, orang, { user_id: userId })).id}/verify`,
    method: "POST",
    body: { verified: true },
  })),
  semuaPekerjaan: semua(KERJA, sebuah(makeEmployment)),
  satuPekerjaan: satu(KERJA, sebuah(makeEmployment)),
  tambahPekerjaan: tambah(KERJA, pekerjaan),
  ubahPekerjaan: ubah(KERJA, sebuah(makeEmployment), pekerjaan),
  hapusPekerjaan: hapus(KERJA, sebuah(makeEmployment)),
  semuaKontakDarurat: byCustomer(async (world, { orang, userId }) => {
    await makeContact(world, orang, userId);
    return { path: `/emergency/${userId}?limit=5`, method: "GET" };
  }),
  tambahKontakDarurat: byCustomer((_, { userId }) => ({
    path: `/emergency/${userId}`,
    method: "POST",
    body: kontak(),
  })),
  ubahKontakDarurat: ubah("/emergency", makeContact, kontak),
  hapusKontakDarurat: hapus("/emergency", makeContact),
  catatPersetujuanKontak: byOfficer(async (world, { orang, userId }) => ({
    path: `/emergency/${(await makeContact(world, orang, userId)).id}/consent`,
    method: "POST",
    body: { status: "granted", method: "call", evidence: "rekaman 2026-11-20/0042" },
  })),
  semuaKejadian: semua("/telemetry", makeKejadian),
  tambahKejadian: kirimSatu,
  "tambahKejadian:TambahKejadian": kirimSatu,
  "tambahKejadian:TambahBanyakKejadian": kirim(() => ({ events: [kejadian(), kejadian()] })),
  semuaLaporanKerusakan: semua("/crash-reports", makeLaporan),
  satuLaporanKerusakan: satu("/crash-reports", makeLaporan),
  tambahLaporanKerusakan: tambah("/crash-reports", laporan),
  semuaNotifikasi: semua("/notifications", makeNotifikasi),
  satuNotifikasi: satu("/notifications", makeNotifikasi),
  tambahNotifikasi: tambah("/notifications", () => ({ fcm_token: newKey() })),
  hapusNotifikasi: hapus("/notifications", makeNotifikasi),
  semuaDokumen: semua("/documents", makeDokumen),
  satuDokumen: satu("/documents", makeDokumen),
  hapusDokumen: hapus("/documents", makeDokumen),
  unggahDokumen: async (world) => {
    const sample = await sampleFor(world, await customer(world), (_, { userId }) => ({
      path: "/documents",
      method: "POST",
      form: [{ name: "user_id", value: String(userId) }, ...ktp()],
    }));
    return { ...sample, headers: { ...sample.headers, ...MULTIPART_TYPE } };
  },
  tautkanDokumen: byCustomer(async (world, { orang, userId }) => ({
    path: `/documents/${(await makeDokumen(world, orang, userId)).id}/link`,
    method: "POST",
    body: { purpose: "verification", reason: "Mencocokkan KTP dengan permohonannya" },
  })),
  unduhDokumen: async (world) => {
    const { orang, userId } = await customer(world);
    const { id } = await makeDokumen(world, orang, userId);
    const answer = await postJson(world, `/documents/${id}/link`, {}, orang.headers);
    const { pathname, search } = new URL((await answer.json<{ url: string }>()).url);
    return { path: pathname + search, method: "GET", headers: {} };
  },
  semuaTeksPersetujuan: byCustomer(() => ({ path: "/consent-texts", method: "GET" })),
  semuaPersetujuan: semua("/consents", sebuah(makeConsent)),
  satuPersetujuan: satu("/consents", sebuah(makeConsent)),
  tambahPersetujuan: tambah("/consents", () => ({ purpose: "kyc", text_version: 1, channel: "app" })),
  tarikPersetujuan: hapus("/consents", sebuah(makeConsent)),
  bacaNilai: byOfficer((_, { userId }) => ({
    path: "/clear-values",
    method: "POST",
    body: {
      field: "users.phone",
      id: userId,
      purpose: "verification",
      reason: "Mencocokkan nomor dengan permohonannya",
    },
  })),
  dataSaya: byCustomer(() => ({ path: "/me/data", method: "GET" })),
  mintaPenghapusan: byCustomer(() => ({ path: "/me/erasure", method: "POST" })),
  batalkanPenghapusan: byCustomer(async (world, caller) => {
    await minta(world, caller);
    return { path: "/me/erasure", method: "DELETE" };
  }),
  semuaPermintaanPrivasi: byCustomer(async (world, caller) => {
    await minta(world, caller);
    return { path: "/privacy-requests?limit=5", method: "GET" };
  }),
  cariNasabah: byOfficer(async (world, { orang }) => {
    const phone = randomPhone();
    await makeBerkasNasabah(world, { phone }, orang);
    return { path: "/user-search", method: "POST", body: { phone } };
  }),
  tunjukPetugas: async (world) => {
    const { userId, orang } = await officer(world);
    return {
      ...(await inTheNameOf(world, "admin")),
      path: `/users/${userId}/officer`,
      method: "PUT",
      body: { officer_id: orang.id },
    };
  },
  semuaAudit: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: `/audit?limit=2&actor=akun:${(await firstAdmin(world)).id}`,
    method: "GET",
  }),
  periksaRantaiAudit: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/audit/chain?from=1&limit=2",
    method: "GET",
  }),
};

/** Whether an operation takes a form with a file in place of JSON. */
export function takesFile({ documented }: { documented: { requestBody?: { content: object } } }): boolean {
  return Object.keys(documented.requestBody?.content ?? {}).includes(MULTIPART);
}
