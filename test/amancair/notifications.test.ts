import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atOnce } from "../answers.ts";
import { bodyOf, refusalAt, unik } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeDevice, type BagianBody } from "../make.ts";
import { testBagian } from "./contoh.ts";
import { makePemilik, rowsOf, usePelaku, WAKTU } from "./pelaku.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
const pelaku = usePelaku(world);

testBagian(world, pelaku, {
  path: "/notifications",
  table: "notifications",
  status: 201,
  isian: () => ({ fcm_token: unik() }),
  menjadi: (isian) => ({ ...isian, device_id: null, last_registered_at: WAKTU }),
  tetap: ["last_registered_at"],
  batas: {
    fcm_token: { sah: ["a", "a".repeat(2000)], tidak: ["", "a".repeat(2001), "a b", "é", 1, null] },
    device_id: { sah: [null], tidak: [0, -1, 1.5, "1", 2 ** 53] },
  },
});

test("a token may be as long as the document says, also when it does not compress", async () => {
  const { caller } = await makePemilik(world);
  const fcm_token = randomBytes(1500).toString("base64url");
  const row = await bodyOf<BagianBody>(caller.post("/notifications", { fcm_token }), 201);
  expect(row["fcm_token"]).toBe(fcm_token);
  expect((await bodyOf<BagianBody>(caller.post("/notifications", { fcm_token }), 201)).id).toBe(row.id);
});

describe("the same token again", () => {
  test("is the same row, registered now", async () => {
    const { caller, orang } = await makePemilik(world);
    const { id: device_id } = await makeDevice(world, orang);
    const fcm_token = unik();
    const row = await bodyOf<BagianBody>(caller.post("/notifications", { fcm_token, device_id }), 201);
    clock.advance(1_000);
    const again = await bodyOf(caller.post("/notifications", { fcm_token, device_id }), 201);
    const last_registered_at = new Date(clock.now()).toISOString();
    expect(again).toEqual({ ...row, last_registered_at });
    expect(await rowsOf(caller, "/notifications")).toEqual([again]);
  });

  test("is of the device that registered it last", async () => {
    const { caller, orang } = await makePemilik(world);
    const [satu, dua] = [await makeDevice(world, orang), await makeDevice(world, orang)];
    const fcm_token = unik();
    for (const device_id of [satu.id, dua.id])
      expect(await bodyOf(caller.post("/notifications", { fcm_token, device_id }), 201)).toMatchObject({
        device_id,
      });
    expect(await rowsOf(caller, "/notifications")).toHaveLength(1);
  });

  test("by twenty at once is one row", async () => {
    const { caller } = await makePemilik(world);
    const fcm_token = unik();
    const rows = await atOnce(20, () =>
      bodyOf<BagianBody>(caller.post("/notifications", { fcm_token }), 201),
    );
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
    expect(await rowsOf(caller, "/notifications")).toHaveLength(1);
  });

  test("of another customer is that one's now: the phone has changed hands", async () => {
    const { nasabah, tetangga } = pelaku;
    const fcm_token = unik();
    const ids = [];
    for (const { caller } of [nasabah, tetangga])
      ids.push((await bodyOf<BagianBody>(caller.post("/notifications", { fcm_token }), 201)).id);
    expect(new Set(ids).size).toBe(2);
    expect((await nasabah.caller.get(`/notifications/${ids[0]}`)).status).toBe(404);
    expect((await tetangga.caller.get(`/notifications/${ids[1]}`)).status).toBe(200);
  });
});

test("a token is of a device of the same customer, or of none; also when it is renewed", async () => {
  const { nasabah, tetangga } = pelaku;
  const { id: device_id } = await makeDevice(world, tetangga.orang);
  const fcm_token = unik();
  const row = await bodyOf(nasabah.caller.post("/notifications", { fcm_token }), 201);
  for (const token of [fcm_token, unik()])
    expect(await refusalAt(nasabah.caller.post("/notifications", { fcm_token: token, device_id }))).toBe(
      "422 perangkat-tidak-dikenal #/device_id",
    );
  expect((await rowsOf(nasabah.caller, "/notifications"))[0]).toEqual(row);
});
