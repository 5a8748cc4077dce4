package casefile

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// DoubtFamilyOf lays an event of a household's register on every case that it may change:
// those that are open, and settled ones whose money comes every month. It gives the cases on
// which the doubt is new, by id and held, so asking again gives none. Money that runs goes on:
// no machine stops it. It wants a city-wide scope, for a case may lie in another township than
// its household.
func (s *Store) DoubtFamilyOf(ctx context.Context, tx *pg.Tx, household core.HouseholdID, event int64, about string) ([]Case, error) {
	rows, err := tx.Query(ctx, `select `+caseColumns+` from casefile f where f.household = $1 and (f.state not in ('settled', 'withdrawn')
			or exists (select from claim k where k.case_id = f.id and k.state = 'closed' and k.money = 'paid' and k.period = 'month' and k.changed = '' and k.proposal = 'approve'))
		order by f.id limit $2 for update of f`, int64(household), maxHistory)
	if err != nil {
		return nil, pg.Fail(err, "look for the cases of a family")
	}
	var all []Case
	for rows.Next() {
		c, err := scanCase(rows)
		if err != nil {
			rows.Close()
			return nil, pg.Fail(err, "read a case of a family")
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, pg.Fail(err, "look for the cases of a family")
	}
	var doubted []Case
	for _, c := range all {
		fresh, err := s.addDoubt(ctx, tx, Doubt{Case: c.ID, Application: c.Application, Kind: DoubtFamily, Event: event, About: about})
		if err != nil {
			return nil, err
		}
		if fresh {
			doubted = append(doubted, c)
		}
	}
	return doubted, nil
}
