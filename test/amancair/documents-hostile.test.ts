import { beforeAll, describe, expect, test } from "vitest";
import { MAX_BODY_BYTES } from "../../src/platform/http/body.ts";
import { countOf, refusalAt } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { join, latin1 } from "../platform/files-samples.ts";
import {
  authOf,
  DOCUMENTS,
  fileOf,
  linkTo,
  makeCustomer,
  makeDocument,
  MB,
  photo,
  sendForm,
  upload,
  type DocumentBody,
  type Isian,
} from "./orang.ts";

// Uploads that are too much, too little, or broken. None of them leaves anything.

const world = useWorld();
let budi: Awaited<ReturnType<typeof makeCustomer>>;
beforeAll(async () => {
  budi = await makeCustomer(world);
});

/** A PDF of exactly so many bytes. */
function paperOf(bytes: number): Uint8Array {
  const [head, tail] = [latin1("%PDF-1.7\n% "), latin1("\ntrailer <<>>\n%%EOF\n")];
  return join(head, new Uint8Array(bytes - head.length - tail.length).fill(0x61), tail);
}
const invoice = { doc_type: "invoice" };
const file = () => fileOf(photo());
const BOUNDARY = "----batas";
const part = (head: string, body: string) =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
const END = `--${BOUNDARY}--\r\n`;
const KTP = part('name="doc_type"', "ktp");
const PHOTO = () =>
  part('name="file"; filename="a.jpg"\r\ncontent-type: image/jpeg', Buffer.from(photo()).toString("latin1"));

/** Bytes as they are, as a form. */
function raw(
  body: string | ReadableStream,
  type = `multipart/form-data; boundary=${BOUNDARY}`,
): Promise<Response> {
  const headers = { ...authOf(budi.orang), ...(type !== "" && { "content-type": type }) };
  const init = { method: "POST", headers, duplex: "half" };
  return world.request(DOCUMENTS, {
    ...init,
    body: typeof body === "string" ? new Uint8Array(latin1(body)) : body,
  });
}

async function expectNothingLeft(deed: () => Promise<void>): Promise<void> {
  const count = async () => [
    await countOf(world, "documents"),
    await countOf(world, "berkas_terbuang"),
    world.bucket.objects.size,
  ];
  const before = await count();
  await deed();
  expect(await count()).toEqual(before);
}

describe("the size of a file", () => {
  test("may be 5 MB to the byte, and comes back whole", async () => {
    const bytes = paperOf(5 * MB);
    const { id, file_size } = await makeDocument(world, budi.orang, fileOf(bytes), invoice);
    expect(file_size).toBe(5 * MB);
    const answer = await world.request((await linkTo(budi.caller, id)).path);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test("is refused a byte above", async () => {
    await expectNothingLeft(async () => {
      expect(await refusalAt(upload(world, budi.orang, fileOf(paperOf(5 * MB + 1)), invoice))).toBe(
        "413 isi-terlalu-besar",
      );
    });
  });

  test("is 413 beyond what a form of 5 MB takes", async () => {
    await expectNothingLeft(async () => {
      const tooLarge = fileOf(paperOf(5 * MB + MAX_BODY_BYTES));
      const answer = await upload(world, budi.orang, tooLarge, invoice);
      expect(answer.status).toBe(413);
      expect(await answer.text()).toContain("5 MB");
    });
  });

  test("is 413 too in chunks that name no length; what fits is taken in chunks", async () => {
    const whole = latin1(KTP + PHOTO() + END);
    const stream = (chunks: Uint8Array[]) =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          const next = chunks.shift();
          if (next) controller.enqueue(next);
          else controller.close();
        },
      });
    const fits = await raw(stream([whole.slice(0, 100), whole.slice(100)]));
    expect(fits.status, await fits.clone().text()).toBe(201);
    await expectNothingLeft(async () => {
      const chunk = new Uint8Array(MB);
      const answer = await raw(stream([whole.slice(0, 100), ...Array.from({ length: 6 }, () => chunk)]));
      expect(answer.status).toBe(413);
    });
  });
});

describe("the parts of a form", () => {
  const refused: [what: string, isian: () => Isian, answer: RegExp][] = [
    ["nothing", () => [], /^4(00|22) /],
    ["no file", () => [["doc_type", "ktp"]], /^422 validasi-gagal #\/file$/],
    ["no type", () => [["file", file()]], /^422 validasi-gagal #\/doc_type$/],
    [
      "an unknown type",
      () => [
        ["doc_type", "sim"],
        ["file", file()],
      ],
      /^422 validasi-gagal #\/doc_type$/,
    ],
    [
      "an empty file",
      () => [
        ["doc_type", "ktp"],
        ["file", fileOf(latin1(""))],
      ],
      /^422 .*#\/file$/,
    ],
    [
      "a text for the file",
      () => [
        ["doc_type", "ktp"],
        ["file", "isi"],
      ],
      /^422 validasi-gagal #\/file$/,
    ],
    [
      "a file for the type",
      () => [
        ["doc_type", file()],
        ["file", file()],
      ],
      /^422 validasi-gagal #\/doc_type$/,
    ],
    [
      "two files",
      () => [
        ["doc_type", "ktp"],
        ["file", file()],
        ["file", file()],
      ],
      /^400 formulir-rusak$/,
    ],
    [
      "two types",
      () => [
        ["doc_type", "ktp"],
        ["doc_type", "ktp"],
        ["file", file()],
      ],
      /^400 formulir-rusak$/,
    ],
    [
      "one more file",
      () => [
        ["doc_type", "ktp"],
        ["file", file()],
        ["lain", file()],
      ],
      /^422 /,
    ],
    [
      "an unknown field",
      () => [
        ["doc_type", "ktp"],
        ["file", file()],
        ["storage_url", "x"],
      ],
      /^422 /,
    ],
    [
      "__proto__",
      () => [
        ["doc_type", "ktp"],
        ["file", file()],
        ["__proto__", "x"],
      ],
      /^4(00|22) /,
    ],
    [
      "an array",
      () => [
        ["doc_type[]", "ktp"],
        ["file", file()],
      ],
      /^422 /,
    ],
    [
      "a dotted name",
      () => [
        ["doc_type.a", "ktp"],
        ["file", file()],
      ],
      /^422 /,
    ],
    [
      "a NUL in a value",
      () => [
        ["doc_type", "ktp\0"],
        ["file", file()],
      ],
      /^4(00|22) /,
    ],
    ...["0", "-1", "1.5", "1e3", "abc", "", "99999999999999999999", "9007199254740992", " 1"].map(
      (user_id): (typeof refused)[number] => [
        `user_id "${user_id}"`,
        () => [
          ["doc_type", "ktp"],
          ["user_id", user_id],
          ["file", file()],
        ],
        /^422 validasi-gagal #\/user_id$/,
      ],
    ),
    [
      "a file for user_id",
      () => [
        ["doc_type", "ktp"],
        ["user_id", file()],
        ["file", file()],
      ],
      /^422 .*user_id$/,
    ],
    [
      "device_id 0",
      () => [
        ["doc_type", "ktp"],
        ["device_id", "0"],
        ["file", file()],
      ],
      /^422 .*device_id$/,
    ],
  ];

  test.each(refused)("%s: refused", async (_, isian, answer) => {
    await expectNothingLeft(async () => {
      expect(await refusalAt(sendForm(world, budi.orang, isian()))).toMatch(answer);
    });
  });

  test("may come in any order", async () => {
    const answer = await sendForm(world, budi.orang, [
      ["file", file()],
      ["doc_type", "selfie"],
    ]);
    expect(answer.status).toBe(201);
  });
});

describe("a broken form", () => {
  const broken: [what: string, body: () => string][] = [
    ["empty", () => ""],
    ["without an end", () => KTP + PHOTO()],
    ["of another boundary", () => (KTP + PHOTO() + END).replaceAll(BOUNDARY, "lain")],
    ["cut off in the file", () => (KTP + PHOTO() + END).slice(0, 300)],
    ["of parts without a name", () => part("x=1", "ktp") + PHOTO() + END],
    ["of no form at all", () => "bukan formulir"],
    ["with a NUL in a name", () => KTP.replace("doc_type", "doc\0type") + PHOTO() + END],
    ["with bytes that are no UTF-8", () => KTP.replace("ktp", "\xff\xfe") + PHOTO() + END],
    ["with a NUL in a file's name", () => KTP + PHOTO().replace("a.jpg", "a\0.jpg") + END],
  ];

  test.each(broken)("%s is 400 or 422, never more", async (_, body) => {
    await expectNothingLeft(async () => {
      expect(await refusalAt(raw(body()))).toMatch(/^(400 formulir-rusak|422 validasi-gagal)/);
    });
  });

  test.each([
    "",
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/mixed; boundary=----batas",
    "text/plain; boundary=----batas",
  ])("of the type %s is 415", async (type) => {
    expect(await refusalAt(raw(KTP + PHOTO() + END, type))).toBe("415 jenis-isi-tidak-didukung");
  });

  test.each(["multipart/form-data; boundary=", 'multipart/form-data; boundary="'])(
    "of the type %s is 4xx",
    async (type) => {
      expect(await refusalAt(raw(KTP + PHOTO() + END, type))).toMatch(/^4\d\d /);
    },
  );

  test("in JSON, as the other doors take it, is 415", async () => {
    const asking = budi.caller.post(DOCUMENTS, { doc_type: "ktp", file: "aGFsbw==" });
    expect(await refusalAt(asking)).toBe("415 jenis-isi-tidak-didukung");
  });
});

describe("the name of a file", () => {
  test.each([
    ["RTL marks", "ktp\u202Egpj.exe"],
    ["an isolate", "ktp\u2066x\u2069.jpg"],
    ["a line break", "a\nb.jpg"],
    ["a bell", "a\u0007b.jpg"],
    ["201 characters", `${"a".repeat(197)}.jpg`],
    ["spaces only", "   "],
    ["dots only", "..."],
    ["zero-width marks only", "\u200B\u200B"],
    // One character, which NFKC writes out as 18.
    ["200 letters that are a phrase each", "\uFDFA".repeat(200)],
    ["12 letters that are a phrase each", "\uFDFA".repeat(12)],
    // Each of five characters becomes seven.
    ["33 addresses", "a@b.c ".repeat(33)],
  ])("with %s is refused", async (_, name) => {
    await expectNothingLeft(async () => {
      expect(await refusalAt(upload(world, budi.orang, fileOf(photo(), name)))).toMatch(
        /^(422 .*#\/file|400 formulir-rusak)$/,
      );
    });
  });

  test.each([
    ["200 characters", `${"a".repeat(196)}.jpg`],
    ["200 characters of which each is nine in a header", "\u6F22".repeat(200)],
    ["parts of a path", "../../a/b.jpg"],
    ["a drive", "C:\\Users\\budi\\ktp.jpg"],
    ["emoji", "😀👨‍👩‍👧 ktp.jpg"],
    ["quotes", `a"b'c.jpg`],
  ])("with %s is only a name: it is kept, and says nothing of where the file lies", async (_, name) => {
    const { file_name, id } = await makeDocument(world, budi.orang, fileOf(photo(), name));
    expect(file_name).toBe(name);
    expect([...world.bucket.objects.keys()].every((key) => /^[0-9a-f-]{36}$/.test(key))).toBe(true);
    expect((await world.request((await linkTo(budi.caller, id)).path)).status).toBe(200);
  });

  test("is kept as every line of text is: trimmed, and in NFC", async () => {
    const { file_name } = await makeDocument(world, budi.orang, fileOf(photo(), "  cafe\u0301.jpg "));
    expect(file_name).toBe("caf\u00E9.jpg");
  });

  test("never is longer than 200 characters, spaces around it included", async () => {
    const answer = await upload(world, budi.orang, fileOf(photo(), `${" ".repeat(500)}a.jpg`));
    if (answer.status === 422) return;
    const { file_name: kept }: DocumentBody = JSON.parse(await answer.text());
    expect(kept.length).toBeLessThanOrEqual(200);
  });
});

test("a bomb of marks that look like scripts takes no time to speak of", async () => {
  // Quadratic reading of 5 MB would take minutes.
  const marks = latin1(`%PDF-1.7\n${"/JS ".repeat(MB)}\n%%EOF\n`);
  const started = performance.now();
  const answer = await upload(world, budi.orang, fileOf(marks), invoice);
  expect([201, 422]).toContain(answer.status);
  expect(performance.now() - started).toBeLessThan(5_000);
});
