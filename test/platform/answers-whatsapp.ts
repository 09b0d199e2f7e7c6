import type { World } from "../harness.ts";
import type { Provoke } from "./answers-direktori.ts";
import { multipartOf } from "./request-sample.ts";
import { fotoChat, makeChat } from "./samples-whatsapp.ts";
import { newKey, rebuilt, sampleOf, send } from "./samples.ts";

const NOBODYS = String(Number.MAX_SAFE_INTEGER);

/** How WhatsApp is got to answer what it documents; as in every-answer.test.ts. */
export function whatsappAnswers(world: World): {
  GENERIC: Record<string, Provoke>;
  OWN: Record<string, Record<string, Provoke>>;
} {
  const nobodys: Provoke = async (operation) =>
    await send(world, await sampleOf(world, operation), { path: operation.path.replace("{id}", NOBODYS) });

  /** The valid request under a key, and then another one under the same key. */
  const otherUnderKey =
    (body: string | Uint8Array<ArrayBuffer>): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      const headers = { "idempotency-key": newKey() };
      await send(world, sample, { headers });
      return await send(world, sample, { headers, body });
    };

  /** The valid request with a shortcut that another quick reply has. */
  const takenShortcut: Provoke = async (operation) => {
    const other = await sampleOf(world, { ...operation, id: "tambahBalasanCepat" });
    await send(world, other);
    const sample = await sampleOf(world, operation);
    const body = { ...sample.body, shortcut: other.body?.["shortcut"] };
    return await send(world, sample, { body: JSON.stringify(body) });
  };

  /** The valid request, while WhatsApp answers the code's message like this. */
  const sendingIs =
    (status: number): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      await world.idle();
      world.cloud.whapi.faults.always({ kind: "answer", status, body: "{}" });
      return await send(world, sample, { body: `{"id":"1","channel":"whatsapp","to":"0812-3456-789"}` });
    };

  const withForm =
    (...parts: Parameters<typeof multipartOf>[0]): Provoke =>
    async (operation) =>
      await send(world, await sampleOf(world, operation), { body: multipartOf(parts) });

  const unreadable: Record<string, Provoke> = {
    RAHASIA_SALAH: async (operation) => {
      const config = { ...world.deps.config };
      const house = rebuilt(world, {
        config: { ...config, whapi: { ...config.whapi, webhookSecret: newKey() } },
      });
      return await send(house, await sampleOf(world, operation));
    },
    VALIDASI_GAGAL: async (operation) =>
      await send(world, await sampleOf(world, operation), { body: `{"messages":"x","statuses":{}}` }),
  };

  const GENERIC: Record<string, Provoke> = {
    CHAT_TIDAK_ADA: nobodys,
    BALASAN_CEPAT_TIDAK_ADA: nobodys,
    SINGKATAN_DIPAKAI: takenShortcut,
  };
  const OWN: Record<string, Record<string, Provoke>> = {
    webhookWhapi: unreadable,
    webhookWhapiMessages: unreadable,
    webhookWhapiStatuses: unreadable,
    aturChat: {
      PETUGAS_TIDAK_DIKENAL: async (operation) =>
        await send(world, await sampleOf(world, operation), { body: `{"assigned_to":${NOBODYS}}` }),
      JEDA_SUDAH_LEWAT: async (operation) =>
        await send(world, await sampleOf(world, operation), {
          body: `{"mode":"PAUSE","resume_at":"2000-01-01T00:00:00Z"}`,
        }),
    },
    kirimPesan: { KUNCI_DIPAKAI: otherUnderKey(`{"text":"Lain"}`) },
    kirimBerkasChat: {
      KUNCI_DIPAKAI: otherUnderKey(multipartOf([fotoChat(), { name: "text", value: "Lain" }])),
      BERKAS_DITOLAK: withForm({ ...fotoChat(), value: "teks biasa" }),
    },
    berkasPesan: {
      // A message without a file.
      BERKAS_PESAN_TIDAK_ADA: async (operation) => {
        const { id } = await makeChat(world);
        const [row] = await world.cloud.neon.asOwner("select id from messages where chat_id = $1", [id]);
        return await send(world, await sampleOf(world, operation), {
          path: `/chats/${id}/messages/${row?.["id"]}/file`,
        });
      },
    },
    terbitkanOtp: { NOMOR_TANPA_WHATSAPP: sendingIs(400) },
  };
  return { GENERIC, OWN };
}
