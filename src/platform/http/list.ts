import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { MAX_INT4 } from "./fields.ts";

/** The longest page of a list. */
export const MAX_LIMIT = 100;

/** A positive whole number in a query. */
export const wholeQuery = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,15}$/, "harus bilangan bulat positif")
    .transform(Number)
    .pipe(z.int().max(most));

const limit = wholeQuery(MAX_LIMIT)
  .default(MAX_LIMIT)
  .openapi({
    type: "integer",
    minimum: 1,
    maximum: MAX_LIMIT,
    default: MAX_LIMIT,
    param: { name: "limit", in: "query", required: false },
  });

/** Query of every list with the newest first: spread it into a `strictObject`. */
export const listQuery = {
  limit,
  before: wholeQuery(Number.MAX_SAFE_INTEGER)
    .optional()
    .openapi({
      type: "integer",
      format: "int64",
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "Hanya baris dengan id di bawah ini; ikuti header Link.",
      param: { name: "before", in: "query", required: false },
    }),
};

export const listAnswerHeaders = z.object({
  Link: z
    .string()
    .optional()
    .openapi({ description: 'Halaman berikutnya: `<?limit=…&before=…>; rel="next"`.' }),
});

/** Query of lists in ascending order of their ids, which are no larger than `integer`: spread it into a `strictObject`. */
export const afterQuery = {
  limit,
  after: wholeQuery(MAX_INT4)
    .optional()
    .openapi({
      type: "integer",
      format: "int32",
      minimum: 1,
      maximum: MAX_INT4,
      description: "Hanya baris dengan id di atas ini; ikuti header Link.",
      param: { name: "after", in: "query", required: false },
    }),
};

export const afterAnswerHeaders = z.object({
  Link: z
    .string()
    .optional()
    .openapi({ description: 'Halaman berikutnya: `<?limit=…&after=…>; rel="next"`.' }),
});

/** Query of lists that are leafed through by number, oldest first: spread it into a `strictObject`. */
export const skipQuery = {
  skip: z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, "harus bilangan bulat, mulai dari 0")
    .transform(Number)
    .pipe(z.int().max(MAX_INT4))
    .default(0)
    .openapi({
      type: "integer",
      minimum: 0,
      maximum: MAX_INT4,
      default: 0,
      description: "Banyaknya baris yang dilewati.",
      param: { name: "skip", in: "query", required: false },
    }),
  limit,
};

export const skipAnswerHeaders = z.object({
  "X-Total-Count": z
    .int()
    .min(0)
    .openapi({ description: "Banyaknya baris yang cocok, di semua halaman.", example: 2 }),
  Link: z
    .string()
    .optional()
    .openapi({ description: 'Halaman berikutnya: `<?skip=…&limit=…>; rel="next"`.' }),
});

/** Says how many rows there are in all, and points to the page behind this one (RFC 8288), unless it was the last. */
export function countAndLink(c: Context, page: { skip: number; limit: number }, total: number): void {
  c.header("x-total-count", String(total));
  const skip = page.skip + page.limit;
  if (skip >= total) return;
  linkTo(c, { skip, limit: page.limit });
}

/** Points to the page behind `rows` (RFC 8288), unless this one was the last. */
export function linkNext(c: Context, pageSize: number, rows: readonly { id: number | string }[]): void {
  const last = rows.at(-1);
  if (!last || rows.length < pageSize) return;
  linkTo(c, { limit: pageSize, before: last.id });
}

/** Points to the rows before id `before` (RFC 8288), for lists whose pages may be short and still go on. */
export function linkBefore(c: Context, limit: number, before: number): void {
  linkTo(c, { limit, before });
}

/** Points to the page behind `last`, the cursor of the last of `count` rows (RFC 8288), unless this one was the last. */
export function linkAfter(
  c: Context,
  pageSize: number,
  count: number,
  last: string | number | undefined,
): void {
  if (last === undefined || count < pageSize) return;
  linkTo(c, { limit: pageSize, after: last });
}

function linkTo(c: Context, page: Record<string, string | number>): void {
  const query = new URL(c.req.url).searchParams;
  for (const [name, value] of Object.entries(page)) query.set(name, String(value));
  c.header("link", `<?${query.toString()}>; rel="next"`);
}
