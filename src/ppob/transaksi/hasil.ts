import { service, type Actor } from "../../platform/db/actor.ts";
import { withActor } from "../../platform/db/database.ts";
import type { Log } from "../../platform/log.ts";
import type { HasilBiller } from "../biller/biller.ts";
import { dorongKiriman } from "../callback/callback.ts";
import { segarkanSatu } from "../produk/produk.ts";
import { terapkanHasil } from "../saldo/saldo.ts";
import { kalimatHasil } from "./kalimat.ts";
import { dorong, type TransaksiDeps } from "./transaksi.ts";

// What the biller says of a purchase, wherever it was heard, and what follows from it.

/** One of our own services; its caller has checked a signature or is the platform's scheduler. */
export function layanan(nama: "antrean" | "biller" | "penyapu"): Actor {
  return service(nama);
}

/** Reads a biller's webhook and applies it. Throws `SignatureInvalid`; what is not about one of our attempts is only logged. */
export async function terimaWebhook(
  deps: TransaksiDeps,
  headers: Headers,
  body: string,
  log: Log,
): Promise<void> {
  const webhook = deps.biller.bacaWebhook(headers, body);
  if (webhook.jenis === "hasil")
    await catatHasil(deps, layanan("biller"), webhook.refId, webhook.hasil, null, log);
  else if (webhook.jenis === "lain") log.warn("webhook_unreadable");
}

/**
 * Settles what the biller said of an attempt, from wherever it was heard; one roundtrip, and what follows from it.
 * `lanjutDetik`: when to ask again if it is not final; null when nobody asked now.
 */
export async function catatHasil(
  deps: TransaksiDeps,
  actor: Actor,
  refId: string,
  hasil: HasilBiller,
  lanjutDetik: number | null,
  log: Log,
): Promise<void> {
  const [[akhir]] = await withActor(deps.db, actor, [
    terapkanHasil(deps.db, refId, hasil, kalimatHasil(hasil), lanjutDetik),
  ]);
  const catatan = { ref_id: refId, hasil: hasil.hasil, rc: hasil.rc, transaksi_id: akhir?.transaksiId };
  if (!hasil.dikenal) log.warn("biller_reply_unknown", catatan);
  if (hasil.petunjuk) log.error("biller_refuses_us", { ...catatan, petunjuk: hasil.petunjuk });
  if (!akhir) log.warn("attempt_unknown", catatan);
  else if (akhir.janggal) log.error("attempt_contradicts", { ...catatan, janggal: akhir.janggal });
  else log.info("attempt_applied", { ...catatan, sebelum: akhir.sebelum, sesudah: akhir.sesudah });
  if (akhir) await teruskan(deps, akhir, hasil, log);
}

/** What follows from a settlement; none of it can undo that. */
async function teruskan(
  { db, queue, biller }: TransaksiDeps,
  { transaksiId, berikutnya, kode, kiriman }: Settlement,
  hasil: HasilBiller,
  log: Log,
): Promise<void> {
  if (kiriman !== null) await dorongKiriman({ queue, log }, { id: kiriman, percobaan: 0 });
  if (berikutnya !== null) {
    log.warn("attempt_replaced", { transaksi_id: transaksiId, kode, rc: hasil.rc, berikutnya });
    await dorong(queue, transaksiId, berikutnya, log);
  }
  if (hasil.daftarBasi) await segarkanSatu({ db, biller, log }, kode);
}

type Settlement = Awaited<ReturnType<typeof terapkanHasil>>[number];
