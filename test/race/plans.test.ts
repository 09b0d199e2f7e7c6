import { createHash } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { banyaknyaUsers, semuaUsers } from "../../src/direktori/users/repo.ts";
import { openDatabase } from "../../src/platform/db/database.ts";
import { mitraTerbaru, satuMitra, type Saringan } from "../../src/ppob/mitra/repo.ts";
import { transaksiTerbaru } from "../../src/ppob/riwayat/repo.ts";
import { satuTransaksi } from "../../src/ppob/transaksi/repo.ts";
import { APP, openTestDatabase, postgresSuite, postgresUrl, type TestDatabase } from "../database/engines.ts";
import { JARANG, MANY_USERS, PER_KIND, SERING } from "../direktori/many.ts";

const PER_MITRA = 100_000;

/** Mitra whose shares of the purchases the planner may think differently of. */
const RAMAI = 1;
const LAMA = 2;
const KECIL = 8;

/** `LAMA` had the first 100,000; since then `RAMAI` has had 100,000 and 2,000 others as many together. Some are open. */
const ROWS = [
  "insert into produk (id, kode, nama, kategori, harga, nominal) values (1, 'pulsa10', 'Pulsa', 'pulsa', 12000, 10000)",
  `insert into mitra (nama, email, kunci_api_hash, kunci_api_awalan, kunci_privat_segel)
    select 'mitra ' || n, n || '@mail.com', encode(sha256(n::text::bytea), 'hex'), 'x', 'x' from generate_series(1, 2002) n`,
  "insert into buku (mitra_id, nama, saldo) select id, 'tersedia', 1000000000 from mitra",
  "insert into buku (mitra_id, nama, saldo) select id, 'ditahan', 0 from mitra",
  `insert into transaksi (mitra_id, produk_id, kode_produk, nomor_tujuan, nominal, harga, kunci, status, waktu, lanjut_pada)
    select case when n <= ${PER_MITRA} then ${LAMA} when n % 2 = 0 then ${RAMAI} else 3 + n % 2000 end,
      1, 'pulsa10', '08123456789', 10000, 12000,
      case when n % 4 < 2 then 'kunci-' || n end,
      (case when n % 500 = 0 then 'proses' when n % 9 = 0 then 'gagal' else 'sukses' end)::status_transaksi,
      now() - make_interval(secs => ${3 * PER_MITRA} - n),
      now() - make_interval(secs => (n % 1000) - 500)
    from generate_series(1, ${3 * PER_MITRA}) n`,
  "insert into percobaan (transaksi_id, ke, dikirim_pada, ditanya) select id, 1, waktu, 1 from transaksi",
  `insert into akun (nama, email, kata_sandi, peran, dibuat_pada)
    values ('Admin', 'admin@mail.com', '$2b$04$' || repeat('a', 53), 'admin', now())`,
  `insert into akun (nama, email, username, kata_sandi, peran, dibuat_pada)
    select 'Nasabah', n || '@mail.com', case when n % 50 = 0 then 'orang' || n end, '$2b$04$' || repeat('a', 53),
      (case when n % 1000 = 0 then 'karyawan' else 'nasabah' end)::peran_akun, now() from generate_series(1, 100000) n`,
  `insert into sesi (id, akun_id, diputar_pada, agen, alamat, dibuat_pada, kedaluwarsa_pada)
    select gen_random_uuid(), id, now(), '', '', now(), now() + interval '1 day' from akun where id > 1`,
  `insert into sesi (id, akun_id, diputar_pada, agen, alamat, dibuat_pada, kedaluwarsa_pada)
    select '00000000-0000-4000-8000-000000000000', id, now(), '', '', now(), now() + interval '1 day' from akun where id = 1`,
  `insert into jurnal (kunci, jenis, akun_id, keterangan, dibuat_pada)
    select 'isi_saldo:' || n, 'isi_saldo', a.id, 'x', now() from akun a, generate_series(1, 50000) n where a.id = 1`,
  `insert into mutasi (jurnal_id, buku_id, jumlah, saldo_sesudah, jenis, waktu)
    select j.id, b.id, 1, 1, j.jenis, j.dibuat_pada from jurnal j, buku b where b.mitra_id = 1 + j.id % 2000 and b.nama = 'tersedia'`,
  ...MANY_USERS,
  "analyze",
];

describe.skipIf(!postgresUrl)(`plans over ${3 * PER_MITRA} purchases (${postgresSuite})`, () => {
  let db: TestDatabase;
  let client: Client;
  const notices: string[] = [];
  beforeAll(async () => {
    db = await openTestDatabase(postgresUrl);
    client = new Client({ connectionString: db.serverUrl });
    await client.connect();
    client.on("notice", ({ message }) => notices.push(String(message)));
    for (const statement of ROWS) await client.query(statement);
    // Shows the plans of statements inside functions as well.
    await client.query("load 'auto_explain'");
    await client.query("set auto_explain.log_min_duration = 0");
    await client.query("set auto_explain.log_nested_statements = on");
    await client.query("set auto_explain.log_level = notice");
  });
  afterAll(async () => {
    await client.end();
    await db.close();
  });

  /** As the app's role after `enter`, in a transaction that is rolled back. */
  async function asApp<T>(enter: string, work: () => Promise<T>): Promise<T> {
    try {
      await client.query("begin");
      await client.query(`set local role ${APP}`);
      await client.query(enter);
      return await work();
    } finally {
      await client.query("rollback");
    }
  }

  /** The plan of one statement, run: with how many rows and buffers it took. */
  const planOf = async (enter: string, query: string, params: unknown[] = []) =>
    await asApp(enter, async () => {
      const { rows } = await client.query<{ "QUERY PLAN": string }>(
        `explain (analyze, costs off, timing off, summary off) ${query}`,
        params,
      );
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    });

  /** The plans of the statements inside the functions that `query` calls, at the last of `times` runs: later ones may be generic. */
  const insideOf = async (enter: string, query: string, params: unknown[] = [], times = 1) =>
    await asApp(enter, async () => {
      for (let left = times; left > 0; left--) {
        notices.length = 0;
        await client.query(query, params);
      }
      return notices
        .filter((notice) => !/Query Text: (SELECT 1 FROM ONLY|\s*select (nullif|coalesce))/.test(notice))
        .join("\n");
    });

  const asMitra = (n: number) =>
    `select app.masuk_mitra('${createHash("sha256").update(String(n)).digest("hex")}')`;
  const AS_ADMIN = `select app.masuk_akun(1, '00000000-0000-4000-8000-000000000000', 1, '{admin}')`;
  const AS_SERVICE = "select app.masuk_layanan('penyapu')";
  const drizzle = openDatabase("postgres://x:x@127.0.0.1:1/x");

  /** Reads through one of `indexes`, and no large table from end to end. On failure the message is the plan itself. */
  function expectIndex(plans: string, ...indexes: string[]): void {
    expect(plans, plans).toMatch(
      new RegExp(`Index (Only )?Scan (Backward )?(using|on) (${indexes.join("|")})\\b`),
    );
    expect(plans, plans).not.toMatch(/Seq Scan on (transaksi|percobaan|mitra|(pegawai|nasabah) .*actual)\b/);
  }

  const riwayat = async (mitra: number, before?: number) => {
    const { sql, params } = transaksiTerbaru(drizzle, 100, before).toSQL();
    return await planOf(asMitra(mitra), sql, params);
  };

  // The order of the index has to be that of the query, NULLS FIRST or LAST included: else the planner walks the primary
  // key backwards through everybody's purchases, 200,000 of others for the first page of `LAMA`.
  test.each([
    { halaman: "the first page of a mitra with many", mitra: RAMAI, before: undefined },
    { halaman: "a later page", mitra: RAMAI, before: 2 * PER_MITRA },
    { halaman: "the first page of one that has bought nothing for long", mitra: LAMA, before: undefined },
  ])(
    "riwayat: $halaman walks the mitra's own index from its newest row, without sorting",
    async ({ mitra, before }) => {
      const plan = await riwayat(mitra, before);
      expectIndex(plan, "transaksi_mitra_terbaru");
      expect(plan, plan).not.toMatch(/Sort|Rows Removed/);
      const condition = /Index Cond: (.*)/.exec(plan)?.[1] ?? "";
      expect(condition, plan).toMatch(before === undefined ? /mitra_id = / : /mitra_id = .* AND \(id < /);
    },
  );

  test("riwayat of a mitra with few reads that mitra's rows only", async () => {
    for (const before of [undefined, 2 * PER_MITRA]) {
      const plan = await riwayat(KECIL, before);
      // All of so few may as well be sorted: any index that begins with the mitra finds them.
      expectIndex(plan, String.raw`transaksi_mitra_\w+`);
      expect(plan, plan).not.toMatch(/Rows Removed/);
    }
  });

  test("status finds one row by its id", async () => {
    const { sql, params } = satuTransaksi(drizzle, 4).toSQL();
    expectIndex(await planOf(asMitra(LAMA), sql, params), "transaksi_pkey", "transaksi_mitra_terbaru");
  });

  test("entering finds the mitra by the hash of its key", async () => {
    expectIndex(await insideOf("select 1", asMitra(KECIL)), "mitra_kunci_api_hash_unique");
  });

  const BELI = "select * from app.beli(1, '08123456789', 10000, $1, 15)";

  test("beli looks the idempotency key up, also with a generic plan", async () => {
    for (const [kunci, times] of [
      ["kunci-4", 1],
      ["kunci-4", 8],
      ["kunci-baru", 1],
    ] as const) {
      const plans = await insideOf(asMitra(LAMA), BELI, [kunci], times);
      expectIndex(plans, "transaksi_mitra_kunci");
      expectIndex(plans, "buku_mitra_nama");
    }
  });

  test("a purchase and a settlement find their books without reading everybody's", async () => {
    const bought = await insideOf(asMitra(LAMA), BELI, ["kunci-baru"]);
    expect(bought, bought).not.toMatch(/Seq Scan on buku\b/);
    const [open] = await db.neon.asOwner(
      "select p.ref_id from transaksi t join percobaan p on p.transaksi_id = t.id where status = 'proses' limit 1",
    );
    const query = "select * from app.terapkan_hasil($1, 'gagal', null, null, null, null, null, null)";
    await db.neon.asOwner("update buku set saldo = saldo + 12000 where nama = 'ditahan'");
    const settled = await insideOf(AS_SERVICE, query, [open?.["ref_id"]]);
    expect(settled, settled).toContain("Index Scan using buku_mitra_nama on buku");
    expect(settled, settled).not.toMatch(/Seq Scan on buku\b/);
  });

  test("the sweeper's claim reads only what is due, and the attempts of those", async () => {
    for (const times of [1, 8]) {
      const plans = await insideOf(AS_SERVICE, "select * from app.klaim(null, 6, 30, 85)", [], times);
      expectIndex(plans, "transaksi_jatuh_tempo");
      expect(plans, plans).toContain("percobaan_urutan");
      expect(plans, plans).not.toMatch(/Sort Key: transaksi/);
    }
  });

  test("a claim of one purchase and a result of one attempt touch their rows only", async () => {
    const [open] = await db.neon.asOwner(
      "select t.id, p.ref_id from transaksi t join percobaan p on p.transaksi_id = t.id where status = 'proses' and lanjut_pada < now() limit 1",
    );
    expectIndex(
      await insideOf(AS_SERVICE, "select * from app.klaim($1, 1, 30, 85)", [open?.["id"]], 8),
      "transaksi_pkey",
    );
    const query = "select * from app.terapkan_hasil($1, 'tunda', null, null, null, null, null, 60)";
    const plans = await insideOf(AS_SERVICE, query, [open?.["ref_id"]], 8);
    expectIndex(plans, "transaksi_pkey");
    expectIndex(plans, "percobaan_pkey");
  });

  const semuaMitra = async (before: number | undefined, saringan: Partial<Saringan> = {}) => {
    const isi = { aktif: undefined, cari: undefined, ...saringan };
    const { sql, params } = mitraTerbaru(drizzle, 100, before, isi).toSQL();
    return await planOf(AS_ADMIN, sql, params);
  };

  // The planner cannot guess what a policy lets through, so it may sort all mitra; their books it must leave alone.
  test.each([
    { halaman: "the first page", before: undefined, saringan: {} },
    { halaman: "a later page", before: 1_000, saringan: {} },
    { halaman: "the active ones", before: undefined, saringan: { aktif: true } },
    { halaman: "those that are found", before: undefined, saringan: { cari: "mitra 1" } },
  ])("mitra: $halaman read the books of one page only", async ({ before, saringan }) => {
    const plan = await semuaMitra(before, saringan);
    const reads = [
      ...plan.matchAll(
        /(?:Index Scan using buku_mitra_nama|Bitmap Heap Scan) on buku .*\(actual rows=1(?:\.00)? loops=(\d+)\)/g,
      ),
    ];
    expect(
      reads.map(([, loops]) => loops),
      plan,
    ).toEqual(["100", "100"]);
    expect(plan, plan).not.toMatch(/Seq Scan on buku\b/);
    if (before !== undefined) expectIndex(plan, "mitra_pkey");
  });

  test("one mitra, and a top-up, first or again, find their rows by indexes", async () => {
    const { sql, params } = satuMitra(drizzle, 1_000).toSQL();
    const one = await planOf(AS_ADMIN, sql, params);
    expectIndex(one, "mitra_pkey");
    expect(one, one).not.toMatch(/Seq Scan on buku\b/);
    const isi = "select * from app.isi_saldo(1000, $1, 'x', $2)";
    const [lama] = await db.neon.asOwner(
      "select substr(kunci, 11) as kunci from jurnal j join mutasi m on m.jurnal_id = j.id where m.buku_id = app.buku_mitra(1000, 'tersedia') limit 1",
    );
    for (const params of [
      [1, lama?.["kunci"]],
      [2, "baru"],
    ]) {
      const plans = await insideOf(AS_ADMIN, isi, params);
      expectIndex(plans, "jurnal_kunci_unique");
      expectIndex(plans, "mutasi_jurnal", "mutasi_buku");
      expect(plans, plans).not.toMatch(/Seq Scan on (buku|jurnal|mutasi)\b/);
    }
  });

  test("accounts: nobody's request reads those of all customers", async () => {
    const big = /Seq Scan on (akun|sesi)\b/;
    for (const [enter, query, index] of [
      ["select 1", AS_ADMIN, "akun_pkey"],
      ["select 1", "select * from app.cari_akun('777@mail.com')", "akun_email_unique"],
      ["select 1", "select * from app.cari_akun('ORANG50')", "akun_username_unik"],
      [
        "select 1",
        "select * from app.daftar_akun('x', 'baru@mail.com', null, '$2b$04$' || repeat('a', 53), 'nasabah', true, 'x')",
        "akun_pkey",
      ],
      [AS_ADMIN, "select * from app.atur_akun(500, 'karyawan', null)", "akun_peran"],
      [AS_ADMIN, "select app.akhiri_sesi('lain', null)", "sesi_akun"],
      [
        "select 1",
        "select * from app.buka_sesi(700, 1, null, gen_random_uuid(), 60, 'x', 'x')",
        "sesi_kedaluwarsa",
      ],
    ] as const) {
      const plans = await insideOf(enter, query);
      expect(plans, plans).toContain(index);
      expect(plans, plans).not.toMatch(big);
    }
  });

  const users = async (skip: number, idJabatan?: number, cari?: string) => {
    const { sql, params } = semuaUsers(drizzle, skip, 100, {
      sendiri: false,
      kind: undefined,
      idJabatan,
      cari,
    }).toSQL();
    return await planOf(AS_ADMIN, sql, params);
  };

  test("users: a page merges the primary keys of both kinds up to its end; one position is read through its index", async () => {
    for (const skip of [0, PER_KIND]) {
      const plan = await users(skip);
      for (const index of ["pegawai_pkey", "nasabah_pkey"]) expectIndex(plan, index);
      expect(plan, plan).toMatch(new RegExp(`Merge Append \\(actual rows=${skip + 100}\\b`));
    }
    for (const position of [JARANG, SERING]) expectIndex(await users(0, position), "pegawai_jabatan");
  });

  describe("users, of a nasabah", () => {
    const AKUN = 70_002;
    const asNasabah = async () => {
      const [sesi] = await db.neon.asOwner("select id from sesi where akun_id = $1", [AKUN]);
      return `select app.masuk_akun(${AKUN}, '${sesi?.["id"]}', 1, '{nasabah}')`;
    };
    const own = { sendiri: true, kind: undefined, idJabatan: undefined, cari: undefined };

    test.each([
      ["list", (kind: "nasabah" | undefined) => semuaUsers(drizzle, 0, 100, { ...own, kind })],
      ["count", (kind: "nasabah" | undefined) => banyaknyaUsers(drizzle, { ...own, kind })],
    ])("the %s finds its own file by its account, and reads no other", async (_, build) => {
      for (const kind of [undefined, "nasabah"] as const) {
        const { sql, params } = build(kind).toSQL();
        const plan = await planOf(await asNasabah(), sql, params);
        expectIndex(plan, "nasabah_akun_unik");
        expect(plan, plan).not.toMatch(/Seq Scan on nasabah\b/);
        expect(plan, plan).toMatch(/using nasabah_akun_unik on nasabah .*\(actual rows=1\b/);
        expect(plan, plan).not.toMatch(/Rows Removed/);
      }
    });

    test("a name is looked up in its own file only", async () => {
      const cari = "select app.users_bernama($1)";
      const plans = await insideOf(await asNasabah(), cari, ["Nasabah"], 8);
      expectIndex(plans, "nasabah_akun_unik");
      expect(plans, plans).not.toMatch(/Seq Scan on (pegawai|nasabah)\b/);
    });
  });

  test("users: a name is looked up once, by trigrams of both kinds; our functions are not asked for each row", async () => {
    expect((await users(0, undefined, "0cc175b9c0f1")).match(/ProjectSet/g)).toHaveLength(1);
    const plans = await insideOf(AS_ADMIN, "select app.users_bernama($1)", ["0cc175b9c0f1"], 8);
    for (const index of ["pegawai_nama_cari", "nasabah_nama_cari"]) expectIndex(plans, index);
    expect(plans, plans).not.toMatch(/Seq Scan on (pegawai|nasabah)|(Cond|(?<!One-Time )Filter): .*\bapp\./);
  });
});
