package casefile

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/discreet"
	"lianou/core/pg"
)

// ConferenceCount is what the conferences of one township came to in a time (F103). No case is in it.
type ConferenceCount struct {
	Region          core.RegionCode
	Help, Not, Look int
	Off             int                 // called off, which is none that was held
	Sums            map[string]core.Fen // resolved at most, by how often it is given
	Largest         map[string]core.Fen // of them
}

// ShownConferences is a ConferenceCount as it may be published: what core/discreet hides is not
// in it.
type ShownConferences struct {
	Region                core.RegionCode
	Held, Help, Not, Look discreet.Count
	Off                   discreet.Count
	Month, Once           discreet.Sum // what was resolved at most, rounded so that no household's part shows
}

// Shown hides small counts, and those from which they follow.
func (c ConferenceCount) Shown() ShownConferences {
	kids := []*discreet.Tree{{N: c.Help}, {N: c.Not}, {N: c.Look}}
	held := &discreet.Tree{N: c.Help + c.Not + c.Look, Kids: kids}
	held.Cover(false)
	of := func(t *discreet.Tree) discreet.Count { return discreet.If(t.Hidden, t.N) }
	out := ShownConferences{Region: c.Region, Held: of(held), Help: of(kids[0]), Not: of(kids[1]), Look: of(kids[2]), Off: discreet.Alone(c.Off)}
	out.Month, out.Once = c.sum("month", out.Help), c.sum("once", out.Help)
	return out
}

// sum is hidden with the count of those who were helped.
func (c ConferenceCount) sum(period string, help discreet.Count) discreet.Sum {
	if help.Hidden() {
		return discreet.Sum{Hidden: true}
	}
	return discreet.Round(c.Sums[period], discreet.Unit(c.Largest[period]))
}

// CountConferences counts those that ended from one day up to another, not including it, for each
// township of the scope where one did.
func (s *Store) CountConferences(ctx context.Context, tx *pg.Tx, regions []core.RegionCode, from, to core.Date) (map[core.RegionCode]ConferenceCount, error) {
	rows, err := tx.Query(ctx, `select region, case when off_at is null then outcome else 'off' end, case period when 'month' then 'month' else 'once' end,
			count(*), coalesce(sum(amount), 0)::bigint, coalesce(max(amount), 0)
		from conference where (second_at is not null or off_at is not null) and region = any ($1)
		and coalesce(second_at, off_at) >= $2::date - interval '8 hours' and coalesce(second_at, off_at) < $3::date - interval '8 hours'
		group by 1, 2, 3`, texts(regions), day(from), day(to))
	if err != nil {
		return nil, pg.Fail(err, "count conferences")
	}
	out := map[core.RegionCode]ConferenceCount{}
	var region core.RegionCode
	var outcome, period string
	var n int
	var sum, largest core.Fen
	_, err = pgx.ForEachRow(rows, []any{&region, &outcome, &period, &n, &sum, &largest}, func() error {
		c, there := out[region]
		if !there {
			c = ConferenceCount{Region: region, Sums: map[string]core.Fen{}, Largest: map[string]core.Fen{}}
		}
		switch outcome {
		case string(ConferHelp):
			c.Help, c.Sums[period], c.Largest[period] = c.Help+n, sum, largest
		case string(ConferNot):
			c.Not += n
		case string(ConferLook):
			c.Look += n
		default:
			c.Off += n
		}
		out[region] = c
		return nil
	})
	return out, pg.Fail(err, "count conferences")
}
