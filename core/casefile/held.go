package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Elsewhere is an item of another case of the same household or people, as far as the
// scope sees: filed and not decided, or granted.
type Elsewhere struct {
	Item    core.ItemCode
	Granted bool
	Amount  core.Fen // of what is granted, by Period; 0 for what is no money
	Period  string
	State   ClaimState
	Since   time.Time       // of its approval
	Persons []core.PersonID // whom it is for; empty for the household as a whole
}

// Runs reports whether what was granted still counts.
func (e Elsewhere) Runs(now time.Time) bool { return runs(e.Period, e.State, e.Since, now) }

// runs: monthly money until it is stopped, what is paid for a time until that is over, and
// what is paid once until it is there. The index of payments refuses a second one of the
// same month whatever is said here.
func runs(period string, state ClaimState, since, now time.Time) bool {
	days := map[string]int{"term": 183, "season": 365, "year": 365}
	if period == "month" {
		return true
	}
	if n, timed := days[period]; timed {
		return since.AddDate(0, 0, n).After(now)
	}
	return state == ClaimApproved || state == ClaimPaying || state == ClaimDelivering
}

// Elsewhere reads what the people of a case have by other cases. What was refused, what
// nobody agreed to or asked for, and monthly money that was stopped, is left out. Which
// of it still counts is the caller's to say.
func (s *Store) Elsewhere(ctx context.Context, tx *pg.Tx, c Case) ([]Elsewhere, error) {
	return have(ctx, tx, c.ID, c.Household, []core.PersonID{c.Person})
}

// Has is Elsewhere for a household of the register and its members, by all of their cases.
func (s *Store) Has(ctx context.Context, tx *pg.Tx, home core.HouseholdID, people []core.PersonID) ([]Elsewhere, error) {
	return have(ctx, tx, 0, home, people)
}

// have reads what people have by cases other than one, 0 for none; person 0 is nobody.
func have(ctx context.Context, tx *pg.Tx, except core.CaseID, home core.HouseholdID, people []core.PersonID) ([]Elsewhere, error) {
	rows, err := tx.Query(ctx, `with mine as (select person from case_member where case_id = $1 and ended is null and person is not null
				union select known from unnest($3::bigint[]) known where known <> 0),
			theirs as (select id from casefile where household = $2 union select id from casefile where person in (select person from mine)
				union select m.case_id from case_member m where m.person in (select person from mine) and m.ended is null)
		select k.item, k.proposal = 'approve' and d.at is not null, case when k.cash then coalesce(k.amount, 0) else 0 end, k.period, k.state, coalesce(d.at, k.updated),
			array(select distinct m.person from finding n cross join jsonb_array_elements_text(coalesce(n.benefit -> 'for', '[]')) r (ref)
				join case_member m on m.case_id = n.case_id and m.ref = r.ref and m.person is not null
				where n.case_id = f.id and n.version = f.facts_version and n.item = k.item)
		from casefile f join claim k on k.case_id = f.id
			left join lateral (select max(at) as at from decision d where d.claim_id = k.id and d.outcome = 'approved') d on true
		where f.id in (select id from theirs) and f.id <> $1 and k.state not in ('withdrawn', 'refused')
			and (k.proposal <> 'refuse' or k.state in ('reviewed', 'noticed', 'objected', 'appealed'))
			and (k.state <> 'proposed' or k.item = any (f.asked)) and (f.state not in ('settled', 'withdrawn') or k.proposal = 'approve')
			and not exists (select from benefit_change b where b.claim_id = k.id and b.kind = 'stop' and b.state = 'approved')
		order by k.id limit $4`, except, number(home), people, maxHistory)
	if err != nil {
		return nil, pg.Fail(err, "read what people have already")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Elsewhere])
	return list, pg.Fail(err, "read what people have already")
}
