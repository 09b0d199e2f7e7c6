import { beforeAll, describe, expect, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { openDataKey } from "../../src/platform/crypto/data-key.ts";
import { atasNama, bodyOf, countOf, refusalAt } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, makeBerkasNasabah, postJson, type Orang } from "../make.ts";
import { journalsOf, loansOf, type Borrower } from "./borrower.ts";
import {
  again,
  DAY,
  DOCUMENTS,
  everything,
  fileOf,
  findings,
  HOUR,
  makeCustomer,
  makeDocument,
  makeFullCustomer,
  MINUTE,
  objectOf,
  photo,
  upload,
  type FullCustomer,
} from "./orang.ts";

// A customer asks for everything personal to be erased.

const clock = new ManualClock();
const world = useWorld({ clock });
const loans = loansOf(world);
const ERASURE = "/me/erasure";
/** An admin whose session lasts: a new one, since the clock moves on. */
const admin = async () => atasNama(world, await again(world, await firstAdmin(world)));
const sessionOf = async (orang: Orang) => atasNama(world, await again(world, orang));
const request = async (orang: Orang) =>
  await bodyOf<Record<string, unknown>>((await sessionOf(orang)).post(ERASURE, {}), 202);
const nameIn = async (userId: number) =>
  (await world.cloud.neon.asOwner("select name from nasabah where id = $1", [userId]))[0]?.["name"];
const ERASED = "(dihapus)";

describe("a request", () => {
  test("is received: due after 72 hours, carried out after 24; the same again is the same", async () => {
    const { orang, userId, caller } = await makeCustomer(world);
    const now = clock.now();
    const first = await request(orang);
    expect(first).toEqual({
      id: first["id"],
      user_id: userId,
      kind: "erasure",
      status: "received",
      received_at: new Date(now).toISOString(),
      due_at: new Date(now + 72 * HOUR).toISOString(),
      execute_at: new Date(now + 24 * HOUR).toISOString(),
      completed_at: null,
    });
    clock.advance(MINUTE);
    expect(await request(orang)).toEqual(first);
    const at = await Promise.all(Array.from({ length: 5 }, async () => await request(orang)));
    expect(at.every(({ id }) => id === first["id"])).toBe(true);
    expect(await bodyOf(caller.get("/privacy-requests?kind=erasure"))).toEqual([first]);
    expect(await bodyOf(caller.get("/privacy-requests?kind=access"))).toEqual([]);
  });

  test("is taken back until then, and may be made anew with a day of its own", async () => {
    const { orang, userId } = await makeCustomer(world);
    const first = await request(orang);
    clock.advance(23 * HOUR);
    const caller = await sessionOf(orang);
    expect((await caller.delete(ERASURE)).status).toBe(204);
    expect(await refusalAt(caller.delete(ERASURE))).toBe("404 penghapusan-tidak-ada");
    expect(await bodyOf(caller.get("/privacy-requests?status=cancelled"))).toEqual([
      { ...first, status: "cancelled", completed_at: new Date(clock.now()).toISOString() },
    ]);
    clock.advance(10 * DAY);
    await world.erase();
    expect(await nameIn(userId)).not.toBe(ERASED);
    const second = await request(orang);
    expect(second["id"]).not.toBe(first["id"]);
    clock.advance(DAY - 1);
    await world.erase();
    expect(await nameIn(userId)).not.toBe(ERASED);
    clock.advance(1);
    await world.erase();
    expect(await nameIn(userId)).toBe(ERASED);
  });

  test("is for nasabah with a file", async () => {
    for (const role of ["admin", "karyawan"] as const) {
      const caller = await sessionOf(role === "admin" ? await firstAdmin(world) : await makeKaryawan());
      for (const answer of [caller.post(ERASURE, {}), caller.delete(ERASURE)])
        expect(await refusalAt(answer)).toBe("403 peran-tidak-boleh");
    }
    const caller = atasNama(world, await makeAkun(world, "nasabah"));
    expect(await refusalAt(caller.post(ERASURE, {}))).toBe("404 user-tidak-ada");
    expect(await refusalAt(caller.delete(ERASURE))).toBe("404 penghapusan-tidak-ada");
    for (const method of ["POST", "DELETE"])
      expect(await refusalAt(world.request(ERASURE, { method }))).toBe("401 token-tidak-sah");
  });

  test("is seen by its customer, by who looks after the file and by admins, and by no other", async () => {
    const petugas = await makeKaryawan();
    const { orang, userId } = await makeCustomer(world);
    const { id } = await request(orang);
    const ids = async (caller: Awaited<ReturnType<typeof admin>>) =>
      (await bodyOf<{ id: number }[]>(caller.get(`/privacy-requests?user_id=${userId}`))).map(
        (row) => row.id,
      );
    expect(await ids(await admin())).toEqual([id]);
    expect(await ids(await sessionOf(petugas))).toEqual([]);
    expect(await ids((await makeCustomer(world)).caller)).toEqual([]);
    await (await admin()).put(`/users/${userId}/officer`, { officer_id: petugas.id });
    expect(await ids(await sessionOf(petugas))).toEqual([id]);
    expect(await ids(await sessionOf(orang))).toEqual([id]);
  });

  test("while a loan is open is 409; with it closed it is taken; no new loan meanwhile", async () => {
    const { orang, caller } = await makeCustomer(world);
    await bodyOf(caller.post("/consents", { purpose: "credit_assessment", text_version: 1 }), 201);
    const apply = async () =>
      await (await sessionOf(orang)).post("/loan-applications", { amount: 1_000_000, term_months: 3 });
    const { id } = await bodyOf<{ id: number }>(apply(), 201);
    expect(await refusalAt(caller.post(ERASURE, {}))).toBe("409 masih-ada-pinjaman");
    expect(await bodyOf(caller.get("/privacy-requests"))).toEqual([]);
    await bodyOf(caller.post(`/loan-applications/${id}/withdraw`, {}));
    await request(orang);
    expect(await refusalAt(apply())).toMatch(/^409 /);
    expect((await caller.delete(ERASURE)).status).toBe(204);
    expect((await apply()).status).toBe(201);
  });

  async function makeKaryawan(): Promise<Orang> {
    const { headers } = await again(world, await firstAdmin(world));
    const unique = `karyawan-${clock.now()}-${karyawan++}`;
    const isian = { name: "Siti", email: `${unique}@example.com`, username: unique, role: "karyawan" };
    const password = "sandi-yang-panjang";
    const answer = await postJson(world, "/auth/register", { ...isian, password }, headers);
    const { data } = await bodyOf<{ data: Orang }>(Promise.resolve(answer));
    return await again(world, { ...data, ...isian, role: "karyawan", password });
  }
});
let karyawan = 0;

describe("a customer that was erased", () => {
  let budi: FullCustomer;
  let loanId: number;
  let keptCiphertexts: { place: { table: string; column: string; row: string }; sealed: string }[];
  let keptKey: string;
  let keptObjects: Map<string, Uint8Array>;
  let journals: unknown;
  let before: Record<string, string[]>;
  const runs: unknown[] = [];
  const secrets = () => ({
    ...budi.secrets.sealed,
    ...budi.secrets.personal,
    ...budi.secrets.files,
    account_email: budi.orang.email,
  });

  beforeAll(async () => {
    // What others asked for is carried out first.
    clock.advance(2 * DAY);
    await world.erase();
    budi = await makeFullCustomer(world);
    const staff = await admin();
    await bodyOf(staff.post(`/bank-accounts/${budi.ids.bank_accounts}/verify`, { verified: true }));
    const borrower: Borrower = { ...budi, rekeningId: budi.ids.bank_accounts };
    const body = { purpose: budi.secrets.personal["purpose"] };
    const by = { ...budi, caller: await sessionOf(budi.orang) };
    const { id } = await bodyOf<{ id: number }>(loans.apply({ ...borrower, ...by }, body), 201);
    loanId = id;
    await bodyOf(loans.review(id, {}, staff));
    const note = `Penghasilan ${budi.secrets.personal["employer_name"]} tetap.`;
    await bodyOf(loans.approve(id, { note }, staff));
    await bodyOf(loans.disburse(id, borrower.rekeningId, staff));
    await bodyOf(loans.arrived(id, staff));
    const { outstanding_principal: pokok, outstanding_interest: bunga } = await loans.one(id, staff);
    await bodyOf(loans.repay(id, pokok + bunga, {}, staff), 201);
    const paper = { channel: "paper", evidence: `Map ${budi.secrets.personal["name"]}` };
    const marketing = { user_id: budi.userId, purpose: "marketing", text_version: 1 };
    await bodyOf(staff.post("/consents", { ...marketing, ...paper }), 201);
    // Read, so that the audit has something to say.
    const reason = `Mencocokkan ${budi.secrets.sealed.national_id} dengan KTP`;
    for (const field of ["users.phone", "users.national_id"])
      await bodyOf(staff.post("/clear-values", { field, id: budi.userId, purpose: "verification", reason }));
    await bodyOf((await sessionOf(budi.orang)).get("/me/data"));
    const { neon } = world.cloud;
    const [file] = await neon.asOwner("select kunci, phone_segel from nasabah where id = $1", [budi.userId]);
    const [device] = await neon.asOwner("select baris, imei_segel from devices where user_id = $1", [
      budi.userId,
    ]);
    keptKey = String(file?.["kunci"]);
    keptCiphertexts = [
      {
        place: { table: "nasabah", column: "phone", row: budi.externalUserId },
        sealed: String(file?.["phone_segel"]),
      },
      {
        place: { table: "devices", column: "imei", row: String(device?.["baris"]) },
        sealed: String(device?.["imei_segel"]),
      },
    ];
    keptObjects = new Map(
      budi.objects.map((name) => [name, world.bucket.objects.get(name) ?? new Uint8Array()]),
    );
    journals = await journalsOf(world, loanId);
    await request(budi.orang);
    before = findings(await everything(world), secrets());
    clock.advance(DAY - MINUTE);
    runs.push(await world.erase(), await nameIn(budi.userId));
    clock.advance(MINUTE);
    runs.push(await world.erase(), await nameIn(budi.userId));
    await world.idle();
  });

  test("was so when its day was over, and not before", () => {
    expect(runs).toEqual([0, budi.secrets.personal["name"], 1, ERASED]);
  });

  test("is nowhere any more: no table, message, key or object has anything of it, the audit neither", async () => {
    // Before, all that is stored in clear was found where it belongs: the search can fail.
    const found = new Set(Object.values(before).flat());
    expect(Object.keys(budi.secrets.personal).filter((name) => !found.has(name))).toEqual([]);
    expect(Object.keys(before)).toEqual(expect.arrayContaining(["nasabah", "akun", "devices", "documents"]));
    expect(findings(await everything(world), secrets())).toEqual({});
    for (const name of budi.objects) expect(world.bucket.objects.has(name)).toBe(false);
  });

  test("has no row in any table with a user_id but those that the law keeps", async () => {
    const { neon } = world.cloud;
    const found = await neon.asOwner(
      "select table_name as name from information_schema.columns where column_name = 'user_id' and table_schema = 'public' order by 1",
    );
    const left = [];
    for (const { name } of found)
      if ((await countOf(world, `${name} where user_id = ${budi.userId}`)) > 0) left.push(name);
    expect(left).toEqual(["consents", "loan_applications", "privacy_requests"]);
  });

  test("has no key: what was sealed with it opens for nobody, also in a copy from before", async () => {
    const { neon } = world.cloud;
    const [file] = await neon.asOwner("select * from nasabah where id = $1", [budi.userId]);
    const gone = ["kunci", "akun_id", "petugas_id", "email", "dob", "gender", "nik_flag"].concat([
      "phone_segel",
      "phone_indeks",
      "national_id_segel",
      "national_id_indeks",
    ]);
    for (const column of gone) expect(file?.[column], column).toBeNull();
    expect(file?.["name"]).toBe(ERASED);
    expect(file?.["dihapus_pada"]).not.toBeNull();
    const everywhere = [...(await everything(world)).values()].join("\n");
    expect(everywhere).not.toContain(keptKey);
    const { sealer } = world.deps;
    const other = await makeCustomer(world);
    const [theirs] = await neon.asOwner("select kunci from nasabah where id = $1", [other.userId]);
    const place = { table: "nasabah", column: "kunci", row: other.externalUserId };
    const key = await openDataKey(sealer, place, String(theirs?.["kunci"]));
    for (const { place, sealed } of keptCiphertexts) {
      await expect(sealer.open(place, sealed)).rejects.toThrow(/./);
      await expect(key.open(place, sealed)).rejects.toThrow(/./);
    }
    for (const [row, bytes] of keptObjects)
      await expect(key.openBytes({ table: "documents", column: "file", row }, bytes)).rejects.toThrow(/./);
    // With the key they would have opened: the copies are good.
    const mine = await openDataKey(
      sealer,
      { table: "nasabah", column: "kunci", row: budi.externalUserId },
      keptKey,
    );
    for (const { place, sealed } of keptCiphertexts)
      expect(await mine.open(place, sealed)).toMatch(/^[+\d]+$/);
    for (const [row, bytes] of keptObjects)
      expect(
        (await mine.openBytes({ table: "documents", column: "file", row }, bytes)).length,
      ).toBeGreaterThan(50);
  });

  test("has no account: no token, no refresh, no login", async () => {
    const { headers, email, password, refreshToken } = budi.orang;
    const [kini] = await world.cloud.neon.asOwner("select email from akun where id = $1", [budi.orang.id]);
    expect(kini?.["email"]).toMatch(/^[0-9a-f-]{36}@dihapus\.invalid$/);
    for (const path of ["/auth/me", "/me/data", "/users/", DOCUMENTS])
      expect(await refusalAt(world.request(path, { headers }))).toBe("401 token-tidak-sah");
    for (const [path, body] of [
      ["/auth/login", { identifier: email, password }],
      ["/api/login", { email, password }],
      ["/auth/login", { identifier: kini?.["email"], password }],
      ["/auth/refresh", { refresh_token: refreshToken }],
    ] as const)
      expect((await postJson(world, path, body)).status, path).toBe(401);
    const [akun] = await world.cloud.neon.asOwner("select nama, username, aktif from akun where id = $1", [
      budi.orang.id,
    ]);
    expect(akun).toMatchObject({ nama: ERASED, username: null, aktif: "f" });
    expect(await countOf(world, `sesi where akun_id = ${budi.orang.id}`)).toBe(0);
  });

  test("leaves loans and journals without a name, and consents as withdrawn", async () => {
    expect(await journalsOf(world, loanId)).toEqual(journals);
    const loan = await loans.one(loanId, await admin());
    expect(loan).toMatchObject({
      user_id: budi.userId,
      status: "closed",
      purpose: null,
      decision_note: null,
      bank_account_id: null,
      transfer_reference: null,
    });
    expect(loan.instalments.length).toBe(6);
    const consents = await world.cloud.neon.asOwner(
      "select withdrawn_at, evidence from consents where user_id = $1",
      [budi.userId],
    );
    expect(consents).toHaveLength(4);
    for (const consent of consents) {
      expect(consent["withdrawn_at"]).not.toBeNull();
      expect(consent["evidence"]).toBeNull();
    }
  });

  test("is in no list and under no address any more", async () => {
    const staff = await admin();
    const { sealed, personal } = budi.secrets;
    expect(await refusalAt(staff.get(`/users/${budi.userId}`))).toBe("404 user-tidak-ada");
    expect(await refusalAt(staff.put(`/users/${budi.userId}`, { name: "Siti" }))).toBe("404 user-tidak-ada");
    for (const q of [sealed.phone, sealed.national_id, personal["name"], ERASED, ""])
      expect(
        await (await staff.get(`/users/?kind=nasabah&q=${encodeURIComponent(q ?? "")}`)).text(),
      ).not.toMatch(new RegExp(`"id":${budi.userId}[,}]|dihapus`));
    for (const path of ["/devices", "/addresses", "/bank-accounts", "/employment", DOCUMENTS])
      expect(await bodyOf(staff.get(`${path}?user_id=${budi.userId}`)), path).toEqual([]);
    expect(await refusalAt(staff.get(`/emergency/${budi.userId}`))).toBe("404 user-tidak-ada");
    for (const field of ["users.phone", "users.national_id"])
      expect(
        await refusalAt(
          staff.post("/clear-values", {
            field,
            id: budi.userId,
            purpose: "legal",
            reason: "Permintaan pengadilan",
          }),
        ),
      ).toBe("404 nilai-tidak-ada");
    const isian = { user_id: budi.userId, type: "home", address_line: "Jl. Baru", city: "Bandung" };
    expect(await refusalAt(staff.post("/addresses", isian))).toBe("404 user-tidak-ada");
  });

  test("is said to be erased in the audit, and its request is done", async () => {
    const rows = await world.cloud.neon.asOwner(
      "select aksi, pelaku, rincian::text from audit where subjek_id = $1 and sasaran_tabel = 'nasabah' order by id desc limit 1",
      [budi.userId],
    );
    expect(rows[0]).toMatchObject({ aksi: "nasabah.ubah", pelaku: "layanan:penyapu" });
    const { kolom, menjadi } = JSON.parse(String(rows[0]?.["rincian"])) as {
      kolom: string[];
      menjadi: object;
    };
    expect(kolom).toEqual(expect.arrayContaining(["dihapus_pada", "kunci", "name", "phone", "national_id"]));
    expect(menjadi).toHaveProperty("dihapus_pada");
    const [done] = await bodyOf<object[]>(
      (await admin()).get(`/privacy-requests?user_id=${budi.userId}&kind=erasure`),
    );
    expect(done).toMatchObject({ status: "done", completed_at: expect.stringMatching(/Z$/) as string });
  });

  test("is done once: the next runs have nothing to do", async () => {
    const rows = await countOf(world, "audit");
    expect(await world.erase()).toBe(0);
    clock.advance(100 * DAY);
    expect(await world.erase()).toBe(0);
    expect(await countOf(world, "audit")).toBe(rows);
  });

  test("leaves its phone, NIK and e-mail to whoever comes next", async () => {
    const { phone, national_id } = budi.secrets.sealed;
    const { email, password } = budi.orang;
    const opened = await postJson(world, "/api/register", {
      name: "Orang Lain",
      email,
      password: `${password}x`,
    });
    expect(opened.status).toBe(201);
    const orang = await again(world, { ...budi.orang, password: `${password}x` });
    expect(orang.id).not.toBe(budi.orang.id);
    const { id } = await makeBerkasNasabah(world, { phone, national_id }, orang);
    expect(id).not.toBe(budi.userId);
    expect(await bodyOf(atasNama(world, orang).get(DOCUMENTS))).toEqual([]);
  });
});

describe("the job", () => {
  async function makeDue(): Promise<{ userId: number; object: string; orang: Orang }> {
    const { orang, userId, caller } = await makeCustomer(world);
    const object = await objectOf(world, (await makeDocument(world, orang)).id);
    expect((await caller.post(ERASURE, {})).status).toBe(202);
    return { userId, object, orang };
  }

  test("twice at once erases each once", async () => {
    clock.advance(2 * DAY);
    await world.erase();
    const due = [await makeDue(), await makeDue(), await makeDue()];
    clock.advance(DAY);
    const erased = await Promise.all([world.erase(), world.erase(), world.erase()]);
    expect(erased.reduce((sum, count) => sum + count, 0)).toBe(3);
    for (const { userId, object } of due) {
      expect(await nameIn(userId)).toBe(ERASED);
      expect(world.bucket.objects.has(object)).toBe(false);
      expect(
        await countOf(world, `audit where subjek_id = ${userId} and aksi = 'privacy_requests.ubah'`),
      ).toBe(1);
    }
  });

  test("that dies between database and object storage leaves the rest to the next run", async () => {
    const { userId, object } = await makeDue();
    clock.advance(DAY);
    const dies = vi.spyOn(world.bucket, "delete").mockRejectedValueOnce(new Error("mati"));
    try {
      await expect(world.erase()).rejects.toMatchObject({ name: "LAYANAN_TIDAK_TERSEDIA" });
      expect(await nameIn(userId)).toBe(ERASED);
      expect(world.bucket.objects.has(object)).toBe(true);
    } finally {
      dies.mockRestore();
    }
    expect(await world.erase()).toBe(0);
    expect(world.bucket.objects.has(object)).toBe(false);
    expect(await countOf(world, `berkas_terbuang where baris = '${object}'`)).toBe(0);
  });

  test("whose last word to the database is lost removes the same again, without harm", async () => {
    const { object } = await makeDue();
    clock.advance(DAY);
    world.cloud.neon.faults.next({ kind: "refuse" }, 1, ({ body }) => body.includes("berkas_hilang"));
    await expect(world.erase()).rejects.toMatchObject({ name: "LAYANAN_TIDAK_TERSEDIA" });
    expect(world.bucket.objects.has(object)).toBe(false);
    expect(await countOf(world, `berkas_terbuang where baris = '${object}'`)).toBe(1);
    expect(await world.erase()).toBe(0);
    expect(await countOf(world, `berkas_terbuang where baris = '${object}'`)).toBe(0);
  });

  test("that the database does not answer changes nothing; done, but not heard of, is done", async () => {
    const { userId, object } = await makeDue();
    clock.advance(DAY);
    const { faults } = world.cloud.neon;
    faults.next({ kind: "refuse" });
    await expect(world.erase()).rejects.toMatchObject({ name: "LAYANAN_TIDAK_TERSEDIA" });
    expect(await nameIn(userId)).not.toBe(ERASED);
    faults.next({ kind: "drop" });
    await expect(world.erase()).rejects.toMatchObject({ name: "LAYANAN_TIDAK_TERSEDIA" });
    expect(await nameIn(userId)).toBe(ERASED);
    expect(await world.erase()).toBe(0);
    expect(world.bucket.objects.has(object)).toBe(false);
  });

  test("that erases while a file is being uploaded leaves nothing of it", async () => {
    const { orang, userId } = await makeDue();
    clock.advance(DAY);
    const session = await again(world, orang);
    const names = new Set(world.bucket.objects.keys());
    const put = world.bucket.put.bind(world.bucket);
    const meanwhile = vi.spyOn(world.bucket, "put").mockImplementationOnce(async (name, bytes) => {
      await world.erase();
      await put(name, bytes);
    });
    try {
      const answer = await upload(world, session, fileOf(photo()));
      expect(answer.status).toBeGreaterThanOrEqual(401);
      expect(answer.status).toBeLessThan(500);
    } finally {
      meanwhile.mockRestore();
    }
    expect(await countOf(world, `documents where user_id = ${userId}`)).toBe(0);
    clock.advance(HOUR);
    await world.erase();
    expect([...world.bucket.objects.keys()].filter((name) => !names.has(name))).toEqual([]);
  });

  test("takes fifty at most, the longest due first, and the rest next time", async () => {
    const { neon } = world.cloud;
    await world.erase();
    await neon.asOwner(
      `with baru as (insert into nasabah (external_user_id, name) select gen_random_uuid(), 'antre' from generate_series(1, 53) returning id)
        insert into privacy_requests (user_id, kind, status, due_at, execute_at)
        select id, 'erasure', 'received', app.jam(), app.jam() - make_interval(secs => row_number() over (order by id desc)) from baru`,
    );
    expect(await world.erase()).toBe(50);
    const left = await neon.asOwner("select id from nasabah where name = 'antre' order by id desc");
    const [first] = await neon.asOwner("select max(id) as id from nasabah");
    expect(Number(left[0]?.["id"])).toBe(Number(first?.["id"]));
    expect(await world.erase()).toBe(3);
    expect(await world.erase()).toBe(0);
  });
});

test("one customer who cannot be erased holds up nobody, is in the log, and is tried again", async () => {
  const { neon } = world.cloud;
  clock.advance(2 * DAY);
  await world.erase();
  const [stuck, free] = [await makeCustomer(world), await makeCustomer(world)];
  for (const { orang } of [stuck, free]) await request(orang);
  await neon.asOwner(
    `create function macet() returns trigger language plpgsql as $$ begin
       if new.dihapus_pada is not null and new.id = ${stuck.userId} then raise exception 'macet'; end if;
       return new; end $$`,
  );
  await neon.asOwner("create trigger macet before update on nasabah for each row execute function macet()");
  clock.advance(DAY);
  const from = world.log.length;
  expect(await world.erase()).toBe(1);
  expect(await nameIn(free.userId)).toBe(ERASED);
  expect(await nameIn(stuck.userId)).not.toBe(ERASED);
  const errors = world.log.slice(from).filter(({ level }) => level === "error");
  expect(errors).toMatchObject([{ event: "erasure_failed", customers: `{${stuck.userId}}` }]);
  await neon.asOwner("drop function macet() cascade");
  expect(await world.erase()).toBe(0);
  clock.advance(10 * MINUTE);
  expect(await world.erase()).toBe(1);
  expect(await nameIn(stuck.userId)).toBe(ERASED);
});
