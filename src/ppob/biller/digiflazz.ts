import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { z } from "zod";
import { constantTimeEqual, hmacHex } from "../../platform/crypto/hash.ts";
import { SignatureInvalid } from "../../platform/http/errors.ts";
import type { Biller, Hasil, HasilBiller, PermintaanBeli, WebhookBiller } from "./biller.ts";

export interface DigiflazzConfig {
  /** `https://api.digiflazz.com/v1`, or a relay with a fixed address. */
  baseUrl: string;
  username: string;
  apiKey: string;
  webhookSecret: string;
  timeoutSeconds: number;
  /** Marks purchases as tests, which a development key requires. */
  testing: boolean;
}

/** Larger replies are not read. A price list has every product in it, anything else is one object. */
const MAX_LIST_BYTES = 8 * 1024 * 1024;
const MAX_REPLY_BYTES = 64 * 1024;

/**
 * Digiflazz buyer API (developer.digiflazz.com/api/buyer): everything is `POST`, JSON under `data`,
 * signed by md5(username + key + what the call is about).
 */
export function createDigiflazz(config: DigiflazzConfig): Biller {
  const sign = (about: string) =>
    createHash("md5")
      .update(config.username + config.apiKey + about)
      .digest("hex");

  /** Returns the reply's `data`; throws when there is none: outage, timeout, redirect, garbage, a reply too large. */
  async function call(
    path: string,
    about: string,
    payload: object,
    maxBytes = MAX_REPLY_BYTES,
  ): Promise<unknown> {
    const response = await fetch(config.baseUrl + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: config.username, sign: sign(about), ...payload }),
      redirect: "manual",
      signal: AbortSignal.timeout(config.timeoutSeconds * 1000),
    });
    // Refusals come as 400 with a code; other statuses are not Digiflazz speaking.
    if (response.status !== 200 && response.status !== 400) throw new Error(`HTTP ${response.status}`);
    return z.object({ data: z.unknown() }).parse(JSON.parse(await readLimited(response, maxBytes))).data;
  }

  /** The same request buys and asks: Digiflazz knows a `ref_id` for 90 days (topup, cek-status). */
  async function transaction(permintaan: PermintaanBeli): Promise<HasilBiller> {
    // A prepaid top-up carries no amount: whatever an open denomination's code delivers, it is not what was paid.
    if (permintaan.nominalBebas !== null)
      return { ...unreadable("bebas nominal"), hasil: "gagal", alasan: GANGGUAN };
    try {
      const data = await call("/transaction", permintaan.refId, {
        buyer_sku_code: permintaan.kode,
        customer_no: permintaan.nomor,
        ref_id: permintaan.refId,
        max_price: Number(permintaan.hargaMaks),
        testing: config.testing,
      });
      const reply = transactionData.parse(data);
      if (reply.ref_id !== permintaan.refId) return unreadable("balasan tentang ref_id lain");
      return interpret(reply);
    } catch (error) {
      return unreadable(error instanceof Error ? error.message : String(error));
    }
  }

  return {
    async saldo() {
      const data = await call("/cek-saldo", "depo", { cmd: "deposit" });
      return z.object({ deposit: rupiah }).parse(data).deposit;
    },
    async produk() {
      const data = await call("/price-list", "pricelist", { cmd: "prepaid" }, MAX_LIST_BYTES);
      return z.array(priceListItem).parse(data);
    },
    async inquiry({ refId, kode, nomor }) {
      const data = await call("/transaction", refId, {
        commands: "inq-pasca",
        buyer_sku_code: kode,
        customer_no: nomor,
        ref_id: refId,
        testing: config.testing,
      });
      const reply = inquiryData.parse(data);
      return {
        refId,
        namaPelanggan: reply.customer_name,
        harga: reply.price,
        hargaJual: reply.selling_price,
        periode: reply.periode ?? null,
      };
    },
    beli: transaction,
    status: transaction,
    bacaWebhook: (headers, body) => readWebhook(config.webhookSecret, headers, body),
  };
}

function readWebhook(secret: string, headers: Headers, body: string): WebhookBiller {
  const given = headers.get("x-hub-signature");
  const content = parseJson(body);
  // Digiflazz does not say that it signs pings; one that changes nothing may come without a signature.
  if (given === null && ping.safeParse(content).success) return { jenis: "ping" };
  const signature = `sha1=${hmacHex("sha1", secret, body)}`;
  if (!constantTimeEqual(given ?? "", signature)) throw new SignatureInvalid();
  const parsed = z.object({ data: transactionData }).safeParse(content);
  // What we cannot read is signed too, and changes nothing.
  if (!parsed.success) return { jenis: ping.safeParse(content).success ? "ping" : "lain" };
  return { jenis: "hasil", refId: parsed.data.data.ref_id, hasil: interpret(parsed.data.data) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ping = z.object({ hook_id: z.unknown(), data: z.undefined().optional() });

/** Text of the biller, made fit for PostgreSQL: bounded, no half surrogates (not even from the cut), no NUL. */
function clean(text: string, max: number): string {
  return text.slice(0, max).toWellFormed().replaceAll("\u0000", "");
}

const words = (max: number) => z.string().transform((text) => clean(text, max));

/** Words that decide nothing: numbers are taken too, and anything else is left out, not refused. */
const remark = (max: number) =>
  z
    .union([z.string(), z.number()])
    .nullish()
    .catch(null)
    .transform((value) => (value === null || value === undefined ? null : clean(String(value), max)));

const rupiah = z.int().nonnegative().transform(BigInt);

const transactionData = z.object({
  ref_id: words(100),
  status: words(30),
  rc: words(10).nullish(),
  message: remark(500),
  sn: remark(255),
  // A price that is no whole rupiah says nothing about the outcome: it is left out, not refused.
  price: rupiah.nullish().catch(null),
});

const priceListItem = z
  .object({
    product_name: z.string(),
    category: z.string(),
    brand: z.string(),
    price: rupiah,
    buyer_sku_code: z.string(),
    buyer_product_status: z.boolean(),
    seller_product_status: z.boolean(),
  })
  .transform((item) => ({
    kode: item.buyer_sku_code,
    nama: item.product_name,
    kategori: item.category,
    merek: item.brand,
    harga: item.price,
    dijual: item.buyer_product_status && item.seller_product_status,
  }));

const inquiryData = z.object({
  rc: z.literal("00"),
  customer_name: words(100),
  price: rupiah,
  selling_price: rupiah,
  periode: words(50).nullish(),
});

/** What a mitra reads when the reason is between us and the biller. */
const GANGGUAN = "produk sedang gangguan, coba lagi nanti";

/**
 * The reply codes of developer.digiflazz.com/alasan-gagal that end a transaction, or refuse to form one.
 * Everything else, also a code that is new to us, is `tunda`.
 *
 * `gagal` ends it: the transaction failed, or Digiflazz says that none is recorded under this ref_id because of the product.
 * `ditolak` says so because of our account, our request, or (47, 63) of another transaction, which may be this very one.
 */
const CODES = new Map<string, [hasil: Hasil, alasan: string]>([
  ["01", ["gagal", GANGGUAN]],
  ["02", ["gagal", GANGGUAN]],
  ["40", ["ditolak", GANGGUAN]],
  ["41", ["ditolak", GANGGUAN]],
  ["42", ["ditolak", GANGGUAN]],
  ["43", ["ditolak", GANGGUAN]],
  ["44", ["ditolak", GANGGUAN]],
  ["45", ["ditolak", GANGGUAN]],
  ["47", ["ditolak", GANGGUAN]],
  ["51", ["gagal", "nomor tujuan diblokir"]],
  ["52", ["gagal", "nomor tujuan tidak cocok dengan operator"]],
  ["53", ["gagal", GANGGUAN]],
  ["54", ["gagal", "nomor tujuan salah"]],
  ["55", ["gagal", GANGGUAN]],
  ["56", ["gagal", GANGGUAN]],
  ["57", ["gagal", "jumlah digit nomor tujuan salah"]],
  ["58", ["gagal", "produk sedang cut-off"]],
  ["59", ["gagal", "nomor tujuan di luar wilayah produk"]],
  ["60", ["gagal", "tagihan belum tersedia"]],
  ["61", ["ditolak", GANGGUAN]],
  ["62", ["gagal", GANGGUAN]],
  ["63", ["ditolak", "produk ini tidak dapat dibeli dua kali sehari untuk nomor yang sama"]],
  ["64", ["gagal", GANGGUAN]],
  ["65", ["gagal", GANGGUAN]],
  ["66", ["gagal", "produk sedang cut-off"]],
  ["67", ["gagal", GANGGUAN]],
  ["68", ["gagal", "stok habis"]],
  ["69", ["gagal", "harga produk berubah"]],
  ["70", ["gagal", GANGGUAN]],
  ["71", ["gagal", GANGGUAN]],
  ["72", ["gagal", "hentikan paket yang berjalan lebih dulu"]],
  ["73", ["gagal", "batas kWh terlampaui"]],
  ["74", ["kembali", "dibatalkan dan dikembalikan oleh biller"]],
  ["80", ["ditolak", GANGGUAN]],
  ["81", ["ditolak", GANGGUAN]],
  ["82", ["ditolak", GANGGUAN]],
  ["84", ["gagal", "nominal tidak sah"]],
  ["87", ["gagal", "nominal harus kelipatan 1.000"]],
  ["88", ["ditolak", GANGGUAN]],
]);

/** Status and code of what is open in the ordinary way: pending, and questions refused for coming too soon. */
const KNOWN_OPEN = new Set(["Pending 03", "Pending 99", "Gagal 85", "Gagal 86"]);

function interpret(reply: z.output<typeof transactionData>): HasilBiller {
  const rc = reply.rc ?? null;
  const [hasil, alasan] = CODES.get(rc ?? "") ?? ["tunda" as const, ""];
  const common = { rc, pesan: reply.message ?? "", alasan, sn: reply.sn || null, harga: reply.price ?? null };
  // Status and code must say the same; a contradiction is not knowing.
  if (reply.status === "Sukses" && rc === "00") return { ...common, hasil: "sukses", dikenal: true };
  if (reply.status === "Gagal" && hasil !== "tunda") return { ...common, hasil, dikenal: true };
  return { ...common, hasil: "tunda", dikenal: KNOWN_OPEN.has(`${reply.status} ${rc}`) };
}

function unreadable(pesan: string): HasilBiller {
  return {
    hasil: "tunda",
    dikenal: false,
    rc: null,
    pesan: clean(pesan, 500),
    alasan: "",
    sn: null,
    harga: null,
  };
}

/** The reply as text; throws beyond the limit instead of filling the isolate's memory. */
async function readLimited(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error("balasan terlalu besar");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
