/** One argument list as it goes to the engine; bytes, because keys and values need not be text. */
export type Command = readonly (Buffer | string)[];

/** A simple string such as `OK` or `PONG`: the engine's own words, never stored data. */
export class RespStatus {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An error reply. It is a value, not a throw: one failed command must not hide its neighbours' replies. */
export class RespError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** A RESP2 reply; `bigint` only where a number would lose digits. */
export type Reply = Buffer | RespStatus | RespError | number | bigint | null | Reply[];

const CRLF = Buffer.from("\r\n");

/** The RESP2 bytes of `command`. */
export function encodeCommand(command: Command): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${command.length}\r\n`)];
  for (const argument of command) {
    const bytes = typeof argument === "string" ? Buffer.from(argument) : argument;
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, CRLF);
  }
  return Buffer.concat(parts);
}

function integer(text: string): number | bigint {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  return BigInt(text);
}

function length(text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isSafeInteger(value) || value < -1) {
    throw new Error(`not RESP2: length ${JSON.stringify(text)}`);
  }
  return value;
}

/** Turns a stream of bytes, cut anywhere, into replies. */
export class RespParser {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Parsing again before this many bytes are there is of no use: a long value would be scanned per chunk. */
  #wanted = 1;
  #open: { items: Reply[]; left: number }[] = [];

  /** The replies that `chunk` completes, in order. Throws when the bytes are not RESP2. */
  feed(chunk: Buffer): Reply[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#wanted) return [];
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const replies: Reply[] = [];
    let at = 0;
    for (;;) {
      const element = this.#element(bytes, at);
      if (element === undefined) break;
      at = element.end;
      const reply = element.opened ? undefined : this.#close(element.value);
      if (reply !== undefined) replies.push(reply);
    }
    this.#wanted -= at;
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#size = bytes.length - at;
    return replies;
  }

  /** The element that starts at `at`, or undefined (and `#wanted` set) when its bytes are not all there. */
  #element(bytes: Buffer, at: number): { value: Reply; end: number; opened?: boolean } | undefined {
    const lineEnd = bytes.indexOf(CRLF, at);
    this.#wanted = bytes.length + 1;
    if (lineEnd < 0) return undefined;
    const text = bytes.toString("utf8", at + 1, lineEnd);
    const end = lineEnd + 2;
    const kind = String.fromCharCode(bytes[at] ?? 0);
    switch (kind) {
      case "+":
        return { value: new RespStatus(text), end };
      case "-":
        return { value: new RespError(text), end };
      case ":":
        return { value: integer(text), end };
      case "$": {
        const size = length(text);
        if (size < 0) return { value: null, end };
        this.#wanted = end + size + 2;
        if (bytes.length < this.#wanted) return undefined;
        return { value: bytes.subarray(end, end + size), end: end + size + 2 };
      }
      case "*": {
        const count = length(text);
        if (count <= 0) return { value: count < 0 ? null : [], end };
        this.#open.push({ items: [], left: count });
        return { value: null, end, opened: true };
      }
      default:
        throw new Error(`not RESP2: type ${JSON.stringify(kind)}`);
    }
  }

  /** Puts `value` into the arrays that are open; returns the whole reply once nothing is open any more. */
  #close(value: Reply): Reply | undefined {
    let done = value;
    for (;;) {
      const array = this.#open.at(-1);
      if (!array) return done;
      array.items.push(done);
      array.left -= 1;
      if (array.left > 0) return undefined;
      this.#open.pop();
      done = array.items;
    }
  }
}
