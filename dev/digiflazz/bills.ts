import type { Bill } from "./book.ts";
import { customerOf, numberFor } from "./customers.ts";
import { jakartaDay } from "./jakarta-time.ts";

/** The shapes that `desc` has. Source: Digiflazz, page "Cek Tagihan", one section per category. */
export type BillKind =
  | "pln"
  | "pdam"
  | "internet"
  | "bpjs"
  | "multifinance"
  | "pbb"
  | "localTax"
  | "gas"
  | "tv"
  | "emoney"
  | "samsat"
  | "plain";

/** What a bill is made from. */
export interface BillRequest {
  kind: BillKind;
  customerNo: string;
  sheets: number;
  /** Rupiah per sheet */
  admin: number;
  /** Rupiah per sheet */
  commission: number;
  now: number;
  /** Tax year of a PBB bill; the current one if missing. */
  year: number | undefined;
  /** Rupiah to load; e-money only. */
  amount: number | undefined;
}

/** One month of a bill, in rupiah. */
interface Sheet {
  month: Date;
  value: number;
  penalty: number;
  other: number;
  admin: number;
}

type Desc = Record<string, unknown>;

/** The bill behind a customer number; the same number has the same bill all month. */
export function billFor(request: BillRequest): Bill {
  const sheets = sheetsOf(request);
  const admin = request.admin * sheets.length;
  const sellingPrice = sheets.reduce(
    (sum, { value, penalty, other }) => sum + value + penalty + other,
    admin,
  );
  const desc = DESCRIPTIONS[request.kind](request, sheets);
  const periode = PERIODE[request.kind]?.(request, sheets);
  return {
    customerName: customerOf(request.customerNo).name,
    admin,
    ...(periode === undefined ? {} : { periode }),
    price: sellingPrice - request.commission * sheets.length,
    sellingPrice,
    desc,
    paidDesc: request.kind === "pln" ? withMeters(desc, sheets) : desc,
  };
}

function sheetsOf({ kind, customerNo, sheets, admin, now, amount }: BillRequest): Sheet[] {
  const [year = 0, month = 1] = jakartaDay(now).split("-").map(Number);
  return Array.from({ length: sheets }, (_, index) => {
    const monthsAgo = sheets - 1 - index;
    const hasExtras = kind === "pln" || kind === "pdam";
    return {
      month: new Date(Date.UTC(year, month - 1 - monthsAgo)),
      value: amount ?? numberFor(`bill ${customerNo} ${index}`, 8, 300) * 1000,
      penalty: hasExtras && monthsAgo > 0 ? 5000 : 0,
      other: kind === "pdam" ? 1500 : 0,
      admin,
    };
  });
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MEI", "JUN", "JUL", "AGU", "SEP", "OKT", "NOV", "DES"];

const yearMonth = ({ month }: Sheet) => month.toISOString().slice(0, 7).replace("-", "");
const monthName = ({ month }: Sheet) => `${MONTHS[month.getUTCMonth()]} ${month.getUTCFullYear()}`;
const monthNumber = ({ month }: Sheet) => month.toISOString().slice(5, 7);
const taxYear = ({ year, now }: BillRequest) => String(year ?? jakartaDay(now).slice(0, 4));
const joined = (name: (sheet: Sheet) => string) => (_: BillRequest, sheets: Sheet[]) =>
  sheets.map(name).join(",");

/** The top-level `periode`; the kinds that are missing have none. */
const PERIODE: Partial<Record<BillKind, (request: BillRequest, sheets: Sheet[]) => string>> = {
  pln: joined(yearMonth),
  pdam: joined(yearMonth),
  internet: joined(monthName),
  bpjs: joined(monthNumber),
  multifinance: () => "002",
  pbb: taxYear,
  localTax: taxYear,
};

const DESCRIPTIONS: Record<BillKind, (request: BillRequest, sheets: Sheet[]) => Desc> = {
  pln: ({ customerNo }, sheets) => ({
    tarif: customerOf(customerNo).tariff,
    daya: customerOf(customerNo).power,
    lembar_tagihan: sheets.length,
    detail: sheets.map((sheet) => ({
      periode: yearMonth(sheet),
      nilai_tagihan: String(sheet.value),
      admin: String(sheet.admin),
      denda: String(sheet.penalty),
    })),
  }),
  pdam: (_, sheets) => ({
    tarif: "3A",
    lembar_tagihan: sheets.length,
    alamat: "JL CONTOH LOKAL NO 8",
    jatuh_tempo: "1-15 setiap bulan",
    detail: sheets.map((sheet) => ({
      periode: yearMonth(sheet),
      nilai_tagihan: String(sheet.value),
      denda: String(sheet.penalty),
      meter_awal: "00080000",
      meter_akhir: "00090000",
      biaya_lain: String(sheet.other),
    })),
  }),
  internet: (_, sheets) => ({
    lembar_tagihan: sheets.length,
    detail: sheets.map((sheet) => ({
      periode: monthName(sheet),
      nilai_tagihan: String(sheet.value),
      admin: String(sheet.admin),
    })),
  }),
  bpjs: (_, sheets) => ({
    jumlah_peserta: "2",
    lembar_tagihan: sheets.length,
    alamat: "JAKARTA PUSAT",
    detail: sheets.map((sheet) => ({ periode: monthNumber(sheet) })),
  }),
  multifinance: (_, sheets) => ({
    lembar_tagihan: sheets.length,
    item_name: "SEPEDA MOTOR CONTOH 125",
    no_rangka: "MH1CONTOH00LOKAL1",
    no_pol: "B1234LOK",
    tenor: "030",
    detail: sheets.map(() => ({ periode: "002", denda: "0", biaya_lain: "0" })),
  }),
  pbb: (request, sheets) => landTax(request, sheets),
  localTax: (request, sheets) => ({ ...landTax(request, sheets), provinsi: "JAWA BARAT" }),
  gas: (_, sheets) => ({
    lembar_tagihan: sheets.length,
    alamat: "JL CONTOH LOKAL NO 8",
    detail: sheets.map((sheet) => ({
      periode: `${monthNumber(sheet)}${String(sheet.month.getUTCFullYear()).slice(2)}`,
      meter_awal: "006538",
      meter_akhir: "006573",
      usage: "35",
    })),
  }),
  tv: (_, sheets) => ({
    lembar_tagihan: sheets.length,
    detail: sheets.map((sheet) => ({
      periode: monthName(sheet),
      nilai_tagihan: String(sheet.value),
      no_ref: "205A",
    })),
  }),
  samsat: ({ customerNo }) => ({
    nama: customerOf(customerNo).name,
    alamat: "JL CONTOH LOKAL NO 8",
    merk: "CONTOH",
    model: "SEPEDA MOTOR",
    tahun: "2021",
    warna: "HITAM",
    no_rangka: "MH1CONTOH00LOKAL1",
    no_mesin: "JFCONTOH1",
    jatuh_tempo: "31-12",
  }),
  emoney: () => ({}),
  plain: () => ({}),
};

function landTax(request: BillRequest, sheets: Sheet[]): Desc {
  return {
    lembar_tagihan: sheets.length,
    alamat: "KO. CONTOH ASRI",
    tahun_pajak: taxYear(request),
    kelurahan: "CIPAGERAN",
    kecamatan: "CIMAHI UTARA",
    kode_kab_kota: "0023",
    kab_kota: "PEMKOT CIMAHI",
    luas_tanah: "113 M2",
    luas_gedung: "47 M2",
  };
}

/** Only the payment of an electricity bill shows the meter. Source: Digiflazz, page "Bayar Tagihan". */
function withMeters(desc: Desc, sheets: Sheet[]): Desc {
  const detail = desc.detail as Desc[];
  return {
    ...desc,
    detail: sheets.map((_, index) => ({
      ...detail[index],
      meter_awal: "00080000",
      meter_akhir: "00090000",
    })),
  };
}
