/** What a kind of token meets, by its name. */
export type Row = Record<string, string>;

/** Rows of the matrix that several operations share. */
interface Rows {
  /** For whoever has an account. */
  people: (success: string) => Row;
  staff: (success: string) => Row;
  admins: (success: string) => Row;
  /** Tokens are not looked at. */
  whoever: (answer: string) => Row;
  NOT_ALLOWED: string;
}

/**
 * The rows of customers' files, loans and the audit. A customer sees its own rows, a karyawan works on those it looks
 * after, and money and rules are an admin's. What is asked about oneself is asked by customers only.
 */
export function amancairTable({ people, staff, admins, whoever, NOT_ALLOWED }: Rows): Record<string, Row> {
  const customers = (success: string): Row => ({
    ...people(success),
    admin: NOT_ALLOWED,
    karyawan: NOT_ALLOWED,
  });
  return {
    cariNasabah: staff("200"),
    tunjukPetugas: admins("204"),
    semuaAudit: admins("200"),
    periksaRantaiAudit: admins("200"),

    semuaPerangkat: people("200"),
    satuPerangkat: people("200"),
    tambahPerangkat: people("200"),
    ubahPerangkat: people("200"),
    hapusPerangkat: people("204"),

    semuaAlamatNasabah: people("200"),
    satuAlamatNasabah: people("200"),
    tambahAlamatNasabah: people("201"),
    ubahAlamatNasabah: people("200"),
    hapusAlamatNasabah: people("204"),

    semuaRekening: people("200"),
    satuRekening: people("200"),
    tambahRekening: people("201"),
    ubahRekening: people("200"),
    hapusRekening: people("204"),
    verifikasiRekening: staff("200"),

    semuaPekerjaan: people("200"),
    satuPekerjaan: people("200"),
    tambahPekerjaan: people("201"),
    ubahPekerjaan: people("200"),
    hapusPekerjaan: people("204"),

    semuaKontakDarurat: people("200"),
    tambahKontakDarurat: people("200"),
    ubahKontakDarurat: people("200"),
    hapusKontakDarurat: people("204"),
    catatPersetujuanKontak: staff("200"),

    semuaKejadian: people("200"),
    tambahKejadian: people("201"),
    semuaLaporanKerusakan: people("200"),
    satuLaporanKerusakan: people("200"),
    tambahLaporanKerusakan: people("201"),
    semuaNotifikasi: people("200"),
    satuNotifikasi: people("200"),
    tambahNotifikasi: people("201"),
    hapusNotifikasi: people("204"),

    semuaDokumen: people("200"),
    satuDokumen: people("200"),
    unggahDokumen: people("201"),
    hapusDokumen: people("204"),
    tautkanDokumen: people("200"),
    unduhDokumen: whoever("200"),

    semuaTeksPersetujuan: people("200"),
    semuaPersetujuan: people("200"),
    satuPersetujuan: people("200"),
    // Staff notes down what a customer agreed to elsewhere; what a customer agrees to in the app it says itself.
    tambahPersetujuan: {
      ...people("201"),
      admin: "422 saluran-tidak-cocok",
      karyawan: "422 saluran-tidak-cocok",
    },
    tarikPersetujuan: people("200"),

    bacaNilai: staff("200"),
    dataSaya: customers("200"),
    mintaPenghapusan: customers("202"),
    batalkanPenghapusan: customers("204"),
    semuaPermintaanPrivasi: people("200"),

    simulasiPinjaman: people("200"),
    ajukanPinjaman: people("201"),
    semuaPinjaman: people("200"),
    satuPinjaman: people("200"),
    tinjauPinjaman: staff("200"),
    putuskanPinjaman: staff("200"),
    tarikPinjaman: { ...people("200"), karyawan: NOT_ALLOWED },
    cairkanPinjaman: admins("200"),
    hasilPencairan: admins("200"),
    bayarAngsuran: admins("201"),
    semuaAngsuran: people("200"),
    semuaAturanPinjaman: people("200"),
    tambahAturanPinjaman: admins("201"),
  };
}
