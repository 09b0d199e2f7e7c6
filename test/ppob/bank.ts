import { createHmac, randomBytes } from "node:crypto";
import { expect } from "vitest";
import { LOCAL_SECRETS } from "../../dev/local-secrets.ts";
import type { World } from "../harness.ts";

/** What the reader of our bank account signs a body with. */
export function tandaBank(body: string, secret = LOCAL_SECRETS.BANK_WEBHOOK_SECRET): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

/** Reports mutations as that reader does. */
export function lapor(
  world: Pick<World, "request">,
  isi: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = typeof isi === "string" ? isi : JSON.stringify(isi);
  return world.request("/webhook/bank", {
    method: "POST",
    headers: { "content-type": "application/json", signature: tandaBank(body), ...headers },
    body,
  });
}

/** Reports one transfer of `total` rupiah, and returns the answer. */
export async function bayar(world: Pick<World, "request">, total: number): Promise<unknown> {
  const mutation_id = randomBytes(8).toString("hex");
  const response = await lapor(world, [{ mutation_id, amount: total, type: "CR", description: "TRSF" }]);
  expect(response.status, await response.clone().text()).toBe(200);
  return await response.json();
}
