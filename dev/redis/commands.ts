/** A request that is answered with 400 and `{"error": message}`. */
export class BadRequest extends Error {}

/** A command as the front handles it: bytes only, the name first. */
export type ByteCommand = Buffer[];

/**
 * What Upstash does not offer over REST, and what would change or block the one connection that all requests
 * share (https://upstash.com/docs/redis/overall/rediscompatibility).
 */
const UNAVAILABLE = new Set(
  `BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF
  MULTI EXEC DISCARD WATCH UNWATCH
  SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MONITOR
  AUTH HELLO SELECT QUIT RESET CLIENT ASKING READONLY READWRITE
  SYNC PSYNC REPLCONF REPLICAOF SLAVEOF FAILOVER CLUSTER MIGRATE
  CONFIG DEBUG MODULE SHUTDOWN SAVE BGSAVE BGREWRITEAOF`.split(/\s+/),
);

/** The name of `command` in upper case. */
export function nameOf(command: ByteCommand): string {
  return command[0]?.toString("latin1").toUpperCase() ?? "";
}

/** Why `command` is not passed on to the engine, or undefined when it is. */
export function refusal(command: ByteCommand): string | undefined {
  const name = nameOf(command);
  if (name === "") return "ERR empty command";
  const blocks =
    (name === "XREAD" || name === "XREADGROUP") &&
    command.some((argument) => argument.toString("latin1").toUpperCase() === "BLOCK");
  if (!blocks && !UNAVAILABLE.has(name)) return undefined;
  return `ERR Command is not available: '${name}'. See https://upstash.com/docs/redis/overall/rediscompatibility for details`;
}

function jsonArgument(value: unknown): Buffer {
  // The SDK turns objects into JSON itself; null reaches the engine as this word (@upstash/ratelimit's reset).
  if (value === null) return Buffer.from("null");
  if (typeof value === "string") return Buffer.from(value);
  if (typeof value === "number" || typeof value === "boolean") return Buffer.from(String(value));
  throw new BadRequest(
    "ERR failed to parse command: an argument is neither string, number, boolean nor null",
  );
}

function jsonArray(body: Buffer): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new BadRequest("ERR failed to parse request: not JSON");
  }
  if (!Array.isArray(value)) throw new BadRequest("ERR failed to parse request: not a JSON array");
  return value;
}

/** The command in a body such as `["SET", "foo", 1]`. Throws `BadRequest`. */
export function parseCommand(body: Buffer): ByteCommand {
  return jsonArray(body).map(jsonArgument);
}

/** The commands in a body such as `[["GET", "a"], ["INCR", "b"]]`. Throws `BadRequest`. */
export function parseCommands(body: Buffer): ByteCommand[] {
  const rows = jsonArray(body);
  if (rows.length === 0) throw new BadRequest("ERR failed to parse request: no commands");
  return rows.map((row) => {
    if (!Array.isArray(row)) throw new BadRequest("ERR failed to parse request: not an array of commands");
    return row.map(jsonArgument);
  });
}

/** The bytes behind `%xx`: keys and values need not be UTF-8, so `decodeURIComponent` does not do. */
function percentDecode(text: string): Buffer {
  if (/%(?![\da-f]{2})/i.test(text))
    throw new BadRequest("ERR malformed percent-encoding in the path or query");
  const latin1 = text.replaceAll(/%([\da-f]{2})/gi, (_match, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(latin1, "latin1");
}

/** A request target, taken apart: `/set/foo?EX=100&_token=t`. */
export interface Target {
  /** As it came, still encoded. */
  path: string;
  /** Path segments, decoded. */
  segments: ByteCommand;
  /** Query parameters in order, without `_token`: names and the values that are not empty, decoded. */
  parameters: ByteCommand;
  /** The value of `_token`. */
  token: string | undefined;
}

/** Takes a raw request target apart. Throws `BadRequest` for malformed percent-encoding. */
export function parseTarget(raw: string): Target {
  const [path = "/", ...rest] = raw.split("?");
  const query = rest.join("?");
  const target: Target = {
    path,
    segments: path === "/" ? [] : path.slice(1).split("/").map(percentDecode),
    parameters: [],
    token: undefined,
  };
  for (const pair of query.split("&").filter((part) => part !== "")) {
    const [name = "", ...value] = pair.split("=").map((part) => part.replaceAll("+", "%20"));
    const decoded = percentDecode(value.join("="));
    if (name === "_token") target.token = decoded.toString("utf8");
    else target.parameters.push(percentDecode(name), ...(decoded.length > 0 ? [decoded] : []));
  }
  return target;
}
