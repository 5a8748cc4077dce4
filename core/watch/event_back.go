package watch

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
)

// veil is what fits, or does not fit, a household as before an event that is undone: no news.
type veil struct{ due, lost insight.Items }

// eventsBack lays open again what events took that are undone, as far as the facts give it back,
// and says of which households what is no news, and which leads lie open again, for the log.
func (w *Watch) eventsBack(ctx context.Context, tx *pg.Tx, town core.RegionCode, changes []insight.Change, ts events) (map[core.HouseholdID]veil, []int64, error) {
	if len(ts) == 0 {
		return nil, nil, nil
	}
	veils, l := map[core.HouseholdID]veil{}, laying{}
	var todo []*insight.Change
	for i := range changes {
		c := &changes[i]
		for _, t := range ts[c.Household()] {
			if !t.undone || !t.looked {
				continue
			}
			v := veils[t.home]
			v.due, v.lost = v.due|t.took, v.lost|t.gave&t.concern
			veils[t.home] = v
		}
		if _, some := veils[c.Household()]; some {
			todo = append(todo, c)
			l.add(c.Household(), c.Due(), 0, c.Lost(), 0, 0, veil{})
		}
	}
	l.take(tx, town) // what lies open is to make room first
	var back []int64
	for _, c := range todo {
		for _, t := range ts[c.Household()] {
			ids, err := t.back(ctx, tx, town, c)
			if err != nil {
				return nil, nil, err
			}
			back = append(back, ids...)
		}
	}
	return veils, back, nil
}

// back lays open again what the event took of what lay open when it was told.
func (t *event) back(ctx context.Context, tx *pg.Tx, town core.RegionCode, c *insight.Change) (ids []int64, err error) {
	if !t.undone || !t.looked || c.Went {
		return nil, nil
	}
	lost := c.Lost() & t.gave & t.lost.items
	if c.Came { // nobody was there: all of it was closed
		lost = t.lost.items &^ c.New.Eligible
	}
	for _, again := range []struct {
		kind  string
		lead  int64
		items insight.Items
	}{{LeadDue, t.due.id, c.Due() & t.took & t.due.items}, {LeadLost, t.lost.id, lost}} {
		if again.lead == 0 || again.items == 0 {
			continue
		}
		id, err := t.openAgain(ctx, tx, town, again.kind, again.lead, again.items)
		if err != nil {
			return nil, err
		}
		if id != 0 {
			ids = append(ids, id)
		}
	}
	if t.raised != 0 { // the next scan reckons what lies open anew
		const sql = `update lead l set state = 'open', settled = null, departed = false where id = $1 and household = $2 and region = $3 and state = 'gone'
			and not exists (select from lead o where (o.region, o.household, o.kind, o.state) = (l.region, l.household, l.kind, 'open'))`
		tag, err := tx.Exec(ctx, sql, t.raised, int64(t.home), string(town))
		if err != nil {
			return nil, pg.Fail(err, "open back-pay again")
		}
		if tag.RowsAffected() > 0 {
			ids = append(ids, t.raised)
		}
	}
	return ids, nil
}

// openAgain gives the lead that says again what one of the household said before an event: that
// one, whoever goes to see it; one that lies open and is joined; or, where it was settled or
// went elsewhere without them, a fresh one that goes on with it. What somebody has seen to since
// stays seen to. It gives 0 where nothing is left.
func (t *event) openAgain(ctx context.Context, tx *pg.Tx, town core.RegionCode, kind string, lead int64, items insight.Items) (id int64, err error) {
	const seen = `select coalesce(bit_or(l.items), 0) from lead_event e join lead l on l.kind = $3 and l.state = 'settled' and l.settled >= e.told
			and (l.household = e.household or l.household in (select r.heir from lead_trail r where r.event = e.event and r.household = e.household))
		where e.event = $1 and e.household = $2`
	var done int64
	if err := tx.QueryRow(ctx, seen, t.event, int64(t.home), kind).Scan(&done); err != nil {
		return 0, pg.Fail(err, "look what was seen to")
	}
	if items &^= insight.Items(done); items == 0 {
		return 0, nil
	}
	const join = `update lead set items = items | $4, joined = case when $4 & ~items <> 0 then lianou_now() else joined end
		where region = $1 and household = $2 and kind = $3 and state = 'open' returning id`
	if id, err := laidOpen(tx.QueryRow(ctx, join, string(town), int64(t.home), kind, int64(items))); id != 0 || err != nil {
		return id, err
	}
	const again = `update lead set state = 'open', settled = null, departed = false, items = $4 where region = $1 and household = $2 and kind = $3 and id = $5 and state = 'gone' returning id`
	if id, err := laidOpen(tx.QueryRow(ctx, again, string(town), int64(t.home), kind, int64(items), lead)); id != 0 || err != nil {
		return id, err
	}
	const anew = `insert into lead (region, household, kind, items, cause, book, since, found, place, found_place, checker, checking, relieved, promised, came_of)
		select $1, $2, l.kind, $4, l.cause, l.book, l.since, l.found, l.place, coalesce(l.found_place, l.place), l.checker, l.checking, l.relieved, l.promised,
			case when not exists (select from lead f where f.came_of = l.id) then l.id end
			from lead l where l.id = $5 and l.kind = $3 and l.state <> 'open' returning id`
	return laidOpen(tx.QueryRow(ctx, anew, string(town), int64(t.home), kind, int64(items), lead))
}

// laidOpen is the lead that a statement left open, 0 for none.
func laidOpen(row pgx.Row) (id int64, err error) {
	if err = row.Scan(&id); errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, pg.Fail(err, "open a lead again")
}
