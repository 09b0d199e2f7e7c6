import { z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import type { Database } from "../../platform/db/database.ts";
import { defineRoute } from "../../platform/http/route.ts";
import { createRouter, type Router } from "../../platform/http/router.ts";
import { toWire, type Rupiah } from "../../platform/money.ts";
import { mitraAccess } from "../mitra/mitra.ts";
import { TransaksiTidakAda } from "../transaksi/transaksi.ts";
import { KEBIJAKAN, strukHalaman } from "./halaman.tsx";
import { isiStruk } from "./isi.ts";
import { strukParams, strukQuery, strukSchema } from "./schema.ts";
import { struk as susun, type Struk } from "./struk.ts";
import { strukTeks } from "./teks.ts";

const JENIS = { json: "application/json", html: "text/html", teks: "text/plain" } as const;

const struk = defineRoute({
  method: "get",
  path: "/struk/{id}",
  operationId: "strukTransaksi",
  tags: ["PPOB"],
  summary: "Struk satu transaksi untuk pelanggan",
  description:
    "Harga beli mitra tidak tercetak. Teks berisi 32 kolom ASCII untuk printer 58 mm; HTML siap cetak dan tanpa berkas lain.",
  access: mitraAccess,
  request: { params: strukParams, query: strukQuery },
  responses: {
    200: {
      description: "Struk",
      content: {
        [JENIS.json]: { schema: strukSchema },
        [JENIS.html]: { schema: z.string() },
        [JENIS.teks]: { schema: z.string() },
      },
    },
  },
  errors: [TransaksiTidakAda],
});

export function strukRoutes(deps: { db: Database }): Router {
  const router = createRouter();
  router.openapi(struk, async (c) => {
    const { format, harga_jual: hargaJual } = c.req.valid("query");
    const harga = hargaJual === undefined ? undefined : BigInt(hargaJual);
    const isi = await susun(deps, c.var.actor, c.req.valid("param").id, harga);
    const diminta = accepts(c, { header: "Accept", supports: Object.values(JENIS), default: JENIS.json });
    const jenis = format ? JENIS[format] : diminta;
    c.header("vary", "Accept", { append: true });
    if (jenis === JENIS.teks) return c.text(strukTeks(isiStruk(isi)), 200);
    if (jenis !== JENIS.html) return c.json(toWireBody(isi), 200);
    c.header("content-security-policy", KEBIJAKAN);
    return c.html(strukHalaman(isiStruk(isi)), 200);
  });
  return router;
}

function toWireBody(isi: Struk): z.input<typeof strukSchema> {
  const { judul, peringatan } = isiStruk(isi);
  const rupiah = (jumlah: Rupiah | null) => (jumlah === null ? null : toWire(jumlah));
  return {
    id: isi.id,
    status: isi.status,
    judul,
    peringatan,
    merchant: isi.merchant,
    produk: isi.produk,
    nomor_tujuan: isi.nomorTujuan,
    nama_pelanggan: isi.namaPelanggan,
    periode: isi.periode,
    lembar: isi.lembar,
    nominal: rupiah(isi.nominal),
    tagihan: rupiah(isi.tagihan),
    denda: rupiah(isi.denda),
    admin: rupiah(isi.admin),
    layanan: rupiah(isi.layanan),
    total: rupiah(isi.total),
    sn: isi.sn,
    token: isi.token,
    waktu: isi.waktu.toISOString(),
    selesai_pada: isi.selesaiPada?.toISOString() ?? null,
  };
}
