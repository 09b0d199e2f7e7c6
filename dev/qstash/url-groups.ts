import type { Clock } from "../clock.ts";
import { json } from "../stand-in.ts";
import { checkDestination, type DestinationPolicy } from "./destination.ts";
import { badRequest, notFound } from "./errors.ts";
import { done, readJson, type Route, route } from "./routing.ts";

export interface Endpoint {
  name?: string;
  url: string;
}

interface UrlGroup {
  name: string;
  createdAt: number;
  updatedAt: number;
  endpoints: Endpoint[];
}

/** Names that stand for several endpoints; the API still calls them topics. */
export class UrlGroups {
  readonly #clock: Clock;
  readonly #groups = new Map<string, UrlGroup>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(name: string): UrlGroup {
    const group = this.#groups.get(name);
    if (!group) throw notFound("url group", name);
    return group;
  }

  list(): UrlGroup[] {
    return [...this.#groups.values()];
  }

  /** Adds endpoints, and the group when it is new; an endpoint of the same name or URL is replaced. */
  add(name: string, endpoints: Endpoint[]): void {
    if (!/^[\w.-]+$/.test(name)) {
      throw badRequest(
        `invalid url group name ${name}: only letters, digits, hyphens, periods and underscores`,
      );
    }
    const now = this.#clock.now();
    const group = this.#groups.get(name) ?? { name, createdAt: now, updatedAt: now, endpoints: [] };
    const kept = group.endpoints.filter((old) => !endpoints.some((endpoint) => isSame(old, endpoint)));
    this.#groups.set(name, { ...group, updatedAt: now, endpoints: [...kept, ...endpoints] });
  }

  /** Removes endpoints by name or URL; a group without endpoints is gone. */
  remove(name: string, endpoints: Partial<Endpoint>[]): void {
    const group = this.get(name);
    const kept = group.endpoints.filter((old) => !endpoints.some((endpoint) => isSame(old, endpoint)));
    if (kept.length === 0) this.#groups.delete(name);
    else this.#groups.set(name, { ...group, updatedAt: this.#clock.now(), endpoints: kept });
  }

  delete(name: string): void {
    this.#groups.delete(name);
  }
}

function isSame(a: Partial<Endpoint>, b: Partial<Endpoint>): boolean {
  return (a.name !== undefined && a.name === b.name) || (a.url !== undefined && a.url === b.url);
}

function readEndpoints(body: Buffer): Partial<Endpoint>[] {
  const { endpoints } = readJson(body) as { endpoints?: Partial<Endpoint>[] };
  if (!Array.isArray(endpoints) || endpoints.length === 0) throw badRequest("endpoints are missing");
  return endpoints;
}

export function urlGroupRoutes(groups: UrlGroups, allows: DestinationPolicy): Route[] {
  return [
    route("GET", "/v2/topics", () => json(200, groups.list())),
    route("GET", "/v2/topics/:name", (call) => json(200, groups.get(call.param("name")))),
    route("DELETE", "/v2/topics/:name", (call) => {
      groups.delete(call.param("name"));
      return done();
    }),
    route("POST", "/v2/topics/:name/endpoints", (call) => {
      const endpoints = readEndpoints(call.body).map(({ url = "", ...rest }) => {
        checkDestination(url, allows);
        return { ...rest, url };
      });
      groups.add(call.param("name"), endpoints);
      return done();
    }),
    route("DELETE", "/v2/topics/:name/endpoints", (call) => {
      groups.remove(call.param("name"), readEndpoints(call.body));
      return done();
    }),
  ];
}
