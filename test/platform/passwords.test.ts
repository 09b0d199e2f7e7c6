import { compare, getRounds, hash } from "bcryptjs";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createPasswords, fitsBcrypt, MAX_PASSWORD_BYTES } from "../../src/platform/auth/passwords.ts";
import { emailField, passwordField } from "../../src/platform/http/fields.ts";

// Watched, not replaced: what is compared with what is the only way to see how long it takes.
vi.mock("bcryptjs", { spy: true });
beforeEach(() => {
  vi.clearAllMocks();
});

/** What the table takes for a hash. */
const STORED = /^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/;
const passwords = createPasswords(4);

describe("passwords", () => {
  test.each(["password123", "x".repeat(72), "\u{1F600}".repeat(18), "", "\u0000a"])(
    "%.20j is itself",
    async (password) => {
      const known = await passwords.hash(password);
      expect(known).toMatch(STORED);
      expect(await passwords.matches(password, known)).toBe(true);
      expect(await passwords.matches("sandi orang lain", known)).toBe(false);
      expect(await passwords.hash(password)).not.toBe(known);
    },
  );

  test("are told apart in case, in spaces and in their last byte", async () => {
    const known = await passwords.hash("a".repeat(71) + "b");
    for (const wrong of ["a".repeat(72), "A".repeat(71) + "b", " " + "a".repeat(70) + "b", "a".repeat(71)])
      expect(await passwords.matches(wrong, known)).toBe(false);
  });

  test("of other makers' bcrypt are taken", async () => {
    const known = await hash("password123", 4);
    for (const prefix of ["$2a$", "$2b$", "$2y$"])
      expect(await passwords.matches("password123", known.replace(/^\$2.\$/, prefix))).toBe(true);
  });

  test.each([4, 5, 10])("of nobody take a whole comparison at today's cost, %i", async (cost) => {
    expect(await createPasswords(cost).matches("password123", undefined)).toBe(false);
    expect(compare).toHaveBeenCalledExactlyOnceWith("password123", expect.stringMatching(STORED));
    const [, dummy = ""] = vi.mocked(compare).mock.calls[0] ?? [];
    expect(getRounds(dummy)).toBe(cost);
  });

  test("are outdated when their cost is not today's, up or down", async () => {
    const known = await passwords.hash("password123");
    expect(getRounds(known)).toBe(4);
    expect([4, 5, 10].map((cost) => createPasswords(cost).isOutdated(known))).toEqual([false, true, true]);
    expect(passwords.isOutdated(await createPasswords(5).hash("x"))).toBe(true);
  });
});

test("72 bytes fit, in whatever letters, and a 73rd does not", async () => {
  expect(MAX_PASSWORD_BYTES).toBe(72);
  for (const letter of ["a", "\u00E9", "\u20AC", "\u{1F600}"]) {
    const bytes = Buffer.byteLength(letter);
    expect(fitsBcrypt(letter.repeat(72 / bytes))).toBe(true);
    expect(fitsBcrypt(`${letter.repeat(72 / bytes)}a`)).toBe(false);
  }
  // Why it matters: bcrypt reads no further.
  const known = await hash("a".repeat(72), 4);
  expect(await compare("a".repeat(73), known)).toBe(true);
});

test("a password's letters are the same however a keyboard writes them", () => {
  const field = passwordField(6);
  expect(field.parse("rahasia\u00E9")).toBe(field.parse("rahasiae\u0301"));
  expect(field.parse("  spasi  ")).toBe("  spasi  ");
  for (const short of ["abcde", "\u00E9\u00E9\u00E9", ""]) expect(field.safeParse(short).success).toBe(false);
  for (const long of ["a".repeat(73), "\u00E9".repeat(37)]) expect(field.safeParse(long).success).toBe(false);
  expect(field.safeParse("a".repeat(72)).success).toBe(true);
});

test("an e-mail address is one, in lower case, and no longer than its column's promise", () => {
  expect(emailField().parse("Budi.S+a@Mail.Example")).toBe("budi.s+a@mail.example");
  for (const bad of ["", "budi", "budi@", `${"a".repeat(100)}@mail.com`, "bu di@mail.com", "budi@mail.com\n"])
    expect(emailField().safeParse(bad).success, bad).toBe(false);
});
