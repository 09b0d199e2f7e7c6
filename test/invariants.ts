import type { Neon } from "../dev/neon/server.ts";

/** What must hold of the books at any moment. Each query finds the rows that break it; none of them is code of the product. */
const INVARIANTS: Record<string, string> = {
  "entries of a journal sum to zero": `select jurnal_id from mutasi group by jurnal_id having sum(jumlah) <> 0`,
  "all entries sum to zero": `select sum(jumlah) from mutasi having sum(jumlah) <> 0`,
  "a balance is the sum of its entries": `
    select b.id, b.saldo from buku b left join mutasi m on m.buku_id = b.id
    where num_nonnulls(b.mitra_id, b.loan_id) > 0 group by b.id having b.saldo is distinct from coalesce(sum(m.jumlah), 0)`,
  "no balance of a mitra is negative, and none of a loan positive": `
    select id from buku where case when loan_id is null then saldo < 0 else saldo > 0 end`,
  "each entry names the balance after it": `
    select * from (select id, saldo_sesudah, sum(jumlah) over (partition by buku_id order by id) as jumlah
      from mutasi where saldo_sesudah is not null) m where saldo_sesudah <> jumlah`,
  "each entry of a book with a balance names one, and no other does": `
    select m.id from mutasi m join buku b on b.id = m.buku_id where (b.saldo is null) <> (m.saldo_sesudah is null)`,
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
  "a top-up and what moves a loan, and nothing else but a deposit, name their admin; a top-up also why": `
    select j.id from jurnal j left join akun a on a.id = j.akun_id
    where j.jenis <> 'deposit' and ((j.jenis in ('isi_saldo', 'cair', 'batal_cair', 'angsuran')) <> (a.id is not null)
      or case when j.jenis = 'isi_saldo' then coalesce(j.keterangan, '') = ''
        when j.jenis in ('batal_cair', 'angsuran') then j.keterangan = '' else j.keterangan is not null end)`,
  "a top-up is in the audit once, by whom the journal names": `
    select j.id from jurnal j
    left join audit a on a.aksi = 'saldo.isi' and a.rincian ->> 'jurnal' = j.id::text and a.pelaku = 'akun:' || j.akun_id
    where j.jenis = 'isi_saldo' group by j.id having count(a.id) <> 1`,
  "a deposit that is paid has one journal, of its total from kas into its mitra's tersedia, and no other journal is of deposits": `
    select d.id as deposit, j.id as jurnal from (select * from deposit where status = 'lunas') d
      full join (select * from jurnal where jenis = 'deposit') j on j.id = d.jurnal_id and j.kunci = 'deposit:' || d.id
      left join lateral (select array_agg(b.nama::text || m.jumlah order by b.nama::text) as entri, max(b.mitra_id) as mitra
        from mutasi m join buku b on b.id = m.buku_id where m.jurnal_id = j.id) e on true
    where e.entri is distinct from array['kas' || -d.total, 'tersedia' || d.total]
      or e.mitra is distinct from d.mitra_id or j.akun_id is distinct from d.akun_id or j.keterangan = ''`,
  "a deposit that an admin confirmed is in the audit once, by that admin; no other is": `
    select d.id from deposit d
    left join audit a on a.aksi = 'deposit.konfirmasi' and a.sasaran_id = d.id::text and a.pelaku = 'akun:' || d.akun_id
      and a.rincian ->> 'jurnal' = d.jurnal_id::text
    group by d.id having count(a.id) <> (d.akun_id is not null)::int`,
  "what the bank told paid a ticket of that very sum, which is paid": `
    select m.id from mutasi_bank m join deposit d on d.id = m.deposit_id where d.status <> 'lunas' or d.total <> m.jumlah`,
  "a journal names the mitra whose books it moves": `
    select j.id from jurnal j left join mutasi m on m.jurnal_id = j.id left join buku b on b.id = m.buku_id
    group by j.id having max(b.mitra_id) is distinct from j.mitra_id or min(b.mitra_id) is distinct from j.mitra_id`,
  "an entry is of its journal's kind, and not before it": `
    select m.id from mutasi m join jurnal j on j.id = m.jurnal_id where m.jenis <> j.jenis or m.waktu < j.dibuat_pada`,
  "in a book with a balance ids and times have one order": `
    select id from (select id, waktu, lag(waktu) over (partition by buku_id order by id) as sebelumnya
      from mutasi where saldo_sesudah is not null) m where waktu < sebelumnya`,
  "a repayment is in the audit once, by whom the journal names": `
    select j.id from jurnal j
    left join audit a on a.aksi = 'loan_applications.bayar' and a.rincian ->> 'jurnal' = j.id::text and a.pelaku = 'akun:' || j.akun_id
    where j.jenis = 'angsuran' group by j.id having count(a.id) <> 1`,
  "only what moves a loan names one, and moves that one's principal": `
    select j.id from jurnal j left join mutasi m on m.jurnal_id = j.id left join buku b on b.id = m.buku_id and b.nama = 'pokok'
    where (j.jenis in ('cair', 'batal_cair', 'angsuran')) <> (j.loan_id is not null) or b.loan_id <> j.loan_id`,
  "a loan's principal is what its schedule leaves, and nothing unless it is paid out": `
    select l.id from loan_applications l left join buku b on b.loan_id = l.id
      left join lateral (select sum(principal - principal_paid) as sisa from loan_instalments where loan_id = l.id) i on true
    where case when l.status in ('disbursed', 'active') then b.saldo is distinct from -i.sisa else coalesce(b.saldo, 0) <> 0 end`,
  "a loan that was paid out has as many instalments as months, which sum to its amount; no other has any": `
    select l.id from loan_applications l left join loan_instalments i on i.loan_id = l.id group by l.id
    having case when l.status in ('disbursed', 'active', 'closed')
      then count(i.number) <> l.term_months or sum(i.principal) <> l.amount else count(i.number) <> 0 end`,
  "a closed loan is paid, an active one is not": `
    select l.id from loan_applications l join loan_instalments i on i.loan_id = l.id group by l.id
    having (l.status = 'closed') <> (sum(i.principal + i.interest - i.principal_paid - i.interest_paid) = 0)`,
  "what was paid of a loan is what its repayments brought, interest and principal": `
    select l.id from loan_applications l
      left join lateral (select coalesce(sum(interest_paid), 0) as bunga, coalesce(sum(principal_paid), 0) as pokok
        from loan_instalments where loan_id = l.id) i on true
      left join lateral (select coalesce(sum(m.jumlah) filter (where b.nama = 'pendapatan'), 0) as bunga,
          coalesce(sum(m.jumlah) filter (where b.nama = 'pokok'), 0) as pokok, coalesce(sum(m.jumlah) filter (where b.nama = 'kas'), 0) as kas
        from jurnal j join mutasi m on m.jurnal_id = j.id join buku b on b.id = m.buku_id
        where j.loan_id = l.id and j.jenis = 'angsuran') d on true
    where d.bunga <> i.bunga or d.pokok <> i.pokok or d.kas <> -i.bunga - i.pokok`,
  "instalments are paid in their order, interest first": `
    select i.loan_id from loan_instalments i join loan_instalments n on n.loan_id = i.loan_id and n.number = i.number + 1
    where (i.principal_paid < i.principal or i.interest_paid < i.interest) and n.principal_paid + n.interest_paid > 0
    union all select loan_id from loan_instalments where principal_paid > 0 and interest_paid < interest`,
  "a loan that was paid out has one more cair than batal_cair, any other as many": `
    select l.id from loan_applications l left join jurnal j on j.loan_id = l.id group by l.id
    having count(*) filter (where j.jenis = 'cair') - count(*) filter (where j.jenis = 'batal_cair')
      <> case when l.status in ('disbursed', 'active', 'closed') then 1 else 0 end`,
  "each cair and batal_cair moves the whole amount between kas and pokok": `
    select j.id from jurnal j join loan_applications l on l.id = j.loan_id
      left join mutasi m on m.jurnal_id = j.id left join buku b on b.id = m.buku_id
    where j.jenis in ('cair', 'batal_cair') group by j.id, l.amount
    having array_agg(b.nama::text || m.jumlah * case when j.jenis = 'cair' then 1 else -1 end order by b.nama::text)
      is distinct from array['kas' || l.amount, 'pokok' || -l.amount]`,
  "a loan was decided by whom its status says, and not by its own customer": `
    select l.id from loan_applications l left join nasabah n on n.id = l.user_id
    where (l.status in ('submitted', 'review')) <> (l.decision_at is null)
      or (l.status in ('approved', 'rejected', 'disbursed', 'active', 'closed') and l.decided_by is null)
      or (l.status = 'submitted') and l.officer_id is not null or l.first_approver_id = l.decided_by and l.status <> 'rejected'
      or n.akun_id in (l.officer_id, l.decided_by, l.first_approver_id)`,
  "what is charged for a loan is within the rule of the day it was paid out": `
    select l.id from loan_applications l
      join lateral (select sum(interest) as bunga, max(due_on) - (l.disbursed_at at time zone 'Asia/Jakarta')::date as hari
        from loan_instalments where loan_id = l.id) i on true
      cross join lateral app.aturan_pinjaman((l.disbursed_at at time zone 'Asia/Jakarta')::date, l.term_months) a
    where l.status in ('disbursed', 'active', 'closed') and (l.daily_rate_ppm > a.daily_rate_cap_ppm
      or i.bunga > l.amount * a.total_cap_percent::numeric / 100 or i.bunga > l.amount::numeric * l.daily_rate_ppm * i.hari / 1000000)`,
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
