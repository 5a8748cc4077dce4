-- What joined a lead that lay open already came of what changed later: asked why, the lead told
-- the changes of its first day alone, as reasons of what came of others.

-- +goose Up
alter table lead add column joined timestamptz; -- when it last came to say more than it did when it was found; null: never

-- +goose Down
alter table lead drop column joined;
