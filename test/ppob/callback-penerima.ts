import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, vi } from "vitest";
import { listen } from "../../dev/stand-in.ts";
import type { World } from "../harness.ts";
import { postJson, type Mitra } from "../make.ts";

/** What came to a receiver. */
export interface Diterima {
  path: string;
  headers: Record<string, string>;
  body: string;
}

type Jawab = (surat: Diterima, response: ServerResponse) => void | Promise<void>;

/** A mitra's own server: keeps what comes, and answers 200 unless told otherwise. */
export interface Penerima {
  url: string;
  surat: Diterima[];
  /** From now on. */
  jawab(dengan: number | Jawab): void;
}

/** Opens a receiver for the rest of this test. */
export async function bukaPenerima(): Promise<Penerima> {
  const surat: Diterima[] = [];
  let jawab: Jawab = (_, response) => void response.end("ok");
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const diterima = { path: request.url ?? "", headers, body: Buffer.concat(chunks).toString() };
    surat.push(diterima);
    await jawab(diterima, response);
  };
  const server = createServer((request, response) => void handle(request, response));
  const url = `http://127.0.0.1:${await listen(server)}/hook`;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url,
    surat,
    jawab(dengan) {
      jawab = typeof dengan === "number" ? (_, response) => void response.writeHead(dengan).end("x") : dengan;
    },
  };
}

export interface Peristiwa {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

/** Verifies as receivers do, with the reference implementation, at the time of the world. Throws when it does not hold. */
export function buka(surat: Diterima | undefined, rahasia: string, now = Date.now()): Peristiwa {
  if (!surat) throw new Error("nothing came");
  const clock = vi.spyOn(Date, "now").mockReturnValue(now);
  try {
    return new Webhook(rahasia).verify(surat.body, surat.headers) as Peristiwa;
  } finally {
    clock.mockRestore();
  }
}

/** Registers an endpoint through the public API, and returns the secret. */
export async function pasang(world: World, mitra: Mitra, url: string): Promise<string> {
  const response = await postJson(world, "/mitra/callback", { url }, mitra.headers, "PUT");
  expect(response.status, await response.clone().text()).toBe(200);
  const { rahasia } = await response.json<{ rahasia: string }>();
  return rahasia;
}

/** What the mitra reads of its messages. */
export interface KirimanBody {
  id: number;
  pesan_id: string;
  transaksi_id: number;
  peristiwa: string;
  status: string;
  percobaan: number;
  lanjut_pada: string | null;
  terkirim_pada: string | null;
  log: { waktu: string; url: string; kode_http: number | null; galat: string | null; ms: number }[];
}

export async function kirimanOf(world: World, mitra: Mitra, query = ""): Promise<KirimanBody[]> {
  const response = await world.request(`/mitra/callback/kiriman${query}`, { headers: mitra.headers });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as KirimanBody[];
}

/** Its newest message. */
export async function kirimanTerbaru(world: World, mitra: Mitra): Promise<KirimanBody> {
  const [kiriman] = await kirimanOf(world, mitra);
  if (!kiriman) throw new Error("there is no message");
  return kiriman;
}

export interface CallbackBody {
  url: string;
  aktif: boolean;
  gagal_sejak: string | null;
  dimatikan_pada: string | null;
}

export async function callbackOf(world: World, mitra: Mitra): Promise<CallbackBody> {
  const response = await world.request("/mitra/callback", { headers: mitra.headers });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as CallbackBody;
}
