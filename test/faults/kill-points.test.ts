import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { billerDisagreements, brokenInvariants } from "../invariants.ts";
import { createWorld, until, type World } from "../harness.ts";
import { balances, makeMitra, requestPurchase, type Mitra } from "../make.ts";

// Everything the Worker does outside of itself is a fetch. Its death at the k-th of them, before or after the other side
// has done the work, is a promise that never settles: nothing behind it runs.
const realFetch = globalThis.fetch;
let world: World;

// Not useWorld: a world with dead requests in it never comes to rest.
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
afterEach(() => {
  globalThis.fetch = realFetch;
});

interface Kill {
  /** Which outgoing request, counted from 1. */
  at: number;
  moment: "before" | "after";
}

/** Lets the Worker die at one of its requests; returns how many it made, and whether it reached that one. */
function killAt({ at, moment }: Kill): { calls: string[]; died: boolean } {
  const seen = { calls: [] as string[], died: false };
  globalThis.fetch = async (input, init) => {
    const target = input instanceof Request ? input.url : String(input);
    // The test's own requests to the app, and deliveries to it, are not the Worker's.
    if (target.startsWith(world.url)) return await realFetch(input, init);
    if (seen.died) return await new Promise(() => {});
    seen.calls.push(target);
    if (seen.calls.length !== at) return await realFetch(input, init);
    if (moment === "after") await realFetch(input, init);
    seen.died = true;
    return await new Promise(() => {});
  };
  return seen;
}

/** One purchase through the queue, with the Worker dying on the way; nobody waits for answers that never come. */
async function buyAndDie(mitra: Mitra, kill: Kill): Promise<{ calls: string[]; died: boolean }> {
  const seen = killAt(kill);
  void requestPurchase(world, mitra, { ref_id: "satu" }).catch(() => {});
  await until(async () => seen.died || (seen.calls.length < kill.at && (await isFinal(mitra))));
  globalThis.fetch = realFetch;
  return seen;
}

async function isFinal(mitra: Mitra): Promise<boolean> {
  const rows = await world.cloud.neon.asOwner(
    "select 1 from transaksi where mitra_id = $1 and status in ('sukses', 'gagal')",
    [mitra.id],
  );
  return rows.length > 0;
}

/** What happens in any production after a death: time passes, the sweeper runs, an honest client repeats its request. */
async function recover(mitra: Mitra): Promise<void> {
  const again = await requestPurchase(world, mitra, { ref_id: "satu" });
  expect(again.status).toBe(200);
  await until(async () => {
    await world.cloud.neon.asOwner(
      "update transaksi set lanjut_pada = now() where mitra_id = $1 and status in ('pending', 'proses')",
      [mitra.id],
    );
    await world.sweep();
    return await isFinal(mitra);
  });
}

test("killed at every await point of a purchase, it ends sukses with one execution and one debit", async () => {
  const visited: string[] = [];
  for (const moment of ["before", "after"] as const) {
    for (let at = 1; ; at++) {
      const mitra = await makeMitra(world, { saldo: 24_000 });
      const seen = await buyAndDie(mitra, { at, moment });
      if (!seen.died) break;
      visited.push(`${moment} ${at} ${new URL(seen.calls.at(-1) ?? "").pathname.split("/")[1]}`);
      await recover(mitra);
      expect(await balances(world, mitra), `${moment} call ${at}`).toEqual({ tersedia: 12_000, ditahan: 0 });
    }
  }
  expect(await billerDisagreements(world.cloud.neon, world.cloud.digiflazz.book)).toEqual([]);
  expect(await brokenInvariants(world.cloud.neon)).toEqual([]);
  // beli, publish, claim, biller, settle: none may go untested.
  expect(visited).toEqual(
    ["before", "after"].flatMap((moment) =>
      ["sql", "v2", "sql", "v1", "sql"].map((path, n) => `${moment} ${n + 1} ${path}`),
    ),
  );
});
