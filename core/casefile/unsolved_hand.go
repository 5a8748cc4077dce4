package casefile

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// UnsolvedLoads counts what each of some people has open by name, in the places of the scope.
func (s *Store) UnsolvedLoads(ctx context.Context, tx *pg.Tx, of []core.StaffID) (map[core.StaffID]int, error) {
	rows, err := tx.Query(ctx, `select who, count(*) from unsolved where state = 'open' and who = any ($1) group by who`, staffIDs(of))
	if err != nil {
		return nil, pg.Fail(err, "count what is not solved")
	}
	out := map[core.StaffID]int{}
	var who core.StaffID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&who, &n}, func() error { out[who] = n; return nil })
	return out, pg.Fail(err, "count what is not solved")
}

// UnsolvedLeft lists, by case after one, what nobody has by name, or somebody who may not answer it any
// more (a closed account, kin since, of another place), or who is on leave past its day; at most limit.
func (s *Store) UnsolvedLeft(ctx context.Context, tx *pg.Tx, after core.CaseID, limit int) ([]Unsolved, error) {
	rows, err := tx.Query(ctx, `select `+unsolvedColumns+` from unsolved u where u.state = 'open' and u.case_id > $1
		and (u.who is null or unsolved_bars(u, u.who)
			or u.due < $2 and exists (select from staff_absence b where b.staff = u.who and b.undone is null and $2 between b.from_day and b.to_day))
		order by u.case_id limit $3`, after, day(tx.Today()), limit)
	if err != nil {
		return nil, pg.Fail(err, "look for what is not solved and nobody has")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Unsolved, error) {
		var says, answer []byte
		return scanUnsolved(r, &says, &answer)
	})
	return list, pg.Fail(err, "look for what is not solved and nobody has")
}

// GiveUnsolved puts one into somebody's hands by name, or with 0 into nobody's: who of its unit comes
// first may. ErrMovedOn where somebody answered it meanwhile.
func (s *Store) GiveUnsolved(ctx context.Context, tx *pg.Tx, u Unsolved, to core.StaffID) error {
	tag, err := tx.Exec(ctx, `update unsolved set who = $2 where id = $1 and state = 'open'`, u.ID, number(to))
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	return pg.Fail(err, "give what is not solved to somebody")
}

// RaiseUnsolved gives one to the unit above, in nobody's name, where nobody of its own can answer it; its
// day stays, and so does its clock, which tells that unit first if it is late. It reports false where
// somebody can.
func (s *Store) RaiseUnsolved(ctx context.Context, tx *pg.Tx, u Unsolved) (bool, error) {
	above := u.Unit.Above()
	tag, err := tx.Exec(ctx, `update unsolved u set unit = $2, who = null where id = $1 and state = 'open' and unit <> $2 and not unsolved_able(u)`, u.ID, above)
	if err != nil || tag.RowsAffected() == 0 {
		return false, pg.Fail(err, "give what is not solved to the unit above")
	}
	_, err = tx.Exec(ctx, `update deadline set level = greatest(level, $3) where case_id = $1 and claim_id = $2 and kind = 'unsolved' and met is null`,
		u.Case, u.Claim, above.Rung()-1)
	return true, pg.Fail(err, "tell the unit above first")
}

// rehandUnsolved takes what is not solved along with an officer's case: whoever has the one has the
// other. Who may not answer it does not take it; another of the unit is named.
func (s *Store) rehandUnsolved(ctx context.Context, tx *pg.Tx, id core.CaseID, from, to core.StaffID) error {
	_, err := tx.Exec(ctx, `update unsolved u set who = case when unsolved_bars(u, $3) then null else $3::bigint end
		where case_id = $1 and state = 'open' and unit = 'township' and who = $2`, id, from, to)
	return pg.Fail(err, "hand what is not solved over")
}
