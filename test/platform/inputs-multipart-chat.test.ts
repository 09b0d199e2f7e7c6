import { describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { readOperations } from "./document.ts";
import { baseline, pdf } from "./files-samples.ts";
import { multipartOf, type Part } from "./request-sample.ts";
import { fotoChat } from "./samples-whatsapp.ts";
import { expectRefused, flawsOf, newKey, sampleOf, send } from "./samples.ts";

// The form by which staff sends a file to a customer; what holds of every form is in inputs-multipart.test.ts.

const world = useWorld();
const operations = (await readOperations()).filter(({ id }) => id === "kirimBerkasChat");
const MEGABYTE = 1024 * 1024;

const foto = fotoChat();
const named = (name: string, value: string): Part => ({ name, value });

/** Sends a form to a chat of its own. */
async function answerTo(parts: Part[], headers: Record<string, string> = {}): Promise<Response> {
  const [operation] = operations;
  if (!operation) throw new Error("no such operation");
  return await send(world, await sampleOf(world, operation), { body: multipartOf(parts), headers });
}

describe("a form", () => {
  test.each<[string, Part[]]>([
    ["without anything", []],
    ["without a file", [named("text", "Halo")]],
    ["with a text as its file", [named("file", "foto")]],
    ["with a file as its text", [foto, { ...foto, name: "text" }]],
    ["with a part that nobody knows", [foto, named("mime_type", "image/jpeg")]],
    ["with a note, which no file is", [foto, named("note", "true")]],
    ["with another chat", [foto, named("chat_id", "1")]],
    ["with a second file", [foto, { ...foto, name: "file2" }]],
    ["that names a prototype", [foto, named("__proto__", "1")]],
    ["that names a constructor", [foto, named("constructor", "1")]],
    ["with brackets in a name", [foto, named("text[]", "1")]],
    ["with an empty name", [foto, named("", "1")]],
    ["with an empty file", [{ ...foto, value: "" }]],
    ["with a file of text", [{ ...foto, value: "teks biasa" }]],
    ["with a page for a photo", [{ ...foto, value: "<html><script>alert(1)</script></html>" }]],
    ["with half a photo", [{ ...foto, value: baseline().slice(0, 20) }]],
    [
      "with a paper that does something",
      [{ ...foto, value: pdf("/OpenAction<</S/JavaScript/JS(app.alert)>>") }],
    ],
    ["with a text of 1,001 characters", [foto, named("text", "a".repeat(1_001))]],
    ["with a text that reads backwards", [foto, named("text", "a\u202Eb")]],
    ["with a bell in its text", [foto, named("text", "a\u0007b")]],
    ["with a name of 201 characters", [{ ...foto, filename: `${"a".repeat(197)}.jpg` }]],
    ["with a name of 50,000 characters", [{ ...foto, filename: "a".repeat(50_000) }]],
    ["with a blank name", [{ ...foto, filename: " " }]],
    ["with a name that reads backwards", [{ ...foto, filename: "bukti\u202Egpj.exe" }]],
    ["with a bell in its name", [{ ...foto, filename: "bukti\u0007.jpg" }]],
  ])("%s is 422", async (_name, parts) => {
    await expectRefused(world, operations, [422], () => ({ body: multipartOf(parts) }));
  });

  test("whose file alone is too large is 413", async () => {
    const value = new Uint8Array(5 * MEGABYTE + 1);
    await expectRefused(world, operations, [413], () => ({ body: multipartOf([{ ...foto, value }]) }));
  });

  test("with a type and a name that lie is what its bytes are", async () => {
    for (const lie of [
      { type: "text/html" },
      { type: "application/pdf" },
      { filename: "../../etc/passwd" },
    ]) {
      const answer = await answerTo([{ ...foto, ...lie }]);
      expect(answer.status).toBe(201);
      const { type, file } = await answer.json<{ type: string; file: { mime_type: string } }>();
      expect({ type, mime: file.mime_type }).toEqual({ type: "image", mime: "image/jpeg" });
    }
    const paper = await answerTo([{ ...foto, value: pdf() }]);
    expect(await paper.json()).toMatchObject({ type: "document", file: { mime_type: "application/pdf" } });
  });

  test("may have several lines of text, or none", async () => {
    for (const text of ["Satu\n\tdua", "", "a".repeat(1_000), "\u{1F600}"]) {
      const answer = await answerTo([foto, named("text", text)]);
      expect(await flawsOf(answer.clone(), [201])).toEqual([]);
      expect(await answer.json()).toMatchObject({ text });
    }
    expect(await (await answerTo([foto])).json()).toMatchObject({ text: "" });
  });

  test("with a key that is too long or has a space is 422", async () => {
    for (const key of ["a".repeat(256), "a b", "", "caf\u00E9"])
      await expectRefused(world, operations, [422], () => ({ headers: { "idempotency-key": key } }));
    expect((await answerTo([foto], { "idempotency-key": newKey() })).status).toBe(201);
  });
});
