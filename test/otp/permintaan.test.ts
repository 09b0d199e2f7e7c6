import { beforeAll, describe, expect, test } from "vitest";
import { refusalOf } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, makeMitra, postJson, type Mitra, type Orang } from "../make.ts";
import { coba, hasil, idBaru, kodeBaru, mintaKode, selain, type Pemanggil, type Perihal } from "./seams.ts";

// What the two requests may look like, who may make them, and what they cost.

const world = useWorld();
const terbit = (pemanggil: Pemanggil, perihal: Perihal) => kodeBaru(world, pemanggil, perihal);
const tebak = (pemanggil: Pemanggil, perihal: Perihal, otp: string) => hasil(world, pemanggil, perihal, otp);

let staf: Orang;
let mitra: Mitra;
beforeAll(async () => {
  staf = await makeAkun(world, "karyawan");
  mitra = await makeMitra(world);
});

describe("what is no request for a code, or no guess", () => {
  const refused: [string, string, object][] = [
    ["no id", "/otp/generate", {}],
    ["an empty id", "/otp/generate", { id: "" }],
    ["an id of null", "/otp/generate", { id: null }],
    ["an id of 201 characters", "/otp/generate", { id: "x".repeat(201) }],
    ["an id that is no whole number", "/otp/generate", { id: 1.5 }],
    ["an id beyond what JSON counts exactly", "/otp/generate", { id: 2 ** 53 }],
    ["a list as the id", "/otp/generate", { id: ["user123"] }],
    ["an unknown field", "/otp/generate", { id: "user123", otp: "123456" }],
    ["a purpose in capitals", "/otp/generate", { id: "user123", purpose: "Login" }],
    ["an empty purpose", "/otp/generate", { id: "user123", purpose: "" }],
    ["a purpose of 41 characters", "/otp/generate", { id: "user123", purpose: "x".repeat(41) }],
    ["a channel without a number", "/otp/generate", { id: "user123", channel: "whatsapp" }],
    ["a number without a channel", "/otp/generate", { id: "user123", to: "+628123456789" }],
    ["a channel there is not", "/otp/generate", { id: "user123", channel: "sms", to: "+628123456789" }],
    ["a number that is none", "/otp/generate", { id: "user123", channel: "whatsapp", to: "halo" }],
    ["an empty number", "/otp/generate", { id: "user123", channel: "whatsapp", to: "" }],
    ["no guess", "/otp/verify", { id: "user123" }],
    ["an empty guess", "/otp/verify", { id: "user123", otp: "" }],
    ["a number as the guess", "/otp/verify", { id: "user123", otp: 123_456 }],
    ["a guess of 101 characters", "/otp/verify", { id: "user123", otp: "1".repeat(101) }],
    ["several guesses", "/otp/verify", { id: "user123", otp: ["123456", "654321"] }],
    ["a channel in a guess", "/otp/verify", { id: "user123", otp: "123456", channel: "whatsapp" }],
  ];
  test.each(refused)("%s is a 422, and Redis is not asked", async (_, path, body) => {
    const before = world.cloud.redis.requests;
    const answer = await postJson(world, path, body, mitra.headers);
    expect(await refusalOf(answer)).toBe("422 validasi-gagal");
    expect(world.cloud.redis.requests).toBe(before);
  });

  test.each([
    ["/otp/generate", {}, "wajib diisi"],
    ["/otp/verify", { otp: "123456" }, "wajib diisi"],
    ["/otp/generate", { id: null }, "harus teks atau bilangan bulat"],
    ["/otp/generate", { id: true }, "harus teks atau bilangan bulat"],
    ["/otp/verify", { id: ["user123"], otp: "123456" }, "harus teks atau bilangan bulat"],
  ])("%s with %j is told at #/id: %s", async (path, body, detail) => {
    const answer = await postJson(world, path, body, mitra.headers);
    expect(await answer.json()).toMatchObject({ status: 422, errors: [{ pointer: "#/id", detail }] });
  });

  test("channel and to are missed at #/to", async () => {
    const answer = await mintaKode(world, mitra, { id: "user123", channel: "whatsapp" });
    expect(await answer.json()).toMatchObject({
      errors: [{ pointer: "#/to", detail: "channel dan to harus dikirim bersama" }],
    });
  });

  test("a refused guess costs nothing", async () => {
    const id = idBaru();
    const code = await terbit(mitra, { id });
    for (const otp of [Number(code), "", null, [code], "1".repeat(101)])
      expect((await postJson(world, "/otp/verify", { id, otp }, mitra.headers)).status).toBe(422);
    for (const _ of Array(2).keys()) expect(await tebak(mitra, { id }, selain(code))).toBe("400 otp-salah");
    expect(await tebak(mitra, { id }, code)).toBe("200");
  });
});

describe("who may ask", () => {
  const body = { id: "user123", otp: "123456" };
  const doors = [
    ["/otp/generate", { id: "user123" }],
    ["/otp/verify", body],
  ] as const;
  const [BEARER, KEY] = ['Bearer realm="satu-pintu"', 'ApiKey realm="satu-pintu", header="x-api-key"'];
  const refusals: [string, () => Promise<Record<string, string>>, string, string | null][] = [
    ["nobody", async () => ({}), "401 token-tidak-sah", BEARER],
    ["a customer", async () => (await makeAkun(world, "nasabah")).headers, "403 peran-tidak-boleh", null],
    ["a token that is none", async () => ({ authorization: "Bearer a.b.c" }), "401 token-tidak-sah", BEARER],
    ["a key nobody has", async () => ({ "x-api-key": "0".repeat(64) }), "401 kunci-api-salah", KEY],
    [
      "an empty key, beside a good token",
      async () => ({ ...staf.headers, "x-api-key": "" }),
      "401 kunci-api-salah",
      KEY,
    ],
    [
      "a mitra that has been switched off",
      async () => {
        const off = await makeMitra(world);
        const { headers } = await firstAdmin(world);
        await postJson(world, `/mitra/${off.id}`, { aktif: false }, headers, "PATCH");
        return off.headers;
      },
      "403 mitra-nonaktif",
      null,
    ],
    [
      "an employee who has logged out",
      async () => {
        const gone = await makeAkun(world, "karyawan");
        await postJson(world, "/auth/logout", {}, gone.headers);
        return gone.headers;
      },
      "401 token-tidak-sah",
      BEARER,
    ],
  ];
  test.each(refusals)("%s may not, and Redis is not asked", async (_, headersOf, refusal, challenge) => {
    const headers = await headersOf();
    await world.idle();
    const before = world.cloud.redis.requests;
    for (const [path, isi] of doors) {
      const answer = await postJson(world, path, isi, headers);
      expect(answer.headers.get("www-authenticate")).toBe(challenge);
      expect(await refusalOf(answer), path).toBe(refusal);
    }
    expect(world.cloud.redis.requests).toBe(before);
  });

  test("who is switched off between asking and guessing may not guess", async () => {
    const own = await makeMitra(world);
    const code = await terbit(own, { id: "user123" });
    const { headers } = await firstAdmin(world);
    const set = async (aktif: boolean) =>
      await postJson(world, `/mitra/${own.id}`, { aktif }, headers, "PATCH");
    expect((await set(false)).status).toBe(200);
    expect(await tebak(own, { id: "user123" }, code)).toBe("403 mitra-nonaktif");
    expect((await set(true)).status).toBe(200);
    expect(await tebak(own, { id: "user123" }, code)).toBe("200");
  });
});

describe("roundtrips", () => {
  /** What Redis is sent from now on: paths, and the names of the commands. */
  const watchRedis = () => {
    const seen: string[] = [];
    // It matches nothing; it only looks.
    world.cloud.redis.faults.next({ kind: "refuse" }, 1, ({ url, body }) => {
      const commands = JSON.parse(body.toString()) as string[][];
      seen.push(url, ...commands.map(([name]) => String(name).toLowerCase()));
      return false;
    });
    return seen;
  };

  test("each request is one to Postgres and one to Redis, issued or whatever a guess comes to (refused: limits.test.ts); no script runs there", async () => {
    const { neon, redis } = world.cloud;
    const id = idBaru();
    const seen = watchRedis();
    const costOf = async (ask: () => Promise<Response>, status: number) => {
      await world.idle();
      const before = [neon.requests, redis.requests];
      expect((await ask()).status).toBe(status);
      return [neon.requests - (before[0] ?? 0), redis.requests - (before[1] ?? 0)];
    };
    for (const caller of [staf, mitra]) {
      let code = "";
      const generate = async () => {
        const answer = await mintaKode(world, caller, { id });
        code = (await answer.clone().json<{ otp: string }>()).otp;
        return answer;
      };
      const guess = (otp: () => string) => () => coba(world, caller, { id }, otp());
      expect(await costOf(generate, 200)).toEqual([1, 1]);
      expect(
        await costOf(
          guess(() => selain(code)),
          400,
        ),
      ).toEqual([1, 1]);
      expect(
        await costOf(
          guess(() => code),
          200,
        ),
      ).toEqual([1, 1]);
      expect(
        await costOf(
          guess(() => code),
          404,
        ),
      ).toEqual([1, 1]);
      expect(await costOf(generate, 200)).toEqual([1, 1]);
      for (const status of [400, 400, 400, 429, 404])
        expect(
          await costOf(
            guess(() => selain(code)),
            status,
          ),
        ).toEqual([1, 1]);
    }
    expect(seen.filter((path) => path === "/multi-exec")).toHaveLength(20);
    expect(seen.filter((name) => name.startsWith("/") && name !== "/multi-exec")).toEqual([]);
    expect(seen).toContain("zremrangebyscore");
    expect(seen.filter((name) => /^(eval|script|fcall|function)/.test(name))).toEqual([]);
  });
});
