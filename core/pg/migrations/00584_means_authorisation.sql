-- Income and property are asked after with the word of each adult they belong to (家庭经济状况核对
-- 授权; 社会救助暂行办法第58条, 最低生活保障审核确认办法第9、17条): a row a person and version of
-- the text, how it was given, to whom, and up to which day. One tick at a door spoke for the whole
-- household before. Without it no department is asked; nothing else waits. Who says no is written
-- down as that, for a person to go on from, and what was learnt before stays.

-- +goose Up
create table means_text (
    version text primary key check (version ~ '^[a-z0-9-]{4,20}$'),
    words   text not null,
    digest  text not null check (digest = encode(sha256(convert_to(words, 'UTF8')), 'hex')),
    since   date not null,
    shown   text not null check (shown in ('door', 'adult')), -- with an application, or to each adult
    unique (version, digest)
);
insert into means_text (version, words, digest, since, shown)
    select version, words, encode(sha256(convert_to(words, 'UTF8')), 'hex'), since, shown from (values
        ('2026-01', '我和家里人同意民政部门到银行、社保、车管、房管等单位核对我家的收入和财产。', date '2026-01-01', 'door'),
        ('adult-1', '我同意民政部门为办我家的救助,核对我名下的收入和财产。可以问的有银行、证券、保险、社保、公积金、税务、车管、房管和市场监管。只查办救助用得上的,只给办这件事的人看。谁看过,都有记录。从今天起管十二个月(样本)。我随时可以说不让查了,说了就不再新查,已经查到的留着。我不同意,也不会因为这个就不帮我家,会有人来问清楚。', date '2026-01-01', 'adult')) as t (version, words, since, shown);
grant select on means_text to lianou_platform;

create table means_authorisation (
    id            bigint generated always as identity primary key,
    case_id       bigint not null,
    region        text not null,
    member        text not null check (member <> ''),
    name          text not null check (length(btrim(name)) between 1 and 40),
    agreed        boolean not null,
    version       text not null,
    digest        text not null,
    how           text not null check (how in ('own', 'visit', 'window', 'call')),
    signature     text not null default '' check (signature = '' or signature ~ '^[0-9a-f]{64}$'), -- digest of their strokes
    recording     text not null default '',                                                       -- digest of the call
    application   uuid references case_application (application),                                 -- with which it came
    guardian      text not null default '' check (length(guardian) <= 40),                        -- who signed in their place
    relation      text not null default '' check (length(relation) <= 40),
    reason        bytea,                                -- sealed: what somebody said who would not
    at            timestamptz not null,
    expires       date not null,                        -- the last day; of a no the day itself
    taken_by      bigint check (taken_by > 0),
    withdrawn     timestamptz,
    withdrawn_by  bigint check (withdrawn_by > 0),
    withdrawn_why bytea,                                -- sealed
    foreign key (version, digest) references means_text (version, digest),
    foreign key (case_id, region) references casefile (id, region) on update cascade,
    constraint means_proof check (case
        when not agreed then taken_by is not null and reason is not null and signature = '' and recording = ''
        when how = 'own' then application is not null and taken_by is null and guardian = ''
        when how = 'call' then taken_by is not null and recording <> ''
        else taken_by is not null and signature <> '' end),
    constraint means_guardian check ((btrim(guardian) = '') = (btrim(relation) = '') and guardian <> name),
    constraint means_days check (expires between (at at time zone interval '8 hours')::date and ((at at time zone interval '8 hours')::date + interval '12 months')::date),
    constraint means_withdrawn check ((withdrawn is null) = (withdrawn_by is null) and (withdrawn is null) = (withdrawn_why is null) and (withdrawn is null or agreed))
);
create unique index means_authorisation_once on means_authorisation (case_id, member, name, version, agreed, expires) where withdrawn is null;
-- Strokes carry their times: the same drawing twice is a copy.
create unique index means_authorisation_strokes on means_authorisation (signature) where signature <> '';
call lianou_scope_table('means_authorisation');
grant select, insert on means_authorisation to lianou_platform;
grant update (withdrawn, withdrawn_by, withdrawn_why) on means_authorisation to lianou_platform;

-- Which facts of a visit wait for a word before a department is asked about them.
alter table visit add column means_held text[] not null default '{}';
grant update (means_held) on visit to lianou_platform;

-- It is about somebody of the household, is taken and withdrawn by nobody who is kin, and stands once;
-- afterwards it is only withdrawn, and that once.
-- +goose StatementBegin
create function means_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    today date := (lianou_now() at time zone interval '8 hours')::date;
    wrong text := '';
begin
    if tg_op = 'INSERT' then
        if not exists (select from case_member m where m.case_id = new.case_id and m.ref = new.member and m.ended is null and m.name in ('', new.name)) then
            wrong := 'means_member';
        elsif new.withdrawn is not null or new.at > lianou_now() or exists (select from means_authorisation a where a.case_id = new.case_id
              and a.member = new.member and a.name = new.name and a.agreed and a.withdrawn is null and a.expires >= today) then
            wrong := 'means_stands';
        elsif new.signature <> '' and (exists (select from visit v, jsonb_each_text(v.signatures) s where v.case_id = new.case_id and s.value = new.signature)
              or exists (select from delivery d where d.signature = new.signature)) then
            wrong := 'means_authorisation_strokes';
        end if;
    elsif to_jsonb(new) - '{region,withdrawn,withdrawn_by,withdrawn_why}'::text[] <> to_jsonb(old) - '{region,withdrawn,withdrawn_by,withdrawn_why}'::text[]
          or old.withdrawn is not null and (new.withdrawn, new.withdrawn_by, new.withdrawn_why) is distinct from (old.withdrawn, old.withdrawn_by, old.withdrawn_why) then
        wrong := 'means_stays';
    end if;
    if wrong = '' and (tg_op = 'INSERT' or new.withdrawn is distinct from old.withdrawn)
       and exists (select from case_conflict c where c.case_id = new.case_id and c.staff in (new.taken_by, new.withdrawn_by)) then
        wrong := 'means_people';
    end if;
    if wrong <> '' then
        raise exception 'no authorisation' using errcode = 'check_violation', constraint = wrong, table = 'means_authorisation';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger means_guard before insert or update on means_authorisation for each row execute function means_guard();

-- What proves it is kept as what proves a visit is.
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
        or exists (select from means_authorisation where signature = wanted or recording = wanted)
$$;
-- +goose StatementEnd

-- +goose Down
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
alter table visit drop column means_held;
drop table means_authorisation, means_text;
drop function means_guard();
