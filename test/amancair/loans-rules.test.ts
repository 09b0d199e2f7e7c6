import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { sebagai } from "../../src/akun/akses/akses.ts";
import { dueDates, ruleFor, schedule, type LoanRule } from "../../src/amancair/loan-applications/schedule.ts";
import { withActor, withoutActor } from "../../src/platform/db/database.ts";
import { layanan } from "../../src/ppob/transaksi/hasil.ts";
import { bodyOf, refusalAt, useOrang } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { loanIn, loansOf, makeBorrower, type FullLoanBody } from "./borrower.ts";

// The last minute of the year in Jakarta.
const clock = new ManualClock(Date.parse("2026-12-31T16:59:00Z"));
const world = useWorld({ clock });
const loans = loansOf(world);
const admin = useOrang(world, "admin");
const siti = useOrang(world, "karyawan");
const budi = useOrang(world, "nasabah");

interface RuleBody {
  id: number;
  valid_from: string;
  max_term_months: number;
  daily_rate_cap_ppm: number;
  total_cap_percent: number;
  min_amount: number;
  max_amount: number;
  second_person_above: number;
  max_dti_percent: number;
}

const RULES = "/loan-rules";
const OLD = {
  valid_from: "2025-01-01",
  max_term_months: 6,
  daily_rate_cap_ppm: 3_000,
  total_cap_percent: 100,
  min_amount: 500_000,
  max_amount: 20_000_000,
  second_person_above: 10_000_000,
  max_dti_percent: 30,
};
const NEW = {
  ...OLD,
  valid_from: "2027-01-01",
  daily_rate_cap_ppm: 1_000,
  total_cap_percent: 10,
  max_amount: 4_000_000,
  second_person_above: 2_000_000,
};

const simulated = (query: string) => budi.get(`/loan-simulation?${query}`);

async function allRules(): Promise<LoanRule[]> {
  const rules = await bodyOf<RuleBody[]>(budi.get(RULES));
  return rules.map((rule) => ({
    validFrom: rule.valid_from,
    maxTermMonths: rule.max_term_months,
    dailyRateCapPpm: rule.daily_rate_cap_ppm,
    totalCapPercent: rule.total_cap_percent,
    minAmount: BigInt(rule.min_amount),
    maxAmount: BigInt(rule.max_amount),
    secondPersonAbove: BigInt(rule.second_person_above),
    maxDtiPercent: rule.max_dti_percent,
  }));
}

test("rules are read by everybody and made by admins, for days to come", async () => {
  const seeds = [OLD, { ...OLD, max_term_months: 12, daily_rate_cap_ppm: 2_000 }];
  for (const caller of [admin, siti, budi]) {
    expect(await bodyOf(caller.get(RULES))).toEqual(
      seeds.map((rule) => ({ id: expect.any(Number), ...rule })),
    );
  }
  for (const caller of [siti, budi]) {
    expect(await refusalAt(caller.post(RULES, NEW))).toBe("403 peran-tidak-boleh");
  }
  expect(await refusalAt(admin.post(RULES, { ...NEW, valid_from: "2026-12-30" }))).toBe(
    "422 aturan-sudah-lewat #/valid_from",
  );
  expect(await refusalAt(admin.post(RULES, { ...NEW, valid_from: "2027-02-29" }))).toBe(
    "422 validasi-gagal #/valid_from",
  );
  // PostgreSQL has no year 0.
  expect(await refusalAt(admin.post(RULES, { ...NEW, valid_from: "0000-01-01" }))).toBe(
    "422 validasi-gagal #/valid_from",
  );
  expect(await refusalAt(admin.post(RULES, { ...NEW, max_amount: 499_999 }))).toBe(
    "422 validasi-gagal #/max_amount",
  );
  for (const [field, value] of [
    ["max_term_months", 61],
    ["daily_rate_cap_ppm", 10_001],
    ["total_cap_percent", 101],
    ["min_amount", 0],
    ["max_amount", 2 ** 52],
    ["second_person_above", -1],
    ["max_dti_percent", 0],
  ] as const) {
    expect(await refusalAt(admin.post(RULES, { ...NEW, [field]: value }))).toBe(
      `422 validasi-gagal #/${field}`,
    );
  }
  // From today on counts as to come; these are what is in force anyway.
  for (const rule of seeds) {
    const today = { ...rule, valid_from: "2026-12-31" };
    expect(await bodyOf(admin.post(RULES, today), 201)).toEqual({ id: expect.any(Number), ...today });
  }
  await bodyOf<RuleBody>(admin.post(RULES, NEW), 201);
  expect(await refusalAt(admin.post(RULES, NEW))).toBe("409 aturan-sudah-ada");
  const [newest] = await bodyOf<RuleBody[]>(budi.get(RULES));
  expect(newest).toMatchObject(NEW);
  const [row] = await world.cloud.neon.asOwner(
    "select rincian::text from audit where sasaran_tabel = 'loan_rules' order by id desc limit 1",
  );
  expect(JSON.parse(String(row?.["rincian"]))).toMatchObject({ menjadi: NEW });
});

test("a simulation says what a loan of today would cost", async () => {
  const simulation = await bodyOf<Record<string, unknown>>(simulated("amount=3000000&term_months=6"));
  const dueOn = ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30"];
  expect(simulation).toEqual({
    amount: 3_000_000,
    term_months: 6,
    daily_rate_ppm: 3_000,
    total_interest: 1_629_000,
    total: 4_629_000,
    instalments: dueOn.map((due_on, at) => ({
      number: at + 1,
      due_on,
      principal: 500_000,
      interest: 271_500,
    })),
  });
  expect(await refusalAt(simulated("amount=3000000&term_months=13"))).toBe(
    "422 tenor-di-luar-aturan query:term_months",
  );
  expect(await refusalAt(simulated("amount=1&term_months=6"))).toBe("422 jumlah-di-luar-aturan query:amount");
  expect(await refusalAt(simulated("amount=0&term_months=61"))).toBe(
    "422 validasi-gagal query:amount query:term_months",
  );
});

test("at midnight in Jakarta the new rules hold, also for what was approved before", async () => {
  const [borrower, later, long] = [
    await makeBorrower(world),
    await makeBorrower(world),
    await makeBorrower(world),
  ];
  const approved = await loanIn(loans, borrower, "approved", { amount: 3_000_000 });
  expect(approved).toMatchObject({ daily_rate_ppm: 3_000, approvals_needed: 0 });
  const large = await loanIn(loans, later, "review", { amount: 3_000_000 });
  expect(large.approvals_needed).toBe(1);
  const tooLong = await loanIn(loans, long, "approved", { term_months: 12 });
  const waiting = await makeBorrower(world);
  const tooLarge = await loanIn(loans, waiting, "review", { amount: 5_000_000 });

  clock.advance(60_000);
  expect((await loans.one(large.id)).approvals_needed).toBe(2);
  expect(await bodyOf(loans.approve(large.id))).toMatchObject({ status: "review", approvals_needed: 1 });
  expect(await refusalAt(loans.approve(large.id))).toBe("409 butuh-orang-kedua");
  expect(await refusalAt(loans.approve(large.id, { daily_rate_ppm: 1_001 }, admin))).toBe(
    "422 bunga-di-atas-batas #/daily_rate_ppm",
  );
  expect(await bodyOf(loans.approve(large.id, {}, admin))).toMatchObject({
    status: "approved",
    daily_rate_ppm: 1_000,
  });
  expect(await refusalAt(loans.approve(tooLarge.id))).toBe("409 pinjaman-di-luar-aturan");
  expect(await refusalAt(loans.disburse(tooLong.id, long.rekeningId))).toBe("409 pinjaman-di-luar-aturan");
  expect(await refusalAt(loans.apply(await makeBorrower(world), { term_months: 7 }))).toBe(
    "422 tenor-di-luar-aturan #/term_months",
  );

  const paid = await bodyOf<FullLoanBody>(loans.disburse(approved.id, borrower.rekeningId));
  // 181 days at 0.1 % would be 543,000: all of it together is no more than 10 % of the principal.
  expect(paid).toMatchObject({ daily_rate_ppm: 1_000, outstanding_interest: 300_000 });
  expect(paid.instalments[0]).toMatchObject({ due_on: "2027-02-01", interest: 50_000 });
  expect(await bodyOf(simulated("amount=3000000&term_months=6"))).toMatchObject({ total_interest: 300_000 });
  expect((await loans.one(tooLong.id)).approvals_needed).toBe(0);
});

test("the database finds the rule and the days that the schedule is made with", async () => {
  const { neon } = world.cloud;
  const rules = await allRules();
  for (const day of ["2024-12-31", "2025-01-01", "2026-12-30", "2026-12-31", "2027-01-01", "2030-06-01"]) {
    for (const term of [1, 6, 7, 12, 13, 60]) {
      const [row] = await neon.asOwner(
        "select valid_from::text, max_term_months from app.aturan_pinjaman($1::date, $2::integer)",
        [day, term],
      );
      const rule = ruleFor(rules, day, term);
      expect([row?.["valid_from"] ?? null, Number(row?.["max_term_months"])], `${day} ${term}`).toEqual([
        rule?.validFrom ?? null,
        rule?.maxTermMonths ?? 0,
      ]);
    }
  }
  const rows = await neon.asOwner(
    `select d::date::text as hari, string_agg((d::date + make_interval(months => n))::date::text, ',' order by n) as tempo
      from generate_series('2027-01-01'::date, '2028-12-31', '1 day') d, generate_series(1, 60) n group by d`,
  );
  for (const { hari, tempo } of rows) expect(tempo).toBe(dueDates(String(hari), 60).join(","));
});

test("the database itself leaves loans to whom they are left, and takes no schedule that costs something else", async () => {
  const { db } = world.deps;
  const borrower = await makeBorrower(world);
  const { id } = await loanIn(loans, borrower, "approved", { amount: 1_000_000, term_months: 2 });
  const { instalments } = schedule({
    amount: 1_000_000n,
    termMonths: 2,
    dailyRatePpm: 1_000,
    disbursedOn: "2027-01-01",
    totalCapPercent: 10,
  });
  const plan = {
    hari: "2027-01-01",
    bunga: 1_000,
    tempo: instalments.map(({ dueOn }) => dueOn),
    pokok: instalments.map(({ principal }) => Number(principal)),
    rente: instalments.map(({ interest }) => Number(interest)),
  };
  const call = (other: Partial<typeof plan> = {}) => {
    const { hari, bunga, tempo, pokok, rente } = { ...plan, ...other };
    return db.execute(sql`select * from app.cairkan_pinjaman(${id}, ${borrower.rekeningId}, ${hari}, ${bunga},
      ${`{${tempo.join()}}`}, ${`{${pokok.join()}}`}, ${`{${rente.join()}}`}, '{approved}')`);
  };
  const refused = { name: "PERAN_TIDAK_BOLEH" };
  await expect(withoutActor(call())).rejects.toMatchObject(refused);
  await expect(withActor(db, layanan("antrean"), [call()])).rejects.toMatchObject(refused);
  const actorOf = async ({ orang }: typeof admin) => {
    const [sesi] = await world.cloud.neon.asOwner("select id from sesi where akun_id = $1", [orang.id]);
    return sebagai({ akunId: orang.id, peran: orang.role, sesi: String(sesi?.["id"]), versi: 1 }, [
      orang.role,
    ]);
  };
  await expect(withActor(db, await actorOf(siti), [call()])).rejects.toMatchObject(refused);
  const actor = await actorOf(admin);
  const [rente = 0] = plan.rente;
  for (const other of [
    { pokok: [500_000, 499_999] },
    { pokok: [500_000, 500_001] },
    { pokok: [1_000_001, -1] },
    { pokok: [500_000] },
    { rente: [rente + 1, rente] },
    { rente: [-1, rente] },
    { bunga: 1_001, rente: [rente + 1, rente] },
    { bunga: -1 },
    { tempo: ["2027-02-01", "2027-03-02"] },
    { tempo: ["2027-03-01", "2027-02-01"] },
    { tempo: [], pokok: [], rente: [] },
  ]) {
    await expect(withActor(db, actor, [call(other)]), JSON.stringify(other)).rejects.toThrow(
      /is not what it costs/,
    );
  }
  // Planned before midnight: asked again, it is planned for the new day.
  await expect(withActor(db, actor, [call({ hari: "2026-12-31" })])).rejects.toMatchObject({
    name: "LAYANAN_TIDAK_TERSEDIA",
  });
  expect((await loans.one(id)).status).toBe("approved");
  await withActor(db, actor, [call()]);
  expect((await loans.one(id)).status).toBe("disbursed");
  const bayar = (jumlah: number | null, kunci: string | null) =>
    db.execute(sql`select * from app.bayar_angsuran(${id}, ${jumlah}, ${kunci}, null, '{disbursed}')`);
  for (const query of [bayar(0, "x"), bayar(-1, "x"), bayar(null, "x"), bayar(1, ""), bayar(1, null)]) {
    await expect(withActor(db, actor, [query])).rejects.toThrow(/bayar_angsuran membutuhkan/);
  }
});
