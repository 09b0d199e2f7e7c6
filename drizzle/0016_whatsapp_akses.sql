-- WhatsApp: chats, their messages, and who may read and answer them. Everything about one chat happens behind the lock of
-- its row, so that replies are neither lost nor doubled, and leave in the order in which they were written.

insert into bot_settings (menu, info, help, agent_notice, pause_notice, pause_minutes) values (
  E'Halo 👋\nSilakan pilih:\n1️⃣ Info\n2️⃣ Bantuan\n\nKetik *agent* untuk berbicara dengan manusia.',
  E'Kami menjual pulsa dan token listrik.\n\nKetik *harga* untuk daftar harga, atau *harga token* untuk satu jenis saja.',
  E'Untuk melihat status transaksi, ketik *cek*, nomor transaksi, dan nomor tujuannya, misalnya:\ncek 123 08123456789\n\nKetik *pause* bila bot harus diam, *bot* untuk memanggilnya lagi, *agent* untuk berbicara dengan manusia.',
  E'Baik, petugas kami akan membalas di sini. Mohon tunggu sebentar.\n\nKetik *bot* untuk kembali ke menu.',
  E'Bot diam. Ketik *bot* untuk memanggilnya lagi.',
  1440);
--> statement-breakpoint
-- The chats a member of the staff sees: an admin all, a karyawan its own and those nobody has taken.
create function app.lihat_chat(p_ditugaskan bigint) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(app.peran() = 'admin' or (app.peran() = 'karyawan' and (p_ditugaskan is null or p_ditugaskan = app.akun_id())), false)
$$;
--> statement-breakpoint
-- Who answers now: a pause that has run out is over.
create function app.mode_berlaku(p_mode chat_mode, p_resume timestamptz) returns chat_mode
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select case when p_mode = 'PAUSE' and p_resume <= app.jam() then 'BOT'::chat_mode else p_mode end
$$;
--> statement-breakpoint
-- What a colleague is called, for staff: its accounts are otherwise the admins' to see.
create function app.nama_staf(p_akun bigint) returns text
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select nama from akun where id = p_akun and (select app.adalah_staf()) and peran in ('admin', 'karyawan')
$$;
--> statement-breakpoint
-- Locks the chat of a number, which begins with its first message.
create function app.kunci_chat(p_wa_id text) returns chats
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_chat chats;
begin
  -- More than once, because whoever was first may be deleted before it is locked.
  loop
    select * into v_chat from chats where wa_id = p_wa_id for no key update;
    if found then return v_chat; end if;
    insert into chats (wa_id, created_at) values (p_wa_id, app.jam()) on conflict (wa_id) do nothing;
  end loop;
end $$;
--> statement-breakpoint
-- Puts a chat into another mode, and notes it. A chat that goes back to the bot is nobody's; one that a person takes, its.
create function app.ganti_mode(p_chat bigint, p_mode chat_mode, p_resume timestamptz) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_lama chats;
begin
  select * into v_lama from chats where id = p_chat;
  update chats set mode = p_mode, resume_at = case when p_mode = 'PAUSE' then p_resume end,
      assigned_to = case when p_mode <> 'BOT' then assigned_to end,
      waiting_since = case when p_mode = 'AGENT' then waiting_since end
    where id = p_chat;
  if v_lama.mode <> p_mode then
    perform app.catat_audit('chats.mode', 'chats', p_chat::text, jsonb_build_object('dari', v_lama.mode, 'menjadi', p_mode));
  end if;
end $$;
--> statement-breakpoint
-- Gives a chat to somebody, or to nobody in particular, and notes it.
create function app.tugaskan(p_chat bigint, p_akun bigint) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_lama bigint := (select assigned_to from chats where id = p_chat);
begin
  if v_lama is not distinct from p_akun then return; end if;
  update chats set assigned_to = p_akun where id = p_chat;
  perform app.catat_audit('chats.tugas', 'chats', p_chat::text, jsonb_strip_nulls(jsonb_build_object('dari', v_lama, 'menjadi', p_akun)));
end $$;
--> statement-breakpoint
-- Trigger: whoever is no active member of the staff any more leaves its chats to the others.
create function app.lepas_chat() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.tugaskan(c.id, null)
    from (select id from chats where assigned_to = new.id order by id for no key update) c;
  return null;
end $$;
--> statement-breakpoint
create trigger akun_lepas_chat after update on akun
  for each row when ((old.aktif and not new.aktif) or (old.peran <> 'nasabah' and new.peran = 'nasabah')) execute function app.lepas_chat();
--> statement-breakpoint
-- Writes a message of ours that WhatsApp is to get. `dorong`: it stands at the head of its chat's line, so somebody has to
-- be told; whoever sends one tells of the next. The chat's row is locked.
create function app.antrekan(p_chat bigint, p_sender message_sender, p_type message_type, p_text text, p_kunci_klien text)
returns table (id bigint, dorong boolean)
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_dorong boolean := not exists (select from messages where chat_id = p_chat and direction = 'out' and due_at is not null);
  v_id bigint;
begin
  insert into messages (chat_id, direction, sender, agent_id, type, text, status, client_key, created_at, due_at)
    values (p_chat, 'out', p_sender, case when p_sender = 'agent' then app.akun_id() end, p_type, p_text, 'queued', p_kunci_klien, app.jam(),
            -- The queue does not wait for that; the sweeper takes up what the queue has lost.
            app.jam() + interval '15 seconds')
    returning messages.id into v_id;
  update chats set last_message_id = v_id where chats.id = p_chat;
  return query select v_id, v_dorong;
end $$;
--> statement-breakpoint
-- Takes in one message of a customer, with what the bot makes of it: p_mode is the mode it took the chat to be in, p_menjadi
-- the next one, p_balasan its replies ({"key": …} of bot_settings, or {"text": …}). `hasil`:
-- - `baru`: written down, replies queued
-- - `ulangan`: it was here before, nothing happens
-- - `lain`: the chat is in another mode than was thought: nothing happens, try again with that
-- - `ramai`: written down, but the bot has said so much in so short a time that it talks to another bot
create function app.terima_pesan(
  p_wa_id text, p_name text, p_wa_message_id text, p_type message_type, p_text text, p_media_id text, p_file_name text,
  p_sent_at timestamptz, p_mode chat_mode, p_menjadi chat_mode, p_balasan jsonb
) returns table (hasil text, chat_id bigint, message_id bigint, mode chat_mode, resume_at timestamptz, dorong boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_chat chats;
  v_mode chat_mode;
  v_id bigint;
  v_hasil text := 'baru';
  v_dorong boolean := false;
  v_teks text;
  v_satu record;
  v_naskah bot_settings;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  v_chat := app.kunci_chat(p_wa_id);
  v_mode := app.mode_berlaku(v_chat.mode, v_chat.resume_at);
  if exists (select from messages m where m.chat_id = v_chat.id and m.wa_message_id = p_wa_message_id) then
    return query select 'ulangan', v_chat.id, null::bigint, v_chat.mode, v_chat.resume_at, false;
    return;
  end if;
  if v_mode <> p_mode then
    return query select 'lain', v_chat.id, null::bigint, v_mode, case when v_mode = 'PAUSE' then v_chat.resume_at end, false;
    return;
  end if;
  insert into messages (chat_id, wa_message_id, direction, sender, type, text, status, created_at, sent_at, media_id, file_name, due_at)
    values (v_chat.id, p_wa_message_id, 'in', 'customer', p_type, p_text, 'received', app.jam(), p_sent_at, p_media_id, p_file_name,
            case when p_media_id is not null then app.jam() + interval '15 seconds' end)
    returning id into v_id;
  select * into v_naskah from bot_settings;
  -- Also from a pause that has run out into another one.
  if p_menjadi <> v_mode or p_menjadi <> v_chat.mode then
    perform app.ganti_mode(v_chat.id, p_menjadi, app.jam() + make_interval(mins => v_naskah.pause_minutes));
  end if;
  update chats set last_message_id = v_id, unread = unread + 1, name = coalesce(nullif(p_name, ''), name),
      waiting_since = case when mode = 'AGENT' then coalesce(waiting_since, app.jam()) end
    where id = v_chat.id;
  if jsonb_array_length(p_balasan) > 0 and (
    select created_at > app.jam() - interval '10 minutes' from messages
      where chat_id = v_chat.id and sender = 'bot' order by id desc offset 59 limit 1) then
    v_hasil := 'ramai';
  else
    for v_satu in select * from jsonb_array_elements(p_balasan) loop
      v_teks := coalesce(v_satu.value ->> 'text', to_jsonb(v_naskah) ->> (v_satu.value ->> 'key'));
      continue when coalesce(v_teks, '') = '';
      select v_dorong or a.dorong into v_dorong from app.antrekan(v_chat.id, 'bot', 'text', v_teks, null) a;
    end loop;
  end if;
  return query select v_hasil, v_chat.id, v_id, c.mode, c.resume_at, v_dorong from chats c where c.id = v_chat.id;
end $$;
--> statement-breakpoint
-- Takes in a message that left from our own number: one of ours coming back, or what a person typed on the shop's telephone,
-- who has the chat from then on. p_asal: `api`, `ponsel`, or null when the vendor does not say. `hasil`: `dikenal` (written
-- down before), `diakui` (one on its way: now it is sure that it left), `asing` (of the API, and none of ours: a one-time
-- password, which is written down nowhere) or `ponsel`.
create function app.terima_dari_kita(
  p_wa_id text, p_wa_message_id text, p_asal text, p_type message_type, p_text text, p_sent_at timestamptz
) returns table (hasil text, chat_id bigint, mode chat_mode, resume_at timestamptz, berikutnya bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_chat chats;
  v_id bigint;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  if p_asal = 'api' and not exists (select from chats where wa_id = p_wa_id) then
    return query select 'asing', null::bigint, null::chat_mode, null::timestamptz, null::bigint;
    return;
  end if;
  v_chat := app.kunci_chat(p_wa_id);
  if exists (select from messages m where m.chat_id = v_chat.id and m.wa_message_id = p_wa_message_id) then
    return query select 'dikenal', v_chat.id, v_chat.mode, v_chat.resume_at, null::bigint;
    return;
  end if;
  if p_asal is distinct from 'ponsel' then
    select m.id into v_id from messages m
      where m.chat_id = v_chat.id and m.status = 'sending' and m.wa_message_id is null and m.type = p_type and m.text = p_text
      order by m.id limit 1;
    if found then
      update messages set wa_message_id = p_wa_message_id, status = 'sent', sent_at = p_sent_at, due_at = null, unsure = false, problem = null
        where id = v_id;
      return query select 'diakui', v_chat.id, v_chat.mode, v_chat.resume_at, app.pesan_berikut(v_chat.id);
      return;
    end if;
    if p_asal = 'api' then
      return query select 'asing', v_chat.id, v_chat.mode, v_chat.resume_at, null::bigint;
      return;
    end if;
  end if;
  insert into messages (chat_id, wa_message_id, direction, sender, type, text, status, created_at, sent_at)
    values (v_chat.id, p_wa_message_id, 'out', 'phone', p_type, p_text, 'sent', app.jam(), p_sent_at)
    returning id into v_id;
  perform app.ganti_mode(v_chat.id, 'AGENT', null);
  update chats set last_message_id = v_id, unread = 0, waiting_since = null where id = v_chat.id;
  return query select 'ponsel', c.id, c.mode, c.resume_at, null::bigint from chats c where c.id = v_chat.id;
end $$;
--> statement-breakpoint
-- The message at the head of a chat's line, if nobody has it in hand.
create function app.pesan_berikut(p_chat bigint) returns bigint
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select id from (
    select id, status from messages where chat_id = p_chat and direction = 'out' and due_at is not null order by id limit 1) m
  where status = 'queued'
$$;
--> statement-breakpoint
-- What WhatsApp says became of messages ([{"id", "status"}]). They only ever get further: a late `sent` does not undo
-- `read`. The chats are locked first, in one order: webhooks come at once, and in any order. Returns how many got further.
create function app.terima_status(p_status jsonb) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_satu record;
  v_jumlah integer := 0;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  perform from chats
    where id in (select m.chat_id from messages m join jsonb_array_elements(p_status) e on m.wa_message_id = e ->> 'id' where m.direction = 'out')
    order by id for no key update;
  for v_satu in select e ->> 'id' as id, (e ->> 'status')::message_status as status from jsonb_array_elements(p_status) e loop
    update messages set status = v_satu.status,
        problem = case when v_satu.status = 'failed' then 'WhatsApp tidak dapat menyampaikannya.' end
      where wa_message_id = v_satu.id and direction = 'out' and due_at is null
        and case v_satu.status when 'delivered' then status = 'sent' when 'read' then status in ('sent', 'delivered')
            when 'failed' then status = 'sent' else false end;
    if found then v_jumlah := v_jumlah + 1; end if;
  end loop;
  return v_jumlah;
end $$;
--> statement-breakpoint
-- Claims the message at the head of a chat's line for p_sewa seconds, or of any chat's whose turn it is (p_chat null).
-- `ragu`: an earlier attempt ended without an answer, so WhatsApp may have it. `usang`: it has waited longer than p_jam hours.
create function app.klaim_kirim(p_chat bigint, p_sewa integer, p_jam integer)
returns table (
  id bigint, chat_id bigint, wa_id text, type message_type, text text, attempts integer, ragu boolean, usang boolean, dicoba_sejak timestamptz,
  baris uuid, kunci text, mime_type text, file_name text
)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_id bigint;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  select m.id into v_id from messages m
    where m.direction = 'out' and m.due_at is not null and (p_chat is null or m.chat_id = p_chat)
      and (m.due_at <= app.jam() or (p_chat is not null and m.status = 'queued'))
      and not exists (select from messages e
        where e.chat_id = m.chat_id and e.direction = 'out' and e.due_at is not null and e.id < m.id)
    order by m.due_at limit 1 for no key update skip locked;
  return query
    with lama as (select m.id, m.unsure, m.created_at from messages m where m.id = v_id)
    update messages m
      set status = 'sending', attempts = m.attempts + 1, unsure = true, due_at = app.jam() + make_interval(secs => p_sewa)
      from lama, chats c where m.id = lama.id and c.id = m.chat_id
      returning m.id, m.chat_id, c.wa_id, m.type, m.text, m.attempts, lama.unsure,
        lama.created_at < app.jam() - make_interval(hours => p_jam), lama.created_at, m.baris, m.kunci, m.mime_type, m.file_name;
end $$;
--> statement-breakpoint
-- Settles an attempt: `sent` under the vendor's name, `failed` for good, or `sending` again after p_jeda seconds (p_ragu: the
-- vendor may have it). Whoever was overtaken by another claim settles only what is true whoever asks: that it was sent.
-- Returns the message that stands at the head of the chat's line now, if somebody has to be told.
create function app.catat_kirim(
  p_id bigint, p_attempts integer, p_status message_status, p_wa_message_id text, p_problem text, p_jeda integer, p_ragu boolean
) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_chat bigint;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  -- The chat first, as every writer does: what is queued meanwhile either waits for this, or is seen.
  select chat_id into v_chat from messages where id = p_id;
  perform from chats where id = v_chat for no key update;
  update messages
    set status = p_status, problem = p_problem, unsure = coalesce(p_ragu, false),
        -- What was sent is sent, even under a name that somebody has used up before.
        wa_message_id = case when exists (select from messages m where m.chat_id = v_chat and m.wa_message_id = p_wa_message_id)
          then wa_message_id else coalesce(p_wa_message_id, wa_message_id) end,
        sent_at = case when p_status = 'sent' then app.jam() else sent_at end,
        due_at = case when p_status = 'sending' then app.jam() + make_interval(secs => p_jeda) end
    where id = p_id and due_at is not null and (attempts = p_attempts or p_status = 'sent');
  return app.pesan_berikut(v_chat);
end $$;
--> statement-breakpoint
-- Of the vendor's names of messages that left to a chat those that no message of ours has.
create function app.pesan_asing(p_chat bigint, p_wa_message_id text[]) returns setof text
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  return query select n from unnest(p_wa_message_id) n
    where not exists (select from messages m where m.chat_id = p_chat and m.direction = 'out' and m.wa_message_id = n);
end $$;
--> statement-breakpoint
-- Claims an incoming message whose file is to be fetched: the one named, or the one that has waited longest.
create function app.klaim_media(p_id bigint, p_sewa integer) returns table (id bigint, media_id text, attempts integer)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_id bigint;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  select m.id into v_id from messages m
    where m.direction = 'in' and m.due_at is not null and (p_id is null or m.id = p_id)
      and (m.due_at <= app.jam() or (p_id is not null and m.attempts = 0))
    order by m.due_at limit 1 for no key update skip locked;
  return query update messages m set attempts = m.attempts + 1, due_at = app.jam() + make_interval(secs => p_sewa)
    where m.id = v_id returning m.id, m.media_id, m.attempts;
end $$;
--> statement-breakpoint
-- Settles the fetching of a file: kept under p_baris, not to be had (p_problem), or tried again after p_jeda seconds.
create function app.catat_media(
  p_id bigint, p_attempts integer, p_baris uuid, p_kunci text, p_mime_type text, p_file_size integer, p_problem text, p_jeda integer
) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  update messages
    set baris = p_baris, kunci = p_kunci, mime_type = p_mime_type, file_size = p_file_size, problem = p_problem,
        due_at = app.jam() + make_interval(secs => p_jeda)
    where id = p_id and attempts = p_attempts and due_at is not null;
  return found;
end $$;
--> statement-breakpoint
-- A purchase as its buyer's customer may ask about it: who knows its number and where it went. No row for anything else.
create function app.cek_transaksi(p_id bigint, p_nomor text)
returns table (produk text, nomor_tujuan text, status status_transaksi, waktu timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  return query select p.nama, t.nomor_tujuan, t.status, t.waktu from transaksi t join produk p on p.id = t.produk_id
    where t.id = p_id and regexp_replace(t.nomor_tujuan, '^(\+?62|0)', '') = regexp_replace(p_nomor, '^(\+?62|0)', '');
end $$;
--> statement-breakpoint
-- What is on sale, for the bot.
create function app.daftar_harga(p_kategori text, p_batas integer)
returns table (nama text, kategori text, harga bigint, nominal bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  return query select nama, kategori, harga, nominal from produk
    where aktif and (p_kategori is null or strpos(lower(kategori || ' ' || nama), lower(p_kategori)) > 0)
    order by kategori, nominal nulls last, id limit p_batas;
end $$;
--> statement-breakpoint
-- Demands a chat that the caller may see and, if one is named, an active member of the staff, who stays one until the
-- transaction ends. Before the chat is locked: whoever is disabled is locked before its chats, too.
create function app.tuntut_petugas(p_chat bigint, p_akun bigint) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (select from chats where id = p_chat and app.lihat_chat(assigned_to)) then
    raise exception 'CHAT_TIDAK_ADA' using errcode = 'PT404';
  end if;
  if p_akun is null then return; end if;
  perform from akun where id = p_akun and aktif and peran in ('admin', 'karyawan') for share;
  if found then return; end if;
  -- The caller itself was switched off a moment ago.
  if p_akun = app.akun_id() then raise exception 'TOKEN_TIDAK_SAH' using errcode = 'PT401'; end if;
  raise exception 'PETUGAS_TIDAK_DIKENAL' using errcode = 'PT422';
end $$;
--> statement-breakpoint
-- Locks a chat that the caller may see.
create function app.tuntut_chat(p_id bigint) returns chats
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_chat chats;
begin
  select * into v_chat from chats where id = p_id and app.lihat_chat(assigned_to) for no key update;
  -- Whoever waited for the lock may have lost the chat to somebody else meanwhile.
  if v_chat.id is null or not app.lihat_chat(v_chat.assigned_to) then
    raise exception 'CHAT_TIDAK_ADA' using errcode = 'PT404';
  end if;
  return v_chat;
end $$;
--> statement-breakpoint
-- Writes what somebody of the staff says: to the customer (`out`), who is answered by that person from then on, or to
-- colleagues (`note`). The same key with the same content is the same message. A file (p_baris …) was stored before.
create function app.tulis_pesan(
  p_chat bigint, p_direction message_direction, p_text text, p_kunci_klien text, p_hash text, p_type message_type,
  p_baris uuid, p_kunci text, p_mime_type text, p_file_size integer, p_file_name text
) returns table (ulangan boolean, dorong boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_chat chats;
  v_lama messages;
  v_id bigint;
  v_dorong boolean := false;
begin
  perform app.tuntut_petugas(p_chat, app.akun_id());
  v_chat := app.tuntut_chat(p_chat);
  select * into v_lama from messages where chat_id = p_chat and client_key = p_kunci_klien;
  if found then
    if v_lama.content_hash <> p_hash or v_lama.agent_id <> app.akun_id() then
      raise exception 'KUNCI_DIPAKAI' using errcode = 'PT409';
    end if;
    return query select true, false;
    return;
  end if;
  if p_direction = 'note' then
    insert into messages (chat_id, direction, sender, agent_id, type, text, status, client_key, content_hash, created_at)
      values (p_chat, 'note', 'agent', app.akun_id(), p_type, p_text, 'noted', p_kunci_klien, p_hash, app.jam())
      returning id into v_id;
    update chats set last_message_id = v_id where id = p_chat;
  else
    perform app.ganti_mode(p_chat, 'AGENT', null);
    select a.id, a.dorong into v_id, v_dorong from app.antrekan(p_chat, 'agent', p_type, p_text, p_kunci_klien) a;
    update messages set content_hash = p_hash, baris = p_baris, kunci = p_kunci, mime_type = p_mime_type, file_size = p_file_size, file_name = p_file_name
      where id = v_id;
    update chats set unread = 0, waiting_since = null where id = p_chat;
    perform app.tugaskan(p_chat, coalesce(v_chat.assigned_to, app.akun_id()));
  end if;
  return query select false, v_dorong;
end $$;
--> statement-breakpoint
-- Changes a chat: p_ubah may hold mode (with resume_at), assigned_to, labels, add_label, remove_label and read. Who takes a
-- chat over has it, and who has one answers it.
create function app.atur_chat(p_id bigint, p_ubah jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_chat chats;
  v_mode chat_mode := (p_ubah ->> 'mode')::chat_mode;
  v_resume timestamptz := (p_ubah ->> 'resume_at')::timestamptz;
  v_tugas bigint := (p_ubah ->> 'assigned_to')::bigint;
begin
  perform app.tuntut_petugas(p_id, case when p_ubah ? 'assigned_to' then v_tugas when v_mode = 'AGENT' then app.akun_id() end);
  v_chat := app.tuntut_chat(p_id);
  if v_resume <= app.jam() then raise exception 'JEDA_SUDAH_LEWAT' using errcode = 'PT422'; end if;
  if v_tugas is not null and coalesce(v_mode, app.mode_berlaku(v_chat.mode, v_chat.resume_at)) = 'BOT' then v_mode := 'AGENT'; end if;
  if v_mode is not null then perform app.ganti_mode(p_id, v_mode, v_resume); end if;
  if p_ubah ? 'assigned_to' then
    perform app.tugaskan(p_id, v_tugas);
  elsif v_mode = 'AGENT' then
    perform app.tugaskan(p_id, coalesce(v_chat.assigned_to, app.akun_id()));
  end if;
  if p_ubah ? 'labels' then
    update chats set labels = array(select jsonb_array_elements_text(p_ubah -> 'labels')) where id = p_id;
  end if;
  if p_ubah ? 'add_label' and not v_chat.labels @> array[p_ubah ->> 'add_label'] then
    if cardinality(v_chat.labels) >= 10 then raise exception 'LABEL_PENUH' using errcode = 'PT422'; end if;
    update chats set labels = labels || (p_ubah ->> 'add_label') where id = p_id;
  end if;
  if p_ubah ? 'remove_label' then
    update chats set labels = array_remove(labels, p_ubah ->> 'remove_label') where id = p_id;
  end if;
  if p_ubah ? 'read' then
    update chats set unread = case when (p_ubah ->> 'read')::boolean then 0 else greatest(unread, 1) end where id = p_id;
  end if;
end $$;
--> statement-breakpoint
-- Ids of the chats the caller may see whose name, number or messages contain a text. As the owner, as `app.users_bernama`.
create function app.chats_berisi(p_cari text) returns setof bigint
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select c.id from chats c
    where app.lihat_chat(c.assigned_to)
      and (lower(c.name) like (select app.pola_nama(p_cari)) or c.wa_id like (select app.pola_nama(p_cari))
        -- A number as people write it: +62 812-…, 0812….
        or p_cari ~ '[0-9]{3}' and '+' || c.wa_id like (select app.pola_nama(regexp_replace(regexp_replace(p_cari, '[ ().-]', '', 'g'), '^0(?=[1-9])', '+62'))))
  union
  select m.chat_id from messages m join chats c on c.id = m.chat_id
    where lower(m.text) like (select app.pola_nama(p_cari)) and app.lihat_chat(c.assigned_to)
$$;
--> statement-breakpoint
create index messages_text on messages using gin (lower(text) gin_trgm_ops);
--> statement-breakpoint
create index chats_name on chats using gin (lower(name) gin_trgm_ops);
--> statement-breakpoint
-- Deletes conversations that have been silent for p_hari days, at most p_batas; their files are swept away. Returns how many.
create function app.buang_chat_lama(p_hari integer, p_batas integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_jumlah integer;
begin
  if app.layanan() is null then raise exception 'BUKAN_LAYANAN' using errcode = 'PT403'; end if;
  -- Ids of messages rise with time: the chats that have been silent longest stand first in their index. One that is written
  -- to at this moment has another newest message, and stays.
  delete from chats using (
    select c.id, c.last_message_id from (select id, last_message_id from chats order by last_message_id limit p_batas) c
      join messages m on m.id = c.last_message_id
    where m.created_at < app.jam() - make_interval(days => p_hari)) lama
  where chats.id = lama.id and chats.last_message_id = lama.last_message_id;
  get diagnostics v_jumlah = row_count;
  return v_jumlah;
end $$;
--> statement-breakpoint
-- Files of messages are swept away like those of documents.
create trigger messages_buang after delete on messages
  for each row when (old.baris is not null) execute function app.buang_berkas();
--> statement-breakpoint
create trigger messages_simpan after insert or update of baris on messages
  for each row when (new.baris is not null) execute function app.simpan_berkas();
--> statement-breakpoint
create or replace function app.titip_berkas(p_baris text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.akun_id() is null and app.layanan() is null then raise exception 'TOKEN_TIDAK_SAH' using errcode = 'PT401'; end if;
  -- Not what a document or a message names: the sweep would take its bytes away.
  insert into berkas_terbuang (baris, sejak)
    select p_baris, app.jam() + interval '1 hour'
    where not exists (select from documents where baris::text = p_baris) and not exists (select from messages where baris::text = p_baris);
end $$;
--> statement-breakpoint
create trigger chats_jejak after delete on chats for each row execute function app.jejak('id');
--> statement-breakpoint
create trigger bot_settings_jejak after update on bot_settings
  for each row execute function app.jejak('id', 'menu', 'info', 'help', 'agent_notice', 'pause_notice', 'pause_minutes');
--> statement-breakpoint
create trigger quick_replies_jejak after insert or update or delete on quick_replies
  for each row execute function app.jejak('id', 'shortcut', 'text');
--> statement-breakpoint
alter table chats enable row level security;
--> statement-breakpoint
alter table chats force row level security;
--> statement-breakpoint
alter table messages enable row level security;
--> statement-breakpoint
alter table messages force row level security;
--> statement-breakpoint
alter table bot_settings enable row level security;
--> statement-breakpoint
alter table bot_settings force row level security;
--> statement-breakpoint
alter table quick_replies enable row level security;
--> statement-breakpoint
alter table quick_replies force row level security;
--> statement-breakpoint
create policy chats_baca on chats for select to satupintu_app
  using ((select app.peran()) = 'admin'
    or ((select app.peran()) = 'karyawan' and (assigned_to is null or assigned_to = (select app.akun_id()))));
--> statement-breakpoint
create policy chats_hapus on chats for delete to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy messages_baca on messages for select to satupintu_app
  using ((select app.peran()) = 'admin'
    or ((select app.peran()) = 'karyawan' and exists (select from chats c where c.id = chat_id)));
--> statement-breakpoint
create policy bot_settings_baca on bot_settings for select to satupintu_app using ((select app.adalah_staf()));
--> statement-breakpoint
create policy bot_settings_ubah on bot_settings for update to satupintu_app
  using ((select app.peran()) = 'admin') with check ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy quick_replies_baca on quick_replies for select to satupintu_app using ((select app.adalah_staf()));
--> statement-breakpoint
create policy quick_replies_buat on quick_replies for insert to satupintu_app with check ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy quick_replies_ubah on quick_replies for update to satupintu_app
  using ((select app.peran()) = 'admin') with check ((select app.peran()) = 'admin');
--> statement-breakpoint
create policy quick_replies_hapus on quick_replies for delete to satupintu_app using ((select app.peran()) = 'admin');
--> statement-breakpoint
grant select on messages, bot_settings, quick_replies to satupintu_app;
--> statement-breakpoint
grant select, delete on chats to satupintu_app;
--> statement-breakpoint
grant update (menu, info, help, agent_notice, pause_notice, pause_minutes) on bot_settings to satupintu_app;
--> statement-breakpoint
grant insert, delete, update (shortcut, text) on quick_replies to satupintu_app;
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function
  app.terima_pesan(text, text, text, message_type, text, text, text, timestamptz, chat_mode, chat_mode, jsonb),
  app.terima_dari_kita(text, text, text, message_type, text, timestamptz),
  app.terima_status(jsonb),
  app.klaim_kirim(bigint, integer, integer),
  app.catat_kirim(bigint, integer, message_status, text, text, integer, boolean),
  app.pesan_asing(bigint, text[]),
  app.klaim_media(bigint, integer),
  app.catat_media(bigint, integer, uuid, text, text, integer, text, integer),
  app.cek_transaksi(bigint, text),
  app.daftar_harga(text, integer),
  app.tulis_pesan(bigint, message_direction, text, text, text, message_type, uuid, text, text, integer, text),
  app.atur_chat(bigint, jsonb),
  app.chats_berisi(text),
  app.buang_chat_lama(integer, integer),
  app.mode_berlaku(chat_mode, timestamptz),
  app.nama_staf(bigint)
to satupintu_app;
