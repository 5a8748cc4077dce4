-- How many people a household has is what its facts say, by which it is judged: those the
-- application told of and those whom the register counts there. Lists and headings showed
-- the first only.

-- +goose Up
select set_config('lianou.city', 'on', true);
update casefile f set people = jsonb_array_length(v.facts -> 'members')
    from case_facts v where v.case_id = f.id and v.version = f.facts_version and jsonb_typeof(v.facts -> 'members') = 'array'
        and jsonb_array_length(v.facts -> 'members') > 0 and f.people <> jsonb_array_length(v.facts -> 'members');
select set_config('lianou.city', '', true);

-- +goose Down
select 1; -- what was told stands in each application
