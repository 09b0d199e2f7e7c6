import type { Context } from "hono";

/** Where a request comes from. */
export interface Caller {
  /** User-Agent, at most 200 characters. */
  agent: string;
  /** IP address. */
  address: string;
  /** What limits per address count by: one IPv4 address, or the /64 of IPv6 that belongs to one subscriber. */
  network: string;
}

/** Reads the caller off a request. Only Cloudflare's header counts: what a client writes into X-Forwarded-For is its own choice. */
export function callerOf(c: Context): Caller {
  const address = c.req.header("cf-connecting-ip")?.slice(0, 45) ?? "tanpa-alamat";
  // Cut in the middle of a pair of surrogates it would be no text.
  const agent = c.req.header("user-agent")?.slice(0, 200).toWellFormed() ?? "";
  return { agent, address, network: networkOf(address) };
}

function networkOf(address: string): string {
  const url = URL.parse(`http://[${address}]`);
  // An IPv4 address in IPv6's clothes is one address, not a network of all of them.
  if (!url || url.hostname.startsWith("[::ffff:")) return address;
  // Normalised by the URL: lower case, and the longest run of zeros as `::`.
  const [head = "", tail = ""] = url.hostname.slice(1, -1).split("::");
  const [left, right] = [head, tail].map((part) => part.split(":").filter(Boolean));
  const zeros = Array<string>(8 - (left?.length ?? 0) - (right?.length ?? 0)).fill("0");
  return [...(left ?? []), ...zeros, ...(right ?? [])].slice(0, 4).join(":");
}
