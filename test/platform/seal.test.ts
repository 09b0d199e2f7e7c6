import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSealer, type SealedPlace } from "../../src/platform/crypto/seal.ts";
import { systemIds } from "../../src/platform/id.ts";

const place: SealedPlace = { table: "mitra", column: "kunci_privat_segel", row: "1" };
const newKey = (version: number) => ({ version, hex: systemIds.secret(32) });
const sealer = createSealer([newKey(1)]);
/** All that Web Crypto says of a ciphertext that does not authenticate. */
const UNREADABLE = expect.objectContaining({ name: "OperationError" }) as Error;

/** Flips one bit of a sealed text's part: 1 is the nonce, 2 the ciphertext and its tag. */
function altered(sealed: string, part: 1 | 2, bit: number): string {
  const parts = sealed.split(".");
  const bytes = Buffer.from(parts[part] ?? "", "base64url");
  const at = bit % (bytes.length * 8);
  bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
  parts[part] = bytes.toString("base64url");
  return parts.join(".");
}

test("what was sealed does not show", async () => {
  const sealed = Buffer.from((await sealer.seal(place, "3201010101010001")).split(".")[2] ?? "", "base64url");
  expect(sealed).toHaveLength(16 + 16);
  expect(sealed.toString("latin1")).not.toContain("3201");
});

test("what was sealed opens again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), async (plaintext) => {
      const sealed = await sealer.seal(place, plaintext);
      expect(sealed).toMatch(/^1\.[\w-]{16}\.[\w-]{22,}$/);
      expect(await sealer.open(place, sealed)).toBe(plaintext);
    }),
  );
});

describe("a sealed value does not open", () => {
  test.each<[string, Partial<SealedPlace>]>([
    ["in another row", { row: "2" }],
    ["in another column", { column: "nik" }],
    ["in another table", { table: "akun" }],
    ["where the parts only join to the same text", { table: "mitrak", column: "unci_privat_segel" }],
  ])("%s", async (_name, moved) => {
    const sealed = await sealer.seal(place, "rahasia");
    await expect(sealer.open({ ...place, ...moved }, sealed)).rejects.toThrow(UNREADABLE);
  });

  test("with any bit of it altered", async () => {
    const sealed = await sealer.seal(place, "rahasia");
    for (const part of [1, 2] as const)
      for (let bit = 0; bit < 96; bit++)
        await expect(sealer.open(place, altered(sealed, part, bit))).rejects.toThrow(UNREADABLE);
  });

  test("cut off, or put together of two", async () => {
    const [one, two] = [await sealer.seal(place, "satu"), await sealer.seal(place, "dua.")];
    const [version, nonce, data = ""] = one.split(".");
    const [, , other] = two.split(".");
    for (const text of [
      "",
      "1",
      `${version}.${nonce}`,
      `${version}.${nonce}.`,
      `${version}.${nonce}.${data.slice(0, -2)}`,
      `${version}.${nonce}.${other}`,
      `${version}..${data}`,
      "bukan segel",
    ])
      await expect(sealer.open(place, text), text).rejects.toThrow(/./);
  });

  test.each(["2", "0", "-1", "", "x", "k", "1e9", "__proto__"])(
    "under version '%s', which nobody has",
    async (version) => {
      const sealed = await sealer.seal(place, "rahasia");
      await expect(sealer.open(place, sealed.replace(/^1/, version))).rejects.toThrow(
        /no sealing key|not a sealed value/,
      );
    },
  );

  test("with another key of the same version", async () => {
    const sealed = await sealer.seal(place, "rahasia");
    await expect(createSealer([newKey(1)]).open(place, sealed)).rejects.toThrow(UNREADABLE);
  });
});

test("keys rotate: the first one seals, the older ones open until they are taken away", async () => {
  const [old, fresh] = [newKey(1), newKey(2)];
  const before = await createSealer([old]).seal(place, "lama");
  const both = createSealer([fresh, old]);
  const after = await both.seal(place, "baru");
  expect(after).toMatch(/^2\./);
  expect([await both.open(place, before), await both.open(place, after)]).toEqual(["lama", "baru"]);
  const rotated = createSealer([fresh]);
  expect(await rotated.open(place, after)).toBe("baru");
  await expect(rotated.open(place, before)).rejects.toThrow("no sealing key of version 1");
});

test("no nonce comes twice in 100,000", { timeout: 120_000 }, async () => {
  const [nonces, ciphertexts] = [new Set<string>(), new Set<string>()];
  for (let round = 0; round < 100; round++) {
    const sealed = await Promise.all(Array.from({ length: 1_000 }, () => sealer.seal(place, "sama")));
    for (const [, nonce = "", ciphertext = ""] of sealed.map((text) => text.split("."))) {
      nonces.add(nonce);
      ciphertexts.add(ciphertext);
    }
  }
  expect([nonces.size, ciphertexts.size]).toEqual([100_000, 100_000]);
});

test("a sealer without a key is not made", () => {
  expect(() => createSealer([])).toThrow("no sealing key");
});
