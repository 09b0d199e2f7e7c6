import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { expect } from "vitest";
import { atasNama, bodyOf, unik, type Caller } from "../direktori/caller.ts";
import type { World } from "../harness.ts";
import {
  firstAdmin,
  login,
  makeAkun,
  makeBerkasNasabah,
  randomNik,
  randomPhone,
  type Orang,
} from "../make.ts";
import { isiRedis } from "../otp/seams.ts";
import { app1, baseline, exif, latin1, pdf, png, segment } from "../platform/files-samples.ts";

// Customers, their files and their papers, made through the public API, and where something could lie around of them.

export const DOCUMENTS = "/documents";
/** Milliseconds. */
export const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
export const MB = 1024 * 1024;
export const REASON = "Mencocokkan data dengan permohonannya";

export interface DocumentBody {
  id: number;
  user_id: number;
  device_id: number | null;
  doc_type: string;
  file_name: string;
  mime_type: string;
  file_size: number;
  exif: { orientation?: number; gps: boolean };
  uploaded_at: string;
}

/** A photo as phones make it: with a place, a model, and `mark` in a comment; `mark` in its pixels stays. */
export const photo = (mark = "", orientation = 1): Uint8Array =>
  baseline(app1(exif("MM", orientation)), segment(0xfe, latin1("komentar")), iccOf(mark));
/** The same as it is kept: of its metadata only the colour profile. */
export const cleanPhoto = (mark = ""): Uint8Array => baseline(iccOf(mark));
const iccOf = (mark: string) => segment(0xe2, latin1("ICC_PROFILE\0"), latin1(`\u0001\u0001${mark}`));

export const fileOf = (bytes: Uint8Array, name = "ktp.jpg", type = "image/jpeg"): File =>
  new File([new Uint8Array(bytes)], name, { type });
export const paper = (mark = ""): Uint8Array => pdf(`/Keterangan(${mark})`);
export const picture = png;

export type Isian = readonly (readonly [name: string, value: string | File])[];

/** What names a person, without a type of body. */
export const authOf = ({ headers }: Pick<Orang, "headers">) => ({
  authorization: headers["authorization"] ?? "",
});

/** `POST /documents` with exactly these parts. */
export function sendForm(world: World, orang: Orang, isian: Isian): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of isian) body.append(name, value);
  return world.request(DOCUMENTS, { method: "POST", headers: authOf(orang), body });
}

/** Uploads one file. */
export function upload(
  world: World,
  orang: Orang,
  file: File,
  { doc_type = "ktp", ...others }: Record<string, string> = {},
): Promise<Response> {
  return sendForm(world, orang, [["doc_type", doc_type], ...Object.entries(others), ["file", file]]);
}

/** Uploads one file and returns its row. */
export async function makeDocument(
  world: World,
  orang: Orang,
  file = fileOf(photo()),
  isian: Record<string, string> = {},
): Promise<DocumentBody> {
  return await bodyOf<DocumentBody>(upload(world, orang, file, isian), 201);
}

/** A new customer with an account and a file, and nothing in it. */
export async function makeCustomer(world: World, isian: Parameters<typeof makeBerkasNasabah>[1] = {}) {
  const orang = await makeAkun(world, "nasabah");
  const file = await makeBerkasNasabah(world, isian, orang);
  return { orang, userId: file.id, externalUserId: file.external_user_id, caller: atasNama(world, orang) };
}

/** A customer's file that staff opened and looks after. */
export async function makeFileOf(world: World, petugas: Orang): Promise<number> {
  return (await makeBerkasNasabah(world, {}, petugas)).id;
}

export interface Link {
  url: string;
  expires_at: string;
  /** Path and query of `url`. */
  path: string;
  token: string;
}

export async function linkTo(caller: Caller, id: number, body: object = {}): Promise<Link> {
  const link = await bodyOf<Link>(caller.post(`${DOCUMENTS}/${id}/link`, body));
  const { pathname, search, searchParams } = new URL(link.url);
  return { ...link, path: pathname + search, token: searchParams.get("token") ?? "" };
}

/** Where a document lies in the bucket. */
export async function objectOf(world: World, id: number): Promise<string> {
  const [row] = await world.cloud.neon.asOwner("select baris from documents where id = $1", [id]);
  return String(row?.["baris"]);
}

/** Another session of somebody, for when the clock has moved on. */
export async function again(world: World, { email, username, password }: Orang): Promise<Orang> {
  return await login(world, username ?? email, password);
}

/** Everything of one customer that nobody else has. */
export interface Secrets {
  /** Sealed wherever it is stored. */
  sealed: Record<SealedName, string>;
  /** Stored in clear, and gone with its customer. */
  personal: Record<string, string>;
  /** In the bytes of its papers. */
  files: Record<"ktp" | "selfie" | "bank_statement", string>;
}

type SealedName =
  | "phone"
  | "national_id"
  | "imei"
  | "imsi"
  | "sim_serial"
  | "account_number"
  | "contact_phone";

/** Digits of which the first is not zero. */
export const digits = (count: number): string =>
  Array.from({ length: count }, (_, at) => randomInt(at === 0 ? 1 : 0, 10)).join("");

export function makeSecrets(): Secrets {
  return {
    sealed: {
      phone: randomPhone(),
      national_id: randomNik(),
      imei: `35${digits(13)}`,
      imsi: `51010${digits(10)}`,
      sim_serial: `8962${digits(15)}`,
      account_number: digits(14),
      contact_phone: randomPhone(),
    },
    personal: {
      name: `Nama ${unik()}`,
      email: `${unik()}@example.com`,
      gender: unik().slice(0, 12),
      address_line: `Jl. ${unik()} No. 5`,
      city: `Kota ${unik()}`,
      account_holder: `Pemilik ${unik()}`,
      employer_name: `PT ${unik()}`,
      job_title: `Juru ${unik()}`,
      contact_name: `Kontak ${unik()}`,
      contact_email: `${unik()}@example.org`,
      android_id: unik(),
      advertising_id: unik(),
      device_model: `Ponsel ${unik()}`,
      fcm_token: randomBytes(24).toString("base64url"),
      screen: `layar-${unik()}`,
      title: `Galat ${unik()}`,
      file_name: `${unik()}.jpg`,
      purpose: `Modal ${unik()}`,
    },
    files: { ktp: unik(), selfie: unik(), bank_statement: unik() },
  };
}

/** A customer in whose file every part has a row. */
export interface FullCustomer {
  orang: Orang;
  userId: number;
  externalUserId: string;
  caller: Caller;
  secrets: Secrets;
  ids: Record<
    "devices" | "addresses" | "bank_accounts" | "employment" | "emergency_contacts" | "documents",
    number
  >;
  /** Names of its objects in the bucket. */
  objects: string[];
}

/** Makes one through the API alone. A file of somebody `as` has no account: staff fills it in. */
export async function makeFullCustomer(world: World, secrets = makeSecrets()): Promise<FullCustomer> {
  const { sealed, personal, files } = secrets;
  const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, personal[name]]));
  const { dob } = dobOf(sealed.national_id);
  const { phone, national_id } = sealed;
  const isian = { ...pick("name", "email", "gender"), dob, phone, national_id };
  const { orang, userId, externalUserId, caller } = await makeCustomer(world, isian);
  const add = async (path: string, body: object, status = 201) =>
    (await bodyOf<{ id: number }>(caller.post(path, body), status)).id;
  const { imei, imsi, sim_serial, account_number, contact_phone } = sealed;
  const hardware = pick("android_id", "advertising_id", "device_model");
  const device_id = await add(
    "/devices",
    { device_uuid: randomUUID(), imei, imsi, sim_serial, ...hardware },
    200,
  );
  const addresses = await add("/addresses", { type: "home", ...pick("address_line", "city") });
  const bank_accounts = await add("/bank-accounts", {
    bank_name: "BCA",
    account_number,
    ...pick("account_holder"),
  });
  const job = { income_monthly: 50_000_000, employment_type: "permanent" };
  const employment = await add("/employment", { ...pick("employer_name", "job_title"), ...job });
  const contact = { contact_phone, device_id, relation: "spouse", ...pick("contact_name", "contact_email") };
  const emergency_contacts = await add(`/emergency/${userId}`, contact, 200);
  for (const purpose of ["credit_assessment", "kyc", "analytics"])
    await add("/consents", { purpose, text_version: 1 });
  const { screen, title, fcm_token } = personal;
  await bodyOf(caller.post("/telemetry", { event_name: "screen_view", event_props: { screen } }), 201);
  await add("/crash-reports", { title, stacktrace: `at ${screen}`, device_id });
  await add("/notifications", { fcm_token, device_id });
  const papers = [
    ["ktp", fileOf(photo(files.ktp), personal["file_name"])],
    ["selfie", fileOf(picture(), personal["file_name"])],
    ["bank_statement", fileOf(paper(files.bank_statement), personal["file_name"], "application/pdf")],
  ] as const;
  const documents = [];
  for (const [doc_type, file] of papers)
    documents.push(await makeDocument(world, orang, file, { doc_type, device_id: String(device_id) }));
  const objects = await Promise.all(documents.map(async ({ id }) => await objectOf(world, id)));
  const [{ id: ktp } = { id: 0 }] = documents;
  const ids = {
    devices: device_id,
    addresses,
    bank_accounts,
    employment,
    emergency_contacts,
    documents: ktp,
  };
  return { orang, userId, externalUserId, caller, secrets, ids, objects };
}

/** The day of birth that a NIK names. */
function dobOf(nik: string): { dob: string } {
  const day = Number(nik.slice(6, 8)) % 40;
  return { dob: `19${nik.slice(10, 12)}-${nik.slice(8, 10)}-${String(day).padStart(2, "0")}` };
}

/** An admin's requests. */
export async function adminOf(world: World): Promise<Caller> {
  return atasNama(world, await firstAdmin(world));
}

/** A text, and what it looks like without a key: in base64, in hex, and from behind. */
export function tracesOf(text: string): string[] {
  const bytes = Buffer.from(text);
  // In base64 a text looks different at each place in a group of three: what all of its whole groups say.
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    return whole.slice(before === 0 ? 0 : before + 1, -1);
  });
  return [text, bytes.toString("hex"), Array.from(text).toReversed().join(""), ...base64];
}

/** Of numbers that are written in several ways, what all of them have. */
export const core = (value: string): string => value.replace(/^\+62/, "");

/** The names of what is found in a text, in clear or hardly hidden. */
export function foundIn(text: string, secrets: Record<string, string>): string[] {
  return Object.keys(secrets).filter((name) =>
    tracesOf(core(secrets[name] ?? "")).some((trace) => text.includes(trace)),
  );
}

/** Everything that is kept anywhere, by its place: tables, Redis, messages, object storage, the log. */
export async function everything(world: World): Promise<Map<string, string>> {
  const kept = await tables(world);
  for (const [key, value] of await isiRedis(world.cloud.redis, "*"))
    kept.set(`redis ${key}`, `${key}\n${value}`);
  kept.set("queue", JSON.stringify(world.cloud.qstash.script.messages()));
  kept.set("log", JSON.stringify(world.log));
  for (const [name, bytes] of world.bucket.objects)
    kept.set(`bucket ${name}`, Buffer.from(bytes).toString("latin1"));
  return kept;
}

/** All rows of all tables as text, by the name of the table. */
export async function tables(world: World): Promise<Map<string, string>> {
  const { neon } = world.cloud;
  const names = await neon.asOwner(
    `select table_schema, table_name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const dumped = new Map<string, string>();
  for (const { table_schema: schema, table_name: name } of names) {
    const [dump] = await neon.asOwner(
      `select coalesce(string_agg(to_jsonb(t)::text, chr(10)), '') as rows from "${schema}"."${name}" t`,
    );
    dumped.set(String(name), String(dump?.["rows"]));
  }
  expect([...dumped.keys()]).toEqual(expect.arrayContaining(["nasabah", "audit", "documents", "akun"]));
  return dumped;
}

/** Where something is found, and what: `{documents: ["file_name"]}`. */
export function findings(
  kept: ReadonlyMap<string, string>,
  secrets: Record<string, string>,
): Record<string, string[]> {
  const found = [...kept].map(([place, text]) => [place, foundIn(text, secrets)] as const);
  return Object.fromEntries(found.filter(([, names]) => names.length > 0));
}
