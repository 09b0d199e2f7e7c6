// `npm run bench:bcrypt`: CPU of one password hash and of one comparison, in the Workers' runtime and in Node.
//
// Clocks of a Worker stand still while it computes, so this measures from outside: a request that does the work often,
// less one that does none. Of all rounds the shortest counts, which is the one that nobody else disturbed.
import { join } from "node:path";
import { createPasswords } from "../src/platform/auth/passwords.ts";
import { startFile } from "./house.ts";
import { say } from "./statistics.ts";

const ROUNDS = 7;
/** How often a request does the work, by cost: some 300 ms each. */
const TIMES: Record<number, number> = { 8: 24, 10: 6, 12: 2 };

type Work = "hash" | "matches";

async function shortest(task: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await task();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

async function inNode(work: Work, cost: number, times: number): Promise<number> {
  const passwords = createPasswords(cost);
  return await shortest(async () => {
    for (let done = 0; done < times; done++) {
      if (work === "hash") await passwords.hash("password123");
      else await passwords.matches("password123", undefined);
    }
  });
}

async function inWorker(url: string, work: Work, cost: number, times: number): Promise<number> {
  return await shortest(async () => {
    const answer = await fetch(`${url}/?work=${work}&cost=${cost}&times=${times}`);
    if ((await answer.text()) !== String(times)) throw new Error(`the Worker answers ${answer.status}`);
  });
}

const worker = await startFile(join(import.meta.dirname, "bcrypt-worker.ts"));
try {
  await inWorker(worker.url, "hash", 8, 1);
  say("cost  work      Worker ms   Node ms   ratio");
  for (const [cost, times] of Object.entries(TIMES)) {
    for (const work of ["hash", "matches"] as const) {
      const idle = await inWorker(worker.url, work, Number(cost), 0);
      const busy = await inWorker(worker.url, work, Number(cost), times);
      const node = (await inNode(work, Number(cost), times)) / times;
      const ms = (busy - idle) / times;
      const cells = [cost.padEnd(4), work.padEnd(8), ms.toFixed(1).padStart(10), node.toFixed(1).padStart(9)];
      say(`${cells.join("  ")}   ${(ms / node).toFixed(2)}`);
    }
  }
} finally {
  await worker.close();
}
