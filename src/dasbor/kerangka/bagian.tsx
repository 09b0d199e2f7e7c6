import type { Child, FC } from "hono/jsx";
import { waktu } from "./bentuk.ts";
import { denganKueri } from "../alamat.ts";

// The parts that pages are put together from.

export interface Kolom<Baris> {
  judul: string;
  isi: (baris: Baris) => Child;
  /** Figures are aligned at their end. */
  angka?: boolean;
  /** Heads the card that a row becomes on a phone. */
  kepala?: boolean;
}

/** A table that becomes cards on a narrow screen; the roles keep it a table for screen readers there too. */
export function Tabel<Baris>({
  judul,
  kolom,
  baris,
  kosong,
}: {
  /** What the table holds, for whoever cannot see it. */
  judul: string;
  kolom: readonly Kolom<Baris>[];
  baris: readonly Baris[];
  /** What is said when there is nothing to show. */
  kosong: string;
}) {
  if (baris.length === 0) return <p class="kosong">{kosong}</p>;
  const kelas = ({ angka, kepala }: Kolom<Baris>) =>
    [angka && "angka", kepala && "kepala"].filter(Boolean).join(" ") || undefined;
  return (
    <div class="bingkai" tabindex={0} role="region" aria-label={judul}>
      <table role="table">
        <caption class="tersembunyi">{judul}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {kolom.map((satu) => (
              <th scope="col" role="columnheader" class={kelas(satu)}>
                {satu.judul}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {baris.map((satu) => (
            <tr role="row">
              {kolom.map((sel) => (
                <td role="cell" data-label={sel.judul} class={kelas(sel)}>
                  <div>{sel.isi(satu)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Links to the pages around this one; absent where there is none. */
export const Penghalaman: FC<{
  mundur?: { judul: string; ke: string } | undefined;
  maju?: { judul: string; ke: string } | undefined;
  keterangan?: string;
}> = ({ mundur, maju, keterangan }) => {
  if (!mundur && !maju && !keterangan) return null;
  return (
    <nav class="penghalaman" aria-label="Halaman">
      {mundur ? (
        <a class="tombol sekunder" href={mundur.ke} rel="prev">
          ← {mundur.judul}
        </a>
      ) : (
        <span />
      )}
      <span class="petunjuk">{keterangan}</span>
      {maju ? (
        <a class="tombol sekunder" href={maju.ke} rel="next">
          {maju.judul} →
        </a>
      ) : (
        <span />
      )}
    </nav>
  );
};

/**
 * `Penghalaman` of a list with the newest first, at the address `ke`: this page holds what is older than `sebelum` if given,
 * and `lanjut` is its last row if there is another page.
 */
export const PenghalamanTerbaru: FC<{
  ke: string;
  saringan: Parameters<typeof denganKueri>[1];
  sebelum: number | undefined;
  lanjut: { id: number } | undefined;
}> = ({ ke, saringan, sebelum, lanjut }) => (
  <Penghalaman
    mundur={sebelum === undefined ? undefined : { judul: "Terbaru", ke: denganKueri(ke, saringan) }}
    maju={lanjut && { judul: "Lebih lama", ke: denganKueri(ke, { ...saringan, sebelum: lanjut.id }) }}
  />
);

export type Nada = "baik" | "buruk" | "tunggu" | "netral";

/** A state at a glance; its word says it too, so that nobody needs the colour. */
export const Lencana: FC<{ nada: Nada; children?: Child }> = ({ nada, children }) => (
  <span class={`lencana ${nada}`}>{children}</span>
);

/** Whether something is switched on. */
export const LencanaAktif: FC<{ aktif: boolean }> = ({ aktif }) => (
  <Lencana nada={aktif ? "baik" : "netral"}>{aktif ? "Aktif" : "Nonaktif"}</Lencana>
);

/** Something that the reader should know before anything else on the page. */
export const Pesan: FC<{ nada: Nada; children?: Child }> = ({ nada, children }) => (
  <p class={`pemberitahuan ${nada}`} role="status">
    {children}
  </p>
);

/** A moment, for people and for machines. */
export const Saat: FC<{ pada: Date | null; kosong?: string }> = ({ pada, kosong = "—" }) =>
  pada ? (
    // Where it takes two lines, the day has one and the time has the other.
    <time datetime={pada.toISOString()}>{waktu(pada).replace(" WIB", "\u00a0WIB")}</time>
  ) : (
    <span class="samar" aria-label="belum ada">
      {kosong}
    </span>
  );

/** Names and values of one thing. */
export const Rincian: FC<{ isi: readonly (readonly [judul: string, nilai: Child])[] }> = ({ isi }) => (
  <dl class="rincian">
    {isi.map(([judul, nilai]) => (
      <div>
        <dt>{judul}</dt>
        <dd>{nilai}</dd>
      </div>
    ))}
  </dl>
);

/** A part of a page with its own heading. */
export const Bagian: FC<{ judul: string; children?: Child }> = ({ judul, children }) => (
  <section class="bagian">
    <h2>{judul}</h2>
    {children}
  </section>
);
