import { expect, test } from "vitest";
import { hmacHex } from "../../src/platform/crypto/hash.ts";
import { until, useWorld } from "../harness.ts";
import { statusOf } from "../make.ts";
import { about, askAgain, BILLER_ENV, buy, expectEnd, newNumber, refOf } from "./biller-case.ts";

const world = useWorld({ env: BILLER_ENV });

const webhook = (body: string, headers: Record<string, string>) =>
  world.request("/webhook/biller", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });

test.each([
  { nomor: "087800001230", akhir: "sukses" as const },
  { nomor: "087800001232", akhir: "gagal" as const },
  { nomor: "087800001233", akhir: "sukses" as const },
  { nomor: "087800001234", akhir: "gagal" as const },
])("documented test number $nomor ends $akhir, the pending ones by webhook", async ({ nomor, akhir }) => {
  const { mitra, id } = await buy(world, nomor);
  await expectEnd(world, { mitra, id }, akhir);
});

test("the webhook comes before the reply: settled once, the reply changes nothing", async () => {
  const nomor = newNumber();
  const { script } = world.cloud.digiflazz;
  script.webhookForEvery(true);
  script.webhook(({ customerNo }) => customerNo === nomor, { kind: "beforeReply" });
  const { mitra, id } = await buy(world, nomor);
  await expectEnd(world, { mitra, id }, "sukses");
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
    const { mitra, id } = await buy(world, nomor);
    await expectEnd(world, { mitra, id }, "sukses");
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
  const { mitra, id } = await buy(world, nomor);
  await expectEnd(world, { mitra, id }, "proses");
  await askAgain(world, id);
  await expectEnd(world, { mitra, id }, "sukses");
});

test("a token that comes after the success reaches the mitra", async () => {
  const nomor = newNumber();
  const { script } = world.cloud.digiflazz;
  script.reply(({ customerNo }) => customerNo === nomor, { kind: "fields", fields: { sn: "" } }, 1);
  const { mitra, id } = await buy(world, nomor);
  expect(await statusOf(world, mitra, id)).toMatchObject({ hasil_eksekusi: "Transaksi PPOB berhasil!" });
  const token = "1234-5678-9012-3456-7890/BUDI/R1/900VA/34,5";
  await script.sendWebhook(await refOf(world, id), { sn: token });
  expect(await statusOf(world, mitra, id)).toMatchObject({
    hasil_eksekusi: `Transaksi PPOB berhasil! SN: ${token}`,
  });
  await script.sendWebhook(await refOf(world, id), { sn: "lain" });
  expect(await statusOf(world, mitra, id)).toMatchObject({
    hasil_eksekusi: `Transaksi PPOB berhasil! SN: ${token}`,
  });
  await expectEnd(world, { mitra, id }, "sukses");
  const logged = JSON.stringify(world.log);
  expect(logged).not.toContain("BUDI");
  expect(logged).not.toContain(nomor);
});

test("a signed webhook that cannot be read, or has a code out of nowhere, is answered and reported", async () => {
  const { digiflazz } = world.cloud;
  const { mitra, id } = await buy(world, newNumber());
  const send = (body: string) =>
    webhook(body, { "x-hub-signature": `sha1=${hmacHex("sha1", digiflazz.webhookSecret, body)}` });
  expect((await send(JSON.stringify({ data: { ref_id: 5 } }))).status).toBe(200);
  expect(world.log).toContainEqual(expect.objectContaining({ level: "warn", event: "webhook_unreadable" }));
  const refId = await refOf(world, id);
  expect(
    (await send(JSON.stringify({ data: { ref_id: refId, status: "Gagal", rc: "toString" } }))).status,
  ).toBe(200);
  expect(world.log).toContainEqual(
    expect.objectContaining({ event: "biller_reply_unknown", rc: "toString" }),
  );
  await expectEnd(world, { mitra, id }, "sukses");
});

test("a refund (rc 74) after success pays back once, however often it is reported", async () => {
  const { digiflazz } = world.cloud;
  const { mitra, id } = await buy(world, newNumber());
  await expectEnd(world, { mitra, id }, "sukses");
  const ref = await refOf(world, id);
  digiflazz.book.refund(ref);
  await world.idle();
  await expectEnd(world, { mitra, id }, "gagal");
  expect(await statusOf(world, mitra, id)).toMatchObject({
    hasil_eksekusi: expect.stringContaining("dikembalikan"),
  });
  await digiflazz.script.sendWebhook(ref);
  await expectEnd(world, { mitra, id }, "gagal");
});

test("what contradicts a final state moves no money and calls for a person", async () => {
  const { digiflazz } = world.cloud;
  const sukses = await buy(world, newNumber());
  const refSukses = await refOf(world, sukses.id);
  await digiflazz.script.sendWebhook(refSukses, { status: "Gagal", rc: "02" });
  await expectEnd(world, sukses, "sukses");
  const nomor = newNumber();
  digiflazz.script.outcome(({ customerNo }) => customerNo === nomor, { status: "Gagal", rc: "02" }, 1);
  const gagal = await buy(world, nomor);
  const refGagal = await refOf(world, gagal.id);
  await digiflazz.script.sendWebhook(refGagal, { status: "Sukses", rc: "00" });
  await expectEnd(world, gagal, "gagal");
  const alarms = world.log.filter(({ level, event }) => level === "error" && event === "attempt_contradicts");
  expect(alarms).toContainEqual(
    expect.objectContaining({ ref_id: refSukses, janggal: "GAGAL_SETELAH_SUKSES" }),
  );
  expect(alarms).toContainEqual(
    expect.objectContaining({ ref_id: refGagal, janggal: "SUKSES_SETELAH_GAGAL" }),
  );
});

test("forged webhooks are 401 and change nothing; pings and unknown events are answered and change nothing", async () => {
  const { digiflazz } = world.cloud;
  const nomor = newNumber();
  digiflazz.faults.next({ kind: "hangAfter" }, 1, about(nomor));
  const { mitra, id } = await buy(world, nomor);
  const body = JSON.stringify({
    data: { ref_id: await refOf(world, id), status: "Gagal", rc: "02", message: "😀 é" },
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
  await expectEnd(world, { mitra, id }, "proses");

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
  await expectEnd(world, { mitra, id }, "proses");
  expect((await webhook(body, { "x-hub-signature": good })).status).toBe(200);
  await until(async () => (await statusOf(world, mitra, id)).status === "gagal");
});
