import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { BARIS_SEHALAMAN } from "../../src/ppob/riwayat/laporan.ts";
import { createWorld, until, type World } from "../harness.ts";
import { makeMitra, purchase, type Mitra } from "../make.ts";
import { mitraWith, writePurchases, type PurchaseRow } from "./riwayat-rows.ts";

const clock = new ManualClock(Date.parse("2026-11-20T10:00:00+07:00"));
let world: World;
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(async () => await world.close());

interface Laporan {
  dari: string;
  sampai: string;
  transaksi: Record<string, unknown>[];
  ringkasan: Record<string, number>;
}

const ask = (mitra: Mitra, query: string, headers: Record<string, string> = {}) =>
  world.request(`/laporan${query}`, { headers: { ...mitra.headers, ...headers } });

async function laporan(mitra: Mitra, query: string): Promise<Laporan> {
  const response = await ask(mitra, query);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Laporan;
}

async function csv(mitra: Mitra, query: string, headers?: Record<string, string>): Promise<string> {
  const response = await ask(mitra, query, headers);
  expect(response.status, await response.clone().text()).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
  return Buffer.from(await response.arrayBuffer()).toString("utf8");
}

/** As RFC 4180 has it: every record ends in CRLF. */
function parseCsv(text: string, separator = ","): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, bare, end] of text.matchAll(
    new RegExp(`(?:"((?:[^"]|"")*)"|([^"\\r\\n${separator}]*))(${separator}|\\r\\n)`, "g"),
  )) {
    record.push(quoted?.replaceAll('""', '"') ?? bare ?? "");
    if (end === separator) continue;
    records.push(record);
    record = [];
  }
  return records;
}

const ROWS: PurchaseRow[] = [
  { waktu: "2026-10-31T16:59:59.999Z" },
  { waktu: "2026-10-31T17:00:00Z", selesai_pada: "2026-10-31T17:00:05Z", sn: "0123", kunci: "k-1" },
  {
    waktu: "2026-11-10T00:00:00Z",
    status: "gagal",
    hasil_eksekusi: "Transaksi PPOB gagal: x. Saldo dikembalikan.",
  },
  { waktu: "2026-11-15T00:00:00Z", status: "proses", harga: 7_000 },
  { waktu: "2026-11-19T16:59:59.999Z", status: "pending", harga: 500 },
  { waktu: "2026-11-19T17:00:00Z", status: "sukses", harga: 22_000 },
];

describe("JSON", () => {
  test("tells all purchases of a period, oldest first, and what they come to", async () => {
    const { mitra, ids } = await mitraWith(world, ROWS);
    await mitraWith(world, ROWS);
    const isi = await laporan(mitra, "?dari=2026-11-01&sampai=2026-11-19");
    expect(isi).toMatchObject({ dari: "2026-10-31T17:00:00.000Z", sampai: "2026-11-19T17:00:00.000Z" });
    expect(isi.transaksi.map(({ id }) => id)).toEqual(ids.slice(1, 5));
    expect(isi.transaksi[0]).toEqual({
      id: ids[1],
      waktu: "2026-10-31T17:00:00.000Z",
      selesai_pada: "2026-10-31T17:00:05.000Z",
      produk_id: 1,
      kode_produk: "pulsa10",
      nama_produk: "Pulsa 10k",
      nomor_tujuan: "08123456789",
      nominal: 10_000,
      harga: 12_000,
      status: "sukses",
      sn: "0123",
      ref_id: "k-1",
      hasil_eksekusi: null,
    });
    expect(isi.ringkasan).toEqual({
      transaksi: 4,
      sukses: 1,
      gagal: 1,
      terbuka: 2,
      nilai_sukses: 12_000,
      nilai_terbuka: 7_500,
      saldo_awal: 0,
      saldo_akhir: 0,
    });
  });

  test("tells the balance before and at the end of the period", async () => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const day = () => new Date(clock.now() + 7 * 3_600_000).toISOString().slice(0, 10);
    const first = day();
    clock.advance(86_400_000);
    const second = day();
    await purchase(world, mitra);
    await world.idle();
    clock.advance(86_400_000);
    const money = async (dari: string, sampai: string) => {
      const { ringkasan } = await laporan(mitra, `?dari=${dari}&sampai=${sampai}`);
      return [ringkasan["saldo_awal"], ringkasan["saldo_akhir"]];
    };
    expect(await money(first, first)).toEqual([0, 100_000]);
    expect(await money(second, second)).toEqual([100_000, 88_000]);
    expect(await money(day(), day())).toEqual([88_000, 88_000]);
  });

  test("a mitra without purchases has a report too", async () => {
    const isi = await laporan(await makeMitra(world, { saldo: 5 }), "?dari=2026-11-01&sampai=2026-12-31");
    expect(isi.transaksi).toEqual([]);
    expect(isi.ringkasan).toMatchObject({ transaksi: 0, saldo_awal: 0, saldo_akhir: 5 });
  });

  test("without a period it is this month, until now", async () => {
    const mitra = await makeMitra(world);
    const now = new Date(clock.now()).toISOString();
    expect(await laporan(mitra, "")).toMatchObject({ dari: "2026-10-31T17:00:00.000Z", sampai: now });
    const whole = { dari: "2026-01-31T17:00:00.000Z", sampai: "2026-02-28T17:00:00.000Z" };
    expect(await laporan(mitra, "?sampai=2026-02-28")).toMatchObject(whole);
  });
});

describe("CSV", () => {
  const HEADER =
    '"id","waktu","selesai_pada","produk_id","kode_produk","nama_produk","nomor_tujuan","nominal","harga","status","sn","ref_id","hasil_eksekusi"';

  test("is UTF-8 with a mark, CRLF, a header, and texts in quotes", async () => {
    const { mitra, ids } = await mitraWith(world, ROWS.slice(1, 2));
    const text = await csv(mitra, "?dari=2026-11-01&sampai=2026-11-19&format=csv");
    expect(text).toBe(
      `\uFEFF${HEADER}\r\n${ids[0]},"2026-10-31T17:00:00.000Z","2026-10-31T17:00:05.000Z",1,"pulsa10","Pulsa 10k","08123456789",10000,12000,"sukses","0123","k-1",\r\n`,
    );
  });

  test("is a file to keep, named after its days", async () => {
    const response = await ask(await makeMitra(world), "?dari=2026-11-01&sampai=2026-11-19&format=csv");
    expect(response.headers.get("content-disposition")).toBe(
      "attachment; filename*=UTF-8''laporan-2026-11-01-sampai-2026-11-19.csv",
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("a text that a spreadsheet would run is made text; quotes and line breaks stay what they are", async () => {
    const texts = ["=1+1", "+62", "-1", "@SUM(A1)", "\tx", "\rx", 'a "b"; c', "a\r\nb", "Ünï 👋", "biasa"];
    const { mitra } = await mitraWith(
      world,
      texts.map((text) => ({ waktu: "2026-11-10T00:00:00Z", hasil_eksekusi: text, nomor_tujuan: "+628123" })),
    );
    const parsed = parseCsv(await csv(mitra, "?dari=2026-11-01&sampai=2026-11-19&format=csv"));
    expect(parsed.map((record) => record.length)).toEqual(Array(texts.length + 1).fill(13));
    expect(parsed.slice(1).map((record) => record[12])).toEqual(
      texts.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)),
    );
    expect(parsed[1]?.[6]).toBe("'+628123");
  });

  test("has semicolons for those whose spreadsheet wants them", async () => {
    const { mitra } = await mitraWith(world, ROWS.slice(1, 2));
    const text = await csv(mitra, "?dari=2026-11-01&sampai=2026-11-19&format=csv&pemisah=titik-koma");
    expect(text.startsWith(`\uFEFF${HEADER.replaceAll(",", ";")}\r\n`)).toBe(true);
    expect(parseCsv(text, ";")[1]).toHaveLength(13);
  });

  test("Accept asks for it too, and format wins", async () => {
    const mitra = await makeMitra(world);
    const typeOf = async (query: string, accept: string) => {
      const response = await ask(mitra, query, { accept });
      expect(response.headers.get("vary")).toContain("Accept");
      return response.headers.get("content-type")?.split(";")[0];
    };
    expect(await typeOf("", "text/csv")).toBe("text/csv");
    expect(await typeOf("", "text/csv;q=0.5, application/json")).toBe("application/json");
    expect(await typeOf("", "*/*")).toBe("application/json");
    expect(await typeOf("?format=json", "text/csv")).toBe("application/json");
    expect(await typeOf("?format=csv", "application/json")).toBe("text/csv");
  });
});

test("a period is checked: its order, its length, and what it is written in", async () => {
  const mitra = await makeMitra(world);
  for (const [query, pointer] of [
    ["?dari=2026-11-20&sampai=2026-11-19", "query:sampai"],
    ["?dari=2026-01-01&sampai=2026-04-03", "query:dari"],
    ["?dari=2026-01-01", "query:dari"],
    ["?dari=2027-01-01", "query:dari"],
    ["?dari=01-11-2026", "query:dari"],
    ["?format=xml", "query:format"],
    ["?pemisah=;", "query:pemisah"],
    ["?limit=5", "query:limit"],
  ] as const) {
    const response = await ask(mitra, query);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect([response.status, ...errors.map((error) => error.pointer)], query).toEqual([422, pointer]);
  }
  expect((await ask(mitra, "?dari=2026-01-01&sampai=2026-04-02")).status).toBe(200);
});

describe("20,000 purchases", () => {
  const MANY = 20_000;
  let mitra: Mitra;
  beforeAll(async () => {
    mitra = await makeMitra(world, { saldo: 0 });
    await world.cloud.neon.asOwner(
      `insert into transaksi (mitra_id, produk_id, kode_produk, nomor_tujuan, nominal, harga, status, lanjut_pada, waktu)
        select $1, 1, 'x', '08123456789', 1, 1, 'sukses', t, t
        from generate_series(1, ${MANY}) n, lateral (select '2026-09-01T00:00:00Z'::timestamptz + make_interval(secs => n) as t) w`,
      [mitra.id],
    );
  });

  const QUERY = "?dari=2026-08-31&sampai=2026-09-30";
  /** Around the contract's watch, which reads all of every answer at once. */
  const stream = async (format: string) => {
    const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
    const request = new Request(`${world.url}/laporan${QUERY}&format=${format}`, { headers: mitra.headers });
    return await world.app.fetch(request, {}, context);
  };

  test("all of them are told, once each", async () => {
    const isi = await laporan(mitra, QUERY);
    expect(isi.ringkasan).toMatchObject({ transaksi: MANY, nilai_sukses: MANY });
    expect(new Set(isi.transaksi.map(({ id }) => id)).size).toBe(MANY);
    expect(parseCsv(await csv(mitra, `${QUERY}&format=csv`))).toHaveLength(MANY + 1);
  });

  test.each(["json", "csv"])("%s: pages are read as the reader takes them", async (format) => {
    const { neon } = world.cloud;
    const before = neon.requests;
    const response = await stream(format);
    expect(neon.requests - before).toBe(1);
    const reader = response.body?.getReader();
    let pieces = 0;
    for (; !(await reader?.read())?.done; pieces++)
      expect(neon.requests - before).toBeLessThanOrEqual(pieces + 1);
    // The last page is full, so that only an empty one behind it says that it was the last.
    expect(neon.requests - before).toBe(MANY / BARIS_SEHALAMAN + 1);
    expect(pieces).toBeGreaterThanOrEqual(MANY / BARIS_SEHALAMAN);
  });

  test("who goes away early costs no more pages", async () => {
    const { neon } = world.cloud;
    const before = neon.requests;
    const reader = (await stream("csv")).body?.getReader();
    await reader?.read();
    await reader?.read();
    await reader?.cancel();
    expect(neon.requests - before).toBeLessThanOrEqual(2);
  });

  test("purchases made meanwhile are none of it", async () => {
    const response = await stream("json");
    await writePurchases(world, mitra, [{ waktu: "2026-09-02T00:00:00Z" }]);
    const { transaksi } = (await response.json()) as Laporan;
    expect(transaksi).toHaveLength(MANY);
    await world.cloud.neon.asOwner("delete from transaksi where mitra_id = $1 and kode_produk = 'pulsa10'", [
      mitra.id,
    ]);
  });

  test.each(["json", "csv"])(
    "%s: a failure in the middle breaks the answer off, and is logged",
    async (format) => {
      const response = await stream(format);
      const reader = response.body?.getReader();
      await reader?.read();
      world.cloud.neon.faults.next({ kind: "drop" });
      const rest = async () => {
        while (!(await reader?.read())?.done);
      };
      await expect(rest()).rejects.toMatchObject({ name: "LAYANAN_TIDAK_TERSEDIA" });
      await until(() => world.log.some(({ event }) => event === "report_broken"));
      world.cloud.neon.faults.clear();
    },
  );

  test("a failure at the beginning is a problem document", async () => {
    world.cloud.neon.faults.next({ kind: "drop" });
    const response = await ask(mitra, QUERY);
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    world.cloud.neon.faults.clear();
  });
});
