import type { WireRequest } from "../stand-in.ts";

/** Path and query of a request target; the path is as it came, still encoded. */
export function targetOf({ url }: WireRequest): { path: string; query: URLSearchParams } {
  const [path = "", query = ""] = url.split(/\?(.*)/s, 2);
  return { path, query: new URLSearchParams(query) };
}
