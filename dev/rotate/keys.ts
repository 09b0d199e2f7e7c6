import type { SealKeys } from "../../src/platform/crypto/seal.ts";
import { RotationError } from "./session.ts";

/** The new key, which everything is to be sealed with, and the older ones. */
export interface RotationSettings {
  databaseUrl: string;
  keys: SealKeys;
  version: number;
}

/** Reads `DATABASE_URL` and `DATA_KEY`. Throws `RotationError`. */
export function readRotationSettings(env: NodeJS.ProcessEnv): RotationSettings {
  const databaseUrl = env["DATABASE_URL"] ?? "";
  if (!/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new RotationError(
      "DATABASE_URL harus alamat database dengan login pemilik: postgres://pemilik:sandi@host/database",
    );
  const text = env["DATA_KEY"] ?? "";
  if (!/^\d{1,9}:[0-9a-f]{64}(,\d{1,9}:[0-9a-f]{64})*$/.test(text))
    throw new RotationError(
      'DATA_KEY harus kunci baru di depan, lalu kunci lama: DATA_KEY="2:<64 hex>,1:<64 hex>"',
    );
  const keys = text.split(",").map((entry) => {
    const [version = "", hex = ""] = entry.split(":");
    return { version: Number(version), hex };
  });
  if (new Set(keys.map(({ version }) => version)).size < keys.length)
    throw new RotationError("DATA_KEY: versi kunci berulang, kunci baru harus memakai versi baru");
  if (new Set(keys.map(({ hex }) => hex)).size < keys.length)
    throw new RotationError(
      "DATA_KEY: kunci baru sama dengan kunci lama; buat dengan `openssl rand -hex 32`",
    );
  const version = keys[0]?.version ?? 0;
  // In `kunci_indeks` 0 says that none is in force yet.
  if (version === 0) throw new RotationError("DATA_KEY: versi kunci baru harus lebih dari 0");
  return { databaseUrl, keys, version };
}
