import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  houseWithoutCloud,
  readHouseDocument,
  readOperations,
  resolve,
  type Schema,
} from "./platform/document.ts";
import { unseenResponses } from "./platform/seen-responses.ts";

const app = houseWithoutCloud();
const document = await readHouseDocument(app);
const operations = await readOperations();

/** Routes about the document, which it does not describe. */
const ABOUT_THE_DOCUMENT = ["GET /openapi.json", "GET /docs", "GET /redoc"];

/** Who may call, where it is not a mitra with its key. */
const CALLERS: Record<string, string> = {
  statusLayanan: "open",
  statusDatabase: "open",
  daftarMitra: "open",
  webhookBiller: "biller",
  antreanTransaksi: "qstash",
};

/** Every schema inside of one, itself included. */
function inside(schema: Schema): Schema[] {
  const found = resolve(document, schema);
  const parts = [...Object.values(found.properties ?? {}), ...(found.items ? [found.items] : [])];
  return [found, ...parts.flatMap(inside)];
}

test("the document is OpenAPI 3.1, with a title, a version and where it is served", async () => {
  expect(document).toMatchObject({
    openapi: "3.1.0",
    info: {
      title: expect.stringMatching(/./) as string,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      description: expect.stringMatching(/./) as string,
    },
    servers: [{ url: "http://127.0.0.1:8000" }],
  });
  const response = await app.request("/openapi.json");
  expect(response.headers.get("content-type")).toBe("application/json");
});

test("every route is documented, and every documented operation has a route", () => {
  const routes = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  const documented = operations.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(routes)).toEqual(new Set([...documented, ...ABOUT_THE_DOCUMENT]));
});

test("operation ids are unique, and names that a generator can use", () => {
  const ids = operations.map(({ documented }) => documented.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]+$/);
});

test("every $ref leads somewhere", () => {
  for (const [, name = ""] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(name);
});

describe.each(operations)("$method $path", (operation) => {
  const { documented, parameters, path, statuses } = operation;

  test("has tags, a summary and an example", () => {
    expect(documented.tags).toEqual([expect.stringMatching(/./)]);
    expect(documented.summary).toMatch(/^\S.{5,}/);
    const contents = [documented.requestBody, documented.responses["200"]].flatMap((part) =>
      Object.values(part?.content ?? {}),
    );
    const schemas = [
      ...contents.map(({ schema }) => schema),
      ...parameters.map(({ schema }) => schema),
    ].flatMap(inside);
    // A schema of constants is its own example.
    expect(schemas.some(({ example, enum: constants }) => example !== undefined || constants)).toBe(true);
  });

  test("answers every error with a problem document, and shows one", () => {
    const errors = statuses.filter((status) => status >= 400);
    expect(errors).toEqual(expect.arrayContaining([400, 500, 503]));
    for (const status of errors) {
      const { description, content = {} } = documented.responses[status] ?? { description: "" };
      expect(description, String(status)).not.toBe("");
      // Document 003 prints what a disconnected database answers.
      if (operation.id === "statusDatabase" && status === 503) continue;
      expect(Object.keys(content)).toEqual(["application/problem+json"]);
      const { schema, examples = {} } = content["application/problem+json"] ?? { schema: {} };
      expect(schema).toEqual({ $ref: "#/components/schemas/Masalah" });
      expect(Object.values(examples)).not.toEqual([]);
      for (const { value } of Object.values(examples))
        expect(value).toMatchObject({ status, instance: path });
    }
  });

  test("declares its path parameters, required", () => {
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    const declared = parameters.filter((parameter) => parameter.in === "path");
    expect(declared.map(({ name }) => name)).toEqual(named);
    for (const { required } of declared) expect(required).toBe(true);
  });

  test("bounds what it takes as text", () => {
    const texts = (operation.json ? inside(operation.json) : []).filter(({ type }) =>
      [type].flat().includes("string"),
    );
    for (const schema of texts) expect(Object.keys(schema)).toSatisfy(isBounded);
  });

  test("says who may call", () => {
    const scheme = CALLERS[operation.id] ?? "kunciApi";
    expect(documented.security).toEqual(scheme === "open" ? [] : [{ [scheme]: [] }]);
    expect(["open", ...Object.keys(document.components.securitySchemes)]).toContain(scheme);
    expect(statuses.includes(401)).toBe(scheme !== "open");
  });
});

function isBounded(keywords: string[]): boolean {
  return ["maxLength", "pattern", "enum", "const"].some((keyword) => keywords.includes(keyword));
}

/** Integers that somebody sends, by where they stand. */
const inputs = operations.flatMap((operation) => [
  ...operation.parameters.map(({ name, schema }) => ({ where: `${operation.id} ${name}`, schema })),
  ...Object.entries(operation.json?.properties ?? {}).map(([name, schema]) => ({
    where: `${operation.id} ${name}`,
    schema,
  })),
]);

const integers = inputs.filter(({ schema }) => [schema.type].flat().includes("integer"));
test.each(integers)("the integer $where has limits", ({ schema }) => {
  expect(schema).toMatchObject({
    minimum: expect.any(Number) as number,
    maximum: expect.any(Number) as number,
  });
});

describe("unseenResponses", () => {
  const tiny = {
    paths: {
      "/a": { get: { operationId: "a", responses: { 200: {}, 404: {} } } },
      "/b": { post: { operationId: "b", responses: { 200: {} } } },
    },
    components: { schemas: {} },
  };
  function seen(...lines: string[]): string {
    const directory = mkdtempSync(join(tmpdir(), "satu-pintu-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "seen");
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    return file;
  }

  test("is silent when every documented answer was seen", () => {
    expect(unseenResponses(tiny, seen("a 200", "b 200", "a 404", "a 200"), {})).toEqual([]);
  });

  test("names what nobody saw, also when nothing was noted at all", () => {
    expect(unseenResponses(tiny, seen("a 200", "b 200"), {})).toEqual(["no test has seen a 404"]);
    expect(unseenResponses(tiny, "/tidak/ada", {})).toHaveLength(3);
  });

  test("takes a reason, and says when it no longer holds", () => {
    const reasons = { "a 404": "cannot happen here" };
    expect(unseenResponses(tiny, seen("a 200", "b 200"), reasons)).toEqual([]);
    expect(unseenResponses(tiny, seen("a 200", "b 200", "a 404"), reasons)).toEqual([
      "a 404 needs no excuse: it is seen",
    ]);
    expect(unseenResponses(tiny, seen("a 200", "b 200", "a 404"), { "c 200": "" })).toEqual([
      "c 200 needs no excuse: it is not documented",
    ]);
  });
});
