import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { jawab, type Balasan, type Mode } from "../../src/whatsapp/bot/bot.ts";

const MODES: Mode[] = ["BOT", "AGENT", "PAUSE"];
const naskah = (kata: string): Balasan[] => [{ jenis: "naskah", naskah: kata as "menu" }];

describe("document 003's commands", () => {
  test.each<[Mode, string, Mode, Balasan[]]>([
    ["BOT", "Halo", "BOT", naskah("menu")],
    ["BOT", "admin", "AGENT", naskah("agent_notice")],
    ["BOT", "agent", "AGENT", naskah("agent_notice")],
    ["BOT", "pause", "PAUSE", naskah("pause_notice")],
    ["BOT", "bot", "BOT", naskah("menu")],
    ["BOT", "1", "BOT", naskah("info")],
    ["BOT", "2", "BOT", naskah("help")],
    ["BOT", "", "BOT", naskah("menu")],
    ["AGENT", "Halo", "AGENT", []],
    ["AGENT", "1", "AGENT", []],
    ["AGENT", "agent", "AGENT", []],
    ["AGENT", "bot", "BOT", naskah("menu")],
    ["AGENT", "pause", "PAUSE", naskah("pause_notice")],
    ["PAUSE", "Halo", "PAUSE", []],
    ["PAUSE", "pause", "PAUSE", []],
    ["PAUSE", "bot", "BOT", naskah("menu")],
    ["PAUSE", "admin", "AGENT", naskah("agent_notice")],
  ])("%s, %o → %s", (mode, teks, menjadi, balasan) => {
    expect(jawab(mode, teks)).toEqual({ mode: menjadi, balasan });
  });

  test.each([" Agent ", "AGENT", "*agent*", "agent.", "agent!", "_agent_", "ＡＧＥＮＴ", "agent\n"])(
    "is understood as people write it: %o",
    (teks) => expect(jawab("BOT", teks).mode).toBe("AGENT"),
  );

  test.each(["1️⃣", "1.", " 1 ", "*1*", "１"])("the first choice is %o", (teks) =>
    expect(jawab("BOT", teks).balasan).toEqual(naskah("info")),
  );

  test.each(["agents", "min admin", "bota", "admin tolong", "11", "12", "1 2"])("is no command: %o", (teks) =>
    expect(jawab("BOT", teks)).toEqual({ mode: "BOT", balasan: naskah("menu") }),
  );
});

describe("what the house knows", () => {
  test.each<[string, Balasan]>([
    ["harga", { jenis: "harga", kategori: undefined }],
    ["Harga Token", { jenis: "harga", kategori: "token" }],
    ["cek 123 08123456789", { jenis: "cek", id: 123, nomor: "08123456789" }],
    ["status #7 +62 812-3456-789", { jenis: "cek", id: 7, nomor: "+628123456789" }],
    ["cek", { jenis: "naskah", naskah: "help" }],
    ["cek abc 0812", { jenis: "naskah", naskah: "help" }],
    ["cek 0 08123456789", { jenis: "naskah", naskah: "help" }],
    ["hargaku", { jenis: "naskah", naskah: "menu" }],
  ])("%o", (teks, balasan) => {
    expect(jawab("BOT", teks).balasan).toEqual([balasan]);
    expect(jawab("AGENT", teks).balasan).toEqual([]);
  });
});

const TEKS = oneof(
  string({ unit: "binary", maxLength: 300 }),
  constantFrom("admin", "agent", "pause", "bot", "1", "2", "harga", "cek 1 0812345678", "Halo"),
);

describe("whatever is written", () => {
  test("a step is one of a kind: the same again, and at most one reply", () => {
    assert(
      property(constantFrom(...MODES), TEKS, (mode, teks) => {
        const langkah = jawab(mode, teks);
        expect(jawab(mode, teks)).toEqual(langkah);
        // Only a change of mode breaks the silence.
        const bicara = mode === "BOT" || langkah.mode !== mode;
        expect(langkah.balasan).toHaveLength(bicara ? 1 : 0);
      }),
    );
  });

  test("after any conversation, `bot` brings the menu back and `agent` silences it", () => {
    assert(
      property(array(TEKS, { maxLength: 20 }), TEKS, (percakapan, lagi) => {
        const mode = percakapan.reduce<Mode>((sampai, teks) => jawab(sampai, teks).mode, "BOT");
        expect(jawab(mode, "bot")).toEqual({ mode: "BOT", balasan: naskah("menu") });
        const diam = jawab(mode, "agent").mode;
        expect(diam).toBe("AGENT");
        const langkah = jawab(diam, lagi);
        expect(langkah.balasan).toHaveLength(langkah.mode === "AGENT" ? 0 : 1);
      }),
    );
  });

  test("time does not grow with the text", () => {
    for (const pola of ["cek 1 ", "harga ", "- ", "1 ", "*_"]) {
      const langkah = jawab("BOT", pola.repeat(20_000));
      expect(langkah).toEqual({ mode: "BOT", balasan: naskah("menu") });
    }
  });
});
