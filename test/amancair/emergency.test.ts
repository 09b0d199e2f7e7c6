import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atOnce, tally } from "../answers.ts";
import { atasNama, bodyOf, countOf, refusalAt, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeContact, makeDevice, makePegawai, randomPhone, type BagianBody } from "../make.ts";
import {
  beforeRoundtrip,
  bukanTeks,
  DITOLAK,
  erase,
  makePemilik,
  makePetugas,
  pageOf,
  panjang,
  rowsOf,
  stateOf,
  TERLARANG,
  usePelaku,
  USER_TIDAK_ADA,
  WAKTU,
  type Petugas,
} from "./pelaku.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
const pelaku = usePelaku(world);

const SITI = { contact_name: "Siti", contact_phone: "+628111222333", relation: "spouse", is_primary: true };
const TIDAK_ADA = "404 kontak-tidak-ada";
const SETUJU = { status: "granted", method: "call", evidence: "rekaman 2026-11-20/0042" };
const BELUM = { consent_status: "pending", consent_at: null, consent_method: null, consent_evidence: null };
const add = ({ caller }: Petugas, userId: number, more: object = {}) =>
  caller.post(`/emergency/${userId}`, { ...SITI, ...more });
const consent = ({ caller }: Petugas, id: number, more: object = {}) =>
  caller.post(`/emergency/${id}/consent`, { ...SETUJU, ...more });
const primaries = async (userId: number) =>
  (await rowsOf(pelaku.admin.caller, `/emergency/${userId}`)).filter((row) => row["is_primary"]);

describe("a contact", () => {
  test("is added and listed by its customer, an admin, and the karyawan who looks after the file", async () => {
    const { admin, karyawan, nasabah, titipan } = pelaku;
    for (const [petugas, userId] of [
      [nasabah, nasabah.userId],
      [admin, nasabah.userId],
      [karyawan, titipan],
    ] as const) {
      const row = await bodyOf<BagianBody>(add(petugas, userId));
      expect(row).toEqual({
        id: row.id,
        user_id: userId,
        device_id: null,
        ...SITI,
        contact_phone: "+6281*****333",
        contact_email: null,
        ...BELUM,
        created_at: WAKTU,
        updated_at: WAKTU,
      });
      expect((await rowsOf(petugas.caller, `/emergency/${userId}`))[0]).toEqual(row);
    }
  });

  test("of a file that is not there, or not the caller's, is neither added nor listed", async () => {
    const { admin, karyawan, lain, nasabah, tetangga, titipan } = pelaku;
    const tanpaBerkas = await makePetugas(world, "nasabah");
    const terhapus = await makePemilik(world);
    await erase(world, terhapus.userId);
    const { id_user: pegawai } = await makePegawai(world);
    const before = await countOf(world, "emergency_contacts");
    for (const [petugas, userId] of [
      [nasabah, tetangga.userId],
      [nasabah, titipan],
      [tanpaBerkas, nasabah.userId],
      [karyawan, nasabah.userId],
      [lain, titipan],
      [admin, terhapus.userId],
      [admin, pegawai],
      [admin, 999_999],
    ] as const) {
      expect(await refusalAt(add(petugas, userId))).toBe(USER_TIDAK_ADA);
      expect(await refusalAt(petugas.caller.get(`/emergency/${userId}`))).toBe(USER_TIDAK_ADA);
    }
    for (const answer of [atasNama(world).get("/emergency/1"), atasNama(world).post("/emergency/1", SITI)])
      expect(await refusalAt(answer)).toBe("401 token-tidak-sah");
    expect(await countOf(world, "emergency_contacts")).toBe(before);
  });

  test("that is somebody else's is not changed, removed or asked", async () => {
    const { nasabah, tetangga, karyawan, admin } = pelaku;
    const row = await makeContact(world, nasabah.orang, nasabah.userId);
    for (const petugas of [tetangga, karyawan]) {
      for (const body of [{ contact_name: "x" }, { contact_phone: randomPhone() }, { is_primary: true }])
        expect(await refusalAt(petugas.caller.put(`/emergency/${row.id}`, body))).toBe(TIDAK_ADA);
      expect(await refusalAt(petugas.caller.delete(`/emergency/${row.id}`))).toBe(TIDAK_ADA);
    }
    expect(await refusalAt(consent(karyawan, row.id))).toBe(TIDAK_ADA);
    expect((await rowsOf(admin.caller, `/emergency/${nasabah.userId}`))[0]).toEqual(row);
  });

  test("is changed in part, and removed once", async () => {
    const { caller, orang, userId } = await makePemilik(world);
    const row = await makeContact(world, orang, userId);
    expect(await refusalAt(caller.put(`/emergency/${row.id}`, {}))).toMatch(DITOLAK);
    const isian = { relation: null, contact_email: "SITI@Example.com" };
    clock.advance(1_000);
    const updated_at = new Date(clock.now()).toISOString();
    expect(await bodyOf(caller.put(`/emergency/${row.id}/`, isian))).toEqual({
      ...row,
      relation: null,
      contact_email: "siti@example.com",
      updated_at,
    });
    expect((await caller.delete(`/emergency/${row.id}`)).status).toBe(204);
    for (const again of [caller.delete(`/emergency/${row.id}`), caller.put(`/emergency/${row.id}`, isian)])
      expect(await refusalAt(again)).toBe(TIDAK_ADA);
    expect(await rowsOf(caller, `/emergency/${userId}`)).toEqual([]);
  });

  test("is listed page by page, newest first", async () => {
    const { caller, orang, userId } = await makePemilik(world);
    const ids = [];
    for (let n = 0; n < 3; n++) ids.unshift((await makeContact(world, orang, userId)).id);
    const first = await pageOf(caller, `/emergency/${userId}?limit=2`);
    expect(first.ids).toEqual(ids.slice(0, 2));
    expect(await pageOf(caller, `/emergency/${userId}${first.next}`)).toEqual({ ids: ids.slice(2) });
    for (const query of ["limit=0", "limit=101", "user_id=1"])
      expect(await refusalAt(caller.get(`/emergency/${userId}?${query}`))).toMatch(DITOLAK);
  });

  test.each(["08111222333", "62 811-1222-333", "+62 (0)811.1222.333"])(
    "has one number, also written %s",
    async (contact_phone) => {
      const { nasabah } = pelaku;
      expect(await bodyOf(add(nasabah, nasabah.userId, { contact_phone }))).toMatchObject({
        contact_phone: "+6281*****333",
      });
    },
  );

  test.each(
    Object.entries({
      contact_name: { sah: ["a", panjang(100)], tidak: [...bukanTeks(100), null] },
      contact_phone: {
        sah: ["+12025550123"],
        tidak: ["", "abc", "+62", "0", null, 8111222333, `+${"1".repeat(16)}`],
      },
      contact_email: { sah: [null, "a@b.co"], tidak: ["", "a", "a@b", `${panjang(96)}@b.co`, 1] },
      relation: { sah: [null, panjang(50)], tidak: bukanTeks(50) },
      is_primary: { sah: [true, false], tidak: [null, "true", 1] },
      device_id: { sah: [null], tidak: [0, -1, 1.5, "1"] },
    }),
  )("%s has its limits", async (nama, { sah, tidak }) => {
    const pemilik = await makePemilik(world);
    const { caller, orang, userId } = pemilik;
    const row = await makeContact(world, orang, userId);
    for (const nilai of tidak)
      for (const answer of [
        add(pemilik, userId, { [nama]: nilai }),
        caller.put(`/emergency/${row.id}`, { [nama]: nilai }),
      ])
        expect(await refusalAt(answer), JSON.stringify(nilai)).toBe(`${DITOLAK} #/${nama}`);
    expect(await rowsOf(caller, `/emergency/${userId}`)).toEqual([row]);
    for (const nilai of sah)
      for (const answer of [
        add(pemilik, userId, { [nama]: nilai }),
        caller.put(`/emergency/${row.id}`, { [nama]: nilai }),
      ])
        await bodyOf(answer);
  });

  test("takes no field that nobody asked for, or that the rules forbid", async () => {
    const { nasabah } = pelaku;
    const { caller, orang, userId } = nasabah;
    const row = await makeContact(world, orang, userId);
    const before = await rowsOf(caller, `/emergency/${userId}`);
    for (const nama of [
      ...TERLARANG,
      "id",
      "user_id",
      "baris",
      "consent_status",
      "consent_at",
      "consent_evidence",
    ])
      for (const nilai of [[], 1, "granted"]) {
        expect(await refusalAt(add(nasabah, userId, { [nama]: nilai })), nama).toMatch(DITOLAK);
        expect(
          await refusalAt(caller.put(`/emergency/${row.id}`, { relation: "x", [nama]: nilai })),
          nama,
        ).toMatch(DITOLAK);
      }
    expect(await rowsOf(caller, `/emergency/${userId}`)).toEqual(before);
  });

  test("comes from a device of the same customer, or from none", async () => {
    const { nasabah, tetangga, admin } = pelaku;
    const [own, other] = [await makeDevice(world, nasabah.orang), await makeDevice(world, tetangga.orang)];
    const row = await bodyOf<BagianBody>(add(nasabah, nasabah.userId, { device_id: own.id }));
    expect(row["device_id"]).toBe(own.id);
    const before = await rowsOf(admin.caller, `/emergency/${nasabah.userId}`);
    for (const petugas of [nasabah, admin])
      for (const device_id of [other.id, 999_999])
        for (const answer of [
          add(petugas, nasabah.userId, { device_id }),
          petugas.caller.put(`/emergency/${row.id}`, { device_id }),
        ])
          expect(await refusalAt(answer)).toBe("422 perangkat-tidak-dikenal #/device_id");
    expect(await rowsOf(admin.caller, `/emergency/${nasabah.userId}`)).toEqual(before);
  });
});

describe("the primary contact", () => {
  test("is the latest that was named so, by adding or by a change", async () => {
    const { orang, caller, userId } = await makePemilik(world);
    const [satu, dua] = [
      await makeContact(world, orang, userId, { is_primary: true }),
      await makeContact(world, orang, userId),
    ];
    expect(await primaries(userId)).toEqual([satu]);
    const tiga = await makeContact(world, orang, userId, { is_primary: true });
    expect(await primaries(userId)).toEqual([tiga]);
    for (const { id } of [dua, satu, satu]) {
      await bodyOf(caller.put(`/emergency/${id}`, { is_primary: true }));
      expect(await primaries(userId)).toMatchObject([{ id }]);
    }
    await bodyOf(caller.put(`/emergency/${satu.id}`, { is_primary: false }));
    expect(await primaries(userId)).toEqual([]);
  });

  test("of one customer is not that of another", async () => {
    const [a, b] = [await makePemilik(world), await makePemilik(world)];
    for (const { orang, userId } of [a, b]) await makeContact(world, orang, userId, { is_primary: true });
    for (const { userId } of [a, b]) expect(await primaries(userId)).toHaveLength(1);
  });

  test("is one, with twenty at once", async () => {
    const pemilik = await makePemilik(world);
    const { caller, userId } = pemilik;
    const rows = await atOnce(20, () => bodyOf<BagianBody>(add(pemilik, userId)));
    expect(await primaries(userId)).toHaveLength(1);
    expect(await rowsOf(caller, `/emergency/${userId}`)).toHaveLength(20);
    const changes = await atOnce(
      20,
      async (n) => (await caller.put(`/emergency/${rows[n]?.id}`, { is_primary: true })).status,
    );
    expect(tally(changes)).toEqual({ "200": 20 });
    expect(await primaries(userId)).toHaveLength(1);
  });
});

describe("what a contact says", () => {
  test("is noted by staff who looks after the file, also a second time", async () => {
    const { admin, karyawan, lain, nasabah, titipan } = pelaku;
    const own = await makeContact(world, nasabah.orang, nasabah.userId);
    const theirs = await makeContact(world, karyawan.orang, titipan);
    expect(await refusalAt(consent(nasabah, own.id))).toBe("403 peran-tidak-boleh");
    expect(await refusalAt(consent(lain, theirs.id))).toBe(TIDAK_ADA);
    expect(await refusalAt(consent(admin, 999_999))).toBe(TIDAK_ADA);
    expect((await rowsOf(nasabah.caller, `/emergency/${nasabah.userId}`))[0]).toEqual(own);
    for (const [petugas, row] of [
      [admin, own],
      [karyawan, theirs],
    ] as const)
      for (const [status, method] of [
        ["refused", "letter"],
        ["granted", "in_person"],
        ["granted", "call"],
      ])
        expect(await bodyOf(consent(petugas, row.id, { status, method }))).toEqual({
          ...row,
          consent_status: status,
          consent_at: WAKTU,
          consent_method: method,
          consent_evidence: SETUJU.evidence,
          updated_at: WAKTU,
        });
  });

  test.each([
    { status: "pending" },
    { status: "ya" },
    { method: "sms" },
    { evidence: "" },
    { evidence: "ab" },
    { evidence: panjang(201) },
    { evidence: null },
    { at: "2026-11-20" },
  ])("is not noted with %j", async (more) => {
    const { admin, nasabah } = pelaku;
    const row = await makeContact(world, nasabah.orang, nasabah.userId);
    expect(await refusalAt(consent(admin, row.id, more))).toMatch(DITOLAK);
    expect((await rowsOf(admin.caller, `/emergency/${nasabah.userId}`))[0]).toEqual(row);
  });

  test.each([
    { contact_name: "Sita" },
    { contact_phone: "+628111222334" },
    { contact_name: "Sita", contact_phone: "+628111222334" },
  ])("does not hold of somebody else: %j", async (ubah) => {
    const { admin, nasabah } = pelaku;
    for (const petugas of [nasabah, admin])
      for (const status of ["granted", "refused"]) {
        const { id } = await makeContact(world, nasabah.orang, nasabah.userId);
        await bodyOf(consent(admin, id, { status }));
        const after = await bodyOf(petugas.caller.put(`/emergency/${id}`, ubah));
        // Staff does not make a refusal forgotten by writing the name another way.
        const stays = status === "refused" && petugas === admin;
        expect(after).toMatchObject(stays ? { consent_status: "refused", consent_method: "call" } : BELUM);
        const [row] = await world.cloud.neon.asOwner(
          "select consent_evidence from emergency_contacts where id = $1",
          [id],
        );
        expect(row).toEqual({ consent_evidence: stays ? SETUJU.evidence : null });
      }
  });

  test.each([{ relation: "kakak" }, { contact_email: "a@b.co" }])(
    "does not hold of another relation or address: %j",
    async (ubah) => {
      const { admin, nasabah } = pelaku;
      const { id } = await makeContact(world, nasabah.orang, nasabah.userId);
      await bodyOf(consent(admin, id));
      expect(await bodyOf(nasabah.caller.put(`/emergency/${id}`, ubah))).toMatchObject(BELUM);
    },
  );

  test("holds while only the rest changes", async () => {
    const { admin, nasabah } = pelaku;
    const { id } = await makeContact(world, nasabah.orang, nasabah.userId);
    await bodyOf(consent(admin, id));
    const same = { is_primary: true, contact_name: "Siti" };
    expect(await bodyOf(nasabah.caller.put(`/emergency/${id}`, same))).toMatchObject({
      consent_status: "granted",
    });
  });

  test("cannot be written around the routes", async () => {
    const { nasabah, karyawan, tetangga, titipan } = pelaku;
    const { id } = await makeContact(world, nasabah.orang, nasabah.userId);
    const said =
      "consent_status = 'granted', consent_at = now(), consent_method = 'call', consent_evidence = 'x'";
    for (const change of [said, `user_id = ${tetangga.userId}`])
      expect(
        await stateOf(world, nasabah.orang, `update emergency_contacts set ${change} where id = ${id}`),
      ).toBe("42501");
    const insert = (userId: number, status: string) =>
      `insert into emergency_contacts (user_id, baris, contact_name, contact_phone_segel, consent_status, consent_at, consent_method, consent_evidence)
        values (${userId}, gen_random_uuid(), 'a', 'x', '${status}', ${status === "pending" ? "null, null, null" : "now(), 'call', 'x'"})`;
    for (const [{ orang }, userId, status] of [
      [nasabah, nasabah.userId, "granted"],
      [karyawan, titipan, "granted"],
      [nasabah, tetangga.userId, "pending"],
      [karyawan, nasabah.userId, "pending"],
    ] as const)
      expect(await stateOf(world, orang, insert(userId, status))).toBe("42501");
    expect(
      await stateOf(
        world,
        nasabah.orang,
        `select app.catat_persetujuan_kontak(${id}, 'granted', 'call', 'xxx')`,
      ),
    ).toBe("PERAN_TIDAK_BOLEH");
  });

  test("is in the audit; evidence, name and number are not", async () => {
    const { admin, nasabah } = pelaku;
    const rows = await written(world, async () => {
      const { id } = await makeContact(world, nasabah.orang, nasabah.userId, {
        contact_phone: "+628777123456",
      });
      await bodyOf(consent(admin, id));
    });
    expect(rows.map(({ aksi, pelaku: by }) => [aksi, by])).toEqual([
      ["emergency_contacts.buat", `akun:${nasabah.orang.id}`],
      ["emergency_contacts.ubah", `akun:${admin.orang.id}`],
    ]);
    expect(rows[1]?.rincian).toMatchObject({
      menjadi: { consent_status: "granted", consent_method: "call" },
    });
    expect(JSON.stringify(rows)).not.toContain(SETUJU.evidence);
    expect(JSON.stringify(rows)).not.toMatch(/8777123456|"Siti"|k\.[\w-]{16}\./);
  });
});

test.each(["post", "put"] as const)(
  "a customer who is erased between the two roundtrips of a %s has no contact any more",
  async (method) => {
    const { userId, orang } = await makePemilik(world);
    const { id } = await makeContact(world, orang, userId);
    const { caller } = pelaku.admin;
    beforeRoundtrip(world, 2, () => erase(world, userId));
    const answer =
      method === "post"
        ? add(pelaku.admin, userId)
        : caller.put(`/emergency/${id}`, { contact_phone: randomPhone() });
    expect(await refusalAt(answer)).toBe(method === "post" ? USER_TIDAK_ADA : TIDAK_ADA);
    expect(
      await world.cloud.neon.asOwner("select id from emergency_contacts where user_id = $1", [userId]),
    ).toEqual([]);
  },
);
