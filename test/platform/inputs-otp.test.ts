import { describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { eachKind, readOperations } from "./document.ts";
import { expectRefused, sampleOf, send } from "./samples.ts";

// What a one-time code is for may be a text or a whole number, so the suites of one type of field pass it by.

const world = useWorld();
const operations = eachKind(await readOperations()).filter(({ path }) => path.startsWith("/otp/"));
const issuing = operations.filter(({ path }) => path.endsWith("/generate"));

/** The sample's body as text, with this JSON in place of a field. */
const withField = (body: object | undefined, name: string, value: string) =>
  JSON.stringify({ ...body, [name]: "@" }).replace('"@"', () => value);

test("staff and resellers may do both", () => {
  expect(operations).toHaveLength(4);
});

describe("the id", () => {
  test.each<[string, string, number]>([
    ["NUL", `"a\\u0000b"`, 400],
    ["half a surrogate pair", `"a\\ud800b"`, 400],
    ["nothing", `""`, 422],
    ["201 characters", `"${"a".repeat(201)}"`, 422],
    ["50,000 characters", `"${"a".repeat(50_000)}"`, 422],
    ["half a number", "1.5", 422],
    ["2^53", "9007199254740992", 422],
    ["2^53 + 1", "9007199254740993", 422],
    ["a number beyond int8", "9223372036854775808", 422],
    ["1e400", "1e400", 422],
    ["400 digits", "9".repeat(400), 422],
    ["null", "null", 422],
    ["true", "true", 422],
    ["a list", `["a"]`, 422],
    ["an object", `{"a":1}`, 422],
    ["a nested list", "[".repeat(40) + "]".repeat(40), 400],
  ])("as %s is refused", async (_name, value, status) => {
    await expectRefused(world, operations, [status], (_, { body }) => ({
      body: withField(body, "id", value),
    }));
  });

  test.each([
    "0",
    "-0",
    "-1",
    "1e2",
    "5.0",
    "2147483648",
    "9007199254740991",
    "-9007199254740991",
    `" "`,
    `"\\u200b"`,
    `"\\u202Eabc"`,
    `"a\\nb\\u0007"`,
    `"' or 1=1 --"`,
    `"*"`,
    `"a\\r\\nDEL x"`,
    `"\\ud83d\\ude00"`,
    `"__proto__"`,
    `"constructor"`,
    `"${"a".repeat(200)}"`,
    `"${"\u{1F600}".repeat(100)}"`,
  ])("as %s is any id: its code is issued, and right for it alone", async (value) => {
    for (const operation of issuing) {
      const sample = await sampleOf(world, operation);
      const issued = await send(world, sample, { body: withField(sample.body, "id", value) });
      expect(issued.status, await issued.clone().text()).toBe(200);
      const { otp } = await issued.json<{ otp: string }>();
      const verify = async (id: string) => {
        const body = withField({ ...sample.body, otp }, "id", id);
        return (await send(world, sample, { path: "/otp/verify", body })).status;
      };
      expect(await verify(`"lain"`)).toBe(404);
      expect(await verify(value)).toBe(200);
      expect(await verify(value)).toBe(404);
    }
  });
});

describe("the purpose", () => {
  test.each(["", "Login", "log in", "login\n", "l\u00F6gin", "a".repeat(41), "\u200Blogin", "*", "a/b"])(
    "as %j is 422",
    async (purpose) => {
      await expectRefused(world, operations, [422], (_, { body }) => ({
        body: JSON.stringify({ ...body, purpose }),
      }));
    },
  );
});

describe("a channel and a number", () => {
  test.each<[string, object]>([
    ["a channel alone", { channel: "whatsapp" }],
    ["a number alone", { to: "08123456789" }],
    ["another channel", { channel: "sms", to: "08123456789" }],
    ["a channel in capitals", { channel: "WhatsApp", to: "08123456789" }],
    ["no number at all", { channel: "whatsapp", to: "halo" }],
    ["a number as a number", { channel: "whatsapp", to: 8_123_456_789 }],
    ["two numbers", { channel: "whatsapp", to: ["08123456789"] }],
    ["a number with a line break", { channel: "whatsapp", to: "0812\n3456789" }],
    ["null for both", { channel: null, to: null }],
  ])("that is %s is 422", async (_name, fields) => {
    await expectRefused(world, issuing, [422], (_, { body }) => ({
      body: JSON.stringify({ ...body, ...fields }),
    }));
  });
});
