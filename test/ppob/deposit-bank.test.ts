import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { refusalOf } from "../answers.ts";
import { createWorld, useWorld } from "../harness.ts";
import { balances, firstAdmin, makeMitra, postJson, type Mitra } from "../make.ts";
import { bayar, lapor, tandaBank } from "./bank.ts";

const world = useWorld();

let berikut = 20_000;
const newId = () => randomBytes(8).toString("hex");

/** Opens a ticket for an amount of its own. */
async function tiket(mitra: Mitra): Promise<{ id: number; total: number }> {
  const response = await postJson(world, "/deposit", { jumlah: (berikut += 2_000) }, mitra.headers);
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as { id: number; total: number };
}

async function mutasiBank(query = "?limit=100"): Promise<Record<string, unknown>[]> {
  const { headers } = await firstAdmin(world);
  const response = await world.request(`/mutasi-bank${query}`, { headers });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>[];
}

const jawaban = async (isi: unknown) => {
  const response = await lapor(world, isi);
  expect(response.status, await response.clone().text()).toBe(200);
  return await response.json();
};

const ok = (diterima: number, lunas: number, dilewati = 0) => ({ status: "ok", diterima, lunas, dilewati });

/** Lines of the log about a mutation. */
const lines = (id: string) => world.log.filter((line) => line["mutasi_bank_id"] === id);

test("a transfer of exactly the total pays the ticket, by itself and once", async () => {
  const mitra = await makeMitra(world, { saldo: 1 });
  const { id, total } = await tiket(mitra);
  const mutation_id = newId();
  const isi = [
    { mutation_id, amount: total, type: "CR", description: " TRSF\n  E-BANKING\u202E BUDI ", balance: 9 },
  ];
  expect(await jawaban(isi)).toEqual(ok(1, 1));
  expect(await jawaban(isi)).toEqual(ok(0, 0));
  expect(await balances(world, mitra)).toEqual({ tersedia: total + 1, ditahan: 0 });
  const [baris] = (await (await world.request("/deposit", { headers: mitra.headers })).json()) as object[];
  expect(baris).toMatchObject({ id, status: "lunas", lunas_pada: expect.any(String) as string });
  const [mutasi] = (await (
    await world.request("/mutasi?jenis=deposit", { headers: mitra.headers })
  ).json()) as object[];
  expect(mutasi).toMatchObject({ jumlah: total, saldo: total + 1, keterangan: "TRSF E-BANKING BUDI" });
  expect((await mutasiBank()).find((satu) => satu["id"] === mutation_id)).toEqual({
    id: mutation_id,
    jumlah: total,
    keterangan: "TRSF E-BANKING BUDI",
    waktu: expect.any(String) as string,
    deposit_id: id,
  });
  expect(lines(mutation_id)).toEqual([
    expect.objectContaining({ level: "info", event: "deposit_paid", deposit_id: id }),
  ]);
});

test("the same sum a second time, or one that nobody waits for, waits for a person", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const { total } = await tiket(mitra);
  expect(await bayar(world, total)).toEqual(ok(1, 1));
  const mutation_id = newId();
  expect(await jawaban({ mutation_id, amount: total, type: "CR" })).toEqual(ok(1, 0));
  expect(await bayar(world, total + 1_500)).toEqual(ok(1, 0));
  expect(await balances(world, mitra)).toEqual({ tersedia: total, ditahan: 0 });
  expect(lines(mutation_id)).toEqual([expect.objectContaining({ event: "bank_mutation_unmatched" })]);
  const ids = async (query: string) => (await mutasiBank(query)).map(({ id }) => id);
  expect(await ids("?cocok=tidak")).toContain(mutation_id);
  expect(await ids("?cocok=ya")).not.toContain(mutation_id);
});

test("what an admin confirmed by hand, or a mitra took back, is not credited by the bank, and stays visible", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const [manual, ditarik] = [await tiket(mitra), await tiket(mitra)];
  const { headers } = await firstAdmin(world);
  await postJson(world, `/deposit/${manual.id}/konfirmasi`, { keterangan: "Mutasi BCA" }, headers);
  await world.request(`/deposit/${ditarik.id}/batal`, { method: "POST", headers: mitra.headers });
  for (const { total } of [manual, ditarik]) {
    const mutation_id = newId();
    expect(await jawaban([{ mutation_id, amount: total, type: "CR" }])).toEqual(ok(1, 0));
    expect((await mutasiBank("?cocok=tidak")).map(({ id }) => id)).toContain(mutation_id);
  }
  expect(await balances(world, mitra)).toEqual({ tersedia: manual.total, ditahan: 0 });
});

test("one that cannot be read does not lose the others; what went out is none of ours", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const [satu, dua] = [await tiket(mitra), await tiket(mitra)];
  const before = world.log.length;
  const baik = (more: object) => ({ mutation_id: newId(), amount: satu.total, type: "CR", ...more });
  const bad = [
    null,
    7,
    "x",
    [],
    {},
    baik({ mutation_id: undefined }),
    baik({ mutation_id: "dua kata" }),
    baik({ mutation_id: "a".repeat(201) }),
    baik({ mutation_id: {} }),
    baik({ amount: satu.total + 0.5 }),
    baik({ amount: `${satu.total}.50` }),
    baik({ amount: -satu.total }),
    baik({ amount: 0 }),
    baik({ amount: 1e300 }),
    baik({ amount: "9".repeat(30) }),
    baik({ amount: "seratus" }),
    baik({ amount: null }),
    baik({ type: undefined }),
    baik({ type: "XX" }),
  ];
  const keluar = [baik({ type: "DB" }), baik({ type: "d" })];
  expect(await jawaban([...bad, ...keluar, baik({ amount: dua.total })])).toEqual(ok(1, 1, bad.length));
  expect(world.log.slice(before)).toContainEqual(
    expect.objectContaining({ event: "webhook_unreadable", vendor: "bank", mutations: bad.length }),
  );
  expect(await balances(world, mitra)).toEqual({ tersedia: dua.total, ditahan: 0 });
  expect(await jawaban([])).toEqual(ok(0, 0));
  expect(await jawaban(bad)).toEqual(ok(0, 0, bad.length));
});

test.each([
  ["as a text", (total: number) => ({ amount: String(total) })],
  ["with zeros behind the point", (total: number) => ({ amount: `${total}.00` })],
  ["under id, as a number", (total: number) => ({ mutation_id: undefined, id: total * 1_000_000 })],
  ["as a kredit", () => ({ type: "K" })],
  ["in lower case, without a description", () => ({ type: "cr", description: null })],
  ["with half a character", () => ({ description: `${"a".repeat(199)}\u{1F600}\u0000` })],
])("a transfer may be told %s", async (_, bent) => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const { total } = await tiket(mitra);
  const mutasi = { mutation_id: newId(), amount: total, type: "CR", description: "x", ...bent(total) };
  expect(await jawaban(mutasi)).toEqual(ok(1, 1));
  expect(await balances(world, mitra)).toEqual({ tersedia: total, ditahan: 0 });
});

test("many at once, one of them twice in it: each pays its own", async () => {
  const mitra = [await makeMitra(world, { saldo: 0 }), await makeMitra(world, { saldo: 0 })];
  const tikets = await Promise.all([0, 1, 0, 1, 0].map((which) => tiket(mitra[which] as Mitra)));
  const isi = tikets.map(({ total }) => ({ mutation_id: newId(), amount: total, type: "CR" }));
  const before = world.cloud.neon.requests;
  expect(await jawaban([...isi, ...isi.slice(0, 1)])).toEqual(ok(5, 5));
  expect(world.cloud.neon.requests - before).toBe(1);
  const sum = (which: number) =>
    tikets.reduce((all, { total }, at) => (at % 2 === which ? all + total : all), 0);
  expect(await balances(world, mitra[0] as Mitra)).toEqual({ tersedia: sum(0), ditahan: 0 });
  expect(await balances(world, mitra[1] as Mitra)).toEqual({ tersedia: sum(1), ditahan: 0 });
});

test("is leafed through by the header Link", async () => {
  const { headers } = await firstAdmin(world);
  const semua = (await mutasiBank()).map(({ id }) => id);
  expect(semua.length).toBeGreaterThan(5);
  const ids: unknown[] = [];
  let query: string | undefined = "?limit=4";
  while (query !== undefined) {
    const response: Response = await world.request(`/mutasi-bank${query}`, { headers });
    ids.push(...(await response.json<{ id: string }[]>()).map(({ id }) => id));
    query = /^<(.+)>/.exec(response.headers.get("link") ?? "")?.[1];
  }
  expect(ids).toEqual(semua);
  expect(await mutasiBank("?before=tidak-ada")).toEqual([]);
});

describe("a signature", () => {
  const isi = JSON.stringify([{ mutation_id: newId(), amount: 50_123, type: "CR" }]);

  test.each([
    ["that is missing", { signature: "" }],
    ["of another secret", { signature: tandaBank(isi, "rahasia lain yang panjang") }],
    ["of another body", { signature: tandaBank(`${isi} `) }],
    ["in upper case", { signature: tandaBank(isi).toUpperCase() }],
    ["with a prefix", { signature: `sha256=${tandaBank(isi)}` }],
  ])("%s is 401, and nothing is taken in", async (_, headers) => {
    const before = world.cloud.neon.requests;
    expect(await refusalOf(await lapor(world, isi, headers))).toBe("401 tanda-tangan-salah");
    expect(world.cloud.neon.requests).toBe(before);
  });

  test("is of the exact bytes, spaces included", async () => {
    expect((await lapor(world, `  ${isi}\n`)).status).toBe(200);
  });

  test("over what is no JSON, or no mutation, is of no use", async () => {
    expect(await refusalOf(await lapor(world, "{"))).toBe("400 json-rusak");
    for (const text of ["7", "null", '"x"'])
      expect(await refusalOf(await lapor(world, text))).toBe("422 validasi-gagal");
    const many = JSON.stringify(Array.from({ length: 1_001 }, () => ({})));
    expect(await refusalOf(await lapor(world, many))).toBe("422 validasi-gagal");
    const plain = await lapor(world, isi, { "content-type": "text/plain" });
    expect(await refusalOf(plain)).toBe("415 jenis-isi-tidak-didukung");
  });
});

test("without a secret nobody gets in; without an account none is shown", async () => {
  const lain = await createWorld({ env: { BANK_WEBHOOK_SECRET: undefined as unknown as string } });
  try {
    for (const secret of ["", "undefined", undefined]) {
      const signature = tandaBank("[]", secret);
      expect(await refusalOf(await lapor(lain, "[]", { signature }))).toBe("401 tanda-tangan-salah");
    }
    const mitra = await makeMitra(lain);
    const response = await postJson(lain, "/deposit", { jumlah: 50_000 }, mitra.headers);
    expect(await response.json()).toMatchObject({ rekening: null });
  } finally {
    await lain.close();
  }
});
