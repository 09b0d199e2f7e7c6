import { createHash, createHmac, generateKeyPairSync } from "node:crypto";
import { exportJWK, SignJWT, UnsecuredJWT, type JWTHeaderParameters, type JWTPayload } from "jose";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { createTokens, type Secrets, type TokenKind, type Tokens } from "../../src/platform/auth/tokens.ts";
import { systemIds } from "../../src/platform/id.ts";

const SECRET = "rahasia-uji-yang-panjang-sekali-0002";
const PREVIOUS = "rahasia-uji-yang-panjang-sekali-0000";
const ISSUER = "https://pintu.example.com";
const KINDS = ["access", "refresh", "cookie", "file"] as const;
const TYP = { access: "at+jwt", refresh: "rt+jwt", cookie: "ct+jwt", file: "ft+jwt" };
const lifetime = { access: 3_600, refresh: 86_400, cookie: 43_200, file: 300 };
const SID = "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11";

const clock = new ManualClock(Date.UTC(2026, 10, 20, 3));
const seconds = () => Math.floor(clock.now() / 1_000);
const time = { now: () => new Date(clock.now()) };
const made = (secrets: Secrets, issuer = ISSUER, life: Record<TokenKind, number> = lifetime): Tokens =>
  createTokens({ secrets, issuer, lifetime: life }, time, systemIds);
const tokens = made([SECRET]);

const kidOf = (secret: string) => createHash("sha256").update(`kid:${secret}`).digest("hex").slice(0, 8);
const bytes = (text: string) => new TextEncoder().encode(text);
const part = (token: string, at: number) =>
  JSON.parse(Buffer.from(token.split(".")[at] ?? "", "base64url").toString()) as Record<string, unknown>;

/** Claims that hold. */
const claims = (): JWTPayload => ({
  sub: "1",
  role: "admin",
  iss: ISSUER,
  aud: "satu-pintu",
  iat: seconds(),
  exp: seconds() + 60,
  jti: systemIds.uuid(),
});
const header: JWTHeaderParameters = { alg: "HS256", typ: "at+jwt", kid: kidOf(SECRET) };

/** A token made by hand, with our own key unless another is given. */
async function forged(
  change: { claims?: JWTPayload; header?: Record<string, unknown> } = {},
  key: Parameters<SignJWT["sign"]>[0] = bytes(SECRET),
): Promise<string> {
  const payload = JSON.parse(JSON.stringify({ ...claims(), ...change.claims })) as JWTPayload;
  const protectedHeader = JSON.parse(JSON.stringify({ ...header, ...change.header })) as JWTHeaderParameters;
  return await new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key);
}

test("a token made by hand with everything right is taken: what follows is refused for what it changes", async () => {
  const { sub, role } = (await tokens.verify("access", await forged())) ?? {};
  expect({ sub, role }).toEqual({ sub: "1", role: "admin" });
});

describe("sign", () => {
  test.each(KINDS)("makes %s tokens with everything that verify asks for", async (kind) => {
    const token = await tokens.sign(kind, "7", { role: "nasabah", sid: SID });
    expect(part(token, 0)).toEqual({ alg: "HS256", typ: TYP[kind], kid: kidOf(SECRET) });
    const payload = {
      role: "nasabah",
      sid: SID,
      sub: "7",
      iss: ISSUER,
      aud: "satu-pintu",
      iat: seconds(),
      exp: seconds() + lifetime[kind],
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    };
    expect(part(token, 1)).toEqual(payload);
    expect(await tokens.verify(kind, token)).toEqual(payload);
  });

  test("never makes the same token twice, and shows nothing of the secret", async () => {
    const [one, two] = [await tokens.sign("access", "1", {}), await tokens.sign("access", "1", {})];
    expect(part(one, 1)["jti"]).not.toBe(part(two, 1)["jti"]);
    expect(Buffer.from(one.split(".")[0] ?? "", "base64url").toString()).not.toContain("rahasia");
  });

  test("shortens a life where asked, and never lengthens it", async () => {
    const lives = [];
    for (const asked of [1, 60, 3_600, 3_601, 10 ** 9]) {
      const { exp } = part(await tokens.sign("access", "1", {}, asked), 1);
      lives.push(Number(exp) - seconds());
    }
    expect(lives).toEqual([1, 60, 3_600, 3_600, 3_600]);
  });

  test("lets no claim of the caller's overrule its own", async () => {
    const own = { iss: "x", aud: "y", sub: "2", exp: 9_999_999_999, iat: 0, jti: "z" };
    expect(part(await tokens.sign("access", "1", own), 1)).toMatchObject({
      iss: ISSUER,
      aud: "satu-pintu",
      sub: "1",
      iat: seconds(),
      exp: seconds() + 3_600,
    });
  });
});

describe("a token is of one kind:", () => {
  const pairs = KINDS.flatMap((made) => KINDS.map((asked) => ({ made, asked })));
  test.each(pairs)("$made as $asked", async ({ made, asked }) => {
    const token = await tokens.sign(made, "1", {});
    expect((await tokens.verify(asked, token)) !== undefined).toBe(made === asked);
  });

  test.each(["JWT", "jwt", "at", "at+jwtx", "application/rt+jwt", undefined])(
    "typ %s is none",
    async (typ) => {
      expect(await tokens.verify("access", await forged({ header: { typ } }))).toBeUndefined();
    },
  );
});

describe("an algorithm other than HS256 is refused:", () => {
  const alone = (algorithm: unknown) =>
    `${Buffer.from(JSON.stringify({ ...header, alg: algorithm })).toString("base64url")}.${Buffer.from(JSON.stringify(claims())).toString("base64url")}`;

  test("none, with and without a signature behind it", async () => {
    const unsecured = new UnsecuredJWT(claims()).encode();
    for (const token of [unsecured, `${alone("none")}.`, `${alone("None")}.`, `${alone("nOnE")}.AAAA`])
      expect(await tokens.verify("access", token), token).toBeUndefined();
  });

  test.each(["HS384", "HS512"])("%s with our own secret", async (alg) => {
    const key = bytes(SECRET.padEnd(64, "x"));
    const long = made([SECRET.padEnd(64, "x")]);
    const kid = kidOf(SECRET.padEnd(64, "x"));
    expect(await long.verify("access", await forged({ header: { kid } }, key))).toBeDefined();
    expect(await long.verify("access", await forged({ header: { alg, kid } }, key))).toBeUndefined();
  });

  test("RS256, ES256 and EdDSA, signed properly and with the public key beside it", async () => {
    for (const [alg, pair] of [
      ["RS256", generateKeyPairSync("rsa", { modulusLength: 2_048 })],
      ["ES256", generateKeyPairSync("ec", { namedCurve: "P-256" })],
      ["EdDSA", generateKeyPairSync("ed25519")],
    ] as const) {
      const jwk = await exportJWK(pair.publicKey);
      for (const more of [{}, { jwk }])
        expect(
          await tokens.verify("access", await forged({ header: { alg, ...more } }, pair.privateKey)),
          alg,
        ).toBeUndefined();
    }
  });

  test.each(["hs256", "Hs256", "HS256 ", "RS256", "", null, 256, ["HS256"], undefined])(
    "%j over a signature that is right for HS256",
    async (alg) => {
      const signed = (input: string) =>
        `${input}.${createHmac("sha256", SECRET).update(input).digest("base64url")}`;
      expect(await tokens.verify("access", signed(alone(alg)))).toBeUndefined();
      expect(await tokens.verify("access", signed(alone("HS256")))).toBeDefined();
    },
  );
});

describe("a key is named, and ours:", () => {
  test.each([
    undefined,
    "",
    "00000000",
    kidOf(SECRET).toUpperCase(),
    `${kidOf(SECRET)} `,
    "../../../../dev/null",
    "/dev/null",
    "file:///etc/hostname",
    "https://jahat.example/kunci.json",
    "' union select 'x",
    "__proto__",
    "constructor",
    "toString",
    SECRET,
  ])("kid %s", async (kid) => {
    expect(await tokens.verify("access", await forged({ header: { kid } }))).toBeUndefined();
  });

  test("an embedded key, or the address of one, is not looked at", async () => {
    const jahat = "kunci-penyerang-yang-panjangnya-cukup";
    const jwk = { kty: "oct", k: Buffer.from(jahat).toString("base64url"), alg: "HS256" };
    for (const more of [
      { jwk },
      { jku: "https://jahat.example/jwks" },
      { x5u: "https://jahat.example/x" },
      { x5c: ["x"] },
    ])
      for (const kid of [kidOf(SECRET), kidOf(jahat), undefined])
        expect(
          await tokens.verify("access", await forged({ header: { ...more, kid } }, bytes(jahat))),
        ).toBeUndefined();
  });

  test("an extension that has to be understood is refused", async () => {
    const b64 = Buffer.from(JSON.stringify({ ...header, crit: ["b64"], b64: false })).toString("base64url");
    const [, payload = "", mac = ""] = (await forged()).split(".");
    expect(await tokens.verify("access", `${b64}.${payload}.${mac}`)).toBeUndefined();
  });

  test.each(["", " ", "x", "..", "a.b.c", "e30.e30.e30", "\u0000", "a".repeat(100_000), "a.".repeat(5_000)])(
    "no token at all is no error: %.20j",
    async (token) => {
      for (const kind of KINDS) expect(await tokens.verify(kind, token)).toBeUndefined();
    },
  );

  test("every bit of the signature and every part of the token counts", async () => {
    const token = await tokens.sign("access", "1", { role: "nasabah" });
    const [head = "", payload = "", mac = ""] = token.split(".");
    const other = Buffer.from(JSON.stringify({ ...part(token, 1), role: "admin" })).toString("base64url");
    for (const changed of [
      `${head}.${other}.${mac}`,
      `${head}.${payload}`,
      `${head}.${payload}.`,
      ` ${token}`,
      `${token}.x`,
    ])
      expect(await tokens.verify("access", changed)).toBeUndefined();
    for (let at = 0; at < 32; at += 1) {
      const bits = Buffer.from(mac, "base64url");
      bits.writeUInt8(bits.readUInt8(at) ^ 1, at);
      expect(
        await tokens.verify("access", `${head}.${payload}.${bits.toString("base64url")}`),
      ).toBeUndefined();
    }
  });
});

describe("claims:", () => {
  test.each(["exp", "sub", "iat", "jti", "iss", "aud"])("without %s", async (name) => {
    expect(await tokens.verify("access", await forged({ claims: { [name]: undefined } }))).toBeUndefined();
  });

  test.each([
    ["iss", "https://jahat.example"],
    ["iss", `${ISSUER}/`],
    ["iss", ISSUER.toUpperCase()],
    ["iss", "http://pintu.example.com"],
    ["iss", ""],
    ["aud", "lain"],
    ["aud", ""],
    ["aud", ["lain"]],
    ["aud", "Satu-Pintu"],
    ["exp", "9999999999"],
    ["exp", null],
    ["iat", "kemarin"],
    ["nbf", 9_999_999_999],
  ])("%s of %j", async (name, value) => {
    expect(await tokens.verify("access", await forged({ claims: { [name]: value } }))).toBeUndefined();
  });

  test("issuers are told apart: a token of staging opens nothing in production", async () => {
    const staging = made([SECRET], "https://staging.example.com");
    const token = await staging.sign("access", "1", {});
    expect(await staging.verify("access", token)).toBeDefined();
    expect(await tokens.verify("access", token)).toBeUndefined();
  });
});

describe("time:", () => {
  const at = (iat: number, exp: number) => forged({ claims: { iat: seconds() + iat, exp: seconds() + exp } });
  const holds = async (token: string, kind: TokenKind = "access") =>
    (await tokens.verify(kind, token)) !== undefined;

  test.each(KINDS)("%s tokens hold for their life and the tolerance, and no longer", async (kind) => {
    const token = await tokens.sign(kind, "1", {});
    clock.advance(lifetime[kind] * 1_000);
    expect(await holds(token, kind)).toBe(true);
    clock.advance(4_000);
    expect(await holds(token, kind)).toBe(true);
    clock.advance(1_000);
    expect(await holds(token, kind)).toBe(false);
  });

  test.each([
    [0, 1, true],
    [-60, -4, true],
    [-60, -5, false],
    [-60, -3_600, false],
    [5, 60, true],
    [6, 60, false],
    [3_600, 7_200, false],
    [-3_604, 60, true],
    [-3_606, 60, false],
  ])("issued at %i, until %i, from now: %s", async (iat, exp, taken) => {
    expect(await holds(await at(iat, exp))).toBe(taken);
  });

  test("an end in the year 9999 does not keep a token alive that was issued long ago", async () => {
    const exp = Date.UTC(9999, 0) / 1_000 - seconds();
    expect(await holds(await at(-10, exp))).toBe(true);
    expect(await holds(await at(-7_200, exp))).toBe(false);
    expect(await holds(await at(-seconds(), exp))).toBe(false);
  });

  test("a shortened life ends when it says", async () => {
    const token = await tokens.sign("access", "1", {}, 30);
    clock.advance(30_000);
    expect(await holds(token)).toBe(true);
    clock.advance(5_000);
    expect(await holds(token)).toBe(false);
  });
});

describe("rotation:", () => {
  const before = made([PREVIOUS]);
  const during = made([SECRET, PREVIOUS]);
  const after = made([SECRET]);

  test.each(KINDS)("%s tokens of the previous key are taken until it is removed", async (kind) => {
    const token = await before.sign(kind, "1", {});
    expect(await during.verify(kind, token)).toMatchObject({ sub: "1" });
    expect(await after.verify(kind, token)).toBeUndefined();
  });

  test("the previous key signs nothing any more, and what is signed holds after it is gone", async () => {
    const token = await during.sign("access", "1", {});
    expect(part(token, 0)["kid"]).toBe(kidOf(SECRET));
    expect(await before.verify("access", token)).toBeUndefined();
    expect(await after.verify("access", token)).toMatchObject({ sub: "1" });
  });

  test("a key under the other's name is no key", async () => {
    const swapped = await forged({ header: { kid: kidOf(SECRET) } }, bytes(PREVIOUS));
    expect(await during.verify("access", swapped)).toBeUndefined();
  });
});
