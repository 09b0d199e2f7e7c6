import { beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atasNama, bodyOf, countOf, refusalAt } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { agree, makeDevice, makePegawai } from "../make.ts";
import {
  DITOLAK,
  erase,
  makePemilik,
  makePetugas,
  pageOf,
  panjang,
  rowsOf,
  TERLARANG,
  usePelaku,
  USER_TIDAK_ADA,
  WAKTU,
} from "./pelaku.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
const pelaku = usePelaku(world);

/** A customer who agreed to being recorded. */
async function makeSetuju() {
  const pemilik = await makePemilik(world);
  await agree(world, pemilik.userId, ["analytics"]);
  return pemilik;
}
beforeAll(async () => {
  const { nasabah, tetangga, titipan } = pelaku;
  for (const userId of [nasabah.userId, tetangga.userId, titipan]) await agree(world, userId, ["analytics"]);
});

const PATH = "/telemetry";
const events = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, n) => ({ event_name: `e${n}`, ...more }));

describe("events", () => {
  test("come alone or together, a nasabah's into its own file and staff's into one it looks after", async () => {
    const { admin, karyawan, titipan } = pelaku;
    const pemilik = await makeSetuju();
    for (const [{ caller }, userId, more] of [
      [pemilik, pemilik.userId, {}],
      [pemilik, pemilik.userId, { user_id: pemilik.userId }],
      [admin, pemilik.userId, { user_id: pemilik.userId }],
      [karyawan, titipan, { user_id: titipan }],
    ] as const) {
      const before = (await rowsOf(caller, `${PATH}?user_id=${userId}`)).length;
      const satu = {
        event_name: "screen_view",
        event_props: { screen: "home", ms: 1.5, ok: true, sisa: null },
      };
      expect(await bodyOf(caller.post(PATH, { ...satu, ...more }), 201)).toEqual({ accepted: 1 });
      expect(await bodyOf(caller.post(`${PATH}/`, { events: events(2), ...more }), 201)).toEqual({
        accepted: 2,
      });
      const rows = await rowsOf(caller, `${PATH}?user_id=${userId}`);
      expect(rows.slice(0, rows.length - before)).toEqual(
        [{ event_name: "e1" }, { event_name: "e0" }, satu].map((event) => ({
          id: expect.any(Number),
          user_id: userId,
          device_id: null,
          event_props: {},
          ...event,
          created_at: WAKTU,
        })),
      );
    }
  });

  test("up to a hundred are one statement in one roundtrip", async () => {
    const { caller } = await makeSetuju();
    const { neon } = world.cloud;
    const inserts: number[] = [];
    neon.faults.next({ kind: "refuse" }, 1, ({ body }) => {
      const { queries } = JSON.parse(body.toString()) as { queries: { query: string }[] };
      inserts.push(queries.filter(({ query }) => query.startsWith("insert into")).length);
      return false;
    });
    const before = neon.requests;
    expect(await bodyOf(caller.post(PATH, { events: events(100) }), 201)).toEqual({ accepted: 100 });
    expect([neon.requests - before, inserts]).toEqual([1, [1]]);
    const rows = await rowsOf(caller, PATH);
    expect(rows.map((row) => row["event_name"])).toEqual(events(100).map((_, n) => `e${99 - n}`));
  });

  test("are all written or none", async () => {
    const { nasabah, tetangga } = pelaku;
    const [own, other] = [await makeDevice(world, nasabah.orang), await makeDevice(world, tetangga.orang)];
    const before = await countOf(world, "telemetry_events");
    const many = events(99, { device_id: own.id });
    for (const [last, refusal] of [
      [{ event_name: "a", device_id: other.id }, "422 perangkat-tidak-dikenal #/device_id"],
      [{ event_name: "a", device_id: 999_999 }, "422 perangkat-tidak-dikenal #/device_id"],
      [{ event_name: "a b" }, DITOLAK],
      [{ event_name: "a", event_props: { contacts: "x" } }, DITOLAK],
      [{ event_name: "a", user_id: nasabah.userId }, DITOLAK],
    ] as const)
      expect(await refusalAt(nasabah.caller.post(PATH, { events: [...many, last] }))).toMatch(refusal);
    for (const body of [{ events: [] }, { events: events(101) }, { events: events(1), event_name: "a" }, {}])
      expect(await refusalAt(nasabah.caller.post(PATH, body))).toMatch(DITOLAK);
    expect(await countOf(world, "telemetry_events")).toBe(before);
    const mixed = [...many, { event_name: "tanpa" }, { event_name: "kosong", device_id: null }].slice(1);
    expect(await bodyOf(nasabah.caller.post(PATH, { events: mixed }), 201)).toEqual({ accepted: 100 });
    expect(await rowsOf(nasabah.caller, `${PATH}?limit=3`)).toMatchObject([
      { device_id: null },
      { device_id: null },
      { device_id: own.id },
    ]);
  });

  test("of a hundred may each say as much as one may", async () => {
    const { caller } = pelaku.nasabah;
    const event_props = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`p${n}`, n]));
    expect(await bodyOf(caller.post(PATH, { events: events(100, { event_props }) }), 201)).toEqual({
      accepted: 100,
    });
  });

  test("go into no file that is not there, or not the caller's", async () => {
    const { admin, karyawan, lain, nasabah, tetangga, titipan } = pelaku;
    const terhapus = await makeSetuju();
    await erase(world, terhapus.userId);
    const { id_user: pegawai } = await makePegawai(world);
    const before = await countOf(world, "telemetry_events");
    for (const [{ caller }, user_id] of [
      [nasabah, tetangga.userId],
      [karyawan, nasabah.userId],
      [lain, titipan],
      [admin, pegawai],
      [admin, terhapus.userId],
      [admin, 999_999],
    ] as const)
      for (const body of [{ event_name: "a" }, { events: events(3) }])
        expect(await refusalAt(caller.post(PATH, { ...body, user_id }))).toBe(USER_TIDAK_ADA);
    const tanpaBerkas = await makePetugas(world, "nasabah");
    expect(await refusalAt(tanpaBerkas.caller.post(PATH, { event_name: "a" }))).toBe(USER_TIDAK_ADA);
    for (const body of [{ event_name: "a" }, { events: events(2) }]) {
      expect(await refusalAt(admin.caller.post(PATH, body))).toBe("422 user-id-wajib #/user_id");
      expect(await refusalAt(atasNama(world).post(PATH, body))).toBe("401 token-tidak-sah");
    }
    expect(await countOf(world, "telemetry_events")).toBe(before);
    expect(await rowsOf(nasabah.caller, `${PATH}?user_id=${tetangga.userId}`)).toEqual([]);
  });

  test("have names and fields within limits, and none that the rules forbid", async () => {
    const { caller } = pelaku.nasabah;
    const before = await countOf(world, "telemetry_events");
    for (const event_name of ["", panjang(65), "a b", "é", null, 1, []])
      for (const body of [{ event_name }, { events: [{ event_name }] }])
        expect(await refusalAt(caller.post(PATH, body)), JSON.stringify(body)).toMatch(DITOLAK);
    for (const nama of [...TERLARANG, "created_at", "id", "props"])
      for (const more of [{ [nama]: [] }, { [nama]: 1 }, { event_props: { [nama]: 1 } }]) {
        if ("event_props" in more && !TERLARANG.includes(nama)) continue;
        for (const body of [
          { event_name: "a", ...more },
          { events: events(1, more) },
          { events: events(1), ...more },
        ])
          expect(await refusalAt(caller.post(PATH, body)), JSON.stringify(body)).toMatch(DITOLAK);
      }
    expect(await countOf(world, "telemetry_events")).toBe(before);
    for (const event_name of ["a", panjang(64), "a.b:c-d_E9"])
      await bodyOf(caller.post(PATH, { event_name }), 201);
  });

  test("hold nothing that could tell of a person", async () => {
    const { caller } = await makeSetuju();
    const catatan = "siti@example.com 081234567890 3201010101900001 357890123456789 eyJhbGci.eyJzdWIi.sig";
    const event = { event_name: "a", event_props: { catatan } };
    await bodyOf(caller.post(PATH, event), 201);
    await bodyOf(caller.post(PATH, { events: [event] }), 201);
    const bersih = { event_props: { catatan: "[email] [telepon] [nomor] [nomor] [token]" } };
    expect(await rowsOf(caller, PATH)).toMatchObject([bersih, bersih]);
  });
});

describe("a list of events", () => {
  test("is narrowed by name and time, from its beginning to before its end, and leads on within that", async () => {
    const pemilik = await makeSetuju();
    const { caller } = pemilik;
    const times: string[] = [];
    for (const event_name of ["a", "b", "a", "a"]) {
      clock.advance(1_000);
      times.push(new Date(clock.now()).toISOString());
      await bodyOf(caller.post(PATH, { event_name }), 201);
    }
    await bodyOf(pelaku.tetangga.caller.post(PATH, { event_name: "a" }), 201);
    const all = (await rowsOf(caller, PATH)).map(({ id }) => id).toReversed();
    const found = async (query: string) =>
      (await rowsOf(pelaku.admin.caller, `${PATH}?user_id=${pemilik.userId}&${query}`))
        .map(({ id }) => all.indexOf(id))
        .toReversed();
    const [t0 = "", t1 = "", t2 = "", t3 = ""] = times;
    expect(await found("")).toEqual([0, 1, 2, 3]);
    expect(await found("event_name=a")).toEqual([0, 2, 3]);
    expect(await found("event_name=A")).toEqual([]);
    expect(await found(`from=${t1}`)).toEqual([1, 2, 3]);
    expect(await found(`to=${t1}`)).toEqual([0]);
    expect(await found(`from=${t1}&to=${t3}`)).toEqual([1, 2]);
    expect(await found(`from=${t1}&to=${t3}&event_name=a`)).toEqual([2]);
    expect(await found(`from=${t2}&to=${t0}`)).toEqual([]);
    const jakarta = new Date(Date.parse(t1) + 7 * 3_600_000).toISOString().replace("Z", "%2B07:00");
    expect(await found(`from=${jakarta}`)).toEqual([1, 2, 3]);
    const first = await pageOf(caller, `${PATH}?event_name=a&from=${t0}&limit=2`);
    const second = await pageOf(caller, `${PATH}${first.next}`);
    expect([first.ids, second.ids].map((ids) => ids.map((id) => all.indexOf(id)))).toEqual([[3, 2], [0]]);
  });

  test.each([
    "event_name=",
    "event_name=a%20b",
    "from=kemarin",
    "from=2026-11-20",
    "to=2026-11-20T00:00:00",
    "to=2026-02-30T00:00:00Z",
    "from=",
    "limit=101",
    "device_id=1",
    "to=0000-01-01T00:00:00Z",
    "from=0001-01-01T00:00:00%2B14:00",
    "to=9999-12-31T23:59:59-14:00",
  ])("is not narrowed by %s", async (query) => {
    expect(await refusalAt(pelaku.admin.caller.get(`${PATH}?${query}`))).toMatch(DITOLAK);
  });

  test("is all there is: no event is read, changed or removed alone", async () => {
    const { caller } = pelaku.nasabah;
    await bodyOf(caller.post(PATH, { event_name: "a" }), 201);
    const id = (await rowsOf(caller, PATH))[0]?.id;
    for (const answer of [
      caller.get(`${PATH}/${id}`),
      caller.put(`${PATH}/${id}`, {}),
      caller.delete(`${PATH}/${id}`),
    ])
      expect((await answer).status).toBe(404);
  });
});

test("nothing is recorded of who has not agreed to it, or does no more", async () => {
  const { admin } = pelaku;
  const { caller, userId } = await makePemilik(world);
  const refused = async (by: typeof caller, body: object) => {
    expect(await refusalAt(by.post(PATH, body))).toBe("409 belum-setuju-analitik");
    expect(await countOf(world, `telemetry_events where user_id = ${userId}`)).toBe(count);
  };
  let count = 0;
  await agree(world, userId);
  await refused(caller, { event_name: "a" });
  await refused(admin.caller, { user_id: userId, events: events(3) });
  const agreed = { purpose: "analytics", text_version: 1 };
  const { id } = await bodyOf<{ id: number }>(caller.post("/consents", agreed), 201);
  await bodyOf(caller.post(PATH, { event_name: "a" }), 201);
  count = 1;
  expect((await caller.delete(`/consents/${id}`)).ok).toBe(true);
  await refused(caller, { events: events(2) });
});
