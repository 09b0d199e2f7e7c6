import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENGINES } from "./engines.ts";
import { answered, unexpected, type Answer } from "./rls-amancair-fixture.ts";
import { chatId, CHATS } from "./rls-checks-whatsapp.ts";
import { asPerson, asService, makeFilledFixture, type Fixture } from "./rls-fixture.ts";

const NO_SERVICE = "BUKAN_LAYANAN";
const NO_CHAT = "CHAT_TIDAK_ADA";

describe.each(ENGINES)("the functions of WhatsApp on $engine", ({ url }) => {
  let fixture: Fixture;
  let chats: Record<keyof typeof CHATS, string>;
  beforeAll(async () => {
    fixture = await makeFilledFixture(url);
    const { db } = fixture;
    chats = {
      siapaSaja: await chatId(db, CHATS.siapaSaja),
      milik: await chatId(db, CHATS.milik),
      orangLain: await chatId(db, CHATS.orangLain),
    };
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  const expectAnswers = async (expected: Record<string, Answer[]>) =>
    expect(await unexpected(fixture, expected)).toEqual([]);
  /** For whom a chat is: `rest` for everybody else. */
  const ofChat = (chat: keyof typeof CHATS, is: Answer, rest: Answer) =>
    answered(rest, {
      admin: is,
      ...(chat !== "orangLain" && { karyawan: is }),
      ...(chat !== "milik" && { karyawanLain: is }),
    });
  const names = Object.keys(CHATS) as (keyof typeof CHATS)[];

  test("what the webhook, the queue and the sweeper call is for services only", async () => {
    const { satu } = fixture;
    const service = (answer: Answer) => answered(NO_SERVICE, { service: answer });
    const masuk = (number: string) =>
      `select * from app.terima_pesan('${number}', 'Ani', 'x-1', 'text', 'Halo', null, null, null, 'BOT', 'BOT', '[]')`;
    const keluar = (asal: string) =>
      `select * from app.terima_dari_kita('628110000009', 'x-2', ${asal}, 'text', 'Halo', null)`;
    await expectAnswers({
      [masuk("628110000009")]: service(1),
      [masuk(CHATS.orangLain)]: service(1),
      [keluar("'ponsel'")]: service(1),
      [keluar("'api'")]: service(1),
      [keluar("null")]: service(1),
      'select app.terima_status(\'[{"id":"x","status":"read"}]\')': service(1),
      "select * from app.klaim_kirim(null, 60, 24)": service(0),
      [`select * from app.klaim_kirim(${chats.milik}, 60, 24)`]: service(0),
      "select app.catat_kirim(1, 1, 'sent', 'x', null, null, false)": service(1),
      [`select * from app.pesan_asing(${chats.milik}, '{a,b}')`]: service(2),
      "select * from app.klaim_media(null, 60)": service(0),
      "select app.catat_media(1, 1, null, null, null, null, 'x', null)": service(1),
      [`select * from app.cek_transaksi(${satu.transaksi}, '08123456789')`]: service(1),
      [`select * from app.cek_transaksi(${satu.transaksi}, '+628123456789')`]: service(1),
      [`select * from app.cek_transaksi(${satu.transaksi}, '08123456780')`]: service(0),
      [`select * from app.cek_transaksi(${satu.transaksi}, '')`]: service(0),
      "select * from app.cek_transaksi(0, '08123456789')": service(0),
      "select * from app.daftar_harga(null, 30)": service(2),
      "select * from app.daftar_harga('PULSA', 30)": service(1),
      "select * from app.daftar_harga('%', 30)": service(0),
      "select app.buang_chat_lama(365, 10)": service(1),
    });
  });

  test("what staff writes goes to chats that it sees, in its own name", async () => {
    const expected: Record<string, Answer[]> = {};
    for (const name of names)
      for (const direction of ["out", "note"])
        expected[
          `select * from app.tulis_pesan(${chats[name]}, '${direction}', 'Baik', 'kunci-1', 'h', 'text', null, null, null, null, null)`
        ] = ofChat(name, 1, NO_CHAT);
    expected[
      "select * from app.tulis_pesan(0, 'out', 'Baik', 'k', 'h', 'text', null, null, null, null, null)"
    ] = answered(NO_CHAT);
    expected[
      "select * from app.tulis_pesan(null, 'out', 'Baik', 'k', 'h', 'text', null, null, null, null, null)"
    ] = answered(NO_CHAT);
    await expectAnswers(expected);
  });

  test("a chat is changed by who sees it, and given to active staff only", async () => {
    const { nasabah, karyawanLain } = fixture;
    const expected: Record<string, Answer[]> = {};
    for (const name of names) {
      const atur = (ubah: object) => `select app.atur_chat(${chats[name]}, '${JSON.stringify(ubah)}')`;
      for (const ubah of [
        {},
        { mode: "BOT" },
        { mode: "AGENT" },
        { mode: "PAUSE", resume_at: "2199-01-01T00:00:00Z" },
        { assigned_to: null },
        { assigned_to: Number(karyawanLain.id) },
        { labels: ["komplain"] },
        { read: false },
      ])
        expected[atur(ubah)] = ofChat(name, 1, NO_CHAT);
      for (const petugas of [Number(nasabah.id), 0])
        expected[atur({ assigned_to: petugas })] = ofChat(name, "PETUGAS_TIDAK_DIKENAL", NO_CHAT);
    }
    expected["select app.atur_chat(0, '{}')"] = answered(NO_CHAT);
    await expectAnswers(expected);
  });

  test("who is switched off is given no chat, and leaves those it had to the others, which is noted", async () => {
    const { db, karyawan, karyawanLain } = fixture;
    const give = `select app.atur_chat(${chats.siapaSaja}, '{"assigned_to":${karyawanLain.id}}')`;
    const sees = async () =>
      await asPerson(db, karyawan)(`select assigned_to from chats where id = ${chats.orangLain}`);
    expect(await sees()).toEqual([]);
    await db.neon.asOwner("update akun set aktif = false where id = $1", [karyawanLain.id]);
    expect(await asPerson(db, karyawan)(give)).toBe("PT422");
    expect(await sees()).toEqual([{ assigned_to: null }]);
    const noted = await db.neon.asOwner(
      "select rincian from audit where aksi = 'chats.tugas' and sasaran_id = $1 order by id desc limit 1",
      [chats.orangLain],
    );
    expect(JSON.parse(String(noted[0]?.["rincian"]))).toEqual({ dari: Number(karyawanLain.id) });
    await db.neon.asOwner("update akun set aktif = true where id = $1", [karyawanLain.id]);
    await db.neon.asOwner("update chats set assigned_to = $1 where id = $2", [
      karyawanLain.id,
      chats.orangLain,
    ]);
    expect(await sees()).toEqual([]);
  });

  test("chats are found by name, number and words by who sees them; wildcards are letters", async () => {
    const found = answered(0, { karyawan: 2, karyawanLain: 2, admin: 3 });
    await expectAnswers({
      ...Object.fromEntries(
        ["budi", "HALO", "62811", "al"].map((text) => [`select * from app.chats_berisi('${text}')`, found]),
      ),
      [`select * from app.chats_berisi('${CHATS.orangLain}')`]: answered(0, { karyawanLain: 1, admin: 1 }),
      ...Object.fromEntries(
        ["%", "_", "b%i", "h_lo", "\\", "tidak ada"].map((text) => [
          `select * from app.chats_berisi('${text}')`,
          answered(0),
        ]),
      ),
      "select * from app.chats_berisi(null)": answered(0),
    });
  });

  test("staff reads what colleagues are called, and nobody's name else", async () => {
    const { karyawan, nasabah } = fixture;
    const named = (id: string) => `select 1 where app.nama_staf(${id}) is not null`;
    const staff = answered(0, { karyawan: 1, karyawanLain: 1, admin: 1 });
    await expectAnswers({
      [named(karyawan.id)]: staff,
      [named(nasabah.id)]: answered(0),
      [named("0")]: answered(0),
      [named("null")]: answered(0),
      "select 1 where app.mode_berlaku('PAUSE', now() - interval '1 second') = 'BOT'": answered(1),
      "select 1 where app.mode_berlaku('PAUSE', null) = 'PAUSE'": answered(1),
    });
  });

  test("a purchase that stays open is ended by admins only", async () => {
    const { satu } = fixture;
    const putuskan = (id: string, hasil = "'sukses'", alasan = "'x'", kalimat = "'x'") =>
      `select * from app.putuskan_transaksi(${id}, ${hasil}, ${alasan}, null, ${kalimat})`;
    const admins = (answer: Answer) => answered("PERAN_TIDAK_BOLEH", { admin: answer });
    const broken = admins("P0001");
    await expectAnswers({
      [putuskan("0")]: admins("TRANSAKSI_TIDAK_ADA"),
      [putuskan(satu.transaksi, "'tunda'")]: broken,
      [putuskan(satu.transaksi, "null")]: broken,
      [putuskan(satu.transaksi, "'gagal'", "' '")]: broken,
      [putuskan(satu.transaksi, "'gagal'", "null")]: broken,
      [putuskan(satu.transaksi, "'gagal'", "'x'", "''")]: broken,
      [putuskan(satu.transaksi, "'gagal'", "'x'", "null")]: broken,
    });
  });

  test("one key is one message: the same again is that, another content or another person is a refusal", async () => {
    const { db, karyawan, admin } = fixture;
    const write = (text: string, direction = "out") =>
      `select ulangan from app.tulis_pesan(${chats.milik}, '${direction}', '${text}', 'satu', '${text} ${direction}', 'text', null, null, null, null, null)`;
    const own = asPerson(db, karyawan);
    expect([await own(write("Baik")), await own(write("Baik"))]).toEqual([
      [{ ulangan: false }],
      [{ ulangan: true }],
    ]);
    expect(await own(write("Lain"))).toBe("PT409");
    expect(await own(write("Baik", "note"))).toBe("PT409");
    expect(await asPerson(db, admin)(write("Baik"))).toBe("PT409");
    const rows = await own(`select text from messages where client_key = 'satu'`);
    expect(rows).toEqual([{ text: "Baik" }]);
  });

  test("a chat that is deleted takes its messages along, and their files are swept away", async () => {
    const { db, admin } = fixture;
    const files = await db.neon.asOwner("select baris::text from messages where chat_id = $1 order by 1", [
      chats.orangLain,
    ]);
    const ask = asPerson(db, admin);
    expect(await ask(`delete from chats where id = ${chats.orangLain} returning 1 as n`)).toHaveLength(1);
    expect(await ask(`select 1 from messages where chat_id = ${chats.orangLain}`)).toEqual([]);
    const thrown = await db.neon.asOwner(
      "select baris from berkas_terbuang where baris = any ($1) order by 1",
      [`{${files.map(({ baris }) => baris).join(",")}}`],
    );
    expect(files).toHaveLength(3);
    expect(thrown).toEqual(files);
    const noted = await db.neon.asOwner(
      "select aksi, pelaku from audit where sasaran_tabel = 'chats' and sasaran_id = $1 and aksi = 'chats.hapus'",
      [chats.orangLain],
    );
    expect(noted).toEqual([{ aksi: "chats.hapus", pelaku: `akun:${admin.id}` }]);
  });

  test("nothing of what people write is in the audit", async () => {
    const { db, karyawan } = fixture;
    const secret = "rahasia-sekali-dari-pelanggan";
    const write = `select * from app.tulis_pesan(${chats.milik}, 'out', '${secret}', '${secret}', 'h', 'text', null, null, null, null, null)`;
    expect(await asPerson(db, karyawan)(write)).toHaveLength(1);
    const masuk = `select * from app.terima_pesan('${CHATS.milik}', '${secret}', '${secret}', 'text', '${secret}', null, null, null, 'AGENT', 'AGENT', '[]')`;
    expect(await asService(db)(masuk)).toHaveLength(1);
    const shown = await db.neon.asOwner("select aksi from audit a where a::text ~ $1", [secret]);
    expect(shown).toEqual([]);
  });
});
