import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, makeMitra, purchase, type Mitra } from "../make.ts";
import { PAGES } from "../platform/document.ts";
import { buka, HTML, tamu, type Peramban } from "./peramban.ts";

// Who may open which page of the dashboard, and send which form.

const world = useWorld();

type Siapa = "tamu" | "nasabah" | "karyawan" | "admin";
const SIAPA: Siapa[] = ["tamu", "nasabah", "karyawan", "admin"];
const orang = {} as Record<Siapa, Peramban>;
let mitra: Mitra;
let id: number;

beforeAll(async () => {
  orang.tamu = tamu(world);
  orang.admin = await buka(world, await firstAdmin(world));
  for (const role of ["nasabah", "karyawan"] as const)
    orang[role] = await buka(world, await makeAkun(world, role));
  mitra = await makeMitra(world);
  id = await purchase(world, mitra);
  await world.idle();
});

const alamat = (pattern: string) => {
  const [, folder = ""] = /^\/dashboard\/(\w+)/.exec(pattern) ?? [];
  const satu = { transaksi: id, mitra: mitra.id, produk: 1, akun: 1 }[folder] ?? 1;
  return pattern.replace("{id}", String(satu));
};

const STAF = ["/dashboard/transaksi", "/dashboard/produk", "/dashboard/users"];
const halaman = [
  "/dashboard/transaksi",
  "/dashboard/transaksi/{id}",
  "/dashboard/transaksi/{id}/struk",
  "/dashboard/mitra",
  "/dashboard/mitra/{id}",
  "/dashboard/deposit",
  "/dashboard/mutasi-bank",
  "/dashboard/produk",
  "/dashboard/users",
  "/dashboard/akun",
  "/dashboard/audit",
  "/dashboard/audit/rantai",
];
const formulir = PAGES.filter((door) => door.startsWith("POST /dashboard")).map((door) => door.slice(5));

/** What a form of each address may hold. */
const ISIAN: Record<string, Record<string, string>> = {
  "/dashboard/transaksi/{id}/putusan": { hasil: "gagal", alasan: "tidak ada di biller", yakin: "ya" },
  "/dashboard/mitra/{id}/saldo": {
    jumlah: "1000",
    keterangan: "Transfer",
    kunci: "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11",
  },
  "/dashboard/mitra/{id}/aktif": { aktif: "ya" },
  "/dashboard/mitra/{id}/aturan": { tier: "emas", wajib_tanda_tangan: "tidak", alamat_ip: "" },
  "/dashboard/deposit/{id}": { keterangan: "Mutasi BCA", mutasi_bank_id: "" },
  "/dashboard/produk/{id}": { harga: "12000", aktif: "ya" },
  "/dashboard/akun/{id}": { peran: "admin", aktif: "ya" },
  "/dashboard/akun/petugas": {
    nama: "Rina",
    email: "rina@example.com",
    username: "rina.baru",
    password: "sandi-rina",
    peran: "karyawan",
  },
  "/dashboard/bot/naskah": { menu: "a", info: "b", help: "c", agent_notice: "d", pause_notice: "e" },
  "/dashboard/bot/balasan": { shortcut: "buka", text: "Setiap hari" },
  "/dashboard/bot/balasan/{id}": { aksi: "simpan", shortcut: "buka", text: "Setiap hari" },
};

test("every form of these pages is known here", () => {
  expect(formulir.filter((pattern) => !pattern.includes("/chat")).toSorted()).toEqual(
    Object.keys(ISIAN).toSorted(),
  );
});

describe.each(SIAPA)("%s", (siapa) => {
  test.each(halaman)("opens %s or not, in one roundtrip", async (pattern) => {
    const path = alamat(pattern);
    const mayOpen = siapa === "admin" || (siapa === "karyawan" && STAF.some((awal) => path.startsWith(awal)));
    await world.idle();
    world.cloud.neon.requests = 0;
    const response = await orang[siapa].get(path);
    expect(response.status).toBe(siapa === "tamu" ? 303 : mayOpen ? 200 : 403);
    expect(world.cloud.neon.requests).toBe(siapa === "tamu" ? 0 : 1);
    const login = `/login?next=${encodeURIComponent(path)}`;
    expect(response.headers.get("location")).toBe(siapa === "tamu" ? login : null);
    expect((await response.text()).includes("Peran Anda tidak boleh")).toBe(response.status === 403);
  });
});

describe.each(SIAPA.filter((siapa) => siapa !== "admin"))("%s", (siapa) => {
  test.each(Object.keys(ISIAN))("may not send %s", async (pattern) => {
    const path = alamat(pattern);
    const response = await orang[siapa].post(path, ISIAN[pattern] ?? {});
    expect(response.status).toBe(siapa === "tamu" ? 303 : 403);
    const back = `/login?next=${encodeURIComponent(path.replace(/\/[^/]+$/, ""))}`;
    expect(response.headers.get("location")).toBe(siapa === "tamu" ? back : null);
  });
});

describe("a form", () => {
  const before = async () =>
    await world.cloud.neon.asOwner(
      "select (select count(*) from jurnal) as jurnal, (select count(*) from audit) as audit",
    );

  test.each(
    Object.keys(ISIAN).flatMap((pattern) => [
      { pattern, what: "no token", fields: { _csrf: "" }, headers: {} },
      { pattern, what: "a wrong token", fields: { _csrf: "0".repeat(64) }, headers: {} },
      { pattern, what: "a foreign origin", fields: {}, headers: { origin: "https://jahat.example" } },
      { pattern, what: "an opaque origin", fields: {}, headers: { origin: "null" } },
    ]),
  )(
    "at $pattern with $what changes nothing, and is not shown again",
    async ({ pattern, fields, headers }) => {
      const rows = await before();
      const path = alamat(pattern);
      const response = await orang.admin.post(path, { ...ISIAN[pattern], ...fields }, headers);
      expect(response.status).toBe(403);
      const page = await response.text();
      expect(page).toContain("Muat ulang halaman");
      expect(page).not.toContain(`action="${path}"`);
      expect(await before()).toEqual(rows);
    },
  );

  test("with somebody else's token is refused", async () => {
    const { csrf } = orang.karyawan;
    const response = await orang.admin.post(`/dashboard/mitra/${mitra.id}/aktif`, {
      _csrf: csrf,
      aktif: "ya",
    });
    expect(response.status).toBe(403);
  });

  test.each(Object.keys(ISIAN))(
    "at %s, when somebody opens its address, leads to its page",
    async (pattern) => {
      const path = alamat(pattern);
      const response = await orang.admin.get(path);
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toBe(path.replace(/\/[^/]+$/, ""));
    },
  );

  test.each<[string, number, string, Record<string, string>]>([
    ["JSON", 415, "{}", { "content-type": "application/json" }],
    ["NUL", 400, "aktif=%00", {}],
    ["a field twice", 400, "aktif=ya&aktif=ya", {}],
    ["an unknown field", 422, "aktif=ya&peran=admin", {}],
    ["too much", 413, `aktif=${"a".repeat(70_000)}`, {}],
  ])("with %s is a page of %i", async (_what, status, body, headers) => {
    const response = await world.request(`/dashboard/mitra/${mitra.id}/aktif`, {
      method: "POST",
      headers: {
        ...HTML,
        cookie: orang.admin.cookie,
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      },
      body,
    });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("text/html");
  });
});

describe("every page", () => {
  test("is locked up tight: our own script and styles, nothing evaluated, nothing stored", async () => {
    const response = await orang.admin.get("/dashboard/transaksi");
    expect(response.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("referrer-policy")).toBe("same-origin");
    const page = await response.text();
    expect(page).toContain(
      `<meta name="htmx-config" content="{&quot;includeIndicatorStyles&quot;:false,&quot;allowEval&quot;:false,&quot;selfRequestsOnly&quot;:true}"/>`,
    );
    expect(page).toContain('hx-history="false"');
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script src="/aset/htmx.min.js" defer="">']);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/);
  });

  test("shows each only the parts it may enter", async () => {
    const menu = (page: string) =>
      [...page.matchAll(/<a href="(\/dashboard\/\w+)"[^>]*>(?=\w+<\/a>)/g)].map(([, path]) => path);
    const forAdmins = ["/dashboard/mitra", "/dashboard/deposit", "/dashboard/akun", "/dashboard/audit"];
    const [theirs, ours] = [
      await orang.karyawan.page("/dashboard/users"),
      await orang.admin.page("/dashboard/users"),
    ];
    expect(menu(theirs)).toEqual(expect.arrayContaining(STAF));
    expect(menu(ours)).toEqual(expect.arrayContaining([...STAF, ...forAdmins]));
    expect(menu(theirs).filter((path) => forAdmins.includes(path ?? ""))).toEqual([]);
  });

  test("sends whoever logged out to the login, and takes the dead cookie away", async () => {
    const person = await makeAkun(world, "karyawan");
    const browser = await buka(world, person);
    await world.request("/auth/logout-all", { method: "POST", headers: person.headers });
    const response = await browser.get("/dashboard/transaksi?status=gagal");
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/login?next=%2Fdashboard%2Ftransaksi%3Fstatus%3Dgagal");
    expect(response.headers.getSetCookie()[0]).toMatch(/^sesi=; Max-Age=0/);
    // A part of a page that asks for itself takes the whole page along.
    const partly = await browser.get("/dashboard/transaksi", { "hx-request": "true" });
    expect(partly.status).toBe(401);
    expect(partly.headers.get("hx-redirect")).toBe("/login?next=%2Fdashboard%2Ftransaksi");
  });

  test("answers programs with problem documents", async () => {
    const response = await world.request("/dashboard/audit", { headers: { cookie: orang.karyawan.cookie } });
    expect(response.status).toBe(403);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  test("says when the database is away", async () => {
    world.cloud.neon.faults.always({ kind: "refuse" });
    const response = await orang.admin.get("/dashboard/transaksi");
    expect(response.status).toBe(503);
    expect(await response.text()).toContain(response.headers.get("x-request-id") ?? "-");
  });
});

describe("what is no page", () => {
  const nowhere = ["/dashboard/tidak-ada", "/dashboard/mitra/1/lain", "/dashboard/akun/1/2/3"];

  test.each(nowhere)("%s is a page that says so for staff, and leads guests to the login", async (path) => {
    for (const siapa of ["admin", "karyawan"] as const) {
      const response = await orang[siapa].get(path);
      expect(response.status).toBe(404);
      expect(response.headers.get("content-type")).toContain("text/html");
      const page = await response.text();
      expect(page).toContain("Alamat tidak ditemukan.");
      expect(page).toContain('aria-label="Dasbor"');
      expect(page).toContain('href="/dashboard"');
    }
    const guest = await orang.tamu.get(path);
    expect(guest.status).toBe(303);
    expect(guest.headers.get("location")).toBe(`/login?next=${encodeURIComponent(path)}`);
  });

  test.each(nowhere)(
    "%s is a problem document for programs, and for what sends something there",
    async (path) => {
      const { cookie } = orang.admin;
      for (const request of [{}, { method: "POST", headers: HTML }, { method: "DELETE" }]) {
        const response = await world.request(path, { ...request, headers: { ...request.headers, cookie } });
        expect(response.status).toBe(404);
        expect(response.headers.get("content-type")).toBe("application/problem+json");
      }
    },
  );

  test("leaves methods that a page does not know what they are", async () => {
    const response = await world.request("/dashboard/mitra", { method: "PUT", headers: HTML });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });
});

describe("the way in", () => {
  test("/dashboard leads to the first page, and staff finds it at home", async () => {
    const response = await orang.admin.get("/dashboard");
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toMatch(/^\/dashboard\/\w+$/);
    expect(await orang.karyawan.page("/home")).toContain('href="/dashboard"');
    expect(await orang.nasabah.page("/home")).not.toContain('href="/dashboard"');
  });
});

describe("a bad query", () => {
  test.each([
    "/dashboard/transaksi?id=x",
    "/dashboard/transaksi?id=99999999999999999999",
    "/dashboard/transaksi?mitra=-1",
    "/dashboard/transaksi?produk=2147483648",
    "/dashboard/transaksi?status=lain",
    "/dashboard/transaksi?dari=2026-02-30",
    "/dashboard/transaksi?sampai=0000-00-00",
    "/dashboard/transaksi?dari=99999-01-01",
    "/dashboard/transaksi?sebelum=0",
    "/dashboard/transaksi?lain=1",
    "/dashboard/transaksi?status=gagal&status=sukses",
    "/dashboard/transaksi/0",
    "/dashboard/transaksi/x/struk",
    "/dashboard/transaksi/1?kabar=lain",
    "/dashboard/mitra?aktif=mungkin",
    `/dashboard/mitra?cari=${"a".repeat(101)}`,
    "/dashboard/mitra/99999999999999999",
    "/dashboard/produk?sesudah=x",
    "/dashboard/produk?tersedia=mungkin",
    "/dashboard/users?halaman=0",
    "/dashboard/users?halaman=21474837",
    "/dashboard/users?kind=lain",
    "/dashboard/akun?peran=tamu",
    "/dashboard/audit?pelaku=%3Cb%3E",
    "/dashboard/audit?aksi=a",
    "/dashboard/audit?tabel=A",
    "/dashboard/audit/rantai?mulai=0",
  ])("%s is a page of its own with what is wrong", async (path) => {
    const response = await orang.admin.get(path);
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toContain("text/html");
  });

  test.each([
    "/dashboard/transaksi?id=&mitra=&produk=&nomor=&status=&dari=&sampai=",
    "/dashboard/transaksi?nomor=%20%20",
    "/dashboard/transaksi?nomor=%25_%27%22%5C",
    "/dashboard/transaksi?dari=2200-01-01&sampai=1900-01-01",
    "/dashboard/transaksi?id=9007199254740991",
    "/dashboard/mitra?cari=%25_%5C&aktif=",
    "/dashboard/produk?cari=%F0%9F%92%A1",
    "/dashboard/produk?cari=&aktif=&tersedia=",
    "/dashboard/deposit?status=&mitra=&total=&mutasi=&sebelum=",
    "/dashboard/deposit?total=9007199254740991&mitra=9007199254740991",
    "/dashboard/mutasi-bank?sebelum=",
    "/dashboard/mutasi-bank?sebelum=tidak-ada",
    "/dashboard/users?halaman=21474836&q=&kind=",
    "/dashboard/audit?aksi=&pelaku=&tabel=&sasaran=&nasabah=&dari=&sampai=",
    "/dashboard/audit/rantai?mulai=9007199254740991",
  ])("%s is none", async (path) => {
    expect((await orang.admin.get(path)).status).toBe(200);
  });

  test.each(["%00", "%ff", "%"])("nomor=%s is refused before any page", async (nomor) => {
    expect((await orang.admin.get(`/dashboard/transaksi?nomor=${nomor}`)).status).toBe(400);
  });

  test.each(["/dashboard/transaksi/999999", "/dashboard/transaksi/999999/struk", "/dashboard/mitra/999999"])(
    "%s is not there",
    async (path) => {
      expect((await orang.admin.get(path)).status).toBe(404);
    },
  );
});
