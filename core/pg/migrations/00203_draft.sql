-- Drafts (草稿): what staff have typed and not yet sent. A draft belongs to a place at the
-- desk (a call, somebody's window) and not to a household: nobody has asked for anything
-- yet, so it has no township. One a place; its form is sealed to the platform itself.

-- +goose Up
create table draft (
    place text        primary key check (place <> '' and length(place) <= 240),
    staff bigint      not null, -- who typed last
    form  bytea       not null,
    rev   bigint      not null check (rev > 0),
    saved timestamptz not null
);
create index draft_old on draft (saved);
grant select, insert, update, delete on draft to lianou_platform;
grant select on draft to lianou_check, lianou_backup;

-- +goose Down
drop table draft;
