-- The directory: who may see and change whom. The tables are written directly, under row-level security; triggers leave
-- the audit rows, so that no change goes without.

-- The positions that the printed examples name, so that they work on a fresh database.
insert into jabatan (nama_jabatan, deskripsi) values
  ('Manajer', 'Memimpin dan mengatur pekerjaan tim'),
  ('Staf', 'Menjalankan pekerjaan sehari-hari');
--> statement-breakpoint
-- Who calls, as the audit and the one-time passwords name it; null when nobody has entered.
create function app.pemanggil() returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce('akun:' || app.akun_id(), 'mitra:' || app.mitra_id(), 'layanan:' || app.layanan())
$$;
--> statement-breakpoint
create or replace function app.catat_audit(p_aksi text, p_tabel text, p_id text, p_rincian jsonb) returns void
language sql set search_path = pg_catalog, public, pg_temp as $$
  insert into audit (waktu, pelaku, aksi, sasaran_tabel, sasaran_id, rincian)
    values (app.jam(), coalesce(app.pemanggil(), 'tamu'), p_aksi, p_tabel, p_id, p_rincian)
$$;
--> statement-breakpoint
create function app.adalah_staf() returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(app.peran() in ('admin', 'karyawan'), false)
$$;
--> statement-breakpoint
-- Refuses everybody without one of these roles: where only the body of a request tells who may send it.
create function app.tuntut_peran(p_peran peran_akun[]) returns void
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  if (app.peran()::peran_akun = any (p_peran)) is not true then
    raise exception 'PERAN_TIDAK_BOLEH' using errcode = 'PT403';
  end if;
end $$;
--> statement-breakpoint
-- Trigger: notes every change of a row. Its first argument names the key, all of them the columns whose values may be
-- shown; of the others, which are personal data, only the names are noted.
create function app.jejak() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_lama jsonb := to_jsonb(old);
  v_baru jsonb := to_jsonb(new);
  v_kolom text[] := array(
    select k from jsonb_object_keys(coalesce(v_baru, v_lama)) k
    where k <> 'updated_at' and k not like '%\_indeks' and v_lama -> k is distinct from v_baru -> k order by k);
begin
  if v_kolom = '{}' then return null; end if;
  perform app.catat_audit(
    tg_table_name || '.' || case tg_op when 'INSERT' then 'buat' when 'UPDATE' then 'ubah' else 'hapus' end,
    tg_table_name, coalesce(v_baru, v_lama) ->> tg_argv[0],
    jsonb_strip_nulls(jsonb_build_object(
      'kolom', case tg_op when 'UPDATE' then to_jsonb(v_kolom) end,
      'dari', (select jsonb_object_agg(key, value) from jsonb_each(v_lama) where key = any (tg_argv) and key = any (v_kolom)),
      'menjadi', (select jsonb_object_agg(key, value) from jsonb_each(v_baru) where key = any (tg_argv) and key = any (v_kolom)))));
  return null;
end $$;
--> statement-breakpoint
create function app.sentuh() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.updated_at := app.jam();
  return new;
end $$;
--> statement-breakpoint
create trigger jabatan_jejak after insert or update or delete on jabatan
  for each row execute function app.jejak('id_jabatan', 'nama_jabatan', 'deskripsi');
--> statement-breakpoint
create trigger pegawai_jejak after insert or update or delete on pegawai
  for each row execute function app.jejak('id', 'id_jabatan');
--> statement-breakpoint
create trigger nasabah_jejak after insert or update or delete on nasabah
  for each row execute function app.jejak('id', 'akun_id');
--> statement-breakpoint
create trigger nasabah_sentuh before update on nasabah
  for each row when (old.* is distinct from new.*) execute function app.sentuh();
--> statement-breakpoint
-- Removes a position nobody holds. Who is about to be given it waits for the row, and then does not find it.
create function app.hapus_jabatan(p_id integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.tuntut_peran('{admin}');
  perform from jabatan where id_jabatan = p_id for update;
  if not found then raise exception 'JABATAN_TIDAK_ADA' using errcode = 'PT404'; end if;
  if exists (select from pegawai where id_jabatan = p_id) then
    raise exception 'JABATAN_DIPAKAI' using errcode = 'PT409';
  end if;
  delete from jabatan where id_jabatan = p_id;
  return p_id;
end $$;
--> statement-breakpoint
-- A LIKE pattern for names that contain a text, taken literally and in whatever case.
create function app.pola_nama(p_cari text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select '%' || replace(replace(replace(lower(p_cari), '\', '\\'), '%', '\%'), '_', '\_') || '%'
$$;
--> statement-breakpoint
-- Ids of the users whose names contain a text, of those the caller may see. As the owner, because LIKE is not leakproof:
-- under row-level security it may not use an index. What does not depend on the row is asked once, in a subquery.
create function app.users_bernama(p_cari text) returns setof bigint
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select id from pegawai where (select app.adalah_staf()) and lower(nama) like (select app.pola_nama(p_cari))
  union all
  select id from nasabah where (select app.adalah_staf()) and lower(name) like (select app.pola_nama(p_cari))
  union all
  select id from nasabah where not (select app.adalah_staf())
    and akun_id = (select app.akun_id()) and lower(name) like (select app.pola_nama(p_cari))
$$;
--> statement-breakpoint
alter table jabatan enable row level security;
--> statement-breakpoint
alter table jabatan force row level security;
--> statement-breakpoint
alter table pegawai enable row level security;
--> statement-breakpoint
alter table pegawai force row level security;
--> statement-breakpoint
alter table nasabah enable row level security;
--> statement-breakpoint
alter table nasabah force row level security;
--> statement-breakpoint
create policy jabatan_untuk_staf on jabatan for select to satupintu_app using ((select app.adalah_staf()));
--> statement-breakpoint
create policy jabatan_admin_buat on jabatan for insert to satupintu_app with check ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy jabatan_admin_ubah on jabatan for update to satupintu_app
  using ((select app.peran()) = 'admin') with check ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy pegawai_untuk_staf on pegawai to satupintu_app
  using ((select app.adalah_staf())) with check ((select app.adalah_staf()));
--> statement-breakpoint
create policy nasabah_baca on nasabah for select to satupintu_app
  using ((select app.adalah_staf()) or akun_id = (select app.akun_id()));
--> statement-breakpoint
create policy nasabah_buat on nasabah for insert to satupintu_app
  with check (case when (select app.adalah_staf()) then akun_id is null else akun_id = (select app.akun_id()) end);
--> statement-breakpoint
create policy nasabah_ubah on nasabah for update to satupintu_app
  using ((select app.adalah_staf()) or akun_id = (select app.akun_id()))
  with check ((select app.adalah_staf()) or akun_id = (select app.akun_id()));
--> statement-breakpoint
create policy nasabah_hapus on nasabah for delete to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
grant select on jabatan, pegawai, nasabah to satupintu_app;
--> statement-breakpoint
-- Whole rows may be inserted: drizzle names every column, also those that have a default.
grant insert, update (nama_jabatan, deskripsi) on jabatan to satupintu_app;
--> statement-breakpoint
grant insert, update (nama, alamat, telepon, id_jabatan), delete on pegawai to satupintu_app;
--> statement-breakpoint
-- Whose file it is, and when it was written, stays as it was.
grant insert, delete,
  update (name, phone_segel, phone_indeks, email, dob, gender, national_id_segel, national_id_indeks)
  on nasabah to satupintu_app;
--> statement-breakpoint
grant usage on sequence users_id to satupintu_app;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function app.pemanggil(), app.adalah_staf(), app.tuntut_peran(peran_akun[]), app.hapus_jabatan(integer),
  app.users_bernama(text) to satupintu_app;
