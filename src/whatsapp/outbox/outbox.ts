import { service } from "../../platform/db/actor.ts";
import type { Database } from "../../platform/db/database.ts";
import { defineError, ServiceUnavailable } from "../../platform/http/errors.ts";
import { describeError, type Log } from "../../platform/log.ts";
import type { Queue } from "../../platform/queue/queue.ts";
import type { KirimPesan } from "../../otp/otp.ts";
import type { Whapi } from "../whapi/whapi.ts";

export const NomorTanpaWhatsapp = defineError(
  422,
  "NOMOR_TANPA_WHATSAPP",
  "WhatsApp menolak nomor ini. Periksa nomornya, atau minta kode tanpa channel dan to.",
  { pointer: "#/to" },
);

/** Where QStash calls us back. */
export const QUEUE_PATH = "/queue/whatsapp";

/** The webhook, the queue's consumer and the sweeper of the WhatsApp door. */
export const whatsapp = service("whatsapp");

export interface OutboxDeps {
  db: Database;
  queue: Queue;
  log: Log;
  /** The most messages that leave in a second. */
  whapiPerSecond: number;
}

/** What the queue is to see to: the next message of a chat, or the file of an incoming one. */
export type Tugas = { chat_id: number } | { message_id: number };

/**
 * Tells the queue that something waits, after it is committed. One delivery sends one message, so the queue's pace is ours.
 * A lost nudge is made good by the sweeper. `perihal`: the message that it is about; the same twice is one nudge.
 */
export function dorong(
  { queue, whapiPerSecond }: OutboxDeps,
  tugas: Tugas,
  perihal: string,
  log: Log,
  background: (work: Promise<unknown>) => void,
): void {
  const jenis = "chat_id" in tugas ? "kirim" : "media";
  const pace = { key: `whapi-${jenis}`, perSecond: whapiPerSecond };
  const nudge = queue.publish(QUEUE_PATH, tugas, `whatsapp-${jenis}-${perihal}`, pace);
  background(nudge.catch((error: unknown) => log.warn("publish_failed", describeError(error))));
}

/**
 * Sends one-time passwords: at once and past the queue, where their text would lie in clear, and written down nowhere.
 * What it returns throws `NomorTanpaWhatsapp` and `ServiceUnavailable`.
 */
export function kirimKode(whapi: Whapi): KirimPesan {
  return async (nomor, teks) => {
    const hasil = await whapi.kirim({ waId: nomor.replace("+", ""), teks });
    if (hasil.hasil === "ditolak") throw new NomorTanpaWhatsapp();
    if (hasil.hasil === "nanti") {
      const error = new ServiceUnavailable();
      error.cause = new Error(`Whapi: ${hasil.alasan}`);
      throw error;
    }
  };
}
