import type { ContentfulStatusCode } from "hono/utils/http-status";

/** One field of a request that is not as it should be. */
export interface FieldProblem {
  /** `#/field` in the body (RFC 6901 fragment), or `path:`, `query:`, `header:` and the name; `kyc:` and what a loan lacks. */
  pointer: string;
  detail: string;
}

export interface ErrorMore {
  detail?: string;
  errors?: FieldProblem[];
  headers?: Record<string, string>;
}

/** An error with a status and a text that the caller may see. Everything else becomes a 500 with a constant text. */
export abstract class AppError extends Error {
  abstract get definition(): ErrorClass;
  readonly more: ErrorMore;
  constructor(more: ErrorMore = {}) {
    super();
    this.more = more;
  }
}

export interface ErrorClass {
  new (more?: ErrorMore): AppError;
  readonly status: ContentfulStatusCode;
  /** Stable name for machines: the last part of the problem's `type`, and what SQL functions raise. */
  readonly code: string;
  readonly detail: string;
  /** The field this error is always about. */
  readonly pointer: string | undefined;
  readonly headers: Record<string, string>;
}

const declared = new Map<string, ErrorClass>();
const byConstraint = new Map<string, ErrorClass>();

/**
 * Declares an error once: its status, its stable code and the text for people (Indonesian).
 * SQL functions raise the same code with SQLSTATE `PT<status>`; see `errorOfCode`. One that names a `constraint` of the
 * database is what violating that means.
 */
export function defineError(
  status: ContentfulStatusCode,
  code: string,
  detail: string,
  options: { pointer?: string; headers?: Record<string, string>; constraint?: string } = {},
): ErrorClass {
  const definition: ErrorClass = class extends AppError {
    static readonly status = status;
    static readonly code = code;
    static readonly detail = detail;
    static readonly pointer = options.pointer;
    static readonly headers = options.headers ?? {};
    override readonly name = code;
    override get definition() {
      return definition;
    }
  };
  declared.set(code, definition);
  if (options.constraint) byConstraint.set(options.constraint, definition);
  return definition;
}

/** The declared error of a code, for errors that a SQL function raises. */
export function errorOfCode(code: string): ErrorClass | undefined {
  return declared.get(code);
}

/** The declared error of a violated constraint. */
export function errorOfConstraint(name: string): ErrorClass | undefined {
  return byConstraint.get(name);
}

export const MalformedUrl = defineError(400, "URL_RUSAK", "Alamat memuat karakter yang tidak sah.");
export const MalformedJson = defineError(400, "JSON_RUSAK", "Isi permintaan bukan JSON yang sah.");
export const MalformedForm = defineError(400, "FORMULIR_RUSAK", "Isi formulir tidak sah.");
export const SignatureInvalid = defineError(401, "TANDA_TANGAN_SALAH", "Tanda tangan tidak sah.", {
  headers: { "www-authenticate": "Signature" },
});
export const NotFound = defineError(404, "ALAMAT_TIDAK_ADA", "Alamat tidak ditemukan.");
export const MethodNotAllowed = defineError(
  405,
  "METODE_TIDAK_DIDUKUNG",
  "Metode ini tidak didukung di alamat ini.",
);
export const PayloadTooLarge = defineError(413, "ISI_TERLALU_BESAR", "Isi permintaan terlalu besar.");
export const UnsupportedMediaType = defineError(
  415,
  "JENIS_ISI_TIDAK_DIDUKUNG",
  "Content-Type harus application/json dengan charset UTF-8.",
);
export const ValidationFailed = defineError(422, "VALIDASI_GAGAL", "Ada isian yang tidak sah.");
export const TooManyRequests = defineError(
  429,
  "TERLALU_SERING",
  "Terlalu banyak permintaan. Coba lagi sebentar lagi.",
);
export const InternalError = defineError(
  500,
  "KESALAHAN_SERVER",
  "Terjadi kesalahan di sisi kami. Sebutkan request_id ini bila menghubungi kami.",
);
export const ServiceUnavailable = defineError(
  503,
  "LAYANAN_TIDAK_TERSEDIA",
  "Layanan sedang tidak tersedia. Coba lagi sebentar lagi.",
  { headers: { "retry-after": "5" } },
);

/** What to throw when somebody we depend on did not answer, or not sense; `cause` is for the log. */
export function unavailable(cause: unknown): AppError {
  const error = new ServiceUnavailable();
  error.cause = cause;
  return error;
}

const TITLES: Partial<Record<number, string>> = {
  400: "Permintaan tidak sah",
  401: "Belum dikenali",
  402: "Pembayaran diperlukan",
  403: "Tidak diizinkan",
  404: "Tidak ditemukan",
  405: "Metode tidak didukung",
  409: "Bertentangan",
  413: "Terlalu besar",
  415: "Jenis isi tidak didukung",
  422: "Isian tidak sah",
  429: "Terlalu sering",
  500: "Kesalahan server",
  503: "Tidak tersedia",
};

/** RFC 9457 problem document. `detail` is the text that the source documents print. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  request_id: string;
  errors?: FieldProblem[];
}

/** The problem document of an error, about the request at path `instance`. */
export function problemOf(error: AppError, instance: string, requestId: string): Problem {
  const { status, code, pointer } = error.definition;
  const detail = error.more.detail ?? error.definition.detail;
  const errors = error.more.errors ?? (pointer ? [{ pointer, detail }] : undefined);
  return {
    type: `urn:satu-pintu:galat:${code.toLowerCase().replaceAll("_", "-")}`,
    title: TITLES[status] ?? "Galat",
    status,
    detail,
    instance,
    request_id: requestId,
    ...(errors && { errors }),
  };
}
