import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Fault } from "../../dev/stand-in.ts";
import { refusalOf } from "../answers.ts";
import { until, useWorld } from "../harness.ts";
import { makeMitra, type Mitra } from "../make.ts";
import { rebuilt } from "../platform/samples.ts";
import { codesInOrder, hasil, idBaru, mintaKode } from "./seams.ts";
import { lewatPonsel, lewatWhatsapp, teks } from "./whatsapp-world.ts";

// What becomes of a code when the vendor that is to send it does not.

const world = useWorld();
let mitra: Mitra;
beforeAll(async () => {
  mitra = await makeMitra(world);
});

const dengan = (...codes: string[]) => lewatPonsel(world, ...codes);

describe("a vendor that", () => {
  /** Asks for a code while the vendor answers like this; nobody is told the code. */
  async function meets(fault: Fault, code: string) {
    const { house, to, inbox } = dengan(code);
    const { whapi } = world.cloud;
    const id = idBaru();
    const before = whapi.requests;
    const logged = world.log.length;
    whapi.faults.always(fault);
    const answer = await mintaKode(house, mitra, lewatWhatsapp(id, to));
    whapi.faults.clear();
    const text = await answer.clone().text();
    expect(`${text} ${JSON.stringify([...answer.headers])}`).not.toContain(code);
    const lines = JSON.stringify(world.log.slice(logged));
    expect(lines).not.toMatch(new RegExp(`${code}|${to.slice(3)}`));
    // Once is enough: whoever asked may ask again.
    expect(whapi.requests - before).toBe(1);
    return { answer, house, id, inbox, lines };
  }
  const reply = (status: number, body = "{}"): Fault => ({ kind: "answer", status, body });

  test.each([400, 404, 413, 422])("refuses the number (%i): 422 that names the field", async (status) => {
    const { answer, inbox } = await meets(reply(status), "444444");
    expect(await answer.clone().json()).toMatchObject({
      detail: "WhatsApp menolak nomor ini. Periksa nomornya, atau minta kode tanpa channel dan to.",
      errors: [{ pointer: "#/to" }],
    });
    expect(await refusalOf(answer)).toBe("422 nomor-tanpa-whatsapp");
    expect(inbox()).toEqual([]);
  });

  test.each<[string, Fault]>([
    ["refuses connections", { kind: "refuse" }],
    ["wants its token", reply(401)],
    ["wants money", reply(402)],
    ["has blocked us", reply(403)],
    ["has had enough for now", reply(429)],
    ["answers 408", reply(408)],
    ["answers 500", reply(500)],
    ["answers 502 with a page", reply(502, "<html>Bad Gateway</html>")],
    [
      "sends us elsewhere",
      { kind: "answer", status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" },
    ],
    ["answers no JSON", reply(200, "bukan json")],
    ["answers nothing", reply(200, "")],
    ["names no message", reply(200)],
  ])("%s: 503 with a cause in the log, and nothing is sent", async (_name, fault) => {
    const { answer, inbox, lines } = await meets(fault, "444444");
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(await refusalOf(answer)).toBe("503 layanan-tidak-tersedia");
    expect(lines).toContain("unavailable");
    expect(lines).toContain("Whapi: ");
    expect(inbox()).toEqual([]);
  });

  test("sent it and lost the answer: 503, the phone has the code once, and that is right", async () => {
    const { answer, house, id, inbox } = await meets({ kind: "drop" }, "454545");
    expect(await refusalOf(answer)).toBe("503 layanan-tidak-tersedia");
    await world.idle();
    expect(inbox()).toEqual([teks("454545")]);
    expect(await hasil(house, mitra, { id }, "454545")).toBe("200");
  });

  test("hangs is given up after ten seconds: 503", async () => {
    const gaveUp = new AbortController();
    const { house, to } = dengan("464646");
    const { whapi } = world.cloud;
    whapi.faults.always({ kind: "hang" });
    const before = whapi.requests;
    const timeout = vi.spyOn(AbortSignal, "timeout");
    timeout.mockImplementation((ms) => (ms === 10_000 ? gaveUp.signal : new AbortController().signal));
    onTestFinished(() => timeout.mockRestore());
    const answer = mintaKode(house, mitra, lewatWhatsapp(idBaru(), to));
    await until(() => whapi.requests > before);
    gaveUp.abort(new DOMException("signal timed out", "TimeoutError"));
    expect(await refusalOf(await answer)).toBe("503 layanan-tidak-tersedia");
  });

  test("breaks in our hands is a 500 whose cause is in the log, without the code", async () => {
    const kirim = async () => {
      throw new Error("the sender broke");
    };
    const whapi = { ...world.deps.whapi, kirim };
    const house = rebuilt(world, { whapi, ids: codesInOrder("555555") });
    const logged = world.log.length;
    const answer = await mintaKode(house, mitra, lewatWhatsapp(idBaru()));
    expect(await answer.clone().text()).not.toContain("555555");
    expect(await refusalOf(answer)).toBe("500 kesalahan-server");
    const lines = JSON.stringify(world.log.slice(logged));
    expect(lines).toContain("the sender broke");
    expect(lines).not.toContain("555555");
  });

  test.each(["refuse", "hangAfter"] as const)(
    "is asked nothing while Redis says nothing (%s)",
    async (kind) => {
      const { house, to, inbox } = dengan("666666");
      const before = world.cloud.whapi.requests;
      world.cloud.redis.faults.always({ kind });
      expect(await refusalOf(await mintaKode(house, mitra, lewatWhatsapp(idBaru(), to)))).toBe(
        "503 layanan-tidak-tersedia",
      );
      expect(world.cloud.whapi.requests).toBe(before);
      expect(inbox()).toEqual([]);
    },
  );
});
