-- Outgoing webhooks: what became of a purchase is written down beside it, in the same transaction, and delivered until the
-- mitra has it. An attempt that has begun and has no entry in kiriman_log yet is under way: whoever makes one counts it in
-- `percobaan` first, and writes the entry last.
alter table callback enable row level security;
--> statement-breakpoint
alter table callback force row level security;
--> statement-breakpoint
alter table kiriman enable row level security;
--> statement-breakpoint
alter table kiriman force row level security;
--> statement-breakpoint
alter table kiriman_log enable row level security;
--> statement-breakpoint
alter table kiriman_log force row level security;
--> statement-breakpoint
create policy callback_sendiri on callback for select to satupintu_app using (mitra_id = (select app.mitra_id()));
--> statement-breakpoint
create policy kiriman_sendiri on kiriman for select to satupintu_app using (mitra_id = (select app.mitra_id()));
--> statement-breakpoint
create policy kiriman_log_sendiri on kiriman_log for select to satupintu_app
  using ((select app.mitra_id()) is not null and exists (select from kiriman k where k.id = kiriman_id));
--> statement-breakpoint
grant select on callback, kiriman, kiriman_log to satupintu_app;
--> statement-breakpoint
-- An instant as the API writes it.
create function app.waktu_iso(p_waktu timestamptz) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select to_char(p_waktu at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
--> statement-breakpoint
-- Trigger: a purchase has ended, or its success was taken back. Whoever has an endpoint is told, once for each.
-- The queue has 15 seconds before the sweeper takes it up.
create function app.kabarkan_akhir() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_peristiwa peristiwa := case
    when new.status = 'sukses' then 'transaksi.sukses'
    when old.status = 'sukses' then 'transaksi.dikembalikan'
    else 'transaksi.gagal' end;
begin
  insert into kiriman (mitra_id, transaksi_id, peristiwa, isi, lanjut_pada, dibuat_pada)
    select c.mitra_id, new.id, v_peristiwa,
      jsonb_build_object('type', v_peristiwa, 'timestamp', app.waktu_iso(app.jam()), 'data', jsonb_build_object(
        'id', new.id, 'produk_id', new.produk_id, 'nomor_tujuan', new.nomor_tujuan, 'nominal', new.nominal, 'harga', new.harga,
        'status', new.status, 'ref_id', new.kunci, 'sn', new.sn, 'hasil_eksekusi', new.hasil_eksekusi,
        'waktu', app.waktu_iso(new.waktu), 'selesai_pada', app.waktu_iso(new.selesai_pada))),
      app.jam() + interval '15 seconds', app.jam()
    from callback c where c.mitra_id = new.mitra_id and c.aktif
    on conflict (transaksi_id, peristiwa) do nothing;
  return null;
end $$;
--> statement-breakpoint
create trigger transaksi_kabarkan after update of status on transaksi
  for each row when (old.status is distinct from new.status and new.status in ('sukses', 'gagal'))
  execute function app.kabarkan_akhir();
--> statement-breakpoint
-- Registers the caller's endpoint, or another one; it is switched on.
create function app.pasang_callback(p_url text) returns setof callback
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.mitra_id() is null then raise exception 'BUKAN_MITRA' using errcode = 'PT403'; end if;
  return query
    insert into callback as c (mitra_id, url, diubah_pada) values (app.mitra_id(), p_url, app.jam())
    on conflict (mitra_id) do update
      set url = excluded.url, aktif = true, gagal_sejak = null, dimatikan_pada = null, diubah_pada = excluded.diubah_pada
    returning c.*;
end $$;
--> statement-breakpoint
-- Gives up what waits for an endpoint that is off. Its caller holds the lock of that endpoint.
create function app.gugurkan_kiriman(p_mitra bigint, p_url text) returns void
language sql set search_path = pg_catalog, public, pg_temp as $$
  with gugur as (
    update kiriman set status = 'gagal', percobaan = percobaan + 1
      where mitra_id = p_mitra and status = 'menunggu' returning id
  )
  insert into kiriman_log (kiriman_id, waktu, url, galat, ms)
    select id, app.jam(), p_url, 'callback dimatikan', 0 from gugur
$$;
--> statement-breakpoint
-- Removes the caller's endpoint; false when there is none.
create function app.hapus_callback() returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_url text;
begin
  if app.mitra_id() is null then raise exception 'BUKAN_MITRA' using errcode = 'PT403'; end if;
  delete from callback where mitra_id = app.mitra_id() returning url into v_url;
  if not found then return false; end if;
  perform app.gugurkan_kiriman(app.mitra_id(), v_url);
  return true;
end $$;
--> statement-breakpoint
-- The caller wants a message once more: it is due now, under its old name. One that is being delivered stays with whoever does.
create function app.ulang_kiriman(p_id bigint) returns table (id bigint, percobaan integer)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_k kiriman;
  v_berjalan boolean;
begin
  if app.mitra_id() is null then raise exception 'BUKAN_MITRA' using errcode = 'PT403'; end if;
  select k.* into v_k from kiriman k where k.id = p_id and k.mitra_id = app.mitra_id() for no key update;
  if not found then raise exception 'KIRIMAN_TIDAK_ADA' using errcode = 'PT404'; end if;
  if not exists (select from callback c where c.mitra_id = v_k.mitra_id and c.aktif) then
    raise exception 'CALLBACK_MATI' using errcode = 'PT409';
  end if;
  v_berjalan := v_k.status = 'menunggu' and v_k.lanjut_pada > app.jam()
    and v_k.percobaan > (select count(*) from kiriman_log l where l.kiriman_id = v_k.id);
  return query
    update kiriman k set status = 'menunggu', lanjut_pada = case when v_berjalan then k.lanjut_pada else app.jam() end
      where k.id = v_k.id returning k.id, k.percobaan;
end $$;
--> statement-breakpoint
-- Takes one message for p_sewa seconds: the one named, or the one that has been due longest and is not for p_kecuali.
-- The one named may come before its date, as the queue tries sooner than the sweeper: when nobody has tried it yet, or when
-- the last attempt has ended some seconds ago. What waits for an endpoint that is off is given up on the way.
create function app.klaim_kiriman(p_id bigint, p_sewa integer, p_kecuali bigint[] default '{}')
returns table (
  id bigint, mitra_id bigint, pesan_id text, isi text, percobaan integer, url text, kunci_api_hash text, kunci_privat_segel text
)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_k kiriman;
  v_callback callback;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  loop
    if p_id is null then
      select k.* into v_k from kiriman k
        where k.status = 'menunggu' and k.lanjut_pada <= app.jam() and k.mitra_id <> all (p_kecuali)
        order by k.lanjut_pada limit 1 for no key update skip locked;
    else
      select k.* into v_k from kiriman k
        where k.id = p_id and k.status = 'menunggu' and (k.lanjut_pada <= app.jam() or k.percobaan = 0
          or (select count(*) = k.percobaan and max(l.waktu) <= app.jam() - interval '5 seconds'
                from kiriman_log l where l.kiriman_id = k.id))
        for no key update skip locked;
    end if;
    if not found then return; end if;
    select c.* into v_callback from callback c where c.mitra_id = v_k.mitra_id;
    exit when v_callback.aktif;
    -- Only this one: another's row is waited for by nobody who holds one.
    update kiriman k set status = 'gagal', percobaan = k.percobaan + 1 where k.id = v_k.id;
    insert into kiriman_log (kiriman_id, waktu, url, galat, ms)
      values (v_k.id, app.jam(), coalesce(v_callback.url, ''), 'callback dimatikan', 0);
  end loop;
  return query
    update kiriman k set percobaan = k.percobaan + 1, lanjut_pada = app.jam() + make_interval(secs => p_sewa)
      from mitra m where k.id = v_k.id and m.id = k.mitra_id
      returning k.id, k.mitra_id, k.pesan_id, k.isi::text, k.percobaan, v_callback.url, m.kunci_api_hash, m.kunci_privat_segel;
end $$;
--> statement-breakpoint
-- Settles an attempt: delivered when there is no p_galat; else again after p_jeda seconds, or never when that is null.
-- Whoever was overtaken by another claim settles only what is true whoever asks: that it was delivered. An endpoint that
-- says so itself (p_matikan), or that has let nothing through for 72 hours, is switched off.
create function app.catat_kiriman(
  p_id bigint, p_percobaan integer, p_url text, p_kode integer, p_galat text, p_ms integer, p_jeda integer, p_matikan boolean
) returns table (status status_kiriman, dimatikan boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_mitra bigint;
  v_callback callback;
  v_dimatikan boolean := false;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  select k.mitra_id into v_mitra from kiriman k where k.id = p_id;
  -- The endpoint first, as whoever switches it off does.
  select c.* into v_callback from callback c where c.mitra_id = v_mitra for no key update;
  insert into kiriman_log (kiriman_id, waktu, url, kode_http, galat, ms)
    values (p_id, app.jam(), p_url, p_kode, p_galat, p_ms);
  if p_galat is null then
    update kiriman k set status = 'terkirim', terkirim_pada = app.jam() where k.id = p_id;
    update callback c set gagal_sejak = null
      where c.mitra_id = v_mitra and c.url = p_url and c.gagal_sejak is not null;
  else
    update kiriman k
      set status = case when p_jeda is null then 'gagal' else k.status end,
          lanjut_pada = coalesce(app.jam() + make_interval(secs => p_jeda), k.lanjut_pada)
      where k.id = p_id and k.status = 'menunggu' and k.percobaan = p_percobaan;
    -- What an address did that is no longer theirs says nothing about the one that is.
    if v_callback.aktif and v_callback.url = p_url then
      v_dimatikan := p_matikan or coalesce(v_callback.gagal_sejak <= app.jam() - interval '72 hours', false);
      update callback c
        set gagal_sejak = coalesce(c.gagal_sejak, app.jam()), aktif = not v_dimatikan,
            dimatikan_pada = case when v_dimatikan then app.jam() end
        where c.mitra_id = v_mitra;
      if v_dimatikan then perform app.gugurkan_kiriman(v_mitra, p_url); end if;
    end if;
  end if;
  return query select k.status, v_dimatikan from kiriman k where k.id = p_id;
end $$;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function
  app.pasang_callback(text),
  app.hapus_callback(),
  app.ulang_kiriman(bigint),
  app.klaim_kiriman(bigint, integer, bigint[]),
  app.catat_kiriman(bigint, integer, text, integer, text, integer, integer, boolean)
to satupintu_app;
