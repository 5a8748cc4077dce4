-- Papers go with an application that gets a case of its own (另开): their row names
-- another case, and their note is sealed anew with its key.

-- +goose Up
grant update (case_id, region, note) on case_supplement to lianou_platform;

-- +goose Down
revoke update (case_id, region, note) on case_supplement from lianou_platform;
