-- Calls of our own line: what the caller came to want, whether the recording has holes,
-- and a call that needed nobody: its caller heard the state of an application from the
-- voice and asked for no more.

-- +goose Up
alter table call
    add column wish text not null default '' check (wish in ('', 'request', 'call_back', 'status')),
    add column partial boolean not null default false,
    drop constraint call_check4,
    add constraint call_done_by check (done is null or agent is not null or outcome = 'self_served');

-- +goose Down
update call set done = null, outcome = '' where outcome = 'self_served';
alter table call
    drop constraint call_done_by,
    add constraint call_check4 check (done is null or agent is not null),
    drop column partial,
    drop column wish;
