// Moments of a conversation, as people say them; all of them in Jakarta.

const WIB = { timeZone: "Asia/Jakarta" } as const;
const JAM = new Intl.DateTimeFormat("id-ID", {
  ...WIB,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const HARI = new Intl.DateTimeFormat("en-CA", WIB);
const TANGGAL = new Intl.DateTimeFormat("id-ID", { ...WIB, day: "numeric", month: "short" });
const TANGGAL_TAHUN = new Intl.DateTimeFormat("id-ID", {
  ...WIB,
  weekday: "long",
  day: "numeric",
  month: "short",
  year: "numeric",
});

const SEHARI_MS = 86_400_000;

/** `10.00` */
export function jam(saat: Date): string {
  return JAM.format(saat);
}

/** The day of a moment, as in `2026-11-20`. */
export function hari(saat: Date): string {
  return HARI.format(saat);
}

/** The day of a moment, as in `Hari ini`, `Kemarin` and `Jumat, 20 Nov 2026`. */
export function namaHari(saat: Date, kini: Date): string {
  return dekat(saat, kini) ?? TANGGAL_TAHUN.format(saat);
}

/** When a chat was last heard of, in few letters: `10.00`, `Kemarin`, `20 Nov`. */
export function singkat(saat: Date, kini: Date): string {
  if (hari(saat) === hari(kini)) return jam(saat);
  return dekat(saat, kini) ?? TANGGAL.format(saat);
}

function dekat(saat: Date, kini: Date): string | undefined {
  if (hari(saat) === hari(kini)) return "Hari ini";
  return hari(saat) === hari(new Date(kini.getTime() - SEHARI_MS)) ? "Kemarin" : undefined;
}

/** How long something has lasted: `5 menit`, `2 jam`, `3 hari`. */
export function selang(sejak: Date, kini: Date): string {
  const menit = Math.floor((kini.getTime() - sejak.getTime()) / 60_000);
  if (menit < 1) return "kurang dari 1 menit";
  if (menit < 60) return `${menit} menit`;
  return menit < 1_440 ? `${Math.floor(menit / 60)} jam` : `${Math.floor(menit / 1_440)} hari`;
}
