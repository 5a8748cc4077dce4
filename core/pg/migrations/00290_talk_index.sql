-- What somebody said in their chat, in order, for whoever reads it whole: the indexes of
-- 00250 hold only what still waits.

-- +goose Up
create index talk_message_of on talk_message (citizen, id);
create index talk_reply_of on talk_reply (citizen, id);
create index citizen_grant_event_at on citizen_grant_event (at);

-- +goose Down
drop index citizen_grant_event_at, talk_reply_of, talk_message_of;
