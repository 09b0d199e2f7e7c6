import { badRequest } from "./errors.ts";

/** Decides which hosts a delivery may reach. */
export type DestinationPolicy = (url: URL) => boolean;

/** True for an endpoint; anything else is the name of a URL group. */
export function isUrl(destination: string): boolean {
  return /^https?:\/\//i.test(destination);
}

/** Throws 400 unless `destination` is a http(s) URL that the policy lets through. */
export function checkDestination(destination: string, allows: DestinationPolicy): void {
  const url = isUrl(destination) && URL.canParse(destination) ? new URL(destination) : undefined;
  if (!url) throw badRequest(`invalid destination url: ${destination}`);
  if (!allows(url)) {
    throw badRequest(
      `refusing to deliver to ${url.host}: the local QStash only calls this machine (127.0.0.0/8, localhost, [::1])`,
    );
  }
}
