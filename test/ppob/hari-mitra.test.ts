import { expect, test } from "vitest";
import { playDay } from "../../dev/hari-mitra.ts";
import { useWorld } from "../harness.ts";
import { billerDisagreements, brokenInvariants } from "../invariants.ts";

const world = useWorld();

test("a reseller's whole day through the public API: the ledger is balanced after each step", async () => {
  const steps: string[] = [];
  const said: string[] = [];
  await playDay({
    request: async (path, init) => await world.request(path, init),
    say: (line) => said.push(line),
    async afterStep(step) {
      await world.idle();
      expect(await brokenInvariants(world.cloud.neon), step).toEqual([]);
      steps.push(step);
    },
  });
  expect(steps).toHaveLength(10);
  expect(await billerDisagreements(world.cloud.neon, world.cloud.digiflazz.book)).toEqual([]);
  // Neither the API key nor the private one is ever in the log.
  const keys = said.join("\n").match(/[0-9a-f]{64}/g) ?? [];
  expect(keys.length).toBeGreaterThan(3);
  const log = JSON.stringify(world.log);
  expect(keys.filter((key) => log.includes(key))).toEqual([]);
});
