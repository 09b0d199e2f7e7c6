import type { FC } from "hono/jsx";
import type { TransaksiStaf } from "../../ppob/transaksi/transaksi.ts";
import { ALAMAT, alamatSatu } from "../alamat.ts";
import { Lencana, type Nada, type Pelihat } from "../kerangka/kerangka.ts";

type Status = TransaksiStaf["status"];

export const NAMA_STATUS: Record<Status, string> = {
  pending: "Pending",
  proses: "Proses",
  sukses: "Sukses",
  gagal: "Gagal",
};

const NADA: Record<Status, Nada> = { pending: "tunggu", proses: "tunggu", sukses: "baik", gagal: "buruk" };

/** The state of a purchase. */
export const LencanaStatus: FC<{ status: Status }> = ({ status }) => (
  <Lencana nada={NADA[status]}>{NAMA_STATUS[status]}</Lencana>
);

/** Whether a purchase may still become anything. */
export function masihTerbuka({ status }: TransaksiStaf): boolean {
  return status === "pending" || status === "proses";
}

/** Whose purchase it is; only admins know mitra by name, and may look at them. */
export const Pembeli: FC<{ transaksi: TransaksiStaf; pelihat: Pelihat }> = ({ transaksi, pelihat }) => {
  const { mitraId, namaMitra } = transaksi;
  if (pelihat.peran !== "admin") return <>Mitra #{mitraId}</>;
  return <a href={alamatSatu(ALAMAT.satuMitra, mitraId)}>{namaMitra ?? `Mitra #${mitraId}`}</a>;
};
