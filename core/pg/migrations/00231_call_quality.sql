-- Quality sampling (质检): calls that the draw chose when their agent finished them, to
-- be listened to by a second person. The lot is reckoned from the call's id and the time
-- it was finished, so that anybody can reckon it again and nobody beforehand.

-- +goose Up
create table call_quality (
    call     text        primary key references call (id),
    agent    bigint      not null, -- who finished the call
    lot      integer     not null check (lot between 0 and 9999),
    below    integer     not null check (below between 1 and 10000), -- lots below it were drawn, of ten thousand
    drawn    timestamptz not null,
    listener bigint,
    heard    timestamptz,
    written  text        not null default '' check (written in ('', 'all', 'missing', 'invented', 'both')),
    manner   text        not null default '' check (manner in ('', 'good', 'fair', 'poor')),
    wrapped  bytea,      -- the listener's note
    sealed   bytea,
    check (lot < below),
    check (listener <> agent), -- nobody judges their own call
    check ((listener is null) = (heard is null)),
    check ((listener is null) = (written = '') and (listener is null) = (manner = '')),
    check ((wrapped is null) = (sealed is null))
);
create index call_quality_open on call_quality (drawn) where heard is null;
create index call_quality_of on call_quality (agent, heard desc) where heard is not null;
grant select, insert on call_quality to lianou_platform;
grant update (listener, heard, written, manner, wrapped, sealed) on call_quality to lianou_platform;
grant select on call_quality to lianou_check, lianou_backup;

-- +goose Down
drop table call_quality;
