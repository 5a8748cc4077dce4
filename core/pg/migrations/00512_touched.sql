-- +goose Up
-- A scan after a change of the rules keeps what the scan before found of everybody whom
-- the change cannot touch. beside says when it may not: the digests of other Books by which
-- single households were judged since, and '' when rows were packed and nobody judged them.
alter table finding_town add column beside text[] not null default '{}';
-- How many households were judged; of the others what was found before was kept.
alter table scan_town add column judged int not null default 0;

-- +goose Down
alter table scan_town drop column judged;
alter table finding_town drop column beside;
