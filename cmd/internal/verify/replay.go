package verify

import "strings"

// replayChecks replay the audit log into an empty state machine and compare with
// what is stored (security.md P17): no step without its entry, no entry without its
// step, and every step one that the law of case_transition knows. What they read of
// an entry stands in clear; the sealed details are not needed.
func replayChecks() []Check {
	return []Check{
		{"case.replayed", "the log, replayed, gives every case its state", chain("case", "casefile", "open",
			// The one entry of a case's birth stands for its first state.
			`union all select 'case ' || c.id from casefile c
				where (select count(*) from audit_entry e where e.act = 'case.opened' and e.case_id = c.id) <> 1`)},
		{"claim.replayed", "the log, replayed, gives every claim its state", chain("claim", "claim", "proposed", "")},
		{"batch.replayed", "the log, replayed, gives every batch of money its state", `
			with said as (select e.id, substr(e.subject, 7)::bigint as row, a.state, a.after
				from audit_entry e join (values ('batch.created', 'draft', '{-}'), ('batch.discarded', 'discarded', '{draft}'),
					('batch.approved', 'approved', '{draft}'), ('batch.file_written', 'file_written', '{approved}'),
					('batch.sent', 'sent', '{file_written}'), ('batch.answered', 'answered', '{sent}'), ('batch.refused', 'refused', '{sent,file_written}'),
					('batch.closed', 'closed', '{answered}'), ('batch.dissolved', 'closed', '{refused}'), ('batch.reopened', 'sent', '{refused}')) as a (act, state, after) on a.act = e.act
				where e.subject like 'batch:%'),
			` + compare("batch", "payout_batch")},
		{"payment.replayed", "the log, replayed, gives every payment its state", `
			with said as (select e.id, substr(e.subject, 13)::bigint as row, a.state, a.after
				from audit_entry e join (values ('payment.entitled', 'due', '{-}'), ('payment.settled', 'paid', '{sent}'), ('payment.returned', 'returned', '{sent}'),
					('account.proposed', 'fixing', '{returned,fixing}'), ('account.rejected', 'returned', '{fixing}'), ('account.confirmed', 'due', '{fixing}'),
					('payment.cancelled', 'cancelled', '{due,returned,fixing}'))
					as a (act, state, after) on a.act = e.act
				where e.subject like 'entitlement:%'
				union all
				select e.id, l.entitlement, a.state, a.after
				from audit_entry e join (values ('batch.created', 'batched', '{due}'), ('batch.sent', 'sent', '{batched}'), ('batch.discarded', 'due', '{batched}'),
					('batch.dissolved', 'due', '{batched,sent}')) as a (act, state, after) on a.act = e.act
					join payout_line l on l.batch = substr(e.subject, 7)::bigint
				where e.subject like 'batch:%'),
			` + compare("payment", "payout_entitlement")},
		{"payment.traced", "from every line of money one query leads to the request, its door and, where it was a call, the recording", `
			with way as (select l.id, f.id as of_case, a.receipt, p.channel, f.call_id, c.id as call, f.recording, d.id as decided
				from payout_line l join payout_entitlement e on e.id = l.entitlement
				left join decision d on d.id = e.decision and d.claim_id = e.claim
				left join casefile f on f.id = e.case_id
				left join case_application a on a.application = f.application and a.case_id = f.id
				left join application p on p.id = f.application and p.receipt = a.receipt
				left join call c on c.id = f.call_id and (c.recording = f.recording or c.recording_state = 'lost')),
			bad as (select id from way where of_case is null or decided is null or receipt is null or channel is null
				or call_id <> '' and call is null)
			select (select count(*) from payout_line), (select count(*) from bad),
				array(select 'line ' || id from bad order by id limit 5)`},
	}
}

// chain replays the entries <what>.moved, each of which names its row and the two
// states: they must join on, begin at birth, follow the law and end at what is
// stored. also gives more rows that break the promise.
func chain(what, table, birth, also string) string {
	return strings.NewReplacer("{what}", what, "{table}", table, "{birth}", birth, "{also}", also).Replace(`
		with said as (select e.id, e.subject, substr(e.subject, length('{what}:') + 1)::bigint as row,
				split_part(e.purpose, '>', 1) as was, split_part(e.purpose, '>', 2) as state
			from audit_entry e where e.act = '{what}.moved'),
		replayed as (select *, lag(state, 1, '{birth}') over (partition by row order by id) as before,
			row_number() over (partition by row order by id desc) = 1 as last from said),
		bad as (
			select '{what} ' || s.id as name from {table} s left join replayed r on r.row = s.id and r.last
				where s.state <> coalesce(r.state, '{birth}')
			union all
			select 'entry ' || r.id from replayed r where r.was <> r.before
				or not exists (select from {table} s where s.id = r.row)
				or not exists (select from case_transition t where t.entity = '{what}' and t.from_state = r.was and t.to_state = r.state)
			{also})
		select (select count(*) from {table}) + (select count(*) from said), (select count(*) from bad), array(select name from bad order by name limit 5)`)
}

// compare replays entries whose act says which state they lead to and after which
// ones it may come ("-" is birth), and compares the last with what is stored.
func compare(what, table string) string {
	return strings.NewReplacer("{what}", what, "{table}", table).Replace(`
		replayed as (select *, lag(state, 1, '-') over (partition by row order by id) as before,
			row_number() over (partition by row order by id desc) = 1 as last from said),
		bad as (
			select '{what} ' || s.id as name from {table} s left join replayed r on r.row = s.id and r.last
				where s.state <> coalesce(r.state, '-')
			union all
			select 'entry ' || r.id from replayed r where not r.before = any (r.after::text[])
				or not exists (select from {table} s where s.id = r.row))
		select (select count(*) from {table}) + (select count(*) from said), (select count(*) from bad), array(select name from bad order by name limit 5)`)
}
