package registry

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
)

// followed is the detail of an entry about leads that went with people. Closed are those of
// which another said the same, or the opposite.
type followed struct {
	From   core.HouseholdID `json:"from,omitempty"`  // whose they were, where that is another
	Home   core.HouseholdID `json:"household"`       // whose they are
	Leads  []int64          `json:"leads,omitempty"` // that are another household's now
	Closed []int64          `json:"closed,omitempty"`
}

// settle moves a household into another township with all that hangs on it. Which leads that
// closes is told in the log: nobody decided it.
func (w *writing) settle(ctx context.Context, home core.HouseholdID, town core.RegionCode) error {
	f := followed{Home: home}
	if err := w.tx.QueryRow(ctx, `select registry_settle_household($1, $2)`, int64(home), string(town)).Scan(&f.Closed); err != nil {
		return beyond(err, "move a household")
	}
	return w.tellLeads(ctx, f, town)
}

// leads has leads go where the people went whom they are about, once the event is kept: what
// follows from it is asked of its row.
func (w *writing) leads(ctx context.Context) error {
	if undone := w.event.Undoes; undone != 0 {
		if _, err := w.tx.Exec(ctx, `select lead_event_undone($1)`, undone); err != nil {
			return beyond(err, "tell watch of an undone event")
		}
		if err := w.leadsBack(ctx, undone); err != nil {
			return err
		}
	} else if _, err := w.tx.Exec(ctx, `select lead_event_told($1, $2)`, w.event.ID, idsOf(w.touched)); err != nil {
		return beyond(err, "tell watch of an event") // before leads go anywhere
	}
	return w.leadsOfLeft(ctx)
}

// leadsOfLeft lets what lies open of households that the event emptied go with those who
// left, to where most of them live now: the leads are about them. Of a household whose last
// died, or left the city, nobody is anywhere, and the next look closes them. Where they go the
// function reads from the event, and keeps the trail by which they come back: both are of watch.
func (w *writing) leadsOfLeft(ctx context.Context) error {
	const sql = `select settled_in, town, coalesce(array_agg(which order by which) filter (where not shut), '{}'), coalesce(array_agg(which order by which) filter (where shut), '{}')
		from lead_leave($1, $2) group by settled_in, town`
	for _, from := range w.touched {
		f := followed{From: from}
		var town core.RegionCode
		err := w.tx.QueryRow(ctx, sql, w.event.ID, int64(from)).Scan(&f.Home, &town, &f.Leads, &f.Closed)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return beyond(err, "let leads follow who left")
		}
		if err := w.tellLeads(ctx, f, town); err != nil {
			return err
		}
	}
	return nil
}

// leadsBack parts leads again that followed people into another household, for the event that
// took them there is undone. What somebody has seen to meanwhile stays seen to.
func (w *writing) leadsBack(ctx context.Context, undone EventID) error {
	rows, err := w.tx.Query(ctx, `select home, array_agg(which order by which) from lead_unfollow($1) group by home order by home`, undone)
	if err != nil {
		return beyond(err, "part leads")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f followed, err error) {
		err = row.Scan(&f.Home, &f.Leads)
		return f, err
	})
	if err != nil {
		return beyond(err, "part leads")
	}
	for _, f := range list {
		home, err := w.l.reg.Home(ctx, w.tx, f.Home)
		if err != nil {
			return err
		}
		if err := w.tellLeads(ctx, f, home.Region); err != nil {
			return err
		}
	}
	return nil
}

// tellLeads writes down what became of leads, where anything did.
func (w *writing) tellLeads(ctx context.Context, f followed, town core.RegionCode) error {
	if len(f.Leads)+len(f.Closed) == 0 {
		return nil
	}
	return w.l.reg.trace(ctx, w.tx, w.why, "lead.followed", Person{Region: town}, f)
}
