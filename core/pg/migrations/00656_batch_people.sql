-- Who made a batch and who approved it stay who they were. The application's own role could write
-- another name beside a batch that was approved, and what walks back from a payment believed it.

-- +goose Up
-- +goose StatementBegin
create function payout_batch_people() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.created_by <> 0 and new.created_by is distinct from old.created_by
       or old.approved_by is not null and new.approved_by is distinct from old.approved_by then
        raise exception 'who stands behind a batch stays' using errcode = 'check_violation', constraint = 'payout_batch_people', table = tg_table_name;
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger payout_batch_people before update of created_by, approved_by on payout_batch for each row execute function payout_batch_people();

-- +goose Down
drop trigger payout_batch_people on payout_batch;
drop function payout_batch_people();
