import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atasNama, bodyOf, countOf, refusalAt, useOrang } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun } from "../make.ts";
import { latin1, LATITUDE, SECRET } from "../platform/files-samples.ts";
import {
  again,
  cleanPhoto,
  DOCUMENTS,
  fileOf,
  HOUR,
  linkTo,
  makeCustomer,
  makeDocument,
  makeFileOf,
  MINUTE,
  objectOf,
  paper,
  photo,
  picture,
  REASON,
  upload,
  type DocumentBody,
} from "./orang.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
const admin = useOrang(world, "admin");

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const kept = async (id: number) => textOf(world.bucket.objects.get(await objectOf(world, id)) ?? latin1(""));
const bytesOf = async (answering: Promise<Response>) => {
  const answer = await answering;
  expect(answer.status).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
};

describe("an upload", () => {
  test("by a nasabah is its own, and answers what was kept of it", async () => {
    const { orang, userId, caller } = await makeCustomer(world);
    const answer = await upload(world, orang, fileOf(photo("", 6), "KTP saya.jpg"));
    expect(answer.status).toBe(201);
    const body = (await answer.json()) as DocumentBody;
    const { bytes } = { bytes: await bytesOf(world.request((await linkTo(caller, body.id)).path)) };
    expect(body).toEqual({
      id: body.id,
      user_id: userId,
      device_id: null,
      doc_type: "ktp",
      file_name: "KTP saya.jpg",
      mime_type: "image/jpeg",
      file_size: bytes.length,
      exif: { orientation: 6, gps: true },
      uploaded_at: new Date(clock.now()).toISOString(),
    });
    expect(await bodyOf(caller.get(`${DOCUMENTS}/${body.id}`))).toEqual(body);
  });

  test("by staff names its customer, and may be for no other than those it looks after", async () => {
    const petugas = await makeAkun(world, "karyawan");
    const lain = await makeAkun(world, "karyawan");
    const userId = String(await makeFileOf(world, petugas));
    for (const orang of [petugas, await firstAdmin(world)]) {
      const dokumen = await makeDocument(world, orang, fileOf(photo()), { user_id: userId });
      expect(dokumen.user_id).toBe(Number(userId));
    }
    const refused = async (isian: Record<string, string>, orang = petugas) =>
      await refusalAt(upload(world, orang, fileOf(photo()), isian));
    expect(await refused({})).toBe("422 user-id-wajib #/user_id");
    expect(await refused({ user_id: userId }, lain)).toBe("404 user-tidak-ada");
    expect(await refused({ user_id: String(Number.MAX_SAFE_INTEGER) })).toBe("404 user-tidak-ada");
  });

  test("by a nasabah for somebody else, or without a file, is refused; its own id may be named", async () => {
    const [a, b] = [await makeCustomer(world), await makeCustomer(world)];
    const of = (id: number) => ({ user_id: String(id) });
    expect(await refusalAt(upload(world, a.orang, fileOf(photo()), of(b.userId)))).toBe("404 user-tidak-ada");
    expect((await makeDocument(world, a.orang, undefined, of(a.userId))).user_id).toBe(a.userId);
    const tanpaBerkas = await makeAkun(world, "nasabah");
    expect(await refusalAt(upload(world, tanpaBerkas, fileOf(photo())))).toBe("404 user-tidak-ada");
    expect(await countOf(world, `documents where user_id = ${b.userId}`)).toBe(0);
  });

  test("may name the customer's own device, and no other's", async () => {
    const [a, b] = [await makeCustomer(world), await makeCustomer(world)];
    const device = await bodyOf<{ id: number }>(a.caller.post("/devices", { android_id: "a1b2c3" }));
    const isian = { device_id: String(device.id) };
    expect((await makeDocument(world, a.orang, undefined, isian)).device_id).toBe(device.id);
    for (const device_id of [String(device.id), "999999999"])
      expect(await refusalAt(upload(world, b.orang, fileOf(photo()), { device_id }))).toBe(
        "422 perangkat-tidak-dikenal #/device_id",
      );
    expect(await countOf(world, `documents where user_id = ${b.userId}`)).toBe(0);
  });

  test("is of the type that its bytes say, whatever it calls itself", async () => {
    const { orang } = await makeCustomer(world);
    const types = { "image/jpeg": photo(), "image/png": picture(), "application/pdf": paper() };
    for (const [mime, bytes] of Object.entries(types))
      for (const name of ["a.jpg", "a.png", "a.pdf", "a.exe", "a"])
        for (const type of [...Object.keys(types), "text/html", ""]) {
          if (name !== "a.exe" && type !== "text/html") continue;
          const isian = { doc_type: "invoice" };
          const { mime_type } = await makeDocument(world, orang, fileOf(bytes, name, type), isian);
          expect(mime_type, `${name} ${type}`).toBe(mime);
        }
  });

  test("that is nothing we keep is refused, whatever it calls itself", async () => {
    const { orang } = await makeCustomer(world);
    const before = world.bucket.objects.size;
    const strange = {
      HTML: latin1("<!doctype html><script>alert(1)</script>"),
      SVG: latin1('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
      GIF: latin1("GIF89a\u0001\0\u0001\0"),
      "a broken JPEG": photo().slice(0, 40),
      "a broken PNG": picture().slice(0, -20),
      "a PDF with a script": latin1(textOf(paper()).replace("/Keterangan", "/OpenAction")),
      nothing: latin1(""),
    };
    for (const [what, bytes] of Object.entries(strange))
      expect(await refusalAt(upload(world, orang, fileOf(bytes), { doc_type: "invoice" })), what).toBe(
        "422 berkas-tidak-dikenal #/file",
      );
    for (const doc_type of ["ktp", "selfie"])
      expect(await refusalAt(upload(world, orang, fileOf(paper()), { doc_type }))).toBe(
        "422 bukan-gambar #/file",
      );
    expect(world.bucket.objects.size).toBe(before);
  });

  test("needs a token of a person", async () => {
    const body = new FormData();
    body.append("doc_type", "ktp");
    body.append("file", fileOf(photo()));
    expect(await refusalAt(world.request(DOCUMENTS, { method: "POST", body }))).toBe("401 token-tidak-sah");
  });
});

describe("what is kept", () => {
  test("has no place in it, neither as stored nor as downloaded", async () => {
    const { orang, caller, externalUserId } = await makeCustomer(world);
    const { id } = await makeDocument(world, orang, fileOf(photo("profil")));
    const bytes = await bytesOf(world.request((await linkTo(caller, id)).path));
    expect(textOf(bytes)).toBe(textOf(cleanPhoto("profil")));
    expect(textOf(photo("profil"))).toContain(SECRET);
    const opened = await open(externalUserId, id, await objectOf(world, id));
    for (const bytes of [opened, await bytesOf(world.request((await linkTo(caller, id)).path))]) {
      expect(textOf(bytes)).not.toContain(SECRET);
      expect(Buffer.from(bytes).toString("hex")).not.toContain(LATITUDE.MM);
    }
  });

  test("is sealed: nothing of a file is in the bucket in clear", async () => {
    const { orang } = await makeCustomer(world);
    const mark = "TANDA-YANG-DITANAM-DI-BERKAS";
    const { id } = await makeDocument(world, orang, fileOf(paper(mark)), { doc_type: "invoice" });
    expect(textOf(paper(mark))).toContain(mark);
    const stored = await kept(id);
    expect(stored.length).toBeGreaterThan(paper(mark).length);
    for (const text of [mark, "%PDF", "%%EOF", "JFIF", "ICC_PROFILE"]) expect(stored).not.toContain(text);
    const other = await makeDocument(world, orang, fileOf(paper(mark)), { doc_type: "invoice" });
    // The same file again is other bytes: who sees the bucket cannot tell.
    expect(await kept(other.id)).not.toBe(stored);
  });

  test("opens with its customer's key at its place only", async () => {
    const [a, b] = [await makeCustomer(world), await makeCustomer(world)];
    const { id } = await makeDocument(world, a.orang, fileOf(photo()));
    const second = await makeDocument(world, a.orang, fileOf(photo()));
    const object = await objectOf(world, id);
    expect(textOf(await open(a.externalUserId, id, object))).toBe(textOf(cleanPhoto()));
    await expect(open(b.externalUserId, id, object)).rejects.toThrow(/./);
    await expect(open(a.externalUserId, id, await objectOf(world, second.id))).rejects.toThrow(/./);
  });

  test.each(["of the same customer", "of another customer"])(
    "in the place of a document %s does not open: a clean error, and the log calls for a person",
    async (whose) => {
      const a = await makeCustomer(world);
      const b = whose.includes("another") ? await makeCustomer(world) : a;
      const [one, two] = [await makeDocument(world, a.orang), await makeDocument(world, b.orang)];
      const { path } = await linkTo(a.caller, one.id);
      const [mine, other] = [await objectOf(world, one.id), await objectOf(world, two.id)];
      world.bucket.objects.set(mine, world.bucket.objects.get(other) ?? latin1(""));
      await expectBroken(path);
    },
  );

  test.each([
    ["is cut off", (bytes: Uint8Array) => bytes.slice(0, 20)],
    ["is empty", () => latin1("")],
    ["has one bit changed", (bytes: Uint8Array) => bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte))],
    ["has another format", (bytes: Uint8Array) => bytes.map((byte, at) => (at === 0 ? 2 : byte))],
  ])("that %s does not open either", async (_, change) => {
    const { orang, caller } = await makeCustomer(world);
    const { id } = await makeDocument(world, orang);
    const { path } = await linkTo(caller, id);
    const name = await objectOf(world, id);
    world.bucket.objects.set(name, change(world.bucket.objects.get(name) ?? latin1("")));
    await expectBroken(path);
  });

  async function expectBroken(path: string): Promise<void> {
    const lines = world.log.length;
    const answer = await world.request(path);
    expect(answer.status).toBe(500);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.has("content-disposition")).toBe(false);
    const text = await answer.text();
    expect((JSON.parse(text) as { type: string }).type).toBe("urn:satu-pintu:galat:kesalahan-server");
    expect(text).not.toMatch(/operation|cipher|decrypt|sealed|key/i);
    expect(world.log.slice(lines).filter(({ level }) => level === "error")).toHaveLength(1);
  }

  /** The object `name`, opened as if it were that of document `id` of a customer. */
  async function open(externalUserId: string, id: number, name: string): Promise<Uint8Array> {
    const { openDataKey } = await import("../../src/platform/crypto/data-key.ts");
    const [nasabah] = await world.cloud.neon.asOwner(
      "select kunci from nasabah where external_user_id = $1",
      [externalUserId],
    );
    const place = { table: "nasabah", column: "kunci", row: externalUserId };
    const kunci = await openDataKey(world.deps.sealer, place, String(nasabah?.["kunci"]));
    const row = await objectOf(world, id);
    return await kunci.openBytes(
      { table: "documents", column: "file", row },
      world.bucket.objects.get(name) ?? latin1(""),
    );
  }
});

describe("lists, one, and removing", () => {
  test("a list is narrowed by type and customer, and walked page by page", async () => {
    const petugas = await makeAkun(world, "karyawan");
    const caller = atasNama(world, petugas);
    const [a, b] = [await makeFileOf(world, petugas), await makeFileOf(world, petugas)];
    const made: DocumentBody[] = [];
    for (const [user_id, doc_type] of [
      [a, "ktp"],
      [b, "ktp"],
      [a, "invoice"],
      [a, "ktp"],
    ] as const)
      made.unshift(await makeDocument(world, petugas, undefined, { user_id: String(user_id), doc_type }));
    const list = async (query: string) => await bodyOf(caller.get(DOCUMENTS + query));
    const where = (holds: (dokumen: DocumentBody) => boolean) => made.filter(holds);
    expect(await list("")).toEqual(made);
    expect(await list(`?user_id=${a}`)).toEqual(where(({ user_id }) => user_id === a));
    expect(await list("?doc_type=ktp")).toEqual(where(({ doc_type }) => doc_type === "ktp"));
    expect(await list(`?doc_type=ktp&user_id=${a}`)).toEqual(
      where(({ user_id, doc_type }) => user_id === a && doc_type === "ktp"),
    );
    expect(await list("?doc_type=selfie")).toEqual([]);
    expect(await refusalAt(caller.get(`${DOCUMENTS}?doc_type=sim`))).toMatch(/^422 validasi-gagal/);
    const first = await caller.get(`${DOCUMENTS}?limit=3`);
    expect(await bodyOf(Promise.resolve(first))).toEqual(made.slice(0, 3));
    const next = /^<(\?[^>]+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1];
    expect(await list(next ?? "")).toEqual(made.slice(3));
  });

  test("what lies in the bucket, and under which name, is in no answer", async () => {
    const { orang, caller } = await makeCustomer(world);
    const { id } = await makeDocument(world, orang);
    const name = await objectOf(world, id);
    for (const path of [DOCUMENTS, `${DOCUMENTS}/${id}`])
      expect(await (await caller.get(path)).text()).not.toContain(name);
    expect((await linkTo(caller, id)).url).not.toContain(name);
  });

  test("of others there is nothing to see or remove: 404", async () => {
    const [a, b] = [await makeCustomer(world), await makeCustomer(world)];
    const karyawan = atasNama(world, await makeAkun(world, "karyawan"));
    const { id } = await makeDocument(world, a.orang);
    for (const caller of [b.caller, karyawan]) {
      expect(await bodyOf(caller.get(DOCUMENTS))).toEqual([]);
      expect(await bodyOf(caller.get(`${DOCUMENTS}?user_id=${a.userId}`))).toEqual([]);
      for (const ask of [
        caller.get(`${DOCUMENTS}/${id}`),
        caller.delete(`${DOCUMENTS}/${id}`),
        caller.post(`${DOCUMENTS}/${id}/link`, { purpose: "verification", reason: REASON }),
      ])
        expect(await refusalAt(ask)).toBe("404 dokumen-tidak-ada");
    }
    expect((await bodyOf<DocumentBody>(a.caller.get(`${DOCUMENTS}/${id}`))).id).toBe(id);
    expect(world.bucket.objects.has(await objectOf(world, id))).toBe(true);
  });

  test("of a removed one the object goes with the next run of the job, and no other", async () => {
    const { orang, caller } = await makeCustomer(world);
    const [gone, stays] = [await makeDocument(world, orang), await makeDocument(world, orang)];
    const [object, other] = [await objectOf(world, gone.id), await objectOf(world, stays.id)];
    expect((await caller.delete(`${DOCUMENTS}/${gone.id}`)).status).toBe(204);
    expect(await refusalAt(caller.get(`${DOCUMENTS}/${gone.id}`))).toBe("404 dokumen-tidak-ada");
    expect(await refusalAt(caller.delete(`${DOCUMENTS}/${gone.id}`))).toBe("404 dokumen-tidak-ada");
    expect(await world.erase()).toBe(0);
    expect(world.bucket.objects.has(object)).toBe(false);
    expect(world.bucket.objects.has(other)).toBe(true);
    expect(await countOf(world, `berkas_terbuang where baris in ('${object}', '${other}')`)).toBe(0);
  });

  test("what a loan is decided by stays while it is open; staff may remove it", async () => {
    const { orang, caller, userId } = await makeCustomer(world);
    const { id } = await makeDocument(world, orang);
    await bodyOf(caller.post("/consents", { purpose: "credit_assessment", text_version: 1 }), 201);
    await bodyOf(caller.post("/loan-applications", { amount: 1_000_000, term_months: 3 }), 201);
    expect(await refusalAt(caller.delete(`${DOCUMENTS}/${id}`))).toBe("409 masih-ada-pinjaman");
    expect((await admin.delete(`${DOCUMENTS}/${id}`)).status).toBe(204);
    expect(await countOf(world, `documents where user_id = ${userId}`)).toBe(0);
  });
});

describe("when object storage is down", () => {
  // What others left is swept first.
  beforeEach(async () => {
    clock.advance(2 * HOUR);
    await world.erase();
  });
  const down = async (deed: () => Promise<void>) => {
    world.bucket.fault = new Error("R2 sedang mati di server 10.1.2.3");
    try {
      await deed();
    } finally {
      world.bucket.fault = undefined;
    }
  };

  test("an upload is 503 and leaves no row; what is noted of it is swept, and the same again works", async () => {
    const { orang, userId } = await makeCustomer(world);
    await down(async () => {
      const answer = await upload(world, orang, fileOf(photo()));
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
      expect(await answer.text()).not.toMatch(/10\.1\.2\.3|R2/);
    });
    expect(await countOf(world, `documents where user_id = ${userId}`)).toBe(0);
    expect(await countOf(world, "berkas_terbuang")).toBe(1);
    await makeDocument(world, orang);
    clock.advance(HOUR);
    await world.erase();
    expect(await countOf(world, "berkas_terbuang")).toBe(0);
    expect(await countOf(world, `documents where user_id = ${userId}`)).toBe(1);
  });

  test("a download is 503, and so is one whose object is gone; a person is called for that", async () => {
    const { orang, caller } = await makeCustomer(world);
    const { id } = await makeDocument(world, orang);
    const { path } = await linkTo(caller, id);
    await down(async () => {
      expect(await refusalAt(world.request(path))).toBe("503 layanan-tidak-tersedia");
    });
    expect((await world.request(path)).status).toBe(200);
    world.bucket.objects.delete(await objectOf(world, id));
    expect(await refusalAt(world.request(path))).toBe("503 layanan-tidak-tersedia");
    expect(world.log.filter(({ event, id: of }) => event === "file_missing" && of === id)).toHaveLength(1);
  });

  test("the job fails, and the next run removes what is left", async () => {
    const { orang, caller } = await makeCustomer(world);
    const { id } = await makeDocument(world, orang);
    const object = await objectOf(world, id);
    await caller.delete(`${DOCUMENTS}/${id}`);
    await down(async () => {
      await expect(world.erase()).rejects.toMatchObject({ name: "LAYANAN_TIDAK_TERSEDIA" });
    });
    expect(world.bucket.objects.has(object)).toBe(true);
    expect(await countOf(world, `berkas_terbuang where baris = '${object}'`)).toBe(1);
    await world.erase();
    expect(world.bucket.objects.has(object)).toBe(false);
    expect(await countOf(world, "berkas_terbuang")).toBe(0);
  });

  test("an object whose row is never written is swept after an hour, not before", async () => {
    const { orang, userId } = await makeCustomer(world);
    const before = new Set(world.bucket.objects.keys());
    const device_id = "999999999";
    expect(await refusalAt(upload(world, orang, fileOf(photo()), { device_id }))).toMatch(/^422/);
    const [stray, ...more] = [...world.bucket.objects.keys()].filter((name) => !before.has(name));
    expect(more).toEqual([]);
    expect(stray).toBeDefined();
    expect(await countOf(world, `documents where user_id = ${userId}`)).toBe(0);
    clock.advance(HOUR - MINUTE);
    await world.erase();
    expect(world.bucket.objects.has(stray ?? "")).toBe(true);
    clock.advance(MINUTE);
    await world.erase();
    expect(world.bucket.objects.has(stray ?? "")).toBe(false);
    for (const name of before) expect(world.bucket.objects.has(name)).toBe(true);
  });

  test("a database that fails after the object was stored leaves no row, and the object is swept likewise", async () => {
    const { orang, userId } = await makeCustomer(world);
    const before = new Set(world.bucket.objects.keys());
    world.cloud.neon.faults.next({ kind: "refuse" }, 1, ({ body }) =>
      body.includes('insert into \\"documents'),
    );
    expect(await refusalAt(upload(world, orang, fileOf(photo())))).toBe("503 layanan-tidak-tersedia");
    expect(world.bucket.objects.size).toBe(before.size + 1);
    expect(await countOf(world, `documents where user_id = ${userId}`)).toBe(0);
    clock.advance(HOUR);
    await world.erase();
    expect(new Set(world.bucket.objects.keys())).toEqual(before);
  });

  test("a row that is there keeps its object for ever", async () => {
    const { orang } = await makeCustomer(world);
    const { id } = await makeDocument(world, orang);
    clock.advance(100 * HOUR);
    await world.erase();
    const { path } = await linkTo(atasNama(world, await again(world, orang)), id);
    expect((await world.request(path)).status).toBe(200);
  });
});

test("an upload is two roundtrips to the database and one to Redis, a link one, a download one", async () => {
  const { orang, caller } = await makeCustomer(world);
  await world.idle();
  const { neon, redis } = world.cloud;
  const costOf = async <T>(deed: () => Promise<T>): Promise<[number, T]> => {
    const before = neon.requests + redis.requests;
    const done = await deed();
    return [neon.requests + redis.requests - before, done];
  };
  const [uploading, { id }] = await costOf(async () => await makeDocument(world, orang));
  const [linking, { path }] = await costOf(async () => await linkTo(caller, id));
  const [downloading] = await costOf(async () => await bytesOf(world.request(path)));
  const [wrong] = await costOf(async () => await world.request(`${path.slice(0, -6)}AAAAAA`));
  expect([uploading, linking, downloading, wrong]).toEqual([3, 1, 1, 0]);
});
