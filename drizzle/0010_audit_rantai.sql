-- The audit as evidence: each row says which customer it is about, and all rows hang in a chain of hashes, so that nobody
-- changes, removes or slips in one unseen, the owner included. Admins read it; customers see what is about themselves.

-- Rows that are written while the old ones are being chained would hang nowhere.
lock table audit in share row exclusive mode;
--> statement-breakpoint
drop function app.catat_audit(text, text, text, jsonb);
--> statement-breakpoint
-- Notes a deed in the transaction that does it; the doer is whoever entered, p_subjek the customer it is about, if any.
create function app.catat_audit(p_aksi text, p_tabel text, p_id text, p_rincian jsonb, p_subjek bigint default null)
returns void
language sql set search_path = pg_catalog, public, pg_temp as $$
  insert into audit (waktu, pelaku, aksi, sasaran_tabel, sasaran_id, rincian, subjek_id)
    values (app.jam(), coalesce(app.pemanggil(), 'tamu'), p_aksi, p_tabel, p_id, p_rincian, p_subjek)
$$;
--> statement-breakpoint
-- Trigger: notes every change of a row, and the customer that it belongs to. Its first argument names the key, all of
-- them the columns whose values may be shown; of the others, which are personal data, only the names are noted.
create or replace function app.jejak() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_lama jsonb := to_jsonb(old);
  v_baru jsonb := to_jsonb(new);
  v_kolom text[] := array(
    select k from jsonb_object_keys(coalesce(v_baru, v_lama)) k
    where k <> 'updated_at' and k not like '%\_indeks' and v_lama -> k is distinct from v_baru -> k);
  -- What is sealed, and the identity it is sealed for, is no value to show, whatever the arguments say.
  v_nilai text[] := array(
    select k from unnest(v_kolom) k where k = any (tg_argv) and k <> 'baris' and k not like '%\_segel');
  v_milik text := case tg_table_name when 'nasabah' then 'id' else 'user_id' end;
begin
  -- A data key that is wrapped anew is the same key.
  if v_kolom <@ '{kunci}' then return null; end if;
  perform app.catat_audit(
    tg_table_name || '.' || case tg_op when 'INSERT' then 'buat' when 'UPDATE' then 'ubah' else 'hapus' end,
    tg_table_name, coalesce(v_baru, v_lama) ->> tg_argv[0],
    jsonb_strip_nulls(jsonb_build_object(
      'kolom', case tg_op when 'UPDATE' then to_jsonb(array(
        select distinct regexp_replace(k, '_segel$', '') from unnest(v_kolom) k order by 1)) end,
      'dari', (select jsonb_object_agg(key, value) from jsonb_each(v_lama) where key = any (v_nilai)),
      'menjadi', (select jsonb_object_agg(key, value) from jsonb_each(v_baru) where key = any (v_nilai)))),
    -- A row that is let go was about the customer it had.
    coalesce(v_baru ->> v_milik, v_lama ->> v_milik)::bigint);
  return null;
end $$;
--> statement-breakpoint
-- The file that the caller's own account opened, or null.
create function app.nasabah_id() returns bigint
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select id from nasabah where akun_id = app.akun_id()
$$;
--> statement-breakpoint
-- The hash of a link (SHA-256, hex): over the one before it and everything its row says, in a text that no setting of
-- the session changes.
create function app.hash_audit(p_sebelum text, p_baris audit) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select encode(sha256(convert_to(p_sebelum || jsonb_build_array(
    p_baris.id, extract(epoch from p_baris.waktu)::text, p_baris.pelaku, p_baris.aksi, p_baris.sasaran_tabel,
    p_baris.sasaran_id, p_baris.rincian, p_baris.subjek_id)::text, 'UTF8')), 'hex')
$$;
--> statement-breakpoint
-- The rows there are, in the order of their ids. Those about a file name its customer before they are sealed off.
do $$
declare
  v_baris audit;
  v_urut bigint := 0;
  v_hash text := repeat('0', 64);
begin
  update audit set subjek_id = sasaran_id::bigint where sasaran_tabel = 'nasabah';
  for v_baris in select * from audit order by id loop
    v_urut := v_urut + 1;
    v_hash := app.hash_audit(v_hash, v_baris);
    insert into audit_rantai (urut, audit_id, hash) values (v_urut, v_baris.id, v_hash);
  end loop;
  insert into audit_ujung (urut, hash) values (v_urut, v_hash);
end $$;
--> statement-breakpoint
-- Trigger: hangs a new row at the end of the chain. Transactions wait for each other at its one row.
create function app.sambung_audit() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_ujung audit_ujung;
begin
  update audit_ujung set urut = urut + 1, hash = app.hash_audit(hash, new) returning * into v_ujung;
  if not found then raise exception 'rantai audit tidak punya ujung'; end if;
  insert into audit_rantai (urut, audit_id, hash) values (v_ujung.urut, new.id, v_ujung.hash);
  return null;
end $$;
--> statement-breakpoint
-- Deferred to the commit: the end of the chain is the last lock a transaction takes, so no two wait in a circle, and it
-- is held no longer than the commit takes.
create constraint trigger audit_sambung after insert on audit deferrable initially deferred
  for each row execute function app.sambung_audit();
--> statement-breakpoint
create function app.tolak_ubah_audit() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'jejak audit dan rantainya tidak dapat diubah atau dihapus';
end $$;
--> statement-breakpoint
create trigger audit_tetap before update or delete or truncate on audit
  for each statement execute function app.tolak_ubah_audit();
--> statement-breakpoint
create trigger audit_rantai_tetap before update or delete or truncate on audit_rantai
  for each statement execute function app.tolak_ubah_audit();
--> statement-breakpoint
create trigger audit_ujung_tetap before insert or delete or truncate on audit_ujung
  for each statement execute function app.tolak_ubah_audit();
--> statement-breakpoint
-- At depth 0 it is no trigger that writes: links are made by app.sambung_audit alone.
create trigger audit_rantai_disambung before insert on audit_rantai
  for each statement when (pg_trigger_depth() = 0) execute function app.tolak_ubah_audit();
--> statement-breakpoint
create trigger audit_ujung_disambung before update on audit_ujung
  for each statement when (pg_trigger_depth() = 0) execute function app.tolak_ubah_audit();
--> statement-breakpoint
-- For admins: walks at most p_banyak links from number p_mulai on. diperiksa: how many were right; sampai, hash: the last
-- of those; ujung: the length of the chain. sebab, when something is wrong, and the number of the link where, rusak_di:
-- `mata_hilang`, the link is gone; `baris_hilang`, its row is; `hash_beda`, its row or a hash was changed; `ujung_beda`,
-- the end is not where it should be; `tanpa_mata`, a row is in no link: there rusak_di is that row's id.
-- The end, and rows in no link, are looked at when the walk gets there. Stable: all of it sees one moment.
create function app.periksa_audit(p_mulai bigint, p_banyak integer)
returns table (diperiksa bigint, sampai bigint, ujung bigint, hash text, rusak_di bigint, sebab text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_ujung audit_ujung;
  v_mulai bigint;
  v_mata record;
begin
  perform app.tuntut_peran('{admin}');
  if (p_mulai >= 1 and p_banyak between 1 and 50000) is not true then
    raise exception 'periksa_audit membutuhkan mulai dari 1, dan 1 sampai 50000 mata rantai';
  end if;
  select * into v_ujung from audit_ujung;
  ujung := coalesce(v_ujung.urut, 0);
  -- Who asks for what lies behind the end, asks for the end.
  v_mulai := least(p_mulai, ujung + 1);
  diperiksa := 0;
  sampai := v_mulai - 1;
  hash := repeat('0', 64);
  if sampai > 0 then
    select r.hash into hash from audit_rantai r where r.urut = v_mulai - 1;
    if not found then
      rusak_di := sampai;
      sampai := sampai - 1;
      sebab := 'mata_hilang';
      return next;
      return;
    end if;
  end if;
  for v_mata in
    select r.urut, r.hash, a as baris
    from (select * from audit_rantai where urut >= v_mulai order by urut limit p_banyak) r
    left join audit a on a.id = r.audit_id order by r.urut
  loop
    sebab := case
      when v_mata.urut <> sampai + 1 then 'mata_hilang'
      when v_mata.urut > ujung then 'ujung_beda'
      when v_mata.baris is null then 'baris_hilang'
      when v_mata.hash <> app.hash_audit(hash, v_mata.baris) then 'hash_beda' end;
    exit when sebab is not null;
    diperiksa := diperiksa + 1;
    sampai := v_mata.urut;
    hash := v_mata.hash;
  end loop;
  rusak_di := case when sebab is not null then sampai + 1 end;
  if sebab is not null or (sampai < ujung and diperiksa = p_banyak) then
    return next;
    return;
  end if;
  if sampai < ujung then
    sebab := 'mata_hilang';
    rusak_di := sampai + 1;
  elsif exists (select from audit_rantai where urut > sampai) then
    sebab := 'ujung_beda';
    rusak_di := sampai + 1;
  elsif hash is distinct from v_ujung.hash then
    sebab := 'ujung_beda';
    rusak_di := sampai;
  else
    select min(a.id) into rusak_di from audit a where not exists (select from audit_rantai r where r.audit_id = a.id);
    sebab := case when rusak_di is not null then 'tanpa_mata' end;
  end if;
  return next;
end $$;
--> statement-breakpoint
alter table audit_rantai enable row level security;
--> statement-breakpoint
alter table audit_rantai force row level security;
--> statement-breakpoint
alter table audit_ujung enable row level security;
--> statement-breakpoint
alter table audit_ujung force row level security;
--> statement-breakpoint
create policy audit_untuk_admin on audit for select to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy audit_subjek on audit for select to satupintu_app using (subjek_id = (select app.nasabah_id()));
--> statement-breakpoint
grant select on audit to satupintu_app;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function app.nasabah_id(), app.periksa_audit(bigint, integer) to satupintu_app;
