import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import type { World } from "../harness.ts";
import { firstAdmin, postJson, type Mitra } from "../make.ts";

export interface ProdukBody {
  id: number;
  nama: string;
  harga: number;
  deskripsi: string;
  kategori: string;
  nominal: number | null;
  kode: string;
  merek: string;
  jenis: "prabayar" | "pascabayar";
  tersedia: boolean;
  alasan: string | null;
  multi: boolean;
  stok: number | null;
  tutup: { mulai: string; selesai: string } | null;
  aktif?: boolean;
  kode_cadangan?: string[];
}

/** A word that nothing else in the world has in it. */
export const kataUnik = () => randomBytes(6).toString("hex");

/** Puts a product on sale, as the first admin. */
export async function makeProduk(world: World, isian: object = {}): Promise<ProdukBody> {
  const { headers } = await firstAdmin(world);
  const kode = kataUnik();
  const body = { kode, nama: `Produk ${kode}`, kategori: "pulsa", harga: 12_000, nominal: 10_000, ...isian };
  const response = await postJson(world, "/produk", body, headers);
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as ProdukBody;
}

/** A page of products as `headers` see them. */
export async function produkSeen(
  world: World,
  headers: Record<string, string>,
  query = "",
): Promise<{ rows: ProdukBody[]; ids: number[]; link: string | null }> {
  const response = await world.request(`/produk${query}`, { headers });
  expect(response.status, await response.clone().text()).toBe(200);
  const rows = (await response.json()) as ProdukBody[];
  return { rows, ids: rows.map(({ id }) => id), link: response.headers.get("link") };
}

/** One product as a mitra sees it. */
export async function satuProduk(world: World, { headers }: Mitra, kode: string): Promise<ProdukBody> {
  const { rows } = await produkSeen(world, headers, `?q=${encodeURIComponent(kode)}`);
  const satu = rows.find((row) => row.kode === kode);
  expect(satu, kode).toBeDefined();
  return satu as ProdukBody;
}

/** Makes a price rule, or changes it, as the first admin. */
export async function aturHarga(world: World, isi: object): Promise<Response> {
  const { headers } = await firstAdmin(world);
  return await postJson(world, "/aturan-harga", isi, headers, "PUT");
}
