import { describe, expect, test } from "vitest";
import { bodyOf, refusalAt, unik } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import {
  agree,
  makeAddress,
  makeBankAccount,
  makeBerkasNasabah,
  makeConsent,
  makeContact,
  makeDevice,
  makeEmployment,
  postJson,
  randomDigits,
  type BagianBody,
} from "../make.ts";
import {
  insertLoan,
  makePemilik,
  makePetugas,
  rowsOf,
  usePelaku,
  type Petugas,
  type Pemilik,
} from "./pelaku.ts";

// Which files a karyawan looks after, and that it sees nothing of the parts of any other.

const world = useWorld();
const pelaku = usePelaku(world);

interface Berkas extends Pemilik {
  /** Path by path, the row that is in it. */
  rows: Record<string, BagianBody>;
}

/** A customer's file with a row of everything. */
async function makeBerkas(): Promise<Berkas> {
  const pemilik = await makePemilik(world);
  const { orang, caller, userId } = pemilik;
  await agree(world, userId, ["analytics"]);
  await bodyOf(caller.post("/telemetry", { event_name: "a" }), 201);
  const rows = {
    "/devices": await makeDevice(world, orang),
    "/addresses": await makeAddress(world, orang),
    "/bank-accounts": await makeBankAccount(world, orang),
    "/employment": await makeEmployment(world, orang),
    "/consents": await makeConsent(world, orang),
    "/notifications": await bodyOf<BagianBody>(caller.post("/notifications", { fcm_token: unik() }), 201),
    "/crash-reports": await bodyOf<BagianBody>(
      caller.post("/crash-reports", { title: "a", stacktrace: "b" }),
      201,
    ),
    "/emergency": await makeContact(world, orang, userId),
  };
  return { ...pemilik, rows };
}

/** What a petugas gets to see of a file: `all`, `none`, or what of both. */
async function seen({ caller }: Petugas, { userId, rows }: Berkas): Promise<string> {
  const found: boolean[] = [];
  for (const [path, row] of Object.entries(rows)) {
    if (path === "/emergency") continue;
    found.push((await rowsOf(caller, `${path}?user_id=${userId}`)).some(({ id }) => id === row.id));
    found.push((await rowsOf(caller, path)).some(({ user_id }) => user_id === userId));
    found.push((await caller.get(`${path}/${row.id}`)).status === 200);
  }
  found.push((await rowsOf(caller, `/telemetry?user_id=${userId}`)).length > 0);
  found.push((await caller.get(`/emergency/${userId}`)).status === 200);
  found.push((await caller.post("/telemetry", { user_id: userId, event_name: "b" })).status === 201);
  found.push((await caller.put(`/emergency/${rows["/emergency"]?.id}`, { relation: unik() })).status === 200);
  found.push((await caller.put(`/addresses/${rows["/addresses"]?.id}`, { city: unik() })).status === 200);
  return found.every(Boolean) ? "all" : found.some(Boolean) ? JSON.stringify(found) : "none";
}

test("an admin looks after all files, a karyawan after none of those that others opened", async () => {
  const berkas = await makeBerkas();
  expect(await seen(pelaku.admin, berkas)).toBe("all");
  for (const petugas of [pelaku.karyawan, pelaku.lain]) {
    expect(await seen(petugas, berkas)).toBe("none");
    for (const path of ["/users/", `/users/${berkas.userId}`])
      expect((await petugas.caller.get(path)).status).toBe(200);
    expect(await bodyOf(petugas.caller.get(`/users/${berkas.userId}`))).toMatchObject({ id: berkas.userId });
  }
});

test("a karyawan looks after the files it opened; one that an admin opened is nobody's", async () => {
  const { admin, karyawan, lain } = pelaku;
  const [own, theirs] = [
    await makeBerkasNasabah(world, {}, karyawan.orang),
    await makeBerkasNasabah(world, {}, admin.orang),
  ];
  const isian = { bank_name: "BCA", account_number: randomDigits(), account_holder: "Budi" };
  const added = await bodyOf<BagianBody>(
    karyawan.caller.post("/bank-accounts", { user_id: own.id, ...isian }),
    201,
  );
  for (const [{ caller }, userId] of [
    [lain, own.id],
    [karyawan, theirs.id],
    [lain, theirs.id],
  ] as const)
    expect(await refusalAt(caller.post("/bank-accounts", { user_id: userId, ...isian }))).toBe(
      "404 user-tidak-ada",
    );
  expect(await rowsOf(karyawan.caller, `/bank-accounts?user_id=${own.id}`)).toEqual([added]);
  expect(await rowsOf(lain.caller, `/bank-accounts?user_id=${own.id}`)).toEqual([]);
  expect((await rowsOf(karyawan.caller, "/bank-accounts")).map(({ user_id }) => user_id)).not.toContain(
    theirs.id,
  );
});

test("a file changes hands, and with it who sees it", async () => {
  const berkas = await makeBerkas();
  const { karyawan, lain } = pelaku;
  const hand = (petugas: Petugas | undefined) =>
    world.cloud.neon.asOwner("update nasabah set petugas_id = $2 where id = $1", [
      berkas.userId,
      petugas?.orang.id ?? null,
    ]);
  for (const [petugas, them, other] of [
    [karyawan, "all", "none"],
    [lain, "none", "all"],
    [undefined, "none", "none"],
  ] as const) {
    await hand(petugas);
    expect(await seen(karyawan, berkas)).toBe(them);
    expect(await seen(lain, berkas)).toBe(other);
  }
});

describe("a loan", () => {
  test("that waits for somebody shows its customer's file to every karyawan, until it waits no more", async () => {
    const berkas = await makeBerkas();
    const { karyawan, lain, admin } = pelaku;
    const loan = await insertLoan(world, berkas.userId, "submitted");
    for (const petugas of [karyawan, lain]) expect(await seen(petugas, berkas)).toBe("all");
    await loan.set("status = 'review'");
    for (const petugas of [karyawan, lain]) expect(await seen(petugas, berkas)).toBe("none");
    await loan.set(`first_approver_id = ${admin.orang.id}`);
    for (const petugas of [karyawan, lain]) expect(await seen(petugas, berkas)).toBe("all");
    for (const status of ["approved", "rejected", "withdrawn", "disbursed", "active", "closed"]) {
      await loan.set(`status = '${status}'`);
      expect(await seen(lain, berkas), status).toBe("none");
    }
    await loan.remove();
  });

  test("that is assigned shows it to its officer only, until another one has it", async () => {
    const berkas = await makeBerkas();
    const { karyawan, lain } = pelaku;
    const loan = await insertLoan(world, berkas.userId, "review", { officer_id: karyawan.orang.id });
    expect([await seen(karyawan, berkas), await seen(lain, berkas)]).toEqual(["all", "none"]);
    await loan.set(`officer_id = ${lain.orang.id}`);
    expect([await seen(karyawan, berkas), await seen(lain, berkas)]).toEqual(["none", "all"]);
    await loan.set("officer_id = null");
    expect([await seen(karyawan, berkas), await seen(lain, berkas)]).toEqual(["none", "none"]);
    await loan.remove();
  });

  test("of one customer shows nothing of another, and nothing to a nasabah", async () => {
    const [berkas, lainnya] = [await makeBerkas(), await makeBerkas()];
    const { karyawan, tetangga } = pelaku;
    const loan = await insertLoan(world, berkas.userId, "submitted");
    expect(await seen(karyawan, lainnya)).toBe("none");
    expect(await seen(tetangga, berkas)).toBe("none");
    await loan.remove();
  });
});

test("whoever is staff no more loses the files it looked after", async () => {
  const berkas = await makeBerkas();
  const petugas = await makePetugas(world);
  await world.cloud.neon.asOwner("update nasabah set petugas_id = $2 where id = $1", [
    berkas.userId,
    petugas.orang.id,
  ]);
  const loan = await insertLoan(world, berkas.userId, "submitted");
  expect(await seen(petugas, berkas)).toBe("all");
  // The role alone: its token is of another one, and every request says which it is now.
  await world.cloud.neon.asOwner("update akun set peran = 'nasabah' where id = $1", [petugas.orang.id]);
  expect(await seen(petugas, berkas)).toBe("none");
  await loan.remove();
  const path = `/auth/akun/${petugas.orang.id}`;
  await bodyOf(postJson(world, path, { active: false }, pelaku.admin.orang.headers, "PATCH"));
  expect(await refusalAt(petugas.caller.get("/devices"))).toBe("401 token-tidak-sah");
});

test("verifying and consent follow the file too", async () => {
  const berkas = await makeBerkas();
  const { karyawan } = pelaku;
  const verify = () =>
    karyawan.caller.post(`/bank-accounts/${berkas.rows["/bank-accounts"]?.id}/verify`, { verified: true });
  const consent = () =>
    karyawan.caller.post(`/emergency/${berkas.rows["/emergency"]?.id}/consent`, {
      status: "granted",
      method: "call",
      evidence: "rekaman 1",
    });
  const both = async () => [await refusalAt(verify()), await refusalAt(consent())];
  const NONE = ["404 rekening-tidak-ada", "404 kontak-tidak-ada"];
  expect(await both()).toEqual(NONE);
  const loan = await insertLoan(world, berkas.userId, "submitted");
  expect(await both()).toEqual(["200", "200"]);
  await loan.set("status = 'review'");
  expect(await both()).toEqual(NONE);
  await loan.remove();
});
