-- The code that stands on every decision letter, the first twelve digits of the
-- decision's digest: whoever holds a letter may ask 12345 whether it is real.

-- +goose Up
create index decision_code on decision (left(digest, 12));

-- +goose Down
drop index decision_code;
