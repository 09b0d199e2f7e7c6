import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { STRICT } from "../akun/seams.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, makeMitra, type Mitra, type Orang } from "../make.ts";
import { newWaId } from "../platform/samples-whatsapp.ts";
import {
  expectFull,
  hasil,
  idBaru,
  kodeBaru,
  mintaKode,
  patientCodes,
  toNextDay,
  type Pemanggil,
} from "./seams.ts";
import { lewatPonsel, lewatWhatsapp, teks } from "./whatsapp-world.ts";

const world = useWorld();
let staf: Orang;
let mitra: Mitra;
beforeAll(async () => {
  staf = await makeAkun(world, "karyawan");
  mitra = await makeMitra(world);
});

const dengan = (...codes: string[]) => lewatPonsel(world, ...codes);

/** What has been handed to the vendor. */
const terkirim = () => world.cloud.whapi.phones.sent().length;

describe("a code", () => {
  test("staff and mitra: the number gets the code once, the answer does not hold it, and it is valid once", async () => {
    for (const caller of [staf, mitra]) {
      const { house, to, inbox } = dengan("048213");
      const id = idBaru();
      const answer = await mintaKode(house, caller, lewatWhatsapp(id, to));
      expect([answer.status, await answer.text()]).toEqual([
        200,
        '{"message":"OTP dikirim lewat WhatsApp."}',
      ]);
      expect(JSON.stringify([...answer.headers])).not.toContain("048213");
      expect(inbox()).toEqual([teks("048213")]);
      expect(await hasil(house, caller, { id }, "048213")).toBe("200");
      expect(await hasil(house, caller, { id }, "048213")).toBe("404 otp-tidak-ada");
      await world.idle();
      expect(inbox()).toHaveLength(1);
    }
  });

  test("is at the number, however that is written", async () => {
    const { house, number, inbox } = dengan(...Array<string>(5).fill("111111"));
    const rest = number.slice(2);
    const ways = [`0${rest}`, number, `+62 ${rest.slice(0, 3)}-${rest.slice(3, 7)}-${rest.slice(7)}`];
    for (const to of [...ways, `(0${rest.slice(0, 3)}) ${rest.slice(3)}`, `+${number}`]) {
      expect((await mintaKode(house, mitra, lewatWhatsapp(idBaru(), to))).status).toBe(200);
      expect(inbox().at(-1)).toBe(teks("111111"));
    }
    expect(inbox()).toHaveLength(5);
  });

  test("is the id's and not the number's: another number replaces the code", async () => {
    const { house, to, inbox } = dengan("111111", "222222");
    const lain = newWaId();
    const id = idBaru();
    await mintaKode(house, mitra, lewatWhatsapp(id, to));
    await mintaKode(house, mitra, lewatWhatsapp(id, `+${lain}`));
    expect(inbox()).toEqual([teks("111111")]);
    expect(world.cloud.whapi.phones.inbox(lain).map(({ text }) => text)).toEqual([teks("222222")]);
    expect(await hasil(house, mitra, { id }, "111111")).toBe("400 otp-salah");
    expect(await hasil(house, mitra, { id }, "222222")).toBe("200");
  });

  test("is answered without a channel, and nothing is sent", async () => {
    const { house } = dengan("333333");
    const before = terkirim();
    expect(await kodeBaru(house, mitra, { id: idBaru() })).toBe("333333");
    expect(terkirim()).toBe(before);
  });

  test("is not for who may not ask: it is told that, and nothing is sent", async () => {
    const nasabah = await makeAkun(world, "nasabah");
    const before = terkirim();
    expect(await refusalOf(await mintaKode(world, nasabah, lewatWhatsapp(idBaru())))).toBe(
      "403 peran-tidak-boleh",
    );
    expect(await refusalOf(await mintaKode(world, { headers: {} }, lewatWhatsapp(idBaru())))).toBe(
      "401 token-tidak-sah",
    );
    expect(terkirim()).toBe(before);
  });

  test.each(["of nobody we know", "of a customer with a chat"])(
    "that comes back from the vendor as sent, to a number %s, is written down nowhere",
    async (whose) => {
      const { house, number, to, inbox } = dengan("777777");
      if (whose.includes("chat")) world.cloud.whapi.phones.write(number, "agent");
      await world.idle();
      const before = inbox().length;
      const rows = async () =>
        await world.cloud.neon.asOwner(
          "select m.id, m.text, m.status from messages m join chats c on c.id = m.chat_id where c.wa_id = $1 order by m.id",
          [number],
        );
      const known = await rows();
      expect((await mintaKode(house, mitra, lewatWhatsapp(idBaru(), to))).status).toBe(200);
      await world.idle();
      expect(inbox().slice(before)).toEqual([teks("777777")]);
      expect(await rows()).toEqual(known);
      expect(known.length > 0).toBe(whose.includes("chat"));
      const [dump] = await world.cloud.neon.asOwner(
        "select (select count(*) from chats where wa_id = $1) as chats, (select count(*) from messages where text like '%777777%') as pesan",
        [number],
      );
      expect(dump).toEqual({ chats: whose.includes("chat") ? "1" : "0", pesan: "0" });
      expect(JSON.stringify(world.cloud.qstash.script.messages())).not.toContain("777777");
    },
  );
});

describe("where limits are strict, a number gets ten messages in ten minutes, whoever asks", () => {
  const clock = new ManualClock();
  const ketat = useWorld({ clock, env: STRICT, deps: { codes: patientCodes(() => ketat) } });
  let earlier = 0;
  /** The numbers that codes went to in this test, in order. */
  const sent = () =>
    ketat.cloud.whapi.phones
      .sent()
      .slice(earlier)
      .map(({ number }) => `+${number}`);
  const NOMOR = "+628123456789";
  /** As it may be written. */
  const EJAAN = ["08123456789", "628123456789", NOMOR, "+62 812-3456-789", "0812 3456 789"];
  const kirim = (as: Pemanggil, to = NOMOR, id = idBaru()) => mintaKode(ketat, as, lewatWhatsapp(id, to));

  beforeEach(() => {
    toNextDay(clock);
    earlier = ketat.cloud.whapi.phones.sent().length;
  });

  test("under whatever ids, by staff and mitra, and however it is written; other numbers and no channel are not held up", async () => {
    const callers = [await makeMitra(ketat), await makeMitra(ketat), await makeAkun(ketat, "karyawan")];
    for (const [at, to] of [...EJAAN, ...EJAAN].entries())
      expect((await kirim(callers[at % 3] as Pemanggil, to)).status).toBe(200);
    expect(sent()).toEqual(Array(10).fill(NOMOR));
    for (const [at, as] of [...callers, await makeMitra(ketat)].entries())
      await expectFull(await kirim(as, EJAAN[at]), "otp-nomor", 10, 600);
    expect(sent()).toHaveLength(10);

    const as = callers[0] as Pemanggil;
    expect((await kirim(as, "+628123456780")).status).toBe(200);
    expect((await mintaKode(ketat, as, { id: idBaru() })).status).toBe(200);
    clock.advance(600_000);
    expect((await kirim(as)).status).toBe(200);
    expect(sent().slice(10)).toEqual(["+628123456780", NOMOR]);
  });

  test("thirty at once, by three callers: ten are sent, the rest use up nothing of their ids, nor of anybody's day", async () => {
    const callers = [await makeMitra(ketat), await makeMitra(ketat), await makeMitra(ketat)];
    const answers = await atOnce(30, async (at) => await kirim(callers[at % 3] as Pemanggil, NOMOR, "satu"));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 10, 429: 20 });
    expect(sent()).toEqual(Array(10).fill(NOMOR));
    // Between them the three have had ten of their fifteen.
    const more = [];
    for (const as of callers)
      for (const _ of Array(6).keys()) more.push((await mintaKode(ketat, as, { id: "satu" })).status);
    expect(tally(more)).toEqual({ 200: 5, 429: 13 });
    const { redis } = ketat.cloud;
    const days = (await redis.command("KEYS", "kode-batas:otp-nomor-harian:*")) as string[];
    const today = Math.floor(clock.now() / 86_400_000);
    const [day, ...others] = days.filter((key) => key.endsWith(`:${today}`));
    expect(others).toEqual([]);
    expect(await redis.command("ZSCORE", day ?? "", "kode")).toBe("10");
  });

  test("and forty in a day, until that is over", async () => {
    const callers = [await makeMitra(ketat), await makeMitra(ketat)];
    for (const _ of Array(4).keys()) {
      for (const at of Array(10).keys()) expect((await kirim(callers[at % 2] as Pemanggil)).status).toBe(200);
      clock.advance(600_000);
    }
    const left = 86_400 - 2_400;
    for (const as of [...callers, await makeMitra(ketat)])
      await expectFull(await kirim(as), "otp-nomor-harian", 40, 86_400, left);
    expect(sent()).toHaveLength(40);
    clock.advance(left * 1_000 - 1);
    await expectFull(await kirim(callers[0] as Pemanggil), "otp-nomor-harian", 40, 86_400, 1);
    clock.advance(1);
    expect((await kirim(callers[0] as Pemanggil)).status).toBe(200);
  });

  test("a number that is full sends nothing and leaves the id's code as it was", async () => {
    const as = await makeMitra(ketat);
    const id = idBaru();
    const code = await kodeBaru(ketat, as, { id });
    for (const _ of Array(10).keys()) expect((await kirim(as)).status).toBe(200);
    expect((await kirim(as, NOMOR, id)).status).toBe(429);
    expect(sent()).toHaveLength(10);
    expect(await hasil(ketat, as, { id }, code)).toBe("200");
  });
});
