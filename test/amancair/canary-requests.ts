import type { Operation } from "../platform/document.ts";
import { MULTIPART_TYPE, multipartOf, newEmail, newKey } from "../platform/request-sample.ts";
import { ktp } from "../platform/samples-amancair.ts";
import { fotoChat } from "../platform/samples-whatsapp.ts";
import type { Ids, Tenant } from "./canary-tenant.ts";

/** Whose ids stand in the address, and whose in the query and the body. */
export interface Naming {
  path: Ids;
  /** Nobody at all: the ids that may be left out are. */
  inside: Ids | undefined;
}

export interface Asked {
  path: string;
  method: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
}

/** What the id in an address is the id of, by the address without it. */
const PATH_IDS: Record<string, keyof Ids> = {
  "/users": "userId",
  "/emergency": "userId",
  "/devices": "device",
  "/addresses": "address",
  "/bank-accounts": "account",
  "/employment": "job",
  "/documents": "document",
  "/crash-reports": "crash",
  "/notifications": "notification",
  "/consents": "consent",
  "/loan-applications": "loan",
  "/auth/akun": "akun",
  "/auth/sessions": "session",
  "/mitra": "mitra",
  "/status": "purchase",
  "/struk": "purchase",
  "/tagihan": "bill",
  "/deposit": "deposit",
  "/mitra/callback/kiriman": "kiriman",
  "/chats": "chat",
};
/** The same address names a customer in one operation, and a contact in another. */
const NAMES_A_CONTACT = ["ubahKontakDarurat", "hapusKontakDarurat", "catatPersetujuanKontak"];
/** Nobody's: positions, quick replies, products and prices are the same for all. */
const OF_NOBODY = ["/jabatan", "/quick-replies", "/produk", "/aturan-harga"];

/** Queries that an operation cannot do without, or that name somebody. Lists of customers' rows take `user_id` besides. */
const QUERIES: Record<string, (ids: Ids | undefined, own: Tenant) => string> = {
  simulasiPinjaman: () => "amount=3000000&term_months=6",
  unduhDokumen: (_, { token }) => `token=${token}`,
  semuaAudit: (ids) => (ids ? `user_id=${ids.userId}&actor=akun:${ids.akun}` : ""),
};

type Bodies = (ids: Ids | undefined, own: Tenant) => object[];

const REASON = { purpose: "verification", reason: "Mencocokkan data dengan permohonannya" };
/** A row of the file that is named. */
const of =
  (isian: object): Bodies =>
  (ids) => [{ ...isian, ...(ids && { user_id: ids.userId }) }];
/** The same from the device that is named, of the file that is, and of one's own. */
const from =
  (isian: object): Bodies =>
  (ids) =>
    ids
      ? [
          { ...isian, user_id: ids.userId, device_id: ids.device },
          { ...isian, device_id: ids.device },
        ]
      : [isian];
const plain =
  (...bodies: object[]): Bodies =>
  () =>
    bodies;
const login = { identifier: "tidak.ada", password: "salah" };
const jabatan = { nama_jabatan: "Kenari", deskripsi: "Satu" };

/** What is sent, by operation: everything that may name a row names it. */
export const BODIES: Record<string, Bodies> = {
  masuk: plain(login),
  masukDenganEmail: plain({ email: "tidak.ada@example.com", password: "salah" }),
  segarkanToken: plain({ refresh_token: "x.y.z" }),
  daftarStaf: plain({
    name: "Siti",
    email: newEmail(),
    username: newKey(),
    password: "password123",
    role: "karyawan",
  }),
  daftarNasabah: plain({ name: "Budi", email: "tidak sah", password: "password123" }),
  ubahProfil: plain({ name: "Budi" }),
  gantiKataSandi: plain({ current_password: "salah", new_password: "sandi-baru-456" }),
  aturAkun: plain({ active: true }),
  daftarMitra: plain({ nama: "Budi", email: "tidak sah" }),
  beli: plain({ produk_id: 1, nomor_tujuan: "08123456789", nominal: 9_999 }),
  aturMitra: plain({ aktif: true }),
  isiSaldo: plain({ jumlah: 1, keterangan: "Transfer", kunci: newKey() }),
  aturMitraSendiri: plain({ alamat_ip: [] }),
  bukaDeposit: plain({ jumlah: 50_000 }),
  konfirmasiDeposit: plain({ keterangan: "Mutasi BCA" }),
  tanyaTagihan: plain({ produk_id: 1, nomor_pelanggan: "530000000001" }),
  cekPln: plain({ nomor: "12345678901" }),
  pasangCallback: plain({ url: "http://toko.example.com/hook" }),
  tambahProduk: plain({ kode: "kenari", nama: "Kenari", kategori: "pulsa", harga: 0, nominal: 1 }),
  ubahProduk: plain({ nama: "Pulsa 10k" }),
  aturHarga: (ids) => [
    { jenis: "markup", nilai: 1, ...(ids ? { mitra_id: ids.mitra } : { tier: "kenari" }) },
  ],
  antreanKiriman: (ids) => [{ kiriman_id: ids?.kiriman ?? 1 }],
  webhookBank: plain({ mutation_id: "kenari", amount: 1, type: "CR" }),
  antreanTransaksi: (ids) => [{ transaksi_id: ids?.purchase ?? 1 }],
  webhookBiller: plain({ data: { ref_id: "kenari", status: "Sukses", rc: "00" } }),
  ...Object.fromEntries(
    ["webhookWhapi", "webhookWhapiMessages", "webhookWhapiStatuses"].map((id) => [
      id,
      plain({ statuses: [{ id: "kenari", status: "read" }] }),
    ]),
  ),
  antreanWhatsapp: (ids) => [{ chat_id: ids?.chat ?? 1 }, { message_id: ids?.message ?? 1 }],
  aturChat: (ids) => [
    { labels: ["kenari"] },
    { mode: "BOT" },
    { read: false },
    ...(ids ? [{ assigned_to: ids.akun }] : []),
  ],
  kirimPesan: plain({ text: "Kenari" }, { text: "Kenari", note: true }),
  aturBot: plain({ info: "Kenari" }),
  tambahBalasanCepat: plain({ shortcut: "kenari", text: "Kenari" }),
  ubahBalasanCepat: plain({ shortcut: "kenari", text: "Kenari" }),
  tambahJabatan: plain(jabatan),
  ubahJabatan: plain(jabatan),
  tambahUser: plain({ name: "Budi" }),
  ubahUser: plain({ dob: "1990-05-17" }),
  terbitkanOtp: plain({ id: "kenari", purpose: "login" }),
  verifikasiOtp: plain({ id: "kenari", purpose: "login", otp: "000000" }),
  cariNasabah: (ids) => [{ phone: "+628999999999" }, { imei: String(ids?.device ?? 1).padStart(15, "0") }],
  tunjukPetugas: (ids) => [{ officer_id: ids?.akun ?? null }],
  tambahPerangkat: of({ android_id: "kenari" }),
  ubahPerangkat: plain({ os_version: "12" }),
  tambahAlamatNasabah: of({ type: "work", address_line: "Jl. Melati No. 5", city: "Bandung" }),
  ubahAlamatNasabah: plain({ type: "work" }),
  tambahRekening: of({ bank_name: "BCA", account_number: "99887766", account_holder: "Budi" }),
  ubahRekening: plain({ bank_name: "BRI" }),
  verifikasiRekening: plain({ verified: false }),
  tambahPekerjaan: of({ income_monthly: 1, employment_type: "other" }),
  ubahPekerjaan: plain({ employment_type: "other" }),
  tambahKontakDarurat: (ids) => [
    { contact_name: "Siti", contact_phone: "+628111222333", ...(ids && { device_id: ids.device }) },
  ],
  ubahKontakDarurat: (ids) => [{ relation: "sister", ...(ids && { device_id: ids.device }) }],
  catatPersetujuanKontak: plain({ status: "refused", method: "call", evidence: "rekaman 1" }),
  tambahKejadian: (ids, own) => [
    ...from({ event_name: "kenari" })(ids, own),
    {
      events: [{ event_name: "kenari", ...(ids && { device_id: ids.device }) }],
      ...(ids && { user_id: ids.userId }),
    },
  ],
  tambahLaporanKerusakan: from({ title: "Kenari", stacktrace: "at a" }),
  tambahNotifikasi: from({ fcm_token: "kenari" }),
  tautkanDokumen: plain(REASON, {}),
  tambahPersetujuan: (ids, own) => [
    ...of({ purpose: "analytics", text_version: 1 })(ids, own),
    ...of({ purpose: "analytics", text_version: 1, channel: "paper", evidence: "arsip 1" })(ids, own),
  ],
  bacaNilai: (ids) =>
    (
      [
        ["users.phone", "userId"],
        ["users.national_id", "userId"],
        ["devices.imei", "device"],
        ["devices.imsi", "device"],
        ["devices.sim_serial", "device"],
        ["bank_accounts.account_number", "account"],
        ["emergency_contacts.contact_phone", "contact"],
      ] as const
    ).flatMap(([field, kind]) =>
      ["verification", "whereabouts", "consent_call"].map((purpose) => ({
        ...REASON,
        field,
        purpose,
        id: ids?.[kind] ?? 1,
      })),
    ),
  ajukanPinjaman: of({ amount: 3_000_000, term_months: 6 }),
  tinjauPinjaman: (ids) => [ids ? { officer_id: ids.akun } : {}],
  putuskanPinjaman: plain(
    { decision: "approve", note: "Sudah dipertimbangkan." },
    { decision: "reject", note: "Sudah dipertimbangkan." },
  ),
  cairkanPinjaman: (ids) => [{ bank_account_id: ids?.account ?? 1 }],
  hasilPencairan: plain({ result: "arrived", reference: "BCA-1" }),
  bayarAngsuran: plain({ amount: 1, key: newKey() }),
  tambahAturanPinjaman: plain({ valid_from: "2020-01-01" }),
};

/** Every request that an operation is asked with, one for each of its bodies. Throws for an operation it does not know. */
export function requestsOf(operation: Operation, { path, inside }: Naming, own: Tenant): Asked[] {
  const { id, method } = operation;
  const query = new URLSearchParams(QUERIES[id]?.(inside, own));
  if (inside && !QUERIES[id] && operation.parameters.some(({ name }) => name === "user_id"))
    query.set("user_id", String(inside.userId));
  const target = `${addressOf(operation, path)}${query.size > 0 ? `?${query.toString()}` : ""}`;
  if (!operation.takesBody) return [{ path: target, method }];
  if (id === "unggahDokumen") {
    const named = inside ? { user_id: inside.userId, device_id: inside.device } : {};
    return [named, { ...named, user_id: undefined }].map((isian) => {
      const parts = Object.entries(isian).flatMap(([name, value]) =>
        value === undefined ? [] : [{ name, value: String(value) }],
      );
      return { path: target, method, headers: MULTIPART_TYPE, body: multipartOf([...parts, ...ktp()]) };
    });
  }
  if (id === "kirimBerkasChat")
    return [{ path: target, method, headers: MULTIPART_TYPE, body: multipartOf([fotoChat()]) }];
  const bodies = BODIES[id];
  if (!bodies) throw new Error(`test/amancair/canary-requests.ts does not know what ${id} is sent`);
  const headers = { "content-type": "application/json" };
  return bodies(inside, own).map((body) => ({ path: target, method, headers, body: JSON.stringify(body) }));
}

function addressOf({ id, path }: Operation, ids: Ids): string {
  const [before = "", rest] = path.split("/{id}");
  if (rest === undefined) {
    if (path.includes("{"))
      throw new Error(`test/amancair/canary-requests.ts does not know the id in ${path}`);
    return path;
  }
  if (OF_NOBODY.includes(before)) return path.replace("{id}", "1");
  const kind = NAMES_A_CONTACT.includes(id) ? "contact" : PATH_IDS[before];
  if (!kind) throw new Error(`test/amancair/canary-requests.ts does not know whose id is in ${path}`);
  return path.replace("{id}", String(ids[kind])).replace("{message_id}", String(ids.message));
}
