-- The code that stands on every decision letter, the first twelve digits of the
-- decision's digest: whoever holds a letter may ask 12345 whether it is real. A range in
-- code-point order, because left() may not be asked before the table's policies are.

-- +goose Up
create index decision_code on decision (digest collate "C");

-- +goose Down
drop index decision_code;
