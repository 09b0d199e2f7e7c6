import { existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM } from "../chromium.ts";
import { until } from "../harness.ts";
import { freePort, killGroup, scratchDirectory, startDev, type DevServer } from "../smoke/processes.ts";

// The pages as people meet them: `npm run dev`, its stylesheet, and a real browser without JavaScript.

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SCREENSHOTS = join(import.meta.dirname, "../../node_modules/.cache/satu-pintu/layar");
const PONSEL = { width: 390, height: 844 };
const MEJA = { width: 1280, height: 800 };

describe.skipIf(!existsSync(CHROMIUM))("in Chromium", () => {
  const directory = scratchDirectory();
  const contexts: BrowserContext[] = [];
  /** What the browser complains about, e.g. that our policy refuses something of ours. */
  const complaints: string[] = [];
  let server: DevServer;
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = startDev({ PORT: await freePort(), DATA_DIR: directory.path });
    const ended = server.ended.then((code) => {
      throw new Error(`ended with ${code}: ${server.output()}`);
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    await Promise.race([until(() => server.output().includes(`siap: ${server.url}`), 60_000), ended]);
  }, 90_000);
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    expectNoComplaints();
  });
  afterAll(async () => {
    await browser.close();
    killGroup(server.process.pid ?? 0, "SIGKILL");
    await server.ended.catch(() => {});
    directory.remove();
  });

  function expectNoComplaints(): void {
    expect(complaints.splice(0)).toEqual([]);
  }

  /** A browser of its own; without JavaScript unless a check of ours needs it. */
  async function open(path: string, options: { viewport?: typeof PONSEL; javaScript?: boolean } = {}) {
    const { viewport = PONSEL, javaScript = false } = options;
    const context = await browser.newContext({
      viewport,
      javaScriptEnabled: javaScript,
      bypassCSP: javaScript,
      baseURL: server.url,
      locale: "id-ID",
    });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("console", (message) => {
      // A refused form is an error in the console, and meant.
      if (message.type() === "error" && !/status of 4\d\d/.test(message.text()))
        complaints.push(message.text());
    });
    await page.goto(path);
    return page;
  }

  /** Presses a button, and waits until the page that follows is there with its stylesheet. */
  async function press(page: Page, name: string): Promise<void> {
    const loaded = page.waitForEvent("load");
    await page.getByRole("button", { name, exact: true }).click();
    await loaded;
  }

  const unique = () => Math.random().toString(36).slice(2);

  async function register(page: Page, name = "Siti Aminah"): Promise<{ email: string; password: string }> {
    const person = { email: `${unique()}@example.com`, password: `sandi ${unique()}` };
    await page.goto("/register");
    await page.getByLabel("Nama").fill(name);
    await page.getByLabel("Email").fill(person.email);
    await page.getByLabel("Password").fill(person.password);
    await press(page, "Buat akun");
    return person;
  }

  async function logIn(page: Page, identifier: string, password: string): Promise<void> {
    await page.getByLabel("Username atau email").fill(identifier);
    await page.getByLabel("Password").fill(password);
    await press(page, "Masuk");
  }

  const path = (page: Page) => page.url().slice(server.url.length);
  const heading = (page: Page) => page.getByRole("heading", { level: 1 }).textContent();
  const shoot = (page: Page, name: string) =>
    page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });

  test.each([
    ["390", PONSEL],
    ["1280", MEJA],
  ])("register, see the name at home, log out, log in again, at %s px", async (width, viewport) => {
    const page = await open("/", { viewport });
    await shoot(page, `sambut-${width}`);
    const person = await register(page);
    expect(path(page)).toBe("/");
    expect(await heading(page)).toBe("Halo, Siti Aminah");
    expect(await page.locator("dl").innerText()).toContain(person.email);
    await shoot(page, `beranda-${width}`);

    await press(page, "Keluar");
    expect(path(page)).toBe("/login");
    await shoot(page, `masuk-${width}`);
    await page.goto("/home");
    expect(path(page)).toBe("/login?next=%2Fhome");

    await logIn(page, person.email.toUpperCase(), person.password);
    expect(path(page)).toBe("/home");
    expect(await heading(page)).toBe("Halo, Siti Aminah");
    const colour = await page.evaluate("getComputedStyle(document.querySelector('button')).backgroundColor");
    expect(colour, "the stylesheet is in use").toBe("rgb(11, 107, 79)");
    // Nothing is wider than the screen.
    expect(await page.locator("html").evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(
      viewport.width,
    );
  });

  test.each([
    ["390", PONSEL],
    ["1280", MEJA],
  ])("a wrong password is said at its field, at %s px", async (width, viewport) => {
    const page = await open("/register", { viewport });
    const { email } = await register(page);
    await press(page, "Keluar");
    await logIn(page, email, "bukan ini");
    const field = page.getByLabel("Password");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    const described = await field.getAttribute("aria-describedby");
    expect(await page.locator(`#${described}`).textContent()).toBe("Username/email atau password salah.");
    expect(await field.inputValue()).toBe("");
    expect(await page.getByLabel("Username atau email").inputValue()).toBe(email);
    expect(await page.title()).toMatch(/^Galat: /);
    await shoot(page, `masuk-salah-${width}`);
  });

  test("a taken e-mail address and a short password are said at their fields, and what was typed stays", async () => {
    const page = await open("/register");
    const { email } = await register(page);
    await press(page, "Keluar");
    await page.goto("/register");
    await page.getByLabel("Nama").fill('<b>Budi & "Ani"</b>');
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("rahasia");
    await press(page, "Buat akun");
    expect(await page.locator("#email-galat").textContent()).toBe("Email sudah terdaftar.");
    expect(await page.getByLabel("Nama").inputValue()).toBe('<b>Budi & "Ani"</b>');
    await shoot(page, "daftar-terpakai-390");
    // Past the browser's own check, as another client would.
    await page.getByLabel("Password").evaluate((input) => input.removeAttribute("minlength"));
    await page.getByLabel("Email").fill(`${unique()}@example.com`);
    await page.getByLabel("Password").fill("abc");
    await press(page, "Buat akun");
    expect(await page.locator("#password-galat").textContent()).toMatch(/6/);
    expect(await page.locator("#email-galat").count()).toBe(0);
  });

  test("a name is shown as text, whatever it holds", async () => {
    const page = await open("/register");
    await register(page, "<img src=x onerror=alert(1)>");
    expect(await heading(page)).toBe("Halo, <img src=x onerror=alert(1)>");
    expect(await page.locator("img").count()).toBe(0);
  });

  test("a form without its token, and one from another origin, change nothing", async () => {
    const page = await open("/login");
    await page
      .locator("input[name=_csrf]")
      .first()
      .evaluate((input) => input.setAttribute("value", "0".repeat(64)));
    await logIn(page, "admin", "password123");
    expect(await page.getByRole("alert").textContent()).toMatch(/Muat ulang halaman/);

    const victim = await open("/register");
    const { email } = await register(victim);
    // The same server under another name is another origin, with a form that logs the visitor out.
    const elsewhere = server.url.replace("127.0.0.1", "localhost");
    await victim.route(`${elsewhere}/jahat`, (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<form method="post" action="${server.url}/keluar"><button>menang</button></form>`,
      }),
    );
    await victim.goto(`${elsewhere}/jahat`);
    await press(victim, "menang");
    // SameSite keeps the cookie at home: to our server this was a guest, which must not cost the visitor its session.
    await victim.waitForURL(`${server.url}/`);
    expect(await victim.locator("dl").innerText()).toContain(email);
  });

  test.each([
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "/.//evil.example",
    "javascript:alert(1)",
  ])("next=%s leads home", async (next) => {
    const page = await open("/register");
    const { email, password } = await register(page);
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    expect(path(page), "while logged in").toBe("/");
    await press(page, "Keluar");
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    await logIn(page, email, password);
    expect(path(page)).toBe("/");
    expect(await heading(page)).toBe("Halo, Siti Aminah");
  });

  test("the keyboard alone is enough", async () => {
    const page = await open("/register");
    const { email, password } = await register(page);
    await press(page, "Keluar");
    await page.goto("/login");
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toBe("Langsung ke isi");
    for (let presses = 0; presses < 2; presses++) await page.keyboard.press("Tab");
    await page.keyboard.type(email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${server.url}/`);
    expect(await heading(page)).toBe("Halo, Siti Aminah");
  });

  test.each(["light", "dark"] as const)(
    "axe finds nothing on any page in a %s scheme",
    async (colorScheme) => {
      const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
      const page = await open("/", { javaScript: true });
      await page.emulateMedia({ colorScheme });
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
      for (const url of ["/", "/login", "/register"]) {
        await page.goto(url);
        expect(await violations(), url).toEqual([]);
      }
      await page.goto("/login");
      await logIn(page, "tidak-ada", "salah");
      expect(await violations(), "login with an error").toEqual([]);
      await shoot(page, `masuk-salah-${colorScheme}`);
      await register(page);
      expect(await violations(), "home").toEqual([]);
    },
  );
});
