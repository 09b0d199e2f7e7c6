import { expect, test } from "vitest";
import { json, serveStandIn, type Fault } from "../../dev/stand-in.ts";
import { useWorld } from "../harness.ts";
import { balances, makeMitra, purchase, statusOf } from "../make.ts";
import { about, askAgain, BILLER_ENV, buy, expectEnd, newNumber, refOf } from "./biller-case.ts";

const world = useWorld({ env: BILLER_ENV });

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
    const { mitra, id } = await buy(world, nomor);
    await expectEnd(world, { mitra, id }, "proses");
    expect(digiflazz.book.executions(await refOf(world, id))).toBe(executed);
    await askAgain(world, id);
    await expectEnd(world, { mitra, id }, "sukses");
    expect(digiflazz.book.executions(await refOf(world, id))).toBe(1);
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
  const { mitra, id } = await buy(world, nomor);
  await expectEnd(world, { mitra, id }, "proses");
  await askAgain(world, id);
  await expectEnd(world, { mitra, id }, "sukses");
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
    const { mitra, id } = await buy(world, nomor);
    await expectEnd(world, { mitra, id }, "proses");
  },
);

test.each(["02", "54", "70", "44", "63", "68", "69"])(
  "code %s is a definitive failure: refunded once, with a reason fit for the mitra",
  async (rc) => {
    const nomor = newNumber();
    world.cloud.digiflazz.script.outcome(
      ({ customerNo }) => customerNo === nomor,
      { status: "Gagal", rc, message: "Saldo akun H2H kurang" },
      1,
    );
    const { mitra, id } = await buy(world, nomor);
    await expectEnd(world, { mitra, id }, "gagal");
    const { hasil_eksekusi: hasil } = await statusOf(world, mitra, id);
    expect(hasil).toMatch(/^Transaksi PPOB gagal: .+\. Saldo dikembalikan\.$/);
    expect(hasil).not.toContain("H2H");
  },
);

test.each(["41", "44", "45", "63"])(
  "code %s to a later question refuses the question, not the purchase",
  async (rc) => {
    const { digiflazz } = world.cloud;
    const nomor = newNumber();
    digiflazz.faults.next({ kind: "hangAfter" }, 1, about(nomor));
    const { mitra, id } = await buy(world, nomor);
    digiflazz.script.reply(
      ({ customerNo }) => customerNo === nomor,
      { kind: "fields", fields: { status: "Gagal", rc } },
      1,
    );
    await askAgain(world, id);
    await expectEnd(world, { mitra, id }, "proses");
    await askAgain(world, id);
    await expectEnd(world, { mitra, id }, "sukses");
  },
);

test.each([
  { name: "a number as serial number", fields: { sn: 12_345 } },
  { name: "no words at all", fields: { message: null, sn: null } },
  { name: "an object for a message", fields: { message: { id: 1 } } },
  { name: "NUL in its words", fields: { message: "\u0000\u0000", sn: "\u0000" } },
  { name: "half a surrogate where the text is cut", fields: { message: `${"x".repeat(499)}😀` } },
])("a success with $name is still a success", async ({ fields }) => {
  const nomor = newNumber();
  world.cloud.digiflazz.script.reply(({ customerNo }) => customerNo === nomor, { kind: "fields", fields }, 1);
  const { mitra, id } = await buy(world, nomor);
  await expectEnd(world, { mitra, id }, "sukses");
});

test("a reply of two NULs is recorded as unreadable, and a person is told", async () => {
  const nomor = newNumber();
  world.cloud.digiflazz.faults.next({ kind: "replace", status: 200, body: "\u0000\u0000" }, 1, about(nomor));
  const { mitra, id } = await buy(world, nomor);
  await expectEnd(world, { mitra, id }, "proses");
  expect(world.log).toContainEqual(
    expect.objectContaining({ level: "warn", event: "biller_reply_unknown", transaksi_id: id }),
  );
  await askAgain(world, id);
  await expectEnd(world, { mitra, id }, "sukses");
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
  const { mitra, id } = await buy(world, nomor);
  await liar.close();
  expect(liar.requests).toBe(0);
  await expectEnd(world, { mitra, id }, "proses");
});

/** Buys `nominal` of an open denomination whose fee is 1.000, with just as much saldo. */
async function buyOpen(kode: string, nominal: number, nomor: string) {
  const { neon, digiflazz } = world.cloud;
  const [produk] = await neon.asOwner(
    `insert into produk (kode, nama, kategori, harga, nominal) values ($1, 'Bebas nominal', 'emoney', 1000, null)
     on conflict (kode) do update set harga = 1000 returning id`,
    [kode],
  );
  const mitra = await makeMitra(world, { saldo: nominal + 1_000 });
  const id = await purchase(world, mitra, {
    produk_id: Number(produk?.["id"]),
    nominal,
    nomor_tujuan: nomor,
  });
  await world.idle();
  return { mitra, id, executions: async () => digiflazz.book.executions(await refOf(world, id)) };
}

test("an open denomination is delivered in the amount that was paid", async () => {
  const { mitra, id, executions } = await buyOpen("emoney", 50_000, "8102051011300001");
  expect((await statusOf(world, mitra, id)).status).toBe("sukses");
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
  expect(await executions()).toBe(1);
  expect(world.cloud.digiflazz.book.entries().at(-1)).toMatchObject({ kind: "pasca", price: 50_900 });
});

test.each([
  { name: "of a code that cannot be told the amount", kode: "xld10", nomor: "8102051011300001" },
  { name: "that the biller refuses to name a price for", kode: "emoney", nomor: "8102051011300002" },
  { name: "whose payment fails", kode: "emoney", nomor: "8102051011300003" },
])("an open denomination $name is given back", async ({ kode, nomor }) => {
  const { mitra, id, executions } = await buyOpen(kode, 60_000, nomor);
  expect((await statusOf(world, mitra, id)).status).toBe("gagal");
  expect(await balances(world, mitra)).toEqual({ tersedia: 61_000, ditahan: 0 });
  expect(await executions()).toBe(nomor.endsWith("3") ? 1 : 0);
});

test("an open denomination that the biller has made dearer than what was paid is given back", async () => {
  const { digiflazz } = world.cloud;
  digiflazz.script.postpaidProduct("emoney", { admin: 1_200 });
  const { mitra, id, executions } = await buyOpen("emoney", 70_000, "8102051011300001");
  digiflazz.script.postpaidProduct("emoney", { admin: 1_000 });
  expect(await statusOf(world, mitra, id)).toMatchObject({
    status: "gagal",
    hasil_eksekusi: "Transaksi PPOB gagal: harga produk berubah. Saldo dikembalikan.",
  });
  expect(await balances(world, mitra)).toEqual({ tersedia: 71_000, ditahan: 0 });
  expect(await executions()).toBe(0);
});

test("an open denomination whose answer is lost is asked about, never paid twice", async () => {
  world.cloud.digiflazz.faults.next({ kind: "drop" }, 1, ({ body }) => body.includes("pay-pasca"));
  const { mitra, id, executions } = await buyOpen("emoney", 80_000, "8102051011300001");
  expect((await statusOf(world, mitra, id)).status).toBe("proses");
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 81_000 });
  await askAgain(world, id);
  expect((await statusOf(world, mitra, id)).status).toBe("sukses");
  expect(await executions()).toBe(1);
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
  const { mitra, id } = await buy(world, nomor);
  await expectEnd(world, { mitra, id }, "sukses");
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
  const { mitra, id } = await buy(world, nomor);
  const asked = digiflazz.requests;
  expect(await world.sweep()).toBe(0);
  await neon.asOwner(
    "update percobaan set dikirim_pada = now() - interval '86 days' where transaksi_id = $1",
    [id],
  );
  await askAgain(world, id);
  await askAgain(world, id);
  expect(digiflazz.requests).toBe(asked);
  await expectEnd(world, { mitra, id }, "proses");
  expect(world.log).toContainEqual(
    expect.objectContaining({ level: "error", event: "attempt_too_old", transaksi_id: id }),
  );
});
