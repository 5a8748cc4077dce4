-- A figure that counts everybody of a household says nothing of who came later (core/registry,
-- headcounts). Whoever asks and hears the same figure for another number of people writes it
-- anew, and another one looks: nothing else is asked for that stands already.

-- +goose Up
alter table change_request add column anew boolean not null default false;
comment on column change_request.anew is 'the same value, for the people of now';
alter table change_request drop constraint change_same;
alter table change_request add constraint change_same check (anew <> (was is distinct from nullif(becomes, 'null'::jsonb)));
alter table change_request add constraint change_anew check (not anew or person is null and was is not null and path in (
    'income_per_capita_month', 'income_12m', 'financial_assets_per_capita', 'houses', 'cars', 'car_value', 'business_with_staff',
    'medical_12m', 'education_12m', 'rehab_12m', 'rigid_12m', 'floor_area_per_capita'));

-- +goose Down
select set_config('lianou.city', 'on', true);
-- +goose StatementBegin
do $$
begin
    if exists (select from change_request where anew) then
        raise exception 'a figure that was confirmed anew cannot be told without 00596';
    end if;
end $$;
-- +goose StatementEnd
select set_config('lianou.city', '', true);
alter table change_request drop constraint change_anew;
alter table change_request drop constraint change_same;
alter table change_request add constraint change_same check (was is distinct from nullif(becomes, 'null'::jsonb));
alter table change_request drop column anew;
