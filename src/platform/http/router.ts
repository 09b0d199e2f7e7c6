import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Auth } from "../auth/auth.ts";
import type { Signatures } from "../auth/signatures.ts";
import type { Actor } from "../db/actor.ts";
import type { Log } from "../log.ts";
import type { RateLimiter } from "./rate-limit.ts";
import { ValidationFailed, type FieldProblem } from "./errors.ts";
import { speakIndonesian } from "./messages.ts";

speakIndonesian();

/** What every handler finds in its context. */
export interface HouseEnv {
  Variables: {
    requestId: string;
    log: Log;
    limiter: RateLimiter;
    auth: Auth;
    signatures: Signatures;
    /** Who calls; set by the route's `access`, so absent on open routes. */
    actor: Actor;
    /** The fields of a form as they came, once it has been read. */
    form: Record<string, string> | undefined;
    /** The session that a browser's cookie names. */
    cookieSession: string | undefined;
    /** The body's exact bytes as text, for signatures; set on routes that declare `rawBody`, and of signed requests. */
    rawBody: string;
  };
}

export type Router = OpenAPIHono<HouseEnv>;

const POINTER_PREFIX = {
  json: "#/",
  form: "#/",
  param: "path:",
  query: "query:",
  header: "header:",
  cookie: "cookie:",
};

/** A router whose failed validations become one 422 that names every field. Paths match with and without a trailing slash. */
export function createRouter(): Router {
  return new OpenAPIHono<HouseEnv>({
    strict: false,
    defaultHook(result) {
      if (result.success) return;
      const prefix = POINTER_PREFIX[result.target];
      const issues = result.error.issues.flatMap(closest);
      const errors = issues
        .filter((issue) => !isSaidBetter(issue, issues))
        .flatMap((issue): FieldProblem[] => {
          // An unknown key is reported where it stands, not at the object that holds it.
          const paths =
            issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
          return paths.map((path) => ({
            // The whole body is `#`; `#/` would be its field without a name (RFC 6901).
            pointer: path.length === 0 ? prefix.replace("/", "") : prefix + path.map(escapePointer).join("/"),
            detail: issue.message,
          }));
        });
      // One sentence a field: the first check that fails is the one to mend.
      const first = [...Map.groupBy(errors, ({ pointer }) => pointer).values()].flatMap((all) =>
        all.slice(0, 1),
      );
      throw new ValidationFailed({ errors: first.slice(0, 20) });
    },
  });
}

type Issue = z.core.$ZodIssue;

/** Of several shapes none of which fits, the one that was meant: it knows more of the fields than any other does. */
function closest(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const unknown = (shape: readonly Issue[]) =>
    shape.flatMap((inner) => (inner.code === "unrecognized_keys" ? inner.keys : [])).length;
  const [best = [], second = []] = issue.errors.toSorted((a, b) => unknown(a) - unknown(b));
  if (unknown(best) === unknown(second)) return [issue];
  return best.flatMap((inner) => closest({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Of a number too big to be exact zod says so, and notes it; its own limit, where it has one, says more. */
function isSaidBetter(issue: Issue, issues: readonly Issue[]): boolean {
  return (
    issue.code === "too_big" &&
    "note" in issue &&
    issues.some(
      (other) => other !== issue && other.code === "too_big" && other.path.join() === issue.path.join(),
    )
  );
}

/** One segment of a JSON pointer (RFC 6901), cut to what is fit to show. */
function escapePointer(segment: PropertyKey): string {
  return String(segment).slice(0, 80).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1");
}
