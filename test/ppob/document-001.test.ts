import { expect, test } from "vitest";
import { until, useWorld } from "../harness.ts";

const world = useWorld();
const json = { "content-type": "application/json" };

test("the printed walk of document 001: register, produk, beli, status, riwayat, generate-key", async () => {
  const registered = await world.request("/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: `{
    "nama": "Budi Santoso",
    "email": "budi@mail.com",
    "hp": "08123456789"
}`,
  });
  expect(registered.status).toBe(200);
  const keys = (await registered.json()) as Record<string, string>;
  expect(keys).toEqual({
    api_key: expect.stringMatching(/^[0-9a-f]{64}$/),
    private_key: expect.stringMatching(/^[0-9a-f]{64}$/),
    info: "API Key dan Private Key simpan baik-baik, hanya tampil saat register.",
  });
  const headers = { "x-api-key": String(keys["api_key"]) };

  const produk = await world.request("/produk", { headers });
  expect(produk.status).toBe(200);
  expect(await produk.json()).toMatchObject([
    { id: 1, nama: "Pulsa 10k", harga: 12000, deskripsi: "Pulsa Reguler 10.000" },
    { id: 2, nama: "Pulsa 20k", harga: 22000, deskripsi: "Pulsa Reguler 20.000" },
    { id: 3, nama: "Token Listrik 50k", harga: 51000, deskripsi: "Token Listrik Prabayar 50.000" },
  ]);

  const bought = await world.request("/beli", {
    method: "POST",
    headers: { ...headers, ...json },
    body: `{
  "produk_id": 1,
  "nomor_tujuan": "08123456789",
  "nominal": 10000
}`,
  });
  expect(bought.status).toBe(200);
  const { id, ...rest } = (await bought.json()) as { id: number };
  expect(rest).toEqual({ status: "pending" });

  const status = async () =>
    (await world.request(`/status/${id}`, { headers })).json() as Promise<{ status: string }>;
  await until(async () => (await status()).status === "sukses");
  expect(await status()).toEqual({
    id,
    produk_id: 1,
    nomor_tujuan: "08123456789",
    nominal: 10000,
    status: "sukses",
    waktu: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    hasil_eksekusi: expect.stringMatching(/^Transaksi PPOB berhasil! /),
  });

  const riwayat = await world.request("/riwayat", { headers });
  expect(await riwayat.json()).toEqual([await status()]);

  const rotated = await world.request("/generate-key", { method: "POST", headers });
  expect(rotated.status).toBe(200);
  expect(await rotated.json()).toEqual({
    api_key: expect.stringMatching(/^[0-9a-f]{64}$/),
    private_key: expect.stringMatching(/^[0-9a-f]{64}$/),
    info: "API Key dan Private Key telah diperbarui. Simpan baik-baik.",
  });
  expect((await world.request("/produk", { headers })).status).toBe(401);
});

test("registering the printed body with saldo 0, then again", async () => {
  const body = `{ "nama": "Budi Santoso", "email": "budi2@mail.com", "hp": "08123456789", "saldo": 0 }`;
  const register = () => world.request("/register", { method: "POST", headers: json, body });
  expect((await register()).status).toBe(200);
  const again = await register();
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ detail: "User/email sudah terdaftar" });
});
