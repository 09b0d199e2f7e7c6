import type { FC } from "hono/jsx";
import type { buka, Chat, pantau, Pesan } from "../../whatsapp/chats/chats.ts";
import { ALAMAT, alamatSatu, denganKueri } from "../alamat.ts";
import type { Halaman, Pelihat } from "../kerangka/kerangka.ts";
import { PESAN_SEHALAMAN, versiDari } from "./chat.ts";
import { alamatDaftar, alamatTerbaru, Daftar, Tab, TERBARU } from "./daftar.tsx";
import { Gelembung } from "./gelembung.tsx";
import { namaChat } from "./lencana.tsx";
import { Keadaan, Label, Lainnya, Tindakan } from "./obrolan.tsx";
import type { DaftarQuery, ObrolanQuery } from "./schema.ts";
import { Tulis, type TulisProps } from "./tulis.tsx";

const ASET = { gaya: ALAMAT.gayaChat, skrip: ALAMAT.skripChat };

/** Who looks at what, and when. */
export interface Tempat<Query = DaftarQuery> {
  query: Query;
  pelihat: Pelihat;
  kini: Date;
}

/** The parts of a page that change by themselves, and what names their state. */
export interface Segar {
  isi: string;
  versi: string;
}

/** The inbox, with no conversation open. */
export function halamanDaftar(tempat: Tempat, daftar: readonly Chat[]): Halaman {
  const { versi } = segarDaftar(tempat, daftar);
  return {
    judul: "Chat",
    menu: ALAMAT.chat,
    aset: ASET,
    isi: (
      <div class="chat" hx-ext="jalin">
        <PanelDaftar tempat={tempat} daftar={daftar} />
        <section class="obrolan kosong-obrolan" aria-label="Percakapan">
          <p>Pilih percakapan untuk membacanya.</p>
        </section>
        <Denyut ke={alamatDenyut(tempat.query)} versi={versi} />
      </div>
    ),
  };
}

/** What of the inbox changes by itself. */
export function segarDaftar({ query, pelihat, kini }: Tempat, daftar: readonly Chat[]): Segar {
  const isi = teks(
    <>
      <Tab query={query} />
      <Daftar query={query} daftar={daftar} terbuka={undefined} akunId={pelihat.akunId} kini={kini} />
    </>,
  );
  return berversi(isi, alamatDenyut(query));
}

type Terbuka = Awaited<ReturnType<typeof buka>>;

/** One conversation beside the inbox. */
export function halamanObrolan(
  tempat: Tempat<ObrolanQuery>,
  terbuka: Terbuka,
  kunci: TulisProps["kunci"],
): Halaman {
  const { chat, daftar, pesan, balasanCepat, rekan } = terbuka;
  const { query, pelihat, kini } = tempat;
  const { versi } = segarObrolan(tempat, terbuka);
  const bagian = { chat, query, pelihat, kini };
  const nama = namaChat(chat);
  return {
    judul: `Chat dengan ${nama}`,
    menu: ALAMAT.chat,
    aset: ASET,
    isi: (
      <div class="chat terbuka" hx-ext="jalin">
        <PanelDaftar tempat={tempat} daftar={daftar} terbuka={chat.id} />
        <section class="obrolan" aria-label={`Percakapan dengan ${nama}`}>
          <header class="kepala-obrolan">
            <a class="kembali" href={alamatDaftar(query)} aria-label="Kembali ke semua percakapan">
              <span aria-hidden="true">←</span>
            </a>
            <Keadaan {...bagian} />
            <div class="kendali">
              <Tindakan {...bagian} />
              <Lainnya {...bagian} rekan={rekan} />
            </div>
            <Label {...bagian} />
          </header>
          <div class="gulung" id="gulung" tabindex={0} role="region" aria-label="Pesan">
            <Lama query={query} chat={chat} pesan={pesan} sisip={query.lama === undefined} />
            <Gelembung pesan={berurut(pesan)} {...bagian} />
            <div id={TERBARU}></div>
          </div>
          <button type="button" class="ke-bawah" id="ke-bawah" hidden>
            Pesan baru <span aria-hidden="true">↓</span>
          </button>
          <p class="tersembunyi" id="pengumuman" role="status"></p>
          <Hilang />
          <Tulis {...bagian} balasanCepat={balasanCepat} cepat={query.cepat} kunci={kunci} />
        </section>
        {query.lama === undefined && <Denyut ke={alamatDenyut(query, chat.id)} versi={versi} />}
        {query.lama !== undefined && <div id="denyut"></div>}
      </div>
    ),
  };
}

/** What of a conversation changes by itself; one that the caller lost says so. */
export function segarObrolan(
  tempat: Tempat,
  { chat, daftar, pesan }: Awaited<ReturnType<typeof pantau>>,
): Segar {
  const { query, pelihat, kini } = tempat;
  const { akunId } = pelihat;
  const bagian = chat && { chat, query, pelihat, kini };
  const isi = teks(
    <>
      <Tab query={query} />
      <Daftar query={query} daftar={daftar} terbuka={chat?.id} akunId={akunId} kini={kini} />
      {bagian ? (
        <>
          <Keadaan {...bagian} />
          <Tindakan {...bagian} />
          <Label {...bagian} />
          <Gelembung pesan={berurut(pesan)} {...bagian} />
          <Hilang />
        </>
      ) : (
        <Hilang ke={alamatDaftar(query)} />
      )}
    </>,
  );
  return berversi(isi, alamatDenyut(query, chat?.id));
}

/** Older messages, to be put above those that are shown. */
export function sepotongLama(tempat: Tempat<ObrolanQuery>, chat: Chat, pesan: readonly Pesan[]): string {
  const { query } = tempat;
  const bagian = { chat, ...tempat };
  return teks(
    <>
      <Lama query={query} chat={chat} pesan={pesan} sisip />
      <Gelembung pesan={berurut(pesan)} {...bagian} />
    </>,
  );
}

function teks(isi: { toString(): string }): string {
  return isi.toString();
}

function berversi(isi: string, ke: string): Segar {
  const versi = versiDari(isi);
  return { versi, isi: isi + teks(<Denyut ke={ke} versi={versi} />) };
}

/** Of the newest messages, of which one more than a page was asked for, those that are shown, oldest first. */
function berurut(pesan: readonly Pesan[]): readonly Pesan[] {
  return pesan.slice(0, PESAN_SEHALAMAN).toReversed();
}

function alamatDenyut({ saring, q, sebelum }: DaftarQuery, terbuka?: number): string {
  const alamat = terbuka === undefined ? ALAMAT.chat : alamatSatu(ALAMAT.satuChat, terbuka);
  return denganKueri(alamat, { saring, q, sebelum });
}

/** Asks every two seconds what has changed. */
const Denyut: FC<{ ke: string; versi: string }> = ({ ke, versi }) => (
  <div
    id="denyut"
    hx-get={`${ke}${ke.includes("?") ? "&" : "?"}versi=${versi}`}
    hx-trigger="every 2s, segar"
    hx-target="this"
    hx-swap="jalin"
    hx-sync="this:drop"
  ></div>
);

/** Leads to what was written before; `sisip`: with JavaScript that is put above what is shown. */
const Lama: FC<{ query: ObrolanQuery; chat: Chat; pesan: readonly Pesan[]; sisip: boolean }> = (props) => {
  const { query, chat, pesan, sisip } = props;
  const { saring, q, lama } = query;
  const terlama = pesan[PESAN_SEHALAMAN - 1];
  const alamat = alamatSatu(ALAMAT.satuChat, chat.id);
  const ke = denganKueri(alamat, { saring, q, lama: terlama?.id });
  return (
    <p class="lama" id="lama">
      {pesan.length > PESAN_SEHALAMAN && (
        <a
          class="tombol sekunder kecil"
          href={ke}
          {...(sisip && { "hx-get": ke, "hx-target": "#denyut", "hx-swap": "jalin", "hx-sync": "this:drop" })}
        >
          Pesan lebih lama
        </a>
      )}
      {lama === undefined && pesan.length > 0 && (
        <noscript>
          <a class="tombol sekunder kecil" href={`#${TERBARU}`}>
            Ke pesan terbaru
          </a>
        </noscript>
      )}
      {lama !== undefined && !sisip && (
        <a class="tombol sekunder kecil" id="ke-terbaru" href={alamatTerbaru({ saring, q }, chat.id)}>
          Ke pesan terbaru
        </a>
      )}
    </p>
  );
};

/** Says that the conversation is not the reader's any more. */
const Hilang: FC<{ ke?: string }> = ({ ke }) => (
  <div id="hilang" class="hilang" role="alert">
    {ke !== undefined && (
      <p>
        Percakapan ini sekarang dipegang rekan Anda atau sudah dihapus. Yang Anda ketik belum terkirim.{" "}
        <a href={ke}>Kembali ke daftar</a>
      </p>
    )}
  </div>
);

const PanelDaftar: FC<{ tempat: Tempat; daftar: readonly Chat[]; terbuka?: number }> = (props) => {
  const { tempat, daftar, terbuka } = props;
  const { query, pelihat, kini } = tempat;
  const ke = terbuka === undefined ? ALAMAT.chat : alamatSatu(ALAMAT.satuChat, terbuka);
  return (
    <section class="panel-daftar" aria-labelledby="judul-daftar">
      <h2 id="judul-daftar" class="tersembunyi">
        Daftar percakapan
      </h2>
      <form
        method="get"
        action={ke}
        role="search"
        class="cari-chat"
        id="cari-chat"
        hx-get={ke}
        hx-trigger="submit, input delay:400ms"
        hx-target="#denyut"
        hx-swap="jalin"
        hx-sync="this:replace"
        hx-replace-url="true"
      >
        {query.saring && <input type="hidden" name="saring" value={query.saring} />}
        <label class="tersembunyi" for="cari">
          Cari nama, nomor, atau isi pesan
        </label>
        <input
          id="cari"
          name="q"
          type="search"
          value={query.q ?? ""}
          maxlength={100}
          placeholder="Nama, nomor, isi pesan"
          autocomplete="off"
          spellcheck={false}
        />
        <button type="submit" class="sekunder">
          Cari
        </button>
      </form>
      <Tab query={query} />
      <p class="sambungan" id="sambungan" role="status" hidden>
        Sambungan terputus, mencoba lagi…
      </p>
      <Daftar query={query} daftar={daftar} terbuka={terbuka} akunId={pelihat.akunId} kini={kini} />
    </section>
  );
};
