import { z } from "@hono/zod-openapi";
import { dateField, instantField } from "./fields.ts";

/** A stretch of time: from `dari` on and before `sampai`; an end that is absent is open. */
export interface Period {
  dari?: Date | undefined;
  sampai?: Date | undefined;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
/** The longest way to write an instant that any caller has. */
const MAX_LENGTH = 40;

/** Midnight in Jakarta, UTC+7 all year, at the beginning of a day (YYYY-MM-DD). */
function midnight(day: string): number {
  return Date.parse(`${day}T00:00:00+07:00`);
}

/** A day, whose bound is its midnight `daysOn` days on, or an instant, which is its own bound. */
function bound(name: string, daysOn: number, description: string, example: string) {
  return z
    .string()
    .max(MAX_LENGTH)
    .transform((text, issues): Date => {
      const isDay = DAY.test(text);
      if ((isDay ? dateField() : instantField()).safeParse(text).success)
        return new Date(isDay ? midnight(text) + daysOn * DAY_MS : Date.parse(text));
      issues.addIssue({
        code: "custom",
        message:
          "harus hari yang ada, misalnya 2026-11-20, atau waktu ISO 8601 dengan zona, misalnya 2026-11-20T10:00:00%2B07:00 (`+` ditulis %2B)",
      });
      return z.NEVER;
    })
    .optional()
    .openapi({
      type: "string",
      maxLength: MAX_LENGTH,
      pattern: String.raw`^\d{4}-\d{2}-\d{2}(T.+)?$`,
      description,
      example,
      param: { name, in: "query", required: false },
    });
}

/** Query of lists that are cut to a period: spread it into a `strictObject`, and let `inOrder` refine that. */
export const periodQuery = {
  dari: bound(
    "dari",
    0,
    "Sejak hari ini (YYYY-MM-DD, Asia/Jakarta) atau saat ini (ISO 8601 dengan zona).",
    "2026-11-01",
  ),
  sampai: bound(
    "sampai",
    1,
    "Sampai dengan hari ini (YYYY-MM-DD, Asia/Jakarta), atau sebelum saat ini (ISO 8601 dengan zona).",
    "2026-11-30",
  ),
};

/** The rule of a period, for `refine(...inOrder)`: it ends after it has begun. */
export const inOrder: [(period: Period) => boolean, { path: string[]; error: string }] = [
  ({ dari, sampai }) => dari === undefined || sampai === undefined || dari < sampai,
  { path: ["sampai"], error: "periodenya kosong: sampai harus sesudah dari" },
];
