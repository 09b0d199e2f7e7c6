import { z } from "@hono/zod-openapi";
import type { Context } from "hono";

/** The longest page of a list. */
export const MAX_LIMIT = 100;

const whole = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,15}$/, "harus bilangan bulat positif")
    .transform(Number)
    .pipe(z.int().max(most));

/** Query of every list with the newest first: spread it into a `strictObject`. */
export const listQuery = {
  limit: whole(MAX_LIMIT)
    .default(MAX_LIMIT)
    .openapi({
      type: "integer",
      minimum: 1,
      maximum: MAX_LIMIT,
      default: MAX_LIMIT,
      param: { name: "limit", in: "query", required: false },
    }),
  before: whole(Number.MAX_SAFE_INTEGER)
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

/** Points to the page behind `rows` (RFC 8288), unless this one was the last. */
export function linkNext(c: Context, limit: number, rows: readonly { id: number }[]): void {
  const last = rows.at(-1);
  if (!last || rows.length < limit) return;
  const query = new URL(c.req.url).searchParams;
  query.set("limit", String(limit));
  query.set("before", String(last.id));
  c.header("link", `<?${query.toString()}>; rel="next"`);
}
