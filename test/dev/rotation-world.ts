import { randomInt, randomUUID } from "node:crypto";
import { createBlindIndex } from "../../src/platform/crypto/blind-index.ts";
import { newDataKey, openDataKey, type DataKey } from "../../src/platform/crypto/data-key.ts";
import { createSealer, type SealKeys } from "../../src/platform/crypto/seal.ts";
import type { Deps } from "../../src/deps.ts";
import { BY_DATA_KEY, placeOf } from "../../dev/rotate/sealed-columns.ts";
import type { Session } from "../../dev/rotate/session.ts";

// Customers as they are in a database whose keys are about to be changed.

export const key = (version: number) => ({
  version,
  hex: String(version).padStart(2, "0").repeat(32).slice(0, 64),
});
export const OLD = [key(1)];
export const BOTH = [key(2), key(1)];
export const NEW = [key(2)];

/** What of a house's dependencies the keys decide. */
export function keyed(keys: SealKeys): Pick<Deps, "sealer" | "blindIndex"> {
  return { sealer: createSealer(keys), blindIndex: createBlindIndex(keys) };
}

/** Ids that grow by a digit on the way: in the order of texts the first would come last. */
export const FIRST_ID = 9_990;
export const idOf = (n: number) => n + FIRST_ID;

export const dataKeyOf = (keys: SealKeys) => keys.map(({ version, hex }) => `${version}:${hex}`).join(",");
export const phoneOf = (n: number) => `+62811${String(n).padStart(8, "0")}`;
export const nikOf = (n: number) => `3201${String(n).padStart(12, "0")}`;

/** As the app shows them. */
export const maskedPhone = (n: number) => `+6281******${phoneOf(n).slice(-3)}`;
export const maskedNik = (n: number) => `3201********${nikOf(n).slice(-4)}`;

/** Sealed by a master key alone; with a data key; with one that is younger than a value; with nothing sealed. */
export const KINDS = ["lama", "berkunci", "campuran", "kosong"] as const;
export const kindOf = (n: number) => KINDS[n % KINDS.length] ?? "kosong";

interface Customer {
  n: number;
  external_user_id: string;
  kunci: string | null;
  parts: Record<string, string>[];
  [column: string]: unknown;
}

/** Puts customers `from` to `to` (without it) into the database, as the owner and without traces; the n-th has `idOf(n)`. */
export async function fill(session: Session, from: number, to: number, keys = OLD): Promise<void> {
  await session.query("set session_replication_role = replica");
  for (let first = from; first < to; first += 500) {
    const numbers = Array.from({ length: Math.min(500, to - first) }, (_, at) => first + at);
    const customers = JSON.stringify(await Promise.all(numbers.map((n) => makeCustomer(n, keys))));
    await session.query(
      `insert into nasabah (id, external_user_id, kunci, name, phone_segel, phone_indeks, national_id_segel, national_id_indeks, updated_at)
        select n + ${FIRST_ID}, external_user_id, kunci, 'Budi ' || n, phone_segel, phone_indeks, national_id_segel, national_id_indeks, '2026-01-01'
        from jsonb_to_recordset($1::text::jsonb) c (n bigint, external_user_id uuid, kunci text, phone_segel text, phone_indeks text, national_id_segel text, national_id_indeks text)`,
      [customers],
    );
    for (const [table, columns] of Object.entries(PARTS))
      await session.query(
        `insert into ${table} (user_id, ${columns.join(", ")})
          select (c ->> 'n')::bigint + ${FIRST_ID}, ${columns.map((column) => `p.${column}`).join(", ")}
          from jsonb_array_elements($1::text::jsonb) c, jsonb_to_recordset(c -> 'parts') p (
            ${columns.map((column) => `${column} ${column === "baris" ? "uuid" : "text"}`).join(", ")}, tabel text)
          where p.tabel = '${table}'`,
        [customers],
      );
  }
  await session.query("reset session_replication_role");
  await session.query("analyze");
}

const PARTS = {
  devices: ["baris", "imei_segel", "imei_indeks", "imsi_segel", "sim_serial_segel"],
  bank_accounts: ["baris", "bank_name", "account_number_segel", "account_number_indeks", "account_holder"],
  emergency_contacts: ["baris", "contact_name", "contact_phone_segel"],
};

async function makeCustomer(n: number, keys: SealKeys): Promise<Customer> {
  const { sealer, blindIndex } = keyed(keys);
  const customer: Customer = { n, external_user_id: randomUUID(), kunci: null, parts: [] };
  const kind = kindOf(n);
  if (kind === "kosong") return customer;
  const place = { table: "nasabah", row: customer.external_user_id };
  const dataKey = kind === "lama" ? undefined : await newDataKey(sealer, { ...place, column: "kunci" });
  customer.kunci = dataKey?.wrapped ?? null;
  for (const [column, text] of [
    ["phone", phoneOf(n)],
    ["national_id", nikOf(n)],
  ] as const) {
    const by = column === "phone" && kind === "campuran" ? sealer : (dataKey ?? sealer);
    customer[`${column}_segel`] = await by.seal({ ...place, column }, text);
    customer[`${column}_indeks`] = blindIndex.of({ table: "nasabah", column }, text)[1];
  }
  if (dataKey && n % 8 === 1) customer.parts = await makeParts(n, dataKey, keys);
  return customer;
}

/** What the n-th customer's parts have in clear. */
export const valueOf = (name: string, n: number) => `${name}-${n}`;

async function makeParts(n: number, dataKey: DataKey, keys: SealKeys): Promise<Record<string, string>[]> {
  const parts: Record<string, string>[] = [];
  for (const tabel of Object.keys(PARTS)) {
    const baris = randomUUID();
    const part: Record<string, string> = { tabel, baris };
    for (const column of BY_DATA_KEY.filter(({ table }) => table === tabel)) {
      const text = valueOf(column.name, n);
      part[`${column.name}_segel`] = await dataKey.seal(placeOf(column, baris), text);
      if (column.indexed)
        part[`${column.name}_indeks`] =
          keyed(keys).blindIndex.of({ table: tabel, column: column.name }, text)[1] ?? "";
    }
    for (const name of ["bank_name", "account_holder", "contact_name"]) part[name] = "Budi";
    parts.push(part);
  }
  return parts;
}

/** A file of a message, sealed by the message's own key. */
export interface KeptFile {
  baris: string;
  text: string;
  sealed: Uint8Array;
}

const placeOfFile = (baris: string, column: "kunci" | "file") => ({ table: "messages", column, row: baris });

/** A chat with messages that have a file each, and as many that have none. */
export async function fillMessages(session: Session, keys: SealKeys): Promise<KeptFile[]> {
  const number = `62811${randomInt(1e8, 1e9)}`;
  await session.query("insert into chats (wa_id, created_at) values ($1, now())", [number]);
  const files: KeptFile[] = [];
  for (const text of ["foto", "nota"]) {
    const baris = randomUUID();
    const dataKey = await newDataKey(keyed(keys).sealer, placeOfFile(baris, "kunci"));
    const sealed = await dataKey.sealBytes(placeOfFile(baris, "file"), new TextEncoder().encode(text));
    files.push({ baris, text, sealed });
    for (const [row, kunci] of [
      [baris, dataKey.wrapped],
      [null, null],
    ] as const)
      await session.query(
        `insert into messages (chat_id, direction, sender, type, text, status, created_at, baris, kunci, mime_type, file_size)
          select id, 'in', 'customer', 'image', '', 'received', now(), $2::text::uuid, $3::text,
            case when $3::text is not null then 'image/png' end, case when $3::text is not null then 4 end
          from chats where wa_id = $1`,
        [number, row, kunci],
      );
  }
  return files;
}

/** What the file of a message has in clear, by the key that its row has now. Throws when these keys do not open it. */
export async function textOf(session: Session, keys: SealKeys, { baris, sealed }: KeptFile): Promise<string> {
  const [row] = await session.query("select kunci from messages where baris = $1::text::uuid", [baris]);
  const dataKey = await openDataKey(keyed(keys).sealer, placeOfFile(baris, "kunci"), String(row?.["kunci"]));
  return new TextDecoder().decode(await dataKey.openBytes(placeOfFile(baris, "file"), sealed));
}
