import type { IsiStruk } from "./isi.ts";

/** Characters in a line of a printer for paper of 58 mm. */
export const KOLOM = 32;
/** Of them, what a label takes. */
const KOLOM_LABEL = 11;
/** Empty lines at the end, so that the paper is torn off below the text. */
const BARIS_SOBEK = 4;

/** A receipt for a 58 mm printer: `KOLOM` columns of ASCII, wrapped, never cut. */
export function strukTeks(isi: IsiStruk): string {
  const garis = "-".repeat(KOLOM);
  const baris = [
    ...tengah(isi.merchant),
    ...tengah(isi.judul),
    ...(isi.peringatan ? ["", ...tengah(isi.peringatan)] : []),
    garis,
    ...isi.baris.flatMap(([label, nilai]) => berlabel(label, nilai)),
    ...(isi.uang.length > 0 ? [garis, ...isi.uang.flatMap(([label, nilai]) => sejajar(label, nilai))] : []),
    ...(isi.total === null ? [] : [garis, ...sejajar("TOTAL", isi.total)]),
    ...(isi.hasil ? [garis, ...tengah(isi.hasil.label), "", ...tengah(isi.hasil.isi), ""] : []),
    garis,
    ...(isi.kaki ? tengah(isi.kaki) : []),
    ...Array<string>(BARIS_SOBEK).fill(""),
  ];
  return `${baris.map((satu) => satu.trimEnd()).join("\n")}\n`;
}

function tengah(teks: string): string[] {
  return lipat(teks, KOLOM).map((baris) => " ".repeat(Math.floor((KOLOM - baris.length) / 2)) + baris);
}

function berlabel(label: string, teks: string): string[] {
  const lekuk = KOLOM_LABEL + 2;
  return lipat(teks, KOLOM - lekuk).map((baris, ke) =>
    ke === 0 ? `${label.padEnd(KOLOM_LABEL)}: ${baris}` : " ".repeat(lekuk) + baris,
  );
}

/** An amount at the right edge; one that is too long goes below its label. */
function sejajar(label: string, teks: string): string[] {
  if (label.length + 1 + teks.length <= KOLOM) return [label + teks.padStart(KOLOM - label.length)];
  return [label, ...lipat(teks, KOLOM).map((baris) => baris.padStart(KOLOM))];
}

/** Breaks a text into lines between its words, and words that are longer than a line inside. */
function lipat(teks: string, lebar: number): string[] {
  const baris: string[] = [];
  let kini = "";
  for (const kata of ascii(teks).split(/\s+/).filter(Boolean)) {
    if (kini !== "" && kini.length + 1 + kata.length <= lebar) {
      kini += ` ${kata}`;
      continue;
    }
    if (kini !== "") baris.push(kini);
    kini = kata;
    while (kini.length > lebar) {
      baris.push(kini.slice(0, lebar));
      kini = kini.slice(lebar);
    }
  }
  return [...baris, kini];
}

const PADANAN: Record<string, string> = {
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "–": "-",
  "—": "-",
  "−": "-",
  "…": "...",
  "×": "x",
  "•": "*",
  "·": ".",
  ß: "ss",
  æ: "ae",
  Æ: "AE",
  ø: "o",
  Ø: "O",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
};

/** What a printer without code pages can print: letters without their marks, and `?` for what has no likeness. */
function ascii(teks: string): string {
  return teks
    .replaceAll(/./gsu, (huruf) => PADANAN[huruf] ?? huruf)
    .normalize("NFKD")
    .replaceAll(/[\p{M}\p{Cf}]/gu, "")
    .replaceAll(/\s|\p{Cc}/gu, " ")
    .replaceAll(/[^\x20-\x7e]/gu, "?");
}
