import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import type { KirimPesan } from "../../src/otp/otp.ts";
import { ServiceUnavailable } from "../../src/platform/http/errors.ts";
import { STRICT } from "../akun/seams.ts";
import { refusalOf } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, makeMitra, type Mitra, type Orang } from "../make.ts";
import { rebuilt } from "../platform/samples.ts";
import { codesInOrder, hasil, kodeBaru, mintaKode, patientCodes, selain, toNextDay } from "./seams.ts";

const world = useWorld();
let staf: Orang;
let mitra: Mitra;
beforeAll(async () => {
  staf = await makeAkun(world, "karyawan");
  mitra = await makeMitra(world);
});

let ids = 0;
const lewatWhatsapp = (id: string, to = "+628123456789") => ({ id, channel: "whatsapp", to });
/** An id nobody has asked for. */
const baru = () => `orang-${(ids += 1)}`;

describe("while nothing can send", () => {
  test("WhatsApp is a 503 that says so, and uses nothing up: the code before stays valid with its guesses", async () => {
    const id = baru();
    const code = await kodeBaru(world, mitra, { id });
    expect(await hasil(world, mitra, { id }, selain(code))).toBe("400 otp-salah");
    const { redis } = world.cloud;
    const before = redis.requests;
    const answer = await mintaKode(world, mitra, lewatWhatsapp(id));
    expect(redis.requests).toBe(before);
    expect(answer.headers.get("retry-after")).toBe("86400");
    expect(await answer.clone().json()).toMatchObject({
      detail: "Pengiriman OTP lewat WhatsApp belum tersedia. Minta tanpa channel, lalu kirim sendiri.",
    });
    expect(await refusalOf(answer)).toBe("503 kanal-belum-ada");
    for (const _ of Array(2).keys())
      expect(await hasil(world, mitra, { id }, selain(code))).toBe("400 otp-salah");
    expect(await hasil(world, mitra, { id }, code)).toBe("429 otp-habis");
  });

  test("who may not ask is told that, and not what there is", async () => {
    const nasabah = await makeAkun(world, "nasabah");
    expect(await refusalOf(await mintaKode(world, nasabah, lewatWhatsapp(baru())))).toBe(
      "403 peran-tidak-boleh",
    );
    expect(await refusalOf(await mintaKode(world, { headers: {} }, lewatWhatsapp(baru())))).toBe(
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
      const id = baru();
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
      expect((await mintaKode(house, mitra, lewatWhatsapp(baru(), to))).status).toBe(200);
      expect(sent).toEqual([["+628123456789", teks("111111")]]);
    },
  );

  test("the number is no part of the id: a code sent to one number is the id's, and another number replaces it", async () => {
    const { house, sent } = dengan(["111111", "222222"]);
    const id = baru();
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
    expect(await kodeBaru(house, mitra, { id: baru() })).toBe("333333");
    expect(sent).toEqual([]);
  });

  test("a sender that cannot is a 503 without the code, and nothing is sent twice", async () => {
    const { house, sent } = dengan(["444444"], async () => {
      throw new ServiceUnavailable();
    });
    const answer = await mintaKode(house, mitra, lewatWhatsapp(baru()));
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
    const answer = await mintaKode(house, mitra, lewatWhatsapp(baru()));
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
      expect(await refusalOf(await mintaKode(house, mitra, lewatWhatsapp(baru())))).toBe(
        "503 layanan-tidak-tersedia",
      );
      expect(sent).toEqual([]);
    },
  );
});

describe("where limits are strict, a number gets five messages of a caller in ten minutes", () => {
  const clock = new ManualClock();
  const sent: string[] = [];
  const kirimWhatsapp: KirimPesan = async (nomor) => void sent.push(nomor);
  const ketat = useWorld({ clock, env: STRICT, deps: { codes: patientCodes(() => ketat), kirimWhatsapp } });
  const NOMOR = "+628123456789";
  const limitOf = (answer: Response) => /"([^"]+)"/.exec(answer.headers.get("ratelimit-policy") ?? "")?.[1];

  beforeEach(() => toNextDay(clock));

  test("under whatever ids and however it is written; other numbers, callers and channels are not held up", async () => {
    const [as, lain] = [await makeMitra(ketat), await makeMitra(ketat)];
    sent.length = 0;
    for (const to of ["08123456789", "628123456789", NOMOR, "+62 812-3456-789", "0812 3456 789"])
      expect((await mintaKode(ketat, as, lewatWhatsapp(baru(), to))).status).toBe(200);
    const refused = await mintaKode(ketat, as, lewatWhatsapp(baru()));
    expect([refused.status, limitOf(refused)]).toEqual([429, "otp-nomor"]);
    expect(sent).toEqual(Array(5).fill(NOMOR));

    expect((await mintaKode(ketat, as, lewatWhatsapp(baru(), "+628123456780"))).status).toBe(200);
    expect((await mintaKode(ketat, lain, lewatWhatsapp(baru()))).status).toBe(200);
    expect((await mintaKode(ketat, as, { id: baru() })).status).toBe(200);
  });

  test("and twenty in a day", async () => {
    const as = await makeMitra(ketat);
    for (const _ of Array(4).keys()) {
      for (const _of of Array(5).keys())
        expect((await mintaKode(ketat, as, lewatWhatsapp(baru()))).status).toBe(200);
      clock.advance(601_000);
    }
    const refused = await mintaKode(ketat, as, lewatWhatsapp(baru()));
    expect([refused.status, limitOf(refused)]).toEqual([429, "otp-nomor-harian"]);
  });
});
