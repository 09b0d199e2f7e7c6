/** What a PLN prepaid token says of itself; parts that the biller left out are null. */
export interface TokenPln {
  /** 20 digits in groups of four, as they are typed into the meter. */
  token: string;
  nama: string | null;
  /** E.g. `R1`. */
  tarif: string | null;
  /** E.g. `450VA`. */
  daya: string | null;
  kwh: number | null;
}

/**
 * Reads the serial number of a PLN prepaid purchase: `TOKEN/NAMA/TARIF/DAYA/KWH`, with a comma before the decimals. Null for
 * what does not begin with a token of 20 digits. A name may hold slashes, so its end is found from behind.
 */
export function bacaToken(sn: string): TokenPln | null {
  const [kepala = "", ...bagian] = sn.split("/").map((satu) => satu.trim());
  const angka = kepala.replaceAll(/[\s.-]/g, "");
  if (!/^[0-9]{20}$/.test(angka)) return null;
  // Some write the unit and some do not; without it only the last of all parts can be the energy.
  const kwh = bacaKwh(bagian.at(-1) ?? "", bagian.length >= 4);
  if (kwh !== null) bagian.pop();
  const ekor = (pola: RegExp) => (pola.test(bagian.at(-1) ?? "") ? (bagian.pop() ?? null) : null);
  const daya = ekor(/^[0-9]{3,12} ?(VA)?$/i);
  const tarif = ekor(/^[A-Z][0-9A-Z]{0,3}$/i);
  const nama = bagian.filter((satu) => satu !== "").join("/");
  return { token: angka.match(/.{4}/g)?.join(" ") ?? angka, nama: nama || null, tarif, daya, kwh };
}

/** `11,0KWH` is 11: with a comma, dots stand between thousands. */
function bacaKwh(teks: string, bolehTanpaSatuan: boolean): number | null {
  const [, angka, satuan] = /^([0-9][0-9.,]{0,15}) ?(kwh)?$/i.exec(teks) ?? [];
  if (angka === undefined || (satuan === undefined && !bolehTanpaSatuan)) return null;
  const kwh = Number(angka.includes(",") ? angka.replaceAll(".", "").replace(",", ".") : angka);
  return Number.isFinite(kwh) ? kwh : null;
}
