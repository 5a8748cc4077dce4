package insight

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// rank moves the households that changed to their new places in the list.
func rank(tx *pg.Tx, town core.RegionCode, changes []Change) {
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
		tx.Later("take households off the ranking", out, string(town), from, left)
	}
	if len(to) == 0 {
		return
	}
	const in = `insert into ranking (region, place, household) select $1, p, h from unnest($2::int[], $3::bigint[]) as t (p, h) order by p, h`
	tx.Later("put households on the ranking", in, string(town), to, came)
}

// tenths is how many steps the index has, from 0.0 to 100.0, and coarse how many of them
// are counted together besides.
const (
	tenths = 1001
	coarse = 32
)

// counts is by how many the households at each tenth change.
type counts [tenths]int32

// moves lists the places that change, the first at 1 as arrays begin in SQL, with by how
// many: of the tenths, or of the sums over width of them.
func (n *counts) moves(width int) (at, by []int32) {
	at, by = []int32{}, []int32{}
	for i := 0; i < len(n); i += width {
		sum := int32(0)
		for _, x := range n[i:min(i+width, len(n))] {
			sum += x
		}
		if sum != 0 {
			at, by = append(at, int32(i/width+1)), append(by, sum)
		}
	}
	return at, by
}

// count carries changes over to the counts of the township, its county and the city. It
// and step are the last of their transaction: the city's row is held until the commit.
func count(tx *pg.Tx, town core.RegionCode, changes []Change) {
	var n counts
	for i := range changes {
		c := &changes[i]
		if !c.Came {
			n[c.Old.Place.Low()]--
		}
		if !c.Went {
			n[c.New.Place.Low()]++
		}
	}
	at, by := n.moves(1)
	if len(at) == 0 {
		return
	}
	wide, sums := n.moves(coarse)
	const sql = `insert into ranking_count (scope, coarse, counts)
		select s, ranking_move(array_fill(0, array[32]), $2, $3), ranking_move(array_fill(0, array[1001]), $4, $5) from unnest($1::text[]) with ordinality as t (s, o) order by o
		on conflict (scope) do update set coarse = ranking_move(ranking_count.coarse, $2, $3), counts = ranking_move(ranking_count.counts, $4, $5)`
	tx.Later("count households by index", sql, scopes(town), wide, sums, at, by)
}

// city is the code under which the whole city is counted.
const city = string(core.DezhouCity)

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

// A Page is which part of an order is wanted.
type Page struct {
	N     int
	After *Ranked // those after this one; nil: from the first
}

// Top gives the households of some townships, hardest first. The order is total and the
// same on every machine.
func (s Store) Top(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, p Page) ([]Ranked, error) {
	after := Ranked{Place: math.MaxInt32}
	if p.After != nil {
		after = *p.After
	}
	const sql = `select t.region, r.place, r.household from unnest($1::text[]) as t (region)
		cross join lateral (select place, household from ranking where region = t.region and place <= $3 and (place < $3 or household > $4)
			order by place desc, household limit $2) r
		order by r.place desc, r.household limit $2`
	rows, err := tx.Query(ctx, sql, towns, p.N, int32(after.Place), int64(after.Household))
	if err != nil {
		return nil, pg.Fail(err, "read the ranking")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Ranked, err error) {
		err = row.Scan(&r.Region, &r.Place, &r.Household)
		return r, err
	})
	return list, pg.Fail(err, "read the ranking")
}

// Among orders those of some households of one township that are listed, such as a village's.
func (s Store) Among(ctx context.Context, tx *pg.Tx, town core.RegionCode, ids []core.HouseholdID, p Page) ([]Ranked, error) {
	all, err := s.All(ctx, tx, town)
	if err != nil {
		return nil, err
	}
	want := make(map[core.HouseholdID]bool, len(ids))
	for _, id := range ids {
		want[id] = true
	}
	var list []Ranked
	for _, f := range all {
		r := Ranked{town, f.Household, f.Place}
		if want[f.Household] && f.Place.Listed() && (p.After == nil || before(*p.After, r) < 0) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, before)
	return list[:min(p.N, len(list))], nil
}

// before orders households: the harder first, of equals the lower number.
func before(a, b Ranked) int {
	return cmp.Or(cmp.Compare(b.Place, a.Place), cmp.Compare(a.Household, b.Household))
}

// A Standing is where one household stands: after Before others of Of. Two that are not
// listed and stand at the same tenth have the same Before.
type Standing struct{ Before, Of int }

// Standings says where a household at a place stands in its township, its county and the
// city, in this order. It tells numbers alone, so a township's officer may ask for all.
func (s Store) Standings(ctx context.Context, tx *pg.Tx, r Ranked) (out [3]Standing, err error) {
	// Arrays begin at 1: what stands above tenth low begins at low+2, and the coarse count
	// it lies in ends with the first tenth of the next.
	const sql = `with near as materialized (select case when $3 then ranking_before($4, $5, $6) end as n)
		select o::int, (select coalesce(sum(x), 0) from unnest(c.coarse[$2 / 32 + 2:]) x) + (select coalesce(sum(x), 0) from unnest(c.counts[$2 + 2:($2 / 32 + 1) * 32]) x),
			(select sum(x) from unnest(c.coarse) x), (select n from near)
		from unnest($1::text[]) with ordinality as t (s, o) join ranking_count c on c.scope = t.s`
	rows, err := tx.Query(ctx, sql, scopes(r.Region), r.Place.Low(), r.Place.Listed(), string(r.Region), int32(r.Place), int64(r.Household))
	if err != nil {
		return out, pg.Fail(err, "read where a household stands")
	}
	var at int
	var here Standing
	var near []int32
	_, err = pgx.ForEachRow(rows, []any{&at, &here.Before, &here.Of, &near}, func() error {
		switch {
		case len(near) != len(out): // not listed
		case at == len(out):
			here.Before = int(near[at-1]) // of the whole city
		default:
			here.Before += int(near[at-1])
		}
		out[at-1] = here
		return nil
	})
	return out, pg.Fail(err, "read where a household stands")
}
