import { randomBytes, randomInt } from "node:crypto";
import { expect } from "vitest";
import type { World } from "./harness.ts";

export interface Mitra {
  id: number;
  email: string;
  apiKey: string;
  privateKey: string;
  /** Headers of a JSON request in the mitra's name. */
  headers: Record<string, string>;
}

/** Registers a mitra of its own through the public API. */
export async function makeMitra(world: World, options: { saldo?: number } = {}): Promise<Mitra> {
  const email = `${randomBytes(8).toString("hex")}@mail.com`;
  const response = await world.request("/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ nama: "Budi Santoso", email, hp: "08123456789", ...options }),
  });
  expect(response.status).toBe(200);
  const keys = (await response.json()) as { api_key: string; private_key: string };
  const [row] = await world.cloud.neon.asOwner("select id from mitra where email = $1", [email]);
  return {
    id: Number(row?.["id"]),
    email,
    apiKey: keys.api_key,
    privateKey: keys.private_key,
    headers: { "x-api-key": keys.api_key, "content-type": "application/json" },
  };
}

export interface Orang {
  id: number;
  name: string;
  email: string;
  /** Null of a nasabah. */
  username: string | null;
  password: string;
  role: "admin" | "karyawan" | "nasabah";
  accessToken: string;
  refreshToken: string;
  /** Headers of a JSON request in the person's name. */
  headers: Record<string, string>;
}

const admins = new WeakMap<World["cloud"], Promise<Orang>>();

/** The first admin of a world: registers without a token, as on a fresh machine. */
export function firstAdmin(world: World): Promise<Orang> {
  const known = admins.get(world.cloud) ?? makeStaff(world, "admin", {});
  admins.set(world.cloud, known);
  return known;
}

/** Opens an account of its own through the public API and logs in. */
export async function makeAkun(world: World, role: Orang["role"]): Promise<Orang> {
  if (role === "nasabah") return await makeNasabah(world);
  const { headers } = await firstAdmin(world);
  return await makeStaff(world, role, headers);
}

async function makeStaff(
  world: World,
  role: "admin" | "karyawan",
  as: Record<string, string>,
): Promise<Orang> {
  const unique = randomBytes(8).toString("hex");
  const isian = { name: "Siti Aminah", email: `${unique}@example.com`, username: `siti.${unique}`, role };
  const password = `sandi-${unique}`;
  const response = await postJson(world, "/auth/register", { ...isian, password }, as);
  expect(response.status, await response.clone().text()).toBe(200);
  return await login(world, isian.username, password);
}

async function makeNasabah(world: World): Promise<Orang> {
  const unique = randomBytes(8).toString("hex");
  const [email, password] = [`${unique}@example.com`, `sandi-${unique}`];
  const response = await postJson(world, "/api/register", { name: "Budi Santoso", email, password });
  expect(response.status, await response.clone().text()).toBe(201);
  return await login(world, email, password);
}

/** Logs in once more: another session of the same person. */
export async function login(world: World, identifier: string, password: string): Promise<Orang> {
  const response = await postJson(world, "/auth/login", { identifier, password });
  expect(response.status, await response.clone().text()).toBe(200);
  const { data, access_token, refresh_token } = (await response.json()) as {
    data: Pick<Orang, "id" | "name" | "email" | "username" | "role">;
    access_token: string;
    refresh_token: string;
  };
  return {
    ...data,
    password,
    accessToken: access_token,
    refreshToken: refresh_token,
    headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
  };
}

/** A JSON request with a body. */
export function postJson(
  world: Pick<World, "request">,
  path: string,
  body: object,
  headers: Record<string, string> = {},
  method = "POST",
): Promise<Response> {
  return world.request(path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

export interface PegawaiBody {
  id_user: number;
  nama: string;
  alamat: string;
  telepon: string;
  id_jabatan: number;
}

/** Puts somebody into the staff directory, as the first admin. */
export async function makePegawai(
  world: World,
  isian: Partial<Omit<PegawaiBody, "id_user">> = {},
): Promise<PegawaiBody> {
  const { headers } = await firstAdmin(world);
  const body = {
    nama: "John Doe",
    alamat: "Jl. Contoh No. 123",
    telepon: "081234567890",
    id_jabatan: 1,
    ...isian,
  };
  const response = await postJson(world, "/users/", body, headers);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as PegawaiBody;
}

export interface NasabahBody {
  id: number;
  external_user_id: string;
  name: string;
  phone: string | null;
  email: string | null;
  dob: string | null;
  gender: string | null;
  national_id: string | null;
  created_at: string;
  updated_at: string;
}

/** Opens a customer's file through the public API; `as` names who does, absent the first admin. */
export async function makeBerkasNasabah(
  world: World,
  isian: Partial<Pick<NasabahBody, "name" | "phone" | "email" | "dob" | "gender" | "national_id">> = {},
  as?: Orang,
): Promise<NasabahBody> {
  const { headers } = as ?? (await firstAdmin(world));
  const body = { name: "Budi", phone: randomPhone(), email: "budi@example.com", ...isian };
  const response = await postJson(world, "/users/", body, headers);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as NasabahBody;
}

/** The customer agrees to being assessed and identified, or to what is named. */
export async function agree(
  world: World,
  userId: number,
  to: readonly string[] = ["credit_assessment", "kyc"],
): Promise<void> {
  await world.cloud.neon.asOwner(
    `insert into consents (user_id, purpose, text_version, channel)
      select $1, purpose, app.versi_persetujuan(purpose), 'app' from unnest($2::text[]) purpose`,
    [userId, `{${to.join(",")}}`],
  );
}

/** An Indonesian mobile number that nobody has, without its trunk zero and country code. */
export function randomDigits(): string {
  return `8${String(randomInt(1e10)).padStart(10, "0")}`;
}

/** A telephone number in E.164 that nobody has. */
export function randomPhone(): string {
  return `+62${randomDigits()}`;
}

/** An adult born from 1960 to 1998, on `dob`, and a plausible NIK that says so; nobody has it. */
export function randomPerson(): { dob: string; national_id: string } {
  const digits = (count: number, from: number, below: number) =>
    String(randomInt(from, below)).padStart(count, "0");
  const [day, month, year] = [digits(2, 1, 29), digits(2, 1, 13), digits(2, 60, 99)];
  return {
    dob: `19${year}-${month}-${day}`,
    national_id: `32${digits(4, 0, 10_000)}${day}${month}${year}${digits(4, 1, 10_000)}`,
  };
}

/** A plausible NIK that nobody has. */
export const randomNik = (): string => randomPerson().national_id;

export interface PurchaseBody {
  produk_id: number;
  nomor_tujuan: string;
  nominal: number;
  ref_id: string;
}

/** `POST /beli` of document 001, with what a test wants different. */
export function requestPurchase(
  world: World,
  mitra: Mitra,
  body: Partial<PurchaseBody> = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  const purchase = { produk_id: 1, nomor_tujuan: "08123456789", nominal: 10_000, ...body };
  return world.request("/beli", {
    method: "POST",
    headers: { ...mitra.headers, ...headers },
    body: JSON.stringify(purchase),
  });
}

/** Buys and returns the id. */
export async function purchase(
  world: World,
  mitra: Mitra,
  body: Partial<PurchaseBody> = {},
): Promise<number> {
  const response = await requestPurchase(world, mitra, body);
  expect(response.status, await response.clone().text()).toBe(200);
  const { id } = (await response.json()) as { id: number };
  return id;
}

export interface StatusBody {
  id: number;
  produk_id: number;
  nomor_tujuan: string;
  nominal: number;
  status: "pending" | "proses" | "sukses" | "gagal";
  waktu: string;
  hasil_eksekusi: string | null;
}

export async function statusOf(world: World, mitra: Mitra, id: number): Promise<StatusBody> {
  const response = await world.request(`/status/${id}`, { headers: mitra.headers });
  expect(response.status).toBe(200);
  return (await response.json()) as StatusBody;
}

/** Balances of a mitra in rupiah, read around the product. */
export async function balances(world: World, mitra: Mitra): Promise<{ tersedia: number; ditahan: number }> {
  const rows = await world.cloud.neon.asOwner("select nama, saldo from buku where mitra_id = $1", [mitra.id]);
  const of = (nama: string) => Number(rows.find((row) => row["nama"] === nama)?.["saldo"]);
  return { tersedia: of("tersedia"), ditahan: of("ditahan") };
}

/** A row of a customer's file. */
export interface BagianBody extends Record<string, unknown> {
  id: number;
  user_id: number;
}

/** A phone of a customer, which `as` adds: a nasabah to its own file, staff to that of `user_id`. */
export function makeDevice(world: World, as: Orang, isian: object = {}): Promise<BagianBody> {
  return addTo(world, "/devices", as, { android_id: randomBytes(8).toString("hex"), ...isian }, 200);
}

export function makeBankAccount(world: World, as: Orang, isian: object = {}): Promise<BagianBody> {
  const body = { bank_name: "BCA", account_number: randomDigits(), account_holder: "Budi Santoso", ...isian };
  return addTo(world, "/bank-accounts", as, body, 201);
}

/** Somebody to ask for the whereabouts of the customer `userId`. */
export function makeContact(
  world: World,
  as: Orang,
  userId: number,
  isian: object = {},
): Promise<BagianBody> {
  const body = { contact_name: "Siti", contact_phone: randomPhone(), relation: "spouse", ...isian };
  return addTo(world, `/emergency/${userId}`, as, body, 200);
}

export function makeAddress(world: World, as: Orang, isian: object = {}): Promise<BagianBody> {
  const body = { type: "home", address_line: "Jl. Melati No. 5", city: "Bandung", ...isian };
  return addTo(world, "/addresses", as, body, 201);
}

export function makeEmployment(world: World, as: Orang, isian: object = {}): Promise<BagianBody> {
  const body = { income_monthly: 7_500_000, employment_type: "permanent", ...isian };
  return addTo(world, "/employment", as, body, 201);
}

/** A consent to the text in force of the first version. */
export function makeConsent(world: World, as: Orang, isian: object = {}): Promise<BagianBody> {
  return addTo(world, "/consents", as, { purpose: "kyc", text_version: 1, ...isian }, 201);
}

async function addTo(
  world: World,
  path: string,
  { headers }: Orang,
  body: object,
  status: number,
): Promise<BagianBody> {
  const response = await postJson(world, path, body, headers);
  expect(response.status, await response.clone().text()).toBe(status);
  return (await response.json()) as BagianBody;
}
