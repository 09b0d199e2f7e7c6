import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atasNama, refusalAt, unik, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeMitra } from "../make.ts";
import {
  again,
  authOf,
  DAY,
  DOCUMENTS,
  fileOf,
  linkTo,
  makeCustomer,
  makeDocument,
  makeFileOf,
  objectOf,
  paper,
  photo,
  picture,
  REASON,
} from "./orang.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
const ASKED = { purpose: "verification", reason: REASON };
const NOT_VALID = "403 tautan-tidak-sah";
const fileAt = (id: number, token: string) => `${DOCUMENTS}/${id}/file?token=${encodeURIComponent(token)}`;

async function makeLinked() {
  const customer = await makeCustomer(world);
  const { id } = await makeDocument(world, customer.orang);
  return { ...customer, id, link: await linkTo(customer.caller, id) };
}

describe("a link", () => {
  test("opens without any other credentials, and says how long", async () => {
    const { id, link } = await makeLinked();
    expect(link.path).toBe(fileAt(id, link.token));
    expect(new URL(link.url).origin).toBe(world.deps.config.publicUrl);
    expect(Date.parse(link.expires_at) - clock.now()).toBe(300_000);
    const answer = await world.request(link.path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("image/jpeg");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("ends after five minutes", async () => {
    const { link } = await makeLinked();
    clock.advance(299_000);
    expect((await world.request(link.path)).status).toBe(200);
    // Two Workers' clocks may differ by a few seconds.
    clock.advance(11_000);
    expect(await refusalAt(world.request(link.path))).toBe(NOT_VALID);
    clock.advance(DAY);
    expect(await refusalAt(world.request(link.path))).toBe(NOT_VALID);
  });

  test("is for one document: another one's token opens nothing", async () => {
    const { orang, caller, id, link } = await makeLinked();
    const other = await makeDocument(world, orang);
    expect(await refusalAt(world.request(fileAt(other.id, link.token)))).toBe(NOT_VALID);
    expect(await refusalAt(world.request(fileAt(999_999_999, link.token)))).toBe(NOT_VALID);
    expect((await world.request(fileAt(id, link.token))).status).toBe(200);
    // Neither does the token of a link pass for a session.
    const headers = { authorization: `Bearer ${link.token}` };
    expect(await refusalAt(world.request(DOCUMENTS, { headers }))).toBe("401 token-tidak-sah");
    expect((await caller.get(DOCUMENTS)).status).toBe(200);
  });

  test("is no other token of ours", async () => {
    const { orang, id } = await makeLinked();
    for (const token of [orang.accessToken, orang.refreshToken])
      expect(await refusalAt(world.request(fileAt(id, token)))).toBe(NOT_VALID);
    // Of the right subject, but of another kind.
    for (const kind of ["access", "refresh", "cookie"] as const) {
      const token = await world.deps.auth.tokens.sign(kind, String(id), {});
      expect(await refusalAt(world.request(fileAt(id, token))), kind).toBe(NOT_VALID);
    }
  });

  test("that was tampered with is refused", async () => {
    const { id, link } = await makeLinked();
    const [head = "", body = "", mac = ""] = link.token.split(".");
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const decode = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString()) as object;
    const later = encode({ ...decode(body), exp: Math.floor(clock.now() / 1000) + 9_000 });
    const hmac = (text: string, key: string) => createHmac("sha256", key).update(text).digest("base64url");
    const none = encode({ ...decode(head), alg: "none" });
    const empty = `${head}.${later}`;
    for (const token of [
      "",
      "x",
      "a.b.c",
      `${head}.${body}.`,
      `${head}.${body}`,
      `${head}.${later}.${mac}`,
      `${none}.${body}.`,
      `${none}.${later}.`,
      `${none}.${body}.${mac}`,
      `${empty}.${hmac(empty, "")}`,
      `${empty}.${hmac(empty, createHash("sha256").update("").digest("hex"))}`,
      `${encode({ ...decode(head), kid: "lain" })}.${body}.${mac}`,
      "é".repeat(300),
    ])
      expect(await refusalAt(world.request(fileAt(id, token))), token).toBe(NOT_VALID);
    expect((await world.request(link.path)).status).toBe(200);
  });

  test("needs exactly one token of a sensible length", async () => {
    const { id, link } = await makeLinked();
    const path = `${DOCUMENTS}/${id}/file`;
    for (const query of ["", "?token", `?token=${"a".repeat(1_001)}`, `?token=${link.token}&x=1`])
      expect(await refusalAt(world.request(path + query)), query).toMatch(/^(422 validasi-gagal|403 )/);
    for (const strange of ["abc", "0", "-1", "1.5", "9007199254740993", "%00"])
      expect(await refusalAt(world.request(`${DOCUMENTS}/${strange}/file?token=x`))).toMatch(/^4\d\d /);
  });

  test("to a document that is removed, or whose customer is erased meanwhile, leads nowhere: 404", async () => {
    const removed = await makeLinked();
    expect((await removed.caller.delete(`${DOCUMENTS}/${removed.id}`)).status).toBe(204);
    expect(await refusalAt(world.request(removed.link.path))).toBe("404 dokumen-tidak-ada");

    const erased = await makeCustomer(world);
    const { id } = await makeDocument(world, erased.orang);
    const object = await objectOf(world, id);
    expect((await erased.caller.post("/me/erasure", {})).status).toBe(202);
    clock.advance(DAY - 60_000);
    const caller = atasNama(world, await again(world, erased.orang));
    const { path } = await linkTo(caller, id);
    expect((await world.request(path)).status).toBe(200);
    clock.advance(60_000);
    expect(await world.erase()).toBeGreaterThan(0);
    expect(await refusalAt(world.request(path))).toBe("404 dokumen-tidak-ada");
    expect(world.bucket.objects.has(object)).toBe(false);
  });
});

describe("asking for a link", () => {
  test("staff says what for and why; a nasabah need not", async () => {
    const petugas = await again(world, await makeStaffed());
    const { id } = await makeDocument(world, petugas, undefined, {
      user_id: String(await makeFileOf(world, petugas)),
    });
    const path = `${DOCUMENTS}/${id}/link`;
    const admin = await again(world, await firstAdmin(world));
    for (const orang of [petugas, admin]) {
      const caller = atasNama(world, orang);
      const { reason, purpose } = ASKED;
      expect(await refusalAt(caller.post(path, {}))).toBe("422 alasan-wajib #/reason");
      expect(await refusalAt(caller.post(path, { purpose }))).toBe("422 alasan-wajib #/reason");
      expect(await refusalAt(caller.post(path, { reason: "pendek", purpose }))).toMatch(/^422 .*#\/reason$/);
      expect(await refusalAt(caller.post(path, { reason: " ".repeat(20), purpose }))).toMatch(
        /^422 .*#\/reason$/,
      );
      for (const unknown of ["collection", "whereabouts", "consent_call", ""])
        expect(await refusalAt(caller.post(path, { reason, purpose: unknown }))).toMatch(
          /^422 .*#\/purpose$/,
        );
      expect(await refusalAt(caller.post(path, { ...ASKED, lain: 1 }))).toMatch(/^422 /);
      for (const known of ["verification", "customer_request", "legal"])
        expect(
          (await world.request((await linkTo(caller, id, { reason, purpose: known })).path)).status,
        ).toBe(200);
    }
  });

  test("staff that names a reason and no purpose is refused", async () => {
    const petugas = await again(world, await makeStaffed());
    const user_id = String(await makeFileOf(world, petugas));
    const { id } = await makeDocument(world, petugas, undefined, { user_id });
    const rows = await written(world, async () => {
      const asking = atasNama(world, petugas).post(`${DOCUMENTS}/${id}/link`, { reason: REASON });
      expect(await refusalAt(asking)).toMatch(/^422 /);
    });
    expect(rows).toEqual([]);
  });

  test("leaves one audit row of who, what and why, about that customer; a refused one leaves none", async () => {
    const petugas = await again(world, await makeStaffed());
    const userId = await makeFileOf(world, petugas);
    const { id } = await makeDocument(world, petugas, undefined, { user_id: String(userId) });
    const caller = atasNama(world, petugas);
    const reason = "Nasabah 081234567890 (budi@example.com) memintanya";
    const rows = await written(world, async () => await linkTo(caller, id, { purpose: "legal", reason }));
    expect(rows).toEqual([
      {
        pelaku: `akun:${petugas.id}`,
        aksi: "documents.baca_jelas",
        tabel: "documents",
        id: String(id),
        rincian: { tujuan: "legal", alasan: "Nasabah [telepon] ([email]) memintanya" },
      },
    ]);
    const [last] = await world.cloud.neon.asOwner("select subjek_id from audit order by id desc limit 1");
    expect(last?.["subjek_id"]).toBe(String(userId));
    const lain = atasNama(world, await again(world, await makeStaffed()));
    const nobody = await written(world, async () => {
      expect(await refusalAt(lain.post(`${DOCUMENTS}/${id}/link`, ASKED))).toBe("404 dokumen-tidak-ada");
      expect(await refusalAt(caller.post(`${DOCUMENTS}/999999999/link`, ASKED))).toBe(
        "404 dokumen-tidak-ada",
      );
      await caller.post(`${DOCUMENTS}/${id}/link`, {});
    });
    expect(nobody).toEqual([]);
  });

  test("without its audit row there is no link: both or none", async () => {
    const { caller, id } = await makeLinked();
    const { neon } = world.cloud;
    await neon.asOwner(
      "alter table audit add constraint uji_gagal check (aksi <> 'documents.baca_jelas') not valid",
    );
    try {
      const answer = await caller.post(`${DOCUMENTS}/${id}/link`, {});
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toContain("token=");
    } finally {
      await neon.asOwner("alter table audit drop constraint uji_gagal");
    }
  });

  test("is for people: nobody without a token, no mitra", async () => {
    const { id, orang, link } = await makeLinked();
    const path = `${DOCUMENTS}/${id}/link`;
    const mitra = await makeMitra(world);
    for (const headers of [{}, mitra.headers, { authorization: `Bearer ${link.token}` }]) {
      const asking = {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: "{}",
      };
      expect(await refusalAt(world.request(path, asking))).toBe("401 token-tidak-sah");
    }
    expect(
      await refusalAt(world.request(path, { method: "POST", headers: authOf(orang), body: "{}" })),
    ).toMatch(/^415/);
  });

  /** Somebody of the staff; the first admin's session may have ended with the clock. */
  async function makeStaffed() {
    const admin = await again(world, await firstAdmin(world));
    const unique = unik();
    const isian = { name: "Siti", email: `${unique}@example.com`, username: unique, role: "karyawan" };
    const password = `sandi-${unique}`;
    const answer = await atasNama(world, admin).post("/auth/register", { ...isian, password });
    expect(answer.status).toBe(200);
    const { email, username } = isian;
    return { ...(await again(world, { ...admin, email, username, password })), password };
  }
});

describe("the name of a download", () => {
  const NAMES = {
    quotes: 'a";filename="b.html',
    "an apostrophe": "it's (1)*.jpg",
    semicolons: "a;b=c,d.jpg",
    "per cent": "100%25 asli%.jpg",
    path: "../../etc/passwd.jpg",
    backslashes: "..\\..\\a.jpg",
    emoji: "KTP 😀 saya.jpg",
    "other writing": "照片 é.jpg",
  };

  test.each(Object.entries(NAMES))(
    "with %s is one value that says the name and nothing else",
    async (_, name) => {
      const { orang, caller } = await makeCustomer(world);
      const { id, file_name } = await makeDocument(world, orang, fileOf(photo(), name));
      const answer = await world.request((await linkTo(caller, id)).path);
      const header = answer.headers.get("content-disposition") ?? "";
      // RFC 8187 §3.2.1: an ext-value has attr-chars and pct-encoded octets.
      expect(header).toMatch(/^inline; filename\*=UTF-8''([\w!#$&+.^`|~-]|%[0-9A-F]{2})+$/);
      expect(decodeURIComponent(header.split("''")[1] ?? "")).toBe(file_name);
      expect([...answer.headers.keys()]).not.toContain("set-cookie");
    },
  );

  test("of a PDF is that of an attachment, of a picture is shown", async () => {
    const { orang, caller } = await makeCustomer(world);
    for (const [bytes, how, type] of [
      [photo(), "inline", "image/jpeg"],
      [picture(), "inline", "image/png"],
      [paper(), "attachment", "application/pdf"],
    ] as const) {
      const { id } = await makeDocument(world, orang, fileOf(bytes, "a.html", "text/html"), {
        doc_type: "invoice",
      });
      const { headers } = await world.request((await linkTo(caller, id)).path);
      expect(headers.get("content-disposition")).toBe(`${how}; filename*=UTF-8''a.html`);
      expect(headers.get("content-type")).toBe(type);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });
});
