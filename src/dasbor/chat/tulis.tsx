import type { Child, FC } from "hono/jsx";
import { ALAMAT, alamatSatu } from "../alamat.ts";
import type { IsiFormulir, UlangFormulir } from "../kerangka/kerangka.ts";
import { alamatFormulir, FormulirJeda, Kirim, type ObrolanProps } from "./obrolan.tsx";
import { MAX_KETERANGAN, MAX_LABEL, MAX_TEKS } from "./schema.ts";

interface BalasanCepat {
  id: number;
  shortcut: string;
  text: string;
}

export interface TulisProps extends ObrolanProps {
  balasanCepat: readonly BalasanCepat[];
  /** The quick reply that the answer begins with. */
  cepat: number | undefined;
  /** Idempotency keys of the two forms. */
  kunci: { balasan: string; berkas: string };
}

/** Where an agent writes. */
export const Tulis: FC<TulisProps> = (props) => {
  const { chat, query, pelihat, balasanCepat, cepat, kunci } = props;
  const awal = balasanCepat.find(({ id }) => id === cepat)?.text ?? "";
  return (
    <div class="tulis">
      <p id="galat-kirim" class="galat-kirim" role="alert"></p>
      <Kirim id="balas" kelas="balas" ke={alamatFormulir("balasChat", chat.id, query)} csrf={pelihat.csrf}>
        <IsiBalasan kunci={kunci.balasan} awal={awal} sebagai="balasan" />
      </Kirim>
      <details class="lampirkan">
        <summary title="Kirim berkas ke pelanggan">
          <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">
            <path
              d="m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.7-7.6"
              fill="none"
              stroke="currentColor"
              stroke-width="1.8"
              stroke-linecap="round"
            />
          </svg>
          <span class="tersembunyi">Kirim berkas ke pelanggan</span>
        </summary>
        <FormulirBerkas {...props} />
      </details>
      {balasanCepat.length > 0 && <PilihCepat {...props} />}
    </div>
  );
};

const IsiBalasan: FC<{ kunci: string; awal: string; sebagai: string }> = ({ kunci, awal, sebagai }) => (
  <>
    <input type="hidden" name="kunci" value={kunci} />
    <fieldset class="sebagai">
      <legend class="tersembunyi">Untuk siapa</legend>
      <label>
        <input type="radio" name="sebagai" value="balasan" checked={sebagai !== "catatan"} /> Balas pelanggan
      </label>
      <label>
        <input type="radio" name="sebagai" value="catatan" checked={sebagai === "catatan"} /> Catatan internal
      </label>
    </fieldset>
    <div class="ketik">
      <label class="tersembunyi" for="text">
        Tulisan
      </label>
      <textarea
        id="text"
        name="text"
        rows={1}
        maxlength={MAX_TEKS}
        required
        dir="auto"
        placeholder="Tulis pesan"
        aria-describedby="petunjuk-tulis galat-kirim"
        autocomplete="off"
      >
        {awal}
      </textarea>
      <button type="submit">
        <span class="bila-balasan">Kirim</span>
        <span class="bila-catatan">Simpan</span>
      </button>
    </div>
    <p class="tersembunyi" id="petunjuk-tulis">
      Enter mengirim, Shift dan Enter membuat baris baru.
    </p>
  </>
);

/** Without JavaScript the page comes again with the text filled in; with it the text goes where the cursor is. */
const PilihCepat: FC<TulisProps> = ({ chat, query: { saring, q }, balasanCepat }) => (
  <form method="get" action={alamatSatu(ALAMAT.satuChat, chat.id)} class="cepat" id="cepat-formulir">
    {saring && <input type="hidden" name="saring" value={saring} />}
    {q && <input type="hidden" name="q" value={q} />}
    <label class="tersembunyi" for="cepat">
      Balasan cepat
    </label>
    <select id="cepat" name="cepat" required>
      <option value="">Balasan cepat</option>
      {balasanCepat.map(({ id, shortcut, text }) => (
        <option value={id} data-teks={text}>
          {shortcut} — {text.slice(0, 60)}
        </option>
      ))}
    </select>
    <button type="submit" class="sekunder">
      Sisipkan
    </button>
  </form>
);

const FormulirBerkas: FC<TulisProps> = ({ chat, query, pelihat, kunci }) => {
  const ke = alamatFormulir("berkasChat", chat.id, query);
  return (
    <form
      id="kirim-berkas"
      method="post"
      action={ke}
      enctype="multipart/form-data"
      class="kirim-berkas"
      hx-post={ke}
      hx-encoding="multipart/form-data"
      hx-target="#denyut"
      hx-swap="jalin"
      hx-sync="this:drop"
    >
      <input type="hidden" name="_csrf" value={pelihat.csrf} />
      <input type="hidden" name="kunci" value={kunci.berkas} />
      <p class="ke-siapa">Berkas dan keterangannya diterima pelanggan.</p>
      <label for="file">JPEG, PNG, atau PDF, paling besar 5 MB</label>
      <input id="file" name="file" type="file" accept="image/jpeg,image/png,application/pdf" required />
      <label for="keterangan">Keterangan</label>
      <input id="keterangan" name="text" type="text" maxlength={MAX_KETERANGAN} autocomplete="off" />
      <button type="submit">Kirim berkas ke pelanggan</button>
    </form>
  );
};

/** The answer's form once more, after it was refused. */
export const ulangBalas: UlangFormulir = (isi, ke) => ({
  judul: "Balas pelanggan",
  isi: (
    <Ulang isi={isi}>
      <Kirim ke={ke} csrf={isi.csrf} kelas="balas" pergi>
        <IsiBalasan
          kunci={kunciBaru(isi)}
          awal={isi.nilai?.["text"] ?? ""}
          sebagai={isi.nilai?.["sebagai"] ?? "balasan"}
        />
      </Kirim>
    </Ulang>
  ),
});

/** A key that belongs to another text already is of no more use; one like it is as good. */
function kunciBaru({ nilai, galat }: IsiFormulir): string {
  const kunci = nilai?.["kunci"] ?? "";
  return galat?.kode === "KUNCI_DIPAKAI" ? `${kunci.slice(0, 190)}~` : kunci;
}

/** What a button could not do; a pause can be worded anew. */
export const ulangAtur: UlangFormulir = (isi, ke) => ({
  judul: "Atur percakapan",
  isi: (
    <Ulang isi={isi}>
      {isi.nilai?.["aksi"] === "jeda" && (
        <Kirim ke={ke} csrf={isi.csrf} pergi>
          <FormulirJeda awal={isi.nilai["menit"]} />
        </Kirim>
      )}
    </Ulang>
  ),
});

/** The label's form once more, after it was refused. */
export const ulangLabel: UlangFormulir = (isi, ke) => ({
  judul: "Label",
  isi: (
    <Ulang isi={isi}>
      <Kirim ke={ke} csrf={isi.csrf} pergi>
        <input type="hidden" name="aksi" value={isi.nilai?.["aksi"] ?? "tambah"} />
        <label for="label">Label</label>
        <input
          id="label"
          name="label"
          type="text"
          maxlength={MAX_LABEL}
          value={isi.nilai?.["label"] ?? ""}
          required
        />
        <button type="submit">Simpan</button>
      </Kirim>
    </Ulang>
  ),
});

/** A file cannot be filled in again by anybody but its owner. */
export const ulangBerkas: UlangFormulir = (isi) => ({ judul: "Kirim berkas", isi: <Ulang isi={isi} /> });

const Ulang: FC<{ isi: IsiFormulir; children?: Child }> = ({ isi: { galat }, children }) => (
  <div class="kotak sempit">
    {galat && (
      <p class="pesan" role="alert">
        {Object.values(galat.isian).join(" ") || galat.pesan}
      </p>
    )}
    {children}
  </div>
);
