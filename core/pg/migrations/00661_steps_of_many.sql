-- A month of the whole city is one statement. Whether each step is legal is asked of all its rows together,
-- and `exists` is planned for the first row that it finds: was and fresh were gone through side by side,
-- every row of the one for every row of the other, 20,000 payments in minutes. No plan by nested loops is
-- kept by a session that saw a single row first, either.

-- +goose Up
alter function legal_steps() set enable_nestloop = off;

-- +goose Down
alter function legal_steps() reset enable_nestloop;
