-- Tokens have kinds now, in their top four bits (core/registry/tokens.go), and a name has
-- more of them: folded characters, the reading of the whole name and of the given name.
-- Nothing of the old ones can be kept: which is which cannot be told, and keyed ones can be
-- made only by a program with the keys. So an older city's go here, at once, and a job makes
-- them anew from the people (core/registry/renew.go); until it is through, a search finds
-- whom it has reached, and everybody by the whole number. A city made by this release has
-- no tokens without a kind and nothing to do.

-- +goose Up
create table token_renewal (
    one     boolean primary key default true check (one),
    through bigint  not null, -- people up to this id have their tokens
    done    boolean not null
);
select set_config('lianou.city', 'on', true);
insert into token_renewal (through, done)
    select 0, not exists (select from person_token where token < 0 or token >= 7::bigint << 60);
-- +goose StatementBegin
do $$
begin
    if exists (select from token_renewal where not done) then
        truncate person_token;
    end if;
end $$;
-- +goose StatementEnd
select set_config('lianou.city', '', true);
grant select, update on token_renewal to lianou_platform;

-- +goose Down
drop table token_renewal;
