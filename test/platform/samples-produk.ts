import { randomBytes } from "node:crypto";
import { makeMitra } from "../make.ts";
import { aturHarga, makeProduk } from "../ppob/produk.ts";
import type { MakeSample } from "./request-sample.ts";
import { inTheNameOf } from "./samples-akun.ts";

/** Valid requests about products, the biller's list and price rules; see test/platform/samples.ts. */
export const PRODUK: Record<string, MakeSample> = {
  operatorNomor: async (world) => ({
    actor: "mitra",
    path: "/operator?nomor=081234567890",
    method: "GET",
    headers: { "x-api-key": (await makeMitra(world)).apiKey },
  }),
  tambahProduk: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/produk",
    method: "POST",
    body: {
      kode: randomBytes(6).toString("hex"),
      nama: "Pulsa 10k",
      kategori: "pulsa",
      merek: "TELKOMSEL",
      deskripsi: "Pulsa Reguler 10.000",
      harga: 12_000,
      nominal: 10_000,
      jenis: "prabayar",
      aktif: true,
      kode_cadangan: ["pulsa10b"],
    },
  }),
  ubahProduk: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: `/produk/${(await makeProduk(world)).id}`,
    method: "PATCH",
    body: { harga: 12_500, aktif: true },
  }),
  daftarProdukBiller: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/produk/biller?limit=5",
    method: "GET",
  }),
  sinkronProduk: async (world) => {
    // The turn is everybody's: whoever wants a sample gets one.
    await world.cloud.neon.asOwner("delete from sinkron_biller");
    return { ...(await inTheNameOf(world, "admin")), path: "/produk/sinkron", method: "POST" };
  },
  keadaanSinkronProduk: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/produk/sinkron",
    method: "GET",
  }),
  semuaAturanHarga: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/aturan-harga?limit=5",
    method: "GET",
  }),
  aturHarga: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/aturan-harga",
    method: "PUT",
    body: { mitra_id: (await makeMitra(world)).id, produk_id: 1, jenis: "markup", nilai: 500 },
  }),
  hapusAturanHarga: async (world) => {
    const aturan = await aturHarga(world, {
      mitra_id: (await makeMitra(world)).id,
      jenis: "markup",
      nilai: 500,
    });
    const { id } = (await aturan.json()) as { id: number };
    return { ...(await inTheNameOf(world, "admin")), path: `/aturan-harga/${id}`, method: "DELETE" };
  },
};
