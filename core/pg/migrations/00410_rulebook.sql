-- The rules of assistance as they were published (F38, F90, F74): editions that nobody
-- changes any more, and the drafts that become them by two people's signatures. An
-- edition is the whole set of source files; it holds from a day on, and never says
-- anything of the days before it. Old editions stay for ever: old decisions are replayed
-- under the Book they were made by.

-- +goose Up
create table rulebook_source (
    digest text  primary key check (digest ~ '^[0-9a-f]{64}$'), -- of the files, as policy reckons it
    files  bytea not null check (octet_length(files) between 1 and 1048576) -- a zip of the .yaml files
);

-- Every Book that was ever in a published set, by the digest that findings and decisions store.
create table rulebook_book (
    digest   text primary key check (digest ~ '^[0-9a-f]{64}$'),
    source   text not null references rulebook_source (digest),
    from_day date not null
);
create index rulebook_book_source on rulebook_book (source);

create table rulebook_edition (
    number    integer     primary key check (number >= 1),
    source    text        not null references rulebook_source (digest),
    from_day  date        not null, -- the first day that is judged by it
    published timestamptz not null,
    why       text        not null check (why <> '' and length(why) <= 500),
    draft     bigint      unique,   -- null: the first, which came with the program
    author    bigint      references staff_account (id),
    signed    timestamptz,
    publisher bigint      references staff_account (id),
    check ((number = 1) = (draft is null)),
    check (num_nulls(draft, author, signed, publisher) in (0, 4)),
    constraint rulebook_two_people check (author <> publisher),
    check (signed <= published)
);

create table rulebook_draft (
    id       bigint      generated always as identity primary key,
    base     integer     not null references rulebook_edition (number),
    author   bigint      not null references staff_account (id),
    why      text        not null check (why <> '' and length(why) <= 500),
    state    text        not null default 'open' check (state in ('open', 'signed', 'published', 'withdrawn')),
    files    bytea       not null check (octet_length(files) between 1 and 1048576),
    digest   text        not null check (digest ~ '^[0-9a-f]{64}$'),
    made     timestamptz not null,
    signed   timestamptz,
    ended    timestamptz,
    ended_by bigint      references staff_account (id),
    unique (id, author),
    unique (id, author, digest),
    check ((ended is null) = (ended_by is null)),
    check ((ended is null) = (state in ('open', 'signed'))),
    check (state <> 'open' or signed is null),
    check (state not in ('signed', 'published') or signed is not null),
    constraint rulebook_two_people_end check (state <> 'published' or ended_by <> author)
);
create index rulebook_draft_live on rulebook_draft (id) where ended is null;
-- What is published is what was signed, by who signed it, byte for byte.
alter table rulebook_edition add constraint rulebook_as_signed foreign key (draft, author, source) references rulebook_draft (id, author, digest);

-- Each step of a draft, with its reason. Only the author writes in a draft: who signs
-- second must not have written.
create table rulebook_change (
    draft  bigint      not null,
    n      integer     not null check (n >= 1),
    author bigint      not null,
    op     jsonb       not null check (octet_length(op::text) <= 1200000),
    why    text        not null check (why <> '' and length(why) <= 500),
    at     timestamptz not null,
    primary key (draft, n),
    foreign key (draft, author) references rulebook_draft (id, author)
);

-- +goose StatementBegin
create function rulebook_is_final() returns trigger language plpgsql as $$
begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        return coalesce(new, old);
    end if;
    raise exception 'what was published is not changed' using errcode = 'restrict_violation', constraint = 'rulebook_is_final';
end
$$;
-- Rules are the city's: neither a county nor a township writes or publishes them.
create function rulebook_writer(who bigint) returns boolean language sql stable
as $$ select exists (select from staff_account where id = who and active and 'city' = any (roles)) $$;
-- Editions come one after another, each from a draft of the one before that was signed,
-- and none reaches back: neither before today nor before the day of the one before it.
create function rulebook_edition_in_turn() returns trigger language plpgsql as $$
declare
    last rulebook_edition;
    d rulebook_draft;
begin
    select * into last from rulebook_edition order by number desc limit 1;
    if new.number <> coalesce(last.number, 0) + 1 then
        raise exception 'editions are numbered one after another' using errcode = 'unique_violation', constraint = 'rulebook_edition_pkey';
    end if;
    if new.number = 1 then
        return new;
    end if;
    if not rulebook_writer(new.author) or not rulebook_writer(new.publisher) then
        raise exception 'rules are published by people of the city' using errcode = 'check_violation', constraint = 'rulebook_city';
    end if;
    select * into d from rulebook_draft where id = new.draft;
    if d.state is distinct from 'signed' or d.base <> last.number or d.signed <> new.signed then
        raise exception 'an edition comes from a signed draft of the one before' using errcode = 'check_violation', constraint = 'rulebook_signed';
    end if;
    if new.from_day < (lianou_now() at time zone 'Asia/Shanghai')::date or new.from_day < last.from_day then
        raise exception 'an edition does not reach back' using errcode = 'check_violation', constraint = 'rulebook_forward';
    end if;
    return new;
end
$$;
create function rulebook_draft_begins() returns trigger language plpgsql as $$
begin
    if new.state <> 'open' or not rulebook_writer(new.author) then
        raise exception 'a draft is begun by somebody of the city' using errcode = 'check_violation', constraint = 'rulebook_city';
    end if;
    return new;
end
$$;
-- Open goes to signed, published and withdrawn in order; what was signed is not written
-- in, unless it is opened again; what is over stays over.
create function rulebook_draft_moves() returns trigger language plpgsql as $$
begin
    if old.ended is not null or (new.author, new.why, new.made) is distinct from (old.author, old.why, old.made)
        or (old.state, new.state) not in (('open', 'open'), ('open', 'signed'), ('open', 'withdrawn'), ('signed', 'open'), ('signed', 'published'), ('signed', 'withdrawn'))
        or new.state <> 'open' and (new.base, new.files, new.digest) is distinct from (old.base, old.files, old.digest)
        or old.state = 'signed' and new.state <> 'open' and new.signed is distinct from old.signed then
        raise exception 'a draft does not move so' using errcode = 'check_violation', constraint = 'rulebook_draft_moves';
    end if;
    if new.state = 'signed' and new.base <> (select max(number) from rulebook_edition) then
        raise exception 'only a draft of the newest edition is signed' using errcode = 'check_violation', constraint = 'rulebook_newest';
    end if;
    if new.state = 'signed' and not rulebook_writer(new.author) or new.ended is not null and not rulebook_writer(new.ended_by) then
        raise exception 'a draft is signed and ended by people of the city' using errcode = 'check_violation', constraint = 'rulebook_city';
    end if;
    if new.state = 'published' and not exists (select from rulebook_edition where draft = new.id and publisher = new.ended_by) then
        raise exception 'a draft is published by its edition' using errcode = 'check_violation', constraint = 'rulebook_draft_moves';
    end if;
    return new;
end
$$;
create function rulebook_change_fits() returns trigger language plpgsql as $$
begin
    if not exists (select from rulebook_draft where id = new.draft and state = 'open' and rulebook_writer(author)) then
        raise exception 'only an open draft is written in' using errcode = 'check_violation', constraint = 'rulebook_draft_open';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
create trigger rulebook_is_final before update or delete on rulebook_source for each row execute function rulebook_is_final();
create trigger rulebook_is_final before update or delete on rulebook_book for each row execute function rulebook_is_final();
create trigger rulebook_is_final before update or delete on rulebook_edition for each row execute function rulebook_is_final();
create trigger rulebook_is_final before update or delete on rulebook_change for each row execute function rulebook_is_final();
create trigger rulebook_is_final before delete on rulebook_draft for each row execute function rulebook_is_final();
create trigger rulebook_no_truncate before truncate on rulebook_source for each statement execute function rulebook_is_final();
create trigger rulebook_no_truncate before truncate on rulebook_book for each statement execute function rulebook_is_final();
create trigger rulebook_no_truncate before truncate on rulebook_edition for each statement execute function rulebook_is_final();
create trigger rulebook_no_truncate before truncate on rulebook_draft for each statement execute function rulebook_is_final();
create trigger rulebook_no_truncate before truncate on rulebook_change for each statement execute function rulebook_is_final();
create trigger rulebook_edition_in_turn before insert on rulebook_edition for each row execute function rulebook_edition_in_turn();
create trigger rulebook_draft_begins before insert on rulebook_draft for each row execute function rulebook_draft_begins();
create trigger rulebook_draft_moves before update on rulebook_draft for each row execute function rulebook_draft_moves();
create trigger rulebook_change_fits before insert on rulebook_change for each row execute function rulebook_change_fits();

grant select on rulebook_source, rulebook_book, rulebook_edition, rulebook_draft, rulebook_change to lianou_check, lianou_backup;
grant select, insert on rulebook_source, rulebook_book, rulebook_edition, rulebook_draft, rulebook_change to lianou_platform;
grant update (base, state, files, digest, signed, ended, ended_by) on rulebook_draft to lianou_platform;
-- The public edge judges by the rules and need not know who signed them.
grant select on rulebook_source, rulebook_book to lianou_gateway;
grant select (number, source, from_day, published) on rulebook_edition to lianou_gateway;

-- +goose Down
drop table rulebook_change;
alter table rulebook_edition drop constraint rulebook_as_signed;
drop table rulebook_draft;
drop table rulebook_edition;
drop table rulebook_book;
drop table rulebook_source;
drop function rulebook_change_fits();
drop function rulebook_draft_moves();
drop function rulebook_draft_begins();
drop function rulebook_edition_in_turn();
drop function rulebook_writer(bigint);
drop function rulebook_is_final();
