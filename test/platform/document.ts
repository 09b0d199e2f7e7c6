import { MemoryBucket } from "../../dev/r2.ts";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { openDeps } from "../../src/deps.ts";
import { createLog } from "../../src/platform/log.ts";
import type { Router } from "../../src/platform/http/router.ts";

export interface Schema {
  type?: string | string[];
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  pattern?: string;
  enum?: unknown[];
  example?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  $ref?: string;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  schema: Schema;
}

type Content = Record<string, { schema: Schema; examples?: Record<string, { value: unknown }> }>;

export interface DocumentedResponse {
  description: string;
  headers?: Record<string, { required?: boolean; schema: Schema }>;
  content?: Content;
}

export interface DocumentedOperation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, DocumentedResponse>;
}

export interface HouseDocument {
  openapi: string;
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> };
}

/** Pages and forms for browsers: they have a route, and are no part of the document. */
export const PAGES = [
  "GET /home",
  "GET /login",
  "GET /register",
  "POST /login",
  "GET /daftar",
  "POST /daftar",
  "GET /keluar",
  "POST /keluar",
  "GET /dashboard",
  "GET /dashboard/chat",
  "GET /dashboard/chat/{id}",
  "GET /dashboard/chat/{id}/balas",
  "POST /dashboard/chat/{id}/balas",
  "GET /dashboard/chat/{id}/berkas",
  "POST /dashboard/chat/{id}/berkas",
  "GET /dashboard/chat/{id}/atur",
  "POST /dashboard/chat/{id}/atur",
  "GET /dashboard/chat/{id}/label",
  "POST /dashboard/chat/{id}/label",
  "GET /dashboard/bot",
  "GET /dashboard/bot/naskah",
  "POST /dashboard/bot/naskah",
  "GET /dashboard/bot/balasan",
  "POST /dashboard/bot/balasan",
  "GET /dashboard/bot/balasan/{id}",
  "POST /dashboard/bot/balasan/{id}",
  "GET /dashboard/transaksi",
  "GET /dashboard/transaksi/{id}",
  "GET /dashboard/transaksi/{id}/struk",
  "GET /dashboard/transaksi/{id}/putusan",
  "POST /dashboard/transaksi/{id}/putusan",
  "GET /dashboard/mitra",
  "GET /dashboard/mitra/{id}",
  "GET /dashboard/mitra/{id}/saldo",
  "POST /dashboard/mitra/{id}/saldo",
  "GET /dashboard/mitra/{id}/aktif",
  "POST /dashboard/mitra/{id}/aktif",
  "GET /dashboard/mitra/{id}/aturan",
  "POST /dashboard/mitra/{id}/aturan",
  "GET /dashboard/deposit",
  "GET /dashboard/deposit/{id}",
  "POST /dashboard/deposit/{id}",
  "GET /dashboard/mutasi-bank",
  "GET /dashboard/produk",
  "GET /dashboard/produk/{id}",
  "POST /dashboard/produk/{id}",
  "GET /dashboard/users",
  "GET /dashboard/akun",
  "GET /dashboard/akun/petugas",
  "POST /dashboard/akun/petugas",
  "GET /dashboard/akun/{id}",
  "POST /dashboard/akun/{id}",
  "GET /dashboard/audit",
  "GET /dashboard/audit/rantai",
];

/** Enough to build the house without opening a connection: addresses nobody listens on, keys nobody uses. */
const NO_CLOUD = {
  APP_ENV: "local",
  PUBLIC_URL: "http://127.0.0.1:8000",
  DATABASE_URL: "postgres://satupintu_app:lokal@127.0.0.1:1/satupintu",
  DATA_KEY: `1:${"6c6f6b616c21".repeat(5)}6c6f`,
  SECRET_KEY: "kunci-lokal-tanpa-awan-untuk-token",
  UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1",
  UPSTASH_REDIS_REST_TOKEN: "token-redis-lokal-tanpa-awan",
  QSTASH_URL: "http://127.0.0.1:1",
  QSTASH_TOKEN: "token-lokal-tanpa-awan",
  QSTASH_CURRENT_SIGNING_KEY: "kunci-lokal-tanpa-awan-1",
  QSTASH_NEXT_SIGNING_KEY: "kunci-lokal-tanpa-awan-2",
  BILLER_BASE_URL: "http://127.0.0.1:1/v1",
  BILLER_USERNAME: "lokal",
  BILLER_API_KEY: "kunci-lokal-tanpa-awan-3",
  BILLER_WEBHOOK_SECRET: "kunci-lokal-tanpa-awan-4",
  WHAPI_BASE_URL: "http://127.0.0.1:1",
  WHAPI_TOKEN: "token-whapi-lokal-tanpa-awan",
};

/** The app with no cloud behind it: for what is asked of its map, before any world is there. */
export function houseWithoutCloud(): Router {
  return createApp({
    ...openDeps(readConfig(NO_CLOUD), { ...NO_CLOUD, DOKUMEN: new MemoryBucket() }),
    log: createLog(() => {}),
  });
}

/** The OpenAPI document as a client gets it. */
export async function readHouseDocument(app = houseWithoutCloud()): Promise<HouseDocument> {
  const response = await app.request("/openapi.json");
  return (await response.json()) as HouseDocument;
}

const COMPONENT = "#/components/schemas/";

/** One documented operation, with what tests ask of it looked up. */
export interface Operation {
  id: string;
  method: string;
  /** Template, as in `/status/{id}`. */
  path: string;
  statuses: number[];
  /** The one status of success. */
  success: number;
  parameters: Parameter[];
  /** Names of the security schemes any of which will do; none on an open route. */
  schemes: string[];
  /** The one that the operation's sample uses: of two kinds of callers, that of people. */
  security: string | undefined;
  /** Callers without credentials are let in too. */
  optional: boolean;
  /** Schema of the JSON body; none where the operation takes no body, or one that is not JSON. */
  json: Schema | undefined;
  /** Where the JSON body is one of several: their schemas, by name. */
  kinds: Record<string, Schema>;
  takesBody: boolean;
  documented: DocumentedOperation;
}

/** Every operation of the house. */
export async function readOperations(): Promise<Operation[]> {
  const document = await readHouseDocument();
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, documented]) => {
      const schema = documented.requestBody?.content["application/json"]?.schema;
      const json = schema && resolve(document, schema);
      const schemes = (documented.security ?? []).flatMap((scheme) => Object.keys(scheme));
      return {
        id: documented.operationId ?? `${method} ${path}`,
        method: method.toUpperCase(),
        path,
        statuses: Object.keys(documented.responses).map(Number),
        success: successOf(documented),
        parameters: documented.parameters ?? [],
        schemes,
        security: schemes.includes("bearer") ? "bearer" : schemes[0],
        optional: documented.security?.some((scheme) => Object.keys(scheme).length === 0) ?? false,
        json,
        kinds: Object.fromEntries(
          (json?.oneOf ?? []).map((kind) => [
            kind.$ref?.replace(COMPONENT, "") ?? "",
            resolve(document, kind),
          ]),
        ),
        takesBody: documented.requestBody !== undefined,
        documented,
      };
    }),
  );
}

/**
 * The operations once for each kind of body and each kind of caller they take: what is said of requests has to hold for
 * every kind. Ids are those of `samples.ts`, as in `tambahUser:TambahPegawai` and `terbitkanOtp:mitra`.
 */
export function eachKind(operations: readonly Operation[]): Operation[] {
  return operations.flatMap((operation) => {
    const { id, kinds, schemes, security } = operation;
    const bodies = Object.entries(kinds).map(([name, json]) => ({ ...operation, id: `${id}:${name}`, json }));
    const byKey = schemes.includes("kunciApi") && security !== "kunciApi";
    return [
      ...(bodies.length > 0 ? bodies : [operation]),
      ...(byKey ? [{ ...operation, id: `${id}:mitra`, security: "kunciApi" }] : []),
    ];
  });
}

/** Whether a vendor calls it: bodies may be longer there, and are read for a signature before anything else. */
export function isCallback({ security }: Pick<Operation, "security">): boolean {
  return ["qstash", "biller", "whapi", "mutasiBank"].includes(security ?? "");
}

function successOf({ operationId, responses }: DocumentedOperation): number {
  const [success, ...more] = Object.keys(responses).filter((status) => status.startsWith("2"));
  if (success === undefined || more.length > 0) throw new Error(`${operationId} has no one success`);
  return Number(success);
}

/** Follows a `$ref` into the document's components. */
export function resolve(document: HouseDocument, schema: Schema): Schema {
  const name = schema.$ref?.replace(COMPONENT, "");
  if (name === undefined) return schema;
  const found = document.components.schemas[name];
  if (!found) throw new Error(`the document has no schema ${name}`);
  return found;
}
