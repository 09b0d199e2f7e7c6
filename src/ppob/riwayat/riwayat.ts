import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import type { Transaksi } from "../transaksi/transaksi.ts";
import { telusuri, transaksiBerkunci, transaksiTerbaru, type Saringan } from "./repo.ts";

export type { Saringan };

export interface RiwayatDeps {
  db: Database;
}

/** A page of a list, newest first. */
export interface HalamanRiwayat {
  baris: Transaksi[];
  /** Before which id the list may go on; undefined at its end. */
  lanjut: number | undefined;
}

/**
 * The caller's own purchases that `saringan` lets through, newest first, at most `batas`, older than id `sebelum` if given.
 * What it costs depends on the page alone, not on how many purchases there are. Where several conditions must hold
 * together, a page may be short, even empty, and still go on.
 */
export async function riwayat(
  { db }: RiwayatDeps,
  actor: Actor,
  batas: number,
  sebelum: number | undefined,
  saringan: Saringan,
): Promise<HalamanRiwayat> {
  const { refId, ...lain } = saringan;
  if (refId !== undefined) {
    const [baris] = await withActor(db, actor, [transaksiBerkunci(db, refId, sebelum, lain)]);
    return { baris, lanjut: undefined };
  }
  const jalan = telusuri(db, { batas, sebelum }, lain);
  if (jalan.length > 0) return await menelusuri(db, actor, batas, jalan);
  const [baris] = await withActor(db, actor, [transaksiTerbaru(db, batas, sebelum, lain)]);
  return { baris, lanjut: baris.length < batas ? undefined : baris.at(-1)?.id };
}

/**
 * Goes one way after the other until one comes to its end. Each finds all that fits as far back as it comes, so when none
 * does, the one that came farthest is the page.
 */
async function menelusuri(
  db: Database,
  actor: Actor,
  batas: number,
  jalan: ReturnType<typeof telusuri>,
): Promise<HalamanRiwayat> {
  let terjauh: HalamanRiwayat | undefined;
  for (const satu of jalan) {
    const [temuan] = await withActor(db, actor, [satu]);
    const terakhir = temuan.at(-1);
    const baris = temuan.filter(({ cocok }) => cocok);
    if (!terakhir?.ujung && temuan.length < batas) return { baris, lanjut: undefined };
    if (!terakhir || baris.length === batas) return { baris, lanjut: terakhir?.id };
    if (!terjauh?.lanjut || terakhir.id < terjauh.lanjut) terjauh = { baris, lanjut: terakhir.id };
  }
  return terjauh ?? { baris: [], lanjut: undefined };
}
