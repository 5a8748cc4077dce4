package verify

// budgetChecks are the promises of budget lines, from the rows they came from and not from
// the triggers that keep them (00544_budget.sql).
func budgetChecks() []Check {
	return []Check{
		{"budget.by_two", "every amount of the budget was entered by one person and confirmed by another", `
			with bad as (select id from budget_change where state = 'confirmed' and (ended_by is null or ended_by = entered_by or ended < entered)
				or state = 'entered' and ended_by is not null)
			select (select count(*) from budget_change), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"budget.sums", "declared = reserved + spent + left of every line, to the fen: declared is what was confirmed, reserved is with batches that have no answer, spent is on cards", `
			with said as (select budget, sum(amount) as declared from budget_change where state = 'confirmed' group by budget),
			taken as (select budget, coalesce(sum(amount) filter (where state = 'ordered'), 0) as reserved,
					coalesce(sum(amount) filter (where state = 'paid'), 0) as spent from payout_line where budget is not null group by budget),
			bad as (select b.id from budget b left join said s on s.budget = b.id left join taken t on t.budget = b.id
				where b.amount <> coalesce(s.declared, 0) or b.reserved <> coalesce(t.reserved, 0) or b.spent <> coalesce(t.spent, 0)
					or b.remaining < 0 or b.amount <> b.reserved + b.spent + b.remaining)
			select (select count(*) from budget), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
		{"budget.covers", "every payment stands on a line of its item, its county and the year it is paid in", `
			with bad as (select l.id from payout_line l join budget b on b.id = l.budget join payout_batch p on p.id = l.batch
				where l.item <> all (b.items) or b.area <> '371400' and left(l.region, 6) <> b.area
					or extract(year from p.created at time zone 'Asia/Shanghai') <> b.year)
			select (select count(*) from payout_line where budget is not null), (select count(*) from bad),
				array(select id::text from bad order by id limit 5)`},
	}
}
