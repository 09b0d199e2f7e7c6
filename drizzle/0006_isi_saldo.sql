-- What an admin does with mitra: look at them, fill their balance, switch them off.

-- A journal may say who moved the money by hand, and why.
drop function app.catat_jurnal(text, jenis_jurnal, bigint, bigint[], bigint[]);
--> statement-breakpoint
-- Writes one journal: p_jumlah[i] rupiah into book p_buku[i]. A second journal with the same key is a unique violation.
-- Books are locked in the order of their ids, so two journals never wait for each other in a circle.
create function app.catat_jurnal(
  p_kunci text, p_jenis jenis_jurnal, p_transaksi bigint, p_buku bigint[], p_jumlah bigint[],
  p_akun bigint default null, p_keterangan text default null
) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_jurnal bigint;
  v_saldo bigint;
  v_entri record;
begin
  if (select sum(j) from unnest(p_jumlah) j) is distinct from 0 then
    raise exception 'jurnal % tidak seimbang', p_kunci;
  end if;
  insert into jurnal (kunci, jenis, transaksi_id, akun_id, keterangan, dibuat_pada)
    values (p_kunci, p_jenis, p_transaksi, p_akun, p_keterangan, app.jam()) returning id into v_jurnal;
  for v_entri in
    select e.buku, sum(e.jumlah)::bigint as jumlah from unnest(p_buku, p_jumlah) as e(buku, jumlah)
    group by e.buku having sum(e.jumlah) <> 0 order by e.buku
  loop
    update buku set saldo = saldo + v_entri.jumlah
      where id = v_entri.buku and mitra_id is not null returning saldo into v_saldo;
    insert into mutasi (jurnal_id, buku_id, jumlah, saldo_sesudah)
      values (v_jurnal, v_entri.buku, v_entri.jumlah, case when found then v_saldo end);
  end loop;
end $$;
--> statement-breakpoint
create policy mitra_untuk_admin on mitra for select to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy buku_untuk_admin on buku for select to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
grant select on buku to satupintu_app;
--> statement-breakpoint
-- Puts money that has come in (`kas`) into a mitra's balance. The same key with the same content is the same top-up,
-- whatever has happened since: it answers as the first time (`ulangan`) and moves nothing. A key is used once in the whole
-- house, so one that names another mitra is refused. No row when there is no such mitra, used key or not.
create function app.isi_saldo(p_mitra bigint, p_jumlah bigint, p_keterangan text, p_kunci text)
returns table (id bigint, mitra_id bigint, jumlah bigint, keterangan text, saldo bigint, waktu timestamptz, ulangan boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_kunci text := 'isi_saldo:' || p_kunci;
  v_tersedia bigint;
  v_jurnal jurnal;
  v_ulangan boolean;
begin
  if app.peran() is distinct from 'admin' then raise exception 'PERAN_TIDAK_BOLEH' using errcode = 'PT403'; end if;
  if (p_jumlah > 0 and p_keterangan <> '' and p_kunci <> '') is not true then
    raise exception 'isi_saldo membutuhkan jumlah, keterangan dan kunci';
  end if;
  v_tersedia := app.buku_mitra(p_mitra, 'tersedia');
  if v_tersedia is null then return; end if;
  -- Top-ups with one key wait for each other, also when they name different mitra. Always before the lock of a book.
  perform pg_advisory_xact_lock(hashtextextended(v_kunci, 0));
  select * into v_jurnal from jurnal where kunci = v_kunci;
  v_ulangan := found;
  if v_ulangan then
    if v_jurnal.keterangan is distinct from p_keterangan or not exists (
      select from mutasi where jurnal_id = v_jurnal.id and buku_id = v_tersedia and jumlah = p_jumlah) then
      raise exception 'KUNCI_DIPAKAI' using errcode = 'PT409';
    end if;
  else
    -- The lock that purchases and refunds take first: behind it, nothing comes into the mitra's books.
    perform from buku where buku.id = v_tersedia for no key update;
    -- Beyond this a JSON number is no longer exact. What is held counts, because it may come back.
    if (select sum(b.saldo) from buku b where b.mitra_id = p_mitra) + p_jumlah > 9007199254740991 then
      raise exception 'SALDO_TERLALU_BESAR' using errcode = 'PT422';
    end if;
    perform app.catat_jurnal(v_kunci, 'isi_saldo', null,
      array[app.buku_rumah('kas'), v_tersedia], array[-p_jumlah, p_jumlah], app.akun_id(), p_keterangan);
    select * into v_jurnal from jurnal where kunci = v_kunci;
    perform app.catat_audit('saldo.isi', 'mitra', p_mitra::text, jsonb_build_object('jurnal', v_jurnal.id, 'jumlah', p_jumlah));
  end if;
  return query
    select v_jurnal.id, p_mitra, m.jumlah, v_jurnal.keterangan, m.saldo_sesudah, v_jurnal.dibuat_pada, v_ulangan
    from mutasi m where m.jurnal_id = v_jurnal.id and m.buku_id = v_tersedia;
end $$;
--> statement-breakpoint
-- For admins: switches a mitra off or on; its next request meets it. No row when there is no such mitra.
create function app.atur_mitra(p_id bigint, p_aktif boolean) returns table (id bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_lama boolean;
begin
  if app.peran() is distinct from 'admin' then raise exception 'PERAN_TIDAK_BOLEH' using errcode = 'PT403'; end if;
  select aktif into v_lama from mitra where mitra.id = p_id for no key update;
  if not found then return; end if;
  if v_lama <> p_aktif then
    update mitra set aktif = p_aktif where mitra.id = p_id;
    perform app.catat_audit('mitra.atur', 'mitra', p_id::text, jsonb_build_object('aktif', p_aktif));
  end if;
  return query select p_id;
end $$;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function app.isi_saldo(bigint, bigint, text, text), app.atur_mitra(bigint, boolean) to satupintu_app;
