-- A lead that was settled by mistake may be looked at again. What came of it stays as it was
-- written (00511): a fresh lead of the same is laid, and here stands which, by whom and why.

-- +goose Up
create table lead_reopen (
    lead   bigint primary key references lead (id), -- once: the fresh one has a row of its own
    region text not null check (length(region) = 9),
    fresh  bigint not null unique references lead (id) check (fresh <> lead),
    staff  bigint not null,
    reason text not null check (length(reason) between 2 and 300),
    made   timestamptz not null
);
call lianou_scope_table('lead_reopen');
create index lead_settled on lead (region, settled desc, id desc) where state = 'settled';
grant select, insert on lead_reopen to lianou_platform;

-- +goose StatementBegin
create function lead_reopen_fits() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from lead o join lead f on f.id = new.fresh where o.id = new.lead and o.state = 'settled' and f.state = 'open'
        and (f.region, f.household, f.kind) = (o.region, o.household, o.kind) and o.region = new.region) then
        raise exception 'only a settled lead is opened again' using errcode = 'check_violation', constraint = 'lead_reopen_fits', table = 'lead_reopen';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger lead_reopen_fits before insert on lead_reopen for each row execute function lead_reopen_fits();

-- +goose Down
drop table lead_reopen;
drop function lead_reopen_fits();
drop index lead_settled;
