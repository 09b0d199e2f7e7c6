import type { Row } from "./matrix-amancair.ts";

/** Rows of the matrix that several operations share. */
interface Rows {
  staff: (success: string) => Row;
  admins: (success: string) => Row;
  /** Tokens are not looked at. */
  whoever: (answer: string) => Row;
}

/**
 * The rows of WhatsApp. Chats are for staff: customers and resellers have no door to them. What the bot says, and what is
 * deleted, is an admin's. Whapi shows its secret, and the queue signs; neither is a person's to do.
 */
export function whatsappTable({ staff, admins, whoever }: Rows): Record<string, Row> {
  const whapi = whoever("401 rahasia-salah");
  return {
    webhookWhapi: whapi,
    webhookWhapiMessages: whapi,
    webhookWhapiStatuses: whapi,
    antreanWhatsapp: whoever("401 tanda-tangan-salah"),

    semuaChat: staff("200"),
    satuChat: staff("200"),
    aturChat: staff("200"),
    hapusChat: admins("204"),
    pesanChat: staff("200"),
    kirimPesan: staff("201"),
    kirimBerkasChat: staff("201"),
    berkasPesan: staff("200"),

    pengaturanBot: staff("200"),
    aturBot: admins("200"),
    semuaBalasanCepat: staff("200"),
    tambahBalasanCepat: admins("201"),
    ubahBalasanCepat: admins("200"),
    hapusBalasanCepat: admins("204"),
  };
}
