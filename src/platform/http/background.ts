import type { Context } from "hono";

/** Lets work of this request go on after its answer. */
export function inBackground(c: Context): (work: Promise<unknown>) => void {
  return (work) => c.executionCtx.waitUntil(work);
}
