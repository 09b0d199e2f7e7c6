import type { TestDatabase } from "./engines.ts";
import { answered, type Answer } from "./rls-amancair-fixture.ts";
import type { Fixture } from "./rls-fixture.ts";

const NO = "42501";

/** How many chats and messages each of the staff sees: its own and nobody's, an admin all. */
export const CHATS_SEEN = {
  karyawan: { chats: 2, messages: 3 },
  karyawanLain: { chats: 2, messages: 4 },
  admin: { chats: 3, messages: 6 },
};

/** Numbers of the chats: of nobody, of `karyawan` and of `karyawanLain`. */
export const CHATS = { siapaSaja: "628110000001", milik: "628110000002", orangLain: "628110000003" };

/** A chat of nobody with one message, one of `karyawan` with two, one of `karyawanLain` with three; a quick reply. */
export async function fillChats({ db, karyawan, karyawanLain }: Fixture): Promise<void> {
  await db.neon.asOwner(`do $isi$
    declare c bigint; m bigint; v record;
    begin
      for v in select * from (values ('${CHATS.siapaSaja}', null, 1), ('${CHATS.milik}', ${karyawan.id}, 2),
          ('${CHATS.orangLain}', ${karyawanLain.id}, 3)) t (nomor, petugas, banyak) loop
        insert into chats (wa_id, name, mode, assigned_to, created_at) values (v.nomor, 'Budi', 'AGENT', v.petugas, now())
          returning id into c;
        for i in 1..v.banyak loop
          insert into messages (chat_id, direction, sender, type, text, status, created_at, baris, kunci, mime_type, file_size)
            values (c, 'in', 'customer', 'image', 'Halo', 'received', now(), gen_random_uuid(), 'segel', 'image/png', 1)
            returning id into m;
        end loop;
        update chats set last_message_id = m where id = c;
      end loop;
      insert into quick_replies (shortcut, text) values ('jam', 'Setiap hari.');
    end $isi$`);
}

/** The id of a chat. */
export async function chatId({ neon }: TestDatabase, number: string): Promise<string> {
  const [row] = await neon.asOwner("select id from chats where wa_id = $1", [number]);
  return String(row?.["id"]);
}

const staff = (answer: Answer) => answered(0, { karyawan: answer, karyawanLain: answer, admin: answer });
const seen = (of: "chats" | "messages") =>
  answered(0, {
    karyawan: CHATS_SEEN.karyawan[of],
    karyawanLain: CHATS_SEEN.karyawanLain[of],
    admin: CHATS_SEEN.admin[of],
  });

/** What is written of some of them otherwise than through functions. */
export const FREE: Record<string, { ubah?: string[]; buat?: true; hapus?: true }> = {
  chats: { hapus: true },
  bot_settings: { ubah: ["menu", "info", "help", "agent_notice", "pause_notice", "pause_minutes"] },
  quick_replies: { ubah: ["shortcut", "text"], buat: true, hapus: true },
};

/** Who reads and writes which rows of WhatsApp's tables. None of the writes reads a column, but those that name a row. */
export const WHATSAPP: Record<string, (fixture: Fixture) => Promise<Record<string, Answer[]>>> = {
  chats: async ({ karyawanLain }) => ({
    "select 1 from chats": seen("chats"),
    "select 1 from chats where assigned_to is null": staff(1),
    [`select 1 from chats where assigned_to = ${karyawanLain.id}`]: answered(0, {
      karyawanLain: 1,
      admin: 1,
    }),
    "select 1 from chats for update": answered(NO),
    "delete from chats": answered(0, { admin: 3 }),
    "delete from chats where assigned_to is null": answered(0, { admin: 1 }),
  }),
  messages: async ({ db }) => ({
    "select 1 from messages": seen("messages"),
    [`select 1 from messages where chat_id = ${await chatId(db, CHATS.orangLain)}`]: answered(0, {
      karyawanLain: 3,
      admin: 3,
    }),
    [`select kunci from messages where chat_id = ${await chatId(db, CHATS.milik)}`]: answered(0, {
      karyawan: 2,
      admin: 2,
    }),
  }),
  bot_settings: async () => ({
    "select 1 from bot_settings": staff(1),
    ...Object.fromEntries(
      ["menu", "info", "help", "agent_notice", "pause_notice"].map((column) => [
        `update bot_settings set ${column} = 'x'`,
        answered(0, { admin: 1 }),
      ]),
    ),
    "update bot_settings set pause_minutes = null": answered(0, { admin: 1 }),
  }),
  quick_replies: async () => ({
    "select 1 from quick_replies": staff(1),
    "insert into quick_replies (shortcut, text) values ('lain', 'x')": answered(NO, { admin: 1 }),
    "update quick_replies set shortcut = 'x'": answered(0, { admin: 1 }),
    "update quick_replies set text = 'x'": answered(0, { admin: 1 }),
    "delete from quick_replies": answered(0, { admin: 1 }),
  }),
};
