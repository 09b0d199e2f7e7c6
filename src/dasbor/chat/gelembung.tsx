import type { FC } from "hono/jsx";
import { alamatBerkas, type Pesan } from "../../whatsapp/chats/chats.ts";
import { angka, waktu } from "../kerangka/kerangka.ts";
import { hari, jam, namaHari } from "./waktu.ts";

const CENTANG = {
  queued: ["⏳", "menunggu dikirim"],
  sending: ["⏳", "sedang dikirim"],
  sent: ["✓", "terkirim"],
  delivered: ["✓✓", "sampai"],
  read: ["✓✓", "dibaca"],
  failed: ["⚠", "gagal terkirim"],
} as const;

interface GelembungProps {
  pesan: Pesan;
  /** Whether the message before it is of the same day. */
  sehari: boolean;
  akunId: number;
  kini: Date;
}

/** The messages of a conversation, oldest first; the part of the page that changes by itself. */
export const Gelembung: FC<{ pesan: readonly Pesan[]; akunId: number; kini: Date }> = ({
  pesan,
  akunId,
  kini,
}) => (
  <ol class="gelembung" id="pesan" data-jalin="tambah">
    {pesan.map((satu, ke) => {
      const sebelum = pesan[ke - 1];
      const sehari = sebelum !== undefined && hari(sebelum.createdAt) === hari(satu.createdAt);
      return <Satu pesan={satu} sehari={sehari} akunId={akunId} kini={kini} />;
    })}
  </ol>
);

const Satu: FC<GelembungProps> = ({ pesan, sehari, akunId, kini }) => {
  const { id, direction, sender, text, createdAt, problem } = pesan;
  return (
    <li id={`pesan-${id}`} class={`${direction} ${sender}`} data-hari={hari(createdAt)}>
      <p class="hari" hidden={sehari}>
        {namaHari(createdAt, kini)}
      </p>
      <div class="balon">
        <p class="penulis">{penulis(pesan, akunId)}</p>
        <Lampiran pesan={pesan} />
        {text !== "" && (
          <p class="teks" dir="auto">
            {text}
          </p>
        )}
        {problem !== null && <p class="masalah">{problem}</p>}
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
