-- A list is drawn at its cut-off, by a job, and not when somebody comes to freeze it: what
-- is learnt of a household in between would move it, and whoever freezes could wait for
-- that. The second signature is for the list that was drawn.

-- +goose Up
alter table quota_round add drawn timestamptz, -- when its list was made
    add tried timestamptz; -- when that was tried in vain: others go first then
alter table quota_round disable trigger quota_round_moves;
update quota_round set drawn = ended where state = 'frozen';
alter table quota_round enable trigger quota_round_moves;
alter table quota_round drop constraint quota_round_check2, drop constraint quota_round_check3;
alter table quota_round
    add constraint quota_drawn check ((drawn is not null) = (digest <> '') and (drawn is null or (drawn >= cutoff and book <> '' and formula <> '' and tie <> ''))),
    add constraint quota_frozen check (state <> 'frozen' or (drawn is not null and ended >= drawn));
create index quota_undrawn on quota_round (area, item) where state = 'open' and drawn is null;

-- +goose StatementBegin
create or replace function quota_round_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'open' or new.drawn is not null or not quota_writer(new.opener) then
            raise exception 'a round is opened by somebody of the county or the city' using errcode = 'check_violation', constraint = 'quota_writer';
        end if;
        return new;
    end if;
    if old.state <> 'open' or (new.id, new.item, new.area, new.places, new.cutoff, new.why, new.opener, new.opened)
        is distinct from (old.id, old.item, old.area, old.places, old.cutoff, old.why, old.opener, old.opened)
        or old.drawn is not null and (new.drawn, new.book, new.formula, new.tie, new.listed, new.digest)
        is distinct from (old.drawn, old.book, old.formula, old.tie, old.listed, old.digest) then
        raise exception 'what was drawn or frozen is not changed' using errcode = 'restrict_violation', constraint = 'quota_is_final';
    end if;
    if new.ender is not null and not quota_writer(new.ender) then
        raise exception 'a round is frozen by somebody of the county or the city' using errcode = 'check_violation', constraint = 'quota_writer';
    end if;
    if new.state = 'frozen' and old.drawn is null then
        raise exception 'a list is drawn before it is frozen' using errcode = 'check_violation', constraint = 'quota_frozen';
    end if;
    if old.drawn is null and new.drawn is not null and (new.listed <> (select count(*) from quota_entry where round = new.id)
        or new.listed <> (select coalesce(max(n), 0) from quota_entry where round = new.id)) then
        raise exception 'a list is whole when it is drawn' using errcode = 'check_violation', constraint = 'quota_whole';
    end if;
    return new;
end
$$;
create or replace function quota_entry_fits() returns trigger language plpgsql as $$
begin
    if not exists (select from quota_round where id = new.round and state = 'open' and drawn is null) then
        raise exception 'what was drawn or frozen is not changed' using errcode = 'restrict_violation', constraint = 'quota_is_final';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
grant update (drawn, tried) on quota_round to lianou_platform;

-- +goose Down
drop index quota_undrawn;
alter table quota_round drop constraint quota_drawn, drop constraint quota_frozen, drop column drawn, drop column tried;
