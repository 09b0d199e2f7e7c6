import type { Problem } from "../../platform/http/errors.ts";
import type { Halaman } from "./tata.tsx";

/** What a visitor sees instead of a problem document; `kembali` is where it came from. */
export function halamanGalat(problem: Problem, kembali: { judul: string; ke: string }): Halaman {
  return {
    judul: problem.title,
    isi: (
      <div class="kotak sempit">
        <p role="alert">{problem.detail}</p>
        {problem.errors && (
          <ul>
            {problem.errors.map(({ pointer, detail }) => (
              <li>
                <strong>{pointer.replace(/^(#\/|\w+:)/, "")}</strong>: {detail}
              </li>
            ))}
          </ul>
        )}
        <p class="petunjuk">Kode permintaan: {problem.request_id}</p>
        <p>
          <a class="tombol sekunder" href={kembali.ke}>
            {kembali.judul}
          </a>
        </p>
      </div>
    ),
  };
}
