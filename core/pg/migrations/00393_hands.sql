-- A township reads in the timeline of a case that its conversation was with an agent, and
-- how that ended: found by the account that sent the application, or by the call.

-- +goose Up
create index talk_hand_account on talk_hand (citizen, asked);

-- +goose Down
drop index talk_hand_account;
