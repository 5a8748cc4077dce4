package workflow_test

import (
	"context"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/wording"
)

// A number said out of the spool that was somebody else's: the case and the status go
// by the new one, the said one finds nothing of this household, its sender is told,
// and the officer sees both. Control: take without NumberOf, "the case goes by".
func TestAnotherNumberThanWasSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	const said, now core.Receipt = "4071882635", "7319052645"
	app := w.application(said)
	w.must(w.env.DB(pgtest.Gateway).Tx(t.Context(), pg.City("a test numbers an application"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into application (id, channel, key, body_digest, receipt, citizen, region, urgent, at)
			values ($1, 'app', $2, sha256('x'), $3, 'citizen-1', $4, false, now())`, app.ID, app.Key, now, town)
		return err
	}))
	w.handOver(app)
	c := w.routed(app)
	if c.Receipt != now {
		t.Errorf("the case goes by %s, want %s", c.Receipt, now)
	}
	if n := w.count(`select count(*) from case_application where application = $1 and receipt = $2`, app.ID, now); n != 1 {
		t.Error("the application of the case goes by the said number")
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		if found, err := w.cases.StatusByPair(ctx, tx, now, "0028"); err != nil || found.Receipt != now {
			t.Errorf("asked with the new number: %+v, %v", found, err)
		}
		if _, err := w.cases.StatusByPair(ctx, tx, said, "0028"); core.KindOf(err) != core.KindNotFound {
			t.Errorf("asked with the said number: %v", err)
		}
		events, err := w.cases.Events(ctx, tx, c.ID)
		if !says(events, said, now) {
			t.Errorf("the officer reads %+v", events)
		}
		return err
	})
	if n := w.count(`select count(*) from notice where key = $1`, "renumbered/application/"+string(app.ID)); n != 1 {
		t.Errorf("%d notices of the new number", n)
	}
}

// says reports whether a line for the staff names both numbers.
func says(events []casefile.Event, said, now core.Receipt) bool {
	for _, e := range events {
		if strings.Contains(e.Staff, wording.GroupReceipt(said)) && strings.Contains(e.Staff, wording.GroupReceipt(now)) {
			return true
		}
	}
	return false
}
