import { describe, expect, test } from "vitest";
import { createWorld } from "../harness.ts";
import { makeMitra } from "../make.ts";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { produkSeen } from "./produk.ts";

describe.skipIf(!postgresUrl)(`many isolates at once (${postgresSuite})`, () => {
  test("H12: each list is asked for once, and every line of it is there", async () => {
    const world = await createWorld(postgresUrl ? { postgresUrl } : {});
    try {
      const mitra = await makeMitra(world);
      const { digiflazz, neon } = world.cloud;
      await Promise.all([
        ...Array.from({ length: 20 }, () => world.syncProducts()),
        ...Array.from({ length: 20 }, () => produkSeen(world, mitra.headers, "?tersedia=true")),
      ]);
      expect(digiflazz.requests).toBe(2);
      expect(await neon.asOwner("select count(*) as n from produk_biller where ada")).toEqual([{ n: "30" }]);
      expect(world.log.filter(({ level }) => level !== "info")).toEqual([]);
    } finally {
      await world.close();
    }
  });
});
