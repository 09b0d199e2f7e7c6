import { beforeEach, describe, expect, test } from "vitest";
import { bodyOf } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeBankAccount, makeContact, makeDevice, type BagianBody } from "../make.ts";
import { makePemilik, rowsOf, usePelaku, type Pemilik } from "./pelaku.ts";

// What is sealed opens in its own row, column and file only. What does not is hidden, and the others of a list are not.

const world = useWorld();
const pelaku = usePelaku(world);
const IMEI = "357890123456789";
const IMSI = "510101234567823";
const HIDDEN = "****";

let a: Pemilik;
let b: Pemilik;
let devices: BagianBody[];
beforeEach(async () => {
  [a, b] = [await makePemilik(world), await makePemilik(world)];
  const isian = { imei: IMEI, imsi: IMSI };
  devices = [
    await makeDevice(world, a.orang, isian),
    await makeDevice(world, a.orang, isian),
    await makeDevice(world, b.orang, isian),
  ];
});

const set = (table: string, id: unknown, column: string, from: string, params: (string | number)[] = []) =>
  world.cloud.neon.asOwner(`update ${table} set ${column} = ${from} where id = $1`, [Number(id), ...params]);
const of = (table: string, column: string) => `(select ${column} from ${table} where id = $2)`;
/** What the log says of broken seals while `deed` runs. */
const broken = async (deed: () => Promise<unknown>) => {
  const before = world.log.length;
  await deed();
  return world.log
    .slice(before)
    .filter(({ event }) => event === "seal_broken")
    .map(({ table, column, id }) => `${String(table)}.${String(column)} ${String(id)}`);
};

describe("a ciphertext in another place is hidden", () => {
  test.each(["row", "column", "customer"])("of another %s", async (where) => {
    const [first, second, other] = devices;
    const source = { row: second, column: first, customer: other }[where];
    await set(
      "devices",
      first?.id,
      "imei_segel",
      of("devices", where === "column" ? "imsi_segel" : "imei_segel"),
      [source?.id ?? 0],
    );
    const hidden = { ...first, imei: HIDDEN };
    for (const { caller } of [a, pelaku.admin]) {
      const logged = await broken(async () => {
        expect(await rowsOf(caller, `/devices?user_id=${a.userId}`)).toEqual([second, hidden]);
        expect(await bodyOf(caller.get(`/devices/${first?.id}`))).toEqual(hidden);
      });
      expect(logged).toEqual([`devices.imei ${first?.id}`, `devices.imei ${first?.id}`]);
    }
    expect(JSON.stringify(world.log)).not.toContain(IMEI);
  });

  test("with all there is of a row: it is sealed for its row's own identity", async () => {
    const [first, , other] = devices;
    for (const column of ["imei_segel", "imsi_segel"])
      await set("devices", first?.id, column, of("devices", column), [other?.id ?? 0]);
    await set("devices", other?.id, "baris", "gen_random_uuid()");
    const hidden = { imei: HIDDEN, imsi: HIDDEN };
    expect(await bodyOf(a.caller.get(`/devices/${first?.id}`))).toEqual({ ...first, ...hidden });
    expect(await bodyOf(b.caller.get(`/devices/${other?.id}`))).toEqual({ ...other, ...hidden });
  });

  test("of another table", async () => {
    const account = await makeBankAccount(world, a.orang);
    const contact = await makeContact(world, a.orang, a.userId);
    await set(
      "bank_accounts",
      account.id,
      "account_number_segel",
      of("emergency_contacts", "contact_phone_segel"),
      [contact.id],
    );
    await set("emergency_contacts", contact.id, "contact_phone_segel", of("devices", "imei_segel"), [
      devices[0]?.id ?? 0,
    ]);
    const logged = await broken(async () => {
      expect(await rowsOf(a.caller, "/bank-accounts")).toEqual([{ ...account, account_number: HIDDEN }]);
      expect(await rowsOf(a.caller, `/emergency/${a.userId}`)).toMatchObject([
        { id: contact.id, contact_phone: HIDDEN },
      ]);
    });
    expect(logged).toEqual([
      `bank_accounts.account_number ${account.id}`,
      `emergency_contacts.contact_phone ${contact.id}`,
    ]);
  });
});

test.each([
  "'rusak'",
  "'k.x.y'",
  "'99.AAAAAAAAAAAAAAAA.AAAA'",
  "left(imei_segel, -1)",
  "imei_segel || 'A'",
  "overlay(imei_segel placing 'AAAA' from 22)",
])("an altered ciphertext is hidden: %s", async (text) => {
  const [first, second] = devices;
  await set("devices", first?.id, "imei_segel", text);
  const rows = await rowsOf(a.caller, "/devices");
  expect(rows[0]).toEqual(second);
  expect(rows[1]).toEqual({ ...first, imei: HIDDEN });
});

describe("a customer's key", () => {
  test.each(["that of another customer", "altered", "gone"])(
    "%s: everything of it is hidden, nothing of others",
    async (how) => {
      const [first, second, other] = devices;
      const from = {
        "that of another customer": "(select kunci from nasabah where id = $2)",
        altered: "kunci || 'A'",
        gone: "null",
      };
      await set(
        "nasabah",
        a.userId,
        "kunci",
        Reflect.get(from, how) as string,
        how.startsWith("that") ? [b.userId] : [],
      );
      const hidden = { imei: HIDDEN, imsi: HIDDEN };
      const logged = await broken(async () => {
        expect(await rowsOf(a.caller, "/devices")).toEqual([
          { ...second, ...hidden },
          { ...first, ...hidden },
        ]);
      });
      expect(logged).toHaveLength(4);
      const [newest, ...rest] = await rowsOf(pelaku.admin.caller, "/devices?limit=3");
      expect(newest).toEqual(other);
      expect(rest).toMatchObject([hidden, hidden]);
    },
  );
});

test("what is hidden can be said anew", async () => {
  const [first] = devices;
  await set("devices", first?.id, "imei_segel", "'rusak'");
  const logged = await broken(() => bodyOf(a.caller.put(`/devices/${first?.id}`, { imei: IMEI })));
  expect(logged).toEqual([]);
  expect(await bodyOf(a.caller.get(`/devices/${first?.id}`))).toEqual(first);
});
