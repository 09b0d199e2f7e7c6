import type { FC } from "hono/jsx";
import type { Mitra } from "../../ppob/mitra/mitra.ts";
import {
  Formulir,
  Isian,
  nomorDi,
  Paragraf,
  Pilihan,
  type IsiFormulir,
  type UlangFormulir,
} from "../kerangka/kerangka.ts";

const WAJIB = [
  ["tidak", "Tidak wajib"],
  ["ya", "Wajib"],
] as const;

/** What a mitra's prices go by, and what its requests must look like. */
export const FormulirAturan: FC<{ ke: string; isi: IsiFormulir }> = ({ ke, isi }) => (
  <div class="kotak sempit">
    <Formulir ke={ke} tombol="Simpan aturan" isi={isi}>
      <Isian
        nama="tier"
        label="Tier harga"
        petunjuk="Huruf kecil, angka, atau tanda hubung. Tanpa aturan harga untuk tier ini berlaku harga umum."
        maks={30}
        wajib
        isi={isi}
      />
      <Pilihan
        nama="wajib_tanda_tangan"
        label="Tanda tangan permintaan"
        petunjuk="Bila wajib, permintaan tanpa tanda tangan ditolak mulai yang berikutnya."
        pilihan={WAJIB}
        isi={isi}
      />
      <Paragraf
        nama="alamat_ip"
        label="Alamat IP"
        petunjuk="Satu alamat atau jaringan tiap baris, paling banyak 20. Kosong: dari mana saja."
        maks={2_000}
        isi={isi}
      />
    </Formulir>
  </div>
);

/** A mitra's rules as its form holds them. */
export function nilaiAturan({ tier, wajibTandaTangan, alamatIp }: Mitra): Record<string, string> {
  return { tier, wajib_tanda_tangan: wajibTandaTangan ? "ya" : "tidak", alamat_ip: alamatIp.join("\n") };
}

/** The rules' form once more, after it was refused. */
export const ulangAturan: UlangFormulir = (isi, ke) => ({
  judul: `Aturan mitra #${nomorDi(ke)}`,
  isi: <FormulirAturan ke={ke} isi={isi} />,
});
