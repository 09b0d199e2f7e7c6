/** Where the pages live. The form of `/register` goes elsewhere, because `POST /register` is for resellers. */
export const ALAMAT = {
  beranda: "/",
  rumah: "/home",
  masuk: "/login",
  daftar: "/register",
  kirimDaftar: "/daftar",
  kirimKeluar: "/keluar",
  gaya: "/aset/halaman.css",
} as const;

const SENDIRI = "https://pintu.invalid";

/** Where to go after a login: `next` if it leads nowhere but here, else the home page; `awal` where none was asked for. */
export function tujuanAman(next: string | undefined, awal: string = ALAMAT.beranda): string {
  if (!next) return awal;
  if (!/^\/[\x21-\x7e]*$/.test(next)) return ALAMAT.beranda;
  const url = URL.parse(next, SENDIRI);
  if (url?.origin !== SENDIRI) return ALAMAT.beranda;
  // Resolving "/.//evil.example" leaves "//evil.example", which a browser takes for another host.
  const tujuan = url.pathname + url.search;
  return tujuan.startsWith("//") ? ALAMAT.beranda : tujuan;
}
