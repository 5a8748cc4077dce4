-- What a caller keyed in (00663) names an application or a notice, and lay in clear beside the
-- keyed hash of their number: who read both knew which objector had rung about whose case. It is
-- sealed to the platform now, as the number is, and an agent who holds the call opens it, with an
-- entry.
--
-- The old column stays for the release that still runs and writes it (a report whose column is gone
-- would be lost with its call). What stands in it goes with the end of its call, a day or two: it is
-- emptied here for calls that are over and by the trigger for the others. SQL has no key to seal it
-- with, and emptied before, a neighbour's word would have lost its notice. A later release drops it.

-- +goose Up
alter table call
    add column keyed bytea, -- sealed to the platform; null when nothing was keyed in
    add column keyed_key bytea,
    add constraint call_keyed_check check ((keyed is null) = (keyed_key is null));
update call set about = '' where done is not null and about <> '';
-- +goose StatementBegin
create function call_about_goes() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    new.about := '';
    return new;
end
$$;
-- +goose StatementEnd
create trigger call_about_goes before insert or update on call for each row when (new.done is not null and new.about <> '') execute function call_about_goes();

-- +goose Down
-- What is sealed cannot be opened here: who rings back asks for the number. The wish stays.
drop trigger call_about_goes on call;
drop function call_about_goes();
alter table call
    drop constraint call_keyed_check,
    drop column keyed_key,
    drop column keyed;
