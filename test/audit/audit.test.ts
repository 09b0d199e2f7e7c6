import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { refusalOf } from "../answers.ts";
import { atasNama, bodyOf, problemsAt, useOrang } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import {
  makeAkun,
  makeBerkasNasabah,
  makeMitra,
  postJson,
  randomDigits,
  randomNik,
  type NasabahBody,
} from "../make.ts";

const world = useWorld();
const admin = useOrang(world, "admin");

interface AuditBody {
  id: number;
  actor: string;
  action: string;
  target_table: string;
  target_id: string | null;
  user_id: number | null;
  details: Record<string, unknown>;
  created_at: string;
}

const page = async (query = "") => {
  const answer = await admin.get(`/audit${query}`);
  const rows = await bodyOf<AuditBody[]>(Promise.resolve(answer));
  const next = /^<(\?[^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
  return { rows, ids: rows.map(({ id }) => id), next };
};

/** All pages, as the links lead through them. */
const walk = async (query: string): Promise<number[][]> => {
  const pages: number[][] = [];
  for (let next: string | undefined = query; next !== undefined;) {
    const found = await page(next);
    pages.push(found.ids);
    next = found.next;
  }
  return pages;
};

/** Writes one row as the owner, at `waktu` (now), and returns its id. */
const note = async (
  isian: {
    pelaku?: string;
    aksi?: string;
    tabel?: string;
    id?: string | null;
    subjek?: number;
    waktu?: string;
  } = {},
): Promise<number> => {
  const { pelaku = "tamu", aksi = "uji.catat", tabel = "uji", id = null, subjek = null, waktu } = isian;
  const [row] = await world.cloud.neon.asOwner(
    `insert into audit (waktu, pelaku, aksi, sasaran_tabel, sasaran_id, rincian, subjek_id)
      values (coalesce($1::timestamptz, now()), $2, $3, $4, $5, '{}', $6) returning id`,
    [waktu ?? null, pelaku, aksi, tabel, id, subjek],
  );
  return Number(row?.["id"]);
};

const kata = () => randomBytes(6).toString("hex").replaceAll(/\d/g, "x");

describe("GET /audit", () => {
  test("shows exactly these fields, newest first", async () => {
    const file = await makeBerkasNasabah(world, {}, admin.orang);
    await bodyOf(admin.put(`/users/${file.id}`, { name: "Budi Rahman" }));
    const { rows } = await page("?limit=2");
    const of = { actor: `akun:${admin.orang.id}`, target_table: "nasabah", target_id: String(file.id) };
    const created_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
    const common = { ...of, id: expect.any(Number) as number, user_id: file.id, created_at };
    expect(rows).toEqual([
      { ...common, action: "nasabah.ubah", details: { kolom: ["name"] } },
      { ...common, action: "nasabah.buat", details: { menjadi: { id: file.id } } },
    ]);
    expect(rows[0]?.id).toBeGreaterThan(rows[1]?.id ?? 0);
  });

  test("each filter lets through what it says, and all of them hold at once", async () => {
    const tabel = `uji_${kata()}`;
    const subjek = Number(`7${randomDigits()}`);
    const pelaku = `akun:${subjek}`;
    const aksi = `${tabel}.catat`;
    const ids = {
      tabel: await note({ tabel }),
      satu: await note({ tabel, id: "1", aksi }),
      dua: await note({ tabel, id: "2", subjek, pelaku }),
      lain: await note({ tabel: `${tabel}x`, id: "1", subjek, aksi }),
      pelaku: await note({ pelaku }),
    };
    for (const [query, found] of [
      [`target_table=${tabel}`, [ids.dua, ids.satu, ids.tabel]],
      [`target_table=${tabel}&target_id=1`, [ids.satu]],
      [`target_table=${tabel}&target_id=3`, []],
      [`actor=${pelaku}`, [ids.pelaku, ids.dua]],
      [`action=${aksi}`, [ids.lain, ids.satu]],
      [`user_id=${subjek}`, [ids.lain, ids.dua]],
      [`user_id=${subjek}&action=${aksi}`, [ids.lain]],
      [`user_id=${subjek}&actor=${pelaku}`, [ids.dua]],
      [`user_id=${subjek}&before=${ids.lain}`, [ids.dua]],
      [`target_table=${tabel}&target_id=2&actor=${pelaku}&action=uji.catat&user_id=${subjek}`, [ids.dua]],
      [`target_table=${tabel}&target_id=2&actor=${pelaku}&action=${aksi}&user_id=${subjek}`, []],
      [`user_id=${Number.MAX_SAFE_INTEGER}`, []],
      ["actor=layanan:tidak_ada", []],
    ] as const)
      expect((await page(`?${query}`)).ids, query).toEqual(found);
    expect((await page("?actor=tamu&limit=1")).rows).toMatchObject([{ actor: "tamu" }]);
  });

  test("from is inclusive, to is not, in whatever zone they are said", async () => {
    const tabel = `waktu_${kata()}`;
    const at = async (waktu: string) => await note({ tabel, waktu });
    const [a, b, c] = [
      await at("2020-02-29T23:59:59.999Z"),
      await at("2020-03-01T00:00:00Z"),
      await at("2020-03-01T00:00:00.000400Z"),
    ];
    for (const [query, found] of [
      ["from=2020-03-01T00:00:00Z", [c, b]],
      ["from=2020-03-01T07:00:00%2B07:00", [c, b]],
      ["from=2020-02-29T19:00:00-05:00", [c, b]],
      ["to=2020-03-01T00:00:00Z", [a]],
      ["from=2020-02-29T23:59:59.999Z&to=2020-03-01T00:00:00.001Z", [c, b, a]],
      ["from=2020-03-01T00:00:00Z&to=2020-03-01T00:00:00Z", []],
      ["from=2020-03-02T00:00:00Z&to=2020-03-01T00:00:00Z", []],
      ["from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", [c, b, a]],
    ] as const)
      expect((await page(`?target_table=${tabel}&${query}`)).ids, query).toEqual(found);
  });

  test("pages by the Link header, which keeps the filters", async () => {
    const tabel = `hal_${kata()}`;
    const ids: number[] = [];
    for (let n = 0; n < 5; n++) {
      ids.unshift(await note({ tabel, id: "9" }));
      await note({ tabel, id: "8" });
    }
    const query = `?target_table=${tabel}&target_id=9&from=2020-01-01T00:00:00%2B07:00&limit=2`;
    expect(await walk(query)).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    const { ids: five, next } = await page(`?target_table=${tabel}&target_id=9&limit=5`);
    expect(five).toEqual(ids);
    expect((await page(next)).ids).toEqual([]);
    expect((await page("?limit=100")).rows.length).toBeLessThanOrEqual(100);
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=1e1", "limit"],
    ["before=0", "before"],
    ["before=9007199254740992", "before"],
    ["user_id=0", "user_id"],
    ["user_id=-1", "user_id"],
    ["user_id=a", "user_id"],
    ["user_id=9007199254740992", "user_id"],
    ["target_table=", "target_table"],
    ["target_table=Nasabah", "target_table"],
    [`target_table=${"a".repeat(64)}`, "target_table"],
    ["target_table=a'--", "target_table"],
    ["target_id=1", "target_id"],
    ["target_table=a&target_id=", "target_id"],
    ["target_table=a&target_id=a%20b", "target_id"],
    [`target_table=a&target_id=${"1".repeat(256)}`, "target_id"],
    ["actor=", "actor"],
    ["actor=akun", "actor"],
    ["actor=akun:0", "actor"],
    ["actor=akun:1%0A", "actor"],
    ["actor=TAMU", "actor"],
    ["action=ubah", "action"],
    ["action=nasabah.*", "action"],
    ["action=nasabah.ubah.lagi", "action"],
    ["from=2026-11-20", "from"],
    ["from=2026-11-20T03:00:00", "from"],
    ["from=2026-11-20%2003:00:00Z", "from"],
    ["from=2026-11-20T03:00:00+07:00", "from"],
    ["from=2026-02-30T03:00:00Z", "from"],
    ["from=2026-11-20T24:00:00Z", "from"],
    ["from=2026-11-20T03:00:00%2B25:00", "from"],
    ["from=0000-01-01T00:00:00Z", "from"],
    ["from=0001-01-01T00:00:00%2B01:00", "from"],
    ["from=%2B010000-01-01T00:00:00Z", "from"],
    ["from=2026-11-20T03:00Z", "from"],
    ["from=now", "from"],
    ["from=", "from"],
    ["to=infinity", "to"],
    ["to=9999-12-31T23:59:59-01:00", "to"],
    ["to=1700000000", "to"],
    ["to=2026-11-20T03:00:00Z&to=2026-11-21T03:00:00Z", "to"],
    ["actor=tamu&actor=tamu", "actor"],
    ["sort=id", "sort"],
    ["Actor=tamu", "Actor"],
  ])("%s is 422", async (query, name) => {
    const problems = (await problemsAt(admin.get(`/audit?${query}`))) as {
      pointer: string;
      detail: string;
    }[];
    expect(new Set(problems.map(({ pointer }) => pointer))).toEqual(new Set([`query:${name}`]));
    for (const { detail } of problems) expect(detail).not.toMatch(/invalid|expected|must/i);
  });
});

test("nothing personal or secret that goes through the directory stands in any answer", async () => {
  const planted: string[] = [];
  // No NIK says that year, so both of a file get the same flag.
  const DOB = "1957-06-05";
  const plant = (...texts: string[]) => planted.push(...texts);
  const isian = () => {
    const [digits, nik, email] = [randomDigits(), randomNik(), `${kata()}@example.com`];
    const name = `Sri ${kata()}`;
    plant(digits, nik, email, name);
    return { name, phone: `+62${digits}`, email, national_id: nik, dob: DOB };
  };
  plant(DOB);
  const nasabah = await makeAkun(world, "nasabah");
  plant(nasabah.password, nasabah.accessToken, nasabah.refreshToken, nasabah.email);
  const files: NasabahBody[] = [];
  for (const caller of [admin, atasNama(world, nasabah)]) {
    const file = await bodyOf<NasabahBody>(caller.post("/users/", isian()));
    files.push(file);
    await bodyOf(caller.put(`/users/${file.id}`, isian()));
    plant(file.external_user_id);
  }
  const alamat = `Jl. ${kata()} 5`;
  plant(alamat);
  await bodyOf(admin.post("/users/", { nama: "Tono", alamat, telepon: "081234567890", id_jabatan: 1 }));
  const sealed = await world.cloud.neon.asOwner(
    "select phone_segel, phone_indeks, national_id_segel, national_id_indeks from nasabah",
  );
  plant(...sealed.flatMap((row) => Object.values(row).filter((value) => value !== null)));
  expect(planted.length).toBeGreaterThan(25);
  let text = "";
  for (let next: string | undefined = "?limit=100"; next !== undefined;) {
    const found = await page(next);
    text += JSON.stringify(found.rows);
    next = found.next;
  }
  for (const { id } of files) {
    const { rows } = await page(`?user_id=${id}`);
    expect(rows.map(({ action }) => action)).toEqual(["nasabah.ubah", "nasabah.buat"]);
    expect(rows[0]?.details).toEqual({ kolom: ["email", "name", "national_id", "phone"] });
  }
  text += await (await admin.get("/audit/chain")).text();
  expect(text).toContain("nasabah.ubah");
  expect(planted.filter((secret) => text.includes(secret))).toEqual([]);
});

describe("GET /audit/chain", () => {
  const chain = async (query = "") =>
    await bodyOf<Record<string, unknown>>(admin.get(`/audit/chain${query}`));
  const hashOf = async (urut: unknown) =>
    (await world.cloud.neon.asOwner("select hash from audit_rantai where urut = $1", [Number(urut)]))[0]?.[
      "hash"
    ];

  test("is whole, and covers every row", async () => {
    await note();
    const [row] = await world.cloud.neon.asOwner("select count(*) as n from audit");
    const length = Number(row?.["n"]);
    const whole = {
      ok: true,
      up_to: length,
      length,
      hash: await hashOf(length),
      broken_at: null,
      reason: null,
    };
    expect(await chain()).toEqual({ ...whole, checked: length, next: null });
    expect(await chain(`?from=${length}&limit=1`)).toEqual({ ...whole, checked: 1, next: null });
    expect(await chain(`?from=${length + 1}`)).toEqual({ ...whole, checked: 0, next: null });
    expect(await chain(`?from=${Number.MAX_SAFE_INTEGER}`)).toEqual({ ...whole, checked: 0, next: null });
  });

  test("is walked by next, to the end", async () => {
    for (let n = 0; n < 4; n++) await note();
    const { length } = await chain();
    const limit = Math.ceil(Number(length) / 3);
    const parts = [];
    for (let next: number | null = 1; next !== null;) {
      const part: Record<string, unknown> = await chain(`?from=${next}&limit=${limit}`);
      parts.push(part);
      next = part["next"] as number | null;
    }
    expect(parts.map((part) => part["next"])).toEqual([limit + 1, 2 * limit + 1, null]);
    expect(parts.map((part) => part["up_to"])).toEqual([limit, 2 * limit, length]);
    expect(parts.reduce((sum, part) => sum + Number(part["checked"]), 0)).toBe(length);
    for (const part of parts) expect(part["hash"]).toBe(await hashOf(part["up_to"]));
  });

  test("says where it is broken, and why, and leads no further", async () => {
    const id = await note({ tabel: "rusak" });
    await note();
    const [link] = await world.cloud.neon.asOwner("select urut from audit_rantai where audit_id = $1", [id]);
    const urut = Number(link?.["urut"]);
    const around = async (deed: string) =>
      await world.cloud.neon.asOwner(
        `do $$ begin set local session_replication_role = replica; ${deed}; end $$`,
      );
    await around(`update audit set sasaran_tabel = 'tidak' where id = ${id}`);
    const broken = await chain();
    await around(`update audit set sasaran_tabel = 'rusak' where id = ${id}`);
    expect(broken).toEqual({
      ok: false,
      checked: urut - 1,
      up_to: urut - 1,
      length: urut + 1,
      hash: await hashOf(urut - 1),
      broken_at: urut,
      reason: "hash_beda",
      next: null,
    });
    expect(await chain()).toMatchObject({ ok: true });
  });

  test.each([
    ["from=0", "from"],
    ["from=-1", "from"],
    ["from=01", "from"],
    ["from=9007199254740992", "from"],
    ["limit=0", "limit"],
    ["limit=50001", "limit"],
    ["limit=1&limit=2", "limit"],
    ["before=1", "before"],
  ])("%s is 422", async (query, name) => {
    expect(await problemsAt(admin.get(`/audit/chain?${query}`))).toMatchObject([
      { pointer: `query:${name}` },
    ]);
  });
});

describe.each(["/audit", "/audit/chain"])("%s", (path) => {
  let headers: [string, Record<string, string>][];
  beforeAll(async () => {
    headers = [
      ["403 peran-tidak-boleh", (await makeAkun(world, "karyawan")).headers],
      ["403 peran-tidak-boleh", (await makeAkun(world, "nasabah")).headers],
      ["401 token-tidak-sah", (await makeMitra(world)).headers],
      ["401 token-tidak-sah", { authorization: "Bearer x.y.z" }],
      ["401 token-tidak-sah", {}],
    ];
  });

  test("is for admins only", async () => {
    for (const [refusal, sent] of headers)
      for (const query of ["", "?limit=1"])
        expect(await refusalOf(await world.request(path + query, { headers: sent }))).toBe(refusal);
  });

  test("is read in one roundtrip, and only read", async () => {
    const before = world.cloud.neon.requests;
    expect((await admin.get(path)).status).toBe(200);
    expect(world.cloud.neon.requests - before).toBe(1);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await postJson(world, path, {}, admin.orang.headers, method);
      expect(answer.status, method).toBeGreaterThanOrEqual(404);
    }
  });
});
