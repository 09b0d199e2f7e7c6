import { describe, expect, test } from "vitest";
import { makePemilik, type Pemilik } from "../amancair/pelaku.ts";
import { refusalOf } from "../answers.ts";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { until, useWorld } from "../harness.ts";
import { firstAdmin, postJson } from "../make.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };

describe.skipIf(!postgresUrl)(`what a customer does while it is erased (${postgresSuite})`, () => {
  const world = useWorld(server);

  /** Erases somebody, and lets the transaction end once `deed` stands in line behind it. */
  async function meanwhile({ userId }: Pemilik, deed: () => Promise<Response>): Promise<string> {
    const { neon } = world.cloud;
    const erasing = neon.asOwner(`do $$ begin
      perform app.musnahkan(${userId});
      while not exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') loop
        perform pg_stat_clear_snapshot();
        if clock_timestamp() > now() + interval '20 seconds' then raise exception 'nobody came'; end if;
        perform pg_sleep(0.005);
      end loop;
    end $$`);
    // Its failure is thrown below.
    erasing.catch(() => {});
    const held = `select pid from pg_locks where granted and mode = 'RowExclusiveLock' and relation = 'sesi'::regclass
      and database = (select oid from pg_database where datname = current_database())`;
    await until(async () => (await neon.asOwner(held)).length > 0);
    const [answer] = await Promise.all([deed(), erasing]);
    return await refusalOf(answer);
  }

  test("its profile stays erased, and it opens no other file", async () => {
    await firstAdmin(world);
    const [budi, siti] = [await makePemilik(world), await makePemilik(world)];
    const profile = { name: "Budi", email: "kembali@example.com" };
    const patched = meanwhile(budi, () => postJson(world, "/auth/me", profile, budi.orang.headers, "PATCH"));
    expect(await patched).toBe("401 token-tidak-sah");
    const opened = meanwhile(siti, () => postJson(world, "/users/", { name: "Siti" }, siti.orang.headers));
    expect(await opened).toBe("401 token-tidak-sah");
    const left = await world.cloud.neon.asOwner(
      "select nama, aktif, email like '%@dihapus.invalid' as tanpa_email from akun where id in ($1, $2)",
      [budi.orang.id, siti.orang.id],
    );
    const gone = { nama: "(dihapus)", aktif: "f", tanpa_email: "t" };
    expect(left).toEqual([gone, gone]);
    expect(await world.cloud.neon.asOwner("select name from nasabah order by id")).toEqual([
      { name: "(dihapus)" },
      { name: "(dihapus)" },
    ]);
  });
});
