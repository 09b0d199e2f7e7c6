import { COOKIE_SESI } from "../../src/akun/akses/akses.ts";
import type { World } from "../harness.ts";
import { login, makeAkun, type Orang } from "../make.ts";
import { JSON_TYPE, newEmail, newKey, type MakeSample, type Sample } from "./request-sample.ts";

/** Those of the accounts door. Every one has a person of its own behind it. */
export const AKUN: Record<string, MakeSample> = {
  masuk: async (world) => {
    const orang = await makeAkun(world, "karyawan");
    const body = { identifier: orang.username, password: orang.password };
    return { orang, path: "/auth/login", method: "POST", headers: JSON_TYPE, body };
  },
  masukDenganEmail: async (world) => {
    const orang = await makeAkun(world, "nasabah");
    const body = { email: orang.email, password: orang.password };
    return { orang, path: "/api/login", method: "POST", headers: JSON_TYPE, body };
  },
  segarkanToken: async (world) => {
    const orang = await makeAkun(world, "nasabah");
    const body = { refresh_token: orang.refreshToken };
    return { orang, path: "/auth/refresh", method: "POST", headers: JSON_TYPE, body };
  },
  keluar: async (world) => ({
    ...(await inTheNameOf(world, "nasabah")),
    path: "/auth/logout",
    method: "POST",
  }),
  keluarSemua: async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: "/auth/logout-all",
    method: "POST",
  }),
  daftarSesi: async (world) => ({
    ...(await inTheNameOf(world, "nasabah")),
    path: "/auth/sessions",
    method: "GET",
  }),
  akhiriSesiLain: async (world) => ({
    ...(await inTheNameOf(world, "nasabah")),
    path: "/auth/sessions",
    method: "DELETE",
  }),
  akhiriSesi: async (world) => {
    const sample = await inTheNameOf(world, "nasabah");
    const lain = await login(world, sample.orang.email, sample.orang.password);
    return { ...sample, path: `/auth/sessions/${sessionOf(lain)}`, method: "DELETE" };
  },
  daftarStaf: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/auth/register",
    method: "POST",
    body: {
      name: "Siti Aminah",
      email: newEmail(),
      username: newKey(),
      password: "password123",
      role: "karyawan",
    },
  }),
  daftarNasabah: async () => ({
    path: "/api/register",
    method: "POST",
    headers: JSON_TYPE,
    body: { name: "Budi Santoso", email: newEmail(), password: "password123" },
  }),
  infoPengguna: async (world) => ({
    ...(await inTheNameOf(world, "nasabah")),
    path: "/api/user-info",
    method: "GET",
  }),
  profil: async (world) => ({ ...(await inTheNameOf(world, "karyawan")), path: "/auth/me", method: "GET" }),
  ubahProfil: async (world) => ({
    ...(await inTheNameOf(world, "karyawan")),
    path: "/auth/me",
    method: "PATCH",
    body: { name: "Siti Rahma", email: newEmail(), username: newKey() },
  }),
  gantiKataSandi: async (world) => {
    const sample = await inTheNameOf(world, "nasabah");
    const body = { current_password: sample.orang.password, new_password: "sandi-baru-456" };
    return { ...sample, path: "/auth/password", method: "POST", body };
  },
  daftarAkun: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/auth/akun?limit=1",
    method: "GET",
  }),
  aturAkun: async (world) => {
    const target = await makeAkun(world, "nasabah");
    const body = { role: "karyawan", active: true };
    return { ...(await inTheNameOf(world, "admin")), path: `/auth/akun/${target.id}`, method: "PATCH", body };
  },
};

/** A request in the name of a fresh person with this role. */
export async function inTheNameOf(
  world: World,
  role: Orang["role"],
): Promise<Required<Pick<Sample, "actor" | "headers" | "orang">>> {
  const orang = await makeAkun(world, role);
  return { actor: role, headers: orang.headers, orang };
}

/** The claims of somebody's access token. */
export function claimsOf({ accessToken }: Orang): { sub: string; role: string; sid: string; ver: number } {
  const [, payload = ""] = accessToken.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as ReturnType<typeof claimsOf>;
}

/** The id of the session that somebody's tokens name. */
export function sessionOf(orang: Orang): string {
  return claimsOf(orang).sid;
}

/** Somebody's live session as a browser of ours carries it: a cookie, and the proof for requests that change something. */
export async function browserOf(world: World, orang: Orang): Promise<{ cookie: string; csrf: string }> {
  const { sub, role, sid, ver } = claimsOf(orang);
  const token = await world.deps.auth.tokens.sign("cookie", sub, { role, sid, ver });
  return { cookie: `${COOKIE_SESI}=${token}`, csrf: world.deps.auth.csrf.tokenFor(sid) };
}
