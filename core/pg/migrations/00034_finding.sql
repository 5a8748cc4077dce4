-- +goose Up
-- What the last look found of every household, in pages of some hundred households
-- (core/insight/finding.go): a whole city is ten thousand rows. A copy like the packed
-- facts it is made from, and never a decision.
create table finding_page (
    region   text   not null check (length(region) = 9),
    first    bigint not null, -- the page holds households from this one up to the next page
    findings bytea  not null,
    primary key (region, first)
);
alter table finding_page alter column findings set storage plain;

-- What a township's last whole scan was made with, and what it came to.
create table finding_town (
    region     text primary key check (length(region) = 9),
    book       text not null, -- digest
    on_day     date not null,
    scanned    timestamptz not null,
    households int not null,
    eligible   int[] not null check (cardinality(eligible) = 64), -- households by item number
    open       int[] not null check (cardinality(open) = 64)
);

-- The order of households by the index, of those from the lowest band up.
create table ranking (
    region    text   not null check (length(region) = 9),
    place     int    not null,
    household bigint not null
);
create unique index ranking_town on ranking (region, place desc, household);
create index ranking_city on ranking (place desc, household) include (region);

-- How many households of a place stand at each tenth of the index, all of them, listed
-- or not: whoever asks for the rank of one need not count those before it. The same by 32
-- tenths at a time, so that the counts above one are two short sums.
create table ranking_count (
    scope  text primary key check (length(scope) in (6, 9)), -- the city, a county or a township
    coarse int[] not null check (cardinality(coarse) = 32),
    counts int[] not null check (cardinality(counts) = 1001)
);
alter table ranking_count alter column counts set storage plain;

call lianou_scope_table('finding_page');
call lianou_scope_table('finding_town');
call lianou_scope_table('ranking');

-- How many listed households stand before one at the same tenth of the index: in its
-- township, its county, the city. Numbers and nothing else: an officer of one township
-- sees the city through it.
-- +goose StatementBegin
create function ranking_before(town text, mine int, who bigint) returns int[] language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$ select array[count(*) filter (where region = town), count(*) filter (where left(region, 6) = left(town, 6)), count(*)]::int[]
      from ranking where place >= mine and place < ((mine >> 20) + 1) << 20 and (place > mine or household < who) $$;

-- Adds to some places of a list. In plpgsql, whose lists change in place: a scan does this
-- to the city's row once for every township, and all wait for that row.
create function ranking_move(a int[], at int[], by int[]) returns int[] language plpgsql immutable strict
as $$ begin
    for i in 1..cardinality(at) loop
        a[at[i]] := a[at[i]] + by[i];
    end loop;
    return a;
end $$;

create function ranking_add(a int[], b int[]) returns int[] language sql immutable strict
as $$ select array_agg(x + y order by o) from unnest(a, b) with ordinality as t (x, y, o) $$;
-- +goose StatementEnd
revoke execute on function ranking_before(text, int, bigint) from public;
grant execute on function ranking_before(text, int, bigint) to lianou_platform;

grant select, insert, update, delete on finding_page, ranking to lianou_platform;
grant select, insert, update on finding_town, ranking_count to lianou_platform;

-- +goose Down
drop table ranking_count, ranking, finding_town, finding_page;
drop function ranking_add(int[], int[]);
drop function ranking_move(int[], int[], int[]);
drop function ranking_before(text, int, bigint);
