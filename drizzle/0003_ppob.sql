-- Purchases: what the Worker calls. Every function is one transaction together with the `masuk_…` in front of it.

-- Registers a mitra with its books and, locally, an opening balance.
create function app.daftar_mitra(
  p_nama text, p_email text, p_hp text, p_saldo bigint, p_kunci_hash text, p_kunci_awalan text, p_kunci_privat text
) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_mitra bigint;
begin
  insert into mitra (nama, email, hp, kunci_api_hash, kunci_api_awalan, kunci_privat_segel, dibuat_pada)
    values (p_nama, p_email, p_hp, p_kunci_hash, p_kunci_awalan, p_kunci_privat, app.jam())
    on conflict (email) do nothing returning id into v_mitra;
  if v_mitra is null then raise exception 'EMAIL_TERDAFTAR' using errcode = 'PT409'; end if;
  -- `tersedia` first: purchases lock it first, and journals lock books in the order of their ids.
  insert into buku (mitra_id, nama, saldo) values (v_mitra, 'tersedia', 0);
  insert into buku (mitra_id, nama, saldo) values (v_mitra, 'ditahan', 0);
  if p_saldo > 0 then
    perform app.catat_jurnal('saldo_awal:' || v_mitra, 'saldo_awal', null,
      array[app.buku_rumah('penyesuaian'), app.buku_mitra(v_mitra, 'tersedia')], array[-p_saldo, p_saldo]);
  end if;
  return v_mitra;
end $$;
--> statement-breakpoint
-- Accepts a purchase: holds its price and opens the first attempt. The same key with the same content is the same
-- purchase (`ulangan`). The sweeper takes the row up when the queue has not within p_tenggang seconds.
create function app.beli(p_produk integer, p_nomor text, p_nominal bigint, p_kunci text, p_tenggang integer)
returns table (id bigint, ulangan boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_mitra bigint := app.mitra_id();
  v_tersedia buku;
  v_lama transaksi;
  v_produk produk;
  v_nominal bigint;
  v_harga bigint;
  v_id bigint;
begin
  -- This lock puts the purchases of one mitra in a row: behind it, every earlier purchase and key is visible.
  select * into v_tersedia from buku where mitra_id = v_mitra and nama = 'tersedia' for no key update;
  if not found then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;

  if p_kunci is not null then
    select * into v_lama from transaksi where mitra_id = v_mitra and kunci = p_kunci;
    if found then
      -- Leaving the denomination to a product that has one says the same as naming it.
      if v_lama.produk_id <> p_produk or v_lama.nomor_tujuan <> p_nomor
        or v_lama.nominal <> p_nominal or (v_lama.bebas_nominal and p_nominal is null) then
        raise exception 'KUNCI_DIPAKAI' using errcode = 'PT409';
      end if;
      return query select v_lama.id, true;
      return;
    end if;
  end if;

  select * into v_produk from produk where id = p_produk and aktif;
  if not found then raise exception 'PRODUK_TIDAK_ADA' using errcode = 'PT404'; end if;
  if v_produk.nominal <> p_nominal then raise exception 'NOMINAL_TIDAK_SESUAI' using errcode = 'PT422'; end if;
  v_nominal := coalesce(v_produk.nominal, p_nominal);
  if v_nominal is null then raise exception 'NOMINAL_WAJIB' using errcode = 'PT422'; end if;
  v_harga := v_produk.harga + case when v_produk.nominal is null then v_nominal else 0 end;
  if v_tersedia.saldo < v_harga then raise exception 'SALDO_TIDAK_CUKUP' using errcode = 'PT402'; end if;

  insert into transaksi
      (mitra_id, produk_id, kode_produk, nomor_tujuan, nominal, bebas_nominal, harga, kunci, waktu, lanjut_pada)
    values (v_mitra, p_produk, v_produk.kode, p_nomor, v_nominal, v_produk.nominal is null, v_harga, p_kunci, app.jam(),
            app.jam() + make_interval(secs => p_tenggang))
    returning id into v_id;
  insert into percobaan (transaksi_id, ke) values (v_id, 1);
  perform app.catat_jurnal('beli:' || v_id, 'beli', v_id,
    array[v_tersedia.id, app.buku_mitra(v_mitra, 'ditahan')], array[-v_harga, v_harga]);
  return query select v_id, false;
end $$;
--> statement-breakpoint
-- Claims open purchases for p_sewa seconds: the one named, or those due (p_transaksi null, at most p_batas).
-- `pertama` says that the biller cannot know the attempt yet. A row in someone else's hands is skipped, never waited for.
-- An attempt older than p_umur_maks days is never asked about again, because the biller would buy anew: `kedaluwarsa`.
create function app.klaim(p_transaksi bigint, p_batas integer, p_sewa integer, p_umur_maks integer)
returns table (
  transaksi_id bigint, ref_id text, kode_produk text, nomor_tujuan text, nominal_bebas bigint, harga bigint,
  pertama boolean, ditanya integer, kedaluwarsa boolean
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
      returning p.ref_id, p.transaksi_id, p.ditanya, b.dikirim_pada is null as pertama, b.kedaluwarsa
  ), dipegang as (
    update transaksi t
      set status = 'proses',
          lanjut_pada = case when d.kedaluwarsa then 'infinity' else app.jam() + make_interval(secs => p_sewa) end
      from dikirim d where t.id = d.transaksi_id
      returning t.id, d.ref_id, t.kode_produk, t.nomor_tujuan, case when t.bebas_nominal then t.nominal end, t.harga, d.pertama, d.ditanya, d.kedaluwarsa
  )
  select * from dipegang;
end $$;
--> statement-breakpoint
-- Gives a claim back unused: the biller was not asked. Only while nobody has claimed the attempt since (p_ditanya).
create function app.lepaskan(p_ref_id text, p_ditanya integer) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_transaksi bigint;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  perform from percobaan p join transaksi t on t.id = p.transaksi_id where p.ref_id = p_ref_id for no key update of t;
  update percobaan
    set ditanya = ditanya - 1, dikirim_pada = case when ditanya > 1 then dikirim_pada end
    where ref_id = p_ref_id and ditanya = p_ditanya
    returning transaksi_id into v_transaksi;
  update transaksi set lanjut_pada = app.jam() where id = v_transaksi and status = 'proses';
  return v_transaksi is not null;
end $$;
--> statement-breakpoint
create type app.hasil_biller as enum ('sukses', 'gagal', 'kembali', 'ditolak', 'tunda');
--> statement-breakpoint
-- Applies what the biller says of an attempt, whoever heard it: the reply, the webhook or a later check.
-- p_hasil: sukses | gagal | kembali (a success the biller took back) | ditolak (the request was refused and formed no
-- transaction: a failure only while no other request about this attempt was ever made) | tunda (not known yet).
-- What stays open is asked again after p_lanjut seconds.
-- Compare-and-swap on the status: each money movement happens once, and what contradicts a final state changes
-- nothing and is reported in `janggal`.
create function app.terapkan_hasil(
  p_ref_id text, p_hasil app.hasil_biller, p_rc text, p_pesan text, p_sn text, p_harga_biller bigint, p_hasil_eksekusi text, p_lanjut integer
) returns table (transaksi_id bigint, sebelum status_transaksi, sesudah status_transaksi, janggal text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_t transaksi;
  v_hasil app.hasil_biller := p_hasil;
  v_terbuka boolean;
  v_sesudah status_transaksi;
  v_janggal text;
  v_biaya bigint;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  select t.* into v_t from percobaan p join transaksi t on t.id = p.transaksi_id
    where p.ref_id = p_ref_id for no key update of t;
  if not found then return; end if;
  v_terbuka := v_t.status in ('pending', 'proses');
  v_sesudah := v_t.status;
  if p_hasil = 'ditolak' then
    v_hasil := case when (select ditanya from percobaan where ref_id = p_ref_id) = 1 then 'gagal' else 'tunda' end;
    if v_hasil = 'tunda' and v_terbuka then v_janggal := 'CEK_DITOLAK'; end if;
  end if;

  if v_hasil = 'tunda' then
    if v_terbuka and p_lanjut is not null then
      update transaksi set lanjut_pada = app.jam() + make_interval(secs => p_lanjut) where id = v_t.id;
    end if;
  elsif v_hasil = 'sukses' and v_terbuka then
    v_sesudah := 'sukses';
    -- The biller was told not to take more than v_t.harga; if it says otherwise, people have to settle that with it.
    v_biaya := least(coalesce(p_harga_biller, v_t.harga), v_t.harga);
    if p_harga_biller > v_t.harga then v_janggal := 'HARGA_BILLER_MELEBIHI'; end if;
    perform app.catat_jurnal('sukses:' || v_t.id, 'sukses', v_t.id,
      array[app.buku_mitra(v_t.mitra_id, 'ditahan'), app.buku_rumah('biller'), app.buku_rumah('pendapatan')],
      array[-v_t.harga, v_biaya, v_t.harga - v_biaya]);
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
    if found then update transaksi set hasil_eksekusi = p_hasil_eksekusi where id = v_t.id; end if;
  elsif v_hasil = 'sukses' and v_t.status = 'gagal' then
    v_janggal := 'SUKSES_SETELAH_GAGAL';
  elsif v_hasil = 'gagal' and v_t.status = 'sukses' then
    v_janggal := 'GAGAL_SETELAH_SUKSES';
  end if;

  if v_sesudah <> v_t.status then
    update transaksi set status = v_sesudah, hasil_eksekusi = p_hasil_eksekusi, selesai_pada = app.jam() where id = v_t.id;
  end if;
  if v_terbuka or v_sesudah <> v_t.status then
    update percobaan set rc = p_rc, pesan = p_pesan, sn = coalesce(p_sn, sn),
        harga_biller = coalesce(p_harga_biller, harga_biller), diperbarui_pada = app.jam()
      where ref_id = p_ref_id;
  end if;
  return query select v_t.id, v_t.status, v_sesudah, v_janggal;
end $$;
--> statement-breakpoint
-- For people with the owner's login: ends a purchase that stays open, after its fate was settled with the biller.
create function app.putuskan(p_transaksi bigint, p_hasil app.hasil_biller, p_alasan text)
returns table (transaksi_id bigint, sebelum status_transaksi, sesudah status_transaksi, janggal text)
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if p_hasil not in ('sukses', 'gagal', 'kembali') or coalesce(trim(p_alasan), '') = '' then
    raise exception 'putuskan membutuhkan sukses, gagal atau kembali, dan alasan';
  end if;
  perform app.masuk_layanan('pemilik');
  return query
    select h.* from (select ref_id from percobaan where percobaan.transaksi_id = p_transaksi order by ke desc limit 1) p,
      app.terapkan_hasil(p.ref_id, p_hasil, 'manual', p_alasan, null, null,
        case when p_hasil = 'sukses' then 'Transaksi PPOB berhasil! ' || p_alasan
             else 'Transaksi PPOB gagal: ' || p_alasan || '. Saldo dikembalikan.' end, null) h;
end $$;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function
  app.daftar_mitra(text, text, text, bigint, text, text, text),
  app.beli(integer, text, bigint, text, integer),
  app.klaim(bigint, integer, integer, integer),
  app.lepaskan(text, integer),
  app.terapkan_hasil(text, app.hasil_biller, text, text, text, bigint, text, integer)
to satupintu_app;
