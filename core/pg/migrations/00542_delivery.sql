-- Goods and services are handed over with proof (F104): what and how much, which day, where,
-- to whom, and their signature; where they cannot sign, a photo, a witness and the word of a
-- second member of staff. One officer's sentence closed such a claim before. What a household
-- says did not arrive is taken back by name and with why, and is to be delivered again.

-- +goose Up
create table delivery (
    id           bigint generated always as identity primary key,
    claim_id     bigint not null,
    case_id      bigint not null,
    region       text not null,
    service      boolean not null,                -- something done for them, and not a thing
    what         text not null check (length(btrim(what)) between 1 and 40),
    amount       text not null check (length(btrim(amount)) between 1 and 20), -- how much, with its unit
    on_day       date not null,
    place        text not null check (length(btrim(place)) between 1 and 60),
    member       text not null default '',        -- ref of the member who took it, '' for somebody in their place
    receiver     text not null check (length(btrim(receiver)) between 1 and 40),
    relation     text not null default '' check (length(relation) <= 40), -- to the household, of who took it in their place
    signature    text not null default '' check (signature = '' or signature ~ '^[0-9a-f]{64}$'), -- digest of the receiver's strokes
    unable       text not null default '' check (length(unable) <= 60),   -- why they could not sign
    witness      text not null default '' check (length(witness) <= 40),
    photos       text[] not null default '{}',
    by_staff     bigint not null,
    at           timestamptz not null,
    seconded_by  bigint,
    seconded     timestamptz,
    seconded_how text not null default '' check (length(seconded_how) <= 200), -- how the second person made sure
    undone       timestamptz,                     -- the household says that it did not arrive
    undone_by    bigint,
    undone_why   text not null default '' check (length(undone_why) <= 300),
    constraint delivery_receiver check ((member = '') = (btrim(relation) <> '')),
    constraint delivery_proof check (signature <> '' or btrim(unable) <> '' and btrim(witness) <> '' and witness <> receiver and cardinality(photos) > 0),
    constraint delivery_second check ((seconded is null) = (seconded_by is null) and (seconded is null) = (btrim(seconded_how) = '')
        and seconded_by is distinct from by_staff),
    constraint delivery_undone check ((undone is null) = (undone_by is null) and (undone is null) = (btrim(undone_why) = '')),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create unique index delivery_open on delivery (claim_id) where undone is null;
-- Strokes carry their times: the same drawing twice is a copy.
create unique index delivery_strokes on delivery (signature) where signature <> '';
create index delivery_case on delivery (case_id);
call lianou_scope_table('delivery');
grant select, insert on delivery to lianou_platform;
grant update (seconded_by, seconded, seconded_how, undone, undone_by, undone_why) on delivery to lianou_platform;

-- What may be written down: of an approved claim that waits for it, of a day between the
-- decision and today, by nobody who approved it (谁审批谁不发) and by no kin; and afterwards
-- only a second person's word and the taking back, each once.
-- +goose StatementBegin
create function delivery_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    last decision%rowtype;
    wrong text := '';
begin
    select * into last from decision where claim_id = new.claim_id order by id desc limit 1;
    if tg_op = 'INSERT' then
        if new.seconded is not null or new.undone is not null
           or not exists (select from claim c where c.id = new.claim_id and c.state = 'delivering' and c.delivered is null)
           or last.outcome is distinct from 'approved' then
            wrong := 'delivery_claim';
        elsif new.on_day < (last.at at time zone interval '8 hours')::date or new.on_day > (lianou_now() at time zone interval '8 hours')::date then
            wrong := 'delivery_day';
        elsif new.signature <> '' and exists (select from visit v, jsonb_each_text(v.signatures) s where v.case_id = new.case_id and s.value = new.signature) then
            wrong := 'delivery_strokes';
        end if;
    elsif old.undone is not null or old.seconded is not null and (new.seconded, new.seconded_by, new.seconded_how) is distinct from (old.seconded, old.seconded_by, old.seconded_how)
          or old.seconded is null and new.seconded is not null and old.signature <> '' then
        wrong := 'delivery_stays';
    end if;
    if wrong = '' and (last.approver in (new.by_staff, new.seconded_by)
       or exists (select from case_conflict c where c.case_id = new.case_id and c.staff in (new.by_staff, new.seconded_by, new.undone_by))) then
        wrong := 'delivery_people';
    end if;
    if wrong <> '' then
        raise exception 'no proof of a handover' using errcode = 'check_violation', constraint = wrong, table = 'delivery';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger delivery_guard before insert or update on delivery for each row execute function delivery_guard();

-- A claim that is handed over and not paid ends by that proof and by nothing else, and comes
-- back to be delivered only when its proof was taken back.
insert into case_transition (entity, from_state, to_state) values ('claim', 'told', 'delivering'), ('claim', 'closed', 'delivering');
-- +goose StatementBegin
create function claim_proof_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    proven boolean := exists (select from delivery d where d.claim_id = new.id and d.undone is null and (d.signature <> '' or d.seconded is not null)
        and d.at >= all (select o.at from decision o where o.claim_id = new.id));
    taken  boolean := not proven and exists (select from delivery d where d.claim_id = new.id and d.undone is not null)
        and coalesce((select d.outcome = 'approved' from decision d where d.claim_id = new.id order by d.id desc limit 1), false);
begin
    if not proven and (old.state = 'delivering' and new.state = 'told'
       or new.delivered is not null and new.delivered is distinct from old.delivered) then
        raise exception 'handed over without proof' using errcode = 'check_violation', constraint = 'claim_proof', table = 'claim';
    end if;
    if old.state in ('told', 'closed') and new.state = 'delivering' and (not taken or new.delivered is not null)
       or old.delivered is not null and new.delivered is null and not taken then
        raise exception 'delivered again without a word' using errcode = 'check_violation', constraint = 'claim_proof', table = 'claim';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger claim_proof_guard before update of state, delivered on claim for each row execute function claim_proof_guard();

-- What is not delivered has its day and climbs like every other; what waits already has two
-- weeks. The kinds that are there stay, whoever added them, and a day that is first is kept
-- where such days are.
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, 'ARRAY[', 'ARRAY[''deliver''::text, ');
    perform set_config('lianou.city', 'on', true);
    if exists (select from pg_attribute where attrelid = 'deadline'::regclass and attname = 'first_due') then
        insert into deadline (case_id, region, claim_id, kind, due, next, first_due)
            select case_id, region, id, 'deliver', d, d, d from claim, (values ((lianou_now() at time zone interval '8 hours')::date + 14)) as t (d) where state = 'delivering';
    else
        insert into deadline (case_id, region, claim_id, kind, due, next)
            select case_id, region, id, 'deliver', d, d from claim, (values ((lianou_now() at time zone interval '8 hours')::date + 14)) as t (d) where state = 'delivering';
    end if;
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd

-- What proves a handing over is kept as what proves a visit is.
-- +goose StatementBegin
create or replace function blob_named(wanted text) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select exists (select from application_blob where digest = wanted)
        or exists (select from call where recording = wanted)
        or exists (select from talk_line where blob = wanted)
        or exists (select from talk_voice where blob = wanted)
        or exists (select from visit where recording = wanted or wanted = any (photos)
                   or jsonb_path_exists(signatures, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from casefile where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted))
                   or jsonb_path_exists(signature, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from case_application where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
        or exists (select from case_supplement where papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
        or exists (select from change_request where evidence = wanted)
        or exists (select from delivery where signature = wanted or wanted = any (photos))
$$;
-- +goose StatementEnd

-- +goose Down
select set_config('lianou.city', 'on', true);
delete from deadline where kind = 'deliver';
select set_config('lianou.city', '', true);
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, '''deliver''::text, ', '');
end $$;
-- +goose StatementEnd
drop trigger claim_proof_guard on claim;
drop function claim_proof_guard();
delete from case_transition where entity = 'claim' and to_state = 'delivering' and from_state in ('told', 'closed');
-- +goose StatementBegin
create or replace function blob_named(wanted text) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select exists (select from application_blob where digest = wanted)
        or exists (select from call where recording = wanted)
        or exists (select from talk_line where blob = wanted)
        or exists (select from talk_voice where blob = wanted)
        or exists (select from visit where recording = wanted or wanted = any (photos)
                   or jsonb_path_exists(signatures, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from casefile where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted))
                   or jsonb_path_exists(signature, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from case_application where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
        or exists (select from case_supplement where papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
        or exists (select from change_request where evidence = wanted)
$$;
-- +goose StatementEnd
drop table delivery;
drop function delivery_guard();
