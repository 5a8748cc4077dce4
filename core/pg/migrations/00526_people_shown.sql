-- Whom a member of staff was shown in lists and looks of the register within a day: what
-- bounds how many people one officer can copy (security.md P22). Ids only; those
-- of a day ago go when the same officer next looks: the log keeps what was looked at and why.

-- +goose Up
create table people_shown (
    staff text        not null,
    kind  text        not null check (kind in ('person', 'household')),
    who   bigint      not null,
    at    timestamptz not null, -- first shown within the day
    primary key (staff, kind, who)
);
create index people_shown_at on people_shown (staff, at);
grant select on people_shown to lianou_check;
grant select, insert, delete on people_shown to lianou_platform;

-- +goose Down
drop table people_shown;
