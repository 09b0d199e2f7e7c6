import { expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { useWorld, type World } from "../harness.ts";
import { diterima, MENU, nomorBaru, pesan, tercatat, webhook } from "./percakapan.ts";

const MENIT = 60_000;
const clock = new ManualClock();
const world = useWorld({ clock });

const isSend = ({ method }: { method: string }) => method === "POST";
const isHistory = ({ url }: { url: string }) => url.startsWith("/messages/list/");
/** The database does not hear what Whapi tells of our own messages. */
const noEcho = () =>
  world.cloud.neon.faults.next({ kind: "answer", status: 500 }, 1_000, ({ body }) =>
    body.includes("terima_dari_kita"),
  );

async function berlalu(di: World, menit: number): Promise<void> {
  for (let ke = 0; ke < menit; ke++) {
    await di.idle();
    clock.advance(MENIT);
    await di.sweepWhatsapp();
    await di.idle();
  }
}

test.each([429, 401, 402, 403])(
  "a doubt outlives a %i: what WhatsApp may have is looked for before it is sent again",
  async (status) => {
    const nomor = nomorBaru();
    noEcho();
    world.cloud.whapi.faults.next({ kind: "drop" }, 1, isSend);
    // The history lags behind once, and the attempt after that is refused.
    world.cloud.whapi.faults.next({ kind: "answer", status: 200, body: '{"messages":[]}' }, 1, isHistory);
    world.cloud.whapi.faults.next({ kind: "answer", status }, 1, isSend);
    await webhook(world, { messages: [pesan(nomor, "Halo")] });
    await berlalu(world, 10);
    expect(diterima(world, nomor)).toEqual([MENU]);
    expect((await tercatat(world, nomor))[1]).toMatchObject({ status: "sent", problem: null });
  },
);

test("a vendor's name that is taken does not keep a message from being settled", async () => {
  const nomor = nomorBaru();
  noEcho();
  world.cloud.whapi.faults.next(
    { kind: "replace", status: 200, body: '{"message":{"id":"WADIPAKAI"}}' },
    1,
    isSend,
  );
  await webhook(world, { messages: [pesan(nomor, "agent", { id: "WADIPAKAI" })] });
  await berlalu(world, 5);
  expect(diterima(world, nomor)).toHaveLength(1);
  expect((await tercatat(world, nomor))[1]).toMatchObject({ status: "sent" });
  expect(world.log).not.toContainEqual(expect.objectContaining({ event: "sweep_failed" }));
});

test("a chat whose history cannot be read is given up after a day, and its next message leaves", async () => {
  const nomor = nomorBaru();
  noEcho();
  world.cloud.whapi.faults.next({ kind: "answer", status: 500 }, 1, isSend);
  world.cloud.whapi.faults.next({ kind: "answer", status: 500 }, 10_000, isHistory);
  await webhook(world, { messages: [pesan(nomor, "Halo")] });
  await berlalu(world, 2);
  await webhook(world, { messages: [pesan(nomor, "1")] });
  await world.idle();
  clock.advance(25 * 60 * MENIT);
  await berlalu(world, 1);
  expect((await tercatat(world, nomor))[1]).toMatchObject({ status: "failed" });
  await berlalu(world, 1);
  expect((await tercatat(world, nomor)).at(-1)).toMatchObject({ direction: "out", status: "failed" });
  await webhook(world, { messages: [pesan(nomor, "2")] });
  await world.idle();
  expect(diterima(world, nomor)).toEqual([expect.stringContaining("cek")]);
});

test("a message that cannot be settled holds up no other chat", async () => {
  const [satu, dua] = [nomorBaru(), nomorBaru()];
  world.cloud.qstash.faults.next({ kind: "answer", status: 500 }, 100);
  await webhook(world, { messages: [pesan(satu, "Halo"), pesan(dua, "Halo")] });
  await world.idle();
  world.cloud.neon.faults.next({ kind: "answer", status: 500 }, 1, ({ body }) =>
    body.includes("catat_kirim"),
  );
  clock.advance(MENIT);
  await world.sweepWhatsapp();
  await world.idle();
  expect([...diterima(world, satu), ...diterima(world, dua)]).toEqual([MENU, MENU]);
  expect(world.log).toContainEqual(expect.objectContaining({ event: "sweep_failed", level: "error" }));
  await berlalu(world, 3);
  expect([...diterima(world, satu), ...diterima(world, dua)]).toEqual([MENU, MENU]);
});

test("a text with a link is found in the history too", async () => {
  const nomor = nomorBaru();
  noEcho();
  world.cloud.whapi.faults.next({ kind: "drop" }, 1, isSend);
  await webhook(world, { messages: [pesan(nomor, "Halo")] });
  await world.idle();
  const [terkirim] = world.cloud.whapi.phones.inbox(nomor);
  const riwayat = { messages: [{ id: terkirim?.id, type: "link_preview", link_preview: { body: MENU } }] };
  world.cloud.whapi.faults.next({ kind: "answer", status: 200, body: JSON.stringify(riwayat) }, 1, isHistory);
  await berlalu(world, 2);
  expect(diterima(world, nomor)).toEqual([MENU]);
});
