-- Loans: who may see and change them, and the money they move. A loan changes only through these functions; which statuses
-- a deed may start from, p_dari, is the map of src/amancair/loan-applications/status.ts.

create index jurnal_loan on jurnal (loan_id, id) where loan_id is not null;
--> statement-breakpoint
-- A journal may name the loan it is of, whose book keeps its balance as those of a mitra do.
drop function app.catat_jurnal(text, jenis_jurnal, bigint, bigint[], bigint[], bigint, text);
--> statement-breakpoint
-- Writes one journal: p_jumlah[i] rupiah into book p_buku[i]. A second journal with the same key is a unique violation.
-- Books are locked in the order of their ids, so two journals never wait for each other in a circle.
create function app.catat_jurnal(
  p_kunci text, p_jenis jenis_jurnal, p_transaksi bigint, p_buku bigint[], p_jumlah bigint[],
  p_akun bigint default null, p_keterangan text default null, p_loan bigint default null
) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_jurnal bigint;
  v_saldo bigint;
  v_entri record;
begin
  if (select sum(j) from unnest(p_jumlah) j) is distinct from 0 then
    raise exception 'jurnal % tidak seimbang', p_kunci;
  end if;
  insert into jurnal (kunci, jenis, transaksi_id, loan_id, akun_id, keterangan, dibuat_pada)
    values (p_kunci, p_jenis, p_transaksi, p_loan, p_akun, p_keterangan, app.jam()) returning id into v_jurnal;
  for v_entri in
    select e.buku, sum(e.jumlah)::bigint as jumlah from unnest(p_buku, p_jumlah) as e(buku, jumlah)
    group by e.buku having sum(e.jumlah) <> 0 order by e.buku
  loop
    update buku set saldo = saldo + v_entri.jumlah
      where id = v_entri.buku and saldo is not null returning saldo into v_saldo;
    insert into mutasi (jurnal_id, buku_id, jumlah, saldo_sesudah)
      values (v_jurnal, v_entri.buku, v_entri.jumlah, case when found then v_saldo end);
  end loop;
  return v_jurnal;
end $$;
--> statement-breakpoint
-- Today where the customers are.
create function app.hari_ini() returns date
language sql stable set search_path = pg_catalog, pg_temp as $$
  select (app.jam() at time zone 'Asia/Jakarta')::date
$$;
--> statement-breakpoint
insert into loan_rules (valid_from, max_term_months, daily_rate_cap_ppm, total_cap_percent, min_amount, max_amount,
    second_person_above, max_dti_percent)
  values ('2025-01-01', 6, 3000, 100, 500000, 20000000, 10000000, 30), ('2025-01-01', 12, 2000, 100, 500000, 20000000, 10000000, 30);
--> statement-breakpoint
-- Trigger: rules are made for days to come, today among them. What was in force stays as it was.
create function app.tuntut_aturan_depan() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.valid_from < app.hari_ini() then raise exception 'ATURAN_SUDAH_LEWAT' using errcode = 'PT422'; end if;
  return new;
end $$;
--> statement-breakpoint
create trigger loan_rules_depan before insert on loan_rules for each row execute function app.tuntut_aturan_depan();
--> statement-breakpoint
-- The rule for a loan of p_tenor months on a day, as `ruleFor` of schedule.ts finds it; all null when there is none.
create function app.aturan_pinjaman(p_hari date, p_tenor integer) returns loan_rules
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select * from loan_rules
  where valid_from = (select max(valid_from) from loan_rules where valid_from <= p_hari) and max_term_months >= p_tenor
  order by max_term_months limit 1
$$;
--> statement-breakpoint
create function app.boleh_lihat_pinjaman(p_user bigint) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(app.peran() = 'admin' or p_user = app.nasabah_id() or p_user in (select app.berkas_petugas()), false)
$$;
--> statement-breakpoint
-- A loan that the caller may see and that is in one of p_dari. It stays as it is until the transaction ends.
create function app.kunci_pinjaman(p_id bigint, p_dari text[]) returns loan_applications
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_loan loan_applications;
begin
  select * into v_loan from loan_applications where id = p_id
    and (app.boleh_lihat_pinjaman(user_id) or (app.adalah_staf() and officer_id = app.akun_id())) for no key update;
  if not found then raise exception 'PINJAMAN_TIDAK_ADA' using errcode = 'PT404'; end if;
  if (v_loan.status = any (p_dari)) is not true then raise exception 'STATUS_TIDAK_COCOK' using errcode = 'PT409'; end if;
  return v_loan;
end $$;
--> statement-breakpoint
-- Nobody of the staff has a hand in a loan of its own: accounts change their roles, and files stay theirs.
create function app.tolak_pinjaman_sendiri(p_user bigint, p_akun bigint) returns void
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from nasabah where id = p_user and akun_id = p_akun) then
    raise exception 'PINJAMAN_SENDIRI' using errcode = 'PT403';
  end if;
end $$;
--> statement-breakpoint
-- Applies for a loan, a nasabah for itself.
create function app.ajukan_pinjaman(p_user bigint, p_nomor text, p_jumlah bigint, p_tenor integer, p_keperluan text)
returns setof loan_applications
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_user bigint;
  v_aturan loan_rules;
begin
  select b.id into v_user from app.tuntut_berkas(p_user) b;
  -- Two applications of one customer at once wait for each other here. Not for the customer's row: both hold that already.
  perform pg_advisory_xact_lock(hashtextextended('loan_applications', v_user));
  v_aturan := app.aturan_pinjaman(app.hari_ini(), p_tenor);
  if v_aturan.id is null then raise exception 'TENOR_DI_LUAR_ATURAN' using errcode = 'PT422'; end if;
  if (p_jumlah between v_aturan.min_amount and v_aturan.max_amount) is not true then
    raise exception 'JUMLAH_DI_LUAR_ATURAN' using errcode = 'PT422';
  end if;
  if not exists (select from consents where user_id = v_user and purpose = 'credit_assessment' and withdrawn_at is null) then
    raise exception 'BELUM_SETUJU' using errcode = 'PT409';
  end if;
  if exists (select from loan_applications where user_id = v_user and status in ('submitted', 'review', 'approved')) then
    raise exception 'MASIH_ADA_PERMOHONAN' using errcode = 'PT409';
  end if;
  if exists (select from privacy_requests where user_id = v_user and kind = 'erasure' and status = 'received') then
    raise exception 'PENGHAPUSAN_DIMINTA' using errcode = 'PT409';
  end if;
  return query
    insert into loan_applications (user_id, application_no, amount, term_months, purpose)
      values (v_user, p_nomor, p_jumlah, p_tenor, p_keperluan)
      on conflict (application_no) do nothing returning *;
  -- Once in a blue moon: asked again, it gets another number.
  if not found then raise exception 'the number is taken' using errcode = '40001'; end if;
end $$;
--> statement-breakpoint
-- Takes a loan up for review: whoever calls, or for admins p_petugas, also of one that somebody reviews already.
create function app.tinjau_pinjaman(p_id bigint, p_petugas bigint, p_dari text[]) returns setof loan_applications
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_petugas bigint := coalesce(p_petugas, app.akun_id());
  v_loan loan_applications;
begin
  perform app.tuntut_peran('{admin,karyawan}');
  if app.peran() <> 'admin' and v_petugas <> app.akun_id() then
    raise exception 'PERAN_TIDAK_BOLEH' using errcode = 'PT403';
  end if;
  v_loan := app.kunci_pinjaman(p_id, case when app.peran() = 'admin' and p_petugas is not null then p_dari || 'review'::text else p_dari end);
  if not exists (select from akun where id = v_petugas and aktif and peran in ('admin', 'karyawan')) then
    raise exception 'PENINJAU_TIDAK_DIKENAL' using errcode = 'PT422';
  end if;
  perform app.tolak_pinjaman_sendiri(v_loan.user_id, v_petugas);
  perform app.tolak_pinjaman_sendiri(v_loan.user_id, app.akun_id());
  return query update loan_applications set status = 'review', officer_id = v_petugas where id = p_id returning *;
end $$;
--> statement-breakpoint
-- Takes an application back: its nasabah, or an admin.
create function app.tarik_pinjaman(p_id bigint, p_dari text[]) returns setof loan_applications
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.tuntut_peran('{admin,nasabah}');
  perform app.kunci_pinjaman(p_id, p_dari);
  return query update loan_applications set status = 'withdrawn', decision_at = app.jam() where id = p_id returning *;
end $$;
--> statement-breakpoint
-- A loan about which the caller may decide: its officer, an admin, or after a first approval anybody else of the staff.
create function app.tuntut_pemutus(p_id bigint, p_setuju boolean, p_dari text[]) returns setof loan_applications
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_loan loan_applications;
begin
  perform app.tuntut_peran('{admin,karyawan}');
  v_loan := app.kunci_pinjaman(p_id, p_dari);
  perform app.tolak_pinjaman_sendiri(v_loan.user_id, app.akun_id());
  if app.peran() <> 'admin' and v_loan.officer_id is distinct from app.akun_id() and v_loan.first_approver_id is null then
    raise exception 'BUKAN_PENINJAUNYA' using errcode = 'PT403';
  end if;
  if p_setuju and v_loan.first_approver_id = app.akun_id() then
    raise exception 'BUTUH_ORANG_KEDUA' using errcode = 'PT409';
  end if;
  return next v_loan;
end $$;
--> statement-breakpoint
-- Approves at p_bunga, or turns down. Above what the rule in force leaves to one person, the first approval only says
-- whose it was and what at most it was for. p_nik: a person has looked at the NIK that looks odd. p_dilihat: the version
-- (xmin) of the customer's row that was weighed.
create function app.putuskan_pinjaman(
  p_id bigint, p_setuju boolean, p_catatan text, p_bunga integer, p_nik boolean, p_dilihat text, p_dari text[]
) returns setof loan_applications
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_loan loan_applications;
  v_aturan loan_rules;
  v_flag text;
  v_pertama boolean := false;
begin
  select * into v_loan from app.tuntut_pemutus(p_id, p_setuju, p_dari);
  if p_setuju then
    v_aturan := app.aturan_pinjaman(app.hari_ini(), v_loan.term_months);
    if (v_loan.amount between v_aturan.min_amount and v_aturan.max_amount) is not true then
      raise exception 'PINJAMAN_DI_LUAR_ATURAN' using errcode = 'PT409';
    end if;
    if (p_bunga between 0 and least(v_aturan.daily_rate_cap_ppm, v_loan.daily_rate_ppm)) is not true then
      raise exception 'BUNGA_DI_ATAS_BATAS' using errcode = 'PT422';
    end if;
    -- With what the customer owes already: many small loans are a large one.
    v_pertama := v_loan.first_approver_id is null and v_loan.amount + (
        select coalesce(sum(case l.status when 'approved' then l.amount else -b.saldo end), 0)
        from loan_applications l left join buku b on b.loan_id = l.id
        where l.user_id = v_loan.user_id and l.id <> p_id and l.status in ('approved', 'disbursed', 'active')
      ) > v_aturan.second_person_above;
    -- Weighed in the roundtrip before. Who the customer is, stays from here on.
    select nik_flag into v_flag from nasabah where id = v_loan.user_id and xmin::text = p_dilihat for share;
    if not found or (v_flag is not null and p_nik is not true)
      or (select count(*) from consents where user_id = v_loan.user_id and purpose in ('credit_assessment', 'kyc')
        and withdrawn_at is null) < 2 then
      raise exception 'KYC_BELUM_LENGKAP' using errcode = 'PT409';
    end if;
    if p_nik and v_flag is not null then
      perform app.catat_audit('nasabah.nik_diperiksa', 'nasabah', v_loan.user_id::text,
        jsonb_build_object('nik_flag', v_flag, 'pinjaman', p_id), v_loan.user_id);
    end if;
  end if;
  return query
    update loan_applications set
      status = case when v_pertama then status when p_setuju then 'approved' else 'rejected' end,
      first_approver_id = case when v_pertama then app.akun_id() else first_approver_id end,
      decided_by = case when v_pertama then null else app.akun_id() end,
      decision_at = case when v_pertama then null else app.jam() end,
      decision_note = concat_ws(E'\n', decision_note, p_catatan),
      daily_rate_ppm = case when p_setuju then p_bunga end
    where id = p_id returning *;
end $$;
--> statement-breakpoint
-- For admins: an approved loan, and an account of its customer's that money may go to.
create function app.tuntut_pencairan(p_id bigint, p_rekening bigint, p_dari text[]) returns setof loan_applications
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_loan loan_applications;
begin
  perform app.tuntut_peran('{admin}');
  v_loan := app.kunci_pinjaman(p_id, p_dari);
  perform app.tolak_pinjaman_sendiri(v_loan.user_id, app.akun_id());
  -- It stays verified until the money is on its way.
  perform from bank_accounts where id = p_rekening and user_id = v_loan.user_id and verified for share;
  if not found then raise exception 'REKENING_TIDAK_SAH' using errcode = 'PT409'; end if;
  return next v_loan;
end $$;
--> statement-breakpoint
-- Sends the money out, on p_hari, which is today, at p_bunga, and writes down when it comes back. The bank's word follows.
create function app.cairkan_pinjaman(
  p_id bigint, p_rekening bigint, p_hari date, p_bunga integer, p_tempo date[], p_pokok bigint[], p_bunganya bigint[], p_dari text[]
) returns setof loan_applications
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_loan loan_applications;
  v_aturan loan_rules;
  v_buku bigint;
begin
  select * into v_loan from app.tuntut_pencairan(p_id, p_rekening, p_dari);
  -- Planned before midnight, done after it: it is planned again.
  if p_hari is distinct from app.hari_ini() then raise exception 'the day is over' using errcode = '40001'; end if;
  v_aturan := app.aturan_pinjaman(p_hari, v_loan.term_months);
  if (v_loan.amount between v_aturan.min_amount and v_aturan.max_amount) is not true then
    raise exception 'PINJAMAN_DI_LUAR_ATURAN' using errcode = 'PT409';
  end if;
  if (p_bunga between 0 and least(v_loan.daily_rate_ppm, v_aturan.daily_rate_cap_ppm)) is not true or (
    select count(*) = v_loan.term_months and sum(pokok) = v_loan.amount and min(pokok) >= 0 and min(bunga) >= 0
      and sum(bunga) <= trunc(v_loan.amount * v_aturan.total_cap_percent::numeric / 100)
      and sum(bunga) <= trunc(v_loan.amount::numeric * p_bunga * (max(tempo) - p_hari) / 1000000)
      and bool_and(tempo = (p_hari + make_interval(months => bulan::integer))::date)
    from unnest(p_tempo, p_pokok, p_bunganya) with ordinality as a(tempo, pokok, bunga, bulan)
  ) is not true then
    raise exception 'the schedule of loan % is not what it costs', p_id;
  end if;
  insert into loan_instalments (loan_id, number, due_on, principal, interest, principal_paid, interest_paid)
    select p_id, bulan, tempo, pokok, bunga, 0, 0
    from unnest(p_tempo, p_pokok, p_bunganya) with ordinality as a(tempo, pokok, bunga, bulan);
  insert into buku (loan_id, nama, saldo) values (p_id, 'pokok', 0) on conflict (loan_id) do nothing;
  select id into strict v_buku from buku where loan_id = p_id;
  perform app.catat_jurnal('cair:' || p_id || ':' || 1 + (select count(*) from jurnal where loan_id = p_id and jenis = 'cair'),
    'cair', null, array[v_buku, app.buku_rumah('kas')], array[-v_loan.amount, v_loan.amount], app.akun_id(), null, p_id);
  return query
    update loan_applications set status = 'disbursed', bank_account_id = p_rekening, disbursed_at = app.jam(), daily_rate_ppm = p_bunga,
      transfer_reference = null
    where id = p_id returning *;
end $$;
--> statement-breakpoint
-- For admins: what the bank says of the transfer. One that failed is taken back: the approval stands, and may be paid out again.
create function app.catat_pencairan(p_id bigint, p_sampai boolean, p_referensi text, p_dari text[]) returns setof loan_applications
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_loan loan_applications;
begin
  perform app.tuntut_peran('{admin}');
  v_loan := app.kunci_pinjaman(p_id, p_dari);
  perform app.tolak_pinjaman_sendiri(v_loan.user_id, app.akun_id());
  if p_sampai then
    return query
      update loan_applications set status = 'active', transfer_reference = p_referensi, activated_at = app.jam()
      where id = p_id returning *;
    return;
  end if;
  perform app.catat_jurnal('batal_cair:' || p_id || ':' || (select count(*) from jurnal where loan_id = p_id and jenis = 'cair'),
    'batal_cair', null, array[(select id from buku where loan_id = p_id), app.buku_rumah('kas')],
    array[v_loan.amount, -v_loan.amount], app.akun_id(), p_referensi, p_id);
  delete from loan_instalments where loan_id = p_id;
  return query
    update loan_applications set status = 'approved', bank_account_id = null, disbursed_at = null,
      transfer_reference = p_referensi
    where id = p_id returning *;
end $$;
--> statement-breakpoint
-- Repayments of a loan, newest first, before id p_sebelum if given; only p_jurnal if given.
create function app.baca_angsuran(p_id bigint, p_jurnal bigint, p_batas integer, p_sebelum bigint)
returns table (
  id bigint, loan_id bigint, amount bigint, principal bigint, interest bigint, outstanding_principal bigint,
  key text, note text, received_at timestamptz
)
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  return query
    select a.* from (
      select j.id, l.id as loan_id, coalesce(p.jumlah, 0) + coalesce(b.jumlah, 0) as amount, coalesce(p.jumlah, 0) as principal,
        coalesce(b.jumlah, 0) as interest, (l.amount - sum(coalesce(p.jumlah, 0)) over (order by j.id))::bigint as sisa,
        substr(j.kunci, length('angsuran:') + 1) as kunci, j.keterangan, j.dibuat_pada
      from jurnal j
      join loan_applications l on l.id = j.loan_id
      left join mutasi p on p.jurnal_id = j.id and p.buku_id = (select buku.id from buku where buku.loan_id = p_id)
      left join mutasi b on b.jurnal_id = j.id and b.buku_id = app.buku_rumah('pendapatan')
      where j.loan_id = p_id and j.jenis = 'angsuran'
    ) a
    where (p_jurnal is null or a.id = p_jurnal) and (p_sebelum is null or a.id < p_sebelum)
    order by a.id desc limit p_batas;
end $$;
--> statement-breakpoint
-- Repayments for whoever may see the loan.
create function app.angsuran_pinjaman(p_id bigint, p_batas integer, p_sebelum bigint)
returns table (
  id bigint, loan_id bigint, amount bigint, principal bigint, interest bigint, outstanding_principal bigint,
  key text, note text, received_at timestamptz
)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  if not exists (select from loan_applications l where l.id = p_id
    and (app.boleh_lihat_pinjaman(l.user_id) or (app.adalah_staf() and l.officer_id = app.akun_id()))) then
    raise exception 'PINJAMAN_TIDAK_ADA' using errcode = 'PT404';
  end if;
  return query select * from app.baca_angsuran(p_id, null, p_batas, p_sebelum);
end $$;
--> statement-breakpoint
-- For admins: money that has come in pays the oldest instalment first, and of each its interest first. The last rupiah
-- closes the loan. The same key with the same content is the same repayment, whatever has happened since: it answers as
-- the first time (`ulangan`) and moves nothing. A key is used once in the whole house.
create function app.bayar_angsuran(p_id bigint, p_jumlah bigint, p_kunci text, p_catatan text, p_dari text[])
returns table (
  id bigint, loan_id bigint, amount bigint, principal bigint, interest bigint, outstanding_principal bigint,
  key text, note text, received_at timestamptz, ulangan boolean
)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_kunci text := 'angsuran:' || p_kunci;
  v_loan loan_applications;
  v_jurnal jurnal;
  v_id bigint;
  v_ulangan boolean;
  v_angsuran loan_instalments;
  v_bunga bigint;
  v_pokok bigint;
  v_sisa bigint := p_jumlah;
  v_total_bunga bigint := 0;
begin
  perform app.tuntut_peran('{admin}');
  if (p_jumlah > 0 and p_kunci <> '') is not true then raise exception 'bayar_angsuran membutuhkan jumlah dan kunci'; end if;
  perform app.tolak_pinjaman_sendiri((select l.user_id from loan_applications l where l.id = p_id), app.akun_id());
  if not exists (select from loan_applications l where l.id = p_id) then
    raise exception 'PINJAMAN_TIDAK_ADA' using errcode = 'PT404';
  end if;
  -- Repayments with one key wait for each other, also when they name different loans. Always before the lock of a loan.
  perform pg_advisory_xact_lock(hashtextextended(v_kunci, 0));
  select * into v_jurnal from jurnal where kunci = v_kunci;
  v_ulangan := found;
  v_id := v_jurnal.id;
  if v_ulangan then
    if v_jurnal.loan_id is distinct from p_id or v_jurnal.keterangan is distinct from p_catatan
      or p_jumlah is distinct from (select sum(m.jumlah) from mutasi m where m.jurnal_id = v_id and m.jumlah > 0) then
      raise exception 'KUNCI_DIPAKAI' using errcode = 'PT409';
    end if;
  else
    v_loan := app.kunci_pinjaman(p_id, p_dari);
    for v_angsuran in select * from loan_instalments i where i.loan_id = p_id order by i.number loop
      v_bunga := least(v_sisa, v_angsuran.interest - v_angsuran.interest_paid);
      v_pokok := least(v_sisa - v_bunga, v_angsuran.principal - v_angsuran.principal_paid);
      if v_bunga + v_pokok > 0 then
        update loan_instalments i set interest_paid = i.interest_paid + v_bunga, principal_paid = i.principal_paid + v_pokok
          where i.loan_id = p_id and i.number = v_angsuran.number;
      end if;
      v_total_bunga := v_total_bunga + v_bunga;
      v_sisa := v_sisa - v_bunga - v_pokok;
    end loop;
    if v_sisa > 0 then raise exception 'LEBIH_BAYAR' using errcode = 'PT409'; end if;
    v_id := app.catat_jurnal(v_kunci, 'angsuran', null,
      array[app.buku_rumah('kas'), (select buku.id from buku where buku.loan_id = p_id), app.buku_rumah('pendapatan')],
      array[-p_jumlah, p_jumlah - v_total_bunga, v_total_bunga], app.akun_id(), p_catatan, p_id);
    perform app.catat_audit('loan_applications.bayar', 'loan_applications', p_id::text,
      jsonb_build_object('jurnal', v_id, 'jumlah', p_jumlah), v_loan.user_id);
    if not exists (select from loan_instalments i where i.loan_id = p_id
      and (i.principal_paid < i.principal or i.interest_paid < i.interest)) then
      update loan_applications l set status = 'closed', closed_at = app.jam() where l.id = p_id;
    end if;
  end if;
  return query select a.*, v_ulangan from app.baca_angsuran(p_id, v_id, 1, null) a;
end $$;
--> statement-breakpoint
create trigger loan_applications_jejak after insert or update or delete on loan_applications
  for each row execute function app.jejak('id', 'status', 'amount', 'term_months', 'officer_id', 'daily_rate_ppm');
--> statement-breakpoint
create trigger loan_rules_jejak after insert or update or delete on loan_rules
  for each row execute function app.jejak('id', 'valid_from', 'max_term_months', 'daily_rate_cap_ppm', 'total_cap_percent',
    'min_amount', 'max_amount', 'second_person_above', 'max_dti_percent');
--> statement-breakpoint
alter table loan_applications enable row level security;
--> statement-breakpoint
alter table loan_applications force row level security;
--> statement-breakpoint
alter table loan_instalments enable row level security;
--> statement-breakpoint
alter table loan_instalments force row level security;
--> statement-breakpoint
alter table loan_rules enable row level security;
--> statement-breakpoint
alter table loan_rules force row level security;
--> statement-breakpoint
-- Who reviewed a loan sees what became of it; the customer's file no longer.
create policy loan_applications_baca on loan_applications for select to satupintu_app
  using ((select app.peran()) = 'admin' or user_id = (select app.nasabah_id()) or user_id in (select app.berkas_petugas())
    or ((select app.peran()) = 'karyawan' and officer_id = (select app.akun_id())));
--> statement-breakpoint
create policy loan_instalments_baca on loan_instalments for select to satupintu_app
  using (exists (select from loan_applications l where l.id = loan_id));
--> statement-breakpoint
create policy loan_rules_baca on loan_rules for select to satupintu_app using ((select app.akun_id()) is not null);
--> statement-breakpoint
create policy loan_rules_buat on loan_rules for insert to satupintu_app with check ((select app.peran()) = 'admin');
--> statement-breakpoint
grant select on loan_applications, loan_instalments, loan_rules to satupintu_app;
--> statement-breakpoint
grant insert on loan_rules to satupintu_app;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function app.ajukan_pinjaman(bigint, text, bigint, integer, text), app.tinjau_pinjaman(bigint, bigint, text[]),
  app.tarik_pinjaman(bigint, text[]), app.tuntut_pemutus(bigint, boolean, text[]),
  app.putuskan_pinjaman(bigint, boolean, text, integer, boolean, text, text[]), app.tuntut_pencairan(bigint, bigint, text[]),
  app.cairkan_pinjaman(bigint, bigint, date, integer, date[], bigint[], bigint[], text[]),
  app.catat_pencairan(bigint, boolean, text, text[]), app.angsuran_pinjaman(bigint, integer, bigint),
  app.bayar_angsuran(bigint, bigint, text, text, text[])
to satupintu_app;
