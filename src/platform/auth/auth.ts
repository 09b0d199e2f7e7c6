import type { Clock } from "../clock.ts";
import type { Ids } from "../id.ts";
import { createCookies, type Cookies } from "./cookies.ts";
import { createCsrf, type Csrf } from "./csrf.ts";
import { createTokens, type Secrets, type Tokens } from "./tokens.ts";

/** What credentials of people are made and checked with. */
export interface Auth {
  tokens: Tokens;
  csrf: Csrf;
  cookies: Cookies;
}

export interface AuthSettings {
  /** The first one signs, all of them verify. */
  secrets: Secrets;
  issuer: string;
  accessTokenSeconds: number;
  /** Local development: cookies without the prefix that browsers take over https only. */
  plainHttp: boolean;
}

/** A session of an app lives this long from its login, in seconds; refreshing does not lengthen it. */
const REFRESH_SECONDS = 30 * 86_400;
/** A browser's session: one working day. */
const COOKIE_SECONDS = 12 * 3_600;
/** A link to a file: long enough to open it. */
const FILE_SECONDS = 300;

/** Everything about credentials of people, over the same secrets. */
export function createAuth(settings: AuthSettings, clock: Clock, ids: Ids): Auth {
  const { secrets, issuer, accessTokenSeconds: access } = settings;
  const lifetime = {
    access,
    refresh: Math.max(REFRESH_SECONDS, access),
    cookie: COOKIE_SECONDS,
    file: FILE_SECONDS,
  };
  return {
    tokens: createTokens({ secrets, issuer, lifetime }, clock, ids),
    csrf: createCsrf(secrets),
    cookies: createCookies(settings.plainHttp),
  };
}
