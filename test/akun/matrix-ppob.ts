import type { Row } from "./matrix-amancair.ts";

/** Rows of the matrix that several operations share. */
interface Rows {
  staff: (success: string) => Row;
  admins: (success: string) => Row;
  /** Tokens are not looked at. */
  whoever: (answer: string) => Row;
}

/** What is for resellers, with their own key. */
const FOR_MITRA =
  `rotasiKunci mitraSendiri aturMitraSendiri cekSaldo mutasiSaldo operatorNomor beli statusTransaksi riwayatTransaksi
  laporanTransaksi strukTransaksi bukaDeposit batalDeposit tanyaTagihan satuTagihan bayarTagihan cekPln lihatCallback
  pasangCallback hapusCallback daftarKiriman ulangKiriman ujiCallback`.split(/\s+/);

/** What a vendor signs: the biller, the queue, and whoever reads our bank account. */
const SIGNED = ["antreanTransaksi", "antreanKiriman", "webhookBiller", "webhookBank"];

/**
 * The rows of resellers: an access token is no API key, and no signature. Prices, money and what is sold are an admin's;
 * who sends no key asks for products as staff, and for tickets as an admin.
 */
export function ppobTable({ staff, admins, whoever }: Rows): Record<string, Row> {
  const all = (ids: readonly string[], row: Row) => Object.fromEntries(ids.map((id) => [id, row]));
  return {
    daftarMitra: whoever("200"),
    ...all(FOR_MITRA, whoever("401 kunci-api-salah")),
    ...all(SIGNED, whoever("401 tanda-tangan-salah")),

    semuaMitra: admins("200"),
    aturMitra: admins("200"),
    isiSaldo: admins("201"),
    semuaDeposit: admins("200"),
    konfirmasiDeposit: admins("200"),
    semuaMutasiBank: admins("200"),

    daftarProduk: staff("200"),
    tambahProduk: admins("201"),
    ubahProduk: admins("200"),
    daftarProdukBiller: admins("200"),
    sinkronProduk: admins("200"),
    keadaanSinkronProduk: admins("200"),
    semuaAturanHarga: admins("200"),
    aturHarga: admins("200"),
    hapusAturanHarga: admins("204"),
  };
}
