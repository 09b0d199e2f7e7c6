import { createHash } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../src/platform/db/database.ts";
import { depositTerbaru } from "../../src/ppob/deposit/repo.ts";
import { mutasiSendiri, type SaringanMutasi } from "../../src/ppob/saldo/repo.ts";
import { APP, openTestDatabase, postgresSuite, postgresUrl, type TestDatabase } from "../database/engines.ts";

/** `LAMA` has the first 50,000 entries; since then `RAMAI` has had every second one, and 1,000 others the rest. */
const RAMAI = 1;
const LAMA = 2;
const ROWS = [
  `insert into mitra (nama, email, kunci_api_hash, kunci_api_awalan, kunci_privat_segel)
    select 'mitra ' || n, n || '@mail.com', encode(sha256(n::text::bytea), 'hex'), 'x', 'x' from generate_series(1, 1002) n`,
  "insert into buku (mitra_id, nama, saldo) select id, 'tersedia', 0 from mitra",
  `insert into jurnal (kunci, jenis, mitra_id, dibuat_pada)
    select 'x:' || n, (case when n % 997 = 0 then 'isi_saldo' when n % 5 = 0 then 'gagal' else 'beli' end)::jenis_jurnal,
      case when n <= 50000 then ${LAMA} when n % 2 = 0 then ${RAMAI} else 3 + n % 1000 end,
      '2026-11-01T00:00:00Z'::timestamptz + make_interval(secs => n) from generate_series(1, 150000) n`,
  `insert into mutasi (jurnal_id, buku_id, jumlah, saldo_sesudah, jenis, waktu)
    select j.id, b.id, 1, 1, j.jenis, j.dibuat_pada from jurnal j join buku b on b.mitra_id = j.mitra_id order by j.id`,
  `insert into deposit (mitra_id, jumlah, total, status, dibuat_pada, berlaku_sampai, terkunci_sampai)
    select 1 + n % 1000, 50000, 50001 + n % 999, 'batal', now() - interval '9 days', now() - interval '8 days',
      now() - interval '6 days' from generate_series(1, 50000) n`,
  "analyze",
];

describe.skipIf(!postgresUrl)(`plans of a mitra's own money (${postgresSuite})`, () => {
  let db: TestDatabase;
  let client: Client;
  const notices: string[] = [];
  beforeAll(async () => {
    db = await openTestDatabase(postgresUrl);
    client = new Client({ connectionString: db.serverUrl });
    await client.connect();
    client.on("notice", ({ message }) => notices.push(String(message)));
    for (const statement of ROWS) await client.query(statement);
    await client.query("load 'auto_explain'");
    for (const setting of [
      "log_min_duration = 0",
      "log_analyze = on",
      "log_nested_statements = on",
      "log_level = notice",
    ])
      await client.query(`set auto_explain.${setting}`);
  });
  afterAll(async () => {
    await client.end();
    await db.close();
  });

  /** The plans of everything that a query runs, as the app in the name of a mitra. */
  async function plansOf(mitra: number, query: { sql: string; params: unknown[] }): Promise<string> {
    try {
      await client.query("begin");
      await client.query(`set local role ${APP}`);
      await client.query("select app.masuk_mitra($1)", [
        createHash("sha256").update(String(mitra)).digest("hex"),
      ]);
      notices.length = 0;
      await client.query(query.sql, query.params);
      // The plan of a statement is told when the next one closes it.
      await client.query("select 1");
      return notices.join("\n");
    } finally {
      await client.query("rollback");
    }
  }

  const drizzle = openDatabase("postgres://x:x@127.0.0.1:1/x");
  const at = (second: number) => new Date(Date.parse("2026-11-01T00:00:00Z") + second * 1_000);

  test.each<{ what: string; mitra: number; saringan: SaringanMutasi; before?: number; index: string }>([
    { what: "the newest", mitra: RAMAI, saringan: {}, index: "mutasi_buku" },
    { what: "a later page", mitra: RAMAI, saringan: {}, before: 60_000, index: "mutasi_buku" },
    { what: "of one that is silent for long", mitra: LAMA, saringan: {}, index: "mutasi_buku" },
    { what: "of one with few", mitra: 500, saringan: {}, index: "mutasi_buku" },
    { what: "of a rare kind", mitra: RAMAI, saringan: { jenis: "isi_saldo" }, index: "mutasi_buku_jenis" },
    { what: "of no kind it has", mitra: LAMA, saringan: { jenis: "deposit" }, index: "mutasi_buku_jenis" },
    {
      what: "of a period long ago",
      mitra: RAMAI,
      saringan: { dari: at(60_000), sampai: at(70_000) },
      index: "mutasi_buku",
    },
    { what: "of an empty period", mitra: LAMA, saringan: { dari: at(140_000) }, index: "mutasi_buku" },
    {
      what: "of a rare kind in a period",
      mitra: RAMAI,
      saringan: { jenis: "isi_saldo", dari: at(60_000), sampai: at(140_000) },
      index: "mutasi_buku_jenis",
    },
  ])("entries $what are walked along one index, and no row too many is read", async (each) => {
    const query = mutasiSendiri(drizzle, 100, each.before, each.saringan).toSQL();
    // Later runs may be planned otherwise.
    for (let run = 0; run < 7; run++) {
      const plans = await plansOf(each.mitra, query);
      expect(plans, plans).toMatch(new RegExp(`Index Scan Backward using ${each.index} on mutasi`));
      expect(plans, plans).not.toMatch(
        /Rows Removed by Filter: \d{2,}|Seq Scan on (mutasi|jurnal)|mutasi_pkey/,
      );
    }
  });

  test("a mitra's tickets are found by its index, and a new one reads those near its amount only", async () => {
    const semua = depositTerbaru(drizzle, 100, undefined, { sendiri: true, status: undefined }).toSQL();
    const listed = await plansOf(5, semua);
    expect(listed, listed).toContain("deposit_mitra");
    const made = await plansOf(5, {
      sql: "select * from app.buat_deposit($1, 24, 48, 5, 25)",
      params: [50_000],
    });
    expect(made, made).toContain("deposit_total");
    for (const plans of [listed, made]) expect(plans, plans).not.toMatch(/Seq Scan on deposit\b/);
  });
});
