import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  eachKind,
  houseWithoutCloud,
  PAGES,
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

/** People, by their token or by the cookie of a browser. */
const PERSON = [{ bearer: [] }, { cookieSesi: [] }];
const MITRA = [{ kunciApi: [] }];
const WHAPI = [{ whapi: [] }];

/** Who may call. A door without an entry here fails. */
const CALLERS: Record<string, Record<string, string[]>[]> = {
  statusLayanan: [],
  statusDatabase: [],
  masuk: [],
  masukDenganEmail: [],
  segarkanToken: [],
  daftarNasabah: [],
  // Before there is an admin, the first one has no token yet.
  daftarStaf: [...PERSON, {}],
  keluar: PERSON,
  keluarSemua: PERSON,
  daftarSesi: PERSON,
  akhiriSesiLain: PERSON,
  akhiriSesi: PERSON,
  infoPengguna: PERSON,
  profil: PERSON,
  ubahProfil: PERSON,
  gantiKataSandi: PERSON,
  daftarAkun: PERSON,
  aturAkun: PERSON,
  semuaMitra: PERSON,
  aturMitra: PERSON,
  isiSaldo: PERSON,
  tambahProduk: PERSON,
  ubahProduk: PERSON,
  daftarProdukBiller: PERSON,
  sinkronProduk: PERSON,
  keadaanSinkronProduk: PERSON,
  semuaAturanHarga: PERSON,
  aturHarga: PERSON,
  hapusAturanHarga: PERSON,
  konfirmasiDeposit: PERSON,
  semuaMutasiBank: PERSON,
  semuaJabatan: PERSON,
  satuJabatan: PERSON,
  tambahJabatan: PERSON,
  ubahJabatan: PERSON,
  hapusJabatan: PERSON,
  semuaUsers: PERSON,
  satuUser: PERSON,
  tambahUser: PERSON,
  ubahUser: PERSON,
  hapusUser: PERSON,
  cariNasabah: PERSON,
  tunjukPetugas: PERSON,
  semuaAudit: PERSON,
  periksaRantaiAudit: PERSON,
  semuaPerangkat: PERSON,
  satuPerangkat: PERSON,
  tambahPerangkat: PERSON,
  ubahPerangkat: PERSON,
  hapusPerangkat: PERSON,
  semuaAlamatNasabah: PERSON,
  satuAlamatNasabah: PERSON,
  tambahAlamatNasabah: PERSON,
  ubahAlamatNasabah: PERSON,
  hapusAlamatNasabah: PERSON,
  semuaRekening: PERSON,
  satuRekening: PERSON,
  tambahRekening: PERSON,
  ubahRekening: PERSON,
  hapusRekening: PERSON,
  verifikasiRekening: PERSON,
  semuaPekerjaan: PERSON,
  satuPekerjaan: PERSON,
  tambahPekerjaan: PERSON,
  ubahPekerjaan: PERSON,
  hapusPekerjaan: PERSON,
  semuaKontakDarurat: PERSON,
  tambahKontakDarurat: PERSON,
  ubahKontakDarurat: PERSON,
  hapusKontakDarurat: PERSON,
  catatPersetujuanKontak: PERSON,
  semuaKejadian: PERSON,
  tambahKejadian: PERSON,
  semuaLaporanKerusakan: PERSON,
  satuLaporanKerusakan: PERSON,
  tambahLaporanKerusakan: PERSON,
  semuaNotifikasi: PERSON,
  satuNotifikasi: PERSON,
  tambahNotifikasi: PERSON,
  hapusNotifikasi: PERSON,
  semuaDokumen: PERSON,
  satuDokumen: PERSON,
  unggahDokumen: PERSON,
  hapusDokumen: PERSON,
  tautkanDokumen: PERSON,
  // The link itself is what lets in, for minutes.
  unduhDokumen: [],
  semuaTeksPersetujuan: PERSON,
  semuaPersetujuan: PERSON,
  satuPersetujuan: PERSON,
  tambahPersetujuan: PERSON,
  tarikPersetujuan: PERSON,
  bacaNilai: PERSON,
  dataSaya: PERSON,
  mintaPenghapusan: PERSON,
  batalkanPenghapusan: PERSON,
  semuaPermintaanPrivasi: PERSON,
  simulasiPinjaman: PERSON,
  ajukanPinjaman: PERSON,
  semuaPinjaman: PERSON,
  satuPinjaman: PERSON,
  tinjauPinjaman: PERSON,
  putuskanPinjaman: PERSON,
  tarikPinjaman: PERSON,
  cairkanPinjaman: PERSON,
  hasilPencairan: PERSON,
  bayarAngsuran: PERSON,
  semuaAngsuran: PERSON,
  semuaAturanPinjaman: PERSON,
  tambahAturanPinjaman: PERSON,
  terbitkanOtp: [...MITRA, ...PERSON],
  verifikasiOtp: [...MITRA, ...PERSON],
  daftarMitra: [],
  rotasiKunci: MITRA,
  daftarProduk: [...MITRA, ...PERSON],
  semuaDeposit: [...MITRA, ...PERSON],
  mitraSendiri: MITRA,
  aturMitraSendiri: MITRA,
  cekSaldo: MITRA,
  mutasiSaldo: MITRA,
  operatorNomor: MITRA,
  laporanTransaksi: MITRA,
  strukTransaksi: MITRA,
  bukaDeposit: MITRA,
  batalDeposit: MITRA,
  tanyaTagihan: MITRA,
  satuTagihan: MITRA,
  bayarTagihan: MITRA,
  cekPln: MITRA,
  lihatCallback: MITRA,
  pasangCallback: MITRA,
  hapusCallback: MITRA,
  daftarKiriman: MITRA,
  ulangKiriman: MITRA,
  ujiCallback: MITRA,
  beli: MITRA,
  statusTransaksi: MITRA,
  riwayatTransaksi: MITRA,
  webhookBiller: [{ biller: [] }],
  antreanTransaksi: [{ qstash: [] }],
  antreanKiriman: [{ qstash: [] }],
  webhookBank: [{ mutasiBank: [] }],
  webhookWhapi: WHAPI,
  webhookWhapiMessages: WHAPI,
  webhookWhapiStatuses: WHAPI,
  antreanWhatsapp: [{ qstash: [] }],
  semuaChat: PERSON,
  satuChat: PERSON,
  aturChat: PERSON,
  hapusChat: PERSON,
  pesanChat: PERSON,
  kirimPesan: PERSON,
  kirimBerkasChat: PERSON,
  berkasPesan: PERSON,
  pengaturanBot: PERSON,
  aturBot: PERSON,
  semuaBalasanCepat: PERSON,
  tambahBalasanCepat: PERSON,
  ubahBalasanCepat: PERSON,
  hapusBalasanCepat: PERSON,
};

/** Open to everybody, and still refusing wrong credentials: they come in the body. */
const CREDENTIALS_IN_BODY = ["masuk", "masukDenganEmail", "segarkanToken"];

/** Every schema inside of one, itself included. */
function inside(schema: Schema): Schema[] {
  const found = resolve(document, schema);
  const { properties = {}, items, allOf = [], anyOf = [], oneOf = [] } = found;
  const parts = [...Object.values(properties), ...(items ? [items] : []), ...allOf, ...anyOf, ...oneOf];
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
    servers: [{ url: "http://localhost" }],
  });
  const response = await app.request("/openapi.json");
  expect(response.headers.get("content-type")).toBe("application/json");
});

test("every route is documented, and every documented operation has a route", () => {
  const routes = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  const documented = operations.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(routes)).toEqual(new Set([...documented, ...ABOUT_THE_DOCUMENT, ...PAGES]));
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
    const contents = [documented.requestBody, documented.responses[operation.success]].flatMap((part) =>
      Object.values(part?.content ?? {}),
    );
    const schemas = [
      ...contents.map(({ schema }) => schema),
      ...parameters.map(({ schema }) => schema),
    ].flatMap(inside);
    // A schema of constants is its own example, and what neither takes nor answers anything has nothing to show.
    const shown = schemas.filter(({ example, enum: constants }) => example !== undefined || constants);
    expect(shown.length > 0).toBe(schemas.length > 0);
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
    const taken = [...(operation.json ? [operation.json] : []), ...parameters.map(({ schema }) => schema)];
    const texts = taken.flatMap(inside).filter(({ type }) => [type].flat().includes("string"));
    for (const schema of texts) expect(schema).toSatisfy(isBounded);
  });

  test("says who may call", () => {
    const callers = CALLERS[operation.id];
    expect(documented.security).toEqual(callers);
    const schemes = callers?.flatMap((alternative) => Object.keys(alternative)) ?? [];
    const known = Object.keys(document.components.securitySchemes);
    expect(known).toEqual(expect.arrayContaining(schemes));
    const refuses = schemes.length > 0 || CREDENTIALS_IN_BODY.includes(operation.id);
    expect(statuses.includes(401)).toBe(refuses);
  });
});

test("the schemes say where credentials go", () => {
  expect(document.components.securitySchemes).toMatchObject({
    bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
    cookieSesi: { type: "apiKey", in: "cookie", name: "__Host-sesi" },
    kunciApi: { type: "apiKey", in: "header", name: "x-api-key" },
    qstash: { type: "apiKey", in: "header", name: "Upstash-Signature" },
    biller: { type: "apiKey", in: "header" },
    whapi: { type: "apiKey", in: "header", name: "x-whapi-secret" },
    mutasiBank: { type: "apiKey", in: "header", name: "Signature" },
  });
});

test("a request of a person that changes something can be refused for want of a CSRF token, a read cannot", () => {
  for (const { id, method, documented, schemes } of operations) {
    const forbidden = Object.values(documented.responses["403"]?.content ?? {});
    const codes = forbidden.flatMap(({ examples = {} }) => Object.keys(examples));
    expect(codes.includes("CSRF_DITOLAK"), id).toBe(schemes.includes("bearer") && method !== "GET");
  }
});

function isBounded(schema: Schema): boolean {
  return (
    ["uuid", "date"].includes(schema.format ?? "") ||
    ["maxLength", "pattern", "enum", "const"].some((key) => key in schema)
  );
}

/** Integers that somebody sends, by where they stand. */
const inputs = eachKind(operations).flatMap(({ id, parameters, json }) =>
  [
    ...parameters.map(({ name, schema }) => ({ name, schema })),
    ...Object.entries(json?.properties ?? {}).map(([name, schema]) => ({ name, schema })),
  ].flatMap(({ name, schema }) => inside(schema).map((part) => ({ where: `${id} ${name}`, schema: part }))),
);

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
