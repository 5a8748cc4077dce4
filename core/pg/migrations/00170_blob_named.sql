-- Which rows name a file: the sweeper takes what no column here names. A new column
-- with a digest goes in here; TestEveryColumnNamesItsBlob holds this list to the
-- catalogue.

-- +goose Up
-- +goose StatementBegin
create function blob_named(wanted text) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select exists (select from application_blob where digest = wanted)
        or exists (select from call where recording = wanted)
        or exists (select from visit where recording = wanted or wanted = any (photos)
                   or jsonb_path_exists(signatures, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from casefile where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted))
                   or jsonb_path_exists(signature, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from case_application where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
$$;
-- +goose StatementEnd
revoke execute on function blob_named(text) from public;
grant execute on function blob_named(text) to lianou_platform;

-- +goose Down
drop function blob_named;
