-- What a household is recognised as, and what struck it, are lists, and of two sheets the
-- later one stands whole: a department's file that knew one status would take the others
-- away. So what a file says is laid upon what stood on its day, and adds only.

-- +goose Up
-- +goose StatementBegin
create function household_lists(who bigint, on_day date, said jsonb) returns jsonb language plpgsql stable
as $$ declare
    list text;
    stood jsonb;
begin
    foreach list in array array['statuses', 'shocks'] loop
        continue when jsonb_typeof(said -> list) is distinct from 'array';
        select s.facts -> list into stood from household_sheet s
            where s.household = who and s.valid_from <= on_day and jsonb_typeof(s.facts -> list) = 'array'
            order by s.valid_from desc, s.known_at desc, s.id desc limit 1;
        continue when not found;
        -- An event is the same by its kind and its day; what is said of it now counts.
        said := jsonb_set(said, array[list], coalesce((select jsonb_agg(x order by x) from (
            select x from jsonb_array_elements(said -> list) x
            union
            select y from jsonb_array_elements(stood) y where list = 'statuses' or not exists (
                select from jsonb_array_elements(said -> list) n where n ->> 'kind' = y ->> 'kind' and n ->> 'date' = y ->> 'date')) all_of(x)), '[]'));
    end loop;
    return said;
end $$;
-- +goose StatementEnd

-- +goose Down
drop function household_lists(bigint, date, jsonb);
