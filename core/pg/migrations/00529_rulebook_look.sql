-- +goose Up
-- Who looked at what a draft does to real households before it was signed: exactly these
-- files, on this edition. Numbers only; whom they were shown stands in the log.
create table rulebook_look (
    draft      bigint not null references rulebook_draft (id),
    digest     text not null check (length(digest) = 64),
    base       int not null,
    staff      bigint not null references staff_account (id),
    at         timestamptz not null,
    households int not null check (households >= 0),
    shown      int not null check (shown >= 0),
    primary key (draft, digest, base, staff)
);
grant select, insert, update on rulebook_look to lianou_platform;

-- +goose Down
drop table rulebook_look;
