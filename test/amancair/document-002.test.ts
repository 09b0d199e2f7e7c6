import { beforeAll, describe, expect, test } from "vitest";
import { atasNama, bodyOf, refusalAt, type Caller } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, type Orang } from "../make.ts";
import { WAKTU } from "./pelaku.ts";

// The requests of document 002, and of the schema it refers to, as printed; with a token.

const BUDI = '{"name":"Budi","phone":"+628123456789","email":"budi@example.com"}';
const SITI = '{"contact_name":"Siti","contact_phone":"+628111222333","relation":"spouse","is_primary":true}';
const PERANGKAT =
  '{"user_id":1,"imei":"357890123456789","android_id":"a1b2c3","advertising_id":"gaid-xxxxx","device_model":"Xiaomi Redmi 9","os_version":"11"}';
const REKENING =
  '{"user_id":1,"bank_name":"BCA","account_number":"1234567890","account_holder":"Budi Santoso"}';
const BUDI_NIK =
  '{"name":"Budi","phone":"+628123456789","email":"budi@example.com","national_id":"1234567890123456"}';

describe.each([
  ["admin", "/"],
  ["admin", ""],
  ["nasabah", "/"],
  ["nasabah", ""],
  ["karyawan", "/"],
  ["karyawan", ""],
] as const)("document 002 on a fresh machine, as %s, with paths that end in %j", (role, slash) => {
  const world = useWorld();
  let orang: Orang;
  let caller: Caller;
  beforeAll(async () => {
    orang = await makeAkun(world, role);
    caller = atasNama(world, orang);
  });
  const post = (path: string, body: string) =>
    bodyOf<{ id: number }>(world.request(path + slash, { method: "POST", headers: orang.headers, body }));

  test("a customer, a contact, all contacts: the three printed requests, one after the other", async () => {
    const budi = await post("/users", BUDI);
    expect(budi).toEqual({
      id: 1,
      external_user_id: expect.any(String),
      name: "Budi",
      phone: "+6281*****789",
      email: "budi@example.com",
      dob: null,
      gender: null,
      national_id: null,
      created_at: WAKTU,
      updated_at: WAKTU,
    });
    expect(await bodyOf(caller.get(`/users/1${slash}`))).toEqual(budi);
    const siti = await post("/emergency/1", SITI);
    expect(siti).toMatchObject({
      id: 1,
      user_id: 1,
      contact_name: "Siti",
      contact_phone: "+6281*****333",
      relation: "spouse",
      is_primary: true,
      created_at: WAKTU,
    });
    const headers = { authorization: orang.headers["authorization"] ?? "" };
    expect(await bodyOf(world.request(`/emergency/1${slash}`, { headers }))).toEqual([siti]);
  });

  test("a device and a bank account, as the schema prints them", async () => {
    const perangkat = await post("/devices", PERANGKAT);
    expect(perangkat).toMatchObject({
      id: 1,
      user_id: 1,
      imei: "3578*********89",
      android_id: "a1b2c3",
      advertising_id: "gaid-xxxxx",
      sim_serial: null,
      device_model: "Xiaomi Redmi 9",
      os_version: "11",
      registered_at: WAKTU,
    });
    expect(await bodyOf(caller.get(`/devices${slash}?user_id=1`))).toEqual([perangkat]);
    const answer = await world.request(`/bank-accounts${slash}`, {
      method: "POST",
      headers: orang.headers,
      body: REKENING,
    });
    const rekening = await bodyOf(Promise.resolve(answer), 201);
    expect(rekening).toMatchObject({
      user_id: 1,
      bank_name: "BCA",
      account_number: "******7890",
      account_holder: "Budi Santoso",
      verified: false,
    });
    expect(await bodyOf(caller.get(`/bank-accounts${slash}?user_id=1`))).toEqual([rekening]);
  });
});

describe.each(["admin", "nasabah", "karyawan"] as const)("a NIK that is no real one, as %s", (role) => {
  const world = useWorld();

  test("is taken, masked, and waits for a person to look at it", async () => {
    const orang = await makeAkun(world, role);
    const budi = await bodyOf(
      world.request("/users/", { method: "POST", headers: orang.headers, body: BUDI_NIK }),
    );
    expect(budi).toMatchObject({
      id: 1,
      name: "Budi",
      phone: "+6281*****789",
      national_id: "1234********3456",
    });
    expect(await bodyOf(atasNama(world, orang).get("/users/1"))).toEqual(budi);
    const [row] = await world.cloud.neon.asOwner("select nik_flag from nasabah where id = 1");
    expect(row?.["nik_flag"]).not.toBeNull();
  });
});

describe("the doors that the document left open", () => {
  const world = useWorld();

  test("need a token", async () => {
    for (const [path, body] of [
      ["/users/", BUDI],
      ["/emergency/1", SITI],
      ["/devices/", PERANGKAT],
      ["/bank-accounts/", REKENING],
    ] as const) {
      const headers = { "content-type": "application/json" };
      expect(await refusalAt(world.request(path, { method: "POST", headers, body }))).toBe(
        "401 token-tidak-sah",
      );
      expect(await refusalAt(world.request(path))).toBe("401 token-tidak-sah");
    }
    expect(await world.cloud.neon.asOwner("select id from nasabah")).toEqual([]);
  });
});
