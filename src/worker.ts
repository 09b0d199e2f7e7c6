import type { Hono } from "hono";
import { createApp, jobDeps } from "./app.ts";
import { readConfig, type Env } from "./config.ts";
import { openDeps, type Deps } from "./deps.ts";
import { createLog, describeError } from "./platform/log.ts";
import { sapu } from "./ppob/transaksi/jobs.ts";

/** One house per isolate: nothing in it belongs to a single request. */
let house: { deps: Deps; app: Pick<Hono, "fetch"> } | undefined;

function open(env: Env) {
  if (!house) {
    const deps = openDeps(readConfig(env), env);
    house = { deps, app: createApp(deps) };
  }
  return house;
}

export default {
  fetch(request, env, context) {
    try {
      return open(env).app.fetch(request, env, context);
    } catch (error) {
      createLog().error("not_configured", describeError(error));
      return new Response("Layanan belum dikonfigurasi. Lihat log.\n", { status: 503 });
    }
  },
  async scheduled(_event, env) {
    await sapu(jobDeps(open(env).deps));
  },
} satisfies ExportedHandler<Env>;
