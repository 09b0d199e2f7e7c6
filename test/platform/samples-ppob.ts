import { createHmac, randomInt } from "node:crypto";
import { createServer } from "node:http";
import { expect } from "vitest";
import { LOCAL_SECRETS } from "../../dev/local-secrets.ts";
import { signature } from "../../dev/qstash/signing.ts";
import { listen } from "../../dev/stand-in.ts";
import type { World } from "../harness.ts";
import { makeMitra, postJson, purchase, type Mitra } from "../make.ts";
import { JSON_TYPE, newKey, type MakeSample, type Sample } from "./request-sample.ts";
import { inTheNameOf } from "./samples-akun.ts";

/** A bank says more of a transfer than we look at. */
export const BANK_TAKES_UNKNOWN = ["webhookBank"];

let listening: Promise<string> | undefined;

/** An endpoint that takes everything: what is delivered there is done with, and comes no second time. */
function hook(): Promise<string> {
  const server = createServer((request, response) => request.resume().on("end", () => response.end("ok")));
  listening ??= listen(server.unref()).then((port) => `http://127.0.0.1:${port}/hook`);
  return listening;
}

/** Valid requests about a mitra's money, tickets, bills, receipts and messages; see test/platform/samples.ts. */
export const MITRA: Record<string, MakeSample> = {
  mitraSendiri: byMitra("GET", "/mitra/saya"),
  aturMitraSendiri: byMitra("PATCH", "/mitra/saya", { wajib_tanda_tangan: false, alamat_ip: [] }),
  cekSaldo: byMitra("GET", "/saldo"),
  mutasiSaldo: byMitra("GET", "/mutasi?limit=5"),
  laporanTransaksi: byMitra("GET", "/laporan?format=json"),
  strukTransaksi: async (world) => {
    const mitra = await makeMitra(world);
    const id = await purchase(world, mitra);
    await world.idle();
    return { ...as(mitra), path: `/struk/${id}?format=json`, method: "GET" };
  },

  bukaDeposit: async (world) => await byMitra("POST", "/deposit", { jumlah: jumlah() })(world),
  semuaDeposit: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/deposit?limit=5",
    method: "GET",
  }),
  "semuaDeposit:mitra": byMitra("GET", "/deposit?limit=5"),
  batalDeposit: async (world) => {
    const mitra = await makeMitra(world);
    const { id } = await makeDeposit(world, mitra);
    return { ...as(mitra), path: `/deposit/${id}/batal`, method: "POST" };
  },
  konfirmasiDeposit: async (world) => {
    const { id, total } = await makeDeposit(world);
    return {
      ...(await inTheNameOf(world, "admin")),
      path: `/deposit/${id}/konfirmasi`,
      method: "POST",
      body: { keterangan: "Mutasi BCA", mutasi_bank_id: await makeMutasiBank(world, total) },
    };
  },
  semuaMutasiBank: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/mutasi-bank?limit=5",
    method: "GET",
  }),
  webhookBank: async () => ({
    path: "/webhook/bank",
    method: "POST",
    headers: JSON_TYPE,
    // No ticket is for so little.
    body: { mutation_id: newKey(), amount: 1, type: "CR", description: "TRSF E-BANKING CR" },
    sign: (body) => {
      const mac = createHmac("sha256", LOCAL_SECRETS.BANK_WEBHOOK_SECRET).update(body);
      return { signature: mac.digest("hex") };
    },
  }),

  tanyaTagihan: async (world) =>
    await byMitra("POST", "/tagihan", {
      produk_id: await pascabayar(world),
      nomor_pelanggan: PELANGGAN,
      nominal: 50_000,
      tahun: 2026,
      nomor_kedua: "3201010101900001",
    })(world),
  satuTagihan: async (world) => {
    const mitra = await makeMitra(world);
    return { ...as(mitra), path: `/tagihan/${await makeTagihan(world, mitra)}`, method: "GET" };
  },
  bayarTagihan: async (world) => {
    const mitra = await makeMitra(world);
    return { ...as(mitra), path: `/tagihan/${await makeTagihan(world, mitra)}/bayar`, method: "POST" };
  },
  cekPln: byMitra("POST", "/cek-pln", { nomor: "12345678901" }),

  lihatCallback: ofCallback("GET", "/mitra/callback"),
  pasangCallback: async (world) => await byMitra("PUT", "/mitra/callback", { url: await hook() })(world),
  hapusCallback: ofCallback("DELETE", "/mitra/callback"),
  daftarKiriman: ofCallback("GET", "/mitra/callback/kiriman?limit=5"),
  ujiCallback: ofCallback("POST", "/mitra/callback/uji"),
  ulangKiriman: async (world) => {
    const mitra = await makeMitra(world);
    const id = await makeKiriman(world, mitra);
    return { ...as(mitra), path: `/mitra/callback/kiriman/${id}/ulang`, method: "POST" };
  },
  antreanKiriman: async (world) => ({
    path: "/queue/kiriman",
    method: "POST",
    headers: JSON_TYPE,
    // No message has this id.
    body: { kiriman_id: Number.MAX_SAFE_INTEGER },
    sign: (body) => {
      const key = world.cloud.qstash.currentSigningKey;
      const url = `${world.deps.config.publicUrl}/queue/kiriman`;
      const now = world.deps.clock.now().getTime();
      return { "upstash-signature": signature(key, url, Buffer.from(body), now) };
    },
  }),
};

/** The biller's test number of a postpaid customer. */
const PELANGGAN = "530000000001";

function as(mitra: Mitra): Pick<Sample, "actor" | "headers"> {
  return { actor: "mitra", headers: mitra.headers };
}

function byMitra(method: string, path: string, body?: Record<string, unknown>): MakeSample {
  return async (world) => ({ ...as(await makeMitra(world)), path, method, ...(body && { body }) });
}

/** The same of a mitra that has an endpoint. */
function ofCallback(method: string, path: string): MakeSample {
  return async (world) => {
    const mitra = await makeMitra(world);
    await pasangHook(world, mitra);
    return { ...as(mitra), path, method };
  };
}

/** A sum that hardly anybody asks for, so that its codes are not used up. */
function jumlah(): number {
  return randomInt(10_000, 90_000) * 1_000;
}

/** A ticket of a mitra, or of a new one. */
export async function makeDeposit(world: World, mitra?: Mitra): Promise<{ id: number; total: number }> {
  const { headers } = mitra ?? (await makeMitra(world));
  const response = await postJson(world, "/deposit", { jumlah: jumlah() }, headers);
  expect(response.status, await response.clone().text()).toBe(201);
  return await response.json<{ id: number; total: number }>();
}

/** What the bank told of a transfer that paid no ticket: its id. Past the product, which would let it pay. */
export async function makeMutasiBank(world: World, total: number): Promise<string> {
  const id = newKey();
  await world.cloud.neon.asOwner(
    "insert into mutasi_bank (id, jumlah, keterangan, waktu) values ($1, $2, 'TRSF', app.jam())",
    [id, total],
  );
  return id;
}

/** The postpaid product of the biller's test numbers, without a fee of ours. */
export async function pascabayar(world: World): Promise<number> {
  const [row] = await world.cloud.neon.asOwner(
    `insert into produk (kode, nama, kategori, harga, nominal, jenis) values ('pln', 'PLN Pascabayar', 'pascabayar', 0, null, 'pascabayar')
      on conflict (kode) do update set harga = 0 returning id`,
  );
  return Number(row?.["id"]);
}

/** A bill that a mitra may pay. */
export async function makeTagihan(world: World, { headers }: Mitra): Promise<number> {
  const isian = { produk_id: await pascabayar(world), nomor_pelanggan: PELANGGAN };
  const response = await postJson(world, "/tagihan", isian, headers);
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json<{ id: number }>()).id;
}

export async function pasangHook(world: World, { headers }: Mitra): Promise<void> {
  const response = await postJson(world, "/mitra/callback", { url: await hook() }, headers, "PUT");
  expect(response.status, await response.clone().text()).toBe(200);
}

/** A message of a mitra that its endpoint has got: nobody is at work on it. Past the product, which would deliver it. */
export async function makeKiriman(world: World, mitra: Mitra): Promise<number> {
  const transaksi = await purchase(world, mitra);
  await world.idle();
  await pasangHook(world, mitra);
  const [row] = await world.cloud.neon.asOwner(
    `insert into kiriman (mitra_id, transaksi_id, peristiwa, isi, status, lanjut_pada, dibuat_pada, terkirim_pada)
      values ($1, $2, 'transaksi.sukses', '{}', 'terkirim', app.jam(), app.jam(), app.jam()) returning id`,
    [mitra.id, transaksi],
  );
  return Number(row?.["id"]);
}
