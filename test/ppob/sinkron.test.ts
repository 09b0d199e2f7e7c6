import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { prepaidProducts, postpaidProducts } from "../../dev/digiflazz/products.ts";
import type { ProdukBiller } from "../../src/ppob/biller/biller.ts";
import { sinkronkan } from "../../src/ppob/produk/jobs.ts";
import { segarkanSatu } from "../../src/ppob/produk/produk.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, makeMitra, type Mitra, type Orang } from "../make.ts";
import { barisBiller, daftarPalsu } from "./produk-biller-palsu.ts";
import { makeProduk, produkSeen } from "./produk.ts";

const SECOND = 1_000;
const clock = new ManualClock();
// Tokens outlive what the clock is moved by.
const world = useWorld({ clock, env: { ACCESS_TOKEN_EXPIRE_MINUTES: "60000" } });
let mitra: Mitra;
let admin: Orang;
beforeAll(async () => {
  mitra = await makeMitra(world);
  admin = await firstAdmin(world);
});
beforeEach(async () => {
  // Every test begins with both turns over.
  await world.idle();
  clock.advance(600 * SECOND);
});

const asOwner = (query: string, params: (string | number)[] = []) => world.cloud.neon.asOwner(query, params);
const logged = (event: string) => world.log.filter((line) => line["event"] === event);
const billerRows = () =>
  asOwner("select kode, jenis, harga, ada, diperbarui_pada from produk_biller order by kode");

/** Runs the cron's work with lists that the test says. */
const syncWith = (prabayar: ProdukBiller[] | Error, pascabayar: ProdukBiller[] | Error = []) => {
  const palsu = daftarPalsu();
  palsu.daftar = { prabayar, pascabayar };
  return sinkronkan({ ...world.deps, biller: palsu }).then(() => palsu.diminta);
};

/** Lets the pause between two requests of a list go by. */
const nextTurn = async () => {
  await world.idle();
  clock.advance(305 * SECOND);
};

const wholeList = [
  ...prepaidProducts().map((satu) => satu.buyer_sku_code),
  ...postpaidProducts().map((satu) => satu.buyer_sku_code),
].toSorted();

describe("H12", () => {
  test("each list is asked for at most once in five minutes, whoever asks; lists of ours cause no request", async () => {
    const { digiflazz } = world.cloud;
    const before = digiflazz.requests;
    await world.syncProducts();
    expect(digiflazz.requests - before).toBe(2);
    expect((await billerRows()).map(({ kode }) => kode)).toEqual(wholeList);
    // Every minute, and by hand.
    for (let minute = 0; minute < 5; minute++) {
      await world.syncProducts();
      const refused = await world.request("/produk/sinkron", { method: "POST", headers: admin.headers });
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toBe(String(305 - minute * 60));
      expect(await refused.json()).toMatchObject({ type: "urn:satu-pintu:galat:terlalu-sering-sinkron" });
      await produkSeen(world, mitra.headers);
      await world.request("/produk/biller", { headers: admin.headers });
      await world.request("/produk/sinkron", { headers: admin.headers });
      clock.advance(60 * SECOND);
    }
    clock.advance(4 * SECOND);
    await world.syncProducts();
    expect(digiflazz.requests - before).toBe(2);
    clock.advance(SECOND);
    await world.syncProducts();
    expect(digiflazz.requests - before).toBe(4);
    expect(logged("price_list_failed")).toEqual([]);
    expect(logged("price_list_synced").slice(-2)).toEqual(
      expect.arrayContaining([
        { level: "info", event: "price_list_synced", jenis: "prabayar", jumlah: 15, berubah: 0, ms: 0 },
        { level: "info", event: "price_list_synced", jenis: "pascabayar", jumlah: 15, berubah: 0, ms: 0 },
      ]),
    );
  });

  test("of many that come at once one asks, with the cron and admins among them", async () => {
    const { digiflazz } = world.cloud;
    const before = digiflazz.requests;
    const byHand = () => world.request("/produk/sinkron", { method: "POST", headers: admin.headers });
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 5 }, byHand)),
      ...Array.from({ length: 5 }, () => world.syncProducts()),
    ]);
    expect(digiflazz.requests - before).toBe(2);
    const asked = await Promise.all(
      answers.filter(({ status }) => status === 200).map((answer) => answer.json()),
    );
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
  });

  test("a list that fails waits for its next turn, and holds up the other no more than it takes", async () => {
    await world.syncProducts();
    await nextTurn();
    const { digiflazz } = world.cloud;
    const before = await billerRows();
    const failed = logged("price_list_failed").length;
    const requests = digiflazz.requests;
    digiflazz.faults.next({ kind: "answer", status: 502, body: "<html>Bad Gateway</html>" }, 1, (request) =>
      request.body.includes("prepaid"),
    );
    digiflazz.script.postpaidProduct("hp", { admin: 3_000 });
    const answer = await world.request("/produk/sinkron", { method: "POST", headers: admin.headers });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      prabayar: { diminta: true, berhasil: false, jumlah: null, berubah: null, tunggu: 305 },
      pascabayar: { diminta: true, berhasil: true, jumlah: 15, berubah: 1, tunggu: 305 },
    });
    await world.syncProducts();
    expect(digiflazz.requests - requests).toBe(2);
    expect(logged("price_list_failed").slice(failed)).toMatchObject([{ level: "warn", jenis: "prabayar" }]);
    const after = await billerRows();
    expect(
      after.filter((row, at) => row["diperbarui_pada"] !== before[at]?.["diperbarui_pada"]),
    ).toMatchObject([{ kode: "hp" }]);
    const keadaan = await world.request("/produk/sinkron", { headers: admin.headers });
    const now = new Date(clock.now()).toISOString();
    const earlier = new Date(clock.now() - 305 * SECOND).toISOString();
    expect(await keadaan.json()).toEqual({
      prabayar: { diminta_pada: now, berhasil_pada: earlier, jumlah: 15 },
      pascabayar: { diminta_pada: now, berhasil_pada: now, jumlah: 15 },
    });
  });
});

describe("a list is taken in", () => {
  const kilo = (n: number) => `k${String(n).padStart(4, "0")}`;
  const big = (changed: (n: number) => Partial<ProdukBiller> = () => ({})) =>
    Array.from({ length: 2_000 }, (_, n) => barisBiller(kilo(n), changed(n)));

  test("of 2,000 products in one statement, and only what has changed is written", async () => {
    const { neon } = world.cloud;
    await asOwner("delete from produk_biller");
    const before = neon.requests;
    await syncWith(big());
    // The two turns in one roundtrip, and one for each list.
    expect(neon.requests - before).toBe(3);
    const first = await billerRows();
    expect(first).toHaveLength(2_000);
    await nextTurn();
    const list = big((n) =>
      n === 7 ? { harga: 10_001n } : n === 8 ? { tutup: { mulai: "23:30", selesai: "00:30" } } : {},
    );
    // The last one is gone, another one is new.
    await syncWith([...list.slice(0, -1), barisBiller("k9999")]);
    const changed = await asOwner(
      "select kode, harga, ada, tutup_mulai from produk_biller where diperbarui_pada > $1 order by kode",
      [String(first[0]?.["diperbarui_pada"])],
    );
    expect(changed).toEqual([
      { kode: kilo(7), harga: "10001", ada: "t", tutup_mulai: null },
      { kode: kilo(8), harga: "10000", ada: "t", tutup_mulai: "23:30:00" },
      { kode: kilo(1_999), harga: "10000", ada: "f", tutup_mulai: null },
      { kode: "k9999", harga: "10000", ada: "t", tutup_mulai: null },
    ]);
    expect(logged("price_list_synced").at(-1)).toBeDefined();
    await nextTurn();
    await syncWith(big());
    expect(await asOwner("select kode from produk_biller where not ada")).toEqual([{ kode: "k9999" }]);
  });

  test("a code that is there twice, and money beyond 2^31, are no trouble", async () => {
    await asOwner("delete from produk_biller");
    await syncWith([
      barisBiller("dua", { harga: 1n }),
      barisBiller("dua", { harga: 9_007_199_254_740_991n }),
    ]);
    expect(await billerRows()).toMatchObject([{ kode: "dua", harga: "9007199254740991" }]);
  });

  test("an empty one changes nothing, unless there is nothing to take away", async () => {
    await asOwner("delete from produk_biller");
    await syncWith([barisBiller("a")], []);
    const before = await billerRows();
    const failed = logged("price_list_failed").length;
    for (let turn = 0; turn < 3; turn++) {
      await nextTurn();
      await syncWith([], []);
    }
    expect(await billerRows()).toEqual(before);
    expect(
      logged("price_list_failed")
        .slice(failed)
        .map(({ jenis }) => jenis),
    ).toEqual(Array(3).fill("prabayar"));
  });

  test("one that has lost more than half is believed when the next one says so too", async () => {
    await asOwner("delete from produk_biller");
    const ten = Array.from({ length: 10 }, (_, n) => barisBiller(kilo(n)));
    await syncWith(ten);
    const before = await billerRows();
    const gone = async () =>
      (await asOwner("select count(*) as n from produk_biller where not ada"))[0]?.["n"];
    await nextTurn();
    await syncWith(ten.slice(0, 4));
    expect(await billerRows()).toEqual(before);
    for (const between of [ten, []]) {
      await nextTurn();
      await syncWith(between);
    }
    await nextTurn();
    await syncWith(ten.slice(0, 4));
    expect(await billerRows()).toEqual(before);
    await nextTurn();
    await syncWith(ten.slice(0, 4));
    expect(await gone()).toBe("6");
    await nextTurn();
    await syncWith(ten.slice(0, 2));
    expect(await gone()).toBe("8");
  });

  test("garbage, half an answer and an outage change nothing", async () => {
    await world.syncProducts();
    const before = await billerRows();
    const { digiflazz } = world.cloud;
    const line = JSON.stringify(prepaidProducts()[0]);
    for (const body of [
      `{"data":[${line},{"buyer_sku_`,
      "<html>Maaf</html>",
      "",
      "null",
      `{"data":"x"}`,
      `{"data":[1,2,3]}`,
      `{"data":{"rc":"83","message":"limit"}}`,
      `{"data":[]}`,
    ]) {
      await nextTurn();
      digiflazz.faults.next({ kind: "answer", status: 200, body }, 2);
      const failed = logged("price_list_failed").length;
      await world.syncProducts();
      expect(logged("price_list_failed").length - failed, body).toBe(2);
    }
    for (const fault of [{ kind: "refuse" }, { kind: "drop" }, { kind: "answer", status: 500 }] as const) {
      await nextTurn();
      digiflazz.faults.next(fault, 2);
      await world.syncProducts();
    }
    expect(await billerRows()).toEqual(before);
    await nextTurn();
    await syncWith(new Error("x"), [barisBiller("rusak", { jenis: "pascabayar", nama: "a\u0000b" })]);
    expect(await billerRows()).toEqual(before);
  });
});

test("one code is read again by itself; what goes wrong is logged and nothing else", async () => {
  await world.syncProducts();
  const { digiflazz } = world.cloud;
  const price = async () => (await asOwner("select harga, ada from produk_biller where kode = 'xld10'"))[0];
  digiflazz.script.product("xld10", { price: 10_250 });
  const before = digiflazz.requests;
  await segarkanSatu(world.deps, "xld10");
  expect(digiflazz.requests - before).toBe(1);
  expect(await price()).toEqual({ harga: "10250", ada: "t" });
  const failed = logged("product_refresh_failed").length;
  digiflazz.faults.next({ kind: "answer", status: 500 });
  await segarkanSatu(world.deps, "xld10");
  expect(logged("product_refresh_failed").slice(failed)).toMatchObject([{ level: "warn", kode: "xld10" }]);
  expect(await price()).toEqual({ harga: "10250", ada: "t" });
  clock.advance(2 * SECOND);
  await segarkanSatu({ ...world.deps, biller: daftarPalsu() }, "xld10");
  expect(await price()).toEqual({ harga: "10250", ada: "f" });
  await segarkanSatu(world.deps, "bukan-kode");
  expect(await asOwner("select kode from produk_biller where kode = 'bukan-kode'")).toEqual([]);
});

describe("GET /produk/biller", () => {
  const page = async (query: string) => {
    const response = await world.request(`/produk/biller${query}`, { headers: admin.headers });
    expect(response.status, await response.clone().text()).toBe(200);
    const rows = (await response.json()) as { kode: string; dijual: boolean }[];
    return { rows, kode: rows.map(({ kode }) => kode), link: response.headers.get("link") };
  };

  test("shows the list with prices, flags and windows, in the order of codes, page by page", async () => {
    await asOwner("delete from produk_biller");
    await world.syncProducts();
    const [malam] = (await page("?q=malam25")).rows;
    expect(malam).toEqual({
      kode: "malam25",
      jenis: "prabayar",
      nama: "Axis 25.000",
      kategori: "Pulsa",
      merek: "AXIS",
      deskripsi: "Axis 25.000",
      harga: 25_050,
      admin: null,
      komisi: null,
      aktif_pembeli: true,
      aktif_penjual: true,
      stok: null,
      multi: true,
      tutup: { mulai: "23:45", selesai: "00:15" },
      ada: true,
      dijual: false,
      diperbarui_pada: new Date(clock.now()).toISOString(),
    });
    expect((await page("?q=bpjs&jenis=pascabayar")).rows[0]).toMatchObject({
      harga: null,
      admin: 2_500,
      komisi: 300,
    });
    const seen: string[] = [];
    for (let query: string | undefined = "?limit=7"; query;) {
      const found = await page(query);
      seen.push(...found.kode);
      query = /^<([^>]+)>; rel="next"$/.exec(found.link ?? "")?.[1];
    }
    expect(seen).toEqual(wholeList);
  });

  test("filters, also by what we sell, in reserve or not", async () => {
    await makeProduk(world, { kode_cadangan: ["xld10"] });
    const dijual = (await page("?dijual=true")).kode;
    expect(dijual).toEqual(["pln50", "pulsa10", "pulsa20", "xld10"]);
    expect((await page("?dijual=false")).kode).toEqual(wholeList.filter((kode) => !dijual.includes(kode)));
    expect((await page("?brand=axis")).kode).toEqual(["malam25"]);
    expect((await page("?kategori=e-money")).kode).toEqual(["dana50"]);
    expect((await page("?jenis=pascabayar&dijual=true")).kode).toEqual([]);
    expect((await page("?q=%25")).kode).toEqual([]);
  });
});

test("asking for lists, and reading what the biller wants, is for admins; one that was never asked for is null", async () => {
  const others = [await makeAkun(world, "karyawan"), await makeAkun(world, "nasabah")];
  for (const [headers, status] of [
    ...others.map((orang) => [orang.headers, 403] as const),
    [mitra.headers, 401] as const,
    [{}, 401] as const,
  ]) {
    expect((await world.request("/produk/sinkron", { headers })).status).toBe(status);
    expect((await world.request("/produk/sinkron", { method: "POST", headers })).status).toBe(status);
    expect((await world.request("/produk/biller", { headers })).status).toBe(status);
  }
  await asOwner("delete from sinkron_biller");
  const keadaan = await world.request("/produk/sinkron", { headers: admin.headers });
  expect(await keadaan.json()).toEqual({ prabayar: null, pascabayar: null });
});
