import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  allowedImports,
  askedFor,
  documentedFunctions,
  envReadOnce,
  MAX_FILE_LINES,
  MAX_FUNCTION_LINES,
  namesThatSaySomething,
  noCircles,
  onePathOnePlace,
  smallFiles,
  smallFunctions,
  sqlInItsPlace,
  thinHandlers,
  type Rule,
  type Source,
} from "./platform/house-rules.ts";

const root = join(import.meta.dirname, "..");

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name).replaceAll("\\", "/"))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

const src = sourcesIn("src");
const dev = sourcesIn("dev");

interface Habit {
  name: string;
  rule: Rule;
  /** Which files it holds for. */
  over: Source[];
  /** Each of them breaks the habit. */
  bad: Record<string, string>[];
  /** Looks like breaking it, and does not. */
  good: Record<string, string>;
}

const lines = (count: number) => "x();\n".repeat(count);

const HABITS: Habit[] = [
  {
    name: "one path, one place: in a routes.ts",
    rule: onePathOnePlace,
    over: src,
    bad: [
      { "src/ppob/a/a.ts": `const p = "/beli";` },
      { "src/app.ts": `app.get("/tambahan", x);` },
      { "src/ppob/a/routes.ts": `r({ path: "/beli" });`, "src/ppob/b/routes.ts": `r({ path: "/beli" });` },
      { "src/ppob/a/routes.ts": `r({ path: "/status/{id}" }); redirect("/status/{id}");` },
      { "src/ppob/a/a.ts": "const OTHER_PATH = `/queue/lain`;" },
      { "src/halaman/a.tsx": `const a = <a href="/login">x</a>;` },
      {
        "src/halaman/alamat.ts": `const A = { a: "/masuk" };`,
        "src/ppob/a/routes.ts": `r({ path: "/masuk" });`,
      },
      {
        "src/halaman/alamat.ts": `const A = { a: "/register" };`,
        "src/ppob/a/routes.ts": `r({ path: "/register" }); r({ path: "/register" });`,
      },
    ],
    good: {
      "src/app.ts": `app.route("/", x); import "./a.ts";`,
      "src/halaman/alamat.ts": `export const A = { daftar: "/register" };`,
      "src/ppob/mitra/routes.ts": `r({ path: "/register" });`,
      "src/ppob/a/routes.ts": `r({ path: "/beli" }); r({ path: QUEUE_PATH });`,
      "src/ppob/a/a.ts": `export const QUEUE_PATH = "/queue/a"; const re = /^\\/x/; const pointer = "#/nominal";`,
      "src/ppob/biller/b.ts": `call("/cek-saldo");`,
    },
  },
  {
    name: "thin handlers",
    rule: thinHandlers,
    over: src,
    bad: [
      { "src/ppob/a/routes.ts": `router.get(async () => { try { await x(); } catch {} });` },
      { "src/ppob/a/routes.ts": `router.get(() => new Response("{}", { status: 400 }));` },
    ],
    good: { "src/ppob/a/a.ts": `try { x(); } catch {}`, "src/ppob/a/routes.ts": `r(() => c.json(x, 200));` },
  },
  {
    name: "names that say something",
    rule: namesThatSaySomething,
    over: [...src, ...dev],
    bad: [
      "src/ppob/index.ts",
      "src/utils/text.ts",
      "src/ppob/a/helpers.ts",
      "dev/common/x.ts",
      "src/a/util.ts",
    ].map((path) => ({ [path]: "" })),
    good: { "src/ppob/mitra/mitra.ts": "", "src/platform/commonwealth.ts": "", "dev/reindex.ts": "" },
  },
  {
    name: "SQL in repo.ts, table.ts and the ledger",
    rule: sqlInItsPlace,
    over: src,
    bad: [
      { "src/ppob/a/a.ts": "const q = sql`select * from mitra`;" },
      { "src/ppob/a/a.ts": "const q = sql`UPDATE buku set saldo = 0`;" },
      { "src/ppob/a/a.ts": "const q = sql`select app.masuk_mitra(${x}) union select 1`;" },
      { "src/ppob/a/routes.ts": "await db.select().from(mitra);" },
      { "src/ppob/a/a.ts": "await deps.db.insert(mitra);" },
      { "src/ppob/a/jobs.ts": "await db.execute(q);" },
      { "src/ppob/a/a.ts": "await db\n  .update(buku)\n  .set({});" },
    ],
    good: {
      "src/ppob/a/repo.ts": "db.select().from(sql`select 1`);",
      "src/ppob/a/table.ts": "check(sql`x in (select 1)`);",
      "src/ppob/a/a.ts":
        "const e = sql`select app.masuk_mitra(${sha256Hex(k)})`; x(db, 1); list.select(); const { db } = deps;",
    },
  },
  {
    name: "time, randomness and the log are asked for",
    rule: askedFor,
    over: src,
    bad: [
      { "src/a.ts": "const t = Date.now();" },
      { "src/a.ts": "const t = new Date();" },
      { "src/a.ts": "const t = new Date;" },
      { "src/a.ts": "const r = Math.random();" },
      { "src/a.ts": "console.log(1);" },
      { "src/a.ts": `import { randomUUID } from "node:crypto";` },
      { "src/a.ts": "const t = performance.now();" },
      { "src/a.ts": "const id = crypto.randomUUID();" },
    ],
    good: {
      "src/a.ts": `// Date.now() is not asked\nconst t = new Date(row.waktu); clock.now(); const s = "console";`,
      "src/platform/clock.ts": "new Date()",
    },
  },
  {
    name: "the environment is read once",
    rule: envReadOnce,
    over: src,
    bad: [
      { "src/a.ts": `const url = process.env["X"];` },
      { "src/a.ts": `const url = process.env.X;` },
      { "src/a.ts": `const { X } = process.env;` },
      { "src/a.ts": `const x = import.meta.env.X;` },
      { "src/a.ts": `const x = c.env.X;` },
      { "src/a.ts": `const x = env["X"];` },
      { "src/a.ts": `import { env } from "cloudflare:workers";` },
    ],
    good: {
      "src/config.ts": `env["X"]`,
      "src/a.ts": "open(env); const environment = { x: 1 }; environment.x;",
    },
  },
  {
    name: `no file beyond ${MAX_FILE_LINES} lines, the map of the house below 80`,
    rule: smallFiles,
    over: [...src, ...dev],
    bad: [{ "dev/a.ts": lines(301) }, { "src/app.ts": lines(80) }],
    good: { "dev/a.ts": lines(300), "src/app.ts": lines(79) },
  },
  {
    name: `no function beyond ${MAX_FUNCTION_LINES} lines`,
    rule: smallFunctions,
    over: [...src, ...dev],
    bad: [
      { "src/a.ts": `function f() {\n${lines(70)}}` },
      { "src/a.ts": `const f = async () => {\n${lines(70)}};` },
      { "src/a.ts": `class A { m() {\n${lines(70)}} }` },
      { "src/a.ts": `function f() { function g() {\n${lines(70)}} }` },
      { "src/a.ts": `function f() {\n${lines(70)} g(() => 1); }` },
    ],
    good: { "src/a.ts": `function f() {\n${lines(60)} g(() => {\n${lines(60)}}); }`, "src/b.ts": lines(200) },
  },
  {
    name: "every exported function has a docstring",
    rule: documentedFunctions,
    over: src,
    bad: [
      { "src/a.ts": "export function f() {}" },
      { "src/a.ts": "// no docstring\nexport async function f() {}" },
      { "src/a.ts": "export const f = () => 1;" },
      { "src/ppob/a/routes.ts": "export function helper() {}" },
    ],
    good: {
      "src/a.ts":
        "/** Says. */\nexport function f() {}\nfunction g() {}\nexport const x = 1;\n/** Says. */\nexport const h = () => 1;",
      "src/ppob/a/routes.ts": "export function aRoutes() {}",
    },
  },
  {
    name: "imports go inwards, and through public faces",
    rule: allowedImports,
    over: src,
    bad: [
      { "src/platform/a.ts": `import { x } from "../ppob/mitra/mitra.ts";` },
      { "src/platform/http/a.ts": `import type { Config } from "../../config.ts";` },
      { "src/a.ts": `import { x } from "../dev/cloud.ts";` },
      { "src/ppob/a/a.ts": `import { x } from "../../../test/make.ts";` },
      { "src/ppob/a/a.ts": `import { x } from "../mitra/repo.ts";` },
      { "src/ppob/a/a.ts": `import type { x } from "../biller/digiflazz.ts";` },
      { "src/ppob/a/a.ts": `export { x } from "../mitra/schema.ts";` },
      { "src/ppob/a/a.ts": `const x = await import("../mitra/routes.ts");` },
      { "src/ppob/a/a.ts": `import { openDeps } from "../../deps.ts";` },
      { "src/ppob/routes.ts": `import { x } from "./mitra/repo.ts";` },
      { "src/ppob/a/routes.ts": `import { x } from "../b/routes.ts";` },
    ],
    good: {
      "src/ppob/a/a.ts": `import x from "../mitra/mitra.ts"; import "../mitra/table.ts"; import "./repo.ts"; import "../../platform/log.ts"; import "zod";`,
      "src/app.ts": `import "./ppob/mitra/routes.ts"; import "./platform/log.ts";`,
      "src/ppob/routes.ts": `import "./mitra/routes.ts";`,
      "dev/a.ts": `import "../src/config.ts"; import "../test/make.ts";`,
    },
  },
  {
    name: "no file imports itself in a circle",
    rule: noCircles,
    over: [...src, ...dev],
    bad: [
      { "src/a.ts": `import { b } from "./b.ts";`, "src/b.ts": `import { a } from "./a.ts";` },
      {
        "dev/a.ts": `import "./x/b.ts";`,
        "dev/x/b.ts": `export * from "./c.ts";`,
        "dev/x/c.ts": `import a, { type B } from "../a.ts";`,
      },
      { "src/a.ts": `import { a } from "./a.ts";` },
    ],
    good: {
      "src/a.ts": `import { b } from "./b.ts"; import "./c.ts";`,
      "src/b.ts": `import type { A } from "./a.ts"; import "./c.ts";`,
      "src/c.ts": `import { type A, type B } from "./a.ts";`,
    },
  },
];

const asSources = (files: Record<string, string>): Source[] =>
  Object.entries(files).map(([path, text]) => ({ path, text }));

test("there is a house to look at", () => {
  expect(src.length).toBeGreaterThan(30);
  expect(dev.length).toBeGreaterThan(10);
});

describe.each(HABITS)("$name", ({ rule, over, bad, good }) => {
  test("holds", () => {
    expect(rule(over)).toEqual([]);
  });

  test.each(bad.map((files) => ({ files, sample: JSON.stringify(files).slice(0, 90) })))(
    "finds $sample",
    ({ files }) => {
      expect(rule(asSources(files))).not.toEqual([]);
    },
  );

  test("lets pass what only looks like it", () => {
    expect(rule(asSources(good))).toEqual([]);
  });
});
