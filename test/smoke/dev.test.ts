import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { cleanPhoto, photo } from "../amancair/orang.ts";
import { until } from "../harness.ts";
import {
  freePort,
  killGroup,
  livingInGroup,
  scratchDirectory,
  startDev,
  type DevServer,
} from "./processes.ts";

// The real thing: npm, workerd and the local cloud as separate processes. Process groups are read from /proc.
const started: DevServer[] = [];
const directories: { remove(): void }[] = [];

afterEach(async () => {
  for (const server of started.splice(0)) {
    killGroup(server.process.pid ?? 0, "SIGKILL");
    await server.ended;
  }
  for (const directory of directories.splice(0)) directory.remove();
});

async function start(options: { DATA_DIR?: string } = {}): Promise<DevServer & { dataDir: string }> {
  let dataDir = options.DATA_DIR;
  if (!dataDir) {
    const directory = scratchDirectory();
    directories.push(directory);
    dataDir = directory.path;
  }
  const server = startDev({ PORT: await freePort(), DATA_DIR: dataDir });
  started.push(server);
  return { ...server, dataDir };
}

/** Waits for the line `siap`; says what was printed instead if the server ends. */
async function ready(server: DevServer): Promise<void> {
  const ended = server.ended.then((code) => {
    throw new Error(`ended with ${code}: ${server.output()}`);
  });
  await Promise.race([until(() => server.output().includes(`siap: ${server.url}`), 60_000), ended]);
}

async function call(
  server: DevServer,
  path: string,
  options: { key?: string; body?: object } = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(server.url + path, {
    method: options.body ? "POST" : "GET",
    headers: {
      ...(options.key && { "x-api-key": options.key }),
      ...(options.body && { "content-type": "application/json" }),
    },
    ...(options.body && { body: JSON.stringify(options.body) }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function register(server: DevServer, saldo?: number): Promise<string> {
  const body = {
    nama: "Budi Santoso",
    email: `budi${Math.random()}@mail.com`,
    ...(saldo !== undefined && { saldo }),
  };
  return String((await call(server, "/register", { body }))["api_key"]);
}

/** From the biller's own book on disk: how many attempts were executed how often. */
function executionsPerAttempt(dataDir: string): Map<number, number> {
  const executions = new Map<string, number>();
  for (const line of readFileSync(join(dataDir, "digiflazz.jsonl"), "utf8").trim().split("\n")) {
    const entry = JSON.parse(line) as { line: string; order?: { refId: string } };
    if (entry.line !== "started" || !entry.order) continue;
    executions.set(entry.order.refId, (executions.get(entry.order.refId) ?? 0) + 1);
  }
  const attempts = new Map<number, number>();
  for (const times of executions.values()) attempts.set(times, (attempts.get(times) ?? 0) + 1);
  return attempts;
}

const purchase = { produk_id: 1, nomor_tujuan: "08123456789", nominal: 10_000 };

test(
  "two copies side by side; each serves the printed walk in workerd, its documents and its assets; SIGTERM leaves no child",
  { timeout: 120_000 },
  async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await Promise.all([ready(one), ready(two)]);
    for (const server of [one, two]) {
      const demo = spawnSync("npm", ["run", "demo"], {
        env: { ...process.env, ORIGIN: server.url },
        encoding: "utf8",
        cwd: join(import.meta.dirname, "../.."),
      });
      expect(demo.status, demo.stdout + demo.stderr).toBe(0);
      expect(demo.stdout).toContain('"status":"sukses"');
    }
    expect(await call(one, "/db-connect")).toEqual({ database: "postgresql", status: "connected" });
    expect(await call(one, "/openapi.json")).toMatchObject({ openapi: "3.1.0" });
    // Five stand-ins, each at a port of its own; that of WhatsApp has a page with telephones.
    const standIns = [
      ...one.output().matchAll(/(Neon|Redis|QStash|Digiflazz|Whapi) (http:\/\/127\.0\.0\.1:\d+)/g),
    ];
    expect(standIns.map(([, name]) => name)).toEqual(["Neon", "Redis", "QStash", "Digiflazz", "Whapi"]);
    expect(new Set(standIns.map(([, , url]) => url)).size).toBe(5);
    const whapi = standIns.at(-1)?.[2] ?? "";
    expect(one.output()).toContain(`ponsel        ${whapi}`);
    const phones = await fetch(whapi);
    expect([phones.status, phones.headers.get("content-type")]).toEqual([
      200,
      expect.stringContaining("text/html"),
    ]);
    const pages = { "/docs": "swagger-ui-bundle.js", "/redoc": "redoc.standalone.js" };
    for (const [path, asset] of Object.entries(pages)) {
      const page = await fetch(one.url + path);
      expect(page.headers.get("content-type")).toContain("text/html");
      expect(await page.text()).toContain(asset);
      expect((await fetch(`${one.url}/aset/${asset}`)).status).toBe(200);
    }
    for (const server of [one, two]) {
      const group = server.process.pid ?? 0;
      expect(livingInGroup(group).length).toBeGreaterThan(2);
      // To npm alone, as a supervisor would send it.
      process.kill(group, "SIGTERM");
      await server.ended;
      await until(() => livingInGroup(group).length === 0);
    }
  },
);

test(
  "what cannot start says why in one line without a stack, exits 1 and leaves no child",
  { timeout: 120_000 },
  async () => {
    const first = await start();
    await ready(first);
    const port = Number(new URL(first.url).port);
    const other = scratchDirectory();
    directories.push(other);
    const link = join(other.path, "tautan");
    symlinkSync(first.dataDir, link);
    const broken = join(other.path, "rusak");
    mkdirSync(join(broken, "postgres"), { recursive: true });
    writeFileSync(join(broken, "postgres/PG_VERSION"), "bukan database");
    const fresh = { DATA_DIR: join(other.path, "baru"), PORT: await freePort() };
    const starts: [Parameters<typeof startDev>[0], RegExp][] = [
      [{ ...fresh, PORT: port }, /port \d+ sedang dipakai/],
      [{ ...fresh, PORT_BASE: port }, /port \d+ sedang dipakai/],
      [{ ...fresh, DATA_DIR: first.dataDir }, /sedang dipakai oleh npm run dev yang lain/],
      [{ ...fresh, DATA_DIR: link }, /sedang dipakai oleh npm run dev yang lain/],
      [{ ...fresh, DATA_DIR: "/dev/null/x" }, /DATA_DIR .* tidak dapat dipakai/],
      [{ ...fresh, DATA_DIR: broken }, /database di .* tidak dapat dibuka/],
      [{ ...fresh, DATABASE_URL: "postgres://127.0.0.1:1/x" }, /DATABASE_URL tidak dapat dibuka/],
    ];
    for (const [env, message] of starts) {
      const server = startDev(env);
      started.push(server);
      expect(await server.ended, server.output()).toBe(1);
      expect(server.output()).toMatch(message);
      expect(server.output()).not.toMatch(/\n\s+at /);
      expect(livingInGroup(server.process.pid ?? 0)).toEqual([]);
    }
  },
);

test(
  "killed with SIGKILL in the middle of 200 purchases and started again: all end, each executed once and paid once",
  { timeout: 240_000 },
  async () => {
    const first = await start();
    await ready(first);
    const key = await register(first, 12_000 * 200);
    const accepted = new Set<number>();
    let answered = 0;
    const buying = Promise.allSettled(
      Array.from({ length: 200 }, async (_, n) => {
        const bought = await call(first, "/beli", { key, body: { ...purchase, ref_id: `pesanan-${n}` } });
        accepted.add(Number(bought["id"]));
        answered += 1;
      }),
    );
    await until(() => answered >= 100);
    killGroup(first.process.pid ?? 0, "SIGKILL");
    await first.ended;
    await buying;

    const second = await start({ DATA_DIR: first.dataDir });
    await ready(second);
    // An honest client repeats what it had no answer for.
    for (let n = 0; n < 200; n++) {
      const bought = await call(second, "/beli", { key, body: { ...purchase, ref_id: `pesanan-${n}` } });
      accepted.add(Number(bought["id"]));
    }
    expect(accepted.size).toBe(200);
    const riwayat = async () => {
      const rows: { id: number; status: string }[] = [];
      for (let page = "/riwayat"; ;) {
        const next = (await call(second, page, { key })) as unknown as { id: number; status: string }[];
        rows.push(...next);
        if (next.length < 100) return rows;
        page = `/riwayat?before=${next.at(-1)?.id}`;
      }
    };
    await until(
      async () => (await riwayat()).every(({ status }) => status === "sukses" || status === "gagal"),
      180_000,
      500,
    );
    const rows = await riwayat();
    expect(rows.length).toBe(200);
    expect(rows.filter(({ status }) => status === "sukses").length).toBe(200);
    // The saldo was for exactly 200: one more purchase is refused, so none was paid twice or refunded.
    const more = await fetch(`${second.url}/beli`, {
      method: "POST",
      headers: { "x-api-key": key, "content-type": "application/json" },
      body: JSON.stringify(purchase),
    });
    expect(more.status).toBe(402);
    expect(executionsPerAttempt(first.dataDir)).toEqual(new Map([[1, 200]]));
  },
);

test(
  "a document is kept sealed in wrangler's own R2: uploaded as a form, read by its link, also after a restart",
  { timeout: 180_000 },
  async () => {
    const json = async (server: DevServer, path: string, body: object, token = "") => {
      const headers = {
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
      };
      const answer = await fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
      expect(answer.ok, await answer.clone().text()).toBe(true);
      return (await answer.json()) as Record<string, unknown>;
    };
    const mark = "PROFIL-WARNA-YANG-DITANAM";
    const [email, password] = ["budi@example.com", "password123"];
    const logIn = async (server: DevServer) =>
      String((await json(server, "/auth/login", { identifier: email, password }))["access_token"]);
    const download = async (server: DevServer, id: unknown) => {
      const { url } = await json(server, `/documents/${String(id)}/link`, {}, await logIn(server));
      const answer = await fetch(String(url));
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("image/jpeg");
      return Buffer.from(await answer.arrayBuffer());
    };

    const first = await start();
    await ready(first);
    await json(first, "/api/register", { name: "Budi Santoso", email, password });
    const token = await logIn(first);
    await json(first, "/users/", { name: "Budi Santoso", phone: "+628123456789" }, token);
    const form = new FormData();
    form.append("doc_type", "ktp");
    form.append("file", new File([new Uint8Array(photo(mark))], "ktp.jpg", { type: "image/jpeg" }));
    const headers = { authorization: `Bearer ${token}` };
    const uploaded = await fetch(`${first.url}/documents`, { method: "POST", headers, body: form });
    expect(uploaded.status, await uploaded.clone().text()).toBe(201);
    const { id, exif } = (await uploaded.json()) as { id: number; exif: object };
    expect(exif).toMatchObject({ gps: true });
    expect((await download(first, id)).equals(cleanPhoto(mark))).toBe(true);
    process.kill(first.process.pid ?? 0, "SIGTERM");
    await first.ended;
    await until(() => livingInGroup(first.process.pid ?? 0).length === 0);

    const stored = readdirSync(first.dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    expect(stored.some((bytes) => bytes.includes("ktp.jpg"))).toBe(true);
    expect(stored.some((bytes) => bytes.includes(mark))).toBe(false);

    const second = await start({ DATA_DIR: first.dataDir });
    await ready(second);
    expect((await download(second, id)).equals(cleanPhoto(mark))).toBe(true);
  },
);
