import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { STRICT } from "../akun/seams.ts";
import { MINUTE } from "../amancair/orang.ts";
import { unik } from "../direktori/caller.ts";
import { useWorld, type World } from "../harness.ts";
import { makeMitra, purchase, randomDigits, statusOf } from "../make.ts";
import { write } from "./make-chats.ts";
import { chatOf, diterima, MENU, nomorBaru } from "./percakapan.ts";

// What the bot answers from what the house knows.

/** What a customer gets for what it writes. */
async function asked(world: World, nomor: string, text: string): Promise<string[]> {
  const before = diterima(world, nomor).length;
  await write(world, nomor, text);
  return diterima(world, nomor).slice(before);
}

/** What somebody new gets. */
const answer = (world: World, text: string) => asked(world, nomorBaru(), text);

describe("harga", () => {
  const world = useWorld();
  const SEMUA = `Daftar harga

*pulsa*
• Pulsa 10k: Rp12.000
• Pulsa 20k: Rp22.000

*token_listrik*
• Token Listrik 50k: Rp51.000`;
  const TOKEN = `Daftar harga

*token_listrik*
• Token Listrik 50k: Rp51.000`;

  const add = async (
    kategori: string,
    count: number,
    isian: { nominal?: number | null; aktif?: boolean } = {},
  ) => {
    const { nominal = null, aktif = true } = isian;
    for (let at = 0; at < count; at++)
      await world.cloud.neon.asOwner(
        `insert into produk (kode, nama, kategori, harga, nominal, deskripsi, aktif) values ($1, $2, $3, 2500, $4, '', $5)`,
        [unik(), `Produk ${unik()}`, kategori, nominal, String(aktif)],
      );
  };

  test.each(["harga", "Harga", "HARGA.", " *harga* ", "_harga_"])(
    "%s lists all that is sold",
    async (text) => {
      expect(await answer(world, text)).toEqual([SEMUA]);
    },
  );

  test.each([
    "harga token",
    "harga TOKEN",
    "harga  listrik",
    "harga *token listrik*",
    "harga 50k",
    "harga token_listrik",
    "harga _token_",
  ])("%s lists what goes by that", async (text) => {
    expect(await answer(world, text)).toEqual([TOKEN]);
  });

  test.each([
    ["harga pesawat", "pesawat"],
    ["harga 5%", "5%"],
    ["harga t_ken", "t_ken"],
    [String.raw`harga \o'x`, String.raw`\o'x`],
  ])("%s finds nothing, and says so", async (text, kategori) => {
    expect(await answer(world, text)).toEqual([
      `Tidak ada produk "${kategori}". Ketik *harga* untuk semuanya.`,
    ]);
  });

  test("what has no price of its own is nominal plus; what is not sold any more is not there", async () => {
    const [tagihan, lama] = [unik(), unik()];
    await add(tagihan, 1);
    await add(lama, 1, { nominal: 1000, aktif: false });
    const [teks] = await answer(world, `harga ${tagihan}`);
    expect(teks).toMatch(
      new RegExp(`^Daftar harga\n\n\\*${tagihan}\\*\n• Produk [a-p]+: nominal \\+ Rp2\\.500$`),
    );
    expect((await answer(world, `harga ${lama}`))[0]).toMatch(/^Tidak ada produk/);
    await world.cloud.neon.asOwner("delete from produk where kategori = $1", [tagihan]);
  });

  test("is one message, however much there is", async () => {
    const kategori = unik();
    await add(kategori, 35);
    const [teks, ...lain] = await answer(world, `harga ${kategori}`);
    expect(lain).toEqual([]);
    expect(teks?.match(/^• /gm)).toHaveLength(30);
    await world.cloud.neon.asOwner("delete from produk where kategori = $1", [kategori]);
  });

  test("is no command within another word, nor for whoever talks to a person", async () => {
    expect(await answer(world, "hargai saya")).toEqual([MENU]);
    const nomor = nomorBaru();
    await write(world, nomor, "agent");
    expect(await asked(world, nomor, "harga")).toEqual([]);
  });
});

describe("cek", () => {
  const world = useWorld();

  /** A purchase that has succeeded, with what was delivered. */
  async function makePurchase(isian: Parameters<typeof purchase>[2] = {}) {
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const digits = randomDigits();
    const id = await purchase(world, mitra, { nomor_tujuan: `0${digits}`, ...isian });
    await world.idle();
    const { status, hasil_eksekusi } = await statusOf(world, mitra, id);
    expect(status).toBe("sukses");
    return { id, digits, rahasia: String(hasil_eksekusi) };
  }

  test.each([
    ["pulsa", {}],
    ["a token", { produk_id: 3, nominal: 50_000 }],
  ])(
    "of %s tells its status, however the number is written, and never what was delivered",
    async (_, isian) => {
      const { id, digits, rahasia } = await makePurchase(isian);
      const nama = "produk_id" in isian ? "Token Listrik 50k" : "Pulsa 10k";
      const nomor = nomorBaru();
      const bagian = [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7)];
      for (const tertulis of [
        `0${digits}`,
        `62${digits}`,
        `+62${digits}`,
        `0${bagian.join("-")}`,
        `+62 ${bagian.join(" ")}`,
      ])
        for (const perintah of ["cek", "STATUS"]) {
          const jawaban = await asked(world, nomor, `${perintah} ${id} ${tertulis}`);
          expect(jawaban, tertulis).toHaveLength(1);
          expect(jawaban[0]?.split("\n").slice(0, 2)).toEqual([
            `Transaksi ${id}: *berhasil*`,
            `${nama} ke 0${digits}`,
          ]);
          expect(jawaban[0]?.split("\n")[2]).toMatch(/^\d{1,2} \w+ \d{4}, \d{2}[.:]\d{2} WIB$/);
        }
      expect(await asked(world, nomor, `cek #${id} 0${digits}.`)).toHaveLength(1);
      const serial = /\d{8,}/.exec(rahasia)?.[0] ?? rahasia;
      expect(serial.length).toBeGreaterThan(3);
      const [tersimpan] = await world.cloud.neon.asOwner(
        "select string_agg(text, chr(10)) as semua from messages where chat_id = (select id from chats where wa_id = $1)",
        [nomor],
      );
      for (const teks of [diterima(world, nomor).join("\n"), String(tersimpan?.["semua"])])
        expect(teks).not.toContain(serial);
    },
  );

  test("with another number, another's number, or for one that there is not, always says the same", async () => {
    const [mine, other] = [await makePurchase(), await makePurchase()];
    const tidakAda = (id: number, nomor: string) => [
      `Transaksi ${id} ke ${nomor} tidak ditemukan. Periksa nomor transaksi dan nomor tujuannya, atau ketik *agent*.`,
    ];
    for (const [id, nomor] of [
      [mine.id, `0${other.digits}`],
      [other.id, `0${mine.digits}`],
      [mine.id, `0${mine.digits.slice(0, -1)}`],
      [mine.id, `0${mine.digits}0`],
      [mine.id, mine.digits.slice(1)],
      [mine.id, "0000"],
      [999_999_999, `0${mine.digits}`],
      [999_999_999_999_999, `0${mine.digits}`],
    ] as const)
      expect(await answer(world, `cek ${id} ${nomor}`)).toEqual(tidakAda(id, nomor));
  });

  test.each([
    "cek",
    "cek 1",
    "cek satu 0812345678",
    "cek 0 08123456789",
    "cek 1 08",
    "cek 1 0812%",
    "cek -1 08123456789",
    "cek 1234567890123456 08123456789",
    "status 1' or true -- 0812",
  ])("%s gets help", async (text) => {
    expect((await answer(world, text))[0]).toMatch(/ketik \*cek\*, nomor transaksi, dan nomor tujuannya/);
  });

  test("while the counters cannot be asked is a friendly word, and the rest is answered as ever", async () => {
    const { id, digits } = await makePurchase();
    const nomor = nomorBaru();
    world.cloud.redis.faults.always({ kind: "refuse" });
    expect(await asked(world, nomor, `cek ${id} 0${digits}`)).toEqual([
      "Status sedang tidak dapat diperiksa. Coba lagi sebentar lagi, atau ketik *agent*.",
    ]);
    expect(await asked(world, nomor, "menu")).toEqual([MENU]);
    world.cloud.redis.faults.clear();
    expect((await asked(world, nomor, `cek ${id} 0${digits}`))[0]).toContain("*berhasil*");
  });
});

describe("cek too often", () => {
  const clock = new ManualClock();
  const world = useWorld({ clock, env: STRICT });

  test("is refused in words after ten questions in ten minutes, for that number only", async () => {
    const nomor = nomorBaru();
    const cek = (dari = nomor) => asked(world, dari, "cek 999999999 08123456789");
    for (let at = 0; at < 10; at++) expect((await cek())[0]).toContain("tidak ditemukan");
    const cukup = ["Terlalu banyak pertanyaan. Coba lagi beberapa menit lagi, atau ketik *agent*."];
    expect(await cek()).toEqual(cukup);
    clock.advance(10 * MINUTE - 1000);
    expect(await cek()).toEqual(cukup);
    expect((await cek(nomorBaru()))[0]).toContain("tidak ditemukan");
    // All else is as it was.
    expect((await asked(world, nomor, "harga"))[0]).toContain("Daftar harga");
    clock.advance(1001);
    expect((await cek())[0]).toContain("tidak ditemukan");
    await write(world, nomor, "agent");
    expect((await chatOf(world, nomor))?.mode).toBe("AGENT");
  });
});
