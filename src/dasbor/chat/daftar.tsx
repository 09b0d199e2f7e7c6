import type { FC } from "hono/jsx";
import type { Chat } from "../../whatsapp/chats/chats.ts";
import { ALAMAT, alamatSatu, denganKueri } from "../alamat.ts";
import { sehalaman, waktu } from "../kerangka/kerangka.ts";
import type { DaftarQuery } from "./schema.ts";
import { LencanaMode, namaChat } from "./lencana.tsx";
import { selang, singkat } from "./waktu.ts";

const TAB = [
  ["semua", "Semua"],
  ["menunggu", "Menunggu"],
  ["saya", "Milik saya"],
  ["bebas", "Belum dipegang"],
  ["bot", "Bot"],
] as const;

const KOSONG: Record<(typeof TAB)[number][0], string> = {
  semua: "Belum ada percakapan. Begitu pelanggan menulis di WhatsApp, percakapannya muncul di sini.",
  menunggu: "Tidak ada pelanggan yang menunggu.",
  saya: "Anda belum memegang percakapan.",
  bebas: "Semua percakapan sudah ada yang memegang.",
  bot: "Tidak ada percakapan yang sedang dijawab bot.",
};

export interface DaftarProps {
  query: DaftarQuery;
  daftar: readonly Chat[];
  /** The chat that is open beside the list. */
  terbuka: number | undefined;
  akunId: number;
  kini: Date;
}

/** Where the list of a query is, with the open chat or without. */
export function alamatDaftar({ saring, q }: DaftarQuery, terbuka?: number): string {
  const alamat = terbuka === undefined ? ALAMAT.chat : alamatSatu(ALAMAT.satuChat, terbuka);
  return denganKueri(alamat, { saring: saring === "semua" ? undefined : saring, q });
}

/** Where the newest messages of a chat are, also in a browser that would show a page from its beginning. */
export function alamatTerbaru(query: DaftarQuery, id: number): string {
  return `${alamatDaftar(query, id)}#${TERBARU}`;
}

/** The end of a conversation. */
export const TERBARU = "terbaru";

/** Which lists there are, and which one is shown. */
export const Tab: FC<{ query: DaftarQuery }> = ({ query }) => (
  <nav class="tab-chat" id="tab-chat" aria-label="Saringan percakapan">
    {TAB.map(([saring, judul]) => (
      <a
        id={`tab-${saring}`}
        href={alamatDaftar({ ...query, saring })}
        aria-current={saring === (query.saring ?? "semua") ? "page" : undefined}
      >
        {judul}
      </a>
    ))}
  </nav>
);

/** The conversations, newest message first; the part of the page that changes by itself. */
export const Daftar: FC<DaftarProps> = (props) => {
  const { query, daftar } = props;
  const { baris, lanjut } = sehalaman(daftar);
  const kosong = query.q === undefined ? KOSONG[query.saring ?? "semua"] : "Tidak ada yang cocok.";
  return (
    <ul class="baris-chat" id="daftar" data-jalin="urut">
      {baris.length === 0 && (
        <li id="daftar-kosong" class="daftar-kosong">
          {kosong}
        </li>
      )}
      {baris.map((chat) => (
        <Baris chat={chat} {...props} />
      ))}
      {lanjut && (
        <li id="daftar-lanjut" class="daftar-lanjut">
          <a
            class="tombol sekunder"
            href={denganKueri(ALAMAT.chat, {
              saring: query.saring,
              q: query.q,
              sebelum: lanjut.lastMessage.id,
            })}
          >
            Lebih lama
          </a>
        </li>
      )}
    </ul>
  );
};

const Baris: FC<DaftarProps & { chat: Chat }> = ({ chat, query, terbuka, akunId, kini }) => {
  const { id, unread, lastMessage, waitingSince, assignedTo, assignedName, labels } = chat;
  return (
    <li id={`chat-${id}`}>
      <a
        id={`buka-${id}`}
        // With an anchor the open one would not be read anew.
        href={id === terbuka ? alamatDaftar(query, id) : alamatTerbaru(query, id)}
        class={unread > 0 ? "satu-chat baru" : "satu-chat"}
        aria-current={id === terbuka ? "true" : undefined}
      >
        <span class="siapa">
          <bdi>{namaChat(chat)}</bdi>
        </span>
        <time datetime={lastMessage.createdAt.toISOString()} title={waktu(lastMessage.createdAt)}>
          {singkat(lastMessage.createdAt, kini)}
        </time>
        <span class="cuplikan" dir="auto">
          <Cuplikan chat={chat} />
        </span>
        {unread > 0 && (
          <span class="belum-dibaca">
            {Math.min(unread, 99)}
            <span class="tersembunyi"> belum dibaca</span>
          </span>
        )}
        <span class="tanda">
          <LencanaMode mode={chat.mode} />
          {lastMessage.status === "failed" && (
            <span class="gagal">
              <span aria-hidden="true">⚠</span> gagal terkirim
            </span>
          )}
          {assignedTo !== null && (
            <span class="pemegang">
              {assignedTo === akunId ? "Anda" : <bdi>{assignedName ?? "rekan"}</bdi>}
            </span>
          )}
          {waitingSince && <span class="menunggu">menunggu {selang(waitingSince, kini)}</span>}
          {labels.map((label) => (
            <span class="label-kecil">
              <bdi>{label}</bdi>
            </span>
          ))}
        </span>
      </a>
    </li>
  );
};

const JENIS = { text: "", image: "📷 Gambar", document: "📄 Dokumen", other: "Pesan lain" } as const;
const ARAH = { in: "", out: "Kita: ", note: "Catatan: " } as const;

const Cuplikan: FC<{ chat: Chat }> = ({ chat: { lastMessage } }) => {
  const { direction, type, text } = lastMessage;
  return (
    <>
      {ARAH[direction]}
      {[JENIS[type], text].filter((bagian) => bagian !== "").join(" · ")}
    </>
  );
};
