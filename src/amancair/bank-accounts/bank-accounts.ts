import type { Actor } from "../../platform/db/actor.ts";
import { defineError } from "../../platform/http/errors.ts";
import * as bagian from "../bagian/bagian.ts";
import type { Bagian, BagianDeps, Baris } from "../bagian/bagian.ts";
import { verifikasiRekening } from "./repo.ts";
import { bankAccountSchema } from "./schema.ts";
import { bankAccounts as tabel } from "./table.ts";

export const RekeningTidakAda = defineError(404, "REKENING_TIDAK_ADA", "Rekening tidak ditemukan.");
export const RekeningSudahAda = defineError(
  409,
  "REKENING_SUDAH_ADA",
  "Nasabah ini sudah punya rekening bernomor ini.",
  {
    pointer: "#/account_number",
    constraint: "bank_accounts_user_nomor",
  },
);
export const RekeningDipakai = defineError(409, "REKENING_DIPAKAI", "Rekening ini dipakai sebuah pinjaman.", {
  constraint: "loan_applications_bank_account_id_bank_accounts_id_fk",
});

/** Where loans are paid out to: of a number only the last four digits are shown. */
export const bankAccounts: Bagian = {
  nama: "bank_accounts",
  tabel,
  schema: bankAccountSchema,
  segel: [{ nama: "account_number", depan: 0, belakang: 4, berindeks: true }],
  TidakAda: RekeningTidakAda,
};

/** For staff: says that an account is the customer's, or takes that back. Throws `RekeningTidakAda`. */
export async function verifikasi(deps: BagianDeps, actor: Actor, id: number, sah: boolean): Promise<Baris> {
  return await bagian.satuSetelah(deps, actor, bankAccounts, id, verifikasiRekening(deps.db, id, sah));
}
