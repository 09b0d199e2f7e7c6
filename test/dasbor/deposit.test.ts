import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { balances, firstAdmin, makeAkun, makeMitra, postJson, type Mitra } from "../make.ts";
import { lapor } from "../ppob/bank.ts";
import { buka, fieldIn, type Peramban } from "./peramban.ts";

// Deposit tickets, and what the bank told that paid none.

const world = useWorld();
let admin: Peramban;
let karyawan: Peramban;

beforeAll(async () => {
  admin = await buka(world, await firstAdmin(world));
  karyawan = await buka(world, await makeAkun(world, "karyawan"));
});

interface Tiket {
  id: number;
  jumlah: number;
  kode_unik: number;
  total: number;
}

/** Amounts far enough from each other that tests do not share sums. */
let berikut = 50_000;

async function tiket(mitra: Mitra): Promise<Tiket> {
  berikut += 2_000;
  const response = await postJson(world, "/deposit", { jumlah: berikut }, mitra.headers);
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as Tiket;
}

/** Lets a ticket's time pass. */
const lewat = async ({ id }: Tiket) =>
  await world.cloud.neon.asOwner(
    "update deposit set berlaku_sampai = now() - interval '1 hour' where id = $1",
    [id],
  );

/** The bank tells of a transfer; returns the bank's name of it. */
async function transfer(amount: number, description = "TRSF", suffix = ""): Promise<string> {
  const mutation_id = randomBytes(6).toString("hex") + suffix;
  const response = await lapor(world, [{ mutation_id, amount, type: "CR", description }]);
  expect(response.status, await response.clone().text()).toBe(200);
  return mutation_id;
}

const alamat = ({ id }: Tiket) => `/dashboard/deposit/${id}`;
const formDari = (tiket: Tiket) => `action="${alamat(tiket)}"`;
const angka = (jumlah: number) => jumlah.toLocaleString("id-ID");

/** The numbers of the tickets on a page, in its order. */
const tiketDi = async (query: string) =>
  [...(await admin.page(`/dashboard/deposit?${query}`)).matchAll(/<div>#(\d+)<\/div>/g)].map(([, id]) =>
    Number(id),
  );

const jurnalOf = async ({ id }: Tiket) =>
  await world.cloud.neon.asOwner("select akun_id::int, keterangan from jurnal where kunci = $1", [
    `deposit:${id}`,
  ]);

describe("the tickets", () => {
  test("say whose, how much, and until when, and are found by each filter", async () => {
    const [mitra, lain] = [await makeMitra(world), await makeMitra(world)];
    const [satu, dua, milikLain] = [await tiket(mitra), await tiket(mitra), await tiket(lain)];
    await lewat(satu);
    await admin.post(alamat(dua), { keterangan: "Mutasi BCA" });
    const page = await admin.page(`/dashboard/deposit?mitra=${mitra.id}`);
    for (const text of [
      `href="/dashboard/mitra/${mitra.id}"`,
      `Rp${angka(satu.jumlah)}`,
      `+ ${satu.kode_unik}<`,
      `Rp${angka(satu.total)}`,
      "Kedaluwarsa",
      "Lunas",
    ])
      expect(page).toContain(text);
    expect(await tiketDi(`mitra=${mitra.id}`)).toEqual([dua.id, satu.id]);
    expect(await tiketDi(`mitra=${mitra.id}&status=lunas`)).toEqual([dua.id]);
    expect(await tiketDi(`mitra=${mitra.id}&status=kedaluwarsa`)).toEqual([satu.id]);
    expect(await tiketDi(`mitra=${mitra.id}&status=menunggu`)).toEqual([]);
    expect(await tiketDi(`mitra=${mitra.id}&sebelum=${dua.id}`)).toEqual([satu.id]);
    for (const total of [String(milikLain.total), angka(milikLain.total)])
      expect(await tiketDi(`total=${total}`)).toEqual([milikLain.id]);
    expect(await tiketDi("status=&mitra=&total=")).toEqual(
      expect.arrayContaining([milikLain.id, dua.id, satu.id]),
    );
  });

  test("page by id, and keep their filter", async () => {
    const mitra = await makeMitra(world);
    await world.cloud.neon.asOwner(
      `insert into deposit (mitra_id, jumlah, total, status, dibuat_pada, berlaku_sampai, terkunci_sampai)
        select $1, 10000, 10001, 'batal', now(), now(), now() from generate_series(1, 51)`,
      [mitra.id],
    );
    const first = await admin.page(`/dashboard/deposit?mitra=${mitra.id}&status=batal`);
    const next = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const second = await admin.page(next);
    expect([first, second].map((page) => page.split("<tr").length - 2)).toEqual([50, 1]);
    expect(second).not.toContain('rel="next"');
    expect(second).toContain('rel="prev"');
  });

  test.each(["/dashboard/deposit", "/dashboard/mutasi-bank"])(
    "%s is nothing for a karyawan",
    async (path) => {
      expect((await karyawan.get(path)).status).toBe(403);
      expect(await karyawan.page("/dashboard/produk")).not.toContain("/dashboard/deposit");
      expect(await admin.page("/dashboard/produk")).toContain('href="/dashboard/deposit"');
    },
  );

  test.each([
    "/dashboard/deposit?status=lain",
    "/dashboard/deposit?mitra=x",
    "/dashboard/deposit?total=1,5",
    "/dashboard/deposit?total=99999999999999999",
    "/dashboard/deposit?sebelum=0",
    "/dashboard/deposit?mutasi=dua%20kata",
    "/dashboard/deposit?kabar=lain",
    "/dashboard/mutasi-bank?cocok=mungkin",
    `/dashboard/mutasi-bank?sebelum=${"a".repeat(201)}`,
  ])("%s is a page that says what is wrong", async (path) => {
    const response = await admin.get(path);
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toContain("text/html");
  });
});

describe("a confirmation", () => {
  test("credits the ticket once, in one roundtrip, and says who did and why", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const satu = await tiket(mitra);
    const keterangan = `Mutasi BCA <script>alert("x")</script>`;
    expect(await admin.page(`/dashboard/deposit?mitra=${mitra.id}`)).toContain(formDari(satu));
    await world.idle();
    world.cloud.neon.requests = 0;
    const response = await admin.post(alamat(satu), { keterangan });
    expect(response.status, await response.clone().text()).toBe(303);
    expect(world.cloud.neon.requests).toBe(1);
    const { location = "" } = Object.fromEntries(response.headers);
    expect(location).toBe(`/dashboard/deposit?mitra=${mitra.id}&kabar=lunas`);
    expect(await balances(world, mitra)).toEqual({ tersedia: satu.total, ditahan: 0 });
    const { id } = await firstAdmin(world);
    expect(await jurnalOf(satu)).toEqual([{ akun_id: String(id), keterangan }]);
    const page = await admin.page(location);
    expect(page).toContain("Tiket sudah lunas");
    expect(page).not.toContain(formDari(satu));
    const books = await admin.page(`/dashboard/mitra/${mitra.id}`);
    expect(books).toContain("Mutasi BCA &lt;script&gt;");
    expect(books).not.toContain("<script>alert");
  });

  test("that comes second, also at once, is refused in words, and moves nothing", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const satu = await tiket(mitra);
    const twice = await Promise.all([1, 2].map((ke) => admin.post(alamat(satu), { keterangan: `ke-${ke}` })));
    expect(twice.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 409]);
    const again = await admin.post(alamat(satu), { keterangan: "sekali lagi" });
    expect(again.status).toBe(409);
    const page = await again.text();
    expect(page).toContain("sudah lunas, batal, atau lewat waktunya");
    expect(page).toContain(`<h1>Galat: Konfirmasi tiket deposit #${satu.id}</h1>`);
    expect(page).not.toContain(formDari(satu));
    expect(await balances(world, mitra)).toEqual({ tersedia: satu.total, ditahan: 0 });
    expect(await jurnalOf(satu)).toHaveLength(1);
  });

  test("reaches a ticket whose time is over, and none that its mitra took back or that is not there", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const [telat, batal] = [await tiket(mitra), await tiket(mitra)];
    await lewat(telat);
    await world.request(`/deposit/${batal.id}/batal`, { method: "POST", headers: mitra.headers });
    const page = await admin.page(`/dashboard/deposit?mitra=${mitra.id}`);
    expect([page.includes(formDari(telat)), page.includes(formDari(batal))]).toEqual([true, false]);
    expect((await admin.post(alamat(telat), { keterangan: "telat" })).status).toBe(303);
    expect((await admin.post(alamat(batal), { keterangan: "batal" })).status).toBe(409);
    const nowhere = await admin.post("/dashboard/deposit/999999", { keterangan: "x" });
    expect(nowhere.status).toBe(404);
    expect(await nowhere.text()).toContain("Tiket deposit tidak ditemukan.");
    expect(await balances(world, mitra)).toEqual({ tersedia: telat.total, ditahan: 0 });
  });

  test.each<[string, Record<string, string>, string]>([
    ["without a reason", { keterangan: " " }, "keterangan-galat"],
    ["with a mutation that nobody knows", { mutasi_bank_id: "tidak-ada" }, "mutasi_bank_id-galat"],
    ["with a mutation in two words", { mutasi_bank_id: "dua kata" }, "mutasi_bank_id-galat"],
  ])("%s says so at its field, and keeps what was typed", async (_what, change, marked) => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const satu = await tiket(mitra);
    const typed = { keterangan: `"><img src=x onerror=alert(1)>`, ...change };
    const response = await admin.post(alamat(satu), typed);
    expect([404, 422]).toContain(response.status);
    const page = await response.text();
    expect(page).toContain(`id="${marked}"`);
    expect(page).toContain(formDari(satu));
    expect(page).not.toContain("<img");
    expect(page).toContain(change["keterangan"] === undefined ? "&quot;&gt;&lt;img" : formDari(satu));
    expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
  });

  test("beyond what a balance can hold says that, not that a field is wrong", async () => {
    const mitra = await makeMitra(world, { saldo: Number.MAX_SAFE_INTEGER - 5 });
    const satu = await tiket(mitra);
    const response = await admin.post(alamat(satu), { keterangan: "banyak" });
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain("Saldo mitra akan melebihi batas yang dapat dicatat.");
    expect(page).not.toContain("Periksa isian yang ditandai");
  });

  test("of a karyawan changes nothing", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const satu = await tiket(mitra);
    expect((await karyawan.post(alamat(satu), { keterangan: "x" })).status).toBe(403);
    expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
  });
});

describe("what the bank told", () => {
  test("and paid no ticket is tied to one of its sum, once", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const [satu, dua] = [await tiket(mitra), await tiket(mitra)];
    await lewat(satu);
    const keterangan = `BUDI <b>"SANTOSO"</b>`;
    const mutasi = await transfer(satu.total, keterangan, "&x=<i>");
    const page = await admin.page("/dashboard/mutasi-bank");
    expect(page).toContain("BUDI &lt;b&gt;");
    expect(page).not.toContain("<b>");
    expect(page).not.toContain("<i>");
    expect(page).toContain(mutasi.replace("&x=<i>", "&amp;x=&lt;i&gt;"));
    const link =
      [...page.matchAll(/href="(\/dashboard\/deposit\?total=[^"]+)"/g)]
        .map(([, href = ""]) => href.replaceAll("&amp;", "&"))
        .find((href) => href.includes(mutasi.slice(0, 12))) ?? "";
    const tickets = await admin.page(link);
    expect(tickets).toContain(formDari(satu));
    expect(tickets).not.toContain(formDari(dua));
    expect(fieldIn(tickets, "mutasi_bank_id")).toBe(mutasi.replace("&x=<i>", "&amp;x=&lt;i&gt;"));

    const wrong = await admin.post(alamat(dua), { keterangan: "x", mutasi_bank_id: mutasi });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain("berbeda dengan total tiketnya");
    const tied = await admin.post(alamat(satu), { keterangan: "telat sehari", mutasi_bank_id: mutasi });
    expect(tied.status).toBe(303);
    const used = await admin.post(alamat(dua), { keterangan: "x", mutasi_bank_id: mutasi });
    expect(used.status).toBe(409);
    expect(await used.text()).toContain("sudah melunasi tiket lain");
    expect(await balances(world, mitra)).toEqual({ tersedia: satu.total, ditahan: 0 });

    const awal = mutasi.slice(0, 12);
    expect(await admin.page("/dashboard/mutasi-bank")).not.toContain(awal);
    expect(await admin.page("/dashboard/mutasi-bank?cocok=ya")).toContain(`Melunasi #${satu.id}`);
    expect(await admin.page("/dashboard/mutasi-bank?cocok=semua")).toContain(awal);
  });

  test("pages behind the last one shown", async () => {
    await world.cloud.neon.asOwner(
      `insert into mutasi_bank (id, jumlah, keterangan, waktu)
        select 'uji&' || n, 7, 'x', now() - interval '1 year' from generate_series(1, 101) n`,
    );
    const seen: string[] = [];
    let next: string | undefined = "/dashboard/mutasi-bank";
    while (next !== undefined) {
      const page = await admin.page(next);
      seen.push(...[...page.matchAll(/<span class="kode patah">(uji&amp;\d+)</g)].map(([, id = ""]) => id));
      next = /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
    }
    expect(new Set(seen).size).toBe(101);
    expect(seen).toHaveLength(101);
  });
});
