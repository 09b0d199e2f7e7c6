import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JENDELA } from "../../src/ppob/riwayat/repo.ts";
import { openTestDatabase, postgresSuite, postgresUrl, type TestDatabase } from "../database/engines.ts";
import { cases, measure, PREPARE, rows, sameCost, type Measured } from "./ppob-plans.ts";

const SMALL = 1_000;
const BIG = 200_000;

/** Pages of a whole window, each row on a page of its own, and of its index. */
const MOST_OF_A_WINDOW = 1.2 * JENDELA;

describe.skipIf(!postgresUrl)(
  `plans of what a mitra reads, over ${SMALL} and ${BIG} purchases (${postgresSuite})`,
  () => {
    let db: TestDatabase;
    const small = new Map<string, Measured>();
    const big = new Map<string, Measured>();
    beforeAll(async () => {
      db = await openTestDatabase(postgresUrl);
      const client = new Client({ connectionString: db.serverUrl });
      await client.connect();
      const run = async (statements: string[]) => {
        for (const statement of statements) await client.query(statement);
      };
      await run(PREPARE);
      await run(rows(1, SMALL));
      for (const each of cases(SMALL)) small.set(each.name, await measure(client, each));
      await run(rows(SMALL + 1, BIG));
      for (const each of cases(BIG)) big.set(each.name, await measure(client, each));
      await client.end();
    }, 120_000);
    afterAll(async () => await db.close());

    test.each(cases(BIG))("$name", ({ name, by, windowed }) => {
      const [before, after] = [small.get(name), big.get(name)];
      if (!before || !after) throw new Error(`${name} was not measured`);
      const said = `${before.buffers} → ${after.buffers} pages: ${after.nodes.join(" < ")}`;
      expect(
        after.readWhole.filter((table) => /^(transaksi|mutasi|jurnal)$/.test(table)),
        said,
      ).toEqual([]);
      expect(
        after.indexes.some((index) => by.includes(index)),
        said,
      ).toBe(true);
      const holds = windowed ? after.buffers < MOST_OF_A_WINDOW : sameCost(before, after);
      expect(holds, said).toBe(true);
    });
  },
);
