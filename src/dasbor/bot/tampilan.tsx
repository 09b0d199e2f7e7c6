import type { FC } from "hono/jsx";
import type { pengaturan } from "../../whatsapp/bot-settings/bot-settings.ts";
import type { semua } from "../../whatsapp/quick-replies/quick-replies.ts";
import { ALAMAT, alamatSatu } from "../alamat.ts";
import {
  Bagian,
  Formulir,
  Isian,
  Paragraf,
  Pesan,
  type Halaman,
  type IsiFormulir,
  type Pelihat,
  type UlangFormulir,
} from "../kerangka/kerangka.ts";
import { MAX_BALASAN, MAX_NASKAH, type Kabar } from "./schema.ts";

type Pengaturan = Awaited<ReturnType<typeof pengaturan>>;
type BalasanCepat = Awaited<ReturnType<typeof semua>>["baris"][number];

const KABAR: Record<NonNullable<Kabar>, string> = {
  naskah: "Naskah bot disimpan, dan berlaku mulai balasan berikutnya.",
  balasan: "Balasan cepat disimpan.",
  terhapus: "Balasan cepat dihapus.",
};

const NASKAH = [
  ["menu", "Menu", "Jawaban untuk salam, dan untuk apa pun yang tidak dikenal."],
  ["info", "Info", "Jawaban untuk 1."],
  ["help", "Bantuan", "Jawaban untuk 2."],
  ["agent_notice", "Beralih ke petugas", "Dikirim saat pelanggan meminta manusia."],
  ["pause_notice", "Bot dijeda", "Dikirim saat pelanggan meminta bot diam."],
] as const;

/** What the bot says, and the answers that agents give often. */
export function halamanBot(
  pengaturan: Pengaturan,
  { baris, total }: { baris: readonly BalasanCepat[]; total: number },
  { csrf }: Pelihat,
  kabar: Kabar,
): Halaman {
  const { pause_minutes: menit, ...naskah } = pengaturan;
  const nilai = { ...naskah, pause_minutes: menit === null ? "" : String(menit) };
  return {
    judul: "Bot",
    menu: ALAMAT.bot,
    aset: { gaya: ALAMAT.gayaChat },
    isi: (
      <>
        {kabar && <Pesan nada="baik">{KABAR[kabar]}</Pesan>}
        <Bagian judul="Naskah">
          <FormulirNaskah ke={ALAMAT.naskahBot} isi={{ csrf, nilai }} />
        </Bagian>
        <Bagian judul="Balasan cepat">
          {baris.length < total && <p class="petunjuk">{`${baris.length} pertama dari ${total}.`}</p>}
          {baris.map(({ id, shortcut, text }) => (
            <details class="lipat balasan-satu">
              <summary>
                <strong>{shortcut}</strong> <span class="samar">{text.slice(0, 80)}</span>
              </summary>
              <FormulirBalasan
                ke={alamatSatu(ALAMAT.satuBalasan, id)}
                isi={{ csrf, nilai: { shortcut, text } }}
                di={id}
              />
            </details>
          ))}
        </Bagian>
        <Bagian judul="Tambah balasan cepat">
          <FormulirBalasan ke={ALAMAT.balasanBot} isi={{ csrf }} />
        </Bagian>
      </>
    ),
  };
}

const FormulirNaskah: FC<{ ke: string; isi: IsiFormulir }> = ({ ke, isi }) => (
  <div class="kotak naskah">
    <Formulir ke={ke} tombol="Simpan naskah" isi={isi}>
      {NASKAH.map(([nama, label, petunjuk]) => (
        <Paragraf nama={nama} label={label} petunjuk={petunjuk} maks={MAX_NASKAH} wajib isi={isi} />
      ))}
      <Isian
        nama="pause_minutes"
        label="Lama jeda (menit)"
        petunjuk="Jeda yang diminta pelanggan berakhir sendiri setelah sekian menit. Kosong: tidak berakhir sendiri."
        papanTik="numeric"
        maks={5}
        isi={isi}
      />
    </Formulir>
  </div>
);

const FormulirBalasan: FC<{ ke: string; isi: IsiFormulir; di?: number }> = ({ ke, isi, di }) => (
  <div class="kotak naskah">
    <Formulir ke={ke} tombol="Simpan" isi={isi}>
      {di !== undefined && <input type="hidden" name="aksi" value="simpan" />}
      <Isian nama="shortcut" label="Singkatan" contoh="jam-buka" maks={30} wajib isi={isi} di={di ?? ""} />
      <Paragraf nama="text" label="Isi" maks={MAX_BALASAN} wajib isi={isi} di={di ?? ""} />
    </Formulir>
    {di !== undefined && (
      <form method="post" action={ke} class="sebaris hapus">
        <input type="hidden" name="_csrf" value={isi.csrf} />
        <input type="hidden" name="aksi" value="hapus" />
        <input type="hidden" name="shortcut" value={isi.nilai?.["shortcut"] ?? ""} />
        <input type="hidden" name="text" value={isi.nilai?.["text"] ?? ""} />
        <button type="submit" class="gawat">
          Hapus
        </button>
      </form>
    )}
  </div>
);

/** The bot's words once more, after they were refused. */
export const ulangNaskah: UlangFormulir = (isi, ke) => ({
  judul: "Naskah bot",
  isi: <FormulirNaskah ke={ke} isi={isi} />,
});

/** A new quick reply once more, after it was refused. */
export const ulangTambah: UlangFormulir = (isi, ke) => ({
  judul: "Tambah balasan cepat",
  isi: <FormulirBalasan ke={ke} isi={isi} />,
});

/** A quick reply once more, after its change was refused. */
export const ulangUbah: UlangFormulir = (isi, ke) => ({
  judul: "Ubah balasan cepat",
  isi: <FormulirBalasan ke={ke} isi={isi} di={0} />,
});
