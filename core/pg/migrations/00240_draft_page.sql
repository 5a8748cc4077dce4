-- Which page saved a draft, and its how-many-eth saving that was: a page whose answer was lost on the way goes on
-- from there, and an older form of its own that comes late changes nothing.

-- +goose Up
alter table draft
    add column page  text   not null default '' check (length(page) <= 40),
    add column again bigint not null default 0 check (again >= 0);

-- +goose Down
alter table draft drop column page, drop column again;
