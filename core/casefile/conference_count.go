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
	Off             int                   // called off, which is none that was held
	Given           map[string]Resolvable // of Help, by how it is given: "month", "once", "often" (a year, a term, a season), "" for no money
}

// Resolvable is what was resolved at most, of one kind.
type Resolvable struct {
	N            int
	Sum, Largest core.Fen
}

// ShownConferences is a ConferenceCount as it may be published: what core/discreet hides is not
// in it.
type ShownConferences struct {
	Region                core.RegionCode
	Held, Help, Not, Look discreet.Count
	Off                   discreet.Count
	Often                 discreet.Count // of Help, with money by the year, the term or the season
	Month, Once           discreet.Sum   // what was resolved at most, of five or more, rounded so that no household's part shows
}

// Shown hides small counts, and those from which they follow.
func (c ConferenceCount) Shown() ShownConferences {
	kids := []*discreet.Tree{{N: c.Help}, {N: c.Not}, {N: c.Look}}
	held := &discreet.Tree{N: c.Help + c.Not + c.Look, Kids: kids}
	held.Cover(false)
	of := func(t *discreet.Tree) discreet.Count { return discreet.If(t.Hidden, t.N) }
	out := ShownConferences{Region: c.Region, Held: of(held), Help: of(kids[0]), Not: of(kids[1]), Look: of(kids[2]), Off: discreet.Alone(c.Off)}
	out.Often = discreet.Part(c.Given["often"].N, out.Help)
	out.Month, out.Once = c.sum("month", out.Help), c.sum("once", out.Help)
	return out
}

// sum is hidden where fewer than five stand behind it, and with the count of all who were helped.
func (c ConferenceCount) sum(how string, help discreet.Count) discreet.Sum {
	if help.Hidden() || discreet.Alone(c.Given[how].N).Hidden() {
		return discreet.Sum{Hidden: true}
	}
	return discreet.Round(c.Given[how].Sum, discreet.Unit(c.Given[how].Largest))
}

// CountConferences counts those that ended from one day up to another, not including it, for each
// township of the scope where one did.
func (s *Store) CountConferences(ctx context.Context, tx *pg.Tx, regions []core.RegionCode, from, to core.Date) (map[core.RegionCode]ConferenceCount, error) {
	rows, err := tx.Query(ctx, `select region, case when off_at is null then outcome else 'off' end, case when amount is null then '' when period = 'month' then 'month' when period in ('year', 'term', 'season') then 'often' else 'once' end,
			count(*), coalesce(sum(amount), 0)::bigint, coalesce(max(amount), 0)
		from conference where (second_at is not null or off_at is not null) and region = any ($1)
		and coalesce(second_at, off_at) >= $2::date - interval '8 hours' and coalesce(second_at, off_at) < $3::date - interval '8 hours'
		group by 1, 2, 3`, texts(regions), day(from), day(to))
	if err != nil {
		return nil, pg.Fail(err, "count conferences")
	}
	out := map[core.RegionCode]ConferenceCount{}
	var region core.RegionCode
	var outcome, how string
	var of Resolvable
	_, err = pgx.ForEachRow(rows, []any{&region, &outcome, &how, &of.N, &of.Sum, &of.Largest}, func() error {
		c, there := out[region]
		if !there {
			c = ConferenceCount{Region: region, Given: map[string]Resolvable{}}
		}
		switch outcome {
		case string(ConferHelp):
			c.Help, c.Given[how] = c.Help+of.N, of
		case string(ConferNot):
			c.Not += of.N
		case string(ConferLook):
			c.Look += of.N
		default:
			c.Off += of.N
		}
		out[region] = c
		return nil
	})
	return out, pg.Fail(err, "count conferences")
}
