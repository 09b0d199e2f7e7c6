-- Who may do what. The Worker logs in as `satupintu_app`: it owns nothing, bypasses nothing, and without a context
-- (app.mitra_id, app.layanan) it sees no row. Writes that must be atomic go through the functions of schema `app`,
-- which run as the owner and check the context themselves. Their search_path names pg_temp last: unnamed it comes first,
-- and a temporary table of the caller's could stand in for one of ours.
do $$
begin
  if not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) then
    raise exception 'run the migrations as an owner with BYPASSRLS (on Neon: neondb_owner)';
  end if;
  if not exists (select from pg_roles where rolname = 'satupintu_app') then
    create role satupintu_app login nosuperuser nocreatedb nocreaterole noinherit nobypassrls;
  end if;
exception
  -- Roles belong to the whole cluster: another database may create it at this very moment.
  when duplicate_object or unique_violation then null;
end $$;
--> statement-breakpoint
create schema app;
--> statement-breakpoint
grant usage on schema app, public to satupintu_app;
--> statement-breakpoint
-- The principal of this transaction, or null.
create function app.mitra_id() returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.mitra_id', true), '')::bigint
$$;
--> statement-breakpoint
create function app.layanan() returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.layanan', true), '')
$$;
--> statement-breakpoint
-- Enters as the mitra that owns an API key (SHA-256, hex) for the rest of the transaction.
create function app.masuk_mitra(p_kunci_hash text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_mitra mitra;
begin
  select * into v_mitra from mitra where kunci_api_hash = p_kunci_hash;
  if not found then raise exception 'KUNCI_API_SALAH' using errcode = 'PT401'; end if;
  if not v_mitra.aktif then raise exception 'MITRA_NONAKTIF' using errcode = 'PT403'; end if;
  perform set_config('app.mitra_id', v_mitra.id::text, true), set_config('app.layanan', '', true);
  return v_mitra.id;
end $$;
--> statement-breakpoint
-- Enters as one of our own services: the queue consumer and the biller webhook, whose signatures were checked, or the sweeper.
create function app.masuk_layanan(p_nama text) returns text
language sql set search_path = pg_catalog, pg_temp as $$
  select set_config('app.mitra_id', '', true) || set_config('app.layanan', p_nama, true)
$$;
--> statement-breakpoint
alter table mitra enable row level security;
--> statement-breakpoint
alter table mitra force row level security;
--> statement-breakpoint
alter table produk enable row level security;
--> statement-breakpoint
alter table produk force row level security;
--> statement-breakpoint
alter table transaksi enable row level security;
--> statement-breakpoint
alter table transaksi force row level security;
--> statement-breakpoint
alter table percobaan enable row level security;
--> statement-breakpoint
alter table percobaan force row level security;
--> statement-breakpoint
alter table buku enable row level security;
--> statement-breakpoint
alter table buku force row level security;
--> statement-breakpoint
alter table jurnal enable row level security;
--> statement-breakpoint
alter table jurnal force row level security;
--> statement-breakpoint
alter table mutasi enable row level security;
--> statement-breakpoint
alter table mutasi force row level security;
--> statement-breakpoint
-- `(select …)` makes the context a constant of the plan instead of a call for every row.
create policy mitra_sendiri_baca on mitra for select to satupintu_app using (id = (select app.mitra_id()));
--> statement-breakpoint
create policy mitra_sendiri_ubah on mitra for update to satupintu_app
  using (id = (select app.mitra_id())) with check (id = (select app.mitra_id()));
--> statement-breakpoint
create policy produk_untuk_mitra on produk for select to satupintu_app using ((select app.mitra_id()) is not null);
--> statement-breakpoint
create policy transaksi_sendiri on transaksi for select to satupintu_app using (mitra_id = (select app.mitra_id()));
--> statement-breakpoint
grant select on mitra, produk, transaksi to satupintu_app;
--> statement-breakpoint
grant update (kunci_api_hash, kunci_api_awalan, kunci_privat_segel) on mitra to satupintu_app;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function app.mitra_id(), app.layanan(), app.masuk_mitra(text), app.masuk_layanan(text) to satupintu_app;
