export interface Operator {
  nama: string;
  /** Brands of the biller's list whose products suit the number, the likeliest first. */
  merek: string[];
}

interface Awalan extends Operator {
  awalan: string[];
}

/**
 * Who was given which prefixes, the longer one first where one begins with another. It is advice: lists disagree about 0851
 * (Telkomsel; 085155 to 085158 are by.U's according to some, all of it Telkomsel's according to others) and 0831 (Axis, or
 * XL). The biller knows best, and refuses what does not match.
 */
const AWALAN: Awalan[] = [
  { nama: "by.U", merek: ["by.U", "TELKOMSEL"], awalan: ["085155", "085156", "085157", "085158"] },
  { nama: "Telkomsel", merek: ["TELKOMSEL", "by.U"], awalan: ["0851"] },
  {
    nama: "Telkomsel",
    merek: ["TELKOMSEL"],
    awalan: ["0811", "0812", "0813", "0821", "0822", "0823", "0852", "0853"],
  },
  {
    nama: "Indosat",
    merek: ["INDOSAT"],
    awalan: ["0814", "0815", "0816", "0855", "0856", "0857", "0858"],
  },
  { nama: "XL", merek: ["XL"], awalan: ["0817", "0818", "0819", "0859", "0877", "0878"] },
  { nama: "Axis", merek: ["AXIS", "XL"], awalan: ["0831"] },
  { nama: "Axis", merek: ["AXIS"], awalan: ["0832", "0833", "0838"] },
  { nama: "Tri", merek: ["TRI"], awalan: ["0895", "0896", "0897", "0898", "0899"] },
  {
    nama: "Smartfren",
    merek: ["SMARTFREN"],
    awalan: ["0881", "0882", "0883", "0884", "0885", "0886", "0887", "0888", "0889"],
  },
];

/** The operator that a mobile number (`08…`) was given to; undefined when its prefix is in no list. */
export function operatorDari(nomor: string): Operator | undefined {
  const dikenal = AWALAN.find(({ awalan }) => awalan.some((angka) => nomor.startsWith(angka)));
  return dikenal && { nama: dikenal.nama, merek: [...dikenal.merek] };
}
