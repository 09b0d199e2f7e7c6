import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { sapuTandaTangan } from "../../src/ppob/mitra/mitra.ts";
import { refusalOf } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeMitra, postJson, type Mitra } from "../make.ts";

const clock = new ManualClock(Date.parse("2026-11-20T03:00:00Z"));
const world = useWorld({ clock });

interface Signed {
  method?: string;
  path: string;
  body?: string;
  /** Milliseconds from now. */
  late?: number;
  key?: string;
}

/** Headers of a signed request, made as the documentation says and not with code of ours. */
function signed(mitra: Mitra, { method = "GET", path, body = "", late = 0, key }: Signed) {
  const timestamp = String(clock.now() + late);
  const text = `${timestamp}.${method}.${path}.${body}`;
  const signature = createHmac("sha256", key ?? mitra.privateKey)
    .update(text)
    .digest("hex");
  return { ...mitra.headers, "x-timestamp": timestamp, "x-signature": signature };
}

const buying = (ref: string) =>
  JSON.stringify({ produk_id: 1, nomor_tujuan: "08123456789", nominal: 10_000, ref_id: ref });

test("a signed purchase and a signed question with a query are taken", async () => {
  const mitra = await makeMitra(world);
  const body = buying("satu");
  const headers = signed(mitra, { method: "POST", path: "/beli", body });
  expect((await world.request("/beli", { method: "POST", headers, body })).status).toBe(200);
  const path = "/riwayat?limit=5";
  expect((await world.request(path, { headers: signed(mitra, { path }) })).status).toBe(200);
});

test.each([
  ["another body", { body: buying("dua") }],
  ["another method", { method: "PUT" }],
  ["another path", { path: "/beli?x=1" }],
  ["another key", { key: "0".repeat(64) }],
])("a signature over %s is refused and buys nothing", async (_, wrong) => {
  const mitra = await makeMitra(world);
  const body = buying("satu");
  const headers = signed(mitra, { method: "POST", path: "/beli", body, ...wrong });
  expect(await refusalOf(await world.request("/beli", { method: "POST", headers, body }))).toBe(
    "401 tanda-tangan-tidak-cocok",
  );
  expect(await world.cloud.neon.asOwner("select id from transaksi where mitra_id = $1", [mitra.id])).toEqual(
    [],
  );
});

test.each([
  ["five minutes early", 300_000, "200"],
  ["five minutes late", -300_000, "200"],
  ["more than five minutes early", 300_001, "401 tanda-tangan-basi"],
  ["more than five minutes late", -300_001, "401 tanda-tangan-basi"],
])("a time stamp %s", async (_, late, answer) => {
  const mitra = await makeMitra(world);
  const headers = signed(mitra, { path: "/saldo", late });
  expect(await refusalOf(await world.request("/saldo", { headers }))).toBe(answer);
});

test.each([
  ["no time stamp", { "x-timestamp": undefined }, "401 tanda-tangan-basi"],
  ["a time stamp that is none", { "x-timestamp": "sekarang" }, "401 tanda-tangan-basi"],
  ["no signature", { "x-signature": undefined }, "401 tanda-tangan-tidak-cocok"],
  ["a signature that is none", { "x-signature": "zz" }, "401 tanda-tangan-tidak-cocok"],
])("half a signature, %s, is refused", async (_, broken, answer) => {
  const mitra = await makeMitra(world);
  const headers: Record<string, string | undefined> = { ...signed(mitra, { path: "/saldo" }), ...broken };
  const sent = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  expect(await refusalOf(await world.request("/saldo", { headers: sent }))).toBe(answer);
});

test("a signature opens one request: again, and five times at once, it is refused", async () => {
  const mitra = await makeMitra(world);
  const body = buying("sekali");
  const headers = signed(mitra, { method: "POST", path: "/beli", body });
  const answers = await Promise.all(
    Array.from(
      { length: 5 },
      async () => await refusalOf(await world.request("/beli", { method: "POST", headers, body })),
    ),
  );
  expect(answers.toSorted()).toEqual(["200", ...Array<string>(4).fill("401 tanda-tangan-terpakai")]);
  expect(await refusalOf(await world.request("/beli", { method: "POST", headers, body }))).toBe(
    "401 tanda-tangan-terpakai",
  );
});

test("a signature of a request that was refused is used up too", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  const body = buying("kurang");
  const headers = signed(mitra, { method: "POST", path: "/beli", body });
  const send = async () => await refusalOf(await world.request("/beli", { method: "POST", headers, body }));
  expect(await send()).toBe("402 saldo-tidak-cukup");
  expect(await send()).toBe("401 tanda-tangan-terpakai");
});

test("once mandatory, nothing goes without it, and only a signed request takes it back", async () => {
  const mitra = await makeMitra(world);
  const path = "/mitra/saya";
  const set = async (wajib: boolean, sign: boolean) => {
    const body = JSON.stringify({ wajib_tanda_tangan: wajib });
    const headers = sign ? signed(mitra, { method: "PATCH", path, body }) : mitra.headers;
    return await world.request(path, { method: "PATCH", headers, body });
  };
  expect(await (await set(true, false)).json()).toMatchObject({ wajib_tanda_tangan: true });
  for (const at of ["/saldo", "/produk", "/riwayat", path]) {
    expect(await refusalOf(await world.request(at, { headers: mitra.headers }))).toBe(
      "401 tanda-tangan-wajib",
    );
  }
  expect(await refusalOf(await set(false, false))).toBe("401 tanda-tangan-wajib");
  expect((await world.request("/saldo", { headers: signed(mitra, { path: "/saldo" }) })).status).toBe(200);
  clock.advance(1);
  expect((await set(false, true)).status).toBe(200);
  expect((await world.request("/saldo", { headers: mitra.headers })).status).toBe(200);
});

test("an admin can make it mandatory, and rotation changes the key that signs", async () => {
  const mitra = await makeMitra(world);
  const { headers } = await firstAdmin(world);
  const atur = await postJson(world, `/mitra/${mitra.id}`, { wajib_tanda_tangan: true }, headers, "PATCH");
  expect(await atur.json()).toMatchObject({ id: mitra.id, wajib_tanda_tangan: true, aktif: true });
  const rotate = signed(mitra, { method: "POST", path: "/generate-key" });
  const rotated = await world.request("/generate-key", { method: "POST", headers: rotate });
  const keys = (await rotated.json()) as { api_key: string; private_key: string };
  const fresh = { ...mitra, headers: { ...mitra.headers, "x-api-key": keys.api_key } };
  clock.advance(1);
  const withOld = signed(fresh, { path: "/saldo" });
  expect(await refusalOf(await world.request("/saldo", { headers: withOld }))).toBe(
    "401 tanda-tangan-tidak-cocok",
  );
  const withNew = signed(fresh, { path: "/saldo", key: keys.private_key });
  expect((await world.request("/saldo", { headers: withNew })).status).toBe(200);
});

test("addresses: only those of the list may use the key, and nobody shuts itself out", async () => {
  const mitra = await makeMitra(world);
  const from = async (address: string, path = "/mitra/saya") =>
    await refusalOf(
      await world.request(path, { headers: { ...mitra.headers, "cf-connecting-ip": address } }),
    );
  const set = async (alamat_ip: string[], address: string) =>
    await world.request("/mitra/saya", {
      method: "PATCH",
      headers: { ...mitra.headers, "cf-connecting-ip": address },
      body: JSON.stringify({ alamat_ip }),
    });
  expect(await refusalOf(await set(["203.0.113.0/24"], "198.51.100.7"))).toBe("422 alamat-ip-sendiri");
  const list = ["203.0.113.0/24", "2001:db8::/32"];
  expect(await (await set(list, "203.0.113.7")).json()).toMatchObject({ alamat_ip: list });
  expect(await from("203.0.113.200")).toBe("200");
  expect(await from("2001:db8::1")).toBe("200");
  expect(await from("::ffff:203.0.113.9")).toBe("200");
  for (const address of ["203.0.114.1", "2001:db9::1", "bukan alamat", ""]) {
    expect(await from(address)).toBe("403 alamat-ip-ditolak");
  }
  expect(await refusalOf(await world.request("/saldo", { headers: mitra.headers }))).toBe(
    "403 alamat-ip-ditolak",
  );
  expect((await set([], "203.0.113.7")).status).toBe(200);
  expect(await from("8.8.8.8")).toBe("200");
});

test.each([["bukan"], ["10.0.0.0/33"], ["10.0.0.0,1.1.1.1"], ["{}"], [""]])(
  "an address %j in the list is 422",
  async (alamat) => {
    const mitra = await makeMitra(world);
    const answer = await postJson(world, "/mitra/saya", { alamat_ip: [alamat] }, mitra.headers, "PATCH");
    expect(answer.status).toBe(422);
  },
);

test("admins see when a key was last used, to within five minutes, and its first characters", async () => {
  const mitra = await makeMitra(world);
  const { headers } = await firstAdmin(world);
  const seen = async () => {
    const rows = (await (await world.request("/mitra?limit=1", { headers })).json()) as Record<
      string,
      unknown
    >[];
    return rows[0];
  };
  expect(await seen()).toMatchObject({ id: mitra.id, kunci_dipakai_pada: null });
  const first = new Date(clock.now()).toISOString();
  await world.request("/saldo", { headers: mitra.headers });
  expect(await seen()).toMatchObject({
    kunci_api_awalan: mitra.apiKey.slice(0, 8),
    kunci_dipakai_pada: first,
  });
  clock.advance(300_000);
  await world.request("/saldo", { headers: mitra.headers });
  expect(await seen()).toMatchObject({ kunci_dipakai_pada: first });
  clock.advance(1);
  await world.request("/saldo", { headers: mitra.headers });
  expect(await seen()).toMatchObject({ kunci_dipakai_pada: new Date(clock.now()).toISOString() });
});

test("signatures are forgotten when their time stamps are too old to be taken", async () => {
  const mitra = await makeMitra(world);
  const kept = async () => {
    await sapuTandaTangan(world.deps);
    const [row] = await world.cloud.neon.asOwner(
      "select count(*)::int as n from tanda_tangan_terpakai where mitra_id = $1",
      [mitra.id],
    );
    return Number(row?.["n"]);
  };
  await world.request("/saldo", { headers: signed(mitra, { path: "/saldo", late: 300_000 }) });
  clock.advance(600_000);
  expect(await kept()).toBe(1);
  clock.advance(1);
  expect(await kept()).toBe(0);
});
