import { beforeAll, describe, expect, test } from "vitest";
import { createWorld, useWorld, type World } from "../harness.ts";
import { firstAdmin, login, makeAkun, postJson, type Orang } from "../make.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { patientAttempts } from "./seams.ts";

// What admins see and change of everybody's accounts.

const world = useWorld({ deps: { attempts: patientAttempts(() => world) } });

interface Baris {
  id: number;
  role: string;
  active: boolean;
}

const atur = (as: Orang, id: number, body: object, house: World = world) =>
  postJson(house, `/auth/akun/${id}`, body, as.headers, "PATCH");
const meets = async (orang: Orang, house: World = world) =>
  await refusalOf(await house.request("/auth/me", { headers: orang.headers }));
const refresh = async ({ refreshToken }: Orang) =>
  await postJson(world, "/auth/refresh", { refresh_token: refreshToken });

const DEAD = "401 token-tidak-sah";

describe("GET /auth/akun", () => {
  let admin: Orang;
  const list = async (query = ""): Promise<{ rows: Baris[]; link: string | null }> => {
    const answer = await world.request(`/auth/akun${query}`, { headers: admin.headers });
    expect(answer.status, await answer.clone().text()).toBe(200);
    const rows: Baris[] = await answer.json();
    return { rows, link: answer.headers.get("link") };
  };
  const pagesFrom = async (query: string): Promise<Baris[][]> => {
    const pages: Baris[][] = [];
    for (let next: string | undefined = query; next !== undefined;) {
      const { rows, link } = await list(next);
      pages.push(rows);
      next = /^<(\?[^>]+)>; rel="next"$/.exec(link ?? "")?.[1];
    }
    return pages;
  };
  beforeAll(async () => {
    admin = await makeAkun(world, "admin");
    await atOnce(5, async () => await makeAkun(world, "nasabah"));
    await atOnce(2, async () => await makeAkun(world, "karyawan"));
  });

  test("shows everybody, newest first, with exactly the documented fields", async () => {
    const { rows, link } = await list();
    const ids = (await world.cloud.neon.asOwner("select id from akun order by id desc")).map(({ id }) =>
      Number(id),
    );
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(link).toBeNull();
    expect(rows.find(({ id }) => id === admin.id)).toEqual({
      id: admin.id,
      name: admin.name,
      username: admin.username,
      email: admin.email,
      role: "admin",
      active: true,
      created_at: expect.any(String),
    });
  });

  test("page by page nobody is missing and nobody comes twice, also when somebody registers meanwhile", async () => {
    const { rows } = await list();
    const [first] = await pagesFrom("?limit=3");
    await makeAkun(world, "nasabah");
    const rest = await pagesFrom(`?limit=3&before=${first?.at(-1)?.id}`);
    const seen = [...(first ?? []), ...rest.flat()];
    expect(seen).toEqual(rows);
    for (const page of rest.slice(0, -1)) expect(page).toHaveLength(3);
  });

  test("by role, and the pages keep to it", async () => {
    const { rows } = await list();
    for (const role of ["admin", "karyawan", "nasabah"]) {
      const pages = await pagesFrom(`?role=${role}&limit=2`);
      expect(pages.flat()).toEqual(rows.filter((baris) => baris.role === role));
      expect(pages.flat()).not.toEqual([]);
    }
  });

  test.each(["?role=agent", "?role=", "?limit=0", "?limit=101", "?before=-1", "?peran=admin", "?limit=1.5"])(
    "%s is 422",
    async (query) => {
      const answer = await world.request(`/auth/akun${query}`, { headers: admin.headers });
      expect(await refusalOf(answer)).toBe("422 validasi-gagal");
    },
  );

  test.each(["karyawan", "nasabah"] as const)("is not for a %s", async (role) => {
    const orang = await makeAkun(world, role);
    const answers = [
      await world.request("/auth/akun", { headers: orang.headers }),
      await atur(orang, orang.id, { role: "admin" }),
      await atur(orang, admin.id, { active: false }),
    ];
    for (const answer of answers) expect(await refusalOf(answer)).toBe("403 peran-tidak-boleh");
    expect(await meets(admin)).toBe("200");
  });
});

describe("PATCH /auth/akun/{id}", () => {
  test.each([
    ["nasabah", "karyawan"],
    ["karyawan", "admin"],
    ["admin", "karyawan"],
  ] as const)(
    "makes a %s a %s: old tokens are dead at once, for good; the next login has the new role",
    async (from, to) => {
      const [admin, orang] = [await makeAkun(world, "admin"), await makeAkun(world, from)];
      const answer = await atur(admin, orang.id, { role: to });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ id: orang.id, role: to, active: true, email: orang.email });
      expect(await meets(orang)).toBe(DEAD);
      expect(await refusalOf(await refresh(orang))).toBe("401 refresh-tidak-sah");
      const { headers } = await login(world, orang.email, orang.password);
      expect(await (await world.request("/auth/me", { headers })).json()).toMatchObject({ role: to });
      expect((await world.request("/auth/akun", { headers })).status).toBe(to === "admin" ? 200 : 403);
    },
  );

  test("disabling is dead on the next request, for every session; enabling brings no session back", async () => {
    const [admin, orang] = [await makeAkun(world, "admin"), await makeAkun(world, "karyawan")];
    const second = await login(world, orang.email, orang.password);
    expect(await (await atur(admin, orang.id, { active: false })).json()).toMatchObject({ active: false });
    expect([await meets(orang), await meets(second)]).toEqual([DEAD, DEAD]);
    expect(await refusalOf(await refresh(orang))).toBe("401 refresh-tidak-sah");
    expect((await atur(admin, orang.id, { active: true })).status).toBe(200);
    expect([await meets(orang), await meets(second)]).toEqual([DEAD, DEAD]);
    expect(await refusalOf(await refresh(second))).toBe("401 refresh-tidak-sah");
    expect(await meets(await login(world, orang.email, orang.password))).toBe("200");
  });

  test("saying what is so already changes nothing, and leaves tokens alone", async () => {
    const [admin, orang] = [await makeAkun(world, "admin"), await makeAkun(world, "karyawan")];
    expect((await atur(admin, orang.id, { role: "karyawan", active: true })).status).toBe(200);
    expect(await meets(orang)).toBe("200");
  });

  test("nobody there is 404", async () => {
    const admin = await makeAkun(world, "admin");
    for (const id of [987_654_321, Number.MAX_SAFE_INTEGER])
      expect(await refusalOf(await atur(admin, id, { active: false }))).toBe("404 akun-tidak-ada");
  });

  test.each([
    {},
    { role: "agent" },
    { active: "false" },
    { role: null },
    { name: "x" },
    { email: "a@b.example" },
  ])("%o is 422", async (body) => {
    const [admin, orang] = [await makeAkun(world, "admin"), await makeAkun(world, "nasabah")];
    expect(await refusalOf(await atur(admin, orang.id, body))).toBe("422 validasi-gagal");
  });
});

describe("there is always an active admin", () => {
  /** A world of its own with this many admins, and the one who registered them a customer. */
  const withAdmins = async (count: number, work: (house: World, admins: Orang[]) => Promise<void>) => {
    const house = await createWorld();
    try {
      const { id } = await firstAdmin(house);
      const admins: Orang[] = [];
      while (admins.length < count) admins.push(await makeAkun(house, "admin"));
      await house.cloud.neon.asOwner("update akun set peran = 'nasabah' where id = $1", [id]);
      await work(house, admins);
    } finally {
      await house.close();
    }
  };
  const activeAdmins = async (house: World) =>
    (await house.cloud.neon.asOwner("select id from akun where peran = 'admin' and aktif")).length;

  test("the last one can neither demote nor disable itself, and its token still works", async () => {
    await withAdmins(1, async (house, [admin]) => {
      if (!admin) throw new Error("no admin");
      for (const body of [{ role: "karyawan" }, { active: false }, { role: "nasabah", active: false }])
        expect(await refusalOf(await atur(admin, admin.id, body, house))).toBe("409 admin-terakhir");
      expect(await meets(admin, house)).toBe("200");
      expect(await activeAdmins(house)).toBe(1);
    });
  });

  test("one that is not the last may leave; a disabled admin is no admin left", async () => {
    await withAdmins(3, async (house, admins) => {
      const [one, two, three] = admins as [Orang, Orang, Orang];
      expect((await atur(one, three.id, { active: false }, house)).status).toBe(200);
      expect((await atur(two, two.id, { role: "karyawan" }, house)).status).toBe(200);
      expect(await meets(two, house)).toBe(DEAD);
      expect(await refusalOf(await atur(one, one.id, { active: false }, house))).toBe("409 admin-terakhir");
      expect((await atur(one, three.id, { active: true }, house)).status).toBe(200);
      expect((await atur(one, one.id, { active: false }, house)).status).toBe(200);
      expect(await activeAdmins(house)).toBe(1);
    });
  });

  test("five that disable each other in a ring at once leave at least one, and nothing breaks", async () => {
    await withAdmins(5, async (house, admins) => {
      const answers = await Promise.all(
        admins.map(async (admin, at) =>
          atur(admin, admins[(at + 1) % admins.length]?.id ?? 0, { active: false }, house),
        ),
      );
      const counts = tally(await Promise.all(answers.map(refusalOf)));
      const known = ["200", DEAD, "409 admin-terakhir"];
      expect(Object.keys(counts).filter((key) => !known.includes(key))).toEqual([]);
      expect(await activeAdmins(house)).toBe(5 - (counts["200"] ?? 0));
      expect(await activeAdmins(house)).toBeGreaterThanOrEqual(1);
    });
  });
});
