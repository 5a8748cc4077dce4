package bulk

import (
	"bytes"
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// compare holds the rows of the file against one another, once all are staged: by
// sets, in the database, however many there are. What is refused or repeated leaves
// the staging table.
func (w *work) compare(ctx context.Context) error {
	w.tell(Progress{Phase: "check", Unit: "rows", Rows: w.state.rows, Refused: w.state.refused})
	err := w.cfg.DB.Tx(ctx, pg.City("import: comparing"), func(ctx context.Context, tx *pg.Tx) error {
		s := *w.state
		for _, step := range []func(context.Context, *pg.Tx, *runState) error{w.dropRepeated, w.refuseTwice, w.refuseHomes, w.refuseParted, w.refuseJoiners} {
			if err := step(ctx, tx, &s); err != nil {
				return err
			}
		}
		// A row of facts notes how many sheets it makes where others have a household.
		const count = `select coalesce(sum(case when $2 then met else 1 end), 0)::int from bulk_row where run = $1`
		if err := tx.QueryRow(ctx, count, s.id, w.Kind == Facts).Scan(&s.staged); err != nil {
			return pg.Fail(err, "count staged rows")
		}
		state := stateWriting
		if w.stops(&s) {
			state = stateStaging
		}
		const sql = `update bulk_run set state = $2, rows = $3, repeated = $4, refused = $5, staged = $6 where id = $1`
		if _, err := tx.Exec(ctx, sql, s.id, state, s.rows, s.repeated, s.refused, s.staged); err != nil {
			return pg.Fail(err, "note what a file holds")
		}
		*w.state = s
		return nil
	})
	return err
}

// dropRepeated keeps the first of rows that say the same of the same.
func (w *work) dropRepeated(ctx context.Context, tx *pg.Tx, s *runState) error {
	const sql = `delete from bulk_row b using (
			select row, row_number() over (partition by identity, content order by row) as n from bulk_row where run = $1
				and identity in (select identity from bulk_row where run = $1 group by identity having count(*) > 1)) d
		where b.run = $1 and b.row = d.row and d.n > 1`
	tag, err := tx.Exec(ctx, sql, s.id)
	s.repeated += int(tag.RowsAffected())
	return pg.Fail(err, "drop repeated rows")
}

// refuseTwice refuses rows that say different things of the same: all of them, each
// with another one's row. Whoever has a number is the same person; who has none may be.
func (w *work) refuseTwice(ctx context.Context, tx *pg.Tx, s *runState) error {
	const sql = `with t as (select identity, min(row) as low, max(row) as high from bulk_row where run = $1 group by identity having count(*) > 1),
		gone as (delete from bulk_row b using t where b.run = $1 and b.identity = t.identity returning b.row, b.identity, t.low, t.high)
		insert into bulk_refusal (run, row, col, code, other)
			select $1, row, $2, case when length(identity) = 32 or $3 then 'twice' else 'alike_row' end, case when row = low then high else low end from gone`
	column := w.layout.column(fID)
	if column == 0 {
		column = w.layout.column(fName)
	}
	tag, err := tx.Exec(ctx, sql, s.id, column, w.Kind == Facts)
	s.refused += int(tag.RowsAffected())
	return pg.Fail(err, "refuse rows that contradict one another")
}

// refuseHomes refuses households that cannot be one: of two villages, of people who
// live in two households of the store, of too many people, or with two heads or two spouses.
func (w *work) refuseHomes(ctx context.Context, tx *pg.Tx, s *runState) error {
	const sql = `with g as (select grp, count(*) as n, min(place) as place, max(place) as other, min(nullif(met, 0)) as met, max(nullif(met, 0)) as also,
				count(*) filter (where kin = 1) as heads, count(*) filter (where kin = 2) as spouses
				from bulk_row where run = $1 group by grp having count(*) > $3 or min(place) <> max(place) or min(nullif(met, 0)) <> max(nullif(met, 0))
					or count(*) filter (where kin = 1) > 1 or count(*) filter (where kin = 2) > 1),
		gone as (delete from bulk_row b using g where b.run = $1 and b.grp = g.grp
			returning b.row, case when g.met <> g.also then 'home_split' when g.place <> g.other then 'home_villages' when g.n > $3 then 'home_large'
				when g.heads > 1 then 'home_heads' else 'home_spouses' end as code)
		insert into bulk_refusal (run, row, col, code, other) select $1, row, $2, code, 0 from gone`
	if w.Kind == Facts {
		return w.refuseContradictions(ctx, tx, s)
	}
	tag, err := tx.Exec(ctx, sql, s.id, w.layout.column(fHome), core.MaxMembers)
	s.refused += int(tag.RowsAffected())
	return pg.Fail(err, "refuse households that cannot be one")
}

// refuseContradictions refuses rows of several members that say different things of their
// household on one day: all of them, each with another one's row. Which of them came last in
// the file must not decide.
func (w *work) refuseContradictions(ctx context.Context, tx *pg.Tx, s *runState) error {
	const sql = `with g as (select grp, min(row) as low, max(row) as high from bulk_row where run = $1 and place <> '' group by grp having min(place) <> max(place)),
		gone as (delete from bulk_row b using g where b.run = $1 and b.grp = g.grp and b.place <> '' returning b.row, g.low, g.high)
		insert into bulk_refusal (run, row, col, code, other) select $1, row, $2, 'twice', case when row = low then high else low end from gone`
	tag, err := tx.Exec(ctx, sql, s.id, w.layout.column(fHome))
	s.refused += int(tag.RowsAffected())
	return pg.Fail(err, "refuse rows that contradict one another about a household")
}

// refuseJoiners refuses people whom the file puts into a household that stands in
// another village, that would become too large, or that would have a second head.
func (w *work) refuseJoiners(ctx context.Context, tx *pg.Tx, s *runState) error {
	if w.Kind == Facts {
		return nil
	}
	for after := []byte{}; ; {
		groups, err := joined(ctx, tx, s.id, after)
		if err != nil || len(groups) == 0 {
			return err
		}
		after = groups[len(groups)-1].group
		if err := w.refuseGroups(ctx, tx, s, groups); err != nil {
			return err
		}
	}
}

// joining is a group of rows some of which join a household of the store.
type joining struct {
	group []byte
	place core.RegionCode
	met   core.HouseholdID
	fresh int
	heads int // of the fresh ones
}

func joined(ctx context.Context, tx *pg.Tx, run int64, after []byte) ([]joining, error) {
	const sql = `select grp, min(place), max(met), count(payload), count(payload) filter (where kin = 1) from bulk_row where run = $1 and grp > $2
		group by grp having max(met) > 0 and count(payload) > 0 order by grp limit $3`
	rows, err := tx.Query(ctx, sql, run, after, chunkRows)
	if err != nil {
		return nil, pg.Fail(err, "read who joins a household")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (j joining, err error) {
		err = row.Scan(&j.group, &j.place, &j.met, &j.fresh, &j.heads)
		return j, err
	})
	return list, pg.Fail(err, "read who joins a household")
}

func (w *work) refuseGroups(ctx context.Context, tx *pg.Tx, s *runState, groups []joining) error {
	ids := make([]core.HouseholdID, len(groups))
	for i, g := range groups {
		ids[i] = g.met
	}
	now, _, err := w.cfg.Registry.Residents(ctx, tx, ids)
	if err != nil {
		return err
	}
	count, heads, home := map[core.HouseholdID]int{}, map[core.HouseholdID]int{}, map[core.HouseholdID]core.RegionCode{}
	for _, r := range now {
		count[r.Household]++
		if r.Relation == "applicant" {
			heads[r.Household]++
		}
		home[r.Household] = r.Home
	}
	var far, full, headed, torn [][]byte
	for _, g := range groups {
		switch {
		case home[g.met] != "" && !home[g.met].Contains(g.place) && !g.place.Contains(home[g.met]):
			far = append(far, bytes.Clone(g.group))
		case count[g.met]+g.fresh > core.MaxMembers:
			full = append(full, bytes.Clone(g.group))
		case g.heads > 0 && heads[g.met] > 1:
			torn = append(torn, bytes.Clone(g.group))
		case g.heads > 0 && heads[g.met] > 0: // those beside them are said by their relation to the new one
			headed = append(headed, bytes.Clone(g.group))
		}
	}
	for why, list := range map[reason][][]byte{elsewhere: far, large: full, headThere: headed, headsThere: torn} {
		const sql = `with gone as (delete from bulk_row where run = $1 and grp = any ($2) and payload is not null returning row)
			insert into bulk_refusal (run, row, col, code, other) select $1, row, $3, $4, 0 from gone`
		if len(list) == 0 {
			continue
		}
		tag, err := tx.Exec(ctx, sql, s.id, list, w.layout.column(fHome), string(why))
		if err != nil {
			return pg.Fail(err, "refuse who cannot join")
		}
		s.refused += int(tag.RowsAffected())
	}
	return nil
}
