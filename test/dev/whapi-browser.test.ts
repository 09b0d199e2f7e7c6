import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startWhapi } from "../../dev/whapi/server.ts";
import { CHROMIUM } from "../chromium.ts";
import { BUDI, callerOf, startReceiver } from "./whapi-world.ts";

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const MASUK = "#percakapan li.masuk";
const KELUAR = "#percakapan li.keluar";

describe.skipIf(!existsSync(CHROMIUM))("the phone page in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(async () => browser.close());

  async function open(width: number, query = "") {
    const receiver = await startReceiver();
    const whapi = await startWhapi({ webhookUrl: receiver.url, deliveryMs: 0 });
    onTestFinished(async () => whapi.close());
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    onTestFinished(async () => page.close());
    const complaints: string[] = [];
    page.on("console", (said) => said.type() === "error" && complaints.push(said.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${whapi.url}/${query}`);
    return { whapi, page, complaints, phones: whapi.phones, ...callerOf(whapi) };
  }

  test.each([390, 1280])("chats both ways at %d pixels", async (width) => {
    const { call, complaints, page, phones, text } = await open(width);
    expect([await page.inputValue("#nomor"), await page.inputValue("#nama")]).toEqual([BUDI, "Budi"]);
    await page.fill("#tulis", "halo");
    await page.press("#tulis", "Enter");
    await page.waitForSelector(`${KELUAR} .centang:text("✓✓")`);
    await text("Ketik *agent* untuk berbicara dengan manusia");
    await page.waitForSelector(`${MASUK} strong:text-is("agent")`);
    await page.check("#toko");
    await page.fill("#tulis", "Saya bantu");
    await page.click("#kirim");
    await page.waitForSelector(`${MASUK} >> text=dari ponsel toko`);
    await page.uncheck("#toko");
    await page.setInputFiles("#berkas", { name: "struk.png", mimeType: "image/png", buffer: PIXEL });
    await page.waitForSelector(`${KELUAR} img[alt="Gambar: struk.png"]`);
    const [first] = phones.inbox(BUDI);
    await call("PUT", `/messages/${first?.id}`);
    await page.waitForSelector(`${KELUAR} .centang.dibaca`);
    await expect
      .poll(() => phones.inbox(BUDI).map((message) => `${message.type} ${message.status}`))
      .toEqual(["text read", "text read", "text read", "image delivered"]);
    const isWide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    expect([isWide, complaints]).toEqual([false, []]);
  });

  test("shows what people write as text, and remembers who writes", async () => {
    const { complaints, page, phones } = await open(390, "?nomor=62811111111&nama=Ani");
    const nasty = `<img src=x onerror="document.title='kena'"><script>document.title='kena'</script>`;
    phones.sendMedia("62811111111", "document", PIXEL, {
      mimeType: "text/html",
      fileName: nasty,
      caption: nasty,
    });
    await page.waitForSelector(`${KELUAR} a.dokumen`);
    expect(await page.textContent(`${KELUAR} p`)).toBe(nasty);
    expect(await page.textContent(`${KELUAR} a`)).toBe(nasty);
    await page.fill("#nama", nasty);
    await page.press("#nama", "Enter");
    await page.reload();
    await page.waitForSelector(KELUAR);
    expect([await page.inputValue("#nomor"), await page.inputValue("#nama")]).toEqual([
      "62811111111",
      nasty.slice(0, 60),
    ]);
    expect([await page.title(), complaints]).toEqual(["Ponsel pelanggan", []]);
  });

  test("says when it has lost the stand-in, keeps what was written, and goes on", async () => {
    const { page, phones, whapi } = await open(390);
    await page.waitForSelector("#keadaan >> text=+62");
    whapi.faults.next({ kind: "answer", status: 503 }, 1, ({ url }) => url.endsWith("tulis"));
    await page.fill("#tulis", "halo");
    await page.press("#tulis", "Enter");
    await page.waitForSelector("#galat >> text=503");
    expect(await page.inputValue("#tulis")).toBe("halo");
    await page.press("#tulis", "Enter");
    await page.waitForSelector(KELUAR);
    expect(phones.inbox(BUDI)).toHaveLength(1);
    await page.fill("#nomor", "0812345678");
    await page.press("#nomor", "Enter");
    await page.waitForSelector("#galat >> text=kode negara");
  });
});
