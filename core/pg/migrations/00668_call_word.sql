-- What an agent wrote down of a call whose caller had something to say by key (00663): that it was
-- written, or why nothing was. Without one of the two such a call does not end. No time and no
-- person stand here, nor what was filed: with the time of an appeal or an objection they would say
-- whose caller made it, which 00667 sealed.

-- +goose Up
create table call_word (
    call    text  not null references call (id),
    kind    text  not null check (kind in ('appeal', 'unsolved', 'object', 'none')),
    why     text  not null default '' check (why in ('', 'before', 'withdrawn', 'wrong_key', 'unheard', 'other')),
    wrapped bytea, -- the agent's sentence beside why, sealed to the platform
    sealed  bytea,
    primary key (call, kind),
    check ((kind = 'none') = (why <> '')),
    check ((kind = 'none') = (sealed is not null)),
    check ((wrapped is null) = (sealed is null))
);
grant select, insert on call_word to lianou_platform;
grant select on call_word to lianou_check, lianou_backup;

-- +goose Down
drop table call_word;
