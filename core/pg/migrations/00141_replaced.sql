-- Whose application takes the place of a false one has signed too (00120, 00130).

-- +goose Up
grant update (signature) on casefile to lianou_platform;

-- +goose Down
revoke update (signature) on casefile from lianou_platform;
