-- The night's count and whoever looks for an hour of calls ask by their beginning.

-- +goose Up
create index call_began on call (began);

-- +goose Down
drop index call_began;
