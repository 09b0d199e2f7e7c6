import { resolve4, resolve6 } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { isLoopback } from "../../platform/db/database.ts";

// A mitra names an address, and we call it: without care, it names one that only we can reach. What is refused here is
// everything but HTTPS to the public internet, when it is registered and again before every delivery.
//
// A Worker cannot pin what it has looked up: `fetch` looks the name up once more, and its owner may have changed it in
// between. That is tolerable where this runs: a Worker has no network of its own, its `fetch` leaves from Cloudflare's edge
// to the public internet only, so that the worst such a name gets is a request that fails. Redirects are never followed.

/** The longest address, in characters. */
export const MAX_URL = 500;

/** Addresses (IPv4 and IPv6) of a name; none when it has none. */
export type Resolve = (host: string) => Promise<string[]>;

export interface AturanAlamat {
  /** Local development: plain HTTP and this very machine are fine. */
  local: boolean;
  /** Where we ourselves are called, as in a URL. */
  ownHost: string;
}

/** An address that may be called, normalised, or why not (Indonesian, to follow a colon). */
export type Periksa = { url: URL } | { alasan: string };

/** Names that are not of the public DNS (RFC 2606, 6761, 6762, 7686, 8375, 9476; ICANN's `internal`), or often are not. */
const NAMA_DALAM =
  /\.(localhost|local|internal|localdomain|home\.arpa|arpa|onion|alt|test|invalid|lan|home|corp|intranet|private)$/;

/** What an address says by itself, without a look at the network. The URL parser has put hosts into their one spelling. */
export function periksaAlamat(text: string, { local, ownHost }: AturanAlamat): Periksa {
  if (!URL.canParse(text)) return { alasan: "bukan URL lengkap" };
  const url = new URL(text);
  // It would not be sent.
  url.hash = "";
  const mesinIni = local && isLoopback(url.hostname);
  if (url.protocol !== "https:" && !(mesinIni && url.protocol === "http:")) return { alasan: "harus https" };
  if (url.username || url.password) return { alasan: "tidak boleh memuat nama pengguna atau sandi" };
  if (url.href.length > MAX_URL) return { alasan: `lebih panjang dari ${MAX_URL} karakter` };
  if (local ? url.host === ownHost : url.hostname === ownHost.replace(/:\d+$/, ""))
    return { alasan: "itu alamat kami sendiri" };
  if (mesinIni) return { url };
  const port = Number(url.port || 443);
  if (!local && port !== 443 && port < 1024) return { alasan: "port harus 443, atau 1024 ke atas" };
  const alasan = alasanHost(url.hostname);
  return alasan === undefined ? { url } : { alasan };
}

function alasanHost(host: string): string | undefined {
  const ip = adalahIp(host);
  if (ip !== undefined) return isPublik(ip) ? undefined : "bukan alamat publik";
  if (host.endsWith(".")) return "nama tidak boleh berakhiran titik";
  if (!host.includes(".") || NAMA_DALAM.test(host)) return "bukan nama di internet publik";
  return undefined;
}

/** The address of a host that is one, as a URL spells it. */
function adalahIp(host: string): string | undefined {
  if (host.startsWith("[")) return host.slice(1, -1);
  return ipaddr.IPv4.isValidFourPartDecimal(host) ? host : undefined;
}

/**
 * Whether an address is one of somebody's on the public internet. IPv6: only what IANA has given out as global unicast
 * (2000::/3), and of that none that carries an IPv4 address in it.
 */
export function isPublik(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.parse(address);
  if (ip.range() !== "unicast") return false;
  return !(ip instanceof ipaddr.IPv6) || ip.match(ipaddr.IPv6.parseCIDR("2000::/3"));
}

/** What the name of a checked address says: why it must not be called now (Indonesian), or undefined. */
export async function periksaNama({ hostname }: URL, resolve: Resolve): Promise<string | undefined> {
  if (isLoopback(hostname) || adalahIp(hostname) !== undefined) return undefined;
  const addresses = await resolve(hostname);
  if (addresses.length === 0) return "namanya tidak ditemukan di DNS";
  return addresses.every(isPublik) ? undefined : "namanya menunjuk ke alamat yang bukan publik";
}

/** Looking a name up must not hold up a delivery. */
const DNS_MS = 5_000;

/** Asks the DNS, for five seconds at most. What does not answer has no addresses. */
export const cariNama: Resolve = async (host) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string[][]>((proceed) => {
    timer = setTimeout(() => proceed([]), DNS_MS);
  });
  try {
    const asked = [resolve4(host), resolve6(host)].map(async (answer) => await answer.catch(() => []));
    // Some resolvers name the aliases on the way beside the addresses.
    return (await Promise.race([Promise.all(asked), late])).flat().filter((found) => ipaddr.isValid(found));
  } finally {
    clearTimeout(timer);
  }
};
