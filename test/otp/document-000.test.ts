import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { createWorld, useWorld, type World } from "../harness.ts";
import { makeAkun, makeMitra } from "../make.ts";
import { kodeBaru, selain, type Pemanggil } from "./seams.ts";

// Every request about one-time passwords that document 000 prints, letter by letter, and what it prints of the answer.

const GENERATE = {
  text: `{
        "id": "user123"
      }`,
  integer: `{
        "id": 123
      }`,
};
const VERIFY = `{
        "id": "user123",
        "otp": "123456"
      }`;
const VERIFY_WRONG = `{
        "id": "user123",
        "otp": "wrongotp"
      }`;
const VERIFY_ANY = `{
        "id": "user123",
        "otp": "anyotp"
      }`;

const OK = [200, { message: "OTP berhasil diverifikasi." }];
const WRONG = [400, "OTP wrong"];
const SPENT = [429, "Percobaan verifikasi OTP melebihi batas. OTP telah direset."];
const ABSENT = [404, "OTP tidak ditemukan atau sudah kedaluwarsa."];

const CALLERS: [string, (world: World) => Promise<Pemanggil>][] = [
  ["an admin's token", async (world) => await makeAkun(world, "admin")],
  ["an employee's token", async (world) => await makeAkun(world, "karyawan")],
  ["an x-api-key", async (world) => await makeMitra(world)],
];

describe.each(CALLERS)("the printed requests with %s", (_, makeCaller) => {
  const clock = new ManualClock();
  const world = useWorld({ clock });

  const printed = async ({ headers }: Pemanggil, path: string, body: string) =>
    await world.request(path, { method: "POST", headers, body });
  const generate = async (caller: Pemanggil, body: string): Promise<string> => {
    const answer = await printed(caller, "/otp/generate", body);
    const isi = (await answer.json()) as { otp: string };
    expect([answer.status, isi]).toEqual([200, { otp: expect.stringMatching(/^\d{6}$/) as string }]);
    return isi.otp;
  };
  /** Status, and the printed part of the body: all of a success, `detail` of a refusal. */
  const verify = async (caller: Pemanggil, body: string) => {
    const answer = await printed(caller, "/otp/verify", body);
    const isi = (await answer.json()) as { detail?: string };
    return [answer.status, answer.status < 400 ? isi : isi.detail];
  };
  const withCode = (code: string) => VERIFY.replace("123456", code);

  test("the right code is accepted, once", async () => {
    const caller = await makeCaller(world);
    const code = await generate(caller, GENERATE.text);
    expect(await verify(caller, withCode(code))).toEqual(OK);
    expect(await verify(caller, withCode(code))).toEqual(ABSENT);
  });

  test("the printed verification, which guesses 123456, is wrong for another code and right for this one", async () => {
    const caller = await makeCaller(world);
    const code = await generate(caller, GENERATE.text);
    expect(await verify(caller, VERIFY)).toEqual(code === "123456" ? OK : WRONG);
    expect(await verify(caller, VERIFY_WRONG)).toEqual(code === "123456" ? ABSENT : WRONG);
  });

  test("an integer as the id works as printed, and is the same as its digits", async () => {
    const caller = await makeCaller(world);
    const code = await generate(caller, GENERATE.integer);
    const asText = `{"id": "123", "otp": "${selain(code)}"}`;
    expect(await verify(caller, asText)).toEqual(WRONG);
    expect(await verify(caller, asText.replace(selain(code), code))).toEqual(OK);
    const other = await generate(caller, `{"id": "123"}`);
    expect(await verify(caller, `{"id": 123, "otp": "${other}"}`)).toEqual(OK);
    expect(await verify(caller, `{"id": 123, "otp": "${other}"}`)).toEqual(ABSENT);
  });

  test.each(["the right one", "a wrong one"])(
    "three wrong codes, then %s: reset, and then there is none",
    async (last) => {
      const caller = await makeCaller(world);
      const code = await generate(caller, GENERATE.text);
      expect(await verify(caller, VERIFY_WRONG)).toEqual(WRONG);
      expect(await verify(caller, VERIFY_WRONG)).toEqual(WRONG);
      expect(await verify(caller, VERIFY_WRONG)).toEqual(WRONG);
      expect(await verify(caller, last === "the right one" ? withCode(code) : VERIFY_ANY)).toEqual(SPENT);
      expect(await verify(caller, withCode(code))).toEqual(ABSENT);
      expect(await verify(caller, VERIFY_ANY)).toEqual(ABSENT);
    },
  );

  test("two wrong codes and the right one: accepted", async () => {
    const caller = await makeCaller(world);
    const code = await generate(caller, GENERATE.text);
    expect(await verify(caller, VERIFY_WRONG)).toEqual(WRONG);
    expect(await verify(caller, VERIFY_ANY)).toEqual(WRONG);
    expect(await verify(caller, withCode(code))).toEqual(OK);
  });

  test("a code is good for 299 seconds, and gone after 300", async () => {
    const caller = await makeCaller(world);
    const early = await generate(caller, GENERATE.text);
    clock.advance(299_000);
    expect(await verify(caller, withCode(early))).toEqual(OK);
    const late = await generate(caller, GENERATE.text);
    clock.advance(300_001);
    expect(await verify(caller, withCode(late))).toEqual(ABSENT);
    expect(await verify(caller, VERIFY_WRONG)).toEqual(ABSENT);
  });

  test("a wrong code does not lengthen the life of the right one", async () => {
    const caller = await makeCaller(world);
    const code = await generate(caller, GENERATE.text);
    clock.advance(200_000);
    expect(await verify(caller, VERIFY_WRONG)).toEqual(WRONG);
    clock.advance(100_001);
    expect(await verify(caller, withCode(code))).toEqual(ABSENT);
  });

  test("a new code kills the old one and resets the attempts, also those that were used up", async () => {
    const caller = await makeCaller(world);
    const old = await generate(caller, GENERATE.text);
    for (const _ of Array(3).keys()) expect(await verify(caller, VERIFY_WRONG)).toEqual(WRONG);
    let code = await generate(caller, GENERATE.text);
    // One in a million is the same again.
    while (code === old) code = await generate(caller, GENERATE.text);
    expect(await verify(caller, withCode(old))).toEqual(WRONG);
    expect(await verify(caller, VERIFY_WRONG)).toEqual(WRONG);
    expect(await verify(caller, withCode(code))).toEqual(OK);

    await generate(caller, GENERATE.text);
    for (const _ of Array(3).keys()) expect(await verify(caller, VERIFY_WRONG)).toEqual(WRONG);
    expect(await verify(caller, VERIFY_ANY)).toEqual(SPENT);
    expect(await verify(caller, withCode(await generate(caller, GENERATE.text)))).toEqual(OK);
  });

  test("where nothing was ever generated there is none", async () => {
    const caller = await makeCaller(world);
    expect(await verify(caller, VERIFY)).toEqual(ABSENT);
    for (const _ of Array(5).keys()) expect(await verify(caller, VERIFY_WRONG)).toEqual(ABSENT);
    // Guesses made before there was a code are none of its.
    expect(await verify(caller, withCode(await generate(caller, GENERATE.text)))).toEqual(OK);
  });

  test("a slash at the end of the path changes nothing", async () => {
    const caller = await makeCaller(world);
    const answer = await printed(caller, "/otp/generate/", GENERATE.text);
    const { otp } = (await answer.json()) as { otp: string };
    const verified = await printed(caller, "/otp/verify/", withCode(otp));
    expect([verified.status, await verified.json()]).toEqual(OK);
  });
});

test("the refusals are problem documents that say when to come back", async () => {
  const world = await createWorld();
  try {
    const caller = await makeMitra(world);
    const code = await kodeBaru(world, caller, { id: "user123" });
    const kinds = [];
    for (const _ of Array(5).keys()) {
      const answer = await world.request("/otp/verify", {
        method: "POST",
        headers: caller.headers,
        body: JSON.stringify({ id: "user123", otp: selain(code) }),
      });
      const { type, status, instance } = (await answer.json()) as Record<string, unknown>;
      kinds.push([status, type, instance, answer.headers.get("retry-after")]);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.status).toBe(status);
    }
    const salah = [400, "urn:satu-pintu:galat:otp-salah", "/otp/verify", null];
    expect(kinds).toEqual([
      salah,
      salah,
      salah,
      [429, "urn:satu-pintu:galat:otp-habis", "/otp/verify", "1"],
      [404, "urn:satu-pintu:galat:otp-tidak-ada", "/otp/verify", null],
    ]);
  } finally {
    await world.close();
  }
});
