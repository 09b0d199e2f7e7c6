import { beforeAll, describe, expect, test } from "vitest";
import { jobDeps } from "../../src/deps.ts";
import { prosesTransaksi } from "../../src/ppob/transaksi/jobs.ts";
import { useWorld } from "../harness.ts";
import {
  balances,
  firstAdmin,
  makeAkun,
  makeMitra,
  postJson,
  purchase,
  randomDigits,
  statusOf,
  type Mitra,
} from "../make.ts";
import { buka, idsIn, type Peramban } from "./peramban.ts";

const world = useWorld();
let admin: Peramban;
let karyawan: Peramban;

beforeAll(async () => {
  admin = await buka(world, await firstAdmin(world));
  karyawan = await buka(world, await makeAkun(world, "karyawan"));
});

/** A purchase that stays `proses`, because nobody gets an answer from the biller. */
async function macet(mitra: Mitra): Promise<number> {
  world.cloud.digiflazz.faults.always({ kind: "refuse" });
  const id = await purchase(world, mitra);
  await world.idle();
  world.cloud.digiflazz.faults.clear();
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "proses" });
  return id;
}

async function selesai(mitra: Mitra, body: Parameters<typeof purchase>[2] = {}): Promise<number> {
  const id = await purchase(world, mitra, body);
  await world.idle();
  return id;
}

/** Lets the time pass in which the biller's own answer is waited for. */
async function menunggu(id: number): Promise<number> {
  await world.cloud.neon.asOwner(
    "update percobaan set dikirim_pada = dikirim_pada - interval '10 minutes', ditanya_pada = ditanya_pada - interval '2 minutes' where transaksi_id = $1",
    [id],
  );
  return id;
}

const jurnalOf = async (id: number) =>
  await world.cloud.neon.asOwner(
    `select b.nama, m.jumlah::int from mutasi m join jurnal j on j.id = m.jurnal_id join buku b on b.id = m.buku_id
      where j.kunci = 'sukses:' || $1 order by b.nama::text`,
    [id],
  );

const percobaanOf = async (id: number) =>
  (
    await world.cloud.neon.asOwner(
      "select rc, pesan, sn, harga_biller::text as harga from percobaan where transaksi_id = $1",
      [id],
    )
  )[0];

const putusan = (fields: Record<string, string> = {}) => ({
  hasil: "gagal",
  alasan: "tidak ada di buku biller",
  yakin: "ya",
  ...fields,
});

/** Who decided a purchase, and what the audit says of it. */
async function auditOf(id: number): Promise<{ pelaku: string; rincian: unknown }[]> {
  const rows = await world.cloud.neon.asOwner(
    "select pelaku, rincian from audit where aksi = 'transaksi.putuskan' and sasaran_tabel = 'transaksi' and sasaran_id = $1",
    [String(id)],
  );
  return rows.map(({ pelaku, rincian }) => ({
    pelaku: String(pelaku),
    rincian: JSON.parse(String(rincian)),
  }));
}

describe("the list", () => {
  test("finds purchases by each of its filters", async () => {
    const mitra = await makeMitra(world, { saldo: 500_000 });
    const other = await makeMitra(world);
    const nomor = `0${randomDigits()}`;
    const wanted = await selesai(mitra, { nomor_tujuan: nomor });
    const dead = await selesai(mitra, { nomor_tujuan: "087800001232", produk_id: 2, nominal: 20_000 });
    const open = await macet(mitra);
    const foreign = await selesai(other);
    const found = async (query: string) =>
      idsIn(await admin.page(`/dashboard/transaksi?${query}`), "transaksi");
    const today = new Date(world.deps.clock.now().getTime() + 7 * 3_600_000).toISOString().slice(0, 10);

    expect(await found(`mitra=${mitra.id}`)).toEqual([open, dead, wanted]);
    expect(await found(`nomor=${nomor}`)).toEqual([wanted]);
    expect(await found(`nomor=${nomor.slice(0, 8)}`)).toEqual([]);
    expect(await found(`id=${foreign}`)).toEqual([foreign]);
    expect(await found(`mitra=${mitra.id}&status=gagal`)).toEqual([dead]);
    expect(await found(`mitra=${mitra.id}&status=terbuka`)).toEqual([open]);
    expect(await found(`mitra=${mitra.id}&produk=2`)).toEqual([dead]);
    expect(await found(`mitra=${mitra.id}&dari=${today}&sampai=${today}`)).toHaveLength(3);
    expect(await found(`mitra=${mitra.id}&sampai=2020-01-01`)).toEqual([]);
    expect(await found(`mitra=${mitra.id}&sebelum=${dead}`)).toEqual([wanted]);
  });

  test("pages by id, keeps its filters, and misses none", async () => {
    const mitra = await makeMitra(world, { saldo: 5_000_000 });
    await world.cloud.neon.asOwner(
      `insert into transaksi (mitra_id, produk_id, kode_produk, nomor_tujuan, nominal, harga, status, waktu, lanjut_pada, selesai_pada)
        select $1, 1, 'pulsa10', '08123456789', 10000, 12000, 'gagal', now(), now(), now() from generate_series(1, 101)`,
      [mitra.id],
    );
    const ids: number[] = [];
    let next: string | undefined = `/dashboard/transaksi?mitra=${mitra.id}&status=gagal`;
    while (next !== undefined) {
      const page = await admin.page(next);
      ids.push(...idsIn(page, "transaksi"));
      next = /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
      expect(page.includes('rel="prev"')).toBe(ids.length > 50);
    }
    expect(ids).toHaveLength(101);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => b - a));
    await world.cloud.neon.asOwner("delete from transaksi where mitra_id = $1", [mitra.id]);
  });

  test("names mitra to admins only, and shows what they call themselves as text", async () => {
    const email = `${randomDigits()}@mail.com`;
    const nama = `<img src=x> "Ani" & Co`;
    const keys = (await (await postJson(world, "/register", { nama, email })).json()) as { api_key: string };
    const bought = await world.request("/beli", {
      method: "POST",
      headers: { "x-api-key": keys.api_key, "content-type": "application/json" },
      body: JSON.stringify({ produk_id: 1, nomor_tujuan: "08123456789", nominal: 10_000 }),
    });
    const { id } = (await bought.json()) as { id: number };
    await world.idle();
    for (const path of [`/dashboard/transaksi?id=${id}`, `/dashboard/transaksi/${id}`]) {
      const page = await admin.page(path);
      expect(page).toContain("&lt;img src=x&gt; &quot;Ani&quot; &amp; Co");
      expect(page).not.toContain("<img");
      expect(await karyawan.page(path)).not.toContain("Ani");
    }
  });
});

describe("one purchase", () => {
  test("shows its attempts, its journal, and its receipt", async () => {
    const mitra = await makeMitra(world);
    const id = await selesai(mitra);
    const page = await admin.page(`/dashboard/transaksi/${id}`);
    for (const text of ["Sukses", "Rp12.000", "Percobaan di biller", "Jurnal", "pendapatan", "ditahan"])
      expect(page).toContain(text);
    expect(page).not.toContain("hx-trigger");
    expect(page).not.toContain("/putusan");
    const receipt = await karyawan.page(`/dashboard/transaksi/${id}/struk`);
    for (const text of ["SUKSES", "SN/Token", "Rp12.000", "08123456789"]) expect(receipt).toContain(text);
    expect(receipt).not.toContain("bukan bukti");
  });

  test("is for a karyawan without what moves money, and without a decision", async () => {
    const mitra = await makeMitra(world);
    const id = await macet(mitra);
    const page = await karyawan.page(`/dashboard/transaksi/${id}`);
    expect(page).toContain("Percobaan di biller");
    expect(page).not.toContain("Jurnal");
    expect(page).not.toContain("/putusan");
    expect(page).toContain('hx-trigger="every 10s"');
    expect(await karyawan.page(`/dashboard/transaksi/${id}/struk`)).toContain("bukan bukti");
  });

  test("of somebody else is still nobody's business for a mitra", async () => {
    const id = await selesai(await makeMitra(world));
    const { headers } = await makeMitra(world);
    expect((await world.request(`/status/${id}`, { headers })).status).toBe(404);
    expect(await (await world.request("/riwayat", { headers })).json()).toEqual([]);
  });
});

describe("deciding a purchase that stays open", () => {
  test("as gagal gives the money back, once, and names who did and why", async () => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const id = await menunggu(await macet(mitra));
    expect(await balances(world, mitra)).toEqual({ tersedia: 88_000, ditahan: 12_000 });
    await world.idle();
    world.cloud.neon.requests = 0;
    const alasan = `kata biller: <b>tidak ada</b>`;
    const response = await admin.post(`/dashboard/transaksi/${id}/putusan`, putusan({ alasan }));
    expect(response.status, await response.clone().text()).toBe(303);
    expect(world.cloud.neon.requests).toBe(1);
    expect(response.headers.get("location")).toBe(`/dashboard/transaksi/${id}?kabar=diputuskan`);
    expect(await balances(world, mitra)).toEqual({ tersedia: 100_000, ditahan: 0 });
    expect(await statusOf(world, mitra, id)).toMatchObject({
      status: "gagal",
      hasil_eksekusi: `Transaksi PPOB gagal: ${alasan}. Saldo dikembalikan.`,
    });
    const { id: adminId } = await firstAdmin(world);
    expect(await auditOf(id)).toEqual([
      {
        pelaku: `akun:${adminId}`,
        rincian: { dari: { status: "proses" }, menjadi: { status: "gagal" }, alasan },
      },
    ]);
    const page = await admin.page(response.headers.get("location") ?? "");
    expect(page).toContain("sudah diputuskan");
    expect(page).toContain("Diputuskan oleh");
    expect(page).toContain("Siti Aminah");
    expect(page).toContain("&lt;b&gt;tidak ada&lt;/b&gt;");
    expect(page).not.toContain("<b>tidak");
  });

  test("as sukses keeps it, and hands the serial number on", async () => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const id = await menunggu(await macet(mitra));
    const fields = putusan({ hasil: "sukses", sn: "1234-5678-9012" });
    expect((await admin.post(`/dashboard/transaksi/${id}/putusan`, fields)).status).toBe(303);
    expect(await balances(world, mitra)).toEqual({ tersedia: 88_000, ditahan: 0 });
    expect(await statusOf(world, mitra, id)).toMatchObject({
      status: "sukses",
      hasil_eksekusi: "Transaksi PPOB berhasil! SN: 1234-5678-9012",
    });
    expect(await admin.page(`/dashboard/transaksi/${id}/struk`)).toContain("1234-5678-9012");
  });

  test("reaches one that was never sent, which nobody then buys", async () => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    world.cloud.qstash.faults.always({ kind: "refuse" });
    const id = await purchase(world, mitra);
    await world.idle();
    world.cloud.qstash.faults.clear();
    const path = `/dashboard/transaksi/${id}/putusan`;
    const page = await admin.page(`/dashboard/transaksi/${id}`);
    expect(page).toContain("belum pernah dikirim ke biller");
    expect(page).toContain('<option value="gagal">');
    expect(page).not.toContain('<option value="sukses">');
    const refused = await admin.post(path, putusan({ hasil: "sukses" }));
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain("putuskan gagal, atau tunggu");
    expect((await admin.post(path, putusan())).status).toBe(303);
    await world.cloud.neon.asOwner("update transaksi set lanjut_pada = '-infinity' where id = $1", [id]);
    await world.sweep();
    expect(await statusOf(world, mitra, id)).toMatchObject({ status: "gagal" });
    expect(await balances(world, mitra)).toEqual({ tersedia: 100_000, ditahan: 0 });
  });

  test("by two at once moves the money once, and the second is told", async () => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const id = await menunggu(await macet(mitra));
    const path = `/dashboard/transaksi/${id}/putusan`;
    const both = await Promise.all([
      admin.post(path, putusan()),
      admin.post(path, putusan({ hasil: "sukses" })),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 409]);
    expect(await auditOf(id)).toHaveLength(1);
  });

  test.each(["sukses", "gagal"])("of a final one is refused, also as %s", async (hasil) => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const id = await selesai(mitra);
    const before = await balances(world, mitra);
    const response = await admin.post(`/dashboard/transaksi/${id}/putusan`, putusan({ hasil }));
    expect(response.status).toBe(409);
    const page = await response.text();
    for (const text of [
      "sudah selesai, tidak dapat diputuskan lagi",
      `Transaksi #${id}`,
      "Sukses",
      "Rp12.000",
    ])
      expect(page).toContain(text);
    expect(page).not.toContain('<form method="post" action="/dashboard/transaksi');
    expect(await balances(world, mitra)).toEqual(before);
    expect(await auditOf(id)).toEqual([]);
  });

  test.each(["sukses", "gagal"])(
    "of one that the biller is still asked about is refused, as %s",
    async (hasil) => {
      const mitra = await makeMitra(world, { saldo: 100_000 });
      const id = await macet(mitra);
      const path = `/dashboard/transaksi/${id}`;
      for (const [sent, asked, status] of [
        [0, 0, 409],
        [9.9, 9.9, 409],
        [60, 1.9, 409],
        [10, 2, 303],
      ] as const) {
        await world.cloud.neon.asOwner(
          `update percobaan set dikirim_pada = app.jam() - make_interval(secs => $2), ditanya_pada = app.jam() - make_interval(secs => $3)
            where transaksi_id = $1`,
          [id, sent * 60, asked * 60],
        );
        const page = await admin.page(path);
        expect(page.includes("Belum dapat diputuskan")).toBe(status === 409);
        expect(page.includes(`action="${path}/putusan"`)).toBe(status === 303);
        const before = await balances(world, mitra);
        const response = await admin.post(`${path}/putusan`, putusan({ hasil }));
        expect(response.status).toBe(status);
        if (status === 303) continue;
        const told = await response.text();
        expect(told).toContain("Pembelian ini masih berjalan di biller.");
        expect(told).not.toContain(`action="${path}/putusan"`);
        expect(await balances(world, mitra)).toEqual(before);
        expect(await auditOf(id)).toEqual([]);
      }
    },
  );

  test("while its first question is under way leaves the biller's answer the last word", async () => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    world.cloud.qstash.script.dropNext(1);
    const id = await purchase(world, mitra);
    await world.idle();
    const held = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const deps = jobDeps(world.deps);
    const beli: typeof deps.biller.beli = async (request) => {
      asked.resolve();
      await held.promise;
      return await deps.biller.beli(request);
    };
    const working = prosesTransaksi({ ...deps, biller: { ...deps.biller, beli } }, id);
    await asked.promise;
    expect((await admin.post(`/dashboard/transaksi/${id}/putusan`, putusan())).status).toBe(409);
    held.resolve();
    await working;
    await world.idle();
    expect(await statusOf(world, mitra, id)).toMatchObject({ status: "sukses" });
    expect(await balances(world, mitra)).toEqual({ tersedia: 88_000, ditahan: 0 });
  });

  test.each(["sukses", "gagal"])("as %s leaves what the biller said, and what it takes", async (hasil) => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const id = await menunggu(await macet(mitra));
    await world.cloud.neon.asOwner(
      "update percobaan set rc = '03', pesan = 'Transaksi Pending', sn = 'lama', harga_biller = 10900 where transaksi_id = $1",
      [id],
    );
    const sn = hasil === "sukses" ? "baru" : "";
    expect((await admin.post(`/dashboard/transaksi/${id}/putusan`, putusan({ hasil, sn }))).status).toBe(303);
    expect(await percobaanOf(id)).toEqual({
      rc: "03",
      pesan: "Transaksi Pending",
      sn: sn || "lama",
      harga: "10900",
    });
    expect((await auditOf(id))[0]?.rincian).toEqual({
      dari: { status: "proses" },
      menjadi: { status: hasil },
      alasan: "tidak ada di buku biller",
      ...(sn && { sn_biller: "lama" }),
    });
    const moved = [
      { nama: "biller", jumlah: 10_900 },
      { nama: "ditahan", jumlah: -12_000 },
      { nama: "pendapatan", jumlah: 1_100 },
    ];
    expect((await jurnalOf(id)).map(({ nama, jumlah }) => ({ nama, jumlah: Number(jumlah) }))).toEqual(
      hasil === "sukses" ? moved : [],
    );
  });

  test("chooses no outcome beforehand, and names what it is about when it is refused", async () => {
    const id = await menunggu(await macet(await makeMitra(world, { saldo: 100_000 })));
    expect(await admin.page(`/dashboard/transaksi/${id}`)).toMatch(
      /<select id="hasil" name="hasil" required=""><option value="" selected="">/,
    );
    const response = await admin.post(`/dashboard/transaksi/${id}/putusan`, putusan({ hasil: "" }));
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(`<h1>Galat: Putuskan transaksi #${id}</h1>`);
  });

  test("of one that is not there is refused", async () => {
    expect((await admin.post("/dashboard/transaksi/999999/putusan", putusan())).status).toBe(404);
  });

  test.each<[string, Record<string, string>, string]>([
    ["without a reason", { alasan: "" }, "alasan-galat"],
    ["without being sure", { yakin: "tidak" }, "yakin-galat"],
    ["as something else", { hasil: "kembali" }, "hasil-galat"],
    ["as gagal with a serial number", { sn: "123" }, "sn-galat"],
  ])("%s says so at its field, and keeps what was typed", async (_what, fields, marked) => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const id = await menunggu(await macet(mitra));
    const typed = { alasan: `"><script>alert(1)</script>`, ...fields };
    const response = await admin.post(`/dashboard/transaksi/${id}/putusan`, putusan(typed));
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain(`id="${marked}"`);
    expect(page).toContain(`action="/dashboard/transaksi/${id}/putusan"`);
    expect(page).not.toContain("<script>alert");
    expect(await statusOf(world, mitra, id)).toMatchObject({ status: "proses" });
  });

  test("takes telephone numbers out of the reason", async () => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const id = await menunggu(await macet(mitra));
    const alasan = "pemilik 081234567890 lapor gagal";
    await admin.post(`/dashboard/transaksi/${id}/putusan`, putusan({ alasan }));
    expect(await auditOf(id)).toEqual([
      expect.objectContaining({
        rincian: expect.objectContaining({ alasan: "pemilik [telepon] lapor gagal" }),
      }),
    ]);
  });
});

describe("the database by itself", () => {
  test("lets nobody but an admin decide, whatever the Worker asks", async () => {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const id = await macet(mitra);
    const { db } = world.deps;
    const { putuskan } = await import("../../src/ppob/transaksi/transaksi.ts");
    const { layanan } = await import("../../src/ppob/transaksi/hasil.ts");
    const asked = putuskan({ db }, layanan("antrean"), id, { hasil: "gagal", alasan: "x", sn: null });
    await expect(asked).rejects.toMatchObject({ name: "PERAN_TIDAK_BOLEH" });
    expect(await balances(world, mitra)).toEqual({ tersedia: 88_000, ditahan: 12_000 });
  });
});
