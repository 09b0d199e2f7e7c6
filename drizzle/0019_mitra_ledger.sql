-- What resellers do every day, as far as it moves money: who may call, purchases with their own price and other codes to
-- fall back on, bills, and the books as their owner reads them.

-- Writes one journal: p_jumlah[i] rupiah into book p_buku[i]. A second journal with the same key is a unique violation.
-- Books are locked in the order of their ids, so two journals never wait for each other in a circle. Behind that lock an
-- entry is never dated before the one in front of it: in a book with a balance ids and times have one order.
create or replace function app.catat_jurnal(
  p_kunci text, p_jenis jenis_jurnal, p_transaksi bigint, p_buku bigint[], p_jumlah bigint[],
  p_akun bigint default null, p_keterangan text default null, p_loan bigint default null
) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_jurnal bigint;
  v_saldo bigint;
  v_waktu timestamptz;
  v_entri record;
begin
  if (select sum(j) from unnest(p_jumlah) j) is distinct from 0 then
    raise exception 'jurnal % tidak seimbang', p_kunci;
  end if;
  insert into jurnal (kunci, jenis, transaksi_id, loan_id, mitra_id, akun_id, keterangan, dibuat_pada)
    values (p_kunci, p_jenis, p_transaksi, p_loan,
      (select b.mitra_id from buku b where b.id = any (p_buku) and b.mitra_id is not null limit 1),
      p_akun, p_keterangan, app.jam()) returning id into v_jurnal;
  for v_entri in
    select e.buku, sum(e.jumlah)::bigint as jumlah from unnest(p_buku, p_jumlah) as e(buku, jumlah)
    group by e.buku having sum(e.jumlah) <> 0 order by e.buku
  loop
    update buku set saldo = saldo + v_entri.jumlah
      where id = v_entri.buku and saldo is not null returning saldo into v_saldo;
    if found then
      select greatest(app.jam(), m.waktu) into v_waktu from (select 1) satu
        left join lateral (select waktu from mutasi where buku_id = v_entri.buku order by id desc limit 1) m on true;
      insert into mutasi (jurnal_id, buku_id, jumlah, saldo_sesudah, jenis, waktu)
        values (v_jurnal, v_entri.buku, v_entri.jumlah, v_saldo, p_jenis, v_waktu);
    else
      insert into mutasi (jurnal_id, buku_id, jumlah, jenis, waktu)
        values (v_jurnal, v_entri.buku, v_entri.jumlah, p_jenis, app.jam());
    end if;
  end loop;
  return v_jurnal;
end $$;
--> statement-breakpoint
alter table tagihan enable row level security;
--> statement-breakpoint
alter table tagihan force row level security;
--> statement-breakpoint
alter table tanda_tangan_terpakai enable row level security;
--> statement-breakpoint
alter table tanda_tangan_terpakai force row level security;
--> statement-breakpoint
create policy tagihan_sendiri on tagihan for select to satupintu_app using (mitra_id = (select app.mitra_id()));
--> statement-breakpoint
create policy tagihan_untuk_staf on tagihan for select to satupintu_app using ((select app.adalah_staf()));
--> statement-breakpoint
-- Its own books only: the other side of a journal is ours.
create function app.buku_sendiri() returns bigint[]
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select array_agg(id) from buku where mitra_id = app.mitra_id()
$$;
--> statement-breakpoint
create policy mutasi_sendiri on mutasi for select to satupintu_app
  using (buku_id = any ((select app.buku_sendiri())::bigint[]));
--> statement-breakpoint
create policy jurnal_sendiri on jurnal for select to satupintu_app using (mitra_id = (select app.mitra_id()));
--> statement-breakpoint
grant select on tagihan to satupintu_app;
--> statement-breakpoint
drop function app.masuk_mitra(text);
--> statement-breakpoint
-- Enters as the mitra that owns an API key (SHA-256, hex) for the rest of the transaction. p_alamat: where the request
-- comes from, as far as the platform knows; p_tertanda: its signature was checked. That the key was used is noted at most
-- every five minutes, and never waits for anybody.
create function app.masuk_mitra(p_kunci_hash text, p_alamat text default null, p_tertanda boolean default false) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_mitra mitra;
begin
  select * into v_mitra from mitra where kunci_api_hash = p_kunci_hash;
  if not found then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;
  if not v_mitra.aktif then raise exception 'MITRA_NONAKTIF' using errcode = 'PT403'; end if;
  if cardinality(v_mitra.alamat_ip) > 0 and not app.alamat_termasuk(p_alamat, v_mitra.alamat_ip) then
    raise exception 'ALAMAT_IP_DITOLAK' using errcode = 'PT403';
  end if;
  if v_mitra.wajib_tanda_tangan and not p_tertanda then
    raise exception 'TANDA_TANGAN_WAJIB' using errcode = 'PT401';
  end if;
  if coalesce(v_mitra.kunci_dipakai_pada, '-infinity') < app.jam() - interval '5 minutes' then
    update mitra set kunci_dipakai_pada = app.jam()
      where id = (select id from mitra where id = v_mitra.id for no key update skip locked);
  end if;
  perform app.pakai_konteks(v_mitra.id, null, null, null, null);
  return v_mitra.id;
end $$;
--> statement-breakpoint
-- Whether an address lies in one of these addresses and networks; what is no address lies in none. An IPv4 address in
-- IPv6's clothes is that IPv4 address.
create function app.alamat_termasuk(p_alamat text, p_daftar inet[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_alamat inet;
begin
  v_alamat := regexp_replace(p_alamat, '^::ffff:(?=\d+\.)', '', 'i')::inet;
  return coalesce((select bool_or(v_alamat <<= jaringan) from unnest(p_daftar) jaringan), false);
exception
  when invalid_text_representation then return false;
end $$;
--> statement-breakpoint
-- What a signature is checked with: the sealed private key of whoever owns the API key. Notes the signature before it is
-- checked and whatever becomes of its request, so that it opens nothing twice; only who has the key gets that far.
create function app.kunci_untuk_tanda(p_kunci_hash text, p_tanda_hash text) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_mitra mitra;
begin
  select * into v_mitra from mitra where kunci_api_hash = p_kunci_hash;
  if not found then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;
  if not v_mitra.aktif then raise exception 'MITRA_NONAKTIF' using errcode = 'PT403'; end if;
  insert into tanda_tangan_terpakai (mitra_id, hash, waktu) values (v_mitra.id, p_tanda_hash, app.jam())
    on conflict do nothing;
  if not found then raise exception 'TANDA_TANGAN_TERPAKAI' using errcode = 'PT401'; end if;
  return v_mitra.kunci_privat_segel;
end $$;
--> statement-breakpoint
-- Forgets signatures whose time stamp is too old to be taken. Returns how many.
create function app.lupakan_tanda_tangan(p_umur_detik integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_jumlah integer;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  delete from tanda_tangan_terpakai where waktu < app.jam() - make_interval(secs => p_umur_detik);
  get diagnostics v_jumlah = row_count;
  return v_jumlah;
end $$;
--> statement-breakpoint
-- A mitra's own settings; null leaves one as it is. p_alamat is where it calls from now: it does not lock itself out.
create function app.atur_diri(p_wajib boolean, p_alamat_ip text[], p_alamat text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.mitra_id() is null then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;
  if cardinality(p_alamat_ip) > 0 and not app.alamat_termasuk(p_alamat, p_alamat_ip::inet[]) then
    raise exception 'ALAMAT_IP_SENDIRI' using errcode = 'PT422';
  end if;
  update mitra set wajib_tanda_tangan = coalesce(p_wajib, wajib_tanda_tangan),
      alamat_ip = coalesce(p_alamat_ip::inet[], alamat_ip)
    where id = app.mitra_id();
end $$;
--> statement-breakpoint
drop function app.atur_mitra(bigint, boolean);
--> statement-breakpoint
-- For admins: switches a mitra off or on, puts it into a tier, or changes what its requests must look like; null leaves a
-- setting as it is. Its next request meets it. No row when there is no such mitra.
create function app.atur_mitra(
  p_id bigint, p_aktif boolean, p_tier text default null, p_wajib boolean default null, p_alamat_ip text[] default null
) returns table (id bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_lama mitra;
  v_baru mitra;
begin
  if app.peran() is distinct from 'admin' then raise exception 'PERAN_TIDAK_BOLEH' using errcode = 'PT403'; end if;
  select * into v_lama from mitra where mitra.id = p_id for no key update;
  if not found then return; end if;
  update mitra set aktif = coalesce(p_aktif, aktif), tier = coalesce(p_tier, tier),
      wajib_tanda_tangan = coalesce(p_wajib, wajib_tanda_tangan), alamat_ip = coalesce(p_alamat_ip::inet[], alamat_ip)
    where mitra.id = p_id returning * into v_baru;
  if (v_lama.aktif, v_lama.tier, v_lama.wajib_tanda_tangan, v_lama.alamat_ip)
    is distinct from (v_baru.aktif, v_baru.tier, v_baru.wajib_tanda_tangan, v_baru.alamat_ip) then
    perform app.catat_audit('mitra.atur', 'mitra', p_id::text, jsonb_strip_nulls(jsonb_build_object(
      'aktif', nullif(v_baru.aktif, v_lama.aktif), 'tier', nullif(v_baru.tier, v_lama.tier),
      'wajib_tanda_tangan', nullif(v_baru.wajib_tanda_tangan, v_lama.wajib_tanda_tangan),
      'alamat_ip', nullif(v_baru.alamat_ip, v_lama.alamat_ip))));
  end if;
  return query select p_id;
end $$;
--> statement-breakpoint
-- The first of these codes that can be bought now, for that number at that price. Raises what stands in the way of the first.
create function app.pilih_kode(p_kode text[], p_jenis jenis_produk, p_nomor text, p_harga bigint) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  v_kode text;
  v_halangan text;
  v_pertama text;
begin
  foreach v_kode in array p_kode loop
    v_halangan := app.halangan_produk(v_kode, p_jenis, p_nomor, p_harga);
    if v_halangan is null then return v_kode; end if;
    v_pertama := coalesce(v_pertama, v_halangan);
  end loop;
  raise exception '%', v_pertama using errcode = 'PT409';
end $$;
--> statement-breakpoint
-- The time of a mitra's next purchase: behind the lock of its book never before the one in front of it.
create function app.waktu_transaksi(p_mitra bigint) returns timestamptz
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select greatest(app.jam(), (select waktu from transaksi where mitra_id = p_mitra order by id desc limit 1))
$$;
--> statement-breakpoint
drop function app.beli(integer, text, bigint, text, integer);
--> statement-breakpoint
-- Accepts a purchase: holds its price and opens the first attempt. The same key with the same content is the same
-- purchase (`ulangan`), whatever it may cost at most (p_harga_maks; null: whatever it costs). The sweeper takes the row up
-- when the queue has not within p_tenggang seconds.
create function app.beli(
  p_produk integer, p_nomor text, p_nominal bigint, p_kunci text, p_tenggang integer, p_harga_maks bigint default null
) returns table (id bigint, ulangan boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_mitra bigint := app.mitra_id();
  v_tersedia buku;
  v_lama transaksi;
  v_produk produk;
  v_nominal bigint;
  v_harga bigint;
  v_kode text[];
  v_dipilih text;
  v_id bigint;
begin
  -- This lock puts the purchases of one mitra in a row: behind it, every earlier purchase and key is visible.
  select * into v_tersedia from buku where mitra_id = v_mitra and nama = 'tersedia' for no key update;
  if not found then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;

  if p_kunci is not null then
    select * into v_lama from transaksi where mitra_id = v_mitra and kunci = p_kunci;
    if found then
      -- Leaving the denomination to a product that has one says the same as naming it.
      if v_lama.produk_id <> p_produk or v_lama.nomor_tujuan <> p_nomor or v_lama.tagihan_id is not null
        or v_lama.nominal <> p_nominal or (v_lama.bebas_nominal and p_nominal is null) then
        raise exception 'KUNCI_DIPAKAI' using errcode = 'PT409';
      end if;
      return query select v_lama.id, true;
      return;
    end if;
  end if;

  select * into v_produk from produk where id = p_produk and aktif;
  if not found then raise exception 'PRODUK_TIDAK_ADA' using errcode = 'PT404'; end if;
  if v_produk.jenis <> 'prabayar' then raise exception 'PRODUK_PASCABAYAR' using errcode = 'PT422'; end if;
  if v_produk.nominal <> p_nominal then raise exception 'NOMINAL_TIDAK_SESUAI' using errcode = 'PT422'; end if;
  v_nominal := coalesce(v_produk.nominal, p_nominal);
  if v_nominal is null then raise exception 'NOMINAL_WAJIB' using errcode = 'PT422'; end if;
  v_harga := app.harga_mitra(v_mitra, v_produk) + case when v_produk.nominal is null then v_nominal else 0 end;
  if v_harga > p_harga_maks then raise exception 'HARGA_BERUBAH' using errcode = 'PT409'; end if;
  -- First: what others have bought is nobody's to find out for nothing.
  if v_tersedia.saldo < v_harga then raise exception 'SALDO_TIDAK_CUKUP' using errcode = 'PT402'; end if;
  v_kode := v_produk.kode || v_produk.kode_cadangan;
  v_dipilih := app.pilih_kode(v_kode, 'prabayar', p_nomor, v_harga);

  insert into transaksi (mitra_id, produk_id, kode_produk, kode_cadangan, nomor_tujuan, nominal, bebas_nominal, harga,
      harga_modal, kunci, waktu, lanjut_pada)
    values (v_mitra, p_produk, v_dipilih, v_kode[array_position(v_kode, v_dipilih) + 1:], p_nomor, v_nominal,
      v_produk.nominal is null, v_harga, (select b.harga from produk_biller b where b.kode = v_dipilih), p_kunci,
      app.waktu_transaksi(v_mitra), app.jam() + make_interval(secs => p_tenggang))
    returning id into v_id;
  insert into percobaan (transaksi_id, ke, kode) values (v_id, 1, v_dipilih);
  perform app.catat_jurnal('beli:' || v_id, 'beli', v_id,
    array[v_tersedia.id, app.buku_mitra(v_mitra, 'ditahan')], array[-v_harga, v_harga]);
  return query select v_id, false;
end $$;
--> statement-breakpoint
-- Opens a question for a bill: which code to ask the biller for, under which name. The same question again within p_ulang
-- seconds of its answer is that answer (`ulangan`), while it may still be paid; while it has none it is refused, for
-- p_tunggu seconds. At most p_batas questions a minute.
create function app.buka_tagihan(
  p_produk integer, p_nomor text, p_isian text, p_ulang integer, p_tunggu integer, p_batas integer
) returns table (id bigint, ref_id text, kode text, ulangan boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_mitra bigint := app.mitra_id();
  v_saldo bigint;
  v_produk produk;
  v_lama tagihan;
begin
  select saldo into v_saldo from buku where mitra_id = v_mitra and nama = 'tersedia' for no key update;
  if not found then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;
  -- Bills name people: who has nothing to pay with asks for none.
  if v_saldo = 0 then raise exception 'SALDO_TIDAK_CUKUP' using errcode = 'PT402'; end if;
  select * into v_produk from produk where id = p_produk and aktif;
  if not found then raise exception 'PRODUK_TIDAK_ADA' using errcode = 'PT404'; end if;
  if v_produk.jenis <> 'pascabayar' then raise exception 'PRODUK_PRABAYAR' using errcode = 'PT422'; end if;
  select t.* into v_lama from tagihan t
    where t.mitra_id = v_mitra and t.dijawab_pada > app.jam() - make_interval(secs => p_ulang)
      and t.berlaku_sampai > app.jam() and t.produk_id = p_produk and t.nomor_pelanggan = p_nomor and t.isian = p_isian
      and t.id > coalesce((select s.id from tagihan s where s.mitra_id = v_mitra order by s.id desc offset 100 limit 1), 0)
      and not exists (select from transaksi x where x.tagihan_id = t.id)
    order by t.id desc limit 1;
  if found then
    return query select v_lama.id, v_lama.ref_id, v_lama.kode_produk, true;
    return;
  end if;
  -- Of two at once one would be answered with a bill of its own, and both could be paid.
  if exists (
    select from (select * from tagihan s where s.mitra_id = v_mitra order by s.id desc limit 100) t
    where t.dijawab_pada is null and t.diminta_pada > app.jam() - make_interval(secs => p_tunggu)
      and t.produk_id = p_produk and t.nomor_pelanggan = p_nomor and t.isian = p_isian) then
    raise exception 'TAGIHAN_SEDANG_DITANYAKAN' using errcode = 'PT409';
  end if;
  if (select t.diminta_pada from tagihan t where t.mitra_id = v_mitra order by t.id desc offset p_batas - 1 limit 1)
    > app.jam() - interval '1 minute' then
    raise exception 'TAGIHAN_TERLALU_SERING' using errcode = 'PT429';
  end if;
  return query
    insert into tagihan (mitra_id, produk_id, kode_produk, nomor_pelanggan, isian, diminta_pada)
      values (v_mitra, p_produk, app.pilih_kode(v_produk.kode || v_produk.kode_cadangan, 'pascabayar', p_nomor, null),
        p_nomor, p_isian, app.jam())
      returning id, ref_id, kode_produk, false;
end $$;
--> statement-breakpoint
-- Writes the biller's answer down, once: what the mitra pays is what the biller takes and the fee of that mitra. It may be
-- paid for p_berlaku seconds, but only on the same day in Jakarta.
create function app.jawab_tagihan(
  p_id bigint, p_nama text, p_harga_modal bigint, p_harga_jual bigint, p_admin bigint, p_periode text, p_lembar integer,
  p_rincian jsonb, p_berlaku integer
) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_tagihan tagihan;
begin
  select * into v_tagihan from tagihan where id = p_id and mitra_id = app.mitra_id() for no key update;
  if not found or v_tagihan.dijawab_pada is not null then raise exception 'TAGIHAN_TIDAK_ADA' using errcode = 'PT404'; end if;
  update tagihan set dijawab_pada = app.jam(), nama_pelanggan = p_nama, harga_modal = p_harga_modal,
      harga = p_harga_modal + (select app.harga_mitra(v_tagihan.mitra_id, p) from produk p where p.id = v_tagihan.produk_id),
      harga_jual = p_harga_jual, admin = p_admin, periode = p_periode, lembar = p_lembar, rincian = p_rincian,
      berlaku_sampai = least(app.jam() + make_interval(secs => p_berlaku), app.tengah_malam(diminta_pada))
    where id = p_id;
end $$;
--> statement-breakpoint
-- The midnight in Jakarta that ends the day of a moment.
create function app.tengah_malam(p_saat timestamptz) returns timestamptz
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select (date_trunc('day', p_saat at time zone 'Asia/Jakarta') + interval '1 day') at time zone 'Asia/Jakarta'
$$;
--> statement-breakpoint
-- Pays a bill: holds its price and opens the only attempt there will be, under the name it was asked for. Paid once, however
-- often it is called: the purchase it became is the answer (`ulangan`).
create function app.bayar_tagihan(p_id bigint, p_kunci text, p_tenggang integer) returns table (id bigint, ulangan boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_mitra bigint := app.mitra_id();
  v_tersedia buku;
  v_tagihan tagihan;
  v_lama transaksi;
  v_id bigint;
begin
  select * into v_tersedia from buku where mitra_id = v_mitra and nama = 'tersedia' for no key update;
  if not found then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;
  select * into v_tagihan from tagihan t where t.id = p_id and t.mitra_id = v_mitra and t.dijawab_pada is not null;
  if not found then raise exception 'TAGIHAN_TIDAK_ADA' using errcode = 'PT404'; end if;
  select * into v_lama from transaksi where tagihan_id = p_id;
  if not found and p_kunci is not null then
    perform from transaksi where mitra_id = v_mitra and kunci = p_kunci;
    if found then raise exception 'KUNCI_DIPAKAI' using errcode = 'PT409'; end if;
  elsif found then
    -- One that was paid under a key of its own is not paid under another one, but whoever names none asks about it.
    if v_lama.kunci <> p_kunci or (v_lama.kunci is null and p_kunci is not null) then
      raise exception 'TAGIHAN_SUDAH_DIBAYAR' using errcode = 'PT409';
    end if;
    return query select v_lama.id, true;
    return;
  end if;
  if v_tagihan.berlaku_sampai <= app.jam() then raise exception 'TAGIHAN_KEDALUWARSA' using errcode = 'PT409'; end if;
  -- What was paid since this was asked is in it still, and what is being paid may be.
  if exists (
    select from transaksi t join tagihan g on g.id = t.tagihan_id
    where t.mitra_id = v_mitra and t.nomor_tujuan = v_tagihan.nomor_pelanggan and t.produk_id = v_tagihan.produk_id
      and g.isian = v_tagihan.isian
      and (t.status in ('pending', 'proses') or t.status = 'sukses' and t.waktu >= v_tagihan.diminta_pada)) then
    raise exception 'TAGIHAN_BERUBAH' using errcode = 'PT409';
  end if;
  if v_tersedia.saldo < v_tagihan.harga then raise exception 'SALDO_TIDAK_CUKUP' using errcode = 'PT402'; end if;
  insert into transaksi
      (mitra_id, produk_id, kode_produk, nomor_tujuan, nominal, harga, harga_modal, tagihan_id, kunci, waktu, lanjut_pada)
    values (v_mitra, v_tagihan.produk_id, v_tagihan.kode_produk, v_tagihan.nomor_pelanggan,
      greatest(v_tagihan.harga_jual, 1), v_tagihan.harga, v_tagihan.harga_modal, p_id, p_kunci,
      app.waktu_transaksi(v_mitra), app.jam() + make_interval(secs => p_tenggang))
    returning id into v_id;
  insert into percobaan (transaksi_id, ke, kode, ref_id) values (v_id, 1, v_tagihan.kode_produk, v_tagihan.ref_id);
  perform app.catat_jurnal('beli:' || v_id, 'beli', v_id,
    array[v_tersedia.id, app.buku_mitra(v_mitra, 'ditahan')], array[-v_tagihan.harga, v_tagihan.harga]);
  return query select v_id, false;
end $$;
--> statement-breakpoint
drop function app.klaim(bigint, integer, integer, integer);
--> statement-breakpoint
-- Claims open purchases for p_sewa seconds: the one named, or those due (p_transaksi null, at most p_batas).
-- `pertama` says that the biller cannot know the attempt yet. A row in someone else's hands is skipped, never waited for.
-- An attempt older than p_umur_maks days is never asked about again, because the biller would buy anew: `kedaluwarsa`.
-- `pascabayar`: it pays the bill asked for under this name, which may be sent until `kirim_sebelum` only.
create function app.klaim(p_transaksi bigint, p_batas integer, p_sewa integer, p_umur_maks integer)
returns table (
  transaksi_id bigint, ref_id text, kode_produk text, nomor_tujuan text, nominal_bebas bigint, harga bigint,
  pertama boolean, ditanya integer, kedaluwarsa boolean, pascabayar boolean, kirim_sebelum timestamptz
)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_id bigint[];
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  if p_transaksi is null then
    select array_agg(id) into v_id from (
      select id from transaksi where status in ('pending', 'proses') and lanjut_pada <= app.jam()
      order by lanjut_pada limit p_batas for no key update skip locked) jatuh_tempo;
  else
    select array_agg(id) into v_id from (
      select id from transaksi
      where id = p_transaksi and (status = 'pending' or (status = 'proses' and lanjut_pada <= app.jam()))
      for no key update skip locked) diminta;
  end if;
  return query
  with terbaru as (
    select distinct on (p.transaksi_id) p.ref_id, p.transaksi_id, p.dikirim_pada,
      coalesce(p.dikirim_pada < app.jam() - make_interval(days => p_umur_maks), false) as kedaluwarsa
    from percobaan p where p.transaksi_id = any (v_id) order by p.transaksi_id, p.ke desc
  ), dikirim as (
    update percobaan p
      set dikirim_pada = coalesce(p.dikirim_pada, app.jam()), ditanya = p.ditanya + (not b.kedaluwarsa)::integer
      from terbaru b where p.ref_id = b.ref_id
      returning p.ref_id, p.transaksi_id, p.kode, p.ditanya, b.dikirim_pada is null as pertama, b.kedaluwarsa
  ), dipegang as (
    update transaksi t
      set status = 'proses',
          lanjut_pada = case when d.kedaluwarsa then 'infinity' else app.jam() + make_interval(secs => p_sewa) end
      from dikirim d where t.id = d.transaksi_id
      returning t.id, d.ref_id, coalesce(d.kode, t.kode_produk), t.nomor_tujuan,
        case when t.bebas_nominal then t.nominal end, t.harga, d.pertama, d.ditanya, d.kedaluwarsa,
        t.tagihan_id is not null,
        (select app.tengah_malam(g.diminta_pada) from tagihan g where g.id = t.tagihan_id)
  )
  select * from dipegang;
end $$;
--> statement-breakpoint
drop function app.terapkan_hasil(text, app.hasil_biller, text, text, text, bigint, text, integer);
--> statement-breakpoint
-- Applies what the biller says of an attempt, from wherever it was heard: once per state, whoever calls and however often.
-- `ditolak` as the answer to a purchase ends it, as the answer to a later question it says nothing about the purchase.
-- No row for an attempt that is not ours. `janggal` says what contradicts the books: it changes nothing, but people must know.
-- p_lanjut: when to ask again, in seconds, if the purchase stays open; null leaves the date as it is.
-- p_cadangan: another code may be tried after this failure. While the purchase has one, it stays open, its money held, and
-- `berikutnya` is the number of the new attempt. An attempt that was replaced decides nothing, unless it turns out to have
-- delivered and the one in its place was never sent, or failed.
-- `kiriman` is the message that tells the mitra of what changed, if it wants to be told.
create function app.terapkan_hasil(
  p_ref_id text, p_hasil app.hasil_biller, p_rc text, p_pesan text, p_sn text, p_harga_biller bigint, p_hasil_eksekusi text,
  p_lanjut integer, p_cadangan boolean default false
) returns table (
  transaksi_id bigint, sebelum status_transaksi, sesudah status_transaksi, janggal text, berikutnya integer, kode text,
  kiriman bigint
)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_t transaksi;
  v_p percobaan;
  v_lama percobaan;
  v_hasil app.hasil_biller := p_hasil;
  v_terbuka boolean;
  v_terakhir boolean;
  v_sesudah status_transaksi;
  v_janggal text;
  v_cadangan text;
  v_berikutnya integer;
  v_biaya bigint;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  select t.* into v_t from percobaan p join transaksi t on t.id = p.transaksi_id
    where p.ref_id = p_ref_id for no key update of t;
  if not found then return; end if;
  select p.* into strict v_p from percobaan p where p.ref_id = p_ref_id;
  v_terakhir := not exists (select from percobaan p where p.transaksi_id = v_t.id and p.ke > v_p.ke);
  v_terbuka := v_t.status in ('pending', 'proses');
  v_sesudah := v_t.status;
  if p_hasil = 'ditolak' then
    v_hasil := case when v_p.ditanya = 1 then 'gagal' else 'tunda' end;
    if v_hasil = 'tunda' and v_terbuka then v_janggal := 'CEK_DITOLAK'; end if;
  end if;

  if v_hasil = 'gagal' and v_terbuka and v_terakhir and p_cadangan and not exists (
    select from percobaan p where p.transaksi_id = v_t.id and p.janggal = 'PERCOBAAN_LAMA_SUKSES') then
    select k into v_cadangan from unnest(v_t.kode_cadangan) with ordinality as c(k, urutan)
      where app.halangan_produk(k, 'prabayar', v_t.nomor_tujuan, v_t.harga) is null order by urutan limit 1;
  end if;

  -- An attempt that was replaced, and delivered after all, is what the mitra got, if nothing else was bought or that failed.
  if v_hasil = 'sukses' and v_terbuka and not v_terakhir then
    v_janggal := 'PERCOBAAN_LAMA_SUKSES';
    v_terakhir := not exists (select from percobaan p where p.transaksi_id = v_t.id and p.ke > v_p.ke and p.dikirim_pada is not null);
  elsif v_hasil = 'gagal' and v_terbuka and v_terakhir then
    select p.* into v_lama from percobaan p
      where p.transaksi_id = v_t.id and p.ke < v_p.ke and p.janggal = 'PERCOBAAN_LAMA_SUKSES' order by p.ke desc limit 1;
  elsif v_hasil = 'kembali' and v_t.status = 'sukses' and v_p.janggal = 'PERCOBAAN_LAMA_SUKSES' then
    -- Taken back: of what the mitra got it is a refund, of what was bought besides only people can tell.
    v_terakhir := v_terakhir or v_t.sn is not distinct from v_p.sn;
    if not v_terakhir then v_janggal := 'PERCOBAAN_LAMA_KEMBALI'; end if;
  end if;

  if not v_terakhir then
    -- It was refused, and another one took its place.
    if v_hasil = 'sukses' then v_janggal := 'PERCOBAAN_LAMA_SUKSES'; end if;
  elsif v_lama.ref_id is not null then
    v_sesudah := 'sukses';
    v_biaya := least(coalesce(v_lama.harga_biller, v_t.harga), v_t.harga);
    perform app.catat_jurnal('sukses:' || v_t.id, 'sukses', v_t.id,
      array[app.buku_mitra(v_t.mitra_id, 'ditahan'), app.buku_rumah('biller'), app.buku_rumah('pendapatan')],
      array[-v_t.harga, v_biaya, v_t.harga - v_biaya]);
  elsif v_hasil = 'tunda' then
    if v_terbuka and p_lanjut is not null then
      update transaksi set lanjut_pada = app.jam() + make_interval(secs => p_lanjut) where id = v_t.id;
    end if;
  elsif v_hasil = 'sukses' and v_terbuka then
    v_sesudah := 'sukses';
    -- The biller was told not to take more than v_t.harga; if it says otherwise, people have to settle that with it.
    v_biaya := least(coalesce(p_harga_biller, v_t.harga), v_t.harga);
    if p_harga_biller > v_t.harga and v_janggal is null then v_janggal := 'HARGA_BILLER_MELEBIHI'; end if;
    perform app.catat_jurnal('sukses:' || v_t.id, 'sukses', v_t.id,
      array[app.buku_mitra(v_t.mitra_id, 'ditahan'), app.buku_rumah('biller'), app.buku_rumah('pendapatan')],
      array[-v_t.harga, v_biaya, v_t.harga - v_biaya]);
  elsif v_hasil = 'gagal' and v_terbuka and v_cadangan is not null then
    v_berikutnya := v_p.ke + 1;
    insert into percobaan (transaksi_id, ke, kode) values (v_t.id, v_berikutnya, v_cadangan);
    update transaksi set lanjut_pada = app.jam(),
        kode_cadangan = v_t.kode_cadangan[array_position(v_t.kode_cadangan, v_cadangan) + 1:]
      where id = v_t.id;
  elsif v_hasil in ('gagal', 'kembali') and v_terbuka then
    v_sesudah := 'gagal';
    perform app.catat_jurnal('gagal:' || v_t.id, 'gagal', v_t.id,
      array[app.buku_mitra(v_t.mitra_id, 'ditahan'), app.buku_mitra(v_t.mitra_id, 'tersedia')], array[-v_t.harga, v_t.harga]);
  elsif v_hasil = 'kembali' and v_t.status = 'sukses' then
    v_sesudah := 'gagal';
    perform app.catat_jurnal('kembali:' || v_t.id, 'kembali', v_t.id,
      array_agg(case when m.buku_id = app.buku_mitra(v_t.mitra_id, 'ditahan') then app.buku_mitra(v_t.mitra_id, 'tersedia') else m.buku_id end),
      array_agg(-m.jumlah))
      from mutasi m join jurnal j on j.id = m.jurnal_id where j.kunci = 'sukses:' || v_t.id;
  elsif v_hasil = 'sukses' and v_t.status = 'sukses' then
    -- The serial number or token may come after the success itself.
    update percobaan set sn = p_sn, diperbarui_pada = app.jam() where ref_id = p_ref_id and sn is null and p_sn is not null;
    if found then update transaksi set hasil_eksekusi = p_hasil_eksekusi, sn = p_sn where id = v_t.id; end if;
  elsif v_hasil = 'sukses' and v_t.status = 'gagal' then
    v_janggal := 'SUKSES_SETELAH_GAGAL';
  elsif v_hasil = 'gagal' and v_t.status = 'sukses' then
    v_janggal := 'GAGAL_SETELAH_SUKSES';
  end if;

  if v_sesudah <> v_t.status then
    update transaksi set status = v_sesudah, selesai_pada = app.jam(),
        hasil_eksekusi = case when v_lama.ref_id is null then p_hasil_eksekusi
          else rtrim('Transaksi PPOB berhasil! ' || coalesce('SN: ' || v_lama.sn, '')) end,
        sn = case when v_sesudah = 'sukses' then coalesce(v_lama.sn, p_sn) end
      where id = v_t.id;
  end if;
  if v_terbuka and v_terakhir or v_sesudah <> v_t.status then
    update percobaan set rc = p_rc, pesan = p_pesan, sn = coalesce(p_sn, sn),
        harga_biller = coalesce(p_harga_biller, harga_biller), diperbarui_pada = app.jam()
      where ref_id = p_ref_id;
  end if;
  if v_janggal is not null then
    -- The token of what was delivered after all is kept too: whoever settles it needs that.
    update percobaan set janggal = v_janggal, sn = case when v_hasil = 'sukses' then coalesce(sn, p_sn) else sn end,
        harga_biller = case when v_janggal = 'PERCOBAAN_LAMA_SUKSES' then coalesce(p_harga_biller, harga_biller) else harga_biller end
      where ref_id = p_ref_id;
  end if;
  return query select v_t.id, v_t.status, v_sesudah, v_janggal, v_berikutnya, coalesce(v_p.kode, v_t.kode_produk),
    case when v_sesudah <> v_t.status then
      (select k.id from kiriman k where k.transaksi_id = v_t.id and k.status = 'menunggu' order by k.id desc limit 1) end;
end $$;
--> statement-breakpoint
-- For people with the owner's login, as before.
create or replace function app.putuskan(p_transaksi bigint, p_hasil app.hasil_biller, p_alasan text)
returns table (transaksi_id bigint, sebelum status_transaksi, sesudah status_transaksi, janggal text)
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if p_hasil not in ('sukses', 'gagal', 'kembali') or coalesce(trim(p_alasan), '') = '' then
    raise exception 'putuskan membutuhkan sukses, gagal atau kembali, dan alasan';
  end if;
  perform app.masuk_layanan('pemilik');
  return query
    select h.transaksi_id, h.sebelum, h.sesudah, h.janggal
      from (select ref_id from percobaan where percobaan.transaksi_id = p_transaksi order by ke desc limit 1) p,
      app.terapkan_hasil(p.ref_id, p_hasil, 'manual', p_alasan, null, null,
        case when p_hasil = 'sukses' then 'Transaksi PPOB berhasil! ' || p_alasan
             else 'Transaksi PPOB gagal: ' || p_alasan || '. Saldo dikembalikan.' end, null) h;
end $$;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function
  app.beli(integer, text, bigint, text, integer, bigint),
  app.masuk_mitra(text, text, boolean),
  app.kunci_untuk_tanda(text, text),
  app.lupakan_tanda_tangan(integer),
  app.atur_diri(boolean, text[], text),
  app.atur_mitra(bigint, boolean, text, boolean, text[]),
  app.buku_sendiri(),
  app.buka_tagihan(integer, text, text, integer, integer, integer),
  app.jawab_tagihan(bigint, text, bigint, bigint, bigint, text, integer, jsonb, integer),
  app.bayar_tagihan(bigint, text, integer),
  app.klaim(bigint, integer, integer, integer),
  app.terapkan_hasil(text, app.hasil_biller, text, text, text, bigint, text, integer, boolean)
to satupintu_app;
