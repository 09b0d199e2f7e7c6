import { describe, expect, test } from "vitest";
import { atOnce, tally } from "../answers.ts";
import { bodyOf, countOf, refusalAt, unik, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeBankAccount, randomDigits, type BagianBody } from "../make.ts";
import { testBagian } from "./contoh.ts";
import {
  beforeRoundtrip,
  bukanTeks,
  erase,
  insertLoan,
  makePemilik,
  panjang,
  rowsOf,
  stateOf,
  usePelaku,
  WAKTU,
  type Petugas,
} from "./pelaku.ts";

const world = useWorld();
const pelaku = usePelaku(world);
const SUDAH_ADA = "409 rekening-sudah-ada #/account_number";

const samar = (nomor: string) => "*".repeat(nomor.length - 4) + nomor.slice(-4);
const verify = ({ caller }: Petugas, id: number, verified = true) =>
  caller.post(`/bank-accounts/${id}/verify`, { verified });

testBagian(world, pelaku, {
  path: "/bank-accounts",
  table: "bank_accounts",
  status: 201,
  isian: () => ({ bank_name: "BCA", account_number: randomDigits(), account_holder: "Budi Santoso" }),
  menjadi: (isian) => ({
    ...isian,
    account_number: samar(String(isian["account_number"])),
    verified: false,
    verified_at: null,
    created_at: WAKTU,
  }),
  ubah: {
    isian: () => ({ account_number: "99998888777766665555" }),
    menjadi: { account_number: samar("99998888777766665555") },
  },
  tetap: ["verified", "verified_at", "created_at"],
  batas: {
    bank_name: { sah: ["a", panjang(60)], tidak: [...bukanTeks(60), null] },
    account_holder: { sah: ["a", panjang(100)], tidak: [...bukanTeks(100), null] },
    account_number: {
      sah: [],
      tidak: [
        "",
        "12345",
        "1".repeat(21),
        "123456a",
        "١٢٣٤٥٦",
        null,
        1234567890,
        "1-2-3-4-5",
        " ".repeat(31),
      ],
    },
  },
});

test.each([
  ["123456", "****56"],
  ["1234567", "****567"],
  ["1".repeat(16) + "2345", "*".repeat(16) + "2345"],
  ["123-456 78.90", "******7890"],
])("of the number %s %s is shown", async (account_number, shown) => {
  const { orang, caller } = await makePemilik(world);
  const { id } = await makeBankAccount(world, orang, { account_number });
  expect(await bodyOf(caller.get(`/bank-accounts/${id}`))).toMatchObject({
    account_number: shown,
  });
});

describe("the same number", () => {
  test("is one account of a customer, however it is written; another customer may have it too", async () => {
    const [pemilik, lain] = [await makePemilik(world), await makePemilik(world)];
    const account_number = "1234567890";
    const { id } = await makeBankAccount(world, pemilik.orang, { account_number });
    const other = await makeBankAccount(world, pemilik.orang);
    for (const nomor of [account_number, "123-456-7890", "123 456 78.90"])
      for (const answer of [
        pemilik.caller.post("/bank-accounts", {
          bank_name: "BNI",
          account_number: nomor,
          account_holder: "B",
        }),
        pemilik.caller.put(`/bank-accounts/${other.id}`, { account_number: nomor }),
      ])
        expect(await refusalAt(answer)).toBe(SUDAH_ADA);
    expect(await rowsOf(pemilik.caller, "/bank-accounts")).toHaveLength(2);
    await makeBankAccount(world, lain.orang, { account_number });
    await bodyOf(pemilik.caller.put(`/bank-accounts/${id}`, { account_number }));
    await pemilik.caller.delete(`/bank-accounts/${id}`);
    await makeBankAccount(world, pemilik.orang, { account_number });
  });

  test("is one of twenty at once", async () => {
    const { caller } = await makePemilik(world);
    const isian = { bank_name: "BCA", account_number: randomDigits(), account_holder: "Budi" };
    const answers = await atOnce(20, async () => (await caller.post("/bank-accounts", isian)).status);
    expect(tally(answers)).toEqual({ "201": 1, "409": 19 });
  });
});

describe("verifying", () => {
  test("is the staff's, of files it looks after", async () => {
    const { admin, karyawan, lain, nasabah, titipan } = pelaku;
    const own = await makeBankAccount(world, nasabah.orang);
    const theirs = await makeBankAccount(world, karyawan.orang, { user_id: titipan });
    expect(await refusalAt(verify(nasabah, own.id))).toBe("403 peran-tidak-boleh");
    for (const [petugas, id] of [
      [karyawan, own.id],
      [lain, theirs.id],
      [admin, 999_999],
    ] as const)
      expect(await refusalAt(verify(petugas, id))).toBe("404 rekening-tidak-ada");
    for (const [petugas, row] of [
      [admin, own],
      [karyawan, theirs],
    ] as const) {
      expect((await rowsOf(petugas.caller, `/bank-accounts?user_id=${row.user_id}`))[0]).toEqual(row);
      const sah = { ...row, verified: true, verified_at: WAKTU };
      expect(await bodyOf(verify(petugas, row.id))).toEqual(sah);
      expect(await bodyOf(petugas.caller.get(`/bank-accounts/${row.id}`))).toEqual(sah);
      expect(await bodyOf(verify(petugas, row.id, false))).toEqual(row);
    }
    for (const body of [{}, { verified: "true" }, { verified: null }, { verified: true, verified_at: null }])
      expect(await refusalAt(admin.caller.post(`/bank-accounts/${own.id}/verify`, body))).toMatch(/^422 /);
  });

  test.each([
    ["account_number", () => ({ account_number: randomDigits() })],
    ["bank_name", () => ({ bank_name: unik() })],
    ["account_holder", () => ({ account_holder: unik() })],
  ])("ends when %s is another one, whoever changes it", async (_, ubah) => {
    const { admin, nasabah } = pelaku;
    const { id } = await makeBankAccount(world, nasabah.orang);
    for (const { caller } of [nasabah, admin]) {
      await bodyOf(verify(admin, id));
      const isian = ubah();
      expect(await bodyOf(caller.put(`/bank-accounts/${id}`, isian))).toMatchObject({
        verified: false,
        verified_at: null,
      });
      await bodyOf(verify(admin, id));
    }
  });

  test("stays when a change says what is there already", async () => {
    const { admin, nasabah } = pelaku;
    const { id } = await makeBankAccount(world, nasabah.orang);
    const sah = await bodyOf(verify(admin, id));
    const same = { bank_name: "BCA", account_holder: "Budi Santoso" };
    expect(await bodyOf(nasabah.caller.put(`/bank-accounts/${id}`, same))).toEqual(sah);
  });

  test("cannot be written around the routes, nor whose account it is", async () => {
    const { nasabah, tetangga, karyawan, titipan } = pelaku;
    const { id } = await makeBankAccount(world, nasabah.orang);
    for (const { orang } of [nasabah, karyawan])
      for (const change of [
        "verified = true, verified_at = now()",
        `user_id = ${tetangga.userId}`,
        "baris = gen_random_uuid()",
      ])
        expect(await stateOf(world, orang, `update bank_accounts set ${change} where id = ${id}`)).toBe(
          "42501",
        );
    const insert = (userId: number, verified: boolean) =>
      `insert into bank_accounts (user_id, baris, bank_name, account_number_segel, account_number_indeks, account_holder, verified, verified_at)
        values (${userId}, gen_random_uuid(), 'BCA', 'x', encode(sha256(random()::text::bytea), 'hex'), 'B', ${verified}, ${verified ? "now()" : "null"})`;
    for (const [{ orang }, userId, verified] of [
      [nasabah, nasabah.userId, true],
      [karyawan, titipan, true],
      [nasabah, tetangga.userId, false],
      [karyawan, nasabah.userId, false],
    ] as const)
      expect(await stateOf(world, orang, insert(userId, verified))).toBe("42501");
    expect(await stateOf(world, nasabah.orang, insert(nasabah.userId, false))).toBeUndefined();
  });
});

describe("while a loan is open", () => {
  test("a customer keeps its accounts; staff may remove one, but not that of the loan", async () => {
    const { orang, caller, userId } = await makePemilik(world);
    const [dipakai, lain] = [await makeBankAccount(world, orang), await makeBankAccount(world, orang)];
    const loan = await insertLoan(world, userId, "review", { bank_account_id: dipakai.id });
    for (const { id } of [dipakai, lain])
      expect(await refusalAt(caller.delete(`/bank-accounts/${id}`))).toBe("409 masih-ada-pinjaman");
    const { admin } = pelaku;
    expect(await refusalAt(admin.caller.delete(`/bank-accounts/${dipakai.id}`))).toBe("409 rekening-dipakai");
    expect(await rowsOf(caller, "/bank-accounts")).toEqual([lain, dipakai]);
    expect((await admin.caller.delete(`/bank-accounts/${lain.id}`)).status).toBe(204);
    await loan.remove();
    expect((await caller.delete(`/bank-accounts/${dipakai.id}`)).status).toBe(204);
  });
});

test("the audit names bank and verification, not the number nor the holder", async () => {
  const { nasabah, admin } = pelaku;
  const rows = await written(world, async () => {
    const { id } = await makeBankAccount(world, nasabah.orang, { account_number: "77712345678" });
    await bodyOf(verify(admin, id));
    await nasabah.caller.delete(`/bank-accounts/${id}`);
  });
  expect(rows.map(({ aksi, pelaku: by }) => [aksi, by])).toEqual([
    ["bank_accounts.buat", `akun:${nasabah.orang.id}`],
    ["bank_accounts.ubah", `akun:${admin.orang.id}`],
    ["bank_accounts.hapus", `akun:${nasabah.orang.id}`],
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/77712345678|Budi|k\.[\w-]{16}\./);
});

test("a customer who is erased between the two roundtrips gets no account any more", async () => {
  const { userId, orang } = await makePemilik(world);
  const { id } = await makeBankAccount(world, orang);
  const { caller } = pelaku.admin;
  const isian = { user_id: userId, bank_name: "BCA", account_number: randomDigits(), account_holder: "Budi" };
  const before = await countOf(world, "bank_accounts");
  beforeRoundtrip(world, 2, () => erase(world, userId));
  expect(await refusalAt(caller.post("/bank-accounts", isian))).toBe("404 user-tidak-ada");
  expect(await countOf(world, "bank_accounts")).toBe(before - 1);
  expect(await refusalAt(caller.put(`/bank-accounts/${id}`, { bank_name: "BNI" }))).toBe(
    "404 rekening-tidak-ada",
  );
  expect(await rowsOf(caller, `/bank-accounts?user_id=${userId}`)).toEqual([] as BagianBody[]);
});
