import { beforeAll, describe, expect, test } from "vitest";
import { atasNama, bodyOf, refusalAt, useOrang, written, type Caller } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeBerkasNasabah, makeMitra, randomNik, randomPhone } from "../make.ts";
import { core, digits, makeFullCustomer, REASON, type FullCustomer } from "./orang.ts";

// One sealed value in clear, for staff with a reason.

const world = useWorld();
const admin = useOrang(world, "admin");
const petugas = useOrang(world, "karyawan");
const lain = useOrang(world, "karyawan");
let budi: FullCustomer;
beforeAll(async () => {
  budi = await makeFullCustomer(world);
  await admin.put(`/users/${budi.userId}/officer`, { officer_id: petugas.orang.id });
});

const PURPOSES = ["verification", "customer_request", "legal", "consent_call", "whereabouts"] as const;
const FIELDS = [
  "users.phone",
  "users.national_id",
  "devices.imei",
  "devices.imsi",
  "devices.sim_serial",
  "bank_accounts.account_number",
  "emergency_contacts.contact_phone",
] as const;
type Field = (typeof FIELDS)[number];

const nameOf = (field: Field) =>
  field.slice(field.indexOf(".") + 1) as keyof FullCustomer["secrets"]["sealed"];
const isContact = (field: Field) => field.startsWith("emergency");
function idOf({ ids, userId }: FullCustomer, field: Field): number {
  const table = field.slice(0, field.indexOf("."));
  return table === "users" ? userId : ids[table as keyof typeof ids];
}
const asking = (field: Field, isian: object = {}) => ({
  field,
  id: idOf(budi, field),
  purpose: isContact(field) ? "consent_call" : "verification",
  reason: REASON,
  ...isian,
});
const read = (caller: Caller, body: object) => caller.post("/clear-values", body);
const valueOf = async (caller: Caller, body: object) =>
  (await bodyOf<{ value: string }>(read(caller, body))).value;
const consent = async (status: string) =>
  await bodyOf(
    admin.post(`/emergency/${budi.ids.emergency_contacts}/consent`, {
      status,
      method: "call",
      evidence: "rekaman 2026/0042",
    }),
  );
/** The contact has not been asked: a new number is somebody new. */
const ask = async () => {
  const contact_phone = randomPhone();
  await bodyOf(budi.caller.put(`/emergency/${budi.ids.emergency_contacts}`, { contact_phone }));
  budi.secrets.sealed.contact_phone = contact_phone;
};

describe.each(FIELDS)("%s", (field) => {
  test("is read by an admin and by who looks after the file, and leaves who and why, not what", async () => {
    for (const { caller, orang } of [
      { caller: admin, orang: admin.orang },
      { caller: petugas, orang: petugas.orang },
    ]) {
      const secret = budi.secrets.sealed[nameOf(field)];
      const rows = await written(world, async () => {
        expect(await valueOf(caller, asking(field))).toBe(secret);
      });
      const tabel = field.startsWith("users") ? "nasabah" : field.slice(0, field.indexOf("."));
      expect(rows).toEqual([
        {
          pelaku: `akun:${orang.id}`,
          aksi: `${tabel}.baca_jelas`,
          tabel,
          id: String(idOf(budi, field)),
          rincian: { kolom: nameOf(field), tujuan: asking(field).purpose, alasan: REASON },
        },
      ]);
      const [last] = await world.cloud.neon.asOwner(
        "select subjek_id, to_jsonb(a)::text as row from audit a order by id desc limit 1",
      );
      expect(last?.["subjek_id"]).toBe(String(budi.userId));
      expect(last?.["row"]).not.toContain(core(secret));
    }
  });

  test("is not there for anybody else of the staff, nor where there is no such row", async () => {
    const rows = await written(world, async () => {
      for (const purpose of PURPOSES)
        expect(await refusalAt(read(lain, asking(field, { purpose })))).toBe("404 nilai-tidak-ada");
      for (const caller of [admin, petugas])
        expect(await refusalAt(read(caller, asking(field, { id: 999_999_999 })))).toBe("404 nilai-tidak-ada");
    });
    expect(rows).toEqual([]);
  });

  test("is for no nasabah, no mitra and no stranger", async () => {
    const mitra = await makeMitra(world);
    const rows = await written(world, async () => {
      expect(await refusalAt(read(budi.caller, asking(field)))).toBe("403 peran-tidak-boleh");
      expect(await refusalAt(read(atasNama(world), asking(field)))).toBe("401 token-tidak-sah");
      const init = { method: "POST", headers: mitra.headers, body: JSON.stringify(asking(field)) };
      expect(await refusalAt(world.request("/clear-values", init))).toBe("401 token-tidak-sah");
    });
    expect(rows).toEqual([]);
  });

  test("needs a reason of some length, and a purpose that is one", async () => {
    const refused: [object, RegExp][] = [
      [{ reason: undefined }, /^422 .*#\/reason/],
      [{ reason: "" }, /^422 .*#\/reason/],
      [{ reason: "sembilan!" }, /^422 .*#\/reason/],
      [{ reason: `${" ".repeat(20)}a` }, /^422 .*#\/reason/],
      [{ reason: "a".repeat(501) }, /^422 .*#\/reason/],
      [{ reason: null }, /^422 .*#\/reason/],
      [{ reason: "alasan\u0000yang panjang" }, /^4(00|22) /],
      [{ purpose: undefined }, /^422 .*#\/purpose/],
      [{ purpose: "collection" }, /^422 .*#\/purpose/],
      [{ purpose: "penagihan" }, /^422 .*#\/purpose/],
      [{ id: 0 }, /^422 .*#\/id/],
      [{ id: "1" }, /^422 .*#\/id/],
      [{ id: 2 ** 53 }, /^422 .*#\/id/],
      [{ lain: 1 }, /^422 /],
    ];
    const rows = await written(world, async () => {
      for (const [isian, answer] of refused)
        expect(await refusalAt(read(admin, asking(field, isian))), JSON.stringify(isian)).toMatch(answer);
    });
    expect(rows).toEqual([]);
    expect(await valueOf(admin, asking(field, { reason: "sepuluh-aa" }))).toBe(
      budi.secrets.sealed[nameOf(field)],
    );
  });

  test("is read for its own purposes only", async () => {
    if (isContact(field)) return;
    for (const purpose of PURPOSES)
      expect(await refusalAt(read(admin, asking(field, { purpose }))), purpose).toBe(
        /consent_call|whereabouts/.test(purpose) ? "422 tujuan-tidak-cocok #/purpose" : "200",
      );
  });
});

describe("the number of an emergency contact", () => {
  const answers = async () => {
    const found: Record<string, string> = {};
    for (const purpose of PURPOSES)
      found[purpose] = await refusalAt(
        read(petugas, asking("emergency_contacts.contact_phone", { purpose })),
      );
    return found;
  };
  const OTHER = "422 tujuan-tidak-cocok #/purpose";
  const NOT_NOW = "403 kontak-belum-setuju";
  const [verification, customer_request, legal] = [OTHER, OTHER, OTHER];
  const others = { verification, customer_request, legal };

  test("is given to be asked while nobody has answered, for whereabouts once it agreed, and never after a no", async () => {
    await ask();
    expect(await answers()).toEqual({ ...others, consent_call: "200", whereabouts: NOT_NOW });
    await consent("granted");
    expect(await answers()).toEqual({ ...others, consent_call: NOT_NOW, whereabouts: "200" });
    await consent("refused");
    const rows = await written(world, async () => {
      expect(await answers()).toEqual({ ...others, consent_call: NOT_NOW, whereabouts: NOT_NOW });
    });
    expect(rows).toEqual([]);
    // An admin is no exception.
    for (const purpose of PURPOSES)
      expect(await refusalAt(read(admin, asking("emergency_contacts.contact_phone", { purpose })))).toMatch(
        /^4(03|22) /,
      );
    await ask();
    expect(await answers()).toEqual({ ...others, consent_call: "200", whereabouts: NOT_NOW });
  });

  test("is never given for collection", async () => {
    for (const status of ["pending", "granted", "refused"]) {
      await (status === "pending" ? ask() : consent(status));
      const body = asking("emergency_contacts.contact_phone", { purpose: "collection" });
      expect(await refusalAt(read(admin, body))).toBe("422 validasi-gagal #/purpose");
    }
    await ask();
  });
});

test("a reason keeps no personal data: it is scrubbed before it is noted", async () => {
  const [nik, phone, account] = [randomNik(), randomPhone(), digits(14)];
  const reason = `Cek ${nik}, ${phone}, 0${core(phone)}, budi@contoh.example, rek ${account} eyJhbGci.eyJzdWIi.c2ln sekarang`;
  const [row] = await written(world, async () => await valueOf(admin, asking("users.phone", { reason })));
  const alasan = String(row?.rincian["alasan"]);
  for (const secret of [nik, core(phone), "budi@", "contoh.example", account, "eyJ"])
    expect(alasan).not.toContain(secret);
  expect(alasan).toMatch(
    /^Cek \[nomor\], \[telepon\], \[telepon\], \[email\], rek \[nomor\] \[token\] sekarang$/,
  );
});

test.each([
  ["spaces", (text: string) => text.replace(/(\d{4})(?=\d)/g, "$1 ")],
  ["dashes", (text: string) => text.replace(/(\d{4})(?=\d)/g, "$1-")],
  ["dots", (text: string) => text.replace(/(\d{4})(?=\d)/g, "$1.")],
])("a number written with %s is scrubbed too", async (_, written_) => {
  const nik = written_(randomNik());
  const [row] = await written(
    world,
    async () => await valueOf(admin, asking("users.phone", { reason: `Mencocokkan ${nik} dengan KTP` })),
  );
  expect(row?.rincian["alasan"]).not.toContain(nik);
});

describe("the audit row and the value", () => {
  test("come together: when the row cannot be written, nothing is read", async () => {
    const { neon } = world.cloud;
    await neon.asOwner(
      "alter table audit add constraint uji_gagal check (aksi not like '%.baca_jelas') not valid",
    );
    try {
      for (const field of FIELDS) {
        const answer = await read(admin, asking(field));
        expect(answer.status).toBe(500);
        expect(await answer.text()).not.toContain(core(budi.secrets.sealed[nameOf(field)]));
      }
    } finally {
      await neon.asOwner("alter table audit drop constraint uji_gagal");
    }
  });

  test("a read that the database never heard of leaves none; one whose answer was lost leaves one", async () => {
    const { faults } = world.cloud.neon;
    const lost = async (kind: "refuse" | "drop") =>
      await written(world, async () => {
        faults.next({ kind });
        expect(await refusalAt(read(admin, asking("users.phone")))).toBe("503 layanan-tidak-tersedia");
      });
    expect(await lost("refuse")).toEqual([]);
    expect(await lost("drop")).toHaveLength(1);
  });

  test("a value that does not open is a clean 500, and the log says where", async () => {
    const { id } = await makeBerkasNasabah(world, { phone: randomPhone() });
    const other = await makeBerkasNasabah(world, { phone: randomPhone() });
    await world.cloud.neon.asOwner(
      "update nasabah set phone_segel = (select phone_segel from nasabah where id = $1) where id = $2",
      [other.id, id],
    );
    const answer = await read(admin, asking("users.phone", { id }));
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect((JSON.parse(text) as { type: string }).type).toBe("urn:satu-pintu:galat:kesalahan-server");
    expect(text).not.toMatch(/operation|cipher|decrypt|seal/i);
    expect(world.log.filter(({ event, id: of }) => event === "seal_broken" && of === id)).toHaveLength(1);
  });

  test("of a field that is empty there is nothing to read", async () => {
    const { id } = await makeBerkasNasabah(world, { phone: randomPhone() });
    const rows = await written(world, async () => {
      expect(await refusalAt(read(admin, asking("users.national_id", { id })))).toBe("404 nilai-tidak-ada");
    });
    expect(rows).toEqual([]);
  });

  test("a value from before there were customers' keys is read with the master keys", async () => {
    const { id, external_user_id: row } = await makeBerkasNasabah(world, {});
    const sealed = await world.deps.sealer.seal({ table: "nasabah", column: "phone", row }, "+628111");
    await world.cloud.neon.asOwner("update nasabah set phone_segel = $1, kunci = null where id = $2", [
      sealed,
      id,
    ]);
    expect(await valueOf(admin, asking("users.phone", { id }))).toBe("+628111");
  });

  test("a read is one roundtrip", async () => {
    await world.idle();
    const before = world.cloud.neon.requests + world.cloud.redis.requests;
    await valueOf(admin, asking("users.phone"));
    expect(world.cloud.neon.requests + world.cloud.redis.requests - before).toBe(1);
  });
});

test("fields that are not sealed, or that are no fields, are refused", async () => {
  for (const field of [
    "users.name",
    "users.kunci",
    "documents.file",
    "akun.kata_sandi",
    "users",
    "",
    "nasabah.phone",
    "mitra.private_key",
  ])
    expect(await refusalAt(read(admin, { ...asking("users.phone"), field })), field).toBe(
      "422 validasi-gagal #/field",
    );
});
