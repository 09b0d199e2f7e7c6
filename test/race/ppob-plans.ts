import { createHash } from "node:crypto";
import type { Client } from "pg";
import type { Period } from "../../src/platform/http/period.ts";
import { openDatabase } from "../../src/platform/db/database.ts";
import {
  telusuri,
  transaksiBerkunci,
  transaksiPeriode,
  transaksiTerbaru,
  type Saringan,
} from "../../src/ppob/riwayat/repo.ts";
import { mutasiSendiri } from "../../src/ppob/saldo/repo.ts";

// What a mitra reads of its purchases and its money, over tables of any size: for the suite and for `npm run bench:riwayat`.

/** The Worker's login role. */
const APP = "satupintu_app";

const drizzle = openDatabase("postgres://x:x@127.0.0.1:1/x");
const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");
const ENTER = `select app.masuk_mitra('${hashOf("1")}')`;

/** Seconds between two purchases: a million take most of a year. */
const STEP = 30;
const START = Date.parse("2025-11-01T00:00:00Z");
const at = (n: number) => new Date(START + n * STEP * 1_000);

/** Ten purchases ever, all among the first thousand; and one in ten of all. */
const RARE_NUMBER = "081100000000";
const BUSY_NUMBER = "082200000000";

/** Two mitra, one of which nearly everything is about, and the products. */
export const PREPARE = [
  "set session_replication_role = replica",
  `insert into produk (id, kode, nama, kategori, harga, nominal)
    select n, 'kode-' || n, 'Produk', 'pulsa', 12000, 10000 from generate_series(1, 3) n on conflict do nothing`,
  ...["1", "2"].map(
    (key) => `insert into mitra (nama, email, kunci_api_hash, kunci_api_awalan, kunci_privat_segel)
      values ('x', '${key}@mail.com', '${hashOf(key)}', 'x', 'x')`,
  ),
  "insert into buku (mitra_id, nama, saldo) select m.id, b::nama_buku, 0 from mitra m, unnest('{tersedia,ditahan}'::text[]) b",
];

/**
 * Purchases number `from` to `to` and the entries that they made: nine in ten are of the first mitra; three are open, the
 * oldest; one in eleven has failed, of product 1, and never of product 3, which is another one in eleven.
 */
export function rows(from: number, to: number): string[] {
  const series = `generate_series(${from}, ${to}) n`;
  const time = `'${new Date(START).toISOString()}'::timestamptz + make_interval(secs => n * ${STEP})`;
  return [
    `insert into transaksi (mitra_id, produk_id, kode_produk, nomor_tujuan, nominal, harga, kunci, status, lanjut_pada, waktu)
      select case when n % 10 = 0 then 2 else 1 end, case n % 11 when 3 then 1 when 4 then 3 else 2 end, 'x',
        case when n % 100 = 1 and n <= 1000 then '${RARE_NUMBER}' when n % 10 = 2 then '${BUSY_NUMBER}' else '08' || n / 3 end,
        10000, 12000, 'kunci-' || n,
        (case when n in (12, 22, 32) then 'pending' when n % 11 = 3 then 'gagal' else 'sukses' end)::status_transaksi,
        ${time}, ${time} from ${series}`,
    `insert into jurnal (kunci, jenis, transaksi_id, mitra_id, dibuat_pada)
      select 'beli:' || n, 'beli', n, case when n % 10 = 0 then 2 else 1 end, ${time} from ${series}`,
    `insert into mutasi (jurnal_id, buku_id, jumlah, saldo_sesudah, jenis, waktu)
      select j.id, b.id, case b.nama when 'tersedia' then -1 else 1 end, 1, (case when j.id % 50 = 1 then 'isi_saldo' else 'beli' end)::jenis_jurnal, j.dibuat_pada
      from jurnal j join buku b on b.mitra_id = j.mitra_id
      where j.id between ${from} and ${to} order by j.id, b.id`,
    "vacuum (analyze) transaksi, jurnal, mutasi",
  ];
}

export interface Case {
  name: string;
  /** Indexes, one of which it must go by. */
  by: string[];
  /** It may look through a whole window of rows, which the smallest table has not. */
  windowed?: true;
  query: { sql: string; params: unknown[] };
}

/** Every way to ask, with pages of 100, of a table of `n` purchases. */
export function cases(n: number): Case[] {
  const middle = Math.floor(n / 2);
  const days = { dari: at(middle - 150), sampai: at(middle) };
  const year = { dari: at(1), sampai: at(n) };
  const newest = (name: string, by: string, period: Period, before?: number): Case => ({
    name: `riwayat ${name}`,
    by: [by],
    query: transaksiTerbaru(drizzle, 100, before, period).toSQL(),
  });
  const ways = (name: string, by: string[], saringan: Saringan, windowed = false): Case[] =>
    telusuri(drizzle, { batas: 100, sebelum: undefined }, saringan).map((query, way) => ({
      name: `riwayat ${name}, way ${way + 1}`,
      by,
      // A second way is gone only behind a whole window of the first.
      ...((windowed || way > 0) && { windowed: true }),
      query: query.toSQL(),
    }));
  const mutasi = (
    name: string,
    by: string,
    saringan: Parameters<typeof mutasiSendiri>[3],
    batas = 100,
  ): Case => ({
    name: `mutasi ${name}`,
    by: [by],
    query: mutasiSendiri(drizzle, batas, undefined, saringan).toSQL(),
  });
  return [
    newest("newest", "transaksi_mitra_terbaru", {}),
    newest("before the middle", "transaksi_mitra_terbaru", {}, middle),
    ...ways("sukses", ["transaksi_mitra_status"], { status: "sukses" }),
    ...ways("gagal", ["transaksi_mitra_status"], { status: "gagal" }),
    ...ways("pending", ["transaksi_mitra_status"], { status: "pending" }),
    ...ways("proses, of which there is none", ["transaksi_mitra_status"], { status: "proses" }),
    ...ways("produk", ["transaksi_mitra_produk"], { produkId: 2 }),
    ...ways("a number seldom bought for", ["transaksi_mitra_nomor"], { nomorTujuan: RARE_NUMBER }),
    ...ways("a number often bought for", ["transaksi_mitra_nomor"], { nomorTujuan: BUSY_NUMBER }),
    {
      name: "riwayat ref_id and all else",
      by: ["transaksi_mitra_kunci"],
      query: transaksiBerkunci(drizzle, "kunci-15", n, { status: "sukses", produkId: 3, ...year }).toSQL(),
    },
    newest("days", "transaksi_mitra_waktu", days),
    newest("no days", "transaksi_mitra_waktu", { dari: at(2 * n), sampai: at(3 * n) }),
    ...ways("gagal in those days", ["transaksi_mitra_status"], { status: "gagal", ...days }),
    ...ways("produk in those days", ["transaksi_mitra_produk"], { produkId: 3, ...days }),
    ...ways(
      "pending of a busy number within all the time",
      ["transaksi_mitra_status", "transaksi_mitra_nomor"],
      {
        status: "pending",
        nomorTujuan: BUSY_NUMBER,
        ...year,
      },
    ),
    ...ways("gagal of a rare number", ["transaksi_mitra_nomor", "transaksi_mitra_status"], {
      status: "gagal",
      nomorTujuan: RARE_NUMBER,
    }),
    ...ways("gagal and its produk", ["transaksi_mitra_status", "transaksi_mitra_produk"], {
      status: "gagal",
      produkId: 1,
    }),
    ...ways("gagal and produk, never together", ["transaksi_mitra_status", "transaksi_mitra_produk"], {
      status: "gagal",
      produkId: 3,
    }).map((each) => ({ ...each, windowed: true as const })),
    {
      name: "laporan first page",
      by: ["transaksi_mitra_terbaru", "transaksi_pkey"],
      query: transaksiPeriode(drizzle, 500, year).toSQL(),
    },
    {
      name: "laporan later page",
      by: ["transaksi_mitra_terbaru", "transaksi_pkey"],
      query: transaksiPeriode(drizzle, 100, year, { sesudah: middle, terakhir: n }).toSQL(),
    },
    mutasi("newest", "mutasi_buku", {}),
    mutasi("days", "mutasi_buku_waktu", days),
    // As many as the smallest table has.
    mutasi("jenis", "mutasi_buku_jenis", { jenis: "isi_saldo" }, 15),
    mutasi("jenis in those days", "mutasi_buku_jenis", { jenis: "isi_saldo", ...days }, 15),
  ];
}

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows"?: number;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  Plans?: PlanNode[];
}

export interface Measured {
  /** Pages of tables and indexes that were looked at, in memory or not. */
  buffers: number;
  rows: number;
  indexes: string[];
  /** Tables read from end to end. */
  readWhole: string[];
  /** Node types, outermost first, each with its table or index. */
  nodes: string[];
  /** Milliseconds of the execution. */
  ms: number;
}

/** Shows the plans of statements inside functions as well, from here on in this transaction. */
const SHOW_INSIDE = [
  "set local auto_explain.log_min_duration = 0",
  "set local auto_explain.log_nested_statements = on",
  "set local auto_explain.log_level = notice",
];

/** Runs a query as the app's role for the first mitra, and tells what it took. */
export async function measure(client: Client, { query }: Case): Promise<Measured> {
  const inside: string[] = [];
  const listen = ({ message }: { message?: string | undefined }) => inside.push(message ?? "");
  try {
    await client.query("load 'auto_explain'");
    await client.query("begin");
    for (const setting of SHOW_INSIDE) await client.query(setting);
    await client.query(`set local role ${APP}`);
    await client.query(ENTER);
    client.on("notice", listen);
    const { rows: found } = await client.query<{
      "QUERY PLAN": { Plan: PlanNode; "Execution Time": number }[];
    }>(`explain (analyze, buffers, format json) ${query.sql}`, query.params);
    const [explained] = found[0]?.["QUERY PLAN"] ?? [];
    if (!explained) throw new Error("no plan");
    const all = nodesOf(explained.Plan);
    const allInside = inside.join("\n");
    const named = (pattern: RegExp) => [...allInside.matchAll(pattern)].map(([, name = ""]) => name);
    const indexesInside = named(/(?:Index (?:Only )?Scan (?:Backward )?using|Bitmap Index Scan on) (\w+)/g);
    return {
      buffers: explained.Plan["Shared Hit Blocks"] + explained.Plan["Shared Read Blocks"],
      rows: explained.Plan["Actual Rows"] ?? 0,
      indexes: [...all.flatMap((node) => node["Index Name"] ?? []), ...indexesInside],
      readWhole: [
        ...all.flatMap((node) => (node["Node Type"] === "Seq Scan" ? (node["Relation Name"] ?? []) : [])),
        ...named(/Seq Scan on (\w+)/g),
      ],
      nodes: [
        ...all.map((node) =>
          [node["Node Type"], node["Index Name"] ?? node["Relation Name"]].filter(Boolean).join(" "),
        ),
        ...indexesInside.map((index) => `inside: ${index}`),
      ],
      ms: explained["Execution Time"],
    };
  } finally {
    client.off("notice", listen);
    await client.query("rollback");
  }
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** Whether `big` is as good as `small`: half as much again at the most, or a few pages of deeper indexes. */
export function sameCost(small: Measured, big: Measured): boolean {
  return big.buffers < 1.5 * small.buffers || big.buffers - small.buffers <= 16;
}
