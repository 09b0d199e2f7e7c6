import { randomUUID } from "node:crypto";
import { beforeAll, expect, onTestFinished, vi } from "vitest";
import { sql, type SQL } from "drizzle-orm";
import { atasNama, bodyOf, type Caller } from "../direktori/caller.ts";
import type { World } from "../harness.ts";
import { sebagai } from "../../src/akun/akses/akses.ts";
import { withActor } from "../../src/platform/db/database.ts";
import { makeAkun, makeBerkasNasabah, type BagianBody, type NasabahBody, type Orang } from "../make.ts";

/** Somebody of the staff, and requests in its name. */
export interface Petugas {
  orang: Orang;
  caller: Caller;
}

/** A customer with its own file. */
export interface Pemilik extends Petugas {
  userId: number;
}

/** Who acts in the tests of customers' files. */
export interface Pelaku {
  admin: Petugas;
  /** Looks after `titipan` only. */
  karyawan: Petugas;
  /** Looks after no file. */
  lain: Petugas;
  nasabah: Pemilik;
  tetangga: Pemilik;
  /** A file without an account, which `karyawan` opened. */
  titipan: number;
}

export async function makePetugas(world: World, role: Orang["role"] = "karyawan"): Promise<Petugas> {
  const orang = await makeAkun(world, role);
  return { orang, caller: atasNama(world, orang) };
}

/** Opens an account, and with it its own file. */
export async function makePemilik(world: World, isian: Partial<NasabahBody> = {}): Promise<Pemilik> {
  const petugas = await makePetugas(world, "nasabah");
  const { id } = await makeBerkasNasabah(world, isian, petugas.orang);
  return { ...petugas, userId: id };
}

/** Those who act in the tests of a file. */
export function usePelaku(world: World): Pelaku {
  const holder: { pelaku?: Pelaku } = {};
  beforeAll(async () => {
    const [admin, karyawan, lain] = [
      await makePetugas(world, "admin"),
      await makePetugas(world),
      await makePetugas(world),
    ];
    const [nasabah, tetangga] = [await makePemilik(world), await makePemilik(world)];
    const { id: titipan } = await makeBerkasNasabah(world, {}, karyawan.orang);
    holder.pelaku = { admin, karyawan, lain, nasabah, tetangga, titipan };
  });
  const current = () => {
    if (!holder.pelaku) throw new Error("nobody is there yet");
    return holder.pelaku;
  };
  return new Proxy({} as Pelaku, { get: (_, name) => Reflect.get(current(), name) });
}

/** What the rules forbid a lending app to collect, as its fields are called. */
export const TERLARANG = [
  "contacts",
  "sms_logs",
  "call_log",
  "installed_apps",
  "clipboard_logs",
  "calendar_events",
  "usage_stats",
  "hardware_ids",
  "accessibility_events",
];

export const DITOLAK = "422 validasi-gagal";
export const USER_TIDAK_ADA = "404 user-tidak-ada";

/** Erases a customer as the cron trigger would, at once. */
export async function erase(world: World, userId: number): Promise<void> {
  await world.cloud.neon.asOwner("select app.musnahkan($1)", [userId]);
}

/** Puts a loan into a file, around the product: what of it matters to files. Its test takes it away again: it is no whole one. */
export async function insertLoan(
  world: World,
  userId: number,
  status: string,
  more: { officer_id?: number; first_approver_id?: number; bank_account_id?: number } = {},
): Promise<{ id: number; set(columns: string): Promise<unknown>; remove(): Promise<unknown> }> {
  const { neon } = world.cloud;
  const [row] = await neon.asOwner(
    `insert into loan_applications (user_id, application_no, amount, term_months, status, officer_id, first_approver_id, bank_account_id)
      values ($1, $2, 1000000, 3, $3, $4, $5, $6) returning id`,
    [
      userId,
      `UJI-${randomUUID()}`,
      status,
      more.officer_id ?? null,
      more.first_approver_id ?? null,
      more.bank_account_id ?? null,
    ],
  );
  const id = Number(row?.["id"]);
  return {
    id,
    set: (columns) => neon.asOwner(`update loan_applications set ${columns} where id = $1`, [id]),
    remove: () => neon.asOwner("delete from loan_applications where id = $1", [id]),
  };
}

/** Runs a statement as the Worker's own role in somebody's name: what the database allows, whatever the routes do. */
export async function runAs(
  world: World,
  { id, role, accessToken }: Orang,
  statement: SQL,
): Promise<unknown> {
  const claims = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString()) as {
    sid: string;
    ver: number;
  };
  const actor = sebagai({ akunId: id, peran: role, sesi: claims.sid, versi: claims.ver }, [role]);
  const { db } = world.deps;
  const [{ rows }] = await withActor(db, actor, [db.execute(statement)]);
  return rows;
}

/** The SQLSTATE, or the code of a declared error, that a statement of `orang` fails with; undefined when it does not. */
export async function stateOf(world: World, orang: Orang, statement: string): Promise<unknown> {
  try {
    await runAs(world, orang, sql.raw(statement));
    return undefined;
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: unknown };
    return code ?? name;
  }
}

/** How many roundtrips to the database `deed` takes; it succeeds. */
export async function roundtripsOf(world: World, deed: () => Promise<Response>): Promise<number> {
  const { neon } = world.cloud;
  const before = neon.requests;
  const answer = await deed();
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  return neon.requests - before;
}

/** Runs `deed` in front of the `number`-th request to the database from now on. */
export function beforeRoundtrip(world: World, number: number, deed: () => Promise<unknown>): void {
  const { fetch } = globalThis;
  let seen = 0;
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.startsWith(world.cloud.neon.url)) seen += 1;
    if (seen === number) {
      seen = Number.POSITIVE_INFINITY;
      await deed();
    }
    return await fetch(input, init);
  });
  onTestFinished(() => spy.mockRestore());
}

/** The rows that `caller` is shown. */
export async function rowsOf(caller: Caller, path: string): Promise<BagianBody[]> {
  return await bodyOf<BagianBody[]>(caller.get(path));
}

/** A page, and the query of the next one. */
export async function pageOf(caller: Caller, path: string): Promise<{ ids: number[]; next?: string }> {
  const answer = await caller.get(path);
  const rows = await bodyOf<BagianBody[]>(Promise.resolve(answer));
  const next = /^<(\?[^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
  return { ids: rows.map(({ id }) => id), ...(next !== undefined && { next }) };
}

/** A text of `length` characters. */
export const panjang = (length: number) => "a".repeat(length);

/** A value that is no text of at most `most` characters; with `min` 1 neither an empty one. */
export const bukanTeks = (most: number): unknown[] => [
  "",
  "  ",
  "\u200b",
  panjang(most + 1),
  "a\u0007b",
  "a\u202eb",
  1,
  [],
  {},
  true,
];

/** A time as the wire has it. */
export const WAKTU: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
