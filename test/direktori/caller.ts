import { randomBytes } from "node:crypto";
import { beforeAll, expect } from "vitest";
import { refusalOf } from "../answers.ts";
import type { World } from "../harness.ts";
import { makeAkun, postJson, type NasabahBody, type Orang, type PegawaiBody } from "../make.ts";

/** Requests in somebody's name; of nobody without `orang`. */
export function atasNama(world: Pick<World, "request">, orang?: Orang) {
  const headers = orang?.headers ?? {};
  return {
    get: (path: string) => world.request(path, { headers }),
    post: (path: string, body: object) => postJson(world, path, body, headers),
    put: (path: string, body: object) => postJson(world, path, body, headers, "PUT"),
    delete: (path: string) => world.request(path, { method: "DELETE", headers }),
  };
}

export type Caller = ReturnType<typeof atasNama>;

/** One person for the tests of a file, and requests in its name. */
export function useOrang(world: World, role: Orang["role"]): Caller & { readonly orang: Orang } {
  const holder: { orang?: Orang } = {};
  beforeAll(async () => {
    holder.orang = await makeAkun(world, role);
  });
  const orang = () => {
    if (!holder.orang) throw new Error("nobody is there yet");
    return holder.orang;
  };
  return {
    get orang() {
      return orang();
    },
    get: (path) => atasNama(world, orang()).get(path),
    post: (path, body) => atasNama(world, orang()).post(path, body),
    put: (path, body) => atasNama(world, orang()).put(path, body),
    delete: (path) => atasNama(world, orang()).delete(path),
  };
}

export interface JabatanBody {
  id_jabatan: number;
  nama_jabatan: string;
  deskripsi: string | null;
}

/** Either kind of users. */
export type UserBody = PegawaiBody | NasabahBody;

export function idOf(user: UserBody): number {
  return "id_user" in user ? user.id_user : user.id;
}

/** The body of a success. */
export async function bodyOf<T>(answering: Promise<Response>, status = 200): Promise<T> {
  const answer = await answering;
  expect(answer.status, await answer.clone().text()).toBe(status);
  return (await answer.json()) as T;
}

/** `409 nik-terdaftar #/national_id`: a refusal, and the fields it is about. */
export async function refusalAt(answering: Promise<Response>): Promise<string> {
  const answer = await answering;
  if (answer.status < 400) return String(answer.status);
  const { errors = [] } = (await answer.clone().json()) as { errors?: { pointer: string }[] };
  return [await refusalOf(answer), ...errors.map(({ pointer }) => pointer)].join(" ");
}

/** The fields that a 422 is about, and what it says of each. */
export async function problemsAt(answering: Promise<Response>): Promise<unknown> {
  const answer = await answering;
  expect(answer.status).toBe(422);
  const { errors } = (await answer.json()) as { errors: unknown };
  return errors;
}

export interface Page<T> {
  rows: T[];
  total: number;
  /** The query of the next page. */
  next: string | undefined;
}

export async function pageOf<T>(answering: Promise<Response>): Promise<Page<T>> {
  const answer = await answering;
  const rows = await bodyOf<T[]>(Promise.resolve(answer));
  const total = answer.headers.get("x-total-count") ?? "";
  expect(total).toMatch(/^(0|[1-9]\d*)$/);
  const link = answer.headers.get("link");
  const next = /^<(\?[^>]+)>; rel="next"$/.exec(link ?? "")?.[1];
  expect(next === undefined).toBe(link === null);
  return { rows, total: Number(total), next };
}

/** All pages of a list, as its links lead from the first to the last. */
export async function walk<T>(caller: Caller, path: string, query: string): Promise<Page<T>[]> {
  const pages: Page<T>[] = [];
  for (let next: string | undefined = query; next !== undefined;) {
    const page: Page<T> = await pageOf<T>(caller.get(path + next));
    pages.push(page);
    next = page.next;
  }
  return pages;
}

export async function countOf(world: World, table: string): Promise<number> {
  const [row] = await world.cloud.neon.asOwner(`select count(*) as rows from ${table}`);
  return Number(row?.["rows"]);
}

export interface AuditRow {
  pelaku: string | null;
  aksi: string | null;
  tabel: string | null;
  id: string | null;
  rincian: Record<string, unknown>;
}

/** The audit rows that `deed` leaves. */
export async function written(world: World, deed: () => Promise<unknown>): Promise<AuditRow[]> {
  const { neon } = world.cloud;
  const [last] = await neon.asOwner("select coalesce(max(id), 0) as id from audit");
  await deed();
  const rows = await neon.asOwner(
    "select pelaku, aksi, sasaran_tabel, sasaran_id, rincian::text from audit where id > $1 order by id",
    [Number(last?.["id"])],
  );
  return rows.map(({ pelaku, aksi, sasaran_tabel: tabel, sasaran_id: id, rincian }) => ({
    pelaku: pelaku ?? null,
    aksi: aksi ?? null,
    tabel: tabel ?? null,
    id: id ?? null,
    rincian: JSON.parse(String(rincian)) as Record<string, unknown>,
  }));
}

/** A text that nobody else has, of letters only. */
export function unik(): string {
  return randomBytes(8)
    .toString("hex")
    .replaceAll(/\d/g, (digit) => "ghijklmnop"[Number(digit)] ?? "");
}
