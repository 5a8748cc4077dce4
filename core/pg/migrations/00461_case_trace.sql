-- What a judgement of a case rests on beside the facts: what the household had already,
-- and the trace, by which a stranger derives it anew (F42, F74). It is written with the
-- findings and never changed. The trace holds the facts and is sealed with the case's key.

-- +goose Up
create table case_trace (
    case_id bigint  not null,
    region  text    not null,
    version integer not null, -- of the facts
    book    text    not null check (book <> ''),
    held    jsonb   not null,
    trace   bytea   not null,
    primary key (case_id, version),
    foreign key (case_id, version) references case_facts (case_id, version),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
call lianou_scope_table('case_trace');
grant select, insert on case_trace to lianou_platform;

-- +goose Down
drop table case_trace;
