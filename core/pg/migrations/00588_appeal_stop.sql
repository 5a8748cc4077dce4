-- Against whom a household appeals those could stop its money meanwhile, by a word of their own; and
-- an appeal was taken back within a minute, of which the household read a line and heard nothing. A
-- stop by them is for a death or a departure that the registry knows. Every stop under an open appeal
-- joins it: who stopped has no part in its answer, and the household may say something to that. The
-- word that an appeal is not wanted any more is told, and the second one counts once it is known that
-- they heard, and their days to say that it is not so are over.

-- +goose Up
alter table appeal
    add column stop        bigint references benefit_change (id), -- put in force while it was open
    add column stopped     timestamptz,
    add column heard       timestamptz, -- when the household last said something more
    add column back_at     timestamptz,
    add column back_notice bigint check (back_notice > 0), -- that tells the household of the first word
    add column back_from   date, -- the first day on which the second word counts; null until they have heard
    add constraint appeal_stopped check ((stop is null) = (stopped is null));
grant update (stop, stopped, heard, back_at, back_notice, back_from) on appeal to lianou_platform;

-- What the household says while its appeal is open.
create table appeal_word (
    id       bigint generated always as identity primary key,
    appeal   bigint not null references appeal (id),
    claim_id bigint not null,
    case_id  bigint not null,
    region   text not null,
    at       timestamptz not null,
    door     text not null check (door in ('desk', 'window', 'hotline', 'app', 'miniprogram')),
    taken_by bigint check (taken_by > 0),
    says     bytea not null, -- sealed with the case's key
    sent     bigint unique,  -- what it was handed in as, through the app
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create index appeal_word_case on appeal_word (case_id);
call lianou_scope_table('appeal_word');
grant select, insert on appeal_word to lianou_platform;

-- +goose StatementBegin
-- Whether the registry knows that somebody died, or left the city, and belongs to no household; seen
-- whole, for they may have come back elsewhere. It says no more than that.
create function person_left(who bigint) returns boolean language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select coalesce(who, 0) <> 0 and not exists (select from membership m where m.person = who and m.until is null)
        and (exists (select from person_death d where d.person = who)
            or exists (select from life_change c join life_event e on e.id = c.event where c.person = who and c.what = 'membership' and e.kind = 'move_out'
                and not exists (select from life_event u where u.undoes = e.id)))
$$;

-- Money that stops while somebody waits for an answer is part of what they ask. An answer that was
-- proposed before is proposed anew, and by others than who stopped it.
create function appeal_joined() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    update appeal set stop = new.id, stopped = new.decided, state = 'open', sent_back = case when state = 'proposed' then '提了答复以后停发了,要一起看' else sent_back end,
        reviewer = case when reviewer in (new.proposer, new.approver) then null else reviewer end
        where claim_id = new.claim_id and state in ('open', 'proposed') and about = 'grant';
    return null;
end $$;

create or replace function appeal_bars(a appeal, who bigint) returns boolean language sql stable set search_path = public, pg_temp as $$
    select who is not null and (who = a.taken_by
        or who in (select appeal_barred(a.claim_id, a.decision, a.at, a.id))
        or exists (select from benefit_change b where b.id = a.stop and who in (b.proposer, b.approver))
        or exists (select from case_conflict c where c.case_id = a.case_id and c.staff = who))
$$;

create or replace function appeal_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    was  decision%rowtype;
    is_  decision%rowtype;
    wrong text := '';
    today date := (lianou_now() at time zone interval '8 hours')::date;
    told  date;
begin
    select * into was from decision where id = new.decision;
    if tg_op = 'INSERT' then
        if new.state <> 'open' or was.claim_id <> new.claim_id or was.digest <> new.digest or (was.outcome = 'approved') <> (new.about = 'grant')
           or exists (select from decision d where d.claim_id = new.claim_id and d.id > was.id) then
            wrong := 'appeal_of';
        end if;
    elsif old.state in ('answered', 'withdrawn') and new is distinct from old and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        wrong := 'appeal_final';
    elsif new.state = 'answered' then
        select * into is_ from decision where id = new.became;
        if new.became is not null and (is_.claim_id <> new.claim_id or is_.id <= was.id or is_.proposer <> new.reviewer or is_.approver <> new.decider) then
            wrong := 'appeal_became';
        elsif new.about = 'grant' and new.became is not null and is_.amount < was.amount then
            wrong := 'appeal_never_less';
        end if;
    end if;
    if wrong = '' and (tg_op = 'INSERT' or old.state in ('open', 'proposed')) then
        if appeal_bars(new, new.reviewer) or appeal_bars(new, new.decider) or appeal_bars(new, new.back_by) or appeal_bars(new, new.withdrawn_by) then
            wrong := 'appeal_people';
        elsif (new.state = 'withdrawn') <> (new.withdrawn_by is not null) or new.withdrawn_by is not null and new.back_by is null then
            wrong := 'appeal_back_two';
        end if;
    end if;
    if wrong = '' and tg_op = 'UPDATE' and old.state in ('open', 'proposed') then
        if (new.stop, new.stopped) is distinct from (old.stop, old.stopped)
           and (old.stop is not null or not exists (select from benefit_change b where b.id = new.stop and b.claim_id = new.claim_id and b.kind = 'stop' and b.state = 'approved')) then
            wrong := 'appeal_stop';
        elsif new.back_by is null and num_nonnulls(new.back_at, new.back_notice, new.back_from) > 0 then
            wrong := 'appeal_back_told';
        elsif old.back_by is null and new.back_by is not null and (new.back_from is not null or new.back_at is null
              or new.back_at not between lianou_now() - interval '1 minute' and lianou_now() + interval '1 minute'
              or not exists (select from notice n where n.id = new.back_notice and n.case_id = new.case_id and n.claim = new.claim_id and n.created >= new.back_at
                  and n.key like 'appeal_back/' || new.id || '/%')) then
            wrong := 'appeal_back_told';
        elsif old.back_by is not null and new.back_by is not null and (new.back_by, new.back_why, new.back_at, new.back_notice) is distinct from (old.back_by, old.back_why, old.back_at, old.back_notice) then
            wrong := 'appeal_back_two';
        elsif new.back_from is distinct from old.back_from and new.back_by is not null then
            select (n.ended at time zone interval '8 hours')::date into told from notice n where n.id = new.back_notice and n.state = 'confirmed';
            if old.back_from is not null or told is null or new.back_from <= told + 3 then
                wrong := 'appeal_back_told';
            end if;
        end if;
    end if;
    if wrong = '' and tg_op = 'UPDATE' and new.state = 'withdrawn' and old.state <> 'withdrawn' then
        if old.back_by is distinct from new.back_by or exists (select from call_task t where t.notice = new.back_notice::text and t.by_staff in (new.back_by, new.withdrawn_by)) then
            wrong := 'appeal_back_two';
        elsif old.back_from is null or today < old.back_from then
            wrong := 'appeal_back_told';
        end if;
    end if;
    if wrong <> '' then
        raise exception 'an appeal is not so' using errcode = 'check_violation', constraint = wrong, table = 'appeal';
    end if;
    return new;
end $$;

create or replace function appeal_holds() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    a appeal%rowtype;
begin
    if tg_table_name = 'benefit_change' then
        if new.state = 'rejected' or new.kind = 'stop' and person_left((select f.person from casefile f where f.id = new.case_id)) then
            return new;
        end if;
    end if;
    select * into a from appeal where claim_id = new.claim_id and state in ('open', 'proposed');
    if found and (appeal_bars(a, new.proposer) or appeal_bars(a, new.approver)) then
        raise exception 'decided by somebody who may not' using errcode = 'check_violation', constraint = 'decision_people', table = tg_table_name;
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger appeal_joined after update of state on benefit_change for each row
    when (new.kind = 'stop' and new.state = 'approved' and old.state <> 'approved') execute function appeal_joined();

-- Of a word of before nobody was told: it is said anew.
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    update appeal set back_by = null, back_why = '' where state in ('open', 'proposed') and back_by is not null;
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd

-- +goose Down
drop trigger appeal_joined on benefit_change;
-- +goose StatementBegin
create or replace function appeal_bars(a appeal, who bigint) returns boolean language sql stable set search_path = public, pg_temp as $$
    select who is not null and (who = a.taken_by
        or who in (select appeal_barred(a.claim_id, a.decision, a.at, a.id))
        or exists (select from case_conflict c where c.case_id = a.case_id and c.staff = who))
$$;

create or replace function appeal_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    was  decision%rowtype;
    is_  decision%rowtype;
    wrong text := '';
begin
    select * into was from decision where id = new.decision;
    if tg_op = 'INSERT' then
        if new.state <> 'open' or was.claim_id <> new.claim_id or was.digest <> new.digest or (was.outcome = 'approved') <> (new.about = 'grant')
           or exists (select from decision d where d.claim_id = new.claim_id and d.id > was.id) then
            wrong := 'appeal_of';
        end if;
    elsif old.state in ('answered', 'withdrawn') and new is distinct from old and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        wrong := 'appeal_final';
    elsif new.state = 'answered' then
        select * into is_ from decision where id = new.became;
        if new.became is not null and (is_.claim_id <> new.claim_id or is_.id <= was.id or is_.proposer <> new.reviewer or is_.approver <> new.decider) then
            wrong := 'appeal_became';
        elsif new.about = 'grant' and new.became is not null and is_.amount < was.amount then
            wrong := 'appeal_never_less';
        end if;
    end if;
    if wrong = '' and (tg_op = 'INSERT' or old.state in ('open', 'proposed')) then
        if appeal_bars(new, new.reviewer) or appeal_bars(new, new.decider) or appeal_bars(new, new.back_by) or appeal_bars(new, new.withdrawn_by) then
            wrong := 'appeal_people';
        elsif (new.state = 'withdrawn') <> (new.withdrawn_by is not null) or new.withdrawn_by is not null and new.back_by is null then
            wrong := 'appeal_back_two';
        end if;
    end if;
    if wrong <> '' then
        raise exception 'an appeal is not so' using errcode = 'check_violation', constraint = wrong, table = 'appeal';
    end if;
    return new;
end $$;

create or replace function appeal_holds() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    a appeal%rowtype;
begin
    if tg_table_name = 'benefit_change' then
        if new.kind = 'stop' or new.state = 'rejected' then
            return new;
        end if;
    end if;
    select * into a from appeal where claim_id = new.claim_id and state in ('open', 'proposed');
    if found and (appeal_bars(a, new.proposer) or appeal_bars(a, new.approver)) then
        raise exception 'decided by somebody who may not' using errcode = 'check_violation', constraint = 'decision_people', table = tg_table_name;
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop function appeal_joined(), person_left(bigint);
drop table appeal_word;
alter table appeal drop constraint appeal_stopped, drop column stop, drop column stopped, drop column heard, drop column back_at, drop column back_notice, drop column back_from;
