import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { MalformedForm, MalformedJson, PayloadTooLarge, UnsupportedMediaType } from "./errors.ts";
import type { HouseEnv } from "./router.ts";
import { whyRefused } from "./strict-json.ts";

/** The largest body any route takes, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Refuses bodies over the limit with 413, also chunked ones without a Content-Length. */
export const limitBody: MiddlewareHandler<HouseEnv> = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new PayloadTooLarge();
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
