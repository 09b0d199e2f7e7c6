import { createHmac } from "node:crypto";
import { Buffer } from "node:buffer";
import type { Clock } from "../../platform/clock.ts";
import { periksaAlamat, periksaNama, type AturanAlamat, type Resolve } from "./alamat-aman.ts";

export interface AntarDeps extends AturanAlamat {
  clock: Clock;
  resolve: Resolve;
}

/** A message as it goes out. */
export interface Surat {
  url: string;
  /** The `webhook-id`: the same at every attempt. */
  pesanId: string;
  /** JSON, sent as it is. */
  isi: string;
  /** `whsec_…` */
  rahasia: string;
}

/** How an attempt ended: delivered when there is no `galat`. */
export interface HasilAntar {
  /** Null when no answer came. */
  kodeHttp: number | null;
  /** Why it is not delivered, in words of ours. */
  galat: string | null;
  /** Milliseconds. */
  ms: number;
}

/** How long an endpoint has for its answer, in milliseconds. */
export const TIMEOUT_MS = 10_000;

const AWALAN = "whsec_";

/**
 * The secret of a mitra's webhooks: `whsec_` and, in base64, HMAC-SHA256 of the text `webhook` with the private key (its 64
 * characters, not the bytes they stand for) as the key. So a mitra can compute it, and it changes with the keys.
 */
export function rahasiaWebhook(privateKey: string): string {
  return AWALAN + createHmac("sha256", privateKey).update("webhook").digest("base64");
}

/** The header `webhook-signature` of Standard Webhooks. `detik`: Unix time, as in `webhook-timestamp`. */
export function tandaTanganWebhook(rahasia: string, pesanId: string, detik: number, isi: string): string {
  const key = Buffer.from(rahasia.slice(AWALAN.length), "base64");
  return `v1,${createHmac("sha256", key).update(`${pesanId}.${detik}.${isi}`).digest("base64")}`;
}

/**
 * Delivers a message once, signed as of now by Standard Webhooks (https://www.standardwebhooks.com). Anything but a 2xx
 * within ten seconds is a failure; redirects too. Never throws.
 */
export async function antar(deps: AntarDeps, { url, pesanId, isi, rahasia }: Surat): Promise<HasilAntar> {
  const mulai = deps.clock.now().getTime();
  const hasil = (kodeHttp: number | null, galat: string | null): HasilAntar => ({
    kodeHttp,
    galat,
    ms: Math.max(0, deps.clock.now().getTime() - mulai),
  });
  const periksa = periksaAlamat(url, deps);
  const alasan = "alasan" in periksa ? periksa.alasan : await periksaNama(periksa.url, deps.resolve);
  if (alasan !== undefined) return hasil(null, `alamat ditolak: ${alasan}`);
  const detik = Math.floor(deps.clock.now().getTime() / 1000);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "SatuPintu-Webhook/1",
        "webhook-id": pesanId,
        "webhook-timestamp": String(detik),
        "webhook-signature": tandaTanganWebhook(rahasia, pesanId, detik, isi),
      },
      body: isi,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // Its status is all that is wanted; whatever else it says, however much, stays where it is.
    await response.body?.cancel().catch(() => {});
    return hasil(response.status, galatStatus(response.status));
  } catch (error) {
    const lama = error instanceof Error && error.name === "TimeoutError";
    return hasil(null, lama ? `tidak menjawab dalam ${TIMEOUT_MS / 1000} detik` : "tidak dapat dihubungi");
  }
}

function galatStatus(status: number): string | null {
  if (status >= 200 && status <= 299) return null;
  const pengalihan = status >= 300 && status <= 399 ? ", dan pengalihan tidak diikuti" : "";
  return `menjawab HTTP ${status}${pengalihan}`;
}
