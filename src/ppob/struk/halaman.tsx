import { html, raw } from "hono/html";
import { sha256Hex } from "../../platform/crypto/hash.ts";
import type { IsiStruk } from "./isi.ts";

/** Inside of the page: whoever fetched it with an API key shows it elsewhere, where no stylesheet of ours is to be had. */
const GAYA = `@page{size:58mm auto;margin:2mm}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:22rem;color:#000;background:#fff;font:1rem/1.4 "Courier New",monospace;overflow-wrap:anywhere}
h1,h2,.peringatan,.kaki,.hasil{margin:0 0 .5rem;text-align:center}
h1{font-size:1.25rem}
h2{font-size:1rem}
.peringatan{padding:.5rem;border:2px solid #000;font-weight:700}
dl{margin:0;padding:.5rem 0;border-top:1px dashed #000}
dl div{display:flex;gap:.75rem;justify-content:space-between}
dt{flex:none}
dd{margin:0;text-align:right}
.total,.nama dd{font-weight:700;font-size:1.125rem}
.hasil{padding-top:.5rem;border-top:1px dashed #000}
.hasil strong{display:block;font-size:1.5rem;line-height:1.5}
.kaki{padding-top:.5rem;border-top:1px dashed #000}
@media print{body{padding:0;max-width:none;font-size:9pt}h1{font-size:11pt}h2{font-size:9pt}.hasil strong{font-size:13pt}}`;

const hashGaya = btoa(
  String.fromCharCode(...(sha256Hex(GAYA).match(/../g) ?? []).map((dua) => parseInt(dua, 16))),
);

/** Its own stylesheet, and nothing else. */
export const KEBIJAKAN = `default-src 'none'; style-src 'sha256-${hashGaya}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`;

/** A receipt as a page of its own, made to be printed on 58 mm. */
export function strukHalaman({ judul, peringatan, merchant, baris, uang, total, hasil, kaki }: IsiStruk) {
  return html`<!doctype html>${(
      <html lang="id">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{`${judul} · ${merchant}`}</title>
          <style>{raw(GAYA)}</style>
        </head>
        <body>
          <main>
            <h1>{merchant}</h1>
            <h2>{judul}</h2>
            {peringatan && <p class="peringatan">{peringatan}</p>}
            <dl>
              {baris.map(([label, isi]) => (
                <div class={label === "Nama" ? "nama" : undefined}>
                  <dt>{label}</dt>
                  <dd>{isi}</dd>
                </div>
              ))}
            </dl>
            {(uang.length > 0 || total !== null) && (
              <dl>
                {uang.map(([label, isi]) => (
                  <div>
                    <dt>{label}</dt>
                    <dd>{isi}</dd>
                  </div>
                ))}
                {total !== null && (
                  <div class="total">
                    <dt>TOTAL</dt>
                    <dd>{total}</dd>
                  </div>
                )}
              </dl>
            )}
            {hasil && (
              <p class="hasil">
                {hasil.label}
                <strong>{hasil.isi}</strong>
              </p>
            )}
            {kaki && <p class="kaki">{kaki}</p>}
          </main>
        </body>
      </html>
    )}`;
}
