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

interface Seen {
  /** The requests it made. */
  calls: string[];
  /** Whether it reached the one to die at. */
  died: boolean;
  /** Requests that never left: whoever wanted to make one is dead as well. */
  blocked: number;
}

/** Lets the Worker die at one of its requests. */
function killAt({ at, moment }: Kill): Seen {
  const seen: Seen = { calls: [], died: false, blocked: 0 };
  globalThis.fetch = async (input, init) => {
    const target = input instanceof Request ? input.url : String(input);
    // The test's own requests to the app, and deliveries to it, are not the Worker's.
    if (target.startsWith(world.url)) return await realFetch(input, init);
    // From its last request on nothing more leaves it, whatever that one still does on the other side.
    if (seen.calls.length >= at) {
      seen.blocked += 1;
      return await new Promise(() => {});
    }
    seen.calls.push(target);
    if (seen.calls.length !== at) return await realFetch(input, init);
    if (moment === "after") await realFetch(input, init);
    seen.died = true;
    return await new Promise(() => {});
  };
  return seen;
}

/** One purchase through the queue, with the Worker dying on the way; nobody waits for answers that never come. */
async function buyAndDie(mitra: Mitra, kill: Kill): Promise<Seen> {
  const seen = killAt(kill);
  void requestPurchase(world, mitra, { ref_id: "satu" }).catch(() => {});
  await until(async () => seen.died || (seen.calls.length < kill.at && (await isFinal(mitra))));
  globalThis.fetch = realFetch;
  return seen;
}

/** Status of the one purchase, how often the biller was asked about it, and the code it gave last. */
async function attempt(
  mitra: Mitra,
): Promise<{ status: string; ditanya: number; rc: string | null } | undefined> {
  const [row] = await world.cloud.neon.asOwner(
    "select t.status, p.ditanya, p.rc from transaksi t join percobaan p on p.transaksi_id = t.id where t.mitra_id = $1",
    [mitra.id],
  );
  return row && { status: String(row["status"]), ditanya: Number(row["ditanya"]), rc: row["rc"] ?? null };
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

test.each([
  { rc: "68", about: "the product", held: [] },
  // Held only where the worker died between its claim and the settlement of the one answer: two questions were possible.
  { rc: "44", about: "our account", held: ["before 4", "before 5", "after 3", "after 4"] },
])(
  "killed at every await point of a purchase that the biller refuses because of $about: refunded once or held, never lost",
  async ({ rc, held }) => {
    const { script, book } = world.cloud.digiflazz;
    script.clear();
    script.outcome(({ customerNo }) => customerNo === "08123456789", { status: "Gagal", rc });
    const before = book.entries().length;
    const ends: string[] = [];
    for (const moment of ["before", "after"] as const) {
      for (let at = 1; ; at++) {
        const mitra = await makeMitra(world, { saldo: 24_000 });
        const seen = await buyAndDie(mitra, { at, moment });
        if (!seen.died) break;
        await requestPurchase(world, mitra, { ref_id: "satu" });
        // Its message is out, and whoever gets it may live: ending that one's claim below would make it ask twice.
        if (moment === "after" && at === 2)
          await until(async () => seen.blocked > 0 || (await isFinal(mitra)));
        await until(async () => {
          await world.cloud.neon.asOwner(
            "update transaksi set lanjut_pada = now() where mitra_id = $1 and status in ('pending', 'proses')",
            [mitra.id],
          );
          await world.sweep();
          const found = await attempt(mitra);
          // Refused after a second question: from here on only a person knows more.
          return found?.status === "gagal" || (found?.rc === rc && found.ditanya > 1);
        });
        const { status = "" } = (await attempt(mitra)) ?? {};
        ends.push(`${moment} ${at} ${status}`);
        expect(await balances(world, mitra), `${moment} call ${at}`).toEqual(
          status === "gagal" ? { tersedia: 24_000, ditahan: 0 } : { tersedia: 12_000, ditahan: 12_000 },
        );
      }
    }
    expect(book.entries().length).toBe(before);
    expect(await brokenInvariants(world.cloud.neon)).toEqual([]);
    // Behind these the price list is read again, which nobody waits for.
    const settling = ["before", "after"].flatMap((moment) => [1, 2, 3, 4, 5].map((at) => `${moment} ${at}`));
    const points = ends.map((end) => end.slice(0, end.lastIndexOf(" ")));
    expect(points).toEqual(expect.arrayContaining(settling));
    expect(ends).toEqual(points.map((point) => `${point} ${held.includes(point) ? "proses" : "gagal"}`));
    expect(world.log.filter(({ janggal }) => janggal === "CEK_DITOLAK").length > 0).toBe(held.length > 0);
  },
);
