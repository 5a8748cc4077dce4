-- A call to a telephone may go out and reach nobody: busy, not picked up, an answering
-- machine. It counts as sent, and is made again, but not before its time.

-- +goose Up
alter table notice_attempt
    add column again timestamptz,
    drop constraint notice_attempt_state_check,
    add constraint notice_attempt_state_check
        check (state in ('intended', 'later', 'unknown', 'missed', 'accepted', 'delivered', 'refused')),
    add constraint notice_attempt_again_check check (state <> 'missed' or again is not null);
grant update (again) on notice_attempt to lianou_gateway;

-- +goose Down
update notice_attempt set state = 'later' where state = 'missed';
alter table notice_attempt
    drop constraint notice_attempt_again_check,
    drop constraint notice_attempt_state_check,
    add constraint notice_attempt_state_check
        check (state in ('intended', 'later', 'unknown', 'accepted', 'delivered', 'refused')),
    drop column again;
