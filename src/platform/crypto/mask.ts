/** Of a text at least so many characters are hidden, or all of it. */
const HIDDEN = 4;

/** What is shown of a value that does not open. */
export const HIDDEN_VALUE = "*".repeat(HIDDEN);

/** As much of a text as tells one from another: at most `head` characters in front and `tail` behind. */
export function mask(text: string, head: number, tail: number): string {
  const behind = Math.max(0, Math.min(tail, text.length - HIDDEN));
  const shown = Math.max(0, Math.min(head, text.length - behind - HIDDEN));
  return text.slice(0, shown) + "*".repeat(text.length - shown - behind) + text.slice(text.length - behind);
}
