import type { Status } from "../../src/amancair/loan-applications/status.ts";
import { loansOf } from "../amancair/borrower.ts";
import { atasNama, bodyOf } from "../direktori/caller.ts";
import type { World } from "../harness.ts";
import { firstAdmin, login, makeAkun, postJson } from "../make.ts";
import { bodyWith } from "./answers-amancair.ts";
import type { Provoke } from "./answers-direktori.ts";
import { loan } from "./samples-loans.ts";
import { sampleOf, send } from "./samples.ts";

const NOBODYS = Number.MAX_SAFE_INTEGER;

/** How loans are got to answer what they document; as in every-answer.test.ts. */
export function loanAnswers(world: World): {
  GENERIC: Record<string, Provoke>;
  OWN: Record<string, Record<string, Provoke>>;
} {
  const including =
    (isian: Record<string, unknown>): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      return await send(world, sample, { body: bodyWith(sample, isian) });
    };
  const again =
    (isian: Record<string, unknown> = {}): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      await send(world, sample);
      return await send(world, sample, { body: bodyWith(sample, isian) });
    };
  const byAdmin =
    (isian: Record<string, unknown>): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      const { authorization = "" } = (await firstAdmin(world)).headers;
      return await send(world, sample, { headers: { authorization }, body: bodyWith(sample, isian) });
    };
  /** An admin does it to another loan, which has come as far as `status`. */
  const toOne =
    (status: Status): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      const { id } = await loan(world, status);
      const { authorization = "" } = (await firstAdmin(world)).headers;
      const path = operation.path.replace("{id}", String(id));
      return await send(world, sample, { headers: { authorization }, path });
    };
  /** The customer of the loan has become an admin meanwhile. */
  const toOnesOwn =
    (status: Status): Provoke =>
    async (operation) => {
      const { id, borrower } = await loan(world, status);
      const { orang } = borrower;
      const { body } = await sampleOf(world, operation);
      await world.cloud.neon.asOwner("update akun set peran = 'admin' where id = $1", [orang.id]);
      const { headers } = await login(world, orang.email, orang.password);
      const isian =
        operation.id === "tinjauPinjaman"
          ? {}
          : { ...body, ...("bank_account_id" in (body ?? {}) && { bank_account_id: borrower.rekeningId }) };
      return await postJson(world, operation.path.replace("{id}", String(id)), isian, headers);
    };
  /** After the loan of a sample was changed around the product, as no rule lets anybody change it. */
  const afterwards =
    (happens: string): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      await world.cloud.neon.asOwner(happens, [sample.path.replace(/\D+/, "").replace(/\D.*/, "")]);
      return await send(world, sample);
    };

  const TOO_SMALL = "update loan_applications set amount = 1 where id = $1";
  const GENERIC: Record<string, Provoke> = {
    PINJAMAN_TIDAK_ADA: async (operation) => {
      const sample = await sampleOf(world, operation);
      return await send(world, sample, { path: operation.path.replace("{id}", String(NOBODYS)) });
    },
    STATUS_TIDAK_COCOK: toOne("withdrawn"),
  };
  const OWN: Record<string, Record<string, Provoke>> = {
    simulasiPinjaman: {
      TENOR_DI_LUAR_ATURAN: simulate("amount=3000000&term_months=60"),
      JUMLAH_DI_LUAR_ATURAN: simulate("amount=1&term_months=6"),
    },
    ajukanPinjaman: {
      TENOR_DI_LUAR_ATURAN: including({ term_months: 60 }),
      JUMLAH_DI_LUAR_ATURAN: including({ amount: 1 }),
      MASIH_ADA_PERMOHONAN: again(),
      BELUM_SETUJU: async (operation) => {
        const sample = await sampleOf(world, operation);
        await world.cloud.neon.asOwner(
          "delete from consents where user_id = (select id from nasabah where akun_id = $1)",
          [Number(sample.orang?.id)],
        );
        return await send(world, sample);
      },
      PENGHAPUSAN_DIMINTA: async (operation) => {
        const sample = await sampleOf(world, operation);
        await postJson(world, "/me/erasure", {}, sample.headers);
        return await send(world, sample);
      },
    },
    tinjauPinjaman: {
      PENINJAU_TIDAK_DIKENAL: byAdmin({ officer_id: NOBODYS }),
      PINJAMAN_SENDIRI: toOnesOwn("submitted"),
    },
    putuskanPinjaman: {
      PINJAMAN_SENDIRI: toOnesOwn("review"),
      BUKAN_PENINJAUNYA: async (operation) => {
        const sample = await sampleOf(world, operation);
        const { id, user_id } = await loan(world, "review");
        const { headers } = await firstAdmin(world);
        await postJson(world, `/users/${user_id}/officer`, { officer_id: sample.orang?.id }, headers, "PUT");
        return await send(world, sample, { path: operation.path.replace("{id}", String(id)) });
      },
      BUTUH_ORANG_KEDUA: async (operation) => {
        const sample = await sampleOf(world, operation);
        const id = Number(sample.path.replaceAll(/\D/g, ""));
        await world.cloud.neon.asOwner("update loan_applications set amount = 12000000 where id = $1", [id]);
        await bodyOf(loansOf(world).approve(id, {}, sample.orang && atasNama(world, sample.orang)));
        return await send(world, sample);
      },
      KYC_BELUM_LENGKAP: afterwards(
        "delete from employment where user_id = (select user_id from loan_applications where id = $1)",
      ),
      PINJAMAN_DI_LUAR_ATURAN: afterwards(TOO_SMALL),
      BUNGA_DI_ATAS_BATAS: including({ daily_rate_ppm: 10_000 }),
    },
    tarikPinjaman: {
      PERAN_TIDAK_BOLEH: async (operation) => {
        const { authorization = "" } = (await makeAkun(world, "karyawan")).headers;
        return await send(world, await sampleOf(world, operation), { headers: { authorization } });
      },
    },
    cairkanPinjaman: {
      PINJAMAN_SENDIRI: toOnesOwn("approved"),
      REKENING_TIDAK_SAH: including({ bank_account_id: NOBODYS }),
      PINJAMAN_DI_LUAR_ATURAN: afterwards(TOO_SMALL),
    },
    hasilPencairan: { PINJAMAN_SENDIRI: toOnesOwn("disbursed") },
    bayarAngsuran: {
      PINJAMAN_SENDIRI: toOnesOwn("active"),
      KUNCI_DIPAKAI: again({ amount: 1 }),
      LEBIH_BAYAR: including({ amount: NOBODYS }),
    },
    tambahAturanPinjaman: {
      ATURAN_SUDAH_LEWAT: including({ valid_from: "2020-01-01" }),
      ATURAN_SUDAH_ADA: again(),
    },
  };

  function simulate(query: string): Provoke {
    return async (operation) =>
      await send(world, await sampleOf(world, operation), { path: `${operation.path}?${query}` });
  }
  return { GENERIC, OWN };
}
