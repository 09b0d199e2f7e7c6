-- Keys of customers' data, and which key's blind indexes are in force.

-- One row, 0 until the first index is asked for: then the oldest key's are in force, and this names it.
insert into kunci_indeks (versi) values (0);
--> statement-breakpoint
alter table kunci_indeks enable row level security;
--> statement-breakpoint
alter table kunci_indeks force row level security;
--> statement-breakpoint
-- Holds the version in force until the end of the transaction. Whoever changes it takes the same lock exclusively.
-- To be taken before any row is locked: the change updates rows while it holds the lock.
create function app.tahan_indeks() returns void
language sql set search_path = pg_catalog, pg_temp as $$
  select pg_advisory_xact_lock_shared(hashtext('satu-pintu-kunci-indeks'))
$$;
--> statement-breakpoint
-- Of the blind indexes of a text, by key version, the one that is in force. Volatile, so that after waiting for a change
-- it sees what was changed. Without the version in force there is no right answer: the Worker's keys are not those of the data.
create function app.pilih_indeks(p_indeks jsonb) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_versi integer;
begin
  perform app.tahan_indeks();
  select versi into strict v_versi from kunci_indeks;
  if v_versi = 0 then
    update kunci_indeks set versi = (select min(k::integer) from jsonb_object_keys(p_indeks) k) where versi = 0;
    select versi into strict v_versi from kunci_indeks;
  end if;
  if p_indeks ->> v_versi::text is null then
    raise exception 'no blind index of key version %, which is in force', v_versi;
  end if;
  return p_indeks ->> v_versi::text;
end $$;
--> statement-breakpoint
-- Gives the file of a customer, which is from before there were keys, its data key. When somebody else just did, what was
-- sealed for it with this one is to be sealed again: a lost race.
create function app.pasang_kunci(p_id bigint, p_kunci text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_kunci text;
begin
  perform app.tahan_indeks();
  select kunci into v_kunci from nasabah
    where id = p_id and dihapus_pada is null and ((select app.adalah_staf()) or akun_id = (select app.akun_id()))
    for no key update;
  if not found then raise exception 'USER_TIDAK_ADA' using errcode = 'PT404'; end if;
  if v_kunci is not null then
    raise exception 'the file got another data key meanwhile' using errcode = '40001';
  end if;
  update nasabah set kunci = p_kunci where id = p_id;
end $$;
--> statement-breakpoint
-- A value that is only sealed again, or found by another key's index, has not been changed: of a changed one both are new.
drop trigger nasabah_sentuh on nasabah;
--> statement-breakpoint
create trigger nasabah_sentuh before update on nasabah for each row when (
  to_jsonb(old) - '{kunci,phone_segel,phone_indeks,national_id_segel,national_id_indeks}'::text[]
    is distinct from to_jsonb(new) - '{kunci,phone_segel,phone_indeks,national_id_segel,national_id_indeks}'::text[]
  or old.phone_segel is distinct from new.phone_segel and old.phone_indeks is distinct from new.phone_indeks
  or old.national_id_segel is distinct from new.national_id_segel
    and old.national_id_indeks is distinct from new.national_id_indeks)
execute function app.sentuh();
--> statement-breakpoint
revoke all on all functions in schema app from public;
--> statement-breakpoint
grant execute on function app.pilih_indeks(jsonb), app.pasang_kunci(bigint, text) to satupintu_app;
