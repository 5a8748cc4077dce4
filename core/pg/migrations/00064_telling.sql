-- What a household is still to be told about its claims. Decisions and payments
-- come one by one; people are told once what came together (one notice for all
-- of it). A row is written in the transaction that makes it true and names its
-- notice once that exists, so nothing is told twice and nothing is forgotten.

-- +goose Up
create table telling (
    id       bigint generated always as identity primary key,
    case_id  bigint not null,
    claim_id bigint not null,
    region   text not null,
    kind     text not null check (kind in ('published', 'approved', 'referred', 'paid', 'returned')), -- of core/wording
    source   bigint not null check (source > 0), -- the public notice, the decision, or the line of the payment
    at       timestamptz not null,
    notice   bigint, -- of core/notify, once gathered
    unique (kind, source),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create index telling_waiting on telling (case_id, id) where notice is null;
create index telling_at on telling (at) where notice is null;
create index telling_notice on telling (notice) where notice is not null;

-- +goose StatementBegin
create function telling_once() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if old.notice is not null and new.notice is distinct from old.notice then
        raise exception 'told before'
            using errcode = 'check_violation', constraint = 'telling_once', table = 'telling';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger telling_once before update on telling for each row execute function telling_once();

call lianou_scope_table('telling');
grant select, insert on telling to lianou_platform;
grant update (notice) on telling to lianou_platform;

-- +goose Down
drop table telling;
drop function telling_once;
