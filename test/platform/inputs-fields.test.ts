import { describe, expect, test, vi } from "vitest";
import { useWorld } from "../harness.ts";
import { makeMitra, requestPurchase } from "../make.ts";
import { eachKind, readOperations, type Operation, type Schema } from "./document.ts";
import { expectRefused, flawsOf, newEmail, rowCounts, sampleOf, send } from "./samples.ts";

// Many of these ask every operation there is, each with rows of its own.
vi.setConfig({ testTimeout: 180_000 });

const world = useWorld();
const operations = eachKind(await readOperations());
const json = operations.filter((operation) => operation.json);

/**
 * What is only compared with what is stored, and never shown to anybody: any characters will do. What an operation
 * answers to one that fits nothing, by the field's name.
 */
const COMPARED: Record<string, Record<string, number>> = {
  masuk: { identifier: 401, password: 401 },
  masukDenganEmail: { password: 401 },
  segarkanToken: { refresh_token: 401 },
  gantiKataSandi: { current_password: 403 },
  verifikasiOtp: { otp: 400 },
};

/** Texts of several lines: line breaks stay. */
const PARAGRAPHS = "alamat address_line stacktrace text menu info help agent_notice pause_notice"
  .split(" ")
  .concat("putuskanPinjaman note", "tambahJabatan deskripsi", "ubahJabatan deskripsi");
/** What may be nothing, and so also nothing that can be seen. */
const MAY_BE_EMPTY = ["deskripsi", "merek"];
/** What a valid text may come to otherwise: another row has it already, or it names what there is not. */
const REFUSED: Record<string, number> = { nama_jabatan: 409, purpose: 404, kode: 409, mutasi_bank_id: 404 };

describe("a field", () => {
  const typed = (type: string) =>
    json.flatMap((operation) =>
      Object.entries(operation.json?.properties ?? {})
        .filter(([, schema]) => [schema.type].flat().includes(type))
        .map(([name, schema]) => ({ operation, name, schema })),
    );

  /** Sends each field of the chosen ones as this JSON text. */
  async function expectFieldsRefused(
    fields: { operation: Operation; name: string }[],
    statuses: number[],
    value: string,
  ): Promise<void> {
    for (const { operation, name } of fields) {
      await expectRefused(world, [operation], statuses, (_, sample) => ({
        body: JSON.stringify({ ...sample.body, [name]: "@" }).replace('"@"', value),
      }));
    }
  }

  const numbers = typed("integer");
  const nullable = ({ schema }: { schema: Schema }) => [schema.type].flat().includes("null");
  const outside = ({ minimum = -Infinity, maximum = Infinity }: Schema, value: number) =>
    value < minimum || value > maximum;

  test.each(
    `1.5 0.30000000000000004 1e-1 -1 -2147483649 9007199254740992 9007199254740993 9223372036854775808 1e19 1e400 -1e400
      ${"9".repeat(400)} "1" "0x10" "NaN" true null [] [1] {} {"toString":1}`.split(/\s+/),
  )("of whole numbers as %s is 422", async (value) => {
    const taking = numbers.filter((field) => value !== "null" || !nullable(field));
    await expectFieldsRefused(taking, [422], value);
  });

  test.each([0, -0, 2_147_483_648, 4_294_967_296])(
    "of whole numbers as %i is 422 outside its limits",
    async (value) => {
      await expectFieldsRefused(
        numbers.filter(({ schema }) => outside(schema, value)),
        [422],
        Object.is(value, -0) ? "-0" : String(value),
      );
    },
  );

  test("-0 and 1e2 are the whole numbers they are", async () => {
    for (const [written, saldo] of Object.entries({ "-0": "0", "1e2": "100", "5.0": "5" })) {
      const email = newEmail();
      const response = await world.request("/register", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: `{"nama":"Budi","email":"${email}","saldo":${written}}`,
      });
      expect(response.status).toBe(200);
      const rows = await world.cloud.neon.asOwner(
        "select b.saldo from buku b join mitra m on m.id = b.mitra_id where m.email = $1 and b.nama = 'tersedia'",
        [email],
      );
      expect(rows).toEqual([{ saldo }]);
    }
  });

  test.each(["0", "1", `"true"`, `"false"`, `"ya"`, "null", "[]", "[true]", "{}"])(
    "of true or false as %s is 422",
    async (value) => {
      await expectFieldsRefused(typed("boolean"), [422], value);
    },
  );

  const texts = typed("string");
  const isPassword = ({ schema }: { schema: Schema }) => schema.format === "password";
  const missOf = ({ operation, name }: { operation: Operation; name: string }) =>
    COMPARED[operation.documented.operationId ?? ""]?.[name];
  const shown = texts.filter((field) => !isPassword(field) && missOf(field) === undefined);

  test.each<[string, string, number[]]>([
    ["NUL", `"a\\u0000b"`, [400]],
    ["half a surrogate pair", `"a\\ud800b"`, [400]],
    ["the other half", `"\\udfff"`, [400]],
    ["50,000 characters", `"${"a".repeat(50_000)}"`, [422]],
    ["a number", "1", [422]],
    ["true", "true", [422]],
    ["a list", `["a"]`, [422]],
    ["an object", `{"a":"b"}`, [422]],
  ])("of text with %s is refused", async (_name, value, statuses) => {
    await expectFieldsRefused(texts, statuses, value);
  });

  test.each(["null", `""`])("of text that must be there as %s is 422", async (value) => {
    const needed = texts.filter(({ operation, name }) => operation.json?.required?.includes(name));
    expect(needed.length).toBeGreaterThan(40);
    await expectFieldsRefused(needed, [422], value);
  });

  test.each<[string, string, string[]]>([
    ["a zero-width space only", `"\\u200b"`, MAY_BE_EMPTY],
    ["a word joiner and a soft hyphen", `"\\u2060\\u00ad"`, MAY_BE_EMPTY],
    ["a Hangul filler's look", `"\\u2800"`, MAY_BE_EMPTY],
    ["reversed text", `"budi\\u202Emoc.liam@x"`, []],
    ["an isolate", `"budi\\u2066@mail.com"`, []],
    ["a bell", `"budi\\u0007"`, []],
    ["a control of Latin-1", `"budi\\u0085santoso"`, []],
    ["a lone carriage return", `"budi\\rsantoso"`, []],
    ["a newline", `"budi\\nsantoso"`, PARAGRAPHS],
    ["a tab", `"budi\\tsantoso"`, PARAGRAPHS],
  ])("of text that people see with %s is refused", async (_name, value, exempt) => {
    await expectFieldsRefused(
      shown.filter(
        ({ name, operation }) => !exempt.includes(name) && !exempt.includes(`${operation.id} ${name}`),
      ),
      [422],
      value,
    );
  });

  test("of several lines keeps them, and may be nothing where nothing has to be there", async () => {
    const sent: [name: string, fields: number, values: string[]][] = [
      ["deskripsi", 2, ["satu\n\tdua", "", "\u200b"]],
      ["alamat", 2, ["Jl. Contoh\nNo. 1\tRT 2"]],
      ["address_line", 2, ["Jl. Melati\nNo. 5\tRT 2"]],
      ["stacktrace", 1, ["at a\n\tat b"]],
      // Of a message, and of two requests about a quick reply.
      ["text", 3, ["Satu\n\tdua"]],
      ...["menu", "info", "help", "agent_notice", "pause_notice"].map((name): [string, number, string[]] => [
        name,
        1,
        ["Halo\n1. Info\n\t2. Bantuan"],
      ]),
    ];
    for (const [name, count, values] of sent) {
      const fields = texts.filter(
        (field) =>
          field.name === name &&
          [name, `${field.operation.id} ${name}`].some((paragraph) => PARAGRAPHS.includes(paragraph)),
      );
      expect(fields).toHaveLength(count);
      for (const { operation } of fields)
        for (const value of values) {
          const sample = await sampleOf(world, operation);
          const body = JSON.stringify({ ...sample.body, [name]: value });
          const response = await send(world, sample, { body });
          expect(response.status, operation.id).toBe(operation.success);
          expect(await response.json()).toMatchObject({ [name]: value });
        }
    }
  });

  test.each([
    "\u200b\u200b\u200b\u200b\u200b\u200b",
    "baris\nbaru",
    "tab\tdan\u0007bel",
    "budi\u202Emoc",
    "\u{1F600}".repeat(6),
    "      ",
    "kata sandi",
  ])("that is a password may be %j", async (password) => {
    const fields = texts.filter(isPassword);
    expect(fields.length).toBeGreaterThan(4);
    for (const field of fields) {
      const { operation, name } = field;
      const sample = await sampleOf(world, operation);
      const response = await send(world, sample, {
        body: JSON.stringify({ ...sample.body, [name]: password }),
      });
      const status = missOf(field) ?? operation.success;
      expect(await flawsOf(response, [status]), `${operation.id} ${name}`).toEqual([]);
    }
  });

  test.each([
    ["73 bytes", "a".repeat(73)],
    ["37 letters of two bytes", "\u00E9".repeat(37)],
    ["19 of four bytes", "\u{1F600}".repeat(19)],
    // NFC makes one letter of two bytes out of each pair.
    ["37 letters in two parts each", "e\u0301".repeat(37)],
  ])("that is a password of %s is 422: bcrypt would not read its end", async (_name, password) => {
    await expectFieldsRefused(texts.filter(isPassword), [422], JSON.stringify(password));
  });

  test("that is a new password has six characters at least, and one that is only compared has one", async () => {
    const fields = texts.filter(isPassword);
    await expectFieldsRefused(fields, [422], `""`);
    await expectFieldsRefused(
      fields.filter((field) => missOf(field) === undefined),
      [422],
      `"abcde"`,
    );
  });

  test.each([
    "' or 1=1 --",
    "'; drop table mitra; --",
    "${7*7}",
    "%",
    "_",
    "\\",
    "<script>alert(1)</script>",
  ])("of text as %s is taken literally or refused", async (value) => {
    for (const field of texts) {
      const { operation, name } = field;
      const sample = await sampleOf(world, operation);
      const body = JSON.stringify({ ...sample.body, [name]: value });
      const response = await send(world, sample, { body });
      // Nothing that is compared becomes right by it.
      const taken = missOf(field) ?? operation.success;
      expect(
        await flawsOf(response, [taken, 422, REFUSED[name] ?? taken]),
        `${operation.id} ${name}`,
      ).toEqual([]);
    }
    expect((await makeMitra(world)).id).toBeGreaterThan(0);
  });
});

describe("an e-mail address", () => {
  const register = (email: string) =>
    world.request("/register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ nama: "Budi Santoso", email }),
    });

  test.each([
    ["upper case", (email: string) => email.toUpperCase()],
    ["a capital domain", (email: string) => email.replace("mail", "Mail")],
    ["one capital", (email: string) => email.replace(/[a-f]/, (letter) => letter.toUpperCase())],
  ])("in %s is the same one", async (_name, vary) => {
    const { email } = await makeMitra(world);
    const before = await rowCounts(world);
    const again = await register(vary(email));
    expect(await flawsOf(again, [409])).toEqual([]);
    expect(await rowCounts(world)).toEqual(before);
  });

  test.each([
    "budi",
    "budi@",
    "@mail.com",
    "budi@mail",
    " budi@mail.com",
    "budi@mail.com ",
    "bu\u0131@mail.com",
    "a@b@c.com",
  ])("as '%s' is 422", async (email) => {
    expect(await flawsOf(await register(email), [422])).toEqual([]);
  });
});

test("a name keeps its own letters, in one form", async () => {
  const email = newEmail();
  const sent = "  Zoe\u0308 \u{1F600} \u0628\u0648\u062F\u064A  ";
  const body = JSON.stringify({ nama: sent, email });
  const headers = { "content-type": "application/json" };
  expect((await world.request("/register", { method: "POST", headers, body })).status).toBe(200);
  const rows = await world.cloud.neon.asOwner("select nama from mitra where email = $1", [email]);
  expect(rows).toEqual([{ nama: sent.trim().normalize("NFC") }]);
});

test("a purchase key in header and body that differ is 422, and nothing is bought", async () => {
  const mitra = await makeMitra(world);
  const before = await rowCounts(world);
  const response = await requestPurchase(world, mitra, { ref_id: "a" }, { "idempotency-key": "b" });
  expect(await flawsOf(response, [422])).toEqual([]);
  expect(await rowCounts(world)).toEqual(before);
});
