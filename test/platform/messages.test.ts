import { z } from "@hono/zod-openapi";
import { expect, test } from "vitest";
import { speakIndonesian } from "../../src/platform/http/messages.ts";

speakIndonesian();

const schema = z.strictObject({
  teks: z.string().min(3).max(5),
  bilangan: z.int().min(1).max(9),
  ya: z.boolean(),
  pilihan: z.enum(["a", "b"]),
  daftar: z.array(z.string()).max(1),
  sendiri: z.string().min(2, "terlalu singkat"),
  surel: z.email(),
});
const right = {
  teks: "abcd",
  bilangan: 5,
  ya: true,
  pilihan: "a",
  daftar: [],
  sendiri: "ab",
  surel: "a@b.co",
};

test.each([
  ["teks", undefined, "wajib diisi"],
  ["teks", 1, "harus teks"],
  ["teks", "ab", "minimal 3 karakter"],
  ["teks", "abcdef", "maksimal 5 karakter"],
  ["bilangan", "5", "harus bilangan"],
  ["bilangan", 1.5, "harus bilangan bulat"],
  ["bilangan", 0, "minimal 1"],
  ["bilangan", 10, "maksimal 9"],
  ["ya", "true", "harus true atau false"],
  ["pilihan", "c", "harus salah satu dari: a, b"],
  ["daftar", {}, "harus daftar"],
  ["sendiri", "a", "terlalu singkat"],
  ["lain", 1, "isian ini tidak dikenal"],
])("%s of %j: %s", (name, value, said) => {
  const issues = schema.safeParse({ ...right, [name]: value }).error?.issues ?? [];
  expect(issues.map(({ message }) => message)).toEqual([said]);
});

test("what it has no sentence for, zod says in Indonesian", () => {
  const [issue] = schema.safeParse({ ...right, surel: "x" }).error?.issues ?? [];
  expect(issue?.message).toMatch(/tidak valid/);
});
