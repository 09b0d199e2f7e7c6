-- What a mitra reads of its own money, and deposit tickets: it transfers an amount that nobody else transfers, and the bank's
-- mutation, or an admin, says that it came.

create policy buku_sendiri on buku for select to satupintu_app using (mitra_id = (select app.mitra_id()));
--> statement-breakpoint
-- Entries of the calling mitra's `tersedia`, newest first, at most p_batas: those before id p_sebelum, of kind p_jenis, from
-- p_dari on and before p_sampai, as far as these are given. In a book with a balance ids and times have one order, so a
-- period is a stretch of ids, and each page is a walk along one index. A function, because row-level security keeps
-- comparisons of enums away from indexes: they are not leakproof. And with generic plans, because of a mitra with a large share
-- of all entries the planner would rather walk everybody's, and meet a long run of others'.
create function app.mutasi_sendiri(
  p_batas integer, p_sebelum bigint, p_jenis jenis_jurnal, p_dari timestamptz, p_sampai timestamptz
) returns table (
  id bigint, waktu timestamptz, jenis jenis_jurnal, jumlah bigint, saldo bigint, transaksi_id bigint, keterangan text
)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp set plan_cache_mode = force_generic_plan
set seq_page_cost = 0 set random_page_cost = 0 as $$
#variable_conflict use_column
declare
  v_buku bigint := app.buku_mitra(app.mitra_id(), 'tersedia');
  v_dari bigint := 0;
  v_sampai bigint := coalesce(p_sebelum - 1, 9223372036854775807);
begin
  if p_dari is not null then
    v_dari := (select m.id from mutasi m where m.buku_id = v_buku and m.waktu >= p_dari order by m.waktu, m.id limit 1);
  end if;
  if p_sampai is not null then
    v_sampai := least(v_sampai, coalesce(
      (select m.id from mutasi m where m.buku_id = v_buku and m.waktu < p_sampai order by m.waktu desc, m.id desc limit 1), 0));
  end if;
  if p_jenis is null then
    return query
      select h.id, h.waktu, h.jenis, h.jumlah, h.saldo_sesudah, j.transaksi_id, j.keterangan
      from (select * from mutasi m where m.buku_id = v_buku and m.id >= v_dari and m.id <= v_sampai
        order by m.id desc limit p_batas) h join jurnal j on j.id = h.jurnal_id order by h.id desc;
  else
    return query
      select h.id, h.waktu, h.jenis, h.jumlah, h.saldo_sesudah, j.transaksi_id, j.keterangan
      from (select * from mutasi m where m.buku_id = v_buku and m.jenis = p_jenis and m.id >= v_dari and m.id <= v_sampai
        order by m.id desc limit p_batas) h join jurnal j on j.id = h.jurnal_id order by h.id desc;
  end if;
end $$;
--> statement-breakpoint
-- As before, but of whoever has no role the journal is not looked up for each entry: null is neither true nor false.
alter policy mutasi_untuk_admin on mutasi
  using ((select app.peran() is not distinct from 'admin') and exists (select from jurnal j where j.id = jurnal_id));
--> statement-breakpoint
alter table deposit enable row level security;
--> statement-breakpoint
alter table deposit force row level security;
--> statement-breakpoint
alter table mutasi_bank enable row level security;
--> statement-breakpoint
alter table mutasi_bank force row level security;
--> statement-breakpoint
create policy deposit_sendiri on deposit for select to satupintu_app using (mitra_id = (select app.mitra_id()));
--> statement-breakpoint
create policy deposit_untuk_admin on deposit for select to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy mutasi_bank_untuk_admin on mutasi_bank for select to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
grant select on deposit, mutasi_bank to satupintu_app;
--> statement-breakpoint
-- Tickets are made and paid one after the other. Always before the lock of a ticket, which is before the lock of a book.
create function app.antre_deposit() returns void
language sql set search_path = pg_catalog, pg_temp as $$
  select pg_advisory_xact_lock(hashtextextended('deposit', 0))
$$;
--> statement-breakpoint
-- Opens a ticket of the calling mitra for p_jumlah rupiah and a random code from 1 to 999 on top. Their sum is free: no
-- open ticket has it, and none for which a transfer may still be on its way. p_berlaku and p_terkunci are hours: how long
-- the ticket is open, and how much longer nobody else gets its sum. A mitra has at most p_terbuka open tickets, and at most
-- p_batal more sums that it asked for and did not pay, so that nobody uses up the codes of all.
create function app.buat_deposit(
  p_jumlah bigint, p_berlaku integer, p_terkunci integer, p_terbuka integer, p_batal integer
) returns setof deposit
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_mitra bigint := app.mitra_id();
  v_jam timestamptz := app.jam();
  v_total bigint;
begin
  if v_mitra is null then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;
  -- Whole thousands, so that a total never is: round sums are what people transfer without a ticket.
  if (p_jumlah > 0 and p_jumlah % 1000 = 0 and p_berlaku > 0 and p_terkunci >= 0) is not true then
    raise exception 'buat_deposit membutuhkan jumlah ribuan dan lamanya berlaku';
  end if;
  perform app.antre_deposit();
  if (select count(*) filter (where d.status = 'menunggu' and d.berlaku_sampai > v_jam) >= p_terbuka
        -- Who has never paid one keeps fewer sums from others.
        or count(*) >= p_terbuka + case
          when exists (select from deposit l where l.mitra_id = v_mitra and l.status = 'lunas') then p_batal else p_batal / 5 end
      from deposit d where d.mitra_id = v_mitra and d.status <> 'lunas' and d.terkunci_sampai > v_jam) then
    raise exception 'DEPOSIT_TERBUKA_PENUH' using errcode = 'PT409';
  end if;
  -- What is over without anybody having said so: it would keep its sum for ever.
  update deposit set status = 'kedaluwarsa'
    where status = 'menunggu' and total between p_jumlah + 1 and p_jumlah + 999 and berlaku_sampai <= v_jam;
  select bebas.total into v_total from (
    select p_jumlah + kode as total from generate_series(1, 999) kode
    except select d.total from deposit d where d.total between p_jumlah + 1 and p_jumlah + 999 and d.terkunci_sampai > v_jam
    except select d.total from deposit d where d.total between p_jumlah + 1 and p_jumlah + 999 and d.status = 'menunggu'
  ) bebas order by random() limit 1;
  if v_total is null then raise exception 'KODE_UNIK_PENUH' using errcode = 'PT409'; end if;
  return query
    insert into deposit (mitra_id, jumlah, total, dibuat_pada, berlaku_sampai, terkunci_sampai)
      values (v_mitra, p_jumlah, v_total, v_jam, v_jam + make_interval(hours => p_berlaku),
              v_jam + make_interval(hours => p_berlaku + p_terkunci))
      returning *;
end $$;
--> statement-breakpoint
-- The calling mitra takes back a ticket that is still open.
create function app.batal_deposit(p_id bigint) returns setof deposit
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_deposit deposit;
begin
  select * into v_deposit from deposit where id = p_id and mitra_id = app.mitra_id() for no key update;
  if not found then raise exception 'DEPOSIT_TIDAK_ADA' using errcode = 'PT404'; end if;
  if v_deposit.status <> 'menunggu' or v_deposit.berlaku_sampai <= app.jam() then
    raise exception 'DEPOSIT_SELESAI' using errcode = 'PT409';
  end if;
  return query update deposit set status = 'batal' where id = p_id returning *;
end $$;
--> statement-breakpoint
-- Credits a ticket, whose row the caller has locked and found unpaid, and says so in it: `kas → tersedia`, its whole total.
-- False, and nothing moves, when the balance would be more than a JSON number says exactly; what is held may come back.
create function app.lunasi_deposit(p_deposit deposit, p_akun bigint, p_keterangan text) returns boolean
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_tersedia bigint := app.buku_mitra(p_deposit.mitra_id, 'tersedia');
begin
  -- The lock that purchases and refunds take first: behind it, nothing comes into the mitra's books.
  perform from buku where id = v_tersedia for no key update;
  if (select sum(saldo) from buku where mitra_id = p_deposit.mitra_id) + p_deposit.total > 9007199254740991 then
    return false;
  end if;
  update deposit set status = 'lunas', lunas_pada = app.jam(), akun_id = p_akun,
      jurnal_id = app.catat_jurnal('deposit:' || p_deposit.id, 'deposit', null,
        array[app.buku_rumah('kas'), v_tersedia], array[-p_deposit.total, p_deposit.total], p_akun, p_keterangan)
    where id = p_deposit.id;
  return true;
end $$;
--> statement-breakpoint
-- For admins: the money of a ticket has come, maybe late. Once; whoever comes second, the bank included, finds it paid.
-- p_mutasi_bank names what the bank said of it, if it did and found no open ticket.
create function app.konfirmasi_deposit(p_id bigint, p_keterangan text, p_mutasi_bank text) returns setof deposit
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_deposit deposit;
  v_mutasi mutasi_bank;
begin
  perform app.tuntut_peran('{admin}');
  if (p_keterangan <> '') is not true then raise exception 'konfirmasi_deposit membutuhkan keterangan'; end if;
  perform app.antre_deposit();
  select * into v_deposit from deposit where id = p_id for no key update;
  if not found then raise exception 'DEPOSIT_TIDAK_ADA' using errcode = 'PT404'; end if;
  if v_deposit.status in ('lunas', 'batal') then raise exception 'DEPOSIT_SELESAI' using errcode = 'PT409'; end if;
  if p_mutasi_bank is not null then
    select * into v_mutasi from mutasi_bank where id = p_mutasi_bank for no key update;
    if not found then raise exception 'MUTASI_BANK_TIDAK_ADA' using errcode = 'PT404'; end if;
    if v_mutasi.deposit_id is not null then raise exception 'MUTASI_BANK_TERPAKAI' using errcode = 'PT409'; end if;
    if v_mutasi.jumlah <> v_deposit.total then raise exception 'JUMLAH_BERBEDA' using errcode = 'PT422'; end if;
    update mutasi_bank set deposit_id = p_id where id = p_mutasi_bank;
  end if;
  if not app.lunasi_deposit(v_deposit, app.akun_id(), p_keterangan) then
    raise exception 'SALDO_TERLALU_BESAR' using errcode = 'PT422';
  end if;
  select * into v_deposit from deposit where id = p_id;
  perform app.catat_audit('deposit.konfirmasi', 'deposit', p_id::text, jsonb_strip_nulls(jsonb_build_object(
    'jurnal', v_deposit.jurnal_id, 'jumlah', v_deposit.total, 'mutasi_bank', p_mutasi_bank)));
  return next v_deposit;
end $$;
--> statement-breakpoint
-- Takes in what the bank says came, [{id, jumlah, keterangan}]: each id once, for ever. It pays the one open ticket that
-- waits for exactly this sum, or waits for a person. One row for each that is new, with the ticket that it paid.
create function app.terima_mutasi_bank(p_mutasi jsonb) returns table (id text, deposit_id bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_mutasi mutasi_bank;
  v_deposit deposit;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  perform app.antre_deposit();
  for v_mutasi in
    insert into mutasi_bank (id, jumlah, keterangan, waktu)
      select m.id, m.jumlah, m.keterangan, app.jam()
      from jsonb_to_recordset(p_mutasi) as m(id text, jumlah bigint, keterangan text)
      on conflict do nothing returning *
  loop
    select * into v_deposit from deposit d
      where d.total = v_mutasi.jumlah and d.status = 'menunggu' and d.berlaku_sampai > app.jam() for no key update;
    if found and app.lunasi_deposit(v_deposit, null, nullif(v_mutasi.keterangan, '')) then
      update mutasi_bank m set deposit_id = v_deposit.id where m.id = v_mutasi.id;
      deposit_id := v_deposit.id;
    else
      deposit_id := null;
    end if;
    id := v_mutasi.id;
    return next;
  end loop;
end $$;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function
  app.mutasi_sendiri(integer, bigint, jenis_jurnal, timestamptz, timestamptz),
  app.buat_deposit(bigint, integer, integer, integer, integer), app.batal_deposit(bigint),
  app.konfirmasi_deposit(bigint, text, text), app.terima_mutasi_bank(jsonb)
  to satupintu_app;
