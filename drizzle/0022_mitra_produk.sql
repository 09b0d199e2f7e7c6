-- What is sold, for how much, and whether the biller can deliver it now. What the biller wants for it, and what others
-- pay, is for admins; a mitra sees its own price.

-- What a mitra pays for each of these products now, in rupiah: of open denominations and postpaid products the fee on top.
-- The one definition of which rule goes first (see table aturan_harga): rules of the mitra before those of its tier, these
-- before everybody's; among them one for the product before one for its category, that before one for all; the list price
-- last. A rule above the biller's price says nothing where that is not known.
create function app.harga_produk(p_mitra bigint, p_produk produk[]) returns table (id integer, harga bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with berlaku as materialized (
    select a.produk_id, a.kategori, a.jenis, a.nilai, case when a.mitra_id is not null then 1 when a.tier is not null then 2 else 3 end as siapa
    from aturan_harga a
    where a.mitra_id = p_mitra or a.tier = (select m.tier from mitra m where m.id = p_mitra)
      or a.mitra_id is null and a.tier is null
  ), barang as materialized (
    -- A fee is not above anything, so only `tetap` can say it. No postpaid product has a denomination.
    select p.id, p.kategori, p.harga, case when p.nominal is not null and b.harga > 0 then b.harga end as modal
    from unnest(p_produk) p left join produk_biller b on b.kode = p.kode
  ), pilihan as (
    select p.id, p.modal, a.jenis, a.nilai, a.siapa, 1 as apa from barang p join berlaku a on a.produk_id = p.id
    union all
    select p.id, p.modal, a.jenis, a.nilai, a.siapa, 2 from barang p join berlaku a on a.kategori = p.kategori
    union all
    select p.id, p.modal, a.jenis, a.nilai, a.siapa, 3 from barang p cross join berlaku a
      where a.produk_id is null and a.kategori is null
    union all
    select p.id, p.modal, 'tetap', p.harga, 4, 4 from barang p
  )
  select distinct on (c.id) c.id, least(9007199254740991, case c.jenis
    when 'tetap' then c.nilai
    when 'markup' then c.modal + c.nilai
    else c.modal + ceil(c.modal::numeric * c.nilai / 10000) end)::bigint
  from pilihan c where c.jenis = 'tetap' or c.modal is not null
  order by c.id, c.siapa, c.apa
$$;
--> statement-breakpoint
-- The same of one product.
create function app.harga_mitra(p_mitra bigint, p_produk produk) returns bigint
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select h.harga from app.harga_produk(p_mitra, array[p_produk]) h
$$;
--> statement-breakpoint
-- The time of day in Asia/Jakarta.
create function app.pukul() returns time
language sql stable set search_path = pg_catalog, pg_temp as $$
  select (app.jam() at time zone 'Asia/Jakarta')::time
$$;
--> statement-breakpoint
-- Why the biller does not deliver a code to anybody at p_harga (null: whatever it costs) and at that time of day:
-- `gangguan`, `stok habis`, `tutup`, or null. A code that its list has never had says nothing. It is closed from the start of
-- its window on and before the end, which may lie behind midnight.
-- A prepaid product may be one of the biller's postpaid codes: an open denomination is bought so.
-- Its names are bound here and now, so it needs no search_path, and the planner can make it part of a query.
create function app.keadaan_biller(p_biller produk_biller, p_jenis jenis_produk, p_harga bigint, p_pukul time) returns text
language sql immutable
return case
  when (p_biller).kode is null then null
  when p_jenis = 'pascabayar' and (p_biller).jenis = 'prabayar' or (p_biller).harga > p_harga
    or not ((p_biller).ada and (p_biller).aktif_pembeli and (p_biller).aktif_penjual) then 'gangguan'
  when (p_biller).stok <= 0 then 'stok habis'
  when (p_biller).tutup_mulai <= (p_biller).tutup_selesai
    and p_pukul >= (p_biller).tutup_mulai and p_pukul < (p_biller).tutup_selesai then 'tutup'
  when (p_biller).tutup_mulai > (p_biller).tutup_selesai
    and (p_pukul >= (p_biller).tutup_mulai or p_pukul < (p_biller).tutup_selesai) then 'tutup'
end;
--> statement-breakpoint
-- Why a code cannot be bought now for that number at p_harga (null: whatever it costs), as the error to raise, or null.
create function app.halangan_produk(p_kode text, p_jenis jenis_produk, p_nomor text, p_harga bigint) returns text
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select case
    when k.keadaan = 'tutup' then 'PRODUK_TUTUP'
    when k.keadaan is not null then 'PRODUK_TIDAK_TERSEDIA'
    -- Whoever bought it: to the biller all of them are us. What a purchase has come to is the code of its last attempt.
    when not b.multi and exists (
      -- A mitra is told of its own purchases only; after those of others the biller itself refuses.
      select from (select * from transaksi where nomor_tujuan = p_nomor and mitra_id = coalesce(app.mitra_id(), mitra_id)
        order by id desc limit 500) t
        left join lateral (select p.kode from percobaan p where p.transaksi_id = t.id order by p.ke desc limit 1) p on true
      where t.status <> 'gagal' and coalesce(p.kode, t.kode_produk) = p_kode
        and (t.waktu at time zone 'Asia/Jakarta')::date = (app.jam() at time zone 'Asia/Jakarta')::date)
      then 'SUDAH_DIBELI_HARI_INI'
  end
  from produk_biller b cross join lateral (select app.keadaan_biller(b, p_jenis, p_harga, app.pukul()) as keadaan) k
  where b.kode = p_kode
$$;
--> statement-breakpoint
-- Products in the order of their ids, behind p_sesudah. A mitra sees what is on sale, and its own price; staff sees all of
-- them and the list price. alasan: why none of its codes is delivered now, in the words of its first one. Of several codes,
-- multi, stok and tutup are the first one's. Each filter that is not null must hold; p_cari is a part of the name, the
-- code, the brand or the category, taken literally.
create function app.daftar_produk(
  p_id integer, p_kategori text, p_merek text, p_jenis jenis_produk, p_cari text, p_tersedia boolean, p_aktif boolean,
  p_sesudah integer, p_batas integer
) returns table (
  id integer, kode text, nama text, kategori text, merek text, deskripsi text, jenis jenis_produk, harga bigint,
  nominal bigint, aktif boolean, kode_cadangan text[], alasan text, multi boolean, stok integer, tutup_mulai time,
  tutup_selesai time
)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with pemanggil as materialized (
    select app.mitra_id() as mitra, app.adalah_staf() as staf, app.pukul() as pukul
  ), cocok as materialized (
    select p from produk p cross join pemanggil s
    where (s.staf or s.mitra is not null and p.aktif)
      and (p_id is null or p.id = p_id) and (p_sesudah is null or p.id > p_sesudah)
      and (p_kategori is null or lower(p.kategori) = lower(p_kategori))
      and (p_merek is null or lower(p.merek) = lower(p_merek))
      and (p_jenis is null or p.jenis = p_jenis) and (p_aktif is null or p.aktif = p_aktif)
      and (p_cari is null or strpos(lower(p.nama || ' ' || p.kode || ' ' || p.merek || ' ' || p.kategori), lower(p_cari)) > 0)
    -- Whether one is delivered is found out below.
    order by p.id limit case when p_tersedia is null then p_batas end
  ), berharga as (
    select (c.p).*, coalesce(h.harga, (c.p).harga) as dibayar from cocok c left join (
      select d.* from pemanggil s cross join lateral app.harga_produk(s.mitra, array(select p from cocok)) d
      where s.mitra is not null) h on h.id = (c.p).id
  ), keadaan as (
    select p.*, b as biller, app.keadaan_biller(b, p.jenis, case when p.nominal is not null then p.dibayar end, s.pukul) as sendiri
    from pemanggil s cross join berharga p left join produk_biller b on b.kode = p.kode
  ), lengkap as (
    select k.*, case when not exists (
      select from unnest(k.kode_cadangan) u(kode) left join produk_biller c on c.kode = u.kode
      where app.keadaan_biller(c, k.jenis, case when k.nominal is not null then k.dibayar end, s.pukul) is null
    ) then k.sendiri end as alasan
    from pemanggil s cross join keadaan k
  )
  select l.id, l.kode, l.nama, l.kategori, l.merek, l.deskripsi, l.jenis, l.dibayar, l.nominal,
    case when s.staf then l.aktif end, case when s.staf then l.kode_cadangan end,
    l.alasan, coalesce((l.biller).multi, true), (l.biller).stok, (l.biller).tutup_mulai, (l.biller).tutup_selesai
  from pemanggil s cross join lengkap l
  where p_tersedia is null or (l.alasan is null) = p_tersedia
  order by l.id limit p_batas
$$;
--> statement-breakpoint
-- Refuses everybody but our own services and admins.
create function app.tuntut_sinkron() returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if app.layanan() is null and app.peran() is distinct from 'admin' then
    raise exception 'PERAN_TIDAK_BOLEH' using errcode = 'PT403';
  end if;
end $$;
--> statement-breakpoint
-- Takes the turn to ask the biller for a list, if the last one was taken p_jeda seconds ago or more: of several that come
-- at once, one gets it. tunggu: seconds until the next turn, of whoever does not.
create function app.minta_sinkron(p_jenis jenis_produk, p_jeda integer) returns table (giliran boolean, tunggu integer)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.tuntut_sinkron();
  insert into sinkron_biller as s (jenis, diminta_pada) values (p_jenis, app.jam())
    on conflict (jenis) do update set diminta_pada = app.jam()
    where s.diminta_pada <= app.jam() - make_interval(secs => p_jeda);
  if found then
    return query select true, 0;
  else
    return query select false, greatest(1, ceil(extract(epoch from s.diminta_pada - app.jam()) + p_jeda)::integer)
      from sinkron_biller s where s.jenis = p_jenis;
  end if;
end $$;
--> statement-breakpoint
-- Writes lines of the biller's list, and of those only what has changed; returns how many that were. Of a code that is
-- there twice, the last line counts.
create function app.tulis_produk_biller(p_jenis jenis_produk, p_daftar jsonb) returns integer
language sql set search_path = pg_catalog, public, pg_temp as $$
  with baris as (
    select distinct on (d.kode) d.*
    from rows from (jsonb_to_recordset(p_daftar) as (
      kode text, nama text, kategori text, merek text, deskripsi text, harga bigint, admin bigint, komisi bigint,
      aktif_pembeli boolean, aktif_penjual boolean, stok integer, multi boolean, tutup_mulai time, tutup_selesai time
    )) with ordinality as d(
      kode, nama, kategori, merek, deskripsi, harga, admin, komisi, aktif_pembeli, aktif_penjual, stok, multi, tutup_mulai,
      tutup_selesai, ke)
    order by d.kode, d.ke desc
  ), ditulis as (
    insert into produk_biller as b (
        kode, jenis, nama, kategori, merek, deskripsi, harga, admin, komisi, aktif_pembeli, aktif_penjual, stok, multi,
        tutup_mulai, tutup_selesai, ada, diperbarui_pada)
      select kode, p_jenis, nama, kategori, merek, deskripsi, harga, admin, komisi, aktif_pembeli, aktif_penjual, stok, multi,
        tutup_mulai, tutup_selesai, true, app.jam()
      from baris order by kode
      on conflict (kode) do update set jenis = excluded.jenis, nama = excluded.nama, kategori = excluded.kategori,
        merek = excluded.merek, deskripsi = excluded.deskripsi, harga = excluded.harga, admin = excluded.admin,
        komisi = excluded.komisi, aktif_pembeli = excluded.aktif_pembeli, aktif_penjual = excluded.aktif_penjual,
        stok = excluded.stok, multi = excluded.multi, tutup_mulai = excluded.tutup_mulai,
        tutup_selesai = excluded.tutup_selesai, ada = true, diperbarui_pada = excluded.diperbarui_pada
      where (b.jenis, b.nama, b.kategori, b.merek, b.deskripsi, b.harga, b.admin, b.komisi, b.aktif_pembeli, b.aktif_penjual,
          b.stok, b.multi, b.tutup_mulai, b.tutup_selesai, b.ada)
        is distinct from (excluded.jenis, excluded.nama, excluded.kategori, excluded.merek, excluded.deskripsi, excluded.harga,
          excluded.admin, excluded.komisi, excluded.aktif_pembeli, excluded.aktif_penjual, excluded.stok, excluded.multi,
          excluded.tutup_mulai, excluded.tutup_selesai, true)
      returning 1
  )
  select count(*)::integer from ditulis
$$;
--> statement-breakpoint
-- Takes in the biller's whole list of a kind: what it no longer has stays, as gone. jumlah: how many lines it has; berubah:
-- how many are not what they were. An empty list is not believed while there is anything that it would take away, and one
-- that has lost more than half only when the list before it said so too: no row is returned then, and of the list nothing
-- is kept but its length.
create function app.terapkan_daftar_biller(p_jenis jenis_produk, p_daftar jsonb) returns table (jumlah integer, berubah integer)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_jumlah integer := jsonb_array_length(p_daftar);
  v_dikenal integer;
  v_terakhir integer;
  v_berubah integer;
  v_hilang integer;
begin
  perform app.tuntut_sinkron();
  select count(*) into v_dikenal from produk_biller b where b.jenis = p_jenis and b.ada;
  select s.jumlah into v_terakhir from sinkron_biller s where s.jenis = p_jenis;
  if v_jumlah = 0 and v_dikenal > 0 then return; end if;
  insert into sinkron_biller as s (jenis, diminta_pada, jumlah) values (p_jenis, app.jam(), v_jumlah)
    on conflict (jenis) do update set jumlah = excluded.jumlah;
  if v_jumlah * 2 < v_dikenal and v_jumlah * 2 < coalesce(v_terakhir, v_dikenal) then return; end if;
  v_berubah := app.tulis_produk_biller(p_jenis, p_daftar);
  update produk_biller b set ada = false, diperbarui_pada = app.jam()
    where b.jenis = p_jenis and b.ada and not exists (
      select from jsonb_array_elements(p_daftar) d where d ->> 'kode' = b.kode);
  get diagnostics v_hilang = row_count;
  update sinkron_biller s set berhasil_pada = app.jam() where s.jenis = p_jenis;
  return query select v_jumlah, v_berubah + v_hilang;
end $$;
--> statement-breakpoint
-- Takes in what the biller says of one prepaid code; null: it has none such.
create function app.terapkan_satu_produk(p_kode text, p_produk jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.tuntut_sinkron();
  if p_produk is null then
    update produk_biller set ada = false, diperbarui_pada = app.jam() where kode = p_kode and jenis = 'prabayar' and ada;
  else
    perform app.tulis_produk_biller('prabayar', jsonb_build_array(p_produk || jsonb_build_object('kode', p_kode)));
  end if;
end $$;
--> statement-breakpoint
-- For admins: makes the price rule of a scope, or changes it, and returns its id. A fee of nothing is one, a price is not.
create function app.atur_harga(
  p_mitra bigint, p_tier text, p_produk integer, p_kategori text, p_jenis jenis_aturan, p_nilai bigint
) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_produk produk;
  v_id integer;
begin
  perform app.tuntut_peran('{admin}');
  if p_mitra is not null and not exists (select from mitra where id = p_mitra) then
    raise exception 'MITRA_TIDAK_ADA' using errcode = 'PT404';
  end if;
  if p_produk is not null then
    select * into v_produk from produk where id = p_produk;
    if not found then raise exception 'PRODUK_TIDAK_DIKENAL' using errcode = 'PT404'; end if;
    if v_produk.nominal is null and p_jenis <> 'tetap' then
      raise exception 'HANYA_BIAYA_TETAP' using errcode = 'PT422';
    end if;
    if v_produk.nominal is not null and p_jenis = 'tetap' and p_nilai = 0 then
      raise exception 'HARGA_TIDAK_SAH' using errcode = 'PT422';
    end if;
  end if;
  insert into aturan_harga as a (mitra_id, tier, produk_id, kategori, jenis, nilai, diubah_pada)
    values (p_mitra, p_tier, p_produk, p_kategori, p_jenis, p_nilai, app.jam())
    on conflict on constraint aturan_harga_sasaran do update
      set jenis = excluded.jenis, nilai = excluded.nilai, diubah_pada = excluded.diubah_pada
      where (a.jenis, a.nilai) is distinct from (excluded.jenis, excluded.nilai)
    returning a.id into v_id;
  -- What is so already stays as it is, and is no change to note.
  return coalesce(v_id, (select a.id from aturan_harga a where a.mitra_id is not distinct from p_mitra
    and a.tier is not distinct from p_tier and a.produk_id is not distinct from p_produk
    and a.kategori is not distinct from p_kategori));
end $$;
--> statement-breakpoint
drop trigger produk_jejak on produk;
--> statement-breakpoint
-- What is sold is no personal data: the values are noted, also of what is done with the owner's login.
create trigger produk_jejak after insert or update on produk
  for each row execute function app.jejak('id', 'kode', 'nama', 'kategori', 'harga', 'nominal', 'deskripsi', 'aktif', 'jenis',
    'merek', 'kode_cadangan');
--> statement-breakpoint
create trigger aturan_harga_jejak after insert or update or delete on aturan_harga
  for each row execute function app.jejak('id', 'mitra_id', 'tier', 'produk_id', 'kategori', 'jenis', 'nilai');
--> statement-breakpoint
alter table produk_biller enable row level security;
--> statement-breakpoint
alter table produk_biller force row level security;
--> statement-breakpoint
alter table sinkron_biller enable row level security;
--> statement-breakpoint
alter table sinkron_biller force row level security;
--> statement-breakpoint
alter table aturan_harga enable row level security;
--> statement-breakpoint
alter table aturan_harga force row level security;
--> statement-breakpoint
create policy produk_biller_untuk_admin on produk_biller for select to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy sinkron_biller_untuk_admin on sinkron_biller for select to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy aturan_harga_untuk_admin on aturan_harga for select to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy aturan_harga_hapus on aturan_harga for delete to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
drop policy produk_admin_ubah on produk;
--> statement-breakpoint
-- A code is no reserve of its own.
create policy produk_admin_ubah on produk for update to satupintu_app
  using ((select app.peran()) = 'admin') with check ((select app.peran()) = 'admin' and kode <> all (kode_cadangan));
--> statement-breakpoint
create policy produk_admin_buat on produk for insert to satupintu_app
  with check ((select app.peran()) = 'admin' and kode <> all (kode_cadangan));
--> statement-breakpoint
grant select on produk_biller, sinkron_biller to satupintu_app;
--> statement-breakpoint
grant select, delete on aturan_harga to satupintu_app;
--> statement-breakpoint
-- A denomination and a kind are what they are.
grant update (kode, nama, kategori, merek, deskripsi, harga, aktif, kode_cadangan) on produk to satupintu_app;
--> statement-breakpoint
grant insert (kode, nama, kategori, merek, deskripsi, harga, nominal, jenis, aktif, kode_cadangan) on produk to satupintu_app;
--> statement-breakpoint
-- What is on sale, for the bot: bills have no price to show.
create or replace function app.daftar_harga(p_kategori text, p_batas integer)
returns table (nama text, kategori text, harga bigint, nominal bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  return query select nama, kategori, harga, nominal from produk
    where aktif and jenis = 'prabayar' and (p_kategori is null or strpos(lower(kategori || ' ' || nama), lower(p_kategori)) > 0)
    order by kategori, nominal nulls last, id limit p_batas;
end $$;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function
  app.daftar_produk(integer, text, text, jenis_produk, text, boolean, boolean, integer, integer),
  app.minta_sinkron(jenis_produk, integer),
  app.terapkan_daftar_biller(jenis_produk, jsonb),
  app.terapkan_satu_produk(text, jsonb),
  app.atur_harga(bigint, text, integer, text, jenis_aturan, bigint)
to satupintu_app;
