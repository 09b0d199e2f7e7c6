import type { Neon } from "../dev/neon/server.ts";

/** What must hold of the books at any moment. Each query finds the rows that break it; none of them is code of the product. */
const INVARIANTS: Record<string, string> = {
  "entries of a journal sum to zero": `select jurnal_id from mutasi group by jurnal_id having sum(jumlah) <> 0`,
  "all entries sum to zero": `select sum(jumlah) from mutasi having sum(jumlah) <> 0`,
  "a balance is the sum of its entries": `
    select b.id, b.saldo from buku b left join mutasi m on m.buku_id = b.id
    where b.mitra_id is not null group by b.id having b.saldo <> coalesce(sum(m.jumlah), 0)`,
  "no balance is negative": `select id from buku where saldo < 0`,
  "each entry names the balance after it": `
    select * from (select id, saldo_sesudah, sum(jumlah) over (partition by buku_id order by id) as jumlah
      from mutasi where saldo_sesudah is not null) m where saldo_sesudah <> jumlah`,
  "held is the price of what is open": `
    select b.mitra_id from buku b left join transaksi t on t.mitra_id = b.mitra_id and t.status in ('pending', 'proses')
    where b.nama = 'ditahan' group by b.id having b.saldo <> coalesce(sum(t.harga), 0)`,
  "each purchase was held once": `
    select t.id from transaksi t left join jurnal j on j.transaksi_id = t.id and j.jenis = 'beli' group by t.id having count(j.id) <> 1`,
  "a success was settled once and not refunded": `
    select t.id from transaksi t left join jurnal j on j.transaksi_id = t.id and j.jenis <> 'beli'
    where t.status = 'sukses' group by t.id having array_agg(j.jenis::text) <> array['sukses']`,
  "a failure was refunded exactly once": `
    select t.id from transaksi t left join jurnal j on j.transaksi_id = t.id and j.jenis in ('gagal', 'kembali')
    where t.status = 'gagal' group by t.id having count(j.id) <> 1`,
  "what is open is not settled": `
    select t.id from transaksi t join jurnal j on j.transaksi_id = t.id and j.jenis <> 'beli' where t.status in ('pending', 'proses')`,
  "a top-up is one entry of kas and one of tersedia": `
    select j.id from jurnal j left join mutasi m on m.jurnal_id = j.id left join buku b on b.id = m.buku_id
    where j.jenis = 'isi_saldo' group by j.id
    having array_agg(b.nama::text || case when m.jumlah > 0 then '+' else '-' end order by b.nama::text)
      is distinct from array['kas-', 'tersedia+']`,
  "a top-up, and nothing else, names its admin and why": `
    select j.id from jurnal j left join akun a on a.id = j.akun_id
    where (j.jenis = 'isi_saldo') <> (a.id is not null) or (j.jenis = 'isi_saldo') <> (coalesce(j.keterangan, '') <> '')`,
  "a top-up is in the audit once, by whom the journal names": `
    select j.id from jurnal j
    left join audit a on a.aksi = 'saldo.isi' and a.rincian ->> 'jurnal' = j.id::text and a.pelaku = 'akun:' || j.akun_id
    where j.jenis = 'isi_saldo' group by j.id having count(a.id) <> 1`,
};

/** The invariants that do not hold, with the rows that break them. */
export async function brokenInvariants(neon: Neon): Promise<{ invariant: string; rows: unknown[] }[]> {
  const broken = [];
  for (const [invariant, query] of Object.entries(INVARIANTS)) {
    const rows = await neon.asOwner(query);
    if (rows.length > 0) broken.push({ invariant, rows });
  }
  return broken;
}

/** Purchases on which our books and the biller's own disagree; meant for a world at rest. */
export async function billerDisagreements(
  neon: Neon,
  book: { entries(): { refId: string; status: string }[]; executions(refId: string): number },
): Promise<{ transaksiId: number; problem: string }[]> {
  const attempts = await neon.asOwner(
    `select t.id, t.status, p.ref_id from percobaan p join transaksi t on t.id = p.transaksi_id`,
  );
  const delivered = new Set(
    book.entries().flatMap(({ refId, status }) => (status === "Sukses" ? [refId] : [])),
  );
  return attempts.flatMap(({ id, status, ref_id: refId }) => {
    const executions = book.executions(String(refId));
    const agrees = executions <= 1 && (status === "sukses") === delivered.has(String(refId));
    const problem = `${status} here; delivered by the biller: ${delivered.has(String(refId))}, executed ${executions} times`;
    return agrees ? [] : [{ transaksiId: Number(id), problem }];
  });
}
