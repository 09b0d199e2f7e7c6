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
  for (const name of [
    "PUBLIC_URL",
    "DATABASE_URL",
    "DATA_KEY",
    "SECRET_KEY",
    "UPSTASH_REDIS_REST_URL",
    "UPSTASH_REDIS_REST_TOKEN",
    "QSTASH_TOKEN",
    "BILLER_API_KEY",
    "WHAPI_BASE_URL",
    "WHAPI_TOKEN",
    "WHAPI_WEBHOOK_SECRET",
  ]) {
    expect(String(line)).toContain(`${name}: belum diisi`);
    expect(answer).not.toContain(name);
  }
});

test("a Worker with every value of local development names all of them, and a sweep reports it too", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const weak = {
    DATA_KEY: `1:${"ab".repeat(32)}`,
    SECRET_KEY: "kunci-lokal-lokal-untuk-token-orang",
    SECRET_KEY_PREVIOUS: "kunci-lokal-lokal-untuk-token-lama",
    BOOTSTRAP_TOKEN: "kunci-lokal-lokal-untuk-admin-pertama",
    UPSTASH_REDIS_REST_TOKEN: "token-lokal-lokal-2",
    QSTASH_TOKEN: "token-lokal-lokal-1",
    BILLER_API_KEY: "kunci-lokal-lokal-1",
  };
  const urls = {
    PUBLIC_URL: "http://127.0.0.1:8000",
    DATABASE_URL: "postgres://a:b@127.0.0.1/x",
    UPSTASH_REDIS_REST_URL: "http://127.0.0.1:8079",
    QSTASH_URL: "http://127.0.0.1:8080",
  };
  const keys = {
    QSTASH_CURRENT_SIGNING_KEY: "kunci-lokal-lokal-2",
    QSTASH_NEXT_SIGNING_KEY: "kunci-lokal-lokal-3",
    BILLER_WEBHOOK_SECRET: "kunci-lokal-lokal-4",
    WHAPI_TOKEN: "token-lokal-lokal-5",
    WHAPI_WEBHOOK_SECRET: "kunci-lokal-lokal-6",
  };
  const env = {
    ...weak,
    ...urls,
    ...keys,
    BILLER_BASE_URL: "http://127.0.0.1/v1",
    WHAPI_BASE_URL: "http://127.0.0.1:8083",
    BILLER_USERNAME: "x",
    BILLER_RECHECK_SECONDS: "3",
    BCRYPT_COST: "4",
  };
  const event = { cron: "* * * * *", scheduledTime: 0, noRetry: () => {} };
  log.mockClear();
  await expect(worker.scheduled(event as unknown as ScheduledController, env)).rejects.toThrow(
    "Konfigurasi belum siap",
  );
  const line = String(log.mock.calls[0]?.[0]);
  expect(JSON.parse(line)).toMatchObject({ event: "not_configured" });
  const { BILLER_USERNAME: _, ...unfit } = env;
  for (const name of Object.keys(unfit)) expect(line).toContain(`${name}: `);
});
