-- The ledger: double entry in whole rupiah. Only app.catat_jurnal writes journals, entries and balances.

-- The database's time. `app.jam` lets a test own the clock; it holds a timestamp or nothing.
create function app.jam() returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(nullif(current_setting('app.jam', true), '')::timestamptz, now())
$$;
--> statement-breakpoint
insert into buku (nama) values ('kas'), ('biller'), ('pendapatan'), ('penyesuaian');
--> statement-breakpoint
-- History is not rewritten, not even by the owner.
create function app.tolak_ubah() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'jurnal dan mutasi tidak dapat diubah atau dihapus: koreksi adalah jurnal baru';
end $$;
--> statement-breakpoint
create trigger jurnal_tetap before update or delete or truncate on jurnal
  for each statement execute function app.tolak_ubah();
--> statement-breakpoint
create trigger mutasi_tetap before update or delete or truncate on mutasi
  for each statement execute function app.tolak_ubah();
--> statement-breakpoint
-- Two functions, because `is not distinct from` would serve both and use no index.
create function app.buku_mitra(p_mitra bigint, p_nama nama_buku) returns bigint
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select id from buku where mitra_id = p_mitra and nama = p_nama
$$;
--> statement-breakpoint
create function app.buku_rumah(p_nama nama_buku) returns bigint
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select id from buku where mitra_id is null and nama = p_nama
$$;
--> statement-breakpoint
-- Writes one journal: p_jumlah[i] rupiah into book p_buku[i]. A second journal with the same key is a unique violation.
-- Books are locked in the order of their ids, so two journals never wait for each other in a circle.
create function app.catat_jurnal(
  p_kunci text, p_jenis jenis_jurnal, p_transaksi bigint, p_buku bigint[], p_jumlah bigint[]
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
  insert into jurnal (kunci, jenis, transaksi_id, dibuat_pada)
    values (p_kunci, p_jenis, p_transaksi, app.jam()) returning id into v_jurnal;
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
revoke all on all functions in schema app from public;
