import { html } from "hono/html";
import type { Child, FC } from "hono/jsx";
import type { Peran } from "../../akun/akses/akses.ts";
import { ALAMAT as HALAMAN } from "../../halaman/alamat.ts";
import { ALAMAT, PERTAMA } from "../alamat.ts";

/** Who looks at a page. */
export interface Pelihat {
  peran: Peran;
  akunId: number;
  /** The token of this visitor's forms. */
  csrf: string;
}

/** The parts of the dashboard, in the order of its menu, and who may enter them. */
export const MENU = [
  { judul: "Chat", ke: ALAMAT.chat, untuk: ["admin", "karyawan"] },
  { judul: "Bot", ke: ALAMAT.bot, untuk: ["admin"] },
  { judul: "Transaksi", ke: ALAMAT.transaksi, untuk: ["admin", "karyawan"] },
  { judul: "Mitra", ke: ALAMAT.mitra, untuk: ["admin"] },
  { judul: "Deposit", ke: ALAMAT.deposit, untuk: ["admin"] },
  { judul: "Produk", ke: ALAMAT.produk, untuk: ["admin", "karyawan"] },
  { judul: "User", ke: ALAMAT.users, untuk: ["admin", "karyawan"] },
  { judul: "Akun", ke: ALAMAT.akun, untuk: ["admin"] },
  { judul: "Audit", ke: ALAMAT.audit, untuk: ["admin"] },
] as const satisfies readonly { judul: string; ke: string; untuk: readonly Peran[] }[];

export interface Halaman {
  judul: string;
  /** Which part of the menu it belongs to, by its address; absent of errors. */
  menu?: (typeof MENU)[number]["ke"];
  /** The page one level above. */
  naik?: { judul: string; ke: string };
  /** What stands beside the heading. */
  samping?: Child;
  /** A stylesheet of its own, and a script. */
  aset?: { gaya: string; skrip?: string };
  isi: Child;
}

// Nothing is evaluated, nothing leaves for other hosts, and no page stays in the browser's storage.
const HTMX = JSON.stringify({ includeIndicatorStyles: false, allowEval: false, selfRequestsOnly: true });

const PERAN: Record<Peran, string> = { admin: "Admin", karyawan: "Karyawan", nasabah: "Nasabah" };

const Atas: FC<{ pelihat: Pelihat; di: string | undefined }> = ({ pelihat, di }) => {
  const butir = MENU.filter(({ untuk }) => untuk.some((peran) => peran === pelihat.peran));
  return (
    <header class="atas">
      <a class="merek" href={butir.length > 0 ? PERTAMA : HALAMAN.beranda}>
        Satu Pintu
      </a>
      <nav class="menu" aria-label="Dasbor">
        {butir.map(({ judul, ke }) => (
          <a href={ke} aria-current={ke === di ? "page" : undefined}>
            {judul}
          </a>
        ))}
      </nav>
      <div class="saya">
        <a href={HALAMAN.rumah}>{PERAN[pelihat.peran]}</a>
        <form method="post" action={HALAMAN.kirimKeluar} class="sebaris">
          <input type="hidden" name="_csrf" value={pelihat.csrf} />
          <button type="submit" class="sekunder kecil">
            Keluar
          </button>
        </form>
      </div>
    </header>
  );
};

/** A whole page of the dashboard, as text. */
export function dokumen(pelihat: Pelihat | undefined, { judul, menu, naik, samping, aset, isi }: Halaman) {
  return html`<!doctype html>${(
      <html lang="id">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="htmx-config" content={HTMX} />
          {pelihat && <meta name="csrf-token" content={pelihat.csrf} />}
          <title>{`${judul} · Dasbor Satu Pintu`}</title>
          <link rel="stylesheet" href={HALAMAN.gaya} />
          <link rel="stylesheet" href={ALAMAT.gaya} />
          {aset && <link rel="stylesheet" href={aset.gaya} />}
          <script src={ALAMAT.htmx} defer></script>
          {aset?.skrip && <script src={aset.skrip} defer></script>}
        </head>
        <body class="dasbor" hx-history="false">
          <a class="lompat" href="#isi">
            Langsung ke isi
          </a>
          {pelihat && <Atas pelihat={pelihat} di={menu} />}
          <main id="isi" tabindex={-1}>
            {naik && (
              <p class="naik">
                <a href={naik.ke}>← {naik.judul}</a>
              </p>
            )}
            <div class="judul">
              <h1>{judul}</h1>
              {samping}
            </div>
            {isi}
          </main>
        </body>
      </html>
    )}`;
}
