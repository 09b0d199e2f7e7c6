-- The customers' files of document 002: who may see and change which part, what becomes of it, and how it ends.

-- The files a karyawan looks after: its own, those of the loans it reviews or reviewed and that are not over, and those
-- whose loans wait for somebody: to be reviewed, or for a second person's approval.
create function app.berkas_petugas() returns setof bigint
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select id from nasabah where petugas_id = (select app.akun_id()) and (select app.peran()) = 'karyawan'
  union
  select user_id from loan_applications
    where officer_id = (select app.akun_id()) and status not in ('rejected', 'withdrawn', 'closed') and (select app.peran()) = 'karyawan'
  union
  select user_id from loan_applications
    where status in ('submitted', 'review') and (status = 'submitted' or first_approver_id is not null)
      and (select app.peran()) = 'karyawan'
$$;
--> statement-breakpoint
-- Demands that the caller may see a customer's file. Locks nothing.
create function app.lihat_berkas(p_user bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (
    select from nasabah n where n.id = p_user and n.dihapus_pada is null
      and (app.peran() = 'admin' or n.akun_id = app.akun_id() or n.id in (select app.berkas_petugas()))
  ) then
    raise exception 'USER_TIDAK_ADA' using errcode = 'PT404';
  end if;
end $$;
--> statement-breakpoint
-- Demands that the caller may work on a customer's file, its own when none is named, and keeps it from being erased
-- until the transaction ends. Returns what is needed to seal something in it.
create function app.tuntut_berkas(p_user bigint) returns table (id bigint, external_user_id uuid, kunci text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  -- Staff has no file by its office, even if it was a customer once.
  v_user bigint := coalesce(p_user, case when not app.adalah_staf() then app.nasabah_id() end);
begin
  -- Before the row: who changes the indexes takes both in this order.
  perform app.tahan_indeks();
  if v_user is null and app.adalah_staf() then raise exception 'USER_ID_WAJIB' using errcode = 'PT422'; end if;
  return query
    select n.id, n.external_user_id, n.kunci from nasabah n
    where n.id = v_user and n.dihapus_pada is null
      and (app.peran() = 'admin' or n.akun_id = app.akun_id() or n.id in (select app.berkas_petugas()))
    for share of n;
  if not found then raise exception 'USER_TIDAK_ADA' using errcode = 'PT404'; end if;
end $$;
--> statement-breakpoint
-- Trigger: a device that is named belongs to the same customer. Foreign keys look past row-level security.
create function app.tuntut_perangkat() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.device_id is not null
    and not exists (select from devices where id = new.device_id and user_id = new.user_id) then
    raise exception 'PERANGKAT_TIDAK_DIKENAL' using errcode = 'PT422';
  end if;
  return new;
end $$;
--> statement-breakpoint
create function app.ada_pinjaman(p_user bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from loan_applications where user_id = p_user
    and status in ('submitted', 'review', 'approved', 'disbursed', 'active'))
$$;
--> statement-breakpoint
-- Trigger: account, income and documents, by which a loan is decided, a customer does not take away while it is open.
create function app.tahan_bukti() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  -- Whose file it is, whatever its role is now.
  if old.user_id = app.nasabah_id() and app.ada_pinjaman(old.user_id) then
    raise exception 'MASIH_ADA_PINJAMAN' using errcode = 'PT409';
  end if;
  return coalesce(new, old);
end $$;
--> statement-breakpoint
-- Every table of a file has the same policies: an admin all rows, a nasabah its own, a karyawan those it looks after.
do $$
declare
  v_tabel text;
  v_boleh constant text := $boleh$((select app.peran()) = 'admin' or user_id = (select app.nasabah_id())
    or user_id in (select app.berkas_petugas()))$boleh$;
begin
  foreach v_tabel in array array['devices', 'addresses', 'bank_accounts', 'employment', 'documents', 'emergency_contacts',
    'telemetry_events', 'crash_reports', 'notifications', 'consents', 'privacy_requests'] loop
    execute format('alter table %I enable row level security', v_tabel);
    execute format('alter table %I force row level security', v_tabel);
    execute format('create policy %I on %I for select to satupintu_app using (%s)', v_tabel || '_baca', v_tabel, v_boleh);
    execute format('grant select on %I to satupintu_app', v_tabel);
  end loop;
  -- Staff confirms these later; nobody writes them confirmed.
  foreach v_tabel in array array['devices', 'addresses', 'bank_accounts', 'employment', 'documents', 'emergency_contacts',
    'telemetry_events', 'crash_reports', 'notifications', 'consents'] loop
    execute format('create policy %I on %I for insert to satupintu_app with check (%s%s)', v_tabel || '_buat', v_tabel, v_boleh,
      case v_tabel when 'bank_accounts' then ' and not verified'
        when 'emergency_contacts' then ' and consent_status = ''pending'''
        -- Who agrees by itself does so in the app; what staff notes down has a paper or a recording behind it.
        when 'consents' then ' and withdrawn_at is null and case when (select app.adalah_staf()) then channel <> ''app'' and evidence is not null
          else channel = ''app'' and evidence is null end'
        -- What the app does is recorded of whoever agreed to that.
        when 'telemetry_events' then ' and exists (select from consents c where c.user_id = telemetry_events.user_id
          and c.purpose = ''analytics'' and c.withdrawn_at is null)'
        else '' end);
    execute format('grant insert on %I to satupintu_app', v_tabel);
  end loop;
  foreach v_tabel in array array['devices', 'addresses', 'bank_accounts', 'employment', 'emergency_contacts', 'notifications', 'consents'] loop
    execute format('create policy %I on %I for update to satupintu_app using (%s%s) with check (%s)', v_tabel || '_ubah', v_tabel, v_boleh,
      -- What was withdrawn stays so.
      case v_tabel when 'consents' then ' and withdrawn_at is null' else '' end, v_boleh);
  end loop;
  foreach v_tabel in array array['devices', 'addresses', 'bank_accounts', 'employment', 'documents', 'emergency_contacts', 'notifications'] loop
    execute format('create policy %I on %I for delete to satupintu_app using (%s)', v_tabel || '_hapus', v_tabel, v_boleh);
    execute format('grant delete on %I to satupintu_app', v_tabel);
  end loop;
  foreach v_tabel in array array['documents', 'emergency_contacts', 'telemetry_events', 'crash_reports', 'notifications'] loop
    execute format('create trigger %I before insert or update of device_id on %I for each row execute function app.tuntut_perangkat()',
      v_tabel || '_perangkat', v_tabel);
  end loop;
  foreach v_tabel in array array['bank_accounts', 'employment', 'documents'] loop
    execute format('create trigger %I before delete on %I for each row execute function app.tahan_bukti()', v_tabel || '_tahan', v_tabel);
  end loop;
end $$;
--> statement-breakpoint
create trigger employment_tetap before update on employment for each row execute function app.tahan_bukti();
--> statement-breakpoint
-- Trigger: nor does it put another income in front of the one that is weighed. A first one is welcome.
create function app.tahan_tambahan() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.user_id = app.nasabah_id() and app.ada_pinjaman(new.user_id) then
    -- Two first ones at once wait for each other here.
    perform pg_advisory_xact_lock(hashtextextended('employment', new.user_id));
    if exists (select from employment where user_id = new.user_id) then
      raise exception 'MASIH_ADA_PINJAMAN' using errcode = 'PT409';
    end if;
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger employment_tambahan before insert on employment for each row execute function app.tahan_tambahan();
--> statement-breakpoint
-- Trigger: a push token is a phone's; whoever registers it has the phone now.
create function app.token_berpindah() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  -- Two customers who register one phone at once wait for each other here.
  perform pg_advisory_xact_lock(hashtextextended('notifications:' || new.fcm_token, 0));
  delete from notifications where fcm_token = new.fcm_token and user_id <> new.user_id;
  return new;
end $$;
--> statement-breakpoint
create trigger notifications_berpindah before insert on notifications for each row execute function app.token_berpindah();
--> statement-breakpoint
-- Whose row it is, what it is sealed by, and what people confirmed, stays as it was.
grant update (device_uuid, imei_segel, imei_indeks, imsi_segel, sim_serial_segel, android_id, advertising_id, device_model,
  device_brand, os_version, app_version, fcm_token, last_seen_at, metadata) on devices to satupintu_app;
--> statement-breakpoint
grant update (type, address_line, city, province, postal_code, country) on addresses to satupintu_app;
--> statement-breakpoint
grant update (bank_name, account_number_segel, account_number_indeks, account_holder) on bank_accounts to satupintu_app;
--> statement-breakpoint
grant update (employer_name, job_title, income_monthly, employment_type) on employment to satupintu_app;
--> statement-breakpoint
grant update (device_id, contact_name, contact_phone_segel, contact_email, relation, is_primary) on emergency_contacts to satupintu_app;
--> statement-breakpoint
grant update (last_registered_at, device_id) on notifications to satupintu_app;
--> statement-breakpoint
grant update (withdrawn_at) on consents to satupintu_app;
--> statement-breakpoint
create trigger devices_jejak after insert or update or delete on devices
  for each row execute function app.jejak('id');
--> statement-breakpoint
create trigger addresses_jejak after insert or update or delete on addresses
  for each row execute function app.jejak('id', 'type');
--> statement-breakpoint
create trigger bank_accounts_jejak after insert or update or delete on bank_accounts
  for each row execute function app.jejak('id', 'verified');
--> statement-breakpoint
create trigger employment_jejak after insert or update or delete on employment
  for each row execute function app.jejak('id', 'employment_type');
--> statement-breakpoint
create trigger documents_jejak after insert or update or delete on documents
  for each row execute function app.jejak('id', 'doc_type', 'mime_type');
--> statement-breakpoint
create trigger emergency_contacts_jejak after insert or update or delete on emergency_contacts
  for each row execute function app.jejak('id', 'is_primary', 'consent_status', 'consent_method');
--> statement-breakpoint
create trigger notifications_jejak after insert or delete on notifications
  for each row execute function app.jejak('id');
--> statement-breakpoint
create trigger consents_jejak after insert or update or delete on consents
  for each row execute function app.jejak('id', 'purpose', 'text_version', 'channel', 'withdrawn_at');
--> statement-breakpoint
create trigger privacy_requests_jejak after insert or update or delete on privacy_requests
  for each row execute function app.jejak('id', 'kind', 'status');
--> statement-breakpoint
create trigger emergency_contacts_sentuh before update on emergency_contacts
  for each row when (old.* is distinct from new.*) execute function app.sentuh();
--> statement-breakpoint
-- Trigger: a customer has one primary contact; the latest one named so takes over.
create function app.satu_utama() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  -- Two that are named at once wait for each other here. Not for the customer's row: both hold that already.
  perform pg_advisory_xact_lock(hashtextextended('emergency_contacts', new.user_id));
  update emergency_contacts set is_primary = false where user_id = new.user_id and is_primary and id <> new.id;
  return new;
end $$;
--> statement-breakpoint
create trigger emergency_contacts_utama before insert on emergency_contacts
  for each row when (new.is_primary) execute function app.satu_utama();
--> statement-breakpoint
-- Only where it is news: whoever is primary already holds its own row, and waits here for nobody.
create trigger emergency_contacts_jadi_utama before update of is_primary on emergency_contacts
  for each row when (new.is_primary and not old.is_primary) execute function app.satu_utama();
--> statement-breakpoint
-- Trigger: somebody else's number is somebody else: who agreed was asked under the old one. Staff cannot make a refusal
-- forgotten that way.
create function app.kontak_berganti() returns trigger
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if old.consent_status = 'refused' and app.adalah_staf() then return new; end if;
  new.consent_status := 'pending';
  new.consent_at := null;
  new.consent_method := null;
  new.consent_evidence := null;
  return new;
end $$;
--> statement-breakpoint
create trigger emergency_contacts_berganti before update of contact_name, contact_phone_segel, contact_email, relation on emergency_contacts
  for each row when (old.contact_name is distinct from new.contact_name or old.contact_phone_segel is distinct from new.contact_phone_segel
    or old.contact_email is distinct from new.contact_email or old.relation is distinct from new.relation)
  execute function app.kontak_berganti();
--> statement-breakpoint
-- Trigger: another account than the one that was verified; and none to which money is on its way or was sent.
create function app.rekening_berganti() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from loan_applications where bank_account_id = old.id and status in ('disbursed', 'active')) then
    raise exception 'REKENING_DIPAKAI' using errcode = 'PT409';
  end if;
  new.verified := false;
  new.verified_at := null;
  return new;
end $$;
--> statement-breakpoint
create trigger bank_accounts_berganti before update of bank_name, account_number_segel, account_holder on bank_accounts
  for each row when (old.bank_name is distinct from new.bank_name
    -- The same number sealed again, and the same number indexed anew, are the same number.
    or (old.account_number_segel is distinct from new.account_number_segel and old.account_number_indeks is distinct from new.account_number_indeks)
    or old.account_holder is distinct from new.account_holder)
  execute function app.rekening_berganti();
--> statement-breakpoint
-- For staff: says that an account was looked at and is the customer's, or takes that back. No row when there is none.
create function app.verifikasi_rekening(p_id bigint, p_sah boolean) returns setof bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.tuntut_peran('{admin,karyawan}');
  return query
    update bank_accounts set verified = p_sah, verified_at = case when p_sah then app.jam() end
    where id = p_id and (app.peran() = 'admin' or user_id in (select app.berkas_petugas()))
      -- Nobody confirms something of its own: accounts change their roles, and files stay theirs.
      and user_id is distinct from app.nasabah_id()
    returning id;
end $$;
--> statement-breakpoint
-- For staff: what a contact said when it was called. No row when there is none.
create function app.catat_persetujuan_kontak(p_id bigint, p_status text, p_cara text, p_bukti text) returns setof bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.tuntut_peran('{admin,karyawan}');
  return query
    update emergency_contacts
    set consent_status = p_status, consent_at = app.jam(), consent_method = p_cara, consent_evidence = p_bukti
    where id = p_id and (app.peran() = 'admin' or user_id in (select app.berkas_petugas()))
      and user_id is distinct from app.nasabah_id()
    returning id;
end $$;
--> statement-breakpoint
-- For admins: hands a customer's file to somebody of the staff, or to nobody. No row when there is no such file.
create function app.tunjuk_petugas(p_user bigint, p_akun bigint) returns setof bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.tuntut_peran('{admin}');
  if p_akun is not null and not exists (select from akun where id = p_akun and aktif and peran in ('admin', 'karyawan')) then
    raise exception 'PETUGAS_TIDAK_DIKENAL' using errcode = 'PT422';
  end if;
  return query update nasabah set petugas_id = p_akun where id = p_user and dihapus_pada is null returning id;
end $$;
--> statement-breakpoint
-- For staff: one sealed value, with what opens it, and an audit row that says who wanted it and why. Whom a customer named
-- for emergencies is asked for agreement while that is open, and afterwards only about the customer's whereabouts.
create function app.baca_jelas(p_tabel text, p_id bigint, p_kolom text, p_tujuan text, p_alasan text)
returns table (external_user_id uuid, kunci text, baris uuid, segel text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_user bigint;
  v_baris uuid;
  v_segel text;
  v_izin text;
begin
  perform app.tuntut_peran('{admin,karyawan}');
  case p_tabel || '.' || p_kolom
    when 'nasabah.phone' then select n.id, n.external_user_id, n.phone_segel into v_user, v_baris, v_segel from nasabah n where n.id = p_id;
    when 'nasabah.national_id' then select n.id, n.external_user_id, n.national_id_segel into v_user, v_baris, v_segel from nasabah n where n.id = p_id;
    when 'devices.imei' then select d.user_id, d.baris, d.imei_segel into v_user, v_baris, v_segel from devices d where d.id = p_id;
    when 'devices.imsi' then select d.user_id, d.baris, d.imsi_segel into v_user, v_baris, v_segel from devices d where d.id = p_id;
    when 'devices.sim_serial' then select d.user_id, d.baris, d.sim_serial_segel into v_user, v_baris, v_segel from devices d where d.id = p_id;
    when 'bank_accounts.account_number' then select b.user_id, b.baris, b.account_number_segel into v_user, v_baris, v_segel from bank_accounts b where b.id = p_id;
    when 'emergency_contacts.contact_phone' then
      select e.user_id, e.baris, e.contact_phone_segel, e.consent_status into v_user, v_baris, v_segel, v_izin from emergency_contacts e where e.id = p_id;
  end case;
  if num_nulls(p_tujuan, p_alasan) > 0 then raise exception 'ALASAN_WAJIB' using errcode = 'PT422'; end if;
  if v_segel is null or (app.peran() <> 'admin' and v_user not in (select app.berkas_petugas())) then
    raise exception 'NILAI_TIDAK_ADA' using errcode = 'PT404';
  end if;
  if (p_tujuan in ('consent_call', 'whereabouts')) <> (p_tabel = 'emergency_contacts') then
    raise exception 'TUJUAN_TIDAK_COCOK' using errcode = 'PT422';
  end if;
  if v_izin is not null and (v_izin, p_tujuan) not in (('pending', 'consent_call'), ('granted', 'whereabouts')) then
    raise exception 'KONTAK_BELUM_SETUJU' using errcode = 'PT403';
  end if;
  return query select b.external_user_id, b.kunci, v_baris, v_segel from app.tuntut_berkas(v_user) b;
  perform app.catat_audit(p_tabel || '.baca_jelas', p_tabel, p_id::text,
    jsonb_build_object('kolom', p_kolom, 'tujuan', p_tujuan, 'alasan', p_alasan), v_user);
exception when no_data_found or case_not_found then
  raise exception 'NILAI_TIDAK_ADA' using errcode = 'PT404';
end $$;
--> statement-breakpoint
-- A document that is about to be read, and an audit row: staff says why. No row when there is none.
create function app.baca_dokumen(p_id bigint, p_tujuan text, p_alasan text) returns setof bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_user bigint;
begin
  select user_id into v_user from documents where id = p_id
    and (app.peran() = 'admin' or user_id = app.nasabah_id() or user_id in (select app.berkas_petugas()));
  if not found then return; end if;
  if app.adalah_staf() and num_nulls(p_tujuan, p_alasan) > 0 then raise exception 'ALASAN_WAJIB' using errcode = 'PT422'; end if;
  perform app.catat_audit('documents.baca_jelas', 'documents', p_id::text,
    jsonb_build_object('tujuan', p_tujuan, 'alasan', p_alasan), v_user);
  return next p_id;
end $$;
--> statement-breakpoint
-- Notes that staff looked for a customer by something sealed. Not by what.
create function app.catat_pencarian(p_kolom text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.tuntut_peran('{admin,karyawan}');
  perform app.catat_audit('nasabah.cari', 'nasabah', null, jsonb_build_object('kolom', p_kolom));
end $$;
--> statement-breakpoint
-- Notes that a customer was given everything there is about it, as a request that is done at once.
create function app.catat_akses_data() returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.nasabah_id() is null then raise exception 'USER_TIDAK_ADA' using errcode = 'PT404'; end if;
  insert into privacy_requests (user_id, kind, status, received_at, due_at, completed_at)
    values (app.nasabah_id(), 'access', 'done', app.jam(), app.jam() + interval '72 hours', app.jam());
end $$;
--> statement-breakpoint
-- Which version of a text is to be agreed to today.
create function app.versi_persetujuan(p_tujuan text) returns integer
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select max(version) from consent_texts where purpose = p_tujuan and valid_from <= (app.jam() at time zone 'Asia/Jakarta')::date
$$;
--> statement-breakpoint
-- Trigger: the words are today's. Newer words end the consent to older ones.
create function app.tuntut_teks_berlaku() returns trigger
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.text_version is distinct from app.versi_persetujuan(new.purpose) then
    raise exception 'TEKS_TIDAK_BERLAKU' using errcode = 'PT409';
  end if;
  -- Agreeing to new words takes the place of having agreed to the old ones.
  update consents set withdrawn_at = app.jam()
    where user_id = new.user_id and purpose = new.purpose and withdrawn_at is null and text_version < new.text_version;
  return new;
end $$;
--> statement-breakpoint
create trigger consents_teks before insert on consents for each row execute function app.tuntut_teks_berlaku();
--> statement-breakpoint
insert into consent_texts (purpose, version, valid_from, text) values
  ('credit_assessment', 1, '2026-01-01', 'Saya setuju data diri, pekerjaan, penghasilan, rekening, dan dokumen saya diproses untuk menilai dan menjalankan permohonan pinjaman saya. Data disimpan selama pinjaman berjalan dan selama diwajibkan peraturan. Saya dapat menarik persetujuan ini kapan saja; permohonan yang belum diputuskan lalu tidak dapat dilanjutkan.'),
  ('kyc', 1, '2026-01-01', 'Saya setuju NIK, foto KTP, dan swafoto saya dipakai untuk memastikan bahwa sayalah yang memohon. Data disimpan selama saya menjadi nasabah dan selama diwajibkan peraturan. Saya dapat menarik persetujuan ini kapan saja.'),
  ('marketing', 1, '2026-01-01', 'Saya setuju dihubungi tentang produk lain. Persetujuan ini tidak diperlukan untuk pinjaman dan dapat saya tarik kapan saja.'),
  ('analytics', 1, '2026-01-01', 'Saya setuju kejadian di aplikasi dicatat untuk memperbaikinya. Persetujuan ini tidak diperlukan untuk pinjaman dan dapat saya tarik kapan saja.');
--> statement-breakpoint
-- Asks for everything personal of the caller to be erased. It is carried out after p_tenggang hours; until then it can
-- be taken back. Not while a loan is open, which the law keeps.
create function app.minta_penghapusan(p_tenggang integer) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_user bigint;
  v_id bigint;
begin
  select id into v_user from nasabah where id = app.nasabah_id() for no key update;
  if not found then raise exception 'USER_TIDAK_ADA' using errcode = 'PT404'; end if;
  if app.ada_pinjaman(v_user) then raise exception 'MASIH_ADA_PINJAMAN' using errcode = 'PT409'; end if;
  insert into privacy_requests (user_id, kind, status, received_at, due_at, execute_at)
    values (v_user, 'erasure', 'received', app.jam(), app.jam() + interval '72 hours', app.jam() + make_interval(hours => p_tenggang))
    on conflict do nothing returning id into v_id;
  if v_id is null then
    select id into v_id from privacy_requests where user_id = v_user and kind = 'erasure' and status = 'received';
  end if;
  return v_id;
end $$;
--> statement-breakpoint
-- Takes the caller's open request back; no row when there is none.
create function app.batalkan_penghapusan() returns setof bigint
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update privacy_requests set status = 'cancelled', completed_at = app.jam()
  where user_id = app.nasabah_id() and kind = 'erasure' and status = 'received' returning id
$$;
--> statement-breakpoint
-- Erases a customer: the data key, without which nothing sealed about it opens any more, also in a copy; everything
-- personal; and its account. Loans and journals stay, without a name; so do consents, as proof.
create function app.musnahkan(p_user bigint) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_akun bigint;
begin
  select akun_id into v_akun from nasabah where id = p_user for no key update;
  -- Whoever is about to open another file for this account waits here, and then finds it closed.
  perform from akun where id = v_akun for update;
  -- It may have applied since somebody looked.
  if app.ada_pinjaman(p_user) then raise exception 'MASIH_ADA_PINJAMAN' using errcode = 'PT409'; end if;
  update loan_applications set bank_account_id = null, purpose = null, decision_note = null, transfer_reference = null where user_id = p_user;
  delete from telemetry_events where user_id = p_user;
  delete from crash_reports where user_id = p_user;
  delete from notifications where user_id = p_user;
  delete from emergency_contacts where user_id = p_user;
  delete from documents where user_id = p_user;
  delete from employment where user_id = p_user;
  delete from bank_accounts where user_id = p_user;
  delete from addresses where user_id = p_user;
  delete from devices where user_id = p_user;
  update consents set withdrawn_at = coalesce(withdrawn_at, app.jam()), evidence = null where user_id = p_user;
  update nasabah set kunci = null, akun_id = null, petugas_id = null, name = '(dihapus)', phone_segel = null, phone_indeks = null,
      email = null, dob = null, gender = null, national_id_segel = null, national_id_indeks = null, nik_flag = null,
      dihapus_pada = app.jam()
    where id = p_user;
  update akun set nama = '(dihapus)', email = gen_random_uuid() || '@dihapus.invalid', username = null, aktif = false,
      kata_sandi = '$2b$10$' || repeat('.', 53), versi_kata_sandi = versi_kata_sandi + 1, versi_token = versi_token + 1
    where id = v_akun and peran = 'nasabah';
  delete from sesi where akun_id = v_akun;
end $$;
--> statement-breakpoint
-- Carries out what is due, at most p_batas of it: requests, and applicants who were turned away or withdrew p_simpan days
-- ago, have nothing else with us, and have not been here since. Returns how many were erased, and who could not be: one of them holds up none of the others.
-- A file somebody works on just now waits for the next time.
create function app.musnahkan_jatuh_tempo(p_batas integer, p_simpan integer)
returns table (jumlah integer, gagal bigint[])
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_minta privacy_requests;
  v_user bigint;
  v_jumlah integer := 0;
  v_gagal bigint[] := '{}';
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  for v_minta in
    select p.* from privacy_requests p join nasabah n on n.id = p.user_id
    where p.status = 'received' and p.kind = 'erasure' and p.execute_at <= app.jam() and not app.ada_pinjaman(p.user_id)
    order by p.execute_at limit p_batas for no key update skip locked
  loop
    begin
      perform app.musnahkan(v_minta.user_id);
      update privacy_requests set status = 'done', completed_at = app.jam() where id = v_minta.id;
      v_jumlah := v_jumlah + 1;
    exception when others then
      v_gagal := v_gagal || v_minta.user_id;
      update privacy_requests set execute_at = app.jam() + interval '10 minutes' where id = v_minta.id;
    end;
  end loop;
  for v_user in
    select n.id from nasabah n
    where n.dihapus_pada is null
      and n.id in (select user_id from loan_applications where status in ('rejected', 'withdrawn')
        and decision_at <= app.jam() - make_interval(days => p_simpan))
      and not exists (select from loan_applications l where l.user_id = n.id
        and (l.status not in ('rejected', 'withdrawn') or l.decision_at > app.jam() - make_interval(days => p_simpan)))
      and n.updated_at <= app.jam() - make_interval(days => p_simpan)
      and not exists (select from sesi s where s.akun_id = n.akun_id and s.dibuat_pada > app.jam() - make_interval(days => p_simpan))
    -- In no order: one who cannot be erased holds up none of the others.
    order by random() limit p_batas - v_jumlah for no key update skip locked
  loop
    begin
      perform app.musnahkan(v_user);
      v_jumlah := v_jumlah + 1;
    exception when others then
      v_gagal := v_gagal || v_user;
    end;
  end loop;
  return query select v_jumlah, v_gagal;
end $$;
--> statement-breakpoint
-- Trigger: the bytes of a document that is gone are still to be removed from object storage.
create function app.buang_berkas() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into berkas_terbuang (baris, sejak) values (old.baris::text, app.jam()) on conflict do nothing;
  return null;
end $$;
--> statement-breakpoint
create trigger documents_buang after delete on documents for each row execute function app.buang_berkas();
--> statement-breakpoint
-- Notes an object that is about to be stored. Unless its row follows within the hour, it is swept away.
create function app.titip_berkas(p_baris text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.akun_id() is null then raise exception 'TOKEN_TIDAK_SAH' using errcode = 'PT401'; end if;
  -- Not what a document names: the sweep would take its bytes away.
  insert into berkas_terbuang (baris, sejak)
    select p_baris, app.jam() + interval '1 hour' where not exists (select from documents where baris::text = p_baris);
end $$;
--> statement-breakpoint
create function app.simpan_berkas() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  delete from berkas_terbuang where baris = new.baris::text;
  return null;
end $$;
--> statement-breakpoint
create trigger documents_simpan after insert on documents for each row execute function app.simpan_berkas();
--> statement-breakpoint
-- Where a document lies and what opens it: for a signed link, which was given out with an audit row.
create function app.berkas_dokumen(p_id bigint)
returns table (baris uuid, external_user_id uuid, kunci text, mime_type text, file_name text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  return query select d.baris, n.external_user_id, n.kunci, d.mime_type, d.file_name
    from documents d join nasabah n on n.id = d.user_id where d.id = p_id;
end $$;
--> statement-breakpoint
-- Objects to remove from storage, oldest first.
create function app.berkas_terbuang(p_batas integer) returns setof text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  return query select baris from berkas_terbuang where sejak <= app.jam() order by sejak, baris limit p_batas;
end $$;
--> statement-breakpoint
create function app.berkas_hilang(p_baris text[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  delete from berkas_terbuang where baris = any (p_baris);
end $$;
--> statement-breakpoint
alter table berkas_terbuang enable row level security;
--> statement-breakpoint
alter table berkas_terbuang force row level security;
--> statement-breakpoint
alter table consent_texts enable row level security;
--> statement-breakpoint
alter table consent_texts force row level security;
--> statement-breakpoint
create policy consent_texts_baca on consent_texts for select to satupintu_app using ((select app.akun_id()) is not null);
--> statement-breakpoint
grant select on consent_texts to satupintu_app;
--> statement-breakpoint
-- Who was erased is seen and changed by nobody any more, and no file begins as erased or in somebody else's hands.
drop policy nasabah_ubah on nasabah;
--> statement-breakpoint
create policy nasabah_ubah on nasabah for update to satupintu_app
  using (((select app.adalah_staf()) or akun_id = (select app.akun_id())) and dihapus_pada is null)
  with check ((select app.adalah_staf()) or akun_id = (select app.akun_id()));
--> statement-breakpoint
-- Trigger: who a loan was approved for, be it by the first of two persons, stays who it is until it is over; admins mend
-- mistakes, but not in a file of their own.
create function app.tahan_identitas() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if (app.peran() in ('nasabah', 'karyawan') or old.akun_id = app.akun_id())
    and exists (select from loan_applications where user_id = old.id
      and (status in ('approved', 'disbursed', 'active') or (status = 'review' and first_approver_id is not null))) then
    raise exception 'MASIH_ADA_PINJAMAN' using errcode = 'PT409';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger nasabah_identitas before update of name, dob, gender, national_id_segel on nasabah
  for each row when (old.name is distinct from new.name or old.dob is distinct from new.dob or old.gender is distinct from new.gender
    or (old.national_id_segel is distinct from new.national_id_segel and old.national_id_indeks is distinct from new.national_id_indeks))
  execute function app.tahan_identitas();
--> statement-breakpoint
drop policy nasabah_buat on nasabah;
--> statement-breakpoint
create policy nasabah_buat on nasabah for insert to satupintu_app
  with check (case when (select app.adalah_staf()) then akun_id is null else akun_id = (select app.akun_id()) end
    and dihapus_pada is null
    and petugas_id is not distinct from case when (select app.peran()) = 'karyawan' then (select app.akun_id()) end);
--> statement-breakpoint
-- Trigger: an account that is closed meanwhile opens no file.
create function app.tuntut_akun_aktif() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform from akun where id = new.akun_id and aktif for share;
  if not found then raise exception 'TOKEN_TIDAK_SAH' using errcode = 'PT401'; end if;
  return new;
end $$;
--> statement-breakpoint
create trigger nasabah_pemilik before insert on nasabah
  for each row when (new.akun_id is not null) execute function app.tuntut_akun_aktif();
--> statement-breakpoint
-- As 0005 has it; but an account that was closed meanwhile stays as it was closed.
create or replace function app.ubah_profil(p_nama text, p_email text, p_username text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update akun set nama = coalesce(p_nama, nama), email = coalesce(p_email, email), username = coalesce(p_username, username)
    where id = app.akun_id() and aktif;
  if not found then raise exception 'TOKEN_TIDAK_SAH' using errcode = 'PT401'; end if;
  perform app.catat_audit('akun.ubah', 'akun', app.akun_id()::text,
    jsonb_build_object('nama', p_nama is not null, 'email', p_email is not null, 'username', p_username is not null));
exception when unique_violation then
  raise exception '%', app.kembar_akun(p_email, app.akun_id()) using errcode = 'PT409';
end $$;
--> statement-breakpoint
drop policy nasabah_baca on nasabah;
--> statement-breakpoint
create policy nasabah_baca on nasabah for select to satupintu_app
  using (((select app.adalah_staf()) or akun_id = (select app.akun_id())) and dihapus_pada is null);
--> statement-breakpoint
drop trigger nasabah_jejak on nasabah;
--> statement-breakpoint
create trigger nasabah_jejak after insert or update or delete on nasabah
  for each row execute function app.jejak('id', 'akun_id', 'petugas_id', 'nik_flag', 'dihapus_pada');
--> statement-breakpoint
grant update (nik_flag) on nasabah to satupintu_app;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function app.berkas_petugas(), app.lihat_berkas(bigint), app.tuntut_berkas(bigint), app.verifikasi_rekening(bigint, boolean),
  app.catat_persetujuan_kontak(bigint, text, text, text), app.tunjuk_petugas(bigint, bigint),
  app.baca_jelas(text, bigint, text, text, text), app.baca_dokumen(bigint, text, text), app.catat_pencarian(text),
  app.catat_akses_data(), app.versi_persetujuan(text), app.minta_penghapusan(integer), app.batalkan_penghapusan(),
  app.titip_berkas(text), app.berkas_dokumen(bigint), app.musnahkan_jatuh_tempo(integer, integer), app.berkas_terbuang(integer), app.berkas_hilang(text[])
to satupintu_app;
