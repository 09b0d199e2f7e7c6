import type { Hono } from "hono";
import { createApp, jobDeps } from "./app.ts";
import { readConfig, type Env } from "./config.ts";
import { openDeps, type Deps } from "./deps.ts";
import { problemOf, ServiceUnavailable } from "./platform/http/errors.ts";
import { systemIds } from "./platform/id.ts";
import { createLog, describeError } from "./platform/log.ts";
import { sapu } from "./ppob/transaksi/jobs.ts";

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

/** What every request gets until the configuration is right; the log says what is wrong with it. */
function answerClosed(request: Request, error: unknown): Response {
  createLog().error("not_configured", describeError(error));
  const problem = problemOf(new ServiceUnavailable(), new URL(request.url).pathname, systemIds.uuid());
  return Response.json(problem, { status: 503, headers: { "content-type": "application/problem+json" } });
}

export default {
  fetch(request, env, context) {
    let opened: House;
    try {
      opened = open(env);
    } catch (error) {
      return answerClosed(request, error);
    }
    return opened.app.fetch(request, env, context);
  },
  async scheduled(_event, env) {
    await sapu(jobDeps(open(env).deps));
  },
} satisfies ExportedHandler<Env>;
