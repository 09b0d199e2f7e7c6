-- The caller's purchases that meet several conditions, newest first, before id p_sebelum, within a period: along the index of
-- one of them, which p_jalan names. The rows are looked at for the others, p_jendela of them at most; the last of so many
-- (ujung) is answered even if it does not fit (cocok). At most p_batas rows.
-- It runs as the owner and says itself whose rows: a policy keeps the comparison of an enum out of every index, because it is
-- not marked as leaking nothing. Pages cost the planner nothing here, so that it goes where the fewest rows are: else it walks
-- all purchases in their order, where it thinks that many of them fit.
create function app.telusuri_transaksi(
  p_jalan text, p_status status_transaksi, p_produk integer, p_nomor text, p_dari timestamptz, p_sampai timestamptz,
  p_sebelum bigint, p_jendela integer, p_batas integer
) returns table (
  id bigint, produk_id integer, nomor_tujuan text, nominal bigint, status status_transaksi, waktu timestamptz,
  hasil_eksekusi text, cocok boolean, ujung boolean
)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, public, pg_temp set seq_page_cost = 0 set random_page_cost = 0 as $$
#variable_conflict use_column
declare
  v_mitra bigint := app.mitra_id();
  v_terbesar constant bigint := 9223372036854775807;
  v_mulai bigint := 0;
  v_akhir bigint := coalesce(p_sebelum, v_terbesar);
  -- In a subquery, unknown to the planner: what nearly all have is rare among some.
  v_utama text := case p_jalan
    when 'status' then 't.status = (select $2)'
    when 'produk' then 't.produk_id = (select $3)'
    when 'nomor' then 't.nomor_tujuan = (select $4)'
  end;
begin
  if v_utama is null then raise exception 'jalan % tidak dikenal', p_jalan; end if;
  -- A mitra's ids and times have one order, so an id stands for a moment.
  if p_dari is not null then
    v_mulai := coalesce((select t.id from transaksi t where t.mitra_id = v_mitra and t.waktu >= p_dari
      order by t.waktu, t.id limit 1), v_terbesar);
  end if;
  if p_sampai is not null then
    v_akhir := least(v_akhir, (select t.id from transaksi t where t.mitra_id = v_mitra and t.waktu >= p_sampai
      order by t.waktu, t.id limit 1));
  end if;
  return query execute format($q$
    select j.id, j.produk_id, j.nomor_tujuan, j.nominal, j.status, j.waktu, j.hasil_eksekusi, j.cocok, j.ujung
    from (
      select t.*, row_number() over (order by t.id desc) = $7 as ujung,
        ($2 is null or t.status = $2) and ($3 is null or t.produk_id = $3) and ($4 is null or t.nomor_tujuan = $4) as cocok
      from transaksi t
      where t.mitra_id = $1 and %s and t.id >= $5 and t.id < $6
      order by t.id desc limit $7
    ) j
    where j.cocok or j.ujung
    order by j.id desc limit $8 $q$, v_utama)
    using v_mitra, p_status, p_produk, p_nomor, v_mulai, v_akhir, p_jendela, p_batas;
end $$;
--> statement-breakpoint
-- What the caller had available right before a moment; 0 before anything had moved.
create function app.saldo_sebelum(p_saat timestamptz) returns bigint
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce((select m.saldo_sesudah from mutasi m
    where m.buku_id = (select app.buku_mitra(app.mitra_id(), 'tersedia')) and m.waktu < p_saat
    order by m.waktu desc, m.id desc limit 1), 0)
$$;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function
  app.telusuri_transaksi(text, status_transaksi, integer, text, timestamptz, timestamptz, bigint, integer, integer),
  app.saldo_sebelum(timestamptz)
to satupintu_app;
