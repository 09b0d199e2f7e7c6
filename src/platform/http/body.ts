import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { MalformedForm, MalformedJson, PayloadTooLarge, UnsupportedMediaType } from "./errors.ts";
import type { HouseEnv } from "./router.ts";
import { whyRefused } from "./strict-json.ts";

/** The largest body any route takes, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

const limitUnread = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new PayloadTooLarge();
  },
});

/** Refuses bodies over the limit with 413, also chunked ones without a Content-Length. One read before was within it. */
export const limitBody: MiddlewareHandler<HouseEnv> = async (c, next) =>
  Object.hasOwn(c.var, "rawBody") ? await next() : await limitUnread(c, next);

/** The largest callback of a vendor, in bytes: a batch of messages, each as long as its sender liked. */
export const MAX_CALLBACK_BYTES = 1024 * 1024;

/** As `limitBody`, for what vendors call. */
export const limitCallback: MiddlewareHandler<HouseEnv> = bodyLimit({
  maxSize: MAX_CALLBACK_BYTES,
  onError: () => {
    throw new PayloadTooLarge();
  },
});

/** The largest file that may be uploaded, in bytes: what phones' cameras make. */
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

export const FILE_TOO_LARGE = "Berkas terlalu besar: paling besar 5 MB.";

/** As `limitBody`, for a form with a file. */
export const limitUpload: MiddlewareHandler<HouseEnv> = bodyLimit({
  maxSize: MAX_FILE_BYTES + MAX_BODY_BYTES,
  onError: () => {
    throw new PayloadTooLarge({ detail: FILE_TOO_LARGE });
  },
});

const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/** Reads a JSON body strictly: its type, its UTF-8, its grammar, and what `whyRefused` names. Later readers reuse the text. */
export const strictJson: MiddlewareHandler<HouseEnv> = async (c, next) => {
  if (!JSON_TYPE.test(c.req.header("content-type") ?? "")) throw new UnsupportedMediaType();
  const text = await readUtf8(c.req);
  try {
    JSON.parse(text);
  } catch {
    throw new MalformedJson();
  }
  const reason = whyRefused(text);
  if (reason) throw new MalformedJson({ detail: `Isi permintaan ditolak: ${reason}.` });
  await next();
};

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i;

/** Reads a form strictly: its type, its UTF-8, no NUL, and every field once. Later readers reuse the text. */
export const strictForm: MiddlewareHandler<HouseEnv> = async (c, next) => {
  if (!FORM_TYPE.test(c.req.header("content-type") ?? ""))
    throw new UnsupportedMediaType({ detail: "Content-Type harus application/x-www-form-urlencoded." });
  const text = await readUtf8(c.req, MalformedForm);
  const fields = [...new URLSearchParams(text)];
  const form = Object.fromEntries(fields);
  if (!isCleanEncoding(text) || Object.keys(form).length < fields.length) throw new MalformedForm();
  c.set("form", form);
  await next();
};

const MULTIPART_TYPE = /^multipart\/form-data\s*;.*boundary=/i;

/** Reads a form with a file strictly: its type, its grammar, no NUL, and every field once. Later readers reuse what was parsed. */
export const strictMultipart: MiddlewareHandler<HouseEnv> = async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  if (!MULTIPART_TYPE.test(type))
    throw new UnsupportedMediaType({ detail: "Content-Type harus multipart/form-data." });
  let fields: [string, File | string][];
  try {
    fields = [...(await c.req.formData())];
  } catch {
    throw new MalformedForm();
  }
  const texts = fields.flatMap(([name, value]) => [name, typeof value === "string" ? value : value.name]);
  const broken = texts.some((text) => text.includes("\0") || text.includes("\uFFFD"));
  if (broken || new Set(fields.map(([name]) => name)).size < fields.length) throw new MalformedForm();
  await next();
};

/** Whether percent-encoding decodes to UTF-8 without NUL: PostgreSQL stores neither, and decoders disagree on the rest. */
export function isCleanEncoding(text: string): boolean {
  try {
    return !decodeURIComponent(text.replaceAll("+", " ")).includes("\u0000");
  } catch {
    return false;
  }
}

/** Keeps the body's exact text for routes that check a vendor's signature over it. */
export const keepRawBody: MiddlewareHandler<HouseEnv> = async (c, next) => {
  c.set("rawBody", await readUtf8(c.req));
  await next();
};

/** The body as text. Invalid UTF-8 is refused: decoding it loosely would silently change what was sent. */
async function readUtf8(
  request: { arrayBuffer(): Promise<ArrayBuffer> },
  Malformed = MalformedJson,
): Promise<string> {
  const bytes = await request.arrayBuffer();
  try {
    // ignoreBOM keeps a byte order mark in the text, where JSON.parse refuses it and a signature still covers it.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed({ detail: "Isi permintaan bukan UTF-8 yang sah." });
  }
}
