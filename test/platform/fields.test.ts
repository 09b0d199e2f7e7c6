import { describe, expect, test } from "vitest";
import { e164Field, paragraphField, telephoneField } from "../../src/platform/http/fields.ts";

describe("e164Field", () => {
  const field = e164Field();

  test.each([
    ["081234567890", "+6281234567890"],
    ["6281234567890", "+6281234567890"],
    ["+6281234567890", "+6281234567890"],
    ["+62 812-3456-7890", "+6281234567890"],
    ["62 812 3456 7890", "+6281234567890"],
    ["0812.3456.7890", "+6281234567890"],
    ["(0812) 3456 7890", "+6281234567890"],
    ["+62 (0)812 3456 7890", "+6281234567890"],
    ["620812 3456 7890", "+6281234567890"],
    ["(021) 555-1234", "+62215551234"],
    ["+1 415 555 2671", "+14155552671"],
    ["+44 20 7946 0958", "+442079460958"],
    // Fifteen digits are the most there are, eight the fewest that we take.
    ["+123456789012345", "+123456789012345"],
    ["+12345678", "+12345678"],
  ])("takes %s as %s", (given, number) => {
    expect(field.parse(given)).toBe(number);
    expect(field.parse(number)).toBe(number);
  });

  test.each([
    "",
    "   ",
    "0",
    "08",
    "812",
    "+",
    "++6281234567890",
    "+0812345678",
    "0081234567890",
    "00",
    "81234567890",
    "14155552671",
    "+1234567",
    "+1234567890123456",
    "08123456789012345",
    "0812-abcd-7890",
    "0812/3456/7890",
    "0812\n34567890",
    "0812\u00A034567890",
    "\u200B081234567890",
    "\u0660\u0668\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
    "08123456789\u0000",
    "+62812345 6789 ext 1",
    `0812${" ".repeat(30)}34567890`,
  ])("refuses '%s'", (given) => {
    expect(field.safeParse(given).success).toBe(false);
  });

  test("says how a number looks", () => {
    const [issue] = field.safeParse("812").error?.issues ?? [];
    expect(issue?.message).toBe("harus nomor telepon, misalnya +628123456789");
  });
});

describe("telephoneField", () => {
  const field = telephoneField();

  test.each([
    "081234567890",
    "+62 812-3456-7890",
    "021 555.1234",
    "0(812)34567",
    "123456",
    `1${"2".repeat(18)}`,
  ])("keeps %s as it is written", (given) => {
    expect(field.parse(given)).toBe(given);
  });

  test.each([
    "",
    "12345",
    `1${"2".repeat(19)}`,
    "+",
    "-81234567",
    " 081234567",
    "0812345x",
    "0812\t34567",
    "08123456\n",
    "08123\u200B4567",
    "\uFF10\uFF18\uFF11\uFF12\uFF13\uFF14\uFF15",
  ])("refuses '%s'", (given) => {
    expect(field.safeParse(given).success).toBe(false);
  });
});

describe("paragraphField", () => {
  const field = paragraphField(1, 20);

  test.each([
    ["Jl. A\nRT 1", "Jl. A\nRT 1"],
    ["Jl. A\r\nRT 1\r\n", "Jl. A\nRT 1"],
    ["a\tb", "a\tb"],
    ["\n\n  Jl. A \t\n", "Jl. A"],
    ["e\u0301", "\u00E9"],
    // Counted as they are kept: ten letters and ten line breaks.
    ["a\r\n".repeat(10).trimEnd(), "a\n".repeat(10).trimEnd()],
    ["a".repeat(20), "a".repeat(20)],
  ])("takes %j as %j", (given, kept) => {
    expect(field.parse(given)).toBe(kept);
  });

  test.each([
    "",
    " \n\t\r\n ",
    "\u200B\n\u200B",
    "...",
    "a\rb",
    "a\u0000b",
    "a\u0007b",
    "a\u000Bb",
    "a\u000Cb",
    "a\u001Bb",
    "a\u007Fb",
    "a\u0085b",
    "a\u202Eb",
    "a\n\u2066b",
    "a".repeat(21),
  ])("refuses %j", (given) => {
    expect(field.safeParse(given).success).toBe(false);
  });

  test("may be nothing where nothing has to be there, and still holds no control character", () => {
    const optional = paragraphField(0, 20);
    expect(optional.parse(" \n ")).toBe("");
    expect(optional.parse("...")).toBe("...");
    expect(optional.safeParse("a\u0000").success).toBe(false);
  });
});
