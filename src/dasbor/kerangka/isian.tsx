import type { Child, FC } from "hono/jsx";

/** What a form holds, and what is wrong with it. */
export interface IsiFormulir {
  csrf: string;
  nilai?: Record<string, string>;
  /** `kode` is that of the declared error; `isian` goes by name of the field. */
  galat?: { kode: string; pesan: string; isian: Record<string, string> };
}

interface BidangProps {
  nama: string;
  label: string;
  isi: Pick<IsiFormulir, "nilai" | "galat">;
  /** What the field holds before anybody has typed. */
  awal?: string | undefined;
  petunjuk?: string;
  /** Tells fields of the same name apart where a page has several forms. */
  di?: string | number;
}

interface Bidang {
  id: string;
  nilai: string;
  atribut: {
    id: string;
    name: string;
    "aria-invalid": "true" | undefined;
    "aria-describedby": string | undefined;
  };
  bungkus: (kontrol: Child) => Child;
}

/** What every kind of field has: its label, its hint, and what is wrong with it. */
function bidang({ nama, label, isi, awal = "", petunjuk, di = "" }: BidangProps): Bidang {
  const id = `${nama}${di}`;
  const salah = isi.galat?.isian[nama];
  const keterangan = [petunjuk && `${id}-petunjuk`, salah && `${id}-galat`].filter(Boolean).join(" ");
  return {
    id,
    nilai: isi.nilai?.[nama] ?? awal,
    atribut: {
      id,
      name: nama,
      "aria-invalid": salah ? "true" : undefined,
      "aria-describedby": keterangan || undefined,
    },
    bungkus: (kontrol) => (
      <div class="isian">
        <label for={id}>{label}</label>
        {kontrol}
        {petunjuk && (
          <p class="petunjuk" id={`${id}-petunjuk`}>
            {petunjuk}
          </p>
        )}
        {salah && (
          <p class="galat" id={`${id}-galat`}>
            {salah}
          </p>
        )}
      </div>
    ),
  };
}

/** A line to type. */
export const Isian: FC<
  BidangProps & {
    /** A password is never sent back. */
    jenis?: "text" | "search" | "date" | "email" | "password";
    wajib?: boolean;
    maks?: number;
    /** Which keyboard a phone shows. */
    papanTik?: "numeric" | "text";
    contoh?: string;
  }
> = ({ jenis = "text", wajib, maks, papanTik, contoh, ...props }) => {
  const { atribut, nilai, bungkus } = bidang(props);
  return bungkus(
    <input
      {...atribut}
      type={jenis}
      value={jenis === "password" ? "" : nilai}
      required={wajib}
      maxlength={maks}
      inputmode={papanTik}
      placeholder={contoh}
      autocomplete={jenis === "password" ? "new-password" : "off"}
      spellcheck={false}
    />,
  );
};

/** Lines to type. */
export const Paragraf: FC<BidangProps & { wajib?: boolean; maks: number; baris?: number }> = ({
  wajib,
  maks,
  baris = 3,
  ...props
}) => {
  const { atribut, nilai, bungkus } = bidang(props);
  return bungkus(
    <textarea {...atribut} rows={baris} maxlength={maks} required={wajib} dir="auto">
      {nilai}
    </textarea>,
  );
};

/** One of several. */
export const Pilihan: FC<
  BidangProps & { pilihan: readonly (readonly [nilai: string, judul: string])[]; wajib?: boolean }
> = ({ pilihan, wajib, ...props }) => {
  const { atribut, nilai, bungkus } = bidang(props);
  return bungkus(
    <select {...atribut} required={wajib}>
      {pilihan.map(([satu, judul]) => (
        <option value={satu} selected={satu === nilai}>
          {judul}
        </option>
      ))}
    </select>,
  );
};

/** What has to be ticked before a form goes anywhere. */
export const Centang: FC<Omit<BidangProps, "petunjuk">> = ({ label, ...props }) => {
  const { id, atribut } = bidang({ label, ...props });
  const salah = props.isi.galat?.isian[props.nama];
  return (
    <div class="isian centang">
      <input {...atribut} type="checkbox" value="ya" required />
      <label for={id}>{label}</label>
      {salah && (
        <p class="galat" id={`${id}-galat`}>
          {salah}
        </p>
      )}
    </div>
  );
};

/** A form that changes something: it carries the page's token, and says what was wrong with it. */
export const Formulir: FC<{
  ke: string;
  tombol: string;
  isi: IsiFormulir;
  /** What it does is hard to take back. */
  gawat?: boolean;
  children?: Child;
}> = ({ ke, tombol, isi: { csrf, galat }, gawat, children }) => (
  <form method="post" action={ke} class="formulir" accept-charset="utf-8">
    {galat && (
      <p class="pesan" role="alert">
        {Object.keys(galat.isian).length > 0 ? "Periksa isian yang ditandai." : galat.pesan}
      </p>
    )}
    <input type="hidden" name="_csrf" value={csrf} />
    {children}
    <button type="submit" class={gawat ? "gawat" : undefined}>
      {tombol}
    </button>
  </form>
);

/** Where what a filter lets through stands on its page. */
export const ID_HASIL = "hasil";

/** A form that narrows a list down; with JavaScript already while somebody types. */
export const Penyaring: FC<{
  ke: string;
  /** Fields that are rarely needed; they show when asked for, and while one of them narrows the list. */
  lain?: { isi: Child; terbuka: boolean };
  children?: Child;
}> = ({ ke, lain, children }) => (
  <form
    method="get"
    action={ke}
    class="penyaring"
    role="search"
    hx-get={ke}
    hx-trigger="input delay:400ms"
    hx-target={`#${ID_HASIL}`}
    hx-select={`#${ID_HASIL}`}
    hx-swap="outerHTML"
    hx-replace-url="true"
    hx-sync="this:replace"
  >
    {children}
    <div class="sebaris">
      <button type="submit">Cari</button>
      <a href={ke}>Kosongkan</a>
    </div>
    {lain && (
      <details class="lipat" open={lain.terbuka}>
        <summary>Saringan lain</summary>
        <div>{lain.isi}</div>
      </details>
    )}
  </form>
);
