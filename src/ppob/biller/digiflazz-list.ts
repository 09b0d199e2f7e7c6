import { z } from "zod";
import type { JenisProduk, ProdukBiller } from "./biller.ts";
import { demandNoRefusal, remark, rupiah, words } from "./digiflazz-replies.ts";

/** A code is sent back as it is, so it is never mended: one with invisible characters is none. */
const kode = z.string().regex(/^[^\p{C}]{1,100}$/u);

const named = z.object({
  buyer_sku_code: kode,
  product_name: words(200),
  category: words(100),
  brand: words(100),
  desc: remark(500),
  buyer_product_status: z.boolean(),
  seller_product_status: z.boolean(),
});

type Named = Pick<
  ProdukBiller,
  "kode" | "nama" | "kategori" | "merek" | "deskripsi" | "aktifPembeli" | "aktifPenjual"
>;

const namesOf = (item: z.output<typeof named>): Named => ({
  kode: item.buyer_sku_code,
  nama: item.product_name,
  kategori: item.category,
  merek: item.brand,
  deskripsi: item.desc ?? "",
  aktifPembeli: item.buyer_product_status,
  aktifPenjual: item.seller_product_status,
});

/** `H:mm` as `HH:MM`; Digiflazz writes midnight as `0:0`. */
const timeOfDay = z
  .string()
  .regex(/^([01]?\d|2[0-3]):[0-5]?\d$/)
  .transform((text) =>
    text
      .split(":")
      .map((part) => part.padStart(2, "0"))
      .join(":"),
  );

/** Pieces, as far as an `integer` of PostgreSQL counts. */
const pieces = z.int().transform((count) => Math.min(Math.max(count, 0), 2_147_483_647));

const stock = z.discriminatedUnion("unlimited_stock", [
  z.object({ unlimited_stock: z.literal(true) }).transform(() => null),
  z.object({ unlimited_stock: z.literal(false), stock: pieces }).transform((item) => item.stock),
]);

const prepaid = named.extend({
  price: rupiah,
  multi: z.boolean(),
  start_cut_off: timeOfDay,
  end_cut_off: timeOfDay,
});

const postpaid = named.extend({ admin: rupiah, commission: rupiah });

/** Reads one line of a list; undefined when it cannot be read. */
const LINE = {
  prabayar(line: unknown): ProdukBiller | undefined {
    const item = prepaid.safeParse(line);
    const stok = stock.safeParse(line);
    if (!item.success || !stok.success) return undefined;
    const { price, multi, start_cut_off: mulai, end_cut_off: selesai } = item.data;
    const tutup = mulai === selesai ? null : { mulai, selesai };
    return {
      ...namesOf(item.data),
      jenis: "prabayar",
      harga: price,
      admin: null,
      komisi: null,
      stok: stok.data,
      multi,
      tutup,
    };
  },
  pascabayar(line: unknown): ProdukBiller | undefined {
    const item = postpaid.safeParse(line);
    if (!item.success) return undefined;
    const { admin, commission: komisi } = item.data;
    const open = { harga: null, stok: null, multi: true, tutup: null };
    return { ...namesOf(item.data), jenis: "pascabayar", admin, komisi, ...open };
  },
};

/**
 * The readable lines of a price list (page "Daftar Harga"), each code once. A line that cannot be read is left out; a list
 * of which nothing can be read throws, as does a refusal (`TolakanBiller`).
 */
export function readPriceList(data: unknown, jenis: JenisProduk): ProdukBiller[] {
  demandNoRefusal(data);
  const lines = z.array(z.unknown()).parse(data);
  const read = new Map<string, ProdukBiller>();
  for (const line of lines) {
    const item = LINE[jenis](line);
    if (item && !read.has(item.kode)) read.set(item.kode, item);
  }
  if (lines.length > 0 && read.size === 0) throw new Error("tidak satu baris pun dapat dibaca");
  return [...read.values()];
}
