// How values are shown: Indonesian, and the time of Jakarta.

const ANGKA = new Intl.NumberFormat("id-ID");

const WAKTU = new Intl.DateTimeFormat("id-ID", {
  timeZone: "Asia/Jakarta",
  day: "2-digit",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** A count with its thousands apart. */
export function angka(banyak: number | bigint): string {
  return ANGKA.format(banyak);
}

/** Money, as in `Rp12.000` and `−Rp12.000`. */
export function rupiah(jumlah: bigint): string {
  return jumlah < 0n ? `−Rp${ANGKA.format(-jumlah)}` : `Rp${ANGKA.format(jumlah)}`;
}

/** What a book gained or lost, with its sign. */
export function selisih(jumlah: bigint): string {
  return jumlah > 0n ? `+${rupiah(jumlah)}` : rupiah(jumlah);
}

/** A moment, as in `20 Nov 2026, 10.00.00 WIB`. */
export function waktu(saat: Date): string {
  return `${WAKTU.format(saat)} WIB`;
}

/** Midnight in Jakarta at the beginning of a day (YYYY-MM-DD), or of the one after it. */
export function awalHari(hari: string, tambahHari: 0 | 1 = 0): Date {
  return new Date(Date.parse(`${hari}T00:00:00+07:00`) + tambahHari * 86_400_000);
}
