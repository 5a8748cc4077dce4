-- What the person signed at the door stands with the case: strokes, or the two
-- witnesses of who cannot sign. An item that was not wanted at first may be asked
-- for again.

-- +goose Up
alter table casefile add column signature jsonb not null default '{}';
insert into case_transition (entity, from_state, to_state) values ('claim', 'withdrawn', 'proposed');

-- +goose Down
delete from case_transition where entity = 'claim' and from_state = 'withdrawn' and to_state = 'proposed';
alter table casefile drop column signature;
