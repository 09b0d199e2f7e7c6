import { randomUUID } from "node:crypto";
import { atasNama, bodyOf, unik, type Caller } from "../direktori/caller.ts";
import type { World } from "../harness.ts";
import {
  firstAdmin,
  login,
  makeMitra,
  postJson,
  purchase,
  randomPerson,
  randomPhone,
  type Mitra,
  type Orang,
} from "../make.ts";
import { makeDeposit, makeKiriman, makeTagihan } from "../platform/samples-ppob.ts";
import { sessionOf } from "../platform/samples-akun.ts";
import { multipartOf, MULTIPART_TYPE } from "../platform/request-sample.ts";
import { fotoChat, fromCustomer, newWaId } from "../platform/samples-whatsapp.ts";
import { loansOf, type LoanBody } from "./borrower.ts";
import { digits, fileOf, linkTo, makeDocument, photo } from "./orang.ts";

/** What somebody's rows are called by: in addresses and in bodies. */
export interface Ids {
  userId: number;
  akun: number;
  session: string;
  device: number;
  address: number;
  account: number;
  job: number;
  contact: number;
  document: number;
  crash: number;
  notification: number;
  consent: number;
  loan: number;
  mitra: number;
  purchase: number;
  bill: number;
  deposit: number;
  kiriman: number;
  chat: number;
  message: number;
}

/** Ids of the right form that nobody has. */
export function nobodys(): Ids {
  const names = ["userId", "akun", "device", "address", "account", "job", "contact", "document", "crash"];
  names.push("notification", "consent", "loan", "mitra", "purchase", "chat", "message");
  names.push("bill", "deposit", "kiriman");
  const numbers = names.map((name, at) => [name, Number.MAX_SAFE_INTEGER - 1_000 - at] as const);
  return { ...Object.fromEntries(numbers), session: randomUUID() } as unknown as Ids;
}

/** A customer in whose file every text is one that nobody else has, and a reseller of whom the same holds. */
export interface Tenant {
  orang: Orang;
  mitra: Mitra;
  ids: Ids;
  canaries: Record<string, string>;
  /** Of a link to its document. */
  token: string;
}

/** Makes one through the API alone; its loan is paid out, and an admin looks after it. */
export async function makeTenant(world: World): Promise<Tenant> {
  const canaries: Record<string, string> = {};
  const text = (name: string, value: string = unik()) => (canaries[name] = value);
  const orang = await makeAccount(
    world,
    text("account name"),
    text("account email", `${unik()}@example.com`),
  );
  const caller = atasNama(world, orang);
  const admin = atasNama(world, await firstAdmin(world));
  const { dob, national_id } = randomPerson();
  const file = await bodyOf<{ id: number; external_user_id: string }>(
    caller.post("/users", {
      dob,
      name: text("name"),
      email: text("email", `${unik()}@example.com`),
      gender: text("gender").slice(0, 16),
      phone: text("phone", randomPhone()),
      national_id: text("national_id", national_id),
    }),
  );
  text("external_user_id", file.external_user_id);
  const userId = file.id;
  const parts = await addParts(world, { orang, userId, admin, text });
  const loan = await addLoan(world, caller, parts.account, text);
  const mitra = await makeMitra(world);
  const nomor_tujuan = text("nomor_tujuan", `0812${digits(8)}`);
  const ids = {
    ...parts,
    userId,
    loan,
    akun: orang.id,
    session: sessionOf(orang),
    mitra: mitra.id,
    purchase: await purchase(world, mitra, { nomor_tujuan }),
    bill: await makeTagihan(world, mitra),
    deposit: (await makeDeposit(world, mitra)).id,
    kiriman: await makeKiriman(world, mitra),
    ...(await addChat(world, admin, text)),
  };
  await world.idle();
  const { token } = await linkTo(caller, ids.document);
  return { orang, mitra, ids, canaries, token };
}

type Text = (name: string, value?: string) => string;

async function makeAccount(world: World, name: string, email: string): Promise<Orang> {
  const password = `sandi-${unik()}`;
  await bodyOf(postJson(world, "/api/register", { name, email, password }), 201);
  return await login(world, email, password);
}

interface Filling {
  orang: Orang;
  userId: number;
  admin: Caller;
  text: Text;
}

async function addParts(world: World, { orang, userId, admin, text }: Filling) {
  const caller = atasNama(world, orang);
  const add = async (path: string, body: object, status = 201, by: Caller = caller) =>
    (await bodyOf<{ id: number }>(by.post(path, body), status)).id;
  const device = await add("/devices", deviceOf(text), 200);
  const address = await add("/addresses", {
    type: "home",
    address_line: text("address_line"),
    city: text("city"),
    province: text("province"),
  });
  const account = await add("/bank-accounts", {
    bank_name: text("bank_name"),
    account_number: text("account_number", digits(14)),
    account_holder: text("account_holder"),
  });
  await bodyOf(admin.post(`/bank-accounts/${account}/verify`, { verified: true }));
  const job = await add("/employment", {
    employer_name: text("employer_name"),
    job_title: text("job_title"),
    income_monthly: 50_000_000,
    employment_type: "permanent",
  });
  const contact = await add(
    `/emergency/${userId}`,
    {
      contact_name: text("contact_name"),
      contact_phone: text("contact_phone", randomPhone()),
      contact_email: text("contact_email", `${unik()}@example.org`),
      relation: text("relation"),
    },
    200,
  );
  const agreed = { status: "granted", method: "call", evidence: text("contact evidence") };
  await bodyOf(admin.post(`/emergency/${contact}/consent`, agreed));
  const crash = await add("/crash-reports", {
    title: text("crash title"),
    stacktrace: text("stacktrace"),
    metadata: { [text("crash key")]: text("crash value") },
  });
  const notification = await add("/notifications", { fcm_token: text("notification token") });
  const paper = { user_id: userId, text_version: 1, channel: "paper" };
  const evidence = { purpose: "kyc", evidence: text("consent evidence") };
  const consent = await add("/consents", { ...paper, ...evidence }, 201, admin);
  for (const purpose of ["credit_assessment", "analytics"])
    await add("/consents", { purpose, text_version: 1 });
  const event = { event_name: text("event_name"), event_props: { [text("event key")]: text("event value") } };
  await bodyOf(caller.post("/telemetry", event), 201);
  const ktp = fileOf(photo(text("ktp bytes")), `${text("ktp name")}.jpg`);
  const { id: document } = await makeDocument(world, orang, ktp);
  await makeDocument(world, orang, fileOf(photo(), `${text("selfie name")}.jpg`), { doc_type: "selfie" });
  return { device, address, account, job, contact, crash, notification, consent, document };
}

const deviceOf = (text: Text) => ({
  device_uuid: text("device_uuid", randomUUID()),
  imei: text("imei", `35${digits(13)}`),
  imsi: text("imsi", `51010${digits(10)}`),
  sim_serial: text("sim_serial", `8962${digits(15)}`),
  android_id: text("android_id"),
  advertising_id: text("advertising_id"),
  device_model: text("device_model"),
  device_brand: text("device_brand"),
  os_version: text("os_version"),
  app_version: text("app_version"),
  fcm_token: text("fcm_token"),
  metadata: { [text("metadata key")]: text("metadata value") },
});

/** What the customer writes on WhatsApp, and what an admin does about it, who has taken the chat. */
async function addChat(world: World, admin: Caller, text: Text): Promise<Pick<Ids, "chat" | "message">> {
  const number = newWaId();
  text("chat phone", `+${number}`);
  const message = { ...fromCustomer(number, text("chat message")), from_name: text("chat name") };
  await bodyOf(postJson(world, "/webhook/whapi", { messages: [message] }));
  const [row] = await world.cloud.neon.asOwner("select id from chats where wa_id = $1", [number]);
  const chat = Number(row?.["id"]);
  await world.idle();
  const taken = { mode: "AGENT", labels: [text("chat label").slice(0, 30)] };
  const { headers } = await firstAdmin(world);
  await bodyOf(postJson(world, `/chats/${chat}`, taken, headers, "PATCH"));
  await bodyOf(admin.post(`/chats/${chat}/messages`, { text: text("chat note"), note: true }), 201);
  const photo = { ...fotoChat(), filename: `${text("chat file name")}.jpg` };
  const sent = await world.request(`/chats/${chat}/files`, {
    method: "POST",
    headers: { ...headers, ...MULTIPART_TYPE },
    body: multipartOf([photo, { name: "text", value: text("chat caption") }]),
  });
  return { chat, message: (await sent.json<{ id: number }>()).id };
}

async function addLoan(world: World, caller: Caller, account: number, text: Text): Promise<number> {
  const loans = loansOf(world);
  const body = { amount: 3_000_000, term_months: 6, purpose: text("loan purpose") };
  const { id, application_no } = await bodyOf<LoanBody>(caller.post("/loan-applications", body), 201);
  text("application_no", application_no);
  await bodyOf(loans.review(id));
  await bodyOf(loans.approve(id, { note: text("decision note"), nik_checked: true }));
  await bodyOf(loans.disburse(id, account));
  const admin = atasNama(world, await firstAdmin(world));
  const arrived = { result: "arrived", reference: text("transfer reference") };
  await bodyOf(admin.post(`/loan-applications/${id}/disbursement`, arrived));
  const repayment = { key: text("repayment key"), note: text("repayment note") };
  await bodyOf(loans.repay(id, 100_000, repayment), 201);
  return id;
}
