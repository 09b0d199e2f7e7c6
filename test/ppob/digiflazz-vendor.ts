import { onTestFinished } from "vitest";
import { startDigiflazz, type Digiflazz } from "../../dev/digiflazz/server.ts";
import type { WireRequest } from "../../dev/stand-in.ts";
import type { PermintaanBeli, PermintaanTagihan } from "../../src/ppob/biller/biller.ts";
import { createDigiflazz, type DigiflazzConfig } from "../../src/ppob/biller/digiflazz.ts";

/** A biller of a test's own, and us as its customer. */
export async function openVendor(config: Partial<DigiflazzConfig> = {}) {
  const vendor = await startDigiflazz({ latencyMs: 0, pendingMs: 20 });
  onTestFinished(() => vendor.close());
  return { vendor, biller: billerOf(vendor, config) };
}

/** Our side of a biller. */
export function billerOf(vendor: Digiflazz, config: Partial<DigiflazzConfig> = {}) {
  return createDigiflazz({
    baseUrl: `${vendor.url}/v1`,
    relaySecret: undefined,
    username: vendor.username,
    apiKey: vendor.apiKey,
    webhookSecret: vendor.webhookSecret,
    timeoutSeconds: 1,
    testing: true,
    ...config,
  });
}

/** A prepaid purchase under `refId`. */
export const prepaid = (refId: string): PermintaanBeli => ({
  refId,
  kode: "pulsa10",
  nomor: "08123456789",
  pascabayar: false,
  nominalBebas: null,
  hargaMaks: 12_000n,
});

/** A question for a bill under `refId`. */
export const bill = (refId: string, kode: string, nomor: string): PermintaanTagihan => ({
  refId,
  kode,
  nomor,
  nominal: kode === "emoney" ? 50_000n : null,
  tahun: null,
  nomorKedua: null,
});

/** The payment of the bill that was asked for by `bill` with the same arguments. */
export const payment = (refId: string, kode: string, nomor: string): PermintaanBeli => ({
  refId,
  kode,
  nomor,
  pascabayar: true,
  nominalBebas: null,
  hargaMaks: 10_000_000n,
});

/** The purchase of an open denomination. */
export const openAmount = (refId: string, nomor = "8102051011300001"): PermintaanBeli => ({
  refId,
  kode: "emoney",
  nomor,
  pascabayar: false,
  nominalBebas: 50_000n,
  hargaMaks: 51_000n,
});

/** Requests with this command. */
export const command = (commands: string) => (request: WireRequest) =>
  (JSON.parse(request.body.toString()) as Record<string, unknown>)["commands"] === commands;

/** Answers the next request that `matches` with these data. */
export function answerNext(
  vendor: Digiflazz,
  data: unknown,
  matches: (request: WireRequest) => boolean = () => true,
): void {
  vendor.faults.next({ kind: "answer", status: 200, body: JSON.stringify({ data }) }, 1, matches);
}
