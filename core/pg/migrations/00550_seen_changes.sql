-- What two visitors saw otherwise than a department has it is asked for in the name of
-- both: neither decides it, and who decides finds the case in which they were there.

-- +goose Up
alter table change_request
    add column seconder text check (seconder ~ '^staff:[0-9]{1,19}$' and seconder <> proposer),
    add column case_id bigint,
    add constraint change_seen check ((origin = 'visit') = (seconder is not null)),
    add constraint change_both check (state not in ('accepted', 'refused') or decider is distinct from seconder);

-- +goose Down
alter table change_request drop column case_id, drop column seconder;
