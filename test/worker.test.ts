import { expect, test, vi } from "vitest";
import worker from "../src/worker.ts";

test("a Worker without configuration answers 503 and names every variable once in its log, never in its answer", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const request = new Request("http://127.0.0.1/produk") as Parameters<typeof worker.fetch>[0];
  const response = await worker.fetch(request, {}, context as unknown as ExecutionContext);
  expect(response.status).toBe(503);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const answer = await response.text();
  expect(JSON.parse(answer)).toMatchObject({ status: 503, instance: "/produk" });
  expect(log).toHaveBeenCalledOnce();
  const [line] = log.mock.calls[0] ?? [];
  for (const name of ["PUBLIC_URL", "DATABASE_URL", "DATA_KEY", "QSTASH_TOKEN", "BILLER_API_KEY"]) {
    expect(String(line)).toContain(`${name}: belum diisi`);
    expect(answer).not.toContain(name);
  }
});
