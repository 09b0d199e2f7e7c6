import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { photo } from "../amancair/orang.ts";
import { CHROMIUM } from "../chromium.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, postJson, type Orang } from "../make.ts";
import { makeWaiting, petugasOf, rest, write } from "../whatsapp/make-chats.ts";
import { diterima, MENU, nomorBaru } from "../whatsapp/percakapan.ts";

// The inbox as agents meet it: a browser with our scripts and our policy, and the customer's phone beside it.

const root = join(import.meta.dirname, "../..");
const SCREENSHOTS = join(root, "node_modules/.cache/satu-pintu/layar");
const PONSEL = { width: 390, height: 844 };
const MEJA = { width: 1280, height: 800 };
const ASET: Record<string, string> = {
  "htmx.min.js": "node_modules/htmx.org/dist/htmx.min.js",
  "halaman.css": "src/halaman/halaman.css",
  "dasbor.css": "src/dasbor/dasbor.css",
  "chat.css": "src/dasbor/chat/chat.css",
  "chat.js": "src/dasbor/chat/chat.js",
};
const MASUK = "#percakapan li.masuk";
const JAHAT = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;

describe.skipIf(!existsSync(CHROMIUM))("in Chromium", () => {
  const world = useWorld();
  const contexts: BrowserContext[] = [];
  /** What the browser complains about, and dialogs that nobody should see. */
  const complaints: string[] = [];
  let browser: Browser;
  let siti: Orang;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
    await firstAdmin(world);
    siti = await makeAkun(world, "karyawan");
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    expectNoComplaints();
  });
  afterAll(async () => browser.close());

  function expectNoComplaints(): void {
    expect(complaints.splice(0)).toEqual([]);
  }

  async function newPage(viewport = MEJA, more: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport, baseURL: world.url, locale: "id-ID", ...more });
    contexts.push(context);
    // In production these come from Cloudflare, before the Worker is asked.
    await context.route("**/aset/*", async (route) => {
      const file = ASET[new URL(route.request().url()).pathname.replace("/aset/", "")];
      if (!file) throw new Error(`no such asset: ${route.request().url()}`);
      await route.fulfill({ path: join(root, file) });
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("console", (said) => {
      if (said.type() === "error" && !/status of 4\d\d|ERR_FAILED/.test(said.text()))
        complaints.push(said.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return page;
  }

  /** The inbox of somebody who has just logged in. */
  async function openAs(
    { email, password }: Orang,
    path: string,
    viewport = MEJA,
    more: BrowserContextOptions = {},
  ) {
    const page = await newPage(viewport, more);
    await page.goto(`/login?next=${encodeURIComponent(path)}`);
    await page.getByLabel("Username atau email").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Masuk", exact: true }).click();
    await page.waitForURL((url) => url.pathname + url.search === path);
    return page;
  }

  async function openPhone(nomor: string, nama: string): Promise<Page> {
    const page = await newPage(PONSEL);
    await page.goto(`${world.cloud.whapi.url}/?nomor=${nomor}&nama=${encodeURIComponent(nama)}`);
    return page;
  }

  async function writes(phone: Page, text: string): Promise<void> {
    await phone.fill("#tulis", text);
    await phone.click("#kirim");
  }

  const menus = (phone: Page) => phone.locator(MASUK, { hasText: "Silakan pilih" });
  const bubble = (page: Page, text: string) => page.locator("#pesan .teks", { hasText: text });
  const fits = async (page: Page) =>
    expect(await page.locator("html").evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(
      page.viewportSize()?.width ?? 0,
    );

  test("the whole loop: bot, agent, bot", async ({ annotate }) => {
    const nomor = nomorBaru();
    const inbox = await openAs(siti, "/dashboard/chat");
    const phone = await openPhone(nomor, `Budi ${JAHAT}`);
    await writes(phone, "halo");
    await menus(phone).waitFor();

    await writes(phone, "agent");
    await phone.locator(MASUK, { hasText: "petugas kami akan membalas" }).waitFor();
    const started = performance.now();
    await writes(phone, `Pulsa saya belum masuk ${JAHAT}`);
    const row = inbox.locator("#daftar li", { hasText: "Pulsa saya belum masuk" });
    await row.waitFor();
    const inList = performance.now() - started;
    expect(await row.innerText()).toContain(`Budi ${JAHAT}`);
    expect(await row.innerText()).toContain("menunggu");
    await row.locator("a").click();
    await inbox.waitForLoadState();
    await bubble(inbox, "Pulsa saya belum masuk").waitFor();
    expect(await inbox.locator("h2", { hasText: "Budi" }).innerText()).toBe(`Budi ${JAHAT}`);

    await inbox.fill("#text", "belum sel");
    const again = performance.now();
    await writes(phone, "Halo? <b>tolong</b>");
    await bubble(inbox, "Halo? <b>tolong</b>").waitFor();
    const inChat = performance.now() - again;
    await annotate(
      `petugas melihat pesan pelanggan setelah ${(inList / 1000).toFixed(1)} s di daftar, ${(inChat / 1000).toFixed(1)} s di percakapan`,
    );
    expect(await inbox.inputValue("#text")).toBe("belum sel");
    expect(await inbox.locator("img, script:not([src])").count()).toBe(0);

    await inbox.getByRole("button", { name: "Ambil alih" }).click();
    await inbox.getByText("dipegang Anda").waitFor();
    await inbox.fill("#text", "Baik Kak, saya periksa.");
    await inbox.press("#text", "Shift+Enter");
    await inbox.locator("#text").pressSequentially("Sebentar ya");
    await inbox.press("#text", "Enter");
    await bubble(inbox, "Baik Kak, saya periksa.\nSebentar ya").waitFor();
    expect(await inbox.inputValue("#text")).toBe("");
    expect(await inbox.locator(":focus").getAttribute("id")).toBe("text");
    await phone.locator(MASUK, { hasText: "Sebentar ya" }).waitFor();
    await inbox.locator("li.agent .centang-pesan.delivered, li.agent .centang-pesan.read").waitFor();

    await inbox.getByRole("button", { name: "Kembalikan ke bot" }).click();
    await inbox.locator("#keadaan .mode.bot").waitFor();
    expect(await menus(phone).count()).toBe(1);
    await writes(phone, "halo lagi");
    await menus(phone).nth(1).waitFor();
    await inbox.locator("li.bot", { hasText: "Silakan pilih" }).nth(1).waitFor();
    await rest(world);
    expect(diterima(world, nomor).filter((text) => text === MENU)).toHaveLength(2);
    expect(await inbox.locator("li.agent").count()).toBe(1);
  });

  test("a double click is one message; what is typed meanwhile stays; a note goes nowhere", async () => {
    const { id, nomor } = await makeWaiting(world);
    const page = await openAs(siti, `/dashboard/chat/${id}`);
    await page.fill("#text", "sekali saja");
    // Holds the answer back until more has been typed.
    const held = Promise.withResolvers<void>();
    await page.route("**/balas*", async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.locator("#balas button").dblclick();
    await page.locator("#text").pressSequentially(" dan lagi");
    held.resolve();
    await bubble(page, "sekali saja").waitFor();
    await expect.poll(() => page.inputValue("#text")).toBe("dan lagi");
    await page.press("#text", "Enter");
    await bubble(page, "dan lagi").waitFor();
    await page.getByLabel("Catatan internal").check();
    await page.fill("#text", "jangan kirim ini");
    await page.getByRole("button", { name: "Simpan" }).click();
    await page.locator("li.note", { hasText: "jangan kirim ini" }).waitFor();
    await rest(world);
    expect(diterima(world, nomor).slice(1)).toEqual(["sekali saja", "dan lagi"]);
  });

  test("whoever reads old messages stays there, and is told of new ones", async () => {
    const { id, nomor } = await makeWaiting(world);
    for (let ke = 1; ke <= 70; ke++) world.cloud.whapi.phones.write(nomor, `baris ke-${ke}.`);
    await rest(world);
    const page = await openAs(siti, `/dashboard/chat/${id}`, PONSEL);
    const scroll = () => page.locator("#gulung").evaluate(({ scrollTop }) => scrollTop);
    const jarak = () =>
      page.locator("#gulung").evaluate((el) => el.scrollHeight - el.scrollTop - el.clientHeight);
    await expect.poll(jarak).toBeLessThan(5);
    const first = page.locator("#pesan li").first();
    const firstId = await first.getAttribute("id");
    await page.locator("#gulung").evaluate((el) => el.scrollTo(0, 0));
    await page.getByRole("link", { name: "Pesan lebih lama" }).click();
    await expect.poll(() => page.locator("#pesan li").count()).toBe(72);
    await expect.poll(scroll).toBeGreaterThan(100);
    expect(await page.locator(`#${firstId}`).isVisible()).toBe(true);
    const before = await scroll();
    await write(world, nomor, "yang paling baru");
    await page.locator("#ke-bawah").waitFor();
    expect(await scroll()).toBe(before);
    expect(await page.locator("#pengumuman").textContent()).toMatch(/^Pesan baru dari .+: yang paling baru$/);
    await page.locator("#ke-bawah").click();
    await expect.poll(jarak).toBeLessThan(5);
    expect(await page.locator("#pesan .hari:visible").count()).toBe(1);
    expect(await page.locator("#pesan li").count()).toBe(73);
    await fits(page);
  });

  test("a colleague takes the chat: it says so, and what was typed is still there", async () => {
    const { id } = await makeWaiting(world);
    const page = await openAs(siti, `/dashboard/chat/${id}`);
    await page.fill("#text", "saya sedang menulis");
    const rudi = petugasOf(world, await makeAkun(world, "karyawan"));
    await rudi.change(id, { mode: "AGENT" });
    await page.getByText("sekarang dipegang rekan Anda").waitFor();
    expect(await page.inputValue("#text")).toBe("saya sedang menulis");
    expect(await page.locator("#pesan li").count()).toBe(0);
    expect(await page.locator("#balas button").isDisabled()).toBe(true);
    await page.getByRole("link", { name: "Kembali ke daftar" }).click();
    await page.waitForURL(/\/dashboard\/chat$/);
  });

  test("what the server refuses it says in its own words, and what was typed stays", async () => {
    const { id } = await makeWaiting(world);
    const page = await openAs(siti, `/dashboard/chat/${id}`);
    const said = (text: RegExp) => page.locator("#galat-kirim", { hasText: text }).waitFor();
    await page.fill("#text", "   ");
    await page.press("#text", "Enter");
    await said(/^Tulis dahulu/);
    await page.locator(".lampirkan summary").click();
    await page.setInputFiles("#file", {
      name: "catatan.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("teks saja"),
    });
    await page.getByRole("button", { name: "Kirim berkas ke pelanggan", exact: true }).click();
    await said(/Berkas harus gambar JPEG atau PNG/);
    await page.keyboard.press("Escape");

    // The answer is sent before the page has heard that a colleague took the chat.
    await page.route(/versi=/, (route) => route.fulfill({ status: 204 }));
    await petugasOf(world, await makeAkun(world, "karyawan")).change(id, { mode: "AGENT" });
    await page.fill("#text", "jawaban saya");
    await page.press("#text", "Enter");
    await said(/sudah dipegang petugas lain/);
    expect(await page.inputValue("#text")).toBe("jawaban saya");
    await page.unroute(/versi=/);
    await page.getByText("sekarang dipegang rekan Anda").waitFor();
    for (const satu of complaints.splice(0)) expect(satu).toMatch(/^Response Status Error Code 4\d\d/);
  });

  test("a note has no file, and after it one answers again", async () => {
    const { id, nomor } = await makeWaiting(world);
    const page = await openAs(siti, `/dashboard/chat/${id}`);
    await page.locator(".lampirkan summary").click();
    await page.getByText("diterima pelanggan").waitFor();
    await page.getByLabel("Catatan internal").check();
    await page.locator(".lampirkan").waitFor({ state: "hidden" });
    expect(await page.locator("#kirim-berkas :is(input, button):enabled").count()).toBe(0);
    await page.fill("#text", "untuk rekan saja");
    await page.press("#text", "Enter");
    await page.locator("li.note", { hasText: "untuk rekan saja" }).waitFor();
    await expect.poll(() => page.getByLabel("Balas pelanggan").isChecked()).toBe(true);
    await page.locator(".lampirkan summary").waitFor();
    expect(await page.locator("#kirim-berkas :is(input, button):disabled").count()).toBe(0);

    // What is typed while the note is on its way stays a note.
    const held = Promise.withResolvers<void>();
    await page.route("**/balas*", async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.getByLabel("Catatan internal").check();
    await page.fill("#text", "catatan dua");
    await page.press("#text", "Enter");
    await page.locator("#text").pressSequentially(" dan tiga");
    held.resolve();
    await expect.poll(() => page.inputValue("#text")).toBe("dan tiga");
    expect(await page.getByLabel("Catatan internal").isChecked()).toBe(true);
    await rest(world);
    expect(diterima(world, nomor)).toHaveLength(1);
  });

  test("the keyboard stays where it is: Escape, taking over, handing back, labels", async () => {
    const { id } = await makeWaiting(world);
    await petugasOf(world, siti).change(id, { labels: ["vip"] });
    const page = await openAs(siti, `/dashboard/chat/${id}`);
    const focused = () => page.locator(":focus").evaluate((el) => (el as unknown as { id: string }).id);
    await page.locator("#lainnya summary").click();
    await page.getByLabel("Label baru").focus();
    await page.keyboard.press("Escape");
    await page.getByLabel("Label baru").waitFor({ state: "hidden" });
    expect(await page.locator("#lainnya summary:focus").count()).toBe(1);
    for (const [tombol, kemudian] of [
      ["Ambil alih", "Kembalikan ke bot"],
      ["Kembalikan ke bot", "Ambil alih"],
    ] as const) {
      await page.getByRole("button", { name: tombol }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: kemudian }).waitFor();
      await expect.poll(focused).toBe("tindakan");
    }
    await page.getByRole("button", { name: "vip hapus label" }).focus();
    await page.keyboard.press("Enter");
    await page.locator(".label-satu").waitFor({ state: "detached" });
    await expect.poll(focused).toBe("tindakan");
  });

  test("a picture is announced with who sent it; what was refused is sent again", async () => {
    const { id, nomor } = await makeWaiting(world);
    await write(world, nomor, "halo", "Endang");
    const page = await openAs(siti, `/dashboard/chat/${id}`);
    world.cloud.whapi.phones.sendMedia(nomor, "image", photo(), { mimeType: "image/jpeg" });
    await page.locator("#pengumuman", { hasText: /^Pesan baru dari Endang: gambar$/ }).waitFor();
    world.cloud.whapi.faults.next({ kind: "answer", status: 400 }, 1, ({ method }) => method === "POST");
    await page.fill("#text", "sekali lagi");
    await page.press("#text", "Enter");
    await page.locator("#daftar .gagal").waitFor();
    await page.getByRole("button", { name: "Kirim ulang" }).click();
    await page.getByText("Sudah dikirim ulang.").waitFor();
    await page.locator("#daftar .gagal").waitFor({ state: "detached" });
    await rest(world);
    expect(diterima(world, nomor).filter((teks) => teks === "sekali lagi")).toHaveLength(1);
  });

  test("without JavaScript a conversation opens at its end, and is left there after an answer", async () => {
    const { id, nomor } = await makeWaiting(world);
    for (let ke = 1; ke <= 40; ke++) world.cloud.whapi.phones.write(nomor, `baris ke-${ke}.`);
    await rest(world);
    const page = await openAs(siti, "/dashboard/chat", MEJA, { javaScriptEnabled: false });
    const jarak = () =>
      page.locator("#gulung").evaluate((el) => el.scrollHeight - el.scrollTop - el.clientHeight);
    await page.locator(`#buka-${id}`).click();
    await expect.poll(jarak).toBeLessThan(40);
    await page.fill("#text", "jawaban tanpa skrip");
    await page.getByRole("button", { name: "Kirim", exact: true }).click();
    await bubble(page, "jawaban tanpa skrip").waitFor();
    await expect.poll(jarak).toBeLessThan(40);
    await page.goto(`/dashboard/chat/${id}`);
    await page.getByRole("link", { name: "Ke pesan terbaru" }).click();
    await expect.poll(jarak).toBeLessThan(40);
    await page.getByLabel("Catatan internal").check();
    await page.locator(".lampirkan").waitFor({ state: "hidden" });
  });

  test("the server is gone for a while: it says so, keeps what was typed, and goes on", async () => {
    const { id } = await makeWaiting(world);
    const page = await openAs(siti, `/dashboard/chat/${id}`);
    await page.route("**/dashboard/**", (route) => route.abort());
    await page.locator("#sambungan:visible").waitFor();
    await page.fill("#text", "tetap di sini");
    await page.press("#text", "Enter");
    await page.getByText("Belum terkirim").waitFor();
    expect(await page.inputValue("#text")).toBe("tetap di sini");
    await page.unroute("**/dashboard/**");
    await page.press("#text", "Enter");
    await bubble(page, "tetap di sini").waitFor();
    await page.locator("#sambungan").waitFor({ state: "hidden" });
    expect(await page.locator("#galat-kirim").textContent()).toBe("");
    // htmx notes each of them in the console.
    for (const said of complaints.splice(0)) expect(said).toMatch(/^htmx:(afterRequest|sendError),/);
  });

  test("search, quick reply, label, picture: without leaving the page", async () => {
    const { id, nomor } = await makeWaiting(world);
    const shortcut = `cepat${id}`;
    const { headers } = await firstAdmin(world);
    await postJson(world, "/quick-replies", { shortcut, text: "Kami buka 24 jam." }, headers);
    const page = await openAs(siti, `/dashboard/chat/${id}`);
    await page.fill("#cari", nomor);
    await expect.poll(() => page.locator("#daftar li").count()).toBe(1);
    await page.fill("#text", "Halo. ");
    await page.selectOption("#cepat", { label: `${shortcut} — Kami buka 24 jam.` });
    expect(await page.inputValue("#text")).toBe("Halo. Kami buka 24 jam.");
    await page.locator("#balas button").click();
    await bubble(page, "Halo. Kami buka 24 jam.").waitFor();
    expect(page.url()).toContain(`q=${nomor}`);
    expect(await page.locator("#daftar li").count(), "still narrowed").toBe(1);

    await page.locator("#lainnya summary").click();
    await page.getByLabel("Label baru").fill("komplain");
    await page.getByRole("button", { name: "Tambah" }).click();
    await page.getByRole("button", { name: "komplain hapus label" }).click();
    await page.locator(".label-satu").waitFor({ state: "detached" });

    await page.locator(".lampirkan summary").click();
    await page.setInputFiles("#file", {
      name: "bukti.jpg",
      mimeType: "image/jpeg",
      buffer: Buffer.from(photo()),
    });
    await page.getByLabel("Keterangan").fill("Ini buktinya");
    await page.getByRole("button", { name: "Kirim berkas ke pelanggan", exact: true }).click();
    const gambar = page.getByRole("img", { name: "Gambar: bukti.jpg" });
    await gambar.waitFor();
    await expect
      .poll(() => gambar.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth))
      .toBeGreaterThan(0);
    await rest(world);
    expect(diterima(world, nomor)).toContain("Ini buktinya");
  });

  test.each(["light", "dark"] as const)(
    "axe finds nothing in a %s scheme, and nothing is too wide",
    async (scheme) => {
      const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
      const { id, nomor } = await makeWaiting(world);
      await write(world, nomor, `${JAHAT} ${"panjang".repeat(200)} مرحبا 🙏`, JAHAT.repeat(3));
      const orang = petugasOf(world, siti);
      await orang.reply(id, "Baik, kami periksa.");
      await orang.note(id, "Pelanggan lama.");
      await orang.change(id, { labels: ["komplain"] });
      await rest(world);
      const page = await openAs(siti, "/dashboard/chat", MEJA, { bypassCSP: true });
      await page.emulateMedia({ colorScheme: scheme });
      const violations = async () => {
        await page.evaluate(axe);
        return await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          const { violations } = await axe.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        });
      };
      for (const viewport of [MEJA, PONSEL]) {
        await page.setViewportSize(viewport);
        for (const [nama, path] of [
          ["daftar", "/dashboard/chat"],
          ["obrolan", `/dashboard/chat/${id}`],
        ] as const) {
          await page.goto(path);
          await page.locator(nama === "daftar" ? "#daftar" : "#pesan").waitFor();
          await fits(page);
          expect(await violations(), `${nama} ${viewport.width}`).toEqual([]);
          const shot = join(SCREENSHOTS, `chat-${nama}-${viewport.width}-${scheme}.png`);
          await page.screenshot({ path: shot });
        }
        await page.locator("#lainnya summary").click();
        expect(await violations(), `lainnya ${viewport.width}`).toEqual([]);
        await page.locator("#lainnya summary").click();
        await page.locator(".lampirkan summary").click();
        expect(await violations(), `berkas ${viewport.width}`).toEqual([]);
        await page.getByLabel("Catatan internal").check();
        expect(await violations(), `tulis ${viewport.width}`).toEqual([]);
      }
    },
  );

  test("on a phone every control is big enough for a thumb", async () => {
    const { id } = await makeWaiting(world);
    const page = await openAs(siti, `/dashboard/chat/${id}`, PONSEL);
    const small = () =>
      page.evaluate(() => {
        const document = (
          globalThis as unknown as { document: { querySelectorAll(q: string): Iterable<Kontrol> } }
        ).document;
        interface Kontrol {
          outerHTML: string;
          getBoundingClientRect(): { width: number; height: number };
        }
        return [
          ...document.querySelectorAll(".chat :is(a, button, summary, select, textarea, .sebagai label)"),
        ]
          .filter((el) => {
            const { width, height } = el.getBoundingClientRect();
            return height > 0 && height < 43.9 && width > 0;
          })
          .map(({ outerHTML }) => outerHTML);
      });
    expect(await small()).toEqual([]);
    await page.getByRole("link", { name: "Kembali ke semua percakapan" }).click();
    await page.waitForURL(/\/dashboard\/chat$/);
    expect(await small()).toEqual([]);
  });
});

test("every asset that the page names is one that is served", () => {
  const placed = readFileSync(join(root, "dev/assets.ts"), "utf8");
  for (const name of Object.keys(ASET)) expect(placed).toContain(name);
});
