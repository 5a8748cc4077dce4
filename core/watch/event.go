package watch

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
)

// An event is an event about one household, between being told and being looked at, or between
// being undone and being looked at again: what lay open when it was told, and what the look after
// it took from the household and gave it. An event that is undone leaves leads as if it had not
// been: what it took comes back to the same lead, and fits as before, so that it is no news.
// Of events from before 00595 there is none: what fits again after them counts as new.
type event struct {
	event          int64
	home           core.HouseholdID
	due, lost      before // that lay open when it was told
	raised         int64
	took, gave     insight.Items
	concern        insight.Items // of gave, what somebody had or had asked for by then
	looked, undone bool          // was looked at; was undone
}

// before is a lead as it lay open once: 0 for none.
type before struct {
	id    int64
	items insight.Items
}

// events are those that wait for a look at a township, by household in the order of events.
type events map[core.HouseholdID][]*event

// events reads which events of a township wait for a look. It comes before the facts are packed:
// whatever is told later is another look's, and what is read here is in them.
func (w *Watch) events(ctx context.Context, tx *pg.Tx, town core.RegionCode) (events, error) {
	const sql = `select event, household, coalesce(due, 0), due_items, coalesce(lost, 0), lost_items, coalesce(raised, 0), took, gave, concern, looked is not null, undone is not null
		from lead_event where region = $1 and (looked is null or undone is not null and back is null) order by event, household`
	rows, err := tx.Query(ctx, sql, string(town))
	if err != nil {
		return nil, pg.Fail(err, "read which events wait for a look")
	}
	out := events{}
	var t event
	var dueItems, lostItems, took, gave, concern int64
	_, err = pgx.ForEachRow(rows, []any{&t.event, &t.home, &t.due.id, &dueItems, &t.lost.id, &lostItems, &t.raised, &took, &gave, &concern, &t.looked, &t.undone}, func() error {
		one := t
		one.due.items, one.lost.items = insight.Items(dueItems), insight.Items(lostItems)
		one.took, one.gave, one.concern = insight.Items(took), insight.Items(gave), insight.Items(concern)
		out[t.home] = append(out[t.home], &one)
		return nil
	})
	return out, pg.Fail(err, "read which events wait for a look")
}

// lookedAt keeps what the look took and gave of each event that it is the first to see, of the
// households that were judged. An event that is undone is done with.
func (w *Watch) lookedAt(ctx context.Context, tx *pg.Tx, town core.RegionCode, book *policy.Book, changes []insight.Change, ts events, judged []core.HouseholdID) error {
	if len(ts) == 0 {
		return nil
	}
	of := map[core.HouseholdID]*insight.Change{}
	for i := range changes {
		of[changes[i].Household()] = &changes[i]
	}
	concern, err := w.concerned(ctx, tx, town, book, given(of, ts))
	if err != nil {
		return err
	}
	keep := func(home core.HouseholdID) {
		var undone *event // that is undone, and of which not all is back
		for _, t := range ts[home] {
			if t.undone {
				t.end(tx)
				if t.looked {
					undone = t
				}
				continue
			}
			if c := of[home]; c != nil {
				t.took, t.gave = c.Lost(), c.Due()
				t.concern = concern[home]
			}
			t.inherit(undone, of[home])
			t.keep(tx)
		}
	}
	for _, home := range judged {
		keep(home)
	}
	return nil
}

// given are the changes by which concerned says what was had already of what events give.
func given(of map[core.HouseholdID]*insight.Change, ts events) (out []insight.Change) {
	for home := range ts {
		if c := of[home]; c != nil && !c.Came && !c.Went && c.Due() != 0 {
			out = append(out, insight.Change{Old: insight.Finding{Household: home, Eligible: c.Due()}, New: insight.Finding{Household: home}})
		}
	}
	return out
}

// inherit takes over from an event that is undone what this one keeps from coming back: told
// wrongly, undone and told anew before anybody looked, it is the same to the household.
func (t *event) inherit(from *event, c *insight.Change) {
	if from == nil {
		return
	}
	took, gave := from.took, from.gave
	if c != nil {
		took, gave = took&^c.New.Eligible, gave&c.New.Eligible
	}
	t.took, t.gave, t.concern = t.took|took, t.gave|gave, t.concern|from.concern&gave
	for _, pair := range []struct{ to, from *before }{{&t.due, &from.due}, {&t.lost, &from.lost}} {
		if pair.to.id == 0 {
			pair.to.id = pair.from.id
		}
		pair.to.items |= pair.from.items
	}
	if t.raised == 0 {
		t.raised = from.raised
	}
}

func (t *event) keep(tx *pg.Tx) {
	const sql = `update lead_event set looked = $3, took = $4, gave = $5, concern = $6, due = nullif($7, 0), due_items = $8, lost = nullif($9, 0), lost_items = $10, raised = nullif($11, 0)
		where event = $1 and household = $2 and looked is null`
	tx.Later("keep what an event took", sql, t.event, int64(t.home), tx.Now(), int64(t.took), int64(t.gave), int64(t.concern), t.due.id, int64(t.due.items), t.lost.id, int64(t.lost.items), t.raised)
}

func (t *event) end(tx *pg.Tx) {
	const sql = `update lead_event set looked = coalesce(looked, $3), back = $3 where event = $1 and household = $2 and undone is not null`
	tx.Later("have done with an event", sql, t.event, int64(t.home), tx.Now())
}
