-- Why a proposal came back to the officer, until it is proposed again.

-- +goose Up
alter table claim add column sent_back text not null default '';
grant update (sent_back) on claim to lianou_platform;

-- +goose Down
alter table claim drop column sent_back;
