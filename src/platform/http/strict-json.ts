/** Deeper than any document of ours; a parser that recurses is safe at this depth. */
const MAX_DEPTH = 32;
const MAX_KEYS = 4_000;

const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Why a JSON text is refused although `JSON.parse` takes it, or `undefined` when it is fine.
 *
 * Refused: nesting beyond 32 levels, more than 4,000 keys in all, a key that stands twice in one object (the last would
 * silently win), keys that reach into prototypes, and strings that PostgreSQL cannot store as they are: U+0000 and lone
 * surrogates. `text` must already have passed `JSON.parse`, so the scan relies on its grammar.
 */
export function whyRefused(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let keys = 0;
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "{" || char === "[") {
      open.push(char === "{" ? new Set() : undefined);
      expectsKey = char === "{";
      if (open.length > MAX_DEPTH) return "bersarang terlalu dalam";
    } else if (char === "}" || char === "]") {
      open.pop();
    } else if (char === ",") {
      expectsKey = open.at(-1) !== undefined;
    } else if (char === '"') {
      const end = endOfString(text, at);
      const value = String(JSON.parse(text.slice(at, end + 1)));
      at = end;
      if (value.includes("\u0000")) return "memuat karakter NUL";
      if (!value.isWellFormed()) return "memuat karakter Unicode yang tidak utuh";
      const siblings = expectsKey ? open.at(-1) : undefined;
      if (!siblings) continue;
      expectsKey = false;
      keys += 1;
      if (keys > MAX_KEYS) return "memuat terlalu banyak kunci";
      if (FORBIDDEN_KEYS.has(value)) return "memuat kunci yang dilarang";
      if (siblings.has(value)) return "memuat kunci yang sama dua kali";
      siblings.add(value);
    }
  }
  return undefined;
}

/** Index of the quote that closes the string opened at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
