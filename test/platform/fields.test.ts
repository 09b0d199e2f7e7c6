import { describe, expect, test } from "vitest";
import { dateField, e164Field, paragraphField, telephoneField } from "../../src/platform/http/fields.ts";

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
    "+6200812345678",
    "+62 (0) 0812 3456",
    "6200812345678",
    "+620",
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
    "(021) 555-1234",
    "(0812) 3456.7890",
    "021 555.1234",
    "0(812)34567",
    "123456",
    `1${"2".repeat(18)}`,
    `(${"2".repeat(19)}`,
  ])("keeps %s as it is written, trimmed", (given) => {
    expect(field.parse(given)).toBe(given);
    for (const around of [` ${given}`, `${given}\n`, `\u00A0\t${given}  `])
      expect(field.parse(around)).toBe(given);
  });

  test.each([
    "",
    "12345",
    `1${"2".repeat(19)}`,
    "+",
    "-81234567",
    "((021) 555-1234",
    "+(62) 812345678",
    "(+62) 812345678",
    "( 021) 5551234",
    ")0215551234",
    "(",
    " 12345 ",
    `(${"2".repeat(20)}`,
    "0812345x",
    "0812\t34567",
    "08123\u200B4567",
    "\uFF10\uFF18\uFF11\uFF12\uFF13\uFF14\uFF15",
  ])("refuses '%s'", (given) => {
    expect(field.safeParse(given).success).toBe(false);
  });
});

test("telephoneField says how a number looks", () => {
  for (const given of ["", "nol delapan", " 12345 "])
    expect(
      telephoneField()
        .safeParse(given)
        .error?.issues.map(({ message }) => message),
    ).toEqual(["harus nomor telepon, misalnya 081234567890"]);
});

describe("dateField", () => {
  const field = dateField();

  test.each(["1990-05-17", "2024-02-29", "2000-02-29", "1900-01-01", "9999-12-31"])("keeps %s", (given) => {
    expect(field.parse(given)).toBe(given);
  });

  test.each(["1899-12-31", "0001-01-01", "0000-01-01", "0000-02-29"])(
    "refuses %s as too long ago",
    (given) => {
      const messages = field.safeParse(given).error?.issues.map(({ message }) => message);
      expect(messages).toEqual(["harus sejak 1900"]);
    },
  );

  test.each([
    "",
    "2023-02-29",
    "1900-02-29",
    "2024-04-31",
    "17-05-1990",
    "1990-5-17",
    "1990-05-17T00:00:00Z",
  ])("refuses '%s', and says how a day is written", (given) => {
    const messages = field.safeParse(given).error?.issues.map(({ message }) => message);
    expect(messages).toEqual(["harus tanggal yang ada, misalnya 1990-05-17"]);
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
