import { expect, test } from "vitest";
import { json, serveStandIn, type Fault } from "../../dev/stand-in.ts";
import { hmacHex } from "../../src/platform/crypto/hash.ts";
import { billerDisagreements } from "../invariants.ts";
import { until, useWorld } from "../harness.ts";
import { balances, makeMitra, purchase, statusOf, type Mitra } from "../make.ts";

// A second is long enough for a stand-in on loopback, and short enough to wait for a timeout.
const world = useWorld({ env: { BILLER_TIMEOUT_SECONDS: "1", BILLER_RECHECK_SECONDS: "60" } });

const PRICE = 12_000;

/** Tests share the biller, so each scripts only its own number. */
let counter = 0;
function newNumber(): string {
  counter += 1;
  return `0812${String(10_000_000 + counter)}`;
}

async function refOf(id: number): Promise<string> {
  const [row] = await world.cloud.neon.asOwner(
    "select ref_id from percobaan where transaksi_id = $1 order by ke desc",
    [id],
  );
  return String(row?.["ref_id"]);
}

/** Makes the purchase due for its next question, as time would, and lets the sweeper ask. */
async function askAgain(id: number): Promise<void> {
  await world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where id = $1", [id]);
  await world.sweep();
  await world.idle();
}

async function buy(nomor: string): Promise<{ mitra: Mitra; id: number }> {
  const mitra = await makeMitra(world, { saldo: PRICE });
  const id = await purchase(world, mitra, { nomor_tujuan: nomor });
  await world.idle();
  return { mitra, id };
}

/** Money and status after everything has come to rest, and the biller's own book beside it. */
async function expectEnd(mitra: Mitra, id: number, status: "sukses" | "gagal" | "proses"): Promise<void> {
  expect((await statusOf(world, mitra, id)).status).toBe(status);
  expect(await balances(world, mitra)).toEqual({
    tersedia: status === "gagal" ? PRICE : 0,
    ditahan: status === "proses" ? PRICE : 0,
  });
  // While a purchase is open the biller may know more than we do.
  const disagreements = await billerDisagreements(world.cloud.neon, world.cloud.digiflazz.book);
  expect(disagreements.filter(({ transaksiId }) => transaksiId === id && status !== "proses")).toEqual([]);
}

const about =
  (nomor: string) =>
  ({ body }: { body: Buffer }) =>
    body.includes(nomor);

const html: Fault = { kind: "replace", status: 502, body: "<html><h1>502 Bad Gateway</h1></html>" };

const lostAnswers: { name: string; fault: Fault; executed: number }[] = [
  { name: "it executes, then times out", fault: { kind: "hangAfter" }, executed: 1 },
  { name: "it times out before executing", fault: { kind: "hang" }, executed: 0 },
  { name: "it executes, then closes the connection", fault: { kind: "drop" }, executed: 1 },
  { name: "it refuses the connection", fault: { kind: "refuse" }, executed: 0 },
  { name: "it executes and answers 502 with HTML", fault: html, executed: 1 },
  { name: "it answers 502 without executing", fault: { ...html, kind: "answer" }, executed: 0 },
  { name: "it executes and answers 200 with HTML", fault: { ...html, status: 200 }, executed: 1 },
  {
    name: "it redirects",
    fault: { kind: "answer", status: 302, headers: { location: "http://127.0.0.1:1/" } },
    executed: 0,
  },
];

test.each(lostAnswers)(
  "the answer is lost because $name: nothing is guessed, the next question settles it",
  async ({ fault, executed }) => {
    const { digiflazz } = world.cloud;
    const nomor = newNumber();
    digiflazz.faults.next(fault, 1, about(nomor));
    const { mitra, id } = await buy(nomor);
    await expectEnd(mitra, id, "proses");
    expect(digiflazz.book.executions(await refOf(id))).toBe(executed);
    await askAgain(id);
    await expectEnd(mitra, id, "sukses");
    expect(digiflazz.book.executions(await refOf(id))).toBe(1);
  },
);

test.each([
  { name: "truncated JSON", twist: { kind: "truncated" as const } },
  { name: "ten megabytes", twist: { kind: "huge" as const } },
  { name: "another ref_id", twist: { kind: "fields" as const, fields: { ref_id: "orang-lain" } } },
  { name: "a status nobody knows", twist: { kind: "fields" as const, fields: { status: "Mungkin" } } },
  { name: "success with a failure's code", twist: { kind: "fields" as const, fields: { rc: "02" } } },
  {
    name: "failure with the code of success",
    twist: { kind: "fields" as const, fields: { status: "Gagal" } },
  },
  {
    name: "no data at all",
    twist: { kind: "fields" as const, fields: { status: null, rc: null, ref_id: null } },
  },
])("a success reported with $name is not believed until it is asked again", async ({ twist }) => {
  const nomor = newNumber();
  world.cloud.digiflazz.script.reply(({ customerNo }) => customerNo === nomor, twist, 1);
  const { mitra, id } = await buy(nomor);
  await expectEnd(mitra, id, "proses");
  await askAgain(id);
  await expectEnd(mitra, id, "sukses");
});

test.each(["03", "99", "49", "85", "86", "77", "ZZ"])(
  "code %s keeps the money held, whatever status comes with it",
  async (rc) => {
    const nomor = newNumber();
    world.cloud.digiflazz.script.outcome(
      ({ customerNo }) => customerNo === nomor,
      { status: "Gagal", rc },
      1,
    );
    const { mitra, id } = await buy(nomor);
    await expectEnd(mitra, id, "proses");
  },
);

test.each(["02", "54", "70", "44", "69"])(
  "code %s is a definitive failure: refunded once, with a reason fit for the mitra",
  async (rc) => {
    const nomor = newNumber();
    world.cloud.digiflazz.script.outcome(
      ({ customerNo }) => customerNo === nomor,
      { status: "Gagal", rc, message: "Saldo akun H2H kurang" },
      1,
    );
    const { mitra, id } = await buy(nomor);
    await expectEnd(mitra, id, "gagal");
    const { hasil_eksekusi: hasil } = await statusOf(world, mitra, id);
    expect(hasil).toMatch(/^Transaksi PPOB gagal: .+\. Saldo dikembalikan\.$/);
    expect(hasil).not.toContain("H2H");
  },
);

test.each(["41", "44", "45", "68"])(
  "code %s to a later question refuses the question, not the purchase",
  async (rc) => {
    const { digiflazz } = world.cloud;
    const nomor = newNumber();
    digiflazz.faults.next({ kind: "hangAfter" }, 1, about(nomor));
    const { mitra, id } = await buy(nomor);
    digiflazz.script.reply(
      ({ customerNo }) => customerNo === nomor,
      { kind: "fields", fields: { status: "Gagal", rc } },
      1,
    );
    await askAgain(id);
    await expectEnd(mitra, id, "proses");
    await askAgain(id);
    await expectEnd(mitra, id, "sukses");
  },
);

test.each([
  { nomor: "087800001230", akhir: "sukses" as const },
  { nomor: "087800001232", akhir: "gagal" as const },
  { nomor: "087800001233", akhir: "sukses" as const },
  { nomor: "087800001234", akhir: "gagal" as const },
])("documented test number $nomor ends $akhir, the pending ones by webhook", async ({ nomor, akhir }) => {
  const { mitra, id } = await buy(nomor);
  await expectEnd(mitra, id, akhir);
});

test("the webhook comes before the reply: settled once, the reply changes nothing", async () => {
  const nomor = newNumber();
  const { script } = world.cloud.digiflazz;
  script.webhookForEvery(true);
  script.webhook(({ customerNo }) => customerNo === nomor, { kind: "beforeReply" });
  const { mitra, id } = await buy(nomor);
  await expectEnd(mitra, id, "sukses");
});

test("webhooks that come five times at once, and final before pending, settle once", async () => {
  const { script } = world.cloud.digiflazz;
  for (const twist of [{ kind: "duplicate" as const, copies: 5 }, { kind: "reorder" as const }]) {
    const nomor = newNumber();
    script.outcome(
      ({ customerNo }) => customerNo === nomor,
      { status: "Pending", rc: "03", later: { status: "Sukses", rc: "00", afterMs: 20 } },
      1,
    );
    script.webhook(({ customerNo }) => customerNo === nomor, twist);
    const { mitra, id } = await buy(nomor);
    await expectEnd(mitra, id, "sukses");
  }
});

test("the webhook is lost: the sweeper asks", async () => {
  const { script } = world.cloud.digiflazz;
  const nomor = newNumber();
  script.outcome(
    ({ customerNo }) => customerNo === nomor,
    { status: "Pending", rc: "03", later: { status: "Sukses", rc: "00", afterMs: 20 } },
    1,
  );
  script.webhook(({ customerNo }) => customerNo === nomor, { kind: "drop" });
  const { mitra, id } = await buy(nomor);
  await expectEnd(mitra, id, "proses");
  await askAgain(id);
  await expectEnd(mitra, id, "sukses");
});

test("a token that comes after the success reaches the mitra", async () => {
  const nomor = newNumber();
  const { script } = world.cloud.digiflazz;
  script.reply(({ customerNo }) => customerNo === nomor, { kind: "fields", fields: { sn: "" } }, 1);
  const { mitra, id } = await buy(nomor);
  expect(await statusOf(world, mitra, id)).toMatchObject({ hasil_eksekusi: "Transaksi PPOB berhasil!" });
  const token = "1234-5678-9012-3456-7890/BUDI/R1/900VA/34,5";
  await script.sendWebhook(await refOf(id), { sn: token });
  expect(await statusOf(world, mitra, id)).toMatchObject({
    hasil_eksekusi: `Transaksi PPOB berhasil! SN: ${token}`,
  });
  await script.sendWebhook(await refOf(id), { sn: "lain" });
  expect(await statusOf(world, mitra, id)).toMatchObject({
    hasil_eksekusi: `Transaksi PPOB berhasil! SN: ${token}`,
  });
  await expectEnd(mitra, id, "sukses");
  const logged = JSON.stringify(world.log);
  expect(logged).not.toContain("BUDI");
  expect(logged).not.toContain(nomor);
});

test.each([
  { name: "a number as serial number", fields: { sn: 12_345 } },
  { name: "no words at all", fields: { message: null, sn: null } },
  { name: "an object for a message", fields: { message: { id: 1 } } },
  { name: "NUL in its words", fields: { message: "\u0000\u0000", sn: "\u0000" } },
  { name: "half a surrogate where the text is cut", fields: { message: `${"x".repeat(499)}😀` } },
])("a success with $name is still a success", async ({ fields }) => {
  const nomor = newNumber();
  world.cloud.digiflazz.script.reply(({ customerNo }) => customerNo === nomor, { kind: "fields", fields }, 1);
  const { mitra, id } = await buy(nomor);
  await expectEnd(mitra, id, "sukses");
});

test("a reply of two NULs is recorded as unreadable, and a person is told", async () => {
  const nomor = newNumber();
  world.cloud.digiflazz.faults.next({ kind: "replace", status: 200, body: "\u0000\u0000" }, 1, about(nomor));
  const { mitra, id } = await buy(nomor);
  await expectEnd(mitra, id, "proses");
  expect(world.log).toContainEqual(
    expect.objectContaining({ level: "warn", event: "biller_reply_unknown", transaksi_id: id }),
  );
  await askAgain(id);
  await expectEnd(mitra, id, "sukses");
});

test("a redirect is not followed, even to a server that would say Sukses", async () => {
  const nomor = newNumber();
  const { digiflazz } = world.cloud;
  const liar = await serveStandIn(({ body }) => {
    const { ref_id: refId } = JSON.parse(body.toString() || "{}") as { ref_id?: string };
    return json(200, { data: { ref_id: refId, status: "Sukses", rc: "00", sn: "BOHONG" } });
  });
  digiflazz.faults.next(
    { kind: "answer", status: 307, headers: { location: `${liar.url}/v1/transaction` } },
    1,
    about(nomor),
  );
  const { mitra, id } = await buy(nomor);
  await liar.close();
  expect(liar.requests).toBe(0);
  await expectEnd(mitra, id, "proses");
});

test("an open denomination is refused by a biller that cannot be told the amount", async () => {
  const { neon, digiflazz } = world.cloud;
  const [produk] = await neon.asOwner(
    `insert into produk (kode, nama, kategori, harga, nominal) values ('xld10', 'Bebas nominal', 'pulsa', 1000, null) returning id`,
  );
  const mitra = await makeMitra(world, { saldo: 5_001_000 });
  const id = await purchase(world, mitra, { produk_id: Number(produk?.["id"]), nominal: 5_000_000 });
  await world.idle();
  expect((await statusOf(world, mitra, id)).status).toBe("gagal");
  expect(await balances(world, mitra)).toEqual({ tersedia: 5_001_000, ditahan: 0 });
  expect(digiflazz.book.executions(await refOf(id))).toBe(0);
});

test("a signed webhook that cannot be read, or has a code out of nowhere, is answered and reported", async () => {
  const { digiflazz } = world.cloud;
  const { mitra, id } = await buy(newNumber());
  const send = (body: string) =>
    webhook(body, { "x-hub-signature": `sha1=${hmacHex("sha1", digiflazz.webhookSecret, body)}` });
  expect((await send(JSON.stringify({ data: { ref_id: 5 } }))).status).toBe(200);
  expect(world.log).toContainEqual(expect.objectContaining({ level: "warn", event: "webhook_unreadable" }));
  const refId = await refOf(id);
  expect(
    (await send(JSON.stringify({ data: { ref_id: refId, status: "Gagal", rc: "toString" } }))).status,
  ).toBe(200);
  expect(world.log).toContainEqual(
    expect.objectContaining({ event: "biller_reply_unknown", rc: "toString" }),
  );
  await expectEnd(mitra, id, "sukses");
});

test("a refund (rc 74) after success pays back once, however often it is reported", async () => {
  const { digiflazz } = world.cloud;
  const { mitra, id } = await buy(newNumber());
  await expectEnd(mitra, id, "sukses");
  const ref = await refOf(id);
  digiflazz.book.refund(ref);
  await world.idle();
  await expectEnd(mitra, id, "gagal");
  expect(await statusOf(world, mitra, id)).toMatchObject({
    hasil_eksekusi: expect.stringContaining("dikembalikan"),
  });
  await digiflazz.script.sendWebhook(ref);
  await expectEnd(mitra, id, "gagal");
});

test("what contradicts a final state moves no money and calls for a person", async () => {
  const { digiflazz } = world.cloud;
  const sukses = await buy(newNumber());
  const refSukses = await refOf(sukses.id);
  await digiflazz.script.sendWebhook(refSukses, { status: "Gagal", rc: "02" });
  await expectEnd(sukses.mitra, sukses.id, "sukses");
  const nomor = newNumber();
  digiflazz.script.outcome(({ customerNo }) => customerNo === nomor, { status: "Gagal", rc: "02" }, 1);
  const gagal = await buy(nomor);
  const refGagal = await refOf(gagal.id);
  await digiflazz.script.sendWebhook(refGagal, { status: "Sukses", rc: "00" });
  await expectEnd(gagal.mitra, gagal.id, "gagal");
  const alarms = world.log.filter(({ level, event }) => level === "error" && event === "attempt_contradicts");
  expect(alarms).toContainEqual(
    expect.objectContaining({ ref_id: refSukses, janggal: "GAGAL_SETELAH_SUKSES" }),
  );
  expect(alarms).toContainEqual(
    expect.objectContaining({ ref_id: refGagal, janggal: "SUKSES_SETELAH_GAGAL" }),
  );
});

test.each([
  { price: 13_000, biller: 12_000, janggal: true },
  { price: 0, biller: 0, janggal: false },
  { price: "sepuluh ribu", biller: 12_000, janggal: false },
  { price: -5, biller: 12_000, janggal: false },
  { price: 10_900.5, biller: 12_000, janggal: false },
])("a success at the price $price books $biller as the biller's", async ({ price, biller, janggal }) => {
  const nomor = newNumber();
  world.cloud.digiflazz.script.reply(
    ({ customerNo }) => customerNo === nomor,
    { kind: "fields", fields: { price } },
    1,
  );
  const { mitra, id } = await buy(nomor);
  await expectEnd(mitra, id, "sukses");
  const [entry] = await world.cloud.neon.asOwner(
    `select coalesce(sum(m.jumlah), 0) as jumlah from mutasi m join jurnal j on j.id = m.jurnal_id join buku b on b.id = m.buku_id
     where j.kunci = $1 and b.nama = 'biller'`,
    [`sukses:${id}`],
  );
  expect(entry).toEqual({ jumlah: String(biller) });
  expect(
    world.log.some((line) => line["transaksi_id"] === id && line["janggal"] === "HARGA_BILLER_MELEBIHI"),
  ).toBe(janggal);
});

test("an attempt is never asked about again within the pause, nor after 85 days", async () => {
  const { digiflazz, neon } = world.cloud;
  const nomor = newNumber();
  digiflazz.faults.next({ kind: "hangAfter" }, 1, about(nomor));
  const { mitra, id } = await buy(nomor);
  const asked = digiflazz.requests;
  expect(await world.sweep()).toBe(0);
  await neon.asOwner(
    "update percobaan set dikirim_pada = now() - interval '86 days' where transaksi_id = $1",
    [id],
  );
  await askAgain(id);
  await askAgain(id);
  expect(digiflazz.requests).toBe(asked);
  await expectEnd(mitra, id, "proses");
  expect(world.log).toContainEqual(
    expect.objectContaining({ level: "error", event: "attempt_too_old", transaksi_id: id }),
  );
});

const webhook = (body: string, headers: Record<string, string>) =>
  world.request("/webhook/biller", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });

test("forged webhooks are 401 and change nothing; pings and unknown events are answered and change nothing", async () => {
  const { digiflazz } = world.cloud;
  const nomor = newNumber();
  digiflazz.faults.next({ kind: "hangAfter" }, 1, about(nomor));
  const { mitra, id } = await buy(nomor);
  const body = JSON.stringify({
    data: { ref_id: await refOf(id), status: "Gagal", rc: "02", message: "😀 é" },
  });
  const good = `sha1=${hmacHex("sha1", digiflazz.webhookSecret, body)}`;
  for (const signature of [
    "",
    "sha1=",
    good.slice(0, -1),
    good.slice(5),
    `sha1=${hmacHex("sha1", "rahasia lain", body)}`,
    `${good}, ${good}`,
  ]) {
    expect((await webhook(body, { "x-hub-signature": signature })).status).toBe(401);
  }
  expect((await webhook(body, {})).status).toBe(401);
  expect((await webhook(`${body} `, { "x-hub-signature": good })).status).toBe(401);
  await expectEnd(mitra, id, "proses");

  expect((await webhook(JSON.stringify({ sed: "x", hook_id: "1", hook: { type: "1" } }), {})).status).toBe(
    200,
  );
  for (const other of [
    "[]",
    "null",
    "bukan json",
    '{"data":{"ref_id":5}}',
    JSON.stringify({ data: { ref_id: "tak dikenal", status: "Sukses", rc: "00" } }),
  ]) {
    expect(
      (await webhook(other, { "x-hub-signature": `sha1=${hmacHex("sha1", digiflazz.webhookSecret, other)}` }))
        .status,
    ).toBe(200);
  }
  await expectEnd(mitra, id, "proses");
  expect((await webhook(body, { "x-hub-signature": good })).status).toBe(200);
  await until(async () => (await statusOf(world, mitra, id)).status === "gagal");
});
