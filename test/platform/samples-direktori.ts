import { expect } from "vitest";
import type { World } from "../harness.ts";
import {
  firstAdmin,
  makeBerkasNasabah,
  makeMitra,
  makePegawai,
  postJson,
  randomNik,
  randomPhone,
} from "../make.ts";
import { JSON_TYPE, newKey, type MakeSample, type Sample } from "./request-sample.ts";
import { inTheNameOf } from "./samples-akun.ts";

const tambahNasabah: MakeSample = async (world) => ({
  ...(await inTheNameOf(world, "nasabah")),
  path: "/users",
  method: "POST",
  body: berkas(),
});

const ubahNasabah: MakeSample = async (world) => {
  const sample = await inTheNameOf(world, "nasabah");
  const { id } = await makeBerkasNasabah(world, {}, sample.orang);
  return { ...sample, path: `/users/${id}`, method: "PUT", body: { ...berkas(), name: "Budi Rahman" } };
};

/**
 * Those of the directory and of one-time passwords. What everybody may do is done by a customer, because of the
 * directory it sees its own file only; what takes bodies or callers of several kinds has one more for each other kind.
 */
export const DIREKTORI: Record<string, MakeSample> = {
  semuaJabatan: async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: "/jabatan?skip=0&limit=1",
    method: "GET",
  }),
  satuJabatan: async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: `/jabatan/${await makeJabatan(world)}`,
    method: "GET",
  }),
  tambahJabatan: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/jabatan",
    method: "POST",
    body: { nama_jabatan: `Supervisor ${newKey()}`, deskripsi: "Mengawasi satu tim" },
  }),
  ubahJabatan: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: `/jabatan/${await makeJabatan(world)}`,
    method: "PUT",
    body: { nama_jabatan: `Supervisor ${newKey()}`, deskripsi: "Mengawasi dua tim" },
  }),
  hapusJabatan: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: `/jabatan/${await makeJabatan(world)}`,
    method: "DELETE",
  }),
  semuaUsers: async (world) => {
    const sample = await inTheNameOf(world, "nasabah");
    await makeBerkasNasabah(world, {}, sample.orang);
    return { ...sample, path: "/users?skip=0&limit=1", method: "GET" };
  },
  satuUser: async (world) => {
    const sample = await inTheNameOf(world, "nasabah");
    const { id } = await makeBerkasNasabah(world, {}, sample.orang);
    return { ...sample, path: `/users/${id}`, method: "GET" };
  },
  tambahUser: tambahNasabah,
  "tambahUser:TambahNasabah": tambahNasabah,
  "tambahUser:TambahPegawai": async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: "/users",
    method: "POST",
    body: { nama: "John Doe", alamat: "Jl. Contoh No. 123", telepon: "081234567890", id_jabatan: 1 },
  }),
  ubahUser: ubahNasabah,
  "ubahUser:UbahNasabah": ubahNasabah,
  "ubahUser:UbahPegawai": async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: `/users/${(await makePegawai(world)).id_user}`,
    method: "PUT",
    body: { nama: "Jane Doe", alamat: "Jl. Contoh No. 321", telepon: "021 555-1234", id_jabatan: 2 },
  }),
  hapusUser: async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: `/users/${(await makePegawai(world)).id_user}`,
    method: "DELETE",
  }),
  terbitkanOtp: async (world) => ({ ...(await inTheNameOf(world, "karyawan")), ...terbitkan() }),
  "terbitkanOtp:mitra": async (world) => ({ ...(await ofMitra(world)), ...terbitkan() }),
  verifikasiOtp: async (world) => verifikasi(world, await inTheNameOf(world, "karyawan")),
  "verifikasiOtp:mitra": async (world) => verifikasi(world, await ofMitra(world)),
};

/** Everything that can be said of a customer. */
function berkas(): Record<string, string> {
  return {
    name: "Budi Santoso",
    phone: randomPhone(),
    email: "budi@example.com",
    dob: "1990-05-17",
    gender: "L",
    national_id: randomNik(),
  };
}

/** A position of its own that nobody holds. */
async function makeJabatan(world: World): Promise<number> {
  const { headers } = await firstAdmin(world);
  const response = await postJson(world, "/jabatan", { nama_jabatan: `Staf ${newKey()}` }, headers);
  expect(response.status, await response.clone().text()).toBe(201);
  const { id_jabatan: id } = await response.json<{ id_jabatan: number }>();
  return id;
}

async function ofMitra(world: World): Promise<Pick<Sample, "actor" | "headers">> {
  const { apiKey } = await makeMitra(world);
  return { actor: "mitra", headers: { ...JSON_TYPE, "x-api-key": apiKey } };
}

const terbitkan = (): Pick<Sample, "path" | "method" | "body"> => ({
  path: "/otp/generate",
  method: "POST",
  body: { id: newKey(), purpose: "login" },
});

/** Issues a code, and asks whether it is the right one. */
async function verifikasi(
  world: World,
  caller: Pick<Sample, "actor" | "headers" | "orang">,
): Promise<Sample> {
  const perihal = { id: newKey(), purpose: "login" };
  const response = await postJson(world, "/otp/generate", perihal, caller.headers);
  expect(response.status, await response.clone().text()).toBe(200);
  const { otp } = (await response.json()) as { otp: string };
  return { ...caller, path: "/otp/verify", method: "POST", body: { ...perihal, otp } };
}
