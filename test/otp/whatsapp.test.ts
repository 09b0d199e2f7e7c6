import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import type { KirimPesan } from "../../src/otp/otp.ts";
import { ServiceUnavailable } from "../../src/platform/http/errors.ts";
import { STRICT } from "../akun/seams.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, makeMitra, type Mitra, type Orang } from "../make.ts";
import { rebuilt } from "../platform/samples.ts";
import {
  codesInOrder,
  expectFull,
  hasil,
  idBaru,
  kodeBaru,
  mintaKode,
  patientCodes,
  selain,
  toNextDay,
  type Pemanggil,
} from "./seams.ts";

const world = useWorld();
let staf: Orang;
let mitra: Mitra;
beforeAll(async () => {
  staf = await makeAkun(world, "karyawan");
  mitra = await makeMitra(world);
});

const lewatWhatsapp = (id: string, to = "+628123456789") => ({ id, channel: "whatsapp", to });

describe("while nothing can send", () => {
  test("WhatsApp is a 503 that says so, and uses nothing up: the code before stays valid with its guesses", async () => {
    const id = idBaru();
    const code = await kodeBaru(world, mitra, { id });
    expect(await hasil(world, mitra, { id }, selain(code))).toBe("400 otp-salah");
    const { redis } = world.cloud;
    const before = redis.requests;
    const answer = await mintaKode(world, mitra, lewatWhatsapp(id));
    expect(redis.requests).toBe(before);
    expect(answer.headers.get("retry-after")).toBe("86400");
    expect(await answer.clone().json()).toMatchObject({
      detail:
        "Pengiriman OTP lewat WhatsApp belum tersedia. Minta tanpa channel dan to, lalu kirim kodenya sendiri.",
    });
    expect(await refusalOf(answer)).toBe("503 kanal-belum-ada");
    for (const _ of Array(2).keys())
      expect(await hasil(world, mitra, { id }, selain(code))).toBe("400 otp-salah");
    expect(await hasil(world, mitra, { id }, code)).toBe("429 otp-habis");
  });

  test("who may not ask is told that, and not what there is", async () => {
    const nasabah = await makeAkun(world, "nasabah");
    expect(await refusalOf(await mintaKode(world, nasabah, lewatWhatsapp(idBaru())))).toBe(
      "403 peran-tidak-boleh",
    );
    expect(await refusalOf(await mintaKode(world, { headers: {} }, lewatWhatsapp(idBaru())))).toBe(
      "401 token-tidak-sah",
    );
  });
});

describe("with a sender", () => {
  /** The house with a sender of its own, and what that was given. */
  const dengan = (codes: string[], after: () => Promise<void> = async () => {}) => {
    const sent: Parameters<KirimPesan>[] = [];
    const kirimWhatsapp: KirimPesan = async (...pesan) => {
      sent.push(pesan);
      await after();
    };
    return { sent, house: rebuilt(world, { kirimWhatsapp, ids: codesInOrder(...codes) }) };
  };
  const teks = (code: string) => `Kode OTP Anda ${code}. Berlaku 5 menit. Jangan berikan kepada siapa pun.`;

  test("staff and mitra: the number gets the code once, the answer does not hold it, and it is valid once", async () => {
    for (const caller of [staf, mitra]) {
      const { house, sent } = dengan(["048213"]);
      const id = idBaru();
      const answer = await mintaKode(house, caller, lewatWhatsapp(id));
      expect([answer.status, await answer.text()]).toEqual([
        200,
        '{"message":"OTP dikirim lewat WhatsApp."}',
      ]);
      expect(JSON.stringify([...answer.headers])).not.toContain("048213");
      expect(sent).toEqual([["+628123456789", teks("048213")]]);
      expect(await hasil(house, caller, { id }, "048213")).toBe("200");
      expect(await hasil(house, caller, { id }, "048213")).toBe("404 otp-tidak-ada");
      expect(sent).toHaveLength(1);
    }
  });

  test.each(["08123456789", "628123456789", "+62 812-3456-789", "(0812) 3456789", "+628123456789"])(
    "%s is sent to +628123456789",
    async (to) => {
      const { house, sent } = dengan(["111111"]);
      expect((await mintaKode(house, mitra, lewatWhatsapp(idBaru(), to))).status).toBe(200);
      expect(sent).toEqual([["+628123456789", teks("111111")]]);
    },
  );

  test("the number is no part of the id: a code sent to one number is the id's, and another number replaces it", async () => {
    const { house, sent } = dengan(["111111", "222222"]);
    const id = idBaru();
    await mintaKode(house, mitra, lewatWhatsapp(id, "+628111111111"));
    await mintaKode(house, mitra, lewatWhatsapp(id, "+628222222222"));
    expect(sent).toEqual([
      ["+628111111111", teks("111111")],
      ["+628222222222", teks("222222")],
    ]);
    expect(await hasil(house, mitra, { id }, "111111")).toBe("400 otp-salah");
    expect(await hasil(house, mitra, { id }, "222222")).toBe("200");
  });

  test("without a channel the code is answered, and nothing is sent", async () => {
    const { house, sent } = dengan(["333333"]);
    expect(await kodeBaru(house, mitra, { id: idBaru() })).toBe("333333");
    expect(sent).toEqual([]);
  });

  test("a sender that cannot is a 503 without the code, and nothing is sent twice", async () => {
    const { house, sent } = dengan(["444444"], async () => {
      throw new ServiceUnavailable();
    });
    const answer = await mintaKode(house, mitra, lewatWhatsapp(idBaru()));
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(await answer.clone().text()).not.toContain("444444");
    expect(await refusalOf(answer)).toBe("503 layanan-tidak-tersedia");
    expect(sent).toHaveLength(1);
  });

  test("a sender that breaks is a 500 whose cause is in the log, without the code", async () => {
    const { house } = dengan(["555555"], async () => {
      throw new Error("the sender broke");
    });
    const logged = world.log.length;
    const answer = await mintaKode(house, mitra, lewatWhatsapp(idBaru()));
    expect(await answer.clone().text()).not.toContain("555555");
    expect(await refusalOf(answer)).toBe("500 kesalahan-server");
    const lines = JSON.stringify(world.log.slice(logged));
    expect(lines).toContain("the sender broke");
    expect(lines).not.toContain("555555");
  });

  test.each(["refuse", "hangAfter"] as const)(
    "nothing is sent while Redis says nothing (%s)",
    async (kind) => {
      const { house, sent } = dengan(["666666"]);
      world.cloud.redis.faults.always({ kind });
      expect(await refusalOf(await mintaKode(house, mitra, lewatWhatsapp(idBaru())))).toBe(
        "503 layanan-tidak-tersedia",
      );
      expect(sent).toEqual([]);
    },
  );
});

describe("where limits are strict, a number gets ten messages in ten minutes, whoever asks", () => {
  const clock = new ManualClock();
  const sent: string[] = [];
  const kirimWhatsapp: KirimPesan = async (nomor) => void sent.push(nomor);
  const ketat = useWorld({ clock, env: STRICT, deps: { codes: patientCodes(() => ketat), kirimWhatsapp } });
  const NOMOR = "+628123456789";
  /** As it may be written. */
  const EJAAN = ["08123456789", "628123456789", NOMOR, "+62 812-3456-789", "0812 3456 789"];
  const kirim = (as: Pemanggil, to = NOMOR, id = idBaru()) => mintaKode(ketat, as, lewatWhatsapp(id, to));

  beforeEach(() => {
    toNextDay(clock);
    sent.length = 0;
  });

  test("under whatever ids, by staff and mitra, and however it is written; other numbers and no channel are not held up", async () => {
    const callers = [await makeMitra(ketat), await makeMitra(ketat), await makeAkun(ketat, "karyawan")];
    for (const [at, to] of [...EJAAN, ...EJAAN].entries())
      expect((await kirim(callers[at % 3] as Pemanggil, to)).status).toBe(200);
    expect(sent).toEqual(Array(10).fill(NOMOR));
    for (const [at, as] of [...callers, await makeMitra(ketat)].entries())
      await expectFull(await kirim(as, EJAAN[at]), "otp-nomor", 10, 600);
    expect(sent).toHaveLength(10);

    const as = callers[0] as Pemanggil;
    expect((await kirim(as, "+628123456780")).status).toBe(200);
    expect((await mintaKode(ketat, as, { id: idBaru() })).status).toBe(200);
    clock.advance(600_000);
    expect((await kirim(as)).status).toBe(200);
    expect(sent.slice(10)).toEqual(["+628123456780", NOMOR]);
  });

  test("thirty at once, by three callers: ten are sent, the rest use up nothing of their ids, nor of anybody's day", async () => {
    const callers = [await makeMitra(ketat), await makeMitra(ketat), await makeMitra(ketat)];
    const answers = await atOnce(30, async (at) => await kirim(callers[at % 3] as Pemanggil, NOMOR, "satu"));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 10, 429: 20 });
    expect(sent).toEqual(Array(10).fill(NOMOR));
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
    expect(sent).toHaveLength(40);
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
    expect(sent).toHaveLength(10);
    expect(await hasil(ketat, as, { id }, code)).toBe("200");
  });
});
