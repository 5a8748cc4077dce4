-- A visit is two people's word: the one who wrote it down, and the other, who
-- confirms it in a session of their own. Rows from before this rule have nobody in
-- recorded_by and stay as they were.

-- +goose Up
alter table visit add column recorded_by bigint, add column seconded_by bigint, add column seconded timestamptz,
    add constraint visit_seconded check ((seconded is null) = (seconded_by is null) and (seconded is null or done is not null)),
    add constraint visit_second check (seconded_by is null or seconded_by <> recorded_by and seconded_by in (first_staff, second_staff)),
    -- One drawing copied three times is nobody's signature but one person's.
    add constraint visit_strokes check (done is null or signatures ->> 'first' <> signatures ->> 'second'
        and signatures ->> 'first' <> signatures ->> 'household' and signatures ->> 'second' <> signatures ->> 'household') not valid;
grant update (recorded_by, seconded_by, seconded) on visit to lianou_platform;

-- +goose Down
alter table visit drop constraint visit_strokes, drop constraint visit_second, drop constraint visit_seconded,
    drop column seconded, drop column seconded_by, drop column recorded_by;
