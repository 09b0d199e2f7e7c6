import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { eachKind, readHouseDocument, readOperations, type Schema } from "./document.ts";
import { EMPTY_IS_ENOUGH, sampleOf, TAKES_UNKNOWN } from "./samples.ts";

// What the document says of bodies, held against JSON Schema: a generated client believes every word of it.

const world = useWorld();
const document = await readHouseDocument();
const operations = await readOperations();
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: "doc", components: document.components });

/** What is wrong with a value that should be as `schema` says; empty when nothing is. */
function flawsOf(schema: object, value: unknown): string {
  const local = JSON.stringify(schema).replaceAll('"#/components', '"doc#/components');
  const validate = ajv.compile(JSON.parse(local) as object);
  return validate(value) ? "" : ajv.errorsText(validate.errors);
}

/** Every object in the document that says what a value is, by its path. */
function schemasIn(value: unknown, path = ""): { path: string; schema: Schema }[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value)
    .filter(([name]) => name !== "example" && name !== "examples")
    .flatMap(([name, part]) => schemasIn(part, `${path}/${name}`));
  const isSchema = "type" in value && !("in" in value) && !path.endsWith("/properties");
  return isSchema ? [{ path, schema: value as Schema }, ...inner] : inner;
}

const schemas = schemasIn({ paths: document.paths, schemas: document.components.schemas });
const bodies = eachKind(operations).filter(({ json }) => json);
const bodySchema = (id: string) => {
  const body = operations.find((operation) => operation.id === id)?.documented.requestBody;
  return body?.content["application/json"]?.schema ?? {};
};

test("there are schemas to look at", () => {
  expect(schemas.length).toBeGreaterThan(200);
  expect(bodies.length).toBeGreaterThan(15);
});

test("every example and every default is what its schema says", () => {
  const wrong = schemas.flatMap(({ path, schema }) =>
    ["example", "default"].flatMap((name) => {
      if (!(name in schema)) return [];
      const flaws = flawsOf(schema, schema[name as keyof Schema]);
      return flaws ? [`${path} ${name}: ${flaws}`] : [];
    }),
  );
  expect(schemas.filter(({ schema }) => "example" in schema).length).toBeGreaterThan(40);
  expect(wrong).toEqual([]);
});

test("every number is a whole one, and says so; only energy is measured, not counted", () => {
  const broken = schemas.filter(({ schema }) => [schema.type].flat().includes("number") && !schema.enum);
  expect(broken.map(({ path }) => path)).toEqual(["/schemas/Struk/properties/token/properties/kwh"]);
});

test.each(bodies)(
  "the valid request of $id is what the document says, and an unknown key is not",
  async (operation) => {
    const { body } = await sampleOf(world, operation);
    const schema = bodySchema(operation.documented.operationId ?? "");
    expect(flawsOf(schema, body)).toBe("");
    const isOpen = TAKES_UNKNOWN.includes(operation.id);
    expect(flawsOf(schema, { ...body, isian_lain: 1 }) === "").toBe(isOpen);
  },
);

// The house takes an empty body nowhere else; see inputs-body.test.ts.
test("a body with nothing in it is what the document says only where nothing has to be said", () => {
  const admitting = operations.filter(({ id, json }) => json && flawsOf(bodySchema(id), {}) === "");
  expect(admitting.map(({ id }) => id).sort()).toEqual([...EMPTY_IS_ENOUGH].sort());
});

describe("users, of which there are two kinds", () => {
  const refs = (...names: string[]) => names.map((name) => ({ $ref: `#/components/schemas/${name}` }));

  test("are one or the other in every request and answer", () => {
    const { schemas: named } = document.components;
    expect(named["User"]?.oneOf).toEqual(refs("Pegawai", "Nasabah"));
    expect(named["TambahUser"]?.oneOf).toEqual(refs("TambahPegawai", "TambahNasabah"));
    expect(named["UbahUser"]?.oneOf).toEqual(refs("UbahPegawai", "UbahNasabah"));
    const answers = Object.fromEntries(
      operations
        .filter(({ path }) => /^\/(users|user-search)/.test(path))
        .map(({ id, documented, success }) => [
          id,
          documented.responses[success]?.content?.["application/json"]?.schema,
        ]),
    );
    const [user, nasabah] = refs("User", "Nasabah");
    expect(answers).toEqual({
      semuaUsers: { type: "array", items: user },
      satuUser: user,
      tambahUser: user,
      ubahUser: user,
      hapusUser: user,
      cariNasabah: { type: "array", items: nasabah },
      tunjukPetugas: undefined,
    });
  });

  test.each(["phone", "email", "dob", "gender", "national_id"])(
    "may lack %s, also as null, in the document as in the house",
    async (name) => {
      for (const [id, kind] of [
        ["tambahUser", "tambahUser:TambahNasabah"],
        ["ubahUser", "ubahUser:UbahNasabah"],
      ] as const) {
        const operation = bodies.find((one) => one.id === kind);
        if (!operation) throw new Error(`no ${kind}`);
        const sample = await sampleOf(world, operation);
        const body = { ...sample.body, [name]: null };
        const { path, method, headers } = sample;
        const answer = await world.request(path, { method, headers, body: JSON.stringify(body) });
        expect(answer.status, await answer.clone().text()).toBe(operation.success);
        expect(await answer.json()).toMatchObject({ [name]: null });
        expect(flawsOf(bodySchema(id), body)).toBe("");
      }
    },
  );

  test("are never both: fields of the two together are neither's", async () => {
    const both = { nama: "John Doe", name: "Budi" };
    for (const id of ["tambahUser", "ubahUser"]) expect(flawsOf(bodySchema(id), both), id).not.toBe("");
  });
});

test("a list that is leafed through by number says how many rows there are, and where the next page is", () => {
  const skipping = operations.filter(({ parameters }) => parameters.some(({ name }) => name === "skip"));
  expect(skipping.map(({ id }) => id).sort()).toEqual(["semuaBalasanCepat", "semuaJabatan", "semuaUsers"]);
  for (const { documented } of skipping) {
    const { headers = {} } = documented.responses["200"] ?? {};
    expect(headers).toMatchObject({
      "X-Total-Count": { required: true, schema: { type: "integer", minimum: 0 } },
      Link: { required: false, schema: { type: "string" } },
    });
  }
});
