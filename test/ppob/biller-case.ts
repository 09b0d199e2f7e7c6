import { expect } from "vitest";
import { billerDisagreements } from "../invariants.ts";
import type { World } from "../harness.ts";
import { balances, makeMitra, purchase, statusOf, type Mitra } from "../make.ts";

/** What `useWorld` gets for tests of the biller: a second is long enough for a stand-in on loopback, and short enough to wait for. */
export const BILLER_ENV = { BILLER_TIMEOUT_SECONDS: "1", BILLER_RECHECK_SECONDS: "60" };

/** The price of the product that these tests buy, and all that their mitra have. */
export const PRICE = 12_000;

/** Tests share the biller, so each scripts only its own number. */
let counter = 0;
export function newNumber(): string {
  counter += 1;
  return `0812${String(10_000_000 + counter)}`;
}

/** Requests about one number. */
export const about =
  (nomor: string) =>
  ({ body }: { body: Buffer }) =>
    body.includes(nomor);

export async function refOf(world: World, id: number): Promise<string> {
  const [row] = await world.cloud.neon.asOwner(
    "select ref_id from percobaan where transaksi_id = $1 order by ke desc",
    [id],
  );
  return String(row?.["ref_id"]);
}

/** Makes the purchase due for its next question, as time would, and lets the sweeper ask. */
export async function askAgain(world: World, id: number): Promise<void> {
  await world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where id = $1", [id]);
  await world.sweep();
  await world.idle();
}

/** A mitra with saldo for one purchase makes it; resolves when all is at rest. */
export async function buy(world: World, nomor: string): Promise<{ mitra: Mitra; id: number }> {
  const mitra = await makeMitra(world, { saldo: PRICE });
  const id = await purchase(world, mitra, { nomor_tujuan: nomor });
  await world.idle();
  return { mitra, id };
}

/** Money and status after everything has come to rest, and the biller's own book beside it. */
export async function expectEnd(
  world: World,
  { mitra, id }: { mitra: Mitra; id: number },
  status: "sukses" | "gagal" | "proses",
): Promise<void> {
  expect((await statusOf(world, mitra, id)).status).toBe(status);
  expect(await balances(world, mitra)).toEqual({
    tersedia: status === "gagal" ? PRICE : 0,
    ditahan: status === "proses" ? PRICE : 0,
  });
  // While a purchase is open the biller may know more than we do.
  const disagreements = await billerDisagreements(world.cloud.neon, world.cloud.digiflazz.book);
  expect(disagreements.filter(({ transaksiId }) => transaksiId === id && status !== "proses")).toEqual([]);
}
