-- What the public edge may write and read, were it taken over (design.md 3): no
-- entry of the log in an officer's, a payer's or the platform's name, and no state
-- of anybody's case but of who asks.

-- +goose Up

-- Every other role writes the log as before; the gateway only what it does.
drop policy audit_write on audit_entry;
create policy audit_write on audit_entry for insert
    to lianou_owner, lianou_platform, lianou_import, lianou_audit with check (true);
create policy audit_write_gateway on audit_entry for insert to lianou_gateway with check (
    case actor_kind
    when 'citizen' then act in ('binding.added', 'binding.removed', 'session.opened', 'session.ended') and case_id = 0
    when 'channel' then act = 'application.received' and case_id = 0
    when 'outside' then act like 'refusal.%' and case_id = 0 and application = ''
    when 'job' then
        case actor_id
        when 'notify' then act in ('notice.sent', 'notice.told', 'notice.refused', 'notice.untold')
        when 'fetch_recording' then act in ('recording.stored', 'recording.lost', 'refusal.recording_source') and case_id = 0
        else false end
    else false end);

-- A citizen's own policies are all the gateway has here; lianou.city and
-- lianou.regions, which any session may set, open nothing for it.
alter policy lianou_scope on case_status to lianou_owner, lianou_platform, lianou_audit, lianou_import, lianou_check, lianou_backup;
alter policy lianou_scope on notice to lianou_owner, lianou_platform, lianou_audit, lianou_import, lianou_check, lianou_backup;
alter policy lianou_scope on notice_attempt to lianou_owner, lianou_platform, lianou_audit, lianou_import, lianou_check, lianou_backup;
revoke insert on notice from lianou_gateway; -- the platform alone decides what is told

-- +goose Down
grant insert on notice to lianou_gateway;
alter policy lianou_scope on notice_attempt to public;
alter policy lianou_scope on notice to public;
alter policy lianou_scope on case_status to public;
drop policy audit_write_gateway on audit_entry;
drop policy audit_write on audit_entry;
create policy audit_write on audit_entry for insert with check (true);
