import { beforeAll, describe, expect, test } from "vitest";
import { bodyOf } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, login, makeAkun, makeMitra, type Orang } from "../make.ts";
import { readOperations, type Operation } from "../platform/document.ts";
import { BODIES, requestsOf, type Asked, type Naming } from "./canary-requests.ts";
import { makeTenant, nobodys, type Ids, type Tenant } from "./canary-tenant.ts";
import { foundIn } from "./orang.ts";

// Two customers. In the file of the second every text is one that nobody else has; then everybody whom it does not concern
// asks for everything, in every way: none of these texts may come back, and what is there looks like what is not.

const world = useWorld();
const operations = await readOperations();
const nobody = nobodys();
const tenants: { own?: Tenant; other?: Tenant; karyawan?: Orang; before?: string } = {};

const tenant = (name: "own" | "other"): Tenant => {
  const found = tenants[name];
  if (!found) throw new Error("the tenants are not there yet");
  return found;
};

beforeAll(async () => {
  tenants.own = await makeTenant(world);
  tenants.other = await makeTenant(world);
  tenants.karyawan = await makeAkun(world, "karyawan");
  tenants.before = await rowsOf(tenants.other.ids);
}, 120_000);

/** The masked directory of customers, which all of the staff may read and correct; telephone number and NIK stay masked. */
const DIRECTORY = ["name", "email", "gender", "external_user_id"];
interface Exception {
  /** What may be seen. */
  shown: readonly string[];
  /** The answer says whether there is such a customer. */
  tells: boolean;
}
/** What a karyawan gets from the directory by contract. Of everything else, nobody gets anything. */
const OF_STAFF: Record<string, Exception> = {
  semuaUsers: { shown: DIRECTORY, tells: false },
  satuUser: { shown: DIRECTORY, tells: true },
  ubahUser: { shown: DIRECTORY, tells: true },
  // That only an admin removes customers.
  hapusUser: { shown: [], tells: true },
};

/** Everybody whom the file does not concern, with the credentials of the moment: some operations end them. */
const CALLERS: Record<
  string,
  { headers: () => Promise<Record<string, string>>; exceptions: Record<string, Exception> }
> = {
  "another customer": { headers: () => tokenOf(tenant("own").orang), exceptions: {} },
  "a karyawan who looks after neither": { headers: () => tokenOf(tenants.karyawan), exceptions: OF_STAFF },
  "a reseller": {
    headers: async () => {
      const own = { "x-api-key": tenant("own").mitra.apiKey };
      // A key that was rotated away opens nothing: from then on it is another reseller.
      const { status } = await world.request("/produk", { headers: own });
      return status === 200 ? own : { "x-api-key": (await makeMitra(world)).apiKey };
    },
    exceptions: {},
  },
};

async function tokenOf(orang: Orang | undefined): Promise<Record<string, string>> {
  if (!orang) throw new Error("nobody is there yet");
  const { headers } = await login(world, orang.username ?? orang.email, orang.password);
  return { authorization: headers["authorization"] ?? "" };
}

/** What ends credentials goes last, and before it what removes one's own rows. */
const weight = ({ id, method, path }: Operation) =>
  id === "rotasiKunci" ? 3 : path.startsWith("/auth") ? 2 : method === "DELETE" ? 1 : 0;
const inOrder = [...operations].sort((a, b) => weight(a) - weight(b));

interface Seen {
  status: number;
  /** Headers and body, bytes as they are. */
  text: string;
  /** What is told by it, without what is different every time. */
  said: string;
}

async function ask({ headers, ...request }: Asked, credentials: Record<string, string>): Promise<Seen> {
  const { path, ...init } = request;
  const response = await world.request(path, { ...init, headers: { ...headers, ...credentials } });
  const body = Buffer.from(await response.arrayBuffer()).toString("latin1");
  const { status } = response;
  const isProblem = response.headers.get("content-type") === "application/problem+json";
  const { request_id: _, instance: __, ...problem } = isProblem ? JSON.parse(body) : {};
  const text = [...response.headers].join("\n") + body;
  return { status, text, said: `${status} ${isProblem ? JSON.stringify(problem) : body}` };
}

/** What is asked, without the answer's own marks: two requests that say the same need not be compared. */
const same = (a: Asked | undefined, b: Asked | undefined) =>
  a?.path === b?.path && Buffer.from(a?.body ?? "").equals(Buffer.from(b?.body ?? ""));

type Credentials = () => Promise<Record<string, string>>;

/** Asks every one of these with all ids there are, and says what came back that should not. */
async function leaksTo(
  headers: Credentials,
  asked: readonly Operation[],
  exceptions: Record<string, Exception> = {},
): Promise<string[]> {
  const wrong: string[] = [];
  for (const operation of asked) wrong.push(...(await leaksOf(operation, headers, exceptions[operation.id])));
  return wrong;
}

async function leaksOf(operation: Operation, headers: Credentials, exception?: Exception): Promise<string[]> {
  const { shown = [], tells = false } = exception ?? {};
  const [own, other] = [tenant("own"), tenant("other")];
  // What is not one's own first: one's own may be gone afterwards.
  const namings = {
    others: { path: other.ids, inside: other.ids },
    nobodys: { path: nobody, inside: nobody },
    "others inside": { path: own.ids, inside: other.ids },
    "nobodys inside": { path: own.ids, inside: nobody },
    none: { path: own.ids, inside: undefined },
    own: { path: own.ids, inside: own.ids },
  } satisfies Record<string, Naming>;
  const wrong: string[] = [];
  const seen = new Map<string, { request: Asked; answer: Seen }[]>();
  for (const [name, naming] of Object.entries(namings)) {
    const answers = [];
    for (const request of requestsOf(operation, naming, own)) {
      const answer = await ask(request, await headers());
      if (answer.status >= 500) wrong.push(`${operation.id} with ${name}: ${answer.said}`);
      const found = foundIn(answer.text, other.canaries).filter((canary) => !shown.includes(canary));
      if (found.length > 0) wrong.push(`${operation.id} with ${name} shows ${found.join()}`);
      answers.push({ request, answer });
    }
    seen.set(name, answers);
  }
  for (const suffix of ["", " inside"]) {
    const nots = seen.get(`nobodys${suffix}`) ?? [];
    for (const [at, there] of (seen.get(`others${suffix}`) ?? []).entries()) {
      const not = nots[at];
      if (!tells && !same(there.request, not?.request) && there.answer.said !== not?.answer.said)
        wrong.push(`${operation.id} tells others${suffix}: ${there.answer.said} / ${not?.answer.said}`);
    }
  }
  return wrong;
}

describe.each(Object.entries(CALLERS))("%s", (_name, { headers, exceptions }) => {
  test("gets nothing of another's file, and cannot tell it from one that is not there", async () => {
    expect(await leaksTo(headers, inOrder, exceptions)).toEqual([]);
    expect(await rowsOf(tenant("other").ids)).toBe(tenants.before);
  }, 300_000);
});

test("whoever may see the file is found out by the same questions", async () => {
  const headers = async () => await tokenOf(await firstAdmin(world));
  const reading = operations.filter(({ method, path }) => method === "GET" && path.includes("{id}"));
  const leaks = await leaksTo(headers, reading);
  const asked = "satuPerangkat satuRekening satuPinjaman satuDokumen semuaKontakDarurat satuChat pesanChat";
  for (const id of asked.split(" ")) {
    expect(leaks).toContainEqual(expect.stringMatching(`^${id} with others shows `));
    expect(leaks).toContainEqual(expect.stringMatching(`^${id} tells others: 200 `));
  }
}, 120_000);

test("a karyawan finds a customer by what it looks after only: not by IMEI or account number", async () => {
  const { canaries } = tenant("other");
  const karyawan = { ...(await tokenOf(tenants.karyawan)), "content-type": "application/json" };
  const search = async (by: object) => {
    const init = { method: "POST", headers: karyawan, body: JSON.stringify(by) };
    return await bodyOf<object[]>(world.request("/user-search", init));
  };
  const { imei, account_number, phone, national_id, email } = canaries;
  for (const by of [{ imei }, { account_number }]) expect(await search(by)).toEqual([]);
  for (const by of [{ phone }, { national_id }, { email }]) {
    const found = await search(by);
    expect(found).toHaveLength(1);
    expect(foundIn(JSON.stringify(found), canaries).sort()).toEqual([...DIRECTORY].sort());
  }
});

/** What is sealed, and comes out only one by one and with a reason. */
const SEALED = ["phone", "national_id", "imei", "imsi", "sim_serial", "account_number", "contact_phone"];

describe("the canaries are where they are looked for:", () => {
  test("an admin reads all that is not sealed", async () => {
    const { ids, canaries } = tenant("other");
    const credentials = await tokenOf(await firstAdmin(world));
    const reading = operations.filter(({ id, method }) => method === "GET" && id !== "unduhDokumen");
    const found = new Set<string>();
    for (const operation of reading)
      for (const request of [
        ...requestsOf(operation, { path: ids, inside: undefined }, tenant("other")),
        ...requestsOf(operation, { path: ids, inside: ids }, tenant("other")),
      ])
        for (const name of foundIn((await ask(request, credentials)).text, canaries)) found.add(name);
    // What was bought is for resellers; where it is written that a contact agreed, is shown nowhere.
    const hidden = new Set([...SEALED, "ktp bytes", "nomor_tujuan", "contact evidence"]);
    const all = Object.keys(canaries).filter((name) => !hidden.has(name));
    expect([...found].filter((name) => !hidden.has(name)).sort()).toEqual(all.sort());
    for (const name of [...SEALED, "ktp bytes"]) expect([...found]).not.toContain(name);
  });

  test("an admin reads what is sealed one by one", async () => {
    const { ids, canaries } = tenant("other");
    const credentials = await tokenOf(await firstAdmin(world));
    const [operation] = operations.filter(({ id }) => id === "bacaNilai");
    if (!operation) throw new Error("no such operation");
    const found = new Set<string>();
    for (const request of requestsOf(operation, { path: ids, inside: ids }, tenant("other")))
      for (const name of foundIn((await ask(request, credentials)).text, canaries)) found.add(name);
    expect([...found].sort()).toEqual([...SEALED].sort());
  });

  test("its customer gets everything that is in its file", async () => {
    const { orang, ids, canaries, token, mitra } = tenant("other");
    const credentials = await tokenOf(orang);
    const { text: data } = await ask({ path: "/me/data", method: "GET" }, credentials);
    const { text: file } = await ask(
      { path: `/documents/${ids.document}/file?token=${token}`, method: "GET" },
      {},
    );
    const { text: bought } = await ask(
      { path: `/status/${ids.purchase}`, method: "GET" },
      { "x-api-key": mitra.apiKey },
    );
    const { text: paid } = await ask(
      { path: `/loan-applications/${ids.loan}/repayments`, method: "GET" },
      credentials,
    );
    const all = foundIn([data, file, bought, paid].join("\n"), canaries);
    // A chat is a telephone number's: nobody has shown that it is the customer's, so it is no part of its file.
    const inFile = Object.keys(canaries).filter((name) => !name.startsWith("chat "));
    expect(all.sort()).toEqual(inFile.sort());
    expect(inFile.length).toBeLessThan(Object.keys(canaries).length);
  });
});

test("an operation that nobody wrote a request for is not passed over", () => {
  const [some] = operations.filter(({ id }) => id === "tambahPerangkat");
  const [one] = operations.filter(({ id }) => id === "satuPerangkat");
  if (!some || !one) throw new Error("no such operations");
  const naming = { path: nobody, inside: nobody };
  const fails = (operation: Operation) => () => requestsOf(operation, naming, tenant("own"));
  expect(fails({ ...some, id: "tambahKenari" })).toThrow("tambahKenari");
  expect(fails({ ...one, path: "/kenari/{id}" })).toThrow("/kenari");
  expect(fails({ ...one, path: "/devices/{device}" })).toThrow("{device}");
  const known = operations.map(({ id }) => id);
  expect(Object.keys(BODIES).filter((id) => !known.includes(id))).toEqual([]);
});

/** Every row of a customer's file, its loan, its account and its chat, as they are; but what staff corrects in the directory here. */
async function rowsOf({ userId, akun, loan, chat }: Ids): Promise<string> {
  const parts = ["devices", "addresses", "bank_accounts", "employment", "documents", "emergency_contacts"];
  parts.push(
    "telemetry_events",
    "crash_reports",
    "notifications",
    "consents",
    "privacy_requests",
    "loan_applications",
  );
  const selects = [
    ...parts.map(
      (part) => `select '${part}' as nama, to_jsonb(t)::text as isi from ${part} t where user_id = $1`,
    ),
    "select 'nasabah', (to_jsonb(t) - '{dob,nik_flag,updated_at}'::text[])::text from nasabah t where id = $1",
    "select 'akun', to_jsonb(t)::text from akun t where id = $2",
    "select 'angsuran', to_jsonb(t)::text from loan_instalments t where loan_id = $3",
    "select 'chat', to_jsonb(t)::text from chats t where id = $4",
    "select 'pesan', to_jsonb(t)::text from messages t where chat_id = $4",
  ];
  const rows = await world.cloud.neon.asOwner(
    `select * from (${selects.join(" union all ")}) t order by 1, 2`,
    [userId, akun, loan, chat],
  );
  expect(rows.length).toBeGreaterThan(20);
  return JSON.stringify(rows, undefined, 1);
}
