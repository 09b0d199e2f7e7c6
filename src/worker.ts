import type { Hono } from "hono";
import { createApp } from "./app.ts";
import { ConfigError, readConfig, type Env } from "./config.ts";
import { callbackDeps, courierDeps, erasureDeps, jobDeps, openDeps, type Deps } from "./deps.ts";
import { problemOf, ServiceUnavailable } from "./platform/http/errors.ts";
import { systemIds } from "./platform/id.ts";
import { createLog, describeError } from "./platform/log.ts";
import { musnahkan } from "./amancair/privacy/privacy.ts";
import { sapuKiriman } from "./ppob/callback/jobs.ts";
import { sinkronkan } from "./ppob/produk/jobs.ts";
import { sapuTandaTangan } from "./ppob/mitra/mitra.ts";
import { sapu } from "./ppob/transaksi/jobs.ts";
import { sapuWhatsapp } from "./whatsapp/outbox/jobs.ts";

interface House {
  deps: Deps;
  app: Pick<Hono, "fetch">;
}

/** One house per isolate: nothing in it belongs to a single request. */
let house: House | undefined;

function open(env: Env): House {
  if (!house) {
    const deps = openDeps(readConfig(env), env);
    house = { deps, app: createApp(deps) };
  }
  return house;
}

/** Says in the log what is wrong; of a configuration every variable, however many. */
function report(event: string, error: unknown): void {
  if (error instanceof ConfigError) createLog().error("not_configured", { error: error.message });
  else createLog().error(event, describeError(error));
}

/** What every request gets until the configuration is right. */
function answerClosed(request: Request): Response {
  const requestId = systemIds.uuid();
  const problem = problemOf(new ServiceUnavailable(), new URL(request.url).pathname, requestId);
  const headers = {
    ...ServiceUnavailable.headers,
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
  };
  return Response.json(problem, { status: 503, headers });
}

export default {
  fetch(request, env, context) {
    let opened: House;
    try {
      opened = open(env);
    } catch (error) {
      report("not_configured", error);
      return answerClosed(request);
    }
    return opened.app.fetch(request, env, context);
  },
  async scheduled(_event, env) {
    // None holds up the others.
    const done = await Promise.allSettled([
      (async () => await sapu(jobDeps(open(env).deps)))(),
      (async () => await musnahkan(erasureDeps(open(env).deps)))(),
      (async () => await sapuKiriman(callbackDeps(open(env).deps)))(),
      (async () => await sapuTandaTangan(open(env).deps))(),
      (async () => await sapuWhatsapp(courierDeps(open(env).deps)))(),
      (async () => await sinkronkan(open(env).deps))(),
    ]);
    const failed = done.filter((one) => one.status === "rejected");
    for (const { reason } of failed) report("sweep_failed", reason);
    if (failed[0]) throw failed[0].reason;
  },
} satisfies ExportedHandler<Env>;
