import { z } from "@hono/zod-openapi";
import { describe, expect, test } from "vitest";
import { inOrder, periodQuery } from "../../src/platform/http/period.ts";

const query = z.strictObject(periodQuery).refine(...inOrder);

/** The bounds of a query as instants, or which fields of it are refused. */
function read(period: Record<string, string>): Record<string, string> | string[] {
  const { success, data, error } = query.safeParse(period);
  if (!success) return error.issues.map(({ path }) => path.join("."));
  return Object.fromEntries(Object.entries(data).map(([name, at]) => [name, at?.toISOString() ?? ""]));
}

describe("a period", () => {
  test("of days is from midnight to midnight in Jakarta, its last day included", () => {
    expect(read({ dari: "2026-11-01", sampai: "2026-11-30" })).toEqual({
      dari: "2026-10-31T17:00:00.000Z",
      sampai: "2026-11-30T17:00:00.000Z",
    });
    expect(read({ dari: "2024-02-29", sampai: "2024-02-29" })).toEqual({
      dari: "2024-02-28T17:00:00.000Z",
      sampai: "2024-02-29T17:00:00.000Z",
    });
  });

  test("of instants is what they say, in any zone", () => {
    expect(read({ dari: "2026-11-20T10:00:00+07:00", sampai: "2026-11-20T03:00:00.001Z" })).toEqual({
      dari: "2026-11-20T03:00:00.000Z",
      sampai: "2026-11-20T03:00:00.001Z",
    });
  });

  test("may be open at either end, and may mix both ways", () => {
    expect(read({})).toEqual({});
    expect(read({ sampai: "2026-11-20" })).toEqual({ sampai: "2026-11-20T17:00:00.000Z" });
    expect(read({ dari: "2026-11-20", sampai: "2026-11-19T17:00:01Z" })).toEqual({
      dari: "2026-11-19T17:00:00.000Z",
      sampai: "2026-11-19T17:00:01.000Z",
    });
  });

  test.each([
    ["2026-11-21", "2026-11-20"],
    ["2026-11-20T03:00:00Z", "2026-11-20T03:00:00Z"],
    ["2026-11-20", "2026-11-19T17:00:00Z"],
  ])("from %s until %s is refused: nothing is in it", (dari, sampai) => {
    expect(read({ dari, sampai })).toEqual(["sampai"]);
  });

  test.each([
    "",
    "2026-02-30",
    "2026-13-01",
    "0000-01-01",
    "1899-12-31",
    "20261120",
    "2026-11-20T03:00:00",
    "2026-11-20T10:00:00 07:00",
    "2201-01-01T00:00:00Z",
    "kemarin",
    `2026-11-20T03:00:00.${"0".repeat(40)}Z`,
  ])("does not take '%s' for an end", (text) => {
    expect(read({ dari: text })).toEqual(["dari"]);
    expect(read({ sampai: text })).toEqual(["sampai"]);
  });

  test("reaches to the last day of the calendar", () => {
    expect(read({ sampai: "9999-12-31" })).toEqual({ sampai: "9999-12-31T17:00:00.000Z" });
  });
});
