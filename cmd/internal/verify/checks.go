package verify

import "slices"

// Checks is the table of promises. A new table brings its promises here.
func Checks() []Check {
	return slices.Concat(intakeChecks(), auditChecks(), callChecks(), caseChecks(), moneyChecks(), budgetChecks(), replayChecks(), ruleChecks())
}

func intakeChecks() []Check {
	return []Check{
		{"application.receipt", "the number an application was acknowledged with names it", `
			with bad as (select a.receipt from application a
				where not exists (select from receipt r where r.number = a.receipt and r.application = a.id))
			select (select count(*) from application), (select count(*) from bad),
				array(select receipt from bad order by receipt limit 5)`},
		{"supplement.taken", "what somebody handed in after applying lies in its case, once, with its entry", `
			with bad as (select s.id from supplement s left join (select id, region, application from case_supplement union all select p.sent, p.region, h.application from appeal p join supplement h on h.id = p.sent union all select w.sent, w.region, h.application from appeal_word w join supplement h on h.id = w.sent union all select u.sent, u.region, h.application from unsolved u join supplement h on h.id = u.sent) c on c.id = s.id
				left join jobs_platform.river_job j on j.kind = 'papers_sent' and (j.args->>'papers')::bigint = s.id and j.state not in ('discarded', 'cancelled')
				where s.taken is not null and (c.id is null or c.region <> s.region or c.application <> s.application)
					or s.taken is null and (c.id is not null or j.id is null)
					or not exists (select from audit_entry a where a.act = 'papers.sent' and a.subject = 'papers:' || s.id))
			select (select count(*) from supplement), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"objection.taken", "what a villager said of a notice at a door is filed once, or waits with its job or for the next sweep and holds the decision, and has its entry", `
			with bad as (select s.id from objection_sent s left join objection_word w on w.receipt = s.receipt
				left join jobs_platform.river_job j on j.kind = 'objection_sent' and (j.args->>'objection')::bigint = s.id and j.state not in ('discarded', 'cancelled')
				where s.taken is not null and s.objection is distinct from w.objection_id
					or s.taken is null and (w.id is not null or j.id is null and s.at < lianou_now() - interval '1 hour')
					or not exists (select from audit_entry a where a.act = 'objection.sent' and a.subject = 'objection:' || s.id))
			select (select count(*) from objection_sent), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"application.once", "one delivery, one application: (channel, key) is never doubled", `
			with bad as (select min(receipt) as receipt from application group by channel, key having count(*) > 1)
			select (select count(*) from application), (select count(*) from bad),
				array(select receipt from bad order by receipt limit 5)`},
		{"receipt.unique", "one number, one application", `
			with bad as (select receipt from application group by receipt having count(*) > 1
				union select number from receipt r where not exists (select from application a where a.id = r.application))
			select (select count(*) from receipt), (select count(*) from bad),
				array(select receipt from bad order by receipt limit 5)`},
		{"application.handed", "every application waits in the hand-over or has a case", `
			with bad as (select a.receipt from application a
				where not exists (select from handover h where h.application = a.id)
				and not exists (select from casefile c where c.application = a.id)
				and not exists (select from case_application c where c.application = a.id))
			select (select count(*) from application), (select count(*) from bad),
				array(select receipt from bad order by receipt limit 5)`},
		{"application.born", "every application has exactly one entry of its birth in the audit log", `
			with born as (select application, count(*) as n from audit_entry
					where act = 'application.received' and application <> '' group by application),
			bad as (select a.receipt from application a left join born b on b.application = a.id::text
				where coalesce(b.n, 0) <> 1)
			select (select count(*) from application), (select count(*) from bad),
				array(select receipt from bad order by receipt limit 5)`},
		{"application.unborn", "no entry speaks of an application that does not exist", `
			with bad as (select e.id from audit_entry e where e.act = 'application.received'
				and not exists (select from application a where a.id::text = e.application))
			select (select count(*) from audit_entry where act = 'application.received'), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"jobs.kept", "no job that opens a case was given up", `
			with bad as (select id from jobs_platform.river_job where kind = 'open_case' and state in ('discarded', 'cancelled'))
			select (select count(*) from jobs_platform.river_job where kind = 'open_case'), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
	}
}

func auditChecks() []Check {
	return []Check{
		{"audit.dense", "leaves are numbered 0, 1, 2 ... as far as the head says", `
			with numbered as (select n, row_number() over (order by n) - 1 as want from audit_leaf),
			bad as (select want as n from numbered where n <> want
				union select size from audit_head where size <> (select count(*) from audit_leaf))
			select (select count(*) from audit_leaf), (select count(*) from bad),
				array(select n::text from bad order by n limit 5)`},
		{"audit.known", "every entry is in the log or pending, never both, never neither", `
			with bad as (select e.id from audit_entry e
				left join audit_leaf l on l.entry = e.id left join audit_pending p on p.entry = e.id
				where (l.entry is null) = (p.entry is null))
			select (select count(*) from audit_entry), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"refusal.named", "every refusal at a desk names whom, and the address that was asked", `
			with refused as (select id, actor_id, purpose from audit_entry where act like 'refusal.%' and actor_kind = 'staff' and purpose ~ '^(GET|POST) /desk/'),
			bad as (select id from refused where actor_id !~ '^[1-9][0-9]*$')
			select (select count(*) from refused), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"audit.kept", "every leaf has its entry", `
			with bad as (select l.n from audit_leaf l where not exists (select from audit_entry e where e.id = l.entry))
			select (select count(*) from audit_leaf), (select count(*) from bad),
				array(select n::text from bad order by n limit 5)`},
	}
}

func callChecks() []Check {
	return []Check{
		{"call.gone_to", "whoever was rung back three times in vain is gone to", `
			with bad as (select id from call c where outcome = 'no_answer' and tries >= 3
				and not exists (select from call_visit v where v.call = c.id))
			select (select count(*) from call where outcome = 'no_answer'), (select count(*) from bad),
				array(select id from bad order by id limit 5)`},
		{"quality.lot", "a call was drawn by the lot that its id and its end give, and by no other", `
			with drawn as (select q.call, q.lot, sha256(convert_to(q.call || E'\n' || to_char(q.drawn at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8')) as sum,
					c.done is distinct from q.drawn as elsewhen
				from call_quality q join call c on c.id = q.call),
			bad as (select call from drawn where elsewhen or lot <> ('x' || encode(substring(sum for 4), 'hex'))::bit(32)::bigint % 10000)
			select (select count(*) from call_quality), (select count(*) from bad),
				array(select call from bad order by call limit 5)`},
	}
}

func caseChecks() []Check {
	return []Check{
		{"claim.decided", "no claim is past its decision without one that says so", `
			with bad as (select c.id from claim c
				where c.state in ('approved', 'refused', 'referred', 'paying', 'delivering') and not exists (
					select from decision d where d.claim_id = c.id
					and d.outcome = case when c.state in ('paying', 'delivering') then 'approved' else c.state end))
			select (select count(*) from claim), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"decision.by_two", "a decision has two different named people, reasons and the way of appeal", `
			with bad as (select id from decision where proposer = approver or proposer <= 0 or approver <= 0
				or jsonb_array_length(reasons) = 0 or appeal = '')
			select (select count(*) from decision), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"notice.days", "what hangs out for the public hung its days before the decision", `
			with bad as (select d.id from decision d join claim c on c.id = d.claim_id
				where d.outcome = 'approved' and c.notice_days > 0 and not c.emergency and not exists (
					select from public_notice n where n.claim_id = c.id and n.state = 'ended'
					and n.until_day < (d.at at time zone 'Asia/Shanghai')::date))
			select (select count(*) from decision where outcome = 'approved'), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"case.joined", "an application that lies with the case of the same person lies there, its own case rests, and the log has it on both", `
			with bad as (select j.id from case_joined j left join casefile y on y.id = j.younger
				left join case_application a on a.application = j.application and a.case_id = j.elder
				where (j.application is not null and j.ended is null and (a.application is null or y.state <> 'withdrawn'))
					or (select count(distinct e.case_id) from audit_entry e where e.act in ('case.joined', 'case.doubted') and e.case_id in (j.elder, j.younger)) <> 2)
			select (select count(*) from case_joined), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"case.owned", "an open case is in the hands of an officer who is there, wherever one is who may take it, or waits for one before somebody by name", `
			with open as (select f.* from casefile f where f.state not in ('returned', 'settled', 'withdrawn')
				and coalesce(f.accepted, f.routed) < lianou_now() - interval '1 minute'),
			bad as (select f.id from open f where not exists (select from staff_account s where s.id = f.officer and s.active)
				and not exists (select from case_wait w join staff_account o on o.id = w.owner and o.active
					where w.case_id = f.id and w.part = 'officer' and w.ended is null)
				and exists (select from staff_account s where s.active and 'officer' = any (s.roles) and array[f.region, left(f.region, 6), '371400'] && s.regions
					and s.id <> coalesce(f.entered_by, 0) and s.id <> coalesce(f.returned_by, 0)
					and not exists (select from case_conflict k where k.case_id = f.id and k.staff = s.id)
					and not exists (select from staff_absence b where b.staff = s.id and b.undone is null
						and (lianou_now() at time zone 'Asia/Shanghai')::date between b.from_day and b.to_day)))
			select (select count(*) from open), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"sampled.matter", "what a household says of its money is what was drawn and paid, what does not agree has its matter, and money that moved or was not there has two people's word", `
			with bad as (select c.id from sampled_call c left join sampled_matter m on m.call = c.id join payout_line l on l.id = c.line
				where c.amount <> l.amount or (c.outcome in ('amount', 'missing', 'taken', 'unfound')) <> (m.id is not null) or m.kind <> c.outcome
					or (m.result = 'repaired' or m.kind <> 'amount') and m.state = 'closed' and (m.second is null or m.second = m.by_staff)
				union all select r.id from sampled_round r where r.state = 'drawn' and r.calls <> (select count(*) from sampled_call c where c.round = r.id))
			select (select count(*) from sampled_call), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"sampled.listed", "what was paid more than eight days ago, since there are sampled calls, lay on a list that was drawn from", `
			with bad as (select l.id from payout_line l where l.state = 'paid' and l.answered < lianou_now() - interval '8 days'
				and (select shift from lianou_clock) = interval '0' -- a demonstration leaps over days in which no job ran
				and l.answered >= (select min(tstamp) from lianou_migration where version_id = 658 and is_applied)::timestamptz
				and not exists (select from sampled_line s join sampled_round r on r.id = s.round where s.line = l.id and r.state = 'drawn'))
			select (select count(*) from payout_line where state = 'paid'), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"visit.by_two", "every visit is made by two people", `
			with bad as (select id from visit where first_staff = second_staff)
			select (select count(*) from visit), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"visit.taught", "what the register learned of a visit was confirmed by its other visitor before, of people who were there, about the household of its case or somebody who is or was of it", `
			with said as (select source, household, 0 as person, known_at from household_sheet where source like 'visit:%'
				union all select source, 0, person, known_at from person_sheet where source like 'visit:%'),
			bad as (select s.source from said s left join visit v on 'visit:' || v.id = s.source left join casefile f on f.id = v.case_id
				where v.seconded is null or v.seconded > s.known_at or v.seconded_by = v.recorded_by or v.seconded_by not in (v.first_staff, v.second_staff) or v.remote <> ''
					or f.household is null or s.household not in (0, f.household)
					or s.person <> 0 and not exists (select from membership m where m.household = f.household and m.person = s.person
						and m.since <= (s.known_at at time zone 'Asia/Shanghai')::date))
			select (select count(*) from said), (select count(*) from bad),
				array(select distinct source from bad order by source limit 5)`},
	}
}

func moneyChecks() []Check {
	return []Check{
		{"payment.decided", "every payment has an approved decision, by its digest, for its claim", `
			with bad as (select e.id from payout_entitlement e where not exists (
				select from decision d where d.id = e.decision and d.claim_id = e.claim and d.case_id = e.case_id
				and d.outcome = 'approved' and d.digest = e.decision_digest))
			select (select count(*) from payout_entitlement), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"payment.once", "nobody is paid twice for one item and month", `
			with held as (select e.id, e.scheme, e.period, m.member from payout_entitlement e
					left join payout_member m on m.claim = e.claim and m.scheme = e.scheme and m.period = e.period and m.live
					where e.state <> 'cancelled'),
			bad as (select min(id) as id from held group by scheme, member, period having count(*) > 1 or member is null
				union select entitlement from payout_line where state = 'paid' group by entitlement having count(*) > 1)
			select (select count(*) from payout_entitlement), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"payment.answered", "what is called paid was paid by one line of the bank's answer, and the other way round", `
			with bad as (select e.id from payout_entitlement e
				left join payout_line l on l.entitlement = e.id and l.state = 'paid' and l.amount = e.amount
				where (e.state = 'paid') <> (l.id is not null))
			select (select count(*) from payout_entitlement), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"batch.totals", "lines, totals and the bank's answer of each batch agree, and two people made it", `
			with sums as (select b.id, b.lines, b.total, b.paid, b.returned, b.state, b.refused, b.created_by, b.approved_by,
					count(l.id) as n, coalesce(sum(l.amount), 0) as amount,
					coalesce(sum(l.amount) filter (where l.state = 'paid'), 0) as good,
					coalesce(sum(l.amount) filter (where l.state = 'returned'), 0) as back
				from payout_batch b left join payout_line l on l.batch = b.id group by b.id),
			bad as (select id from sums where n <> lines or amount <> total or approved_by = created_by
				or (approved_by is null and state not in ('draft', 'discarded'))
				or (state in ('answered', 'closed') and refused = '' and (good <> paid or back <> returned or good + back <> total)))
			select (select count(*) from payout_batch), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"payout.told", "what citizens are shown of their money is what the payments are", `
			with bad as (select e.id from payout_entitlement e left join payout_status s on s.entitlement = e.id
				where (s.case_id, s.region, s.item, s.period, s.amount, s.sample, s.last4, s.state, s.updated)
					is distinct from (e.case_id, e.region, e.item, e.period, e.amount, e.sample, e.last4, e.state, e.updated))
			select (select count(*) from payout_status), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"ledger.zero", "every booking sums to zero", `
			with bad as (select t.id from ledger_transaction t left join ledger_entry e on e.transaction = t.id
				group by t.id having count(e.amount) < 2 or coalesce(sum(e.amount), 1) <> 0)
			select (select count(*) from ledger_transaction), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"ledger.bank", "the ledger's bank account is the sum of what the bank paid", `
			with sums as (select coalesce((select abs(sum(amount)) from ledger_entry where account = 'bank'), 0) as booked,
				coalesce((select sum(amount) from payout_line where state = 'paid'), 0) as paid)
			select (select count(*) from ledger_entry), (select count(*) from sums where booked <> paid),
				array(select booked || ' booked, ' || paid || ' paid' from sums where booked <> paid)`},
	}
}
