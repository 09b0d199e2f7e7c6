import type { FC } from "hono/jsx";
import { alamatBerkas, type Pesan } from "../../whatsapp/chats/chats.ts";
import { angka, waktu } from "../kerangka/kerangka.ts";
import { alamatFormulir, Kirim, type ObrolanProps } from "./obrolan.tsx";
import { hari, jam, namaHari } from "./waktu.ts";

const CENTANG = {
  queued: ["⏳", "menunggu dikirim"],
  sending: ["⏳", "sedang dikirim"],
  sent: ["✓", "terkirim"],
  delivered: ["✓✓", "sampai"],
  read: ["✓✓", "dibaca"],
  failed: ["⚠", "gagal terkirim"],
} as const;

/** What a message is beside its text, as it is said aloud. */
const JENIS = { text: undefined, image: "gambar", document: "dokumen", other: "pesan lain" } as const;

interface SatuProps extends ObrolanProps {
  pesan: Pesan;
  /** Whether the message before it is of the same day. */
  sehari: boolean;
  /** Whether somebody wrote the same again since. */
  diulang: boolean;
}

/** The messages of a conversation, oldest first; the part of the page that changes by itself. */
export const Gelembung: FC<ObrolanProps & { pesan: readonly Pesan[] }> = ({ pesan, ...obrolan }) => (
  <ol class="gelembung" id="pesan" data-jalin="tambah">
    {pesan.map((satu, ke) => {
      const sebelum = pesan[ke - 1];
      const sehari = sebelum !== undefined && hari(sebelum.createdAt) === hari(satu.createdAt);
      const diulang = pesan.slice(ke + 1).some((lain) => lain.direction === "out" && lain.text === satu.text);
      return <Satu {...obrolan} pesan={satu} sehari={sehari} diulang={diulang} />;
    })}
  </ol>
);

const Satu: FC<SatuProps> = (props) => {
  const { pesan, sehari, pelihat, kini } = props;
  const { id, direction, sender, text, createdAt } = pesan;
  return (
    <li
      id={`pesan-${id}`}
      class={`${direction} ${sender}`}
      data-hari={hari(createdAt)}
      data-jenis={JENIS[pesan.type]}
    >
      <p class="hari" hidden={sehari}>
        {namaHari(createdAt, kini)}
      </p>
      <div class="balon">
        <p class="penulis">{penulis(pesan, pelihat.akunId)}</p>
        <Lampiran pesan={pesan} />
        {text !== "" && (
          <p class="teks" dir="auto">
            {tebal(text)}
          </p>
        )}
        <Masalah {...props} />
        <p class="kaki">
          <time datetime={createdAt.toISOString()} title={waktu(createdAt)}>
            {jam(createdAt)}
          </time>
          <Centang status={pesan.status} />
        </p>
      </div>
    </li>
  );
};

/** A text with its `*words*` in bold, as WhatsApp shows them. */
function tebal(text: string) {
  return text
    .split(/(?<![\p{L}\p{N}*])(\*[^\s*](?:[^*\n]*[^\s*])?\*)(?![\p{L}\p{N}*])/u)
    .map((bagian, ke) => (ke % 2 === 1 ? <strong>{bagian.slice(1, -1)}</strong> : bagian));
}

/** Why a message has not left, and what is done about it: by itself, or by whoever presses the button. */
const Masalah: FC<SatuProps> = ({ pesan, diulang, chat, query, pelihat }) => {
  const { id, sender, type, text, status, problem } = pesan;
  if (status !== "failed")
    return problem === null ? null : (
      <p class={status === "queued" || status === "sending" ? "masalah tertunda" : "masalah"}>{problem}</p>
    );
  return (
    <>
      <p class="masalah">{problem ?? "Tidak terkirim."}</p>
      {sender === "agent" && type === "text" && diulang && <p class="tertunda">Sudah dikirim ulang.</p>}
      {sender === "agent" && type === "text" && !diulang && (
        <Kirim ke={alamatFormulir("balasChat", chat.id, query)} csrf={pelihat.csrf} kelas="kirim-ulang">
          {/* One key for all who press it: it is sent again once. */}
          <input type="hidden" name="kunci" value={`ulang-${id}`} />
          <input type="hidden" name="text" value={text} />
          <button type="submit" class="sekunder">
            Kirim ulang
          </button>
        </Kirim>
      )}
    </>
  );
};

function penulis({ direction, sender, agentId, agentName }: Pesan, akunId: number) {
  if (sender === "customer") return <span class="tersembunyi">Pelanggan</span>;
  if (sender === "bot") return "Bot";
  if (sender === "phone") return "Ponsel toko";
  const nama = agentId === akunId ? "Anda" : <bdi>{agentName ?? "Petugas"}</bdi>;
  return direction === "note" ? <>{nama} · catatan internal</> : nama;
}

const Centang: FC<{ status: Pesan["status"] }> = ({ status }) => {
  if (status === "received" || status === "noted") return null;
  const [tanda, arti] = CENTANG[status];
  return (
    <span class={`centang-pesan ${status}`} title={arti}>
      <span aria-hidden="true">{tanda}</span>
      <span class="tersembunyi">{arti}</span>
    </span>
  );
};

const Lampiran: FC<{ pesan: Pesan }> = ({ pesan }) => {
  const { type, mimeType, fileName, fileSize, problem } = pesan;
  if (type === "text") return null;
  if (type === "other") return <p class="jenis-lain">Jenis pesan ini hanya terbaca di ponsel toko.</p>;
  if (mimeType === null) {
    const apa = type === "image" ? "Gambar" : "Dokumen";
    return <p class="jenis-lain">{problem === null ? `${apa} sedang diambil…` : `${apa} tidak tersedia.`}</p>;
  }
  const alamat = alamatBerkas(pesan);
  const nama = fileName ?? (type === "image" ? "gambar" : "dokumen");
  if (mimeType.startsWith("image/"))
    return (
      <a class="gambar" href={alamat} target="_blank" rel="noopener">
        <img src={alamat} alt={`Gambar: ${nama}`} />
      </a>
    );
  return (
    <a class="dokumen" href={alamat}>
      <span aria-hidden="true">📄</span> <bdi>{nama}</bdi>
      <span class="ukuran">{angka(Math.max(1, Math.round((fileSize ?? 0) / 1024)))} KB</span>
    </a>
  );
};
