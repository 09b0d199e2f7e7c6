import { expect } from "vitest";
import type { World } from "../harness.ts";
import { makeAkun, makePegawai } from "../make.ts";
import type { Operation } from "./document.ts";
import { sampleOf, send } from "./samples.ts";

/** Gets an operation to give one of its answers. */
export type Provoke = (operation: Operation) => Promise<Response>;

/** How the directory and one-time passwords are got to answer what they document; as in every-answer.test.ts. */
export function directoryAnswers(world: World): {
  GENERIC: Record<string, Provoke>;
  OWN: Record<string, Record<string, Provoke>>;
} {
  /** The operation's valid request with one text of its body that another request has sent first. */
  const repeated =
    (field: string): Provoke =>
    async (operation) => {
      const first = await sampleOf(world, { ...operation, id: operation.id.replace(/^ubah/, "tambah") });
      expect((await send(world, first)).status).toBeLessThan(300);
      const sample = await sampleOf(world, operation);
      const body = { ...sample.body, [field]: first.body?.[field] };
      return await send(world, sample, { body: JSON.stringify(body) });
    };

  /** Guesses a code so often, and then once more. */
  const afterWrong =
    (guesses: number): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      const { otp } = sample.body as { otp: string };
      const wrong = JSON.stringify({ ...sample.body, otp: otp === "000000" ? "000001" : "000000" });
      for (let at = 0; at < guesses; at += 1) await send(world, sample, { body: wrong });
      return await send(world, sample, { body: wrong });
    };

  const nobodys =
    (id: string): Provoke =>
    async (operation) =>
      await send(world, await sampleOf(world, operation), { path: operation.path.replace("{id}", id) });

  const GENERIC: Record<string, Provoke> = {
    JABATAN_TIDAK_ADA: nobodys("2147483647"),
    USER_TIDAK_ADA: nobodys(String(Number.MAX_SAFE_INTEGER)),
    JABATAN_TIDAK_DIKENAL: async (operation) => {
      const kind = { tambahUser: "TambahPegawai", ubahUser: "UbahPegawai" }[operation.id];
      const sample = await sampleOf(world, { ...operation, id: `${operation.id}:${kind}` });
      return await send(world, sample, {
        body: JSON.stringify({ ...sample.body, id_jabatan: 2_147_483_647 }),
      });
    },
    NAMA_JABATAN_DIPAKAI: repeated("nama_jabatan"),
    TELEPON_TERDAFTAR: repeated("phone"),
    NIK_TERDAFTAR: repeated("national_id"),
  };
  const OWN: Record<string, Record<string, Provoke>> = {
    hapusJabatan: {
      JABATAN_DIPAKAI: async (operation) => {
        const sample = await sampleOf(world, operation);
        await makePegawai(world, { id_jabatan: Number(sample.path.replace(/\D/g, "")) });
        return await send(world, sample);
      },
    },
    tambahUser: {
      PERAN_TIDAK_BOLEH: async (operation) => {
        const { headers } = await makeAkun(world, "nasabah");
        return await send(world, await sampleOf(world, { ...operation, id: "tambahUser:TambahPegawai" }), {
          headers,
        });
      },
      SUDAH_PUNYA_DATA: async (operation) => {
        const sample = await sampleOf(world, operation);
        await send(world, sample);
        return await send(world, sample, { body: `{"name":"Budi"}` });
      },
    },
    verifikasiOtp: {
      OTP_SALAH: afterWrong(0),
      OTP_HABIS: afterWrong(3),
      OTP_TIDAK_ADA: afterWrong(4),
    },
  };
  return { GENERIC, OWN };
}
