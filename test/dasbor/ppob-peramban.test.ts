import { existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM } from "../chromium.ts";
import { useWorld } from "../harness.ts";
import { balances, firstAdmin, makeMitra, postJson, purchase, type Mitra } from "../make.ts";
import { lapor } from "../ppob/bank.ts";
import { makeProduk } from "../ppob/produk.ts";
import { buka } from "./peramban.ts";

// The pages about mitra and their money in a browser: our styles and our policy, with and without JavaScript.

const root = join(import.meta.dirname, "../..");
const SCREENSHOTS = join(root, "node_modules/.cache/satu-pintu/layar");
const PONSEL = { width: 390, height: 844 };
const MEJA = { width: 1280, height: 800 };
const ASET: Record<string, string> = {
  "htmx.min.js": "node_modules/htmx.org/dist/htmx.min.js",
  "halaman.css": "src/halaman/halaman.css",
  "dasbor.css": "src/dasbor/dasbor.css",
  "chat.css": "src/dasbor/chat/chat.css",
};
const JAHAT = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;

describe.skipIf(!existsSync(CHROMIUM))("in Chromium", () => {
  const world = useWorld();
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  let browser: Browser;
  let cookie: string;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
    cookie = (await buka(world, await firstAdmin(world))).cookie;
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    expectNoComplaints();
  });
  afterAll(async () => browser.close());

  function expectNoComplaints(): void {
    expect(complaints.splice(0)).toEqual([]);
  }

  /** A page as the admin sees it. */
  async function open(path: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({
      viewport: MEJA,
      baseURL: world.url,
      locale: "id-ID",
      ...options,
    });
    contexts.push(context);
    const [name = "", value = ""] = cookie.split("=", 2);
    await context.addCookies([{ name, value, url: world.url }]);
    await context.route("**/aset/*", async (route) => {
      const file = ASET[new URL(route.request().url()).pathname.replace("/aset/", "")];
      if (!file) throw new Error(`no such asset: ${route.request().url()}`);
      await route.fulfill({ path: join(root, file) });
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("console", (said) => {
      if (said.type() === "error" && !/status of 4\d\d/.test(said.text())) complaints.push(said.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(path);
    return page;
  }

  /** A ticket, and its sum. */
  async function tiket(mitra: Mitra, jumlah: number): Promise<{ id: number; total: number }> {
    const response = await postJson(world, "/deposit", { jumlah }, mitra.headers);
    expect(response.status, await response.clone().text()).toBe(201);
    return (await response.json()) as { id: number; total: number };
  }

  const lewat = async (id: number) =>
    await world.cloud.neon.asOwner(
      "update deposit set berlaku_sampai = now() - interval '1 hour' where id = $1",
      [id],
    );

  test.each([true, false])(
    "a late transfer is tied to its ticket, with JavaScript: %s",
    async (javaScriptEnabled) => {
      const mitra = await makeMitra(world, { saldo: 0 });
      const satu = await tiket(mitra, javaScriptEnabled ? 310_000 : 320_000);
      await lewat(satu.id);
      const mutation_id = `BCA-${satu.id}&${JAHAT.replaceAll(" ", "")}`;
      await lapor(world, [{ mutation_id, amount: satu.total, type: "CR", description: `BUDI ${JAHAT}` }]);
      const page = await open("/dashboard/mutasi-bank", { javaScriptEnabled });
      await page
        .locator("tr", { hasText: `BCA-${satu.id}&` })
        .getByRole("link")
        .click();
      await page.waitForURL(/\/dashboard\/deposit\?total=/);
      expect(await page.getByLabel("ID mutasi bank").inputValue()).toBe(mutation_id);
      await page.getByLabel("Keterangan").fill("Telat sehari");
      await page.getByRole("button", { name: "Konfirmasi lunas" }).click();
      await page.getByText("Tiket sudah lunas").waitFor();
      expect(await balances(world, mitra)).toEqual({ tersedia: satu.total, ditahan: 0 });
    },
  );

  test("the filter of tickets follows what is chosen, and its forms still work", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const [satu, dua] = [await tiket(mitra, 330_000), await tiket(mitra, 340_000)];
    const page = await open(`/dashboard/deposit?mitra=${mitra.id}`);
    await page.getByLabel("Total transfer").fill(String(satu.total));
    await page.getByLabel(`Konfirmasi tiket #${dua.id}`).waitFor({ state: "detached" });
    await page.getByLabel(`Konfirmasi tiket #${satu.id}`).click();
    await page.getByLabel("Keterangan").fill("Mutasi BCA");
    await page.getByRole("button", { name: "Konfirmasi lunas" }).click();
    await page.getByText("Tiket sudah lunas").waitFor();
    expect(await balances(world, mitra)).toEqual({ tersedia: satu.total, ditahan: 0 });
  });

  /** Something on every page that strains it. */
  async function ramai(): Promise<{ mitra: Mitra; transaksi: number }> {
    const mitra = await makeMitra(world, { saldo: 1_000_000 });
    const [lewatWaktu, batal, lunas] = [
      await tiket(mitra, 10_000),
      await tiket(mitra, 1_500_000),
      await tiket(mitra, 99_000_000),
    ];
    await lewat(lewatWaktu.id);
    await world.cloud.neon.asOwner("update deposit set status = 'batal' where id = $1", [batal.id]);
    const keterangan = `TRSF E-BANKING CR ${"PANJANG".repeat(15)} ${JAHAT}`;
    const transfer = (amount: number, ke: string) =>
      ({
        mutation_id: `${ke}${"x".repeat(80)}${mitra.id}`,
        amount,
        type: "CR",
        description: keterangan,
      }) as const;
    await lapor(world, [transfer(lunas.total, "a"), transfer(lewatWaktu.total, "b"), transfer(777_777, "c")]);
    await tiket(mitra, 250_000);
    await makeProduk(world, {
      merek: "TELKOMSEL",
      deskripsi: "Pulsa reguler, masa aktif bertambah 30 hari untuk semua nomor",
      kode_cadangan: ["xld10-cadangan-pertama", "isat10-cadangan-kedua"],
    });
    await world.syncProducts();
    const transaksi = await purchase(world, mitra, { nomor_tujuan: "081234567899" });
    await world.idle();
    await world.cloud.neon.asOwner(
      `update percobaan set janggal = 'GAGAL_SETELAH_SUKSES', sn = $2 where transaksi_id = $1`,
      [transaksi, "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/1300VA/00012345"],
    );
    const aturan = { tier: "emas", alamat_ip: ["203.0.113.7", "198.51.100.0/24", "2001:db8::/32"] };
    const { headers } = await firstAdmin(world);
    await postJson(world, `/mitra/${mitra.id}`, aturan, headers, "PATCH");
    return { mitra, transaksi };
  }

  test.each(["light", "dark"] as const)(
    "axe finds nothing in a %s scheme, and nothing is too wide",
    async (colorScheme) => {
      const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
      const { mitra, transaksi } = await ramai();
      const page = await open("/dashboard/deposit", { bypassCSP: true, colorScheme });
      for (const viewport of [MEJA, PONSEL]) {
        await page.setViewportSize(viewport);
        for (const [nama, path] of [
          ["deposit", `/dashboard/deposit?mitra=${mitra.id}`],
          ["deposit-cari", `/dashboard/deposit?mitra=${mitra.id}&status=kedaluwarsa&total=&mutasi=abc`],
          ["mutasi-bank", "/dashboard/mutasi-bank?cocok=semua"],
          ["transaksi", `/dashboard/transaksi/${transaksi}`],
          ["mitra", "/dashboard/mitra"],
          ["mitra-satu", `/dashboard/mitra/${mitra.id}`],
          ["produk", "/dashboard/produk"],
        ] as const) {
          await page.goto(path);
          // With one of its forms open.
          const lipat = page.locator(".bingkai .lipat summary").first();
          if ((await lipat.count()) > 0) await lipat.click();
          const lebar = await page.locator("html").evaluate((html) => html.scrollWidth);
          expect(lebar, `${nama} ${viewport.width}`).toBeLessThanOrEqual(viewport.width);
          await page.evaluate(axe);
          const found = await page.evaluate(async () => {
            const { axe } = globalThis as unknown as {
              axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
            };
            const { violations } = await axe.run();
            return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
          });
          expect(found, `${nama} ${viewport.width}`).toEqual([]);
          const shot = join(SCREENSHOTS, `ppob-${nama}-${viewport.width}-${colorScheme}.png`);
          await page.screenshot({ path: shot, fullPage: true });
        }
      }
    },
  );
});
