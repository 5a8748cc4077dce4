-- Somebody who is not in the register comes to live with a household: neither born into it nor
-- moved back. It is told as an event of its own.

-- +goose Up
alter table life_event drop constraint life_event_kind_check;
alter table life_event add constraint life_event_kind_check
    check (kind in ('birth', 'death', 'marriage', 'divorce', 'adoption', 'split', 'move', 'move_out', 'move_in', 'arrive', 'undo'));

-- +goose Down
alter table life_event drop constraint life_event_kind_check;
alter table life_event add constraint life_event_kind_check
    check (kind in ('birth', 'death', 'marriage', 'divorce', 'adoption', 'split', 'move', 'move_out', 'move_in', 'undo')) not valid;
