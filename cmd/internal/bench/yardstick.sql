-- What one application leaves behind, as one transaction: the same tables with
-- the same indexes, checks and policies, by the same role. The sealed bytes are
-- constants that do not compress, as long as real ones ({sealed}, {wrapped},
-- {detail}, {wrapped_detail} are filled in); nothing is validated or encrypted, and
-- the scope is set once for the connection. All of that favours the yardstick.
\set n random(0, 281474976710655)
\set k random(0, 9000000000000000000)
begin;
insert into application (id, channel, key, body_digest, receipt, citizen, region, urgent, at)
    values (('00000000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, 'yardstick', lpad(:k::bigint::text, 36, '0'), '\x{digest}'::bytea,
        lpad(nextval('yardstick_receipt')::text, 10, '0'), 'c00000000000000000000000000000001', '371426104', false, now())
    on conflict (channel, key) do nothing;
insert into receipt (number, application)
    values (lpad(currval('yardstick_receipt')::text, 10, '0'), ('00000000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid);
insert into handover (application, region, wrapped_key, sealed, at)
    values (('00000000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, '371426104', '\x{wrapped}'::bytea, '\x{sealed}'::bytea, now());
insert into jobs_platform.river_job (args, kind, max_attempts, metadata, priority, queue, scheduled_at, state, tags, unique_key, unique_states)
    values (('{"region": "371426104", "application": "00000000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0') || '"}')::jsonb, 'open_case', 25, '{}', 1, 'default',
        now(), 'available', '{}', sha256(:n::bigint::text::bytea), 245::bit(8));
insert into audit_entry (at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, wrapped, detail)
    values (now(), 'channel', 'yardstick', 'application.received', 0, '00000000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'), 'c00000000000000000000000000000001',
        '371426104', '', '\x{digest}'::bytea, '\x{wrapped}'::bytea, '\x{detail}'::bytea);
insert into audit_pending (entry) values (currval('audit_entry_id_seq'));
commit;
