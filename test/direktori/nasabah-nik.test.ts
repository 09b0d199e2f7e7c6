import { expect, test, vi } from "vitest";
import { useWorld } from "../harness.ts";
import { makeAkun, makeBerkasNasabah, randomPerson, type NasabahBody } from "../make.ts";
import { atasNama, bodyOf, type Caller } from "./caller.ts";

// Whether somebody has to look at a NIK, after every change of a file.

const world = useWorld();

interface Berkas {
  caller: Caller;
  path: string;
  flag: () => Promise<unknown>;
}

async function makeBerkas(isian: Partial<NasabahBody>): Promise<Berkas> {
  const orang = await makeAkun(world, "nasabah");
  const { id } = await makeBerkasNasabah(world, isian, orang);
  const flag = async () =>
    (await world.cloud.neon.asOwner("select nik_flag from nasabah where id = $1", [id]))[0]?.["nik_flag"];
  return { caller: atasNama(world, orang), path: `/users/${id}`, flag };
}

test("a NIK is held against what the file says, and again when that changes", async () => {
  const { dob, national_id } = randomPerson();
  const { caller, path, flag } = await makeBerkas({ dob, national_id });
  const steps: [object, string | null][] = [
    [{ name: "Siti" }, null],
    [{ dob: "1957-06-05" }, "recheck"],
    [{ national_id }, "dob_mismatch"],
    [{ dob, national_id }, null],
    [{ gender: "P" }, "recheck"],
    [{ national_id }, "gender_mismatch"],
    [{ gender: "L", national_id }, null],
    [{ national_id: national_id.replace(/^../, "99") }, "province"],
    [{ national_id: null }, null],
    [{ dob: "1957-06-05", gender: null }, null],
  ];
  expect(await flag()).toBeNull();
  for (const [isian, after] of steps) {
    await bodyOf(caller.put(path, isian));
    expect(await flag(), JSON.stringify(isian)).toBe(after);
  }
});

test.each([{ dob: "1957-06-05" }, { gender: "P" }])(
  "what changes while it is held against: %j",
  async (baru) => {
    const { dob, national_id } = randomPerson();
    const { caller, path, flag } = await makeBerkas({ dob, gender: "L" });
    const { db } = world.deps;
    const batch = db.batch.bind(db);
    // The file is read first, and the NIK written in a second roundtrip.
    const reading = vi.spyOn(db, "batch").mockImplementationOnce(async (queries) => {
      const read = await batch(queries);
      await bodyOf(caller.put(path, baru));
      return read;
    });
    await bodyOf(caller.put(path, { national_id }));
    expect(await flag()).toBe("recheck");
    reading.mockRestore();
  },
);
