import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { atOnce, tally } from "../answers.ts";
import { bodyOf, countOf, refusalAt, unik, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { agree, makeContact, makeDevice, type BagianBody } from "../make.ts";
import { testBagian } from "./contoh.ts";
import {
  beforeRoundtrip,
  bukanTeks,
  DITOLAK,
  erase,
  makePemilik,
  panjang,
  rowsOf,
  usePelaku,
  WAKTU,
} from "./pelaku.ts";

const world = useWorld();
const pelaku = usePelaku(world);

const IMEI = "357890123456789";
const KOSONG = {
  device_uuid: null,
  imei: null,
  android_id: null,
  advertising_id: null,
  imsi: null,
  sim_serial: null,
  device_model: null,
  device_brand: null,
  os_version: null,
  app_version: null,
  fcm_token: null,
  last_seen_at: null,
  metadata: null,
};
const teks = (most: number) => ({ sah: [panjang(most), "a", null], tidak: bukanTeks(most) });
const angka = {
  sah: ["1".repeat(14), "1".repeat(16), null],
  tidak: [
    "1".repeat(13),
    "1".repeat(17),
    "",
    " 35789012345678",
    "35789012345678a",
    "٣".repeat(15),
    357890123456789,
  ],
};

testBagian(world, pelaku, {
  path: "/devices",
  table: "devices",
  status: 200,
  isian: () => ({
    imei: IMEI,
    imsi: "510101234567823",
    sim_serial: "8962101234567890115",
    android_id: unik(),
    device_model: "Xiaomi Redmi 9",
    last_seen_at: "2026-11-20T10:00:00+07:00",
    metadata: { rooted: false, layar: "720x1600", ram_mb: 3072.5, sisa: null },
  }),
  menjadi: (isian) => ({
    ...KOSONG,
    ...isian,
    imei: "3578*********89",
    imsi: "51010********23",
    sim_serial: "8962*************15",
    last_seen_at: "2026-11-20T03:00:00.000Z",
    registered_at: WAKTU,
  }),
  ubah: {
    isian: () => ({ sim_serial: "8962109999999999977" }),
    menjadi: { sim_serial: "8962*************77" },
  },
  tetap: ["registered_at"],
  batas: {
    imei: angka,
    imsi: angka,
    sim_serial: {
      sah: ["1".repeat(18), "8962aF".padEnd(22, "0"), null],
      tidak: ["1".repeat(17), "1".repeat(23), "g".repeat(18), ""],
    },
    android_id: teks(64),
    advertising_id: teks(64),
    device_model: teks(100),
    device_brand: teks(100),
    os_version: teks(32),
    app_version: teks(32),
    fcm_token: { sah: ["a", "a".repeat(2000), null], tidak: ["", "a".repeat(2001), "a b", "é", 1] },
    device_uuid: { sah: [null], tidak: ["", "bukan", 1, "0b7c3f0e6f0a4f2e9a513f6d6c1d9a11"] },
    last_seen_at: {
      sah: ["2026-11-20T03:00:00Z", "2026-11-20T03:00:00.123456+07:00", null],
      tidak: ["", "kemarin", "2026-11-20", "2026-11-20T03:00:00", "2026-02-30T00:00:00Z", 1_700_000_000],
    },
    metadata: {
      sah: [{}, null, { a: "" }],
      tidak: [[], "x", { a: { b: 1 } }, { a: [1] }, { "a b": 1 }, { contacts: 1 }],
    },
  },
});

test.each(["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])(
  "a time that no calendar of the database has is refused: %s",
  async (last_seen_at) => {
    const { caller, orang } = pelaku.nasabah;
    const { id } = await makeDevice(world, orang);
    for (const answer of [
      caller.post("/devices", { android_id: "a", last_seen_at }),
      caller.put(`/devices/${id}`, { last_seen_at }),
    ])
      expect(await refusalAt(answer)).toBe(`${DITOLAK} #/last_seen_at`);
  },
);

describe("what tells a device from others", () => {
  test("is an imei, an android_id or an advertising_id: one is enough, none is refused", async () => {
    const { caller } = await makePemilik(world);
    for (const body of [{ imei: IMEI }, { android_id: "a1b2c3" }, { advertising_id: "gaid-xxxxx" }])
      await bodyOf(caller.post("/devices", { ...body, os_version: "11" }));
    const before = await rowsOf(caller, "/devices");
    expect(before).toHaveLength(3);
    for (const body of [
      {},
      { os_version: "11" },
      { imei: null, android_id: null },
      { imsi: "510101234567823", device_uuid: randomUUID() },
    ])
      expect(await refusalAt(caller.post("/devices", body))).toMatch(DITOLAK);
    expect(await rowsOf(caller, "/devices")).toEqual(before);
  });

  test("is not taken away by a change, but may be another one", async () => {
    const { caller } = pelaku.nasabah;
    for (const [nama, nilai] of Object.entries({
      imei: IMEI,
      android_id: "a1b2c3",
      advertising_id: "gaid",
    })) {
      const { id } = await bodyOf<BagianBody>(caller.post("/devices", { [nama]: nilai }));
      const before = await bodyOf(caller.get(`/devices/${id}`));
      for (const body of [{ [nama]: null }, { [nama]: null, imsi: "510101234567823" }])
        expect(await refusalAt(caller.put(`/devices/${id}`, body))).toBe("422 perangkat-tanpa-pengenal #/");
      expect(await bodyOf(caller.get(`/devices/${id}`))).toEqual(before);
      const lain = nama === "android_id" ? "advertising_id" : "android_id";
      const diubah = await bodyOf(caller.put(`/devices/${id}`, { [nama]: null, [lain]: "baru" }));
      expect(diubah).toMatchObject({ [nama]: null, [lain]: "baru" });
    }
  });

  test("an IMEI is found by an index that goes when it goes", async () => {
    const { caller } = pelaku.nasabah;
    const indexOf = async (id: number) =>
      (await world.cloud.neon.asOwner("select imei_segel, imei_indeks from devices where id = $1", [id]))[0];
    const [satu, dua] = [
      await bodyOf<BagianBody>(caller.post("/devices", { imei: IMEI, android_id: "a" })),
      await bodyOf<BagianBody>(caller.post("/devices", { imei: IMEI })),
    ];
    const [a, b] = [await indexOf(satu.id), await indexOf(dua.id)];
    expect(a?.["imei_indeks"]).toMatch(/^[0-9a-f]{64}$/);
    expect(a?.["imei_indeks"]).toBe(b?.["imei_indeks"]);
    expect(a?.["imei_segel"]).not.toBe(b?.["imei_segel"]);
    await bodyOf(caller.put(`/devices/${satu.id}`, { imei: "357890123456780" }));
    expect((await indexOf(satu.id))?.["imei_indeks"]).not.toBe(b?.["imei_indeks"]);
    await bodyOf(caller.put(`/devices/${satu.id}`, { imei: null }));
    expect(await indexOf(satu.id)).toEqual({ imei_segel: null, imei_indeks: null });
  });
});

describe("a device_uuid", () => {
  test("is one device's, however it is written and whoever has it", async () => {
    const { nasabah, tetangga } = pelaku;
    const device_uuid = randomUUID();
    const { id } = await makeDevice(world, nasabah.orang, { device_uuid });
    const other = await makeDevice(world, tetangga.orang);
    const before = await countOf(world, "devices");
    for (const { caller } of [nasabah, tetangga])
      for (const uuid of [device_uuid, device_uuid.toUpperCase()])
        for (const more of [{}, { imei: IMEI }])
          expect(
            await refusalAt(caller.post("/devices", { android_id: "a", device_uuid: uuid, ...more })),
          ).toBe("409 perangkat-terdaftar #/device_uuid");
    expect(await refusalAt(tetangga.caller.put(`/devices/${other.id}`, { device_uuid }))).toBe(
      "409 perangkat-terdaftar #/device_uuid",
    );
    expect(await countOf(world, "devices")).toBe(before);
    await bodyOf(nasabah.caller.put(`/devices/${id}`, { device_uuid }));
    expect((await nasabah.caller.delete(`/devices/${id}`)).status).toBe(204);
    expect(await bodyOf(tetangga.caller.put(`/devices/${other.id}`, { device_uuid }))).toMatchObject({
      device_uuid,
    });
  });

  test("is registered once, by twenty at once", async () => {
    const { caller } = pelaku.nasabah;
    const device_uuid = randomUUID();
    const answers = await atOnce(20, () =>
      refusalAt(caller.post("/devices", { android_id: "a", device_uuid })),
    );
    expect(tally(answers)).toEqual({ "200": 1, "409 perangkat-terdaftar #/device_uuid": 19 });
  });
});

test("a device that goes takes its push token along, and leaves what came from it", async () => {
  const { orang, caller, userId } = await makePemilik(world);
  const { id: device_id } = await makeDevice(world, orang);
  await bodyOf(caller.post("/notifications", { fcm_token: unik(), device_id }), 201);
  const kontak = await makeContact(world, orang, userId, { device_id });
  await agree(world, userId, ["analytics"]);
  await bodyOf(caller.post("/telemetry", { event_name: "a", device_id }), 201);
  await bodyOf(caller.post("/crash-reports", { title: "a", stacktrace: "b", device_id }), 201);
  expect((await caller.delete(`/devices/${device_id}`)).status).toBe(204);
  expect(await rowsOf(caller, "/notifications")).toEqual([]);
  expect(await rowsOf(caller, `/emergency/${userId}`)).toEqual([
    { ...kontak, device_id: null, updated_at: WAKTU },
  ]);
  for (const path of ["/telemetry", "/crash-reports"])
    expect(await rowsOf(caller, path)).toMatchObject([{ device_id: null }]);
});

test("the audit names what was done to a device, and nothing that is sealed or personal", async () => {
  const { caller, orang } = pelaku.nasabah;
  let id = 0;
  const device_uuid = randomUUID();
  const rows = await written(world, async () => {
    ({ id } = await makeDevice(world, orang, { imei: IMEI, device_uuid }));
    await bodyOf(caller.put(`/devices/${id}`, { imei: "357890123456780", os_version: "12" }));
    await caller.get(`/devices/${id}`);
    await caller.delete(`/devices/${id}`);
  });
  expect(rows.map(({ aksi, pelaku: by, id: sasaran }) => [aksi, by, sasaran])).toEqual(
    ["devices.buat", "devices.ubah", "devices.hapus"].map((aksi) => [aksi, `akun:${orang.id}`, String(id)]),
  );
  expect(rows[1]?.rincian).toEqual({ kolom: ["imei", "os_version"] });
  expect(JSON.stringify(rows)).not.toMatch(/3578901234|k\.[\w-]{16}\./);
});

describe("a customer who is erased between the two roundtrips", () => {
  test("gets no device any more", async () => {
    const { caller, userId } = await makePemilik(world);
    beforeRoundtrip(world, 2, () => erase(world, userId));
    expect(await refusalAt(pelaku.admin.caller.post("/devices", { user_id: userId, imei: IMEI }))).toBe(
      "404 user-tidak-ada",
    );
    expect(await refusalAt(caller.get("/devices"))).toBe("401 token-tidak-sah");
    const rows = await world.cloud.neon.asOwner("select id from devices where user_id = $1", [userId]);
    expect(rows).toEqual([]);
  });

  test("has no device that could be changed", async () => {
    const { orang, userId } = await makePemilik(world);
    const { id } = await makeDevice(world, orang);
    beforeRoundtrip(world, 2, () => erase(world, userId));
    expect(await refusalAt(pelaku.admin.caller.put(`/devices/${id}`, { imei: IMEI }))).toBe(
      "404 perangkat-tidak-ada",
    );
    expect(await world.cloud.neon.asOwner("select id from devices where user_id = $1", [userId])).toEqual([]);
  });
});
