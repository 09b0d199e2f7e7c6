import { expect, onTestFinished, test } from "vitest";
import { ServiceUnavailable } from "../../src/platform/http/errors.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, makeMitra, postJson, purchase, requestPurchase, type Orang } from "../make.ts";
import { fileAnswers, tooLarge } from "./answers-amancair.ts";
import { directoryAnswers, type Provoke } from "./answers-direktori.ts";
import { loanAnswers } from "./answers-loans.ts";
import { mitraAnswers } from "./answers-ppob.ts";
import { productAnswers } from "./answers-produk.ts";
import { whatsappAnswers } from "./answers-whatsapp.ts";
import { readOperations, type Operation } from "./document.ts";
import { multipartOf } from "./request-sample.ts";
import { browserOf } from "./samples-akun.ts";
import { newWaId } from "./samples-whatsapp.ts";
import { newKey, rebuilt, sampleOf, send, type Change } from "./samples.ts";

// Every documented answer of every operation, provoked once: an error on a route that nobody can get is a lie.

const world = useWorld();
const operations = await readOperations();

const directory = directoryAnswers(world);
const files = fileAnswers(world);
const loans = loanAnswers(world);
const whatsapp = whatsappAnswers(world);
const mitraOnes = mitraAnswers(world);
const products = productAnswers(world);

/** The operation's valid request, changed. */
const bent =
  (change: (operation: Operation) => Change): Provoke =>
  async (operation) =>
    await send(world, await sampleOf(world, operation), change(operation));

/** The operation's valid request, sent after something has happened to its person. */
const afterwards =
  (happen: (orang: Orang) => Promise<unknown>): Provoke =>
  async (operation) => {
    const sample = await sampleOf(world, operation);
    if (!sample.orang) throw new Error(`${operation.id} has nobody behind it`);
    await happen(sample.orang);
    return await send(world, sample);
  };

const disable = (orang: Orang) =>
  world.cloud.neon.asOwner("update akun set aktif = false where id = $1", [orang.id]);

/** Bodies that no schema takes; where there is none, a parameter that is not as it should be. */
const invalid = ({ path, parameters, json, takesBody }: Operation): Change => {
  if (json) return { body: `{"isian_lain":1}` };
  if (takesBody) return { body: multipartOf([{ name: "doc_type", value: "ktp" }]) };
  const [parameter] = parameters.filter((one) => one.in === "path" || one.in === "query");
  return parameter?.in === "path"
    ? { path: path.replace(/\{[^}]+\}/, "x") }
    : { path: `${path}?${parameter?.name}=x` };
};

/** The operation's valid request with one text of its body taken from somebody else. */
const taken =
  (field: "email" | "username"): Provoke =>
  async (operation) => {
    const sample = await sampleOf(world, operation);
    const other = await makeAkun(world, "karyawan");
    return await send(world, sample, { body: JSON.stringify({ ...sample.body, [field]: other[field] }) });
  };

/** What the platform and the accesses answer on any route, by the code of the error. */
const GENERIC: Record<string, Provoke> = {
  ...directory.GENERIC,
  ...files.GENERIC,
  ...loans.GENERIC,
  ...whatsapp.GENERIC,
  ...mitraOnes.GENERIC,
  ...products.GENERIC,
  success: bent(() => ({})),
  URL_RUSAK: async (operation) => {
    const sample = await sampleOf(world, operation);
    return await send(world, sample, { path: `${sample.path.replace(/\?.*/, "")}?x=%00` });
  },
  JSON_RUSAK: bent(() => ({ body: new Uint8Array([0xff, 0xfe]) })),
  KUNCI_API_SALAH: bent(({ schemes }) => ({
    headers: { "x-api-key": schemes.length > 1 ? "a".repeat(64) : null },
  })),
  TANDA_TANGAN_SALAH: bent(() => ({
    headers: { "upstash-signature": null, "x-hub-signature": null, signature: null },
  })),
  TOKEN_TIDAK_SAH: bent(({ optional }) => ({ headers: { authorization: optional ? "Bearer x.y.z" : null } })),
  PERAN_TIDAK_BOLEH: async (operation) => {
    // A customer: what it may do as well is refused for what it says, see OWN.
    const { authorization = "" } = (await makeAkun(world, "nasabah")).headers;
    return await send(world, await sampleOf(world, operation), { headers: { authorization } });
  },
  CSRF_DITOLAK: async (operation) => {
    const sample = await sampleOf(world, operation);
    const { cookie } = await browserOf(world, sample.orang ?? (await firstAdmin(world)));
    return await send(world, sample, { headers: { authorization: null, cookie } });
  },
  MITRA_TIDAK_ADA: bent(({ path }) => ({ path: path.replace("{id}", String(Number.MAX_SAFE_INTEGER)) })),
  AKUN_TIDAK_ADA: bent(({ path }) => ({ path: path.replace("{id}", String(Number.MAX_SAFE_INTEGER)) })),
  AKUN_NONAKTIF: afterwards(disable),
  IDENTITAS_SALAH: async (operation) => {
    const sample = await sampleOf(world, operation);
    return await send(world, sample, { body: JSON.stringify({ ...sample.body, password: "salah" }) });
  },
  EMAIL_AKUN_TERDAFTAR: taken("email"),
  USERNAME_TERDAFTAR: taken("username"),
  ISI_TERLALU_BESAR: bent(tooLarge),
  JENIS_ISI_TIDAK_DIDUKUNG: bent(() => ({ headers: { "content-type": "text/plain" } })),
  VALIDASI_GAGAL: bent(invalid),
  TERLALU_SERING: async (operation) => {
    const house = rebuilt(world, { limiter: { take: async () => false } });
    return await send(house, await sampleOf(world, operation));
  },
  KESALAHAN_SERVER: async (operation) => {
    const sample = await sampleOf(world, operation);
    world.cloud.neon.faults.always({ kind: "answer", status: 200, body: "bukan json" });
    return await send(world, sample);
  },
  LAYANAN_TIDAK_TERSEDIA: async (operation) => {
    const sample = await sampleOf(world, operation);
    world.cloud.neon.faults.always({ kind: "refuse" });
    return await send(world, sample);
  },
};

/** An operation that answers without the database still depends on the limiter in front of it. */
const limiterThrows =
  (error: () => Error): Provoke =>
  async (operation) => {
    const take = async () => {
      throw error();
    };
    const house = rebuilt(world, { limiter: { take } });
    return await send(house, await sampleOf(world, operation));
  };

/** `POST /mitra/{id}/saldo` of the same key, with another amount. */
const otherAmount: Provoke = async (operation) => {
  const sample = await sampleOf(world, operation);
  await send(world, sample);
  return await send(world, sample, { body: JSON.stringify({ ...sample.body, jumlah: 1 }) });
};

/** Lets nobody but the caller be an active admin, for one request that would end that. */
const lastAdmin: Provoke = async () => {
  const admin = await makeAkun(world, "admin");
  const others = "update akun set aktif = $1 where peran = 'admin' and id <> $2";
  onTestFinished(async () => void (await world.cloud.neon.asOwner(others, ["true", admin.id])));
  await world.cloud.neon.asOwner(others, ["false", admin.id]);
  return await postJson(world, `/auth/akun/${admin.id}`, { active: false }, admin.headers, "PATCH");
};

const buy = async (body: Parameters<typeof requestPurchase>[2], saldo = 1_000_000): Promise<Response> =>
  await requestPurchase(world, await makeMitra(world, { saldo }), body);

/** What one operation answers in a way of its own; goes before the generic one. */
const OWN: Record<string, Record<string, Provoke>> = {
  ...directory.OWN,
  ...files.OWN,
  ...loans.OWN,
  ...whatsapp.OWN,
  ...mitraOnes.OWN,
  ...products.OWN,
  tanyaTagihan: { ...mitraOnes.OWN["tanyaTagihan"], ...products.OWN["tanyaTagihan"] },
  statusLayanan: {
    KESALAHAN_SERVER: limiterThrows(() => new Error("binding tidak menjawab")),
    LAYANAN_TIDAK_TERSEDIA: limiterThrows(() => new ServiceUnavailable()),
  },
  statusDatabase: {
    KESALAHAN_SERVER: limiterThrows(() => new Error("binding tidak menjawab")),
    // Document 003 prints an answer of its own for this one.
    "503": async (operation) => await (GENERIC["LAYANAN_TIDAK_TERSEDIA"] ?? never)(operation),
  },
  segarkanToken: {
    REFRESH_TIDAK_SAH: bent(() => ({ body: `{"refresh_token":"x.y.z"}` })),
  },
  akhiriSesi: {
    SESI_TIDAK_ADA: bent(({ path }) => ({ path: path.replace("{id}", world.deps.ids.uuid()) })),
  },
  daftarStaf: { HANYA_ADMIN: bent(() => ({ headers: { authorization: null } })) },
  gantiKataSandi: {
    KATA_SANDI_LAMA_SALAH: bent(() => ({
      body: `{"current_password":"salah","new_password":"sandi-baru"}`,
    })),
  },
  aturAkun: { ADMIN_TERAKHIR: lastAdmin },
  isiSaldo: {
    KUNCI_DIPAKAI: otherAmount,
    SALDO_TERLALU_BESAR: async (operation) => {
      const sample = await sampleOf(world, operation);
      const mitra = await makeMitra(world, { saldo: Number.MAX_SAFE_INTEGER });
      return await send(world, sample, { path: `/mitra/${mitra.id}/saldo` });
    },
  },
  daftarMitra: {
    SALDO_AWAL_DITOLAK: async (operation) => {
      const house = rebuilt(world, { config: { ...world.deps.config, local: false } });
      return await send(house, await sampleOf(world, operation));
    },
    EMAIL_TERDAFTAR: async (operation) => {
      const sample = await sampleOf(world, operation);
      await send(world, sample);
      return await send(world, sample);
    },
  },
  beli: {
    ...products.BELI,
    SALDO_TIDAK_CUKUP: () => buy({}, 0),
    NOMINAL_TIDAK_SESUAI: () => buy({ nominal: 9_999 }),
    NOMINAL_WAJIB: async (operation) => {
      const [produk] = await world.cloud.neon.asOwner(
        "insert into produk (kode, nama, kategori, harga, nominal) values ($1, 'Token bebas', 'token', 1000, null) returning id",
        [newKey()],
      );
      const sample = await sampleOf(world, operation);
      const { nominal: _, ...body } = { ...sample.body, produk_id: Number(produk?.["id"]) } as Record<
        string,
        unknown
      >;
      return await send(world, sample, { body: JSON.stringify(body) });
    },
    PRODUK_TIDAK_ADA: () => buy({ produk_id: 2_147_483_647 }),
    KUNCI_DIPAKAI: async () => {
      const mitra = await makeMitra(world);
      const key = newKey();
      await purchase(world, mitra, { ref_id: key });
      return await requestPurchase(world, mitra, { ref_id: key, nomor_tujuan: "08120000000" });
    },
  },
  statusTransaksi: {
    TRANSAKSI_TIDAK_ADA: bent(() => ({ path: `/status/${Number.MAX_SAFE_INTEGER}` })),
  },
};

async function never(): Promise<Response> {
  throw new Error("no such answer");
}

/** Each answer of an operation: its success, each code of its errors, and errors of another form by their status. */
function answersOf(
  operation: Operation,
): { id: string; status: number; code: string; operation: Operation }[] {
  const { id, success, documented } = operation;
  return Object.entries(documented.responses).flatMap(([status, { content = {} }]) => {
    const codes = Object.keys(content["application/problem+json"]?.examples ?? {});
    const answers = codes.length > 0 ? codes : [Number(status) === success ? "success" : status];
    return answers.map((code) => ({ id, status: Number(status), code, operation }));
  });
}

test.each(operations.flatMap(answersOf))(
  "$id answers $status: $code",
  async ({ id, status, code, operation }) => {
    const provoke = OWN[id]?.[code] ?? GENERIC[code];
    if (!provoke) throw new Error(`nothing here provokes ${code} of ${id}`);
    const response = await provoke(operation);
    const text = await response.text();
    expect(response.status, text).toBe(status);
    const isProblem = response.headers.get("content-type") === "application/problem+json";
    const { type } = (isProblem ? JSON.parse(text) : {}) as { type?: string };
    const urn = `urn:satu-pintu:galat:${code.toLowerCase().replaceAll("_", "-")}`;
    expect(type).toBe(/^[A-Z]/.test(code) ? urn : undefined);
  },
);

test("a code that is sent by WhatsApp is not in the answer", async () => {
  const [terbitkan] = operations.filter(({ id }) => id === "terbitkanOtp");
  if (!terbitkan) throw new Error("no such operation");
  const number = newWaId();
  const sample = await sampleOf(world, { ...terbitkan, id: "terbitkanOtp:mitra" });
  const body = JSON.stringify({ ...sample.body, channel: "whatsapp", to: `+${number}` });
  const response = await send(world, sample, { body });
  expect(await response.json()).toEqual({ message: "OTP dikirim lewat WhatsApp." });
  const inbox = world.cloud.whapi.phones.inbox(number).map(({ text }) => text);
  expect(inbox).toEqual([expect.stringMatching(/\b\d{6}\b/)]);
});
