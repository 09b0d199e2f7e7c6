import type { Clock } from "../../platform/clock.ts";
import { constantTimeEqual, sha256Hex } from "../../platform/crypto/hash.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError, ServiceUnavailable } from "../../platform/http/errors.ts";
import type { Access } from "../../platform/http/route.ts";
import type { Log } from "../../platform/log.ts";
import type { Attempts } from "../../platform/redis/attempts.ts";
import { adalahKode } from "../../otp/otp.ts";
import { jawab, type Mode } from "../bot/bot.ts";
import type { KeadaanBot } from "../keadaan/keadaan.ts";
import { dorong, whatsapp, type OutboxDeps } from "../outbox/outbox.ts";
import { rangkai } from "./jawaban.ts";
import * as repo from "./repo.ts";
import { pesanMasuk, statusMasuk, type PesanMasuk } from "./schema.ts";

export const RahasiaSalah = defineError(401, "RAHASIA_SALAH", "Header x-whapi-secret tidak ada atau salah.", {
  headers: { "www-authenticate": 'ApiKey realm="satu-pintu", header="x-whapi-secret"' },
});

export interface WebhookDeps extends OutboxDeps {
  db: Database;
  keadaanBot: KeadaanBot;
  attempts: Attempts;
  clock: Clock;
  strictRateLimits: boolean;
}

/**
 * The route that Whapi calls. Whapi signs nothing; it sends a static header of our choice. Without a secret, which only
 * local development goes without, anybody may call.
 */
export function whapiAccess(secret: string | undefined): Access {
  return {
    schemes: [
      {
        name: "whapi",
        definition: {
          type: "apiKey",
          in: "header",
          name: "x-whapi-secret",
          description: "Rahasia tetap yang dipasang di pengaturan webhook Whapi.",
        },
      },
    ],
    errors: [RahasiaSalah],
    middleware: [
      async (c, next) => {
        const given = c.req.header("x-whapi-secret") ?? "";
        // Hashes are of one length, so that the comparison tells nothing of the secret's.
        if (secret !== undefined && !constantTimeEqual(sha256Hex(given), sha256Hex(secret)))
          throw new RahasiaSalah();
        await next();
      },
    ],
  };
}

/** Chats that are worked on at once: Workers open at most six connections. */
const TANGAN = 6;

/** Longest work on one batch, in milliseconds. What is left is refused, and Whapi brings it again: it is not patient for ever. */
const WAKTU_MS = 8_000;

/**
 * Takes in what Whapi tells. Every message is handled once, however often it comes, those of one chat in their order; what
 * cannot be read is logged and skipped. Throws `ServiceUnavailable` when a message could not be kept: Whapi comes again.
 */
export async function terima(
  deps: WebhookDeps,
  { messages = [], statuses = [] }: { messages?: unknown[] | undefined; statuses?: unknown[] | undefined },
  log: Log,
  background: (work: Promise<unknown>) => void,
): Promise<void> {
  const dibaca = messages.map((isi) => pesanMasuk.safeParse(isi));
  const rusak = dibaca.filter(({ success }) => !success).length;
  if (rusak > 0) log.warn("webhook_unreadable", { vendor: "whapi", messages: rusak });
  const pesan = dibaca.flatMap(({ data }) => (data ? [data] : [])).flatMap(terbaca);
  const perChat = [...Map.groupBy(pesan, ({ waId }) => waId)];
  const modes = await deps.keadaanBot.baca(perChat.map(([waId]) => waId));
  const galat: unknown[] = [];
  const sampai = deps.clock.now().getTime() + WAKTU_MS;
  const satuTangan = async () => {
    for (let chat = perChat.shift(); chat; chat = perChat.shift()) {
      const [waId, isi] = chat;
      try {
        let mode = modes.get(waId) ?? "BOT";
        for (const satu of isi) {
          if (deps.clock.now().getTime() > sampai) throw new ServiceUnavailable();
          mode = await terimaSatu(deps, satu, mode, log, background);
        }
      } catch (error) {
        galat.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(TANGAN, perChat.length) }, satuTangan));
  await terimaStatus(deps, statuses);
  if (galat.length > 0) throw galat[0];
}

type Terbaca = repo.PesanPelanggan & { dariKita: boolean; asal: "api" | "ponsel" | null };

/** What is no message of a person to us: groups, channels, reactions, edits. */
function terbaca(pesan: PesanMasuk): Terbaca[] {
  const [, waId] = /^([1-9]\d{6,14})(@s\.whatsapp\.net)?$/.exec(pesan.chat_id ?? pesan.from ?? "") ?? [];
  const jenisWhapi = pesan.type ?? "text";
  if (!waId || /^(action|system|revoked|call)$/.test(jenisWhapi)) return [];
  // Without a chat it is unknown to whom we wrote.
  if (pesan.from_me && (!pesan.chat_id || !pesan.id)) return [];
  const berkas =
    pesan.type === "image" ? pesan.image : pesan.type === "document" ? pesan.document : undefined;
  const pilihan = pesan.reply?.buttons_reply?.title ?? pesan.reply?.list_reply?.title;
  const tertulis = pesan.text?.body ?? pesan.link_preview?.body ?? pilihan;
  const teks = tertulis ?? berkas?.caption ?? "";
  const jenis = berkas
    ? pesan.type === "image"
      ? "image"
      : "document"
    : tertulis === undefined
      ? "other"
      : "text";
  return [
    {
      waId,
      nama: pesan.from_me ? "" : pesan.from_name,
      id: pesan.id ?? null,
      jenis,
      teks: jenis === "other" ? `[${jenisWhapi.replaceAll(/[^a-z_]/g, "")}]` : teks,
      mediaId: berkas?.id ?? null,
      namaBerkas: berkas?.filename || berkas?.file_name || null,
      dikirimPada: typeof pesan.timestamp === "number" ? new Date(pesan.timestamp * 1000) : null,
      dariKita: pesan.from_me === true,
      asal: asalDari(pesan.source),
    },
  ];
}

/** Where a message of ours was written, as Whapi says it. What only a program can have written is nobody's reply. */
function asalDari(source: string | null | undefined): Terbaca["asal"] {
  if (source === undefined || source === null) return null;
  return /^(mobile|web)$/.test(source) ? "ponsel" : "api";
}

/** How often a step is taken anew because the chat was in another mode: each time somebody else was faster. */
const LANGKAH_TERBANYAK = 10;

/** Handles one message; returns the mode that its chat is in now. */
async function terimaSatu(
  deps: WebhookDeps,
  pesan: Terbaca,
  dikira: Mode,
  log: Log,
  background: (work: Promise<unknown>) => void,
): Promise<Mode> {
  if (pesan.dariKita) return await terimaDariKita(deps, pesan, dikira, background);
  let dari = dikira;
  for (let langkah = 0; langkah < LANGKAH_TERBANYAK; langkah++) {
    const { mode: menjadi, balasan } = jawab(dari, pesan.jenis === "other" ? "" : pesan.teks);
    const jawaban = await rangkai(deps, pesan.waId, balasan);
    const [[diterima]] = await withActor(deps.db, whatsapp, [
      repo.terimaPesan(deps.db, pesan, dari, menjadi, jawaban),
    ]);
    if (!diterima) throw new Error("app.terima_pesan returned no row");
    const { hasil, mode, resumeAt, chatId, messageId } = diterima;
    if (hasil === "lain") {
      dari = mode;
      continue;
    }
    if (hasil === "ramai") log.warn("bot_too_busy", { chat_id: chatId });
    if (mode !== dikira) background(deps.keadaanBot.simpan(pesan.waId, { mode, resumeAt }));
    if (diterima.dorong) dorong(deps, { chat_id: chatId }, `${messageId}`, log, background);
    if (pesan.mediaId && hasil !== "ulangan" && messageId !== null)
      dorong(deps, { message_id: messageId }, `${messageId}`, log, background);
    return mode;
  }
  throw new Error("the chat's mode never stayed as it was");
}

async function terimaDariKita(
  deps: WebhookDeps,
  { asal, id, ...pesan }: Terbaca,
  dikira: Mode,
  background: (work: Promise<unknown>) => void,
): Promise<Mode> {
  // A one-time password comes back as an echo too, and is written down nowhere.
  if (id === null || adalahKode(pesan.teks)) return dikira;
  const [[diterima]] = await withActor(deps.db, whatsapp, [
    repo.terimaDariKita(deps.db, { ...pesan, id }, asal),
  ]);
  if (!diterima?.mode) return dikira;
  const { mode, resumeAt, chatId, berikutnya } = diterima;
  if (mode !== dikira) background(deps.keadaanBot.simpan(pesan.waId, { mode, resumeAt }));
  if (berikutnya !== null && chatId !== null)
    dorong(deps, { chat_id: chatId }, `${berikutnya}`, deps.log, background);
  return mode;
}

/** What Whapi calls them, as far as a tick can show it. */
const STATUS: ReadonlyMap<string, repo.StatusKirim> = new Map([
  ["delivered", "delivered"],
  ["read", "read"],
  ["played", "read"],
  ["failed", "failed"],
]);

async function terimaStatus({ db }: WebhookDeps, statuses: unknown[]): Promise<void> {
  const dikenal = statuses.flatMap((isi) => {
    const { data } = statusMasuk.safeParse(isi);
    const status = data && STATUS.get(data.status);
    return status ? [{ id: data.id, status }] : [];
  });
  if (dikenal.length === 0) return;
  const [[hasil]] = await withActor(db, whatsapp, [repo.terimaStatus(db, dikenal)]);
  if (!hasil) throw new Error("app.terima_status returned no row");
}
