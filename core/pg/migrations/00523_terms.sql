-- How the law of the day has a claim handled is written when it is accepted, and stays: the
-- days, the notice once or twice, the appraisal (民主评议). What a law of a later day says is
-- for later claims. Claims of before have none, and go on as they did.

-- +goose Up
alter table claim add column terms jsonb not null default '{}';
alter table claim add check (terms = '{}' or terms ->> 'on' is not null);
grant update (terms, notice_days) on claim to lianou_platform;

-- Which hanging of a notice it is: the county hangs it again where the law says so.
alter table public_notice add column nth smallint not null default 1 check (nth in (1, 2));

-- What fixes a deadline, in Chinese; '' for our own promises.
alter table deadline add column law text not null default '';
grant update (law) on deadline to lianou_platform;
alter table deadline drop constraint deadline_kind_check;
alter table deadline add constraint deadline_kind_check check (kind in ('accept', 'survey', 'visit', 'decide', 'papers', 'supplement'));

create table appraisal (
    id       bigint generated always as identity primary key,
    claim_id bigint not null,
    case_id  bigint not null,
    region   text not null,
    on_day   date not null,
    present  smallint not null check (present >= 0),
    of_all   smallint not null check (of_all between 1 and 500),
    agreed   smallint not null check (agreed between 0 and present),
    minutes  bytea not null, -- sealed: who came and what was said
    by_staff bigint not null,
    check (present between (of_all * 2 + 2) / 3 and of_all), -- two thirds (最低生活保障审核审批办法(试行)第二十二条)
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create index appraisal_case on appraisal (case_id);
call lianou_scope_table('appraisal');
grant select, insert on appraisal to lianou_platform;

-- As before, but that the notice must have hung as often, and the meeting been held, as the
-- claim's terms say.
-- +goose StatementBegin
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
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
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
                       and n.until_day < (last.at at time zone interval '8 hours')::date) then
        raise exception 'notice has not run its days'
            using errcode = 'check_violation', constraint = 'claim_notice', table = 'claim';
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
drop table appraisal;
alter table deadline drop constraint deadline_kind_check;
delete from deadline where kind = 'survey';
alter table deadline add constraint deadline_kind_check check (kind in ('accept', 'visit', 'decide', 'papers', 'supplement'));
alter table deadline drop column law;
alter table public_notice drop column nth;
revoke update (notice_days) on claim from lianou_platform;
alter table claim drop column terms;
