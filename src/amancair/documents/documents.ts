import type { Clock } from "../../platform/clock.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { withActor } from "../../platform/db/database.ts";
import type { Tokens } from "../../platform/auth/tokens.ts";
import { sanitizeFile } from "../../platform/files/sanitize.ts";
import type { FileStore } from "../../platform/files/store.ts";
import {
  defineError,
  InternalError,
  PayloadTooLarge,
  ServiceUnavailable,
} from "../../platform/http/errors.ts";
import { bukaKunci } from "../../direktori/users/users.ts";
import { describeError } from "../../platform/log.ts";
import { FILE_TOO_LARGE, MAX_FILE_BYTES } from "../../platform/http/body.ts";
import { wide, type Attempts, type Limit } from "../../platform/redis/attempts.ts";
import { tambahBerkunci, type Bagian, type BagianDeps, type Baris } from "../bagian/bagian.ts";
import * as repo from "./repo.ts";
import { documentSchema } from "./schema.ts";
import { documents as tabel } from "./table.ts";

export const DokumenTidakAda = defineError(404, "DOKUMEN_TIDAK_ADA", "Dokumen tidak ditemukan.");
export const BerkasTidakDikenal = defineError(
  422,
  "BERKAS_TIDAK_DIKENAL",
  "Berkas harus gambar JPEG atau PNG yang utuh, atau PDF tanpa skrip.",
  { pointer: "#/file" },
);
export const BukanGambar = defineError(422, "BUKAN_GAMBAR", "Foto KTP dan swafoto harus JPEG atau PNG.", {
  pointer: "#/file",
});
export const AlasanWajib = defineError(
  422,
  "ALASAN_WAJIB",
  "Petugas menyebut tujuan dan alasan membaca data ini.",
  {
    pointer: "#/reason",
  },
);
export const TautanTidakSah = defineError(
  403,
  "TAUTAN_TIDAK_SAH",
  "Tautan ini tidak sah atau sudah berakhir.",
);

/** Customers' files: the rows. Their bytes lie in object storage, sealed with the customer's key. */
export const documents: Bagian = {
  nama: "documents",
  tabel,
  schema: documentSchema,
  segel: [],
  TidakAda: DokumenTidakAda,
};

export interface DocumentsDeps extends BagianDeps {
  files: FileStore;
  clock: Clock;
  attempts: Attempts;
  strictRateLimits: boolean;
}

/** Files that one account may send: storage is not anybody's to fill. */
const UNGGAHAN: Limit = { name: "dokumen-unggah", what: "unggahan", quota: 100, windowSeconds: 86_400 };

async function hitungUnggahan(
  { attempts, strictRateLimits }: DocumentsDeps,
  { holder }: Actor,
): Promise<void> {
  if (holder) await attempts.take({ limit: strictRateLimits ? UNGGAHAN : wide(UNGGAHAN), of: holder });
}

const tempat = (baris: string) => ({ table: "documents", column: "file", row: baris });

export interface Unggahan {
  doc_type: "ktp" | "selfie" | "bank_statement" | "invoice";
  device_id?: number | undefined;
  file_name: string;
  bytes: Uint8Array;
}

/**
 * Keeps a file: what it is, is seen from its bytes, and what a photo says of its place and camera is taken out. An object
 * whose row is never written is swept away later.
 * Throws `BerkasTidakDikenal`, `BukanGambar`, `UserTidakAda`, `UserIdWajib`, `PerangkatTidakDikenal`, `PayloadTooLarge`,
 * `TooManyRequests`, `ServiceUnavailable`.
 */
export async function unggah(
  deps: DocumentsDeps,
  actor: Actor,
  userId: number | undefined,
  { doc_type, device_id, file_name, bytes }: Unggahan,
): Promise<Baris> {
  if (bytes.length > MAX_FILE_BYTES) throw new PayloadTooLarge({ detail: FILE_TOO_LARGE });
  await hitungUnggahan(deps, actor);
  const berkas = sanitizeFile(bytes);
  if (!berkas) throw new BerkasTidakDikenal();
  if (/^(ktp|selfie)$/.test(doc_type) && !berkas.mimeType.startsWith("image/")) throw new BukanGambar();
  const baris = deps.ids.uuid();
  const isi = {
    baris,
    doc_type,
    device_id: device_id ?? null,
    file_name,
    mime_type: berkas.mimeType,
    file_size: berkas.bytes.length,
    exif: berkas.exif,
  };
  return await tambahBerkunci(
    deps,
    actor,
    documents,
    userId,
    async (kunci) => {
      await deps.files.put(baris, await kunci.sealBytes(tempat(baris), berkas.bytes));
      return isi;
    },
    [repo.titipBerkas(deps.db, baris)],
  );
}

/** A link to a document, for a few minutes; staff says what for. Leaves an audit row. Throws `DokumenTidakAda`, `AlasanWajib`. */
export async function tautkan(
  { db, clock }: DocumentsDeps,
  actor: Actor,
  tokens: Tokens,
  id: number,
  { purpose, reason }: { purpose?: string | undefined; reason?: string | undefined },
): Promise<{ token: string; expiresAt: Date }> {
  const [dibaca] = await withActor(db, actor, [repo.bacaDokumen(db, id, purpose ?? null, reason ?? null)]);
  if (dibaca.length === 0) throw new DokumenTidakAda();
  const seconds = tokens.lifetime.file;
  return {
    token: await tokens.sign("file", String(id), {}),
    expiresAt: new Date(clock.now().getTime() + seconds * 1000),
  };
}

/** The bytes that a link leads to. Throws `TautanTidakSah`, and `DokumenTidakAda` when it is gone meanwhile. */
export async function unduh(
  deps: DocumentsDeps,
  tokens: Tokens,
  id: number,
  token: string,
): Promise<{ bytes: Uint8Array; mimeType: string; fileName: string }> {
  const klaim = await tokens.verify("file", token);
  if (klaim?.sub !== String(id)) throw new TautanTidakSah();
  const [[dokumen]] = await withActor(deps.db, repo.pengunduh, [repo.berkasDokumen(deps.db, id)]);
  if (!dokumen) throw new DokumenTidakAda();
  const tersegel = await deps.files.get(dokumen.baris);
  if (!tersegel) {
    deps.log.error("file_missing", { table: "documents", id });
    throw new ServiceUnavailable();
  }
  try {
    const kunci = await bukaKunci(deps, dokumen);
    const bytes = await kunci.openBytes(tempat(dokumen.baris), tersegel);
    return { bytes, mimeType: dokumen.mimeType, fileName: dokumen.fileName };
  } catch (error) {
    deps.log.error("seal_broken", { table: "documents", column: "file", id, ...describeError(error) });
    throw new InternalError();
  }
}
