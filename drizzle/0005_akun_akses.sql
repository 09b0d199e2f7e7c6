-- Accounts: who may do what, and the functions that do it. A person enters with app.masuk_akun, which sets app.akun_id,
-- app.peran and app.sesi_id for the rest of the transaction; everything below asks these.

-- The account of this transaction, its role and its session, or null.
create function app.akun_id() returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.akun_id', true), '')::bigint
$$;
--> statement-breakpoint
create function app.peran() returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.peran', true), '')
$$;
--> statement-breakpoint
create function app.sesi_id() returns uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.sesi_id', true), '')::uuid
$$;
--> statement-breakpoint
-- Makes somebody the principal of the rest of this transaction, and nobody else.
create function app.pakai_konteks(p_mitra bigint, p_layanan text, p_akun bigint, p_peran peran_akun, p_sesi uuid) returns void
language sql set search_path = pg_catalog, public, pg_temp as $$
  select set_config('app.mitra_id', coalesce(p_mitra::text, ''), true), set_config('app.layanan', coalesce(p_layanan, ''), true),
    set_config('app.akun_id', coalesce(p_akun::text, ''), true), set_config('app.peran', coalesce(p_peran::text, ''), true),
    set_config('app.sesi_id', coalesce(p_sesi::text, ''), true)
$$;
--> statement-breakpoint
-- Enters as a person: the session must be alive, the account active and its tokens not outdated. Logging out, disabling
-- and changing a role therefore hold from the very next request on.
create function app.masuk_akun(p_akun bigint, p_sesi uuid, p_versi integer, p_peran peran_akun[]) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_peran peran_akun;
begin
  select a.peran into v_peran from akun a join sesi s on s.akun_id = a.id
    where a.id = p_akun and a.aktif and a.versi_token = p_versi and s.id = p_sesi and s.kedaluwarsa_pada > app.jam();
  if not found then raise exception 'TOKEN_TIDAK_SAH' using errcode = 'PT401'; end if;
  if (v_peran = any (p_peran)) is not true then raise exception 'PERAN_TIDAK_BOLEH' using errcode = 'PT403'; end if;
  perform app.pakai_konteks(null, null, p_akun, v_peran, p_sesi);
  return p_akun;
end $$;
--> statement-breakpoint
-- As before, but nothing stays of a person who entered earlier in the transaction.
create or replace function app.masuk_mitra(p_kunci_hash text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_mitra mitra;
begin
  select * into v_mitra from mitra where kunci_api_hash = p_kunci_hash;
  if not found then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;
  if not v_mitra.aktif then raise exception 'MITRA_NONAKTIF' using errcode = 'PT403'; end if;
  perform app.pakai_konteks(v_mitra.id, null, null, null, null);
  return v_mitra.id;
end $$;
--> statement-breakpoint
create or replace function app.masuk_layanan(p_nama text) returns text
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select app.pakai_konteks(null, p_nama, null, null, null);
  select p_nama
$$;
--> statement-breakpoint
-- Notes a deed in the transaction that does it; the doer is whoever entered.
create function app.catat_audit(p_aksi text, p_tabel text, p_id text, p_rincian jsonb) returns void
language sql set search_path = pg_catalog, public, pg_temp as $$
  insert into audit (waktu, pelaku, aksi, sasaran_tabel, sasaran_id, rincian)
    values (app.jam(), coalesce('akun:' || app.akun_id(), 'mitra:' || app.mitra_id(), 'layanan:' || app.layanan(), 'tamu'),
      p_aksi, p_tabel, p_id, p_rincian)
$$;
--> statement-breakpoint
-- Which of an account's unique values is taken, as the error to raise.
create function app.kembar_akun(p_email text, p_kecuali bigint) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select case when exists (select from akun where email = p_email and id is distinct from p_kecuali)
    then 'EMAIL_AKUN_TERDAFTAR' else 'USERNAME_TERDAFTAR' end
$$;
--> statement-breakpoint
-- Opens an account. Anybody may become `nasabah`; staff is opened by an admin. While there is no admin at all, p_perdana
-- lets the first one in without one, and it becomes admin whatever it asked for.
create function app.daftar_akun(
  p_nama text, p_email text, p_username text, p_kata_sandi text, p_peran peran_akun, p_perdana boolean, p_alamat text
) returns table (id bigint, nama text, email text, username text, peran peran_akun, dibuat_pada timestamptz)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_peran peran_akun := p_peran;
  v_id bigint;
begin
  if p_peran <> 'nasabah' and app.peran() is distinct from 'admin' then
    -- Of two that want to be the first admin at once, the second waits here and finds one.
    perform pg_advisory_xact_lock(hashtext('app.daftar_akun'));
    if not p_perdana or exists (select from akun where peran = 'admin') then
      raise exception 'HANYA_ADMIN' using errcode = 'PT403';
    end if;
    v_peran := 'admin';
  end if;
  insert into akun (nama, email, username, kata_sandi, peran, dibuat_pada)
    values (p_nama, p_email, p_username, p_kata_sandi, v_peran, app.jam())
    on conflict do nothing returning akun.id into v_id;
  if v_id is null then raise exception '%', app.kembar_akun(p_email, null) using errcode = 'PT409'; end if;
  perform app.catat_audit('akun.daftar', 'akun', v_id::text, jsonb_build_object('peran', v_peran, 'alamat', p_alamat));
  return query select a.id, a.nama, a.email, a.username, a.peran, a.dibuat_pada from akun a where a.id = v_id;
end $$;
--> statement-breakpoint
-- The account that an e-mail address or a username names, for the comparison of its password in the Worker.
create function app.cari_akun(p_identitas text) returns table (id bigint, kata_sandi text, versi integer)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select id, kata_sandi, versi_kata_sandi from akun where email = lower(p_identitas) or lower(username) = lower(p_identitas)
$$;
--> statement-breakpoint
-- Opens a session after a password was found right, if it is still that version of it (p_versi); p_kata_sandi_baru is
-- the same password hashed anew, or null. Of the account's sessions only the newest 20 stay. Every login also sweeps out
-- a few dead sessions of anybody's, so that they do not gather.
create function app.buka_sesi(
  p_akun bigint, p_versi integer, p_kata_sandi_baru text, p_sesi uuid, p_umur integer, p_agen text, p_alamat text
) returns table (
  id bigint, nama text, email text, username text, peran peran_akun, versi_token integer, dibuat_pada timestamptz
)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_akun akun;
begin
  select * into v_akun from akun where akun.id = p_akun and versi_kata_sandi = p_versi for no key update;
  if not found then raise exception 'IDENTITAS_SALAH' using errcode = 'PT401'; end if;
  if not v_akun.aktif then raise exception 'AKUN_NONAKTIF' using errcode = 'PT403'; end if;
  if p_kata_sandi_baru is not null then
    update akun set kata_sandi = p_kata_sandi_baru where akun.id = p_akun;
  end if;
  delete from sesi where sesi.id in (
    select s.id from sesi s where s.kedaluwarsa_pada <= app.jam()
    order by s.kedaluwarsa_pada limit 20 for update skip locked);
  delete from sesi where sesi.id in (
    select s.id from sesi s where s.akun_id = p_akun and s.kedaluwarsa_pada > app.jam()
    order by s.dibuat_pada desc, s.id offset 19);
  insert into sesi (id, akun_id, diputar_pada, agen, alamat, dibuat_pada, kedaluwarsa_pada)
    values (p_sesi, p_akun, app.jam(), p_agen, p_alamat, app.jam(), app.jam() + make_interval(secs => p_umur));
  perform app.pakai_konteks(null, null, p_akun, v_akun.peran, p_sesi);
  perform app.catat_audit('sesi.buka', 'akun', p_akun::text, jsonb_build_object('sesi', p_sesi, 'alamat', p_alamat));
  return query select v_akun.id, v_akun.nama, v_akun.email, v_akun.username, v_akun.peran, v_akun.versi_token, v_akun.dibuat_pada;
end $$;
--> statement-breakpoint
-- Notes a login that failed; p_akun is null when nobody has that name.
create function app.catat_gagal_masuk(p_akun bigint, p_alamat text) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select app.catat_audit('sesi.gagal', 'akun', p_akun::text, jsonb_build_object('alamat', p_alamat))
$$;
--> statement-breakpoint
-- Turns a session's refresh token over. The current one (p_putaran) is followed by the next. The one before it is taken
-- for p_tenggang seconds, because an honest client may send two refreshes at once, and gets the current one again.
-- Any older one was stolen from somebody: the session ends (`dipakai_ulang`). No row when there is no such session.
create function app.putar_sesi(p_akun bigint, p_sesi uuid, p_putaran integer, p_tenggang integer)
returns table (dipakai_ulang boolean, putaran integer, peran peran_akun, versi_token integer, sisa integer)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_sesi sesi;
  v_akun akun;
begin
  select * into v_akun from akun where id = p_akun and aktif;
  if not found then return; end if;
  select * into v_sesi from sesi
    where id = p_sesi and akun_id = p_akun and kedaluwarsa_pada > app.jam() for update;
  if not found then return; end if;
  if p_putaran = v_sesi.putaran then
    v_sesi.putaran := p_putaran + 1;
    update sesi set putaran = v_sesi.putaran, diputar_pada = app.jam() where id = p_sesi;
  elsif p_putaran <> v_sesi.putaran - 1 or v_sesi.diputar_pada <= app.jam() - make_interval(secs => p_tenggang) then
    delete from sesi where id = p_sesi;
    perform app.catat_audit('sesi.dipakai_ulang', 'akun', p_akun::text, jsonb_build_object('sesi', p_sesi));
    return query select true, null::integer, null::peran_akun, null::integer, null::integer;
    return;
  end if;
  return query select false, v_sesi.putaran, v_akun.peran, v_akun.versi_token,
    extract(epoch from v_sesi.kedaluwarsa_pada - app.jam())::integer;
end $$;
--> statement-breakpoint
-- Ends sessions of the caller's: 'satu' (p_sesi), 'lain' (all but the present one) or 'semua'. Returns how many.
create function app.akhiri_sesi(p_yang text, p_sesi uuid) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_jumlah integer;
begin
  -- The account first, as a login takes it: two that end sessions of one account never wait in a circle.
  perform from akun where id = app.akun_id() for no key update;
  delete from sesi where akun_id = app.akun_id() and case p_yang
    when 'satu' then id = p_sesi when 'lain' then id <> app.sesi_id() when 'semua' then true else false end;
  get diagnostics v_jumlah = row_count;
  if v_jumlah > 0 then
    perform app.catat_audit('sesi.akhiri', 'akun', app.akun_id()::text, jsonb_build_object('yang', p_yang, 'jumlah', v_jumlah));
  end if;
  return v_jumlah;
end $$;
--> statement-breakpoint
-- Changes what the caller may change of itself; null leaves a value as it is.
create function app.ubah_profil(p_nama text, p_email text, p_username text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update akun set nama = coalesce(p_nama, nama), email = coalesce(p_email, email), username = coalesce(p_username, username)
    where id = app.akun_id();
  if not found then raise exception 'TOKEN_TIDAK_SAH' using errcode = 'PT401'; end if;
  perform app.catat_audit('akun.ubah', 'akun', app.akun_id()::text,
    jsonb_build_object('nama', p_nama is not null, 'email', p_email is not null, 'username', p_username is not null));
exception when unique_violation then
  raise exception '%', app.kembar_akun(p_email, app.akun_id()) using errcode = 'PT409';
end $$;
--> statement-breakpoint
-- The hash of the caller's own password, and its version.
create function app.kata_sandi_sendiri() returns table (id bigint, kata_sandi text, versi integer)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select id, kata_sandi, versi_kata_sandi from akun where id = app.akun_id()
$$;
--> statement-breakpoint
-- Replaces the caller's password (p_baru is a hash) if it is still version p_versi, and ends its other sessions. False
-- when it is not.
create function app.ganti_kata_sandi(p_versi integer, p_baru text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update akun set kata_sandi = p_baru, versi_kata_sandi = versi_kata_sandi + 1
    where id = app.akun_id() and versi_kata_sandi = p_versi;
  if not found then return false; end if;
  delete from sesi where akun_id = app.akun_id() and id <> app.sesi_id();
  perform app.catat_audit('akun.ganti_kata_sandi', 'akun', app.akun_id()::text, '{}');
  return true;
end $$;
--> statement-breakpoint
-- For admins: another role, or switching an account off and on; null leaves a value as it is. Both end all sessions and
-- tokens made before. There is always an active admin left. No row when there is no such account.
create function app.atur_akun(p_id bigint, p_peran peran_akun, p_aktif boolean) returns table (id bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_lama akun;
  v_baru akun;
begin
  if app.peran() is distinct from 'admin' then raise exception 'PERAN_TIDAK_BOLEH' using errcode = 'PT403'; end if;
  -- Two admins that switch each other off wait for one another here, in the order of the ids.
  perform from akun where peran = 'admin' or akun.id = p_id order by akun.id for no key update;
  -- Whoever waited may have been switched off meanwhile, and then does nothing any more.
  if not exists (select from akun a join sesi s on s.akun_id = a.id
    where a.id = app.akun_id() and a.aktif and a.peran = 'admin' and s.id = app.sesi_id()) then
    raise exception 'TOKEN_TIDAK_SAH' using errcode = 'PT401';
  end if;
  select * into v_lama from akun where akun.id = p_id;
  if not found then return; end if;
  update akun set peran = coalesce(p_peran, peran), aktif = coalesce(p_aktif, aktif) where akun.id = p_id
    returning * into v_baru;
  if not exists (select from akun where peran = 'admin' and aktif) then
    raise exception 'ADMIN_TERAKHIR' using errcode = 'PT409';
  end if;
  if v_baru is distinct from v_lama then
    update akun set versi_token = versi_token + 1 where akun.id = p_id;
    delete from sesi where akun_id = p_id;
    perform app.catat_audit('akun.atur', 'akun', p_id::text, jsonb_build_object(
      'dari', jsonb_build_object('peran', v_lama.peran, 'aktif', v_lama.aktif),
      'menjadi', jsonb_build_object('peran', v_baru.peran, 'aktif', v_baru.aktif)));
  end if;
  return query select p_id;
end $$;
--> statement-breakpoint
alter table akun enable row level security;
--> statement-breakpoint
alter table akun force row level security;
--> statement-breakpoint
alter table sesi enable row level security;
--> statement-breakpoint
alter table sesi force row level security;
--> statement-breakpoint
alter table audit enable row level security;
--> statement-breakpoint
alter table audit force row level security;
--> statement-breakpoint
create policy akun_sendiri on akun for select to satupintu_app using (id = (select app.akun_id()));
--> statement-breakpoint
create policy akun_untuk_admin on akun for select to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy sesi_sendiri on sesi for select to satupintu_app
  using (akun_id = (select app.akun_id()) and kedaluwarsa_pada > (select app.jam()));
--> statement-breakpoint
-- Everything but the password.
grant select (id, nama, email, username, peran, aktif, dibuat_pada) on akun to satupintu_app;
--> statement-breakpoint
grant select on sesi to satupintu_app;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function
  app.akun_id(), app.peran(), app.sesi_id(), app.jam(),
  app.masuk_akun(bigint, uuid, integer, peran_akun[]),
  app.daftar_akun(text, text, text, text, peran_akun, boolean, text),
  app.cari_akun(text),
  app.buka_sesi(bigint, integer, text, uuid, integer, text, text),
  app.catat_gagal_masuk(bigint, text),
  app.putar_sesi(bigint, uuid, integer, integer),
  app.akhiri_sesi(text, uuid),
  app.ubah_profil(text, text, text),
  app.kata_sandi_sendiri(),
  app.ganti_kata_sandi(integer, text),
  app.atur_akun(bigint, peran_akun, boolean)
to satupintu_app;
