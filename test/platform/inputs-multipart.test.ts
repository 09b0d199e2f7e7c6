import { request as httpRequest } from "node:http";
import { describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { readOperations } from "./document.ts";
import { baseline, pdf } from "./files-samples.ts";
import { BOUNDARY, multipartOf, type Part } from "./request-sample.ts";
import { ktp, takesFile } from "./samples-amancair.ts";
import { expectRefused, flawsOf, sampleOf, send, type Body } from "./samples.ts";

// What stands in place of a JSON body where a file is uploaded.

const world = useWorld();
const uploads = (await readOperations()).filter(takesFile);
const operations = uploads.filter(({ id }) => id === "unggahDokumen");
const MEGABYTE = 1024 * 1024;

const [jenis, berkas] = ktp() as [Part, Part];
const named = (name: string, value: string): Part => ({ name, value });
const raw = (text: string) => Buffer.from(text, "latin1");

test("there are two such operations; that of chats is in inputs-multipart-chat.test.ts", () => {
  expect(uploads.map(({ id }) => id).sort()).toEqual(["kirimBerkasChat", "unggahDokumen"]);
  expect(operations).toHaveLength(1);
});

describe("a form", () => {
  test.each<[string, Part[]]>([
    ["without anything", []],
    ["without a file", [jenis]],
    ["without what it is", [berkas]],
    ["with a text as its file", [jenis, named("file", "foto")]],
    ["with a file as its type", [{ ...berkas, name: "doc_type" }, berkas]],
    ["with a file as its customer", [jenis, berkas, { ...berkas, name: "user_id" }]],
    ["with another type", [named("doc_type", "sim"), berkas]],
    ["with an empty type", [named("doc_type", ""), berkas]],
    ["with a type in capitals", [named("doc_type", "KTP"), berkas]],
    ["with a part that nobody knows", [jenis, berkas, named("mime_type", "image/jpeg")]],
    ["with a second file", [jenis, berkas, { ...berkas, name: "file2" }]],
    ["that names a prototype", [jenis, berkas, named("__proto__", "1")]],
    ["that names a constructor", [jenis, berkas, named("constructor", "1")]],
    ["with brackets in a name", [jenis, berkas, named("user_id[]", "1")]],
    ["with an empty name", [jenis, berkas, named("", "1")]],
    ["with an empty file", [jenis, { ...berkas, value: "" }]],
    ["with a file of text", [jenis, { ...berkas, value: "teks biasa" }]],
    ["with a page for a photo", [jenis, { ...berkas, value: "<html><script>alert(1)</script></html>" }]],
    ["with half a photo", [jenis, { ...berkas, value: baseline().slice(0, 20) }]],
    ["with a paper for a photo", [jenis, { ...berkas, value: pdf() }]],
    [
      "with a paper that does something",
      [named("doc_type", "invoice"), { ...berkas, value: pdf("/OpenAction<</S/JavaScript/JS(app.alert)>>") }],
    ],
    ["with a name of 201 characters", [jenis, { ...berkas, filename: `${"a".repeat(197)}.jpg` }]],
    ["with a name of 50,000 characters", [jenis, { ...berkas, filename: "a".repeat(50_000) }]],
    ["with a blank name", [jenis, { ...berkas, filename: " " }]],
    ["with a name that reads backwards", [jenis, { ...berkas, filename: "ktp\u202Egpj.exe" }]],
    ["with a bell in its name", [jenis, { ...berkas, filename: "ktp\u0007.jpg" }]],
  ])("%s is 422", async (_name, parts) => {
    await expectRefused(world, operations, [422], () => ({ body: multipartOf(parts) }));
  });

  test.each(["user_id", "device_id"])("with a %s that is no id is 422", async (name) => {
    const values =
      `0 -1 +1 01 1.0 1e3 0x10 NaN null [] \u0661 9007199254740992 9223372036854775808 ${"9".repeat(300)}`.split(
        " ",
      );
    for (const value of [...values, "", " 1"])
      await expectRefused(world, operations, [422], () => ({
        body: multipartOf([jenis, berkas, named(name, value)]),
      }));
  });

  test.each<[string, Body]>([
    ["that is empty", ""],
    ["that is text", "bukan formulir"],
    ["that is JSON", `{"doc_type":"ktp"}`],
    ["cut off", multipartOf(ktp()).slice(0, 150)],
    ["without its end", multipartOf(ktp()).slice(0, -(BOUNDARY.length + 8))],
    ["of another boundary", Uint8Array.from(raw("--lain\r\n\r\n--lain--\r\n"))],
    ["of which a part has no name", Uint8Array.from(raw(`--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}--\r\n`))],
    ["with a part twice", multipartOf([jenis, named("doc_type", "selfie"), berkas])],
    ["with its file twice", multipartOf([jenis, berkas, berkas])],
    ["with NUL in a value", multipartOf([named("doc_type", "k\0tp"), berkas])],
    ["with NUL in a name", multipartOf([jenis, berkas, named("a\0b", "1")])],
    ["with NUL in a file's name", multipartOf([jenis, { ...berkas, filename: "ktp\0.jpg" }])],
    [
      "with invalid UTF-8 in a value",
      multipartOf([{ name: "doc_type", value: Uint8Array.of(0xff, 0xfe) }, berkas]),
    ],
  ])("%s is 400", async (_name, body) => {
    await expectRefused(world, uploads, [400], () => ({ body }));
  });

  test.each([
    ["none", null],
    ["JSON", "application/json"],
    ["text", "text/plain"],
    ["a form without files", "application/x-www-form-urlencoded"],
    ["another of its family", "multipart/mixed; boundary=x"],
    ["one without a boundary", "multipart/form-data"],
    ["one in a parameter", "text/plain; multipart/form-data; boundary=x"],
    ["a picture", "image/jpeg"],
  ])("whose type is %s is 415", async (_name, type) => {
    await expectRefused(world, uploads, [415], () => ({ headers: { "content-type": type } }));
  });

  test("with a type and a name that lie is what its bytes are", async () => {
    for (const operation of operations)
      for (const lie of [
        { type: "text/html" },
        { type: "application/pdf" },
        { filename: "../../etc/passwd" },
      ]) {
        const body = multipartOf([jenis, { ...berkas, ...lie }]);
        const answer = await send(world, await sampleOf(world, operation), { body });
        expect(answer.status).toBe(operation.success);
        expect(await answer.json()).toMatchObject({ mime_type: "image/jpeg", doc_type: "ktp" });
      }
  });

  test("with thousands of parts is refused", async () => {
    const parts = Array.from({ length: 20_000 }, (_, at) => named(`k${at}`, "0"));
    await expectRefused(world, uploads, [400, 422], () => ({ body: multipartOf([jenis, ...parts]) }));
  });
});

describe("the size of a form", () => {
  test.each([
    ["6 MB", () => new Uint8Array(6 * MEGABYTE)],
    ["20 MB", () => new Uint8Array(20 * MEGABYTE)],
    ["a file of 6 MB", () => multipartOf([jenis, { ...berkas, value: new Uint8Array(6 * MEGABYTE) }])],
  ])("of %s is 413", async (_name, make) => {
    await expectRefused(world, uploads, [413], () => ({ body: make() }));
  });

  test("whose file alone is too large is 413", async () => {
    const value = new Uint8Array(5 * MEGABYTE + 1);
    await expectRefused(world, operations, [413], () => ({
      body: multipartOf([jenis, { ...berkas, value }]),
    }));
  });

  test("without a length is counted as it comes, and not read beyond the limit", async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    let pulled = 0;
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += chunk.length;
          controller.enqueue(chunk);
        },
      });
    await expectRefused(world, uploads, [413], () => ({ body: body() }));
    expect(pulled).toBeLessThan(6 * uploads.length * MEGABYTE);
  });

  test("that is announced as too large is answered before it has arrived", async () => {
    for (const operation of uploads) {
      const { path, method, headers } = await sampleOf(world, operation);
      const announced = { ...headers, "content-length": String(20 * MEGABYTE) };
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const outgoing = httpRequest(world.url + path, { method, headers: announced });
        outgoing.on("error", reject);
        outgoing.on("response", (incoming) => {
          outgoing.removeListener("error", reject).on("error", () => {});
          resolve(incoming.statusCode);
          outgoing.destroy();
        });
        outgoing.write("x".repeat(100_000));
      });
      expect(status).toBe(413);
    }
  });
});

describe("properties", () => {
  const FIELDS: [id: string, field: string][] = [
    ["tambahKejadian", "event_props"],
    ["tambahLaporanKerusakan", "metadata"],
    ["tambahPerangkat", "metadata"],
    ["ubahPerangkat", "metadata"],
  ];
  /** The valid request with this JSON text as its properties. */
  async function withProps(id: string, field: string, json: string) {
    const [operation] = (await readOperations()).filter((one) => one.id === id);
    if (!operation) throw new Error(`no ${id}`);
    const bend = ({ body }: { body?: object }) =>
      JSON.stringify({ ...body, [field]: "@" }).replace('"@"', () => json);
    return { operation, bend };
  }
  const many = (count: number) => `{${Array.from({ length: count }, (_, at) => `"k${at}":0`).join()}}`;

  test.each<[string, string, number]>([
    ["a list", "[]", 422],
    ["a text", `"a"`, 422],
    ["a number", "1", 422],
    ["nested", `{"a":{"b":1}}`, 422],
    ["a list inside", `{"a":[1]}`, 422],
    ["31", many(31), 422],
    ["a blank name", `{" ":1}`, 422],
    ["an empty name", `{"":1}`, 422],
    ["a long name", `{"${"a".repeat(65)}":1}`, 422],
    ["a long text", `{"a":"${"a".repeat(501)}"}`, 422],
    ["a text that reads backwards", `{"a":"\\u202Ex"}`, 422],
    ["1e400", `{"a":1e400}`, 422],
    ["NUL", `{"a":"\\u0000"}`, 400],
    ["NUL in a name", `{"a\\u0000":1}`, 400],
    ["half a surrogate pair", `{"a":"\\ud800"}`, 400],
    ["a key twice", `{"a":1,"a":2}`, 400],
    ["__proto__", `{"__proto__":1}`, 400],
    ["a contact book", `{"contacts":"x"}`, 422],
  ])("that are %s are refused", async (_name, json, status) => {
    for (const [id, field] of FIELDS) {
      const { operation, bend } = await withProps(id, field, json);
      await expectRefused(world, [operation], [status], (_, sample) => ({ body: bend(sample) }));
    }
  });

  test.each(["{}", many(30), `{"a":1e300,"b":-0,"c":1.5,"d":null,"e":true,"f":"","g":9007199254740993}`])(
    "that are %.60s are kept",
    async (json) => {
      for (const [id, field] of FIELDS) {
        const { operation, bend } = await withProps(id, field, json);
        const sample = await sampleOf(world, operation);
        const answer = await send(world, sample, { body: bend(sample) });
        expect(await flawsOf(answer, [operation.success])).toEqual([]);
      }
    },
  );
});

describe("when a phone was last seen", () => {
  const devices = async () =>
    (await readOperations()).filter(({ id }) => /^(tambah|ubah)Perangkat$/.test(id));

  test.each([
    "",
    "sekarang",
    `2026-11-20T03:00:00.${"0".repeat(10_000)}Z`,
    ..."0000-01-01T00:00:00Z 0000-12-31T23:59:59Z 9999-12-31T23:59:59-14:00 2026-02-30T00:00:00Z".split(" "),
    ..."+275760-09-13T00:00:00Z 2026-11-20 2026-11-20T03:00:00 2026-11-20T25:00:00Z".split(" "),
  ])("as %.40s is 422", async (value) => {
    await expectRefused(world, await devices(), [422], (_, { body }) => ({
      body: JSON.stringify({ ...body, last_seen_at: value }),
    }));
  });

  test.each([
    ["2199-12-31T16:59:59Z", "2199-12-31T16:59:59.000Z"],
    ["2026-11-21T00:00:00+07:00", "2026-11-20T17:00:00.000Z"],
  ])("as %s is %s", async (value, kept) => {
    for (const operation of await devices()) {
      const sample = await sampleOf(world, operation);
      const body = JSON.stringify({ ...sample.body, last_seen_at: value });
      const answer = await send(world, sample, { body });
      expect(await answer.json()).toMatchObject({ last_seen_at: kept });
    }
  });

  test.each(["0001-01-01T00:00:00Z", "0099-12-31T00:00:00Z"])("as %s is that, or 422", async (value) => {
    for (const operation of await devices()) {
      const sample = await sampleOf(world, operation);
      const body = JSON.stringify({ ...sample.body, last_seen_at: value });
      const answer = await send(world, sample, { body });
      const { last_seen_at: kept = "" } = await answer.json<{ last_seen_at?: string }>();
      expect([`422 `, `200 ${new Date(value).toISOString()}`]).toContain(`${answer.status} ${kept}`);
    }
  });
});
