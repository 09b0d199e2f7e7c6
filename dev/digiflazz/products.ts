import type { BillKind } from "./bills.ts";
import { jakartaMinute } from "./jakarta-time.ts";

/** A prepaid product as the price list shows it. Source: Digiflazz, page "Daftar Harga". */
export interface PrepaidProduct {
  product_name: string;
  category: string;
  brand: string;
  type: string;
  seller_name: string;
  /** Rupiah */
  price: number;
  buyer_sku_code: string;
  buyer_product_status: boolean;
  seller_product_status: boolean;
  unlimited_stock: boolean;
  stock: number;
  multi: boolean;
  /** `H:mm` in Asia/Jakarta; equal to the end when there is no cut-off. */
  start_cut_off: string;
  end_cut_off: string;
  desc: string;
}

/** A postpaid product as the price list shows it. Source: Digiflazz, page "Daftar Harga". */
export interface PostpaidProduct {
  product_name: string;
  category: string;
  brand: string;
  seller_name: string;
  /** Rupiah per sheet */
  admin: number;
  /** Rupiah per sheet */
  commission: number;
  buyer_sku_code: string;
  buyer_product_status: boolean;
  seller_product_status: boolean;
  desc: string;
}

function prepaid(
  sku: string,
  name: string,
  price: number,
  rest: Partial<PrepaidProduct> = {},
): PrepaidProduct {
  return {
    product_name: name,
    category: "Pulsa",
    brand: "TELKOMSEL",
    type: "Umum",
    seller_name: "PT Lokal Jaya",
    price,
    buyer_sku_code: sku,
    buyer_product_status: true,
    seller_product_status: true,
    unlimited_stock: true,
    stock: 0,
    multi: true,
    start_cut_off: "0:0",
    end_cut_off: "0:0",
    desc: name,
    ...rest,
  };
}

function postpaid(
  sku: string,
  name: string,
  brand: string,
  admin: number,
  commission: number,
): PostpaidProduct {
  return {
    product_name: name,
    category: "Pascabayar",
    brand,
    seller_name: "PT Lokal Jaya",
    admin,
    commission,
    buyer_sku_code: sku,
    buyer_product_status: true,
    seller_product_status: true,
    desc: "-",
  };
}

const PLN = { category: "PLN", brand: "PLN" };

/** The prepaid assortment; the last rows each show one way of not being for sale. */
export function prepaidProducts(): PrepaidProduct[] {
  return [
    prepaid("pulsa10", "Pulsa 10k", 10_900),
    prepaid("pulsa20", "Pulsa 20k", 20_850),
    prepaid("pulsa50", "Pulsa 50k", 50_400),
    prepaid("pln20", "Token PLN 20k", 20_250, PLN),
    prepaid("pln50", "Token PLN 50k", 50_250, PLN),
    prepaid("pln100", "Token PLN 100k", 100_250, PLN),
    prepaid("xld10", "Xl 10.000", 10_000, { brand: "XL" }),
    prepaid("isat25", "Indosat 25.000", 25_100, { brand: "INDOSAT" }),
    prepaid("data5", "Telkomsel Data 5 GB", 38_500, { category: "Data" }),
    prepaid("dana50", "DANA 50.000", 50_150, { category: "E-Money", brand: "DANA" }),
    prepaid("malam25", "Axis 25.000", 25_050, {
      brand: "AXIS",
      start_cut_off: "23:45",
      end_cut_off: "0:15",
    }),
    prepaid("sekali15", "Tri 15.000", 15_075, { brand: "TRI", multi: false }),
    prepaid("habis5", "Smartfren 5.000", 5_300, { brand: "SMARTFREN", unlimited_stock: false }),
    prepaid("tutup5", "Indosat 5.000", 5_700, { brand: "INDOSAT", seller_product_status: false }),
    prepaid("nonaktif5", "Telkomsel 5.000", 5_600, { buyer_product_status: false }),
  ];
}

/** The postpaid assortment: the SKUs of Digiflazz's page "Test Case". */
export function postpaidProducts(): PostpaidProduct[] {
  return [
    postpaid("pln", "Pln Postpaid", "PLN", 2500, 1000),
    postpaid("pdam", "PDAM Surabaya", "PDAM", 2500, 1000),
    postpaid("internet", "Telkom Internet", "INTERNET", 2500, 1000),
    postpaid("bpjs", "BPJS Kesehatan", "BPJS KESEHATAN", 2500, 300),
    postpaid("multifinance", "FIF Multifinance", "MULTIFINANCE", 2500, 300),
    postpaid("cimahi", "PBB Kota Cimahi", "PBB", 2500, 500),
    postpaid("pdl", "Pajak Daerah Jawa Barat", "PAJAK DAERAH LAINNYA", 2500, 500),
    postpaid("pgas", "Gas Negara", "GAS NEGARA", 2500, 500),
    postpaid("tv", "Nex Parabola", "TV PASCABAYAR", 2500, 1000),
    postpaid("bpjstk", "BPJS Ketenagakerjaan", "BPJS KETENAGAKERJAAN", 2500, 300),
    postpaid("bpjstkpu", "BPJS TK Penerima Upah", "BPJS KETENAGAKERJAAN PU", 2500, 300),
    postpaid("plnnontaglis", "PLN Nontaglis", "PLN NONTAGLIS", 2500, 1000),
    postpaid("emoney", "E-Money Bebas Nominal", "E-MONEY", 1000, 100),
    postpaid("samsat", "SAMSAT Jawa Barat", "SAMSAT", 2500, 500),
    postpaid("hp", "Telkomsel Halo", "HP PASCABAYAR", 2500, 1000),
  ];
}

const BILL_KINDS: Readonly<Record<string, BillKind>> = {
  pln: "pln",
  pdam: "pdam",
  internet: "internet",
  bpjs: "bpjs",
  multifinance: "multifinance",
  cimahi: "pbb",
  pdl: "localTax",
  pgas: "gas",
  tv: "tv",
  plnnontaglis: "pln",
  emoney: "emoney",
  samsat: "samsat",
};

/** The shape of the bill of a postpaid SKU. */
export function billKindOf(sku: string): BillKind {
  return BILL_KINDS[sku] ?? "plain";
}

/** Whether `now` falls into the daily closed window; one that ends before it starts wraps midnight. */
export function isCutOff(product: PrepaidProduct, now: number): boolean {
  const [start, end] = [minuteOf(product.start_cut_off), minuteOf(product.end_cut_off)];
  const minute = jakartaMinute(now);
  if (start <= end) return minute >= start && minute < end;
  return minute >= start || minute < end;
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
