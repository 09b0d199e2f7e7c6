import { randomBytes } from "node:crypto";
import type { World } from "../harness.ts";
import type { Orang } from "../make.ts";

/** A valid request of one operation, ready to be bent. */
export interface Sample {
  /** Request target with its query. */
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: Record<string, unknown>;
  /** In place of a JSON body: the parts of a form with a file. */
  form?: readonly Part[];
  /** What the log calls the caller; nothing on open routes and of vendors. */
  actor?: string;
  /** The person whose credentials it carries, or whom it is about. */
  orang?: Orang;
  /** Headers of a caller who signs the exact body. */
  sign?: (body: string | Uint8Array) => Record<string, string>;
}

/** Makes a valid request, with rows of its own behind it. */
export type MakeSample = (world: World) => Promise<Sample>;

export const JSON_TYPE = { "content-type": "application/json" };

/** An e-mail address nobody has. */
export function newEmail(): string {
  return `${randomBytes(8).toString("hex")}@mail.com`;
}

/** A short text nobody has used: a key, a username, a request id. */
export function newKey(): string {
  return randomBytes(8).toString("hex");
}

/** One part of a form with a file; a file when it has a `filename`. */
export interface Part {
  name: string;
  value: string | Uint8Array;
  filename?: string;
  type?: string;
}

export const BOUNDARY = "batas-formulir-pengujian";
export const MULTIPART_TYPE = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };

/** A form as it goes over the wire, unescaped: what is odd in a name or a value stays so. */
export function multipartOf(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const chunks = parts.flatMap(({ name, value, filename, type }) => [
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"`,
    filename === undefined ? "" : `; filename="${filename}"`,
    type === undefined ? "" : `\r\ncontent-type: ${type}`,
    "\r\n\r\n",
    value,
    "\r\n",
  ]);
  return Uint8Array.from(
    Buffer.concat([...chunks, `--${BOUNDARY}--\r\n`].map((chunk) => Buffer.from(chunk))),
  );
}
