-- +goose Up
-- Somebody named in an application is registered in a household that the applicant is
-- not of: a person looks before the register's facts are taken for theirs.
alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere', 'relative'));

-- +goose Down
delete from case_doubt where kind = 'relative';
alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere'));
