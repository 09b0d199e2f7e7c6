import { z } from "zod";
import { unavailable } from "../../platform/http/errors.ts";
import { TagihanDitolak, type HasilBiller, type PelangganPln, type TagihanBiller } from "./biller.ts";
import {
  GANGGUAN,
  HARGA_BERUBAH,
  kalimatTagihan,
  putusanOf,
  saidOfNoRequest,
  TolakanBiller,
} from "./digiflazz-codes.ts";

/** Text of the biller, made fit for PostgreSQL: bounded, no half surrogates (not even from the cut), no NUL. */
export function clean(text: string, max: number): string {
  return text.slice(0, max).toWellFormed().replaceAll("\u0000", "");
}

/** A text that must be there. */
export const words = (max: number) => z.string().transform((text) => clean(text, max));

/** Words that decide nothing: numbers are taken too, and anything else is left out, not refused. */
export const remark = (max: number) =>
  z
    .union([z.string(), z.number()])
    .nullish()
    .catch(null)
    .transform((value) => (value === null || value === undefined ? null : clean(String(value), max)));

/** Whole rupiah, never below zero. */
export const rupiah = z.int().nonnegative().transform(BigInt);

/** The result of a purchase, as an answer and as a webhook tell it. */
export const transactionData = z.object({
  ref_id: words(100),
  status: words(30),
  rc: words(10).nullish(),
  message: remark(500),
  sn: remark(255),
  // A price that is no whole rupiah says nothing about the outcome: it is left out, not refused.
  price: rupiah.nullish().catch(null),
});

const answerData = transactionData.extend({ ref_id: words(100).nullish() });

/** What a transaction's data say about it. */
export function interpret(reply: Omit<z.output<typeof transactionData>, "ref_id">): HasilBiller {
  const rc = reply.rc ?? null;
  return {
    ...putusanOf(reply.status, rc),
    rc,
    pesan: reply.message ?? "",
    sn: reply.sn || null,
    harga: reply.price ?? null,
  };
}

/** The answer to a request about `refId`; what cannot be read, or is about another one, is `tunda`. Never throws. */
export function readTransaction(data: unknown, refId: string): HasilBiller {
  const parsed = answerData.safeParse(data);
  if (!parsed.success) return unreadable(parsed.error);
  const { ref_id: about, status, rc } = parsed.data;
  const isOurs = about === refId || (!about && saidOfNoRequest(status, rc ?? null));
  return isOurs ? interpret(parsed.data) : unreadable("balasan tentang ref_id lain");
}

/** Of an answer that says nothing: the biller may have executed the request, or not. */
export function unreadable(reason: unknown): HasilBiller {
  return {
    hasil: "tunda",
    dikenal: false,
    rc: null,
    pesan: clean(reason instanceof Error ? reason.message : String(reason), 500),
    alasan: "",
    sn: null,
    harga: null,
    bolehCadangan: false,
    daftarBasi: false,
    petunjuk: null,
  };
}

/** Code of a ref_id that something has happened under. */
const NAME_IS_TAKEN = "49";

/**
 * A question that was not answered with a bill has bought nothing, whatever became of it. Only that something else happened
 * under its name is for somebody to find out.
 */
function notBought(hasil: HasilBiller): HasilBiller {
  if (hasil.rc === NAME_IS_TAKEN) return hasil;
  return { ...hasil, hasil: "gagal", alasan: hasil.alasan || GANGGUAN, sn: null, harga: null };
}

const price = z.object({ price: rupiah, selling_price: rupiah });

/** Why the open amount that was asked for under `refId` is not to be paid; undefined when it is. Never throws. */
export function obstacleToPaying(
  answer: HasilBiller,
  data: unknown,
  { nominal, hargaMaks }: { nominal: bigint; hargaMaks: bigint },
): HasilBiller | undefined {
  if (answer.hasil !== "sukses") return notBought(answer);
  const bill = price.safeParse(data);
  if (!bill.success) return notBought(unreadable(bill.error));
  const refusal = { ...notBought(answer), rc: null };
  if (bill.data.price > hargaMaks)
    return { ...refusal, pesan: "harga biller melebihi batas", alasan: HARGA_BERUBAH };
  // Who is to pay less than the amount would not get it: the code is none of an open denomination.
  if (bill.data.selling_price < nominal)
    return { ...refusal, dikenal: false, pesan: "biller tidak mengikuti nominal", alasan: GANGGUAN };
  return undefined;
}

/** The answer to a question that was sent and never came back: nothing is bought. */
export function unanswered(reason: unknown): HasilBiller {
  return notBought(unreadable(reason));
}

const verdict = z.object({ status: words(30), rc: words(10).nullish() });

/** Throws `TagihanDitolak` for a definitive refusal, `ServiceUnavailable` for anything else that is no success. */
function demandAnswer(data: unknown): void {
  const { status, rc = null } = verdict.parse(data);
  const { hasil, alasan, petunjuk } = putusanOf(status, rc);
  if (hasil === "sukses") return;
  if (hasil === "tunda") throw unavailable(new Error(`biller menjawab rc ${rc}`));
  const refusal = new TagihanDitolak({ detail: kalimatTagihan(alasan) });
  // What a number has no bill for is nobody's mistake; what we have to mend goes to the log.
  if (petunjuk) refusal.cause = new Error(`rc ${rc}. ${petunjuk}`);
  throw refusal;
}

const inquiryData = price.extend({
  ref_id: z.string(),
  customer_name: words(100),
  admin: rupiah.nullish().catch(null),
  periode: remark(100),
  desc: z.unknown().optional(),
});

/** The largest bill that is believed, in rupiah: a hundred billion. */
const MAX_BILL = 100_000_000_000n;

/** A bill. Throws as `demandAnswer` does, and any error for what cannot be read. */
export function readBill(data: unknown, refId: string): TagihanBiller {
  demandAnswer(data);
  const reply = inquiryData.parse(data);
  if (reply.ref_id !== refId) throw new Error("balasan tentang ref_id lain");
  const { price: harga, selling_price: hargaJual, admin } = reply;
  if (harga === 0n || harga > hargaJual || hargaJual > MAX_BILL || (admin ?? 0n) > hargaJual)
    throw new Error("jumlah tagihan tidak masuk akal");
  const rincian = plainRecord(reply.desc);
  return {
    namaPelanggan: reply.customer_name,
    harga: reply.price,
    hargaJual: reply.selling_price,
    admin: reply.admin ?? null,
    periode: reply.periode,
    lembar: lembar.parse(rincian["lembar_tagihan"]),
    rincian,
  };
}

const lembar = z
  .union([z.int().min(0).max(9_999), z.string().regex(/^\d{1,4}$/)])
  .nullish()
  .catch(null)
  .transform((value) => (value === null || value === undefined ? null : Number(value)));

const plnData = z.object({
  customer_no: z.union([z.string(), z.number()]).transform(String),
  name: words(100),
  meter_no: remark(30),
  subscriber_id: remark(30),
  segment_power: remark(50),
});

/** Whose a meter is. Throws as `readBill` does. */
export function readPln(data: unknown, nomor: string): PelangganPln {
  demandAnswer(data);
  const reply = plnData.parse(data);
  if (reply.customer_no !== nomor) throw new Error("balasan tentang nomor lain");
  return {
    nama: reply.name,
    meter: reply.meter_no ?? "",
    idPelanggan: reply.subscriber_id ?? "",
    daya: reply.segment_power ?? "",
  };
}

/** Throws `TolakanBiller` when the data are a refusal. */
export function demandNoRefusal(data: unknown): void {
  const refusal = z.object({ rc: words(10).refine((rc) => rc !== "00") }).safeParse(data);
  if (refusal.success) throw new TolakanBiller(refusal.data.rc);
}

/** Longest description of a bill that is kept, in bytes of JSON, and its deepest nesting. */
const MAX_DESC_BYTES = 16 * 1024;
const MAX_DESC_DEPTH = 8;

/** A JSON object made fit for PostgreSQL; empty when it is something else (PHP writes an empty one as a list) or too much. */
function plainRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const cleaned = cleanEntries(value, MAX_DESC_DEPTH);
  return new TextEncoder().encode(JSON.stringify(cleaned)).length <= MAX_DESC_BYTES ? cleaned : {};
}

function cleanEntries(value: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [clean(key, 100), cleanJson(item, depth - 1)]),
  );
}

function cleanJson(value: unknown, depth: number): unknown {
  if (typeof value === "string") return clean(value, MAX_DESC_BYTES);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, depth - 1));
  return cleanEntries(value, depth);
}
