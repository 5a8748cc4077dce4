-- Households that lost the one they are called after are found without reading every change of
-- every household (core/registry/event_headless.go).

-- +goose Up
create index life_change_vacated on life_change (household) where what = 'membership' and before ->> 'relation' = 'applicant';

-- +goose Down
drop index life_change_vacated;
