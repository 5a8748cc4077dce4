-- A hand-over that nobody came for, or ended, lapses: the machine goes on with the
-- conversation, and a call that names no number leaves the agents' list.

-- +goose Up
alter table talk_hand drop constraint talk_hand_how_check;
alter table talk_hand add constraint talk_hand_how_check check (how in ('', 'back', 'filed', 'done', 'left', 'rung', 'lapsed'));
create index talk_hand_open on talk_hand (asked) where closed is null;
create index talk_line_last on talk_line (call, at) where side <> 'we';
grant select (at) on talk_line to lianou_gateway;

alter table call drop constraint call_done_by;
alter table call add constraint call_done_by check (done is null or agent is not null or outcome in ('self_served', 'applied', 'lapsed'));

create policy audit_write_lapsed on audit_entry for insert to lianou_gateway
    with check (actor_kind = 'job' and actor_id = 'talk_waiting' and act = 'talk.lapsed' and case_id = 0);

-- +goose Down
drop policy audit_write_lapsed on audit_entry;
update call set outcome = 'self_served' where outcome = 'lapsed';
alter table call drop constraint call_done_by;
alter table call add constraint call_done_by check (done is null or agent is not null or outcome in ('self_served', 'applied'));
revoke select (at) on talk_line from lianou_gateway;
drop index talk_line_last, talk_hand_open;
update talk_hand set how = 'done' where how = 'lapsed';
alter table talk_hand drop constraint talk_hand_how_check;
alter table talk_hand add constraint talk_hand_how_check check (how in ('', 'back', 'filed', 'done', 'left', 'rung'));
