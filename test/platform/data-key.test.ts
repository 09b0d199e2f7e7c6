import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { newDataKey, openDataKey, type DataKey } from "../../src/platform/crypto/data-key.ts";
import { createSealer, type SealedPlace } from "../../src/platform/crypto/seal.ts";
import { systemIds } from "../../src/platform/id.ts";

const newKey = (version: number) => ({ version, hex: systemIds.secret(32) });
const master = newKey(1);
const sealer = createSealer([master]);
const UNREADABLE = expect.objectContaining({ name: "OperationError" }) as Error;

const wrapPlace = (row: string): SealedPlace => ({ table: "nasabah", column: "kunci", row });
const place: SealedPlace = { table: "nasabah", column: "phone", row: "a" };

async function customer(row: string = randomUUID()): Promise<{ row: string; key: DataKey }> {
  return { row, key: await newDataKey(sealer, wrapPlace(row)) };
}

const bytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

describe("a data key", () => {
  test("is opened again by its wrapped form, at its place only", async () => {
    const { row, key } = await customer();
    const again = await openDataKey(sealer, wrapPlace(row), key.wrapped);
    expect(again.wrapped).toBe(key.wrapped);
    expect(await again.open(place, await key.seal(place, "08123"))).toBe("08123");
    expect(await key.open(place, await again.seal(place, "08123"))).toBe("08123");
    for (const moved of [
      wrapPlace(randomUUID()),
      { ...wrapPlace(row), column: "phone" },
      { ...wrapPlace(row), table: "devices" },
    ])
      await expect(openDataKey(sealer, moved, key.wrapped)).rejects.toThrow(UNREADABLE);
  });

  test("is another one each time, of 256 bits, and shows in neither form", async () => {
    const raw = async ({ row, key }: Awaited<ReturnType<typeof customer>>) =>
      Buffer.from(await sealer.open(wrapPlace(row), key.wrapped), "base64url");
    const [one, two] = await Promise.all([customer().then(raw), customer().then(raw)]);
    expect(one).toHaveLength(32);
    expect(one.equals(two)).toBe(false);
    const some = await customer();
    expect(some.key.wrapped).toMatch(/^1\.[\w-]{16}\.[\w-]+$/);
    expect(some.key.wrapped).not.toContain((await raw(some)).toString("base64url"));
  });

  test("does not open without its master key, or when what is wrapped is no key", async () => {
    const { row, key } = await customer();
    await expect(openDataKey(createSealer([newKey(2)]), wrapPlace(row), key.wrapped)).rejects.toThrow(
      "no sealing key of version 1",
    );
    await expect(openDataKey(createSealer([newKey(1)]), wrapPlace(row), key.wrapped)).rejects.toThrow(
      UNREADABLE,
    );
    for (const text of [
      "",
      "pendek",
      Buffer.alloc(16).toString("base64url"),
      Buffer.alloc(64).toString("hex"),
    ])
      await expect(
        openDataKey(sealer, wrapPlace(row), await sealer.seal(wrapPlace(row), text)),
      ).rejects.toThrow("not a data key");
    for (const text of ["", "k", "1.a", key.wrapped.slice(2)])
      await expect(openDataKey(sealer, wrapPlace(row), text), text).rejects.toThrow(/./);
  });

  test("wrapped anew by a new master key is the same one", async () => {
    const { row, key } = await customer();
    const sealed = await key.seal(place, "08123");
    const file = await key.sealBytes(place, bytes(100));
    const next = newKey(2);
    const both = createSealer([next, master]);
    const wrapped = await both.seal(wrapPlace(row), await both.open(wrapPlace(row), key.wrapped));
    const again = await openDataKey(createSealer([next]), wrapPlace(row), wrapped);
    expect(wrapped).toMatch(/^2\./);
    expect(await again.open(place, sealed)).toBe("08123");
    expect(await again.openBytes(place, file)).toEqual(await key.openBytes(place, file));
  });
});

describe("a text", () => {
  test("is sealed with a mark of its own", async () => {
    const { key } = await customer();
    const sealed = await key.seal(place, "3201010101010001");
    expect(sealed).toMatch(/^k\.[\w-]{16}\.[\w-]{43}$/);
    expect(Buffer.from(sealed.split(".")[2] ?? "", "base64url").toString("latin1")).not.toContain("3201");
  });

  test.each<[string, Partial<SealedPlace>]>([
    ["row", { row: "b" }],
    ["column", { column: "national_id" }],
    ["table", { table: "devices" }],
    ["split of table and column", { table: "nasabahp", column: "hone" }],
  ])("opens in no other %s", async (_, moved) => {
    const { key } = await customer();
    await expect(key.open({ ...place, ...moved }, await key.seal(place, "08123"))).rejects.toThrow(
      UNREADABLE,
    );
  });

  test("of one customer opens with nobody else's key, and with no master key", async () => {
    const [one, two] = [await customer(), await customer()];
    const sealed = await one.key.seal(place, "08123");
    await expect(two.key.open(place, sealed)).rejects.toThrow(UNREADABLE);
    await expect(sealer.open(place, sealed)).rejects.toThrow("no sealing key");
    // Not by calling it what it is not, either.
    await expect(sealer.open(place, sealed.replace(/^k/, "1"))).rejects.toThrow(UNREADABLE);
  });

  test("that a master key sealed, opens too; one that another did, does not", async () => {
    const { key } = await customer();
    const sealed = await sealer.seal(place, "08123");
    expect(await key.open(place, sealed)).toBe("08123");
    await expect(key.open({ ...place, row: "b" }, sealed)).rejects.toThrow(UNREADABLE);
    await expect(key.open(place, sealed.replace(/^1/, "k"))).rejects.toThrow(UNREADABLE);
    await expect(key.open(place, sealed.replace(/^1/, "2"))).rejects.toThrow("no sealing key of version 2");
  });

  test("cut off or put together of two does not open", async () => {
    const { key } = await customer();
    const [, nonce = "", data = ""] = (await key.seal(place, "satu")).split(".");
    const [, , other = ""] = (await key.seal(place, "dua.")).split(".");
    for (const text of ["k", "k.", `k.${nonce}`, `k.${nonce}.`, `k..${data}`, `k.${nonce}.${other}`, ""])
      await expect(key.open(place, text), text).rejects.toThrow(/./);
    await expect(key.open(place, `k.${nonce}.${data.slice(0, -2)}`)).rejects.toThrow(UNREADABLE);
  });
});

describe("a file", () => {
  const file: SealedPlace = { table: "documents", column: "isi", row: "a" };

  test.each([0, 1, 12, 13, 5_000_000])("of %i bytes opens again as it was", async (length) => {
    const { key } = await customer();
    // Web Crypto hands out at most 65,536 random bytes at a time.
    const content = new Uint8Array(length).map((_, at) => (at * 31) & 255);
    const sealed = await key.sealBytes(file, content);
    expect(sealed).toHaveLength(1 + 12 + length + 16);
    expect(sealed[0]).toBe(1);
    expect(Buffer.compare(await key.openBytes(file, sealed), content)).toBe(0);
  });

  test("sealed twice is two different ones, and shows nothing of itself", async () => {
    const { key } = await customer();
    const content = new TextEncoder().encode("KTP 3201010101010001");
    const [one, two] = [await key.sealBytes(file, content), await key.sealBytes(file, content)];
    expect(Buffer.from(one).includes(Buffer.from("3201"))).toBe(false);
    expect(Buffer.compare(one.slice(13), two.slice(13))).not.toBe(0);
  });

  test.each<[string, Partial<SealedPlace>]>([
    ["document", { row: "b" }],
    ["column", { column: "phone" }],
    ["table", { table: "nasabah" }],
  ])("opens as no other %s", async (_, moved) => {
    const { key } = await customer();
    const sealed = await key.sealBytes(file, bytes(64));
    await expect(key.openBytes({ ...file, ...moved }, sealed)).rejects.toThrow(UNREADABLE);
  });

  test("opens with nobody else's key", async () => {
    const [one, two] = [await customer(), await customer()];
    const sealed = await one.key.sealBytes(file, bytes(64));
    await expect(two.key.openBytes(file, sealed)).rejects.toThrow(UNREADABLE);
  });

  test("with any byte of it altered does not open", async () => {
    const { key } = await customer();
    const sealed = await key.sealBytes(file, bytes(40));
    for (let at = 0; at < sealed.length; at++) {
      const altered = sealed.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      await expect(key.openBytes(file, altered), String(at)).rejects.toThrow(
        at === 0 ? "not a sealed file" : UNREADABLE,
      );
    }
  });

  test("cut off at any length, grown, or none at all does not open", async () => {
    const { key } = await customer();
    const sealed = await key.sealBytes(file, bytes(20));
    for (let length = 0; length < sealed.length; length++)
      await expect(key.openBytes(file, sealed.subarray(0, length)), String(length)).rejects.toThrow(/./);
    await expect(key.openBytes(file, new Uint8Array([...sealed, 0]))).rejects.toThrow(UNREADABLE);
    await expect(
      key.openBytes(file, new TextEncoder().encode("%PDF-1.7 tidak tersegel sama sekali")),
    ).rejects.toThrow("not a sealed file");
  });

  test("is opened from a part of a larger buffer", async () => {
    const { key } = await customer();
    const content = bytes(30);
    const sealed = await key.sealBytes(file, content);
    const buffer = new Uint8Array(200);
    buffer.set(sealed, 50);
    expect(await key.openBytes(file, buffer.subarray(50, 50 + sealed.length))).toEqual(content);
  });
});

test("no nonce comes twice in 100,000, of texts and files of one key", { timeout: 120_000 }, async () => {
  const { key } = await customer();
  const nonces = new Set<string>();
  const content = bytes(1);
  for (let round = 0; round < 100; round++) {
    const texts = Array.from({ length: 500 }, () => key.seal(place, "sama"));
    const files = Array.from({ length: 500 }, () => key.sealBytes(place, content));
    for (const text of await Promise.all(texts)) nonces.add(text.split(".")[1] ?? "");
    for (const file of await Promise.all(files))
      nonces.add(Buffer.from(file.subarray(1, 13)).toString("base64url"));
  }
  expect(nonces.size).toBe(100_000);
});
