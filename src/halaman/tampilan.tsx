import { html } from "hono/html";
import type { Child, FC } from "hono/jsx";
import type { Akun } from "../akun/akun.ts";
import { ALAMAT as DASBOR } from "../dasbor/alamat.ts";
import { ALAMAT } from "./alamat.ts";

/** What is wrong with a form, by field, and what it held; passwords are never sent back. */
export interface IsiFormulir {
  csrf: string;
  next?: string | undefined;
  nilai?: Record<string, string>;
  galat?: Galat;
}

export interface Galat {
  pesan: string;
  /** By name of the field. */
  isian: Record<string, string>;
}

const Kerangka: FC<{ judul: string; csrf?: string; children?: Child }> = ({ judul, csrf, children }) => (
  <html lang="id">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      {csrf && <meta name="csrf-token" content={csrf} />}
      <title>{`${judul} · Satu Pintu`}</title>
      <link rel="stylesheet" href={ALAMAT.gaya} />
    </head>
    <body>
      <a class="lompat" href="#isi">
        Langsung ke isi
      </a>
      <header>
        <a href={ALAMAT.beranda}>Satu Pintu</a>
      </header>
      <main id="isi">{children}</main>
    </body>
  </html>
);

/** A whole document, as text. */
function dokumen(halaman: Child) {
  return html`<!doctype html>${halaman}`;
}

interface IsianProps {
  nama: string;
  label: string;
  jenis?: "text" | "email" | "password";
  autocomplete: string;
  petunjuk?: string;
  /** Characters. A password has no upper limit here: a browser would cut a longer one without a word. */
  panjang: [least: number, most?: number];
  isi: IsiFormulir;
}

const Isian: FC<IsianProps> = ({ nama, label, jenis = "text", autocomplete, petunjuk, panjang, isi }) => {
  const salah = isi.galat?.isian[nama];
  const [pertama] = Object.keys(isi.galat?.isian ?? {});
  const keterangan = [petunjuk && `${nama}-petunjuk`, salah && `${nama}-galat`].filter(Boolean).join(" ");
  return (
    <div class="isian">
      <label for={nama}>{label}</label>
      <input
        id={nama}
        name={nama}
        type={jenis}
        autocomplete={autocomplete}
        value={jenis === "password" ? "" : (isi.nilai?.[nama] ?? "")}
        required
        minlength={panjang[0]}
        maxlength={panjang[1]}
        autofocus={pertama === nama}
        aria-invalid={salah ? "true" : undefined}
        aria-describedby={keterangan || undefined}
        spellcheck={false}
        autocapitalize={nama === "name" ? "words" : "none"}
      />
      {petunjuk && (
        <p class="petunjuk" id={`${nama}-petunjuk`}>
          {petunjuk}
        </p>
      )}
      {salah && (
        <p class="galat" id={`${nama}-galat`}>
          {salah}
        </p>
      )}
    </div>
  );
};

const Formulir: FC<{ ke: string; tombol: string; isi: IsiFormulir; children?: Child }> = ({
  ke,
  tombol,
  isi: { csrf, next, galat },
  children,
}) => (
  <form method="post" action={ke} accept-charset="utf-8">
    {galat && (
      <p class="pesan" role="alert">
        {Object.keys(galat.isian).length > 0 ? "Periksa isian yang ditandai." : galat.pesan}
      </p>
    )}
    <input type="hidden" name="_csrf" value={csrf} />
    {next && <input type="hidden" name="next" value={next} />}
    {children}
    <button type="submit">{tombol}</button>
  </form>
);

const denganNext = (alamat: string, next: string | undefined) =>
  next ? `${alamat}?next=${encodeURIComponent(next)}` : alamat;

/** The login page. */
export function halamanMasuk(isi: IsiFormulir) {
  return dokumen(
    <Kerangka judul={isi.galat ? "Galat: Masuk" : "Masuk"}>
      <h1>Masuk</h1>
      <Formulir ke={ALAMAT.masuk} tombol="Masuk" isi={isi}>
        <Isian
          nama="identifier"
          label="Username atau email"
          autocomplete="username"
          panjang={[1, 100]}
          isi={isi}
        />
        <Isian
          nama="password"
          label="Password"
          jenis="password"
          autocomplete="current-password"
          panjang={[1]}
          isi={isi}
        />
      </Formulir>
      <p>
        Belum punya akun? <a href={denganNext(ALAMAT.daftar, isi.next)}>Daftar</a>
      </p>
    </Kerangka>,
  );
}

/** The page where customers open an account. */
export function halamanDaftar(isi: IsiFormulir) {
  return dokumen(
    <Kerangka judul={isi.galat ? "Galat: Daftar" : "Daftar"}>
      <h1>Daftar</h1>
      <Formulir ke={ALAMAT.kirimDaftar} tombol="Buat akun" isi={isi}>
        <Isian nama="name" label="Nama" autocomplete="name" panjang={[1, 100]} isi={isi} />
        <Isian nama="email" label="Email" jenis="email" autocomplete="email" panjang={[3, 100]} isi={isi} />
        <Isian
          nama="password"
          label="Password"
          jenis="password"
          autocomplete="new-password"
          petunjuk="Minimal 6 karakter."
          panjang={[6]}
          isi={isi}
        />
      </Formulir>
      <p>
        Sudah punya akun? <a href={denganNext(ALAMAT.masuk, isi.next)}>Masuk</a>
      </p>
    </Kerangka>,
  );
}

const PERAN: Record<Akun["peran"], string> = { admin: "Admin", karyawan: "Karyawan", nasabah: "Nasabah" };

/** The home page of whoever is logged in. */
export function halamanRumah({ nama, email, username, peran }: Akun, csrf: string) {
  return dokumen(
    <Kerangka judul="Beranda" csrf={csrf}>
      <h1>Halo, {nama}</h1>
      <dl>
        <dt>Email</dt>
        <dd>{email}</dd>
        {username && (
          <>
            <dt>Username</dt>
            <dd>{username}</dd>
          </>
        )}
        <dt>Peran</dt>
        <dd>{PERAN[peran]}</dd>
      </dl>
      {peran !== "nasabah" && (
        <p>
          <a class="tombol" href={DASBOR.dasbor}>
            Buka dasbor
          </a>
        </p>
      )}
      <form method="post" action={ALAMAT.kirimKeluar} class="sebaris">
        <input type="hidden" name="_csrf" value={csrf} />
        <button type="submit">Keluar</button>
        <button type="submit" name="semua" value="ya" class="sekunder">
          Keluar dari semua perangkat
        </button>
      </form>
    </Kerangka>,
  );
}

/** The home page of everybody else. */
export function halamanSambut() {
  return dokumen(
    <Kerangka judul="Selamat datang">
      <h1>Selamat datang di Satu Pintu</h1>
      <p>Satu akun untuk semua layanan.</p>
      <nav class="sebaris" aria-label="Akun">
        <a class="tombol" href={ALAMAT.masuk}>
          Masuk
        </a>
        <a class="tombol sekunder" href={ALAMAT.daftar}>
          Daftar
        </a>
      </nav>
    </Kerangka>,
  );
}

/** What a visitor sees instead of a problem document. */
export function halamanGalat(judul: string, pesan: string, requestId: string) {
  return dokumen(
    <Kerangka judul={judul}>
      <h1>{judul}</h1>
      <p role="alert">{pesan}</p>
      <p class="petunjuk">Kode permintaan: {requestId}</p>
      <p>
        <a href={ALAMAT.beranda}>Ke beranda</a>
      </p>
    </Kerangka>,
  );
}
