-- The periodic re-check (定期复核): monthly money that runs is looked at again after the months that
-- the law of the day has for a household of its kind (最低生活保障审核确认办法第三十一条). One is open for
-- each claim; it ends with a person's word. Nothing stops because one is late.

-- +goose Up
create table benefit_review (
    id        bigint generated always as identity primary key,
    claim_id  bigint not null references claim (id),
    case_id   bigint not null,
    region    text not null,
    nth       smallint not null check (nth >= 1),
    class     text not null check (length(class) between 1 and 10),
    who       text not null,        -- whom the law has in that class
    months    smallint not null check (months between 1 and 60),
    packs     text not null,        -- of rules in force when it was set
    since     date not null,        -- the day that the months count from
    due       date not null check (due > since),
    told      smallint check (told in (30, 15, 3)), -- at most so many days before it, last told
    outcome   text not null default '' check (outcome in ('', 'same', 'change', 'stop', 'over')), -- over: the money ended otherwise
    ended     timestamptz,
    by_staff  bigint,
    words     bytea,                -- sealed: what was looked at
    change_id bigint references benefit_change (id),
    constraint benefit_review_word check ((ended is null) = (outcome = '')
        and (outcome in ('', 'over') or (by_staff is not null and words is not null))
        and (outcome in ('change', 'stop')) = (change_id is not null)),
    unique (claim_id, nth),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create unique index benefit_review_open on benefit_review (claim_id) where ended is null;
create index benefit_review_due on benefit_review (due) where ended is null;
create index benefit_review_list on benefit_review (region, due) where ended is null and told is not null;
create index benefit_review_case on benefit_review (case_id);
create index claim_monthly on claim (id) where cash and period = 'month' and proposal = 'approve' and state in ('paying', 'told', 'closed');
call lianou_scope_table('benefit_review');
grant select, insert on benefit_review to lianou_platform;
grant select on benefit_review to lianou_check, lianou_backup;
grant update (told, outcome, ended, by_staff, words, change_id) on benefit_review to lianou_platform;

-- +goose StatementBegin
create function benefit_review_stays() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.ended is not null and to_jsonb(new) - 'region' <> to_jsonb(old) - 'region' or new.told > old.told then
        raise exception 'a re-check that ended stays, and is told in one direction' using errcode = 'restrict_violation', table = 'benefit_review', constraint = 'benefit_review_stays';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger benefit_review_stays before update on benefit_review for each row execute function benefit_review_stays();

-- Each re-check has a clock of its own; every other kind has one for its claim, for good.
alter table deadline drop constraint deadline_case_id_claim_id_kind_key;
create unique index deadline_once on deadline (case_id, claim_id, kind) where kind <> 'review';
create unique index deadline_review on deadline (case_id, claim_id) where kind = 'review' and met is null;
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, 'ARRAY[', 'ARRAY[''review''::text, ');
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    perform set_config('lianou.city', 'on', true);
    delete from climb c using deadline d where d.id = c.deadline and d.kind = 'review';
    delete from deadline where kind = 'review';
    perform set_config('lianou.city', '', true);
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, '''review''::text, ', '');
end $$;
-- +goose StatementEnd
drop index deadline_review, deadline_once;
alter table deadline add unique (case_id, claim_id, kind);
drop index claim_monthly;
drop table benefit_review;
drop function benefit_review_stays();
