import { describe, expect, test } from "vitest";
import { bodyOf, refusalAt } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeEmployment } from "../make.ts";
import { testBagian } from "./contoh.ts";
import { bukanTeks, insertLoan, makePemilik, panjang, rowsOf, usePelaku, WAKTU } from "./pelaku.ts";

const world = useWorld();
const pelaku = usePelaku(world);

testBagian(world, pelaku, {
  path: "/employment",
  table: "employment",
  status: 201,
  isian: () => ({ employer_name: "PT Maju Jaya", income_monthly: 7_500_000, employment_type: "permanent" }),
  menjadi: (isian) => ({ ...isian, job_title: null, created_at: WAKTU }),
  ubah: { isian: () => ({ income_monthly: 0 }), menjadi: { income_monthly: 0 } },
  tetap: ["created_at"],
  batas: {
    employer_name: { sah: ["a", panjang(100), null], tidak: bukanTeks(100) },
    job_title: { sah: ["a", panjang(100), null], tidak: bukanTeks(100) },
    income_monthly: { sah: [0, 10_000_000_000], tidak: [-1, 10_000_000_001, 1.5, "7500000", null, 2 ** 53] },
    employment_type: {
      sah: ["permanent", "contract", "self_employed", "freelance", "other"],
      tidak: ["", "Permanent", "tetap", null],
    },
  },
});

describe("while a loan is open", () => {
  test.each(["submitted", "review", "approved", "disbursed", "active"])(
    "%s, a customer keeps what it is decided by; staff may remove it",
    async (status) => {
      const { orang, caller, userId } = await makePemilik(world);
      const [row, other] = [await makeEmployment(world, orang), await makeEmployment(world, orang)];
      const loan = await insertLoan(world, userId, status);
      expect(await refusalAt(caller.delete(`/employment/${row.id}`))).toBe("409 masih-ada-pinjaman");
      expect(await rowsOf(caller, "/employment")).toEqual([other, row]);
      expect((await pelaku.admin.caller.delete(`/employment/${row.id}`)).status).toBe(204);
      await loan.remove();
      expect((await caller.delete(`/employment/${other.id}`)).status).toBe(204);
    },
  );

  test.each(["rejected", "withdrawn", "closed"])("a loan that is %s holds nothing", async (status) => {
    const { orang, caller, userId } = await makePemilik(world);
    const row = await makeEmployment(world, orang);
    const loan = await insertLoan(world, userId, status);
    expect((await caller.delete(`/employment/${row.id}`)).status).toBe(204);
    await loan.remove();
  });

  test("that of another customer holds nothing", async () => {
    const [pemilik, lain] = [await makePemilik(world), await makePemilik(world)];
    const row = await makeEmployment(world, pemilik.orang);
    const loan = await insertLoan(world, lain.userId, "active");
    expect((await pemilik.caller.delete(`/employment/${row.id}`)).status).toBe(204);
    await loan.remove();
    expect(await bodyOf(pemilik.caller.get("/employment"))).toEqual([]);
  });
});
