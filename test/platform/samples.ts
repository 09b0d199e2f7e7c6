import { createHmac } from "node:crypto";
import { expect, inject, onTestFinished } from "vitest";
import { signature } from "../../dev/qstash/signing.ts";
import { createApp } from "../../src/app.ts";
import type { Deps } from "../../src/deps.ts";
import { ContractWatch } from "../contract-watch.ts";
import type { World } from "../harness.ts";
import { makeMitra, purchase } from "../make.ts";
import type { Operation } from "./document.ts";
import { JSON_TYPE, multipartOf, newEmail, newKey, type MakeSample, type Sample } from "./request-sample.ts";
import { AKUN, inTheNameOf } from "./samples-akun.ts";
import { AMANCAIR } from "./samples-amancair.ts";
import { DIREKTORI } from "./samples-direktori.ts";
import { PINJAMAN } from "./samples-loans.ts";
import { BANK_TAKES_UNKNOWN, MITRA } from "./samples-ppob.ts";
import { PRODUK } from "./samples-produk.ts";
import { TAKES_UNKNOWN as WHAPI_TAKES_UNKNOWN, WHATSAPP } from "./samples-whatsapp.ts";

export { newEmail, newKey, type Sample } from "./request-sample.ts";

export type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** What to send instead of the sample's own. Headers that are `null` are left out. */
export interface Change {
  path?: string;
  method?: string;
  headers?: Record<string, string | null>;
  body?: Body;
}

/** What answers requests: a world, or its house rebuilt. */
export type House = Pick<World, "request">;

/** A valid request of every operation, hand-written. A route without an entry here fails every table-driven test. */
const SAMPLES: Record<string, MakeSample> = {
  ...AKUN,
  ...DIREKTORI,
  ...AMANCAIR,
  ...PINJAMAN,
  ...WHATSAPP,
  ...MITRA,
  ...PRODUK,
  statusLayanan: async () => ({ path: "/", method: "GET", headers: {} }),
  statusDatabase: async () => ({ path: "/db-connect", method: "GET", headers: {} }),
  daftarMitra: async () => ({
    path: "/register",
    method: "POST",
    headers: JSON_TYPE,
    body: { nama: "Budi Santoso", email: newEmail(), hp: "08123456789", saldo: 1 },
  }),
  rotasiKunci: async (world) => ({ ...(await ofMitra(world)), path: "/generate-key", method: "POST" }),
  daftarProduk: async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: "/produk?limit=5",
    method: "GET",
  }),
  "daftarProduk:mitra": async (world) => ({ ...(await ofMitra(world)), path: "/produk", method: "GET" }),
  beli: async (world) => ({
    actor: "mitra",
    path: "/beli",
    method: "POST",
    headers: { ...(await keyOf(world)), ...JSON_TYPE },
    body: { produk_id: 1, nomor_tujuan: "08123456789", nominal: 10_000, ref_id: newKey() },
  }),
  statusTransaksi: async (world) => {
    const mitra = await makeMitra(world);
    const id = await purchase(world, mitra);
    await world.idle();
    return {
      actor: "mitra",
      path: `/status/${id}`,
      method: "GET",
      headers: { "x-api-key": mitra.apiKey },
    };
  },
  riwayatTransaksi: async (world) => ({
    ...(await ofMitra(world)),
    path: "/riwayat?limit=5",
    method: "GET",
  }),
  semuaMitra: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/mitra?limit=1",
    method: "GET",
  }),
  aturMitra: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: `/mitra/${(await makeMitra(world)).id}`,
    method: "PATCH",
    body: { aktif: false, tier: "emas", wajib_tanda_tangan: true, alamat_ip: ["203.0.113.7"] },
  }),
  isiSaldo: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: `/mitra/${(await makeMitra(world)).id}/saldo`,
    method: "POST",
    body: { jumlah: 50_000, keterangan: "Transfer BCA", kunci: newKey() },
  }),
  antreanTransaksi: async (world) => ({
    path: "/queue/transaksi",
    method: "POST",
    headers: JSON_TYPE,
    // No purchase has this id, so a message that gets through changes nothing.
    body: { transaksi_id: Number.MAX_SAFE_INTEGER },
    sign: (body) => {
      const key = world.cloud.qstash.currentSigningKey;
      const url = `${world.deps.config.publicUrl}/queue/transaksi`;
      const now = world.deps.clock.now().getTime();
      return { "upstash-signature": signature(key, url, Buffer.from(body), now) };
    },
  }),
  webhookBiller: async (world) => ({
    path: "/webhook/biller",
    method: "POST",
    headers: { "content-type": "application/json", "x-digiflazz-event": "update" },
    body: {
      data: { ref_id: "bukan-milik-kami", status: "Sukses", rc: "00", sn: "1", message: "ok", price: 1 },
    },
    sign: (body) => {
      const mac = createHmac("sha1", world.cloud.digiflazz.webhookSecret).update(body);
      return { "x-hub-signature": `sha1=${mac.digest("hex")}` };
    },
  }),
};

async function ofMitra(world: World): Promise<Pick<Sample, "actor" | "headers">> {
  return { actor: "mitra", headers: await keyOf(world) };
}

async function keyOf(world: World): Promise<Record<string, string>> {
  return { "x-api-key": (await makeMitra(world)).apiKey };
}

/** A fresh valid request of `operation`, with rows of its own behind it. */
export async function sampleOf(world: World, operation: Operation): Promise<Sample> {
  const make = SAMPLES[operation.id];
  if (!make) throw new Error(`test/platform/samples.ts has no valid request of ${operation.id}`);
  return await make(world);
}

/** The address of a sample with another id in it; its query stays. */
export function pathWithId(
  { path }: Pick<Operation, "path">,
  sample: Pick<Sample, "path">,
  id: string,
): string {
  return path.replaceAll(/\{[^}]+\}/g, id) + (/\?.*/.exec(sample.path)?.[0] ?? "");
}

/** Where a vendor's message may hold more than we know. */
export const TAKES_UNKNOWN = [...WHAPI_TAKES_UNKNOWN, ...BANK_TAKES_UNKNOWN];

/** Operations that may be told nothing at all: `{}` is a whole body there. */
export const EMPTY_IS_ENOUGH = ["tautkanDokumen", "tinjauPinjaman", ...TAKES_UNKNOWN];

/** How often a sample is bent before another one is made: what it carries does not live for ever. */
const USES = 25;
const kept = new WeakMap<World["cloud"], Map<string, { sample: Sample; uses: number }>>();

/**
 * A valid request that may have been bent and refused before: nothing became of it. Where tries are counted, and what is
 * cheap to make, is always a fresh one.
 */
async function keptSampleOf(world: World, operation: Operation): Promise<Sample> {
  if (/^\/(auth|api|otp)\//.test(operation.path)) return await sampleOf(world, operation);
  const samples = kept.get(world.cloud) ?? new Map<string, { sample: Sample; uses: number }>();
  kept.set(world.cloud, samples);
  let known = samples.get(operation.id);
  if (!known || known.uses >= USES) known = { sample: await sampleOf(world, operation), uses: 0 };
  samples.set(operation.id, { ...known, uses: known.uses + 1 });
  return known.sample;
}

/** Sends a sample, changed; a body that is text or bytes is signed as it goes out. */
export function send(house: House, sample: Sample, change: Change = {}): Promise<Response> {
  const own = sample.form ? multipartOf(sample.form) : sample.body && JSON.stringify(sample.body);
  const body = change.body ?? own;
  const signed = body === undefined || body instanceof ReadableStream ? {} : sample.sign?.(body);
  const headers = new Headers({ ...sample.headers, ...signed });
  for (const [name, value] of Object.entries(change.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  // As bytes: fetch names a type of its own for text.
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return house.request(change.path ?? sample.path, {
    method: change.method ?? sample.method,
    headers,
    ...(bytes !== undefined && { body: bytes }),
    ...(bytes instanceof ReadableStream && { duplex: "half" }),
  });
}

const PROBLEM_FIELDS = ["detail", "instance", "request_id", "status", "title", "type"];

/** What is wrong with an answer that should be a refusal with one of `statuses`; nothing when it is right. */
export async function flawsOf(response: Response, statuses: readonly number[]): Promise<string[]> {
  const text = await response.text();
  const flaws: string[] = [];
  if (!statuses.includes(response.status))
    flaws.push(`${response.status} instead of ${statuses.join("/")}: ${text.slice(0, 300)}`);
  if (response.status < 400) return flaws;
  const type = response.headers.get("content-type");
  if (type !== "application/problem+json") return [...flaws, `content type ${type}: ${text.slice(0, 300)}`];
  const problem = JSON.parse(text) as Record<string, unknown>;
  const fields = Object.keys(problem).filter((name) => name !== "errors");
  if (fields.sort().join() !== PROBLEM_FIELDS.join()) flaws.push(`fields ${fields.join()}`);
  const promised = { 401: "www-authenticate", 429: "retry-after", 503: "retry-after" }[response.status];
  if (promised && !response.headers.get(promised)) flaws.push(`no ${promised}`);
  if (problem["status"] !== response.status) flaws.push(`status ${String(problem["status"])} in the body`);
  if (problem["request_id"] !== response.headers.get("x-request-id")) flaws.push("another request_id");
  if (text.includes("ZodError") || text.includes("    at ")) flaws.push(`shows its inside: ${text}`);
  if (!deepText(problem).isWellFormed()) flaws.push("lone surrogates in the answer");
  return flaws;
}

function deepText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value)
    .map(([name, inner]) => name + deepText(inner))
    .join("\n");
}

/** What a request can write. */
const WRITTEN =
  `mitra transaksi percobaan jurnal mutasi akun sesi jabatan pegawai nasabah audit devices addresses bank_accounts
  employment documents emergency_contacts telemetry_events crash_reports notifications consents privacy_requests
  berkas_terbuang loan_applications loan_instalments loan_rules chats messages bot_settings quick_replies
  produk produk_biller sinkron_biller aturan_harga tagihan deposit mutasi_bank callback kiriman kiriman_log`.split(
    /\s+/,
  );

/** All of a mitra but when its key was used: that is noted of requests that are refused as well. */
const MITRA_VERSION = "hashtextextended((to_jsonb(mitra) - 'kunci_dipakai_pada')::text, 0)::numeric";

type Rows = Readonly<Record<string, unknown>>;
const counted = new WeakMap<World["cloud"], { at: unknown; rows: Rows }>();

/**
 * How many rows there are of everything a request can write, a sum that changes with every version of one, and objects.
 * They are counted again when a transaction that wrote has begun or ended since: PostgreSQL numbers those.
 */
export async function rowCounts({ cloud, bucket }: World): Promise<Rows> {
  const objek = bucket.objects.size;
  const [now] = await cloud.neon.asOwner("select pg_current_snapshot()::text as at");
  const known = counted.get(cloud);
  if (known && known.at === now?.["at"]) return { ...known.rows, objek };
  const counts = WRITTEN.map((name) => {
    const version = name === "mitra" ? MITRA_VERSION : "xmin::text::bigint";
    return `(select count(*) || ' ' || coalesce(sum(${version}), 0) from ${name}) as ${name}`;
  });
  const [rows = {}] = await cloud.neon.asOwner(`select ${counts.join(", ")}`);
  counted.set(cloud, { at: now?.["at"], rows });
  return { ...rows, objek };
}

/** The world's house rebuilt with other dependencies, over the same cloud; its answers are held against the document too. */
export function rebuilt(world: World, deps: Partial<Deps>): House {
  const app = createApp({ ...world.deps, ...deps });
  const watch = new ContractWatch(app, inject("seenResponses"));
  onTestFinished(() => expect(watch.violations).toEqual([]));
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  return {
    async request(path, init) {
      const request = new Request(new URL(path, world.url), init);
      return await watch.check(request, await app.fetch(request, {}, context));
    },
  };
}

/**
 * Sends each operation's valid request, bent, and demands a refusal with one of `statuses`: a problem document, no row
 * written, nothing in the log that a person would have to look at. A `bend` that changes rows takes `fresh` samples.
 */
export async function expectRefused(
  world: World,
  operations: readonly Operation[],
  statuses: readonly number[],
  bend: (operation: Operation, sample: Sample) => Change | Promise<Change>,
  { fresh = false } = {},
): Promise<void> {
  expect(operations).not.toEqual([]);
  const found: string[] = [];
  for (const operation of operations) {
    const sample = await (fresh ? sampleOf : keptSampleOf)(world, operation);
    const change = await bend(operation, sample);
    const before = await rowCounts(world);
    const logged = world.log.length;
    const response = await send(world, sample, change);
    const flaws = await flawsOf(response, statuses);
    if (JSON.stringify(await rowCounts(world)) !== JSON.stringify(before)) flaws.push("rows were written");
    const alarms = world.log.slice(logged).filter(({ level }) => level === "error");
    if (alarms.length > 0) flaws.push(`alarms: ${JSON.stringify(alarms)}`);
    found.push(...flaws.map((flaw) => `${operation.id}: ${flaw}`));
  }
  expect(found).toEqual([]);
}
