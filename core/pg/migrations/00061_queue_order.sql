-- The queue goes by what is known of a household (index_low), then by what may
-- still be (index_high).

-- +goose Up
drop index casefile_queue;
create index casefile_queue on casefile (region, urgent desc, index_low desc nulls last, index_high desc nulls last, first_contact, id)
    where state not in ('settled', 'withdrawn');

-- +goose Down
drop index casefile_queue;
create index casefile_queue on casefile (region, urgent desc, index_tenths desc nulls last, first_contact, id)
    where state not in ('settled', 'withdrawn');
