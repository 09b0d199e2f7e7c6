import { array, assert, asyncProperty } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { brokenInvariants } from "../invariants.ts";
import { ENGINES, openTestDatabase, type TestDatabase } from "./engines.ts";
import { langkah, MODAL, Model } from "./ledger-model.ts";
import { ledgerOf, makeProducts, type Ledger } from "./ledger.ts";

describe.each(ENGINES)("the ledger against its model, on $engine", ({ url }) => {
  const clock = new ManualClock();
  let db: TestDatabase;
  let ledger: Ledger;
  beforeAll(async () => {
    db = await openTestDatabase(url, clock);
    ledger = ledgerOf(db, clock);
    await makeProducts(db);
  });
  afterAll(async () => {
    await db.close();
  });

  test("any results in any order, from webhook, reply and check, keep the books", async () => {
    await assert(
      asyncProperty(array(langkah, { minLength: 1, maxLength: 30 }), async (steps) => {
        const model = new Model(clock, await ledger.daftar(MODAL), ledger);
        for (const step of steps) await model.run(step);
        await model.compare();
        expect(await brokenInvariants(db.neon)).toEqual([]);
        await model.finish();
        expect(await brokenInvariants(db.neon)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
