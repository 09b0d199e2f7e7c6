import { expect, test } from "vitest";
import { bodyOf, refusalAt } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeDevice } from "../make.ts";
import { testBagian } from "./contoh.ts";
import { bukanTeks, makePemilik, panjang, rowsOf, usePelaku, WAKTU } from "./pelaku.ts";

const world = useWorld();
const pelaku = usePelaku(world);

testBagian(world, pelaku, {
  path: "/crash-reports",
  table: "crash_reports",
  status: 201,
  isian: () => ({ title: "NullPointerException", stacktrace: "at a.b(C.kt:42)\n\tat d.e" }),
  menjadi: (isian) => ({ ...isian, device_id: null, metadata: {}, reported_at: WAKTU }),
  tetap: ["reported_at"],
  tanpaHapus: true,
  batas: {
    title: { sah: ["a", panjang(200)], tidak: [...bukanTeks(200), null] },
    stacktrace: { sah: ["a", panjang(16_000)], tidak: [...bukanTeks(16_000), null] },
    metadata: {
      sah: [{}, { layar: "home", ms: 1.5, ok: true, sisa: null }],
      tidak: [null, [], { a: {} }, { sms: 1 }],
    },
    device_id: { sah: [null], tidak: [0, -1, 1.5, "1", 2 ** 53] },
  },
});

test("holds nothing that could tell of a person", async () => {
  const { caller } = pelaku.nasabah;
  const kotor = "siti@example.com 081234567890 3201010101900001 357890123456789 eyJhbGci.eyJzdWIi.sig";
  const bersih = "[email] [telepon] [nomor] [nomor] [token]";
  const row = await bodyOf(
    caller.post("/crash-reports", { title: kotor, stacktrace: `at x\n${kotor}`, metadata: { layar: kotor } }),
    201,
  );
  expect(row).toMatchObject({ title: bersih, stacktrace: `at x\n${bersih}`, metadata: { layar: bersih } });
  const [stored] = await world.cloud.neon.asOwner(
    "select to_jsonb(c)::text as row from crash_reports c order by id desc limit 1",
  );
  expect(stored?.["row"]).not.toMatch(/siti@|0812345|32010101|35789012|eyJ/);
});

test("comes from a device of the same customer, or from none", async () => {
  const { nasabah, tetangga, admin } = pelaku;
  const [own, other] = [await makeDevice(world, nasabah.orang), await makeDevice(world, tetangga.orang)];
  const isian = { title: "a", stacktrace: "b" };
  const row = await bodyOf(nasabah.caller.post("/crash-reports", { ...isian, device_id: own.id }), 201);
  expect(row).toMatchObject({ device_id: own.id });
  const before = await rowsOf(nasabah.caller, "/crash-reports");
  for (const [{ caller }, device_id] of [
    [nasabah, other.id],
    [nasabah, 999_999],
    [admin, other.id],
  ] as const)
    expect(
      await refusalAt(caller.post("/crash-reports", { ...isian, user_id: nasabah.userId, device_id })),
    ).toBe("422 perangkat-tidak-dikenal #/device_id");
  expect(await rowsOf(nasabah.caller, "/crash-reports")).toEqual(before);
});

test("is neither changed nor removed", async () => {
  const { caller } = await makePemilik(world);
  const { id } = await bodyOf<{ id: number }>(
    caller.post("/crash-reports", { title: "a", stacktrace: "b" }),
    201,
  );
  for (const answer of [
    caller.put(`/crash-reports/${id}`, { title: "c" }),
    caller.delete(`/crash-reports/${id}`),
  ])
    expect((await answer).status).toBe(405);
  expect(await rowsOf(caller, "/crash-reports")).toMatchObject([{ id, title: "a" }]);
});
