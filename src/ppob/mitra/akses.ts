import { sql } from "drizzle-orm";
import type { Context } from "hono";
import type { Signatures } from "../../platform/auth/signatures.ts";
import type { Clock } from "../../platform/clock.ts";
import { constantTimeEqual, hmacHex, sha256Hex } from "../../platform/crypto/hash.ts";
import type { Sealer } from "../../platform/crypto/seal.ts";
import { withoutActor, type Database } from "../../platform/db/database.ts";
import { keepRawBody, limitBody } from "../../platform/http/body.ts";
import { callerOf } from "../../platform/http/caller.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Access } from "../../platform/http/route.ts";
import type { HouseEnv } from "../../platform/http/router.ts";
import { bukaKunciPrivat } from "./kunci.ts";
import { kunciUntukTanda } from "./repo.ts";

const challenge = { "www-authenticate": 'ApiKey realm="satu-pintu", header="x-api-key"' };

export const KunciApiSalah = defineError(401, "KUNCI_API_SALAH", "API Key tidak valid", {
  headers: challenge,
});
export const MitraNonaktif = defineError(403, "MITRA_NONAKTIF", "Akun mitra dinonaktifkan.");
export const AlamatIpDitolak = defineError(
  403,
  "ALAMAT_IP_DITOLAK",
  "Alamat IP ini tidak ada di daftar alamat yang diizinkan untuk API Key ini.",
);
export const TandaTanganWajib = defineError(
  401,
  "TANDA_TANGAN_WAJIB",
  "Akun ini mewajibkan tanda tangan: kirim x-timestamp dan x-signature.",
  { headers: challenge },
);
export const TandaTanganSalah = defineError(
  401,
  "TANDA_TANGAN_TIDAK_COCOK",
  "Tanda tangan tidak cocok. x-signature adalah HMAC-SHA256 (hex) atas `timestamp.METHOD.path.body` dengan Private Key.",
  { headers: challenge },
);
export const TandaTanganBasi = defineError(
  401,
  "TANDA_TANGAN_BASI",
  "x-timestamp harus waktu sekarang (detik atau milidetik Unix), selisihnya paling banyak 5 menit.",
  { headers: challenge },
);
export const TandaTanganTerpakai = defineError(
  401,
  "TANDA_TANGAN_TERPAKAI",
  "Tanda tangan ini sudah pernah dipakai. Tanda tangani lagi dengan x-timestamp baru.",
  { headers: challenge },
);

/** How far the clock of a request may be from ours, in seconds. */
export const SELISIH_DETIK = 300;

/**
 * Routes for resellers: the header `x-api-key`, and maybe a signature. The database checks the key, and where it may be
 * used from, in the request's own roundtrip; a signature takes one more, for the key that it was made with.
 */
export const mitraAccess: Access = {
  schemes: [
    {
      name: "kunciApi",
      definition: {
        type: "apiKey",
        in: "header",
        name: "x-api-key",
        description:
          "API Key dari POST /register. Permintaan boleh (atau, bila mitra mewajibkannya, harus) ditandatangani: `x-timestamp` (detik atau milidetik Unix) dan `x-signature`, HMAC-SHA256 (hex) dengan Private Key atas `timestamp.METHOD.path.body`; path beserta kuerinya, persis seperti dikirim.",
      },
    },
  ],
  errors: [
    KunciApiSalah,
    TandaTanganWajib,
    TandaTanganSalah,
    TandaTanganBasi,
    TandaTanganTerpakai,
    MitraNonaktif,
    AlamatIpDitolak,
  ],
  middleware: [
    async (c, next) => (isSigned(c) ? await limitBody(c, next) : await next()),
    async (c, next) => (isSigned(c) ? await keepRawBody(c, next) : await next()),
    async (c, next) => {
      const kunci = c.req.header("x-api-key");
      if (!kunci || !/^[0-9a-f]{64}$/.test(kunci)) throw new KunciApiSalah();
      const hash = sha256Hex(kunci);
      if (isSigned(c)) await verify(c, hash);
      const { address } = callerOf(c);
      const enter = sql`select app.masuk_mitra(${hash}, ${address}, ${isSigned(c)})`;
      c.set("actor", { label: "mitra", enter });
      await next();
    },
  ],
};

function isSigned(c: Context<HouseEnv>): boolean {
  return c.req.header("x-timestamp") !== undefined || c.req.header("x-signature") !== undefined;
}

async function verify(c: Context<HouseEnv>, hash: string): Promise<void> {
  const { pathname, search } = new URL(c.req.url);
  await c.var.signatures.verify(hash, {
    timestamp: c.req.header("x-timestamp") ?? "",
    signature: c.req.header("x-signature") ?? "",
    method: c.req.method,
    path: pathname + search,
    body: c.var.rawBody,
  });
}

/** What a mitra signs: `timestamp.METHOD.path.body`. */
export function tandaTangan(privateKey: string, { timestamp, method, path, body }: SignedParts): string {
  return hmacHex("sha256", privateKey, `${timestamp}.${method}.${path}.${body}`);
}

interface SignedParts {
  timestamp: string;
  method: string;
  path: string;
  body: string;
}

/**
 * Checks mitra's signatures. Each opens one request, whatever becomes of it. Throws `TandaTanganBasi`, `TandaTanganTerpakai`,
 * `TandaTanganSalah`, `KunciApiSalah`, `MitraNonaktif`.
 */
export function createTandaTangan(db: Database, sealer: Sealer, clock: Clock): Signatures {
  return {
    async verify(kunciApiHash, request) {
      const at = millisecondsOf(request.timestamp);
      if (at === undefined || Math.abs(clock.now().getTime() - at) > SELISIH_DETIK * 1000)
        throw new TandaTanganBasi();
      const signature = request.signature.toLowerCase();
      if (!/^[0-9a-f]{64}$/.test(signature)) throw new TandaTanganSalah();
      const [row] = await withoutActor(kunciUntukTanda(db, kunciApiHash, sha256Hex(signature)));
      if (!row) throw new Error("app.kunci_untuk_tanda returned no row");
      const privateKey = await bukaKunciPrivat(sealer, { kunciApiHash, kunciPrivatSegel: row.segel });
      if (!constantTimeEqual(tandaTangan(privateKey, request), signature)) throw new TandaTanganSalah();
    },
  };
}

/** Unix time in seconds or milliseconds; undefined when it is neither. */
function millisecondsOf(timestamp: string): number | undefined {
  if (/^\d{10}$/.test(timestamp)) return Number(timestamp) * 1000;
  return /^\d{13}$/.test(timestamp) ? Number(timestamp) : undefined;
}
