import { json, type WireAnswer, type WireRequest } from "../stand-in.ts";
import { ApiError, badRequest } from "./errors.ts";
import type { Headers } from "./instructions.ts";

/** One API call, taken apart by its route. */
export interface Call {
  /** The value of a `:name` in the path. */
  param(name: string): string;
  /** What `*` stands for: everything behind it as it came over the wire, query string included. */
  rest: string;
  query: URLSearchParams;
  headers: Headers;
  body: Buffer;
}

export interface Route {
  method: string;
  pattern: RegExp;
  handle: (call: Call) => WireAnswer;
}

/**
 * A route on the raw request target, which is never normalised: `:name` is one segment, a trailing `*` is the rest,
 * so that `/v2/publish/http://127.0.0.1/a//b?c=d` keeps its destination byte by byte.
 */
export function route(method: string, path: string, handle: Route["handle"]): Route {
  const source = path
    .replaceAll(/:(\w+)/g, "(?<$1>[^/?]+)")
    .replace(/\*$/, "(?<rest>.+)")
    .concat(path.endsWith("*") ? "" : String.raw`/?(?:\?.*)?`);
  return { method, pattern: new RegExp(`^${source}$`), handle };
}

/** Finds the route of a request and answers it; an `ApiError` becomes its answer. */
export function dispatch(routes: readonly Route[], request: WireRequest, target: string): WireAnswer {
  try {
    for (const { method, pattern, handle } of routes) {
      const match = method === request.method ? pattern.exec(target) : null;
      if (match) return handle(callOf(match.groups ?? {}, request, target));
    }
    throw new ApiError(404, `no such endpoint: ${request.method} ${target}`);
  } catch (error) {
    if (error instanceof ApiError) return json(error.status, { error: error.message });
    throw error;
  }
}

function callOf(groups: Record<string, string>, request: WireRequest, target: string): Call {
  return {
    param: (name) => decoded(groups[name] ?? ""),
    rest: groups["rest"] ?? "",
    query: new URLSearchParams(target.includes("?") ? target.slice(target.indexOf("?")) : ""),
    headers: singleHeaders(request.headers),
    body: request.body,
  };
}

/** Headers in lower case with one value each. */
export function singleHeaders(headers: Record<string, string | string[] | undefined>): Headers {
  const result: Headers = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return result;
}

/** The body as JSON. Throws 400 when it is none. */
export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw badRequest("the body is not valid JSON");
  }
}

/** 200 without a body to speak of: the SDK does not read it. */
export const done = (): WireAnswer => ({ status: 200 });

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`invalid path segment: ${segment}`);
  }
}
