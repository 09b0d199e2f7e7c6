import { patientAttempts } from "./seams.ts";
import { expect, test } from "vitest";
import { createWorld, type World } from "../harness.ts";
import { postJson } from "../make.ts";
import { rebuilt, type House } from "../platform/samples.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";

// Who becomes the first admin. Each test has a database to itself, since that happens once.

const TOKEN = "rahasia-perdana-0123456789-abcdefgh";

async function inFreshWorld(work: (world: World) => Promise<void>): Promise<void> {
  const holder: { world?: World } = {};
  const world = await createWorld({ deps: { attempts: patientAttempts(() => holder.world as World) } });
  holder.world = world;
  try {
    await work(world);
  } finally {
    await world.close();
  }
}

let counter = 0;
function register(house: House, role: string, headers: Record<string, string> = {}): Promise<Response> {
  const unique = `satu${counter++}`;
  const isian = { name: "Siti", email: `${unique}@example.com`, username: unique, password: "password123" };
  return postJson(house, "/auth/register", { ...isian, role }, headers);
}

async function rolesIn(world: World): Promise<Record<string, number>> {
  return tally((await world.cloud.neon.asOwner("select peran from akun")).map(({ peran }) => peran));
}

/** The house as production runs it, but for its vendors. */
function inProduction(world: World, bootstrapToken: string | undefined): House {
  const { config } = world.deps;
  const akun = { ...config.akun, bootstrapToken };
  return rebuilt(world, { config: { ...config, local: false, akun } });
}

test("20 first registrations at once: exactly one becomes admin, the others are refused", async () => {
  await inFreshWorld(async (world) => {
    const answers = await atOnce(20, async (at) => await register(world, at % 2 ? "admin" : "karyawan"));
    expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 200: 1, "403 hanya-admin": 19 });
    expect(await rolesIn(world)).toEqual({ admin: 1 });
  });
});

test("the first one becomes admin, also when it asks to be karyawan: a house without an admin has no door", async () => {
  await inFreshWorld(async (world) => {
    const answer = await register(world, "karyawan");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ data: { role: "admin" } });
    expect(await refusalOf(await register(world, "karyawan"))).toBe("403 hanya-admin");
    expect(await rolesIn(world)).toEqual({ admin: 1 });
  });
});

test("customers that came before do not take the first admin's place", async () => {
  await inFreshWorld(async (world) => {
    const nasabah = { name: "Budi", email: "budi@example.com", password: "password123" };
    expect((await postJson(world, "/api/register", nasabah)).status).toBe(201);
    expect((await register(world, "admin")).status).toBe(200);
    expect(await refusalOf(await register(world, "admin"))).toBe("403 hanya-admin");
    expect(await rolesIn(world)).toEqual({ nasabah: 1, admin: 1 });
  });
});

test("in production the first admin needs the right x-bootstrap-token, and the secret is worth nothing afterwards", async () => {
  await inFreshWorld(async (world) => {
    const house = inProduction(world, TOKEN);
    const wrong = [undefined, "", "x", TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase(), "undefined"];
    for (const token of wrong) {
      const headers = token === undefined ? {} : { "x-bootstrap-token": token };
      expect(await refusalOf(await register(house, "admin", headers)), String(token)).toBe("403 hanya-admin");
    }
    expect(await rolesIn(world)).toEqual({});

    const right = { "x-bootstrap-token": TOKEN };
    const answer = await register(house, "karyawan", right);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ data: { role: "admin" } });
    for (const role of ["admin", "karyawan"])
      expect(await refusalOf(await register(house, role, right))).toBe("403 hanya-admin");
    expect(await rolesIn(world)).toEqual({ admin: 1 });
  });
});

test("in production the secret opens once, also when 20 know it at once", async () => {
  await inFreshWorld(async (world) => {
    const house = inProduction(world, TOKEN);
    const right = { "x-bootstrap-token": TOKEN };
    const answers = await atOnce(20, async () => await register(house, "admin", right));
    expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 200: 1, "403 hanya-admin": 19 });
    expect(await rolesIn(world)).toEqual({ admin: 1 });
  });
});

test("in production without BOOTSTRAP_TOKEN nobody becomes the first admin", async () => {
  await inFreshWorld(async (world) => {
    const house = inProduction(world, undefined);
    for (const token of [undefined, "", "undefined", TOKEN]) {
      const headers = token === undefined ? {} : { "x-bootstrap-token": token };
      expect(await refusalOf(await register(house, "admin", headers))).toBe("403 hanya-admin");
    }
    expect(await rolesIn(world)).toEqual({});
  });
});

test("who is refused as first admin has cost no bcrypt in production", async () => {
  await inFreshWorld(async (world) => {
    let hashed = 0;
    const { passwords } = world.deps;
    const { config } = world.deps;
    const house = rebuilt(world, {
      config: { ...config, local: false, akun: { ...config.akun, bootstrapToken: TOKEN } },
      passwords: {
        ...passwords,
        hash: (password) => {
          hashed += 1;
          return passwords.hash(password);
        },
      },
    });
    expect((await register(house, "admin")).status).toBe(403);
    expect(hashed).toBe(0);
    expect((await register(house, "admin", { "x-bootstrap-token": TOKEN })).status).toBe(200);
    expect(hashed).toBe(1);
  });
});
