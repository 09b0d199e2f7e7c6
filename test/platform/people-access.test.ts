import { beforeAll, describe, expect, test, vi } from "vitest";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, type Orang } from "../make.ts";
import { readHouseDocument, readOperations } from "./document.ts";
import type { Sample } from "./request-sample.ts";
import { browserOf, claimsOf, sessionOf } from "./samples-akun.ts";
import { expectRefused, flawsOf, newKey, sampleOf, send, type Change } from "./samples.ts";

// The suite that every route for people passes: who is let in, and with which credentials.

// Many of these ask every operation there is, each with rows of its own.
vi.setConfig({ testTimeout: 180_000 });

const world = useWorld();
const operations = await readOperations();
const forPeople = operations.filter(({ security }) => security === "bearer");
/** Where nobody may come without credentials. */
const closed = forPeople.filter(({ optional }) => !optional);
const unsafe = forPeople.filter(({ method }) => method !== "GET");
const reading = forPeople.filter(({ method }) => method === "GET");

const ROLES = ["admin", "karyawan", "nasabah"] as const;

/** What is not for everybody who has an account. */
const FOR: Record<string, readonly Orang["role"][]> = {
  daftarStaf: ["admin"],
  daftarAkun: ["admin"],
  aturAkun: ["admin"],
  semuaMitra: ["admin"],
  aturMitra: ["admin"],
  isiSaldo: ["admin"],
  daftarProduk: ["admin", "karyawan"],
  tambahProduk: ["admin"],
  ubahProduk: ["admin"],
  daftarProdukBiller: ["admin"],
  sinkronProduk: ["admin"],
  keadaanSinkronProduk: ["admin"],
  semuaAturanHarga: ["admin"],
  aturHarga: ["admin"],
  hapusAturanHarga: ["admin"],
  konfirmasiDeposit: ["admin"],
  semuaMutasiBank: ["admin"],
  semuaDeposit: ["admin"],
  semuaJabatan: ["admin", "karyawan"],
  satuJabatan: ["admin", "karyawan"],
  tambahJabatan: ["admin"],
  ubahJabatan: ["admin"],
  hapusJabatan: ["admin"],
  hapusUser: ["admin", "karyawan"],
  terbitkanOtp: ["admin", "karyawan"],
  verifikasiOtp: ["admin", "karyawan"],
  cariNasabah: ["admin", "karyawan"],
  tunjukPetugas: ["admin"],
  semuaAudit: ["admin"],
  periksaRantaiAudit: ["admin"],
  verifikasiRekening: ["admin", "karyawan"],
  catatPersetujuanKontak: ["admin", "karyawan"],
  bacaNilai: ["admin", "karyawan"],
  dataSaya: ["nasabah"],
  mintaPenghapusan: ["nasabah"],
  batalkanPenghapusan: ["nasabah"],
  tinjauPinjaman: ["admin", "karyawan"],
  putuskanPinjaman: ["admin", "karyawan"],
  tarikPinjaman: ["admin", "nasabah"],
  cairkanPinjaman: ["admin"],
  hasilPencairan: ["admin"],
  bayarAngsuran: ["admin"],
  tambahAturanPinjaman: ["admin"],
  semuaChat: ["admin", "karyawan"],
  satuChat: ["admin", "karyawan"],
  aturChat: ["admin", "karyawan"],
  hapusChat: ["admin"],
  pesanChat: ["admin", "karyawan"],
  kirimPesan: ["admin", "karyawan"],
  kirimBerkasChat: ["admin", "karyawan"],
  berkasPesan: ["admin", "karyawan"],
  pengaturanBot: ["admin", "karyawan"],
  aturBot: ["admin"],
  semuaBalasanCepat: ["admin", "karyawan"],
  tambahBalasanCepat: ["admin"],
  ubahBalasanCepat: ["admin"],
  hapusBalasanCepat: ["admin"],
};

/** What staff says in other words than a customer: whose consent it is, and where the paper lies. */
const OTHER_WORDS: Record<string, readonly Orang["role"][]> = { tambahPersetujuan: ["admin", "karyawan"] };

const asOwner = (query: string, params: string[]) => world.cloud.neon.asOwner(query, params);

function personOf({ orang }: Sample): Orang {
  if (!orang) throw new Error("the sample has nobody behind it");
  return orang;
}

const bearer = (token: string): Change => ({ headers: { authorization: `Bearer ${token}` } });

interface Claims {
  sub?: string;
  role?: string | undefined;
  sid?: string | undefined;
  ver?: number | undefined;
}

/** A token with some claims of the person's own changed, signed as ours are. */
async function tokenWith(orang: Orang, change: Claims): Promise<Change> {
  const { sub, ...claims } = { ...claimsOf(orang), ...change };
  const { role, sid, ver } = claims;
  return bearer(await world.deps.auth.tokens.sign("access", sub, { role, sid, ver }));
}

// Before a test gives people roles by hand: later nobody could become the first admin.
beforeAll(async () => {
  await firstAdmin(world);
});

test("there are routes for people", () => {
  expect(closed.length).toBeGreaterThan(10);
  expect(unsafe.length).toBeGreaterThan(5);
  expect(reading.length).toBeGreaterThan(3);
});

test("the document says whom a route is for, where it is not for everybody", async () => {
  const { paths } = await readHouseDocument();
  const said = Object.values(paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ operationId: id = "", description = "" }) => {
      const [, who] = /(?:^|\n\n)Untuk (?:pemegang x-api-key, )?([a-z, ]+)\.$/.exec(description) ?? [];
      return who === undefined ? [] : [[id, who.split(", ")] as const];
    });
  const { daftarStaf: _alsoForTheFirst, ...restricted } = FOR;
  expect(Object.fromEntries(said)).toEqual(restricted);
});

describe.each(ROLES)("as %s", (role) => {
  test.each(forPeople)("$id is open to its roles, and 403 to others", async (operation) => {
    const sample = await sampleOf(world, operation);
    // The database decides: the token still says what the account was when it was signed.
    await asOwner("update akun set peran = $1 where id = $2", [role, String(personOf(sample).id)]);
    const response = await send(world, sample);
    const allowed = (FOR[operation.id] ?? ROLES).includes(role);
    const success = OTHER_WORDS[operation.id]?.includes(role) ? 422 : operation.success;
    expect(await flawsOf(response.clone(), [allowed ? success : 403])).toEqual([]);
    expect((await response.text()).includes("urn:satu-pintu:galat:peran-tidak-boleh")).toBe(!allowed);
  });
});

describe("credentials in Authorization are 401 when", () => {
  test("there are none", async () => {
    await expectRefused(world, closed, [401], () => ({ headers: { authorization: null } }));
  });

  test.each<[string, (token: string, orang: Orang) => string]>([
    ["empty", () => ""],
    ["a scheme only", () => "Bearer"],
    ["a scheme and spaces", () => "Bearer   "],
    ["without a scheme", (token) => token],
    ["of another scheme", (token) => `Basic ${token}`],
    ["with a word too many", (token) => `Bearer ${token} x`],
    ["sent twice", (token) => `Bearer ${token}, Bearer ${token}`],
    ["with a comma behind", (token) => `Bearer ${token},`],
    ["behind a tab", (token) => `Bearer\t${token}`],
    ["no token", () => "Bearer x.y.z"],
    ["two parts of a token", (token) => `Bearer ${token.split(".").slice(0, 2).join(".")}`],
    ["five parts, as an encrypted token has", () => "Bearer a.b.c.d.e"],
    ["without its signature", (token) => `Bearer ${token.replace(/[^.]+$/, "")}`],
    ["with another signature", (token) => `Bearer ${token.replace(/[^.]+$/, "A".repeat(43))}`],
    ["with another payload", (token) => `Bearer ${token.replace(/\.[^.]+\./, ".e30.")}`],
    ["with padding", (token) => `Bearer ${token}=`],
    ["Latin-1", () => "Bearer caf\u00E9.caf\u00E9.caf\u00E9"],
    ["100,000 long", () => `Bearer ${"a".repeat(100_000)}.b.c`],
    ["a refresh token", (_, orang) => `Bearer ${orang.refreshToken}`],
    ["an API key", () => `Bearer ${"a".repeat(64)}`],
  ])("%s", async (_name, authorization) => {
    await expectRefused(world, forPeople, [401], (_, sample) => {
      const orang = personOf(sample);
      return { headers: { authorization: authorization(orang.accessToken, orang) } };
    });
  });

  test("a browser's token", async () => {
    await expectRefused(world, forPeople, [401], async (_, sample) => {
      const { cookie } = await browserOf(world, personOf(sample));
      return bearer(cookie.replace(/^[^=]+=/, ""));
    });
  });

  test.each<[string, (orang: Orang) => Promise<Claims>]>([
    ["an unknown role", async () => ({ role: "root" })],
    ["no role", async () => ({ role: undefined })],
    ["no session", async () => ({ sid: undefined })],
    ["a session that is no id", async () => ({ sid: "semua" })],
    ["a session nobody has", async () => ({ sid: world.deps.ids.uuid() })],
    ["somebody else's session", async () => ({ sid: sessionOf(await makeAkun(world, "nasabah")) })],
    ["somebody else's account", async () => ({ sub: claimsOf(await makeAkun(world, "admin")).sub })],
    ["an account nobody has", async () => ({ sub: "9007199254740991" })],
    ["an account that is no id", async () => ({ sub: "admin" })],
    ["an account with a sign", async () => ({ sub: "-1" })],
    ["an account beyond int8", async () => ({ sub: "9".repeat(30) })],
    ["an earlier version", async (orang) => ({ ver: claimsOf(orang).ver - 1 })],
    ["a later version", async (orang) => ({ ver: claimsOf(orang).ver + 1 })],
    ["half a version", async () => ({ ver: 1.5 })],
    ["a version beyond int4", async () => ({ ver: 2 ** 40 })],
    ["no version", async () => ({ ver: undefined })],
  ])("they name %s", async (_name, change) => {
    await expectRefused(world, forPeople, [401], async (_, sample) => {
      const orang = personOf(sample);
      return await tokenWith(orang, await change(orang));
    });
  });

  test.each([
    ["its session is over", "update sesi set kedaluwarsa_pada = now() where akun_id = $1"],
    ["its session was ended", "delete from sesi where akun_id = $1"],
    ["its account is disabled", "update akun set aktif = false where id = $1"],
    ["its tokens are outdated", "update akun set versi_token = versi_token + 1 where id = $1"],
  ])("%s", async (_name, happens) => {
    const happening = async (_: unknown, sample: Sample) => {
      await asOwner(happens, [String(personOf(sample).id)]);
      return {};
    };
    await expectRefused(world, forPeople, [401], happening, { fresh: true });
  });

  test("they are wrong, although the cookie is right", async () => {
    await expectRefused(world, forPeople, [401], async (_, sample) => {
      const { cookie, csrf } = await browserOf(world, personOf(sample));
      return { headers: { authorization: "Bearer x.y.z", cookie, "x-csrf-token": csrf } };
    });
  });
});

test.each(["bearer", "BEARER", "Bearer   "])("the scheme may be written '%s'", async (scheme) => {
  for (const operation of forPeople) {
    const sample = await sampleOf(world, operation);
    const authorization = `${scheme.trimEnd()} ${scheme.endsWith(" ") ? "  " : ""}${personOf(sample).accessToken}`;
    const response = await send(world, sample, { headers: { authorization } });
    expect(response.status, operation.id).toBe(operation.success);
  }
});

describe("a browser's cookie", () => {
  const fromBrowser = async (
    sample: Sample,
    headers: Record<string, string | null> = {},
  ): Promise<Change> => {
    const { cookie, csrf } = await browserOf(world, personOf(sample));
    return { headers: { authorization: null, cookie, "x-csrf-token": csrf, ...headers } };
  };

  test.each(forPeople)("speaks for $id with its CSRF token", async (operation) => {
    for (const headers of [
      {},
      { origin: world.url },
      { origin: world.url, "sec-fetch-site": "same-origin" },
    ]) {
      const sample = await sampleOf(world, operation);
      const response = await send(world, sample, await fromBrowser(sample, headers));
      expect(response.status, await response.text()).toBe(operation.success);
    }
  });

  test.each(reading)("needs no CSRF token for $id, which changes nothing", async (operation) => {
    for (const method of ["GET", "HEAD"]) {
      const sample = await sampleOf(world, operation);
      const elsewhere = { "x-csrf-token": null, "sec-fetch-site": "cross-site" };
      const response = await send(world, sample, { ...(await fromBrowser(sample, elsewhere)), method });
      expect(response.status, method).toBe(operation.success);
    }
  });

  test.each<[string, (sample: Sample) => Promise<Record<string, string | null>>]>([
    ["no token", async () => ({ "x-csrf-token": null })],
    ["an empty token", async () => ({ "x-csrf-token": "" })],
    ["a made-up token", async () => ({ "x-csrf-token": "0".repeat(64) })],
    ["the session's id for a token", async (sample) => ({ "x-csrf-token": sessionOf(personOf(sample)) })],
    [
      "another session's token",
      async () => ({ "x-csrf-token": world.deps.auth.csrf.tokenFor(world.deps.ids.uuid()) }),
    ],
    ["the token of no session", async () => ({ "x-csrf-token": world.deps.auth.csrf.tokenFor("") })],
    [
      "its token in capitals",
      async (sample) => ({
        "x-csrf-token": world.deps.auth.csrf.tokenFor(sessionOf(personOf(sample))).toUpperCase(),
      }),
    ],
    ["another origin", async () => ({ origin: "https://jahat.example" })],
    ["no origin to speak of", async () => ({ origin: "null" })],
    ["an origin that begins like ours", async () => ({ origin: `${world.url}.jahat.example` })],
    ["our host under another scheme", async () => ({ origin: world.url.replace("http:", "https:") })],
    ["another site", async () => ({ "sec-fetch-site": "cross-site" })],
    ["a sibling site", async () => ({ "sec-fetch-site": "same-site" })],
  ])("with %s is 403 where something changes", async (_name, headers) => {
    await expectRefused(world, unsafe, [403], async (_, sample) =>
      fromBrowser(sample, await headers(sample)),
    );
  });

  test.each<[string, (orang: Orang) => Promise<string>]>([
    ["that is empty", async () => "sesi="],
    ["that is no token", async () => "sesi=x.y.z"],
    ["with an access token", async ({ accessToken }) => `sesi=${accessToken}`],
    ["with a refresh token", async ({ refreshToken }) => `sesi=${refreshToken}`],
    [
      "with another signature",
      async (orang) => (await browserOf(world, orang)).cookie.replace(/[^.]+$/, "A".repeat(43)),
    ],
  ])("%s is 401, also where nobody has to say who calls", async (_name, cookie) => {
    await expectRefused(world, forPeople, [401], async (_, sample) =>
      fromBrowser(sample, { cookie: await cookie(personOf(sample)) }),
    );
  });

  test("under another name is none", async () => {
    await expectRefused(world, closed, [401], async (_, sample) => {
      const { cookie } = await browserOf(world, personOf(sample));
      return fromBrowser(sample, { cookie: cookie.replace("sesi", "__Host-sesi") });
    });
  });

  test("of a session that was ended is 401", async () => {
    const ending = async (_: unknown, sample: Sample) => {
      await asOwner("delete from sesi where akun_id = $1", [String(personOf(sample).id)]);
      return await fromBrowser(sample);
    };
    await expectRefused(world, forPeople, [401], ending, { fresh: true });
  });

  test("is not looked at beside a token: what a program sends needs no CSRF token", async () => {
    for (const operation of forPeople) {
      const sample = await sampleOf(world, operation);
      const headers = { cookie: `sesi=${newKey()}`, origin: "https://aplikasi.example" };
      const response = await send(world, sample, { headers });
      expect(response.status, operation.id).toBe(operation.success);
    }
  });
});

test("a mitra's key opens no door of people, and a person's token none of mitra", async () => {
  const mitraOnly = operations.filter(({ security }) => security === "kunciApi");
  const keys = await Promise.all(mitraOnly.map((operation) => sampleOf(world, operation)));
  const key = keys[0]?.headers["x-api-key"] ?? "";
  const peopleOnly = closed.filter(({ schemes }) => !schemes.includes("kunciApi"));
  await expectRefused(world, peopleOnly, [401], () => ({
    headers: { authorization: null, "x-api-key": key },
  }));
  const { headers } = await makeAkun(world, "admin");
  await expectRefused(world, mitraOnly, [401], () => ({ headers: { ...headers, "x-api-key": null } }));
});
