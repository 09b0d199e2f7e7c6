import type { World } from "../harness.ts";
import { makeProduk, type ProdukBody } from "../ppob/produk.ts";
import { bodyWith } from "./answers-amancair.ts";
import type { Provoke } from "./answers-direktori.ts";
import { newKey } from "./request-sample.ts";
import { pascabayar } from "./samples-ppob.ts";
import { sampleOf, send } from "./samples.ts";

const NOBODYS = 2_147_483_647;

/** How products, price rules and what they are bought with are got to answer what they document; as in every-answer.test.ts. */
export function productAnswers(world: World): {
  GENERIC: Record<string, Provoke>;
  OWN: Record<string, Record<string, Provoke>>;
  /** Of `beli`, which has more of its own. */
  BELI: Record<string, Provoke>;
} {
  const including =
    (isian: Record<string, unknown>): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      return await send(world, sample, { body: bodyWith(sample, isian) });
    };
  const nobodys: Provoke = async (operation) =>
    await send(world, await sampleOf(world, operation), {
      path: operation.path.replace("{id}", String(NOBODYS)),
    });
  /** Free texts are any text, so it is the limit that is not as it should be. */
  const badLimit: Provoke = async (operation) =>
    await send(world, await sampleOf(world, operation), { path: `${operation.path}?limit=x` });

  /** What the biller's list says of a code. Past the product: the whole list would be another one. */
  const biller = async ({ kode, jenis }: ProdukBody, isian: Record<string, string>): Promise<void> => {
    const columns = ["kode", "jenis", "nama", "kategori", "merek", "aktif_pembeli", "aktif_penjual"];
    const all = { ...Object.fromEntries(columns.map((name) => [name, "true"])), kode, jenis, ...isian };
    const names = Object.keys(all);
    await world.cloud.neon.asOwner(
      `insert into produk_biller (${names.join(", ")}, diperbarui_pada)
        values (${names.map((_, at) => `$${at + 1}`).join(", ")}, app.jam())`,
      Object.values(all),
    );
  };
  /** The valid request about a product of its own, of which the biller's list says this. */
  const whileBiller =
    (isian: Record<string, string>, produk: object = {}): Provoke =>
    async (operation) => {
      const satu = await makeProduk(world, produk);
      await biller(satu, isian);
      return await including({ produk_id: satu.id })(operation);
    };
  const POSTPAID = { jenis: "pascabayar", nominal: null };
  const NOT_SOLD = { aktif_penjual: "false" };
  const CLOSED = { tutup_mulai: "00:00", tutup_selesai: "24:00" };

  const GENERIC: Record<string, Provoke> = {
    PRODUK_TIDAK_DIKENAL: nobodys,
    ATURAN_TIDAK_ADA: nobodys,
    HARGA_TIDAK_SAH: including({ harga: 0 }),
    CADANGAN_SAMA: including({ kode: "sama", kode_cadangan: ["sama"] }),
    KODE_PRODUK_DIPAKAI: async (operation) =>
      await including({ kode: (await makeProduk(world)).kode })(operation),
    PRODUK_TIDAK_ADA: including({ produk_id: NOBODYS }),
  };
  const OWN: Record<string, Record<string, Provoke>> = {
    daftarProduk: { VALIDASI_GAGAL: badLimit },
    daftarProdukBiller: { VALIDASI_GAGAL: badLimit },
    sinkronProduk: {
      TERLALU_SERING_SINKRON: async (operation) => {
        const sample = await sampleOf(world, operation);
        await send(world, sample);
        return await send(world, sample);
      },
    },
    aturHarga: {
      MITRA_TIDAK_ADA: including({ mitra_id: Number.MAX_SAFE_INTEGER }),
      PRODUK_TIDAK_DIKENAL: including({ produk_id: NOBODYS }),
      HANYA_BIAYA_TETAP: async (operation) =>
        await including({ produk_id: (await makeProduk(world, { nominal: null })).id })(operation),
      HARGA_TIDAK_SAH: including({ jenis: "tetap", nilai: 0 }),
    },
    tanyaTagihan: {
      PRODUK_PRABAYAR: including({ produk_id: 1 }),
      PRODUK_TIDAK_TERSEDIA: whileBiller(NOT_SOLD, POSTPAID),
      PRODUK_TUTUP: whileBiller(CLOSED, POSTPAID),
    },
  };
  const BELI: Record<string, Provoke> = {
    PRODUK_TIDAK_TERSEDIA: whileBiller(NOT_SOLD),
    PRODUK_TUTUP: whileBiller(CLOSED),
    PRODUK_PASCABAYAR: async (operation) =>
      await including({ produk_id: await pascabayar(world) })(operation),
    HARGA_BERUBAH: including({ harga_maks: 1 }),
    SUDAH_DIBELI_HARI_INI: async (operation) => {
      const satu = await makeProduk(world);
      await biller(satu, { multi: "false" });
      // Both by one mitra: what others have bought it is not told.
      const sample = await sampleOf(world, operation);
      const buy = async () =>
        await send(world, sample, { body: bodyWith(sample, { produk_id: satu.id, ref_id: newKey() }) });
      const answer = await buy();
      return answer.status === 200 ? await buy() : answer;
    },
  };
  return { GENERIC, OWN, BELI };
}
