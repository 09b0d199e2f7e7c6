import { expect } from "vitest";
import type { World } from "../harness.ts";
import type { Orang } from "../make.ts";

// A browser without its screen: a session's cookie, the token of its pages, and forms as it would send them.

export const HTML = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

export interface Peramban {
  /** The token of this session's forms. */
  csrf: string;
  cookie: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** A page's text; fails unless it is one. */
  page(path: string): Promise<string>;
  /** Sends a form; its token is the session's own unless `fields` names another. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
}

/** Logs somebody in as the login page would, without costing a bcrypt for each test. */
export async function buka(world: World, { id, accessToken }: Orang): Promise<Peramban> {
  const { tokens, csrf } = world.deps.auth;
  const claims = await tokens.verify("access", accessToken);
  if (!claims) throw new Error("the token of an account that was just made does not hold");
  const { role, sid, ver } = claims as { role: string; sid: string; ver: number };
  const token = await tokens.sign("cookie", String(id), { role, sid, ver });
  return peramban(world, `sesi=${token}`, csrf.tokenFor(sid));
}

/** A browser in which nobody is logged in. */
export function tamu(world: World): Peramban {
  return peramban(world, "", "0".repeat(64));
}

function peramban(world: World, cookie: string, csrf: string): Peramban {
  const own = cookie ? { ...HTML, cookie } : HTML;
  const get = (path: string, headers = {}) => world.request(path, { headers: { ...own, ...headers } });
  return {
    csrf,
    cookie,
    get,
    async page(path) {
      const response = await get(path);
      const text = await response.text();
      expect(response.status, text).toBe(200);
      expect(response.headers.get("content-type")).toContain("text/html");
      return text;
    },
    post: (path, fields, headers = {}) =>
      world.request(path, {
        method: "POST",
        headers: {
          ...own,
          origin: new URL(world.url).origin,
          "content-type": "application/x-www-form-urlencoded",
          ...headers,
        },
        body: new URLSearchParams({ _csrf: csrf, ...fields }).toString(),
      }),
  };
}

/** The value of a field in a page. */
export function fieldIn(page: string, name: string): string {
  return new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(page)?.[1] ?? "";
}

/** The ids of rows a page links to, in its order. */
export function idsIn(page: string, folder: string): number[] {
  return [...page.matchAll(new RegExp(`href="/dashboard/${folder}/(\\d+)"`, "g"))].map(([, id]) =>
    Number(id),
  );
}
