import { badRequest } from "./errors.ts";

const DAY_MS = 86_400_000;

const UNITS_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
};

/** `10s`, `1d10h30m`, `6m5s` → milliseconds. Throws 400 for anything else. */
export function duration(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text.trim()) {
    throw badRequest(`invalid duration: ${text}`);
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS_MS[unit ?? ""] ?? 0), 0);
}

/** The default back-off in milliseconds before retry `n` (1 = the first): min(86400, e^(2.5n)) s = 12 s, 148 s, 1808 s … */
export function backoff(n: number): number {
  return Math.min(DAY_MS, Math.exp(2.5 * n) * 1000);
}

const FUNCTIONS: Record<string, (...values: number[]) => number> = {
  pow: (base = Number.NaN, exponent = Number.NaN) => base ** exponent,
  sqrt: Math.sqrt,
  abs: Math.abs,
  exp: Math.exp,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  min: Math.min,
  max: Math.max,
};

/**
 * The value in milliseconds of an `Upstash-Retry-Delay` expression: numbers, `retried` (0 before the first retry),
 * `+ - * / ( )` and the functions pow sqrt abs exp floor ceil round min max. Parsed by recursive descent, never
 * evaluated as code. Between 0 and one day; the default back-off where the expression has no value (0/0).
 * Throws 400 for anything else.
 */
export function retryDelay(expression: string, retried: number): number {
  const value = new Expression(expression, retried).value();
  return Number.isNaN(value) ? backoff(retried + 1) : Math.min(DAY_MS, Math.max(0, value));
}

class Expression {
  #tokens: string[];
  #position = 0;
  #source: string;
  #retried: number;

  constructor(source: string, retried: number) {
    this.#source = source;
    this.#retried = retried;
    this.#tokens = source.match(/\d+(?:\.\d+)?|[a-z]+|[-+*/(),]/gi) ?? [];
    if (this.#tokens.join("") !== source.replaceAll(/\s+/g, "")) throw this.#invalid();
  }

  value(): number {
    const value = this.#sum();
    if (this.#position !== this.#tokens.length) throw this.#invalid();
    return value;
  }

  #sum(): number {
    let value = this.#product();
    for (;;) {
      if (this.#take("+")) value += this.#product();
      else if (this.#take("-")) value -= this.#product();
      else return value;
    }
  }

  #product(): number {
    let value = this.#factor();
    for (;;) {
      if (this.#take("*")) value *= this.#factor();
      else if (this.#take("/")) value /= this.#factor();
      else return value;
    }
  }

  #factor(): number {
    if (this.#take("-")) return -this.#factor();
    if (this.#take("(")) {
      const value = this.#sum();
      this.#expect(")");
      return value;
    }
    const token = this.#tokens[this.#position] ?? "";
    this.#position += 1;
    if (/^\d/.test(token)) return Number(token);
    if (token === "retried") return this.#retried;
    const call = Object.hasOwn(FUNCTIONS, token) ? FUNCTIONS[token] : undefined;
    if (!call) throw this.#invalid();
    this.#expect("(");
    const values = [this.#sum()];
    while (this.#take(",")) values.push(this.#sum());
    this.#expect(")");
    return call(...values);
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#position] !== token) return false;
    this.#position += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#invalid();
  }

  #invalid(): Error {
    return badRequest(`invalid retry delay expression: ${this.#source}`);
  }
}

const RETRY_HEADERS = [
  "retry-after",
  "x-ratelimit-reset",
  "x-ratelimit-reset-requests",
  "x-ratelimit-reset-tokens",
];

/**
 * The delay in milliseconds that the endpoint has asked for in its answer: seconds, an RFC 1123 date or a duration.
 * Undefined when it has not asked, or for more than a day, which QStash does not honour.
 * Source: https://upstash.com/docs/qstash/features/retry#retry-after-headers
 */
export function requestedDelay(
  header: (name: string) => string | undefined,
  nowMs: number,
): number | undefined {
  for (const name of RETRY_HEADERS) {
    const value = header(name)?.trim();
    if (!value) continue;
    const delay = delayOf(value, nowMs);
    if (delay !== undefined && delay <= DAY_MS) return Math.max(0, delay);
  }
  return undefined;
}

function delayOf(value: string, nowMs: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(date)) return date - nowMs;
  try {
    return duration(value);
  } catch {
    return undefined; // an unreadable wish is no wish
  }
}
