-- A draft or an approved batch that nobody moves, and money that is held back and that nobody looks
-- at, is late as other work is (F57): the payers are told, then the county, then the city, each
-- once. And a batch that one change dissolved before the bank had it is somebody's task again: the
-- job makes its draft anew, once, and says what had changed.

-- +goose Up
alter table payout_day drop constraint payout_day_kind_check,
    add constraint payout_day_kind_check check (kind in ('month', 'once', 'emergency', 'draft', 'approved', 'held'));
insert into payout_day (item, kind, days, law, sample) values
    ('', 'draft', 2, '做好的一批,2 个工作日内有人核准或者作废,样本口径', true),
    ('', 'approved', 2, '核准的一批,2 个工作日内银行答复,样本口径', true),
    ('', 'held', 5, '可能发重、先留住的钱,5 个工作日内两个人核对完,样本口径', true);

create table payout_climb (
    id       bigint generated always as identity primary key,
    kind     text not null check (kind in ('draft', 'approved', 'held')),
    batch    bigint references payout_batch (id),
    overlap  bigint references payout_overlap (id),
    rung     smallint not null check (rung between 1 and 3), -- payers, county, city
    counties text[] not null check (cardinality(counties) > 0), -- whose money is in it
    due      date not null,
    told     timestamptz not null,
    check ((batch is null) = (kind = 'held') and (overlap is null) = (kind <> 'held'))
);
create unique index payout_climb_batch on payout_climb (batch, kind, rung) where batch is not null;
create unique index payout_climb_overlap on payout_climb (overlap, rung) where overlap is not null;
create index payout_climb_rung on payout_climb (rung, due);
grant select, insert on payout_climb to lianou_platform;
grant select on payout_climb to lianou_check;
create index payout_batch_moving on payout_batch (state) where state in ('draft', 'approved', 'file_written', 'sent', 'refused');

alter table payout_batch add column again_of bigint references payout_batch (id),
    add column held_why text not null default '', -- what had changed; counts, nobody's name
    drop constraint payout_batch_made,
    -- 0: the job, until somebody takes it over
    -- (or a draft made anew that a Down discarded: what it was made of is not known any more)
    add constraint payout_batch_made check (created_by > 0 or created_by = 0 and (emergency or again_of is not null or state = 'discarded') and state in ('draft', 'discarded'));
grant update (held_why) on payout_batch to lianou_platform;
drop index payout_batch_robot;
create unique index payout_batch_robot on payout_batch (created_by) where created_by = 0 and state = 'draft' and again_of is null;
create unique index payout_batch_anew on payout_batch (again_of) where again_of is not null;
create index payout_batch_withdrawn on payout_batch (id) where state = 'closed' and held is not null and offered = 0;

-- +goose Down
drop index payout_batch_withdrawn, payout_batch_anew, payout_batch_robot;
-- A draft of the job that nobody took over goes with the job, an emergency's made anew as well: its money
-- is due again. The guard of batches counts their lines, in the city's scope.
select set_config('lianou.city', 'on', true);
update payout_entitlement set state = 'due' where state = 'batched' and id in (select l.entitlement from payout_line l join payout_batch b on b.id = l.batch where b.created_by = 0 and b.state = 'draft' and (not b.emergency or b.again_of is not null));
update payout_line set state = 'void', answered = now() where state = 'ordered' and batch in (select id from payout_batch where created_by = 0 and state = 'draft' and (not emergency or again_of is not null));
update payout_batch set state = 'discarded' where created_by = 0 and state = 'draft' and (not emergency or again_of is not null);
select set_config('lianou.city', '', true);
alter table payout_batch drop constraint payout_batch_made;
alter table payout_batch add constraint payout_batch_made check (created_by > 0 or created_by = 0 and emergency and state in ('draft', 'discarded')) not valid;
create unique index payout_batch_robot on payout_batch (created_by) where created_by = 0 and state = 'draft';
revoke update (held_why) on payout_batch from lianou_platform;
alter table payout_batch drop column again_of, drop column held_why;
drop index payout_batch_moving;
drop table payout_climb;
delete from payout_day where kind in ('draft', 'approved', 'held');
alter table payout_day drop constraint payout_day_kind_check,
    add constraint payout_day_kind_check check (kind in ('month', 'once', 'emergency'));
