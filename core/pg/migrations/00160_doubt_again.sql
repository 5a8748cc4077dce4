-- What a review of 00120 found. A doubt that was looked at swallowed the next one of
-- its kind; and whom only a false application named stayed a member of the household
-- that took its place: might hold its card, and was counted for its money.

-- +goose Up
alter table case_doubt drop constraint case_doubt_case_id_application_kind_key;
create unique index case_doubt_once on case_doubt (case_id, application, kind, coalesce(other, 0));

alter table case_member add column ended timestamptz; -- another application took the place of the one that named them
grant update (ended) on case_member to lianou_platform;
grant update (people) on casefile to lianou_platform;

-- +goose Down
revoke update (people) on casefile from lianou_platform;
alter table case_member drop column ended;
drop index case_doubt_once;
alter table case_doubt add unique (case_id, application, kind);
