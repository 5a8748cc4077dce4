-- A page of the queue touches what it shows and what it counts, and not every case of its
-- township: each list and each count has an index that holds what it asks.
--
-- Nothing is kept twice. A count is of rows in an index, read in the transaction of the page:
-- right under any writers, after any rollback, and on the day that a deadline passes without
-- anybody writing. No row is there for writers of one township to wait for.

-- +goose Up
create index deadline_case on deadline (case_id); -- 00650 took the last one that began with it for every kind
create index deadline_waits on deadline (region, due) include (case_id) where met is null;
create index claim_second on claim (region, case_id) where state in ('reviewed', 'noticed');
create index casefile_open on casefile (region, urgent) where state not in ('settled', 'withdrawn'); -- few different values: small
create index casefile_back on casefile (region) where state = 'returned';
create index casefile_called on casefile (applicant, region);
create index case_application_receipt on case_application (receipt);
create index conference_member_reads on conference_member (staff) where confirmed is null and denied is null;

-- +goose Down
drop index deadline_case, deadline_waits, claim_second, casefile_open, casefile_back, casefile_called, case_application_receipt, conference_member_reads;
