-- A different opinion on a public notice (异议) comes in at doors of its own: the app's board and
-- the mini-program, without a log-in; 12345 and the window, by the number on the notice. The
-- public edge keeps it sealed to the platform and cannot read it back. From that moment on the
-- claim is not decided (claim_outcome_guard), before a job has filed it. One sender is one
-- opinion on a notice, with words added: a flood of them is answered once. Whoever comes after the
-- senders who are told apart shares one, and a new one when that is answered. Who left a name or a
-- telephone is sealed apart from the words, and no row of the household's names them.
--
-- While it runs nobody writes to public_notice, whose unique index is built; towards its end nobody
-- reads it or objection either, whose rows are looked through (docs/operator-guide.md).

-- +goose Up
create unique index public_notice_place on public_notice (id, region); -- while it is built boards are read
alter table public_notice add constraint public_notice_place unique using index public_notice_place;

create table objection_sent (
    id        bigint      generated always as identity primary key,
    notice_id bigint      not null,
    region    text        not null,
    door      text        not null check (door in ('app', 'miniprogram')),
    sender    bytea       not null check (length(sender) = 32),  -- keyed hash of an account, a device, or a line and a key
    account   boolean     not null default false,                -- an account stands behind it
    key       bytea       not null check (length(key) = 32),     -- of what the client chose once
    digest    bytea       not null check (length(digest) = 32),  -- keyed: equal bodies, nothing more
    receipt   bytea       not null check (length(receipt) = 32), -- of the number by which the answer is looked up
    wrapped   bytea       not null,
    sealed    bytea       not null check (octet_length(sealed) between 1 and 8192),
    at        timestamptz not null,
    taken     timestamptz,
    objection bigint      references objection (id), -- null: the notice was over before it was filed
    constraint objection_sent_once unique (sender, key),
    constraint objection_sent_receipt unique (receipt),
    foreign key (notice_id, region) references public_notice (id, region) on update cascade
);
create index objection_sent_notice on objection_sent (notice_id, at);
create index objection_sent_waiting on objection_sent (at) where taken is null;
call lianou_scope_table('objection_sent');
grant select on objection_sent to lianou_platform, lianou_check, lianou_backup;
grant update (taken, objection) on objection_sent to lianou_platform;

alter table objection add column door text not null default 'desk' check (door in ('desk', 'window', 'hotline', 'app', 'miniprogram')),
    add column sender bytea check (length(sender) = 32), -- null: an officer of the case wrote it down, or all others share it
    add column others boolean not null default false check (not others or sender is null), -- of all who came after those that are told apart
    add column heard bigint not null default 0, -- the last word that whoever answered had read
    add column namesake boolean not null default false; -- whoever answered bears a name that was left, by nobody knows whom
create unique index objection_sender on objection (notice_id, sender);
create unique index objection_others on objection (notice_id) where others and answered is null;
create index objection_answered on objection (region, answered) where answered is not null;
grant update (heard, namesake) on objection to lianou_platform;

create table objection_word (
    id           bigint      generated always as identity primary key,
    objection_id bigint      not null references objection (id),
    case_id      bigint      not null,
    region       text        not null,
    at           timestamptz not null,
    door         text        not null check (door in ('window', 'hotline', 'app', 'miniprogram')),
    says         bytea,                -- sealed with the case's key; null: past those of one opinion that are kept in full
    who          bytea check (who is null or says is not null), -- sealed: the name and telephone that were left
    receipt      bytea       not null unique check (length(receipt) = 32),
    taken_by     bigint      check (taken_by > 0),
    account      boolean     not null default false, -- an account stands behind it
    late         boolean     not null default false, -- its sender's first, when nothing waited any more: it stands with what others said
    check ((taken_by is null) = (door in ('app', 'miniprogram'))),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index objection_word_of on objection_word (objection_id);
create index objection_word_case on objection_word (case_id);
call lianou_scope_table('objection_word');
grant select, insert, update (objection_id) on objection_word to lianou_platform; -- to what was opened anew
grant select on objection_word to lianou_check, lianou_backup;

create policy audit_write_objection on audit_entry for insert to lianou_gateway
    with check (actor_kind = 'channel' and act = 'objection.sent' and subject like 'objection:%' and case_id = 0 and application = '');

-- +goose StatementBegin
-- Keeps one at the edge, and says what became of it: 'new'; 'again', the same key and content;
-- 'other', the same key with other content; 'over', no such notice hangs; 'clash', the number is
-- somebody else's; 'enough' and 'busy', the bounds of a sender on a notice and of a notice in an hour.
-- Whoever has an account is held to the former alone, and does not fill the latter for others.
create function objection_put(p_notice bigint, p_door text, p_sender bytea, p_account boolean, p_key bytea, p_digest bytea, p_receipt bytea, p_wrapped bytea, p_sealed bytea)
    returns table (word text, sent bigint)
language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    was objection_sent%rowtype;
    place text;
begin
    perform pg_advisory_xact_lock(hashtextextended('objection ' || encode(p_sender, 'hex'), 7));
    select * into was from objection_sent s where s.sender = p_sender and s.key = p_key;
    if found then
        return query select case when was.digest <> p_digest or was.notice_id <> p_notice then 'other' when was.receipt <> p_receipt then 'clash' else 'again' end, was.id;
        return;
    end if;
    select n.region into place from public_notice n join claim k on k.id = n.claim_id
        where n.id = p_notice and n.state = 'up' and (lianou_now() at time zone 'Asia/Shanghai')::date between n.from_day and n.until_day
            and k.notice_days > 0 and k.item <> all (array['MZ-05', 'MZ-06', 'CL-01', 'HS-01', 'JT-01', 'JT-02', 'JT-03', 'JT-04']); -- as notice_board
    if not found then
        return query select 'over', 0::bigint;
    elsif exists (select from objection_sent s where s.receipt = p_receipt) or exists (select from objection_word w where w.receipt = p_receipt) then
        return query select 'clash', 0::bigint;
    elsif (select count(*) from objection_sent s where s.sender = p_sender and s.notice_id = p_notice) >= 200 then
        return query select 'enough', 0::bigint;
    elsif not p_account and (select count(*) from objection_sent s where s.notice_id = p_notice and not s.account and s.at > lianou_now() - interval '1 hour') >= 600 then
        return query select 'busy', 0::bigint;
    else
        return query insert into objection_sent (notice_id, region, door, sender, account, key, digest, receipt, wrapped, sealed, at)
            values (p_notice, place, p_door, p_sender, p_account, p_key, p_digest, p_receipt, p_wrapped, p_sealed, lianou_now()) returning 'new', id;
    end if;
end $$;

-- What came of one, by its number: '' for none, 'open', 'more' for words of who was answered
-- before, 'founded', 'unfounded', 'late' and 'over' for what came when nothing waited any more and
-- stands with what others said, or with nothing. Nothing of whom it is about.
create function objection_said(p_receipt bytea) returns text language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select coalesce(
        (select case when w.late then 'late' when o.answered is null then 'open' when w.id > o.heard then 'more' else o.outcome end
            from objection_word w join objection o on o.id = w.objection_id where w.receipt = p_receipt),
        (select case when s.taken is not null then 'over'
                when exists (select from objection o where o.notice_id = s.notice_id and o.sender = s.sender and o.answered is not null) then 'more' else 'open' end
            from objection_sent s where s.receipt = p_receipt), '')
$$;

-- How many of a township were answered in ninety days, for its board; none while they are so few
-- that one of them could be told (security.md: fewer than five).
create function objection_tally(town text) returns table (answered bigint, founded bigint) language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select n, case when f >= 5 and n - f >= 5 then f end from (
        select count(*) as n, count(*) filter (where o.outcome = 'founded') as f from objection o
            where o.region = town and o.answered > lianou_now() - interval '90 days') t where n >= 5
$$;

-- As of 00574, with the doors at which nobody of the staff writes it down, and with the words added.
create or replace function objection_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text := '';
begin
    if tg_op = 'INSERT' then
        if (new.taken_by is null) <> (new.door in ('app', 'miniprogram')) or new.answered is not null then
            wrong := 'objection_people';
        end if;
    elsif old.answered is not null and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        wrong := 'objection_final';
    elsif new.by_staff is not null and (new.by_staff = new.taken_by
          or exists (select from objection_word w where w.objection_id = new.id and w.taken_by = new.by_staff)
          or exists (select from public_notice n where n.id = new.notice_id and n.proposer = new.by_staff)
          or exists (select from claim k where k.id = new.claim_id and k.proposer = new.by_staff)
          or exists (select from appeal p where p.claim_id = new.claim_id and p.state in ('open', 'proposed') and appeal_bars(p, new.by_staff))
          or exists (select from case_conflict c where c.case_id = new.case_id and c.staff = new.by_staff)) then
        wrong := 'objection_people';
    end if;
    if wrong <> '' then
        raise exception 'an objection is not answered so' using errcode = 'check_violation', constraint = wrong, table = 'objection';
    end if;
    return new;
end $$;

-- As of 00523, with what was sent and is not filed yet.
create or replace function claim_outcome_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    last decision%rowtype;
begin
    if new.state = old.state then
        return new;
    end if;
    if new.state in ('approved', 'refused', 'referred') then
        select * into last from decision where claim_id = new.id order by id desc limit 1;
        if not found or last.outcome <> new.state or last.proposer is distinct from new.proposer
           or last.at < old.updated then
            raise exception 'outcome without its decision'
                using errcode = 'check_violation', constraint = 'claim_decision', table = 'claim';
        end if;
        if exists (select 1 from objection where claim_id = new.id and answered is null) then
            raise exception 'objection still open'
                using errcode = 'check_violation', constraint = 'claim_objection', table = 'claim';
        end if;
        if exists (select 1 from objection_sent s join public_notice n on n.id = s.notice_id where n.claim_id = new.id and s.taken is null) then
            raise exception 'objection not filed yet'
                using errcode = 'check_violation', constraint = 'claim_objection_sent', table = 'claim';
        end if;
    end if;
    if new.state = 'approved' and new.notice_days > 0 and not new.emergency
       and not exists (select 1 from public_notice n where n.claim_id = new.id and n.state = 'ended'
                       and n.until_day - n.from_day >= new.notice_days
                       and n.nth >= coalesce((new.terms ->> 'notices')::int, 1)
                       and n.until_day < (last.at at time zone interval '8 hours')::date) then
        raise exception 'notice has not run its days'
            using errcode = 'check_violation', constraint = 'claim_notice', table = 'claim';
    end if;
    if new.state = 'approved' and not new.emergency and new.terms ->> 'appraisal' = 'always'
       and not exists (select 1 from appraisal a where a.claim_id = new.id) then
        raise exception 'not appraised'
            using errcode = 'check_violation', constraint = 'claim_appraisal', table = 'claim';
    end if;
    if new.state = 'told' and old.state = 'paying' and new.paid is null
       and not exists (select 1 from benefit_change b where b.claim_id = new.id and b.kind = 'stop' and b.state = 'approved')
       or new.state = 'told' and old.state = 'delivering' and new.delivered is null then
        raise exception 'told before it was done'
            using errcode = 'check_violation', constraint = 'claim_told', table = 'claim';
    end if;
    return new;
end $$;
-- +goose StatementEnd
revoke execute on function objection_put(bigint, text, bytea, boolean, bytea, bytea, bytea, bytea, bytea), objection_said(bytea), objection_tally(text) from public;
grant execute on function objection_put(bigint, text, bytea, boolean, bytea, bytea, bytea, bytea, bytea), objection_tally(text) to lianou_gateway;
grant execute on function objection_said(bytea) to lianou_gateway, lianou_platform;

-- +goose Down
-- The opinions stay with what was said first, and hold their claims until they are answered. Who
-- sent them goes, and so do the words that were added and the names and telephones left. What was
-- acknowledged and is not filed yet stands nowhere else: while one waits it does not go back.
-- +goose StatementBegin
do $$
begin
    set local lianou.city = 'on';
    if exists (select from objection_sent where taken is null) then
        raise exception 'opinions on public notices wait to be filed: let the platform run until none does'
            using errcode = 'object_not_in_prerequisite_state';
    end if;
end $$;

create or replace function claim_outcome_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    last decision%rowtype;
begin
    if new.state = old.state then
        return new;
    end if;
    if new.state in ('approved', 'refused', 'referred') then
        select * into last from decision where claim_id = new.id order by id desc limit 1;
        if not found or last.outcome <> new.state or last.proposer is distinct from new.proposer
           or last.at < old.updated then
            raise exception 'outcome without its decision'
                using errcode = 'check_violation', constraint = 'claim_decision', table = 'claim';
        end if;
        if exists (select 1 from objection where claim_id = new.id and answered is null) then
            raise exception 'objection still open'
                using errcode = 'check_violation', constraint = 'claim_objection', table = 'claim';
        end if;
    end if;
    if new.state = 'approved' and new.notice_days > 0 and not new.emergency
       and not exists (select 1 from public_notice n where n.claim_id = new.id and n.state = 'ended'
                       and n.until_day - n.from_day >= new.notice_days
                       and n.nth >= coalesce((new.terms ->> 'notices')::int, 1)
                       and n.until_day < (last.at at time zone interval '8 hours')::date) then
        raise exception 'notice has not run its days'
            using errcode = 'check_violation', constraint = 'claim_notice', table = 'claim';
    end if;
    if new.state = 'approved' and not new.emergency and new.terms ->> 'appraisal' = 'always'
       and not exists (select 1 from appraisal a where a.claim_id = new.id) then
        raise exception 'not appraised'
            using errcode = 'check_violation', constraint = 'claim_appraisal', table = 'claim';
    end if;
    if new.state = 'told' and old.state = 'paying' and new.paid is null
       and not exists (select 1 from benefit_change b where b.claim_id = new.id and b.kind = 'stop' and b.state = 'approved')
       or new.state = 'told' and old.state = 'delivering' and new.delivered is null then
        raise exception 'told before it was done'
            using errcode = 'check_violation', constraint = 'claim_told', table = 'claim';
    end if;
    return new;
end $$;

create or replace function objection_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text := '';
begin
    if tg_op = 'INSERT' then
        if new.taken_by is null or new.answered is not null then
            wrong := 'objection_people';
        end if;
    elsif old.answered is not null and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        wrong := 'objection_final';
    elsif new.by_staff is not null and (new.by_staff = new.taken_by
          or exists (select from public_notice n where n.id = new.notice_id and n.proposer = new.by_staff)
          or exists (select from claim k where k.id = new.claim_id and k.proposer = new.by_staff)
          or exists (select from appeal p where p.claim_id = new.claim_id and p.state in ('open', 'proposed') and appeal_bars(p, new.by_staff))
          or exists (select from case_conflict c where c.case_id = new.case_id and c.staff = new.by_staff)) then
        wrong := 'objection_people';
    end if;
    if wrong <> '' then
        raise exception 'an objection is not answered so' using errcode = 'check_violation', constraint = wrong, table = 'objection';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop function objection_tally(text);
drop function objection_said(bytea);
drop function objection_put(bigint, text, bytea, boolean, bytea, bytea, bytea, bytea, bytea);
drop policy audit_write_objection on audit_entry;
drop index objection_answered;
drop table objection_word;
alter table objection drop column door, drop column sender, drop column others, drop column heard, drop column namesake;
drop table objection_sent;
alter table public_notice drop constraint public_notice_place;
