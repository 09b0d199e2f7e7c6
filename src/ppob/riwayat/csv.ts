/** What a text begins with that a spreadsheet would run as a formula (OWASP, CSV injection). */
const RUMUS = /^[=+\-@\t\r]/;

export type Sel = string | number | null;

/**
 * One record of a CSV file (RFC 4180), with its line break. Texts are always quoted, and a text that looks like a formula
 * gets an apostrophe in front, by which spreadsheets take it for text; numbers are bare, and nothing is empty.
 */
export function catatanCsv(sel: readonly Sel[], pemisah: "," | ";"): string {
  return `${sel.map(tulisan).join(pemisah)}\r\n`;
}

function tulisan(sel: Sel): string {
  if (sel === null) return "";
  if (typeof sel === "number") return String(sel);
  const aman = RUMUS.test(sel) ? `'${sel}` : sel;
  return `"${aman.replaceAll('"', '""')}"`;
}
