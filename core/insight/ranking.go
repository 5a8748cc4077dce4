package insight

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// rank moves the households that changed to their new places in the list.
func rank(ctx context.Context, tx *pg.Tx, town core.RegionCode, changes []Change) error {
	var from, to []int32
	var left, came []int64
	for i := range changes {
		c := &changes[i]
		was, is := !c.Came && c.Old.Place.Listed(), !c.Went && c.New.Place.Listed()
		if was && is && c.Old.Place == c.New.Place {
			continue
		}
		if was {
			from, left = append(from, int32(c.Old.Place)), append(left, int64(c.Old.Household))
		}
		if is {
			to, came = append(to, int32(c.New.Place)), append(came, int64(c.New.Household))
		}
	}
	if len(from) > 0 {
		const out = `delete from ranking r using unnest($2::int[], $3::bigint[]) as t (p, h) where r.region = $1 and r.place = t.p and r.household = t.h`
		if _, err := tx.Exec(ctx, out, string(town), from, left); err != nil {
			return pg.Fail(err, "take households off the ranking")
		}
	}
	if len(to) == 0 {
		return nil
	}
	const in = `insert into ranking (region, place, household) select $1, p, h from unnest($2::int[], $3::bigint[]) as t (p, h) order by p, h`
	_, err := tx.Exec(ctx, in, string(town), to, came)
	return pg.Fail(err, "put households on the ranking")
}

// tenths is how many steps the index has, from 0.0 to 100.0.
const tenths = 1001

// count carries changes over to the counts of the township, its county and the city. It
// is the last statement of its transaction: the city's row is held until the commit.
func count(ctx context.Context, tx *pg.Tx, town core.RegionCode, changes []Change) error {
	var by [tenths]int32
	some := false
	for i := range changes {
		c := &changes[i]
		if !c.Went && !c.Came && c.Old.Place.Low() == c.New.Place.Low() {
			continue
		}
		some = true
		if !c.Came {
			by[c.Old.Place.Low()]--
		}
		if !c.Went {
			by[c.New.Place.Low()]++
		}
	}
	if !some {
		return nil
	}
	const sql = `insert into ranking_count (scope, counts) select s, $2 from unnest($1::text[]) with ordinality as t (s, o) order by o
		on conflict (scope) do update set counts = ranking_add(ranking_count.counts, excluded.counts)`
	_, err := tx.Exec(ctx, sql, scopes(town), by[:])
	return pg.Fail(err, "count households by index")
}

// city is the code under which the whole city is counted.
const city = "371400"

// scopes are the places a household counts in, in the order in which their rows are
// taken: always the same, so that two townships never wait for each other.
func scopes(town core.RegionCode) []string {
	return []string{string(town.Township()), string(town.County()), city}
}

// A Ranked is one household of the list.
type Ranked struct {
	Region    core.RegionCode
	Household core.HouseholdID
	Place     Place
}

// Top gives the first n households of some townships, hardest first. The order is total
// and the same on every machine.
func (s Store) Top(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, n int) ([]Ranked, error) {
	codes := make([]string, len(towns))
	for i, t := range towns {
		codes[i] = string(t)
	}
	const sql = `select t.region, r.place, r.household from unnest($1::text[]) as t (region)
		cross join lateral (select place, household from ranking where region = t.region order by place desc, household limit $2) r
		order by r.place desc, r.household limit $2`
	rows, err := tx.Query(ctx, sql, codes, n)
	if err != nil {
		return nil, pg.Fail(err, "read the ranking")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Ranked, err error) {
		err = row.Scan(&r.Region, &r.Place, &r.Household)
		return r, err
	})
	return list, pg.Fail(err, "read the ranking")
}

// A Standing is where one household stands: after Before others of Of. Two that are not
// listed and stand at the same tenth have the same Before.
type Standing struct{ Before, Of int }

// Standings says where a household at a place stands in its township, its county and the
// city, in this order. It tells numbers alone, so a township's officer may ask for all.
func (s Store) Standings(ctx context.Context, tx *pg.Tx, r Ranked) (out [3]Standing, err error) {
	const sql = `select coalesce((select sum(x) from unnest(counts[$2:]) x), 0), (select sum(x) from unnest(counts) x)
		from unnest($1::text[]) with ordinality as t (s, o) join ranking_count c on c.scope = t.s order by t.o`
	rows, err := tx.Query(ctx, sql, scopes(r.Region), r.Place.Low()+2) // arrays begin at 1, and at the next tenth
	if err != nil {
		return out, pg.Fail(err, "read the counts by index")
	}
	i := 0
	var before, of int
	if _, err = pgx.ForEachRow(rows, []any{&before, &of}, func() error {
		if i < len(out) {
			out[i] = Standing{Before: before, Of: of}
		}
		i++
		return nil
	}); err != nil || !r.Place.Listed() {
		return out, pg.Fail(err, "read the counts by index")
	}
	var near []int32
	if err = tx.QueryRow(ctx, `select ranking_before($1, $2, $3)`, string(r.Region), int32(r.Place), int64(r.Household)).Scan(&near); err != nil {
		return out, pg.Fail(err, "count who stands before at the same tenth")
	}
	for i := range out {
		out[i].Before += int(near[i])
	}
	return out, nil
}
