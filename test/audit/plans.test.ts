import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditTerbaru, type Saringan } from "../../src/audit/repo.ts";
import { openDatabase } from "../../src/platform/db/database.ts";
import { APP, openTestDatabase, postgresSuite, postgresUrl, type TestDatabase } from "../database/engines.ts";

const ROWS = 200_000;

/** Nearly all rows are about customers; the 20 of `jarang`, one doer's 20 and one customer's 40 lie far back. */
const FILL = [
  "set session_replication_role = replica",
  `insert into audit (waktu, pelaku, aksi, sasaran_tabel, sasaran_id, rincian, subjek_id)
    select now() - make_interval(secs => ${ROWS} - n), 'akun:' || case when n <= 20 then 7 else 100 + n % 500 end, 'nasabah.ubah',
      case when n <= 20 then 'jarang' else 'nasabah' end, n % 5000, '{"kolom": ["name"]}', n % 5000
    from generate_series(1, ${ROWS}) n`,
  `insert into audit_rantai select row_number() over (order by id), id, repeat('0', 64) from audit`,
  "reset session_replication_role",
  "vacuum analyze audit",
  "vacuum analyze audit_rantai",
];

describe.skipIf(!postgresUrl)(`plans over ${ROWS} rows of the audit (${postgresSuite})`, () => {
  let db: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    db = await openTestDatabase(postgresUrl);
    client = new Client({ connectionString: db.serverUrl });
    await client.connect();
    for (const statement of FILL) await client.query(statement);
  });
  afterAll(async () => {
    await client.end();
    await db.close();
  });

  /** The plan of a page for an admin, run, and how many pages of the database it touched. */
  async function planOf(
    saringan: Partial<Saringan>,
    before?: number,
  ): Promise<{ plan: string; read: number }> {
    const { sql, params } = auditTerbaru(
      openDatabase("postgres://x:x@127.0.0.1:1/x"),
      100,
      before,
      saringan,
    ).toSQL();
    await client.query("begin");
    try {
      await client.query(`set local role ${APP}`);
      await client.query("select set_config('app.peran', 'admin', true)");
      const { rows } = await client.query<{ "QUERY PLAN": string }>(
        `explain (analyze, buffers, costs off, timing off, summary off) ${sql}`,
        params,
      );
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      const [, hit = "0"] = /Buffers: shared hit=(\d+)/.exec(plan) ?? [];
      const [, disk = "0"] = /Buffers: shared .*?read=(\d+)/.exec(plan) ?? [];
      return { plan, read: Number(hit) + Number(disk) };
    } finally {
      await client.query("rollback");
    }
  }

  test.each<[string, Partial<Saringan>, number | undefined, string]>([
    ["the newest", {}, undefined, "audit_pkey"],
    ["a later page", {}, 1_000, "audit_pkey"],
    ["a row's", { sasaranTabel: "nasabah", sasaranId: "17" }, undefined, "audit_sasaran"],
    ["a rare table's", { sasaranTabel: "jarang" }, undefined, "audit_(sasaran|pkey)"],
    ["a frequent table's", { sasaranTabel: "nasabah" }, undefined, "audit_(sasaran|pkey)"],
    ["a frequent deed", { aksi: "nasabah.ubah" }, undefined, "audit_pkey"],
    ["a doer's of long ago", { pelaku: "akun:7" }, undefined, "audit_pelaku"],
    ["a doer's later page", { pelaku: "akun:123" }, 1_000, "audit_pelaku"],
    ["a customer's", { subjekId: 17 }, undefined, "audit_subjek"],
    ["a customer's by one doer", { subjekId: 17, pelaku: "akun:117" }, undefined, "audit_(subjek|pelaku)"],
  ])("%s", async (_what, saringan, before, index) => {
    const { plan, read } = await planOf(saringan, before);
    expect(plan, plan).toMatch(new RegExp(`(Index Scan|Bitmap Index Scan).* ${index}\\b`));
    expect(plan, plan).not.toMatch(/Seq Scan on audit\b/);
    expect(read, plan).toBeLessThan(1_000);
  });
});
