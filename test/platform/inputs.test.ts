import { request as httpRequest } from "node:http";
import { describe, expect, test, vi } from "vitest";
import { useWorld } from "../harness.ts";
import { makeMitra } from "../make.ts";
import { eachKind, isCallback, readOperations } from "./document.ts";
import { takesFile } from "./samples-amancair.ts";
import {
  EMPTY_IS_ENOUGH,
  expectRefused,
  flawsOf,
  rowCounts,
  sampleOf,
  send,
  type Sample,
} from "./samples.ts";

// Many of these ask every operation there is, each with rows of its own.
vi.setConfig({ testTimeout: 180_000 });

const world = useWorld();
const operations = eachKind(await readOperations());

test.each(operations)("$id takes its valid request", async (operation) => {
  const response = await send(world, await sampleOf(world, operation));
  expect(response.status, await response.text()).toBe(operation.success);
});

describe("a header", () => {
  const withKeys = operations.filter(({ parameters }) =>
    parameters.some((p) => p.name === "Idempotency-Key"),
  );

  test.each([
    ["of 256 characters", "a".repeat(256)],
    ["of 100,000 characters", "a".repeat(100_000)],
    ["with a space", "a b"],
    ["sent twice", "a, a"],
    ["with Latin-1", "caf\u00E9"],
    ["with a tab", "a\tb"],
    ["that is empty", ""],
  ])("Idempotency-Key %s is 422", async (_name, value) => {
    await expectRefused(world, withKeys, [422], () => ({ headers: { "idempotency-key": value } }));
  });

  test.each([
    ["missing", null],
    ["empty", ""],
    ["short", "abc"],
    ["upper case", "A".repeat(64)],
    ["sent twice", `${"a".repeat(64)}, ${"a".repeat(64)}`],
    ["not hex", "g".repeat(64)],
    ["Latin-1", "\u00E9".repeat(64)],
    ["100,000 long", "a".repeat(100_000)],
    ["nobody's", "a".repeat(64)],
  ])("x-api-key %s is 401, with the scheme to use", async (_name, value) => {
    const protectedOnes = operations.filter(({ security }) => security === "kunciApi");
    expect(protectedOnes.map(({ id }) => id)).toContain("verifikasiOtp:mitra");
    await expectRefused(world, protectedOnes, [401], () => ({ headers: { "x-api-key": value } }));
    const refused = await world.request("/saldo", { headers: value === null ? {} : { "x-api-key": value } });
    expect(refused.headers.get("www-authenticate")).toMatch(/^ApiKey /);
  });

  test.each(["", "x", "a.b.c", "\u00E9", "sha1=", `sha1=${"0".repeat(40)}`, "x".repeat(100_000)])(
    "of a signature as '%.20s' is 401",
    async (value) => {
      const ids = ["antreanKiriman", "antreanTransaksi", "antreanWhatsapp", "webhookBank", "webhookBiller"];
      const signed = operations.filter(({ id }) => ids.includes(id));
      expect(signed).toHaveLength(ids.length);
      await expectRefused(world, signed, [401], () => ({
        headers: { "upstash-signature": value, "x-hub-signature": value, signature: value },
      }));
    },
  );
});

describe("the type of a body", () => {
  const json = operations.filter((operation) => operation.json);
  // A signature covers the exact bytes of the queue's message, so there the label of JSON decides nothing.
  const unsigned = json.filter((operation) => !isCallback(operation));

  test.each([
    ["none", null],
    ["text", "text/plain"],
    ["a form", "application/x-www-form-urlencoded"],
    ["multipart", "multipart/form-data; boundary=x"],
    ["JSON Lines", "application/jsonl"],
    ["JSON in a parameter", "text/plain; application/json"],
    ["two types", "application/json, text/plain"],
  ])("%s is 415", async (_name, type) => {
    await expectRefused(world, json, [415], () => ({ headers: { "content-type": type } }));
  });

  test.each([
    "application/vnd.x+json",
    "application/json; charset=utf-16",
    "application/json; charset=latin1",
    "application/json; charset=",
    "application/json; charset=utf-8; charset=utf-16",
    "application/json; profile=x",
  ])("%s is 415", async (type) => {
    await expectRefused(world, unsigned, [415], () => ({ headers: { "content-type": type } }));
  });

  test.each([
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "Application/JSON",
    "application/json ;charset=utf-8",
    "application/json;",
  ])("%s is read, never skipped", async (type) => {
    for (const operation of json) {
      const sample = await sampleOf(world, operation);
      const headers = { "content-type": type };
      const taken = await send(world, sample, { headers });
      expect([operation.success, 415], operation.id).toContain(taken.status);
      const body = EMPTY_IS_ENOUGH.includes(operation.id) ? "1" : "{}";
      const empty = await send(world, sample, { headers, body });
      expect(await flawsOf(empty, [415, 422]), operation.id).toEqual([]);
    }
  });
});

describe("the size of a body", () => {
  // How much of a file is read, is in inputs-multipart.test.ts.
  const withBody = operations.filter((operation) => operation.takesBody && !takesFile(operation));
  const MEGABYTE = 1024 * 1024;
  // What vendors tell comes in batches.
  const own = withBody.filter((operation) => !isCallback(operation));
  const callbacks = withBody.filter(isCallback);

  test.each([
    ["a string of 1 MB", () => JSON.stringify({ nama: "a".repeat(MEGABYTE) })],
    ["20 MB", () => new Uint8Array(20 * MEGABYTE)],
    ["a million keys", () => `{${Array.from({ length: 1_000_000 }, (_, at) => `"k${at}":0`).join()}}`],
  ])("%s is 413", async (_name, make) => {
    const body = make();
    await expectRefused(world, withBody, [413], () => ({ body }));
  });

  test.each([
    ["64 KB and a byte", () => " ".repeat(64 * 1024 + 1)],
    ["100,000 levels", () => "[".repeat(100_000) + "]".repeat(100_000)],
  ])("%s is 413, and less than what a vendor may send", async (_name, make) => {
    const body = make();
    await expectRefused(world, own, [413], () => ({ body }));
    expect(callbacks.map(({ id }) => id).sort()).toEqual([
      "antreanKiriman",
      "antreanTransaksi",
      "antreanWhatsapp",
      "webhookBank",
      "webhookBiller",
      "webhookWhapi",
      "webhookWhapiMessages",
      "webhookWhapiStatuses",
    ]);
    for (const operation of callbacks) {
      const sample = await sampleOf(world, operation);
      const before = await rowCounts(world);
      const response = await send(world, sample, { body });
      // What cannot be read is no alarm, and the biller is not asked to say it again.
      expect(await flawsOf(response, [200, 400, 422]), operation.id).toEqual([]);
      expect(await rowCounts(world), operation.id).toEqual(before);
    }
  });

  test.each([
    ["to the last byte is read", 0, (status: number) => [400, status]],
    ["and a byte is 413", 1, () => [413]],
  ])("of a vendor's message, 1 MB %s", async (_name, more, statuses) => {
    const body = new Uint8Array(MEGABYTE + more).fill(0x20);
    for (const operation of callbacks) {
      const response = await send(world, await sampleOf(world, operation), { body });
      expect(await flawsOf(response, statuses(operation.success)), operation.id).toEqual([]);
    }
  });

  test.each([
    ["a vendor's", callbacks, MEGABYTE],
    ["any other", own, 64 * 1024],
  ])("without a length, %s is counted as it comes, and not read beyond the limit", async (_, some, most) => {
    const chunk = new Uint8Array(16 * 1024).fill(0x20);
    let pulled = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += chunk.length;
          controller.enqueue(chunk);
        },
      });
    await expectRefused(world, some, [413], () => {
      expect(pulled).toBeLessThanOrEqual(most + 8 * chunk.length);
      pulled = 0;
      return { body: endless() };
    });
    expect(pulled).toBeGreaterThan(most);
    expect(pulled).toBeLessThanOrEqual(most + 8 * chunk.length);
  });

  test.each([
    { name: "20 MB announced", headers: { "content-length": String(20 * MEGABYTE) } },
    { name: "chunks without end", headers: { "transfer-encoding": "chunked" } },
  ])("$name on the wire is answered before it has arrived", async ({ headers }) => {
    for (const operation of withBody) {
      const sample = await sampleOf(world, operation);
      const status = await answerTo(sample, headers, "x".repeat(isCallback(operation) ? 1_100_000 : 100_000));
      expect(status, operation.id).toBe(413);
    }
  });

  test("does not matter to an operation that takes no body", async () => {
    const mitra = await makeMitra(world);
    const body = new Uint8Array(20 * MEGABYTE);
    const response = await world.request("/generate-key", { method: "POST", headers: mitra.headers, body });
    expect(response.status).toBe(200);
  });

  /** The status of the answer to a request that has sent `part` of its body and never ends. */
  function answerTo(
    sample: Sample,
    headers: Record<string, string>,
    part: string,
  ): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(world.url + sample.path, {
        method: sample.method,
        headers: { ...sample.headers, ...headers },
      });
      outgoing.on("error", reject);
      outgoing.on("response", (incoming) => {
        outgoing.removeListener("error", reject).on("error", () => {});
        resolve(incoming.statusCode);
        outgoing.destroy();
      });
      outgoing.write(part);
    });
  }
});
