-- What the bank says when it is asked about a file whose outcome is unknown. The bytes
-- go out again only after its explicit word that it has none of the offer before
-- (security.md P14: unknown outcome = ask, never resend).

-- +goose Up
create table payout_word (
    batch bigint not null references payout_batch (id),
    offer integer not null check (offer > 0), -- which handing over of the file
    word  text not null check (word in ('absent', 'differs')),
    at    timestamptz not null,
    primary key (batch, offer, word)
);
grant select, insert on payout_word to lianou_platform;
grant select on payout_word to lianou_check;

-- +goose StatementBegin
create function payout_offered() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.offered <> old.offered + 1 or old.offered > 0 and (
            not exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'absent')
            or exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'differs')) then
        raise exception 'the bank has not said that it has no such file'
            using errcode = 'check_violation', constraint = 'payout_offered', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger payout_offered before update on payout_batch for each row
    when (new.offered <> old.offered) execute function payout_offered();

-- +goose Down
drop trigger payout_offered on payout_batch;
drop function payout_offered;
drop table payout_word;
