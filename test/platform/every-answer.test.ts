import { expect, test } from "vitest";
import { ServiceUnavailable } from "../../src/platform/http/errors.ts";
import { useWorld } from "../harness.ts";
import { makeMitra, purchase, requestPurchase } from "../make.ts";
import { readOperations, type Operation } from "./document.ts";
import { newKey, rebuilt, sampleOf, send, type Change } from "./samples.ts";

// Every documented answer of every operation, provoked once: an error on a route that nobody can get is a lie.

const world = useWorld();
const operations = await readOperations();

type Provoke = (operation: Operation) => Promise<Response>;

/** The operation's valid request, changed. */
const bent =
  (change: (operation: Operation) => Change): Provoke =>
  async (operation) =>
    await send(world, await sampleOf(world, operation), change(operation));

/** What the platform answers on any route. */
const GENERIC: Record<number, Provoke> = {
  200: bent(() => ({})),
  400: async (operation) => {
    const sample = await sampleOf(world, operation);
    return await send(world, sample, { path: `${sample.path.replace(/\?.*/, "")}?x=%00` });
  },
  401: bent(() => ({ headers: { "x-api-key": null, "upstash-signature": null, "x-hub-signature": null } })),
  403: async (operation) => {
    const sample = await sampleOf(world, operation);
    await world.cloud.neon.asOwner(
      "update mitra set aktif = false where kunci_api_hash = encode(sha256(convert_to($1, 'UTF8')), 'hex')",
      [sample.headers["x-api-key"] ?? ""],
    );
    return await send(world, sample);
  },
  413: bent(() => ({ body: " ".repeat(70_000) })),
  415: bent(() => ({ headers: { "content-type": "text/plain" } })),
  422: bent(({ path, parameters, json }) => {
    if (json) return { body: "{}" };
    const [parameter] = parameters.filter((one) => one.in === "path" || one.in === "query");
    return parameter?.in === "path"
      ? { path: path.replace(/\{[^}]+\}/, "x") }
      : { path: `${path}?${parameter?.name}=x` };
  }),
  429: async (operation) => {
    const house = rebuilt(world, { limiter: { take: async () => false } });
    return await send(house, await sampleOf(world, operation));
  },
  500: async (operation) => {
    const sample = await sampleOf(world, operation);
    world.cloud.neon.faults.always({ kind: "answer", status: 200, body: "bukan json" });
    return await send(world, sample);
  },
  503: async (operation) => {
    const sample = await sampleOf(world, operation);
    world.cloud.neon.faults.always({ kind: "refuse" });
    return await send(world, sample);
  },
};

/** An operation that answers without the database still depends on the limiter in front of it. */
const limiterThrows =
  (error: () => Error): Provoke =>
  async (operation) => {
    const take = async () => {
      throw error();
    };
    const house = rebuilt(world, { limiter: { take } });
    return await send(house, await sampleOf(world, operation));
  };

/** What one operation answers in a way of its own; goes before the generic one. */
const OWN: Record<string, Record<number, Provoke>> = {
  statusLayanan: {
    500: limiterThrows(() => new Error("binding tidak menjawab")),
    503: limiterThrows(() => new ServiceUnavailable()),
  },
  statusDatabase: { 500: limiterThrows(() => new Error("binding tidak menjawab")) },
  daftarMitra: {
    403: async (operation) => {
      const house = rebuilt(world, { config: { ...world.deps.config, local: false } });
      return await send(house, await sampleOf(world, operation));
    },
    409: async (operation) => {
      const sample = await sampleOf(world, operation);
      await send(world, sample);
      return await send(world, sample);
    },
  },
  beli: {
    402: async () => requestPurchase(world, await makeMitra(world, { saldo: 0 })),
    404: async () => requestPurchase(world, await makeMitra(world), { produk_id: 2_147_483_647 }),
    409: async () => {
      const mitra = await makeMitra(world);
      const key = newKey();
      await purchase(world, mitra, { ref_id: key });
      return await requestPurchase(world, mitra, { ref_id: key, nomor_tujuan: "08120000000" });
    },
  },
  statusTransaksi: { 404: bent(() => ({ path: `/status/${Number.MAX_SAFE_INTEGER}` })) },
};

const answers = operations.flatMap((operation) =>
  operation.statuses.map((status) => ({ id: operation.id, status, operation })),
);

test.each(answers)("$id answers $status", async ({ id, status, operation }) => {
  const provoke = OWN[id]?.[status] ?? GENERIC[status];
  if (!provoke) throw new Error(`nothing here provokes ${status} of ${id}`);
  const response = await provoke(operation);
  expect(response.status, await response.text()).toBe(status);
});
