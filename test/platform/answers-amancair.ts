import { expect } from "vitest";
import { unik } from "../direktori/caller.ts";
import type { World } from "../harness.ts";
import {
  firstAdmin,
  makeAkun,
  makeBankAccount,
  makeBerkasNasabah,
  makeConsent,
  makeContact,
  makeDevice,
  postJson,
  type Orang,
} from "../make.ts";
import type { Provoke } from "./answers-direktori.ts";
import { isCallback, type Operation } from "./document.ts";
import { multipartOf, type Sample } from "./request-sample.ts";
import { ktp, takesFile } from "./samples-amancair.ts";
import { loan } from "./samples-loans.ts";
import { sampleOf, send, type Change } from "./samples.ts";

const NOBODYS = Number.MAX_SAFE_INTEGER;
/** What is answered of an id that nobody has. */
const NOT_THERE =
  `PERANGKAT_TIDAK_ADA ALAMAT_NASABAH_TIDAK_ADA REKENING_TIDAK_ADA PEKERJAAN_TIDAK_ADA KONTAK_TIDAK_ADA
  LAPORAN_TIDAK_ADA NOTIFIKASI_TIDAK_ADA DOKUMEN_TIDAK_ADA PERSETUJUAN_TIDAK_ADA`.split(/\s+/);

/** How customers' files are got to answer what they document; as in every-answer.test.ts. */
export function fileAnswers(world: World): {
  GENERIC: Record<string, Provoke>;
  OWN: Record<string, Record<string, Provoke>>;
} {
  const personOf = ({ orang }: Sample): Orang => {
    if (!orang) throw new Error("the sample has nobody behind it");
    return orang;
  };
  /** The valid request with more in its body, or in its form. */
  const including =
    (isian: Record<string, unknown>): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      return await send(world, sample, { body: bodyWith(sample, isian) });
    };
  const nobodys: Provoke = async (operation) => {
    const sample = await sampleOf(world, operation);
    return await send(world, sample, { path: operation.path.replace("{id}", String(NOBODYS)) });
  };
  /** The same request of somebody else. */
  const as =
    (role: Orang["role"], isian: Record<string, unknown> = {}): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      const { authorization = "" } = (await makeAkun(world, role)).headers;
      const change: Change = { headers: { authorization } };
      if (sample.body ?? sample.form) change.body = bodyWith(sample, isian);
      return await send(world, sample, change);
    };
  const again: Provoke = async (operation) => {
    const sample = await sampleOf(world, operation);
    await send(world, sample);
    return await send(world, sample);
  };
  /** The valid request, once its customer has a loan. */
  const duringLoan: Provoke = async (operation) => {
    const sample = await sampleOf(world, operation);
    await borrow(world, personOf(sample));
    return await send(world, sample);
  };

  const GENERIC: Record<string, Provoke> = {
    FORMULIR_RUSAK: async (operation) =>
      await send(world, await sampleOf(world, operation), { body: "bukan formulir" }),
    USER_TIDAK_ADA: async (operation) =>
      operation.path.includes("{id}")
        ? await nobodys(operation)
        : await including({ user_id: NOBODYS })(operation),
    USER_ID_WAJIB: as("karyawan", { user_id: undefined }),
    PERANGKAT_TIDAK_DIKENAL: including({ device_id: NOBODYS }),
    MASIH_ADA_PINJAMAN: duringLoan,
    ...Object.fromEntries(NOT_THERE.map((code) => [code, nobodys])),
    PERANGKAT_TERDAFTAR: async (operation) => {
      const sample = await sampleOf(world, operation);
      const other = await customerWithFile(world);
      await makeDevice(world, other, { device_uuid: sample.body?.["device_uuid"] });
      return await send(world, sample);
    },
    REKENING_SUDAH_ADA: async (operation) => {
      const sample = await sampleOf(world, operation);
      await makeBankAccount(world, personOf(sample), { account_number: sample.body?.["account_number"] });
      return await send(world, sample);
    },
  };

  const OWN: Record<string, Record<string, Provoke>> = {
    ubahPerangkat: {
      PERANGKAT_TANPA_PENGENAL: including({ imei: null, android_id: null, advertising_id: null }),
    },
    tambahPekerjaan: {
      MASIH_ADA_PINJAMAN: async (operation) => {
        const sample = await sampleOf(world, operation);
        expect((await send(world, sample)).status).toBe(201);
        await borrow(world, personOf(sample));
        return await send(world, sample);
      },
    },
    ubahRekening: {
      REKENING_DIPAKAI: async (operation) => {
        const { borrower } = await loan(world, "active");
        const path = operation.path.replace("{id}", String(borrower.rekeningId));
        return await postJson(world, path, { account_holder: "Orang Lain" }, borrower.orang.headers, "PUT");
      },
    },
    ubahUser: {
      MASIH_ADA_PINJAMAN: async (operation) => {
        const { borrower } = await loan(world, "approved");
        const path = operation.path.replace("{id}", String(borrower.userId));
        return await postJson(world, path, { name: "Orang Lain" }, borrower.orang.headers, "PUT");
      },
    },
    hapusRekening: {
      REKENING_DIPAKAI: async (operation) => {
        const { borrower } = await loan(world, "closed");
        const sample = await sampleOf(world, operation);
        const { authorization = "" } = borrower.orang.headers;
        const path = operation.path.replace("{id}", String(borrower.rekeningId));
        return await send(world, sample, { headers: { authorization }, path });
      },
    },
    unggahDokumen: {
      BERKAS_TIDAK_DIKENAL: withFile("teks biasa"),
      BUKAN_GAMBAR: withFile("%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"),
    },
    tautkanDokumen: {
      ALASAN_WAJIB: async (operation) => {
        const { authorization = "" } = (await firstAdmin(world)).headers;
        return await send(world, await sampleOf(world, operation), {
          headers: { authorization },
          body: "{}",
        });
      },
    },
    unduhDokumen: {
      TAUTAN_TIDAK_SAH: async (operation) => {
        const sample = await sampleOf(world, operation);
        return await send(world, sample, { path: sample.path.replace(/token=.*/, "token=x.y.z") });
      },
      DOKUMEN_TIDAK_ADA: async (operation) => {
        const sample = await sampleOf(world, operation);
        const path = sample.path.replace(/\/file.*$/, "");
        const { headers } = await firstAdmin(world);
        await world.request(path, { method: "DELETE", headers });
        return await send(world, sample);
      },
    },
    tambahPersetujuan: {
      USER_ID_WAJIB: as("karyawan", {
        user_id: undefined,
        channel: "paper",
        evidence: "arsip 1/2026",
      }),
      SUDAH_SETUJU: again,
      SALURAN_TIDAK_COCOK: including({ channel: "paper", evidence: "arsip 1/2026" }),
      TEKS_TIDAK_BERLAKU: including({ text_version: 2_147_483_647 }),
    },
    bacaNilai: {
      NILAI_TIDAK_ADA: including({ id: NOBODYS }),
      TUJUAN_TIDAK_COCOK: including({ purpose: "whereabouts" }),
      KONTAK_BELUM_SETUJU: async (operation) => {
        const sample = await sampleOf(world, operation);
        const contact = await makeContact(world, personOf(sample), Number(sample.body?.["id"]));
        const isian = { field: "emergency_contacts.contact_phone", id: contact.id, purpose: "whereabouts" };
        return await send(world, sample, { body: bodyWith(sample, isian) });
      },
    },
    tambahKejadian: {
      BELUM_SETUJU_ANALITIK: async (operation) => {
        const sample = await sampleOf(world, operation);
        await world.cloud.neon.asOwner("update consents set withdrawn_at = now() where user_id = $1", [
          String(sample.body?.["user_id"]),
        ]);
        return await send(world, sample);
      },
    },
    dataSaya: { USER_TIDAK_ADA: as("nasabah"), PERAN_TIDAK_BOLEH: as("karyawan") },
    mintaPenghapusan: { USER_TIDAK_ADA: as("nasabah"), PERAN_TIDAK_BOLEH: as("karyawan") },
    batalkanPenghapusan: { PENGHAPUSAN_TIDAK_ADA: again, PERAN_TIDAK_BOLEH: as("karyawan") },
    tunjukPetugas: { PETUGAS_TIDAK_DIKENAL: including({ officer_id: NOBODYS }) },
    hapusUser: {
      PINJAMAN_TERCATAT: async (operation) => {
        const { borrower } = await loan(world, "withdrawn");
        const { headers } = await firstAdmin(world);
        const path = operation.path.replace("{id}", String(borrower.userId));
        return await world.request(path, { method: "DELETE", headers });
      },
    },
  };

  function withFile(content: string): Provoke {
    return async (operation: Operation) => {
      const form = ktp().map((part) => (part.name === "file" ? { ...part, value: content } : part));
      return await send(world, await sampleOf(world, operation), { body: multipartOf(form) });
    };
  }
  return { GENERIC, OWN };
}

/** The body of a sample with other fields, or its form with other parts; without those that are undefined. */
export function bodyWith(sample: Sample, isian: Record<string, unknown>): NonNullable<Change["body"]> {
  if (!sample.form) return JSON.stringify({ ...sample.body, ...isian });
  const parts = Object.entries(isian).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: typeof value === "string" ? value : JSON.stringify(value) }],
  );
  return multipartOf([...sample.form.filter(({ name }) => !(name in isian)), ...parts]);
}

/** Requests whose body is too large, of the kind that the operation takes. */
export function tooLarge(operation: Operation): Change {
  if (takesFile(operation)) return { body: new Uint8Array(6 * 1024 * 1024) };
  return { body: " ".repeat(isCallback(operation) ? 1_100_000 : 70_000) };
}

async function customerWithFile(world: World): Promise<Orang> {
  const orang = await makeAkun(world, "nasabah");
  await makeBerkasNasabah(world, { name: `Budi ${unik()}` }, orang);
  return orang;
}

/** Lets a customer with a file apply for a loan. */
async function borrow(world: World, orang: Orang): Promise<void> {
  await makeConsent(world, orang, { purpose: "credit_assessment" });
  const body = { amount: 1_000_000, term_months: 3 };
  const answer = await postJson(world, "/loan-applications", body, orang.headers);
  if (!answer.ok) throw new Error(`no loan: ${await answer.text()}`);
}
