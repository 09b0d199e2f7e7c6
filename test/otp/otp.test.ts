import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { firstAdmin, login, makeAkun, makeMitra, type Mitra, type Orang } from "../make.ts";
import { rebuilt } from "../platform/samples.ts";
import {
  codesInOrder,
  HABIS,
  hasil,
  idBaru,
  kodeBaru,
  selain,
  type Pemanggil,
  type Perihal,
} from "./seams.ts";

const world = useWorld();
const terbit = (pemanggil: Pemanggil, perihal: Perihal) => kodeBaru(world, pemanggil, perihal);
const tebak = (pemanggil: Pemanggil, perihal: Perihal, otp: string) => hasil(world, pemanggil, perihal, otp);

let staf: Orang;
let stafLain: Orang;
let mitra: Mitra;
let mitraLain: Mitra;
beforeAll(async () => {
  staf = await makeAkun(world, "karyawan");
  stafLain = await makeAkun(world, "karyawan");
  mitra = await makeMitra(world);
  mitraLain = await makeMitra(world);
});

describe("each caller's ids are its own", () => {
  const pairs: [string, () => [Pemanggil, Pemanggil]][] = [
    ["two staff accounts", () => [staf, stafLain]],
    ["two mitra", () => [mitra, mitraLain]],
    ["staff and a mitra", () => [staf, mitra]],
    ["a mitra and staff", () => [mitra, staf]],
  ];
  test.each(pairs)("%s: no code is valid for the other, and no guess costs the other one", async (_, of) => {
    const [one, other] = of();
    const id = idBaru();
    const mine = await terbit(one, { id });
    for (const _ of Array(5).keys()) expect(await tebak(other, { id }, mine)).toBe("404 otp-tidak-ada");
    let theirs = await terbit(other, { id });
    while (theirs === mine) theirs = await terbit(other, { id });
    expect(await tebak(other, { id }, mine)).toBe("400 otp-salah");
    expect(await tebak(one, { id }, theirs)).toBe("400 otp-salah");
    expect(await tebak(one, { id }, mine)).toBe("200");
    expect(await tebak(one, { id }, theirs)).toBe("404 otp-tidak-ada");
    expect(await tebak(other, { id }, theirs)).toBe("200");
  });

  test("also where a mitra and an account have the same number, however an id is dressed up", async () => {
    const admin = await firstAdmin(world);
    // The first mitra and the first account of a database.
    const [first] = await world.cloud.neon.asOwner("select min(id) as id from mitra");
    expect([admin.id, Number(first?.["id"])]).toEqual([1, 1]);
    const caller = { headers: mitra.headers };
    expect(mitra.id).toBe(1);
    const id = idBaru();
    const code = await terbit(caller, { id, purpose: "login" });
    for (const dressed of [id, `["mitra:1","${id}","login"]`, `mitra:1:${id}`, `mitra:1","${id}`])
      for (const purpose of [undefined, "login"])
        expect(
          await tebak(admin, { id: dressed, ...(purpose && { purpose }) }, code),
          `${dressed} ${purpose}`,
        ).toBe("404 otp-tidak-ada");
    expect(await tebak(caller, { id, purpose: "login" }, code)).toBe("200");
  });

  test("a person keeps them over sessions: another login redeems what the first one asked for", async () => {
    const id = idBaru();
    const code = await terbit(staf, { id });
    const again = await login(world, staf.email, staf.password);
    expect(again.accessToken).not.toBe(staf.accessToken);
    expect(await tebak(again, { id }, code)).toBe("200");
  });

  test("a mitra keeps them when it rotates its keys, and so do the guesses", async () => {
    const own = await makeMitra(world);
    const id = idBaru();
    const code = await terbit(own, { id });
    expect(await tebak(own, { id }, selain(code))).toBe("400 otp-salah");
    const rotated = await world.request("/generate-key", { method: "POST", headers: own.headers });
    const { api_key } = (await rotated.json()) as { api_key: string };
    expect([rotated.status, api_key === own.apiKey]).toEqual([200, false]);
    const fresh = { headers: { ...own.headers, "x-api-key": api_key } };
    expect(await tebak(own, { id }, code)).toBe("401 kunci-api-salah");
    expect(await tebak(fresh, { id }, selain(code))).toBe("400 otp-salah");
    expect(await tebak(fresh, { id }, selain(code))).toBe("400 otp-salah");
    expect(await tebak(fresh, { id }, code)).toBe("429 otp-habis");
    const next = await terbit(fresh, { id });
    expect(await tebak(fresh, { id }, next)).toBe("200");
  });
});

describe("a code is for one id and one purpose", () => {
  const purposes = [undefined, "login", "pinjaman", "pinjaman.1", "null"];
  const about = (id: string, purpose: string | undefined): Perihal => ({ id, ...(purpose && { purpose }) });

  test.each(purposes)("one for %j is valid for nothing else, before and after guesses", async (purpose) => {
    const id = idBaru();
    const code = await terbit(mitra, about(id, purpose));
    const others = purposes.filter((other) => other !== purpose);
    expect(others).toHaveLength(4);
    // Four guesses under each other purpose cost the right one nothing.
    for (const other of others)
      for (const _ of Array(4).keys())
        expect(await tebak(mitra, about(id, other), code), String(other)).toBe("404 otp-tidak-ada");
    expect(await tebak(mitra, about(id, purpose), code)).toBe("200");
  });

  test("guesses under another purpose that has a code of its own cost that one only", async () => {
    const id = idBaru();
    const login = await terbit(mitra, { id, purpose: "login" });
    let loan = await terbit(mitra, { id, purpose: "pinjaman" });
    while (loan === login) loan = await terbit(mitra, { id, purpose: "pinjaman" });
    const spent = [];
    for (const _ of HABIS) spent.push(await tebak(mitra, { id, purpose: "pinjaman" }, login));
    expect(spent).toEqual(HABIS);
    expect(await tebak(mitra, { id, purpose: "pinjaman" }, loan)).toBe("404 otp-tidak-ada");
    const right = [];
    for (const guess of [selain(login), selain(login), login])
      right.push(await tebak(mitra, { id, purpose: "login" }, guess));
    expect(right).toEqual(["400 otp-salah", "400 otp-salah", "200"]);
  });

  test("ids are compared letter by letter: capitals, spaces, zeros and signs make another id", async () => {
    const id = `A7-${idBaru()}`;
    const code = await terbit(mitra, { id });
    for (const other of [id.toLowerCase(), ` ${id}`, `${id} `, `${id}\u200b`, `0${id}`])
      expect(await tebak(mitra, { id: other }, code), other).toBe("404 otp-tidak-ada");
    expect(await tebak(mitra, { id }, code)).toBe("200");
    const number = await terbit(mitra, { id: 42 });
    for (const other of ["042", "+42", "42.0", -42, "４２"])
      expect(await tebak(mitra, { id: other }, number), String(other)).toBe("404 otp-tidak-ada");
    expect(await tebak(mitra, { id: "42" }, number)).toBe("200");
  });

  test("spaces in a guess are nothing, wherever they stand: it is right or wrong by its digits", async () => {
    const id = idBaru();
    const guesses = ["012 340", "012340 ", "   012340", "01 23 40", "0 1 2 3 4 0", `012340${" ".repeat(94)}`];
    const house = rebuilt(world, { ids: codesInOrder(...guesses.map(() => "012340"), "012340") });
    for (const guess of guesses) {
      expect(await kodeBaru(house, mitra, { id })).toBe("012340");
      expect(await tebak(mitra, { id }, guess), guess).toBe("200");
      expect(await tebak(mitra, { id }, guess), guess).toBe("404 otp-tidak-ada");
    }
    await kodeBaru(house, mitra, { id });
    const outcomes = [];
    for (const guess of ["012 341", " 12 340", " ", "012 340", "012 340"])
      outcomes.push(await tebak(mitra, { id }, guess));
    expect(outcomes).toEqual(HABIS);
  });

  test("a code is compared letter by letter: no other digits, no lost or added zeros, nothing between but spaces", async () => {
    const id = idBaru();
    const plain = ["12340", "0012340", "٠12340", "+12340", "12340.0", "01234O"];
    const guesses = [
      ...plain,
      "012\u00a0340",
      "012\u2009340",
      "012-340",
      "012\t340",
      "012340\n",
      "012\u200b340",
    ];
    const house = rebuilt(world, { ids: codesInOrder(...guesses.map(() => "012340"), "000000") });
    for (const guess of guesses) {
      expect(await kodeBaru(house, mitra, { id })).toBe("012340");
      expect(await tebak(mitra, { id }, guess), guess).toBe("400 otp-salah");
      expect(await tebak(mitra, { id }, "012340")).toBe("200");
    }
    expect(await kodeBaru(house, mitra, { id })).toBe("000000");
    expect(await tebak(mitra, { id }, "0")).toBe("400 otp-salah");
    expect(await tebak(mitra, { id }, "000000")).toBe("200");
  });
});
