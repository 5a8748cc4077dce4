package insight

import "lianou/core/pg"

// The order of the whole city is cut into steps, each with how many households stand in
// it, so that the place of one is a short sum and a count within one step (migration 00531).

// stepSize is how many households a step has when the steps are cut; one that has grown to
// threefold has them all cut anew.
const (
	stepSize = 500
	grown    = 3
)

// step carries the households that moved over to the steps of the city. It holds the city's
// row of ranking_count first, which count does not where every tenth keeps its number, so
// nobody cuts the steps meanwhile.
func step(tx *pg.Tx, changes []Change) {
	var keys []int64
	var by []int32
	for i := range changes {
		c := &changes[i]
		was, is := !c.Came && c.Old.Place.Listed(), !c.Went && c.New.Place.Listed()
		if was && is && c.Old.Place == c.New.Place {
			continue
		}
		if was {
			keys, by = append(keys, keyOf(c.Old)), append(by, -1)
		}
		if is {
			keys, by = append(keys, keyOf(c.New)), append(by, 1)
		}
	}
	if len(keys) == 0 {
		return
	}
	const sql = `update ranking_step s set n = s.n + d.n from (
			select (select key from ranking_step where key <= t.k order by key desc limit 1) as key, sum(t.by)::int as n
			from unnest($1::bigint[], $2::int[]) as t (k, by) group by 1) d
		where s.key = d.key and d.n <> 0`
	tx.Later("hold the order of the city", `select from ranking_count where scope = $1 for update`, city)
	tx.Later("count households by step", sql, keys, by)
}

// cut has the steps cut anew when one of them has become too long. It comes after step.
func (s Store) cut(tx *pg.Tx) {
	size := s.size
	if size == 0 {
		size = stepSize
	}
	tx.Later("cut the steps of the ranking", `with held as materialized (
			select from ranking_count where scope = $3 and exists (select from ranking_step where n > $2) for update)
		select ranking_cut($1) from held`, size, grown*size, city)
}

// keyOf is where a finding stands in the order, as ranking_key says in SQL.
func keyOf(f Finding) int64 { return int64(1<<30-int32(f.Place))<<33 | int64(f.Household) }
