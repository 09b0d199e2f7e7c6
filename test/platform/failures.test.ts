import { afterEach, describe, expect, test, vi } from "vitest";
import { until, useWorld } from "../harness.ts";
import { makeAkun, makeMitra, postJson, purchase, requestPurchase } from "../make.ts";
import { eachKind, readOperations } from "./document.ts";
import { flawsOf, newEmail, newKey, rowCounts, sampleOf, send } from "./samples.ts";

const world = useWorld();
const operations = eachKind(await readOperations());
/** Everything that cannot answer without the database. */
const needing = operations.filter(({ id }) => id !== "statusLayanan" && id !== "statusDatabase");

afterEach(() => {
  vi.restoreAllMocks();
});

/** Log lines of one request. */
const linesOf = (requestId: string) => world.log.filter((line) => line["request_id"] === requestId);

describe("the log", () => {
  test.each(operations)("has one line about a request of $id", async (operation) => {
    const sample = await sampleOf(world, operation);
    const id = newKey();
    const response = await send(world, sample, { headers: { "x-request-id": id } });
    expect(response.status).toBe(operation.success);
    const lines = linesOf(id).filter(({ event }) => event === "request");
    const route = operation.path.replaceAll(/\{([^}]+)\}/g, ":$1");
    expect(lines).toEqual([
      {
        level: "info",
        event: "request",
        request_id: id,
        method: operation.method,
        route,
        status: operation.success,
        ms: expect.any(Number) as number,
        ...(sample.actor && { actor: sample.actor }),
      },
    ]);
  });

  test("has one line about a refused request too, with the route and not the path", async () => {
    const refused = [
      ["/status/4", 401],
      ["/produk?q=%00", 400],
      ["/rahasia-di-alamat", 404],
      ["/beli?rahasia-di-alamat=1", 405],
    ] as const;
    for (const [path, status] of refused) {
      const id = newKey();
      expect((await world.request(path, { headers: { "x-request-id": id } })).status).toBe(status);
      expect(linesOf(id)).toMatchObject([{ level: "info", event: "request", status }]);
      expect(JSON.stringify(linesOf(id))).not.toMatch(/rahasia-di-alamat|\/status\/4/);
    }
  });

  test("never holds keys, private keys, e-mail, phone numbers or bodies, also when everything fails", async () => {
    const from = world.log.length;
    const mitra = await makeMitra(world);
    const planted = { nama: `Nama ${newKey()}`, email: newEmail(), hp: "081298765432", ref: newKey() };
    const nomor = "089876543210";
    const json = { "content-type": "application/json" };
    const register = () =>
      world.request("/register", {
        method: "POST",
        headers: json,
        body: JSON.stringify({ nama: planted.nama, email: planted.email, hp: planted.hp }),
      });
    const buy = () => requestPurchase(world, mitra, { nomor_tujuan: nomor, ref_id: planted.ref });
    const rotate = () => world.request("/generate-key", { method: "POST", headers: mitra.headers });

    const { neon, qstash, digiflazz } = world.cloud;
    for (const fault of [
      { kind: "answer", status: 200, body: "bukan json" },
      { kind: "answer", status: 200, body: "{}" },
      { kind: "answer", status: 400, body: `{"message":"sintaks","code":"42601"}` },
      { kind: "answer", status: 500, body: "rusak" },
      { kind: "refuse" },
    ] as const) {
      neon.faults.always(fault);
      for (const response of [await register(), await buy(), await rotate()])
        expect(response.status).toBeGreaterThanOrEqual(500);
      neon.faults.clear();
    }
    qstash.faults.next({ kind: "answer", status: 500, body: "rusak" }, 4);
    digiflazz.faults.next({ kind: "answer", status: 200, body: "bukan json" });
    expect((await register()).status).toBe(200);
    expect((await register()).status).toBe(409);
    expect((await buy()).status).toBe(200);
    await world.idle();
    const rotated = (await (await rotate()).json()) as { api_key: string; private_key: string };
    await world.request("/beli", {
      method: "POST",
      headers: { ...json, "x-api-key": rotated.api_key },
      body: nomor,
    });

    const text = JSON.stringify(world.log.slice(from));
    expect(text).toContain("unexpected");
    for (const secret of [
      mitra.apiKey,
      mitra.privateKey,
      mitra.email,
      rotated.api_key,
      rotated.private_key,
      nomor,
      ...Object.values(planted),
    ])
      expect(text).not.toContain(secret);
    const hashes = await world.cloud.neon.asOwner(
      "select kunci_api_hash as h, kunci_privat_segel as s from mitra",
    );
    for (const { h, s } of hashes) for (const stored of [h, s]) expect(text).not.toContain(stored);
  });

  test("never holds passwords, tokens, names or hashes of people, also when everything fails", async () => {
    const from = world.log.length;
    const { neon, redis } = world.cloud;
    const orang = await makeAkun(world, "karyawan");
    const baru = { name: `Nama ${newKey()}`, email: newEmail(), password: `sandi-${newKey()}` };
    const salah = `salah-${newKey()}`;
    const calls = [
      () => postJson(world, "/auth/login", { identifier: orang.username, password: salah }),
      () => postJson(world, "/api/login", { email: orang.email, password: orang.password }),
      () => postJson(world, "/auth/refresh", { refresh_token: orang.refreshToken }),
      () => postJson(world, "/api/register", baru),
      () => postJson(world, "/auth/me", { name: baru.name }, orang.headers, "PATCH"),
      () =>
        postJson(
          world,
          "/auth/password",
          { current_password: salah, new_password: baru.password },
          orang.headers,
        ),
      () => world.request("/auth/me", { headers: { authorization: `Basic ${orang.accessToken}` } }),
    ];
    for (const fault of [
      { kind: "answer", status: 200, body: "bukan json" },
      { kind: "answer", status: 400, body: `{"message":"sintaks","code":"42601"}` },
      { kind: "drop" },
    ] as const) {
      neon.faults.always(fault);
      for (const call of calls) await call();
      neon.faults.clear();
      redis.faults.always(fault);
      for (const call of calls) await call();
      redis.faults.clear();
    }
    for (const call of calls) await call();
    await world.idle();

    const text = JSON.stringify(world.log.slice(from));
    expect(text).toContain("unexpected");
    expect(text).toContain("unavailable");
    const { email, username, password, accessToken, refreshToken } = orang;
    const known = [email, username ?? email, password, accessToken, refreshToken];
    for (const secret of [salah, ...Object.values(baru), ...known]) expect(text).not.toContain(secret);
    for (const token of [orang.accessToken, orang.refreshToken])
      for (const part of token.split(".").slice(1)) expect(text).not.toContain(part);
    const hashes = await neon.asOwner("select kata_sandi from akun");
    for (const { kata_sandi: hash } of hashes) expect(text).not.toContain(hash);
  });

  test("takes no line break from a caller", async () => {
    const from = world.log.length;
    await world.request("/%0a%7B%22level%22:%22error%22%7D", { headers: { "user-agent": "x%0ax" } });
    expect(world.log.slice(from)).toHaveLength(1);
    expect(JSON.stringify(world.log.slice(from))).not.toContain("error");
  });
});

describe("a database", () => {
  /** What it answers when it refuses a statement. */
  const refusal = (code: string, constraint?: string) =>
    ({
      kind: "answer",
      status: 400,
      body: JSON.stringify({ message: "rahasia dapur", code, constraint }),
    }) as const;

  test.each([
    ["no JSON", { kind: "answer", status: 200, body: "bukan json" }],
    ["an empty list of results", { kind: "answer", status: 200, body: `{"results":[]}` }],
    ["an error of ours", refusal("42P01")],
    ["a constraint that nobody declared", refusal("23505", "rahasia_unik")],
  ] as const)(
    "that answers with %s is 500 with a constant text, and the cause in the log",
    async (_name, fault) => {
      for (const operation of needing) {
        const sample = await sampleOf(world, operation);
        const before = await rowCounts(world);
        const id = newKey();
        world.cloud.neon.faults.always(fault);
        const response = await send(world, sample, { headers: { "x-request-id": id } });
        world.cloud.neon.faults.clear();
        expect(await flawsOf(response.clone(), [500]), operation.id).toEqual([]);
        expect(await response.json()).toEqual({
          type: "urn:satu-pintu:galat:kesalahan-server",
          title: "Kesalahan server",
          status: 500,
          detail: "Terjadi kesalahan di sisi kami. Sebutkan request_id ini bila menghubungi kami.",
          instance: sample.path.replace(/\?.*/, ""),
          request_id: id,
        });
        expect(linesOf(id).filter(({ level }) => level === "error")).toEqual([
          expect.objectContaining({ event: "unexpected", error: expect.stringMatching(/.+: .+/) as string }),
        ]);
        expect(await rowCounts(world)).toEqual(before);
      }
    },
  );

  test.each([
    ["refuses connections", { kind: "refuse" }],
    ["answers 500", { kind: "answer", status: 500, body: "rusak" }],
    ["answers 502 with a page", { kind: "answer", status: 502, body: "<html>Bad Gateway</html>" }],
    ["is starting", refusal("57P03")],
    ["has no connection left", refusal("53300")],
    ["found a deadlock", refusal("40P01")],
  ] as const)("that %s is 503 with Retry-After, and the cause in the log", async (_name, fault) => {
    for (const operation of needing) {
      const sample = await sampleOf(world, operation);
      const id = newKey();
      world.cloud.neon.faults.always(fault);
      const response = await send(world, sample, { headers: { "x-request-id": id } });
      world.cloud.neon.faults.clear();
      expect(await flawsOf(response, [503]), operation.id).toEqual([]);
      expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
      expect(linesOf(id).filter(({ level }) => level === "error")).toEqual([
        expect.objectContaining({ event: "unavailable", error: expect.any(String) as string }),
      ]);
    }
  });

  test("that hangs is given up after ten seconds: 503", async () => {
    const mitra = await makeMitra(world);
    const gaveUp = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(gaveUp.signal);
    world.cloud.neon.faults.always({ kind: "hang" });
    const { requests } = world.cloud.neon;
    const answer = world.request("/produk", { headers: mitra.headers });
    await until(() => world.cloud.neon.requests > requests);
    expect(timeout).toHaveBeenCalledExactlyOnceWith(10_000);
    gaveUp.abort(new DOMException("signal timed out", "TimeoutError"));
    expect(await flawsOf(await answer, [503])).toEqual([]);
  });

  test.each(["refuse", "drop"] as const)(
    "that fails (%s) shows in /db-connect, and not in /",
    async (kind) => {
      world.cloud.neon.faults.always({ kind });
      const down = await world.request("/db-connect");
      expect(down.status).toBe(503);
      expect(await down.json()).toEqual({ database: "postgresql", status: "disconnected" });
      expect((await world.request("/")).status).toBe(200);
      world.cloud.neon.faults.clear();
      expect(await (await world.request("/db-connect")).json()).toEqual({
        database: "postgresql",
        status: "connected",
      });
    },
  );

  test("that did the work and lost the answer is 503, and the same key buys once", async () => {
    const mitra = await makeMitra(world);
    const body = { ref_id: newKey() };
    world.cloud.neon.faults.next({ kind: "drop" });
    expect(await flawsOf(await requestPurchase(world, mitra, body), [503])).toEqual([]);
    const again = await requestPurchase(world, mitra, body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const rows = await world.cloud.neon.asOwner("select id from transaksi where mitra_id = $1", [mitra.id]);
    expect(rows).toHaveLength(1);
    // Its message was lost with the answer: the sweeper takes it up.
    await world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where mitra_id = $1", [
      mitra.id,
    ]);
    await world.sweep();
  });
});

test("a purchase is taken while the queue is down, and its failure is a warning", async () => {
  const from = world.log.length;
  world.cloud.qstash.faults.always({ kind: "refuse" });
  const id = await purchase(world, await makeMitra(world));
  await world.idle();
  expect(world.log.slice(from)).toContainEqual(
    expect.objectContaining({ level: "warn", event: "publish_failed" }),
  );
  world.cloud.qstash.faults.clear();
  await world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where id = $1", [id]);
  expect(await world.sweep()).toBe(1);
});
