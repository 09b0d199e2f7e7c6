import { Buffer } from "node:buffer";
import { z } from "zod";

/** What WhatsApp is to get. `waId`: the number in digits, with the country code. */
export interface PesanKeluar {
  waId: string;
  teks: string;
  berkas?: { bytes: Uint8Array; mimeType: string; nama: string } | undefined;
}

/**
 * - `terkirim`: the vendor has it, under this name
 * - `ditolak`: this message will never be sent
 * - `nanti`: not now; `ragu` when the vendor may have sent it all the same, `detik` when it says how long to wait
 */
export type HasilKirim =
  | { hasil: "terkirim"; id: string }
  | { hasil: "ditolak"; alasan: string }
  | { hasil: "nanti"; ragu: boolean; alasan: string; detik?: number | undefined };

/** A message that left from our number, as the vendor remembers it. */
export interface PesanTercatat {
  id: string;
  jenis: string;
  teks: string;
}

/** Whapi.cloud (`https://gate.whapi.cloud`), as far as we use it. */
export interface Whapi {
  /** Sends one message. Never throws. The vendor knows no idempotency key. */
  kirim(pesan: PesanKeluar): Promise<HasilKirim>;
  /** What left from our number to `waId` since then, newest first. Throws when it cannot be read. */
  riwayat(waId: string, sejak: Date): Promise<PesanTercatat[]>;
  /** The file of a message; null when the vendor has it no more, or it has more than `maxBytes`. Throws when it cannot be read now. */
  media(id: string, maxBytes: number): Promise<Uint8Array | null>;
}

export interface WhapiConfig {
  baseUrl: string;
  token: string;
}

/** Longest wait for an answer, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** How many messages of a chat are looked through for one of ours. */
const RIWAYAT = 100;

const terkirimSchema = z.object({ message: z.object({ id: z.string().min(1).max(200) }) });

const isi = z.object({ body: z.string().optional(), caption: z.string().optional() }).optional();
const riwayatSchema = z.object({
  messages: z.array(
    z.object({
      id: z.string().min(1).max(200),
      type: z.string(),
      from_me: z.boolean().optional(),
      text: isi,
      image: isi,
      document: isi,
      link_preview: isi,
    }),
  ),
});

/** Opens the vendor's API. Holds no connection. */
export function createWhapi({ baseUrl, token }: WhapiConfig): Whapi {
  const call = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  return {
    async kirim(pesan) {
      const { jenis, body } = toBody(pesan);
      try {
        return await hasilDari(await call("POST", `/messages/${jenis}`, body));
      } catch (error) {
        // Nobody can say how far it came: a connection that was refused looks like one that broke.
        return { hasil: "nanti", ragu: true, alasan: error instanceof Error ? error.name : "Error" };
      }
    },
    async riwayat(waId, sejak) {
      const query = new URLSearchParams({
        count: String(RIWAYAT),
        from_me: "true",
        time_from: String(Math.floor(sejak.getTime() / 1000)),
      });
      const answer = await call("GET", `/messages/list/${waId}@s.whatsapp.net?${query.toString()}`);
      // A chat that the vendor does not know has got nothing.
      if (answer.status === 404) return [];
      if (!answer.ok) throw new Error(`Whapi answered ${answer.status}`);
      const { messages } = riwayatSchema.parse(await answer.json());
      return messages
        .filter(({ from_me: kita }) => kita !== false)
        .map(({ id, type, text, image, document, link_preview: tautan }) => ({
          id,
          // A text that holds a link.
          jenis: type === "link_preview" ? "text" : type,
          teks: text?.body ?? tautan?.body ?? image?.caption ?? document?.caption ?? "",
        }));
    },
    async media(id, maxBytes) {
      const answer = await call("GET", `/media/${encodeURIComponent(id)}`);
      if (answer.status === 404 || answer.status === 410) return null;
      if (!answer.ok || !answer.body) throw new Error(`Whapi answered ${answer.status}`);
      return await readUpTo(answer.body, maxBytes);
    },
  };
}

function toBody({ waId, teks, berkas }: PesanKeluar): { jenis: string; body: object } {
  if (!berkas) return { jenis: "text", body: { to: waId, body: teks } };
  const { bytes, mimeType, nama } = berkas;
  const media = `data:${mimeType};name=${encodeURIComponent(nama)};base64,${Buffer.from(bytes).toString("base64")}`;
  const body = { to: waId, media, filename: nama, ...(teks && { caption: teks }) };
  return { jenis: mimeType.startsWith("image/") ? "image" : "document", body };
}

async function hasilDari(answer: Response): Promise<HasilKirim> {
  const alasan = `HTTP ${answer.status}`;
  if (answer.ok) {
    const read = terkirimSchema.safeParse(await answer.json());
    // An answer of 2xx that names no message: it may have been sent.
    return read.success
      ? { hasil: "terkirim", id: read.data.message.id }
      : { hasil: "nanti", ragu: true, alasan };
  }
  await answer.body?.cancel();
  if (answer.status === 429) {
    const seconds = Number(answer.headers.get("retry-after"));
    return { hasil: "nanti", ragu: false, alasan, detik: Number.isFinite(seconds) ? seconds : undefined };
  }
  // What is wrong with our account is no fault of the message: it waits until somebody has seen to that.
  if ([401, 402, 403].includes(answer.status)) return { hasil: "nanti", ragu: false, alasan };
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 408)
    return {
      hasil: "ditolak",
      alasan: `WhatsApp menolaknya (${alasan}); mungkin nomornya tidak memakai WhatsApp`,
    };
  return { hasil: "nanti", ragu: true, alasan };
}

/** The whole of a body, or null when it is longer than `max` bytes. */
async function readUpTo(body: ReadableStream<Uint8Array>, max: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop cancels the rest.
    if (size > max) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
