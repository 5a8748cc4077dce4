-- Whether somebody died or left was anybody's to ask who has a role in the database.

-- +goose Up
revoke execute on function person_left(bigint) from public;
grant execute on function person_left(bigint) to lianou_platform;

-- +goose Down
grant execute on function person_left(bigint) to public;
revoke execute on function person_left(bigint) from lianou_platform;
