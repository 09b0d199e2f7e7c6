import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atOnce, tally } from "../answers.ts";
import { atasNama, bodyOf, countOf, refusalAt, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { login, makeConsent, type BagianBody } from "../make.ts";
import {
  DITOLAK,
  erase,
  makePemilik,
  makePetugas,
  pageOf,
  panjang,
  rowsOf,
  runAs,
  stateOf,
  TERLARANG,
  usePelaku,
  USER_TIDAK_ADA,
  WAKTU,
} from "./pelaku.ts";

// Half past eleven at night in Jakarta.
const clock = new ManualClock(Date.UTC(2028, 1, 28, 16, 30));
const world = useWorld({ clock });
const pelaku = usePelaku(world);

const PATH = "/consents";
const TUJUAN = ["analytics", "credit_assessment", "kyc", "marketing"];
const KYC = { purpose: "kyc", text_version: 1 };
const SALURAN = "422 saluran-tidak-cocok #";
const BUKTI = { channel: "paper", evidence: "map 12/2026" };
const TIDAK_ADA = "404 persetujuan-tidak-ada";
const SUDAH = "409 sudah-setuju #/purpose";

test("the texts are there for whoever has an account, one for each purpose", async () => {
  for (const { caller } of [pelaku.admin, pelaku.lain, pelaku.nasabah]) {
    const texts = await bodyOf<object[]>(caller.get("/consent-texts"));
    expect(texts).toEqual(
      TUJUAN.map((purpose) => ({
        purpose,
        version: 1,
        text: expect.stringMatching(/^Saya setuju /),
        valid_from: "2026-01-01",
      })),
    );
  }
  expect(await refusalAt(atasNama(world).get("/consent-texts"))).toBe("401 token-tidak-sah");
});

describe("a nasabah", () => {
  test("agrees to each purpose once, in the app", async () => {
    const { caller, userId } = await makePemilik(world);
    const rows = [];
    for (const [n, purpose] of TUJUAN.entries()) {
      const more = [{}, { channel: "app" }, { user_id: userId }, {}][n];
      const row = await bodyOf<BagianBody>(caller.post(PATH, { purpose, text_version: 1, ...more }), 201);
      expect(row).toEqual({
        id: row.id,
        user_id: userId,
        purpose,
        text_version: 1,
        channel: "app",
        evidence: null,
        given_at: new Date(clock.now()).toISOString(),
        withdrawn_at: null,
      });
      expect(await bodyOf(caller.get(`${PATH}/${row.id}`))).toEqual(row);
      expect(await refusalAt(caller.post(PATH, { purpose, text_version: 1 }))).toBe(SUDAH);
      rows.unshift(row);
    }
    expect(await rowsOf(caller, PATH)).toEqual(rows);
    const first = await pageOf(caller, `${PATH}?limit=3`);
    expect(await pageOf(caller, PATH + first.next)).toEqual({ ids: [rows[3]?.id] });
  });

  test("agrees once, asked twenty times at once", async () => {
    const { caller } = await makePemilik(world);
    expect(tally(await atOnce(20, () => refusalAt(caller.post(PATH, KYC))))).toEqual({
      "201": 1,
      [SUDAH]: 19,
    });
  });

  test.each<[object, string]>([
    [{ purpose: "semua" }, "#/purpose"],
    [{ text_version: 0 }, "#/text_version"],
    [{ text_version: 2 ** 31 }, "#/text_version"],
    [{ text_version: "1" }, "#/text_version"],
    [{ withdrawn_at: null }, ""],
    [{ given_at: "2026-11-20T00:00:00Z" }, ""],
    [{ text: "Saya setuju" }, ""],
    ...TERLARANG.map((nama): [object, string] => [{ [nama]: [] }, ""]),
  ])("does not agree with %j", async (more, pointer) => {
    const { caller } = pelaku.nasabah;
    const before = await countOf(world, "consents");
    expect(await refusalAt(caller.post(PATH, { ...KYC, ...more }))).toMatch(`${DITOLAK} ${pointer}`.trim());
    expect(await countOf(world, "consents")).toBe(before);
  });

  test("agrees for nobody else, and without a file not at all", async () => {
    const { nasabah, tetangga, titipan } = pelaku;
    for (const user_id of [tetangga.userId, titipan, 999_999])
      expect(await refusalAt(nasabah.caller.post(PATH, { ...KYC, user_id }))).toBe(USER_TIDAK_ADA);
    const { caller } = await makePetugas(world, "nasabah");
    expect(await refusalAt(caller.post(PATH, KYC))).toBe(USER_TIDAK_ADA);
  });

  test("sees and withdraws nobody else's", async () => {
    const [{ orang }, { caller }] = [await makePemilik(world), await makePemilik(world)];
    const { id } = await makeConsent(world, orang);
    expect(await rowsOf(caller, PATH)).toEqual([]);
    for (const answer of [caller.get(`${PATH}/${id}`), caller.delete(`${PATH}/${id}`)])
      expect(await refusalAt(answer)).toBe(TIDAK_ADA);
    expect(await bodyOf(pelaku.admin.caller.get(`${PATH}/${id}`))).toMatchObject({ withdrawn_at: null });
  });
});

describe("staff", () => {
  test.each(["paper", "call"])("notes what was agreed on %s, with its evidence", async (channel) => {
    const { userId, caller } = await makePemilik(world);
    const { admin, karyawan } = pelaku;
    const isian = { ...KYC, user_id: userId, channel, evidence: "map 12/2026" };
    expect(await refusalAt(karyawan.caller.post(PATH, isian))).toBe(USER_TIDAK_ADA);
    const row = await bodyOf(admin.caller.post(PATH, isian), 201);
    expect(row).toMatchObject({ user_id: userId, channel, evidence: "map 12/2026", withdrawn_at: null });
    expect(await rowsOf(caller, PATH)).toEqual([row]);
    expect(await refusalAt(caller.post(PATH, KYC))).toBe(SUDAH);
  });

  test("a karyawan does so in the files it looks after", async () => {
    const { karyawan, lain, titipan } = pelaku;
    const isian = { purpose: "marketing", text_version: 1, user_id: titipan, ...BUKTI };
    expect(await refusalAt(lain.caller.post(PATH, isian))).toBe(USER_TIDAK_ADA);
    const { id } = await bodyOf<BagianBody>(karyawan.caller.post(PATH, isian), 201);
    expect(await refusalAt(lain.caller.delete(`${PATH}/${id}`))).toBe(TIDAK_ADA);
    expect(await bodyOf(karyawan.caller.delete(`${PATH}/${id}`))).toMatchObject({ withdrawn_at: WAKTU });
  });

  test.each([{}, { channel: "app", evidence: "map 12" }, { evidence: "map 12" }, { channel: "paper" }])(
    "is nothing that staff has no proof of: %j",
    async (more) => {
      const { admin, titipan } = pelaku;
      const before = await countOf(world, "consents");
      expect(await refusalAt(admin.caller.post(PATH, { ...KYC, user_id: titipan, ...more }))).toBe(SALURAN);
      expect(await countOf(world, "consents")).toBe(before);
    },
  );

  test.each([
    { channel: "paper" },
    { channel: "call", evidence: "rekaman" },
    { evidence: "rekaman" },
    { channel: "app", evidence: "rekaman" },
  ])("is given in the app by the customer itself: %j", async (more) => {
    const { caller } = await makePemilik(world);
    expect(await refusalAt(caller.post(PATH, { ...KYC, ...more }))).toBe(SALURAN);
    expect(await bodyOf(caller.get(PATH))).toEqual([]);
  });

  test.each([
    [{ channel: "call", evidence: "ab" }, "#/evidence"],
    [{ channel: "call", evidence: panjang(201) }, "#/evidence"],
    [{ channel: "call", evidence: null }, "#/evidence"],
    [{ channel: "fax", evidence: "map 12" }, "#/channel"],
  ])("notes nothing with %j", async (more, pointer) => {
    const { admin, titipan } = pelaku;
    const before = await countOf(world, "consents");
    expect(await refusalAt(admin.caller.post(PATH, { ...KYC, user_id: titipan, ...more }))).toBe(
      `${DITOLAK} ${pointer}`,
    );
    expect(await countOf(world, "consents")).toBe(before);
  });

  test("says whose it is, of those who are there", async () => {
    const { admin } = pelaku;
    const { userId } = await makePemilik(world);
    await erase(world, userId);
    expect(await refusalAt(admin.caller.post(PATH, { ...KYC, ...BUKTI }))).toBe(
      "422 user-id-wajib #/user_id",
    );
    for (const user_id of [userId, 999_999])
      expect(await refusalAt(admin.caller.post(PATH, { ...KYC, ...BUKTI, user_id }))).toBe(USER_TIDAK_ADA);
  });
});

describe("withdrawing", () => {
  test("happens once, keeps the record, and makes room for another consent", async () => {
    const { caller, orang } = await makePemilik(world);
    const row = await makeConsent(world, orang);
    clock.advance(1_000);
    const ditarik = { ...row, withdrawn_at: new Date(clock.now()).toISOString() };
    expect(await bodyOf(caller.delete(`${PATH}/${row.id}`))).toEqual(ditarik);
    clock.advance(1_000);
    expect(await refusalAt(caller.delete(`${PATH}/${row.id}`))).toBe(TIDAK_ADA);
    expect(await refusalAt(pelaku.admin.caller.delete(`${PATH}/${row.id}`))).toBe(TIDAK_ADA);
    expect(await bodyOf(caller.get(`${PATH}/${row.id}`))).toEqual(ditarik);
    const again = await makeConsent(world, orang);
    expect(await rowsOf(caller, PATH)).toEqual([again, ditarik]);
    expect(await refusalAt(caller.delete(`${PATH}/999999`))).toBe(TIDAK_ADA);
    expect((await caller.put(`${PATH}/${row.id}`, { withdrawn_at: null })).status).toBe(405);
  });

  test("happens once, asked twenty times at once", async () => {
    const { caller, orang } = await makePemilik(world);
    const { id } = await makeConsent(world, orang);
    const answers = await atOnce(20, () => refusalAt(caller.delete(`${PATH}/${id}`)));
    expect(tally(answers)).toEqual({ "200": 1, [TIDAK_ADA]: 19 });
  });

  test("is in the audit, as giving is", async () => {
    const { caller, orang } = await makePemilik(world);
    const rows = await written(world, async () => {
      const { id } = await makeConsent(world, orang);
      await bodyOf(caller.delete(`${PATH}/${id}`));
    });
    expect(rows.map(({ aksi, pelaku: by }) => [aksi, by])).toEqual([
      ["consents.buat", `akun:${orang.id}`],
      ["consents.ubah", `akun:${orang.id}`],
    ]);
  });

  test("and giving cannot be done otherwise around the routes", async () => {
    const { orang, userId } = await makePemilik(world);
    const { karyawan, titipan, tetangga } = pelaku;
    const { id } = await makeConsent(world, orang);
    await runAs(world, orang, sql`update consents set withdrawn_at = app.jam() where id = ${id}`);
    const state = (by: typeof orang, statement: string) => stateOf(world, by, statement);
    const stored = () => world.cloud.neon.asOwner("select withdrawn_at from consents where id = $1", [id]);
    const before = await stored();
    await state(orang, `update consents set withdrawn_at = null where id = ${id}`);
    expect(await stored()).toEqual(before);
    expect(before[0]?.["withdrawn_at"]).not.toBeNull();
    for (const column of [
      "text_version = 1",
      "channel = 'app'",
      "evidence = null",
      `user_id = ${tetangga.userId}`,
    ])
      expect(await state(orang, `update consents set ${column} where id = ${id}`)).toBe("42501");
    expect(await state(orang, `delete from consents where id = ${id}`)).toBe("42501");
    const insert = (user: number, channel: string, evidence: string, withdrawn = "null") =>
      `insert into consents (user_id, purpose, text_version, channel, evidence, withdrawn_at) values (${user}, 'analytics', 1, '${channel}', ${evidence}, ${withdrawn})`;
    for (const [by, statement] of [
      [orang, insert(userId, "paper", "null")],
      [orang, insert(userId, "app", "'x'")],
      [orang, insert(userId, "app", "null", "now()")],
      [orang, insert(tetangga.userId, "app", "null")],
      [karyawan.orang, insert(titipan, "app", "'x'")],
      [karyawan.orang, insert(titipan, "paper", "null")],
      [karyawan.orang, insert(userId, "paper", "'x'")],
    ] as const)
      expect(await state(by, statement), statement).toBe("SALURAN_TIDAK_COCOK");
    expect(await state(orang, insert(userId, "app", "null"))).toBeUndefined();
  });
});

test("a text is in force from its day in Jakarta on, and the one before it no longer", async () => {
  const { orang } = await makePemilik(world);
  await world.cloud.neon.asOwner(
    "insert into consent_texts (purpose, version, valid_from, text) values ('analytics', 2, '2028-02-29', 'Saya setuju lagi.')",
  );
  const agree = async (text_version: number) => {
    const caller = atasNama(world, await login(world, orang.email, orang.password));
    const answer = await refusalAt(caller.post(PATH, { purpose: "analytics", text_version }));
    const texts = await bodyOf<{ purpose: string; version: number }[]>(caller.get("/consent-texts"));
    expect(texts.map(({ purpose }) => purpose)).toEqual(TUJUAN);
    return [answer, texts.find(({ purpose }) => purpose === "analytics")?.version];
  };
  const LAMA = "409 teks-tidak-berlaku #/text_version";
  clock.advance(Date.UTC(2028, 1, 28, 16, 59, 59, 999) - clock.now());
  expect(await agree(2)).toEqual([LAMA, 1]);
  expect(await agree(3)).toEqual([LAMA, 1]);
  clock.advance(1);
  expect(await agree(1)).toEqual([LAMA, 2]);
  expect(await agree(2)).toEqual(["201", 2]);
});
