import type { SealedPlace } from "../../src/platform/crypto/seal.ts";

// Every sealed column of the database: a new one is named here, or a test fails.

/** Sealed by a master key itself, under the column's own name. */
export interface MasterColumn {
  table: string;
  column: string;
  /** The column that tells the place of a value. */
  row: string;
}

export const DATA_KEYS = { table: "nasabah", column: "kunci", row: "external_user_id" } as const;
export const BY_MASTER_KEY: readonly MasterColumn[] = [
  DATA_KEYS,
  { table: "mitra", column: "kunci_privat_segel", row: "kunci_api_hash" },
  // Of the messages with a file: each has a key of its own.
  { table: "messages", column: "kunci", row: "baris" },
];

/** Sealed by the data key of its customer, in `<name>_segel`, and found by `<name>_indeks` if it is `indexed`. */
export interface DataColumn {
  table: string;
  name: string;
  row: string;
  /** The column that tells the customer. */
  user: string;
  indexed: boolean;
}

const ofNasabah = { table: "nasabah", row: "external_user_id", user: "id" };
const ofPart = { row: "baris", user: "user_id" };

export const BY_DATA_KEY: readonly DataColumn[] = [
  { ...ofNasabah, name: "phone", indexed: true },
  { ...ofNasabah, name: "national_id", indexed: true },
  { ...ofPart, table: "devices", name: "imei", indexed: true },
  { ...ofPart, table: "devices", name: "imsi", indexed: false },
  { ...ofPart, table: "devices", name: "sim_serial", indexed: false },
  { ...ofPart, table: "bank_accounts", name: "account_number", indexed: true },
  { ...ofPart, table: "emergency_contacts", name: "contact_phone", indexed: false },
];

/** Called a key, and not sealed: a hash, the head of a key, and what journals, messages and purchases are unique by. */
export const NOT_SEALED = [
  "jurnal.kunci",
  "messages.client_key",
  "mitra.kunci_api_awalan",
  "mitra.kunci_api_hash",
  "mitra.kunci_dipakai_pada",
  "transaksi.kunci",
];

/** Names of all sealed columns and their indexes, as `table.column`. */
export function sealedColumns(): string[] {
  return [
    ...BY_MASTER_KEY.map(({ table, column }) => `${table}.${column}`),
    ...BY_DATA_KEY.flatMap(({ table, name, indexed }) => [
      `${table}.${name}_segel`,
      ...(indexed ? [`${table}.${name}_indeks`] : []),
    ]),
  ];
}

/** Where a value of a column is at home. */
export function placeOf({ table, name }: DataColumn, row: string): SealedPlace {
  return { table, column: name, row };
}
