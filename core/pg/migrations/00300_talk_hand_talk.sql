-- Which conversation an agent has: what they file closes that one, and not another that the
-- person has begun meanwhile at another door.

-- +goose Up
alter table talk_hand add column talk bigint references talk (id) on delete set null;
update talk_hand h set talk = t.id from talk t where t.citizen = h.citizen and t.state = 'open' and t.began <= h.asked and h.over is null;
create index talk_hand_talk on talk_hand (talk) where talk is not null;

-- +goose Down
alter table talk_hand drop column talk;
