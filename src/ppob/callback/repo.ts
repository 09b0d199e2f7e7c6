import { and, desc, eq, inArray, lt, lte, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { mitra } from "../mitra/table.ts";
import { callback, kiriman, kirimanLog, type statusKiriman } from "./table.ts";

export type StatusKiriman = (typeof statusKiriman.enumValues)[number];

const columns = {
  url: callback.url,
  aktif: callback.aktif,
  gagalSejak: callback.gagalSejak,
  dimatikanPada: callback.dimatikanPada,
  diubahPada: callback.diubahPada,
};

/** The caller, what its webhooks are signed with (sealed), and its endpoint if it has one. */
export function mitraDanCallback(db: Database) {
  return db
    .select({
      mitraId: mitra.id,
      kunciApiHash: mitra.kunciApiHash,
      kunciPrivatSegel: mitra.kunciPrivatSegel,
      callback: columns,
    })
    .from(mitra)
    .leftJoin(callback, eq(callback.mitraId, mitra.id))
    .where(eq(mitra.id, sql`app.mitra_id()`));
}

/** Registers the caller's endpoint, or another one in its place, switched on. */
export function pasangCallback(db: Database, url: string) {
  return db
    .select({
      url: sql<string>`url`,
      aktif: sql<boolean>`aktif`,
      gagalSejak: sql`gagal_sejak`.mapWith(callback.gagalSejak),
      dimatikanPada: sql`dimatikan_pada`.mapWith(callback.dimatikanPada),
      diubahPada: sql`diubah_pada`.mapWith(callback.diubahPada),
    })
    .from(sql`app.pasang_callback(${url})`);
}

/** Removes the caller's endpoint, and gives up what waits for it. */
export function hapusCallback(db: Database) {
  return db.select({ ada: sql<boolean>`ada` }).from(sql`app.hapus_callback() ada`);
}

export interface SaringanKiriman {
  status?: StatusKiriman | undefined;
  transaksiId?: number | undefined;
}

/** Said beside the policy, so that the planner uses it, and that a login which bypasses policies still sees its own only. */
const ownRows = eq(kiriman.mitraId, sql`app.mitra_id()`);

/** The caller's messages, newest first, before id `sebelum` if given. */
export function kirimanTerbaru(
  db: Database,
  batas: number,
  sebelum: number | undefined,
  { status, transaksiId }: SaringanKiriman,
) {
  return db
    .select({
      id: kiriman.id,
      pesanId: kiriman.pesanId,
      transaksiId: kiriman.transaksiId,
      peristiwa: kiriman.peristiwa,
      status: kiriman.status,
      percobaan: kiriman.percobaan,
      lanjutPada: kiriman.lanjutPada,
      dibuatPada: kiriman.dibuatPada,
      terkirimPada: kiriman.terkirimPada,
    })
    .from(kiriman)
    .where(
      and(
        ownRows,
        sebelum === undefined ? undefined : lt(kiriman.id, sebelum),
        status === undefined ? undefined : eq(kiriman.status, status),
        transaksiId === undefined ? undefined : eq(kiriman.transaksiId, transaksiId),
      ),
    )
    .orderBy(desc(kiriman.id))
    .limit(batas);
}

/** The last `sebanyak` attempts of each message of that page, newest first. */
export function percobaanTerakhir(
  db: Database,
  halaman: ReturnType<typeof kirimanTerbaru>,
  sebanyak: number,
) {
  const satu = halaman.as("halaman");
  const urut = db
    .select({
      id: kirimanLog.id,
      kirimanId: kirimanLog.kirimanId,
      waktu: kirimanLog.waktu,
      url: kirimanLog.url,
      kodeHttp: kirimanLog.kodeHttp,
      galat: kirimanLog.galat,
      ms: kirimanLog.ms,
      ke: sql<number>`row_number() over (partition by ${kirimanLog.kirimanId} order by ${kirimanLog.id} desc)`.as(
        "ke",
      ),
    })
    .from(kirimanLog)
    .where(inArray(kirimanLog.kirimanId, db.select({ id: satu.id }).from(satu)))
    .as("urut");
  return db.select().from(urut).where(lte(urut.ke, sebanyak)).orderBy(desc(urut.id));
}

/** Makes one of the caller's messages due again. Raises KIRIMAN_TIDAK_ADA, CALLBACK_MATI. */
export function ulangKiriman(db: Database, id: number) {
  return db
    .select({ id: sql`id`.mapWith(Number), percobaan: sql`percobaan`.mapWith(Number) })
    .from(sql`app.ulang_kiriman(${id})`);
}

/** A message in the hands of whoever delivers it. */
export type KlaimKiriman = Awaited<ReturnType<typeof klaimKiriman>>[number];

/**
 * Takes one message for `sewaDetik` seconds: the one named, or the one that has been due longest and is for none of the
 * mitra `kecuali`. No row when somebody else has it, or none is due.
 */
export function klaimKiriman(
  db: Database,
  yangMana: number | "jatuh tempo",
  sewaDetik: number,
  kecuali: readonly number[] = [],
) {
  const id = yangMana === "jatuh tempo" ? null : yangMana;
  return db
    .select({
      id: sql`id`.mapWith(Number),
      mitraId: sql`mitra_id`.mapWith(Number),
      pesanId: sql<string>`pesan_id`,
      /** The body, the same text at every attempt. */
      isi: sql<string>`isi`,
      /** How often it was tried, this time included. */
      percobaan: sql`percobaan`.mapWith(Number),
      url: sql<string>`url`,
      kunciApiHash: sql<string>`kunci_api_hash`,
      kunciPrivatSegel: sql<string>`kunci_privat_segel`,
    })
    .from(sql`app.klaim_kiriman(${id}, ${sewaDetik}, ${`{${kecuali.join(",")}}`}::bigint[])`);
}

export interface AkhirPercobaan {
  kodeHttp: number | null;
  /** Null: delivered. */
  galat: string | null;
  ms: number;
  /** When to try again, in seconds; null: never. */
  jedaDetik: number | null;
  /** The endpoint wants nothing any more. */
  matikan: boolean;
}

/** Settles an attempt. `dimatikan`: the endpoint is switched off because of it. */
export function catatKiriman(db: Database, { id, percobaan, url }: KlaimKiriman, akhir: AkhirPercobaan) {
  const { kodeHttp, galat, ms, jedaDetik, matikan } = akhir;
  return db
    .select({ status: sql<StatusKiriman>`status`, dimatikan: sql<boolean>`dimatikan` })
    .from(
      sql`app.catat_kiriman(${id}, ${percobaan}, ${url}, ${kodeHttp}, ${galat}, ${ms}, ${jedaDetik}, ${matikan})`,
    );
}
