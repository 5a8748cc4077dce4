-- A case is handed back on a ground that the township names (F55): once to ask where it
-- belongs, and a second time to have it settled. Each time is a row that stays; the county's
-- word on the second says why, and after it nobody hands the case back any more.

-- +goose Up
create table case_bounce (
    id          bigint generated always as identity primary key,
    case_id     bigint not null,
    region      text not null, -- where the case is now
    nth         smallint not null check (nth in (1, 2)),
    from_region text not null,
    by_staff    bigint not null check (by_staff > 0),
    ground      text not null check (ground in ('elsewhere', 'held', 'not_ours')),
    why         text not null check (why <> ''),
    at          timestamptz not null,
    settled     timestamptz,
    settled_by  bigint,
    to_region   text,
    verdict     text not null default '',
    unique (case_id, nth),
    check ((settled is null) = (settled_by is null) and (settled is null) = (to_region is null)),
    constraint bounce_verdict check (settled is null or nth = 1 or verdict <> ''),
    constraint bounce_two_people check (settled_by <> by_staff),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index case_bounce_case on case_bounce (case_id);
call lianou_scope_table('case_bounce');
grant select, insert on case_bounce to lianou_platform;
grant update (settled, settled_by, to_region, verdict) on case_bounce to lianou_platform;
alter table casefile drop constraint casefile_returns_check;
alter table casefile add constraint casefile_returns_check check (returns <= 2);

-- +goose StatementBegin
create function bounce_settles_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.settled is not null and (new.settled, new.settled_by, new.to_region, new.verdict) is distinct from (old.settled, old.settled_by, old.to_region, old.verdict) then
        raise exception 'what was settled stays so' using errcode = 'restrict_violation', table = 'case_bounce', constraint = 'bounce_settles_once';
    end if;
    return new;
end $$;
create function case_bounce_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state = 'returned' and not exists (select from case_bounce b where b.case_id = new.id and b.settled is null) then
        raise exception 'handed back on no ground' using errcode = 'check_violation', table = 'casefile', constraint = 'case_bounce_ground';
    elsif old.state = 'returned' and new.state = 'open' and exists (select from case_bounce b where b.case_id = new.id and b.settled is null) then
        raise exception 'nobody has said where it belongs' using errcode = 'check_violation', table = 'casefile', constraint = 'case_bounce_open';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger bounce_settles_once before update on case_bounce for each row execute function bounce_settles_once();
-- After casefile_guard, by its name: what is no step at all is refused as that.
create trigger casefile_names_ground before update of state on casefile for each row when (old.state is distinct from new.state) execute function case_bounce_guard();

-- +goose Down
drop trigger casefile_names_ground on casefile;
drop table case_bounce;
drop function case_bounce_guard(), bounce_settles_once();
alter table casefile drop constraint casefile_returns_check;
alter table casefile add constraint casefile_returns_check check (returns <= 1) not valid;
