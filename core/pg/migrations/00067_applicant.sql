-- One open case for an applicant whom the registry does not know: two requests of
-- theirs at two windows are one case, as a household's are (F32). The key is a
-- keyed hash of the identity number.

-- +goose Up
alter table casefile add column applicant_key text not null default '' check (applicant_key ~ '^([0-9a-f]{64})?$');
create unique index casefile_open_applicant on casefile (applicant_key)
    where household is null and applicant_key <> '' and state not in ('settled', 'withdrawn');

-- +goose Down
alter table casefile drop column applicant_key;
