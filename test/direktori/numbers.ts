/** One number as people write it, of its digits without trunk zero and country code. */
export function phoneForms(digits: string): string[] {
  const parts = [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7)];
  return [
    `0${digits}`,
    `62${digits}`,
    `+62${digits}`,
    `+62 ${parts.join("-")}`,
    `+62 (0)${digits}`,
    `(0${parts[0]}) ${parts[1]}.${parts[2]}`,
  ];
}

/** A text of which only the ends are left. */
export function masked(text: string, head: number, tail: number): string {
  return text.slice(0, head) + "*".repeat(text.length - head - tail) + text.slice(-tail);
}
