import { createHmac } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { firstAdmin, login, makeAkun, postJson, type Orang } from "../make.ts";
import { readOperations, type Operation } from "../platform/document.ts";
import { sampleOf, send, type Sample } from "../platform/samples.ts";
import { refusalOf } from "../answers.ts";
import { amancairTable, type Row } from "./matrix-amancair.ts";
import { ppobTable } from "./matrix-ppob.ts";
import { whatsappTable } from "./matrix-whatsapp.ts";
import { patientAttempts } from "./seams.ts";

// Every operation of the house with every kind of token: a table written by hand, and the house held against it.

const world = useWorld({
  // Without a secret, as on a developer's machine, whoever likes may call as Whapi.
  env: { WHAPI_WEBHOOK_SECRET: "q9Zt-4mVx-7bLr-2kNs-8wPd-5hJc-1fGa" },
  deps: { attempts: patientAttempts(() => world) },
});
const operations = await readOperations();

/** What a token can be that is none of ours, or no more; none of them opens anything. */
const DEAD_TOKENS: Record<string, (orang: Orang) => Promise<string | null> | string | null> = {
  "no token": () => null,
  garbage: () => "Bearer bukan.sebuah.token",
  expired: (orang) => forged(orang, { claims: { iat: secondsAgo(7_200), exp: secondsAgo(3_600) } }),
  "alg none": (orang) => forged(orang, { header: { alg: "none" }, signature: "" }),
  "alg none, signed": (orang) => forged(orang, { header: { alg: "none" } }),
  "alg HS512": (orang) => forged(orang, { header: { alg: "HS512" }, hash: "sha512" }),
  "unknown key": (orang) => forged(orang, { header: { kid: "../../../dev/null" }, key: "" }),
  "another key": (orang) => forged(orang, { key: "kunci-lain-yang-juga-cukup-panjang" }),
  "wrong audience": (orang) => forged(orang, { claims: { aud: "pintu-lain" } }),
  "wrong issuer": (orang) => forged(orang, { claims: { iss: "https://pintu-lain.example" } }),
  "no expiry": (orang) => forged(orang, { claims: { exp: undefined } }),
  "in the year 9999": (orang) => forged(orang, { claims: { iat: secondsAgo(86_400), exp: 253_370_764_800 } }),
  "no type": (orang) => forged(orang, { header: { typ: "JWT" } }),
  "refresh token": ({ refreshToken }) => `Bearer ${refreshToken}`,
  "cookie's token": async ({ accessToken }) => {
    const { sub, role, sid, ver } = payloadOf(accessToken);
    return `Bearer ${await world.deps.auth.tokens.sign("cookie", String(sub), { role, sid, ver })}`;
  },
  "logged out": async (orang) => {
    const { headers } = await login(world, orang.email, orang.password);
    expect((await world.request("/auth/logout", { method: "POST", headers })).status).toBe(204);
    return headers["authorization"] ?? "";
  },
  "disabled since": async (orang) => {
    const { headers } = await as(orang, "admin");
    await atur(orang, { active: false });
    return headers["authorization"] ?? "";
  },
  "role changed since": async (orang) => {
    const { headers } = await as(orang, "admin");
    await atur(orang, { role: "karyawan" });
    return headers["authorization"] ?? "";
  },
};

const ROLES = ["admin", "karyawan", "nasabah"] as const;

const dead = (answer: string): Row =>
  Object.fromEntries(Object.keys(DEAD_TOKENS).map((name) => [name, answer]));
const NOT_KNOWN = "401 token-tidak-sah";
const NOT_ALLOWED = "403 peran-tidak-boleh";

/** For whoever has an account. */
const people = (success: string): Row => ({
  ...dead(NOT_KNOWN),
  admin: success,
  karyawan: success,
  nasabah: success,
});
const admins = (success: string): Row => ({
  ...people(success),
  karyawan: NOT_ALLOWED,
  nasabah: NOT_ALLOWED,
});
const staff = (success: string): Row => ({ ...people(success), nasabah: NOT_ALLOWED });
/** The same for everybody: tokens are not looked at. */
const whoever = (answer: string): Row => ({
  ...dead(answer),
  admin: answer,
  karyawan: answer,
  nasabah: answer,
});

const TABLE: Record<string, Row> = {
  statusLayanan: whoever("200"),
  statusDatabase: whoever("200"),

  masuk: whoever("200"),
  masukDenganEmail: whoever("200"),
  segarkanToken: whoever("200"),
  daftarNasabah: whoever("201"),
  daftarStaf: { ...admins("200"), "no token": "403 hanya-admin" },
  infoPengguna: people("200"),
  profil: people("200"),
  ubahProfil: people("200"),
  gantiKataSandi: people("204"),
  keluar: people("204"),
  keluarSemua: people("204"),
  daftarSesi: people("200"),
  akhiriSesi: people("204"),
  akhiriSesiLain: people("204"),
  daftarAkun: admins("200"),
  aturAkun: admins("200"),

  semuaJabatan: staff("200"),
  satuJabatan: staff("200"),
  tambahJabatan: admins("201"),
  ubahJabatan: admins("200"),
  hapusJabatan: admins("204"),
  semuaUsers: people("200"),
  satuUser: people("200"),
  tambahUser: people("200"),
  ubahUser: people("200"),
  hapusUser: staff("200"),
  terbitkanOtp: staff("200"),
  verifikasiOtp: staff("200"),

  ...amancairTable({ people, staff, admins, whoever, NOT_ALLOWED }),
  ...ppobTable({ staff, admins, whoever }),
  ...whatsappTable({ staff, admins, whoever }),
};

beforeAll(async () => {
  await firstAdmin(world);
});

test("the table names every operation, and no other", () => {
  expect(operations.map(({ id }) => id).sort()).toEqual(Object.keys(TABLE).sort());
});

test("a token made by hand like ours is taken, so that each forgery fails for the one thing it changes", async () => {
  const orang = await makeAkun(world, "nasabah");
  const headers = { authorization: forged(orang, {}) };
  expect((await world.request("/auth/me", { headers })).status).toBe(200);
});

test.each(operations)(
  "$id",
  async (operation) => {
    const met: Row = {};
    for (const [name, tokenOf] of Object.entries(DEAD_TOKENS)) {
      const { sample, orang } = await callerOf(operation);
      met[name] = await meets(sample, await tokenOf(orang));
    }
    for (const role of ROLES) {
      const { sample, orang } = await callerOf(operation);
      met[role] = await meets(sample, (await as(orang, role)).headers["authorization"] ?? "");
    }
    expect(met).toEqual(TABLE[operation.id]);
  },
  120_000,
);

/** A fresh valid request, and whose token it is sent with: its own person's where there is one. */
async function callerOf(operation: Operation): Promise<{ sample: Sample; orang: Orang }> {
  const sample = await sampleOf(world, operation);
  const own = sample.actor !== undefined ? sample.orang : undefined;
  return { sample, orang: own ?? (await makeAkun(world, "nasabah")) };
}

/** What the house answers when nothing but `authorization` speaks for the caller. */
async function meets(sample: Sample, authorization: string | null): Promise<string> {
  const nobodyElse = {
    "x-api-key": null,
    "upstash-signature": null,
    "x-hub-signature": null,
    "x-whapi-secret": null,
    signature: null,
  };
  return await refusalOf(await send(world, sample, { headers: { ...nobodyElse, authorization } }));
}

async function atur(orang: Orang, body: { role?: string; active?: boolean }): Promise<void> {
  const { headers } = await firstAdmin(world);
  const answer = await postJson(world, `/auth/akun/${orang.id}`, body, headers, "PATCH");
  expect(answer.status, await answer.text()).toBe(200);
}

/** The person in another role, logged in anew. Past the product, which would end the session that a sample is about. */
async function as(orang: Orang, role: Orang["role"]): Promise<Orang> {
  if (orang.role !== role)
    await world.cloud.neon.asOwner("update akun set peran = $2 where id = $1", [orang.id, role]);
  return await login(world, orang.email, orang.password);
}

interface Forgery {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  key?: string;
  hash?: "sha256" | "sha512";
  /** Instead of the right one. */
  signature?: string;
}

/** The person's own access token with something of it forged, and signed with our key unless that is what is forged. */
function forged(
  { accessToken }: Orang,
  { header, claims, key, hash = "sha256", signature }: Forgery,
): string {
  const secret = key ?? world.deps.config.akun.signingSecrets[0] ?? "";
  const parts = [
    { ...partOf(accessToken, 0), ...header },
    { ...partOf(accessToken, 1), ...claims },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const mac = createHmac(hash, secret).update(parts.join(".")).digest("base64url");
  return `Bearer ${[...parts, signature ?? mac].join(".")}`;
}

function payloadOf(token: string): Record<string, unknown> {
  return partOf(token, 1);
}

function partOf(token: string, at: 0 | 1): Record<string, unknown> {
  const text = Buffer.from(token.split(".")[at] ?? "", "base64url").toString();
  return JSON.parse(text) as Record<string, unknown>;
}

function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1_000) - seconds;
}
