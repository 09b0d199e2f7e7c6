import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { z } from "zod";
import { constantTimeEqual, hmacHex } from "../../platform/crypto/hash.ts";
import { AppError, SignatureInvalid, unavailable } from "../../platform/http/errors.ts";
import type {
  Biller,
  HasilBiller,
  PermintaanBeli,
  PermintaanTagihan,
  ProdukBiller,
  WebhookBiller,
} from "./biller.ts";
import { readPriceList } from "./digiflazz-list.ts";
import {
  demandNoRefusal,
  interpret,
  obstacleToPaying,
  readBill,
  readPln,
  readTransaction,
  rupiah,
  transactionData,
  unanswered,
  unreadable,
} from "./digiflazz-replies.ts";

export interface DigiflazzConfig {
  /** `https://api.digiflazz.com/v1`, or a relay with a fixed address. */
  baseUrl: string;
  /** Shows the relay that it is us. */
  relaySecret: string | undefined;
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

/** One call: where to, what its signature is about, and what it says. */
interface Call {
  path: string;
  about: string;
  payload: object;
  maxBytes?: number;
  /** Ends the call earlier than the timeout does. */
  signal?: AbortSignal;
}

/**
 * Digiflazz buyer API (developer.digiflazz.com/api/buyer): everything is `POST`, JSON under `data`,
 * signed by md5(username + key + what the call is about).
 */
export function createDigiflazz(config: DigiflazzConfig): Biller {
  const call = (request: Call) => send(config, request);
  const { testing } = config;

  /** The same request buys and asks: Digiflazz knows a `ref_id` for 90 days (topup, cek-status). */
  const topUp = ({ refId, kode, nomor, hargaMaks }: PermintaanBeli): Call => ({
    path: "/transaction",
    about: refId,
    payload: { ...subject({ refId, kode, nomor }), max_price: Number(hargaMaks), testing },
  });

  const postpaid = (
    commands: "pay-pasca" | "status-pasca",
    { refId, kode, nomor }: PermintaanBeli,
    signal?: AbortSignal,
  ): Call => ({
    path: "/transaction",
    about: refId,
    payload: { commands, ...subject({ refId, kode, nomor }), testing },
    ...(signal && { signal }),
  });

  const ask = ({ refId, kode, nomor, nominal, tahun, nomorKedua }: PermintaanTagihan): Call => ({
    path: "/transaction",
    about: refId,
    payload: {
      commands: "inq-pasca",
      ...subject({ refId, kode, nomor }),
      ...(nominal !== null && { amount: Number(nominal) }),
      ...(tahun !== null && { year: tahun }),
      ...(nomorKedua !== null && { id_pelanggan2: nomorKedua }),
      testing,
    },
  });

  async function transaction(request: Call): Promise<HasilBiller> {
    try {
      return readTransaction(await call(request), request.about);
    } catch (error) {
      return unreadable(error);
    }
  }

  /** An open denomination is bought as a bill of that amount is: asked for, then paid, within one timeout. */
  async function beliBebas(permintaan: PermintaanBeli, nominal: bigint): Promise<HasilBiller> {
    const { hargaMaks, refId } = permintaan;
    const ends = AbortSignal.timeout(config.timeoutSeconds * 1000);
    // The payment keeps at least half of the time: it is the one whose answer matters.
    const asksUntil = AbortSignal.timeout(config.timeoutSeconds * 500);
    try {
      const data = await call({
        ...ask({ ...permintaan, nominal, tahun: null, nomorKedua: null }),
        signal: asksUntil,
      });
      const obstacle = obstacleToPaying(readTransaction(data, refId), data, { nominal, hargaMaks });
      if (obstacle) return obstacle;
    } catch (error) {
      return unanswered(error);
    }
    return transaction(postpaid("pay-pasca", permintaan, ends));
  }

  async function daftar(cmd: "prepaid" | "pasca", code?: string): Promise<ProdukBiller[]> {
    const payload = { cmd, ...(code !== undefined && { code }) };
    const data = await call({
      path: "/price-list",
      about: "pricelist",
      payload,
      maxBytes: MAX_LIST_BYTES,
    });
    return readPriceList(data, cmd === "prepaid" ? "prabayar" : "pascabayar");
  }

  return {
    async saldo() {
      const data = await call({ path: "/cek-saldo", about: "depo", payload: { cmd: "deposit" } });
      demandNoRefusal(data);
      return z.object({ deposit: rupiah }).parse(data).deposit;
    },
    daftarProduk: (jenis) => daftar(jenis === "prabayar" ? "prepaid" : "pasca"),
    satuProduk: async (kode) => (await daftar("prepaid", kode)).find((produk) => produk.kode === kode),
    inquiry: (permintaan) => understood(async () => readBill(await call(ask(permintaan)), permintaan.refId)),
    cekPln: (nomor) =>
      understood(async () =>
        readPln(await call({ path: "/inquiry-pln", about: nomor, payload: { customer_no: nomor } }), nomor),
      ),
    beli(permintaan) {
      if (permintaan.pascabayar) return transaction(postpaid("pay-pasca", permintaan));
      const { nominalBebas } = permintaan;
      return nominalBebas === null ? transaction(topUp(permintaan)) : beliBebas(permintaan, nominalBebas);
    },
    status: (permintaan) =>
      transaction(
        permintaan.pascabayar || permintaan.nominalBebas !== null
          ? postpaid("status-pasca", permintaan)
          : topUp(permintaan),
      ),
    bacaWebhook: (headers, body) => readWebhook(config.webhookSecret, headers, body),
  };
}

/** What a transaction is about, as every command names it. */
function subject({ refId, kode, nomor }: { refId: string; kode: string; nomor: string }) {
  return { buyer_sku_code: kode, customer_no: nomor, ref_id: refId };
}

/** Makes whatever is no declared error `ServiceUnavailable`. */
async function understood<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw error instanceof AppError ? error : unavailable(error);
  }
}

/** Returns the reply's `data`; throws when there is none: outage, timeout, redirect, garbage, a reply too large. */
async function send(config: DigiflazzConfig, request: Call): Promise<unknown> {
  const { path, about, payload, maxBytes = MAX_REPLY_BYTES, signal } = request;
  const { baseUrl, username, apiKey, relaySecret, timeoutSeconds } = config;
  const sign = createHash("md5")
    .update(username + apiKey + about)
    .digest("hex");
  const response = await fetch(baseUrl + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(relaySecret !== undefined && { "x-relay-secret": relaySecret }),
    },
    body: JSON.stringify({ username, sign, ...payload }),
    // A redirect could lead the key's signature, and the secret, elsewhere.
    redirect: "manual",
    signal: signal ?? AbortSignal.timeout(timeoutSeconds * 1000),
  });
  // Refusals come as 400 with a code; other statuses are not Digiflazz speaking.
  if (response.status !== 200 && response.status !== 400) throw new Error(`HTTP ${response.status}`);
  return z.object({ data: z.unknown() }).parse(JSON.parse(await readLimited(response, maxBytes))).data;
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
