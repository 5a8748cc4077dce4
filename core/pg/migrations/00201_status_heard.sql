-- A caller may hear from the voice how far an application is, by the receipt and the
-- last four of the ID number. The row opens by the policy of 00060; the log keeps in
-- which call it was opened.

-- +goose Up
alter policy audit_write_gateway on audit_entry with check (
    case actor_kind
    when 'citizen' then act in ('binding.added', 'binding.removed', 'session.opened', 'session.ended', 'status.found') and case_id = 0
    when 'caller' then act = 'status.heard' and case_id = 0
    when 'channel' then act = 'application.received' and case_id = 0
    when 'outside' then act like 'refusal.%' and case_id = 0 and application = ''
    when 'job' then
        case actor_id
        when 'notify' then act in ('notice.sent', 'notice.told', 'notice.refused', 'notice.untold')
        when 'fetch_recording' then act in ('recording.stored', 'recording.lost', 'refusal.recording_source') and case_id = 0
        else false end
    else false end);

-- +goose Down
alter policy audit_write_gateway on audit_entry with check (
    case actor_kind
    when 'citizen' then act in ('binding.added', 'binding.removed', 'session.opened', 'session.ended', 'status.found') and case_id = 0
    when 'channel' then act = 'application.received' and case_id = 0
    when 'outside' then act like 'refusal.%' and case_id = 0 and application = ''
    when 'job' then
        case actor_id
        when 'notify' then act in ('notice.sent', 'notice.told', 'notice.refused', 'notice.untold')
        when 'fetch_recording' then act in ('recording.stored', 'recording.lost', 'refusal.recording_source') and case_id = 0
        else false end
    else false end);
