import { describe, expect, test } from "vitest";
import { bodyOf, unik } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import {
  agree,
  makeAddress,
  makeBankAccount,
  makeConsent,
  makeContact,
  makeDevice,
  makeEmployment,
  randomDigits,
  randomPhone,
  type BagianBody,
} from "../make.ts";
import { makePemilik, roundtripsOf, rowsOf, usePelaku } from "./pelaku.ts";

const world = useWorld();
const pelaku = usePelaku(world);
const roundtrips = (deed: () => Promise<Response>) => roundtripsOf(world, deed);

const IMEI = "357890123456789";

describe("one roundtrip", () => {
  test("is a read: a list, one row, with sealed values and without", async () => {
    const { orang, caller, userId } = await makePemilik(world);
    const ids = {
      devices: (await makeDevice(world, orang, { imei: IMEI, imsi: "510101234567823" })).id,
      addresses: (await makeAddress(world, orang)).id,
      "bank-accounts": (await makeBankAccount(world, orang)).id,
      employment: (await makeEmployment(world, orang)).id,
      consents: (await makeConsent(world, orang)).id,
      notifications: (await bodyOf<BagianBody>(caller.post("/notifications", { fcm_token: unik() }), 201)).id,
      "crash-reports": (
        await bodyOf<BagianBody>(caller.post("/crash-reports", { title: "a", stacktrace: "b" }), 201)
      ).id,
    };
    await makeContact(world, orang, userId);
    for (const [nama, id] of Object.entries(ids))
      for (const by of [caller, pelaku.admin.caller])
        for (const path of [`/${nama}`, `/${nama}?user_id=${userId}`, `/${nama}/${id}`])
          expect(await roundtrips(() => by.get(path)), path).toBe(1);
    for (const path of [`/emergency/${userId}`, "/telemetry?event_name=a", "/consent-texts"])
      expect(await roundtrips(() => caller.get(path)), path).toBe(1);
  });

  test("is a write of what is not sealed, also beside something that is", async () => {
    const { orang, caller, userId } = await makePemilik(world);
    const device = await makeDevice(world, orang, { imei: IMEI });
    const account = await makeBankAccount(world, orang);
    const contact = await makeContact(world, orang, userId);
    await agree(world, userId, ["analytics"]);
    const deeds: [string, () => Promise<Response>][] = [
      ["device", () => caller.post("/devices", { android_id: "a", imei: null })],
      ["device", () => caller.put(`/devices/${device.id}`, { os_version: "12", imsi: null })],
      ["device", () => caller.delete(`/devices/${device.id}`)],
      ["address", () => caller.post("/addresses", { type: "home", address_line: "a", city: "b" })],
      ["employment", () => caller.post("/employment", { income_monthly: 1, employment_type: "other" })],
      ["account", () => caller.put(`/bank-accounts/${account.id}`, { bank_name: "BNI" })],
      ["account", () => caller.delete(`/bank-accounts/${account.id}`)],
      ["contact", () => caller.put(`/emergency/${contact.id}`, { is_primary: true })],
      ["contact", () => caller.delete(`/emergency/${contact.id}`)],
      ["event", () => caller.post("/telemetry", { event_name: "a" })],
      ["crash", () => caller.post("/crash-reports", { title: "a", stacktrace: "b" })],
      ["token", () => caller.post("/notifications", { fcm_token: "a" })],
      ["token again", () => caller.post("/notifications", { fcm_token: "a" })],
      ["consent", () => caller.post("/consents", { purpose: "kyc", text_version: 1 })],
    ];
    for (const [nama, deed] of deeds) expect(await roundtrips(deed), nama).toBe(1);
    const [address] = await rowsOf(caller, "/addresses");
    expect(await roundtrips(() => caller.put(`/addresses/${address?.id}`, { city: "c" }))).toBe(1);
    expect(await roundtrips(() => caller.delete(`/addresses/${address?.id}`))).toBe(1);
  });
});

describe("two roundtrips", () => {
  test("are a write of something sealed: one for the file's key", async () => {
    const { orang, caller, userId } = await makePemilik(world);
    const device = await makeDevice(world, orang);
    const account = await makeBankAccount(world, orang);
    const contact = await makeContact(world, orang, userId);
    const rekening = { bank_name: "BCA", account_number: randomDigits(), account_holder: "Budi" };
    for (const by of [caller, pelaku.admin.caller])
      for (const deed of [
        () => by.post("/devices", { user_id: userId, imei: IMEI, imsi: "510101234567823" }),
        () => by.put(`/devices/${device.id}`, { imei: IMEI, sim_serial: "8962101234567890115" }),
        () => by.post("/bank-accounts", { user_id: userId, ...rekening, account_number: randomDigits() }),
        () => by.put(`/bank-accounts/${account.id}`, { account_number: randomDigits() }),
        () => by.post(`/emergency/${userId}`, { contact_name: "a", contact_phone: randomPhone() }),
        () => by.put(`/emergency/${contact.id}`, { contact_phone: randomPhone() }),
      ])
        expect(await roundtrips(deed)).toBe(2);
  });

  test("are a deed of staff on something sealed, and a withdrawal, which are read again for the answer", async () => {
    const { orang, caller, userId } = await makePemilik(world);
    const { admin } = pelaku;
    const [account, contact] = [await makeBankAccount(world, orang), await makeContact(world, orang, userId)];
    const consent = await makeConsent(world, orang);
    const said = { status: "granted", method: "call", evidence: "rekaman 1" };
    for (const deed of [
      () => admin.caller.post(`/bank-accounts/${account.id}/verify`, { verified: true }),
      () => admin.caller.post(`/emergency/${contact.id}/consent`, said),
      () => caller.delete(`/consents/${consent.id}`),
    ])
      expect(await roundtrips(deed)).toBeLessThanOrEqual(2);
  });
});

describe("a file from before there were data keys", () => {
  const withoutKey = async () => {
    const pemilik = await makePemilik(world, { phone: null, national_id: null });
    await world.cloud.neon.asOwner("update nasabah set kunci = null where id = $1", [pemilik.userId]);
    const keyOf = async () =>
      (await world.cloud.neon.asOwner("select kunci from nasabah where id = $1", [pemilik.userId]))[0]?.[
        "kunci"
      ];
    return { ...pemilik, keyOf };
  };

  test("gets its key with the first thing that is sealed in it, in the same two roundtrips", async () => {
    const { caller, keyOf } = await withoutKey();
    expect(await roundtrips(() => caller.post("/devices", { android_id: "a" }))).toBe(1);
    expect(await keyOf()).toBeNull();
    expect(await roundtrips(() => caller.post("/devices", { imei: IMEI }))).toBe(2);
    const kunci = await keyOf();
    expect(kunci).toEqual(expect.any(String));
    await bodyOf(caller.post("/devices", { imei: IMEI }));
    expect(await keyOf()).toBe(kunci);
    const imeis = (await rowsOf(caller, "/devices")).map(({ imei }) => imei);
    expect(imeis).toEqual(["3578*********89", "3578*********89", null]);
  });

  test("gets it also with a change, by whoever makes it", async () => {
    for (const by of ["own", "admin"]) {
      const { caller, orang, keyOf } = await withoutKey();
      const { id } = await makeDevice(world, orang);
      const who = by === "own" ? caller : pelaku.admin.caller;
      expect(await roundtrips(() => who.put(`/devices/${id}`, { imei: IMEI }))).toBe(2);
      expect(await keyOf()).toEqual(expect.any(String));
      expect(await bodyOf(caller.get(`/devices/${id}`))).toMatchObject({ imei: "3578*********89" });
    }
  });

  test("gets one only, with several things at once: what came too late is refused, and may come again", async () => {
    const { caller, keyOf } = await withoutKey();
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await caller.post("/devices", { imei: IMEI })).status),
    );
    expect(new Set([...answers, 200, 503])).toEqual(new Set([200, 503]));
    expect(await keyOf()).toEqual(expect.any(String));
    const rows = await rowsOf(caller, "/devices");
    expect(rows).toHaveLength(answers.filter((status) => status === 200).length);
    expect(rows.length).toBeGreaterThan(0);
    for (const { imei } of rows) expect(imei).toBe("3578*********89");
  });
});
