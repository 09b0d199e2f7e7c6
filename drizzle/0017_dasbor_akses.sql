-- The dashboard: what staff sees of purchases and products, and what an admin does about them.

-- Beside the policies of mitra, who have no role: each still sees its own rows only.
create policy transaksi_untuk_staf on transaksi for select to satupintu_app using ((select app.adalah_staf()));
--> statement-breakpoint
create policy percobaan_untuk_staf on percobaan for select to satupintu_app using ((select app.adalah_staf()));
--> statement-breakpoint
create policy produk_untuk_staf on produk for select to satupintu_app using ((select app.adalah_staf()));
--> statement-breakpoint
create policy produk_admin_ubah on produk for update to satupintu_app
  using ((select app.peran()) = 'admin') with check ((select app.peran()) = 'admin');
--> statement-breakpoint
-- Journals of loans name customers' money; they are read through functions of their own.
create policy jurnal_untuk_admin on jurnal for select to satupintu_app
  using ((select app.peran()) = 'admin' and loan_id is null);
--> statement-breakpoint
create policy mutasi_untuk_admin on mutasi for select to satupintu_app
  using ((select app.peran()) = 'admin' and exists (select from jurnal j where j.id = jurnal_id));
--> statement-breakpoint
grant select on percobaan, jurnal, mutasi to satupintu_app;
--> statement-breakpoint
grant update (harga, aktif) on produk to satupintu_app;
--> statement-breakpoint
-- What is sold is no personal data: the values are noted, also of changes made with the owner's login.
create trigger produk_jejak after update on produk
  for each row execute function app.jejak('id', 'kode', 'nama', 'kategori', 'harga', 'nominal', 'deskripsi', 'aktif');
--> statement-breakpoint
-- Trigger: notes when the biller is asked. Whoever asks about a purchase that never reached it makes it now.
create function app.catat_ditanya() returns trigger
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  new.ditanya_pada := app.jam();
  return new;
end $$;
--> statement-breakpoint
create trigger percobaan_ditanya before update on percobaan
  for each row when (new.ditanya > old.ditanya) execute function app.catat_ditanya();
--> statement-breakpoint
-- For admins: ends a purchase that stays open, after its fate was settled with the biller. It is settled as the biller's
-- own word would be, once; whoever comes second finds it final. p_alasan is for us, p_kalimat for the mitra; p_sn may
-- come with a success. What the biller said of the attempt stays as it was said, and so does its price.
create function app.putuskan_transaksi(
  p_transaksi bigint, p_hasil app.hasil_biller, p_alasan text, p_sn text, p_kalimat text
) returns table (transaksi_id bigint, sebelum status_transaksi, sesudah status_transaksi)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_status status_transaksi;
  v_sesudah status_transaksi;
  v_percobaan percobaan;
begin
  perform app.tuntut_peran('{admin}');
  if (p_hasil in ('sukses', 'gagal') and trim(p_alasan) <> '' and p_kalimat <> '') is not true then
    raise exception 'putuskan_transaksi membutuhkan sukses atau gagal, alasan dan kalimat';
  end if;
  -- The lock that every settlement takes first: whoever waited for one sees what it made of the purchase.
  select t.status into v_status from transaksi t where t.id = p_transaksi for no key update;
  if not found then raise exception 'TRANSAKSI_TIDAK_ADA' using errcode = 'PT404'; end if;
  if v_status not in ('pending', 'proses') then
    raise exception 'TRANSAKSI_SELESAI' using errcode = 'PT409';
  end if;
  select p.* into strict v_percobaan from percobaan p where p.transaksi_id = p_transaksi order by p.ke desc limit 1;
  -- The biller's own answer may still be on its way: it would come to a purchase that was given back.
  if greatest(v_percobaan.dikirim_pada + interval '10 minutes', v_percobaan.ditanya_pada + interval '2 minutes') > app.jam() then
    raise exception 'TRANSAKSI_BERJALAN' using errcode = 'PT409';
  end if;
  if p_hasil = 'sukses' and (v_percobaan.ditanya = 0 or v_percobaan.dikirim_pada is null) then
    raise exception 'BELUM_DIKIRIM' using errcode = 'PT409';
  end if;
  -- Settling is a service's work. The person stays who has entered, so that the audit names nobody else.
  perform set_config('app.layanan', 'dasbor', true);
  select h.sesudah into strict v_sesudah
    from app.terapkan_hasil(v_percobaan.ref_id, p_hasil, v_percobaan.rc, v_percobaan.pesan, p_sn,
      v_percobaan.harga_biller, p_kalimat, null) h;
  perform set_config('app.layanan', '', true);
  perform app.catat_audit('transaksi.putuskan', 'transaksi', p_transaksi::text, jsonb_build_object(
    'dari', jsonb_build_object('status', v_status), 'menjadi', jsonb_build_object('status', v_sesudah),
    'alasan', p_alasan)
    -- The one word of the biller that a decision can replace.
    || case when v_percobaan.sn <> p_sn then jsonb_build_object('sn_biller', v_percobaan.sn) else '{}' end);
  return query select p_transaksi, v_status, v_sesudah;
end $$;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function app.putuskan_transaksi(bigint, app.hasil_biller, text, text, text) to satupintu_app;
