import { readFileSync } from "node:fs";
import { join } from "node:path";
import { json, type WireAnswer, type WireRequest } from "../stand-in.ts";
import type { Phones } from "./phones.ts";
import { LARGEST_FILE_BYTES } from "./sending.ts";
import { targetOf } from "./target.ts";

const PAGE_FILES: Record<string, { file: string; type: string }> = {
  "/": { file: "ponsel.html", type: "text/html; charset=utf-8" },
  "/ponsel.css": { file: "ponsel.css", type: "text/css; charset=utf-8" },
  "/ponsel.js": { file: "ponsel.js", type: "text/javascript; charset=utf-8" },
};

const PAGE_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** Shown in place; anything else is downloaded, because it could run as a page of this origin. */
const SHOWN_IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** The page shows the newest ones. */
const SHOWN_MESSAGES = 300;

/** What the page asks for is wrong; the message is for the person in front of it. */
class Ditolak extends Error {}

/** Whether the request is for the phone page or its endpoints, which need no token. */
export function isForThePage(request: WireRequest): boolean {
  const { path } = targetOf(request);
  return path in PAGE_FILES || path.startsWith("/_ponsel/");
}

/** The phone page: a chat as the customer sees it. Open to this machine only, and to no page of another origin. */
export function phonePage(phones: Phones, toko: string): (request: WireRequest) => WireAnswer {
  return (request) => {
    const { path, query } = targetOf(request);
    if (!isOwnOrigin(request)) return json(403, { pesan: "Hanya halaman ponsel ini yang boleh meminta." });
    const page = PAGE_FILES[path];
    try {
      if (page) return onlyFor("GET", request, () => servePage(page));
      return answer(phones, toko, request, path.slice("/_ponsel/".length), query);
    } catch (error) {
      if (error instanceof Ditolak) return json(400, { pesan: error.message });
      throw error;
    }
  };
}

function answer(
  phones: Phones,
  toko: string,
  request: WireRequest,
  what: string,
  query: URLSearchParams,
): WireAnswer {
  const mediaId = /^media\/([\w-]+)$/.exec(what)?.[1];
  if (mediaId !== undefined) return onlyFor("GET", request, () => serveMedia(phones, mediaId));
  switch (what) {
    case "percakapan":
      return onlyFor("GET", request, () => {
        const pesan = phones.inbox(readNumber(query.get("nomor"))).slice(-SHOWN_MESSAGES);
        return json(200, { toko, pesan }, { "cache-control": "no-store" });
      });
    case "tulis":
      return onlyFor("POST", request, () => json(200, { id: write(phones, readJson(request.body)) }));
    case "berkas":
      return onlyFor("POST", request, () => json(200, { id: sendFile(phones, request, query) }));
    case "baca":
      return onlyFor("POST", request, () => {
        phones.read(readNumber(readJson(request.body)["nomor"]));
        return json(200, {});
      });
    default:
      return json(404, { pesan: "Tidak ada." });
  }
}

function onlyFor(method: string, request: WireRequest, work: () => WireAnswer): WireAnswer {
  return request.method === method ? work() : { status: 405, headers: { allow: method } };
}

/** A browser names the origin of every request that changes something; the Host has been checked to be this machine. */
function isOwnOrigin({ headers }: WireRequest): boolean {
  return headers.origin === undefined || headers.origin === `http://${headers.host ?? ""}`;
}

function servePage({ file, type }: { file: string; type: string }): WireAnswer {
  const body = readFileSync(join(import.meta.dirname, "page", file));
  return { status: 200, headers: { ...PAGE_HEADERS, "content-type": type }, body };
}

function serveMedia(phones: Phones, id: string): WireAnswer {
  const media = phones.media(id);
  if (!media) return json(404, { pesan: "Berkas tidak ada." });
  const isShown = SHOWN_IMAGES.includes(media.mimeType);
  const name = encodeURIComponent(media.fileName ?? id).replaceAll("'", "%27");
  return {
    status: 200,
    headers: {
      "content-type": isShown ? media.mimeType : "application/octet-stream",
      "content-disposition": isShown ? "inline" : `attachment; filename*=UTF-8''${name}`,
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
    },
    body: media.bytes,
  };
}

function write(phones: Phones, { nomor, nama, teks, sebagai }: Record<string, unknown>): string {
  const number = readNumber(nomor);
  if (typeof teks !== "string" || teks.trim() === "") throw new Ditolak("Pesannya masih kosong.");
  if (sebagai === "toko") return phones.answerFromShop(number, teks);
  return phones.write(number, teks, named(nama));
}

function sendFile(phones: Phones, { headers, body }: WireRequest, query: URLSearchParams): string {
  const number = readNumber(query.get("nomor"));
  if (body.length === 0) throw new Ditolak("Berkasnya kosong.");
  if (body.length > LARGEST_FILE_BYTES) throw new Ditolak("Berkasnya terlalu besar, paling banyak 16 MB.");
  const mimeType = headers["content-type"] ?? "application/octet-stream";
  return phones.sendMedia(number, SHOWN_IMAGES.includes(mimeType) ? "image" : "document", body, {
    mimeType,
    caption: query.get("keterangan") ?? "",
    fileName: query.get("berkas") ?? "berkas",
    ...named(query.get("nama")),
  });
}

function named(name: unknown): { name?: string } {
  return typeof name === "string" && name.trim() !== "" ? { name: name.trim() } : {};
}

function readJson(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null) throw new Ditolak("Permintaannya bukan JSON.");
  return value as Record<string, unknown>;
}

function readNumber(value: unknown): string {
  const digits = typeof value === "string" ? value.replace(/[+\s()-]/g, "") : "";
  if (!/^[1-9]\d{8,14}$/.test(digits))
    throw new Ditolak("Nomor ditulis lengkap dengan kode negara, misalnya 62812345678.");
  return digits;
}
