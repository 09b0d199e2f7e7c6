import { expect, test } from "vitest";
import { billerDisagreements } from "../invariants.ts";
import { until, useWorld } from "../harness.ts";
import { balances, makeMitra, purchase, requestPurchase, statusOf } from "../make.ts";
import type { Defect } from "../../dev/qstash/signing.ts";

const world = useWorld();

const executions = (id: number) =>
  attempts(id).then((refs) => refs.map((ref) => world.cloud.digiflazz.book.executions(ref)));

async function attempts(id: number): Promise<string[]> {
  const rows = await world.cloud.neon.asOwner("select ref_id from percobaan where transaksi_id = $1", [id]);
  return rows.map((row) => String(row["ref_id"]));
}

/** Everything that a forged or repeated delivery could change. */
async function fingerprint(): Promise<string> {
  const [row] = await world.cloud.neon.asOwner(
    `select md5(concat((select string_agg(t::text, '' order by id) from transaksi t), (select string_agg(p::text, '' order by ref_id) from percobaan p),
      (select string_agg(b::text, '' order by id) from buku b), (select string_agg(m::text, '' order by id) from mutasi m))) as sum`,
  );
  return String(row?.["sum"]);
}

test("a purchase goes through the queue to sukses, with one execution and the margin booked", async () => {
  const mitra = await makeMitra(world, { saldo: 20_000 });
  const id = await purchase(world, mitra);
  expect(await balances(world, mitra)).toMatchObject({ tersedia: 8_000 });
  await world.idle();
  expect(await statusOf(world, mitra, id)).toMatchObject({
    status: "sukses",
    hasil_eksekusi: expect.stringContaining("SN: "),
  });
  expect(await executions(id)).toEqual([1]);
  expect(await balances(world, mitra)).toEqual({ tersedia: 8_000, ditahan: 0 });
  const margin = await world.cloud.neon.asOwner(
    `select b.nama, m.jumlah from mutasi m join buku b on b.id = m.buku_id join jurnal j on j.id = m.jurnal_id
     where j.kunci = $1 and b.mitra_id is null order by b.nama`,
    [`sukses:${id}`],
  );
  expect(margin).toEqual([
    { nama: "biller", jumlah: "10900" },
    { nama: "pendapatan", jumlah: "1100" },
  ]);
});

test.each([
  { delivery: "twice, one after the other", times: 2, atOnce: false },
  { delivery: "three times at once", times: 3, atOnce: true },
])("every message delivered $delivery: one execution, one settlement", async ({ times, atOnce }) => {
  world.cloud.qstash.script.duplicate(times, { atOnce });
  const mitra = await makeMitra(world, { saldo: 12_000 * 8 });
  const ids = await Promise.all(Array.from({ length: 8 }, () => purchase(world, mitra)));
  await world.idle();
  for (const id of ids) {
    expect((await statusOf(world, mitra, id)).status).toBe("sukses");
    expect(await executions(id)).toEqual([1]);
  }
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
});

test("out of order and late: messages delivered in reverse, after everything was already finished by the sweeper", async () => {
  const { qstash, neon } = world.cloud;
  qstash.script.hold();
  const mitra = await makeMitra(world, { saldo: 12_000 * 6 });
  const ids: number[] = [];
  for (let n = 0; n < 6; n++) ids.push(await purchase(world, mitra));
  const held = () => qstash.script.messages().filter(({ state }) => state === "held");
  await until(() => held().length === 6);
  const messageIds = held().map(({ messageId }) => messageId);
  // The first three are overtaken by the sweeper; the others come late and in reverse.
  await neon.asOwner("update transaksi set lanjut_pada = now() where id = any ($1)", [
    `{${ids.slice(0, 3).join(",")}}`,
  ]);
  expect(await world.sweep()).toBe(3);
  await qstash.script.releaseInOrder(messageIds.toReversed());
  await qstash.script.release();
  await world.idle();
  for (const id of ids) {
    expect((await statusOf(world, mitra, id)).status).toBe("sukses");
    expect(await executions(id)).toEqual([1]);
  }
});

test("a message replayed a day later changes nothing", async () => {
  const mitra = await makeMitra(world);
  const id = await purchase(world, mitra);
  await world.idle();
  const before = await fingerprint();
  const url = `${world.url}/queue/transaksi`;
  const replay = await world.cloud.qstash.script
    .forge({ url, body: JSON.stringify({ transaksi_id: id }) })
    .send();
  expect(replay.status).toBe(200);
  expect(await fingerprint()).toBe(before);
});

const DEFECTS: Defect[] = [
  "wrong-key",
  "wrong-url",
  "wrong-body",
  "wrong-issuer",
  "expired",
  "not-yet-valid",
  "garbage",
  "alg-none",
  "HS512",
  "no-exp",
  "unsigned",
];

test.each(DEFECTS)("a forged delivery (%s) is 401 and changes nothing", async (defect) => {
  const { qstash } = world.cloud;
  qstash.script.hold();
  const mitra = await makeMitra(world);
  const id = await purchase(world, mitra);
  const before = await fingerprint();
  const forged = qstash.script.forge({
    url: `${world.url}/queue/transaksi`,
    body: JSON.stringify({ transaksi_id: id }),
    defects: [defect],
  });
  const response = await forged.send();
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toBe("Signature");
  expect(await fingerprint()).toBe(before);
  await qstash.script.release();
});

test("a genuine delivery signed with the next key is taken, as during a key rotation", async () => {
  const { qstash } = world.cloud;
  const url = `${world.url}/queue/transaksi`;
  const body = JSON.stringify({ transaksi_id: 999_999 });
  const signed = (key: "current" | "next") =>
    world.request("/queue/transaksi", {
      method: "POST",
      headers: { "content-type": "application/json", "upstash-signature": qstash.sign(url, body, { key }) },
      body,
    });
  expect((await signed("current")).status).toBe(200);
  expect((await signed("next")).status).toBe(200);
});

test("publishing refused, hanging up after the work, or silently lost: the purchase is accepted and the sweeper finishes it", async () => {
  const { qstash, neon } = world.cloud;
  const mitra = await makeMitra(world, { saldo: 36_000 });
  qstash.faults.always({ kind: "refuse" });
  const refused = await purchase(world, mitra);
  await until(() => world.log.some(({ event }) => event === "publish_failed"));
  qstash.faults.clear();
  qstash.faults.next({ kind: "drop" }, 2);
  const doubled = await purchase(world, mitra);
  await world.idle();
  qstash.script.dropNext(1);
  const lost = await purchase(world, mitra);
  await world.idle();
  expect((await statusOf(world, mitra, refused)).status).toBe("pending");
  expect((await statusOf(world, mitra, lost)).status).toBe("pending");
  // Their grace has not run out: the sweeper leaves them to the queue.
  expect(await world.sweep()).toBe(0);
  await neon.asOwner("update transaksi set lanjut_pada = now() where status = 'pending'");
  expect(await world.sweep()).toBe(2);
  for (const id of [refused, doubled, lost]) {
    expect((await statusOf(world, mitra, id)).status).toBe("sukses");
    expect(await executions(id)).toEqual([1]);
  }
});

test("one message for one purchase: none before it is committed, none for a replay, and its id would merge two", async () => {
  const { qstash, neon } = world.cloud;
  const mitra = await makeMitra(world, { saldo: 24_000 });
  const before = qstash.script.messages().length;
  neon.faults.next({ kind: "refuse" });
  expect((await requestPurchase(world, mitra, { ref_id: "sekali" })).status).toBe(503);
  await world.idle();
  expect(qstash.script.messages().length).toBe(before);
  const id = await purchase(world, mitra, { ref_id: "sekali" });
  await world.idle();
  const published = qstash.requests;
  await purchase(world, mitra, { ref_id: "sekali" });
  await world.idle();
  expect(qstash.requests).toBe(published);
  expect(qstash.script.messages().length).toBe(before + 1);
  await world.deps.queue.publish("/queue/transaksi", { transaksi_id: id }, `transaksi-${id}-1`);
  await world.idle();
  expect(qstash.script.messages().length).toBe(before + 1);
});

test("the database failing under the consumer makes QStash deliver again", async () => {
  const { qstash, neon } = world.cloud;
  qstash.script.hold();
  const mitra = await makeMitra(world);
  const id = await purchase(world, mitra);
  neon.faults.next({ kind: "refuse" }, 2, ({ body }) => body.includes("app.klaim"));
  await qstash.script.release();
  await until(async () => (await statusOf(world, mitra, id)).status === "sukses");
  expect(await executions(id)).toEqual([1]);
});

test("five sweepers at once share the work and do none of it twice", async () => {
  const { qstash, neon, digiflazz } = world.cloud;
  qstash.script.dropNext(30);
  const mitra = await makeMitra(world, { saldo: 12_000 * 30 });
  for (let n = 0; n < 30; n++) await purchase(world, mitra);
  await world.idle();
  await neon.asOwner("update transaksi set lanjut_pada = now() where status = 'pending'");
  const swept = await Promise.all(Array.from({ length: 5 }, () => world.sweep()));
  expect(swept.reduce((sum, n) => sum + n)).toBe(30);
  await world.idle();
  expect(await billerDisagreements(neon, digiflazz.book)).toEqual([]);
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
});

test("one purchase is one read, one write or one claim and one settlement: roundtrips are counted", async () => {
  const { neon, qstash } = world.cloud;
  const mitra = await makeMitra(world);
  const counted = async (work: () => Promise<unknown>): Promise<number> => {
    const before = neon.requests;
    await work();
    return neon.requests - before;
  };
  qstash.script.hold();
  let id = 0;
  expect(await counted(async () => (id = await purchase(world, mitra)))).toBe(1);
  expect(await counted(() => requestPurchase(world, mitra, { ref_id: "satu-kali" }))).toBe(1);
  for (const path of ["/produk", `/status/${id}`, "/riwayat", "/status/999999"]) {
    expect(await counted(() => world.request(path, { headers: mitra.headers }))).toBe(1);
  }
  await until(() => qstash.script.messages().filter(({ state }) => state === "held").length === 2);
  const [message] = qstash.script.messages().filter(({ state }) => state === "held");
  expect(await counted(() => qstash.script.releaseInOrder([String(message?.messageId)]))).toBe(2);
  await qstash.script.release();
  expect(
    await counted(() => world.request("/generate-key", { method: "POST", headers: mitra.headers })),
  ).toBe(1);
  expect(await counted(() => makeMitraOnly())).toBe(1);
});

async function makeMitraOnly(): Promise<void> {
  const body = JSON.stringify({ nama: "Sari", email: `sari${Date.now()}@mail.com` });
  const response = await world.request("/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(response.status).toBe(200);
}
